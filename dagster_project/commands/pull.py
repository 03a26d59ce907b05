"""`xushi pull` and `xushi sources`: asking the sources of the catalogue, and how they stand.

Belongs here: which periods of which sources, progress, what is printed. Does not belong here: pulling (`pulling`), when
it is done by itself (`defs`).
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Annotated, Any

import pandas as pd
import typer
from rich.console import Console
from rich.markup import escape

from dagster_project.commands.connector_options import options_of
from dagster_project.commands.opening import Installation, installation, now
from dagster_project.commands.visible import VISIBLE
from dagster_project.progress.pulls import Standing, State, to_ask
from dagster_project.progress.releases import periods_of
from dagster_project.pulling import Pulled
from dagster_project.pulling.plan import plan
from dagster_project.sources.secrets import Vault
from dagster_project.store import FAILED_PULLS, PullOutcome
from validators.catalogue import Catalogue, Source
from validators.findings import Severity
from validators.periods import Period, parse_period
from validators.pull_outcomes import PULL_OUTCOMES

_COLOURS = dict.fromkeys(FAILED_PULLS, "red") | {PullOutcome.PENDING: "yellow", PullOutcome.UNAVAILABLE: "yellow"}


_FEW = 12  # periods that are named one by one
_Wanted = tuple[str, Source, Period]


class Format(StrEnum):
    """How the sources are given."""

    TEXT = "text"
    JSON = "json"


def pull(
    dataset: Annotated[str | None, typer.Argument(help="数据集 dataset; none: all that have sources")] = None,
    first: Annotated[str | None, typer.Argument(help="时期 period such as 2025-03; none: what is due now")] = None,
    last: Annotated[str | None, typer.Argument(help="到 to this period (a range)")] = None,
    source: Annotated[str | None, typer.Option(help="只取一个来源 only this source")] = None,
    again: Annotated[bool, typer.Option("--again", help="重新取，不论以前取过什么 as if for the first time")] = False,
    new_form: Annotated[bool, typer.Option("--new-form", help="认可来源的新格式 take a changed form as right")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看结果，不留任何东西 keep nothing")] = False,
    pause: Annotated[float, typer.Option(min=0, help="两次询问之间的秒数 seconds between two questions")] = 1.0,
) -> None:
    """取数：从目录中的来源取数、检查、入库。Ask the catalogue's sources, check what they have, store what is new.

    Exit code 1 when a source was away or refused, its form changed, or its figures were rejected.
    """
    with installation() as ours:
        chosen = _chosen(ours.catalogue, dataset, source)
        puller, console, good = ours.puller(now), Console(), True
        wanted = _due(ours, chosen) if first is None else _between(ours.catalogue, chosen, first, last)
        for number, (key, one, period) in enumerate(wanted):
            if number:
                time.sleep(pause)
            console.print(
                f"[bold]{escape(key)}/{escape(one.name)}[/] {period.text} [dim]({number + 1}/{len(wanted)})[/]",
                highlight=False,
            )
            pulls = puller.pull(
                key, one, [period], again=again, new_form=new_form, dry_run=dry_run, say=_progress(console)
            )
            for pulled in pulls:
                good &= pulled.pull.outcome not in FAILED_PULLS
                _print(console, pulled)
        if not wanted:
            typer.echo("现在没有到期待取的数据；xushi sources 显示各来源下次何时询问 nothing is due now", err=True)
    if not good:
        raise typer.Exit(1)


def sources(
    output: Annotated[Format, typer.Option("--format", help="输出格式 output format")] = Format.TEXT,
    check: Annotated[
        bool, typer.Option("--check", help="有来源不能用则退出码为 1 exit code 1 where one can't be asked")
    ] = False,
    options: Annotated[
        str | None, typer.Option(metavar="CONNECTOR", help="列出连接器的选项 what a connector's `with` may say")
    ] = None,
) -> None:
    """取数来源：是否可用、上次结果。The catalogue's sources: what is missing to ask them, how the last pull ended."""
    if options is not None:
        _explain(Console(), options)
        return
    with installation() as ours:
        rows = list(_standing(ours))
    if output is Format.JSON:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    elif not rows:
        typer.echo("目录中没有来源 the catalogue names no sources (datasets: sources:)", err=True)
    else:
        _list(Console(), rows)
    if check and any(row["missing"] for row in rows):
        raise typer.Exit(1)


def _explain(console: Console, connector: str) -> None:
    for name, default, words in options_of(connector):
        usual = "[yellow]必填 required[/]" if not default else f"[dim]{_shown(default)}[/]"
        console.print(f"[bold]{escape(name)}[/] {usual}", highlight=False)
        if words:
            console.print(f"    {_shown(words)}", highlight=False)


def _chosen(catalogue: Catalogue, dataset: str | None, source: str | None) -> list[tuple[str, Source]]:
    if dataset is not None and dataset not in catalogue.datasets:
        raise typer.BadParameter(f"没有数据集 {dataset} / no such dataset; known: {', '.join(catalogue.datasets)}")
    every = [
        (key, one)
        for key, described in catalogue.datasets.items()
        for one in described.sources
        if dataset in (None, key)
    ]
    found = [(key, one) for key, one in every if source in (None, one.name)]
    if not found:
        known = ", ".join(f"{key}/{one.name}" for key, one in every) or "—"
        raise typer.BadParameter(f"目录中没有这样的来源 / the catalogue has no such source; known: {known}")
    return found


def _due(ours: Installation, chosen: Sequence[tuple[str, Source]]) -> list[_Wanted]:
    """What the plan asks for now, of the chosen sources that have all that their entries refer to."""
    moment, vault = now(), Vault.of()
    sources = {(key, one.name): one for key, one in chosen if not vault.missing(one.with_)}
    due = to_ask(plan(ours.catalogue, ours.store, moment, ours.settings.zone), moment)
    return [
        (one.dataset, sources[one.dataset, one.source], one.period)
        for one in due
        if (one.dataset, one.source) in sources
    ]


def _between(catalogue: Catalogue, chosen: Sequence[tuple[str, Source]], first: str, last: str | None) -> list[_Wanted]:
    """The periods that the datasets publish from the first to the last."""
    begin, end = parse_period(first).first_month, parse_period(last or first).last_month
    years = range(begin.year, end.year + 1)
    found = [
        (key, one, period)
        for key, one in chosen
        for year in years
        for period in periods_of(catalogue.datasets[key], year)
        if begin <= period.last_month <= end
    ]
    if not found:
        raise typer.BadParameter(f"{first}–{last or first} 内没有要发布的时期 / no period is published in that time")
    return found


def _progress(console: Console) -> Any:
    return lambda zh, en: console.print(f"  [dim]{_shown(zh)} {_shown(en)}[/]", highlight=False)


def _print(console: Console, pulled: Pulled) -> None:
    pull = pulled.pull
    mark = f"[{_COLOURS.get(pull.outcome, 'green')}]{PULL_OUTCOMES[pull.outcome].zh} {pull.outcome}[/]"
    came = f" {_shown(pull.file_name)}，{pull.size:,} B，{_shown(pull.origin)}" if pull.origin else ""
    console.print(f"  {mark}{came}", highlight=False)
    for words in dict.fromkeys((pull.zh, pull.en)):
        console.print(f"    {_shown(words)}", highlight=False)
    if pulled.outcome is None:
        return
    for finding in pulled.outcome.report.findings:
        if finding.severity is not Severity.INFO:
            place = f"{_shown(finding.place)} " if finding.place else ""
            console.print(f"    {finding.severity}: {place}{_shown(finding.zh)} {_shown(finding.en)}", highlight=False)


def _standing(ours: Installation) -> Iterator[dict[str, Any]]:
    puller = ours.puller(now)
    newest = ours.store.pulls.last_of_each()
    shown = plan(ours.catalogue, ours.store, now(), ours.settings.zone)
    standing = {(row["dataset"], row["source"]): row for row in ours.store.pulls.standing().to_dict("records")}
    for key, dataset in ours.catalogue.datasets.items():
        for one in dataset.sources:
            known = standing.get((key, one.name), {})
            last = newest.get((key, one.name))
            own = [each for each in shown if (each.dataset, each.source) == (key, one.name)]
            missing = puller.ready(one)
            yield {
                "dataset": key,
                "source": one.name,
                "connector": one.connector,
                "regions": list(one.regions or dataset.publishers),
                "missing": missing,
                "late": [each.period.text for each in own if each.state is State.LATE],
                "stopped": [each.period.text for each in own if each.state is State.STOPPED],
                "next_ask": "" if missing else _next_ask(ours, own),
                "outcome": known.get("outcome", ""),
                "last_pull": _moment(ours, known.get("ended_at")),
                "last_answer": _moment(ours, known.get("answered_at")),
                "words_zh": "" if last is None else last.zh,
                "words_en": "" if last is None else last.en,
            }


def _next_ask(ours: Installation, own: Sequence[Standing]) -> str:
    moments = [one.next_ask for one in own if one.next_ask is not None]
    return "" if not moments else max(min(moments), now()).astimezone(ours.settings.zone).isoformat(timespec="minutes")


def _moment(ours: Installation, when: pd.Timestamp | None) -> str:
    return "" if when is None or pd.isna(when) else when.tz_convert(ours.settings.zone).isoformat(timespec="seconds")


def _list(console: Console, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        name = f"{row['dataset']}/{row['source']}"
        console.print(f"[bold]{escape(name)}[/] {row['connector']} {' '.join(row['regions'])}", highlight=False)
        for problem in row["missing"]:
            console.print(f"  [red]不可用 not ready[/] {_shown(problem)}", highlight=False)
        for what, periods in (("逾期 late", row["late"]), ("停取 stopped", row["stopped"])):
            if periods and not row["missing"]:
                more = f" … ({len(periods)})" if len(periods) > _FEW else ""
                console.print(f"  [yellow]{what}[/] {' '.join(periods[:_FEW])}{more}", highlight=False)
        if row["next_ask"]:
            console.print(f"  下次询问 next question {row['next_ask'][:16].replace('T', ' ')}", highlight=False)
        if not row["outcome"]:
            console.print("  [dim]未取过 never pulled[/]", highlight=False)
            continue
        outcome = PullOutcome(row["outcome"])
        mark = f"[{_COLOURS.get(outcome, 'green')}]{PULL_OUTCOMES[outcome].zh} {outcome}[/]"
        console.print(f"  {row['last_pull'][:16].replace('T', ' ')} {mark}", highlight=False)
        for words in dict.fromkeys((row["words_zh"], row["words_en"])):
            console.print(f"    {_shown(words)}", highlight=False)


def _shown(text: str) -> str:
    """Text of a source as a terminal may be shown it."""
    return escape(text.translate(VISIBLE))
