"""How large a revision usually is, and that the interval knows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.progress import Panel, TargetTable
from dagster_project.progress.forecast import forecast
from dagster_project.progress.revisions import DOUBT, USUAL, Revisions
from validators.columns import OBSERVATION_KEY
from validators.periods import Month

KEY = list(OBSERVATION_KEY)
MAY = Month(2025, 5)
LIMITS = ["low_95", "low_80", "high_80", "high_95"]


def believed(series, *, late=0, status="preliminary"):
    """STORED-like rows of {name: {period: value}}, each known from the 20th of the month after (or `late` months
    later)."""
    rows = [
        (name, "330303", period, "ytd", float(value), "亿元", status, came(period, late))
        for name, figures in series.items()
        for period, value in figures.items()
    ]
    return pd.DataFrame(rows, columns=[*KEY, "value", "unit", "status", "known_from"]).astype(dict.fromkeys(KEY, "str"))


def came(period, late):
    after = Month.from_ordinal(Month(int(period[:4]), int(period[5:7])).ordinal + 1 + late)
    return pd.Timestamp(year=after.year, month=after.month, day=20, tz="UTC")


def firsts(frame, values):
    """What was first said, {(name, period): value}."""
    rows = [
        (name, "330303", period, "ytd", float(value), "亿元", came(period, 0))
        for (name, period), value in values.items()
    ]
    empty = frame.iloc[:0][[*KEY, "value", "unit", "known_from"]]
    return pd.DataFrame(rows, columns=list(empty.columns)).astype(empty.dtypes.to_dict()) if rows else empty


def year(first=2023, last=5, size=10.0):
    """Years to date from a first year to 2025, without Januaries."""
    return {
        f"{number}-{month:02d}": size * month * 1.03 ** (number - first)
        for number in range(first, 2026)
        for month in range(2, 13 if number < 2025 else last + 1)
    }


@pytest.fixture
def table(new_catalogue):
    return TargetTable.from_catalogue(new_catalogue([{"kind": "flow", "value": 130} for _ in range(2)]))


def usual(table, frame, first, as_of=MAY):
    found = Revisions.of(frame, first).usual(table, Panel.from_observations(frame, table), as_of)
    assert list(found.columns) == list(USUAL)
    return found


def test_the_usual_revision_is_the_mean_of_all_pairs_drawn_towards_that_of_all_series(table):
    frame = believed({"figure_0": {"2025-02": 20, "2025-03": 30, "2025-04": 40}, "figure_1": {"2025-03": 30}})
    found = usual(table, frame, firsts(frame, {("figure_0", "2025-02"): 19}))
    # February came as 19 and is 20: a twentieth of the larger. March stands as it came; April is the newest.
    assert found["own_size"].iloc[0] == pytest.approx(0.05 / 2)
    assert found["own_pairs"].tolist() == [2, 0]
    assert found["pool_pairs"].tolist() == [2, 2]
    first = (2 * 0.025 + DOUBT * 0.025) / (2 + DOUBT)
    assert found["revision"].tolist() == pytest.approx([40 * first, 30 * 0.025])


def test_what_was_handed_in_years_later_tells_nothing(table):
    frame = believed({"figure_0": year()}, late=12)
    found = usual(table, frame, firsts(frame, {}))
    assert found["pool_pairs"].tolist() == [0, 0]
    assert found["revision"].tolist() == [0, 0]


def test_a_figure_that_changed_its_unit_is_no_revision(table):
    frame = believed({"figure_0": year()})
    first = firsts(frame, {("figure_0", "2025-03"): 300_000}).assign(unit="万元")
    assert usual(table, frame, first)["revision"].tolist() == [0, 0]


def test_a_final_figure_is_not_expected_to_be_revised(table):
    first = {("figure_0", "2025-03"): 25}
    for status, expected in (("preliminary", True), ("final", False)):
        frame = believed({"figure_0": year()}, status=status)
        assert bool(usual(table, frame, firsts(frame, first))["revision"].iloc[0]) is expected


def test_growth_is_revised_by_points(new_catalogue):
    table = TargetTable.from_catalogue(new_catalogue([{"kind": "growth", "value": 5}]))
    frame = believed({"figure_0": {"2025-02": 5.0, "2025-03": -0.5, "2025-04": 4.0}}).assign(measure="yoy_ytd")
    first = firsts(frame, {("figure_0", "2025-03"): 0.5}).assign(measure="yoy_ytd")
    assert usual(table, frame, first)["revision"].tolist() == pytest.approx([0.5])


@settings(deadline=None, max_examples=15)
@given(seed=st.integers(0, 10**6), share=st.floats(0.001, 0.5), more=st.floats(1.0, 10.0))
def test_larger_revisions_never_narrow_an_interval_and_none_leave_it(new_catalogue, seed, share, more):
    random = np.random.default_rng(seed)
    table = TargetTable.from_catalogue(new_catalogue([{"kind": "flow", "value": 130}]))
    months = {period: value * random.uniform(0.9, 1.1) for period, value in year(2020).items()}
    frame = believed({"figure_0": months})
    panel = Panel.from_observations(frame, table)
    changed = ("figure_0", "2025-03")

    def told(first):
        revision = usual(table, frame, firsts(frame, first))["revision"].to_numpy() / table.factor
        return forecast(table, panel, MAY, revision=revision).iloc[0]

    none, little, much = (
        told(first)
        for first in ({}, {changed: months["2025-03"] * (1 - share / more)}, {changed: months["2025-03"] * (1 - share)})
    )
    assert none.equals(forecast(table, panel, MAY).iloc[0])
    for wider, narrower in ((little, none), (much, little)):
        assert wider["forecast_value"] == narrower["forecast_value"]
        assert (wider[LIMITS[:2]].to_numpy() <= narrower[LIMITS[:2]].to_numpy()).all()
        assert (wider[LIMITS[2:]].to_numpy() >= narrower[LIMITS[2:]].to_numpy()).all()


def test_a_finished_year_is_certain_even_if_its_december_is_preliminary(table):
    # A later revision is another panel, and is judged when it comes.
    months = year(last=12)
    frame = believed({"figure_0": months, "figure_1": months})
    found = usual(table, frame, firsts(frame, {("figure_0", "2025-10"): 50}), Month(2025, 12))
    panel = Panel.from_observations(frame, table)
    row = forecast(table, panel, Month(2025, 12), revision=found["revision"].to_numpy()).iloc[0]
    assert row["low_95"] == row["high_95"]
    assert row["probability"] in (0.0, 1.0)
