"""What a hostile or odd file carries is never opened, run or followed, and is said."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
import xlwt
from openpyxl.packaging.relationship import Relationship
from openpyxl.workbook.external_link.external import ExternalBook, ExternalLink
from xlwt.CompoundDoc import XlsDoc

from dagster_project.tables import Reading, read_tables
from tests.tables.files import csv, saved, with_part, xls, xlsx
from validators.errors import NotAWorkbookError, TooLargeError
from validators.findings import Finding, Severity

ROWS = [["2025年3月龙湾区对外贸易"], ["单位：亿元"], ["指标", "累计"], ["货物贸易出口", 38.5]]
GOOD = xlsx({"外贸": ROWS})
LAUGHS = (
    b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>"""
)


def about(reading: Reading) -> dict[str, Finding]:
    """Findings about the whole file, by rule."""
    return {finding.rule: finding for finding in reading.findings if not finding.sheet}


def figures(reading: Reading) -> list[float]:
    return [float(value) for value in reading.cells["value"].dropna()]


@pytest.mark.parametrize(
    ("part", "rule"),
    [
        ("xl/vbaProject.bin", "macros_never_run"),
        ("xl/macrosheets/sheet1.xml", "macros_never_run"),
        ("xl/connections.xml", "links_never_followed"),
        ("xl/queryTables/queryTable1.xml", "links_never_followed"),
        ("xl/embeddings/oleObject1.bin", "objects_never_opened"),
        ("xl/embeddings/more.zip", "objects_never_opened"),
        ("xl/activeX/activeX1.xml", "objects_never_opened"),
    ],
)
def test_what_a_workbook_carries_is_left_alone_and_said(part: str, rule: str) -> None:
    reading = read_tables(with_part(GOOD, part, b"<a/>"), "外贸.xlsm")
    assert figures(reading) == [38.5]
    assert set(about(reading)) == {rule}
    finding = about(reading)[rule]
    assert finding.severity is Severity.INFO
    assert finding.zh
    assert finding.en


def test_a_formula_that_refers_to_another_file_is_read_as_saved_and_said() -> None:
    book = openpyxl.load_workbook(io.BytesIO(GOOD))
    link = ExternalLink(externalBook=ExternalBook(id="rId1"))
    link.file_link = Relationship(
        type="externalLinkPath", Target="file:///etc/passwd", TargetMode="External", Id="rId1"
    )
    book._external_links.append(link)
    reading = read_tables(saved(book), "外贸.xlsx")
    assert figures(reading) == [38.5]
    assert set(about(reading)) == {"links_never_followed"}


def test_a_hyperlink_in_a_cell_is_no_reason_for_a_word() -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet("外贸")
        for number, row in enumerate(ROWS):
            sheet.write_row(number, 0, row)
        sheet.write_url("A6", "https://example.org/", string="注：见网站")
    assert about(read_tables(stream.getvalue(), "外贸.xlsx")) == {}


def test_an_old_workbook_with_visual_basic_is_read_and_said() -> None:
    stream = workbook_stream(xls({"外贸": ROWS}))
    data = with_storage(stream, "_VBA_PROJECT_CUR")
    reading = read_tables(data, "外贸.xls")
    assert figures(reading) == [38.5]
    assert set(about(reading)) == {"macros_never_run"}


def test_an_old_workbook_with_a_macro_sheet_or_a_link_is_read_and_said() -> None:
    stream = workbook_stream(xls({"外贸": ROWS, "宏": [["=EXEC()"]]}))
    last = stream.rfind(b"\x85\x00", 0, stream.find(b"\x0a\x00\x00\x00"))
    macro = bytearray(stream)
    macro[last + 4 + 5] = 1
    assert "macros_never_run" in about(read_tables(in_container(bytes(macro)), "外贸.xls"))
    end = stream.find(b"\x0a\x00\x00\x00")
    names = struct.pack("<HHB", 1, 5, 0) + b"\x01a.xl" + struct.pack("<HB", 1, 0) + b"S"
    link = struct.pack("<HH", 0x01AE, len(names)) + names
    linked = stream[:end] + link + stream[end:]
    first_sheet = struct.unpack_from("<I", stream, stream.find(b"\x85\x00") + 4)[0]
    linked = linked.replace(struct.pack("<I", first_sheet), struct.pack("<I", first_sheet + len(link)), 1)
    second = struct.unpack_from("<I", stream, last + 4)[0]
    linked = linked.replace(struct.pack("<I", second), struct.pack("<I", second + len(link)), 1)
    reading = read_tables(in_container(linked), "外贸.xls")
    assert figures(reading) == [38.5]
    assert "links_never_followed" in about(reading)


def workbook_stream(data: bytes) -> bytes:
    """The records of a workbook that xlwt wrote: its container begins with them."""
    size = len(data)
    return data[512:size]


def in_container(stream: bytes) -> bytes:
    buffer = io.BytesIO()
    XlsDoc().save(buffer, stream)
    return buffer.getvalue()


def with_storage(stream: bytes, name: str) -> bytes:
    """The container with one more entry in its directory."""
    data = bytearray(in_container(stream))
    directory = data.rfind("Root Entry".encode("utf-16-le"))
    entry = directory + 2 * 128  # the first of the unused ones
    label = (name + "\0").encode("utf-16-le")
    data[entry : entry + 128] = (
        label.ljust(64, b"\0")
        + struct.pack("<HBBiii", len(label), 1, 1, -1, -1, -1)
        + bytes(36)
        + struct.pack("<iII", 0, 0, 0)
    )
    struct.pack_into("<i", data, directory + 128 + 72, 2)  # the workbook's right neighbour
    return bytes(data)


@pytest.mark.parametrize(
    "part",
    ["xl/workbook.xml", "xl/theme/theme1.xml", "_rels/.rels", "[Content_Types].xml", "xl/_rels/workbook.xml.rels"],
)
def test_entities_are_refused_in_every_part(part: str) -> None:
    def doctored(content: bytes) -> bytes:
        return LAUGHS + content.partition(b"?>")[2]

    with pytest.raises(NotAWorkbookError, match="文档类型声明"):
        read_tables(with_part(GOOD, part, doctored), "外贸.xlsx")


def test_an_external_entity_reads_no_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("12345")
    entity = f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'.encode()

    def doctored(content: bytes) -> bytes:
        return entity + content.partition(b"?>")[2].replace(b"38.5", b"&x;")

    with pytest.raises(NotAWorkbookError):
        read_tables(with_part(GOOD, "xl/worksheets/sheet1.xml", doctored), "外贸.xlsx")


def test_an_archive_of_workbooks_is_no_workbook_and_is_not_unpacked() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("外贸.xlsx", GOOD)
    with pytest.raises(NotAWorkbookError, match="压缩包"):
        read_tables(stream.getvalue(), "外贸.xlsx")


@pytest.mark.parametrize("name", ["../../evil.xml", "/etc/passwd", "xl/../../evil", "C:\\evil"])
def test_a_part_with_a_path_for_a_name_is_never_written(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert figures(read_tables(with_part(GOOD, name, b"<a/>"), "外贸.xlsx")) == [38.5]
    assert list(tmp_path.iterdir()) == []


def test_more_sheets_than_any_table_needs_are_refused() -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        for number in range(1_001):
            book.add_worksheet(f"{number}")
    with pytest.raises(TooLargeError, match="工作表过多"):
        read_tables(stream.getvalue(), "外贸.xlsx")
    old = xlwt.Workbook()
    for number in range(1_001):
        old.add_sheet(f"{number}")
    buffer = io.BytesIO()
    old.save(buffer)
    with pytest.raises(TooLargeError, match="工作表过多"):
        read_tables(buffer.getvalue(), "外贸.xls")


@pytest.mark.parametrize(
    ("data", "name", "found"),
    [
        (GOOD, "外贸.csv", ".csv"),
        (GOOD, "外贸.xls", ".xls"),
        (xls({"外贸": ROWS}), "外贸.xlsx", ".xlsx"),
        (GOOD, "外贸.csv.xlsx", ".csv"),
        (GOOD, "外贸.pdf", ".pdf"),
        (csv(ROWS).encode(), "外贸.doc", ".doc"),
    ],
)
def test_content_that_is_not_what_the_name_says_is_read_as_what_it_is_and_said(
    data: bytes, name: str, found: str
) -> None:
    reading = read_tables(data, name)
    assert figures(reading) == [38.5]
    assert set(about(reading)) == {"content_not_as_named"}
    assert about(reading)["content_not_as_named"].found == found


@pytest.mark.parametrize("name", ["外贸.xlsx.exe", "外贸.SCR", "外贸.xlsx.html", "外贸.xlsx.lnk"])
def test_a_name_of_a_program_is_not_taken(name: str) -> None:
    finding = about(read_tables(GOOD, name))["name_of_a_program"]
    assert finding.severity is Severity.ERROR
    assert ".xlsx" in finding.expected


@pytest.mark.parametrize("name", ["外贸.xlsx", "外贸.et", "外贸", "外贸2025.03", "表 3.1 外贸.xlsx", "外贸(1).XLSX"])
def test_a_name_that_says_nothing_wrong_is_no_reason_for_a_word(name: str) -> None:
    assert about(read_tables(GOOD, name)) == {}
