"""A workbook given back: cells coloured and commented where the findings are, the rest as it was."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
import xlwt
from openpyxl.styles import Font
from openpyxl.workbook import Workbook

from dagster_project.tables import read_tables, to_observations
from dagster_project.workbooks import mark
from validators.catalogue_file import load_catalogue
from validators.errors import UnreadableFileError
from validators.findings import Finding, Severity
from validators.upload import check_upload

CATALOGUE = load_catalogue(Path(__file__).parents[2] / "metrics_catalog.yaml")
LIMITS = {"max_bytes": 1_000_000, "max_cells": 100_000}
RED, YELLOW, BLUE = "00FFC7CE", "00FFEB9C", "00DDEBF7"


def _finding(cell: str, severity: Severity = Severity.ERROR, sheet: str = "外贸", **more: str) -> Finding:
    return Finding(severity, "not_a_number", "请改为数字。", "Type a number.", sheet=sheet, cell=cell, **more)


def _table() -> Workbook:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "外贸"
    sheet.merge_cells("A1:D1")
    sheet["A1"] = "2025年9月龙湾区对外贸易主要指标"
    for column, text in enumerate(("指标", "计量单位", "本月", "累计"), start=1):
        sheet.cell(2, column).value = text
    for column, value in enumerate(("货物贸易出口额", "亿元", 38.25, "约三百"), start=1):
        sheet.cell(3, column).value = value
    sheet["C3"].number_format, sheet["C3"].font = "#,##0.00", Font(name="黑体", bold=True)
    sheet.column_dimensions["A"].width = 33
    return book


def _bytes(book: Workbook) -> bytes:
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def _open(data: bytes) -> Workbook:
    return openpyxl.load_workbook(BytesIO(data))


def test_bad_cells_are_coloured_by_severity_and_commented_in_both_languages() -> None:
    findings = [_finding("D3"), _finding("C3", Severity.WARNING)]
    marked = mark(_bytes(_table()), "外贸.xlsx", findings, **LIMITS)
    sheet = _open(marked.data)["外贸"]
    assert marked.name == "外贸_标注.xlsx"
    assert (sheet["D3"].fill.start_color.rgb, sheet["C3"].fill.start_color.rgb) == (RED, YELLOW)
    assert "请改为数字。" in sheet["D3"].comment.text
    assert "Type a number." in sheet["D3"].comment.text
    assert sheet["B3"].comment is None
    assert sheet["B3"].fill.fill_type is None


def test_values_fonts_formats_widths_and_merged_cells_stay() -> None:
    sheet = _open(mark(_bytes(_table()), "外贸.xlsx", [_finding("C3")], **LIMITS).data)["外贸"]
    cell = sheet["C3"]
    assert (cell.value, cell.number_format, cell.font.name, cell.font.bold) == (38.25, "#,##0.00", "黑体", True)
    assert sheet.column_dimensions["A"].width == 33
    assert [str(area) for area in sheet.merged_cells.ranges] == ["A1:D1"]


def test_the_worst_finding_of_a_cell_gives_the_colour_and_all_of_them_the_comment() -> None:
    info = Finding(Severity.INFO, "hidden", "说明一。", "A word.", sheet="外贸", cell="D3")
    cell = _open(mark(_bytes(_table()), "外贸.xlsx", [info, _finding("D3")], **LIMITS).data)["外贸"]["D3"]
    assert cell.fill.start_color.rgb == RED
    assert cell.comment.text.index("请改为数字。") < cell.comment.text.index("说明一。")


def test_a_finding_within_a_merged_area_marks_its_first_cell_and_a_range_marks_all_its_cells() -> None:
    sheet = _open(mark(_bytes(_table()), "x.xlsx", [_finding("C1"), _finding("B2:C3, A3")], **LIMITS).data)["外贸"]
    assert sheet["A1"].comment is not None
    filled = {cell.coordinate for row in sheet.iter_rows(min_row=2) for cell in row if cell.fill.fill_type}
    assert filled == {"B2", "C2", "B3", "C3", "A3"}


def test_the_last_sheet_lists_every_finding_errors_first_with_a_link_to_its_cell() -> None:
    findings = [
        _finding("C3", Severity.INFO),
        _finding("D3", found="约三百", expected="数字 / a number"),
        Finding(Severity.ERROR, "file_unknown", "看不出是哪张表。", "Unknown table."),
    ]
    sheet = _open(mark(_bytes(_table()), "x.xlsx", findings, **LIMITS).data)["检查结果"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    assert [row[0] for row in rows] == ["错误 error", "错误 error", "说明 info"]
    assert rows[0][1:5] == ["外贸", "D3", "约三百", "数字 / a number"]
    assert sheet["C4"].hyperlink.location == "'外贸'!D3"


def test_a_finding_that_quotes_a_formula_stays_text() -> None:
    found = _finding("D3", found='=HYPERLINK("http://a.example","x")', expected="@SUM(A1)")
    sheet = _open(mark(_bytes(_table()), "x.xlsx", [found], **LIMITS).data)["检查结果"]
    assert [(sheet[place].data_type, sheet[place].value) for place in ("D4", "E4")] == [
        ("s", '=HYPERLINK("http://a.example","x")'),
        ("s", "@SUM(A1)"),
    ]


def test_a_marked_workbook_that_was_corrected_reads_like_the_original() -> None:
    marked = _open(mark(_bytes(_table()), "外贸.xlsx", [_finding("D3"), _finding("Z99")], **LIMITS).data)
    marked["外贸"]["D3"] = 291.5
    again = _bytes(marked)
    found = to_observations(read_tables(again, "外贸_标注.xlsx"), CATALOGUE).observations
    assert dict(zip(found["measure"], found["value"], strict=True)) == {"month": 38.25, "ytd": 291.5}
    twice = _open(mark(again, "外贸_标注.xlsx", [_finding("C3")], **LIMITS).data)
    assert twice.sheetnames == ["外贸", "检查结果", "检查结果_"]


def test_what_the_checks_say_about_a_real_reading_is_marked_where_they_say_it() -> None:
    data = _bytes(_table())
    mapped = to_observations(read_tables(data, "外贸.xlsx"), CATALOGUE)
    stored = mapped.observations.iloc[:0].assign(known_from=[], upload=[], version=[])
    findings = list(mapped.findings)
    if not mapped.observations.empty:
        findings += check_upload(
            mapped.observations,
            stored,
            CATALOGUE,
            mapped.dataset,
            (mapped.period_first, mapped.period_last),
            status=mapped.status,
            known_from=datetime(2025, 10, 18, tzinfo=UTC),
        )
    about = [finding for finding in findings if finding.cell == "D3"]
    assert about
    assert _open(mark(data, "外贸.xlsx", findings, **LIMITS).data)["外贸"]["D3"].comment is not None


def test_an_xls_keeps_its_number_formats_fonts_widths_and_merged_cells() -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("外贸")
    sheet.write_merge(0, 0, 0, 2, "2025年9月对外贸易")
    sheet.write(1, 0, "=A1 不是公式")
    sheet.write(1, 1, 0.125, xlwt.easyxf("font: bold on, name SimHei; borders: left thin", num_format_str="0.0%"))
    sheet.col(0).width = 256 * 30
    stream = BytesIO()
    book.save(stream)
    marked = _open(mark(stream.getvalue(), "外贸.et", [_finding("B2")], **LIMITS).data)["外贸"]
    assert [str(area) for area in marked.merged_cells.ranges] == ["A1:C1"]
    assert (marked["A2"].value, marked["A2"].data_type) == ("=A1 不是公式", "s")
    cell = marked["B2"]
    assert (cell.value, cell.number_format, cell.font.bold, cell.font.name) == (0.125, "0.0%", True, "SimHei")
    assert cell.border.left.style == "thin"
    assert cell.fill.start_color.rgb == RED
    assert marked.column_dimensions["A"].width == 30


def test_a_gb18030_csv_comes_back_as_a_workbook_with_its_texts() -> None:
    data = "指标,累计\n出口额,约三百\n".encode("gb18030")
    marked = mark(data, "外贸[9月].csv", [_finding("B2", sheet="外贸[9月]")], **LIMITS)
    sheet = _open(marked.data).worksheets[0]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [["指标", "累计"], ["出口额", "约三百"]]
    assert sheet["B2"].fill.start_color.rgb == RED
    assert sheet.title == "外贸_9月_"


@pytest.mark.parametrize("data", [b"PK\x03\x04 nothing", b"%PDF-1.7", b""])
def test_what_is_no_table_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableFileError):
        mark(data, "x.xlsx", [], **LIMITS)
