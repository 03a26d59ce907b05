"""`xushi progress`: where every target stands, for people and for machines.

Belongs here: choosing what to judge and to show, and where it goes. Does not belong here: judging (`judgement.py`),
layout (`scoreboard`).
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from dagster_project.commands.choosing import Chapter, Document, Owner, Region, choice
from dagster_project.judgement import judge, shows_sample
from dagster_project.progress import Light
from dagster_project.scoreboard import Board, print_board, to_csv, to_html, to_json
from dagster_project.settings import Settings
from dagster_project.store import Store
from validators.catalogue_file import load_catalogue
from validators.errors import PeriodError
from validators.periods import Month, parse_period, read_period

_FILE_WIDTH = 160  # of a table that is written into a file


class Format(StrEnum):
    """How the scoreboard is given."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    HTML = "html"


def progress(
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="截至月份 month such as 2025-09 (default: the newest with figures)")
    ] = None,
    known_on: Annotated[
        datetime | None,
        typer.Option("--known-on", formats=["%Y-%m-%d"], help="按这一天已知的数据 by what was known on that day"),
    ] = None,
    owner: Owner = None,
    region: Region = None,
    document: Document = None,
    chapter: Chapter = None,
    light: Annotated[list[Light] | None, typer.Option(help="只看这些状态 only these lights; repeat the option")] = None,
    output: Annotated[Format, typer.Option("--format", help="输出格式 output format")] = Format.TABLE,
    out: Annotated[Path | None, typer.Option(help="写入文件 write to a file", dir_okay=False)] = None,
) -> None:
    """每个目标的状态、进度、差距与月均需完成。Where every target stands: light, pace, gap, needed run rate."""
    month = chosen_month(as_of)
    # Opened here and not by `opening.installation`: a reader needs no intake, whose checks take a second to import.
    settings = Settings()
    catalogue = load_catalogue(settings.catalogue)
    chosen = choice(catalogue, owner, region, document, chapter)
    settings.home.mkdir(parents=True, exist_ok=True)
    with Store.open(settings.store_url) as store:
        day = known_on.date() if known_on else None
        moment = end_of_day(day, settings.zone) if day else None
        judgement = judge(catalogue, store, as_of=month, known_on=moment)
        sample = shows_sample(store)
    board = Board.of(
        judgement.evaluation,
        catalogue,
        as_of=judgement.as_of,
        known_on=day,
        sample=sample,
        forecast=judgement.forecast,
    )
    shown = board.select(**asdict(chosen), lights=light or ())
    _give(shown, output, out)
    if not (board.rows["period"] != "").any():
        typer.echo(
            "尚无可用数据，先交表：xushi upload FILE / no figures yet, hand in tables first: xushi upload FILE",
            err=True,
        )


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The last moment of a day where the statistics are made: what was published on it counts as known."""
    return datetime.combine(day + timedelta(days=1), time(), zone) - timedelta(microseconds=1)


def _give(board: Board, output: Format, out: Path | None) -> None:
    if output is Format.TABLE:
        if out is None:
            print_board(Console(), board)
            return
        with out.open("w", encoding="utf-8") as file:
            print_board(Console(file=file, width=_FILE_WIDTH, color_system=None), board)
    else:
        text = {Format.CSV: to_csv, Format.JSON: to_json, Format.HTML: to_html}[output](board)
        if out is None:
            typer.echo(text, nl=False)
            return
        out.write_text(text, encoding="utf-8")
    typer.echo(f"{out}: {len(board.rows)} 个目标 targets", err=True)


def chosen_month(text: str | None, option: str = "--as-of") -> Month | None:
    """The month that the option names, as SDMX or as people write it; a quarter or a year means its last month."""
    if text is None:
        return None
    try:
        return parse_period(text).last_month
    except PeriodError as error:
        found = read_period(text)
        if found is None:
            raise typer.BadParameter(str(error), param_hint=option) from error
        return found.period.last_month
