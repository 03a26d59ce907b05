"""Figures, targets and the calendar for programs.

Belongs here: the routes. Does not belong here: shapes (`answers.py`).
"""

from __future__ import annotations

import json
from datetime import date, datetime, time
from typing import Annotated, Any

from fastapi import HTTPException, Query
from pydantic import BaseModel

from dagster_project.identity.audit import Deed
from dagster_project.portal import releases
from dagster_project.portal.api.answers import Observation, Version, records
from dagster_project.portal.api.moments import Day
from dagster_project.portal.choosing import Chosen
from dagster_project.portal.route import Route
from dagster_project.portal.visit import Visiting
from dagster_project.scoreboard.export import to_json
from validators.catalogue import Measure
from validators.errors import PeriodError
from validators.periods import parse_period


class ReleaseAnswer(BaseModel):
    """One period of a dataset of a region. `arrival`: received, received_late, late, soon, due."""

    dataset: str
    region: str
    period: str
    due: date
    came: date | None
    arrival: str


def observations(
    visit: Visiting,
    indicator: Annotated[list[str], Query(description="one or several")],
    region: Annotated[list[str] | None, Query()] = None,
    measure: Annotated[list[Measure] | None, Query()] = None,
    first: Annotated[str, Query(description="first period, SDMX")] = "",
    last: Annotated[str, Query(description="last period, SDMX")] = "",
    known_on: Annotated[Day | None, Query(description="as it was believed at the end of this day")] = None,
) -> list[Observation]:
    """The figures of some indicators as they are believed now, or were at the end of a day."""
    unknown = [key for key in indicator if key not in visit.desk.catalogue.indicators]
    if unknown:
        raise HTTPException(422, f"indicator: 没有 / unknown: {unknown[0][:80]!r}")
    for text in (first, last):
        _period(text)
    moment = None
    if known_on is not None:
        moment = datetime.combine(known_on, time.max, visit.desk.settings.zone)
    found = visit.desk.store.observations(
        known_on=moment,
        indicators=indicator,
        regions=region,
        measures=None if measure is None else [one.value for one in measure],
        first=first or None,
        last=last or None,
    )
    visit.record(Deed.EXPORTED, "observations", format="json", indicators=sorted(set(indicator)), figures=len(found))
    return [Observation.model_validate(row) for row in records(found[list(Observation.model_fields)])]


def versions(visit: Visiting, indicator: str, region: str, period: str) -> list[Version]:
    """Everything that was ever believed of a figure; 404 for one that nobody ever stated."""
    catalogue = visit.desk.catalogue
    if indicator not in catalogue.indicators or region not in catalogue.regions:
        raise HTTPException(404, "没有这个指标或地区 / no such indicator or region")
    _period(period)
    found = visit.desk.store.versions(indicator, region, period)
    if found.empty:
        raise HTTPException(404, "没有这个数 / nobody ever stated this figure")
    return [Version.model_validate(row) for row in records(found[list(Version.model_fields)])]


def progress(visit: Visiting, chosen: Chosen) -> dict[str, Any]:
    """The scoreboard: {as_of, known_on, sample, counts, targets}."""
    board = visit.desk.board.board(as_of=chosen.as_of, known_on=chosen.known_on)
    rows = chosen.of(board)
    found: dict[str, Any] = json.loads(to_json(rows))
    visit.record(Deed.EXPORTED, "scoreboard", format="json", as_of=board.as_of.text, targets=len(rows.rows))
    return found


def calendar(visit: Visiting, year: Annotated[int, Query(ge=2000, le=2100)]) -> list[ReleaseAnswer]:
    """Every period of a year: due, received, late."""
    desk = visit.desk
    today = desk.now().astimezone(desk.settings.zone).date()
    table = releases.rows(desk.catalogue, desk.store.releases(), year, today, desk.settings.zone)
    return [
        ReleaseAnswer(
            dataset=one.dataset,
            region=one.region,
            period=one.period.text,
            due=one.due,
            came=one.came,
            arrival=one.arrival.value,
        )
        for row in table
        for one in row.releases.values()
    ]


def _period(text: str) -> None:
    try:
        if text:
            parse_period(text)
    except PeriodError as error:
        raise HTTPException(422, f"period: 没有 / unknown: {text[:80]!r}") from error


ROUTES = (
    Route("GET", "/api/v1/observations", observations, action="view_observations", api=True),
    Route("GET", "/api/v1/observations/{indicator}/{region}/{period}", versions, action="view_observations", api=True),
    Route("GET", "/api/v1/progress", progress, action="view_scoreboard", opened_by="public_scoreboard", api=True),
    Route("GET", "/api/v1/calendar", calendar, action="view_calendar", api=True),
)
