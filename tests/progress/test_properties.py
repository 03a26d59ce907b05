"""What must hold whatever the figures: scale, unit, order of rows, and the direction of time."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.progress import Panel, TargetTable, evaluate
from validators.periods import Month

figures = st.dictionaries(
    st.integers(1, 12), st.floats(0, 300, allow_nan=False, width=32), min_size=1, max_size=12
)  # month of 2025 -> value
comparators = st.sampled_from(["at_least", "more_than", "at_most", "about", "exactly"])
kinds = st.sampled_from(["flow", "count", "stock", "ratio", "growth", "duration"])
as_ofs = st.integers(1, 12).map(lambda month: Month(2025, month))
NUMBERS = ["actual_value", "attainment_ratio", "expected_ratio", "gap_value", "required_run_rate", "seasonal_ratio"]


def keyed(by_month, factor=1.0):
    return {("figure_0", f"2025-{month:02d}"): value * factor for month, value in by_month.items()}


def judged(catalogue, frame, as_of):
    targets = TargetTable.from_catalogue(catalogue)
    return evaluate(targets, Panel.from_observations(frame, targets), as_of)


def same(one, other):
    return (
        list(one["light"]) == list(other["light"])
        and list(one["period"]) == list(other["period"])
        and all(np.allclose(one[name], other[name], equal_nan=True) for name in NUMBERS)
    )


@settings(deadline=None, max_examples=60)
@given(by_month=figures, kind=kinds, comparator=comparators, as_of=as_ofs)
def test_months_after_the_as_of_month_change_nothing(new_catalogue, observations, by_month, kind, comparator, as_of):
    catalogue = new_catalogue([{"kind": kind, "value": 100, "comparator": comparator}])
    earlier = {month: value for month, value in by_month.items() if month <= as_of.month}
    assert same(
        judged(catalogue, observations(catalogue, keyed(by_month)), as_of),
        judged(catalogue, observations(catalogue, keyed(earlier)), as_of),
    )


@settings(deadline=None, max_examples=60)
@given(by_month=figures, as_of=as_ofs, order=st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(new_catalogue, observations, by_month, as_of, order):
    targets = [{"kind": "flow", "value": 100}, {"kind": "growth", "value": 5}]
    catalogue = new_catalogue(targets)
    other = {("figure_1", period): value / 10 for (_, period), value in keyed(by_month).items()}
    months = {("figure_0", period, "month"): value / 12 for (_, period), value in keyed(by_month).items()}
    frame = observations(catalogue, {**keyed(by_month), **other, **months})
    rows = list(range(len(frame)))
    order.shuffle(rows)
    assert same(judged(catalogue, frame, as_of), judged(catalogue, frame.iloc[rows], as_of))


@settings(deadline=None, max_examples=60)
@given(by_month=figures, comparator=comparators, as_of=as_ofs)
def test_another_unit_gives_the_same_light(new_catalogue, observations, by_month, comparator, as_of):
    target = {"kind": "flow", "value": 100, "comparator": comparator, "unit": "亿元"}
    small = {**target, "value": 1_000_000, "unit": "万元", "indicator_unit": "亿元"}
    reported_small = {**target, "indicator_unit": "万元"}
    lights = []
    for one, factor in ((target, 1), (small, 1), (reported_small, 10_000)):
        catalogue = new_catalogue([one])
        found = judged(catalogue, observations(catalogue, keyed(by_month, factor)), as_of).iloc[0]
        lights.append(found["light"])
        assert np.isclose(
            found["attainment_ratio"] * 100, found["actual_value"] / found["target_value"] * 100, equal_nan=True
        )
    assert len(set(lights)) == 1


@settings(deadline=None, max_examples=60)
@given(by_month=figures, kind=kinds, factor=st.floats(0.01, 100), as_of=as_ofs)
def test_attainment_scales_with_the_figure(new_catalogue, observations, by_month, kind, factor, as_of):
    catalogue = new_catalogue([{"kind": kind, "value": 100}])
    once = judged(catalogue, observations(catalogue, keyed(by_month)), as_of).iloc[0]
    more = judged(catalogue, observations(catalogue, keyed(by_month, factor)), as_of).iloc[0]
    assert np.isclose(once["attainment_ratio"] * factor, more["attainment_ratio"], equal_nan=True)


@settings(deadline=None, max_examples=60)
@given(by_month=figures, kind=kinds, as_of=as_ofs, share=st.floats(0.1, 1))
def test_a_larger_figure_never_gives_a_floor_a_worse_light(new_catalogue, observations, by_month, kind, as_of, share):
    order = ["missed", "red", "yellow", "green", "met"]
    catalogue = new_catalogue([{"kind": kind, "value": 100}])
    more = judged(catalogue, observations(catalogue, keyed(by_month)), as_of).iloc[0]
    less = judged(catalogue, observations(catalogue, keyed(by_month, share)), as_of).iloc[0]
    if more["light"] in order:
        assert order.index(less["light"]) <= order.index(more["light"])


@settings(deadline=None, max_examples=30)
@given(by_month=figures, as_of=as_ofs, seed=st.integers(0, 1000))
def test_the_order_of_targets_does_not_matter(small_catalogue, by_month, as_of, seed):
    table = TargetTable.from_catalogue(small_catalogue)
    indicators = list(small_catalogue.indicators)
    rows = [
        (indicator, "330303", f"2025-{month:02d}", measure, value + number)
        for number, indicator in enumerate(indicators)
        for month, value in by_month.items()
        for measure in ("ytd", "yoy_ytd", "level")
    ]
    frame = pd.DataFrame(rows, columns=["indicator", "region", "period", "measure", "value"])
    panel = Panel.from_observations(frame, table)
    shuffled = np.random.default_rng(seed).permutation(len(table))
    whole = evaluate(table, panel, as_of)
    part = evaluate(table.take(shuffled), panel, as_of)
    pd.testing.assert_frame_equal(whole.iloc[shuffled].reset_index(drop=True), part, check_categorical=False)
