"""The plan of pulls: which source is asked for which period now, and how every period of every source stands.

A period is asked for from some days before its due day on, every few hours until it is there; once it is late, daily,
and after half a year no more. What may pass (a server that is away) is tried again soon and then less often; what won't
pass by itself (a refusal, a changed form, figures that were rejected) once a day. After an absence everything that is
missing is asked for, oldest first and a few at a time. When a new period has come, the last ones before it are asked
for once more, since figures are revised.

Pure: the moment is an argument. Does not belong here: asking (`pulling`), when a period is due (`releases.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import pandas as pd

from dagster_project.progress.releases import due_day, periods_of
from validators.catalogue import Catalogue, Dataset, Source
from validators.periods import Period, parse_period

AT_ONCE = 6
"""periods asked of one source at one time; the others follow at the next"""
GIVE_UP = timedelta(days=183)
"""after the due day; a period that no source has answered about is still asked for"""

_SOON = (timedelta(minutes=15), timedelta(hours=1))  # after the first and the second time that a source was away
_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_UNAVAILABLE = "unavailable"
_STOPS = frozenset(("refused", "form_changed", "rejected"))
_WAITS_FOR_A_PERSON = "pending"


class State(StrEnum):
    """How a period of a source stands."""

    NOT_YET = "not_yet"
    ASKING = "asking"
    LATE = "late"
    ARRIVED = "arrived"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was put to a source, for the periods from `first` to `last` (SDMX). `outcome` is the value of a
    `PullOutcome`; `at` its end, timezone-aware; `retry_after` the seconds that the source asked to be left alone."""

    dataset: str
    source: str
    first: str
    last: str
    outcome: str
    at: datetime
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A period of a source. `due`: its due day; `outcome` of the last question about it, None before one; `next_ask`:
    when it is asked for, None for never; `again`: it is there, and is asked for once more; `probe`: its source failed
    the last time, whatever it was asked for, so that one question is enough."""

    dataset: str
    source: str
    period: Period
    state: State
    due: date
    outcome: str | None
    next_ask: datetime | None
    again: bool = False
    probe: bool = False


@dataclass(frozen=True, slots=True)
class _Context:
    """One source while its periods are looked at."""

    key: str
    dataset: Dataset
    source: Source
    now: datetime
    zone: ZoneInfo
    hold: datetime | None  # until when the source is left alone
    probe: bool


def standings(
    catalogue: Catalogue, arrived: pd.DataFrame, asked: Iterable[Asked], now: datetime, zone: ZoneInfo
) -> list[Standing]:
    """Every period of every source from its first one up to the next that is to come, by dataset, source and time.

    `arrived`: dataset, region, period, received_at (what `Store.releases` gives): a period is there when every region
    of the source has it, whoever brought it. `asked`: all questions, in any order. The work is sources x periods; each
    cell has rules of its own, and there are some hundreds of them."""
    came: dict[str, dict[str, dict[str, datetime]]] = defaultdict(lambda: defaultdict(dict))
    columns = [arrived[name].tolist() for name in ("dataset", "region", "period", "received_at")]
    for key, region, period, moment in zip(*columns, strict=True):
        came[key][period][region] = moment.to_pydatetime()
    questions: dict[tuple[str, str], list[Asked]] = defaultdict(list)
    for one in sorted(asked, key=lambda each: each.at):
        questions[one.dataset, one.source].append(one)
    first_year = min(document.year for document in catalogue.documents.values())
    found: list[Standing] = []
    for key, dataset in catalogue.datasets.items():
        for source in dataset.sources:
            own = questions[key, source.name]
            context = _Context(key, dataset, source, now, zone, _hold(own, source), _failed(own))
            regions = frozenset(source.regions or dataset.publishers)
            there = {period: max(of.values()) for period, of in came[key].items() if regions <= of.keys()}
            found.extend(_of_source(context, there, own, first_year))
    return found


def to_ask(plan: Sequence[Standing], now: datetime, at_once: int = AT_ONCE) -> list[Standing]:
    """What to ask now, in this order: of each source what is missing, oldest first, at most `at_once`; a source that
    failed the last time gets one question. Only where nothing is missing, what is asked for once more."""
    ready: dict[tuple[str, str], list[Standing]] = defaultdict(list)
    for one in plan:
        if one.next_ask is not None and one.next_ask <= now:
            ready[one.dataset, one.source].append(one)
    chosen: list[Standing] = []
    for each in ready.values():
        missing = [one for one in each if not one.again]
        wanted = missing or each
        chosen.extend(wanted[: 1 if wanted[0].probe else at_once])
    return chosen


def is_due(plan: Sequence[Standing], now: datetime) -> bool:
    """Whether there is anything to ask now."""
    return any(one.next_ask is not None and one.next_ask <= now for one in plan)


def first_period(source: Source, first_year: int) -> str:
    """The period from which a source is asked, as SDMX."""
    return source.since or f"{first_year}-01"


def _of_source(
    context: _Context, there: Mapping[str, datetime], own: Sequence[Asked], first_year: int
) -> Iterator[Standing]:
    periods = list(_periods(context, first_year))
    about = _by_period(own, periods)
    shown = [_standing(context, period, there, about[period.text]) for period in periods]
    yield from _asked_again(context, shown, there, about)


def _periods(context: _Context, first_year: int) -> Iterator[Period]:
    """From the source's first period to the first that can't be asked for yet."""
    since = parse_period(first_period(context.source, first_year)).first_month
    year = since.year
    while year < 9999:
        for period in periods_of(context.dataset, year):
            if period.last_month < since:
                continue
            yield period
            if _begins(context, period) > context.now:
                return
        year += 1


def _begins(context: _Context, period: Period) -> datetime:
    """From when on it is asked for: some days before it is due, and never before it has ended."""
    after = period.last_month.plus(1)
    day = due_day(context.dataset, period) - timedelta(days=context.source.ask_from)
    return datetime.combine(max(day, date(after.year, after.month, 1)), time(), context.zone)


def _by_period(own: Sequence[Asked], periods: Sequence[Period]) -> dict[str, list[Asked]]:
    """The questions about each period, in the order of time."""
    found: dict[str, list[Asked]] = {period.text: [] for period in periods}
    for one in own:
        if one.first == one.last:
            found.get(one.last, []).append(one)
            continue
        begin, end = parse_period(one.first).first_month, parse_period(one.last).last_month
        for period in periods:
            if begin <= period.last_month <= end:
                found[period.text].append(one)
    return found


def _standing(context: _Context, period: Period, there: Mapping[str, datetime], about: Sequence[Asked]) -> Standing:
    due = due_day(context.dataset, period)
    last = about[-1].outcome if about else None
    settled = _answer(about)
    begins = _begins(context, period)

    def standing(state: State, next_ask: datetime | None) -> Standing:
        return Standing(context.key, context.source.name, period, state, due, last, next_ask, probe=context.probe)

    if period.text in there or (settled is not None and settled.outcome == _WAITS_FOR_A_PERSON):
        return standing(State.ARRIVED, None)
    if begins > context.now:
        return standing(State.NOT_YET, begins)
    end_of_due = datetime.combine(due + _DAY, time(), context.zone)
    late, long_ago = context.now >= end_of_due, context.now >= end_of_due + GIVE_UP
    state = State.LATE if late else State.ASKING
    if settled is None:
        return standing(state, _held(context, begins))
    if settled.outcome in _STOPS:
        return standing(State.STOPPED, _held(context, settled.at + (_WEEK if long_ago else _DAY)))
    if long_ago:
        return standing(state, None)
    usual = timedelta(hours=context.source.every_hours)
    return standing(state, _held(context, settled.at + (max(usual, _DAY) if late else usual)))


def _asked_again(
    context: _Context, shown: Sequence[Standing], there: Mapping[str, datetime], about: Mapping[str, Sequence[Asked]]
) -> Iterator[Standing]:
    """The same, the newest arrived period and the `revisit` ones before it asked for once since the newest came."""
    here = [one for one in shown if one.period.text in there]
    window = {one.period.text for one in here[-1 - context.source.revisit :]} if context.source.revisit else set()
    came = max((there[text] for text in window), default=context.now)
    for one in shown:
        if one.period.text not in window:
            yield one
            continue
        # Of what was caught up a moment before the newest came, there is no news to expect.
        since = [each for each in about[one.period.text] if each.at >= came - _DAY]
        settled = _answer(since)
        if settled is None:
            next_ask = _held(context, came)
        elif settled.outcome in _STOPS:
            next_ask = _held(context, settled.at + _DAY)
        else:
            yield one
            continue
        yield replace(one, next_ask=next_ask, again=True)


def _answer(about: Sequence[Asked]) -> Asked | None:
    """The last question that wasn't lost on the way."""
    return next((one for one in reversed(about) if one.outcome != _UNAVAILABLE), None)


def _hold(own: Sequence[Asked], source: Source) -> datetime | None:
    """Until when a source is left alone because it was away: longer each time, and as long as it asked for."""
    away = 0
    for one in reversed(own):
        if one.outcome != _UNAVAILABLE:
            break
        away += 1
    if not away:
        return None
    usual = timedelta(hours=source.every_hours)
    wait = min(_SOON[away - 1], usual) if away <= len(_SOON) else usual
    return own[-1].at + max(wait, timedelta(seconds=own[-1].retry_after or 0))


def _failed(own: Sequence[Asked]) -> bool:
    return bool(own) and (own[-1].outcome == _UNAVAILABLE or own[-1].outcome in _STOPS)


def _held(context: _Context, moment: datetime) -> datetime:
    return moment if context.hold is None else max(moment, context.hold)
