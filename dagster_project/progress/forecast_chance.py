"""Which figures meet a target, and how likely they are.

Belongs here: comparators as ranges, probabilities of them. Does not belong here: whether a known figure meets the
target (`evaluate.py`), where the distribution comes from (`forecast_spread.py`).
"""

from __future__ import annotations

import numpy as np

from dagster_project.progress.arrays import Floats
from dagster_project.progress.forecast_spread import Spread
from dagster_project.progress.targets import TargetTable
from validators.catalogue import Comparator


def good_range(targets: TargetTable) -> tuple[Floats, Floats]:
    """The lowest and the highest figure that meets each target, in the target's unit, infinite where there is no such
    end. Shapes (n,). 左右 is a floor less its tolerance, or on a duration a ceiling with it, as in `evaluate`.
    """
    slack = targets.tolerance * np.abs(targets.value)
    about, exactly = targets.is_comparator(Comparator.ABOUT), targets.is_comparator(Comparator.EXACTLY)
    value = np.where(targets.is_comparator(Comparator.POSITIVE), 0.0, targets.value)
    low = np.where(targets.low_is_good, -np.inf, value - np.where(about | exactly, slack, 0.0))
    high = np.where(targets.low_is_good | exactly, value + np.where(about | exactly, slack, 0.0), np.inf)
    # More than and less than leave the value itself out.
    above = targets.is_comparator(Comparator.MORE_THAN, Comparator.POSITIVE)
    below = targets.is_comparator(Comparator.LESS_THAN)
    return np.where(above, np.nextafter(low, np.inf), low), np.where(below, np.nextafter(high, -np.inf), high)


def chance_between(
    low: Floats, high: Floats, point: Floats, scale: Floats, spread: Spread, *, at_least: Floats
) -> Floats:
    """(n,) the probability that the outcome lies from `low` to `high`, if it spreads around `point` by `scale` and
    can't fall below `at_least` (-inf where it can).
    """
    with np.errstate(invalid="ignore"):
        under_low = np.where(low <= at_least, 0.0, spread.below((low - point) / scale))
        under_high = np.where(high < at_least, 0.0, spread.below((high - point) / scale))
    return np.asarray(np.clip(under_high - under_low, 0.0, 1.0))


def interval(level: float, point: Floats, scale: Floats, spread: Spread, *, at_least: Floats) -> tuple[Floats, Floats]:
    """(n,), (n,): the middle `level` of the outcomes."""
    low = point + spread.quantile(0.5 - level / 2) * scale
    high = point + spread.quantile(0.5 + level / 2) * scale
    return np.maximum(low, at_least), np.maximum(high, at_least)
