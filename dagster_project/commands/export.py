"""`xushi export`: open data out, in formats that other tools read.

Belongs here: the options, and where it goes. Does not belong here: tables and formats (`export`).
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from dagster_project.export import (
    TABLES,
    Exporter,
    Format,
    SdmxVersion,
    Selection,
    What,
    all_described,
    as_markdown,
    file_name,
    structure_message,
    write,
    write_package,
    write_replay,
)
from dagster_project.settings import Settings
from dagster_project.store import Store
from validators.catalogue_file import load_catalogue
from validators.errors import PeriodError
from validators.periods import parse_period, read_period

# What can be exported beside the tables.
PACKAGE, REPLAY, COLUMNS, STRUCTURE = "package", "replay", "columns", "structure"

if TYPE_CHECKING:
    Thing = StrEnum
else:
    Thing = StrEnum("Thing", [(name.upper(), name) for name in (*What, PACKAGE, REPLAY, COLUMNS, STRUCTURE)])

_STDOUT = Path("-")
_Fill = Callable[[BinaryIO], int]


def export(
    what: Annotated[
        Thing,
        typer.Argument(
            help="observations 数据，versions 全部版本，targets 目标，progress 进展，forecasts 预测，目录各表；"
            "package 数据包 all as a Data Package；replay 可依次重新交入的各版本 versions to be handed in again；"
            "columns 列说明 what the columns mean；structure SDMX-CSV 的结构 the structure of the SDMX-CSV, as SDMX-ML",
        ),
    ],
    form: Annotated[
        Format, typer.Option("--format", help="格式 format; columns: json or, with csv, a Markdown page")
    ] = Format.CSV,
    known_on: Annotated[
        datetime | None,
        typer.Option("--known-on", formats=["%Y-%m-%d"], help="按这一天已知的数据 as it was known on that day"),
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="评判月份，用于 progress、forecasts month of the judgement")
    ] = None,
    since: Annotated[str | None, typer.Option(help="自何期起 first period")] = None,
    until: Annotated[str | None, typer.Option(help="至何期止 last period")] = None,
    indicator: Annotated[list[str] | None, typer.Option(help="只要这些指标 only these; repeat the option")] = None,
    dataset: Annotated[list[str] | None, typer.Option(help="只要这些数据集 only these; repeat the option")] = None,
    region: Annotated[list[str] | None, typer.Option(help="只要这些地区 only these: code, name, alias")] = None,
    sdmx: Annotated[
        SdmxVersion, typer.Option(help="用于 structure version of SDMX-ML, for structure")
    ] = SdmxVersion.V2_1,
    out: Annotated[
        Path, typer.Option(help="写入文件；- 为标准输出；package 为文件夹或 .zip a file, - for standard output")
    ] = _STDOUT,
) -> None:
    """开放数据：数据、目标、进展、预测，列有说明，可再交入。

    Open data: figures, targets, progress, forecasts, with documented columns. Figures as CSV or xlsx can be handed in
    again by `xushi upload`.
    """
    if what == COLUMNS:
        _columns(form, out)
        return
    settings = Settings()
    catalogue = load_catalogue(settings.catalogue)
    if what == STRUCTURE:
        _bytes(structure_message(catalogue, sdmx, datetime.now(UTC)), out)
        return
    settings.home.mkdir(parents=True, exist_ok=True)
    with Store.open(settings.store_url) as store:
        exporter = Exporter(catalogue, store, settings.zone)
        selection = Selection.of(
            catalogue,
            known_on=None if known_on is None else known_on.date(),
            since=_period("--since", since),
            until=_period("--until", until),
            indicators=indicator or (),
            datasets=dataset or (),
            regions=region or (),
            as_of=_period("--as-of", as_of),
        )
        if what == PACKAGE:
            _package(exporter, selection, out, settings.export_licence)
        elif what == REPLAY:
            _replay(exporter, selection, out)
        else:
            _table(exporter, selection, What(what), form, out)


def _table(exporter: Exporter, selection: Selection, what: What, form: Format, out: Path) -> None:
    made = exporter.export(what, selection)
    if out == _STDOUT:
        if form is Format.XLSX or form is Format.PARQUET:
            # These formats are finished at their end, or not at all.
            with tempfile.TemporaryFile() as file:
                write(made, form, file, exporter.catalogue)
                file.seek(0)
                shutil.copyfileobj(file, sys.stdout.buffer)
        else:
            write(made, form, sys.stdout.buffer, exporter.catalogue)
        sys.stdout.buffer.flush()
        return
    place = out / file_name(made, form) if out.is_dir() else out
    rows = _whole(place, lambda stream: write(made, form, stream, exporter.catalogue))
    typer.echo(f"{place}: {rows} 行 rows", err=True)


def _whole(place: Path, fill: _Fill) -> int:
    """Writes a file beside its place and moves it there when it is whole: whoever reads the old one keeps it."""
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            rows = fill(file)
    except BaseException:
        beside.unlink()
        raise
    beside.chmod(0o644)
    beside.replace(place)
    return rows


def _package(exporter: Exporter, selection: Selection, out: Path, licence: str | None) -> None:
    if out == _STDOUT:
        raise typer.BadParameter("数据包须写入文件夹或 .zip / name a folder or a .zip", param_hint="--out")
    if out.suffix == ".zip":
        rows = _whole(out, lambda stream: write_package(exporter, selection, stream, licence=licence))
    else:
        rows = write_package(exporter, selection, out, licence=licence)
    typer.echo(f"{out}: {len(TABLES)} 张表 tables, {rows} 行 rows", err=True)


def _replay(exporter: Exporter, selection: Selection, out: Path) -> None:
    if out == _STDOUT:
        raise typer.BadParameter("须写入空文件夹 / name an empty folder", param_hint="--out")
    files = write_replay(exporter, selection, out)
    typer.echo(
        f"{out}: {len(files)} 个文件 files；按文件名顺序 xushi upload --published <文件名中的日期或时刻> 即可重建 "
        "hand them in in the order of their names, each with the day or moment in its name as --published",
        err=True,
    )


def _columns(form: Format, out: Path) -> None:
    if form is Format.JSON:
        text = json.dumps(all_described(), ensure_ascii=False, indent=2) + "\n"
    else:
        text = as_markdown(TABLES.values())
    _bytes(text.encode(), out)


def _bytes(data: bytes, out: Path) -> None:
    if out == _STDOUT:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        _whole(out, lambda stream: stream.write(data))


def _period(option: str, text: str | None) -> str | None:
    """SDMX, from SDMX or from what people write."""
    if text is None:
        return None
    try:
        return parse_period(text).text
    except PeriodError as error:
        found = read_period(text)
        if found is None:
            raise typer.BadParameter(str(error), param_hint=option) from error
        return found.period.text
