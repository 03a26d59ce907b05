"""The one sheet of a text file with separated values.

Belongs here: encoding, separator, cells. Does not belong here: numbers within the text (`numbers.py`).
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import PurePath

from dagster_project.tables.grid import Book, Grid, to_grid
from dagster_project.tables.xlsx import too_many_cells
from validators.errors import NotAWorkbookError

_SEPARATORS = ",\t;"
_LONGEST_CELL = 1_000_000
_EMPTY_PER_CELL = 3


def read_csv(data: bytes, file_name: str, max_cells: int) -> Book:
    """The text as one sheet named like the file; every cell is text. Raises NotAWorkbookError when it is in no encoding
    that is understood, TooLargeError."""
    text = _decode(data, file_name)
    csv.field_size_limit(_LONGEST_CELL)
    cells, width = 0, 0
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text)):
            cells, width = cells + len(row), max(width, len(row))
            rows.append([cell.strip(" \t\r\n") if cell.isspace() else cell for cell in row])
            if cells > max_cells or len(rows) * width > max_cells * _EMPTY_PER_CELL:
                raise too_many_cells(file_name, max(cells, len(rows) * width), max_cells)
    except csv.Error as error:
        raise _not_a_table(file_name) from error
    return Book("csv", (Grid(PurePath(file_name).stem, to_grid(rows)),))


def _decode(data: bytes, file_name: str) -> str:
    # UTF-16 is the "Unicode text" of Excel. GB18030 text is practically never valid UTF-8, so the order decides.
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ["utf-16"] if wide else ["utf-8-sig", "gb18030"]:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise _not_a_table(file_name)


def _not_a_table(file_name: str) -> NotAWorkbookError:
    return NotAWorkbookError(
        file_name,
        "不是可以读取的表格文本；请上传 .xlsx、.xls，或以 UTF-8、GB18030 编码的 .csv",
        "this is no text table that can be read; hand in .xlsx, .xls, or .csv in UTF-8 or GB18030",
    )


def _separator(text: str) -> str:
    """The separator that stands in most lines of the beginning."""
    lines = text[:20_000].splitlines()
    standing = Counter({mark: sum(mark in line for line in lines) for mark in _SEPARATORS})
    return max(_SEPARATORS, key=lambda mark: standing[mark])
