"""The connector `folder`: files that somebody puts into a folder, of this machine, on SFTP, S3 or WebDAV.

    connector: folder
    with:
      url: sftp://files.example/outbox/customs
      pattern: "{year}/*{month}月*.xlsx"
      storage: {user: xushi, password: "${customs_password}", known_hosts: /etc/xushi/known_hosts}

A file is taken once it has stopped changing: it was changed at least `settle_seconds` ago, or is the same on two looks
so far apart, and is still the same after it was read. Which ones were taken is remembered by name and stamp; a file
that was replaced is taken again.

Belongs here: which files are taken, and when. Does not belong here: names (`folder_pattern.py`), storage
(`folder_storage.py`), reading tables.
"""

from __future__ import annotations

import mimetypes
import posixpath
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from dagster_project.sources import folder_pattern as patterns
from dagster_project.sources.connector import Connector, Delivery, Options, Request
from dagster_project.sources.folder_storage import SCHEMES, Entry, Storage, StorageOptions, opened
from validators.catalogue import RegionCode
from validators.errors import SourceOptionsError, SourceRefusedError
from validators.periods import Period


class FolderOptions(Options):
    """Which folder, which files."""

    url: str
    """地址 file:///path or a path, sftp://host/path, s3://bucket/prefix, webdav+https://host/path"""
    pattern: str
    """文件名样式 pattern of paths within the folder, such as "{year}/*{month}月*.xlsx" """
    storage: StorageOptions = StorageOptions()
    """账号与密钥 account and keys"""
    region_names: dict[RegionCode, str] = Field(default={})
    """{region} 处的写法 what stands at {region} for each region; left out: its code"""
    settle_seconds: float = Field(default=60, ge=0, le=3600)
    """静止秒数 seconds for which a file must not have changed"""
    timeout_seconds: float = Field(default=30, gt=0, le=600)
    """超时秒数 seconds to wait for each answer"""

    @field_validator("url")
    @classmethod
    def _known_scheme(cls, url: str) -> str:
        parts = urlsplit(url)
        local = url.startswith("/") or (parts.scheme == "file" and not parts.netloc and parts.path.startswith("/"))
        if not local and (parts.scheme not in SCHEMES or parts.scheme == "file" or not parts.netloc):
            raise ValueError(
                "须为绝对路径，或 " + "、".join(f"{scheme}://…" for scheme in SCHEMES) + " / no such address"
            )
        return url

    @field_validator("pattern")
    @classmethod
    def _sound_pattern(cls, pattern: str) -> str:
        wrong = patterns.problems(pattern)
        if wrong:
            raise ValueError("; ".join(wrong))
        return pattern


@dataclass(frozen=True)
class _Wanted:
    """A file that matches, and what its name says."""

    entry: Entry
    period: Period | None
    region: str | None


class Folder(Connector[FolderOptions]):
    """See the module."""

    options_model = FolderOptions

    def __init__(self, options: FolderOptions, sleep: Callable[[float], None] = time.sleep) -> None:
        super().__init__(options)
        self._sleep = sleep

    def pull(self, request: Request) -> Iterator[Delivery]:
        """The files that match, oldest first."""
        name = f"{request.dataset}/{request.source}"
        self._check(request, name)
        with opened(self.options.url, self.options.storage, name, self.options.timeout_seconds) as storage:
            wanted = [one for one in self._matching(storage, request) if _stamp(one.entry) != _known(one, request)]
            large = [one.entry for one in wanted if one.entry.size > request.max_bytes]
            wanted = [one for one in wanted if one.entry.size <= request.max_bytes]
            for one in self._settled(storage, wanted, request):
                data = self._read(storage, one.entry, request)
                if data is None:
                    continue
                if len(data) > request.max_bytes:
                    large.append(one.entry)
                    continue
                yield self._delivery(storage, one, data, request)
            if large:
                raise _too_large(storage, large, request, name)

    def _check(self, request: Request, name: str) -> None:
        named = patterns.places(self.options.pattern)
        missing = sorted(named - patterns.filled(request.periods[0], "").keys()) if request.periods else []
        if missing:
            cadence = request.catalogue.datasets[request.dataset].cadence
            listed = ", ".join(f"{{{place}}}" for place in missing)
            raise SourceOptionsError(
                [f"{name}: with.pattern：{cadence} 数据没有 {listed} / a dataset that is {cadence} has no {listed}"]
            )

    def _matching(self, storage: Storage, request: Request) -> list[_Wanted]:
        """Every file that matches for a period and a region, once, oldest first."""
        pattern, cadence = self.options.pattern, request.catalogue.datasets[request.dataset].cadence
        listings: dict[str, list[Entry]] = {}
        found: dict[str, list[_Wanted]] = {}
        regions = request.regions if "region" in patterns.places(pattern) else ("",)
        tried = set()
        for period in request.periods:
            for region in regions:
                values = patterns.filled(period, self.options.region_names.get(region, region))
                rendered = pattern.format_map(values) if "{" in pattern else pattern
                if rendered in tried:
                    continue
                tried.add(rendered)
                said = period if patterns.says_period(pattern, cadence) else None
                for entry in _walk(storage, pattern.split("/"), values, listings):
                    found.setdefault(entry.path, []).append(_Wanted(entry, said, region or None))
        # A name that matches several periods, or several regions, says none.
        once = [ones[0] if len(ones) == 1 else _Wanted(ones[0].entry, None, None) for ones in found.values()]
        return sorted(once, key=_age)

    def _settled(self, storage: Storage, wanted: list[_Wanted], request: Request) -> list[_Wanted]:
        """Those that have stopped changing; it waits for what changed a moment ago."""
        still = timedelta(seconds=self.options.settle_seconds)
        young = [
            one.entry.path for one in wanted if one.entry.changed is None or request.now - one.entry.changed < still
        ]
        if not young or not still or storage.shows_whole:
            return wanted
        request.say(
            f"{len(young)} 个文件刚有改动，{self.options.settle_seconds:g} 秒后再看",
            f"{len(young)} files changed a moment ago; looking again in {self.options.settle_seconds:g} seconds",
        )
        self._sleep(self.options.settle_seconds)
        settled = []
        for one in wanted:
            if one.entry.path in young and not self._unchanged(storage, one.entry):
                _say_later(request, one.entry)
            else:
                settled.append(one)
        return settled

    def _read(self, storage: Storage, entry: Entry, request: Request) -> bytes | None:
        """The whole file; None where it went or changed meanwhile."""
        try:
            data = storage.read(entry.path, request.max_bytes)
        except FileNotFoundError:
            data = None
        if data is None or (len(data) <= request.max_bytes and len(data) != entry.size):
            _say_later(request, entry)
            return None
        if not self._unchanged(storage, entry):
            _say_later(request, entry)
            return None
        return data

    def _unchanged(self, storage: Storage, entry: Entry) -> bool:
        try:
            return _stamp(storage.look(entry.path)) == _stamp(entry)
        except FileNotFoundError:
            return False

    def _delivery(self, storage: Storage, one: _Wanted, data: bytes, request: Request) -> Delivery:
        entry = one.entry
        changed = "" if entry.changed is None else entry.changed.isoformat()
        return Delivery(
            content=data,
            file_name=posixpath.basename(entry.path),
            origin=f"{storage.shown}/{entry.path}",
            received_at=request.now,
            media_type=mimetypes.guess_type(entry.path)[0] or "",
            headers={"last-modified": changed} if changed else {},
            period=None if one.period is None else one.period.text,
            region=one.region,
            keep={entry.path: _stamp(entry)},
        )


def _walk(storage: Storage, parts: list[str], values: dict[str, str], listings: dict[str, list[Entry]]) -> list[Entry]:
    """The files whose path matches part by part; each folder is listed once. A folder that went meanwhile, or that
    isn't there yet below the root, has none."""
    folders = [""]
    for depth, part in enumerate(parts):
        form = patterns.matcher(part, values)
        last = depth == len(parts) - 1
        found = []
        for folder in folders:
            if folder not in listings:
                listings[folder] = _listed(storage, folder)
            for entry in listings[folder]:
                name = posixpath.basename(entry.path)
                if entry.is_folder is not last and not patterns.is_temporary(name):
                    found += [entry] if form.fullmatch(patterns.plain(name)) else []
        if last:
            return found
        folders = [entry.path for entry in found]
    return []


def _listed(storage: Storage, folder: str) -> list[Entry]:
    try:
        return storage.entries(folder)
    except FileNotFoundError:
        if folder == "" and not storage.is_empty_root():
            raise
        return []


def _age(one: _Wanted) -> tuple[float, str]:
    return (one.entry.changed.timestamp() if one.entry.changed else 0.0, one.entry.path)


def _stamp(entry: Entry) -> str:
    return f"{entry.size} {entry.stamp}"


def _known(one: _Wanted, request: Request) -> str | None:
    return request.known.get(one.entry.path)


def _say_later(request: Request, entry: Entry) -> None:
    request.say(
        f"{entry.path} 正在改动或已移走，下次再取",
        f"{entry.path} is being changed or went; it is left for the next time",
    )


def _too_large(storage: Storage, large: list[Entry], request: Request, name: str) -> SourceRefusedError:
    listed = "; ".join(f"{storage.shown}/{entry.path} ({entry.size:,})" for entry in large[:5])
    return SourceRefusedError(
        name,
        f"文件大于上限 {request.max_bytes:,} 字节：{listed}",
        f"files are larger than the limit of {request.max_bytes:,} bytes: {listed}",
    )
