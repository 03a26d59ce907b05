"""The release calendar."""

from __future__ import annotations

from datetime import date

import pytest

from dagster_project.progress.releases import due_day, late_periods, next_due, periods_of
from validators.catalogue import Cadence, Dataset, Recognition, Words
from validators.periods import Month, Year


def dataset(cadence: Cadence = Cadence.MONTHLY, **changes: object) -> Dataset:
    fields: dict[str, object] = {
        "title": Words(zh="外贸", en="Trade"),
        "publishers": {},
        "cadence": cadence,
        "due_day": 20,
        "recognise": Recognition(titles=("外贸",)),
    }
    return Dataset.model_validate(fields | changes)


def test_january_is_no_period_of_its_own_where_january_and_february_come_together() -> None:
    assert [period.text for period in periods_of(dataset(), 2025)][:2] == ["2025-02", "2025-03"]
    assert len(periods_of(dataset(), 2025)) == 11
    assert periods_of(dataset(january=True), 2025)[0] == Month(2025, 1)


def test_an_annual_table_is_due_months_after_the_year() -> None:
    annual = dataset(Cadence.ANNUAL, due_month=9, due_day=30)
    assert periods_of(annual, 2025) == (Year(2025),)
    assert due_day(annual, Year(2025)) == date(2026, 9, 30)


def test_a_quarterly_table_has_four_periods() -> None:
    assert [period.text for period in periods_of(dataset(Cadence.QUARTERLY), 2025)] == [
        "2025-Q1",
        "2025-Q2",
        "2025-Q3",
        "2025-Q4",
    ]


@pytest.mark.parametrize(("month", "day"), [(Month(2025, 1), date(2025, 2, 28)), (Month(2025, 3), date(2025, 4, 30))])
def test_a_due_day_beyond_the_month_is_its_last_day(month: Month, day: date) -> None:
    assert due_day(dataset(due_day=31, january=True), month) == day


@pytest.mark.parametrize(
    ("changes", "month", "day"),
    [
        ({"due_day": 20}, Month(2025, 3), date(2025, 4, 21)),  # a Sunday
        ({"due_day": 1}, Month(2025, 9), date(2025, 10, 9)),  # National Day: eight days off
        ({"due_day": 28, "due_month": 1}, Month(2025, 8), date(2025, 9, 28)),  # a Sunday that is worked
        ({"due_day": 31}, Month(2026, 1), date(2026, 2, 28)),  # a Saturday that is worked
        ({"due_day": 28, "january": True}, Month(2024, 12), date(2025, 2, 5)),  # Spring Festival
        ({"due_day": 31}, Month(2025, 4), date(2025, 6, 3)),  # a Saturday before Dragon Boat: into the next month
    ],
)
def test_a_due_day_on_a_day_off_is_the_next_day_that_is_worked(
    changes: dict[str, object], month: Month, day: date
) -> None:
    assert due_day(dataset().model_copy(update=changes), month) == day


def test_a_missing_january_is_never_late() -> None:
    received = {"2024-11", "2024-12", "2025-02"}
    assert late_periods(dataset(), received, date(2025, 3, 25)) == ()


def test_a_month_is_late_the_day_after_it_was_due() -> None:
    received = {"2025-02", "2025-03"}
    assert late_periods(dataset(), received, date(2025, 5, 20)) == ()
    assert late_periods(dataset(), received, date(2025, 5, 21)) == (Month(2025, 4),)


def test_a_gap_is_late_although_later_months_arrived() -> None:
    received = {"2025-02", "2025-04", "2025-05"}
    assert late_periods(dataset(), received, date(2025, 6, 1)) == (Month(2025, 3),)
    assert next_due(dataset(), received) == date(2025, 4, 21)


def test_nothing_is_late_before_the_first_arrival() -> None:
    assert late_periods(dataset(), set(), date(2030, 1, 1)) == ()
    assert next_due(dataset(), set()) is None
