"""The sources: where figures are pulled from, how the last pull of each ended, and the newest pulls."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import HTMLResponse

from dagster_project.portal.route import Route
from dagster_project.portal.visit import Visiting
from dagster_project.store import GOOD_PULLS, Pull, PullOutcome
from validators.catalogue import Source

_SHOWN = 50


@dataclass(frozen=True)
class Row:
    """A source of the catalogue with its last pull, None before there was one."""

    dataset: str
    source: Source
    regions: tuple[str, ...]
    last: Pull | None


def kind(outcome: PullOutcome) -> str:
    """good, waiting or bad: how an outcome is coloured."""
    if outcome in (PullOutcome.PENDING, PullOutcome.UNAVAILABLE):
        return "pending"
    return "accepted" if outcome in (*GOOD_PULLS, PullOutcome.NOTHING) else "rejected"


def sources(visit: Visiting) -> HTMLResponse:
    """The sources of the datasets whose uploads the visitor may see."""
    desk = visit.desk
    rows = [
        Row(
            key,
            source,
            source.regions or tuple(dataset.publishers),
            next(iter(desk.store.pulls.newest(dataset=key, source=source.name, limit=1)), None),
        )
        for key, dataset in desk.catalogue.datasets.items()
        for source in dataset.sources
        if visit.may("view_upload", key)
    ]
    newest = [one for one in desk.store.pulls.newest(limit=_SHOWN) if visit.may("view_upload", one.dataset)]
    return visit.page("sources.html", rows=rows, newest=newest, kind=kind)


ROUTES = (Route("GET", "/sources", sources, action="view_uploads", nav="nav.sources"),)
