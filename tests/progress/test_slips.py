"""When a probability counts as too low, and what counts as a slip."""

from __future__ import annotations

import numpy as np

from dagster_project.progress.forecast_columns import FORECAST
from dagster_project.progress.slips import SLIP, unlikely
from dagster_project.store import evaluations
from dagster_project.store import slips as stored


def flags(*chances: float, threshold: float = 0.5) -> list[bool]:
    """The flag after each probability of one target, from the first to the last."""
    now = np.zeros(1, dtype=np.bool_)
    found = []
    for chance in chances:
        now = unlikely(np.array([chance]), now, threshold)
        found.append(bool(now[0]))
    return found


def test_a_probability_that_wavers_around_its_threshold_tells_once():
    assert flags(0.7, 0.49, 0.52, 0.48, 0.55, 0.49) == [False, True, True, True, True, True]


def test_it_has_recovered_a_tenth_above_the_threshold():
    assert flags(0.49, 0.59, 0.6, 0.55, 0.5, 0.49) == [True, True, False, False, False, True]


def test_a_forecast_that_is_missing_changes_nothing():
    assert flags(0.3, np.nan, 0.55) == [True, True, True]
    assert flags(np.nan, 0.55) == [False, False]


def test_a_threshold_near_one_can_be_cleared_by_certainty():
    assert flags(0.9, 1.0, threshold=0.95) == [True, False]


def test_the_tables_hold_the_columns_that_are_made():
    assert set(stored.COLUMNS) == set(SLIP)
    assert set(evaluations.FORECAST_COLUMNS) == {*FORECAST, "unlikely"}
