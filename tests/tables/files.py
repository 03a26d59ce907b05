"""Files made in memory for the tests of reading: workbooks, old workbooks, archives that are no workbooks."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence

import openpyxl
import xlwt
from openpyxl.worksheet.worksheet import Worksheet

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
