"""Which days are worked in China: no weekend, no public holiday, and the weekends that are worked in exchange (调休).

Belongs here: the one question whether a day is worked, and the next and last day that is. The days off that the State
Council announces each November for the year after come with the package `holidays`; `announced_through` says up to
which year the installed one has them. Of later years the holidays of the law are known (New Year, Spring Festival,
Qingming, Labour Day, Dragon Boat, Mid-Autumn, National Day, and a weekday off for one that falls on a weekend), while
neither the longer breaks around them nor the weekends worked in exchange are: a due day may then be some days early.
A newer package mends that. Does not belong here: what is due when (`releases.py`).
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holidays import HolidayBase

_ONE_DAY = timedelta(days=1)


@cache
def is_worked(day: date) -> bool:
    """Whether offices work on the day."""
    return _china().is_working_day(day)


def worked_from(day: date) -> date:
    """The day itself where it is worked, else the next one that is."""
    while not is_worked(day):
        day += _ONE_DAY
    return day


def worked_until(day: date) -> date:
    """The day itself where it is worked, else the last one before that is."""
    while not is_worked(day):
        day -= _ONE_DAY
    return day


@cache
def announced_through() -> int:
    """The last year of which the announced days off and the weekends worked in exchange are known."""
    years: dict[int, object] = _china().special_public_holidays
    return max(years)


@cache
def _china() -> HolidayBase:
    # Loading the package takes a second, and most commands ask for no due day.
    from holidays import country_holidays

    return country_holidays("CN")
