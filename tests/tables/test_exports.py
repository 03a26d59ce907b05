"""Look-alikes of what portals, vendors, yearbooks and WPS export; none is a copy of a real file."""

from __future__ import annotations

import pytest

from dagster_project.tables import Reading, by_dataset, read_tables
from tests.tables.files import Rows, xls, xlsx
from validators.catalogue import Catalogue

PORTAL = (
    "数据库：月度数据\r\n时间：最近13个月\r\n指标,2025年3月,2025年2月,2025年1月\r\n"
    "社会消费品零售总额_当期值(亿元),100.5,,\r\n社会消费品零售总额_累计值(亿元),300.5,200.1,\r\n"
    '社会消费品零售总额_累计增长(%),5.5,4.1,\r\n"注：自2012年起，\n1-2月合并公布"\r\n数据来源：国家统计局\r\n'
)
VENDOR: Rows = [
    ["指标名称", "温州:社会消费品零售总额:累计值", "温州:出口总额:累计同比"],
    ["频率", "月", "月"],
    ["单位", "亿元", "%"],
    ["指标ID", "M001", "M002"],
    ["来源", "统计局", "海关"],
    ["2025-03-31", 900.1, 5.5],
    ["2025-02-28", 600.2, 4.5],
    ["数据来源：某某资讯", "", ""],
]


def figures(reading: Reading) -> list[tuple[object, ...]]:
    cells = reading.cells[reading.cells["value"].notna()]
    return list(zip(cells["cell"], cells["period"], cells["measure"], cells["unit"], cells["value"], strict=True))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_rows_of_a_portal_say_their_measure(encoding: str) -> None:
    """A year to date under a header that is a month must never become the month's figure."""
    assert figures(read_tables(PORTAL.encode(encoding), "月度数据.csv")) == [
        ("B4", "2025-03", "month", "亿元", 100.5),
        ("B5", "2025-03", "ytd", "亿元", 300.5),
        ("C5", "2025-02", "ytd", "亿元", 200.1),
        ("B6", "2025-03", "yoy_ytd", "%", 5.5),
        ("C6", "2025-02", "yoy_ytd", "%", 4.1),
    ]


def test_a_portals_rows_become_observations(catalogue: Catalogue) -> None:
    (part,) = by_dataset(read_tables(PORTAL.encode("gb18030"), "月度数据.csv"), catalogue, region="330303")
    rows = part.observations
    assert set(zip(rows["indicator"], rows["period"], rows["measure"], rows["value"], strict=True)) == {
        ("retail_sales", "2025-03", "month", 100.5),
        ("retail_sales", "2025-03", "ytd", 300.5),
        ("retail_sales", "2025-02", "ytd", 200.1),
        ("retail_sales_growth", "2025-03", "yoy_ytd", 5.5),
        ("retail_sales_growth", "2025-02", "yoy_ytd", 4.1),
    }


def test_a_vendors_days_are_their_months_and_one_export_feeds_two_datasets(catalogue: Catalogue) -> None:
    parts = {part.dataset: part for part in by_dataset(read_tables(xlsx({"Sheet1": VENDOR}), "导出.xlsx"), catalogue)}
    retail, trade = parts["retail_sales"].observations, parts["trade"].observations
    assert set(zip(retail["region"], retail["period"], retail["measure"], retail["value"], strict=True)) == {
        ("330300", "2025-03", "ytd", 900.1),
        ("330300", "2025-02", "ytd", 600.2),
    }
    assert set(zip(trade["indicator"], trade["measure"], trade["value"], strict=True)) == {
        ("goods_exports_growth", "yoy_ytd", 5.5),
        ("goods_exports_growth", "yoy_ytd", 4.5),
    }


def test_a_bilingual_label_of_a_yearbook_is_known_by_its_chinese(catalogue: Catalogue) -> None:
    rows = [
        ["1-1 温州市研发投入 R&D"],
        ["", "", "单位：亿元"],
        ["指标 Item", "2023", "2024"],
        ["研发经费支出 Expenditure on R&D", 200.5, 230.5],
        ["地区生产总值 Gross Domestic Product", 8730.6, 9718.8],
    ]
    (part,) = by_dataset(read_tables(xlsx({"1-1": rows}), "1-1.xlsx"), catalogue)
    found = part.observations
    assert set(zip(found["indicator"], found["period"], found["value"], strict=True)) == {
        ("rd_expenditure", "2023", 200.5),
        ("rd_expenditure", "2024", 230.5),
        ("gdp", "2023", 8730.6),
        ("gdp", "2024", 9718.8),
    }


@pytest.mark.parametrize("make", [xls, xlsx])
def test_a_wps_workbook_of_either_kind_is_read(make: object) -> None:
    rows = [["2025年1-3月消费品市场"], ["指标", "累计（亿元）", "同比（%）"], ["社零总额", 90.5, 6.5]]
    data = make({"消费": rows})  # type: ignore[operator]  # one of two functions of the same shape
    assert figures(read_tables(data, "消费.et")) == [
        ("B3", "2025-03", "ytd", "亿元", 90.5),
        ("C3", "2025-03", "yoy_ytd", "%", 6.5),
    ]


def test_a_row_and_a_column_that_say_different_measures_give_none() -> None:
    rows = [["指标", "2025年1-3月", "2025年1-2月"], ["出口总额_当期值(亿元)", 5, 4], ["出口总额_累计增长(%)", 3, 2]]
    assert [(cell, measure) for cell, _, measure, *_ in figures(read_tables(xlsx({"表": rows}), "p.xlsx"))] == [
        ("B2", ""),
        ("C2", ""),
        ("B3", "yoy_ytd"),
        ("C3", "yoy_ytd"),
    ]


def test_a_yearbook_with_a_second_header_in_english_reads_down_its_years(catalogue: Catalogue) -> None:
    rows = [
        ["5-1 温州市研发投入"],
        ["年 份", "地区生产总值", "研发经费支出"],
        ["Year", "GDP", "R&D Expenditure"],
        ["", "(亿元)", "(亿元)"],
        [2022, 8029.8, 190.1],
        [2023, 8730.6, 200.5],
    ]
    (part,) = by_dataset(read_tables(xlsx({"5-1": rows}), "5-1.xlsx"), catalogue)
    found = part.observations
    assert set(zip(found["indicator"], found["period"], found["value"], strict=True)) == {
        ("gdp", "2022", 8029.8),
        ("rd_expenditure", "2022", 190.1),
        ("gdp", "2023", 8730.6),
        ("rd_expenditure", "2023", 200.5),
    }
