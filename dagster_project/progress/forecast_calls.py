"""What a method says now, and what it would have said from the same month of each past year.

Belongs here: scaling the values, calling the past as honestly as the present, and what an error is measured by. Does
not belong here: the recursion (`forecast_smoothing.py`), the shares of earlier years that are mixed in
(`forecast_shares.py`), intervals (`forecast_spread.py`), targets (`forecast.py`).

A past call knows nothing of what came after it. The recursion starts from the first four years, so one pass over the
whole history is honest for the years after those; the calls before them are made anew from the history cut off there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from dagster_project.progress.arrays import Flags, Floats, Integers
from dagster_project.progress.forecast_counts import count
from dagster_project.progress.forecast_shares import at_shares, mixed
from dagster_project.progress.forecast_smoothing import (
    FIRST_YEARS,
    LEVELS,
    LONG,
    SHORT,
    Grid,
    Question,
    Smoothed,
    smooth,
)

MOST_PAST: Final = 16  # past years called at most
_SHORT_YEARS: Final = 5  # up to so many years of history a small grid serves as well
_ANEW_YEARS: Final = 8  # a longer history has enough calls from one pass
_CHUNK: Final = {True: 384, False: 128}  # series worked on at once, short or not: states stay in the cache
_FEW: Final = 8.0  # settled forecasts that the pooled error counts for
_FLOOR: Final = 0.05  # of the mean: no month is smaller than this in logarithms, no scale in levels
NOTHING: Final = 1e-9  # of a series' size: what the difference of two sums is off by, beside zero
_COUNTS_PRIOR: Final = 3.0  # odds of the rate of events against smoothing before any error is known
_COUNTS_POWER: Final = 4.0  # and how fast they change with the errors
_COUNTS_PATIENCE: Final = 24.0  # months after which these count half
_USUAL_ERROR: Final = 0.06  # mean absolute error relative to the local mean where nothing else is known


@dataclass(frozen=True, slots=True)
class Task:
    """What to call: the sum of the next `horizon` months, or the value at the end of them, with `fresh` months of the
    year in hand; `rates` are values without a season that may be near or below zero."""

    horizon: int
    fresh: int
    summed: bool
    rates: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Calls:
    """Calls from the last month (row 0) and from its anniversaries before it; shapes (1 + past, n).

    `called` and `truth`: the sum or value at the horizon (truth NaN where not known); `scale`: what the error of each
    is measured by, from before its year began; `years`: whole years known before it. `path` (horizon, n): the months
    ahead now.
    """

    called: Floats
    truth: Floats
    scale: Floats
    years: Integers
    path: Floats

    @property
    def errors(self) -> Floats:
        """Past errors in units of their scale, (past, n), NaN where there was no call or no truth."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray((self.truth[1:] - self.called[1:]) / self.scale[1:])


def call(values: Floats, task: Task) -> Calls:
    """`values`: (n, months), NaN where unknown, column 0 a January, the last column the last month known at all.

    Series without a month before the fresh ones are not called (NaN).
    """
    count, months = values.shape
    past = min((months - task.fresh) // 12, MOST_PAST)
    origins = 1 + max(past, 0)
    called = np.full((origins, count), np.nan)
    error, counted = np.full((origins, count), np.nan), np.zeros((origins, count))
    path = np.full((task.horizon, count), np.nan)
    old = values[:, : months - task.fresh]
    begun = _begins(old)
    years = (months - task.fresh - begun) // 12 - np.arange(origins)[:, None]
    years[:, ~np.isfinite(old).any(axis=1)] = 0
    logs = _in_logs(old) & task.summed  # a stock grows by amounts rather than by shares
    table = values.T
    local = _local(table, task)
    for rows in _groups(logs, years[0]):
        chunk, unit = table[:, rows], local[:, rows]
        in_logs = bool(logs[rows[0]])
        past_years = years[:, rows]
        # One pass for now and for what lies behind the first years; the rest is called anew, a year at a time.
        passed = int(np.count_nonzero((past_years > FIRST_YEARS).any(axis=1)))
        runs = [(0, max(passed, 1), np.arange(len(rows)))]
        for back in range(1, origins):
            early = (past_years[back] >= 1) & (past_years[back] <= FIRST_YEARS)
            again = np.flatnonzero(early & (past_years[0] <= _ANEW_YEARS))
            if len(again):
                runs.append((back, 1, again))
        for back, many, among in runs:
            until = months - 12 * back
            since = int(begun[rows[among]].min()) // 12 * 12  # nothing is known before
            ask = Question(task.horizon, task.fresh, task.summed, in_logs, many, seasonal=not task.rates)
            grid = _grid(task, int(past_years[back, among].max()))
            forecast, wrong, number = _run(chunk[since:until, among], unit[since:until, among], ask, grid)
            mine = rows[among]
            fits = years[back : back + many, mine]
            fits = fits > FIRST_YEARS if back == 0 else fits >= 1
            fits[0] |= fits[0] if back else years[0, mine] >= 0
            functional = forecast.sum(axis=1) if task.summed else forecast[:, -1]
            block = np.ix_(np.arange(back, back + many), mine)
            called[block] = np.where(fits, functional, called[block])
            error[block] = np.where(fits, wrong, error[block])
            counted[block] = np.where(fits, number, counted[block])
            if back == 0:
                path[:, mine] = forecast[0]
    unknown = ~np.isfinite(old).any(axis=1)
    called[:, unknown] = np.nan
    path[:, unknown] = np.nan
    truth = _truth(table, task, origins)
    if task.summed and task.fresh:
        _mix_shares(called, path, table, truth, np.flatnonzero(logs), task)
    scale = _scale(local, error, counted, task, origins)
    return Calls(called, truth, scale, years, path)


def _mix_shares(called: Floats, path: Floats, table: Floats, truth: Floats, rows: Integers, task: Task) -> None:
    """Put the shares of earlier years into the calls of these series, and the path on the way to them."""
    if not len(rows):
        return
    smoothed = called[:, rows]
    shared, begun = at_shares(table[:, rows], task.fresh, task.horizon, len(called))
    called[:, rows] = mixed(smoothed, shared, begun, truth[:, rows], -(-(task.fresh + task.horizon) // 12))
    with np.errstate(invalid="ignore", divide="ignore"):
        path[:, rows] *= called[0, rows] / smoothed[0]


def _run(values: Floats, local: Floats, ask: Question, grid: Grid) -> tuple[Floats, Floats, Floats]:
    """(origins, horizon, n) in the values' own unit, with the errors and their number (origins, n)."""
    with np.errstate(invalid="ignore"):
        mean = _mean_of_old(values, ask.fresh)
    if ask.logs:
        lowest = np.nanmin(values[: len(values) - ask.fresh], axis=0)
        # A month of the year in hand may be zero or less; what it is lifted to depends on earlier years alone.
        shaped = np.log(np.fmax(values, 0.5 * lowest) / mean)
        shaped[np.isnan(values)] = np.nan
        found = smooth(shaped, np.ones_like(shaped), ask, grid)
    else:
        found = smooth(values / mean, local / mean, ask, grid)
        if ask.summed:
            found = _with_counts(found, values / mean, local / mean, ask)
    return found.ahead * mean, found.error, found.counted


def _with_counts(smoothed: Smoothed, values: Floats, local: Floats, ask: Question) -> Smoothed:
    """Smoothing and the rate of events together, for series that never fall below zero: what erred less counts more."""
    old = values[: len(values) - ask.fresh]
    rows = np.flatnonzero((np.where(np.isfinite(old), old, 0.0) > -NOTHING).all(axis=0))
    if not len(rows):
        return smoothed
    counts = count(np.maximum(values[:, rows], 0.0), local[:, rows], ask)
    one, other = smoothed.error[:, rows], counts.error
    number = counts.counted
    trust = number / (number + _COUNTS_PATIENCE)
    with np.errstate(invalid="ignore", divide="ignore"):
        odds = _COUNTS_PRIOR * np.where(number > 0, (one + 1e-9) / (other + 1e-9), 1.0) ** (_COUNTS_POWER * trust)
    part = np.where(np.isfinite(odds), odds / (1 + odds), 1.0)
    ahead, error = smoothed.ahead.copy(), smoothed.error.copy()
    ahead[:, :, rows] = (1 - part[:, None]) * ahead[:, :, rows] + part[:, None] * counts.ahead
    error[:, rows] = (1 - part) * one + part * other
    return Smoothed(ahead, error, smoothed.counted)


def _mean_of_old(values: Floats, fresh: int) -> Floats:
    """(n,) mean size of the values before the fresh ones, 1 where that is zero or unknown."""
    old = np.abs(values[: len(values) - fresh])
    number = np.isfinite(old).sum(axis=0)
    mean = np.where(np.isfinite(old), old, 0.0).sum(axis=0) / np.maximum(number, 1)
    return np.where(mean > 0, mean, 1.0)


def _in_logs(old: Floats) -> Flags:
    """(n,) series whose season and growth are shares: every month well above zero."""
    known = np.isfinite(old)
    size = np.where(known, old, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return np.asarray((np.where(known, old, np.inf).min(axis=1, initial=np.inf) > 0.01 * size) & (size > 0))


def _begins(old: Floats) -> Integers:
    """(n,) the January of the first year with six known months (or as many as any has), as the recursion has it."""
    count, months = old.shape
    years = -(-months // 12)
    padded = np.concatenate([np.isfinite(old), np.zeros((count, years * 12 - months), dtype=np.bool_)], axis=1)
    number = padded.reshape(count, years, 12).sum(axis=2) if years else np.zeros((count, 1), dtype=np.int64)
    return np.asarray(np.argmax(number >= np.minimum(6, np.maximum(number.max(axis=1, keepdims=True), 1)), axis=1) * 12)


def _local(table: Floats, task: Task) -> Floats:
    """(months, n) what an error of each month is measured by: the mean size of the last twelve months, or for rates
    the mean size of all monthly changes so far. Never zero where anything is known."""
    known = np.isfinite(table)
    if task.rates:
        filled = _carried(table)
        change = np.abs(np.diff(filled, axis=0, prepend=filled[:1]))
        moved = np.isfinite(change)
        moved[0] = False
        total = np.cumsum(np.where(moved, change, 0.0), axis=0)
        number = np.cumsum(moved, axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.where(number > 0, total / number, 0.0)
            level = np.cumsum(np.where(known, np.abs(table), 0.0), axis=0) / np.maximum(np.cumsum(known, axis=0), 1)
        floor = 0.002 * level
    else:
        size = np.where(known, np.abs(table), 0.0)
        total = np.cumsum(size, axis=0)
        number = np.cumsum(known, axis=0)
        floor = _FLOOR * total / np.maximum(number, 1)
        total[12:] -= total[:-12].copy()
        number[12:] -= number[:-12].copy()
        mean = total / np.maximum(number, 1)
    found = np.maximum(mean, floor)
    return np.where(found > 0, found, 1.0)


def _carried(table: Floats) -> Floats:
    """The last known value where none is."""
    place = np.where(np.isfinite(table), np.arange(len(table))[:, None], -1)
    place = np.maximum.accumulate(place, axis=0)
    found = np.take_along_axis(table, np.maximum(place, 0), axis=0)
    return np.where(place >= 0, found, np.nan)


def _groups(logs: Flags, years: Integers) -> Iterator[Integers]:
    """Rows of like history, a chunk at a time."""
    length = np.minimum(years, _SHORT_YEARS + 1)  # the long ones go together, sorted
    kind = logs * 100 + length
    order = np.lexsort((years, kind))
    for same in np.split(order, np.flatnonzero(np.diff(kind[order])) + 1):
        size = _CHUNK[bool(len(same)) and bool(length[same[0]] <= _SHORT_YEARS)]
        for begin in range(0, len(same), size):
            yield same[begin : begin + size]


def _grid(task: Task, years: int) -> Grid:
    if task.rates:
        return LEVELS
    return SHORT if years <= _SHORT_YEARS else LONG


def _truth(table: Floats, task: Task, origins: int) -> Floats:
    """(origins, n), NaN for the present."""
    months, count = table.shape
    found = np.full((origins, count), np.nan)
    for back in range(1, origins):  # one row per past year
        begin = months - 12 * back
        end = begin + task.horizon
        if end <= months:
            found[back] = table[begin:end].sum(axis=0) if task.summed else table[end - 1]
    return found


def _scale(local: Floats, error: Floats, counted: Floats, task: Task, origins: int) -> Floats:
    """(origins, n) the usual size of an error, from before each origin's year began.

    The mean error of the forecasts settled by then, drawn towards that of all series at hand where these are few.
    """
    enough = counted >= 12
    pooled = float(np.median(error[enough])) if enough.any() else np.nan
    if not np.isfinite(pooled) or pooled <= 0:
        pooled = np.sqrt(task.horizon) if task.rates else _USUAL_ERROR
    usual = (np.where(counted > 0, error, 0.0) * counted + pooled * _FEW) / (counted + _FEW)
    before = [max(len(local) - task.fresh - 1 - 12 * back, 0) for back in range(origins)]
    unit = local[before]
    return np.asarray(usual * unit * (task.horizon if task.summed else 1))
