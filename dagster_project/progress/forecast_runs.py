"""The rate that is still needed, held against what was ever achieved.

Belongs here: best months, quarters and runs of earlier years. Does not belong here: what is needed (`pace.py`), what
is likely (`forecast.py`).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from dagster_project.progress import pace
from dagster_project.progress.arrays import Flags, Floats, Integers
from dagster_project.progress.evaluate import figure_in_hand
from dagster_project.progress.forecast_months import months_of
from dagster_project.progress.panel import NO_MONTH, Panel
from dagster_project.progress.targets import TargetTable
from validators.periods import Month

RUNS: Final = (
    "target",
    "required_run_rate",
    "best_month_rate",
    "best_month_end",
    "best_quarter_rate",
    "best_quarter_end",
    "best_same_months_rate",
    "best_same_months_end",
    "never_achieved",
)
_QUARTER: Final = 3


def best_runs(targets: TargetTable, panel: Panel, as_of: Month) -> pd.DataFrame:
    """What each remaining month must bring, beside the best that was known by `as_of`; one row per target.

    All rates are per month, in the target's unit, NaN for what doesn't accumulate or isn't known. `best_quarter_rate`
    is the best mean of any three months in a row, `best_same_months_rate` the best mean of the same remaining months
    of an earlier year; `..._end` (SDMX month, '' where none) is the last month of it. For a ceiling the best are the
    lowest. `never_achieved`: the needed rate was not reached in the same months of any earlier year, nor in any
    quarter. January and February count half of both together.
    """
    used = figure_in_hand(targets, panel, as_of.ordinal)
    count = len(targets)
    rates = np.full((3, count), np.nan)
    ends = np.full((3, count), NO_MONTH, dtype=np.int64)
    remaining = np.where(used.known, targets.due - used.period, np.minimum(targets.due - as_of.ordinal, 12))
    chosen = np.flatnonzero(targets.accumulates & (used.rows >= 0))
    until = min(as_of.ordinal, panel.first + panel.figures.shape[1] - 1)
    if len(chosen) and until >= panel.first:
        series, back = np.unique(used.rows[chosen], return_inverse=True)
        months = months_of(panel, series, until, join_new_year=True)
        low = targets.low_is_good[chosen]
        factor = targets.factor[chosen]
        for number, length in ((0, 1), (1, _QUARTER)):
            for sign in (1.0, -1.0):  # the best is the highest, or the lowest under a ceiling
                these = low == (sign < 0)
                rate, end = _best(sign * months, length, None)
                rates[number, chosen[these]] = (sign * rate[back] * factor)[these]
                ends[number, chosen[these]] = np.where(end >= 0, end + panel.first, NO_MONTH)[back][these]
        # The same months of earlier years: one step per length and due month, a dozen or two in all.
        due_month = targets.due[chosen] % 12
        for length, month in np.unique(np.stack([remaining[chosen], due_month]), axis=1).T:
            if not 1 <= length <= 12:
                continue
            for sign in (1.0, -1.0):
                mine = (remaining[chosen] == length) & (due_month == month) & (low == (sign < 0))
                if mine.any():
                    own = back[mine]
                    rate, end = _best(sign * months[own], int(length), int(month))
                    rates[2, chosen[mine]] = sign * rate * factor[mine]
                    ends[2, chosen[mine]] = np.where(end >= 0, end + panel.first, NO_MONTH)
    required = pace.required_run_rate(targets, used.actual, remaining)
    return pd.DataFrame(
        {
            "target": pd.array(targets.ids, dtype="str"),
            "required_run_rate": required,
            "best_month_rate": rates[0],
            "best_month_end": month_texts(ends[0]),
            "best_quarter_rate": rates[1],
            "best_quarter_end": month_texts(ends[1]),
            "best_same_months_rate": rates[2],
            "best_same_months_end": month_texts(ends[2]),
            "never_achieved": _never(required, rates, targets.low_is_good),
        },
        columns=list(RUNS),
    )


def month_texts(ordinals: Integers) -> pd.Categorical[str]:
    """SDMX months, '' for NO_MONTH."""
    words, codes = np.unique(ordinals, return_inverse=True)
    texts = ["" if word == NO_MONTH else Month.from_ordinal(int(word)).text for word in words]
    return pd.Categorical.from_codes(codes, categories=pd.Index(texts, dtype="str"))


def _best(months: Floats, length: int, of_year: int | None) -> tuple[Floats, Integers]:
    """The highest mean of so many months in a row, and the column that it ends in (-1 and NaN where none is known);
    only runs that end in month `of_year` (0 for January) and lie within its year, if given."""
    count, width = months.shape
    if width < length:
        return np.full(count, np.nan), np.full(count, -1, dtype=np.int64)
    means = np.lib.stride_tricks.sliding_window_view(months, length, axis=1).mean(axis=2)
    ends = np.arange(length - 1, width)
    if of_year is not None:
        fits = ends % 12 == of_year
        means, ends = means[:, fits], ends[fits]
    if not means.shape[1]:
        return np.full(count, np.nan), np.full(count, -1, dtype=np.int64)
    best = np.argmax(np.where(np.isfinite(means), means, -np.inf), axis=1)
    rate = means[np.arange(count), best]
    return rate, np.where(np.isfinite(rate), ends[best], -1)


def _never(required: Floats, rates: Floats, low: Flags) -> Flags:
    known = np.isfinite(rates[1:]).any(axis=0) & np.isfinite(required)
    sign = np.where(low, -1.0, 1.0)
    best = np.where(known, np.where(np.isfinite(rates[1:]), rates[1:] * sign, -np.inf).max(axis=0), 0.0)
    return np.asarray(known & (required * sign > best + 1e-9 * np.abs(best)))
