"""The sources of one dataset: what each asks, when it is asked next and why, what came of the last pulls, and what has
changed in the form of its answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from fastapi import HTTPException
from starlette.responses import HTMLResponse

from dagster_project.portal.pages.sources import kind
from dagster_project.portal.route import Route
from dagster_project.portal.visit import Visit, Visiting
from dagster_project.progress.pulls import Standing, State
from dagster_project.pulling.plan import plan
from dagster_project.pulling.words import part_named
from dagster_project.sources.form import compare
from dagster_project.sources.shown_options import shown
from dagster_project.store import GOOD_PULLS, Pull, PullOutcome
from validators.catalogue import Source, Words

_PULLS = 30
_PERIODS = 24


@dataclass(frozen=True)
class FormChange:
    """What the answer of a pull was made of that the one before it was not, and the other way round; parts by name."""

    pull: Pull
    before: Pull
    gone: tuple[Words, ...]
    came: tuple[Words, ...]


@dataclass(frozen=True)
class Section:
    """One source. `options`: names and texts, none secret. `periods`: how each stands that is not settled, oldest
    first, and why it is asked for when it is; `more`: how many there are beside them. `pulls` newest first. `form`:
    what the last good answer was made of."""

    source: Source
    regions: tuple[str, ...]
    options: list[tuple[str, str]]
    periods: list[tuple[Standing, str]]
    more: int
    pulls: list[Pull]
    changes: list[FormChange]
    form: tuple[Words, ...]


def source(visit: Visiting, dataset: str) -> HTMLResponse:
    """The page; 404 for a dataset that the catalogue doesn't have."""
    visit.require("view_upload", dataset)
    desk, now = visit.desk, visit.desk.now()
    found = desk.catalogue.datasets.get(dataset)
    if found is None:
        raise HTTPException(404)
    standings = plan(desk.catalogue, desk.store, now, desk.settings.zone)
    sections = [
        _section(
            visit, dataset, one, [each for each in standings if (each.dataset, each.source) == (dataset, one.name)]
        )
        for one in found.sources
    ]
    return visit.page("source.html", dataset=dataset, title=found.title, sections=sections, kind=kind, now=now)


def _section(visit: Visit, dataset: str, source: Source, standings: Sequence[Standing]) -> Section:
    desk = visit.desk
    open_ones = [one for one in standings if one.state is not State.ARRIVED or one.next_ask is not None]
    pulls = desk.store.pulls.newest(dataset=dataset, source=source.name, limit=_PULLS)
    last = desk.store.pulls.last_good(dataset, source.name)
    return Section(
        source,
        source.regions or tuple(desk.catalogue.datasets[dataset].publishers),
        shown(source.connector, source.with_),
        [(one, _why(visit, source, one)) for one in open_ones[:_PERIODS]],
        max(len(open_ones) - _PERIODS, 0),
        pulls,
        _changes(visit, pulls),
        () if last is None else tuple(part_named(part, desk.catalogue) for part in last.form),
    )


def _why(visit: Visit, source: Source, one: Standing) -> str:
    """Why it is asked for then, or no more."""
    say, due = visit.say, visit.say.day(one.due)
    if one.again:
        return say.text("source.why.again")
    if one.state is State.NOT_YET:
        return say.text("source.why.not_yet", due=due, days=source.ask_from)
    if one.outcome == PullOutcome.UNAVAILABLE and one.next_ask is not None:
        return say.text("source.why.away")
    if one.state is State.STOPPED:
        return say.text("source.why.stopped", outcome=say.text(f"sources.outcome.{one.outcome}"))
    if one.state is State.LATE:
        key = "late" if one.next_ask is not None else "given_up"
        since = say.day(one.due + timedelta(days=1))
        return say.text(f"source.why.{key}", since=since, dataset=one.dataset, period=one.period.text)
    return say.text("source.why.asking", hours=source.every_hours, due=due)


def _changes(visit: Visit, pulls: Sequence[Pull]) -> list[FormChange]:
    """Of each answer against the last good one before it, newest first."""
    found: list[FormChange] = []
    before: Pull | None = None
    for pull in reversed(pulls):
        if not pull.form or not pull.sha256:
            continue
        if before is not None:
            change = compare(before.form, pull.form)
            if change.gone or change.came:
                gone, came = (
                    tuple(part_named(part, visit.desk.catalogue) for part in parts)
                    for parts in (change.gone, change.came)
                )
                found.append(FormChange(pull, before, gone, came))
        if pull.outcome in GOOD_PULLS:
            before = pull
    return found[::-1]


ROUTES = (Route("GET", "/sources/{dataset}", source, action="view_uploads"),)
