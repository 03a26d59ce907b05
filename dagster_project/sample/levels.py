"""Plausible sizes of what the sample reports: a few known levels, and a way to find the rest.

Belongs here: the annual size of amounts, counts and stocks. Does not belong here: their path over the months.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dagster_project.sample.draws import Draws
from dagster_project.sample.subjects import Subjects
from validators.catalogue import Catalogue
from validators.units import UnitTable

# Rounded orders of magnitude for 2024, by indicator and region, in the indicator's usual unit. Only for indicators
# without a target of their own; all others follow from their target.
KNOWN = {
    ("gdp", "330300"): (9700.0, "亿元"),
    ("gdp", "330303"): (950.0, "亿元"),
    ("retail_sales", "330300"): (4300.0, "亿元"),
    ("retail_sales", "330303"): (330.0, "亿元"),
    ("fixed_asset_investment", "330300"): (2900.0, "亿元"),
    ("fixed_asset_investment", "330303"): (330.0, "亿元"),
    ("general_budget_revenue", "330300"): (620.0, "亿元"),
    ("general_budget_revenue", "330303"): (70.0, "亿元"),
    ("general_budget_expenditure", "330300"): (1150.0, "亿元"),
    ("general_budget_expenditure", "330303"): (95.0, "亿元"),
}
_DISTRICT_SHARE = 0.18  # a district's usual share in its city
_PART_SHARE = 0.45  # the largest part's usual share in its whole


def sizes(catalogue: Catalogue, subjects: Subjects, draws: Draws) -> NDArray[np.float64]:
    """The usual annual size of each series (n,), in its own unit: the target's value, a known level, what its parts,
    its whole, its city or its district imply, or a plain guess. Growth, ratio, rank and duration without a target: a
    guess."""
    size = np.where(subjects.target > 0, subjects.target, np.nan)
    _fill(size, _known(catalogue, subjects))
    extensive = subjects.extensive
    wobble = draws.between(0, 0.85, 1.15)
    for _ in range(3):  # a size may have to travel over whole, region and ratio
        _fill(size, _raised(size / subjects.whole_factor, subjects.whole) / _PART_SHARE * wobble)
        _fill(
            size,
            np.where(extensive, _raised(size, subjects.city) / _DISTRICT_SHARE * draws.between(1, 0.96, 1.1), np.nan),
        )
        _fill(size, np.where(extensive, _taken(size, subjects.city) * _DISTRICT_SHARE * wobble, np.nan))
        _fill(size, _taken(size, subjects.whole) * subjects.whole_factor * _part_shares(subjects, draws))
        ratio = np.flatnonzero(subjects.numerator >= 0)
        implied = np.full(len(size), np.nan)
        implied[subjects.numerator[ratio]] = size[ratio] * size[subjects.denominator[ratio]] / subjects.scale[ratio]
        _fill(size, implied)
        implied[:] = np.nan
        implied[subjects.denominator[ratio]] = size[subjects.numerator[ratio]] * subjects.scale[ratio] / size[ratio]
        _fill(size, implied)
    guess = 10 ** draws.between(2, 1.3, 2.3) * np.where(subjects.city >= 0, 1.0, 5.0)
    _fill(size, np.where(extensive, guess, draws.between(2, 55, 90)))
    return size


def _known(catalogue: Catalogue, subjects: Subjects) -> NDArray[np.float64]:
    units = UnitTable(catalogue.units)
    found = np.full(len(subjects.keys), np.nan)
    for row, key in enumerate(subjects.keys):
        if key in KNOWN:
            level, unit = KNOWN[key]
            found[row] = level * units.factor(unit, str(subjects.unit[row]))
    return found


def _part_shares(subjects: Subjects, draws: Draws) -> NDArray[np.float64]:
    """A share in its whole for each part, so that the parts without a target together stay below it."""
    siblings = np.bincount(subjects.whole[subjects.whole >= 0], minlength=len(subjects.whole))
    return np.where(subjects.whole >= 0, draws.between(3, 0.35, 0.8) / np.maximum(siblings[subjects.whole], 1), np.nan)


def _fill(size: NDArray[np.float64], found: NDArray[np.float64]) -> None:
    np.copyto(size, found, where=np.isnan(size) & ~np.isnan(found))


def _taken(size: NDArray[np.float64], parent: NDArray[np.int64]) -> NDArray[np.float64]:
    """Each series' parent's size; NaN without a parent."""
    return np.where(parent >= 0, size[parent], np.nan)


def _raised(size: NDArray[np.float64], parent: NDArray[np.int64]) -> NDArray[np.float64]:
    """For each series the largest size among its children; NaN without any."""
    largest = np.full(len(size), -np.inf)
    child = np.flatnonzero((parent >= 0) & ~np.isnan(size))
    np.maximum.at(largest, parent[child], size[child])
    return np.where(np.isfinite(largest), largest, np.nan)
