"""How far off a call may be: the errors of past calls, pooled over series and years.

Belongs here: from errors in units of their scale to quantiles and chances. Does not belong here: where the errors come
from (`forecast_calls.py`), targets (`forecast.py`).

Split conformal prediction over rolling origins (Vovk et al. 2005, Algorithmic Learning in a Random World; errors
divided by their expected size as in Papadopoulos et al. 2002): an interval covers as often as past intervals of the
same make would have covered. After a calm year the errors of most series are small: what is expected follows what all
series erred in the last years, and beside it what each one did. So few errors at hand are mixed with a usual shape,
which counts as many errors as `_USUAL_COUNT`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from dagster_project.progress.arrays import Flags, Floats, Integers

# By whole years of history (0, 1 ... 10 or more): errors of short histories are larger than they expect.
YEARS_FACTOR: Final = (2.5, 1.5, 1.37, 1.38, 1.34, 1.17, 1.09, 1.06, 1.04, 1.02, 1.0)
_USUAL_COUNT: Final = 40.0
_OWN_DOUBT: Final = 24.0  # past years after which a series' own errors count as much as those of all
_FADING: Final = 0.9  # what an error counts a year later: figures grow steadier, or less so
_COMMON_FADING: Final = 0.6  # the same for what all series erred: calm and unquiet years come and go sooner
# Errors of calls of invented series (benchmarks/year_end_families.py) in units of their scale.
_USUAL_CHANCE: Final = (0.0005, 0.005, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.995, 0.9995)
_USUAL_ERROR: Final = (-8.5, -4.5, -2.75, -2.15, -1.6, -0.75, 0.05, 0.95, 1.85, 2.5, 3.2, 5.2, 10.0)
_USUAL_STEPS: Final = 400


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """The distribution of errors over their width: values ascending with the chance of staying below, shapes (m,).
    `width` (n,): what the next error of each series is measured by, beside its scale."""

    chance: Floats
    value: Floats
    width: Floats

    @classmethod
    def of(cls, errors: Floats, years: Integers) -> Self:
        """Learn from past errors (past, n), newest first, NaN where none, and from the whole years of history before
        each call and before the next (1 + past, n), as `Calls` has them.
        """
        factor = np.array(YEARS_FACTOR)[np.clip(years, 0, len(YEARS_FACTOR) - 1)]
        reduced = errors / factor[1:]
        known = np.isfinite(reduced)
        common = _common(np.where(known, np.abs(reduced), 0.0), known)
        reduced = reduced / common[1:, None]
        size = np.where(known, np.abs(reduced), 0.0)
        # The size of the errors before each call, the older the less: from the oldest on, without the call's own.
        total, number = np.zeros((len(errors) + 1, errors.shape[1])), np.zeros((len(errors) + 1, errors.shape[1]))
        for back in range(len(errors) - 1, -1, -1):  # one step per past year
            total[back] = (total[back + 1] + size[back]) * _FADING
            number[back] = (number[back + 1] + known[back]) * _FADING
        age = np.broadcast_to(_FADING ** np.arange(1, len(errors) + 1)[:, None], errors.shape)
        pooled = float((size * age).sum() + _USUAL_MEAN * _USUAL_COUNT) / float((known * age).sum() + _USUAL_COUNT)
        # Never below a third: a series that never missed yet still may.
        own = np.clip((total / pooled + _OWN_DOUBT) / (number + _OWN_DOUBT), 1 / 3, 3)
        with np.errstate(invalid="ignore"):
            single = (reduced / own[1:])[known]
        steps = (np.arange(_USUAL_STEPS) + 0.5) / _USUAL_STEPS
        usual = np.interp(steps, _USUAL_CHANCE, _USUAL_ERROR) * pooled / _USUAL_MEAN
        value = np.concatenate([single, usual])
        weight = np.concatenate([age[known], np.full(_USUAL_STEPS, _USUAL_COUNT / _USUAL_STEPS)])
        order = np.argsort(value, kind="stable")
        value, weight = value[order], weight[order]
        # n errors cut the line into n + 1 parts of equal chance (the finite-sample correction).
        chance = np.cumsum(weight) / (weight.sum() + 1.0)
        ends = np.array([_USUAL_ERROR[0], _USUAL_ERROR[-1]]) * 2 * pooled / _USUAL_MEAN
        value = np.concatenate([[min(ends[0], value[0])], value, [max(ends[1], value[-1])]])
        return cls(np.concatenate([[0.0], chance, [1.0]]), value, factor[0] * own[0] * common[0])

    def quantile(self, chance: float) -> Floats:
        """(n,) the error, in units of its scale, that the next one stays below with this chance."""
        return float(np.interp(chance, self.chance, self.value)) * self.width

    def centred(self) -> Self:
        """The same around its median."""
        return type(self)(self.chance, self.value - float(np.interp(0.5, self.chance, self.value)), self.width)

    def below(self, error: Floats) -> Floats:
        """(n,) the chance that the next error, in units of its scale, stays below `error`."""
        return np.asarray(np.interp(error / self.width, self.value, self.chance))


def _common(size: Floats, known: Flags) -> Floats:
    """(1 + past,) how large errors were before each call, all series taken together, beside their mean over the years;
    from absolute errors (past, n), newest first. Near 1 where there are few."""
    age = np.broadcast_to(_FADING ** np.arange(1, len(size) + 1)[:, None], size.shape)
    mean = float((size * age).sum() + _USUAL_MEAN * _USUAL_COUNT) / float((known * age).sum() + _USUAL_COUNT)
    found = np.ones(len(size) + 1)
    total = number = 0.0
    for back in range(len(size) - 1, -1, -1):  # one step per past year, the oldest first
        total = (total + float(size[back].sum())) * _COMMON_FADING
        number = (number + int(known[back].sum())) * _COMMON_FADING
        found[back] = (total / mean + _USUAL_COUNT) / (number + _USUAL_COUNT)
    return found


def _mean_size() -> float:
    steps = (np.arange(_USUAL_STEPS) + 0.5) / _USUAL_STEPS
    return float(np.abs(np.interp(steps, _USUAL_CHANCE, _USUAL_ERROR)).mean())


_USUAL_MEAN: Final = _mean_size()
