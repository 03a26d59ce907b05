"""`xushi run`: the Dagster jobs, in this process, recorded in the installation's own Dagster instance."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from dagster_project.commands.opening import installation
from dagster_project.commands.watching import watched
from dagster_project.settings import Settings
from validators.catalogue_file import load_catalogue
from validators.errors import XushiError
from validators.periods import Month, parse_period

if TYPE_CHECKING:
    import dagster as dg
    from dagster_shared.error import SerializableErrorInfo


def run(
    first: Annotated[
        str | None, typer.Argument(help="时期 period such as 2025-03 or 2025; none: everything that waits")
    ] = None,
    last: Annotated[str | None, typer.Argument(help="到 to this period (a range)")] = None,
    dataset: Annotated[str | None, typer.Option(help="只运行一个数据集 only this dataset")] = None,
) -> None:
    """运行 Dagster 作业:一期、一段或全部。Run the Dagster jobs for one period, a range, or everything.

    Takes in what the ledger holds undecided for those periods, then judges every target and shows the gauges.
    Exit code 1 when a table was rejected or a step failed.
    """
    settings = Settings()
    catalogue = load_catalogue(settings.catalogue)
    if dataset is not None and dataset not in catalogue.datasets:
        raise typer.BadParameter(f"没有数据集 {dataset} / no such dataset; known: {', '.join(catalogue.datasets)}")
    if last is not None and first is None:
        raise typer.BadParameter("范围需要起始时期 / a range needs its first period")
    datasets = [dataset] if dataset else list(catalogue.datasets)
    if first is None:
        good = run_waiting(Console(), datasets)
    else:
        begin, end = parse_period(first).first_month, parse_period(last or first).last_month
        good = run_range(Console(), begin, end, datasets)
    if not good:
        raise typer.Exit(1)


def dagster(
    port: Annotated[int, typer.Option(help="端口 port of the pages")] = 3000,
    host: Annotated[str, typer.Option(help="地址 address")] = "127.0.0.1",
) -> None:
    """打开 Dagster 界面与守护进程(传感器)。Dagster's pages and daemon (sensors) on this installation, until Ctrl-C."""
    from dagster_project.defs import runs

    os.environ["DAGSTER_HOME"] = str(runs.instance_folder())
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")
    arguments = ["-m", "dagster", "dev", "-m", "dagster_project.definitions", "-h", host, "-p", str(port)]
    # Replaces this process, so that Ctrl-C and signals reach Dagster itself.
    os.execv(sys.executable, [sys.executable, *arguments])  # noqa: S606 - our own interpreter, no shell, fixed words


def run_range(console: Console, begin: Month, end: Month, datasets: list[str]) -> bool:
    """Run the tables' jobs for the months from `begin` to `end`, then `publish`; whether every step succeeded."""
    return _run(console, lambda runs: runs.ranges(begin, end, datasets))


def run_waiting(console: Console, datasets: list[str]) -> bool:
    """Run the tables' jobs for what waits in the ledger, then `publish`; whether every step succeeded."""
    with installation() as open_one:
        waiting = [upload for upload in open_one.store.pending() if upload.dataset in datasets]
    return _run(console, lambda runs: runs.ranges_waiting(waiting))


def _run(console: Console, choose: Callable[[ModuleType], list[tuple[str, str, str, list[str]]]]) -> bool:
    console.print("    [dim]启动 Dagster ... starting Dagster ...[/]")
    # Imported here: Dagster costs a second, and only these commands need it.
    from dagster_project.definitions import defs as load
    from dagster_project.defs import runs

    os.environ["DAGSTER_HOME"] = str(runs.instance_folder())
    loaded = load()
    with installation() as open_one, runs.open_instance() as instance:
        good = True
        for of, first, last, keys in choose(runs):
            with watched(console, open_one.store, "检查、入库 check and store"):
                done = runs.run_tables(loaded, instance, of, first, last, keys)
            good = good and done.success
            _say(console, f"{of}: {first}..{last}, {len(keys)} 个数据集 datasets", done)
        done = runs.run_publish(loaded, instance)
        _say(console, "progress, gauges", done)
        return good and done.success


def _say(console: Console, words: str, done: dg.ExecuteInProcessResult) -> None:
    said = "[green]完成 done[/]" if done.success else _failed(done)
    console.print(f"    {words}: {said}", highlight=False)


def _failed(done: dg.ExecuteInProcessResult) -> str:
    """The failed steps, each with the first line of its reason."""
    events = [event for event in done.all_events if event.is_step_failure]
    if not events:
        raise XushiError(f"Dagster 运行失败 / run {done.run_id} failed before any step; see `make dagster`")
    reasons = [
        f"    {event.step_key}: {_reason(event.step_failure_data.error)}"
        for event in events
        if event.step_failure_data is not None
    ]
    return "\n".join([f"[red]失败 failed[/] (运行 run {done.run_id})", *map(escape, reasons)])


def _reason(error: SerializableErrorInfo | None) -> str:
    """What our code raised: neither Dagster's words around it nor the library's error below it, which says what
    happened and not what to do."""
    while error is not None and error.cause is not None and _is_dagsters(error):
        error = error.cause
    return error.message.strip().splitlines()[-1] if error is not None else "—"


def _is_dagsters(error: SerializableErrorInfo) -> bool:
    return error.cls_name is None or error.cls_name.startswith("Dagster") or error.cls_name == "RetryRequested"
