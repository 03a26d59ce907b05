"""What the rest of the year is at the shares of earlier years, and how much of that goes into a forecast.

Belongs here: the shares of earlier years, and mixing them with smoothing by what both erred. Does not belong here:
smoothing (`forecast_smoothing.py`), which series are served (`forecast_calls.py`).

Smoothing weighs months and makes the year of them; shares weigh whole years and know no trend. They err differently,
so some of both errs less than either (Bates and Granger 1969, The Combination of Forecasts). How much of each follows
from what they erred in the years before, of the series itself and of all at hand: the errors of one series are few. The
months of the year in hand have no part in it, and both forecasts rise with each of them.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from dagster_project.progress.arrays import Floats

_KEPT: Final = 0.8  # what a year's shares count a year later
_MEMORY: Final = 0.9  # and what an error does
_PRIOR: Final = 0.25  # odds of shares against smoothing before any error is known
_POWER: Final = 6.0  # how fast they change with the errors
_OWN_DOUBT: Final = 16.0  # past years after which a series' own errors count as much as those of all
_USUAL_COUNT: Final = 300.0  # errors of all after which theirs count as much as none at all


def at_shares(table: Floats, fresh: int, horizon: int, origins: int) -> tuple[Floats, Floats]:
    """What the next `horizon` months bring at the shares of earlier years, and the `fresh` months before them, each
    (origins, n): from the last month of `table` (months, n) and from its anniversaries. NaN where a month is missing,
    or no earlier year has them all.
    """
    months, count = table.shape
    years = (months - fresh) // 12
    lag = -(-(fresh + horizon) // 12)  # a year of which the end wasn't known yet says nothing
    begun, ratio = np.full((years + 1, count), np.nan), np.full((years + lag + origins, count), np.nan)
    for back in range(years + 1):  # one row per year
        end = months - 12 * back
        begun[back] = table[end - fresh : end].sum(axis=0)
        if back and end + horizon <= months:
            rest = table[end : end + horizon].sum(axis=0)
            with np.errstate(invalid="ignore", divide="ignore"):
                ratio[back] = np.log(np.where((rest > 0) & (begun[back] > 0), rest / begun[back], np.nan))
    known = np.isfinite(ratio)
    ratio = np.where(known, ratio, 0.0)
    total, number = np.zeros(count), np.zeros(count)
    found = np.full((origins, count), np.nan)
    for back in range(len(ratio) - lag - 1, -1, -1):  # the oldest first
        total, number = total * _KEPT + ratio[back + lag], number * _KEPT + known[back + lag]
        if back < min(origins, years + 1):
            with np.errstate(invalid="ignore", divide="ignore"):
                found[back] = np.maximum(begun[back], 0.0) * np.exp(total / number)
    return found, begun[:origins]


def mixed(smoothed: Floats, shared: Floats, begun: Floats, truth: Floats, lag: int) -> Floats:
    """Both forecasts of each origin together, (origins, n), the present first; where only `smoothed` is known, that.

    `begun`: the months before each; `truth`: what came, NaN where not known. An error counts from the `lag`-th origin
    after it on, when it was known before the year began.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        size: Floats = np.abs(np.stack([smoothed, shared]) - truth) / np.abs(begun + truth)
    there = np.asarray(np.isfinite(size).all(axis=0))
    size = np.where(there, size, 0.0)
    origins, count = smoothed.shape
    total, number = np.zeros((2, count)), np.zeros(count)
    found = smoothed.copy()
    for back in range(origins - 1, -1, -1):  # one step per past year, the oldest first
        if back + lag < origins:
            total = total * _MEMORY + size[:, back + lag]
            number = number * _MEMORY + there[back + lag]
        part = _part(total, number)
        both = (1 - part) * smoothed[back] + part * shared[back]
        found[back] = np.where(np.isfinite(both), both, smoothed[back])
    return found


def _part(total: Floats, number: Floats) -> Floats:
    """(n,) how much of shares, from the sum of errors of both so far (2, n) and their number."""
    mean = total.mean(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        own = np.where(mean > 0, total / mean, 1.0) * number  # in units of a series' own mean error
    pooled = (own.sum(axis=1) + _USUAL_COUNT) / (number.sum() + _USUAL_COUNT)
    smoothing, shares = (own + _OWN_DOUBT * pooled[:, None]) / (number + _OWN_DOUBT)
    odds = _PRIOR * (smoothing / shares) ** _POWER
    return np.asarray(odds / (1 + odds))
