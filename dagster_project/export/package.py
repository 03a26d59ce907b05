"""All tables as one Data Package (datapackage.json with Table Schema, CSV resources), as a folder or a .zip.

What their codes mean is in it for SDMX tools as well, as a structure message. Belongs here: the package and its
description. Does not belong here: the tables themselves, the message (`sdmx_structure.py`). The same data make the same
bytes: nothing in the package says when it was made.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol

import pandas as pd

from dagster_project.export.columns import Column, Table, Type
from dagster_project.export.csv_text import write_csv
from dagster_project.export.formats import SdmxVersion, structure_message
from dagster_project.export.rows import Export, Exporter
from dagster_project.export.selection import Selection
from dagster_project.export.tables import TABLES
from dagster_project.sources.marks import SAMPLE_MARK
from validators.catalogue import Catalogue

_DESCRIPTION: Final = "datapackage.json"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the least that a .zip can say
_SDMX: Final = SdmxVersion.V2_1
_TYPES: Final[Mapping[Type, str]] = {
    Type.DECIMAL: "number",
    Type.NUMBER: "number",
    Type.INTEGER: "integer",
    Type.FLAG: "boolean",
    Type.DATE: "date",
    Type.MOMENT: "datetime",
}


class _Place(Protocol):
    """A folder or an archive that takes files one after the other."""

    def file(self, name: str) -> Any:
        """A context manager with a stream to write the file's bytes into."""


@dataclass(frozen=True)
class _Folder:
    path: Path

    @contextmanager
    def file(self, name: str) -> Iterator[BinaryIO]:
        place = self.path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("wb") as stream:
            yield stream


@dataclass(frozen=True)
class _Archive:
    archive: zipfile.ZipFile

    @contextmanager
    def file(self, name: str) -> Iterator[Any]:
        entry = zipfile.ZipInfo(name, _EPOCH)
        entry.compress_type = zipfile.ZIP_DEFLATED
        with self.archive.open(entry, "w", force_zip64=True) as stream:
            yield stream


class _Counting:
    """A stream that knows how much was written, and its hash."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self.size, self.hash = stream, 0, hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.size += len(data)
        self.hash.update(data)
        return self._stream.write(data)

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    @property
    def closed(self) -> bool:
        return False

    def flush(self) -> None:
        self._stream.flush()


def write_package(exporter: Exporter, selection: Selection, place: Path | BinaryIO, *, licence: str | None) -> int:
    """Writes all tables and their description into a folder, which is made where it isn't there, or as a .zip into a
    stream; returns how many rows. `licence`: an SPDX name or the address of its text."""
    if isinstance(place, Path):
        return _write(exporter, selection, _Folder(place), licence)
    with zipfile.ZipFile(place, "w") as archive:
        return _write(exporter, selection, _Archive(archive), licence)


def _write(exporter: Exporter, selection: Selection, place: _Place, licence: str | None) -> int:
    # Progress and forecasts are two sides of one judgement.
    judging = cache(exporter.judgement)
    exports = [replace(exporter, judging=judging).export(what, selection) for what in TABLES]
    seen = _Seen()
    resources: list[dict[str, Any]] = []
    rows = 0
    for export in exports:
        path = f"data/{export.table.name}.csv"
        with place.file(path) as stream:
            counting = _Counting(stream)
            rows += write_csv(replace(export, frames=seen.watching(export)), counting)  # type: ignore[arg-type]  # enough of a stream
        resources.append(_resource(export.table, path, counting))
    path = "sdmx/structure.xml"
    with place.file(path) as stream:
        counting = _Counting(stream)
        counting.write(structure_message(exporter.catalogue, _SDMX, seen.newest))
    described = {**_structure(path), **_written(counting)}
    for resource, export in zip(resources, exports, strict=True):
        keys = seen.foreign_keys(export.table)
        if keys:
            resource["schema"]["foreignKeys"] = keys
    sample = any(export.sample for export in exports)
    about = _about(exporter.catalogue, selection, sample=sample, licence=licence)
    with place.file(_DESCRIPTION) as stream:
        whole = {**about, "resources": [*resources, described]}
        stream.write((json.dumps(whole, ensure_ascii=False, indent=2) + "\n").encode())
    return rows


def _about(catalogue: Catalogue, selection: Selection, *, sample: bool, licence: str | None) -> dict[str, Any]:
    """The package without its resources."""
    titles = "、".join(document.title.zh for document in catalogue.documents.values())
    known = "" if selection.known_on is None else f"，按 {selection.known_on} 所知"
    known_en = "" if selection.known_on is None else f", as known on {selection.known_on}"
    mark = f"（{SAMPLE_MARK}）" if sample else ""
    mark_en = " SAMPLE DATA: figures generated by a program, not statistics." if sample else ""
    departments = catalogue.departments
    publishers = dict.fromkeys(key for one in catalogue.datasets.values() for key in one.publishers.values())
    about: dict[str, Any] = {
        "profile": "data-package",
        "name": "xushi",
        "title": f"序时：政府量化目标及其统计数据{mark}",
        "description": f"{titles} 中的量化目标、统计数据及其全部版本、进展与预测{known}。Quantified targets of these "
        f"documents, the statistics that follow them with all their versions, progress and forecasts{known_en}."
        f"{mark_en}",
        "keywords": ["statistics", "targets", "Wenzhou", "Longwan"] + ([SAMPLE_MARK] if sample else []),
        "sources": [
            *({"title": f"{one.title.zh} / {one.title.en}"} for one in catalogue.documents.values()),
            *({"title": f"{departments[key].name.zh} / {departments[key].name.en}"} for key in publishers),
        ],
    }
    if licence:
        about["licenses"] = [{"path": licence} if licence.startswith(("http://", "https://")) else {"name": licence}]
    return about


def _resource(table: Table, path: str, written: _Counting) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "path": path,
        "title": table.zh,
        "description": table.en,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "header": True},
        **_written(written),
        "schema": {
            "fields": [_field(column) for column in table.columns],
            "primaryKey": list(table.key),
            "missingValues": [""],
        },
    }


def _structure(path: str) -> dict[str, Any]:
    return {
        "profile": "data-resource",
        "name": "structure",
        "path": path,
        "title": "指标、地区等代码及各列的含义（SDMX-ML）",
        "description": f"What indicators, regions, other codes and columns mean, for SDMX tools: SDMX-ML {_SDMX}, the "
        "structures of the same figures as SDMX-CSV",
        "format": "xml",
        "mediatype": f"application/vnd.sdmx.structure+xml;version={_SDMX}",
        "encoding": "utf-8",
    }


def _written(written: _Counting) -> dict[str, Any]:
    return {"bytes": written.size, "hash": f"sha256:{written.hash.hexdigest()}"}


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {
        "name": column.name,
        "type": _TYPES.get(column.type, "string"),
        "title": column.zh,
        "description": column.en + (f" [{column.unit}]" if column.unit else ""),
    }
    constraints: dict[str, Any] = {"required": True} if column.required else {}
    if column.words:
        constraints["enum"] = list(column.words)
    return field | ({"constraints": constraints} if constraints else {})


class _Seen:
    """Which keys every column of keys held, so that a foreign key is only promised where it holds: a figure may be
    about an indicator that has left the catalogue since. `newest`: when the last figure became known, the one moment
    that a message, which has to say when it was prepared, can say of the same data again."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, str], set[str]] = {}
        self.newest = datetime(*_EPOCH, tzinfo=UTC)

    def watching(self, export: Export) -> Iterator[pd.DataFrame]:
        """The frames of an export, looked at in passing."""
        watched = [one.name for one in export.table.columns if one.of is not None or one.name in export.table.key]
        for frame in export.frames:
            for name in watched:
                if frame[name].dtype == "str":
                    self._held.setdefault((export.table.name, name), set()).update(frame[name].unique())
            if "known_from" in frame.columns and len(frame):
                self.newest = max(self.newest, frame["known_from"].max().to_pydatetime())
            yield frame

    def foreign_keys(self, table: Table) -> list[dict[str, Any]]:
        """Those that hold."""
        found = []
        for column in table.columns:
            if column.of is None:
                continue
            there = self._held.get(column.of, set())
            if self._held.get((table.name, column.name), set()) - {""} <= there:
                resource = "" if column.of[0] == table.name else column.of[0]
                found.append({"fields": [column.name], "reference": {"resource": resource, "fields": [column.of[1]]}})
        return found
