"""A folder somewhere, through fsspec: what it lists, what a file is, its bytes up to a limit.

Belongs here: what all kinds of storage have in common, and opening the right kind. Does not belong here: which files
are wanted (`folder_pattern.py`, `folder.py`), one kind of storage (`folder_local.py`, `folder_sftp.py`,
`folder_s3.py`, `folder_webdav.py`).
"""

from __future__ import annotations

import errno
import posixpath
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import SplitResult, urlsplit

from pydantic import Field

from dagster_project.sources.connector import Options
from validators.errors import SourceError, SourceRefusedError, SourceUnavailableError

SCHEMES = ("file", "sftp", "s3", "webdav+http", "webdav+https")
_BLOCK = 1 << 18
PATIENCE = 20  # times the time-out of an answer is what a whole file may take


class StorageOptions(Options):
    """Who asks, and whom it trusts. Which of them count depends on the kind of storage."""

    user: str = ""
    """用户 user (SFTP, WebDAV); left out: that of the URL"""
    password: str = Field(default="", repr=False)
    """密码 password (SFTP, WebDAV)"""
    private_key: str = Field(default="", repr=False)
    """私钥 private key as OpenSSH writes it, or the path of its file (SFTP)"""
    passphrase: str = Field(default="", repr=False)
    """私钥口令 passphrase of the private key (SFTP)"""
    known_hosts: str = ""
    """已知主机文件 path of a known_hosts file (SFTP); left out: ~/.ssh/known_hosts"""
    host_key: str = ""
    """主机公钥 the server's public key, such as "ssh-ed25519 AAAA..." (SFTP), instead of known_hosts"""
    key: str = Field(default="", repr=False)
    """访问键 access key id (S3); without it the bucket is read anonymously"""
    secret: str = Field(default="", repr=False)
    """访问密钥 secret access key (S3)"""
    session_token: str = Field(default="", repr=False)
    """会话令牌 session token (S3)"""
    endpoint: str = ""
    """服务地址 URL of an S3-compatible service; left out: Amazon"""
    region: str = ""
    """服务区域 region of the bucket (S3)"""
    path_style: bool = True
    """路径式寻址 whether the bucket stands in the path of the URL (S3), not in its host"""
    ca_file: str = ""
    """根证书文件 PEM file with the certificates to trust (S3, WebDAV); left out: the usual ones"""


@dataclass(frozen=True)
class Entry:
    """A file or a folder. `path` is relative to the root of the storage; `size` in bytes; `stamp` is another whenever
    the content is (ETag, else time of change); `changed` when, as the storage says it, None where it doesn't."""

    path: str
    size: int
    stamp: str
    changed: datetime | None
    is_folder: bool


class Storage(ABC):
    """An open folder. `shown` is its URL without user or password. Whatever goes wrong raises one of `faults`."""

    faults: ClassVar[tuple[type[Exception], ...]] = (OSError,)
    changed_keys: ClassVar[tuple[str, ...]] = ("mtime",)
    etag_keys: ClassVar[tuple[str, ...]] = ()
    shows_whole: ClassVar[bool] = False  # whether a file appears only once its last byte has come

    def __init__(self, fs: Any, root: str, shown: str, waits: Mapping[str, float] | None = None) -> None:
        self.fs, self.root, self.shown = fs, root, shown
        self._waits = dict(waits or {})  # of each call; kinds that keep time themselves have none

    def entries(self, folder: str) -> list[Entry]:
        """What stands in a folder, in the order of names; FileNotFoundError where there is no such folder."""
        place = self.place(folder)
        found = []
        for info in self.fs.ls(place, detail=True, **self._waits):
            name = posixpath.basename(str(info["name"]).rstrip("/"))
            if str(info["name"]).strip("/") == place.strip("/"):
                if info.get("type") == "file" and info.get("size"):
                    raise NotADirectoryError(errno.ENOTDIR, "is a file", folder)
                continue
            if name in ("", ".", "..") or not self.admits(info):
                continue
            with suppress(FileNotFoundError):  # it went a moment ago
                found.append(self._entry(posixpath.join(folder, name), info))
        return sorted(found, key=lambda entry: entry.path)

    def look(self, path: str) -> Entry:
        """A file as it is now; FileNotFoundError where there is none any more."""
        return self._entry(path, self.fs.info(self.place(path), **self._waits))

    def read(self, path: str, limit: int) -> bytes:
        """The bytes of a file, or the first `limit` + 1 of one that is longer."""
        data = bytearray()
        with self.fs.open(self.place(path), "rb") as file:
            while len(data) <= limit:
                block = file.read(min(_BLOCK, limit + 1 - len(data)), **self._waits)
                if not block:
                    break
                data += block
        return bytes(data)

    def place(self, path: str) -> str:
        """A path of this storage as the file system knows it."""
        return posixpath.join(self.root, path) if path else self.root

    def admits(self, info: Mapping[str, Any]) -> bool:
        """Whether an entry may be looked at: a file or a folder, no link or device."""
        return info.get("type") in ("file", "directory")

    def is_empty_root(self) -> bool:
        """Whether a root that isn't there only means that nothing has been put there yet."""
        return False

    @abstractmethod
    def is_refusal(self, error: Exception) -> bool:
        """Whether one of `faults` won't pass by itself."""

    def close(self) -> None:  # noqa: B027 - a kind without connections has nothing to let go of
        """Let go of connections."""

    def _entry(self, path: str, info: Mapping[str, Any]) -> Entry:
        changed = next((_moment(info[key]) for key in self.changed_keys if info.get(key) is not None), None)
        etag = next((str(info[key]) for key in self.etag_keys if info.get(key)), None)
        stamp = etag or ("" if changed is None else changed.isoformat())
        is_folder = info.get("type") == "directory"
        return Entry(path, 0 if is_folder else int(info.get("size") or 0), stamp, changed, is_folder)


@contextmanager
def opened(url: str, options: StorageOptions, source: str, timeout: float) -> Iterator[Storage]:
    """The storage at the URL, closed at the end. What goes wrong while it is open, in its own words, is raised as
    SourceUnavailableError or SourceRefusedError of `source`; `timeout` in seconds is for each answer."""
    storage: Storage | None = None
    kind, parts = _kind(url)
    try:
        storage = kind.open(parts, options, source, timeout)
        yield storage
    except kind.faults as error:
        raise _said(error, kind, storage, parts, source) from None
    finally:
        if storage is not None:
            with suppress(*kind.faults):  # what was read is complete
                storage.close()


def shown(parts: SplitResult) -> str:
    """A URL without user, password, query and fragment."""
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}".rstrip("/")


def _kind(url: str) -> tuple[Any, SplitResult]:
    """Imported when wanted: each kind brings a library of its own."""
    parts = urlsplit(url if "://" in url else f"file://{url}")
    if parts.scheme == "sftp":
        from dagster_project.sources.folder_sftp import Sftp

        return Sftp, parts
    if parts.scheme == "s3":
        from dagster_project.sources.folder_s3 import S3

        return S3, parts
    if parts.scheme.startswith("webdav"):
        from dagster_project.sources.folder_webdav import Webdav

        return Webdav, parts
    from dagster_project.sources.folder_local import Local

    return Local, parts


def _said(error: Exception, kind: Any, storage: Storage | None, parts: SplitResult, source: str) -> SourceError:
    where = shown(parts) if storage is None else storage.shown
    words = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if isinstance(error, FileNotFoundError):
        return SourceRefusedError(
            source,
            f"没有这个文件夹或存储桶：{where}，请核对 url",
            f"there is no such folder or bucket: {where}; check url",
        )
    if kind.is_refusal(storage, error):
        return SourceRefusedError(
            source,
            f"{where} 拒绝访问，请核对账号、密钥、主机公钥与权限：{words}",
            f"{where} can't be used; check the account, the keys and the permissions: {words}",
        )
    return SourceUnavailableError(source, f"{where} 暂不可用：{words}", f"{where} is away or slow: {words}")


def _moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return datetime.fromtimestamp(float(value), tz=UTC)
