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

_CITY, _DISTRICT = "330300", "330303"

# Rounded orders of magnitude of a year, in the given unit, for indicators without a target of their own; the others
# follow from their target. An indicator that is neither here nor related to one that is gets a plain guess.
KNOWN = {
    ("gdp", _CITY): (9700.0, "亿元"),
    ("gdp", _DISTRICT): (950.0, "亿元"),
    ("retail_sales", _CITY): (4300.0, "亿元"),
    ("retail_sales", _DISTRICT): (330.0, "亿元"),
    ("industrial_value_added", _DISTRICT): (330.0, "亿元"),
    ("services_value_added", _DISTRICT): (480.0, "亿元"),
    ("digital_core_value_added", _DISTRICT): (75.0, "亿元"),
    ("software_revenue", _CITY): (180.0, "亿元"),
    ("telecom_volume", _CITY): (150.0, "亿元"),
    ("services_trade", _CITY): (320.0, "亿元"),
    ("general_budget_expenditure", _DISTRICT): (95.0, "亿元"),
    ("municipal_soe_rd", _CITY): (6.5, "亿元"),
    ("fund_investment", _CITY): (45.0, "亿元"),
    ("fund_investment", _DISTRICT): (6.0, "亿元"),
    ("fdi", _DISTRICT): (9000.0, "万美元"),
    ("medical_costs_in_need", _DISTRICT): (4200.0, "万元"),
    ("land_supplied", _CITY): (26000.0, "亩"),
    ("land_supplied", _DISTRICT): (4200.0, "亩"),
    ("energy_quota", _CITY): (60.0, "万吨标准煤"),
    ("energy_quota", _DISTRICT): (12.0, "万吨标准煤"),
    ("patient_visits", _DISTRICT): (520.0, "万人次"),
    ("resident_population", _DISTRICT): (73.0, "万人"),
    ("elderly_population", _DISTRICT): (11.0, "万人"),
    ("infants_under_three", _DISTRICT): (24.0, "千人"),
    ("population_aged_18_22", _CITY): (44.0, "万人"),
    ("streets", _DISTRICT): (10.0, "个"),
    ("townships", _CITY): (185.0, "个"),
    ("townships", _DISTRICT): (10.0, "个"),
    ("ready_projects", _DISTRICT): (40.0, "个"),
    ("supported_talents", _CITY): (240.0, "人"),
    ("supported_talents", _DISTRICT): (58.0, "人"),
    ("imported_talents", _CITY): (160.0, "人"),
    ("imported_talents", _DISTRICT): (36.0, "人"),
    ("talent_plan_selected", _CITY): (300.0, "人"),
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
