"""The figures that targets are judged by, as one dense array: series x months.

Belongs here: turning a long frame of observations into that array, and reading from it. Does not belong here: targets'
values, or any judgement.

Each indicator is judged by one figure, which its kind decides: the year to date for flows and counts, the published
year-on-year growth of the year to date for growth, the level for all others. So one array is enough. Values stay in the
indicator's own unit.

Three sources, in this order; `Origin` says which one a cell came from:
- published;
- cumulated: where no year to date is published for a month, last month's plus the month's own. A year whose January is
  missing may begin with February's figure, since the two are published together, unless the dataset publishes January
  by itself; any other missing month leaves the rest of the year empty, until a year to date is published again;
- derived: 100 x numerator / denominator of the same month, for an unpublished ratio that declares them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Self

import numpy as np
import pandas as pd

from dagster_project.progress.arrays import AnyIntegers, Flags, Floats, Integers, Marks
from dagster_project.progress.targets import ACCUMULATING, KINDS, Indicators, TargetTable, codes_of
from validators.catalogue import Kind, Measure
from validators.columns import STATUSES
from validators.periods import month_ordinals

NO_MONTH: Final = -1
HISTORY_YEARS: Final = 3  # earlier years that the seasonal pace looks at
KEPT_YEARS: Final = 12  # earlier years kept before the first target's, where the frame has them, for the forecast
_CHUNK: Final = 2_000_000  # rows of a long frame that are worked on at once; bounds the temporary arrays
_MONTH_ROLE: Final = 1
_VALUE_ROLE: Final = 0


class Origin(IntEnum):
    """Where a cell of the panel comes from."""

    NONE = 0
    PUBLISHED = 1
    CUMULATED = 2
    DERIVED = 3


class Grain(IntEnum):
    """How long the period is that the figure was published for, finest last (the finest wins a shared month)."""

    YEAR = 0
    QUARTER = 1
    MONTH = 2


# A mark is origin + 4 * grain + 16 * (status + 1), with status a position in STATUSES; 0 where nothing is known.
def _mark(origin: Origin, grain: int = Grain.MONTH, status: int = -1) -> int:
    return int(origin) + 4 * int(grain) + 16 * (status + 1)


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """`figures` and `marks`: (series, months), month-major in memory; column 0 is month `first`, a January (ordinal).

    `slots`: (indicators, regions) -> row of `figures`, -1 where no target of the table needs that series.
    """

    first: int
    figures: Floats
    marks: Marks
    slots: Integers
    indicators: tuple[str, ...]
    regions: tuple[str, ...]

    @classmethod
    def from_observations(cls, frame: pd.DataFrame, targets: TargetTable) -> Self:
        """Build from an OBSERVATION or STORED frame of current figures (validators/columns.py).

        Only indicator, region, period, measure, value and, where present, status are read; categoricals are used by
        their codes. Series that no target needs and months that none can use are left out, so a panel serves the
        table that it was built for and any part of it. Raises ValueError if one key has two figures, PeriodError on a
        text that is no period.
        """
        indicator, indicator_ids = _coded(frame["indicator"])
        region, region_ids = _coded(frame["region"])
        period, period_texts = _coded(frame["period"])
        measure, measure_ids = _coded(frame["measure"])
        if "status" in frame:
            status, statuses = _coded(frame["status"])
        else:
            status, statuses = None, []
        slots = _slots(targets)
        by_code = np.pad(slots, ((0, 1), (0, 1)), constant_values=-1)[
            np.ix_(_positions(indicator_ids, targets.indicators.ids), _positions(region_ids, targets.regions))
        ]
        roles = _roles(targets.indicators, indicator_ids, measure_ids)
        ordinals = month_ordinals(pd.Series(period_texts, dtype="str")) if period_texts else np.empty(0, dtype=np.int64)
        first, months = _axis(targets, ordinals)
        columns = np.where((ordinals >= first) & (ordinals < first + months), ordinals - first, -1)
        grains = np.array([_grain(text) for text in period_texts], dtype=np.int64)
        status_numbers = np.array([STATUSES.index(one) if one in STATUSES else -1 for one in statuses], dtype=np.int64)
        value = frame["value"].to_numpy(dtype=np.float64)

        series = int(slots.max(initial=-1)) + 1
        published = _Grid.empty(months, series)
        monthly = _Grid.empty(months, series) if bool((roles == _MONTH_ROLE).any()) else None
        for grain in Grain:  # coarse first: a month's own figure replaces a year's or quarter's that ends with it
            if not (grains == grain).any():
                continue
            usable = np.where(grains == grain, columns, -1)
            for part in _chunks(len(frame)):
                column = usable[period[part]]
                # Flat positions in these small tables are several times faster than pairs of indices.
                row = by_code.ravel().take(indicator[part] * np.int32(by_code.shape[1]) + region[part])
                role = roles.ravel().take(indicator[part] * np.int32(roles.shape[1]) + measure[part])
                fits = (row >= 0) & (column >= 0) & np.isfinite(value[part])
                marked = np.full(len(row), _mark(Origin.PUBLISHED, grain), dtype=np.int8)
                if status is not None:
                    marked += (16 * (status_numbers[status[part]] + 1)).astype(np.int8)
                for grid, wanted in ((published, _VALUE_ROLE), (monthly, _MONTH_ROLE)):
                    if grid is not None:
                        chosen = fits & (role == wanted)
                        grid.put(column[chosen], row[chosen], value[part][chosen], marked[chosen])
            for grid in (published, monthly):
                if grid is not None:
                    grid.close()
        if monthly is not None:
            _cumulate(published, monthly, _own_january(targets.indicators, slots, series))
        _derive(published, targets.indicators, slots)
        return cls(first, published.figures.T, published.marks.T, slots, targets.indicators.ids, targets.regions)

    def rows(self, targets: TargetTable) -> Integers:
        """The row of each target's series, -1 where the panel has none. Shape (n,)."""
        indicators = _positions(targets.indicators.ids, self.indicators)
        regions = _positions(targets.regions, self.regions)
        slots = np.pad(self.slots, ((0, 1), (0, 1)), constant_values=-1)
        found: Integers = slots[indicators[targets.indicator], regions[targets.region]]
        return found

    def at(self, rows: Integers, ordinals: Integers) -> Floats:
        """The figure of each row at each month, NaN where none is known. All of one shape."""
        column, inside = self._inside(rows, ordinals)
        found = np.full(rows.shape, np.nan)
        found[inside] = self.figures[rows[inside], column[inside]]
        return found

    def marks_at(self, rows: Integers, ordinals: Integers) -> Marks:
        """The marks beside `at`; 0 where nothing is known. Read them with `origins`, `grains` and `statuses`."""
        column, inside = self._inside(rows, ordinals)
        found = np.zeros(rows.shape, dtype=np.int8)
        found[inside] = self.marks[rows[inside], column[inside]]
        return found

    def latest(self, rows: Integers, start: Integers, end: Integers) -> Integers:
        """The latest month with a figure from `start` to `end` (ordinals, inclusive) per row, else NO_MONTH.

        Walks over the months, which are few, with all rows at once.
        """
        found = np.full(rows.shape, NO_MONTH, dtype=np.int64)
        known = rows >= 0
        if not known.any():
            return found
        low = max(int(start.min()) - self.first, 0)
        high = min(int(end.max()) - self.first, self.figures.shape[1] - 1)
        safe = np.maximum(rows, 0)
        for column in range(low, high + 1):
            ordinal = self.first + column
            there = known & (start <= ordinal) & (ordinal <= end) & np.isfinite(self.figures[:, column][safe])
            found[there] = ordinal
        return found

    def _inside(self, rows: Integers, ordinals: Integers) -> tuple[Integers, Flags]:
        column = ordinals - self.first
        return column, (rows >= 0) & (column >= 0) & (column < self.figures.shape[1])


def origins(marks: Marks) -> Integers:
    """Members of Origin."""
    return (marks & 3).astype(np.int64)


def grains(marks: Marks) -> Integers:
    """Members of Grain."""
    return ((marks >> 2) & 3).astype(np.int64)


def statuses(marks: Marks) -> Integers:
    """Positions in STATUSES, -1 where unknown."""
    return (marks >> 4).astype(np.int64) - 1


@dataclass(frozen=True, slots=True, eq=False)
class _Grid:
    """Values and marks under construction, (months, series): a month's figures lie together in memory."""

    figures: Floats
    marks: Marks
    pending: (
        Marks  # of the grain that is being put, to tell two figures for one key from a finer one replacing a coarser
    )
    puts: list[int]

    @classmethod
    def empty(cls, months: int, series: int) -> Self:
        shape = (months, series)
        return cls(np.full(shape, np.nan), np.zeros(shape, dtype=np.int8), np.zeros(shape, dtype=np.int8), [])

    def put(self, columns: Integers, rows: Integers, values: Floats, marks: Marks) -> None:
        flat = columns * self.figures.shape[1] + rows
        self.figures.reshape(-1)[flat] = values
        self.pending.reshape(-1)[flat] = marks
        self.puts.append(len(flat))

    def close(self) -> None:
        """Take over the marks of one grain. Raises ValueError if a cell was put more than once."""
        twice = sum(self.puts) - int(np.count_nonzero(self.pending))
        if twice:
            raise ValueError(
                f"{twice} figures repeat the key (indicator, region, period, measure) of another;"
                " hand in current figures only, one per key"
            )
        np.copyto(self.marks, self.pending, where=self.pending != 0)
        self.pending.fill(0)
        self.puts.clear()


def _coded(column: pd.Series) -> tuple[AnyIntegers, list[str]]:
    """Codes and the texts that they stand for. Raises ValueError on an empty cell."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes, words = column.cat.codes.to_numpy(), column.cat.categories
    else:
        codes, words = pd.factorize(column)
    if len(codes) and codes.min() < 0:
        raise ValueError(f"column {column.name!r} has empty cells")
    return codes, [str(word) for word in words]


def _positions(words: list[str] | tuple[str, ...], among: tuple[str, ...]) -> Integers:
    """Position of each word, -1 (the padding) for strangers."""
    return pd.Index(among, dtype=object).get_indexer(pd.Index(words, dtype=object)).astype(np.int64)


def _chunks(length: int) -> Iterator[slice]:
    for begin in range(0, length, _CHUNK):
        yield slice(begin, begin + _CHUNK)


def _slots(targets: TargetTable) -> Integers:
    """Number the series that the targets need: their own, and the numerators and denominators of derivable ratios."""
    needed = np.zeros((len(targets.indicators.ids), len(targets.regions)), dtype=np.bool_)
    needed[targets.indicator, targets.region] = True
    ratios = np.flatnonzero(targets.indicators.numerator >= 0)
    for parts in (targets.indicators.numerator, targets.indicators.denominator):
        np.logical_or.at(needed, parts[ratios], needed[ratios])
    slots = np.full(needed.shape, -1, dtype=np.int64)
    slots[needed] = np.arange(np.count_nonzero(needed))
    return slots


def _roles(indicators: Indicators, ids: list[str], measures: list[str]) -> Integers:
    """(indicator code, measure code) of the frame -> what the figure is good for; -1 nothing."""
    roles = np.full((len(ids), len(measures)), -1, dtype=np.int64)
    kinds = np.append(indicators.kind, -1)[_positions(ids, indicators.ids)]
    accumulating = np.isin(kinds, codes_of(KINDS, *ACCUMULATING))
    growth = kinds == KINDS.index(Kind.GROWTH)
    level = (kinds >= 0) & ~accumulating & ~growth
    for column, measure in enumerate(measures):
        if measure == Measure.YTD:
            roles[accumulating, column] = _VALUE_ROLE
        elif measure == Measure.MONTH:
            roles[accumulating, column] = _MONTH_ROLE
        elif measure == Measure.YOY_YTD:
            roles[growth, column] = _VALUE_ROLE
        elif measure == Measure.LEVEL:
            roles[level, column] = _VALUE_ROLE
    return roles


def _axis(targets: TargetTable, ordinals: Integers) -> tuple[int, int]:
    """First month (a January) and number of months: what the targets can use and the frame has, in whole years."""
    if not len(targets) or not len(ordinals):
        return 0, 0
    first_year = max(int(targets.start.min()) // 12 - KEPT_YEARS, int(ordinals.min()) // 12)
    last_year = min(int(targets.due.max()) // 12, int(ordinals.max()) // 12)
    return first_year * 12, max(last_year - first_year + 1, 0) * 12


def _grain(period: str) -> Grain:
    if len(period) == 4:
        return Grain.YEAR
    return Grain.QUARTER if "Q" in period else Grain.MONTH


def _own_january(indicators: Indicators, slots: Integers, series: int) -> Flags:
    """(series,) whether January is published by itself."""
    found = np.zeros(series, dtype=np.bool_)
    used = slots >= 0
    found[slots[used]] = np.broadcast_to(indicators.january[:, None], slots.shape)[used]
    return found


def _cumulate(published: _Grid, monthly: _Grid, own_january: Flags) -> None:
    """Fill missing years to date from the months, in place."""
    for column in range(len(published.figures)):
        month = monthly.figures[column]
        of_year = column % 12
        before = published.figures[column - 1] if of_year else np.zeros_like(month)
        if of_year == 1:
            together = np.isnan(before) & ~own_january
            before = np.where(together, 0.0, before)
        total = before + month
        fill = np.isnan(published.figures[column]) & np.isfinite(total)
        published.figures[column][fill] = total[fill]
        published.marks[column][fill] = monthly.marks[column][fill] + (int(Origin.CUMULATED) - int(Origin.PUBLISHED))


def _derive(published: _Grid, indicators: Indicators, slots: Integers) -> None:
    """Fill unpublished ratios from their parts, in place. Loops over ratio indicators, with all regions at once."""
    for code in np.flatnonzero(indicators.numerator >= 0):
        above, below = slots[indicators.numerator[code]], slots[indicators.denominator[code]]
        regions = np.flatnonzero((slots[code] >= 0) & (above >= 0) & (below >= 0))
        rows = slots[code, regions]
        numerator, denominator = published.figures[:, above[regions]], published.figures[:, below[regions]]
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = indicators.scale[code] * numerator / denominator
        known = published.figures[:, rows]
        fill = np.isnan(known) & np.isfinite(ratio)
        published.figures[:, rows] = np.where(fill, ratio, known)
        grain = (published.marks[:, above[regions]] >> 2) & 3
        derived = (int(Origin.DERIVED) + 4 * grain).astype(np.int8)
        published.marks[:, rows] = np.where(fill, derived, published.marks[:, rows])
