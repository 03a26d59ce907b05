"""Sheets of an .xls workbook (BIFF in an OLE2 container; WPS .et is the same).

Belongs here: values, formats and visibility by xlrd, which honours the code page that a workbook names and can be given
another; the record walk that finds encryption, formulas without a value, and the number of cells beforehand. Does not
belong here: what the cells mean.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

import numpy as np
import pandas as pd
import xlrd
import xlrd.compdoc
from numpy.typing import NDArray

from dagster_project.tables.archive_check import damaged
from dagster_project.tables.grid import LINKS, MACROS, OBJECTS, Book, Bools, Grid, Objects, Place, to_grid, with_places
from dagster_project.tables.xlsx import MOST_SHEETS, too_many_cells, too_many_sheets
from validators.errors import EncryptedWorkbookError, NotAWorkbookError

# What xlrd raises on damaged files, beside its own errors: it reads with struct, indexing and assertions.
_DAMAGED = (
    xlrd.XLRDError,
    xlrd.compdoc.CompDocError,
    struct.error,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
_QUOTED = re.compile(r'"[^"]*"|\\.|_.')
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_MOJIBAKE = re.compile(r"[\u00a1-\u00ff]{2,}")  # two or more Latin-1 letters side by side: bytes of Chinese characters

_FORMULA, _FILEPASS, _SHEET_START, _SHEET_END = 0x0006, 0x002F, 0x0809, 0x000A
_SHEET_NAMED, _LINK, _OWN_BOOK = 0x0085, 0x01AE, 4  # bytes of a link into the workbook itself
_CELL_RECORDS = {0x0006, 0x0203, 0x0204, 0x0205, 0x027E, 0x00FD, 0x00D6, 0x0003, 0x0004, 0x0005, 0x0002}
_MANY_CELLS = {0x00BD, 0x00BE}
_NUMBER, _MANY_NUMBERS = 0x0203, 0x00BD
_LENGTHS = {_NUMBER: 14, 0x027E: 10, 0x00FD: 10}  # a number, a packed number, a shared text
_EMPTY_TEXT_RESULT = b"\x03\x00\x00\x00\x00\x00\xff\xff"


def read_xls(data: bytes, file_name: str, max_cells: int) -> Book:
    """All sheets. Raises EncryptedWorkbookError, TruncatedWorkbookError, NotAWorkbookError and TooLargeError."""
    try:
        records, carried = _workbook_stream(data, file_name)
        unvalued = _walk(records, file_name, max_cells)
        book = open_formatted(data)
        return Book("xls", tuple(_grid(book, sheet, unvalued) for sheet in book.sheets()), carried | _carried(records))
    except _DAMAGED as error:
        raise damaged(file_name) from error


def encrypted(file_name: str) -> EncryptedWorkbookError:
    """The error for a workbook with a password to open it."""
    return EncryptedWorkbookError(
        file_name,
        "工作簿已加密；请在 Excel 或 WPS 中取消打开密码后重新上传",
        "the workbook is encrypted; remove its password in Excel or WPS and hand it in again",
    )


def _workbook_stream(data: bytes, file_name: str) -> tuple[bytes, frozenset[str]]:
    """The workbook's records, and what the container holds beside them."""
    container = xlrd.compdoc.CompDoc(data, logfile=io.StringIO())
    if any(container.get_named_stream(name) for name in ("EncryptedPackage", "EncryptionInfo")):
        raise encrypted(file_name)
    for name in ("Workbook", "Book"):
        memory, base, length = container.locate_named_stream(name)
        if memory is not None:
            names = [entry.name.casefold() for entry in container.dirlist]
            macros = {MACROS} if any("vba" in name or name == "macros" for name in names) else set()
            objects = {OBJECTS} if any(name.startswith("mbd") for name in names) else set()
            return bytes(memory[base : base + length]), frozenset(macros | objects)
    raise NotAWorkbookError(
        file_name,
        "这是旧版 Office 文档，但不是工作簿；请上传 .xlsx、.xls 或 .csv",
        "this is an Office document but no workbook; hand in .xlsx, .xls or .csv",
    )


def _records(stream: bytes) -> Iterator[tuple[int, int, int]]:
    """Identifier, start and length of each record's data."""
    position, end = 0, len(stream)
    while position + 4 <= end:
        identifier, length = struct.unpack_from("<HH", stream, position)
        yield identifier, position + 4, length
        position += 4 + length


def _carried(stream: bytes) -> set[str]:
    """Macro sheets and modules, and other files that formulas refer to."""
    carried: set[str] = set()
    for identifier, start, length in _records(stream):
        if identifier == _SHEET_NAMED and length > 6 and stream[start + 5] in (1, 6):  # Excel 4 macros, Visual Basic
            carried.add(MACROS)
        elif identifier == _LINK and length > _OWN_BOOK:
            carried.add(LINKS)
    return carried


def _walk(stream: bytes, file_name: str, max_cells: int) -> list[set[Place]]:
    """Formulas without a value, by sheet in the order of the stream."""
    cells, depth = 0, 0
    unvalued: list[set[Place]] = []
    sheets = 0
    for identifier, start, length in _records(stream):
        sheets += identifier == _SHEET_NAMED
        if identifier == _FILEPASS:
            raise encrypted(file_name)
        if _LENGTHS.get(identifier, length) != length or (identifier == _MANY_NUMBERS and length % 6):
            raise damaged(file_name)  # another record under this name: its bytes would make a number of their own
        if identifier == _SHEET_START:
            depth += 1
            if depth == 1 and struct.unpack_from("<H", stream, start + 2)[0] == 0x0010:
                unvalued.append(set())
        elif identifier == _SHEET_END:
            depth = max(depth - 1, 0)
        elif identifier in _CELL_RECORDS:
            cells += 1
            if identifier == _FORMULA and unvalued and stream[start + 6 : start + 14] == _EMPTY_TEXT_RESULT:
                row, column = struct.unpack_from("<HH", stream, start)
                unvalued[-1].add((row, column))
        elif identifier in _MANY_CELLS:
            cells += max(length - 6, 0) // (6 if identifier == _MANY_NUMBERS else 2)
    if sheets > MOST_SHEETS:
        raise too_many_sheets(file_name, sheets)
    if cells > max_cells * 2:  # blank formatted cells are counted too
        raise too_many_cells(file_name, cells, max_cells)
    return unvalued


def open_formatted(data: bytes) -> Any:
    """The workbook with its formats, read as GB18030 where the code page that it names is unknown or gives no words."""
    try:
        book = _open(data, None)
    except LookupError:
        return _open(data, "gb18030")
    return _open(data, "gb18030") if _is_mojibake(book) else book


def _open(data: bytes, encoding: str | None) -> Any:
    return xlrd.open_workbook(
        file_contents=data, formatting_info=True, ragged_rows=True, encoding_override=encoding, logfile=io.StringIO()
    )


def _is_mojibake(book: Any) -> bool:
    if book.biff_version >= 80:  # texts are Unicode
        return False
    cells = (cell for sheet in book.sheets() for row in sheet.get_rows() for cell in row)
    texts = " ".join([*book.sheet_names(), *(cell.value for cell in cells if cell.ctype == xlrd.XL_CELL_TEXT)])
    return not _CHINESE.search(texts) and _MOJIBAKE.search(texts) is not None


def _grid(book: Any, sheet: Any, unvalued: list[set[Place]]) -> Grid:
    values = to_grid([sheet.row_values(row) for row in range(sheet.nrows)])
    types = np.zeros(values.shape, dtype=np.int64)
    formats = np.zeros(values.shape, dtype=np.int64)
    for row in range(sheet.nrows):
        types[row, : sheet.row_len(row)] = sheet.row_types(row)
        formats[row, : sheet.row_len(row)] = [sheet.cell_xf_index(row, column) for column in range(sheet.row_len(row))]
    errors = {
        (row, column): xlrd.error_text_from_code.get(values[row, column], "#?")
        for row, column in np.argwhere(types == xlrd.XL_CELL_ERROR).tolist()
    }
    for row, column in np.argwhere(types == xlrd.XL_CELL_DATE).tolist():
        values[row, column] = _date(values[row, column], book.datemode)
    for row, column in np.argwhere(types == xlrd.XL_CELL_BOOLEAN).tolist():
        values[row, column] = bool(values[row, column])
    values[np.isin(types, (xlrd.XL_CELL_ERROR, xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK))] = None
    without = unvalued[sheet.number] if sheet.number < len(unvalued) else set()
    values = with_places(_trimmed(values), [*errors, *without])
    return Grid(
        name=sheet.name,
        raw=values,
        hidden=sheet.visibility != 0,
        merges=tuple((top, left, bottom - 1, right - 1) for top, bottom, left, right in sheet.merged_cells),
        percent=_percent(book, formats)[: values.shape[0], : values.shape[1]],
        errors=errors,
        unvalued=frozenset(without),
        hidden_rows=_hidden(sheet.rowinfo_map),
        hidden_columns=_hidden(sheet.colinfo_map),
        indents=_indents(book, formats),
    )


def _hidden(about: dict[int, Any]) -> frozenset[int]:
    """Rows or columns hidden by hand; a folded outline still belongs to the table."""
    return frozenset(index for index, info in about.items() if info.hidden and not info.outline_level)


def _trimmed(values: Objects) -> Objects:
    """Without the blank rows and columns at the end: formatted blank cells count as cells in this format."""
    filled = np.asarray(pd.notna(values))
    if not filled.any():
        return values[:0, :0]
    rows, columns = np.nonzero(filled.any(axis=1))[0], np.nonzero(filled.any(axis=0))[0]
    return values[: rows[-1] + 1, : columns[-1] + 1]


def _date(number: float, mode: int) -> date | datetime | time | float:
    try:
        moment: datetime = xlrd.xldate_as_datetime(number, mode)
    except (xlrd.XLDateError, OverflowError, ValueError):
        return number
    if number < 1:
        return moment.time()
    return moment if moment.time() != time(0) else moment.date()


def _percent(book: Any, formats: NDArray[np.int64]) -> Bools:
    shows: Bools = np.array(
        ["%" in _QUOTED.sub("", book.format_map[style.format_key].format_str) for style in book.xf_list] or [False]
    )
    return shows[formats]


def _indents(book: Any, formats: NDArray[np.int64]) -> dict[Place, int]:
    indent = np.array([style.alignment.indent_level for style in book.xf_list] or [0])[formats]
    return {(row, column): int(indent[row, column]) for row, column in np.argwhere(indent > 0).tolist()}
