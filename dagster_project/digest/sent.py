"""What was sent already: one small file per month and subject in the home folder, so that nothing is sent twice.

A note is written before a letter is handed over and completed afterwards. One that was never completed says that a
process ended in between: nobody knows whether the letter arrived, and it is not sent again by itself.

Belongs here: these notes, and one sender at a time. Does not belong here: sending.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from validators.errors import TemporaryError
from validators.periods import Month


class SendingError(TemporaryError):
    """Another process is sending."""


@dataclass(frozen=True, slots=True)
class Note:
    """`at`: ISO moment. `finished`: the server took the letter for `recipients` and refused those of `refused`."""

    at: str
    recipients: tuple[str, ...]
    refused: Mapping[str, str]
    finished: bool


@dataclass(frozen=True, slots=True)
class SentBook:
    """The notes under a folder of the home."""

    folder: Path

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While it lasts nobody else sends; the system ends it with the process. SendingError when somebody does."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise SendingError(
                    f"{self.folder}: 另一进程正在发送月报,请稍后再试 / another process is sending; try again later"
                ) from None
            yield

    def note(self, month: Month, slug: str) -> Note | None:
        """What was noted of a month's report, None where nothing was."""
        try:
            data = json.loads(self._file(month, slug).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return Note(data["at"], tuple(data["recipients"]), data["refused"], data["finished"])

    def begin(self, month: Month, slug: str, recipients: Sequence[str], at: datetime) -> None:
        """Note that a letter is about to be handed over."""
        self._write(month, slug, Note(at.isoformat(), tuple(recipients), {}, finished=False))

    def finish(self, month: Month, slug: str, taken: Sequence[str], refused: Mapping[str, str], at: datetime) -> None:
        """Note who the server took it for, and who it refused."""
        self._write(month, slug, Note(at.isoformat(), tuple(taken), dict(refused), finished=True))

    def restore(self, month: Month, slug: str, note: Note | None) -> None:
        """The letter wasn't taken: what was noted before holds again."""
        if note is None:
            self._file(month, slug).unlink(missing_ok=True)
        else:
            self._write(month, slug, note)

    def _file(self, month: Month, slug: str) -> Path:
        return self.folder / month.text / f"{slug}.json"

    def _write(self, month: Month, slug: str, note: Note) -> None:
        path = self._file(month, slug)
        path.parent.mkdir(parents=True, exist_ok=True)
        made = path.with_suffix(".new")  # one sender at a time: nobody else writes it
        with made.open("w", encoding="utf-8") as file:
            json.dump(asdict(note), file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        made.replace(path)
