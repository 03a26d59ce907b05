"""Random numbers that belong to a series by its name, so that adding an indicator leaves all other numbers alone.

Belongs here: the stable hash and the block of draws per series. Does not belong here: what the draws are used for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

UNIFORMS = 24  # single draws per series, one for each decision
YEARS = 5  # three years of history, the year before them for their growth, and the year itself
_NORMALS = 12 + YEARS * 12 * 3 + YEARS


def generator(seed: int, *names: str) -> np.random.Generator:
    """A generator that depends on the seed and the names alone, on every machine."""
    digest = hashlib.sha256("\x1f".join((str(seed), *names)).encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))


def fraction(seed: int, *names: str) -> float:
    """A number in [0, 1) that depends on the seed and the names alone."""
    digest = hashlib.sha256("\x1f".join((str(seed), *names)).encode()).digest()
    return int.from_bytes(digest[:7], "big") / 2**56


@dataclass(frozen=True, slots=True)
class Draws:
    """Draws of n series: `uniform` (n, UNIFORMS) in [0, 1); the others standard normal."""

    uniform: NDArray[np.float64]
    shape: NDArray[np.float64]  # (n, 12): the series' own seasonal pattern
    season: NDArray[np.float64]  # (n, YEARS, 12): how each year departs from it
    month: NDArray[np.float64]  # (n, YEARS, 12): noise of the published growth
    level: NDArray[np.float64]  # (n, YEARS, 12): noise of a level
    year: NDArray[np.float64]  # (n, YEARS): noise of a year's growth

    def between(self, decision: int, low: float, high: float) -> NDArray[np.float64]:
        """The draws of one decision, spread over [low, high)."""
        return low + (high - low) * self.uniform[:, decision]


def draw(seed: int, series: Sequence[tuple[str, ...]]) -> Draws:
    """The draws of the named series, in their order. One generator per series, hence the loop."""
    uniform = np.empty((len(series), UNIFORMS))
    normal = np.empty((len(series), _NORMALS))
    for row, names in enumerate(series):
        source = generator(seed, *names)
        uniform[row] = source.random(UNIFORMS)
        normal[row] = source.standard_normal(_NORMALS)
    shape, season, month, level, year = np.split(normal, np.cumsum([12, YEARS * 12, YEARS * 12, YEARS * 12]), axis=1)
    cube = (len(series), YEARS, 12)
    return Draws(uniform, shape, season.reshape(cube), month.reshape(cube), level.reshape(cube), year)
