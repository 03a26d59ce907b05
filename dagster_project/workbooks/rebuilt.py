"""An .xls, .et or .csv as a workbook that can be marked and saved as .xlsx.

Belongs here: values, merged areas and what of the formats xlrd tells (fonts, fills, borders, number formats, widths).
Does not belong here: marks (`marked.py`), the meaning of cells (`tables`).
"""

from __future__ import annotations

from typing import Literal

import xlrd
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from dagster_project.tables.grid import Book, Grid
from dagster_project.tables.open_book import open_book
from dagster_project.tables.xls import open_formatted

_HORIZONTAL = {1: "left", 2: "center", 3: "right", 6: "centerContinuous"}
_Line = Literal["thin", "medium", "dashed", "dotted", "thick", "double", "hair"]
_LINES: dict[int, _Line] = {1: "thin", 2: "medium", 3: "dashed", 4: "dotted", 5: "thick", 6: "double", 7: "hair"}
_SOLID = 1
_TWIPS, _COLUMN_UNIT = 20, 256


def rebuilt(data: bytes, file_name: str, *, max_bytes: int, max_cells: int) -> Workbook:
    """A workbook with the same sheets, values and merged areas. Raises an UnreadableFileError as the reader does."""
    book = open_book(data, file_name, max_bytes=max_bytes, max_cells=max_cells)
    made = Workbook()
    made.remove(made.worksheets[0])
    for grid in book.sheets:
        sheet = made.create_sheet(sheet_title(grid.name))
        sheet.sheet_state = "hidden" if grid.hidden else "visible"
        _fill(sheet, grid)
    if book.kind == "xls":
        _dress(made, book, open_formatted(data))
    if all(sheet.sheet_state == "hidden" for sheet in made.worksheets):
        made.worksheets[0].sheet_state = "visible"
    return made


def sheet_title(name: str) -> str:
    """A name that Excel takes for a sheet."""
    return "".join("_" if letter in "[]:*?/\\" else letter for letter in name)[:31] or "Sheet"


def _fill(sheet: Worksheet, grid: Grid) -> None:
    for row, values in enumerate(grid.raw, start=1):
        for column, value in enumerate(values, start=1):
            if value is None:
                continue
            cell = sheet.cell(row, column)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"  # a text that begins with = stays a text
    for (row, column), text in grid.errors.items():
        error = sheet.cell(row + 1, column + 1)
        error.value, error.data_type = text, "e"
    for top, left, bottom, right in grid.merges:
        sheet.merge_cells(start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1)


def _dress(made: Workbook, read: Book, source: xlrd.Book) -> None:
    """Give the cells the formats of the .xls, sheet by sheet."""
    for grid, sheet in zip(read.sheets, made.worksheets, strict=True):
        old = source.sheet_by_name(grid.name)
        for column, info in old.colinfo_map.items():
            if column < 256:
                sheet.column_dimensions[get_column_letter(column + 1)].width = info.width / _COLUMN_UNIT
        for row in range(old.nrows):
            for column in range(old.row_len(row)):
                cell = sheet.cell(row + 1, column + 1)
                if isinstance(cell, Cell):
                    _format(cell, source, source.xf_list[old.cell_xf_index(row, column)])


def _format(cell: Cell, source: xlrd.Book, style: xlrd.formatting.XF) -> None:
    font = source.font_list[style.font_index]
    cell.font = Font(name=font.name, size=font.height / _TWIPS, bold=bool(font.bold), italic=bool(font.italic))
    pattern = source.format_map.get(style.format_key)
    if pattern is not None:
        cell.number_format = pattern.format_str
    cell.alignment = Alignment(
        horizontal=_HORIZONTAL.get(style.alignment.hor_align), wrap_text=bool(style.alignment.text_wrapped)
    )
    line = style.border
    cell.border = Border(
        left=_side(line.left_line_style),
        right=_side(line.right_line_style),
        top=_side(line.top_line_style),
        bottom=_side(line.bottom_line_style),
    )
    if style.background.fill_pattern == _SOLID:
        colour = source.colour_map.get(style.background.pattern_colour_index)
        if colour is not None:
            cell.fill = PatternFill("solid", start_color=bytes(colour).hex().upper())


def _side(style: int) -> Side:
    line = _LINES.get(style)
    return Side() if line is None else Side(style=line)
