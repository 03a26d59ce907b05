"""Files dropped at the desk and not confirmed yet: kept apart from ledger, archive and store.

    <home>/staging/<batch>/<number>.file     the bytes
    <home>/staging/<batch>/<number>.json     whose they are, since when, and what was said about them

Belongs here: keeping, finding again, dropping, expiry. Does not belong here: reading the files (`rehearsal.py`).
What is dropped together is one batch. Nobody but its owner finds a batch: its name can't be guessed, and the owner is
compared.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from dagster_project.intake import Hints
from validators.errors import XushiError

KEPT = timedelta(hours=1)
MOST_FILES = 50  # per person at one time
_BATCH = re.compile(r"[A-Za-z0-9_-]{32}")


class StagedGoneError(XushiError):
    """There is no such file: it was confirmed, cancelled, has expired, or is somebody else's."""


class StagingFullError(XushiError):
    """One person has too many files waiting."""


@dataclass(frozen=True, slots=True)
class Staged:
    """A file that waits. `embargo`: until when it must not be published; `size` in bytes."""

    batch: str
    number: int
    file: str
    by: str
    at: datetime
    size: int
    hints: Hints
    embargo: datetime | None = None

    @property
    def key(self) -> tuple[str, int]:
        """What it is called."""
        return self.batch, self.number


class Staging:
    """The folder. Safe with several processes on it: files are written whole, under names that nobody shares."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(
        self,
        files: list[tuple[str, bytes]],
        *,
        by: str,
        at: datetime,
        hints: Hints,
        embargo: datetime | None = None,
    ) -> list[Staged]:
        """Keep files dropped together. StagingFullError when their owner has too many waiting."""
        self.sweep(at)
        if sum(len(batch) for batch in self._of(by)) + len(files) > MOST_FILES:
            raise StagingFullError(
                f"最多同时有 {MOST_FILES} 份文件待确认；请先确认或取消已有的 / "
                f"at most {MOST_FILES} files may wait at a time; confirm or cancel some first"
            )
        batch = secrets.token_urlsafe(24)
        folder = self._folder / batch
        folder.mkdir(parents=True, mode=0o700)
        kept = []
        for number, (name, data) in enumerate(files):
            staged = Staged(batch, number, name, by, at, len(data), hints, embargo)
            (folder / f"{number}.file").write_bytes(data)
            # Last, and by renaming: a file is there when its description is.
            draft = folder / f"{number}.draft"
            draft.write_text(json.dumps(_plain(staged), ensure_ascii=False), encoding="utf-8")
            draft.rename(folder / f"{number}.json")
            kept.append(staged)
        return kept

    def batch(self, batch: str, *, by: str, now: datetime) -> list[Staged]:
        """The files of a batch that still wait, in their order; StagedGoneError when there is none of this owner."""
        found = [staged for staged in self._read(batch) if staged.by == by and now - staged.at < KEPT]
        if not found:
            raise _gone()
        return found

    def one(self, batch: str, number: int, *, by: str, now: datetime) -> Staged:
        """One file; StagedGoneError."""
        for staged in self.batch(batch, by=by, now=now):
            if staged.number == number:
                return staged
        raise _gone()

    def waiting(self, *, by: str, now: datetime) -> list[list[Staged]]:
        """The owner's batches, newest first."""
        fresh = [[one for one in batch if now - one.at < KEPT] for batch in self._of(by)]
        return sorted((batch for batch in fresh if batch), key=lambda batch: batch[0].at, reverse=True)

    def data(self, staged: Staged) -> bytes:
        """The bytes; StagedGoneError."""
        try:
            return (self._folder / staged.batch / f"{staged.number}.file").read_bytes()
        except FileNotFoundError as error:
            raise _gone() from error

    def take(self, staged: Staged) -> bytes:
        """The bytes, once: who takes a file is the only one who does. StagedGoneError for everybody after."""
        folder = self._folder / staged.batch
        taken = folder / f"{staged.number}.taken"
        try:
            (folder / f"{staged.number}.json").rename(taken)
            data = (folder / f"{staged.number}.file").read_bytes()
        except FileNotFoundError as error:
            raise _gone() from error
        return data

    def give_back(self, staged: Staged) -> None:
        """Let a taken file wait again."""
        folder = self._folder / staged.batch
        (folder / f"{staged.number}.taken").rename(folder / f"{staged.number}.json")

    def drop(self, staged: Staged) -> None:
        """Forget a file; nothing of it stays."""
        folder = self._folder / staged.batch
        for suffix in ("json", "taken", "draft", "file"):
            (folder / f"{staged.number}.{suffix}").unlink(missing_ok=True)
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()

    def sweep(self, now: datetime) -> None:
        """Remove batches that have expired, also what a broken process left half-written."""
        if not self._folder.is_dir():
            return
        for folder in self._folder.iterdir():
            if now.timestamp() - folder.stat().st_mtime > KEPT.total_seconds() and _BATCH.fullmatch(folder.name):
                shutil.rmtree(folder, ignore_errors=True)

    def _of(self, by: str) -> Iterator[list[Staged]]:
        if self._folder.is_dir():
            for folder in self._folder.iterdir():
                found = [staged for staged in self._read(folder.name) if staged.by == by]
                if found:
                    yield found

    def _read(self, batch: str) -> list[Staged]:
        if not _BATCH.fullmatch(batch):  # it comes from an address
            return []
        found = []
        for path in (self._folder / batch).glob("*.json"):
            try:
                found.append(_from_plain(json.loads(path.read_text(encoding="utf-8"))))
            except FileNotFoundError:  # confirmed or cancelled meanwhile
                continue
        return sorted(found, key=lambda staged: staged.number)


def _gone() -> StagedGoneError:
    return StagedGoneError(
        "这份文件已确认、已取消或已过期（一小时）；请重新上传 / "
        "this file was confirmed or cancelled, or has expired (one hour); hand it in again"
    )


def _plain(staged: Staged) -> dict[str, object]:
    plain = asdict(staged)
    plain["at"] = staged.at.isoformat()
    plain["embargo"] = None if staged.embargo is None else staged.embargo.isoformat()
    plain["hints"] = staged.hints.kept()
    return plain


def _from_plain(plain: dict[str, object]) -> Staged:
    hints = plain["hints"]
    assert isinstance(hints, dict)  # noqa: S101 - written by `_plain`
    embargo = plain["embargo"]
    moments = {
        "at": datetime.fromisoformat(str(plain["at"])),
        "embargo": None if embargo is None else datetime.fromisoformat(str(embargo)),
    }
    return Staged(**{**plain, **moments, "hints": Hints.of(hints)})  # type: ignore[arg-type]  # the fields of `_plain`
