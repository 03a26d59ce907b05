"""`xushi explain`: how one target's light comes about, to be recomputed by hand.

Belongs here: choosing what to explain, and how it is given. Does not belong here: the steps
(`progress.explain`), their layout (`progress.explain_text`).
"""

from __future__ import annotations

import json
from datetime import datetime
from difflib import get_close_matches
from enum import StrEnum
from typing import Annotated

import typer

from dagster_project.commands.choosing import refusal
from dagster_project.commands.progress import chosen_month, end_of_day
from dagster_project.judgement import explanation, judge
from dagster_project.progress.explain_text import text
from dagster_project.settings import Settings
from dagster_project.store import Store
from validators.catalogue import Catalogue
from validators.catalogue_file import load_catalogue


class Format(StrEnum):
    """How the explanation is given."""

    TEXT = "text"
    JSON = "json"


def explain(
    target: Annotated[str, typer.Argument(help="目标 target id")],
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="截至月份 month such as 2025-05 (default: the newest with figures)")
    ] = None,
    known_on: Annotated[
        datetime | None,
        typer.Option("--known-on", formats=["%Y-%m-%d"], help="按这一天已知的数据 by what was known on that day"),
    ] = None,
    output: Annotated[Format, typer.Option("--format", help="输出格式 output format")] = Format.TEXT,
) -> None:
    """一个目标的判断依据：数据、规则、每步计算。How a target is judged: every input, rule and step."""
    month = chosen_month(as_of)
    settings = Settings()
    catalogue = load_catalogue(settings.catalogue)
    require_target(catalogue, target, "TARGET")
    settings.home.mkdir(parents=True, exist_ok=True)
    with Store.open(settings.store_url) as store:
        moment = end_of_day(known_on.date(), settings.zone) if known_on else None
        judgement = judge(catalogue, store, as_of=month, known_on=moment)
        found = explanation(catalogue, store, target, judgement)
    if output is Format.JSON:
        typer.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=1))
    else:
        typer.echo(text(found, settings.zone), nl=False)


def require_target(catalogue: Catalogue, target: str, option: str) -> None:
    """A usage error, with what is near, for a target that the catalogue doesn't have."""
    if target not in catalogue.targets:
        near = get_close_matches(target, list(catalogue.targets), 5, 0.4)
        raise refusal(option, f"没有这个目标 no such target: {target}", near)
