"""What the reader makes of the layouts that bureaux use, without any catalogue."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import openpyxl
import pandas as pd
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from dagster_project.tables import Reading, read_tables
from tests.tables.files import Rows, csv, saved, xls, xlsx
from validators.findings import Finding, Severity

BULLETIN: Rows = [
    ["2025年3月龙湾区对外贸易主要指标（示例数据）"],
    ["", "", "", "", "单位：亿元"],
    ["指标", "本月", "", "累计（1-3月）", ""],
    ["", "数值", "同比（%）", "数值", "同比（%）"],
    ["货物贸易出口", 38.5, 6.1, 107.2, 5.2],
    ["  其中：高新技术产品出口", 5.1, "…", 14.3, -3.4],
    ["　　　机电产品出口", 20, 3, "－", ""],
    ["注：本表为示例数据。"],
    ["发布日期：2025-04-15"],
]
MERGES = ["A1:E1", "A3:A4", "B3:C3", "D3:E3"]


def read(rows: Rows, *, name: str = "表.xlsx", sheet: str = "表", merges: list[str] | None = None) -> Reading:
    return read_tables(xlsx({sheet: rows}, merges=merges or []), name)


def at(reading: Reading, cell: str, sheet: str | None = None) -> dict[str, Any]:
    cells = reading.cells
    found = cells[(cells["cell"] == cell) & ((cells["sheet"] == sheet) if sheet else True)]
    assert len(found) == 1, f"{cell}: {len(found)} rows"
    return found.iloc[0].to_dict()


def meaning(reading: Reading, cell: str) -> tuple[str, str, str]:
    found = at(reading, cell)
    return found["period"], found["measure"], found["unit"]


def rules(reading: Reading) -> list[str]:
    return [finding.rule for finding in reading.findings]


def only(reading: Reading, rule: str) -> Finding:
    found = [finding for finding in reading.findings if finding.rule == rule]
    assert len(found) == 1, [finding.zh for finding in reading.findings]
    return found[0]


@pytest.mark.parametrize("merges", [MERGES, []])
@pytest.mark.parametrize("form", ["xlsx", "xls", "csv", "gb18030"])
def test_a_bulletin_reads_the_same_in_every_format_and_with_or_without_merges(form: str, merges: list[str]) -> None:
    data, name = {
        "xlsx": lambda: (xlsx({"龙湾区": BULLETIN}, merges=merges), "外贸.xlsx"),
        "xls": lambda: (xls({"龙湾区": BULLETIN}), "外贸.xls"),
        "csv": lambda: (csv(BULLETIN).encode("utf-8-sig"), "龙湾区.csv"),
        "gb18030": lambda: (csv(BULLETIN).encode("gb18030"), "龙湾区.csv"),
    }[form]()
    reading = read_tables(data, name)
    assert reading.findings == ()
    assert meaning(reading, "B5") == ("2025-03", "month", "亿元")
    assert meaning(reading, "C5") == ("2025-03", "yoy_month", "%")
    assert meaning(reading, "D5") == ("2025-03", "ytd", "亿元")
    assert meaning(reading, "E5") == ("2025-03", "yoy_ytd", "%")
    assert [at(reading, cell)["value"] for cell in ("B5", "C5", "D5", "E6")] == [38.5, 6.1, 107.2, -3.4]
    assert at(reading, "D5")["column_label"] == "累计（1-3月）/数值"
    sheet = reading.sheets[0]
    assert (sheet.name, sheet.period, sheet.published) == ("龙湾区", "2025-03", date(2025, 4, 15))
    assert sheet.title == "2025年3月龙湾区对外贸易主要指标（示例数据）"


def test_parts_of_a_row_name_it_as_their_parent_and_notes_are_no_rows() -> None:
    reading = read(BULLETIN, merges=MERGES)
    labels = reading.cells[["row_label", "parent_label"]].drop_duplicates().to_numpy().tolist()
    assert labels == [
        ["货物贸易出口", ""],
        ["其中：高新技术产品出口", "货物贸易出口"],
        ["机电产品出口", "货物贸易出口"],
    ]


def test_a_placeholder_and_a_blank_are_missing_and_zero_is_a_number() -> None:
    reading = read([["2025年1-3月"], ["指标", "数值"], ["甲", "…"], ["乙", "－"], ["丙", ""], ["丁", 0], ["戊", "/"]])
    assert reading.cells["text"].tolist() == ["…", "－", "", "0", "/"]
    assert reading.cells["value"].isna().tolist() == [True, True, True, False, True]
    assert reading.findings == ()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("１２３．４", 123.4),
        ("1,234,567.8", 1234567.8),
        ("１，２３４", 1234.0),
        ("−3.5", -3.5),
        ("－3.5", -3.5),
        ("+5.2", 5.2),
        (" 38.5 ", 38.5),
        ("1.2e3", 1200.0),
    ],
)
def test_a_number_typed_as_text_is_a_number(text: str, value: float) -> None:
    reading = read([["2025年1-3月"], ["指标", "数值（亿元）"], ["出口", text], ["进口", 1]])
    assert (at(reading, "B3")["value"], at(reading, "B3")["text"]) == (value, text.strip())
    assert "text_in_number" not in rules(reading)


@pytest.mark.parametrize("text", ["12.5亿", "约30", "38.5(预计)", "1,23", "3个", "38.5*", "≈30"])
def test_text_in_a_number_is_an_error_with_its_address(text: str) -> None:
    reading = read([["2025年1-3月"], ["指标", "数值（亿元）"], ["出口", text], ["进口", 1]])
    finding = only(reading, "text_in_number")
    assert (finding.severity, finding.place, finding.found) == (Severity.ERROR, "表!B3", text)
    assert pd.isna(at(reading, "B3")["value"])


def test_words_in_a_number_are_a_warning() -> None:
    reading = read([["2025年1-3月"], ["指标", "增速（%）"], ["出口", "持平"], ["进口", 1]])
    assert only(reading, "text_in_number").severity is Severity.WARNING


def test_a_first_figure_with_words_is_still_a_figure() -> None:
    reading = read([["2025年1-3月"], ["指标", "数值（亿元）"], ["出口", "约30"]])
    assert only(reading, "text_in_number").cell == "B3"


def test_a_date_in_place_of_a_number_is_an_error() -> None:
    reading = read([["2025年1-3月"], ["指标", "数值"], ["出口", date(2025, 3, 5)], ["进口", 1]])
    assert only(reading, "text_in_number").cell == "B3"


def test_a_fraction_shown_as_per_cent_becomes_per_cent_and_a_plain_5_stays_5() -> None:
    def change(sheet: Worksheet) -> None:
        sheet["B3"].number_format = "0.0%"

    rows = [["2025年1-3月"], ["指标", "增速（%）"], ["出口", 0.07], ["进口", 5], ["顺差", "4.5%"], ["总额", 0.05]]
    for data, name in ((xlsx({"表": rows}, change=change), "表.xlsx"), (xls({"表": rows}, percent=[(2, 1)]), "表.xls")):
        reading = read_tables(data, name)
        assert reading.cells["value"].tolist() == [7.0, 5.0, 4.5, 0.05]
        assert reading.cells["unit"].tolist() == ["%"] * 4
        assert at(reading, "B3")["text"] == "7%"


def test_an_error_in_a_cell_is_named_and_never_a_number() -> None:
    def change(sheet: Worksheet) -> None:
        for cell, text in (("B3", "#REF!"), ("C4", "#DIV/0!")):
            sheet[cell] = text
            sheet[cell].data_type = "e"

    data = xlsx({"表": [["2025年1-3月"], ["指标", "数值", "同比（%）"], ["出口", 1, 2], ["进口", 3, 4]]}, change=change)
    reading = read_tables(data, "表.xlsx")
    errors = [(finding.place, finding.found) for finding in reading.findings if finding.rule == "error_cell"]
    assert errors == [("表!B3", "#REF!"), ("表!C4", "#DIV/0!")]
    assert all(finding.severity is Severity.ERROR for finding in reading.findings)
    assert pd.isna(at(reading, "B3")["value"])
    text = read_tables("2025年1-3月\n指标,数值\n出口,#REF!\n进口,3\n".encode(), "表.csv")
    assert only(text, "error_cell").cell == "B3"


def test_a_formula_without_a_stored_value_is_an_error_and_not_a_blank() -> None:
    reading = read([["2025年1-3月"], ["指标", "数值"], ["出口", "=1+1"], ["进口", 3]])
    assert (only(reading, "formula_without_value").severity, only(reading, "formula_without_value").cell) == (
        Severity.ERROR,
        "B3",
    )


def test_a_hidden_sheet_is_not_read_and_said_so() -> None:
    book = openpyxl.Workbook()
    for row in BULLETIN:
        book.active.append([cell if cell != "" else None for cell in row])
    hidden = book.create_sheet("旧表")
    hidden.append(["指标", "2024年1-3月"])
    hidden.append(["出口", 99])
    hidden.sheet_state = "hidden"
    reading = read_tables(saved(book), "表.xlsx")
    assert set(reading.cells["sheet"]) == {"Sheet"}
    assert only(reading, "hidden_sheet_ignored").sheet == "旧表"
    assert [sheet.hidden for sheet in reading.sheets] == [False, True]


def test_hidden_rows_and_columns_are_not_read_and_named() -> None:
    def change(sheet: Worksheet) -> None:
        sheet.row_dimensions[4].hidden = True
        sheet.column_dimensions["D"].hidden = True

    rows = [["2025年1-3月"], ["指标", "数值", "同比", "去年"], ["出口", 1, 2, 3], ["旧口径", 4, 5, 6]]
    reading = read_tables(xlsx({"表": rows}, change=change), "表.xlsx")
    assert reading.cells["cell"].tolist() == ["B3", "C3"]
    assert only(reading, "hidden_cells_ignored").found == "D3:D4, B4:C4"


def test_loose_numbers_are_left_out_and_every_one_is_named() -> None:
    rows = [*BULLETIN[:7], [], ["", 12.5], ["", 6.25, "", "", "", "", "", 7]]
    reading = read(rows, merges=MERGES)
    assert only(reading, "numbers_outside_tables").found == "B9:B10, H10"
    assert not set(reading.cells["cell"]) & {"B9", "B10", "H10"}


def test_a_sheet_without_a_header_is_no_table() -> None:
    reading = read([["目录"], ["地区生产总值……", 3], ["工业……", 4]])
    assert reading.cells.empty
    assert set(rules(reading)) == {"numbers_outside_tables", "no_table"}


def test_two_tables_below_each_other_are_both_read_with_their_own_titles() -> None:
    second = [
        ["2025年3月温州市对外贸易主要指标"],
        ["单位：万元"],
        ["指标", "累计", "同比（%）"],
        ["货物贸易出口", 5_000_000, 4.1],
    ]
    reading = read([*BULLETIN, [], *second], merges=MERGES)
    assert [table.titles[0] for table in reading.tables] == [BULLETIN[0][0], second[0][0]]
    assert meaning(reading, "D5") == ("2025-03", "ytd", "亿元")
    assert meaning(reading, "B14") == ("2025-03", "ytd", "万元")
    assert reading.cells["table"].unique().tolist() == [0, 1]


def test_a_lower_table_keeps_its_title_above_a_month_typed_as_a_number() -> None:
    tables = [
        [[f"{region}对外贸易"], [2025.05], [], ["指标", "累计"], ["货物贸易出口", 107.2], []]
        for region in ("龙湾区", "温州市")
    ]
    reading = read([row for table in tables for row in table])
    assert [table.titles for table in reading.tables] == [("龙湾区对外贸易", "2025.05"), ("温州市对外贸易", "2025.05")]
    assert reading.cells["period"].tolist() == ["2025-05", "2025-05"]
    assert "numbers_outside_tables" not in {finding.rule for finding in reading.findings}


@pytest.mark.parametrize("gap", [[""], []])
def test_two_tables_side_by_side_are_both_read(gap: list[str]) -> None:
    rows = [
        ["2025年1-3月主要指标"],
        ["指标", "数值（亿元）", *gap, "指标", "数值（家）"],
        ["出口", 107.2, *gap, "新增企业", 30],
        ["进口", 20.1, *gap, "规上企业", 500],
    ]
    reading = read(rows)
    right = "DE"[len(gap)]
    assert reading.cells["row_label"].tolist() == ["出口", "进口", "新增企业", "规上企业"]
    assert meaning(reading, f"{right}3") == ("2025-03", "ytd", "家")
    assert reading.findings == ()


def test_months_across_give_each_column_its_month() -> None:
    rows = [
        ["2022-2024年龙湾区对外贸易历史数据：累计（示例数据）"],
        ["单位：亿元"],
        ["指标", "累计", "", ""],
        ["", "2022年2月", "2022年3月", "2024年12月"],
        ["货物贸易出口", 60.1, 95.2, 428.6],
    ]
    reading = read(rows, merges=["B3:D3", "A3:A4"])
    assert reading.cells["period"].tolist() == ["2022-02", "2022-03", "2024-12"]
    assert set(reading.cells["measure"]) == {"ytd"}
    assert set(reading.cells["unit"]) == {"亿元"}


@pytest.mark.parametrize("word", ["累计同比", "本月同比"])
def test_a_history_of_growth_is_growth(word: str) -> None:
    rows = [
        [f"2023-2024年龙湾区历史数据：{word}"],
        ["指标", word, ""],
        ["", "2024年2月", "2024年3月"],
        ["出口", 6.1, 5.2],
    ]
    reading = read(rows, merges=["B2:C2", "A2:A3"])
    assert set(reading.cells["measure"]) == {"yoy_ytd" if word == "累计同比" else "yoy_month"}


@pytest.mark.parametrize(
    "months",
    [
        [date(2024, 11, 1), date(2024, 12, 1)],
        [datetime(2024, 11, 30), datetime(2024, 12, 31)],  # noqa: DTZ001  # Excel has no zones
        ["2024-11", "2024-12"],
        ["2024.11", "2024.12"],
        [202411, 202412],
        ["２０２４年１１月", "2024年 12月"],
    ],
)
def test_months_are_read_however_they_are_written(months: list[object]) -> None:
    across = read([["出口历史"], ["指标", *months], ["出口", 1.5, 2.5]])
    assert across.cells["period"].tolist() == ["2024-11", "2024-12"]
    down = read([["出口历史"], ["月份", "出口（亿元）"], [months[0], 1.5], [months[1], 2.5]])
    assert down.cells["period"].tolist() == ["2024-11", "2024-12"]
    assert set(down.cells["row_label"]) == {"出口（亿元）"}
    assert set(down.cells["unit"]) == {"亿元"}


def test_october_keeps_its_zero_where_a_number_lost_it() -> None:
    text = "月份,出口\n2016.8,1\n2016.9,2\n2016.1,3\n2016.11,4\n2016.12,5\n2017.1,6\n2017.2,7\n"
    reading = read_tables(text.encode("gb18030"), "出口.csv")
    assert reading.cells["period"].tolist() == [
        "2016-08", "2016-09", "2016-10", "2016-11", "2016-12", "2017-01", "2017-02",
    ]  # fmt: skip


def test_a_vendor_export_with_rows_about_its_columns_is_read_by_column() -> None:
    rows = [
        ["序号", "日期", "出口金额:当月值", "出口金额:当月同比"],
        ["", "指标ID", "E001", "E002"],
        ["", "频率", "月", "月"],
        ["", "单位", "千美元", "%"],
        [1, "2025-03", 313911.5, 12.4],
        [2, "2025-02", 215054.7, -3.0],
        ["", "数据来源：某某"],
    ]
    reading = read(rows)
    assert meaning(reading, "C5") == ("2025-03", "month", "千美元")
    assert meaning(reading, "D6") == ("2025-02", "yoy_month", "%")
    assert reading.findings == ()


@pytest.mark.parametrize(
    ("title", "header", "expected"),
    [
        ("2025年3月外贸", ["指标", "本月", "同比（%）", "累计", "同比（%）"], ["month", "yoy_month", "ytd", "yoy_ytd"]),
        ("2025年3月外贸", ["指标", "当月", "1-3月累计", "累计比上年同期（%）"], ["month", "ytd", "yoy_ytd"]),
        (
            "2025年3月外贸",
            ["指标", "本月", "累计", "同比（%）", "累计同比（%）"],
            ["month", "ytd", "yoy_month", "yoy_ytd"],
        ),
        ("2025年1-3月外贸", ["指标", "绝对额", "增长%"], ["ytd", "yoy_ytd"]),
        ("2025年一季度外贸", ["指标", "总量", "增速"], ["ytd", "yoy_ytd"]),
        ("2025年3月外贸", ["指标", "完成情况", "增幅"], ["", ""]),
        ("2025年3月存款", ["指标", "月末余额", "比年初增减额"], ["level", ""]),
        ("2025年3月外贸", ["指标", "累计", "占比（%）", "排名"], ["ytd", "", ""]),
        ("2024年外贸", ["指标", "数值", "同比（%）"], ["ytd", "yoy_ytd"]),
        ("外贸", ["指标", "2025年3月", "同比（%）"], ["month", "yoy_month"]),
        ("2025年3月外贸", ["指标", "累计", "上年同期", "同比±%"], ["ytd", "ytd", "yoy_ytd"]),
        ("2025年3月外贸", ["指标", "累计", "同比增减（亿元）", "增减（个百分点）"], ["ytd", "", ""]),
    ],
)
def test_headers_say_what_a_column_measures(title: str, header: list[str], expected: list[str]) -> None:
    reading = read([[title], header, ["出口", *range(1, len(header))]])
    assert reading.cells["measure"].tolist() == expected


def test_last_years_figures_carry_last_years_period() -> None:
    reading = read([["2025年3月外贸"], ["指标", "累计", "上年同期"], ["出口", 107, 100]])
    assert meaning(reading, "B3") == ("2025-03", "ytd", "")
    assert meaning(reading, "C3") == ("2024-03", "ytd", "")
    assert reading.cells["role"].tolist() == ["value", "prior"]


@pytest.mark.parametrize(
    ("title", "header", "label", "unit"),
    [
        ("单位：亿元", "累计", "出口", "亿元"),
        ("（单位:万元）", "累计", "出口", "万元"),
        ("单位：亿元、%", "累计", "出口", "亿元"),
        ("单位：龙湾区统计局", "累计", "出口", ""),
        ("外贸", "累计（亿元）", "出口", "亿元"),
        ("外贸", "累计\n亿元", "出口", "亿元"),
        ("外贸", "累计", "出口（万美元）", "万美元"),
        ("外贸", "累计", "出口（含保税）", ""),
        ("单位：亿元", "累计", "从业人员（人）", "人"),
        ("单位：亿元", "累计（万元）", "出口", "万元"),
        ("外贸", "累计（万元）", "货运量(万吨公里)", "万吨公里"),
    ],
)
def test_a_unit_is_found_wherever_it_stands(title: str, header: str, label: str, unit: str) -> None:
    reading = read([["2025年1-3月"], [title], ["指标", header, "同比（%）"], [label, 5, 1], ["进口", 6, 2]])
    assert at(reading, "B4")["unit"] == unit
    assert at(reading, "C4")["unit"] == "%"


def test_a_column_of_units_gives_each_row_its_own() -> None:
    rows = [
        ["2025年3月"],
        ["指标", "计量单位", "累计", "同比（%）"],
        ["新增企业", "家", 30, 5],
        ["支出", "万元", 200, 6],
        ["占比", "％", 4, 1],
    ]
    reading = read(rows)
    assert reading.cells["unit"].tolist() == ["家", "%", "万元", "%", "%", "%"]


def test_a_unit_in_the_corner_of_the_header_counts_for_the_table() -> None:
    reading = read([["2025年3月外贸"], ["单位：亿元", "本月", "累计"], ["出口", 1, 2]])
    assert reading.cells["unit"].tolist() == ["亿元", "亿元"]
    assert reading.sheets[0].unit == "亿元"


def test_a_heading_lends_its_unit_to_its_rows_but_not_to_sums_of_money() -> None:
    rows = [["2025年1-3月"], ["指标", "累计"], ["商品房情况（万平方米）", ""], ["销售面积", 77.5], ["销售额", 31.9]]
    reading = read(rows)
    assert at(reading, "B4")["unit"] == "万平方米"
    assert at(reading, "B5")["unit"] == ""


def test_rows_said_to_be_last_months_carry_the_month_before() -> None:
    rows = [
        ["2025年1-3月工业"],
        ["指标", "绝对额", "增速（%）"],
        ["产值", 500, 8],
        ["效益（上月数据）", "", ""],
        ["  利润", 23, 2],
        ["总产值", 9, 1],
    ]
    reading = read(rows)
    assert meaning(reading, "B5")[:2] == ("2025-02", "ytd")
    assert meaning(reading, "B6")[:2] == ("2025-03", "ytd")


def test_a_missing_year_is_taken_from_the_other_sheets_and_said() -> None:
    rows = [["指标", "1-3月"], ["出口", 5]]
    data = xlsx({"一": [["指标", "2025年1-3月"], ["生产总值", 5]], "二": rows, "三": [["指标", "1-2月"], ["利润", 1]]})
    reading = read_tables(data, "表.xlsx")
    assert reading.cells["period"].tolist() == ["2025-03", "2025-03", "2025-02"]
    said = [(finding.sheet, finding.period, finding.severity) for finding in reading.findings]
    assert said == [("二", "2025-03", Severity.INFO), ("三", "2025-02", Severity.INFO)]


def test_a_missing_year_is_taken_from_the_file_name() -> None:
    reading = read([["指标", "1-3月"], ["出口", 5]], name="外贸2025年3月.xlsx")
    assert reading.cells["period"].tolist() == ["2025-03"]
    assert "文件名" in only(reading, "period_from_elsewhere").zh


def test_figures_without_any_period_are_kept_and_said() -> None:
    reading = read([["外贸"], ["指标", "累计"], ["出口", 5]])
    assert meaning(reading, "B3") == ("", "ytd", "")
    assert only(reading, "period_unknown").severity is Severity.WARNING


def test_child_rows_with_the_same_label_are_told_apart_by_their_parents() -> None:
    rows = [
        ["2025年3月末"],
        ["项目", "余额（亿元）"],
        ["各项存款", 5084],
        ["  住户存款", 4250],
        ["    活期存款", 1016],
        ["  企业存款", 377],
        ["    活期存款", 256],
        ["#外币", 3],
    ]
    reading = read(rows)
    assert list(zip(reading.cells["row_label"], reading.cells["parent_label"], strict=True)) == [
        ("各项存款", ""),
        ("住户存款", "各项存款"),
        ("活期存款", "住户存款"),
        ("企业存款", "各项存款"),
        ("活期存款", "企业存款"),
        ("#外币", "各项存款"),
    ]
    assert set(reading.cells["measure"]) == {"level"}


def test_numbering_makes_a_hierarchy_without_indents() -> None:
    rows = [
        ["2025年1-3月"],
        ["项目", "金额"],
        ["一、税收收入", 10],
        ["增值税", 4],
        ["二、非税收入", 5],
        ["1.专项收入", 1],
    ]
    reading = read(rows)
    assert reading.cells["parent_label"].tolist() == ["", "一、税收收入", "", "二、非税收入"]


def test_a_second_group_of_labels_merged_down_stands_above_its_rows() -> None:
    rows = [
        ["2025年1-3月"],
        ["类别", "指标", "责任单位", "累计（家）", "备注"],
        ["科技", "高企", "科技局", 30, "见附件1"],
        ["", "小企业", "科技局", 50, ""],
    ]
    reading = read(rows, merges=["A3:A4"])
    assert reading.cells["row_label"].tolist() == ["高企", "小企业"]
    assert reading.cells["value"].tolist() == [30, 50]
    assert reading.findings == ()


def test_row_numbers_are_no_figures() -> None:
    rows = [["2025年1-3月"], ["序号", "指标", "累计"], [1, "出口", 5], [2, "进口", 6]]
    reading = read(rows)
    assert reading.cells["cell"].tolist() == ["C3", "C4"]
    assert reading.findings == ()


def test_a_revised_table_is_known_by_its_title() -> None:
    assert read([["2025年3月外贸（修订）"], ["指标", "累计"], ["出口", 5]]).sheets[0].revised
    assert not read([["2025年3月外贸"], ["指标", "累计"], ["出口", 5]]).sheets[0].revised


@pytest.mark.parametrize("text", ["发布日期：2025-04-15", "发布时间: 2025年4月15日", "（发布日期：2025/4/15）"])
def test_the_day_of_publication_is_read(text: str) -> None:
    reading = read([["2025年3月外贸"], ["指标", "累计"], ["出口", 5], [text]])
    assert reading.sheets[0].published == date(2025, 4, 15)


def test_the_day_of_publication_may_stand_in_the_next_cell() -> None:
    reading = read([["2025年3月外贸"], ["发布日期", date(2025, 4, 15)], ["指标", "累计"], ["出口", 5]])
    assert reading.sheets[0].published == date(2025, 4, 15)


def test_all_texts_of_the_frame_are_texts_and_values_are_floats() -> None:
    for reading in (read(BULLETIN, merges=MERGES), read([["空"]])):
        assert str(reading.cells["value"].dtype) == "float64"
        assert all(str(reading.cells[name].dtype) == "str" for name in ("sheet", "cell", "row_label", "text"))
