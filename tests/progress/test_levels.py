"""Stocks, ratios, growth, ranks and durations; outcomes of the year's end; what happens after the due month."""

from __future__ import annotations

import numpy as np
import pytest


def light(judge, target, figures, as_of="2025-09"):
    return judge(target, figures, as_of)["light"]


@pytest.mark.parametrize(("growth", "expected"), [(5, "green"), (7, "green"), (4.1, "yellow"), (4, "red"), (-2, "red")])
def test_growth_is_on_pace_when_the_latest_figure_meets_it_and_yellow_within_one_point(judge, growth, expected):
    assert light(judge, {"kind": "growth", "value": 5}, {"2025-09": growth}) == expected


def test_a_growth_target_has_no_run_rate_and_expects_all_of_it_at_once(judge):
    row = judge({"kind": "growth", "value": 5}, {"2025-09": 4})
    assert (row["measure"], row["expected_ratio"], row["attainment_ratio"], row["gap_value"]) == ("yoy_ytd", 1, 0.8, 1)
    assert np.isnan(row["required_run_rate"])
    assert np.isnan(row["average_run_rate"])


def test_positive_growth_needs_more_than_zero_and_has_no_attainment(judge):
    target = {"kind": "growth", "value": 0, "comparator": "positive"}
    assert light(judge, target, {"2025-09": 0.1}) == "green"
    assert light(judge, target, {"2025-09": 0}) == "yellow"
    assert light(judge, target, {"2025-09": -0.9}) == "yellow"
    assert light(judge, target, {"2025-09": -1}) == "red"
    assert np.isnan(judge(target, {"2025-09": 0.1})["attainment_ratio"])


@pytest.mark.parametrize(("share", "expected"), [(90, "green"), (89, "yellow"), (81.1, "yellow"), (81, "red")])
def test_other_levels_are_yellow_within_ten_per_cent_of_the_value(judge, share, expected):
    assert light(judge, {"kind": "ratio", "value": 90}, {"2025-09": share}) == expected


@pytest.mark.parametrize(("minutes", "expected"), [(9.9, "green"), (10, "yellow"), (10.9, "yellow"), (11, "red")])
def test_a_duration_that_is_to_be_short_is_better_the_shorter(judge, minutes, expected):
    row = judge({"kind": "duration", "value": 10, "comparator": "less_than"}, {"2025-09": minutes})
    assert row["light"] == expected
    assert row["attainment_ratio"] == pytest.approx(10 / minutes)


def test_about_so_many_minutes_is_a_ceiling_with_tolerance(judge):
    target = {"kind": "duration", "value": 10, "comparator": "about", "tolerance": 0.1}
    assert light(judge, target, {"2025-09": 11}) == "green"
    assert light(judge, target, {"2025-09": 3}) == "green"
    assert light(judge, target, {"2025-09": 11.5}) == "yellow"


def test_about_growth_is_measured_from_its_lower_bound(judge):
    row = judge({"kind": "growth", "value": 10, "comparator": "about"}, {"2025-09": 9.0})
    assert row["expected_value"] == pytest.approx(9.8)
    assert (row["gap_value"], row["light"]) == (pytest.approx(0.8), "yellow")


def test_an_exact_level_is_missed_on_either_side(judge):
    target = {"kind": "stock", "value": 100, "comparator": "exactly"}
    assert light(judge, target, {"2025-09": 98}) == "green"
    assert light(judge, target, {"2025-09": 102}) == "green"
    assert light(judge, target, {"2025-09": 103}) == "yellow"
    assert light(judge, target, {"2025-09": 80}) == "red"


def test_a_level_is_met_only_by_the_due_month_itself_since_it_can_be_lost_again(judge):
    target = {"kind": "stock", "value": 100}
    assert light(judge, target, {"2025-11": 120}, "2025-11") == "green"
    assert light(judge, target, {"2025-11": 120, "2025-12": 100}, "2025-12") == "met"
    assert light(judge, target, {"2025-11": 120, "2025-12": 99}, "2025-12") == "missed"


def test_a_linear_pace_on_a_level_means_the_level(judge):
    assert judge({"kind": "stock", "value": 100, "pace": "linear"}, {"2025-09": 90})["expected_ratio"] == 1


def test_a_level_may_follow_a_schedule_from_its_first_planned_value(judge):
    target = {"kind": "stock", "value": 100, "pace": "schedule", "schedule": {"2025-03": 80, "2025-12": 100}}
    assert judge(target, {"2025-02": 79}, "2025-02")["expected_value"] == 80
    assert light(judge, target, {"2025-06": 87}, "2025-06") == "green"


def test_an_annual_figure_counts_as_december_and_keeps_its_own_period(judge):
    row = judge({"kind": "ratio", "value": 4}, {"2025": 4.1}, "2025-12")
    assert (row["period"], row["light"], row["months"]) == ("2025", "met", 12)
    assert light(judge, {"kind": "ratio", "value": 4}, {"2025": 4.1}, "2025-11") == "no_data"


def test_a_months_own_figure_wins_over_the_quarters_and_the_years(judge):
    row = judge({"kind": "stock", "value": 10}, {"2025-Q3": 8, "2025-09": 9, "2025-Q2": 7})
    assert (row["period"], row["actual_value"]) == ("2025-09", 9)
    assert judge({"kind": "stock", "value": 10}, {"2025-Q2": 7})["period"] == "2025-Q2"


def test_a_level_due_in_2027_is_followed_from_the_documents_year(judge):
    target = {"kind": "ratio", "value": 90, "due": "2027-12"}
    assert light(judge, target, {"2025-09": 91}) == "green"
    assert light(judge, target, {"2024-12": 91}) == "no_data"
    row = judge(target, {"2025-12": 91, "2026-06": 85}, "2026-08")
    assert (row["period"], row["light"], row["remaining_months"], row["lag_months"]) == ("2026-06", "yellow", 18, 2)


def test_what_is_known_once_a_year_is_awaiting_until_then(judge):
    rank = {"kind": "rank", "value": 3, "comparator": "rank_within", "pace": "year_end"}
    assert light(judge, rank, {}) == "awaiting"
    assert light(judge, rank, {}, "2026-05") == "awaiting"
    row = judge(rank, {"2025-06": 5})
    assert (row["light"], row["actual_value"]) == ("awaiting", 5)
    assert np.isnan(row["expected_ratio"])
    assert np.isnan(row["gap_value"])
    assert light(judge, rank, {"2025": 3}, "2025-12") == "met"
    assert light(judge, rank, {"2025": 4}, "2026-02") == "missed"


def test_a_yearly_figure_settles_a_year_end_target_that_was_due_earlier(judge):
    target = {"kind": "ratio", "value": 90, "pace": "year_end", "due": "2025-10"}
    assert light(judge, target, {"2025": 92}, "2025-12") == "met"
    assert light(judge, target, {"2025": 92}, "2025-11") == "awaiting"


def test_a_rank_that_is_published_during_the_year_is_judged_as_a_level(judge):
    rank = {"kind": "rank", "value": 10, "comparator": "rank_within"}
    assert light(judge, rank, {"2025-06": 10}) == "green"
    assert light(judge, rank, {"2025-06": 12}) == "red"


def test_after_the_due_month_its_own_figure_decides_for_good(judge):
    february = {"kind": "stock", "value": 100, "due": "2025-02"}
    assert light(judge, february, {"2025-02": 100, "2025-09": 10}) == "met"
    assert light(judge, february, {"2025-02": 99, "2025-09": 500}) == "missed"
    assert judge(february, {"2025-02": 99, "2025-09": 500})["period"] == "2025-02"


def test_until_the_due_figure_is_published_the_latest_is_judged(judge):
    target = {"kind": "count", "value": 120}
    row = judge(target, {"2025-11": 100}, "2026-01")
    assert (row["period"], row["light"], row["settled"]) == ("2025-11", "yellow", False)
    assert row["lag_months"] == 1
    assert "待2025年12月数据公布后定论" in row["reason_zh"]
    assert light(judge, target, {"2025-11": 100, "2025-12": 119}, "2026-01") == "missed"


def test_without_a_figure_there_is_no_light(judge):
    row = judge({"kind": "flow", "value": 100}, {})
    assert (row["light"], row["period"], row["origin"], row["remaining_months"]) == ("no_data", "", "", 3)
    assert np.isnan(row["actual_value"])


def test_a_city_figure_says_nothing_about_the_district(small_catalogue):
    import pandas as pd

    from dagster_project.progress import Panel, TargetTable, evaluate
    from validators.periods import Month

    frame = pd.DataFrame(
        [("new_high_tech_firms", "330300", "2025-09", "ytd", 400.0)],
        columns=["indicator", "region", "period", "measure", "value"],
    )
    targets = TargetTable.from_catalogue(small_catalogue)
    found = evaluate(targets, Panel.from_observations(frame, targets), Month(2025, 9)).set_index("target")
    assert found.loc["wenzhou-high-tech-firms", "actual_value"] == 400
    assert found.loc["longwan-high-tech-firms", "light"] == "no_data"
