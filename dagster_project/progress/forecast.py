"""Where will each target stand when it is due, and how likely is it to be met?

Belongs here: which series is asked what, from which month, and one row per target as the answer. Does not belong here:
how a series is continued (`forecast_calls.py`), how far off that may be (`forecast_spread.py`), which figures meet a
target (`forecast_chance.py`), the frames (`foretold.py`), sentences.

Nothing but the panel and the targets goes in: a revision of the past is another panel, and a scenario is one with
figures put in.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from dagster_project.progress.arrays import Flags, Floats, Integers
from dagster_project.progress.evaluate import figure_in_hand, is_reached
from dagster_project.progress.forecast_calls import NOTHING, Calls, Task, call
from dagster_project.progress.forecast_chance import chance_between, good_range, interval
from dagster_project.progress.forecast_columns import Method, NoForecast
from dagster_project.progress.forecast_festival import settled
from dagster_project.progress.forecast_months import months_of
from dagster_project.progress.forecast_others import others_path, others_rates
from dagster_project.progress.forecast_spread import Spread
from dagster_project.progress.foretold import LEVELS, METHODS, REASONS, Foretold
from dagster_project.progress.panel import Panel
from dagster_project.progress.targets import KINDS, TargetTable
from validators.catalogue import Kind, Pace
from validators.periods import Month

_LONGEST: Final = 36  # months ahead; beyond, even a stock's trend says nothing


def forecast(targets: TargetTable, panel: Panel, as_of: Month, *, revision: Floats | None = None) -> pd.DataFrame:
    """The rows of `foretell` alone: columns of `forecast_columns.FORECAST`, one row per target."""
    return foretell(targets, panel, as_of, revision=revision).rows()


def foretell(targets: TargetTable, panel: Panel, as_of: Month, *, revision: Floats | None = None) -> Foretold:
    """Foretell every target from what `panel` holds up to `as_of`, once; `Foretold` gives the rows and the months.

    `revision` (n,): by how much the figure in hand is usually revised, in the indicator's unit; it widens the
    interval. 0 or NaN where that isn't known. A finished year has no interval, preliminary or not: if its last figure
    is revised, that is another panel.

    Flows and counts: the year so far and the months from there to the due month, from the months of all years before.
    January and February are one figure split in half; a January that stands alone is freed of what Spring Festival
    moved. Stocks: the level at the due month, with season. Ratios, growth
    and durations: without season. Ranks and what is known once a year have no forecast until it is there.
    """
    used = figure_in_hand(targets, panel, as_of.ordinal)
    found = Foretold.empty(targets, as_of)
    found.known[:] = used.known
    revised = np.zeros(len(targets)) if revision is None else np.nan_to_num(np.abs(revision))

    finished = used.settled & np.isfinite(used.actual)
    _finish(found, targets, used.actual, used.period, finished)
    blocked = (
        (finished, None),
        (targets.is_kind(Kind.RANK), NoForecast.RANK),
        (targets.is_pace(Pace.YEAR_END), NoForecast.YEAR_END_ONLY),
        (targets.accumulates & (as_of.ordinal < targets.start), NoForecast.NOT_BEGUN),
        (used.rows < 0, NoForecast.NO_FIGURES),
    )
    reason = np.select([where for where, _ in blocked], [REASONS.index(word or "") for _, word in blocked])
    found.reason[:] = reason
    open_: Flags = ~finished & (reason == 0)
    until = np.where(used.known, used.period, targets.start - 1)
    levels = open_ & ~targets.accumulates
    latest = panel.latest(used.rows, np.full(len(targets), panel.first), np.full(len(targets), as_of.ordinal))
    until = np.where(levels & ~used.known, latest, until)
    # A year may be foretold before its first figure, but not without any of the year before.
    stale = targets.accumulates & ~used.known & (latest < until - 11)
    none = open_ & ((until < panel.first) | (until >= targets.due) | stale)
    far = (
        open_ & ~none & ((targets.due - until > _LONGEST) | (levels & (targets.due - until > until - panel.first + 1)))
    )
    found.reason[none] = REASONS.index(NoForecast.NO_FIGURES)
    found.reason[far] = REASONS.index(NoForecast.TOO_FAR)
    open_ &= ~none & ~far
    found.period[open_] = until[open_]
    found.horizon[open_] = (targets.due - until)[open_]
    found.path = np.full((len(targets), int(found.horizon.max(initial=1))), np.nan)

    # Those of a year that are not of this one are no part of "more of a good month".
    this_year = until // 12 == np.where(targets.accumulates, targets.start, as_of.ordinal) // 12
    fresh = np.where(this_year, until % 12 + 1, 0)
    seasonal = targets.is_kind(Kind.STOCK)
    asked = np.stack([targets.accumulates, seasonal, until, targets.due - until, fresh])
    chosen = np.flatnonzero(open_)
    # Targets that are asked the same from the same month: a handful of groups, however many targets.
    for accumulates, with_season, month, horizon, young in np.unique(asked[:, chosen], axis=1).T:
        like = np.array([accumulates, with_season, month, horizon, young])[:, None]
        members = chosen[(asked[:, chosen] == like).all(axis=0)]
        task = Task(int(horizon), int(young), bool(accumulates), rates=not (accumulates or with_season))
        _one_group(found, targets, panel, used.rows, members, int(month), task, revised)
    return found


def _one_group(
    found: Foretold,
    targets: TargetTable,
    panel: Panel,
    rows: Integers,
    members: Integers,
    until: int,
    task: Task,
    revised: Floats,
) -> None:
    """Fill in the targets `members`, who share a task and the month that it starts from."""
    series, first, back = np.unique(rows[members], return_index=True, return_inverse=True)
    if task.summed:
        values = months_of(panel, series, until, join_new_year=task.fresh != 1)
        known = panel.figures[series, until - panel.first] if task.fresh else np.zeros(len(series))
        begun = known
        if task.fresh == 1:  # January alone: more or less of it is the festival's doing, and comes back in February
            values = settled(values, panel.first // 12)
            begun = values[:, -1]
    else:
        values = panel.figures[series, : until - panel.first + 1]
        begun = known = np.zeros(len(series))
    old = values[:, : values.shape[1] - task.fresh]
    calls = call(values, task)
    spread = Spread.of(calls.errors, calls.years)
    if task.summed:
        own, steady = _whole_years(old) >= 1, _never_falls(old)
    else:
        own = _any_known(old)
        steady = np.zeros_like(own)
    with np.errstate(invalid="ignore"):
        ahead = calls.called[0] + spread.quantile(0.5) * calls.scale[0]
    point = np.where(steady, np.maximum(begun + np.maximum(ahead, 0.0), known), begun + ahead)
    scale = calls.scale[0].copy()
    path = calls.path.T
    path[:, 0] += begun - known
    skill, years, pooled = _skill(calls, values, task, targets.kind[members[first]])
    method = np.where(own, METHODS.index(Method.SMOOTHING), 0)
    history = _whole_years(old) if task.summed else np.maximum(calls.years[0], 0)
    _put(found, targets, members, back, own, spread.centred(), point, scale, known, steady, revised)

    other = ~own
    if other.any():
        kinds = targets.kind[members[first]]
        if task.summed:
            borrowed = others_path(values, task, targets.indicator[members[first]], other)
            chosen = Method.OTHERS_PATH
        else:
            borrowed = others_rates(values, task, kinds, kinds == KINDS.index(Kind.GROWTH), other)
            chosen = Method.LAST_VALUE
        path = np.where(other[:, None], np.nan, path)
        skill, years = np.where(other, np.nan, skill), np.where(other, 0, years)
        for rows_of, shape, middle, unit in borrowed:
            method[rows_of] = METHODS.index(chosen)
            point[rows_of], scale[rows_of] = middle, unit
            mask = np.zeros(len(series), dtype=np.bool_)
            mask[rows_of] = True
            wide = np.ones(len(series))
            _put(found, targets, members, back, mask, Spread(*shape, wide), point, scale, known, steady, revised)
    found.method[members] = method[back]
    found.reason[members] = np.where(method == 0, REASONS.index(NoForecast.NO_HISTORY), 0)[back]
    found.skill[members], found.skill_years[members] = skill[back], years[back]
    found.skill_others[members] = pooled[back]
    found.years[members] = history[back]
    found.path[members, : task.horizon] = _path(path, known, point, values, task)[back]


def _put(
    found: Foretold,
    targets: TargetTable,
    members: Integers,
    back: Integers,
    which: Flags,
    spread: Spread,
    point: Floats,
    scale: Floats,
    known: Floats,
    steady: Flags,
    revised: Floats,
) -> None:
    """Intervals and chances of the members whose series is one of `which`."""
    mine = which[back]
    rows, series = members[mine], back[mine]
    if not len(rows):
        return
    width = spread.width[series]
    # A revision of the figure in hand is one more error, independent of the others, of about 1.25 mean absolute sizes.
    unit = np.hypot(scale[series] * width, 1.25 * revised[rows])
    shape = Spread(spread.chance, spread.value, np.ones(len(rows)))
    least = np.where(steady, known, -np.inf)[series]
    low, high = good_range(targets.take(rows))
    low, high = low / targets.factor[rows], high / targets.factor[rows]
    found.point[rows], found.least[rows] = point[series], least
    found.chance[rows] = chance_between(low, high, point[series], unit, shape, at_least=least)
    for number, level in enumerate(LEVELS):
        found.low[number, rows], found.high[number, rows] = interval(level, point[series], unit, shape, at_least=least)


def _skill(calls: Calls, values: Floats, task: Task, kind: Integers) -> tuple[Floats, Integers, Floats]:
    """Mean absolute error of the past calls of each series, their number, and the mean over all series of the same
    measure."""
    months = values.shape[1]
    past = len(calls.called) - 1
    known = np.zeros((past, len(values)))
    if task.summed and task.fresh:
        for back in range(1, past + 1):  # one row per past year
            end = months - 12 * back
            known[back - 1] = values[:, end - task.fresh : end].sum(axis=1)
    error = np.abs(calls.truth[1:] - calls.called[1:])
    with np.errstate(invalid="ignore", divide="ignore"):
        share = error / np.abs(known + calls.truth[1:])
    points = kind == KINDS.index(Kind.GROWTH)
    error = np.where(points, error, share)
    there = np.isfinite(error)
    total = np.where(there, error, 0.0)
    years = there.sum(axis=0)
    pooled = np.full(len(values), np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        skill = total.sum(axis=0) / years
        for these in (points, ~points):
            pooled[these] = total[:, these].sum() / there[:, these].sum()
    return skill, years.astype(np.int64), pooled


def _path(path: Floats, known: Floats, point: Floats, values: Floats, task: Task) -> Floats:
    """(series, horizon): the values on the way to `point`. Without a path of its own: straight to it."""
    steps = np.arange(1, task.horizon + 1) / task.horizon
    start = known if task.summed else values[:, -1]
    straight = start[:, None] + (point - start)[:, None] * steps
    if task.summed:
        whole = path.sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            shaped = known[:, None] + np.cumsum(path, axis=1) * ((point - known) / whole)[:, None]
    else:
        shaped = path + (point - path[:, -1])[:, None] * steps
    return np.where(np.isfinite(shaped), shaped, straight)


def _whole_years(old: Floats) -> Integers:
    """(n,) years before the one in hand of which every month is known."""
    years = old.shape[1] // 12
    found: Integers = np.isfinite(old[:, : years * 12]).reshape(len(old), years, 12).all(axis=2).sum(axis=1)
    return found


def _any_known(months: Floats) -> Flags:
    """(n,) series with any figure."""
    found: Flags = np.isfinite(months).sum(axis=1) > 0
    return found


def _never_falls(months: Floats) -> Flags:
    """(n,) series of which no month took anything away. What a difference of two sums is off by is nothing."""
    known = np.where(np.isfinite(months), months, 0.0)
    found: Flags = (known < -NOTHING * np.abs(known).max(axis=1, keepdims=True, initial=0.0)).sum(axis=1) == 0
    return found


def _finish(found: Foretold, targets: TargetTable, actual: Floats, period: Integers, finished: Flags) -> None:
    value = (actual / targets.factor)[finished]
    found.point[finished] = value
    found.low[:, finished], found.high[:, finished] = value, value
    found.chance[finished] = is_reached(targets, actual)[finished].astype(np.float64)
    found.method[finished] = METHODS.index(Method.FINISHED)
    found.period[finished] = period[finished]
