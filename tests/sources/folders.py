"""Folders of every kind behind real servers, with one way to put a file into each."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.servers import sftp, webdav
from tests.servers.s3 import S3Server
from tests.servers.sftp import SftpServer

LONG_AGO = datetime(2025, 4, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Place:
    """A folder: its URL, who may read it, how a file gets there, who is not let in, and a folder beside it that is
    none."""

    url: str
    storage: dict[str, Any]
    put: Callable[[str, bytes], None]
    absent: str
    strangers: list[dict[str, Any]] = field(default_factory=list)


def local(folder: Path) -> Place:
    def put(path: str, data: bytes) -> None:
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        os.utime(place, (LONG_AGO.timestamp(), LONG_AGO.timestamp() + len(data)))

    return Place(f"file://{folder}", {}, put, f"file://{folder}-absent")


def over_sftp(folder: Path, server: SftpServer) -> Place:
    known = {"host_key": server.host_key}
    storage = {"user": sftp.USER, "password": sftp.PASSWORD} | known
    strangers = [storage | {"password": "wrong"}, storage | {"host_key": sftp.public_key()}]
    return Place(server.url("/").rstrip("/"), storage, local(folder).put, server.url("/absent"), strangers)


def over_webdav(folder: Path, url: str) -> Place:
    storage = {"user": webdav.USER, "password": webdav.PASSWORD}
    return Place(url, storage, local(folder).put, f"{url}/absent", [storage | {"password": "wrong"}, {}])


def in_s3(server: S3Server, bucket: str) -> Place:
    server.client.create_bucket(Bucket=bucket)

    def put(path: str, data: bytes) -> None:
        server.client.put_object(Bucket=bucket, Key=f"交付/{path}", Body=data)

    storage = {"endpoint": server.endpoint, "key": server.key, "secret": server.secret}
    strangers = [storage | {"secret": "wrong"}, storage | {"key": "AKIAWRONG"}]
    return Place(f"s3://{bucket}/交付", storage, put, f"s3://{bucket}-absent/交付", strangers)


def emptied(folder: Path) -> Path:
    """The folder with nothing in it; it stays the same folder, which a server may have open."""
    for inside in folder.iterdir():
        shutil.rmtree(inside) if inside.is_dir() else inside.unlink()
    return folder
