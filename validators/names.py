"""Names that people use for a department or a region, and the key that each of them means.

Belongs here: what makes two spellings the same, and looking a name up. Does not belong here: units (`units.py`), labels
of rows (`tables`), whether the catalogue's names are unambiguous (`catalogue_references.py`).
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Mapping

from validators.catalogue import Department, Region


def plain(text: str) -> str:
    """What makes two spellings the same: full width, spaces and capitals don't count."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


class NameTable:
    """Look-ups by key, Chinese name, English name or alias."""

    def __init__(self, entries: Mapping[str, Department] | Mapping[str, Region]) -> None:
        self._shown: dict[str, str] = {}
        self._keys: dict[str, str] = {}
        for key, entry in entries.items():
            self._shown[key] = entry.name.zh
            for text in (key, entry.name.zh, entry.name.en, *entry.aliases):
                self._keys.setdefault(plain(text), key)

    def find(self, text: str) -> str | None:
        """The key of the entry that goes by this name; None when none does."""
        return self._keys.get(plain(text))

    def nearest(self, text: str, most: int = 3) -> list[str]:
        """The canonical Chinese names of the entries with the names most like this one, best first."""
        # A part of a name is a better hint than any likeness: 商务 means 区商务局 and 市商务局.
        parts = [spelling for spelling in self._keys if plain(text) and plain(text) in spelling]
        alike = difflib.get_close_matches(plain(text), list(self._keys), n=3 * most, cutoff=0.01)
        return list(dict.fromkeys(self._shown[self._keys[spelling]] for spelling in [*parts, *alike]))[:most]
