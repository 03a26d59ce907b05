"""`xushi whatif`: what a target would show if the next months came out like this.

Belongs here: reading months from the command line, and the two columns. Does not belong here: judging
(`judgement.what_if`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import pandas as pd
import typer
from rich.console import Console
from rich.table import Table

from dagster_project.commands.explain import require_target
from dagster_project.commands.progress import chosen_month, end_of_day
from dagster_project.judgement import Judgement, Scenario, what_if
from dagster_project.progress import Light
from dagster_project.progress.lights import WORDS
from dagster_project.settings import Settings
from dagster_project.store import Store
from validators.catalogue_file import load_catalogue
from validators.errors import PeriodError
from validators.periods import Month, parse_period


def whatif(
    target: Annotated[str, typer.Option("--target", help="目标 target id")],
    month: Annotated[
        list[str],
        typer.Option(
            "--month",
            help="月份=当月值 month=value, such as 2025-11=42.0, in the target's unit: the month's own amount, "
            "or its level or rate; repeat the option",
        ),
    ],
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="截至月份 month (default: the newest with figures, the last assumed)")
    ] = None,
    known_on: Annotated[
        datetime | None,
        typer.Option("--known-on", formats=["%Y-%m-%d"], help="按这一天已知的数据 by what was known on that day"),
    ] = None,
) -> None:
    """假设后几个月的数据如此，目标会怎样；不入库。What if the months came out like this; nothing is stored."""
    months = dict(_assumed(text) for text in month)
    settings = Settings()
    catalogue = load_catalogue(settings.catalogue)
    require_target(catalogue, target, "--target")
    settings.home.mkdir(parents=True, exist_ok=True)
    with Store.open(settings.store_url) as store:
        moment = end_of_day(known_on.date(), settings.zone) if known_on else None
        found = what_if(catalogue, store, target, months, as_of=chosen_month(as_of), known_on=moment)
    name = catalogue.indicators[catalogue.targets[target].indicator].name
    unit = catalogue.targets[target].unit
    console = Console()
    console.print(_table(found, f"{name.zh} {name.en}", unit))
    row = _row(found.after.evaluation, target)
    console.print(f"{row['reason_zh']}\n{row['reason_en']}", highlight=False)


def _assumed(text: str) -> tuple[Month, float]:
    period, _, value = text.partition("=")
    try:
        return parse_period(period.strip()).last_month, float(value)
    except (PeriodError, ValueError) as error:
        raise typer.BadParameter(
            f"须为 月份=数值，如 2025-11=42.0 / must be month=value such as 2025-11=42.0: {text}", param_hint="--month"
        ) from error


def _table(found: Scenario, title: str, unit: str) -> Table:
    table = Table(title=f"{title}（{unit}）")
    table.add_column("")
    table.add_column("现在 now", justify="right")
    table.add_column("假设之后 then", justify="right")
    now, then = _shown(found.before, found.target), _shown(found.after, found.target)
    for label in now:
        table.add_row(label, now[label], then[label])
    return table


def _shown(judgement: Judgement, target: str) -> dict[str, str]:
    row, ahead = _row(judgement.evaluation, target), _row(judgement.forecast, target)
    light = WORDS[Light(str(row["light"]))]
    return {
        "截至 as of": judgement.as_of.text,
        "状态 light": f"{light.zh} {light.en}",
        "实际 actual": _number(row["actual_value"]),
        "进度 attained": _share(row["attainment_ratio"]),
        "月均需完成 needed a month": _number(row["required_run_rate"]),
        "预测 forecast": _number(ahead["forecast_value"]),
        "80% 区间 interval": f"{_number(ahead['low_80'])} - {_number(ahead['high_80'])}",
        "达成概率 probability": _share(ahead["probability"]),
    }


def _row(frame: pd.DataFrame, target: str) -> pd.Series:
    return frame[frame["target"] == target].iloc[0]


def _number(value: float) -> str:
    return "—" if pd.isna(value) else f"{value:.6g}"


def _share(value: float) -> str:
    return "—" if pd.isna(value) else f"{100 * value:.1f}%"
