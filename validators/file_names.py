"""Names of files that come from elsewhere, as names that may be kept, shown and handed out again.

Belongs here: what a name may hold. Does not belong here: folders of our own, formats (`tables/open_book.py`).
"""

from __future__ import annotations

import re
import unicodedata

UNNAMED = "未命名"
_MOST_BYTES = 200  # of UTF-8; file systems take 255, and others put something in front
_LONGEST_SUFFIX = 10
_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # control, format (bidi, zero width), surrogate, line and paragraph
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)\s*(?:\..*)?", re.IGNORECASE)


def safe_name(name: str) -> str:
    """The last part of the name, without folders of any system, characters that nobody sees or that turn the writing
    round, characters that some system forbids; never '', '.' or '..', never a device, at most 200 bytes of UTF-8 (its
    ending is kept). A name that is harmless comes back as it is, composed (NFC)."""
    last = name.replace("\0", "").replace("\\", "/").rstrip("/ ").rpartition("/")[2]
    seen = "".join(letter for letter in last if unicodedata.category(letter) not in _UNSEEN)
    plain = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", seen)).strip().rstrip(". ")
    if not plain.strip("."):
        return UNNAMED
    if _DEVICE.fullmatch(plain):
        plain = f"_{plain}"
    return _shortened(plain)


def _shortened(name: str) -> str:
    if len(name.encode()) <= _MOST_BYTES:
        return name
    stem, point, suffix = name.rpartition(".")
    if not point or len(suffix) > _LONGEST_SUFFIX:
        stem, point, suffix = name, "", ""
    ending = f"…{point}{suffix}"
    kept = stem.encode()[: _MOST_BYTES - len(ending.encode())].decode(errors="ignore")
    return kept + ending
