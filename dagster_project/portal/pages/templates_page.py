"""Templates to fill in: a list of the visitor's datasets, and each workbook.

    GET /templates                     datasets with the period that is due next
    GET /templates/{dataset}.xlsx      the workbook; ?period=2025-09&region=330303

Belongs here: offering them. Does not belong here: making them (`workbooks`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import HTTPException, Query
from starlette.responses import HTMLResponse, Response

from dagster_project.identity.audit import Deed
from dagster_project.portal.pages.hand_in import XLSX, download
from dagster_project.portal.route import Route
from dagster_project.portal.visit import Visit, Visiting
from dagster_project.progress.releases import due_day, next_period
from dagster_project.workbooks import template_name, template_workbook
from validators.errors import PeriodError
from validators.periods import Period, parse_period


def templates(visit: Visiting) -> HTMLResponse:
    """The datasets that the visitor may hand in."""
    rows = []
    for key, dataset in visit.desk.catalogue.datasets.items():
        if visit.may("download_template", key):
            period = _next(visit, key)
            due = due_day(dataset, period)
            rows.append((key, visit.say.words(dataset.title), period.text, due, list(_regions(visit, key))))
    return visit.page("templates.html", rows=rows)


def template(
    visit: Visiting,
    dataset: str,
    period: Annotated[str, Query()] = "",
    region: Annotated[str, Query()] = "",
) -> Response:
    """One workbook, for the period that is due next unless another is named."""
    catalogue = visit.desk.catalogue
    if dataset not in catalogue.datasets:
        raise HTTPException(404)
    visit.require("download_template", dataset)
    if region and region not in catalogue.regions:
        raise HTTPException(400, f"region: 没有 / unknown: {region[:80]!r}")
    try:
        wanted = parse_period(period) if period else _next(visit, dataset)
    except PeriodError as error:
        raise HTTPException(400, f"period: 没有 / unknown: {period[:80]!r}") from error
    believed = visit.desk.store.observations(indicators=catalogue.dataset_indicators[dataset])
    data = template_workbook(catalogue, dataset, wanted, believed=believed, regions=[region] if region else None)
    visit.record(Deed.EXPORTED, f"dataset:{dataset}", format="template", period=wanted.text, region=region)
    return download(data, template_name(catalogue, dataset, wanted), XLSX)


def _regions(visit: Visit, dataset: str) -> Iterator[tuple[str, str]]:
    """The regions of which the dataset has an indicator."""
    catalogue = visit.desk.catalogue
    wanted = {code for key in catalogue.dataset_indicators[dataset] for code in catalogue.indicator_regions[key]}
    return ((code, visit.say.words(region.name)) for code, region in catalogue.regions.items() if code in wanted)


def _next(visit: Visit, dataset: str) -> Period:
    releases = visit.desk.store.releases()
    publishers = list(visit.desk.catalogue.datasets[dataset].publishers)
    ours = (releases["dataset"] == dataset) & releases["region"].isin(publishers)
    received = set(releases.loc[ours, "period"])
    today = visit.desk.now().astimezone(visit.desk.settings.zone).date()
    return next_period(visit.desk.catalogue.datasets[dataset], received, today)


ROUTES = (
    Route("GET", "/templates", templates, action="download_template", nav="nav.templates"),
    Route("GET", "/templates/{dataset}.xlsx", template, action="download_template"),
)
