"""Bad columns, units and figures are named with their cell in Chinese and English, and nothing of the file is stored.

The figures disagree with the catalogue, with their own history or with each other. Files, periods, regions and formats
are in `test_bad_input.py`."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.end_to_end.desk import Desk, check_words, errors, only, said
from tests.end_to_end.workbooks import (
    DISTRICT,
    GROWTH,
    MONTH,
    PART_GROWTH,
    PART_MONTH,
    PART_YTD,
    YTD,
    Damage,
    calculated_by_nobody,
    in_percent_format,
    number,
    rows,
    value,
    with_cells,
    without_columns,
)
from validators.findings import Severity

# Columns, headers, units


def test_a_missing_year_to_date_is_rejected_for_each_region_that_needs_it(desk: Desk, april: bytes) -> None:
    outcome = desk.rejects(without_columns(april, 3, 1))
    assert ("column_missing", "龙湾区") in errors(outcome)
    finding = next(one for one in outcome.report.findings if one.rule == "column_missing" and one.region == DISTRICT)
    assert (finding.severity, finding.expected) == (Severity.ERROR, "累计")
    check_words(finding, "累计", "本月")


def test_a_missing_growth_is_rejected_and_its_rows_are_not_called_missing_too(desk: Desk, april: bytes) -> None:
    outcome = desk.rejects(with_cells(without_columns(april, 4, 1), {"龙湾区!C2": "单位：亿元"}))
    assert errors(outcome) == [("column_missing", "温州市"), ("column_missing", "龙湾区")]
    assert "row_missing" not in {finding.rule for finding in outcome.report.findings}
    check_words(outcome.report.findings[0], "同比（%）", "本月、累计（1-4月）/数值")


def test_a_header_of_unknown_words_is_named_and_its_column_left_out(desk: Desk, april: bytes) -> None:
    outcome = desk.accepts(with_cells(april, {"龙湾区!B3": "报关口径数"}))
    finding = only(outcome, "column_not_recognised")
    assert (finding.severity, finding.place) == (Severity.WARNING, MONTH)
    check_words(finding, "报关口径数", "本月")
    figures = desk.figures(outcome)
    assert ("goods_exports", DISTRICT, "month") not in figures
    assert figures["goods_exports", DISTRICT, "ytd"] == value(april, YTD)


def test_headers_that_are_unknown_words_alone_are_rejected(desk: Desk, april: bytes) -> None:
    headers = {"龙湾区!B3": "甲方数", "龙湾区!C3": "乙方数", "龙湾区!C4": "丙类", "龙湾区!D4": "丁类"}
    outcome = desk.rejects(with_cells(april, headers))
    assert errors(outcome) == [("column_missing", "龙湾区"), ("column_missing", "龙湾区")]
    check_words(only(outcome, "column_not_recognised"), "甲方数、乙方数/丙类、乙方数/丁类")
    assert "row_missing" not in {finding.rule for finding in outcome.report.findings}


@pytest.mark.parametrize("unit", ["吨", "亿美元", "万人次", "元宝"])
def test_a_unit_that_contradicts_the_catalogue_is_rejected_row_by_row(desk: Desk, april: bytes, unit: str) -> None:
    outcome = desk.rejects(with_cells(april, {"龙湾区!D2": f"单位：{unit}"}))
    assert said(outcome) == [("error", "unit_contradiction", MONTH), ("error", "unit_contradiction", PART_MONTH)]
    finding = outcome.report.findings[0]
    assert (finding.indicator, finding.found, finding.expected) == ("goods_exports", unit, "亿元")
    check_words(finding, unit, "亿元", "货物贸易出口")


def test_a_unit_of_a_row_that_contradicts_the_catalogue_is_rejected(desk: Desk, sample: dict[str, bytes]) -> None:
    table = sample["2025-04_science_talent_科技与人才工作进度"]
    assert rows(table, "龙湾区")[4][:2] == ["新增高新技术企业", "家"]
    outcome = desk.rejects(with_cells(table, {"龙湾区!B5": "亿元"}))
    assert said(outcome) == [("error", "unit_contradiction", "龙湾区!C5")]
    check_words(only(outcome, "unit_contradiction"), "亿元", "家", "新增高新技术企业")


def test_a_table_without_a_unit_is_taken_in_the_catalogues_with_a_warning(desk: Desk, april: bytes) -> None:
    outcome = desk.accepts(with_cells(april, {"龙湾区!D2": None}))
    assert said(outcome) == [("warning", "unit_assumed", MONTH), ("warning", "unit_assumed", PART_MONTH)]
    check_words(outcome.report.findings[0], "亿元", "货物贸易出口")
    assert desk.figures(outcome)["goods_exports", DISTRICT, "ytd"] == value(april, YTD)


def test_a_table_in_a_smaller_unit_is_converted(desk: Desk, april: bytes) -> None:
    places = [MONTH, YTD, PART_MONTH, PART_YTD]
    cells = {place: round(value(april, place) * 10_000) for place in places}
    outcome = desk.accepts(with_cells(april, {**cells, "龙湾区!D2": "单位：万元"}))
    assert said(outcome) == []
    assert desk.figures(outcome)["goods_exports", DISTRICT, "ytd"] == pytest.approx(value(april, YTD), abs=1e-9)


# Cells


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ("33.29亿元", "33.29亿元"),
        ("约33", "约33"),
        ("33..29", "33..29"),
        ("33.2O", "33.2O"),
        ("三十三点二", "三十三点二"),
        (datetime(2025, 4, 1), "2025-04-01"),  # noqa: DTZ001  # as a workbook holds it
        (True, "True"),
    ],
)
def test_text_in_a_number_is_rejected_with_what_stands_there(
    desk: Desk, april: bytes, content: object, shown: str
) -> None:
    outcome = desk.rejects(with_cells(april, {MONTH: content}))
    assert errors(outcome) == [("text_in_number", MONTH)]
    assert only(outcome, "text_in_number").found == shown
    check_words(only(outcome, "text_in_number"), shown, "货物贸易出口")


def test_words_in_place_of_a_number_are_left_out_with_a_warning(desk: Desk, april: bytes) -> None:
    outcome = desk.accepts(with_cells(april, {MONTH: "待核实"}))
    finding = only(outcome, "text_in_number")
    assert (finding.severity, finding.place) == (Severity.WARNING, MONTH)
    check_words(finding, "待核实")
    assert ("goods_exports", DISTRICT, "month") not in desk.figures(outcome)


@pytest.mark.parametrize("error", ["#REF!", "#DIV/0!", "#N/A", "#NAME?"])
def test_an_error_value_is_rejected_and_never_a_number(desk: Desk, april: bytes, error: str) -> None:
    outcome = desk.rejects(with_cells(april, {PART_YTD: error}))
    assert errors(outcome) == [("error_cell", PART_YTD)]
    assert only(outcome, "error_cell").found == error
    check_words(only(outcome, "error_cell"), error, "高新技术产品出口")


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(
            lambda good: with_cells(good, {YTD: "=97.77+33.29"}), id="saved by a program that can't calculate"
        ),
        pytest.param(
            lambda good: calculated_by_nobody(good, "龙湾区", {"C5": "=97.77+33.29"}), id="a placeholder of 0 stored"
        ),
    ],
)
def test_a_formula_that_was_never_calculated_is_rejected(desk: Desk, april: bytes, damage: Damage) -> None:
    outcome = desk.rejects(damage(april))
    assert errors(outcome) == [("formula_without_value", YTD)]
    check_words(only(outcome, "formula_without_value"), "货物贸易出口")


def test_a_label_that_was_never_calculated_is_rejected_for_the_figures_beside_it(desk: Desk, april: bytes) -> None:
    outcome = desk.rejects(with_cells(april, {"龙湾区!A5": '="货物贸易"&"出口"'}))
    assert errors(outcome) == [("formula_without_value", "龙湾区!A5")]


def test_a_stray_formula_costs_nothing_and_is_a_warning(desk: Desk, april: bytes) -> None:
    outcome = desk.accepts(with_cells(april, {"龙湾区!H20": "=1+1"}))
    assert said(outcome) == [("warning", "formula_without_value", "龙湾区!H20")]


def test_negative_exports_are_rejected(desk: Desk, april: bytes) -> None:
    outcome = desk.rejects(with_cells(april, {MONTH: -value(april, MONTH)}))
    assert errors(outcome) == [("negative_value", MONTH)]
    finding = only(outcome, "negative_value")
    assert (finding.indicator, finding.region, finding.period) == ("goods_exports", DISTRICT, "2025-04")
    check_words(finding, f"-{number(value(april, MONTH))}亿元")


@pytest.mark.parametrize(
    ("content", "rule", "shown"),
    [(1e308, "out_of_range", "1e+308"), (1e-300, "unit_slip", "0"), (5e-324, "unit_slip", "0")],
)
def test_a_number_beyond_all_numbers_is_rejected_like_any_other(
    desk: Desk, april: bytes, content: float, rule: str, shown: str
) -> None:
    outcome = desk.rejects(with_cells(april, {MONTH: content}))
    assert errors(outcome) == [(rule, MONTH)]
    check_words(only(outcome, rule), shown)


def test_full_width_digits_are_read_as_numbers(desk: Desk, april: bytes) -> None:
    wide = str.maketrans("0123456789.-", "０１２３４５６７８９．－")
    places = [MONTH, YTD, GROWTH, PART_MONTH, PART_YTD, PART_GROWTH]
    outcome = desk.accepts(with_cells(april, {place: f"{value(april, place):g}".translate(wide) for place in places}))
    assert said(outcome) == []
    figures = desk.figures(outcome)
    assert figures["goods_exports", DISTRICT, "month"] == value(april, MONTH)
    assert figures["goods_exports_growth", DISTRICT, "yoy_ytd"] == value(april, GROWTH)
    assert figures["high_tech_exports", DISTRICT, "ytd"] == value(april, PART_YTD)


def test_per_cent_as_a_formatted_fraction_as_text_and_as_a_plain_5_all_read_as_5(desk: Desk, retail: bytes) -> None:
    month, ytd, online = (value(retail, f"龙湾区!{cell}") for cell in ("C5", "E5", "E6"))
    formatted = in_percent_format(retail, {"龙湾区!C5": month / 100})
    outcome = desk.accepts(with_cells(formatted, {"龙湾区!E5": f"{ytd:g}%", "龙湾区!E6": f"{online:g}"}))
    assert said(outcome) == []
    figures = desk.figures(outcome)
    assert figures["retail_sales_growth", DISTRICT, "yoy_month"] == month
    assert figures["retail_sales_growth", DISTRICT, "yoy_ytd"] == ytd
    assert figures["online_retail_sales_growth", DISTRICT, "yoy_ytd"] == online


def test_per_cent_typed_as_fractions_is_called_with_what_was_meant(desk: Desk, retail: bytes) -> None:
    cells = [f"龙湾区!{cell}" for cell in ("C5", "E5", "E6")]
    meant = {cell: value(retail, cell) for cell in cells}
    outcome = desk.accepts(with_cells(retail, {cell: round(meant[cell] / 100, 6) for cell in cells}))
    assert said(outcome) == [("warning", "percent_as_fraction", cell) for cell in cells]
    for finding, cell in zip(outcome.report.findings, cells, strict=True):
        check_words(finding, number(meant[cell] / 100), f"{meant[cell]:g}%")
    assert desk.figures(outcome)["retail_sales_growth", DISTRICT, "yoy_month"] == round(meant[cells[0]] / 100, 6)


# Figures against each other


def test_amounts_typed_in_a_smaller_unit_are_rejected_and_the_slip_is_called_by_its_name(
    desk: Desk, april: bytes
) -> None:
    places = [MONTH, YTD, PART_MONTH, PART_YTD]
    outcome = desk.rejects(with_cells(april, {place: round(value(april, place) * 10_000) for place in places}))
    in_order = [MONTH, YTD, PART_MONTH, PART_YTD]
    assert said(outcome) == [("error", "unit_slip", place) for place in in_order]
    finding = outcome.report.findings[0]
    check_words(finding, f"{round(value(april, MONTH) * 10_000)}", "10000", "万元", "亿元")


def test_a_table_labelled_with_a_smaller_unit_is_rejected_as_a_slip(desk: Desk, april: bytes) -> None:
    outcome = desk.rejects(with_cells(april, {"龙湾区!D2": "单位：万元"}))
    assert {rule for rule, _ in errors(outcome)} == {"unit_slip"}
    check_words(outcome.report.findings[0], "10000", "万元", "亿元")


def test_a_year_to_date_that_falls_is_rejected_with_both_figures(
    desk: Desk, april: bytes, sample: dict[str, bytes]
) -> None:
    march = value(sample["2025-03_trade_对外贸易"], YTD)
    outcome = desk.rejects(with_cells(april, {YTD: march - 5}))
    assert errors(outcome) == [("ytd_falls", YTD)]
    check_words(only(outcome, "ytd_falls"), f"{number(march - 5)}亿元", f"{number(march)}亿元", "修订")


def test_a_part_above_its_whole_is_rejected_with_both_figures(desk: Desk, april: bytes) -> None:
    more = value(april, MONTH) + 11
    outcome = desk.rejects(with_cells(april, {PART_MONTH: more}))
    assert errors(outcome) == [("part_exceeds_whole", PART_MONTH)]
    check_words(only(outcome, "part_exceeds_whole"), f"{number(more)}亿元", f"{number(value(april, MONTH))}亿元", MONTH)


def test_a_district_above_its_city_is_rejected_with_both_figures(desk: Desk, april: bytes) -> None:
    less = value(april, MONTH) - 2
    outcome = desk.rejects(with_cells(april, {"温州市!B5": less}))
    assert errors(outcome) == [("district_exceeds_city", MONTH)]
    check_words(
        only(outcome, "district_exceeds_city"), f"{number(value(april, MONTH))}亿元", f"{number(less)}亿元", "温州市!B5"
    )


def test_several_faults_are_all_reported_at_once(desk: Desk, april: bytes) -> None:
    cells = {MONTH: -1, YTD: "约131", PART_YTD: "#REF!", "温州市!D2": "单位：吨"}
    outcome = desk.rejects(with_cells(april, cells))
    assert sorted(errors(outcome)) == [
        ("error_cell", PART_YTD),
        ("negative_value", MONTH),
        ("text_in_number", YTD),
        ("unit_contradiction", "温州市!B5"),
    ]
