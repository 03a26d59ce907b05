"""Templates to fill in, for programs.

Belongs here: the route. Does not belong here: choosing period and region (`pages.templates_page`).
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from starlette.responses import Response

from dagster_project.portal.pages import templates_page as pages
from dagster_project.portal.pages.hand_in import XLSX
from dagster_project.portal.route import Route
from dagster_project.portal.visit import Visiting


def template(
    visit: Visiting,
    dataset: str,
    period: Annotated[str, Query(description="the period that is due next")] = "",
    region: Annotated[str, Query(description="all regions of the dataset")] = "",
) -> Response:
    """The workbook of a dataset, with the last values beside the cells to be filled."""
    return pages.template(visit, dataset, period, region)


_WORKBOOK: dict[int | str, dict[str, Any]] = {
    200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}
}

ROUTES = (
    Route(
        "GET",
        "/api/v1/templates/{dataset}.xlsx",
        template,
        action="download_template",
        api=True,
        answer=_WORKBOOK,
    ),
)
