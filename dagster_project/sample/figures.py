"""Which figures are published: the printed numbers by measure and month, and a month's first print before its revision.

Belongs here: masks (no January, once a year, no history) and the first print. Does not belong here: where a figure
stands in a sheet (`bulletin.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dagster_project.sample.draws import Draws, fraction
from dagster_project.sample.editions import HISTORY_YEARS
from dagster_project.sample.printing import derive_ratios, growth_of, rounded
from dagster_project.sample.series import Series
from dagster_project.sample.subjects import LEVEL, Subjects
from validators.catalogue import Cadence, Catalogue, Kind, Measure

MONTHS = (HISTORY_YEARS + 1) * 12  # from January of the first year of history


@dataclass(frozen=True, slots=True)
class Figures:
    """Published figures by measure, each (n, MONTHS); NaN where nothing is published."""

    values: dict[Measure, NDArray[np.float64]]


def publish(
    catalogue: Catalogue, subjects: Subjects, draws: Draws, size: NDArray[np.float64], series: Series
) -> Figures:
    """What the bureau's tables show of the series."""
    datasets = [catalogue.datasets[str(key)] for key in subjects.dataset]
    january = np.array([dataset.january for dataset in datasets])
    annual = np.array([dataset.cadence is Cadence.ANNUAL for dataset in datasets])
    rare = subjects.year_end | annual
    # Most counts are of things that began this year; those that a ratio is made of are as old as the
    # ratio, and an annual table is about things that come back.
    terms = np.isin(np.arange(len(size)), [*subjects.numerator, *subjects.denominator])
    has_history = ~subjects.is_kind(Kind.COUNT) | terms | annual | (draws.uniform[:, 11] < 0.35)
    # Small counts grow by leaps that nobody publishes; where there is a growth indicator the growth is its own.
    sizeable = np.where(subjects.is_kind(Kind.COUNT), size >= 100, size * 10.0**subjects.decimals >= 500)
    has_growth = ~np.isin(np.arange(len(size)), subjects.base) & sizeable & has_history & (draws.uniform[:, 12] < 0.8)
    monthly_growth = draws.uniform[:, 13] < 0.7

    month_of_year = np.tile(np.arange(12), HISTORY_YEARS + 1)
    shown = has_history[:, None] | (np.arange(MONTHS) >= HISTORY_YEARS * 12)
    shown &= january[:, None] | (month_of_year > 0)
    shown &= ~rare[:, None] | (month_of_year == 11)
    shown_month = shown & ~rare[:, None] & (january[:, None] | (month_of_year > 1))

    growths, levels, adds = subjects.is_kind(Kind.GROWTH), subjects.is_kind(*LEVEL), subjects.cumulative
    grown = growths | (adds & has_growth)

    def flat(cube: NDArray[np.float64], mask: NDArray[np.bool_]) -> NDArray[np.float64]:
        return np.where(mask, cube[:, 1:].reshape(len(size), MONTHS), np.nan)

    return Figures(
        {
            Measure.MONTH: flat(series.part, shown_month & adds[:, None]),
            Measure.YTD: flat(series.total, shown & adds[:, None]),
            Measure.LEVEL: flat(series.total, shown & levels[:, None]),
            Measure.YOY_YTD: flat(series.growth, shown & grown[:, None]),
            Measure.YOY_MONTH: flat(series.growth_month, shown_month & (grown & monthly_growth)[:, None]),
        }
    )


def first_print(subjects: Subjects, series: Series, *, dataset: str, month: int, seed: int) -> Series:
    """The series as first published for that month (1-12) of the last year: some amounts 1 to 3 % lower than revised.

    A whole, its parts and its districts move together, so that none outgrows the other in the first print either."""
    root = _roots(subjects)
    scattered = np.isin(root, root[subjects.dataset != dataset])
    column = (slice(None), -1, month - 1)
    total, part = series.total[column], series.part[column]
    chosen = np.zeros(len(root))
    rows = np.unique(root[(subjects.dataset == dataset) & ~scattered & subjects.cumulative])
    rows = rows[part[rows] > 0]
    for index, row in enumerate(rows):
        # The first is the table's headline; of the others some.
        if index and fraction(seed, "revised", *subjects.keys[row]) > 0.4:
            continue
        short = 0.01 + 0.02 * fraction(seed, "revision", *subjects.keys[row])
        chosen[row] = min(0.6, short * total[row] / part[row])
    changed = replace(
        series, **{name: getattr(series, name).copy() for name in ("total", "part", "growth", "growth_month")}
    )
    first = np.where(subjects.cumulative, rounded(part * (1 - chosen[root]), subjects.decimals), np.nan)
    moved = subjects.cumulative & (chosen[root] > 0)
    changed.part[column] = np.where(moved, first, part)
    changed.total[column] = np.where(moved, rounded(total - part + first, subjects.decimals), total)
    derive_ratios(subjects, changed.total)
    _regrow(subjects, changed, column, moved)
    return changed


def _regrow(subjects: Subjects, series: Series, column: tuple[slice, int, int], moved: NDArray[np.bool_]) -> None:
    """Growth of what moved, on its own row or on its growth indicator's; in place."""
    before = (slice(None), column[1] - 1, column[2])
    based = subjects.base >= 0
    source = np.where(based, subjects.base, np.arange(len(moved)))
    decimals = np.where(subjects.is_kind(Kind.GROWTH), subjects.decimals, 1)
    affected = moved[source] & (based | subjects.cumulative)
    for figures, growth in ((series.total, series.growth), (series.part, series.growth_month)):
        fresh = growth_of(figures[column], figures[before], series.deflator[column])[source]
        growth[column] = np.where(affected, rounded(fresh, decimals), growth[column])


def _roots(subjects: Subjects) -> NDArray[np.int64]:
    """The outermost series that holds each series: up to its whole, then to its city."""
    parent = np.where(subjects.whole >= 0, subjects.whole, subjects.bounding_city)
    root = np.arange(len(parent))
    for _ in range(8):
        root = np.where(parent[root] >= 0, parent[root], root)
    return root
