"""Invented monthly series by family, to see where a forecast breaks. They copy no real series.

Belongs here: how each family comes about. Does not belong here: forecasting or scoring them (`year_end.py`).

Every family returns months in rows of whole calendar years: (series, years * 12), strictly positive unless it says
otherwise. The same seed gives the same series.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# Days from 21 January (the earliest possible Spring Festival) to the festival, 2000 to 2025.
FESTIVAL = (15, 3, 22, 11, 1, 19, 8, 28, 17, 5, 24, 13, 2, 20, 10, 29, 18, 7, 26, 15, 4, 22, 11, 1, 20, 8)


def _season(random: np.random.Generator, count: int, size: float) -> Floats:
    """Log seasonal pattern (count, 12), smooth waves and a few peaks, mean zero."""
    months = np.arange(12)
    waves = sum(
        random.normal(0, size / order, (count, 1))
        * np.cos(2 * np.pi * order * (months + random.uniform(0, 12, (count, 1))) / 12)
        for order in (1, 2, 3)
    )
    peaks = random.normal(0, size, (count, 12)) * (random.random((count, 12)) < 0.2)
    found: Floats = np.asarray(waves + peaks)
    centred: Floats = found - found.mean(axis=1, keepdims=True)
    return centred


def _built(log_level: Floats, season: Floats, random: np.random.Generator, noise: Floats | float) -> Floats:
    count, length = log_level.shape
    pattern = np.tile(season, (1, length // 12))
    scale = random.lognormal(4, 2, (count, 1))
    return scale * np.exp(log_level + pattern + noise * random.normal(0, 1, (count, length)))


def trending(random: np.random.Generator, count: int, years: int) -> Floats:
    """Steady growth whose rate drifts, moderate season."""
    length = 12 * years
    rate = random.normal(0.004, 0.004, (count, 1)) + np.cumsum(random.normal(0, 0.0004, (count, length)), axis=1)
    return _built(np.cumsum(rate, axis=1), _season(random, count, 0.12), random, 0.03)


def noisy(random: np.random.Generator, count: int, years: int) -> Floats:
    """Hardly any season, much noise, a level that wanders."""
    length = 12 * years
    level = np.cumsum(random.normal(0, random.uniform(0.005, 0.04, (count, 1)), (count, length)), axis=1)
    return _built(level, _season(random, count, 0.03), random, random.uniform(0.05, 0.25, (count, 1)))


def wandering(random: np.random.Generator, count: int, years: int) -> Floats:
    """A random walk with drift and hardly any noise, like prices and indices."""
    length = 12 * years
    step = random.normal(
        random.normal(0.002, 0.003, (count, 1)), random.uniform(0.01, 0.04, (count, 1)), (count, length)
    )
    return _built(np.cumsum(step, axis=1), _season(random, count, 0.02), random, 0.005)


def shifting(random: np.random.Generator, count: int, years: int) -> Floats:
    """Levels that jump by up to 40 % every few years."""
    length = 12 * years
    jumps = random.normal(0, 0.25, (count, length)) * (random.random((count, length)) < 1 / 40)
    return _built(np.cumsum(jumps, axis=1), _season(random, count, 0.12), random, 0.04)


def seasonal(random: np.random.Generator, count: int, years: int) -> Floats:
    """Season stronger than all else, which itself changes slowly, like visitors to a place."""
    length = 12 * years
    level = np.cumsum(random.normal(0.003, 0.015, (count, length)), axis=1)
    drift = np.cumsum(random.normal(0, 0.03, (count, years, 12)), axis=1).reshape(count, length)
    return _built(level + drift, _season(random, count, 0.45), random, random.uniform(0.03, 0.1, (count, 1)))


def festive(random: np.random.Generator, count: int, years: int) -> Floats:
    """January and February trade with each other as Spring Festival moves between them."""
    length = 12 * years
    level = np.cumsum(random.normal(0.004, 0.01, (count, length)), axis=1)
    months = _built(level, _season(random, count, 0.12), random, 0.03).reshape(count, years, 12)
    late = (np.array(FESTIVAL[-years:]) - 14) / 15  # -1 all of the holiday in January, 1 all of it in February
    moved = random.uniform(0.05, 0.25, (count, 1)) * late * months[:, :, :2].mean(axis=2)
    months[:, :, 0] += moved
    months[:, :, 1] -= moved
    return months.reshape(count, length)


def lumpy(random: np.random.Generator, count: int, years: int) -> Floats:
    """Counts with many zeros and rushes in the months of deadlines."""
    length = 12 * years
    mean = random.lognormal(0.5, 1, (count, 1)) * np.exp(np.cumsum(random.normal(0, 0.03, (count, length)), axis=1))
    rush = np.where(
        np.arange(length) % 12 == random.choice([5, 8, 11], (count, 1)), random.uniform(1, 6, (count, 1)), 1
    )
    clumps = random.poisson(mean * rush * random.gamma(1.5, 1 / 1.5, (count, length)))
    return clumps.astype(np.float64)


def cycling(random: np.random.Generator, count: int, years: int) -> Floats:
    """A business cycle of three to eight years on a declining or rising additive trend."""
    length = 12 * years
    time = np.arange(length)
    period = random.uniform(36, 96, (count, 1))
    wave = random.uniform(0.05, 0.2, (count, 1)) * np.sin(2 * np.pi * (time / period + random.random((count, 1))))
    trend = np.log1p(np.clip(random.normal(0.001, 0.003, (count, 1)) * time, -0.7, None))
    return _built(trend + wave, _season(random, count, 0.1), random, random.uniform(0.02, 0.06, (count, 1)))


def shocked(random: np.random.Generator, count: int, years: int) -> Floats:
    """Some months lost once, two to four years ago, and what was lost coming back by half a month."""
    length = 12 * years
    level = np.cumsum(random.normal(0.003, 0.008, (count, length)), axis=1)
    months = _built(level, _season(random, count, 0.15), random, random.uniform(0.02, 0.06, (count, 1)))
    start = length - 12 * random.integers(2, 5, (count, 1)) + random.integers(0, 12, (count, 1))
    lasted, depth = random.integers(2, 7, (count, 1)), random.uniform(0.2, 0.7, (count, 1))
    since = np.arange(length) - start
    after = np.maximum(since - lasted + 1, 0)
    left: Floats = 1 - np.where(since >= 0, depth * 0.5**after, 0.0)
    return months * left


FAMILIES: dict[str, Callable[[np.random.Generator, int, int], Floats]] = {
    one.__name__: one for one in (trending, noisy, wandering, shifting, seasonal, festive, lumpy, cycling, shocked)
}
