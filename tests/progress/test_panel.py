"""From a long frame to figures by series and month."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dagster_project.progress import Panel, TargetTable

MONTH = "month"
FLOW = {"kind": "flow", "value": 120}


def test_published_years_to_date_win_over_the_sum_of_months(judge):
    row = judge(FLOW, {("2025-02", MONTH): 10, ("2025-03", MONTH): 10, "2025-03": 25})
    assert (row["actual_value"], row["origin"]) == (25, "published")


def test_months_are_added_up_where_no_year_to_date_is_published(judge):
    figures = {("2025-01", MONTH): 8, ("2025-02", MONTH): 7, ("2025-03", MONTH): 10}
    row = judge(FLOW, figures, "2025-03")
    assert (row["actual_value"], row["origin"], row["status"]) == (25, "cumulated", "final")


def test_february_stands_for_both_months_where_january_is_not_published_by_itself(judge):
    assert judge(FLOW, {("2025-02", MONTH): 15, ("2025-03", MONTH): 10})["actual_value"] == 25


def test_a_missing_january_is_a_gap_where_january_is_published_by_itself(judge):
    row = judge({**FLOW, "january": True}, {("2025-02", MONTH): 15, ("2025-03", MONTH): 10})
    assert row["light"] == "no_data"


def test_after_a_missing_month_nothing_is_added_up_until_a_year_to_date_is_published_again(judge):
    months = {("2025-02", MONTH): 15, ("2025-04", MONTH): 10, ("2025-05", MONTH): 10}
    assert judge(FLOW, months)["period"] == "2025-02"
    assert judge(FLOW, {**months, "2025-04": 40})["actual_value"] == 50


def test_each_year_begins_from_zero(judge):
    row = judge(FLOW, {"2024-12": 100, ("2025-02", MONTH): 15})
    assert row["actual_value"] == 15


def test_growth_columns_of_a_flow_are_not_mistaken_for_its_level(judge):
    assert judge(FLOW, {("2025-09", "yoy_ytd"): 110, ("2025-09", "level"): 110})["light"] == "no_data"


def test_the_growth_of_the_month_does_not_stand_in_for_that_of_the_year_to_date(judge):
    assert judge({"kind": "growth", "value": 5}, {("2025-09", "yoy_month"): 9})["light"] == "no_data"


RATIO = {
    "kind": "ratio",
    "value": 4.1,
    "comparator": "about",
    "numerator": "spent",
    "denominator": "gdp",
    "id": "ratio",
}


def with_parts(new_catalogue, spent_unit="万元"):
    part = {"name": {"zh": "部分", "en": "Part"}, "kind": "flow", "dataset": "monthly"}
    return new_catalogue([RATIO], indicators={"spent": {**part, "unit": spent_unit}, "gdp": {**part, "unit": "亿元"}})


def test_an_unpublished_ratio_is_derived_from_its_parts_in_one_unit_and_said_to_be(new_catalogue, judge_all):
    figures = {("spent", "2025"): 420_000, ("gdp", "2025"): 1000}
    row = judge_all(with_parts(new_catalogue), figures, "2025-12").iloc[0]
    assert (row["actual_value"], row["origin"], row["period"]) == (pytest.approx(4.2), "derived", "2025")
    assert row["light"] == "met"
    assert "由分子、分母推算" in row["reason_zh"]
    assert "derived" in row["reason_en"]


def test_a_published_ratio_is_never_replaced_by_a_derived_one(new_catalogue, judge_all):
    figures = {("spent", "2025"): 420_000, ("gdp", "2025"): 1000, ("figure_0", "2025"): 3.9}
    assert judge_all(with_parts(new_catalogue), figures, "2025-12").iloc[0]["actual_value"] == 3.9


@pytest.mark.parametrize("figures", [{("spent", "2025"): 5}, {("spent", "2025-09"): 5, ("gdp", "2025"): 9}])
def test_a_ratio_needs_both_parts_of_the_same_month(new_catalogue, judge_all, figures):
    assert judge_all(with_parts(new_catalogue), figures, "2025-12").iloc[0]["light"] == "no_data"


def test_a_denominator_of_zero_gives_no_ratio(new_catalogue, judge_all):
    figures = {("spent", "2025"): 5, ("gdp", "2025"): 0}
    assert judge_all(with_parts(new_catalogue), figures, "2025-12").iloc[0]["light"] == "no_data"


def test_parts_of_different_dimensions_are_not_divided(new_catalogue, judge_all):
    figures = {("spent", "2025"): 5, ("gdp", "2025"): 100}
    assert judge_all(with_parts(new_catalogue, "家"), figures, "2025-12").iloc[0]["light"] == "no_data"


def test_two_figures_for_one_key_are_refused(new_catalogue, observations):
    catalogue = new_catalogue([FLOW])
    frame = observations(catalogue, {("figure_0", "2025-09"): 5})
    with pytest.raises(ValueError, match="repeat the key"):
        Panel.from_observations(pd.concat([frame, frame]), TargetTable.from_catalogue(catalogue))


def test_an_empty_cell_in_a_key_is_refused(new_catalogue, observations):
    catalogue = new_catalogue([FLOW])
    frame = observations(catalogue, {("figure_0", "2025-09"): 5, ("figure_0", "2025-08"): 4})
    frame.loc[1, "region"] = None
    with pytest.raises(ValueError, match="region"):
        Panel.from_observations(frame, TargetTable.from_catalogue(catalogue))


def test_figures_nobody_needs_are_left_out(new_catalogue, observations):
    catalogue = new_catalogue([FLOW])
    frame = observations(catalogue, {("figure_0", "2025-09"): 5, ("figure_0", "1999-12"): 4})
    stranger = frame.assign(indicator="unknown_figure")
    elsewhere = frame.assign(region="330300")
    panel = Panel.from_observations(pd.concat([frame, stranger, elsewhere]), TargetTable.from_catalogue(catalogue))
    assert panel.figures.shape == (1, 156)  # one series; twelve years of history and the year itself
    assert np.count_nonzero(np.isfinite(panel.figures)) == 1


def test_codes_of_categoricals_and_plain_words_give_the_same_panel(new_catalogue, observations):
    catalogue = new_catalogue([FLOW, {"kind": "growth", "value": 5}])
    frame = observations(
        catalogue, {("figure_0", "2025-09"): 5, ("figure_1", "2025-08"): 4, ("figure_0", "2024-12"): 9}
    )
    coded = frame.astype(dict.fromkeys(["indicator", "region", "period", "measure", "status"], "category"))
    targets = TargetTable.from_catalogue(catalogue)
    plain, other = Panel.from_observations(frame, targets), Panel.from_observations(coded, targets)
    assert np.array_equal(plain.figures, other.figures, equal_nan=True)
    assert np.array_equal(plain.marks, other.marks)


def test_a_density_is_the_quotient_in_the_units_of_its_parts(new_catalogue, judge_all):
    places = {"name": {"zh": "每千名托位", "en": "Places per thousand"}, "dimension": "density"}
    people = {"name": {"zh": "千人", "en": "thousand people"}, "dimension": "person", "factor": 1000}
    unit = {"name": {"zh": "个", "en": "items"}, "dimension": "item"}
    part = {"name": {"zh": "部分", "en": "Part"}, "kind": "stock", "dataset": "monthly"}
    catalogue = new_catalogue(
        [{**RATIO, "value": 5, "unit": "个/千名", "comparator": "at_least"}],
        indicators={"spent": {**part, "unit": "个"}, "gdp": {**part, "unit": "千人"}},
        more_units={"个/千名": places, "千人": people, "个": unit},
    )
    row = judge_all(catalogue, {("spent", "2025-09"): 600, ("gdp", "2025-09"): 120}).iloc[0]
    assert (row["actual_value"], row["origin"], row["light"]) == (5, "derived", "green")
