"""The release calendar of a year: which period of which dataset is due when, and whether it came.

Belongs here: the calendar's rules (`progress.releases`) held against what the store received. Does not belong here: how
it looks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

import pandas as pd

from dagster_project.progress.releases import due_day, periods_of
from validators.catalogue import Catalogue, Dataset
from validators.periods import Period

_SOON_DAYS = 10


class Arrival(StrEnum):
    """How a period stands today."""

    RECEIVED = "received"
    RECEIVED_LATE = "received_late"
    LATE = "late"
    SOON = "soon"
    DUE = "due"


@dataclass(frozen=True, slots=True)
class Release:
    """One period of a dataset in a region. `days`: late by, for what came late or is overdue; until, for the others."""

    dataset: str
    region: str
    period: Period
    due: date
    came: date | None
    arrival: Arrival
    days: int


@dataclass(frozen=True, slots=True)
class Row:
    """A dataset of a region with its releases by the month in which the period ends (1-12)."""

    dataset: str
    region: str
    publisher: str
    releases: dict[int, Release]


def rows(catalogue: Catalogue, received: pd.DataFrame, year: int, today: date, zone: ZoneInfo) -> list[Row]:
    """Every dataset of every region for a year. `received`: what `Store.releases` gives."""
    came = _arrivals(received, zone)
    return [
        Row(key, region, publisher, {release.period.last_month.month: release for release in releases})
        for key, dataset in catalogue.datasets.items()
        for region, publisher in dataset.publishers.items()
        if (releases := list(_releases(key, dataset, region, came, year, today)))
    ]


def awaited(
    catalogue: Catalogue, received: pd.DataFrame, today: date, zone: ZoneInfo
) -> list[tuple[Release, tuple[Release, ...]]]:
    """Of every dataset, of each region in which an indicator of it is watched, the first release that has not come, and
    what else is overdue; the first due first. The year before counts while its documents are in force."""
    first = min(document.year for document in catalogue.documents.values())
    watched = {
        (key, region)
        for key, indicators in catalogue.dataset_indicators.items()
        for indicator in indicators
        for region in catalogue.indicator_regions[indicator]
    }
    missing: dict[tuple[str, str], list[Release]] = {}
    for year in range(max(first, today.year - 1), today.year + 1):
        for row in rows(catalogue, received, year, today, zone):
            if (row.dataset, row.region) not in watched:
                continue
            still = [release for release in row.releases.values() if release.came is None]
            missing.setdefault((row.dataset, row.region), []).extend(still)
    found = [sorted(each, key=lambda release: release.due) for each in missing.values() if each]
    pairs = [(each[0], tuple(one for one in each[1:] if one.arrival is Arrival.LATE)) for each in found]
    return sorted(pairs, key=lambda pair: pair[0].due)


def _releases(
    key: str, dataset: Dataset, region: str, came: dict[tuple[str, str, str], date], year: int, today: date
) -> Iterator[Release]:
    for period in periods_of(dataset, year):
        due = due_day(dataset, period)
        arrived = came.get((key, region, period.text))
        yield Release(key, region, period, due, arrived, *_standing(due, arrived, today))


def _standing(due: date, arrived: date | None, today: date) -> tuple[Arrival, int]:
    if arrived is not None:
        late = (arrived - due).days
        return (Arrival.RECEIVED_LATE, late) if late > 0 else (Arrival.RECEIVED, 0)
    left = (due - today).days
    if left < 0:
        return Arrival.LATE, -left
    return (Arrival.SOON if left <= _SOON_DAYS else Arrival.DUE), left


def _arrivals(received: pd.DataFrame, zone: ZoneInfo) -> dict[tuple[str, str, str], date]:
    """The day on which each dataset's period of a region first came: as published, else as received."""
    found: dict[tuple[str, str, str], date] = {}
    for record in received.to_dict("records"):
        published = record["published"]
        when = record["received_at"].to_pydatetime().astimezone(zone).date()
        day = when if pd.isna(published) else min(when, pd.Timestamp(published).date())
        key = (str(record["dataset"]), str(record["region"]), str(record["period"]))
        found[key] = min(day, found.get(key, day))
    return found
