"""Real tables, which can't be republished: a municipal bulletin, a vendor's export, the national portal's downloads."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl.utils import get_column_letter, range_boundaries

from dagster_project.tables import Reading, read_tables

BULLETIN = "shaoyang-bulletin-2025-03.xlsx"


@pytest.fixture(scope="module")
def march(samples: Path) -> Reading:
    return read_tables((samples / "bureau" / BULLETIN).read_bytes(), BULLETIN)


def figure(reading: Reading, sheet: str, cell: str) -> tuple[object, ...]:
    cells = reading.cells
    found = cells[(cells["sheet"] == sheet) & (cells["cell"] == cell)]
    assert len(found) == 1
    row = found.iloc[0]
    return (row["row_label"], row["period"], row["measure"], row["unit"], round(float(row["value"]), 4))


@pytest.mark.parametrize(
    ("sheet", "cell", "expected"),
    [
        ("核算5", "B5", ("一、地区生产总值（GDP）", "2025-03", "ytd", "亿元", 663.6061)),
        ("核算5", "C5", ("一、地区生产总值（GDP）", "2025-03", "yoy_ytd", "%", 6.305)),
        ("核算5", "B16", ("#信息传输、软件和信息技术服务业", "2025-03", "ytd", "亿元", 20.0634)),
        ("工业7", "C8", ("二、规模工业增加值", "2025-03", "yoy_ytd", "%", 8.8)),
        ("工业7", "B13", ("营业收入", "2025-02", "ytd", "亿元", 324.7814)),  # under 上月数据
        ("工业7", "B19", ("从业人员平均人数（人）", "2025-02", "ytd", "人", 184868.0)),
        ("工业8", "B5", ("煤炭开采和洗选业", "2025-03", "yoy_ytd", "%", -73.7937)),
        ("交邮10", "B11", ("公 路(万吨公里)", "2025-03", "ytd", "万吨公里", 161116.5437)),
        ("投资11", "B5", ("固定资产投资", "2025-03", "yoy_ytd", "%", 3.3)),  # growth without a level
        ("投资11", "B9", ("民间投资", "2025-03", "yoy_ytd", "%", 0.0)),
        ("贸易13", "B6", ("限额以上零售额", "2025-03", "ytd", "亿元", 178.7136)),
        ("贸易13", "C7", ("其中：限额以上法人单位零售额", "2025-03", "yoy_ytd", "%", 10.7)),
        ("外贸和房地产15", "B4", ("居民消费价格指数（%）", "2025-03", "month", "%", 99.6)),
        ("外贸和房地产15", "C6", ("其中:出口", "2025-03", "ytd", "亿元", 26.1)),
        ("外贸和房地产15", "D6", ("其中:出口", "2025-03", "yoy_ytd", "%", -8.6)),
        ("外贸和房地产15", "C9", ("外商直接投资（万美元）", "2025-03", "ytd", "万美元", 326.8)),
        ("外贸和房地产15", "C14", ("其中：住宅", "2025-03", "ytd", "万平方米", 73.5932)),
        ("外贸和房地产15", "C15", ("商品房屋销售额", "2025-03", "ytd", "", 31.9277)),  # the heading's unit is an area
        ("财政19", "B5", ("地方一般公共预算收入", "2025-03", "ytd", "万元", 321298.0)),
        ("财政19", "C5", ("地方一般公共预算收入", "2025-03", "yoy_ytd", "%", -8.2454)),
        ("金融21", "B5", ("各项存款", "2025-03", "level", "亿元", 5084.5838)),
        ("金融21", "C5", ("各项存款", "2025-03", "", "亿元", 266.0009)),  # since January: no growth
        ("城乡收支22", "B15", ("其中:工资性收入", "2025-03", "ytd", "元", 2428.6581)),
        ("工业处2", "B5", ("全市", "2025-02", "ytd", "亿元", 324.7814)),
        ("31工业处3", "B5", ("全市", "2025-02", "ytd", "万元", 231684.2)),
        ("42贸外处1", "B5", ("全市", "2025-03", "ytd", "万元", 3873543.4227)),
        ("42贸外处1", "D6", ("双清", "2025-03", "", "", 9.0)),
        ("43贸外处2", "B18", ("邵阳经开区", "2025-03", "ytd", "万美元", 162.0)),
        ("46贸外处5", "B5", ("全市", "2025-03", "ytd", "万元", 261355.5385)),
        ("52综研室1", "B5", ("全市", "2025-03", "level", "亿元", 5084.5838)),
    ],
)
def test_a_figure_of_the_march_bulletin(march: Reading, sheet: str, cell: str, expected: tuple[object, ...]) -> None:
    assert figure(march, sheet, cell) == expected


def test_labels_that_stand_twice_are_told_apart_by_their_parents(march: Reading) -> None:
    cells = march.cells
    twice = cells[cells["row_label"].isin(["活期存款", "其中：住宅"])].drop_duplicates(["row_label", "parent_label"])
    assert set(zip(twice["row_label"], twice["parent_label"], strict=True)) == {
        ("活期存款", "住户存款"),
        ("活期存款", "非金融企业存款"),
        ("其中：住宅", "商品房销售面积"),
        ("其中：住宅", "商品房屋销售额"),
    }


def test_every_number_of_a_visible_sheet_is_read_or_named(march: Reading, samples: Path) -> None:
    with pytest.warns(UserWarning, match="Unable to read chart"):
        book = openpyxl.load_workbook(samples / "bureau" / BULLETIN, data_only=True)
    read = march.cells[march.cells["value"].notna()].set_index(["sheet", "cell"])["value"].to_dict()
    named = set()
    for finding in march.findings:
        if finding.rule in ("numbers_outside_tables", "hidden_cells_ignored"):
            for part in finding.found.split(", "):
                left, top, right, bottom = range_boundaries(part)
                named |= {
                    (finding.sheet, f"{get_column_letter(column)}{row}")
                    for column in range(left, right + 1)
                    for row in range(top, bottom + 1)
                }
    numbers = {
        (sheet.title, cell.coordinate): float(cell.value)
        for sheet in book
        if sheet.sheet_state == "visible"
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, int | float)
    }
    assert len(numbers) > 1000
    assert {place for place in numbers if place not in read and place not in named} == set()
    assert {place for place, value in read.items() if numbers[place] != pytest.approx(value)} == set()


def test_no_figure_of_the_bulletin_lacks_its_period_or_raises_an_error(march: Reading) -> None:
    assert set(march.cells["period"]) == {"2025-03", "2025-02"}
    assert {finding.severity.value for finding in march.findings} == {"info", "warning"}
    assert [finding.sheet for finding in march.findings if finding.rule == "hidden_sheet_ignored"] == [
        "30工业处2",
        "81图5公共财政收入",
    ]


def test_a_vendor_export_reads_by_column_from_the_newest_month(samples: Path) -> None:
    name = "choice-trade.xlsx"
    reading = read_tables((samples / "bureau" / name).read_bytes(), name)
    assert figure(reading, "指标", "C7") == ("出口金额:当月同比", "2025-03", "yoy_month", "%", 12.4)
    assert figure(reading, "指标", "G8") == ("出口金额:当月值", "2025-02", "month", "千美元", 215054727.785)
    assert reading.findings == ()


def test_a_table_of_the_national_portal_reads_months_across(samples: Path) -> None:
    name = "nbs-portal-monthly.xls"
    reading = read_tables((samples / "bureau" / name).read_bytes(), name)
    assert figure(reading, "月度数据", "C4") == (
        "居民消费价格指数(上年同月=100)", "2017-11", "month", "上年同月=100", 101.7,
    )  # fmt: skip
    assert reading.cells["period"].nunique() == 24
    assert reading.findings == ()


def test_a_city_by_year_keeps_its_blank_years_missing(samples: Path) -> None:
    name = "nbs-portal-city-annual.xls"
    reading = read_tables((samples / "bureau" / name).read_bytes(), name)
    assert figure(reading, "主要城市年度数据", "C5") == ("国内生产总值(亿元)", "2017", "ytd", "亿元", 21503.15)
    assert pd.isna(reading.cells.loc[reading.cells["cell"] == "B5", "value"].iloc[0])
