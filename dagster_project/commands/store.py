"""`xushi store`: what the database holds, and its schema.

Belongs here: the commands and how they print. Does not belong here: handing in (`upload.py`), any query (`store`).
"""

from __future__ import annotations

import difflib
import json
import math
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import pandas as pd
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from dagster_project.settings import Settings
from dagster_project.store import State, Store, Upload, check_schema, upgrade_schema, views
from validators.catalogue import Measure
from validators.catalogue_file import load_catalogue
from validators.errors import PeriodError, XushiError
from validators.findings import Severity
from validators.names import NameTable
from validators.periods import parse_period, read_period
from validators.spreadsheet_text import inert_frame

app = typer.Typer(no_args_is_help=True, help="数据库 database: schema, uploads, versions of a figure")

_COLOURS = {
    State.RECEIVED: "yellow",
    State.PENDING: "yellow",
    State.REJECTED: "red",
    State.ACCEPTED: "green",
    State.SUPERSEDED: "dim",
    State.WITHDRAWN: "magenta",
}


class Format(StrEnum):
    """How rows are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


Output = Annotated[Format, typer.Option("--format", help="输出格式 output format")]


@app.callback()
def store() -> None:
    """数据库。The database."""


@app.command()
def migrate(
    check: Annotated[
        bool, typer.Option("--check", help="只检查，不改动 change nothing; exit code 1 when anything is amiss")
    ] = False,
) -> None:
    """建立数据库或升级其结构。Make the database, or bring its schema to the newest version.

    The catalogue's names, kept for those who query by SQL (see `xushi store views`), are brought up to date with it.

    With --check: whether the migrations make what the program's models say, and whether the installation's database,
    where there is one, is at the newest version.
    """
    settings = Settings()
    if check:
        problems = check_schema(settings.store_url)
        for problem in problems:
            typer.echo(problem, err=True)
        if problems:
            raise typer.Exit(1)
        typer.echo("ok")
        return
    changed = upgrade_schema(settings.store_url)
    if settings.catalogue.exists():  # a database may be made before there is one
        # Imported here: no other command about the database needs what exports need.
        from dagster_project.export.names import catalogue_names

        with Store.open(settings.store_url, migrate=False) as opened:
            opened.keep_names(catalogue_names(load_catalogue(settings.catalogue)))
    typer.echo(
        "数据库结构已更新 brought to the newest version" if changed else "已是最新 at the newest version already"
    )


@app.command()
def uploads(
    state: Annotated[list[State] | None, typer.Option(help="只看这些状态 only these states; repeat the option")] = None,
    dataset: Annotated[str | None, typer.Option(help="只看这个数据集 only this dataset")] = None,
    region: Annotated[str | None, typer.Option(help="只看这个地区 only this region: code, name, alias")] = None,
    period: Annotated[
        str | None, typer.Option(help="只看最末时期在此之内的 only those that end in this period")
    ] = None,
    by: Annotated[str | None, typer.Option(help="只看此人所交 only what this person handed in")] = None,
    last: Annotated[int | None, typer.Option(min=1, help="只看最近几份,新的在前 only the newest, newest first")] = None,
    output: Output = Format.TABLE,
) -> None:
    """上传台账：何时收到、何人所交、结果如何。The ledger: what was received, when, from whom, and what became of it.

    JSON carries each upload's findings in full.
    """
    settings = Settings()
    with _opened(settings) as opened:
        found = opened.uploads(
            state or None,
            dataset,
            limit=last,
            region=None
            if region is None
            else NameTable(load_catalogue(settings.catalogue).regions).find(region) or region,
            period=None if period is None else _period(period),
            received_by=by,
            newest_first=last is not None,
        )
    if output is Format.JSON:
        rows = [_whole(upload, settings.zone) for upload in found]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    _print(pd.DataFrame([_line(upload, settings.zone) for upload in found], columns=list(_LINE)), _LINE, output)


@app.command()
def versions(
    indicator: Annotated[str, typer.Argument(help="指标代码 indicator id")],
    region: Annotated[str, typer.Argument(help="地区：代码、名称或别名 region: code, name, alias")],
    period: Annotated[str, typer.Argument(help="时期 period such as 2025-03, 2025-Q1, 2025")],
    measure: Annotated[Measure | None, typer.Option(help="口径 only this measure")] = None,
    output: Output = Format.TABLE,
) -> None:
    """一个数据的全部版本：何时起、采信什么、出自哪份表的哪一格。

    All that was ever believed of a figure: since when, what, from which cell of which file.
    """
    settings = Settings()
    catalogue = load_catalogue(settings.catalogue)
    code = NameTable(catalogue.regions).find(region) or region
    with _opened(settings) as opened:
        found = opened.versions(indicator, code, _period(period), None if measure is None else measure.value)
        files = {number: opened.upload(number).file_name for number in map(int, found["upload"].unique())}
    if found.empty:
        near = difflib.get_close_matches(indicator, [*catalogue.indicators], n=3)
        hint = "" if indicator in catalogue.indicators else f"；相近 nearest: {', '.join(near) or '-'}"
        raise XushiError(f"没有数据 / no figure: {indicator} {code} {period}{hint}")
    shown = found.assign(
        known_from=[_time(moment, settings.zone) for moment in found["known_from"]],
        value=["" if math.isnan(value) else f"{value:.15g}" for value in found["value"]],
        file=found["upload"].map(files),
        because=[_because(*row) for row in zip(found["restored"], found["withdrawn"], strict=True)],
    )
    if output is Format.JSON:
        numbers = [None if math.isnan(value) else value for value in found["value"]]
        rows = [{**row, "value": value} for row, value in zip(shown.to_dict("records"), numbers, strict=True)]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        _print(shown[list(_VERSION)], _VERSION, output)


@app.command("views")
def views_() -> None:
    """供 SQL 查询的视图及其列。The views for those who query by SQL (Grafana, Superset, Power BI), and their columns.

    Printed as Markdown, with the statements that make a role which may read them and nothing else.
    """
    described = views()
    lines: list[str] = []
    for one in described:
        lines += [f"## {one.name}", "", one.about, "", "| 列 column | 含义 meaning |", "|---|---|"]
        lines += [f"| {name} | {meaning} |" for name, meaning in one.columns.items()]
        lines.append("")
    lines += ["## 只读账号 a role that may only read (PostgreSQL)", "", "```sql"]
    lines += ["CREATE ROLE xushi_reader LOGIN PASSWORD '…';", "GRANT USAGE ON SCHEMA public TO xushi_reader;"]
    lines += [f"GRANT SELECT ON {', '.join(one.name for one in described)} TO xushi_reader;", "```", ""]
    lines += [
        "v_name 是目录名称的副本，门户启动或运行 xushi store migrate 时更新；"
        "列更全的清单见 xushi export indicators 等。",
        "v_name is a copy of the catalogue's names, made anew when the portal starts and by xushi store migrate; "
        "xushi export indicators, targets … write lists with more columns.",
        "",
        "```sql",
        "SELECT i.name_zh, r.name_zh AS region_zh, o.month, o.value, o.unit",
        "FROM v_observation_current o",
        "LEFT JOIN v_name i ON i.kind = 'indicator' AND i.id = o.indicator",
        "LEFT JOIN v_name r ON r.kind = 'region' AND r.id = o.region",
        "WHERE o.measure = 'ytd';",
        "```",
    ]
    typer.echo("\n".join(lines))


# Columns by name, with their heads in a table.
_LINE = {
    "upload": "编号 id",
    "state": "状态 state",
    "dataset": "数据集 dataset",
    "region": "地区 region",
    "period": "时期 period",
    "file": "文件 file",
    "received": "收到 received",
    "by": "上传人 by",
    "new": "新 new",
    "revised": "修订 rev.",
    "unchanged": "同 same",
    "older": "旧 older",
    "errors": "错误 err.",
    "warnings": "警告 warn.",
}
_VERSION = {
    "measure": "口径 measure",
    "known_from": "采信自 known from",
    "value": "数值 value",
    "unit": "单位 unit",
    "status": "状态 status",
    "upload": "上传 upload",
    "file": "文件 file",
    "sheet": "工作表 sheet",
    "cell": "单元格 cell",
    "because": "由来 because",
}


def _opened(settings: Settings) -> Store:
    settings.home.mkdir(parents=True, exist_ok=True)
    return Store.open(settings.store_url)


def _period(text: str) -> str:
    """SDMX, from SDMX or from what people write."""
    try:
        return parse_period(text).text
    except PeriodError as error:
        found = read_period(text)
        if found is None:
            raise typer.BadParameter(str(error), param_hint="PERIOD") from error
        return found.period.text


def _because(restored: bool, withdrawn: int) -> str:
    """Which withdrawal made a version, if one did."""
    if not withdrawn:
        return ""
    said = "恢复 restored" if restored else "无数 no figure"
    return f"{said}: 撤回第 {withdrawn} 号 upload {withdrawn} withdrawn"


def _time(moment: Any, zone: ZoneInfo) -> str:
    return str(moment.astimezone(zone).strftime("%Y-%m-%d %H:%M"))


def _line(upload: Upload, zone: ZoneInfo) -> dict[str, Any]:
    change, report = upload.change, upload.report
    ends = (upload.period_first, upload.period_last)
    return {
        "upload": upload.id,
        "state": upload.state.value,
        "dataset": upload.dataset,
        "region": upload.region,
        "period": ends[0] if ends[0] == ends[1] else "..".join(ends),
        "file": upload.file_name,
        "received": _time(upload.received_at, zone),
        "by": upload.received_by,
        "new": "" if change is None else change.new,
        "revised": "" if change is None else change.revised,
        "unchanged": "" if change is None else change.unchanged,
        "older": "" if change is None else change.ignored_older,
        "errors": "" if report is None else report.count(Severity.ERROR),
        "warnings": "" if report is None else report.count(Severity.WARNING),
    }


def _whole(upload: Upload, zone: ZoneInfo) -> dict[str, Any]:
    found = asdict(upload)
    del found["duplicate"]
    for name in ("received_at", "decided_at", "known_from", "embargo_until", "approved_at", "withdrawn_at"):
        found[name] = None if found[name] is None else found[name].astimezone(zone).isoformat()
    found["published"] = None if upload.published is None else upload.published.isoformat()
    if upload.change is not None:
        del found["change"]["repeated"]
    return found


def _print(rows: pd.DataFrame, heads: dict[str, str], output: Format) -> None:
    if output is Format.CSV:
        typer.echo(inert_frame(rows).to_csv(index=False, lineterminator="\n"), nl=False)
        return
    numbers = {"upload", "value", "new", "revised", "unchanged", "older", "errors", "warnings"}
    table = Table()
    for name, head in heads.items():
        table.add_column(head, justify="right" if name in numbers else "left", overflow="fold")
    for row in rows.to_dict("records"):
        cells = {str(name): escape(str(cell)) for name, cell in row.items()}
        if "state" in cells:
            cells["state"] = f"[{_COLOURS[State(cells['state'])]}]{cells['state']}[/]"
        table.add_row(*cells.values())
    Console().print(table)
