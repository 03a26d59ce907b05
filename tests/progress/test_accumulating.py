"""Flows and counts: linear pace, schedule, ceilings, budgets, run rates, season."""

from __future__ import annotations

import numpy as np
import pytest

EXPORTS = {"kind": "flow", "value": 450}
FIRMS = {"kind": "count", "value": 120}


def test_nine_months_should_have_brought_three_quarters_of_the_year(judge):
    row = judge(EXPORTS, {"2025-09": 298.1})
    assert row["expected_ratio"] == 0.75
    assert row["attainment_ratio"] == pytest.approx(298.1 / 450)
    assert row["pace_ratio"] == pytest.approx(298.1 / 337.5)
    assert row["expected_value"] == pytest.approx(337.5)
    assert row["gap_value"] == pytest.approx(39.4)
    assert row["gap_points"] == pytest.approx(75 - 100 * 298.1 / 450)
    assert row["light"] == "yellow"


def test_required_run_rate_shares_what_is_missing_among_the_months_left(judge):
    row = judge(EXPORTS, {"2025-09": 298.1})
    assert row["remaining_months"] == 3
    assert row["required_run_rate"] == pytest.approx(151.9 / 3)
    assert row["average_run_rate"] == pytest.approx(298.1 / 9)


@pytest.mark.parametrize(
    ("firms", "light"),
    [(90, "green"), (89, "yellow"), (78.01, "yellow"), (78, "red"), (40, "red"), (120, "met"), (131, "met")],
)
def test_a_count_is_green_on_pace_yellow_within_ten_points_and_red_from_ten_points(judge, firms, light):
    assert judge(FIRMS, {"2025-09": firms})["light"] == light


def test_a_target_may_have_a_yellow_band_of_its_own(judge):
    assert judge({**FIRMS, "band": 5}, {"2025-09": 84.1})["light"] == "yellow"
    assert judge({**FIRMS, "band": 5}, {"2025-09": 84})["light"] == "red"


def test_late_data_is_judged_by_the_month_it_is_for(judge):
    row = judge(FIRMS, {"2025-06": 60}, as_of="2025-09")
    assert (row["period"], row["months"], row["lag_months"]) == ("2025-06", 6, 3)
    assert (row["expected_ratio"], row["light"], row["remaining_months"]) == (0.5, "green", 6)


def test_later_months_and_other_years_are_not_looked_at(judge):
    row = judge(FIRMS, {"2024-12": 500, "2025-08": 70, "2025-10": 119, "2026-01": 300}, as_of="2025-09")
    assert (row["period"], row["actual_value"]) == ("2025-08", 70)


def test_a_target_due_in_june_should_be_half_reached_by_march(judge):
    row = judge({**FIRMS, "due": "2025-06"}, {"2025-03": 61})
    assert (row["expected_ratio"], row["remaining_months"], row["light"]) == (0.5, 3, "green")


def test_more_than_is_not_met_by_the_very_value(judge):
    assert judge({**FIRMS, "comparator": "more_than"}, {"2025-09": 120})["light"] == "green"
    assert judge({**FIRMS, "comparator": "more_than"}, {"2025-09": 121})["light"] == "met"
    assert judge({**FIRMS, "comparator": "more_than"}, {"2025-12": 120}, as_of="2025-12")["light"] == "missed"


def test_about_is_met_at_its_lower_bound_and_beyond_its_upper(judge):
    about = {"kind": "flow", "value": 80, "comparator": "about"}
    assert judge(about, {"2025-11": 78.4}, as_of="2025-11")["light"] == "met"
    assert judge(about, {"2025-11": 78.3}, as_of="2025-11")["light"] == "green"
    assert judge(about, {"2025-11": 99}, as_of="2025-11")["light"] == "met"
    assert judge({**about, "tolerance": 0.1}, {"2025-11": 72}, as_of="2025-11")["light"] == "met"


@pytest.mark.parametrize(
    ("spent", "light"),
    [(75, "green"), (70, "yellow"), (65, "red"), (97.9, "green"), (98, "met"), (102, "met"), (102.1, "red")],
)
def test_a_budget_is_met_when_executed_and_red_when_overspent(judge, spent, light):
    assert judge({"kind": "flow", "value": 100, "comparator": "exactly"}, {"2025-09": spent})["light"] == light


def test_a_budget_that_is_overspent_says_by_how_much_beyond_its_tolerance(judge):
    row = judge({"kind": "flow", "value": 100, "comparator": "exactly"}, {"2025-09": 105})
    assert row["gap_value"] == pytest.approx(3)
    assert row["required_run_rate"] == 0


@pytest.mark.parametrize(
    ("used", "light"), [(75, "green"), (30, "green"), (80, "yellow"), (85, "red"), (100, "red"), (101, "red")]
)
def test_a_ceiling_is_green_while_no_more_is_used_up_than_the_pace_allows(judge, used, light):
    assert judge({"kind": "flow", "value": 100, "comparator": "at_most"}, {"2025-09": used})["light"] == light


def test_a_ceiling_is_met_only_by_the_whole_year(judge):
    ceiling = {"kind": "flow", "value": 100, "comparator": "at_most"}
    assert judge(ceiling, {"2025-12": 100}, as_of="2025-12")["light"] == "met"
    assert judge({**ceiling, "comparator": "less_than"}, {"2025-12": 100}, as_of="2025-12")["light"] == "missed"


def test_the_pace_ratio_of_a_ceiling_is_turned_over_so_that_one_or_more_is_on_pace(judge):
    assert judge({"kind": "flow", "value": 100, "comparator": "at_most"}, {"2025-09": 60})["pace_ratio"] == 1.25


def test_a_schedule_is_followed_month_by_month_between_its_points(judge):
    plan = {**FIRMS, "pace": "schedule", "schedule": {"2025-03": 0, "2025-06": 60, "2025-12": 120}}
    row = judge(plan, {"2025-05": 41}, as_of="2025-05")
    assert row["expected_value"] == pytest.approx(40)
    assert row["expected_ratio"] == pytest.approx(40 / 120)
    assert row["light"] == "green"
    assert judge(plan, {"2025-09": 85})["expected_value"] == pytest.approx(90)
    assert judge(plan, {"2025-02": 0}, as_of="2025-02")["light"] == "green"


def test_a_schedule_that_stops_early_ends_in_the_target_when_it_is_due(judge):
    plan = {**FIRMS, "pace": "schedule", "schedule": {"2025-06": 60}}
    assert judge(plan, {"2025-09": 85})["expected_value"] == pytest.approx(90)


def test_a_flow_with_an_empty_schedule_falls_back_on_the_linear_pace(judge):
    assert judge({**FIRMS, "pace": "schedule"}, {"2025-09": 90})["expected_ratio"] == 0.75


def test_the_seasonal_share_is_the_mean_of_up_to_three_earlier_years(judge):
    history = {
        "2021-09": 1, "2021-12": 100,
        "2022-09": 60, "2022-12": 100,
        "2023-09": 140, "2023-12": 200,
        "2024-09": 45, "2024-12": 50,
    }  # fmt: skip
    row = judge(EXPORTS, {**history, "2025-09": 300})
    assert row["seasonal_ratio"] == pytest.approx((0.6 + 0.7 + 0.9) / 3)


def test_a_year_without_its_december_tells_nothing_about_the_season(judge):
    row = judge(EXPORTS, {"2023-09": 60, "2024-09": 60, "2024-12": 100, "2025-09": 300})
    assert row["seasonal_ratio"] == pytest.approx(0.6)
    assert np.isnan(judge(EXPORTS, {"2024-09": 60, "2025-09": 300})["seasonal_ratio"])


def test_a_figure_in_another_unit_is_converted_before_it_is_judged(judge):
    row = judge({"kind": "flow", "value": 20000, "unit": "万元", "indicator_unit": "亿元"}, {"2025-09": 1.5})
    assert (row["actual_value"], row["light"]) == (15000, "green")


def test_a_flow_due_in_a_later_year_waits_for_that_year(judge):
    later = {**FIRMS, "due": "2027-12"}
    assert judge(later, {"2025-09": 90})["light"] == "awaiting"
    assert judge(later, {"2025-12": 90, "2027-03": 30}, as_of="2027-03")["light"] == "green"
