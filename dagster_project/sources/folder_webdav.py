"""A folder on a WebDAV server (Nextcloud, SharePoint, IIS, Apache)."""

from __future__ import annotations

import errno
import ssl
import time
from urllib.parse import SplitResult, quote, unquote, urlunsplit
from xml.etree.ElementTree import ParseError

import httpx
from webdav4.client import (  # type: ignore[import-untyped]  # it doesn't say that it is annotated
    Client,
    ClientError,
    ForbiddenOperation,
    HTTPError,
)
from webdav4.fsspec import WebdavFileSystem  # type: ignore[import-untyped]  # it doesn't say that it is annotated

from dagster_project.sources.folder_storage import PATIENCE, Storage, StorageOptions, shown

_MAY_PASS = (408, 423, 425, 429)


class _Client(Client):  # type: ignore[misc]  # it has no annotations that are known
    """The library's client puts a name into a URL as it is, and fails at `#`, `?` and `%`."""

    def join_url(self, path: str, add_trailing_slash: bool = False) -> httpx.URL:
        base, name = str(self.base_url).rstrip("/"), quote(path.strip("/"))
        joined = f"{base}/{name}" if name else base
        return httpx.URL(f"{joined}/" if add_trailing_slash or joined.count("/") < 3 else joined)


class Webdav(Storage):
    """See the module."""

    faults = (OSError, httpx.HTTPError, ClientError, ParseError)
    changed_keys = ("modified",)
    etag_keys = ("etag",)
    whole_seconds = 600.0

    @classmethod
    def open(cls, parts: SplitResult, options: StorageOptions, source: str, timeout: float) -> Webdav:
        """A client of the folder; it connects when first asked."""
        del source
        host = parts.netloc.rpartition("@")[2]
        address = urlunsplit((parts.scheme.removeprefix("webdav+"), host, parts.path, "", ""))
        user, password = (
            options.user or unquote(parts.username or ""),
            options.password or unquote(parts.password or ""),
        )
        trusted = ssl.create_default_context(cafile=options.ca_file) if options.ca_file else True
        auth = (user, password) if user else None
        client = _Client(address, auth=auth, timeout=timeout, verify=trusted, retry=False)
        fs = WebdavFileSystem(address, client=client, skip_instance_cache=True)
        storage = cls(fs, "", shown(parts))
        storage.whole_seconds = timeout * PATIENCE
        return storage

    def read(self, path: str, limit: int) -> bytes:
        """As it comes, with an end to all waiting: the file object of the file system has none for a server that sends
        a byte now and then."""
        data, deadline = bytearray(), time.monotonic() + self.whole_seconds
        client = self.fs.client
        with client.http.stream("GET", client.join_url(path), follow_redirects=True) as response:
            if response.status_code == httpx.codes.NOT_FOUND:
                raise FileNotFoundError(errno.ENOENT, "is gone", path)
            response.raise_for_status()
            for block in response.iter_bytes():
                data += block
                if len(data) > limit:
                    break
                if time.monotonic() > deadline:
                    raise httpx.ReadTimeout("too slow")
        return bytes(data[: limit + 1])

    def is_refusal(self, error: Exception) -> bool:
        """Who asks isn't let in, or who answers can't be trusted."""
        if isinstance(error, HTTPError):
            return 400 <= error.status_code < 500 and error.status_code not in _MAY_PASS
        if isinstance(error, httpx.HTTPStatusError):
            return 400 <= error.response.status_code < 500 and error.response.status_code not in _MAY_PASS
        if isinstance(error, httpx.ConnectError):
            return "CERTIFICATE_VERIFY_FAILED" in str(error)
        return isinstance(error, PermissionError | NotADirectoryError | ForbiddenOperation | httpx.UnsupportedProtocol)

    def close(self) -> None:
        """End the connections."""
        self.fs.client.http.close()
