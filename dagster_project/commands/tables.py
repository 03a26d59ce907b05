"""`xushi tables`: what the reader sees in a file, without any catalogue.

Belongs here: the command and how it prints. Does not belong here: reading (`tables`), the catalogue.
"""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from dagster_project.commands.mapping import map_file
from dagster_project.commands.visible import VISIBLE
from dagster_project.settings import Settings
from dagster_project.tables.open_book import check_size
from dagster_project.tables.reading import Reading
from dagster_project.tables.worker import Limits, read_apart
from validators.spreadsheet_text import inert_frame

app = typer.Typer(no_args_is_help=True, help="统计表 tables: read a file without any catalogue")
app.command("map")(map_file)

SHOWN = ["sheet", "cell", "row_label", "parent_label", "column_label", "period", "measure", "unit", "value"]


class Format(StrEnum):
    """How the cells are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


@app.callback()
def tables() -> None:
    """统计表。Tables."""


@app.command("read")
def read(
    file: Annotated[Path, typer.Argument(help="表格文件 .xlsx .xls .csv / a table", exists=True, dir_okay=False)],
    output: Annotated[Format, typer.Option("--format", help="输出格式 output format")] = Format.CSV,
    sheet: Annotated[list[str] | None, typer.Option(help="只读这些工作表 only these sheets")] = None,
) -> None:
    """不用目录，读出文件里的每个数值。Every figure of a file with its labels, period, measure and unit, without any
    catalogue. What was left out, or is wrong, is said on standard error.

    Exit code 0 when the file could be read, 1 when not.
    """
    settings = Settings()
    check_size(file.stat().st_size, file.name, settings.max_upload_bytes)
    reading = read_apart(file.read_bytes(), file.name, limits=Limits.of(settings))
    wanted = sheet or [one.name for one in reading.sheets]
    unknown = [name for name in wanted if name not in {one.name for one in reading.sheets}]
    if unknown:
        there = ", ".join(one.name for one in reading.sheets)
        raise typer.BadParameter(f"没有工作表 / no such sheet: {', '.join(unknown)} ({there})".translate(VISIBLE))
    # Of a table that names an indicator in each row, that is the label, and its region the label above.
    named = reading.long.rename(columns={"indicator": "row_label", "region": "parent_label"})
    found = named.assign(column_label="value") if reading.is_long else reading.cells
    cells = found.loc[found["sheet"].isin(wanted), SHOWN]
    _print(cells, output)
    _say(reading, wanted)


def _print(cells: pd.DataFrame, output: Format) -> None:
    if output is Format.CSV:
        text = inert_frame(cells).to_csv(index=False, float_format="%.15g", lineterminator="\n")
        typer.echo(text.translate(VISIBLE), nl=False)
    elif output is Format.JSON:
        rows = cells.astype(object).where(cells.notna(), None).to_dict("records")
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2).translate(VISIBLE))
    else:
        for name, group in cells.groupby("sheet", sort=False):
            table = Table(title=escape(str(name).translate(VISIBLE)))
            for column in SHOWN[1:]:
                table.add_column(column, overflow="fold", justify="right" if column == "value" else "left")
            for row in group[SHOWN[1:]].itertuples(index=False):
                *texts, value = row
                table.add_row(
                    *(escape(str(text).translate(VISIBLE)) for text in texts), "" if pd.isna(value) else f"{value:.15g}"
                )
            Console().print(table)


def _say(reading: Reading, wanted: list[str]) -> None:
    for finding in reading.findings:
        if not finding.sheet or finding.sheet in wanted:
            said = f"{finding.severity.value}: {finding.place}: {finding.zh} {finding.en}"
            typer.echo(said.translate(VISIBLE), err=True)
