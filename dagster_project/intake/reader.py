"""Reads the tables of a file, and remembers what the last files said.

Who hands a file in sees first what it would do: the same bytes are read for the preview, for the confirmation, and when
they are stored. What a file says depends on its bytes, its name, what the person said about it and the catalogue alone,
so the answer of the first reading is good for all of them.

Belongs here: when a file has to be read again. Does not belong here: reading (`tables.worker`), matching it against the
catalogue (`tables`), anything that depends on what is stored (`checking`).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from hashlib import sha256

from dagster_project.settings import Settings
from dagster_project.tables import Mapped, by_dataset
from dagster_project.tables.worker import Limits, read_apart
from validators.catalogue import Catalogue

_MOST_FILES = 16
_MOST_FIGURES = 200_000  # of one file; a larger one is read again

_Key = tuple[str, str, str | None, str | None, str | None, str | None]


class Reader:
    """The reader of one installation. Safe for several threads."""

    def __init__(self, catalogue: Catalogue, settings: Settings) -> None:
        self._catalogue = catalogue
        self._limits = Limits.of(settings)
        self._lock = threading.Lock()
        self._kept: OrderedDict[_Key, tuple[Mapped, ...]] = OrderedDict()

    def parts(
        self,
        data: bytes,
        file: str,
        *,
        dataset: str | None,
        period: str | None,
        region: str | None,
        status: str | None,
    ) -> tuple[Mapped, ...]:
        """What the file says, by dataset; the frames are not to be changed. UnreadableFileError, or its kind that may
        pass (see `read_apart`)."""
        key = (sha256(data).hexdigest(), file, dataset, period, region, status)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        reading = read_apart(data, file, period=period, limits=self._limits)
        parts = by_dataset(reading, self._catalogue, dataset=dataset, period=period, region=region, status=status)
        if sum(len(part.observations) for part in parts) <= _MOST_FIGURES:
            with self._lock:
                self._kept[key] = parts
                while len(self._kept) > _MOST_FILES:
                    self._kept.popitem(last=False)
        return parts
