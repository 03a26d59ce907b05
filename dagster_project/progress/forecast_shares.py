"""What the rest of the year is at the shares of earlier years, and how much of that goes into a forecast.

Belongs here: the shares of earlier years, and mixing them with smoothing by what both erred. Does not belong here:
smoothing (`forecast_smoothing.py`), which series are served (`forecast_calls.py`).

Smoothing weighs months and makes the year of them; shares weigh whole years and know no trend. They err differently,
so some of both errs less than either (Bates and Granger 1969, The Combination of Forecasts). How much of each follows
from what they erred in the years before, of the series itself and of all at hand: the errors of one series are few. The
months of the year in hand have no part in it, and both forecasts rise with each of them.

Whole years know nothing of a spring that was lost: at its shares the year after would end far too high, and a year that
begins with such a spring far too low. So neither a year's shares nor the forecast at shares may differ by more than
twice what is usual, from those of other years and from smoothing (Huber 1964, Robust Estimation of a Location
Parameter).
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
_ODD: Final = 2.0  # usual differences; what is beyond is no more of a difference
_USUAL: Final = 0.03  # difference in logarithms where nothing else is known
_USUAL_YEARS: Final = 4.0  # years that it counts for


def at_shares(table: Floats, fresh: int, horizon: int, origins: int) -> tuple[Floats, Floats]:
    """What the next `horizon` months bring at the shares of earlier years, and the `fresh` months before them, each
    (origins, n): from the last month of `table` (months, n) and from its anniversaries. NaN where a month is missing,
    or no earlier year has them all.
    """
    months, count = table.shape
    years = (months - fresh) // 12
    lag = -(-(fresh + horizon) // 12)  # a year of which the end wasn't known yet says nothing
    begun, ratio = np.full((years + 1, count), np.nan), np.full((years + 1, count), np.nan)
    for back in range(years + 1):  # one row per year
        end = months - 12 * back
        begun[back] = table[end - fresh : end].sum(axis=0)
        if back and end + horizon <= months:
            rest = table[end : end + horizon].sum(axis=0)
            with np.errstate(invalid="ignore", divide="ignore"):
                ratio[back] = np.log(np.where((rest > 0) & (begun[back] > 0), rest / begun[back], np.nan))
    age = np.arange(years + 1.0)[:, None]
    found = np.full((origins, count), np.nan)
    for back in range(min(origins, years + 1 - lag)):  # one step per past year
        with np.errstate(invalid="ignore", divide="ignore"):
            found[back] = np.maximum(begun[back], 0.0) * np.exp(_mean(ratio[back + lag :], _KEPT ** age[back + lag :]))
    return found, begun[:origins]


def _mean(ratio: Floats, weight: Floats) -> Floats:
    """(n,) the weighted mean of ratios (years, n), those that are odd moved towards the median; NaN without any."""
    known = np.isfinite(ratio)
    middle = _median(ratio)
    off = ratio - middle
    number = known.sum(axis=0)
    usual = (np.nan_to_num(_median(np.abs(off))) * number + _USUAL * _USUAL_YEARS) / (number + _USUAL_YEARS)
    held = np.where(known, np.clip(off, -_ODD * usual, _ODD * usual), 0.0)
    return np.asarray(middle + (held * weight).sum(axis=0) / (known * weight).sum(axis=0))


def _median(values: Floats) -> Floats:
    """(n,) of those known in each column of (m, n); NaN without any."""
    ordered = np.sort(values, axis=0)  # what isn't known comes last
    last = np.isfinite(values).sum(axis=0) - 1
    both = np.take_along_axis(ordered, np.maximum(np.stack([last // 2, (last + 1) // 2]), 0), axis=0)
    return np.asarray(both.mean(axis=0))


def mixed(smoothed: Floats, shared: Floats, begun: Floats, truth: Floats, lag: int) -> Floats:
    """Both forecasts of each origin together, (origins, n), the present first; where only `smoothed` is known, that.

    `begun`: the months before each; `truth`: what came, NaN where not known. An error counts from the `lag`-th origin
    after it on, when it was known before the year began.
    """
    origins, count = smoothed.shape
    shared = _near(shared, smoothed)
    with np.errstate(invalid="ignore", divide="ignore"):
        size: Floats = np.abs(np.stack([smoothed, shared]) - truth) / np.abs(begun + truth)
    there = np.asarray(np.isfinite(size).all(axis=0))
    size = np.where(there, size, 0.0)
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


def _near(shared: Floats, smoothed: Floats) -> Floats:
    """The forecasts at shares, those that are odd moved towards smoothing."""
    with np.errstate(invalid="ignore", divide="ignore"):
        difference = np.log(shared / smoothed)
    known = np.isfinite(difference)
    difference = np.where(known, difference, 0.0)
    found = shared.copy()
    total, number = np.zeros(shared.shape[1]), np.zeros(shared.shape[1])
    for back in range(len(shared) - 1, -1, -1):  # one step per past year, the oldest first
        most = _ODD * (total + _USUAL * _USUAL_YEARS) / (number + _USUAL_YEARS)
        held = np.clip(difference[back], -most, most)
        found[back] = np.where(known[back], smoothed[back] * np.exp(held), shared[back])
        total, number = total * _MEMORY + np.abs(held), number * _MEMORY + known[back]
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
