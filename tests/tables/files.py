"""Files made in memory for the tests of reading: workbooks, old workbooks, archives that are no workbooks."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence

import openpyxl
import xlwt
from openpyxl.worksheet.worksheet import Worksheet
from xlwt.CompoundDoc import XlsDoc

Rows = Sequence[Sequence[object]]


def xlsx(
    sheets: Mapping[str, Rows], *, merges: Iterable[str] = (), change: Callable[[Worksheet], None] | None = None
) -> bytes:
    """A workbook of the rows; `merges` and `change` are applied to every sheet."""
    book = openpyxl.Workbook()
    del book["Sheet"]
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([None if cell == "" else cell for cell in row])
        for merge in merges:
            sheet.merge_cells(merge)
        if change is not None:
            change(sheet)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def xls(sheets: Mapping[str, Rows], *, percent: Iterable[tuple[int, int]] = ()) -> bytes:
    """An old workbook of the rows; `percent` names cells with a per cent format."""
    book = xlwt.Workbook(encoding="utf-8")
    style = xlwt.easyxf(num_format_str="0.0%")
    for name, rows in sheets.items():
        sheet = book.add_sheet(name)
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if value not in ("", None):
                    sheet.write(r, c, value, *([style] if (r, c) in set(percent) else []))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def with_part(data: bytes, name: str, content: bytes | Callable[[bytes], bytes]) -> bytes:
    """The archive with one part replaced (or added)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        parts = {part: old.read(part) for part in old.namelist()}
        parts[name] = content(parts[name]) if callable(content) else content
        for part, text in parts.items():
            new.writestr(part, text)
    return buffer.getvalue()


def csv(rows: Rows) -> str:
    return "".join(",".join(str(cell) for cell in row) + "\r\n" for row in rows)


def xls_of_the_nineties(rows: Rows, *, code_page: int) -> bytes:
    """A BIFF5 workbook, whose texts are bytes in GBK whatever code page it names (936 is right, 1252 is wrong)."""

    def record(identifier: int, data: bytes = b"") -> bytes:
        return struct.pack("<HH", identifier, len(data)) + data

    def cell(row: int, column: int, value: object) -> bytes:
        if isinstance(value, str):
            text = value.encode("gbk")
            return record(0x0204, struct.pack("<HHHH", row, column, 0, len(text)) + text)
        return record(0x0203, struct.pack("<HHHd", row, column, 0, float(str(value))))

    def start(kind: int) -> bytes:
        return record(0x0809, struct.pack("<HHHH", 0x0500, kind, 0, 0))

    name = "外贸".encode("gbk")
    font = record(0x0031, struct.pack("<HHHHHBBBB", 200, 0, 0x7FFF, 400, 0, 0, 0, 0, 0) + b"\x05Arial")
    style = record(0x00E0, struct.pack("<HHHHHHHH", 0, 0, 0xFFF5, 0x20, 0, 0, 0, 0))
    head = start(0x0005) + record(0x0042, struct.pack("<H", code_page)) + font * 5 + style
    first_sheet = len(head) + 4 + 7 + len(name) + 4
    head += record(0x0085, struct.pack("<IHB", first_sheet, 0, len(name)) + name) + record(0x000A)
    cells = b"".join(cell(r, c, value) for r, row in enumerate(rows) for c, value in enumerate(row))
    stream = head + start(0x0010) + cells + record(0x000A)
    buffer = io.BytesIO()
    XlsDoc().save(buffer, stream.ljust(0x1000, b"\0"))
    return buffer.getvalue()
