"""What must hold of a forecast whatever the figures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.progress import Panel, TargetTable
from dagster_project.progress.forecast import forecast
from dagster_project.progress.forecast_chance import good_range
from validators.periods import Month

KINDS = ["flow", "count", "stock", "ratio", "growth", "duration"]
FLOORS, CEILINGS = ["at_least", "more_than", "about"], ["at_most", "less_than"]
INTERVALS = ["low_95", "low_80", "forecast_value", "high_80", "high_95"]
seeds, years, as_ofs = st.integers(0, 10**6), st.integers(0, 7), st.integers(1, 11)
made = settings(deadline=None, max_examples=20)


def history(seed, years, last):
    """Months of so many years before 2025 and of 2025 up to month `last`: season, drift, noise, lumps, zeros."""
    random = np.random.default_rng(seed)
    count = 12 * years + last
    season = np.exp(random.normal(0, random.choice([0, 0.3, 1.0]), 12))
    drift = np.exp(np.cumsum(random.normal(0, random.choice([0.01, 0.1]), count)))
    months = np.resize(season, count) * drift * np.exp(random.normal(0, random.choice([0.01, 0.3]), count))
    if random.random() < 0.3:
        months = random.poisson(months).astype(float)
    return months


def figures(months, kind, years, name="figure_0"):
    """As published: years to date for what accumulates, without January."""
    found, first = {}, Month(2025 - years, 1)
    if kind not in ("flow", "count"):
        return {(name, first.plus(at).text): value for at, value in enumerate(months)}
    for at in range(len(months)):
        if at % 12:
            found[name, first.plus(at).text] = months[at // 12 * 12 : at + 1].sum()
    return found


def foretell(new_catalogue, observations, targets, months, as_of, years):
    """One row per target, each with the same months."""
    catalogue = new_catalogue(targets)
    found = {}
    for number, target in enumerate(targets):
        found |= figures(months, target["kind"], years, f"figure_{number}")
    table = TargetTable.from_catalogue(catalogue)
    return forecast(table, Panel.from_observations(observations(catalogue, found), table), as_of)


def promises(months, years, comparators):
    """Targets of each kind around what the year may bring."""
    level = float(np.abs(months[-12:]).mean()) + 0.01
    return [
        {"kind": kind, "value": factor * level * (12 if kind in ("flow", "count") else 1), "comparator": comparator}
        for kind in KINDS
        for comparator in comparators
        for factor in (0.8, 1.0, 1.3)
    ]


@made
@given(seed=seeds, years=years, last=as_ofs, month=as_ofs, more=st.floats(0.001, 3))
def test_more_of_a_good_month_never_lowers_the_probability(new_catalogue, observations, seed, years, last, month, more):
    months = history(seed, years, last)
    better = months.copy()
    better[12 * years + min(month, last) - 1] += more * months.mean()
    as_of = Month(2025, last)
    for comparators, sign in ((FLOORS, 1), (CEILINGS, -1)):
        # A duration is promised to be short: less of it is good, also where the text says about.
        targets = [one for one in promises(months, years, comparators) if one["kind"] != "duration" or sign < 0]
        before = foretell(new_catalogue, observations, targets, months, as_of, years)["probability"].to_numpy()
        after = foretell(new_catalogue, observations, targets, better, as_of, years)["probability"].to_numpy()
        assert (np.isnan(before) == np.isnan(after)).all()
        assert (np.nan_to_num(after - before) * sign >= -1e-9).all()


@made
@given(seed=seeds, years=years, last=as_ofs, factor=st.sampled_from([1e-4, 0.37, 12.0, 1e6]))
def test_scaling_all_values_and_the_target_changes_nothing(new_catalogue, observations, seed, years, last, factor):
    months = history(seed, years, last)
    targets = promises(months, years, [*FLOORS, *CEILINGS])
    scaled = [{**target, "value": target["value"] * factor} for target in targets]
    as_of = Month(2025, last)
    one = foretell(new_catalogue, observations, targets, months, as_of, years)
    other = foretell(new_catalogue, observations, scaled, months * factor, as_of, years)
    assert list(one["method"]) == list(other["method"])
    assert other["probability"].to_numpy() == pytest.approx(one["probability"].to_numpy(), abs=1e-6, nan_ok=True)
    for column in INTERVALS:
        expected = one[column].to_numpy() * factor
        assert other[column].to_numpy() == pytest.approx(expected, rel=1e-6, abs=1e-7 * factor, nan_ok=True)


@made
@given(seed=seeds, years=years, last=as_ofs)
def test_intervals_are_nested_and_hold_the_forecast(new_catalogue, observations, seed, years, last):
    months = history(seed, years, last)
    found = foretell(
        new_catalogue, observations, promises(months, years, ["at_least"]), months, Month(2025, last), years
    )
    limits = found.loc[found["method"] != "", INTERVALS].to_numpy()
    assert np.isfinite(limits).all()
    assert (np.diff(limits, axis=1) >= -1e-9 * np.abs(limits[:, 1:])).all()


@made
@given(
    seed=seeds, years=st.integers(1, 7), last=as_ofs, end=st.sampled_from(["low_80", "high_80", "low_95", "high_95"])
)
def test_the_probability_is_that_of_the_interval(new_catalogue, observations, seed, years, last, end):
    months, as_of = history(seed, years, last), Month(2025, last)
    first = foretell(new_catalogue, observations, [{"kind": "flow", "value": 1.0}], months, as_of, years).iloc[0]
    target = {"kind": "flow", "value": first[end], "comparator": "at_least"}
    so_far = months[12 * years :].sum()
    if first["method"] != "smoothing" or first[end] <= so_far * (1 + 1e-9) or first[end] <= 0:
        return  # the interval ends in what is reached already
    expected = {"low_80": 0.9, "high_80": 0.1, "low_95": 0.975, "high_95": 0.025}[end]
    found = foretell(new_catalogue, observations, [target], months, as_of, years).iloc[0]
    assert found["probability"] == pytest.approx(expected, abs=1e-6)


@made
@given(seed=seeds, years=years)
def test_a_finished_year_is_certain(new_catalogue, observations, seed, years):
    months = history(seed, years, 12)
    targets = promises(months, years, [*FLOORS, *CEILINGS, "exactly"])
    found = foretell(new_catalogue, observations, targets, months, Month(2025, 12), years)
    assert found["probability"].isin([0.0, 1.0]).all()
    assert (found["low_95"] == found["high_95"]).all()


@made
@given(seed=seeds, years=years, last=as_ofs)
def test_months_after_the_as_of_month_change_nothing(new_catalogue, observations, seed, years, last):
    months = history(seed, years, 12)
    targets = promises(months, years, ["at_least"])
    whole = foretell(new_catalogue, observations, targets, months, Month(2025, last), years)
    cut = foretell(new_catalogue, observations, targets, months[: 12 * years + last], Month(2025, last), years)
    assert whole.equals(cut)


def test_every_comparator_has_its_range(new_catalogue):
    comparators = ["at_least", "more_than", "at_most", "less_than", "about", "positive", "exactly"]
    table = TargetTable.from_catalogue(
        new_catalogue([{"value": 100, "comparator": comparator} for comparator in comparators])
    )
    low, high = good_range(table)
    assert low == pytest.approx([100, 100, -np.inf, -np.inf, 98, 0, 98])
    assert high == pytest.approx([np.inf, np.inf, 100, 100, np.inf, np.inf, 102])
