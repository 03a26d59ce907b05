from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandera.errors import SchemaErrors

from validators.catalogue import Catalogue
from validators.findings import Finding, Severity
from validators.observations import check, schema

MARCH = ("2025-03", "2025-03")
TRADE, TALENT, RD = "trade", "science_talent", "rd"


@pytest.fixture
def found(small_catalogue: Catalogue, frame: Any) -> Any:
    """The findings on some figures of a dataset."""

    def run(*figures: dict[str, Any], dataset: str = TRADE, periods: tuple[str, str] = MARCH) -> list[Finding]:
        return check(frame(*figures), small_catalogue, dataset, periods)

    return run


def test_a_good_table_has_no_findings(found: Any, figure: Any) -> None:
    growth = "goods_exports_growth"
    assert not found(
        figure("2025-03", "month", 38.1),
        figure("2025-03", "ytd", 98.4),
        figure("2025-03", "yoy_month", -5.2, growth),
        figure("2025-03", "yoy_ytd", 100.0, growth),
        figure("2025-03", "ytd", 0.0, "high_tech_exports"),
        figure("2025-03", "ytd", 400.5, region="330300"),
    )


FAULTS = {
    "negative_value": (
        TRADE,
        ("2025-03", "ytd", -38.1),
        {},
        "货物贸易出口2025年1-3月累计 -38.1亿元 为负数",
        "Exports of goods (2025-03, year to date): -38.1亿元 is negative",
    ),
    "growth_out_of_range": (
        TRADE,
        ("2025-03", "yoy_ytd", 3812000.0, "goods_exports_growth"),
        {},
        "3812000% 不可能是同比增速",
        "3812000% can't be a year-on-year growth",
    ),
    "growth_unusual": (
        TRADE,
        ("2025-03", "yoy_month", 150.0, "goods_exports_growth"),
        {},
        "150% 的增速很少见",
        "a growth of 150% is rare",
    ),
    "out_of_range": (
        TALENT,
        ("2025-03", "level", 101.0, "talent_firm_share"),
        {},
        "企业人才支持比例2025年3月 101% 超出可能的范围 0–100%",
        "101% is outside the possible range 0–100%",
    ),
    "not_whole": (
        TALENT,
        ("2025-03", "ytd", 2.5, "new_high_tech_firms"),
        {},
        "2.5家 不是整数",
        "2.5家 is not a whole number",
    ),
    "not_a_number": (
        TRADE,
        ("2025-03", "ytd", np.nan),
        {"text": "三十八"},
        "“三十八”不是数字",
        "'三十八' is no number",
    ),
    "unit_wrong": (
        TRADE,
        ("2025-03", "ytd", 38.1),
        {"unit": "亿美元"},
        "的单位是“亿美元”，应为“亿元”",
        "is in '亿美元', expected '亿元'",
    ),
    "measure_not_allowed": (
        TRADE,
        ("2025-03", "level", 38.1),
        {},
        "货物贸易出口不应有“level”",
        "Exports of goods can't have a figure of measure 'level'",
    ),
    "region_unpublished": (
        TRADE,
        ("2025-03", "ytd", 38.1),
        {"region": "330302"},
        "只由龙湾区、温州市发布",
        "published for Longwan, Wenzhou only",
    ),
    "indicator_unknown": (
        TRADE,
        ("2025-03", "ytd", 98.0, "retail_sales"),
        {},
        "社会消费品零售总额属于“消费品市场”，不属于“对外贸易”",
        "Retail sales of consumer goods belongs to 'Consumer market'",
    ),
    "period_cadence": (
        TRADE,
        ("2025", "ytd", 450.0),
        {},
        "期间“2025”不合“对外贸易”的发布频率——请改为月份，如 2025-03",
        "period '2025' does not fit 'Foreign trade' — give a month such as 2025-03",
    ),
    "january_alone": (
        TRADE,
        ("2025-01", "ytd", 38.1),
        {},
        "1月与2月合并发布——请并入1-2月累计（2025-02）",
        "publishes January and February together — give the two months as the year to date of 2025-02",
    ),
    "wrong_period": (
        TRADE,
        ("2025-04", "ytd", 38.1),
        {},
        "期间是2025年4月，而本次上报的期间是 2025-03——请核对月份",
        "period 2025-04, but this upload is for 2025-03",
    ),
    "status_unknown": (
        TRADE,
        ("2025-03", "ytd", 38.1),
        {"status": "快报"},
        "状态“快报”无法识别",
        "unknown status '快报'",
    ),
}


@pytest.mark.parametrize("rule", FAULTS)
def test_a_fault_is_named_with_its_cell_and_what_to_do(found: Any, figure: Any, rule: str) -> None:
    dataset, arguments, columns, zh, en = FAULTS[rule]
    (finding,) = found(figure(*arguments, sheet="外贸 3", cell="E7", **columns), dataset=dataset)
    assert finding.rule == rule
    assert (finding.sheet, finding.cell, finding.region) == ("外贸 3", "E7", columns.get("region", "330303"))
    assert finding.zh.startswith("外贸 3!E7 ")
    assert finding.en.startswith("外贸 3!E7 ")
    assert zh in finding.zh
    assert en in finding.en
    assert "——" in finding.zh
    assert " — " in finding.en
    assert finding.severity is (Severity.WARNING if rule == "growth_unusual" else Severity.ERROR)


@pytest.mark.parametrize("place", [0.0, 2.5, -1.0])
def test_a_rank_is_a_whole_number_from_one_on(found: Any, figure: Any, place: float) -> None:
    (finding,) = found(figure("2024", "level", place, "innovation_rank"), dataset=RD, periods=("2024", "2024"))
    assert finding.rule == "not_a_rank"
    assert finding.expected == "1, 2, 3, …"
    assert not found(figure("2024", "level", 3.0, "innovation_rank"), dataset=RD, periods=("2024", "2024"))


def test_a_count_may_be_off_a_whole_number_by_binary_noise(found: Any, figure: Any) -> None:
    assert not found(figure("2025-03", "ytd", (0.1 + 0.2) * 10, "new_high_tech_firms"), dataset=TALENT)


def test_amounts_and_stocks_need_not_be_whole(found: Any, figure: Any) -> None:
    assert not found(
        figure("2025-03", "ytd", 410.5, "talent_budget"),
        figure("2025-03", "level", 7.31, "skilled_talent"),
        figure("2025-03", "level", 9.5, "talent_grant_days"),
        dataset=TALENT,
    )


def test_an_annual_table_takes_years_alone(found: Any, figure: Any) -> None:
    year = ("2024", "2024")
    assert not found(
        figure("2024", "ytd", 900.0, "gdp"), figure("2024", "level", 4.1, "rd_intensity"), dataset=RD, periods=year
    )
    (finding,) = found(figure("2024-12", "ytd", 900.0, "gdp"), dataset=RD, periods=year)
    assert finding.rule == "period_cadence"
    (finding,) = found(figure("2024", "month", 900.0, "gdp"), dataset=RD, periods=year)
    assert finding.rule == "measure_not_allowed"


def test_a_january_is_right_where_it_is_published(found: Any, figure: Any) -> None:
    january = figure("2025-01", "ytd", 5.0, "new_high_tech_firms")
    assert not found(january, dataset=TALENT, periods=("2025-01", "2025-01"))


def test_february_covers_january_in_an_upload_from_january_on(found: Any, figure: Any) -> None:
    assert not found(figure("2025-02", "ytd", 60.2), periods=("2025-01", "2025-02"))


def test_a_minimum_below_zero_lets_a_figure_be_negative(small_catalogue: Catalogue, figure: Any, frame: Any) -> None:
    exports = small_catalogue.indicators["goods_exports"].model_copy(update={"minimum": -50.0})
    indicators = {**small_catalogue.indicators, "goods_exports": exports}
    catalogue = small_catalogue.model_copy(update={"indicators": indicators})
    assert not check(frame(figure("2025-03", "ytd", -38.1)), catalogue, TRADE, MARCH)
    (finding,) = check(frame(figure("2025-03", "ytd", -51.0)), catalogue, TRADE, MARCH)
    assert finding.rule == "out_of_range"


def test_a_figure_that_stands_twice_names_both_cells(found: Any, figure: Any) -> None:
    (finding,) = found(figure("2025-03", "ytd", 38.1), figure("2025-03", "ytd", 38.2, sheet="外贸2", cell="B3"))
    assert finding.rule == "duplicate"
    assert finding.place == "外贸2!B3"
    assert "外贸!D14、外贸2!B3，数值不同" in finding.zh
    assert "in 外贸!D14, 外贸2!B3, with different values" in finding.en


def test_the_same_indicator_of_two_regions_is_no_duplicate(found: Any, figure: Any) -> None:
    assert not found(figure("2025-03", "ytd", 38.1), figure("2025-03", "ytd", 138.1, region="330300"))


def test_a_sheet_of_the_wrong_month_is_one_finding(found: Any, figure: Any) -> None:
    figures = [
        figure("2025-04", "ytd", 38.1, cell=f"D{row}", region=region) for row, region in ((4, "330303"), (5, "330300"))
    ]
    (finding,) = found(*figures, figure("2025-03", "ytd", 38.1, cell="D6"))
    assert finding.rule == "wrong_period"
    assert finding.cell == "D4"
    assert "共2个数据" in finding.zh
    assert "2 figures" in finding.en


def test_everything_wrong_is_reported_at_once(found: Any, figure: Any) -> None:
    findings = found(
        figure("2025-03", "ytd", -1.0),
        figure("2025-03", "month", 38.1, unit="万元"),
        figure("2025-04", "ytd", 38.1, status="x"),
        figure("2025-03", "yoy_ytd", -101.0, "goods_exports_growth"),
    )
    assert {finding.rule for finding in findings} == {
        "negative_value",
        "unit_wrong",
        "wrong_period",
        "status_unknown",
        "growth_out_of_range",
    }


def test_text_in_the_value_column_is_a_finding_and_not_a_crash(small_catalogue: Catalogue, figure: Any) -> None:
    rows = pd.DataFrame([figure("2025-03", "ytd", "38.l", text="38.l"), figure("2025-03", "month", 12.0)])
    (finding,) = check(rows, small_catalogue, TRADE, MARCH)
    assert finding.rule == "not_a_number"
    assert finding.found == "38.l"


def test_a_table_without_figures_has_no_findings(found: Any) -> None:
    assert not found()


def test_the_schema_is_made_once_per_dataset_and_stands_alone(
    small_catalogue: Catalogue, frame: Any, figure: Any
) -> None:
    rules = schema(small_catalogue, TRADE)
    assert rules is schema(small_catalogue, TRADE)
    assert rules is not schema(small_catalogue, TALENT)
    rules.validate(frame(figure("2025-03", "ytd", 38.1)), lazy=True)
    with pytest.raises(SchemaErrors, match="negative_value"):
        rules.validate(frame(figure("2025-03", "ytd", -38.1)), lazy=True)


def test_an_unknown_dataset_is_a_key_error(small_catalogue: Catalogue) -> None:
    with pytest.raises(KeyError):
        schema(small_catalogue, "weather")
