"""`xushi upload`: hand in tables from the command line."""

from __future__ import annotations

import getpass
import json
import os
from datetime import MAXYEAR, MINYEAR, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from dagster_project.commands.choosing import named, refusal
from dagster_project.commands.opening import installation, now
from dagster_project.commands.remote import portal
from dagster_project.commands.visible import VISIBLE
from dagster_project.intake import Hints, Outcome, State
from dagster_project.store import Upload
from validators.catalogue import Catalogue
from validators.errors import PeriodError, PortalRefusedError
from validators.findings import Severity
from validators.names import NameTable
from validators.periods import parse_period, read_period

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "dim"}
_WORDS = {
    State.ACCEPTED: ("green", "已入库 stored"),
    State.PENDING: ("yellow", "检查通过,尚未发布 clean, not published yet"),
    State.REJECTED: ("red", "已退回,未入库任何数据 rejected, nothing was stored"),
    State.DUPLICATE: ("yellow", "重复文件,未作改动 the same file again, nothing was changed"),
    State.PASSED: ("green", "试运行:可以入库 dry run: it would be stored"),
    State.BLOCKED: ("red", "试运行:会被退回 dry run: it would be rejected"),
}

_WAITS = {
    "approval": "须由另一人核准发布 a second person has to release it: xushi approve",
    "embargo": "解禁时间未到 its embargo is not over",
}


class Format(StrEnum):
    """How the result is printed."""

    TEXT = "text"
    JSON = "json"


class Status(StrEnum):
    """How settled the figures are."""

    PRELIMINARY = "preliminary"
    REVISED = "revised"
    FINAL = "final"


def upload(
    files: Annotated[list[Path], typer.Argument(help="表格文件 .xlsx .xls .csv / tables", exists=True, dir_okay=False)],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只检查,不留任何痕迹 check only, leave nothing behind")
    ] = False,
    queue: Annotated[
        bool, typer.Option("--queue", help="只登记,由 Dagster 处理 enter it, Dagster's sensor does the rest")
    ] = False,
    dataset: Annotated[str | None, typer.Option(help="数据集 dataset, where the table doesn't say")] = None,
    period: Annotated[str | None, typer.Option(help="时期 period such as 2025-03, where the table doesn't say")] = None,
    region: Annotated[
        str | None, typer.Option(help="地区：代码、名称或别名 region, where the table doesn't say")
    ] = None,
    status: Annotated[Status | None, typer.Option(help="快报、修订、终核 how settled the figures are")] = None,
    published: Annotated[
        str | None,
        typer.Option(help="发布日期或时刻 day of publication, or moment as 2025-03-18T09:30, known from then on"),
    ] = None,
    embargo: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d"], help="解禁时间 not to be published before, local time"),
    ] = None,
    by: Annotated[str | None, typer.Option(help="上传人 who hands it in (default: the account)")] = None,
    server: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="交到另一台机器的门户,令牌取自 XUSHI_TOKEN 或 XUSHI_TOKEN_FILE hand in at another machine's portal; "
            "the token is read from these variables",
        ),
    ] = None,
    output: Annotated[Format, typer.Option("--format", help="输出格式 output format")] = Format.TEXT,
) -> None:
    """上传统计表:存档、登记、检查,整份入库或整份退回。Hand in tables: each is stored as a whole or rejected as a whole.

    Exit code 0 when every file was stored (or had been before) or waits to be released, 1 when any was rejected.
    """
    said = any(hint is not None for hint in (dataset, period, region, status, published, embargo))
    if queue and (dry_run or said):
        raise typer.BadParameter("--queue 不能与 --dry-run 或表格说明选项同用 / takes no --dry-run and no hints")
    if server is not None:
        if queue or by is not None:
            raise typer.BadParameter("--server 不能与 --queue、--by 同用 / takes no --queue and no --by")
        _hand_in_there(server, files, _fields(dataset, period, region, status, published, embargo), dry_run, output)
        return
    who = by or getpass.getuser()
    console = Console()
    results: list[dict[str, object]] = []
    good = True
    with installation() as open_one:
        since = _published(published, open_one.settings.zone)
        hints = _hints(open_one.catalogue, dataset, period, region, status, since)
        until = None if embargo is None else embargo.replace(tzinfo=open_one.settings.zone)
        for file in files:
            name = _name(file)
            refused = open_one.intake.refuse_size(file.stat().st_size, name, dry_run=dry_run)
            if refused is not None:
                good = False
                results.append(_as_json(refused))
                if output is Format.TEXT:
                    print_outcome(console, refused)
                continue
            data = file.read_bytes()
            if queue:
                entered = open_one.intake.land(data, name, by=who, now=now())
                results.append(_entered_as_json(entered, name))
                if output is Format.TEXT:
                    _print_entered(console, entered, name)
                continue
            outcome = open_one.intake.submit(
                data, name, by=who, now=now(), hints=hints, embargo_until=until, dry_run=dry_run
            )
            good = good and outcome.good
            results.append(_as_json(outcome))
            if output is Format.TEXT:
                print_outcome(console, outcome)
    if output is Format.JSON:
        typer.echo(json.dumps(results, ensure_ascii=False, indent=2))
    if not good:
        raise typer.Exit(1)


def _hand_in_there(server: str, files: list[Path], said: dict[str, str], dry_run: bool, output: Format) -> None:
    """By the API of a portal: printed as what is handed in here. A file that it refuses doesn't keep back the others;
    where it can't be asked at all, what was done before is printed before the error."""
    console = Console()
    results: list[dict[str, object]] = []
    good = True
    try:
        with portal(server) as one:
            for file in files:
                name = _name(file)
                try:
                    outcome = one.submit(file, name, said, dry_run=dry_run)
                except PortalRefusedError as error:
                    if error.whole:
                        raise
                    good = False
                    results.append({"file": name, "state": "refused", "error": str(error)})
                    typer.echo(f"错误 error: {error}", err=True)
                    continue
                good = good and outcome.good
                results.append(_as_json(outcome))
                if output is Format.TEXT:
                    print_outcome(console, outcome)
    finally:
        if output is Format.JSON:
            typer.echo(json.dumps(results, ensure_ascii=False, indent=2))
    if not good:
        raise typer.Exit(1)


def _fields(
    dataset: str | None,
    period: str | None,
    region: str | None,
    status: Status | None,
    published: str | None,
    embargo: datetime | None,
) -> dict[str, str]:
    """What the options say, as fields of the API's form. Which datasets and regions there are is known there alone."""
    said = {
        "dataset": dataset,
        "period": None if period is None else _period(period),
        "region": region,
        "status": None if status is None else status.value,
        "published": None if published is None else _said_published(published).isoformat(),
        "embargo_until": None if embargo is None else embargo.isoformat(),
    }
    return {name: value for name, value in said.items() if value is not None}


def _hints(
    catalogue: Catalogue,
    dataset: str | None,
    period: str | None,
    region: str | None,
    status: Status | None,
    published: date | datetime | None,
) -> Hints:
    """What the options say, in the catalogue's words. A usage error (exit code 2) for what is none of them."""
    if dataset is not None and dataset not in catalogue.datasets:
        raise refusal("--dataset", f"没有这个数据集 no such dataset: {dataset}", list(catalogue.datasets))
    return Hints(
        dataset=dataset,
        period=None if period is None else _period(period),
        region=named(NameTable(catalogue.regions), region, "--region", "没有这个地区 no such region"),
        status=None if status is None else status.value,
        published=published,
    )


def _published(text: str | None, zone: ZoneInfo) -> date | datetime | None:
    """The day or moment; one without a zone is one here."""
    said = None if text is None else _said_published(text)
    return said.replace(tzinfo=zone) if isinstance(said, datetime) and said.tzinfo is None else said


def _said_published(text: str) -> date | datetime:
    try:
        said = datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
    except ValueError:
        said = date.min
    if said.year in (MINYEAR, MAXYEAR):  # their ends are in no year everywhere
        raise typer.BadParameter(
            f"不是日期或时刻 neither a day nor a moment such as 2025-03-18T09:30: {text}", param_hint="--published"
        )
    return said


def _period(text: str) -> str:
    """SDMX, from SDMX or from what people write."""
    try:
        return parse_period(text).text
    except PeriodError as error:
        found = read_period(text)
        if found is None:
            raise typer.BadParameter(str(error), param_hint="--period") from error
        return found.period.text


def _name(file: Path) -> str:
    """The file's name as text. A name that is no UTF-8 came out of an archive made on Windows: GB18030."""
    raw = os.fsencode(file.name)
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "replace")


def _print_entered(console: Console, entered: Upload, name: str) -> None:
    said = "已登记过 entered before" if entered.duplicate else "已登记,等待处理 entered, waiting for Dagster"
    console.print(Text(name.translate(VISIBLE), "bold"), f" 第 {entered.id} 号 upload {entered.id}: {said}")


def _entered_as_json(entered: Upload, name: str) -> dict[str, object]:
    return {
        "file": name,
        "state": entered.state.value,
        "upload": entered.id,
        "duplicate": entered.duplicate,
        "dataset": entered.dataset,
        "period_first": entered.period_first,
        "period_last": entered.period_last,
    }


def print_outcome(console: Console, outcome: Outcome) -> None:
    """One file's result: state, what changed, and every finding with its cell."""
    colour, words = _WORDS[outcome.state]
    periods = (
        outcome.period_last
        if outcome.period_first == outcome.period_last
        else (f"{outcome.period_first}..{outcome.period_last}")
    )
    whose = f"{' '.join(outcome.datasets)} {periods}".strip()
    console.print(Text(outcome.file.translate(VISIBLE), "bold"), Text(whose, "cyan"))
    console.print(Text(f"  {words}", colour))
    for what in outcome.waits_for:
        console.print(Text(f"  {_WAITS[what]}", "yellow"))
    if outcome.change is not None:
        counts = {
            "新增 new": outcome.change.new,
            "修订 revised": outcome.change.revised,
            "未变 unchanged": outcome.change.unchanged,
            "早于现行版本,存为历史 older than what is in force, kept as history": outcome.change.ignored_older,
        }
        console.print("  " + " · ".join(f"{said} {count}" for said, count in counts.items() if count))
    if not outcome.report.findings:
        return
    table = Table(box=None, padding=(0, 1), header_style="dim")
    for heading in ("级别", "位置 place", "说明 what and what to do"):
        table.add_column(heading, overflow="fold")
    for finding in outcome.report.findings:
        table.add_row(
            Text(finding.severity.value, _COLOURS[finding.severity]),
            Text(finding.place.translate(VISIBLE)),
            Text(f"{finding.zh}\n{finding.en}".translate(VISIBLE)),
        )
    console.print(table)


def _as_json(outcome: Outcome) -> dict[str, object]:
    change = outcome.change
    counts = (
        {}
        if change is None
        else {
            "new": change.new,
            "revised": change.revised,
            "unchanged": change.unchanged,
            "ignored_older": change.ignored_older,
        }
    )
    return {
        "file": outcome.file,
        "state": outcome.state.value,
        "upload": outcome.upload,
        "dataset": outcome.dataset,
        "period_first": outcome.period_first,
        "period_last": outcome.period_last,
        "waits_for": list(outcome.waits_for),
        "changes": counts,
        "findings": outcome.report.to_json()["findings"],
    }
