"""Spring Festival between January and February."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from holidays.calendars.chinese import _ChineseLunisolar

from benchmarks.year_end import ours
from benchmarks.year_end_families import FAMILIES
from dagster_project.progress import Panel, TargetTable
from dagster_project.progress.forecast import foretell
from dagster_project.progress.forecast_festival import festival, lateness, settled
from validators.periods import Month


def moved(months, effect, first):
    """The same with January and February trading as the festival moves: so much of their mean where it is late."""
    found = months.copy()
    late = np.array([lateness(first + year) for year in range(months.shape[1] // 12)])
    trade = effect * late * (months[:, ::12] + months[:, 1::12]) / 2
    found[:, ::12] += trade
    found[:, 1::12] -= trade
    return found


def even(seed, years, count=12):
    """Months with a season of their own and noise, and no festival."""
    random = np.random.default_rng(seed)
    season = np.exp(random.normal(0, 0.3, (count, 12)))
    return np.tile(season, (1, years)) * np.exp(random.normal(0, 0.03, (count, 12 * years))) * 100


def test_the_days_are_those_of_the_calendar():
    calendar = _ChineseLunisolar()
    assert all(festival(year) == calendar.lunar_new_year_date(year)[0] for year in range(1990, 2051))
    assert (festival(2025), festival(1989), festival(2051)) == (date(2025, 1, 29), None, None)


def test_the_later_the_festival_the_more_of_it_lies_in_february():
    years = sorted(range(1990, 2051), key=lambda year: (festival(year).month, festival(year).day))
    order = [lateness(year) for year in years]
    assert order == sorted(order)
    assert (order[0], order[-1]) == (-1, 1)
    assert lateness(1949) == 0


def test_what_both_months_bring_is_left_as_it_is():
    months = moved(even(1, 12), 0.15, 2014)
    found = settled(months, 2014)
    assert found[:, ::12] + found[:, 1::12] == pytest.approx(months[:, ::12] + months[:, 1::12])
    others = np.flatnonzero(np.arange(months.shape[1]) % 12 > 1)
    assert np.array_equal(found[:, others], months[:, others])


def test_an_effect_is_found_and_taken_out():
    plain = even(2, 12)
    found = settled(moved(plain, 0.15, 2014), 2014)
    off = np.abs(found[:, ::12] / plain[:, ::12] - 1).mean()
    assert off < 0.5 * np.abs(moved(plain, 0.15, 2014)[:, ::12] / plain[:, ::12] - 1).mean()


@pytest.mark.parametrize("seed", range(5))
def test_without_an_effect_hardly_anything_is_changed(seed):
    plain = even(seed, 12)
    assert np.abs(settled(plain, 2014) / plain - 1).max() < 0.01


def test_a_january_says_the_same_before_its_february_is_known():
    months = moved(even(3, 12), 0.15, 2014)
    assert settled(months[:, :-11], 2014)[:, -1] == pytest.approx(settled(months, 2014)[:, -12])


@pytest.mark.parametrize("back", [1, 2])  # 2024, very late; 2023, very early
def test_a_year_is_foretold_nearer_from_a_january_that_is_freed_of_it(back):
    months = FAMILIES["festive"](np.random.default_rng(11), 60, 14)[:, : -12 * back]
    truth = months[:, -12:].sum(axis=1)
    plain, freed = (
        np.abs(ours(months, 1, last)[0] / truth - 1).mean() for last in (None, np.full(len(months), 2025 - back))
    )
    assert freed < 0.85 * plain


def test_targets_are_foretold_from_a_january_alone_by_where_the_festival_lay(new_catalogue, observations):
    # 2024 had a late festival: its January is high, and no better year for it.
    months = moved(even(4, 8), 0.2, 2017)
    targets = [{"kind": "flow", "value": 1200, "january": True, "due": "2024-12"} for _ in months]
    catalogue = new_catalogue(targets)
    table = TargetTable.from_catalogue(catalogue)
    figures = {
        (f"figure_{row}", f"{2017 + at // 12}-{at % 12 + 1:02d}"): months[row, at // 12 * 12 : at + 1].sum()
        for row in range(len(months))
        for at in range(months.shape[1] - 11)
    }
    panel = Panel.from_observations(observations(catalogue, figures), table)
    made = foretell(table, panel, Month(2024, 1))
    found, path = made.rows(), made.months()
    truth = months[:, -12:].sum(axis=1)
    assert (np.abs(found["forecast_value"] / truth - 1) < 0.05).all()
    last = path.groupby("target", sort=False)["value"].last()
    assert last.to_numpy() == pytest.approx(found["forecast_value"].to_numpy())
    assert path.groupby("target", sort=False)["value"].is_monotonic_increasing.all()
