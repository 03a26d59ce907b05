"""Working days: weekends, holidays, and the weekends that are worked in exchange."""

from __future__ import annotations

from datetime import date

import pytest

from dagster_project.progress.working_days import announced_through, is_worked, worked_from, worked_until


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2025, 9, 22), True),  # a Monday
        (date(2025, 9, 20), False),  # a Saturday
        (date(2025, 9, 28), True),  # a Sunday worked for National Day
        (date(2025, 10, 8), False),  # a Wednesday taken off for it
        (date(2025, 10, 11), True),  # a Saturday worked for it
        (date(2025, 1, 28), False),  # Spring Festival's eve
        (date(2025, 2, 8), True),  # a Saturday worked for Spring Festival
        (date(2026, 2, 23), False),
        (date(2026, 2, 28), True),
    ],
)
def test_weekends_are_worked_where_they_are_exchanged_for_days_off(day: date, worked: bool) -> None:
    assert is_worked(day) == worked


def test_the_next_worked_day_after_the_first_of_october_is_after_national_week() -> None:
    assert worked_from(date(2025, 10, 1)) == date(2025, 10, 9)
    assert worked_until(date(2025, 10, 8)) == date(2025, 9, 30)
    assert worked_from(date(2025, 10, 9)) == worked_until(date(2025, 10, 9)) == date(2025, 10, 9)


def test_after_the_announced_years_the_holidays_of_the_law_are_still_kept() -> None:
    year = announced_through() + 1
    assert announced_through() >= 2026
    assert not any(is_worked(date(year, 10, day)) for day in (1, 2, 3))
    assert not is_worked(date(year, 1, 1))
    assert not is_worked(date(year, 5, 1))
