"""Figures as they are printed: rounded, adding up, no part larger than its whole.

Belongs here: rounding and what must hold between rounded figures. Does not belong here: the exact paths (`series.py`).

Arrays are (n, YEARS, 12) as in `series.py`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dagster_project.sample.draws import YEARS
from dagster_project.sample.subjects import Subjects
from validators.catalogue import Kind

Cube = NDArray[np.float64]

_DEEPEST = 6  # containers around a series: wholes of wholes, each with its city


def printed(subjects: Subjects, exact: Cube, carry: NDArray[np.float64]) -> tuple[Cube, Cube]:
    """Rounded totals and months, with each part and district within its whole and city, month by month.

    Works in whole units of the last printed digit, so that months add up exactly. The loop over months carries the
    running total; series are taken in the order of their containers, outermost first.
    """
    power = 10.0**subjects.decimals
    adds = subjects.cumulative
    carry = np.where(subjects.is_kind(Kind.COUNT) & (subjects.decimals == 0), carry, 0.5)
    ticks = np.floor(exact * power[:, None, None] + carry[:, None, None] + 1e-9)
    rank = subjects.is_kind(Kind.RANK)
    ticks[rank] = np.ceil(exact[rank] - 0.03)  # a rank that misses its target must not be rounded into it
    steps = np.where(adds[:, None, None], np.diff(ticks, axis=2, prepend=0), ticks)
    for rows in _outermost_first(subjects):
        bound = np.full((len(rows), YEARS, 12), np.inf)
        for container, factor in (
            (subjects.whole, subjects.whole_factor),
            (subjects.bounding_city, np.ones(len(power))),
        ):
            inside = np.flatnonzero(container[rows] >= 0)
            inner, outer = rows[inside], container[rows[inside]]
            room = steps[outer] * (factor[inner] * power[inner] / power[outer])[:, None, None]
            bound[inside] = np.minimum(bound[inside], np.floor(room + 1e-6))
        running = np.zeros((len(rows), YEARS))
        for month in range(12):
            wanted = ticks[rows, :, month] - np.where(adds[rows, None], running, 0)
            steps[rows, :, month] = np.minimum(wanted, bound[:, :, month])
            running += steps[rows, :, month]
    total = np.where(adds[:, None, None], np.cumsum(steps, axis=2), steps) / power[:, None, None]
    return total, np.where(adds[:, None, None], steps / power[:, None, None], np.nan)


def _outermost_first(subjects: Subjects) -> list[NDArray[np.int64]]:
    """Row numbers in groups: first what lies in nothing, then what lies in those, and so on."""
    containers = np.stack([subjects.whole, subjects.bounding_city])
    depth = np.zeros(containers.shape[1], dtype=np.int64)
    for _ in range(_DEEPEST):
        depth = np.where(containers >= 0, depth[containers] + 1, 0).max(axis=0)
    return [np.flatnonzero(depth == level) for level in range(int(depth.max(initial=0)) + 1)]


def derive_ratios(subjects: Subjects, total: Cube) -> None:
    """Ratios from their printed numerator and denominator; in place."""
    ratio = np.flatnonzero(subjects.numerator >= 0)
    above, below = total[subjects.numerator[ratio]], total[subjects.denominator[ratio]]
    found = (
        np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0) * subjects.scale[ratio, None, None]
    )
    total[ratio] = rounded(found, subjects.decimals[ratio])


def rounded(values: Cube, decimals: NDArray[np.int64]) -> Cube:
    """Each row to its own number of decimals, half up, as the nearest float of the printed text."""
    power = (10.0**decimals).reshape(-1, *[1] * (values.ndim - 1))
    result: Cube = np.floor(values * power + 0.5 + 1e-9) / power
    return result


def growth_of(now: Cube, before: Cube, deflator: Cube) -> Cube:
    """Published growth in per cent: the recomputed rate less a deflator, since publication is at comparable prices."""
    rate = np.divide(now, before, out=np.full_like(now, np.nan), where=before > 0)
    return (rate - 1) * 100 - deflator
