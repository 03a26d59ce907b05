"""A folder of this machine, such as a mounted share (SMB, NFS).

A file or folder that is a symbolic link counts where it leads to somewhere within the folder, and not otherwise.
"""

from __future__ import annotations

import errno
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote

from fsspec.implementations.local import LocalFileSystem  # type: ignore[import-untyped]  # it has no annotations

from dagster_project.sources.folder_storage import Entry, Storage, StorageOptions

_WONT_PASS = (errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG)


class Local(Storage):
    """See the module."""

    @classmethod
    def open(cls, parts: SplitResult, options: StorageOptions, source: str, timeout: float) -> Local:
        """The folder at a path; links on the way to it are followed."""
        del options, source, timeout
        path = unquote(parts.path)
        return cls(LocalFileSystem(skip_instance_cache=True), str(Path(path).resolve()), f"file://{path}".rstrip("/"))

    def place(self, path: str) -> str:
        """Within the folder also where a link was put in place of a file a moment ago."""
        place = Path(self.root, path)
        if not place.resolve().is_relative_to(self.root):
            raise FileNotFoundError(errno.ENOENT, "leads out of the folder", path)
        return str(place)

    def admits(self, info: Mapping[str, Any]) -> bool:
        """Only what really lies within."""
        path = Path(str(info["name"]))
        return path.resolve().is_relative_to(self.root) and (path.is_file() or path.is_dir())

    def _entry(self, path: str, info: Mapping[str, Any]) -> Entry:
        """As it is where a link leads to."""
        status = Path(self.place(path)).stat()
        is_folder = stat.S_ISDIR(status.st_mode)
        return super()._entry(
            path,
            dict(info, size=status.st_size, mtime=status.st_mtime, type="directory" if is_folder else "file"),
        )

    def is_refusal(self, error: Exception) -> bool:
        """Permissions, and paths that are no folder; a share that is away is none."""
        return isinstance(error, OSError) and error.errno in _WONT_PASS
