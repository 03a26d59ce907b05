"""The rate that is needed, beside the best that ever was."""

from __future__ import annotations

import numpy as np
import pytest

from dagster_project.progress import Panel, TargetTable
from dagster_project.progress.forecast_runs import RUNS, best_runs
from validators.periods import Month


def months(year, values, name="figure_0"):
    """Years to date without January; the first value is the mean of January and February."""
    both = [values[0], *values]
    return {(name, f"{year}-{month:02d}"): float(sum(both[:month])) for month in range(2, len(both) + 1)}


@pytest.fixture
def compare(new_catalogue, observations):
    def compared(target, figures, as_of):
        catalogue = new_catalogue([target])
        table = TargetTable.from_catalogue(catalogue)
        frame = best_runs(table, Panel.from_observations(observations(catalogue, figures), table), as_of)
        assert list(frame.columns) == list(RUNS)
        return frame.iloc[0]

    return compared


HISTORY = {
    **months(2023, [30, 35, 40, 41, 42, 30, 30, 30, 30, 30, 36]),
    **months(2024, [20, 31, 31, 31, 31, 31, 31, 31, 31, 33, 41]),
}
SO_FAR = months(2025, [25, 25, 25, 25, 25, 25, 25, 25])  # to September


def test_a_need_beyond_every_quarter_was_never_achieved(compare):
    row = compare({"kind": "flow", "value": 225 + 3 * 52}, {**HISTORY, **SO_FAR}, Month(2025, 9))
    assert row["required_run_rate"] == pytest.approx(52)
    assert (row["best_quarter_rate"], row["best_quarter_end"]) == (pytest.approx(41), "2023-06")
    assert (row["best_month_rate"], row["best_month_end"]) == (pytest.approx(42), "2023-06")
    assert (row["best_same_months_rate"], row["best_same_months_end"]) == (pytest.approx(35), "2024-12")
    assert row["never_achieved"]


def test_a_need_that_a_quarter_reached_was_achieved(compare):
    row = compare({"kind": "flow", "value": 225 + 3 * 40}, {**HISTORY, **SO_FAR}, Month(2025, 9))
    assert not row["never_achieved"]


def test_under_a_ceiling_the_best_is_the_lowest(compare):
    ceiling = {"kind": "flow", "value": 225 + 3 * 15, "comparator": "at_most"}
    row = compare(ceiling, {**HISTORY, **SO_FAR}, Month(2025, 9))
    assert (row["best_month_rate"], row["best_quarter_rate"]) == (pytest.approx(20), pytest.approx(71 / 3))
    assert row["best_same_months_rate"] == pytest.approx(32)
    assert row["never_achieved"]


def test_later_months_are_not_looked_at(compare):
    figures = {**HISTORY, **months(2025, [25, 25, 25, 25, 25, 25, 25, 25, 99])}
    assert compare({"kind": "flow", "value": 400}, figures, Month(2025, 9))["best_month_rate"] == pytest.approx(42)


def test_values_are_in_the_unit_of_the_target(compare):
    target = {"kind": "flow", "value": 3_000_000, "unit": "万元", "indicator_unit": "亿元"}
    assert compare(target, {**HISTORY, **SO_FAR}, Month(2025, 9))["best_month_rate"] == pytest.approx(420_000)


def test_levels_have_no_runs(compare):
    row = compare({"kind": "ratio", "value": 3}, {("figure_0", "2025-05"): 2.0}, Month(2025, 5))
    assert np.isnan([row["best_month_rate"], row["best_quarter_rate"], row["best_same_months_rate"]]).all()
    assert not row["never_achieved"]
    assert row["best_month_end"] == ""
