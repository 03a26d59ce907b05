"""Whatever a sheet looks like, reading ends, and each of its numbers is read or named as left out."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter, range_boundaries

from dagster_project.tables import read_tables, to_observations
from tests.tables.files import Rows, csv, xlsx
from validators.catalogue import Catalogue

TEXTS = """
指标 项目 地区 序号 计量单位 单位：亿元 本月 累计 同比（%） 增速(%) 1-3月 2025年1-3月 2024年12月
2025年3月龙湾区对外贸易 货物贸易出口 一、税收 #其中 注：示例 发布日期：2025-04-15 上月数据 （上月数据）
… - 约30 12.5亿 #REF! 亿元 甲 备注 上年同期 排名 完成情况
"""
WORDS = ["", "", *TEXTS.split(), "  其中：高新技术产品出口"]
CELLS = st.one_of(
    st.sampled_from(WORDS),
    st.integers(-3, 12),
    st.sampled_from([0.5, 38.5, 107.25, 2023.0, 2024.0, 2025.3, 202503.0, 1e9]),
    st.dates(),
)
GRIDS = st.lists(st.lists(CELLS, min_size=1, max_size=7), min_size=1, max_size=9)


def named(found: str) -> set[str]:
    """The cells of 'B2:C3, E5'."""
    cells = set()
    for part in found.split(", "):
        left, top, right, bottom = range_boundaries(part)
        cells |= {f"{get_column_letter(c)}{r}" for c in range(left, right + 1) for r in range(top, bottom + 1)}
    return cells


def numbers(rows: Rows) -> dict[str, float]:
    return {
        f"{get_column_letter(column)}{row}": float(value)
        for row, cells in enumerate(rows, start=1)
        for column, value in enumerate(cells, start=1)
        if isinstance(value, int | float)
    }


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(GRIDS)
def test_every_number_of_any_sheet_is_read_or_left_out_by_name(rows: Rows) -> None:
    reading = read_tables(xlsx({"表": rows}), "表.xlsx")
    filled = reading.cells[reading.cells["value"].notna()]
    read = dict(zip(filled["cell"], filled["value"], strict=True))
    assert len(read) == len(filled), "a cell was read twice"
    left_out = set()
    for finding in reading.findings:
        if finding.rule == "numbers_outside_tables":
            left_out |= named(finding.found)
    assert not left_out & set(read)
    for cell, value in numbers(rows).items():
        if cell in read:
            assert read[cell] == value
    lost = set(numbers(rows)) - set(read) - left_out
    in_headers = {cell for cell in lost if is_part_of_a_header_or_a_label(cell, rows, reading.cells["cell"].tolist())}
    assert lost == in_headers


def is_part_of_a_header_or_a_label(cell: str, rows: Rows, read: list[str]) -> bool:
    """A year or a row number: above or left of a cell that was read."""
    left, top, _, _ = range_boundaries(cell)
    places = [range_boundaries(other)[:2] for other in read]
    return any(top < row or (top == row and left < column) for column, row in places)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(GRIDS)
def test_any_sheet_can_be_mapped_without_an_exception(small_catalogue: Catalogue, rows: Rows) -> None:
    mapped = to_observations(read_tables(csv([["表"], *rows]).encode("gb18030"), "龙湾区对外贸易.csv"), small_catalogue)
    keys = ["indicator", "region", "period", "measure"]
    assert not mapped.observations.duplicated(keys).any()
    assert mapped.observations["value"].notna().all()
