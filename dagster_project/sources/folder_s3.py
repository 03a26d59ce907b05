"""A prefix of a bucket of Amazon S3, or of a service that answers like it (MinIO, OSS, COS, OBS)."""

from __future__ import annotations

import errno
import ssl
from urllib.parse import SplitResult, unquote

from botocore.exceptions import (  # type: ignore[import-untyped]  # it has no annotations
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    SSLError,
)
from s3fs import S3FileSystem  # type: ignore[import-untyped]  # it has no annotations

from dagster_project.sources.folder_storage import PATIENCE, Storage, StorageOptions, shown

_WONT_PASS = (
    PermissionError,
    NoCredentialsError,
    PartialCredentialsError,
    ParamValidationError,
    SSLError,
    ssl.SSLError,
)
_WRONG = (errno.EINVAL, errno.EPERM, errno.ENOSYS)


class S3(Storage):
    """See the module. What is there is whole: an object appears when its last byte has come."""

    faults = (OSError, BotoCoreError, ClientError)
    changed_keys = ("LastModified",)
    etag_keys = ("ETag",)
    shows_whole = True

    @classmethod
    def open(cls, parts: SplitResult, options: StorageOptions, source: str, timeout: float) -> S3:
        """A client of the bucket; it connects when first asked."""
        del source
        style = {"addressing_style": "path" if options.path_style else "virtual"}
        waits = {"connect_timeout": timeout, "read_timeout": timeout, "retries": {"total_max_attempts": 1}, "s3": style}
        client = {"region_name": options.region or "us-east-1"}
        fs = S3FileSystem(
            anon=not options.key,
            key=options.key or None,
            secret=options.secret or None,
            token=options.session_token or None,
            endpoint_url=options.endpoint or None,
            client_kwargs=client | ({"verify": options.ca_file} if options.ca_file else {}),
            config_kwargs=waits,
            default_block_size=5 * 2**20,
            use_listings_cache=False,
            skip_instance_cache=True,
        )
        fs.retries = 1  # who pulls asks again later
        root = f"{parts.netloc}{unquote(parts.path)}".strip("/")
        return cls(fs, root, shown(parts), {"timeout": timeout * PATIENCE})

    def is_empty_root(self) -> bool:
        """A prefix is there once something has been put below it; the bucket must be."""
        bucket = self.root.partition("/")[0]
        self.fs.ls(bucket, detail=False)
        return True

    def read(self, path: str, limit: int) -> bytes:
        """In one answer: a part of an object that is empty can't be asked for."""
        if self.look(path).size == 0:
            return b""
        data: bytes = self.fs.cat_file(self.place(path), start=0, end=limit + 1, **self._waits)
        return data

    def is_refusal(self, error: Exception) -> bool:
        """No permission, no such bucket, a request that the service will never take."""
        return isinstance(error, _WONT_PASS) or (isinstance(error, OSError) and error.errno in _WRONG)

    def close(self) -> None:
        """End the connections."""
        if self.fs._s3 is not None:
            self.fs.close_session(self.fs.loop, self.fs._s3)
