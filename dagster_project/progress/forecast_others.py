"""Series without a history of their own: what others did from the same month.

Belongs here: the outcomes of others as a distribution. Does not belong here: series with a history
(`forecast_calls.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from dagster_project.progress.arrays import Flags, Floats, Integers
from dagster_project.progress.forecast_calls import Task

_FEWEST: Final = 8  # years of others, of the same indicator or else of all: fewer say nothing about the rest
_BEYOND: Final = 2.0  # the farthest outcome thought possible lies so many times as far out as the farthest seen

# The rows that are served, (chances, values) of a Spread around the point, the points, the scales.
Borrowed = tuple[Integers, tuple[Floats, Floats], Floats, Floats]


def others_path(values: Floats, task: Task, indicator: Integers, wanting: Flags) -> Iterator[Borrowed]:
    """The rest of the year as a multiple of the year so far, as in past years of others: the same indicator in other
    regions, or if these are too few all flows and counts that are asked the same.

    `values` (n, months); `indicator` (n,); `wanting` (n,) the series to be served, if their year so far is above zero.
    """
    if not task.fresh:
        return
    so_far = values[:, values.shape[1] - task.fresh :].sum(axis=1)
    asking = wanting & (so_far > 0)
    ratios, of = _pairs(values, task, lambda begun, rest: rest / begun, summed=True)
    for rows, sample in _samples(asking, indicator, ratios, indicator[of]):
        shape, middle = _shape(sample)
        yield rows, shape, so_far[rows] * (1 + middle), so_far[rows]


def others_rates(values: Floats, task: Task, kind: Integers, points: Flags, wanting: Flags) -> Iterator[Borrowed]:
    """The level as it is, changing as others of the same kind changed over as many months; `points` (n,): growth,
    whose changes are differences and not shares.
    """
    last = values[:, -1]
    for these, change in (
        (points, lambda begun, rest: rest - begun),
        (~points, lambda begun, rest: rest / begun - 1),
    ):
        group = np.flatnonzero(these)
        changes, of = _pairs(values[group], task, change, summed=False)
        for rows, sample in _samples((wanting & np.isfinite(last))[group], kind[group], changes, kind[group][of]):
            mine = group[rows]
            shape, middle = _shape(sample)
            scale = np.ones(len(mine)) if points[mine[0]] else np.maximum(np.abs(last[mine]), np.finfo(np.float64).tiny)
            yield mine, shape, last[mine] + middle * scale, scale


def _pairs(
    values: Floats, task: Task, relate: Callable[[Floats, Floats], Floats], *, summed: bool
) -> tuple[Floats, Integers]:
    """What each past year of each series made of its begin, and the series that it is of."""
    found, of = [], []
    months = values.shape[1]
    for end in range(months - 12, 0, -12):  # one step per past year
        if summed:
            begun = values[:, max(end - task.fresh, 0) : end].sum(axis=1)
            rest = values[:, end : end + task.horizon].sum(axis=1)
        else:
            begun = values[:, end - 1]
            rest = values[:, end + task.horizon - 1] if end + task.horizon <= months else np.full(len(values), np.nan)
        if end + task.horizon > months:
            continue
        with np.errstate(invalid="ignore", divide="ignore"):
            related = relate(begun, rest)
        there = np.flatnonzero(np.isfinite(related) & (begun != 0))
        found.append(related[there])
        of.append(there)
    if not found:
        return np.empty(0), np.empty(0, dtype=np.int64)
    return np.concatenate(found), np.concatenate(of)


def _samples(asking: Flags, code: Integers, sample: Floats, sample_code: Integers) -> Iterator[tuple[Integers, Floats]]:
    """Rows to serve together, and the sample that serves them: of their own code if large enough, else all."""
    left = asking.copy()
    for one in np.unique(code[asking]):  # indicators or kinds, of which there are few
        own = sample[sample_code == one]
        if len(own) >= _FEWEST:
            rows = np.flatnonzero(asking & (code == one))
            left[rows] = False
            yield rows, own
    rows = np.flatnonzero(left)
    if len(rows) and len(sample) >= _FEWEST:
        yield rows, sample


def _shape(sample: Floats) -> tuple[tuple[Floats, Floats], float]:
    """(chances, values around the median) and the median."""
    ordered = np.sort(sample)
    middle = float(np.median(ordered))
    around = ordered - middle
    reach = _BEYOND * max(-around[0], around[-1], abs(middle) * 0.01, np.finfo(np.float64).tiny)
    values = np.concatenate([[-reach], around, [reach]])
    return (np.arange(len(values)) / (len(values) - 1), values), middle
