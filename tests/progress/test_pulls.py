"""The plan of pulls, over a year that passes in steps of some hours, with a source that is made up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from dagster_project.progress.pulls import AT_ONCE, Asked, Standing, State, is_due, standings, to_ask
from dagster_project.progress.releases import due_day
from tests.progress.conftest import build
from validators.catalogue import Catalogue
from validators.periods import Period

ZONE = ZoneInfo("Asia/Shanghai")
HOUR = timedelta(hours=1)
SOURCE = {"name": "bureau", "connector": "folder", "since": "2025-01", "ask_from": 5, "every_hours": 6}


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def catalogue(*, cadence: str = "monthly", due_day: int = 20, due_month: int = 1, **source: Any) -> Catalogue:
    plain = build([{"value": 1}])
    wanted = plain.model_dump(mode="json", by_alias=True)
    wanted["datasets"]["monthly"] |= {
        "cadence": cadence,
        "due_day": due_day,
        "due_month": due_month,
        "sources": [SOURCE | source],
    }
    return Catalogue.model_validate(wanted)


@dataclass
class World:
    """A source that publishes each period at its moment, and somebody who asks what the plan says, every hour.
    `failing` gives the outcome of a question that gets no answer; `idle` says when nobody asks."""

    catalogue: Catalogue
    publishes: Callable[[Period], datetime]
    failing: Callable[[datetime, Period], str | None] = lambda now, period: None
    idle: Callable[[datetime], bool] = lambda now: False
    retry_after: float | None = None
    asked: list[Asked] = field(default_factory=list)
    arrived: dict[str, datetime] = field(default_factory=dict)

    def plan(self, now: datetime) -> list[Standing]:
        rows = [("monthly", "330303", period, pd.Timestamp(came)) for period, came in self.arrived.items()]
        frame = pd.DataFrame(rows, columns=["dataset", "region", "period", "received_at"])
        return standings(self.catalogue, frame, self.asked, now, ZONE)

    def run(self, begin: str, end: str, step: timedelta = HOUR) -> World:
        now = moment(begin)
        while now < moment(end):
            if not self.idle(now):
                for one in to_ask(self.plan(now), now):
                    self.ask(one.period, now)
            now += step
        return self

    def ask(self, period: Period, now: datetime) -> None:
        outcome = self.failing(now, period)
        if outcome is None and now >= self.publishes(period):
            outcome = "unchanged" if period.text in self.arrived else "stored"
            self.arrived.setdefault(period.text, now)
        self.asked.append(
            Asked("monthly", "bureau", period.text, period.text, outcome or "nothing", now, self.retry_after)
        )

    def state(self, period: str, now: str) -> State:
        return {one.period.text: one.state for one in self.plan(moment(now))}[period]

    def times(self, period: str) -> list[datetime]:
        return [one.at for one in self.asked if one.first == period]


def days_before(world: Catalogue, days: float) -> Callable[[Period], datetime]:
    """A source that publishes so many days before midnight after the due day."""
    dataset = world.datasets["monthly"]

    def publishes(period: Period) -> datetime:
        due = due_day(dataset, period)
        return datetime(due.year, due.month, due.day, tzinfo=ZONE) + timedelta(days=1 - days)

    return publishes


def gaps(times: list[datetime]) -> list[timedelta]:
    return [after - before for before, after in pairwise(times)]


def kinds(asked: Iterable[Asked]) -> Counter[str]:
    return Counter(one.outcome for one in asked)


def test_over_a_year_each_month_is_asked_for_from_its_days_on_until_it_is_there_and_once_more_with_the_next() -> None:
    own = catalogue()
    publishes = days_before(own, 3)
    world = World(own, publishes).run("2025-01-01", "2026-01-31", 6 * HOUR)
    months = [f"2025-{month:02d}" for month in range(2, 13)]  # January comes with February
    assert list(world.arrived) == months
    for period, came in world.arrived.items():
        (standing,) = [one for one in world.plan(moment("2026-01-31")) if one.period.text == period]
        assert timedelta() <= came - publishes(standing.period) < 6 * HOUR
        begins = datetime.combine(standing.due, datetime.min.time(), ZONE) - timedelta(days=5)
        assert world.times(period)[0] == begins
    # Three days of waiting at every six hours, the arrival, and once more when the next came.
    assert kinds(world.asked) == {"nothing": 12 * 11, "stored": 11, "unchanged": 10}


def test_a_month_is_late_after_the_day_to_which_its_due_day_was_moved() -> None:
    own = catalogue(due_day=1)
    world = World(own, lambda period: moment("2099-01-01"))
    # 1 October is followed by a week off: September's table is due on the 9th.
    assert world.state("2025-09", "2025-09-30") is State.NOT_YET
    assert world.state("2025-09", "2025-10-05") is State.ASKING
    assert world.state("2025-09", "2025-10-09T23:00") is State.ASKING
    assert world.state("2025-09", "2025-10-10") is State.LATE
    own = catalogue(due_day=30, since="2024-12")
    # 30 January lies in Spring Festival: December's table is due on 5 February.
    world = World(own, lambda period: moment("2099-01-01"))
    assert world.state("2024-12", "2025-02-05T12:00") is State.ASKING
    assert world.state("2024-12", "2025-02-06") is State.LATE


def test_a_late_month_is_asked_for_daily_until_it_comes() -> None:
    own = catalogue()
    usual = days_before(own, 3)

    def publishes(period: Period) -> datetime:
        return moment("2025-06-10") if period.text == "2025-04" else usual(period)

    world = World(own, publishes).run("2025-05-01", "2025-06-12", 3 * HOUR)
    late = [at for at in world.times("2025-04") if at >= moment("2025-05-21")]
    assert set(gaps(late)) == {timedelta(days=1)}
    assert moment("2025-06-10") <= world.arrived["2025-04"] < moment("2025-06-11")


def test_what_never_comes_is_given_up_after_half_a_year() -> None:
    world = World(catalogue(), lambda period: moment("2099-01-01")).run("2025-03-01", "2025-12-31", 12 * HOUR)
    february = world.times("2025-02")
    assert february[-1] < moment("2025-03-20") + timedelta(days=185)
    assert world.state("2025-02", "2025-12-31") is State.LATE


def test_after_an_absence_everything_missing_is_asked_for_oldest_first_and_a_few_at_a_time() -> None:
    own = catalogue(since="2024-01")
    world = World(own, days_before(own, 3), idle=lambda now: now < moment("2025-07-01")).run("2025-06-30", "2025-07-02")
    asked = [one.first for one in world.asked]
    # February 2024 to May 2025: fifteen months in three hours, then the last but one once more.
    assert asked[:15] == sorted(asked[:15])
    assert Counter(one.at for one in world.asked[:15]).most_common(1)[0][1] == AT_ONCE
    assert set(asked) == set(world.arrived)
    assert len(asked) == 15


def test_a_source_that_is_away_is_tried_again_soon_and_then_less_often() -> None:
    own = catalogue()
    away = World(own, days_before(own, 5), failing=lambda now, period: "unavailable")
    away.run("2025-04-15T23:00", "2025-04-17", timedelta(minutes=15))
    waits = gaps([one.at for one in away.asked])
    assert waits[:4] == [timedelta(minutes=15), HOUR, 6 * HOUR, 6 * HOUR]
    asks_for_two_days = World(own, days_before(own, 5), failing=lambda now, period: "unavailable", retry_after=172_800)
    asks_for_two_days.run("2025-04-15", "2025-04-21", 3 * HOUR)
    pauses = gaps([one.at for one in asks_for_two_days.asked])
    assert set(pauses) == {timedelta(days=2)}


def test_a_source_that_is_away_holds_all_its_periods_and_gets_one_question_when_its_time_is_over() -> None:
    own = catalogue(since="2024-01")
    world = World(own, days_before(own, 3))
    now = moment("2025-03-01")
    first, *_ = to_ask(world.plan(now), now)
    world.asked.append(Asked("monthly", "bureau", first.period.text, first.period.text, "unavailable", now))
    assert not is_due(world.plan(now + timedelta(minutes=14)), now + timedelta(minutes=14))
    later = now + timedelta(minutes=15)
    assert [one.period.text for one in to_ask(world.plan(later), later)] == [first.period.text]


@pytest.mark.parametrize("outcome", ["refused", "form_changed", "rejected"])
def test_what_will_not_pass_by_itself_is_asked_once_a_day_and_stands_still(outcome: str) -> None:
    own = catalogue()
    world = World(own, days_before(own, 5), failing=lambda now, period: outcome)
    world.run("2025-03-14", "2025-03-20", 2 * HOUR)
    assert gaps(world.times("2025-02")) == [timedelta(days=1)] * 4
    assert world.state("2025-02", "2025-03-20") is State.STOPPED


def test_what_waits_for_a_second_person_is_not_asked_for_again() -> None:
    own = catalogue()
    world = World(own, days_before(own, 5), failing=lambda now, period: "pending")
    world.run("2025-03-14", "2025-03-31", 6 * HOUR)
    assert len(world.asked) == 1
    assert world.state("2025-02", "2025-03-31") is State.ARRIVED


def test_a_month_that_somebody_handed_in_is_asked_for_once_so_that_the_source_can_disagree() -> None:
    own = catalogue()
    world = World(own, lambda period: moment("2025-03-01"))
    world.arrived["2025-02"] = moment("2025-03-12")
    world.run("2025-03-12", "2025-03-31", 6 * HOUR)
    assert [one.outcome for one in world.asked] == ["unchanged"]
    quiet = World(catalogue(revisit=0), lambda period: moment("2025-03-01"), arrived=dict(world.arrived))
    assert quiet.run("2025-03-12", "2025-03-31", 6 * HOUR).asked == []


def test_as_many_earlier_periods_as_wanted_are_asked_for_again_when_one_comes() -> None:
    own = catalogue(revisit=3)
    world = World(own, days_before(own, 5)).run("2025-03-01", "2025-08-01", 6 * HOUR)
    after_june = [one.first for one in world.asked if one.at >= world.arrived["2025-06"] and one.outcome == "unchanged"]
    assert after_june == ["2025-03", "2025-04", "2025-05"]


def test_a_region_that_has_not_come_keeps_its_period_open() -> None:
    own = catalogue(regions=["330303", "330300"])
    world = World(own, days_before(own, 5))
    world.arrived["2025-02"] = moment("2025-03-18")
    assert world.state("2025-02", "2025-03-19") is State.ASKING


def test_quarters_and_years_are_asked_for_when_they_are_due() -> None:
    quarterly = catalogue(cadence="quarterly", due_day=25)
    world = World(quarterly, days_before(quarterly, 2)).run("2025-04-01", "2026-02-01", 12 * HOUR)
    assert list(world.arrived) == ["2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4"]
    annual = catalogue(cadence="annual", due_day=30, due_month=9, since="2023", revisit=0)
    world = World(annual, days_before(annual, 2)).run("2025-01-01", "2025-11-01", 12 * HOUR)
    # Of 2023, published before anybody asked, right away; of 2024 from 25 September on.
    assert world.times("2023") == [moment("2025-01-01")]
    assert world.times("2024")[0] == moment("2025-09-25")
    assert list(world.arrived) == ["2023", "2024"]


def test_a_question_for_a_range_counts_for_each_of_its_periods() -> None:
    own = catalogue(since="2024-02")
    world = World(own, days_before(own, 3))
    world.asked.append(Asked("monthly", "bureau", "2024-02", "2024-06", "nothing", moment("2024-08-01")))
    now = moment("2024-08-01T01:00")
    assert [one.period.text for one in to_ask(world.plan(now), now)] == []
