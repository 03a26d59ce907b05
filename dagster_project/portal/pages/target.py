"""One target: how it is judged and why, its course month by month, and where it is promised.

Belongs here: putting the judgement, the figures and the catalogue's words side by side. Does not belong here: judging.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pandas as pd
from fastapi import HTTPException
from starlette.responses import HTMLResponse

from dagster_project.judgement import Judgement
from dagster_project.portal.choosing import Chosen
from dagster_project.portal.pages.outlook import outlook
from dagster_project.portal.route import Route
from dagster_project.portal.visit import Visit, Visiting
from dagster_project.progress.peers import growth_gaps, growth_indicator, wider_regions
from dagster_project.scoreboard.charts import bar, drawn
from dagster_project.scoreboard.courses import Courses, tiers
from validators.catalogue import Measure
from validators.periods import Month, month_ordinals

_PATHS = ("linear", "schedule", "seasonal")


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A month: figures as published by measure (value, period), what the target was judged by, and what was due."""

    month: Month
    figures: dict[str, tuple[float, str]]
    judged: float
    origin: str
    due: dict[str, float]


@dataclass(frozen=True, slots=True)
class Gap:
    """Growth less that of a wider region, in percentage points to one decimal. `by_month`: of the month alone."""

    reference: str
    name: str
    period: str
    by_month: bool
    points: float


def target(visit: Visiting, target: str, choice: Chosen) -> HTMLResponse:
    """The page."""
    catalogue = visit.desk.catalogue
    if target not in catalogue.targets:
        raise HTTPException(404)
    keeper = visit.desk.board
    board = keeper.board(as_of=choice.as_of, known_on=choice.known_on)
    judgement = keeper.judgement(as_of=choice.as_of, known_on=choice.known_on)
    rows = {str(row["target"]): row for row in board.rows.to_dict("records")}
    row = {str(name): value for name, value in rows[target].items()}
    courses = Courses.of(judgement.actuals, judgement.paths, judgement.fans, judgement.as_of)
    chart = courses.chart(row, catalogue, visit.say)
    one = catalogue.targets[target]
    return visit.page(
        "target.html",
        board=board,
        choice=choice,
        row=row,
        target=one,
        indicator=catalogue.indicators[one.indicator],
        document=catalogue.documents[one.cite.document],
        chapter=catalogue.documents[one.cite.document].chapters[one.cite.chapter],
        chart=chart,
        picture=_picture(visit, chart) if courses.actuals.get(target) or chart.lines else "",
        bar=bar(row["attainment_ratio"], row["expected_ratio"], light=row["light"]),
        months=_months(judgement, courses, target, one.indicator, one.region),
        measures=_measures(judgement, one.indicator, one.region),
        paths=[path for path in _PATHS if (target, path) in courses.paths],
        tiers=[rows[key] for key in tiers(catalogue, target)],
        part_of=rows.get(one.part_of or ""),
        grafana=_grafana(visit, one.indicator, one.region),
        outlook=outlook(visit, target, judgement),
        gaps=_gaps(visit, judgement, one.indicator, one.region),
    )


def _gaps(visit: Visit, judgement: Judgement, indicator: str, region: str) -> list[Gap]:
    """Growth against the regions that this one is a part of, the nearest first."""
    catalogue, say = visit.desk.catalogue, visit.say
    figures = judgement.observations
    ordinals = month_ordinals(figures["period"]) if len(figures) else np.empty(0, dtype=np.int64)
    found = growth_gaps(catalogue, figures[ordinals <= judgement.as_of.ordinal])
    own = found[(found["indicator"] == growth_indicator(catalogue, indicator)) & (found["region"] == region)]
    order = list(wider_regions(catalogue, region))
    return sorted(
        (
            Gap(
                reference=row["reference"],
                name=say.words(catalogue.regions[row["reference"]].name),
                period=row["period"],
                by_month=row["measure"] == Measure.YOY_MONTH.value,
                points=round(row["gap"], 1),
            )
            for row in own.to_dict("records")
        ),
        key=lambda gap: order.index(gap.reference),
    )


def _picture(visit: Visit, chart: Any) -> Any:
    say = visit.say
    years = {chart.first // 12, chart.last // 12}
    return drawn(
        chart,
        month=lambda ordinal: (
            say.month(ordinal % 12 + 1) if len(years) == 1 else say.period(Month.from_ordinal(ordinal).text)
        ),
        amount=say.tick,
    )


def _months(judgement: Judgement, courses: Courses, target: str, indicator: str, region: str) -> list[MonthRow]:
    """Every month from the first of the target's year, or of its first figure, to the last that anything is known of;
    the newest first."""
    published = _published(judgement, indicator, region)
    origins = judgement.actuals[judgement.actuals["target"] == target].set_index("period")["origin"].to_dict()
    judged = dict(courses.actuals.get(target, ()))
    due = {path: dict(courses.paths.get((target, path), ())) for path in _PATHS}
    ordinals = sorted({*judged, *(ordinal for ordinal in published if not judged or ordinal >= min(judged))})
    found = []
    for ordinal in reversed(ordinals):
        month = Month.from_ordinal(ordinal)
        found.append(
            MonthRow(
                month=month,
                figures=published.get(ordinal, {}),
                judged=judged.get(ordinal, math.nan),
                origin=str(origins.get(month.text, "")),
                due={path: values[ordinal] for path, values in due.items() if ordinal in values},
            )
        )
    return found


def _published(judgement: Judgement, indicator: str, region: str) -> dict[int, dict[str, tuple[float, str]]]:
    """By the last month of its period: value and period of each measure, up to the month of the judgement."""
    frame = _figures(judgement, indicator, region)
    found: dict[int, dict[str, tuple[float, str]]] = {}
    ordinals = month_ordinals(frame["period"]) if len(frame) else np.empty(0, dtype=np.int64)
    for ordinal, period, measure, value in zip(
        ordinals.tolist(), frame["period"], frame["measure"], frame["value"], strict=True
    ):
        if ordinal <= judgement.as_of.ordinal:
            found.setdefault(ordinal, {})[str(measure)] = (float(value), str(period))
    return found


def _measures(judgement: Judgement, indicator: str, region: str) -> list[str]:
    there = set(_figures(judgement, indicator, region)["measure"])
    return [measure.value for measure in Measure if measure.value in there]


def _figures(judgement: Judgement, indicator: str, region: str) -> pd.DataFrame:
    frame = judgement.observations
    return frame[(frame["indicator"] == indicator) & (frame["region"] == region)]


def _grafana(visit: Visit, indicator: str, region: str) -> str:
    """The dashboard of the indicator; '' where no Grafana is configured."""
    settings = visit.desk.settings
    base = settings.portal_grafana_url or settings.grafana_url
    if not base:
        return ""
    return f"{base.rstrip('/')}/d/xushi-indicator?{urlencode({'var-region': region, 'var-indicator': indicator})}"


ROUTES = (Route("GET", "/targets/{target}", target, action="view_scoreboard", opened_by="public_scoreboard"),)
