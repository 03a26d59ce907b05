"""How many of a group's targets will be met: the expected number and its interval.

Belongs here: chances added up. Does not belong here: the chances themselves (`forecast.py`), groups (`rollup.py`).

The number met of targets with chances of their own is Poisson-binomial; its distribution is had exactly, by convolving
one target after the other. Targets are taken as independent of each other, so that where one cause moves many the true
interval is wider.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from dagster_project.progress.arrays import Floats, Integers
from dagster_project.progress.lights import Light

LEVEL: Final = 0.8
_ROUNDING: Final = 1e-12


def chances(evaluation: pd.DataFrame, forecast: pd.DataFrame) -> Floats:
    """(n,) the chance of each row of an evaluation to be met: 1 or 0 once that is decided, else the forecast's; NaN
    without one."""
    known = forecast.set_index(forecast["target"].astype("str"))["probability"]
    found = known.reindex(evaluation["target"].astype("str")).to_numpy(dtype=np.float64, copy=True)
    light = evaluation["light"].astype("str").to_numpy(dtype=object)
    found[light == Light.MET.value] = 1.0
    found[light == Light.MISSED.value] = 0.0
    return found


def expected_met(group: Integers, chance: Floats, groups: int) -> tuple[Integers, Floats, Integers, Integers]:
    """By group (numbers 0 to `groups` - 1): how many targets have a chance, the expected number met, and the ends of
    the middle LEVEL of its distribution. `group` and `chance` have shape (n,), NaN for a target that isn't counted.

    Cost: groups x the square of the largest group."""
    known = np.isfinite(chance)
    group, chance = group[known], np.clip(chance[known], 0.0, 1.0)
    counts = np.bincount(group, minlength=groups)
    order = np.argsort(group, kind="stable")
    place = np.arange(len(group)) - np.repeat(np.cumsum(counts) - counts, counts)
    largest = int(counts.max(initial=0))
    table = np.zeros((groups, largest))
    table[group[order], place] = chance[order]
    number = np.zeros((groups, largest + 1))
    number[:, 0] = 1.0
    for position in range(largest):  # one target of every group at a time
        met = table[:, position : position + 1]
        shifted = number[:, :-1] * met
        number *= 1 - met
        number[:, 1:] += shifted
    below = np.cumsum(number, axis=1)
    low, high = (np.argmax(below >= at - _ROUNDING, axis=1) for at in ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return counts, table.sum(axis=1), low, high
