"""Open data for programs: every table in every format, all of them as a Data Package, and what the columns mean.

The addresses are stable: the same address gives the same table as it is then, and says by its ETag whether anything
has changed since. Belongs here: the routes. Does not belong here: tables and formats (`dagster_project.export`).
"""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from hashlib import sha256
from typing import Annotated, Any, BinaryIO, Final
from urllib.parse import quote

from fastapi import Depends, HTTPException, Query
from pydantic import BaseModel
from starlette.responses import Response, StreamingResponse

from dagster_project.export import (
    MEDIA_TYPES,
    STRUCTURE_TYPE,
    Exporter,
    Format,
    SdmxVersion,
    Selection,
    What,
    all_described,
    file_name,
    structure_message,
    write,
    write_package,
)
from dagster_project.identity.audit import Deed
from dagster_project.judgement import shows_sample
from dagster_project.portal.api.moments import Day
from dagster_project.portal.choosing import YEARS
from dagster_project.portal.desk import Desk
from dagster_project.portal.route import Route
from dagster_project.portal.visit import Visit, Visiting
from dagster_project.sources.marks import SAMPLE_MARK
from validators.catalogue import Catalogue
from validators.codes import SameObject
from validators.errors import ExportError, PeriodError

ZIP: Final = "application/zip"
_AT_ONCE = 2  # exports that are made at the same time; who comes when there are more waits, and then tries again
_PATIENCE = 20.0  # seconds
_PIECE = 1 << 18
_places = threading.BoundedSemaphore(_AT_ONCE)


class KeyAnswer(BaseModel):
    """The column of another table that a value is a key of."""

    table: str
    column: str


class ColumnAnswer(BaseModel):
    """What a column means. `type`: id, text, period, decimal, number, integer, flag, date or moment; `unit`: what its
    numbers are in, or the column that says so; `words`: the values that there are."""

    name: str
    type: str
    unit: str
    required: bool
    words: list[str]
    of: KeyAnswer | None
    zh: str
    en: str


class TitleAnswer(BaseModel):
    """In Chinese and in English."""

    zh: str
    en: str


class TableAnswer(BaseModel):
    """A table; `key`: the columns that identify a row."""

    name: str
    title: TitleAnswer
    key: list[str]
    columns: list[ColumnAnswer]


def selection(
    visit: Visiting,
    known_on: Annotated[Day | None, Query(description="as it was known at the end of this day")] = None,
    since: Annotated[str, Query(description="first period of figures, SDMX")] = "",
    until: Annotated[str, Query(description="last period of figures, SDMX")] = "",
    indicator: Annotated[list[str] | None, Query(description="one or several")] = None,
    dataset: Annotated[list[str] | None, Query(description="one or several")] = None,
    region: Annotated[list[str] | None, Query(description="one or several codes")] = None,
    as_of: Annotated[str, Query(description="month of the judgement, for progress and forecasts")] = "",
) -> Selection:
    """What the parameters name; 422 for what nobody has."""
    try:
        found = Selection.of(
            visit.desk.catalogue,
            known_on=known_on,
            since=since or None,
            until=until or None,
            indicators=indicator or (),
            datasets=dataset or (),
            regions=region or (),
            as_of=as_of or None,
        )
    except (ExportError, PeriodError) as error:
        raise HTTPException(422, str(error)[:400]) from error
    if found.as_of is not None and found.as_of.year not in YEARS:
        raise HTTPException(422, f"年份须在 {YEARS.start} 与 {YEARS.stop} 之间 / years from {YEARS.start} on")
    return found


Selected = Annotated[Selection, Depends(selection)]
Asked = Annotated[Format, Query(alias="format")]


def table(visit: Visiting, what: What, selected: Selected, form: Asked = Format.CSV) -> Response:
    """One table, in one format. 304 where nothing has changed since the ETag that was sent; 409 for a format
    that can't hold the table."""
    tag = _tag(visit, what, form, selected)
    if _is_known(visit, tag):
        return Response(status_code=304, headers=_headers(tag))
    export = _exporter(visit.desk).export(what, selected)
    return _made(
        lambda stream: write(export, form, stream, visit.desk.catalogue),
        file_name(export, form),
        MEDIA_TYPES[form],
        tag,
        lambda rows: visit.record(Deed.EXPORTED, str(what), format=str(form), rows=rows),
    )


def package(visit: Visiting, selected: Selected) -> Response:
    """All tables as a Data Package: datapackage.json with CSV resources and their structure as SDMX-ML, in one
    .zip."""
    tag = _tag(visit, "package", "zip", selected)
    if _is_known(visit, tag):
        return Response(status_code=304, headers=_headers(tag))
    licence = visit.desk.settings.export_licence
    mark = f"-{SAMPLE_MARK}" if shows_sample(visit.desk.store) else ""
    return _made(
        lambda stream: write_package(_exporter(visit.desk), selected, stream, licence=licence),
        f"xushi{mark}.zip",
        ZIP,
        tag,
        lambda rows: visit.record(Deed.EXPORTED, "package", format="zip", rows=rows),
    )


def structure(
    visit: Visiting, sdmx: Annotated[SdmxVersion, Query(description="version of SDMX-ML")] = SdmxVersion.V2_1
) -> Response:
    """The structure of the SDMX-CSV, as SDMX-ML: data flows, data structures, concepts, and code lists of the
    catalogue."""
    tag = _tag(visit, "structure", sdmx, Selection())
    if _is_known(visit, tag):
        return Response(status_code=304, headers=_headers(tag))
    content = structure_message(visit.desk.catalogue, sdmx, visit.desk.now())
    visit.record(Deed.EXPORTED, "structure", format=f"sdmx-ml {sdmx}", rows=0)
    return Response(content, media_type=STRUCTURE_TYPE, headers=_headers(tag))


def columns() -> list[TableAnswer]:
    """Every table with its columns: types, units, and what they mean in Chinese and in English."""
    return [TableAnswer.model_validate(one) for one in all_described()]


def _exporter(desk: Desk) -> Exporter:
    return Exporter(
        desk.catalogue,
        desk.store,
        desk.settings.zone,
        judging=lambda selected: desk.board.judgement(as_of=selected.as_of, known_on=selected.known_on),
    )


def _made(
    fill: Callable[[BinaryIO], int], name: str, media_type: str, tag: str, then: Callable[[int], None]
) -> Response:
    """The answer, written as a whole before its first byte goes out: what goes wrong is said, and not cut off."""
    file: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it was sent
    try:
        with _place():
            then(fill(file))
        size = file.tell()
        file.seek(0)
    except BaseException:
        file.close()
        raise
    headers = _headers(tag) | {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "Content-Length": str(size),
    }
    return StreamingResponse(_pieces(file), media_type=media_type, headers=headers)


@contextmanager
def _place() -> Iterator[None]:
    """One of the places for making exports; 503 where none becomes free in time."""
    if not _places.acquire(timeout=_PATIENCE):
        raise HTTPException(
            503, "导出的人太多，请稍后再试 / too many exports at once; try again", {"Retry-After": "20"}
        )
    try:
        yield
    finally:
        _places.release()


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece


def _headers(tag: str) -> dict[str, str]:
    # Whoever keeps it asks each time whether it still is so.
    return {"ETag": tag, "Cache-Control": "private, no-cache"}


def _tag(visit: Visit, what: str, form: str, selected: Selection) -> str:
    """Differs after everything that can change the answer. Weak: an .xlsx says when it was made."""
    desk = visit.desk
    # Which targets counted as unlikely the last time has a part in which do now.
    said = (
        desk.store.mark(),
        sorted(desk.store.unlikely()),
        _meaning(SameObject(desk.catalogue)),
        desk.settings.export_licence,
        str(what),
        str(form),
        selected,
    )
    return f'W/"{sha256(repr(said).encode()).hexdigest()[:32]}"'


@lru_cache(maxsize=4)
def _meaning(key: SameObject) -> str:
    """Of the catalogue and of the columns."""
    catalogue: Catalogue = key.catalogue
    described = json.dumps(all_described(), sort_keys=True)
    return sha256((catalogue.model_dump_json() + described).encode()).hexdigest()


def _is_known(visit: Visit, tag: str) -> bool:
    sent = visit.request.headers.get("If-None-Match", "")
    return sent.strip() == "*" or tag in [one.strip() for one in sent.split(",")]


_BINARY: Final = {"schema": {"type": "string", "format": "binary"}}
_JSON: Final = {
    "schema": {
        "type": "object",
        "required": ["table", "title", "known_on", "sample", "columns", "rows"],
        "properties": {"rows": {"type": "array", "items": {"type": "object"}}, "columns": {"type": "array"}},
    }
}
_SAME: Final = {"description": "nothing has changed since"}
_TABLE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "the table; its columns are described under /api/v1/export/columns",
        "content": {
            kind.partition(";")[0]: _JSON if form is Format.JSON else _BINARY for form, kind in MEDIA_TYPES.items()
        },
    },
    304: _SAME,
}
_PACKAGE: dict[int | str, dict[str, Any]] = {200: {"content": {ZIP: _BINARY}}, 304: _SAME}

_STRUCTURE: dict[int | str, dict[str, Any]] = {200: {"content": {"application/xml": _BINARY}}, 304: _SAME}

ROUTES = (
    Route("GET", "/api/v1/export/columns", columns, action="export", api=True),
    Route("GET", "/api/v1/export/structure.xml", structure, action="export", api=True, answer=_STRUCTURE),
    Route("GET", "/api/v1/export/package.zip", package, action="export", api=True, answer=_PACKAGE),
    Route("GET", "/api/v1/export/{what}", table, action="export", api=True, answer=_TABLE),
)
