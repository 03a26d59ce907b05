"""The release calendar: which periods a dataset publishes, and by which day each must be there.

Pure: today's date is an argument. Does not belong here: what arrived (the store knows), alerts.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Set
from datetime import date

from dagster_project.progress.working_days import worked_from
from validators.catalogue import Cadence, Dataset
from validators.periods import Month, Period, Quarter, Year, parse_period


def periods_of(dataset: Dataset, year: int) -> tuple[Period, ...]:
    """The periods that `dataset` publishes for `year`. A monthly one has no January unless it says so: January and
    February come together in February's table."""
    if dataset.cadence is Cadence.ANNUAL:
        return (Year(year),)
    if dataset.cadence is Cadence.QUARTERLY:
        return tuple(Quarter(year, quarter) for quarter in range(1, 5))
    return tuple(Month(year, month) for month in range(1 if dataset.january else 2, 13))


def due_day(dataset: Dataset, period: Period) -> date:
    """The last day on which the table of `period` is in time: `due_day` of the month that lies `due_month` months after
    the period's end (that month's last day where it is shorter), moved to the next day that is worked."""
    month = Month.from_ordinal(period.last_month.ordinal + dataset.due_month)
    last = calendar.monthrange(month.year, month.month)[1]
    return worked_from(date(month.year, month.month, min(dataset.due_day, last)))


def next_due(dataset: Dataset, received: Set[str]) -> date | None:
    """When the first period that has not arrived is, or was, due; None before the first arrival.

    `received` holds SDMX periods. A gap between two received periods counts as not arrived."""
    missing = next(_missing(dataset, received), None)
    return due_day(dataset, missing) if missing is not None else None


def late_periods(dataset: Dataset, received: Set[str], today: date) -> tuple[Period, ...]:
    """The periods that were due before `today` and have not arrived, oldest first."""
    late = []
    for period in _missing(dataset, received):
        if due_day(dataset, period) >= today:
            break
        late.append(period)
    return tuple(late)


def next_period(dataset: Dataset, received: Set[str], today: date) -> Period:
    """The period whose table is to be handed in next: the first that has not arrived since the first arrival; before
    any, the last one that has ended."""
    missing = next(_missing(dataset, received), None)
    if missing is not None:
        return missing
    this_month = Month(today.year, today.month).ordinal
    ended = [
        period
        for year in (today.year - 1, today.year)
        for period in periods_of(dataset, year)
        if period.last_month.ordinal < this_month
    ]
    return ended[-1]


def _missing(dataset: Dataset, received: Set[str]) -> Iterator[Period]:
    """The periods from the first arrival on that are not in `received`, without end."""
    if not received:
        return
    first = min((parse_period(text) for text in received), key=lambda period: period.last_month.ordinal)
    year = first.last_month.year
    while year < 9999:
        for period in periods_of(dataset, year):
            if period.last_month.ordinal >= first.last_month.ordinal and period.text not in received:
                yield period
        year += 1
