"""`xushi demo`: the whole way on sample data, in a home of its own so that it never mixes with real figures."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import track

from dagster_project.commands.opening import Installation, installation, now
from dagster_project.commands.run import run_waiting
from dagster_project.judgement import judge, shows_sample
from dagster_project.sample import Edition, plan_editions, write_sample
from dagster_project.scoreboard import print_scoreboard
from dagster_project.settings import Settings
from dagster_project.store import State
from validators.catalogue_file import load_catalogue
from validators.periods import Month, parse_period

HOME = "demo"


def demo(
    through: Annotated[str, typer.Option(help="示例数据到哪个月 last month of the sample year")] = "2025-09",
    seed: Annotated[int, typer.Option(help="随机种子 seed of the sample figures")] = 2025,
) -> None:
    """示例:生成示例数据,用 Dagster 入库,打印全部目标的进度。The sample year end to end; again, it changes nothing."""
    started = time.perf_counter()
    console = Console()
    home = Settings().home / HOME
    # The demo never touches the real database, wherever that is.
    os.environ.pop("XUSHI_DATABASE_URL", None)
    os.environ["XUSHI_HOME"] = str(home)
    last = parse_period(through).last_month
    console.print("[bold]序时 Xushi[/] 示例 demo · [yellow]示例数据,由程序生成 sample data, made by a program[/]")
    with installation() as open_one:
        console.print("[bold]1/4[/] 生成示例数据 write sample tables")
        files = _sample(open_one, home / "sample", last, seed)
        console.print(f"    {len(files)} 份工作簿 workbooks in {escape(str(home / 'sample'))}")
        console.print("[bold]2/4[/] 登记 enter them in the ledger")
        plan = plan_editions(open_one.catalogue, year=last.year, through=last, seed=seed)
        waiting = _enter(console, open_one, files, {edition.file_name: edition for edition in plan})
        console.print(f"    {waiting} 份待处理 waiting, {len(files) - waiting} 份早已入库 stored before")
    console.print("[bold]3/4[/] Dagster: 检查、入库、评估、指标 check, store, judge, gauges")
    if waiting:
        catalogue = load_catalogue(Settings().catalogue)
        if not run_waiting(console, list(catalogue.datasets)):
            raise typer.Exit(1)
    else:
        console.print("    没有新表 nothing new")
    console.print("[bold]4/4[/] 记分板 the scoreboard\n")
    with installation() as open_one:
        judgement = judge(open_one.catalogue, open_one.store)
        print_scoreboard(
            console,
            judgement.evaluation,
            open_one.catalogue,
            as_of=judgement.as_of,
            sample=shows_sample(open_one.store),
        )
    console.print(f"\n用时 took {time.perf_counter() - started:.0f} s. 下一步 what next:\n", highlight=False)
    _what_next(console, home)


def _sample(open_one: Installation, folder: Path, last: Month, seed: int) -> Sequence[Path]:
    return write_sample(open_one.catalogue, year=last.year, through=last, folder=folder, seed=seed)


def _enter(console: Console, open_one: Installation, files: Sequence[Path], plan: Mapping[str, Edition]) -> int:
    """Land every file as the table that the sample's plan says it is; how many are undecided."""
    waiting = 0
    for file in track(files, "    ", console=console, transient=True, disable=not console.is_terminal):
        edition = plan[file.name]
        stated = (edition.dataset, edition.first.text, edition.last.text)
        entered = open_one.intake.land(file.read_bytes(), file.name, by="demo", now=now(), stated=stated)
        waiting += entered.state is State.RECEIVED
    return waiting


def _what_next(console: Console, home: Path) -> None:
    example = next(iter(sorted((home / "sample").glob("*trade*.xlsx"))), None)
    steps = [
        (f"export XUSHI_HOME={home}", "其余命令都看示例数据 the other commands then use the sample"),
        (".venv/bin/xushi progress --light red", "只看落后的目标 only the targets behind"),
        (
            ".venv/bin/xushi progress --as-of 2025-05 --format html --out board.html",
            "五月的记分板 May's board as a page",
        ),
        (".venv/bin/xushi metrics serve", "Prometheus 指标 gauges at http://127.0.0.1:9109/metrics"),
        ("make dagster", "Dagster 界面 the graph, runs and checks at http://127.0.0.1:3000"),
        ("make up", "整套服务 everything at once: Prometheus, Alertmanager, Grafana, Dagster"),
    ]
    if example is not None:
        steps.insert(3, (f".venv/bin/xushi upload --dry-run '{example}'", "试交一份表 hand in a table, as a trial"))
    for command, words in steps:
        console.print(f"  {escape(command)}", highlight=False, soft_wrap=True)
        console.print(f"      [dim]{escape(words)}[/]", highlight=False)
