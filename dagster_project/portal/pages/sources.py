"""The sources: where figures are pulled from, how the last pull of each ended, and the newest pulls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import HTMLResponse

from dagster_project.portal.route import Route
from dagster_project.portal.visit import Visit, Visiting
from dagster_project.progress.pulls import Standing, State
from dagster_project.pulling.plan import plan
from dagster_project.store import FAILED_PULLS, Pull, PullOutcome
from validators.catalogue import Source

_SHOWN = 50
_FEW = 6  # overdue periods of a source that are named


@dataclass(frozen=True)
class Row:
    """A source of the catalogue with its last pull, None before there was one. `late`: the periods that are overdue
    (SDMX), oldest first; `next_ask`: when it is asked next, None for never, in the past for at once."""

    dataset: str
    source: Source
    regions: tuple[str, ...]
    last: Pull | None
    late: tuple[str, ...]
    next_ask: datetime | None


def kind(outcome: PullOutcome) -> str:
    """good, waiting or bad: how an outcome is coloured."""
    if outcome in (PullOutcome.PENDING, PullOutcome.UNAVAILABLE):
        return "pending"
    return "rejected" if outcome in FAILED_PULLS else "accepted"


def sources(visit: Visiting) -> HTMLResponse:
    """The sources of the datasets whose uploads the visitor may see."""
    desk, now = visit.desk, visit.desk.now()
    last = desk.store.pulls.last_of_each()
    shown = plan(desk.catalogue, desk.store, now, desk.settings.zone)
    rows = [
        _row(visit, key, source, shown, last.get((key, source.name)))
        for key, dataset in desk.catalogue.datasets.items()
        for source in dataset.sources
        if visit.may("view_upload", key)
    ]
    newest = [one for one in desk.store.pulls.newest(limit=_SHOWN) if visit.may("view_upload", one.dataset)]
    return visit.page("sources.html", rows=rows, newest=newest, kind=kind, now=now, most=_FEW)


def _row(visit: Visit, key: str, source: Source, shown: Sequence[Standing], last: Pull | None) -> Row:
    own = [one for one in shown if (one.dataset, one.source) == (key, source.name)]
    return Row(
        key,
        source,
        source.regions or tuple(visit.desk.catalogue.datasets[key].publishers),
        last,
        tuple(one.period.text for one in own if one.state is State.LATE),
        min((one.next_ask for one in own if one.next_ask is not None), default=None),
    )


ROUTES = (Route("GET", "/sources", sources, action="view_uploads", nav="nav.sources"),)
