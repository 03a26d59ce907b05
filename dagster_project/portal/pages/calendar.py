"""The calendar: what is due, what came, what is late, per dataset and month."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import Query
from starlette.responses import HTMLResponse

from dagster_project.portal import releases
from dagster_project.portal.releases import Arrival
from dagster_project.portal.route import Route
from dagster_project.portal.visit import Visiting
from dagster_project.progress.working_days import announced_through

_SHOWN_NEXT = 12


def calendar(visit: Visiting, year: Annotated[int | None, Query(ge=2000, le=2100)] = None) -> HTMLResponse:
    """The page of a year: the given, else the one that last month was in, whose table is due now."""
    desk = visit.desk
    today = desk.now().astimezone(desk.settings.zone).date()
    first = min(document.year for document in desk.catalogue.documents.values())
    years = range(max(today.year, first), first - 1, -1)
    chosen = year or max(first, (today - timedelta(days=today.day)).year)
    received = desk.store.releases()
    table = releases.rows(desk.catalogue, received, chosen, today, desk.settings.zone)
    every = [release for row in table for release in row.releases.values()]
    overdue = sorted((one for one in every if one.arrival is Arrival.LATE), key=lambda one: (one.due, one.dataset))
    coming = sorted(
        (one for one in every if one.arrival in (Arrival.SOON, Arrival.DUE)), key=lambda one: (one.due, one.dataset)
    )
    return visit.page(
        "calendar.html",
        year=chosen,
        years=years,
        today=today,
        rows=table,
        overdue=overdue,
        coming=coming[:_SHOWN_NEXT],
        arrivals=tuple(Arrival),
        announced=announced_through(),
        sample=desk.board.current().snapshot.sample,
    )


ROUTES = (Route("GET", "/calendar", calendar, action="view_calendar", nav="nav.calendar"),)
