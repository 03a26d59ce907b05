"""The numbers of the sample: every series over the year and the years before it, consistent with one another.

Belongs here: paths over months from scenario, size and season; the relations between series; rounding as printed.
Does not belong here: which of the figures a table shows (`figures.py`), or any layout.

All arrays are (n, YEARS, 12): series in the order of `Subjects`, the last year being the sample's own. What
accumulates is held as year to date.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dagster_project.sample.draws import YEARS, Draws
from dagster_project.sample.printing import Cube, derive_ratios, growth_of, printed, rounded
from dagster_project.sample.scenario import JUDGED_MONTH, SCENARIOS
from dagster_project.sample.subjects import Subjects
from validators.catalogue import Kind

# Share of each month in a year: a weak first quarter with the Spring Festival, a strong last one; counts come late.
_FLOW_SEASON = np.array([7.2, 5.6, 8.4, 8.0, 8.2, 8.6, 8.1, 8.2, 8.7, 8.6, 9.4, 11.0])
_COUNT_SEASON = np.array([5.6, 4.4, 7.4, 7.4, 8.0, 9.4, 8.2, 8.2, 9.2, 8.8, 10.4, 13.0])
_PASSES = 3  # how long a chain of wholes, cities, bases and ratios may be
_JUDGED = JUDGED_MONTH - 1
_CARRY = np.array([scenario.carry for scenario in SCENARIOS])


@dataclass(frozen=True, slots=True)
class Series:
    """Figures as printed. `total` is the year to date, or the level of what doesn't accumulate; `part` the month of
    what does; `growth` the year-on-year rate of `total` (NaN for the first year), `growth_month` of `part`. NaN:
    there is none."""

    total: Cube
    part: Cube
    growth: Cube
    growth_month: Cube
    deflator: Cube


def make_series(
    subjects: Subjects, draws: Draws, size: NDArray[np.float64], scenario: NDArray[np.int64], pace: NDArray[np.float64]
) -> Series:
    """All figures. `size` is the usual annual size, `scenario` indexes SCENARIOS, `pace` overrides the drawn pace
    where it isn't NaN; each (n,)."""
    promised = _promised_growth(subjects, draws)
    rate = _growth_paths(subjects, draws, scenario)
    exact = np.where(
        subjects.cumulative[:, None, None],
        _accumulating(subjects, draws, size, scenario, pace, promised),
        _levels(subjects, draws, size, scenario),
    )
    deflator = np.broadcast_to((0.35 * np.clip(draws.year, -2, 2))[:, :, None], exact.shape) + 0.1 * np.clip(
        draws.month, -2, 2
    )
    _follow_parts(subjects, exact, size)
    _follow_growth(subjects, exact, rate, deflator)
    _lift_cities(subjects, exact)
    for _ in range(_PASSES):
        _relate(subjects, exact, size)
    total, part = printed(subjects, exact, _CARRY[scenario])
    derive_ratios(subjects, total)
    growth, growth_month = _growth(subjects, total, part, rate, deflator, draws)
    return Series(total, part, growth, growth_month, deflator)


def _range(attribute: str, scenario: NDArray[np.int64], position: NDArray[np.float64]) -> NDArray[np.float64]:
    low, high = np.array([getattr(one, attribute) for one in SCENARIOS]).T
    found: NDArray[np.float64] = low[scenario] + (high[scenario] - low[scenario]) * position
    return found


def _promised_growth(subjects: Subjects, draws: Draws) -> NDArray[np.float64]:
    """Growth of the promised year over the one before, a fraction (n,): the growth target where there is one."""
    growth = draws.between(4, 0.03, 0.09)
    rows = np.flatnonzero((subjects.base >= 0) & ~np.isnan(subjects.target))
    growth[subjects.base[rows]] = subjects.target[rows] / 100
    return growth


def _seasons(subjects: Subjects, draws: Draws) -> Cube:
    """Cumulative shares of the year by month; each year a little different."""
    plain = np.where(subjects.is_kind(Kind.COUNT)[:, None], _COUNT_SEASON, _FLOW_SEASON)
    weight = plain[:, None, :] * np.exp(
        0.04 * np.clip(draws.shape, -2, 2)[:, None, :] + 0.02 * np.clip(draws.season, -2, 2)
    )
    share: Cube = np.cumsum(weight, axis=2) / weight.sum(axis=2, keepdims=True)
    return share


def _accumulating(
    subjects: Subjects,
    draws: Draws,
    size: NDArray[np.float64],
    scenario: NDArray[np.int64],
    pace: NDArray[np.float64],
    promised: NDArray[np.float64],
) -> Cube:
    """Year-to-date paths of amounts and counts. The year is set so that the scenario holds in the judged month."""
    season = _seasons(subjects, draws)
    pace = np.where(np.isnan(pace), _range("pace", scenario, draws.uniform[:, 5]), pace)
    pace = np.where(subjects.downward, 1 / np.maximum(pace, 0.3), pace)
    aimed = ~np.isnan(subjects.target)
    # A target of zero (清零) stays at zero when it is met, and shows a few cases when it isn't.
    reached = np.where(aimed, pace * subjects.expected * np.where(subjects.target > 0, size, 0), np.nan)
    annual = np.empty((len(size), YEARS))
    annual[:, -1] = np.where(aimed, reached / season[:, -1, _JUDGED], size)
    annual[:, -2] = size / (1 + promised)
    # An amount that misses its target by far did not fall by far: the target was too high. Where growth was promised
    # too, the year before follows from the two promises.
    loose = aimed & ~np.isin(np.arange(len(size)), subjects.base[~np.isnan(subjects.target)])
    within = np.clip(annual[:, -2], annual[:, -1] / 1.22, annual[:, -1] / 0.88)
    annual[:, -2] = np.where(loose, within, annual[:, -2])
    steps = 1 + np.clip(0.05 + 0.04 * draws.year, -0.08, 0.18)
    for year in range(YEARS - 3, -1, -1):
        annual[:, year] = annual[:, year + 1] / steps[:, year]
    path: Cube = annual[:, :, None] * season
    return path


def _levels(subjects: Subjects, draws: Draws, size: NDArray[np.float64], scenario: NDArray[np.int64]) -> Cube:
    """Monthly levels of stocks, ratios, ranks and durations, drifting towards the better."""
    reached = _range("level", scenario, draws.uniform[:, 6])
    judged = np.where(subjects.downward, size / reached, size * reached)
    judged = np.where(np.isnan(subjects.target), size, np.minimum(judged, subjects.maximum))
    # Nobody drives a stock without a target: the number of townships stays what it is.
    lively = np.where(subjects.is_kind(Kind.STOCK) & np.isnan(subjects.target), 0.04, 1.0)
    slope = draws.between(7, 0.015, 0.05) * np.where(subjects.downward, -1, 1) * lively
    years = (np.arange(YEARS * 12).reshape(YEARS, 12) - (YEARS - 1) * 12 - _JUDGED) / 12
    noise = 0.004 * np.clip(draws.level, -2, 2) * lively[:, None, None]
    noise[:, -1, _JUDGED] = 0
    path = judged[:, None, None] * (1 + slope[:, None, None] * years + noise)
    ranks = subjects.is_kind(Kind.RANK)
    path[ranks, :-1] += np.round(2.5 + 1.2 * draws.level[ranks, :-1])  # a rank moves by places, not by per cent
    return np.clip(path, np.where(ranks, 1.0, 0.0)[:, None, None], subjects.maximum[:, None, None])


def _growth_paths(subjects: Subjects, draws: Draws, scenario: NDArray[np.int64]) -> Cube:
    """Published growth, per cent, by scenario: exact in the judged month, wandering before it; NaN for other kinds."""
    aim = np.where(np.isnan(subjects.target), draws.between(8, 3, 8), subjects.target)
    spread = np.maximum(1.0, np.abs(aim) / 10)
    reached = aim + _range("growth", scenario, draws.uniform[:, 9]) * np.where(subjects.downward, -1, 1) * np.where(
        scenario >= 4, spread, 1.0
    )
    wander = np.cumsum(np.clip(draws.month, -2, 2), axis=2) * 0.22
    wander -= wander[:, :, _JUDGED, None]
    past = (aim[:, None] + 1.6 * spread[:, None] * np.clip(draws.year, -2, 2))[:, :, None]
    path = np.broadcast_to(past, wander.shape).copy()
    path[:, -1] = reached[:, None]
    path = path + wander * spread[:, None, None]
    return np.where(subjects.is_kind(Kind.GROWTH)[:, None, None], path, np.nan)


def _follow_growth(subjects: Subjects, exact: Cube, rate: Cube, deflator: Cube) -> None:
    """Where only the growth has a target, the level follows the growth; in place."""
    rows = np.flatnonzero(subjects.base >= 0)
    rows = rows[np.isnan(subjects.target[subjects.base[rows]])]
    base = subjects.base[rows]
    factor = 1 + (rate[rows] + deflator[base]) / 100
    anchor = YEARS - 2
    for year in range(anchor, 0, -1):
        exact[base, year - 1] = exact[base, year] / factor[:, year]
    exact[base, anchor + 1] = exact[base, anchor] * factor[:, anchor + 1]
    _keep_rising(subjects, exact)


def _keep_rising(subjects: Subjects, exact: Cube) -> None:
    exact[subjects.cumulative] = np.maximum.accumulate(exact[subjects.cumulative], axis=2)


def _follow_parts(subjects: Subjects, exact: Cube, size: NDArray[np.float64]) -> None:
    """A whole without a target goes the way of its largest part that has one; in place."""
    rows = np.flatnonzero((subjects.whole >= 0) & ~np.isnan(subjects.target))
    rows = rows[np.isnan(subjects.target[subjects.whole[rows]])]
    rows = rows[np.argsort(size[rows], kind="stable")]  # where several parts claim a whole the largest is written last
    whole = subjects.whole[rows]
    exact[whole] = exact[rows] * (size[whole] / size[rows])[:, None, None]


def _lift_cities(subjects: Subjects, exact: Cube) -> None:
    """A city is at least a tenth larger than its district, whatever their scenarios; in place, keeping the city's
    growth."""
    rows = np.flatnonzero(subjects.extensive & (subjects.city >= 0))
    city = subjects.city[rows]
    times = np.divide(exact[rows], exact[city], out=np.zeros_like(exact[rows]), where=exact[city] > 0)
    needed = np.ones(len(exact))
    np.maximum.at(needed, city, 1.1 * times.max(axis=(1, 2), initial=0))
    exact *= needed[:, None, None]


def _relate(subjects: Subjects, exact: Cube, size: NDArray[np.float64]) -> None:
    """Parts follow their whole in the proportion of their sizes; a ratio's free side follows the ratio; in place."""
    part = np.flatnonzero(subjects.whole >= 0)
    whole = subjects.whole[part]
    share = np.minimum(size[part] / size[whole], subjects.whole_factor[part])
    exact[part] = exact[whole] * share[:, None, None]
    ratio = np.flatnonzero(subjects.numerator >= 0)
    above, below, scale = subjects.numerator[ratio], subjects.denominator[ratio], subjects.scale[ratio, None, None]
    free = np.isnan(subjects.target[above])
    exact[above[free]] = (exact[ratio] * exact[below] / scale)[free]
    given = ~free & np.isnan(subjects.target[below]) & (exact[ratio] > 0).all(axis=(1, 2))
    exact[below[given]] = exact[above[given]] * scale[given] / exact[ratio[given]]
    _keep_rising(subjects, exact)


def _growth(subjects: Subjects, total: Cube, part: Cube, rate: Cube, deflator: Cube, draws: Draws) -> tuple[Cube, Cube]:
    """Growth of every series, on the growth indicator's own row where it has one; NaN in the first year."""
    growth, growth_month = np.full_like(total, np.nan), np.full_like(total, np.nan)
    growth[:, 1:] = growth_of(total[:, 1:], total[:, :-1], deflator[:, 1:])
    growth_month[:, 1:] = growth_of(part[:, 1:], part[:, :-1], deflator[:, 1:])
    rows = np.flatnonzero(subjects.base >= 0)
    growth[rows], growth_month[rows] = growth[subjects.base[rows]], growth_month[subjects.base[rows]]
    alone = np.flatnonzero(subjects.is_kind(Kind.GROWTH) & (subjects.base < 0))
    growth[alone] = rate[alone]
    monthly = draws.uniform[alone, 10] < 0.6
    growth_month[alone] = np.where(
        monthly[:, None, None], rate[alone] + 0.9 * np.clip(draws.level[alone], -2, 2), np.nan
    )
    decimals = np.where(subjects.is_kind(Kind.GROWTH), subjects.decimals, 1)
    return rounded(growth, decimals), rounded(growth_month, decimals)
