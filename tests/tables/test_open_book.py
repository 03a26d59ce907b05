"""What may be opened, and what is refused before anybody looks for tables."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from datetime import date
from pathlib import Path

import msoffcrypto.format.ooxml
import openpyxl
import pytest
import xlsxwriter
import xlwt

from dagster_project.tables.grid import Book
from dagster_project.tables.open_book import open_book
from tests.tables.files import saved, with_part, xls, xls_of_the_nineties, xlsx
from validators.errors import (
    EmptyFileError,
    EncryptedWorkbookError,
    NotAWorkbookError,
    TooLargeError,
    TruncatedWorkbookError,
)

ROWS = [["指标", "本月"], ["货物贸易出口", 38.5]]
SHEET = "xl/worksheets/sheet1.xml"


def opened(data: bytes, name: str = "外贸.xlsx", *, max_bytes: int = 50_000_000, max_cells: int = 2_000_000) -> Book:
    return open_book(data, name, max_bytes=max_bytes, max_cells=max_cells)


def test_a_workbook_is_known_by_its_content_whatever_it_is_called() -> None:
    assert opened(xlsx({"外贸": ROWS}), "外贸.csv").kind == "xlsx"
    assert opened(xls({"外贸": ROWS}), "外贸.et").kind == "xls"
    assert opened("指标,本月\n货物贸易出口,38.5\n".encode(), "外贸.txt").kind == "csv"


@pytest.mark.parametrize("data", [b"", b"\n\r\n  ", b"\0" * 100])
def test_an_empty_file_is_said_to_be_empty(data: bytes) -> None:
    with pytest.raises(EmptyFileError, match="空"):
        opened(data)


@pytest.mark.parametrize("name", ["外贸.xlsx", "外贸.XLS", "外贸.et"])
def test_a_text_named_like_a_workbook_is_no_workbook(name: str) -> None:
    with pytest.raises(NotAWorkbookError, match="尽管文件名"):
        opened("这不是工作簿,只是文字\n".encode(), name)


def test_a_web_page_named_xls_is_told_from_a_workbook() -> None:
    with pytest.raises(NotAWorkbookError, match="HTML"):
        opened(b"\xef\xbb\xbf<html><table><tr><td>1</td></tr></table></html>", "外贸.xls")


@pytest.mark.parametrize("data", [b"%PDF-1.7 something", b"\x89PNG\r\n\x1a\n123", b"\xff\xd8\xff\xe0 picture"])
def test_a_document_of_another_kind_is_no_table(data: bytes) -> None:
    with pytest.raises(NotAWorkbookError):
        opened(data, "外贸.csv")


def test_bytes_in_no_known_encoding_are_no_table() -> None:
    with pytest.raises(NotAWorkbookError, match="GB18030"):
        opened(b"a,\xff\xff\n", "外贸.csv")


def test_an_archive_without_a_workbook_is_no_workbook() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    with pytest.raises(NotAWorkbookError, match="压缩包"):
        opened(buffer.getvalue())


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_workbook_that_was_cut_off_is_said_to_be_damaged(share: float) -> None:
    for data in (xlsx({"外贸": ROWS * 50}), xls({"外贸": ROWS * 50})[:-1024]):
        with pytest.raises(TruncatedWorkbookError, match="不完整"):
            opened(data[: int(len(data) * share)])


def test_a_sheet_whose_markup_breaks_off_is_damaged() -> None:
    data = with_part(xlsx({"外贸": ROWS}), SHEET, lambda sheet: sheet[: len(sheet) // 2])
    with pytest.raises(TruncatedWorkbookError):
        opened(data)


def test_an_encrypted_workbook_is_said_to_be_encrypted() -> None:
    buffer = io.BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(xlsx({"外贸": ROWS}))).encrypt("secret", buffer)
    with pytest.raises(EncryptedWorkbookError, match="密码"):
        opened(buffer.getvalue())


def test_an_old_workbook_with_a_password_is_said_to_be_encrypted() -> None:
    data = xls({"外贸": ROWS})
    codepage = data.index(b"\x42\x00\x02\x00")  # a record of the same length becomes FILEPASS
    with pytest.raises(EncryptedWorkbookError):
        opened(data[:codepage] + b"\x2f\x00" + data[codepage + 2 :], "外贸.xls")


def test_more_bytes_than_allowed_are_refused_unread() -> None:
    with pytest.raises(TooLargeError, match="XUSHI_MAX_UPLOAD_BYTES"):
        opened(xlsx({"外贸": ROWS}), max_bytes=1000)


def test_more_cells_than_allowed_are_refused() -> None:
    rows = [[1.0] * 10] * 30
    for data, name in ((xlsx({"a": rows}), "a.xlsx"), (b"1,1,1,1,1,1,1,1,1,1\n" * 30, "a.csv")):
        with pytest.raises(TooLargeError, match="XUSHI_MAX_CELLS"):
            opened(data, name, max_cells=200)


def test_one_cell_in_the_last_corner_does_not_allocate_the_whole_sheet() -> None:
    book = openpyxl.Workbook()
    book.active["XFD1048576"] = 1
    with pytest.raises(TooLargeError, match="零散"):
        opened(saved(book))


def test_a_blank_formatted_cell_far_away_does_not_count() -> None:
    data = with_part(
        xlsx({"外贸": ROWS}),
        SHEET,
        lambda sheet: sheet.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'),
    )
    assert opened(data).sheets[0].raw.shape == (2, 2)


def test_an_archive_that_unpacks_to_gigabytes_is_refused_in_little_memory() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/workbook.xml", "w") as part:
        for _ in range(100):
            part.write(bytes(1 << 20))
    data = buffer.getvalue()
    announced = data.replace((100 << 20).to_bytes(4, "little"), (100).to_bytes(4, "little"))  # the directory lies
    for bomb in (data, announced):
        tracemalloc.start()
        with pytest.raises((TooLargeError, TruncatedWorkbookError)):
            opened(bomb, max_cells=1000)
        assert tracemalloc.get_traced_memory()[1] < 20 << 20
        tracemalloc.stop()


def test_a_long_text_shared_by_many_cells_is_refused_before_it_is_copied() -> None:
    texts = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>%s</t></si></sst>'
    cells = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (n, n) for n in range(1, 2001))
    data = with_part(xlsx({"a": ROWS}), "xl/sharedStrings.xml", texts % (b"x" * 1_000_000))
    data = with_part(
        data,
        SHEET,
        lambda sheet: sheet[: sheet.index(b"<sheetData>")] + b"<sheetData>" + cells + b"</sheetData></worksheet>",
    )
    with pytest.raises(TooLargeError):
        opened(data)


def test_entities_are_never_expanded() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
    for part in (SHEET, "xl/workbook.xml", "xl/styles.xml"):
        with pytest.raises(NotAWorkbookError, match="文档类型"):
            opened(with_part(xlsx({"a": ROWS}), part, lambda text: bomb + text))


def test_a_part_that_stands_twice_is_refused() -> None:
    data = io.BytesIO(xlsx({"a": ROWS}))
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(data, "a") as archive:
        archive.writestr(SHEET, "<worksheet/>")
    with pytest.raises(NotAWorkbookError, match="同名"):
        opened(data.getvalue())


def test_numbers_texts_and_dates_come_as_they_are() -> None:
    rows = [["指标", date(2025, 3, 1)], ["出口", 38.5], ["", "…"]]
    for book in (opened(xlsx({"外贸": rows})), opened(xls({"外贸": [rows[0][:1], *rows[1:]]}), "外贸.xls")):
        values = book.sheets[0].raw
        assert values[1].tolist() == ["出口", 38.5]
        assert values[2].tolist() == [None, "…"]
    assert opened(xlsx({"外贸": rows})).sheets[0].raw[0, 1] == date(2025, 3, 1)


def test_per_cent_formats_merges_and_hidden_things_are_known() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "外贸"
    for row in ROWS:
        sheet.append(row)
    sheet["B2"].number_format = "0.0%"
    sheet["A2"].alignment = openpyxl.styles.Alignment(indent=2)
    sheet["C3"] = 1
    sheet["C3"].number_format = '0.0"%"'  # a mere letter
    sheet.merge_cells("A4:B5")
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["C"].hidden = True
    book.create_sheet("旧").sheet_state = "hidden"
    first, second = opened(saved(book)).sheets
    assert first.percent is not None
    assert first.percent.tolist() == [[False] * 3, [False, True, False], [False] * 3]
    assert (first.merges, first.indents) == (((3, 0, 4, 1),), {(1, 0): 2})
    assert (first.hidden_rows, first.hidden_columns) == ({2}, {2})
    assert (first.hidden, second.hidden) == (False, True)


def test_errors_and_formulas_without_a_value_are_known_by_their_place() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"] = "合计"
    sheet["B1"] = "=1+1"
    sheet["C1"] = "#REF!"
    sheet["C1"].data_type = "e"
    grid = opened(saved(book)).sheets[0]
    assert grid.unvalued == {(0, 1)}
    assert grid.errors == {(0, 2): "#REF!"}
    assert grid.raw.tolist() == [["合计", None, None]]


def test_a_formula_of_an_old_workbook_without_a_value_is_known_by_its_place() -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("外贸")
    sheet.write(0, 0, 5)
    sheet.write(1, 0, xlwt.Formula("A1*2"))
    buffer = io.BytesIO()
    book.save(buffer)
    assert opened(buffer.getvalue(), "外贸.xls").sheets[0].unvalued == {(1, 0)}


def test_a_formula_that_a_program_wrote_as_zero_was_never_calculated() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("外贸")
        sheet.write_formula("A1", "=1+1")  # 0 is stored for its value
        sheet.write_formula("A2", "=1+1", None, 2)
    assert opened(buffer.getvalue()).sheets[0].unvalued == {(0, 0)}


def test_an_old_workbook_tells_percent_formats() -> None:
    grid = opened(xls({"外贸": [["增速", 0.05]]}, percent=[(0, 1)]), "外贸.xls").sheets[0]
    assert grid.percent is not None
    assert grid.percent.tolist() == [[False, True]]


@pytest.mark.parametrize("code_page", [936, 1252, 999])
def test_an_old_workbook_that_names_a_wrong_code_page_is_read_in_chinese(code_page: int) -> None:
    sheet = opened(xls_of_the_nineties(ROWS, code_page=code_page), "外贸.xls").sheets[0]
    assert sheet.name == "外贸"
    assert sheet.raw.tolist() == ROWS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_a_text_table_is_read_in_every_usual_encoding_and_separator(encoding: str, separator: str) -> None:
    text = f'指标{separator}"本月\n(亿元)"\r\n货物贸易出口{separator}"1,038.5"\r\n注：示例\r\n'
    grid = opened(text.encode(encoding), "外贸.csv").sheets[0]
    assert grid.name == "外贸"
    assert grid.raw.tolist() == [["指标", "本月\n(亿元)"], ["货物贸易出口", "1,038.5"], ["注：示例", None]]


def test_every_real_file_opens(samples: Path) -> None:
    for path in sorted((samples / "bureau").glob("*.xls*")):
        book = opened(path.read_bytes(), path.name)
        assert any("指" in str(cell) for sheet in book.sheets for cell in sheet.raw.ravel()), path.name
