"""Which workbooks there are: dataset, period, revision, publication day and file name.

Belongs here: the publication plan of the sample year. Does not belong here: what the workbooks hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from dagster_project.progress.releases import due_day, periods_of
from dagster_project.progress.working_days import worked_until
from dagster_project.sample.draws import fraction
from dagster_project.sources.marks import SAMPLE_MARK
from validators.catalogue import Cadence, Catalogue
from validators.periods import Month, Period, Year

HISTORY_YEARS = 3

# Two months are published twice. Where the catalogue lacks one of the datasets, its first other monthly ones step in.
_REVISED = (("trade", 4), ("industry_progress", 6))
# Datasets whose last month is late, so that the release calendar has something to show.
_LATE = ("agriculture", "housing")


@dataclass(frozen=True, slots=True)
class Edition:
    """One workbook. `first` and `last` bound its periods; a single period has both the same."""

    dataset: str
    first: Period
    last: Period
    published: date
    file_name: str
    revised: bool = False
    preliminary: bool = False  # a revision follows

    @property
    def is_history(self) -> bool:
        """Whether it holds a run of months instead of one period."""
        return self.first != self.last


def plan_editions(catalogue: Catalogue, *, year: int, through: Month, seed: int) -> tuple[Edition, ...]:
    """All workbooks, in the order of publication. Quarterly datasets have none."""
    return tuple(
        sorted(_editions(catalogue, year, through, seed), key=lambda edition: (edition.published, edition.file_name))
    )


def _editions(catalogue: Catalogue, year: int, through: Month, seed: int) -> Iterator[Edition]:
    until = through.plus(1)
    twice = _twice(catalogue)
    for key, dataset in catalogue.datasets.items():
        if not any(catalogue.indicator_regions[indicator] for indicator in catalogue.dataset_indicators[key]):
            continue
        # The mark travels with the name: into the ledger, the findings and Dagster's pages.
        name = f"{key}_{_plain(dataset.title.zh)}_{SAMPLE_MARK}"
        if dataset.cadence is Cadence.ANNUAL:
            for past in range(year - HISTORY_YEARS, year + 1):
                published = _published(catalogue, key, Year(past), seed)
                if Month(published.year, published.month) <= until and Month(past, 12) <= through:
                    yield Edition(key, Year(past), Year(past), published, f"{past}_{name}.xlsx")
        elif dataset.cadence is Cadence.MONTHLY:
            past_year, last_year = year - HISTORY_YEARS, year - 1
            first, last = Month(past_year, 1 if dataset.january else 2), Month(last_year, 12)
            published = _published(catalogue, key, last, seed)
            yield Edition(key, first, last, published, f"history_{past_year}-{last_year}_{name}.xlsx")
            for period in periods_of(dataset, year):
                month = period.last_month
                if month > through or (month == through and key in _LATE):
                    continue
                published = _published(catalogue, key, month, seed)
                again = twice.get(key) == month.month
                yield Edition(key, month, month, published, f"{month.text}_{name}.xlsx", preliminary=again)
                if again:
                    later = worked_until(published + timedelta(days=10))
                    yield Edition(key, month, month, later, f"{month.text}_{name}_修订.xlsx", revised=True)


def _twice(catalogue: Catalogue) -> dict[str, int]:
    """The month that is revised, by dataset."""
    monthly = [key for key, dataset in catalogue.datasets.items() if dataset.cadence is Cadence.MONTHLY]
    wanted = [key for key, _ in _REVISED]
    spare = iter([key for key in monthly if key not in wanted])
    chosen = [key if key in monthly else next(spare, None) for key in wanted]
    return {key: month for key, (_, month) in zip(chosen, _REVISED, strict=True) if key is not None}


def _published(catalogue: Catalogue, dataset: str, period: Period, seed: int) -> date:
    """A working day, one to four days before the table is due."""
    early = 1 + int(4 * fraction(seed, "published", dataset, period.text))
    return worked_until(due_day(catalogue.datasets[dataset], period) - timedelta(days=early))


def _plain(title: str) -> str:
    """A title as it can stand in a file name on any system."""
    return "".join(letter for letter in title if letter not in '\\/:*?"<>| &')
