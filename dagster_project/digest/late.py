"""Tables that were due by now and have not come, up to the month of a report.

Belongs here: the release calendar held against what arrived. Does not belong here: the calendar's rules
(`progress.releases`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from dagster_project.progress.releases import due_day, late_periods
from validators.catalogue import Catalogue
from validators.periods import Month, Period


@dataclass(frozen=True, slots=True)
class LateTable:
    """A period of a dataset in a region that has not come. `publisher`: id of the department; `targets`: ids of those
    that wait for it; `days`: overdue by."""

    dataset: str
    region: str
    publisher: str
    period: Period
    due: date
    days: int
    targets: frozenset[str]


def late_tables(catalogue: Catalogue, received: pd.DataFrame, month: Month, today: date) -> tuple[LateTable, ...]:
    """The periods that end by `month`, were due before `today` and have not come; the longest overdue first.

    `received`: what `Store.releases` gives. A dataset of which nothing ever came isn't late, as nobody expects it."""
    waiting: dict[tuple[str, str], set[str]] = {}
    for key, target in catalogue.targets.items():
        dataset = catalogue.indicators[target.indicator].dataset
        waiting.setdefault((dataset, target.region), set()).add(key)
    found = []
    for name, table in catalogue.datasets.items():
        for region, publisher in table.publishers.items():
            came = received[(received["dataset"] == name) & (received["region"] == region)]
            for period in late_periods(table, set(came["period"].astype("str")), today):
                if period.last_month.ordinal <= month.ordinal:
                    due = due_day(table, period)
                    waits = frozenset(waiting.get((name, region), ()))
                    found.append(LateTable(name, region, publisher, period, due, (today - due).days, waits))
    return tuple(sorted(found, key=lambda one: (one.due, one.dataset, one.region)))
