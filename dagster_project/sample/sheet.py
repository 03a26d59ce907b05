"""One sheet of a sample workbook: what stands in which cell, and which observation a cell holds.

Belongs here: the sheet as a value. Does not belong here: how it is arranged (`bulletin.py`, `history.py`), fonts and
borders (`workbook.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dagster_project.sample.subjects import Subjects
from validators.catalogue import Measure


@dataclass(frozen=True, slots=True)
class Span:
    """A cell of the header, merged over rows and columns. Positions count from 0, ends included."""

    row: int
    column: int
    last_row: int
    last_column: int
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A table of r rows and c columns of figures.

    `subject` (r, c) is the row of `Subjects` that a cell reports, `values` (r, c) the figure or NaN, `measure` (r, c)
    and `period` (c,) what it measures. `blanks` is what stands in a row's cells without a figure. `units` is None
    where all rows share the unit in `corner`.
    """

    name: str
    title: str
    corner: str
    header: tuple[Span, ...]
    labels: tuple[str, ...]
    units: tuple[str, ...] | None
    subject: NDArray[np.int64]
    values: NDArray[np.float64]
    measure: NDArray[np.str_]
    period: NDArray[np.str_]
    blanks: tuple[str, ...]
    notes: tuple[str, ...]
    region: str

    @property
    def first_row(self) -> int:
        """The first row of figures, counted from 0."""
        return max(span.last_row for span in self.header) + 1

    @property
    def first_column(self) -> int:
        """The first column of figures, counted from 0."""
        return 1 if self.units is None else 2

    @property
    def is_growth(self) -> NDArray[np.bool_]:
        """Which cells hold a rate of growth."""
        return np.isin(self.measure, [Measure.YOY_MONTH.value, Measure.YOY_YTD.value])

    def decimals(self, subjects: Subjects) -> NDArray[np.int64]:
        """Digits after the point (r, c)."""
        own = subjects.decimals[self.subject]
        growth = np.where(subjects.is_kind_growth[self.subject], own, 1)
        return np.where(self.is_growth, growth, own)

    def observations(self, subjects: Subjects) -> pd.DataFrame:
        """One row per figure: indicator, region, period, measure, value, unit, sheet, cell; in reading order."""
        row, column = np.nonzero(~np.isnan(self.values))
        subject = self.subject[row, column]
        letters = np.array([_letters(self.first_column + index) for index in range(self.values.shape[1])])
        indicators = np.array([indicator for indicator, _ in subjects.keys])
        return pd.DataFrame(
            {
                "indicator": indicators[subject],
                "region": self.region,
                "period": self.period[column],
                "measure": self.measure[row, column],
                "value": self.values[row, column],
                "unit": np.where(self.is_growth[row, column], "%", subjects.unit[subject]),
                "sheet": self.name,
                "cell": np.char.add(letters[column], (row + self.first_row + 1).astype(np.str_)),
            }
        )


def _letters(column: int) -> str:
    """0 -> A, 26 -> AA."""
    return chr(65 + column) if column < 26 else chr(64 + column // 26) + chr(65 + column % 26)
