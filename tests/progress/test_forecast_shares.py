"""How the shares of earlier years enter a forecast, and what they may not know."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.year_end_families import FAMILIES
from dagster_project.progress.forecast_calls import Task, call
from dagster_project.progress.forecast_shares import at_shares, mixed


def years_of(*rows):
    """Months of whole years, (months, 1)."""
    return np.concatenate([np.asarray(row, dtype=np.float64) for row in rows])[:, None]


def test_a_year_like_all_others_brings_what_they_brought():
    usual = np.arange(1.0, 13.0)
    table = years_of(usual, 2 * usual, 5 * usual, 3 * usual[:4])
    shared, begun = at_shares(table, 4, 8, 3)
    assert shared[:, 0] == pytest.approx([3 * usual[4:].sum(), 5 * usual[4:].sum(), 2 * usual[4:].sum()])
    assert begun[:, 0] == pytest.approx([30, 50, 20])


def test_later_years_count_more():
    early, late = np.ones(12), np.r_[np.ones(6), np.full(6, 3.0)]
    rising = at_shares(years_of(early, late, np.ones(6)), 6, 6, 1)[0][0, 0]
    falling = at_shares(years_of(late, early, np.ones(6)), 6, 6, 1)[0][0, 0]
    assert 6 < falling < rising < 18
    assert rising * falling == pytest.approx(6 * 18)


def test_a_year_with_a_missing_month_has_no_shares():
    usual, gap = np.arange(1.0, 13.0), np.r_[np.ones(8), np.nan, np.ones(3)]
    shared, _ = at_shares(years_of(gap, usual, usual[:3]), 3, 9, 2)
    assert shared[0, 0] == pytest.approx(usual[3:].sum())
    assert np.isnan(shared[1, 0])


def test_the_years_before_the_first_are_foretold_by_smoothing_alone():
    smoothed, truth = np.array([[100.0], [90.0]]), np.array([[np.nan], [95.0]])
    found = mixed(smoothed, np.full((2, 1), np.nan), np.full((2, 1), 50.0), truth, 1)
    assert (found == smoothed).all()


def test_what_erred_less_counts_more():
    smoothed, truth = np.full((12, 3), 100.0), np.full((12, 3), 120.0)
    truth[0] = np.nan
    begun = np.full((12, 3), 40.0)
    good, bad = (mixed(smoothed, np.full((12, 3), said), begun, truth, 1) for said in (121.0, 90.0))
    assert (good[0] > 110).all()
    assert (good[0] > good[-1]).all()  # nothing was known then
    assert ((100 - bad[0]) / 10 < 0.12).all()  # of the way from smoothing to shares; a fifth where nothing is known


@pytest.mark.parametrize("odd", range(4))
def test_a_year_with_a_lost_spring_hardly_moves_the_shares(odd):
    usual = np.arange(1.0, 13.0)
    lost = np.r_[usual[:2], 0.4 * usual[2:5], usual[5:]]
    table = years_of(*(lost if year == odd else usual for year in range(4)), usual[:4])
    shared, begun = at_shares(table, 4, 8, 1)
    assert begun[0, 0] == 10
    assert shared[0, 0] == pytest.approx(usual[4:].sum(), rel=0.03)
    mean = lost[4:].sum() / lost[:4].sum()  # what its shares alone would make of it
    assert mean * 10 > 1.3 * usual[4:].sum()


def test_a_forecast_at_shares_that_is_odd_counts_as_far_as_is_usual():
    smoothed, shared = np.full((6, 2), 100.0), np.full((6, 2), 102.0)
    shared[0] = 103.0, 300.0
    found = mixed(smoothed, shared, np.full((6, 2), 40.0), np.full((6, 2), np.nan), 1)[0]
    assert 100.2 < found[0] < 103
    assert found[0] <= found[1] < 103


def test_shares_of_a_past_call_are_those_known_then():
    """What came after a past call changes neither its shares nor how much they count."""
    table = FAMILIES["seasonal"](np.random.default_rng(3), 30, 12)[:, : 12 * 11 + 5].T
    now, then = (at_shares(known, 5, 7, 10) for known in (table, table[:-12]))
    assert now[0][1:] == pytest.approx(then[0][:-1])
    random = np.random.default_rng(5)
    truth, smoothed = (now[0] * random.lognormal(0, 0.1, now[0].shape) for _ in range(2))
    other = truth.copy()
    other[:2] *= 2  # what came in the year in hand and in the one before
    one, two = (mixed(smoothed, now[0], now[1], known, 1) for known in (truth, other))
    assert (one[1:] == two[1:]).all()
    assert (one[0] != two[0]).any()


@pytest.mark.parametrize("fresh", [1, 3, 6, 11])
def test_a_forecast_rises_with_each_month_of_the_year_in_hand(fresh):
    months = FAMILIES["noisy"](np.random.default_rng(4), 40, 9)[:, : 12 * 8 + fresh]
    task = Task(horizon=12 - fresh, fresh=fresh, summed=True)
    before = call(months, task).called[0]
    for month in range(fresh):
        better = months.copy()
        better[:, 12 * 8 + month] *= 1.2
        assert (call(better, task).called[0] >= before * (1 - 1e-12)).all()
