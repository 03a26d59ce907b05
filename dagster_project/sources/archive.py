"""The archive: every file ever received, under the SHA-256 of its bytes, never changed.

Belongs here: keeping bytes through crashes and power cuts, and noticing when they were tampered with. Does not belong
here: names, dates and senders of files (`store.ledger`).
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

from validators.errors import ArchiveError

_SHA256 = re.compile(r"[0-9a-f]{64}")
_READ_ONLY = 0o440


class Archive:
    """A folder of files `ab/cd/abcd...` (two levels, so that no folder grows long). Safe for several processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, sha256: str) -> Path:
        """Where these bytes are, or would be, kept; ArchiveError for what is no SHA-256 in lower-case hex."""
        if not _SHA256.fullmatch(sha256):
            raise ArchiveError(f"不是 SHA-256：{sha256!r} / {sha256!r} is no SHA-256")
        return self._folder / sha256[:2] / sha256[2:4] / sha256

    def __contains__(self, sha256: str) -> bool:
        return self.path(sha256).is_file()

    def put(self, data: bytes) -> str:
        """Keep the bytes and return their SHA-256. On return they are on the disk; a crash leaves all or nothing.

        Bytes that are there already are left alone, unless the file was damaged: then it is written anew.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        place = self.path(sha256)
        try:
            if not (place.is_file() and place.read_bytes() == data):
                place.parent.mkdir(parents=True, exist_ok=True)
                _write(place, data)
            # Also for what is there already: another process may have written it a moment ago and not come this far.
            for folder in (place.parent, place.parent.parent, self._folder, self._folder.absolute().parent):
                _sync_folder(folder)
        except OSError as error:
            raise ArchiveError(f"无法写入存档 {place}：{error.strerror} / can't archive the file: {error}") from error
        return sha256

    def get(self, sha256: str) -> bytes:
        """The bytes; ArchiveError when they are not there or are not what was put there."""
        place = self.path(sha256)
        try:
            data = place.read_bytes()
        except FileNotFoundError:
            raise ArchiveError(f"存档中没有 {sha256} / the archive has no {sha256} (looked at {place})") from None
        except OSError as error:
            raise ArchiveError(f"无法读取存档 {place}：{error.strerror} / can't read the archive: {error}") from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise ArchiveError(
                f"存档文件已损坏：{place}，请从备份恢复或重新上传 / "
                f"{place} was damaged: its bytes are not those received; restore it from a backup or upload it again"
            )
        return data


def _write(place: Path, data: bytes) -> None:
    # The name has no suffix that anything looks for; a leftover of a killed process is inert.
    handle, name = tempfile.mkstemp(prefix=".partial-", dir=place.parent)
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), _READ_ONLY)
            os.fsync(file.fileno())
        partial.replace(place)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
