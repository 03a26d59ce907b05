"""`xushi slips`: what got worse, when and why.

Belongs here: choosing slips, and how they are given. Does not belong here: finding them (`progress.slips`).
"""

from __future__ import annotations

import json
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import pandas as pd
import typer
from rich.console import Console
from rich.markup import escape

from dagster_project.commands.choosing import Owner, choice
from dagster_project.settings import Settings
from dagster_project.store import Store
from validators.catalogue_file import load_catalogue


class Format(StrEnum):
    """How the slips are given."""

    TEXT = "text"
    CSV = "csv"
    JSON = "json"


def slips(
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="从这一天起 entered from this day on")
    ] = None,
    owner: Owner = None,
    output: Annotated[Format, typer.Option("--format", help="输出格式 output format")] = Format.TEXT,
) -> None:
    """下滑：状态变差或达成概率跌破界限，何时、为何。Lights that got worse and probabilities that fell: when and why."""
    settings = Settings()
    catalogue = load_catalogue(settings.catalogue)
    chosen = choice(catalogue, owner, None, None, None)
    wanted = None
    if chosen.owner is not None:
        wanted = [
            key
            for key, target in catalogue.targets.items()
            if chosen.owner in (target.owners.lead, *target.owners.responsible)
        ]
    settings.home.mkdir(parents=True, exist_ok=True)
    with Store.open(settings.store_url) as store:
        moment = None if since is None else since.replace(tzinfo=settings.zone)
        found = store.slips(moment, wanted)
    found["at"] = found["at"].dt.tz_convert(settings.zone)
    if output is Format.CSV:
        typer.echo(found.drop(columns=["changed"]).to_csv(index=False), nl=False)
    elif output is Format.JSON:
        typer.echo(json.dumps(_records(found), ensure_ascii=False, indent=1))
    else:
        _print(found)


def _records(found: pd.DataFrame) -> list[dict[str, object]]:
    moments = {name: [moment.isoformat() for moment in found[name]] for name in ("at", "since")}
    plain = found.astype("object").assign(**moments)
    return [
        {str(name): value for name, value in row.items()} for row in plain.where(plain.notna(), None).to_dict("records")
    ]


def _print(found: pd.DataFrame) -> None:
    console = Console()
    for slip in found.to_dict("records"):
        console.print(f"[bold]{slip['at']:%Y-%m-%d %H:%M}[/] {escape(str(slip['target']))}", highlight=False)
        for language in ("zh", "en"):
            console.print(f"  {escape(str(slip[f'reason_{language}']))}", highlight=False)
    if found.empty:
        typer.echo("没有下滑 no slips", err=True)
