"""`xushi sample`: a year of sample bulletins in a folder, to try things on.

Belongs here: the command's arguments and what it prints. Does not belong here: making the workbooks (`sample/`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from dagster_project.sample import write_sample
from dagster_project.sample.write import Progress as Report
from dagster_project.settings import Settings
from validators.catalogue_file import load_catalogue
from validators.errors import PeriodError, XushiError
from validators.periods import Month, parse_period

_LINE_EVERY = 25  # workbooks, where there is no terminal for a bar


def sample(
    out: Annotated[Path, typer.Option(help="写入的文件夹 folder to write to", file_okay=False)],
    year: Annotated[int, typer.Option(help="示例年份 sample year", min=1990, max=2100)] = 2025,
    through: Annotated[str | None, typer.Option(help="到哪个月 last month, e.g. 2025-09 (default: September)")] = None,
    seed: Annotated[int, typer.Option(help="随机种子 seed: the same gives the same bytes")] = 2025,
    catalogue: Annotated[
        Path | None, typer.Option(help="目录文件 catalogue file (XUSHI_CATALOGUE)", exists=True, dir_okay=False)
    ] = None,
) -> None:
    """生成示例统计表：每个数据集每月一份，另有历史数据和修订。Write sample tables, marked 示例数据: one workbook per
    dataset and month, the years before, two revisions.

    Exit code 1 when the folder holds files that are no sample; nothing is written then.
    """
    last = _month(through or f"{year}-09", year)
    loaded = load_catalogue(catalogue or Settings().catalogue)
    console = Console()
    before = set(out.glob("*.xlsx")) if out.is_dir() else set()
    try:
        with _progress(console) as report:
            paths = write_sample(loaded, year=year, through=last, folder=out, seed=seed, progress=report)
    except OSError as error:
        raise XushiError(f"{out}: 无法写入 / cannot write there: {error.strerror}") from error
    _summary(console, out, paths)
    older = len(before - set(paths))
    if older:
        console.print(f"另有 {older} 份早先生成的示例 / {older} sample workbooks of an earlier run lie there too")


def _month(text: str, year: int) -> Month:
    try:
        period = parse_period(text)
    except PeriodError as error:
        raise typer.BadParameter(str(error), param_hint="--through") from error
    if not isinstance(period, Month) or period.year != year:
        raise typer.BadParameter(
            f"应为 {year} 年的月份 / must be a month of {year}, e.g. {year}-09", param_hint="--through"
        )
    return period


@contextmanager
def _progress(console: Console) -> Iterator[Report]:
    """A bar on a terminal, a line now and then elsewhere."""
    if not console.is_terminal:

        def line(done: int, total: int, path: Path) -> None:
            if done % _LINE_EVERY == 0 or done == total:
                console.print(f"{done}/{total} {path.name}", highlight=False, soft_wrap=True)

        yield line
        return
    columns = (
        TextColumn("示例 sample"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None)

        def advance(done: int, total: int, path: Path) -> None:
            bar.update(task, completed=done, total=total, description=path.name)

        yield advance


def _summary(console: Console, out: Path, paths: list[Path]) -> None:
    revised = [path for path in paths if "_修订" in path.stem]
    history = [path for path in paths if path.name.startswith("history_")]
    console.print(
        f"{out}: {len(paths)} 份示例工作簿，其中历史数据 {len(history)} 份、修订 {len(revised)} 份 / "
        f"{len(paths)} sample workbooks, {len(history)} of history, {len(revised)} revisions",
        highlight=False,
        soft_wrap=True,
    )
    for path in revised:
        console.print(f"  修订 revised: {path.name}", highlight=False, soft_wrap=True)
