from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from validators.catalogue import Catalogue
from validators.findings import Finding, Severity
from validators.history import check

MONTHS = range(3, 13)
GROWTH = "goods_exports_growth"


@pytest.fixture(scope="session")
def history(small_catalogue: Catalogue, frame: Any, stored: Any) -> Any:
    """The findings on new figures, given what is stored."""

    def run(new: list[dict[str, Any]], before: list[dict[str, Any]]) -> list[Finding]:
        return check(frame(*new), stored(before), small_catalogue)

    return run


def months(figure: Any, year: int, values: list[float], indicator: str = "goods_exports") -> list[dict[str, Any]]:
    """March and the months after it."""
    return [figure(f"{year}-{3 + at:02d}", "month", value, indicator) for at, value in enumerate(values)]


def test_ten_thousand_yuan_typed_as_a_hundred_million_is_called_by_its_name(history: Any, figure: Any) -> None:
    (finding,) = history([figure("2025-06", "month", 381200.0)], months(figure, 2025, [38.12, 38.0, 38.2]))
    assert finding.severity is Severity.ERROR
    assert finding.rule == "unit_slip"
    assert finding.zh.startswith("外贸!D14 货物贸易出口 381200 约为平常 38.12 的 10000 倍——是否把万元当作亿元填写？")
    assert finding.en.startswith(
        "外贸!D14 Exports of goods: 381200 is about 10000 times the usual 38.12 — typed in 万元 instead of 亿元?"
    )
    assert (finding.place, finding.indicator, finding.period) == ("外贸!D14", "goods_exports", "2025-06")
    assert (finding.found, finding.expected) == ("381200", "≈ 38.12亿元")


@pytest.mark.parametrize(
    ("value", "zh"),
    [
        (38.0e8, "3800000000 约为平常 38 的 100000000 倍——是否把元当作亿元填写？"),
        (38.0e3, "38000 约为平常 38 的 1000 倍——是否把万元当作亿元填写？"),
        (38.0e5, "3800000 约为平常 38 的 100000 倍——是否把万元当作亿元填写？"),
        (0.0038, "0.0038 约为平常 38 的 10000 分之一——是否把亿元当作万元填写？"),
    ],
)
def test_other_powers_of_ten_are_named_as_they_are(history: Any, figure: Any, value: float, zh: str) -> None:
    (finding,) = history([figure("2025-06", "month", value)], months(figure, 2025, [38.0, 37.0, 39.0]))
    assert finding.rule == "unit_slip"
    assert zh in finding.zh


def test_an_amount_in_wan_yuan_is_asked_whether_it_is_in_yi_yuan(history: Any, figure: Any) -> None:
    before = [figure(f"2025-{m:02d}", "month", 240.0, "talent_budget") for m in (1, 2, 3)]
    (finding,) = history([figure("2025-04", "month", 0.024, "talent_budget")], before)
    assert "0.024 约为平常 240 的 10000 分之一——是否把亿元当作万元填写？" in finding.zh


def test_a_stock_in_persons_is_asked_whether_ten_thousands_were_meant(history: Any, figure: Any) -> None:
    (finding,) = history(
        [figure("2025-04", "level", 73100.0, "skilled_talent")], [figure("2025-03", "level", 7.3, "skilled_talent")]
    )
    assert "是否把人当作万人填写？" in finding.zh


def test_a_year_to_date_is_held_against_the_same_month_of_other_years(history: Any, figure: Any) -> None:
    before = [figure(f"{year}-03", "ytd", value) for year, value in ((2023, 90.0), (2024, 96.0))]
    before += [figure("2024-12", "ytd", 430.0)]
    (finding,) = history([figure("2025-03", "ytd", 984000.0)], before)
    assert finding.expected == "≈ 93亿元"


def test_a_year_to_date_without_such_a_month_is_scaled_by_the_number_of_months(history: Any, figure: Any) -> None:
    (finding,) = history([figure("2025-02", "ytd", 612000.0)], [figure("2024-12", "ytd", 420.0)])
    assert finding.expected == "≈ 70亿元"


def test_a_month_is_held_against_years_to_date_where_there_is_nothing_else(history: Any, figure: Any) -> None:
    (finding,) = history([figure("2025-03", "month", 381200.0)], [figure("2024-12", "ytd", 420.0)])
    assert finding.expected == "≈ 35亿元"


def test_one_slip_in_a_first_upload_stands_out_from_its_siblings(history: Any, figure: Any) -> None:
    (finding,) = history(months(figure, 2025, [38.0, 37.0, 390000.0, 36.0, 40.0]), [])
    assert finding.rule == "unit_slip"
    assert finding.period == "2025-05"


def test_seasons_growth_and_a_first_figure_are_no_slip(history: Any, figure: Any) -> None:
    calm = months(figure, 2024, [38.0, 37.0, 12.0, 36.0])
    assert not history([figure("2025-03", "month", 180.0), figure("2025-03", "ytd", 200.0)], calm)
    assert not history([figure("2025-03", "ytd", 0.0)], [figure("2024-03", "ytd", 90.0)])
    assert not history([figure("2025-03", "ytd", 381200.0)], [])
    assert not history([figure("2025-03", "ytd", 381200.0)], [figure("2024-03", "ytd", 0.0)])


def test_a_lumpy_series_may_jump_as_it_has_jumped_before(history: Any, figure: Any) -> None:
    lumpy = months(figure, 2024, [0.02, 0.01, 45.0, 0.03, 0.02])
    assert not history([figure("2025-03", "month", 50.0)], lumpy)


def test_one_earlier_figure_is_too_little_to_call_the_next_one_too_small(history: Any, figure: Any) -> None:
    assert not history([figure("2025-04", "month", 0.0038)], [figure("2025-03", "month", 38.0)])


def test_a_corrected_slip_is_not_held_against_itself(history: Any, figure: Any) -> None:
    wrong = [figure("2025-03", "ytd", 984000.0), figure("2025-03", "month", 381200.0)]
    right = [figure("2025-03", "ytd", 98.4, status="revised"), figure("2025-03", "month", 38.12, status="revised")]
    assert not history(right, wrong)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.floats(10.0, 100.0), min_size=3, max_size=10),
    st.floats(10.0, 100.0),
    st.sampled_from(["month", "ytd"]),
)
def test_a_figure_times_ten_thousand_is_always_called_a_slip(
    history: Any, figure: Any, before: list[float], value: float, measure: str
) -> None:
    known = [figure(f"2024-{m + 1:02d}", measure, v * (m if measure == "ytd" else 1)) for m, v in enumerate(before, 1)]
    months_of_ytd = 6 if measure == "ytd" else 1
    new = round(value * months_of_ytd, 1)
    assert [f.rule for f in history([figure("2025-06", measure, new * 1e4)], known)] == ["unit_slip"]
    assert not history([figure("2025-06", measure, new)], known)


# Per cent typed as a fraction


def growths(figure: Any, values: list[float], year: int = 2024) -> list[dict[str, Any]]:
    return [figure(f"{year}-{m:02d}", "yoy_ytd", value, GROWTH) for m, value in enumerate(values, 2)]


def test_a_fraction_is_told_by_the_indicators_own_history(history: Any, figure: Any) -> None:
    (finding,) = history([figure("2025-02", "yoy_ytd", 0.052, GROWTH)], growths(figure, [5.1, 4.8, 6.0, 5.5]))
    assert finding.severity is Severity.WARNING
    assert finding.rule == "percent_as_fraction"
    assert "0.052，而历史上约为 5.3，疑似把百分数写成了小数——如指 5.2%，请填写 5.2" in finding.zh
    assert "If 5.2% is meant, enter 5.2" in finding.en
    assert finding.expected == "5.2?"


@pytest.mark.parametrize(
    ("value", "before"),
    [
        (0.5, [5.1, 4.8, 6.0, 5.5]),  # half a per cent: times 100 it would be 50 %
        (0.052, [0.3, -0.2, 0.5, 0.1]),  # small growth is usual here
        (0.052, [5.1, 4.8, 6.0]),  # three figures are no history
        (0.0, [5.1, 4.8, 6.0, 5.5]),
        (0.2, [25.1, 17.8, 20.0, 23.5]),  # with one decimal as always: a fraction would show two or three
        (5.2, [5.1, 4.8, 6.0, 5.5]),
        (0.4, [30.0, -25.0, 12.0, -40.0]),  # swings through zero
    ],
)
def test_real_growth_near_zero_is_left_alone(history: Any, figure: Any, value: float, before: list[float]) -> None:
    assert not history([figure("2025-02", "yoy_ytd", value, GROWTH)], growths(figure, before))


def test_a_fraction_that_might_be_real_is_called_beside_one_that_is_not(history: Any, figure: Any) -> None:
    online = "online_retail_sales_growth"  # often near zero
    before = [figure(f"2024-{m:02d}", "yoy_ytd", value, online) for m, value in enumerate([6.0, -1.0, 3.0, 0.5], 2)]
    doubtful, clear = figure("2025-02", "yoy_ytd", 0.031, online), figure("2025-02", "yoy_ytd", 0.052, GROWTH)
    assert not history([doubtful], before)
    both = history([doubtful, clear], before + growths(figure, [5.1, 4.8, 6.0, 5.5]))
    assert {(finding.rule, finding.expected) for finding in both} == {
        ("percent_as_fraction", "3.1?"),
        ("percent_as_fraction", "5.2?"),
    }


def test_an_upload_full_of_fractions_is_one_finding(history: Any, figure: Any) -> None:
    new = growths(figure, [0.051, -0.012, 0.06, 0.055, 0.0], 2025)
    (finding,) = history([{**row, "cell": f"F{at + 4}"} for at, row in enumerate(new)], [])
    assert finding.rule == "percent_as_fraction"
    assert finding.place == "外贸!F4"
    assert "共4个增速都不到 0.5" in finding.zh
    assert "all 4 growth figures" in finding.en


def test_one_ordinary_growth_clears_the_others(history: Any, figure: Any) -> None:
    assert not history(growths(figure, [0.3, -0.2, 0.1, 0.4, 2.6], 2025), [])
    assert not history(growths(figure, [0.3, -0.2, 0.1], 2025), [])


def test_a_ratio_typed_as_a_fraction_is_told_by_its_last_value(history: Any, figure: Any) -> None:
    share = "talent_firm_share"
    (finding,) = history([figure("2025-04", "level", 0.52, share)], [figure("2025-03", "level", 51.0, share)])
    assert finding.rule == "percent_as_fraction"
    assert "请填写 52" in finding.zh
    assert not history([figure("2025-04", "level", 0.52, share)], [figure("2025-03", "level", 0.5, share)])


# Figures off the pattern


def three_years(figure: Any, indicator: str = "goods_exports", level: float = 100.0) -> list[dict[str, Any]]:
    """Seasonal months of 2022-2024 that grow by about 5 % a year."""
    noise = np.random.default_rng(7).normal(0, 0.015, (3, 12))
    return [
        figure(
            f"{2022 + year}-{m:02d}",
            "month",
            round(level * 1.05**year * (1 + 0.5 * np.sin(m)) * np.exp(noise[year, m - 1]), 1),
            indicator,
        )
        for year in range(3)
        for m in MONTHS
    ]


def of_2025(figure: Any, before: list[dict[str, Any]], m: int, times: float) -> dict[str, Any]:
    last = next(row["value"] for row in before if row["period"] == f"2024-{m:02d}")
    return figure(f"2025-{m:02d}", "month", round(last * times, 1))


def test_a_month_far_off_its_season_is_a_warning_with_the_usual_range(history: Any, figure: Any) -> None:
    before = three_years(figure)
    (finding,) = history([of_2025(figure, before, 5, 1.6)], before)
    assert finding.severity is Severity.WARNING
    assert finding.rule == "outlier"
    low, high = (float(part) for part in finding.expected.removesuffix("亿元").split("–"))
    usual = of_2025(figure, before, 5, 1.05)["value"]
    assert low < usual < high < of_2025(figure, before, 5, 1.6)["value"]
    assert f"按历年同月的变化通常在 {finding.expected} 之间" in finding.zh
    assert f"the pattern of earlier years gives {finding.expected}" in finding.en


def test_an_ordinary_season_is_no_outlier(history: Any, figure: Any) -> None:
    before = three_years(figure)  # May is half of July
    assert not history([of_2025(figure, before, m, 1.05) for m in MONTHS], before)


def test_an_odd_month_of_last_year_is_not_held_against_this_one(history: Any, figure: Any) -> None:
    before = three_years(figure)
    normal = of_2025(figure, before, 5, 1.05)
    odd = [{**row, "value": row["value"] * 0.5} if row["period"] == "2024-05" else row for row in before]
    assert not history([normal], odd)


def test_two_years_of_history_are_needed_and_small_counts_are_spared(history: Any, figure: Any) -> None:
    before = three_years(figure)
    last_year = [row for row in before if row["period"] >= "2024"]
    assert not history([of_2025(figure, before, 5, 1.6)], last_year)
    small = three_years(figure, "research_projects", level=4.0)
    assert not history([figure("2025-05", "month", 160.0, "research_projects")], small)


def test_a_count_may_scatter_by_its_square_root(history: Any, figure: Any) -> None:
    firms = "new_high_tech_firms"
    before = [figure(f"{year}-{m:02d}", "month", 16.0, firms) for year in (2022, 2023, 2024) for m in range(1, 13)]
    assert not history([figure("2025-05", "month", 30.0, firms)], before)
    (finding,) = history([figure("2025-05", "month", 160.0, firms)], before)
    assert finding.rule == "outlier"


def test_a_month_and_its_year_to_date_are_one_fact(history: Any, figure: Any) -> None:
    before = three_years(figure)
    ytd = [{**row, "measure": "ytd", "value": row["value"] * 3} for row in before]
    new = of_2025(figure, before, 5, 1.6)
    findings = history([new, {**new, "measure": "ytd", "value": new["value"] * 3, "cell": "E14"}], before + ytd)
    assert [(f.rule, f.place) for f in findings] == [("outlier", "外贸!D14")]
