"""A sheet as XlsxWriter writes it: fonts, borders, widths, number formats, the mark that says who wrote it.

Belongs here: how a sample workbook looks, and its bytes. Does not belong here: what it says.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

import numpy as np
import xlsxwriter
from numpy.typing import NDArray

from dagster_project.sample.sheet import Sheet
from dagster_project.sample.subjects import Subjects
from dagster_project.tables.titles import half_widths

MARK = "xushi-sample"  # in the keywords of each workbook, so that a later run knows its own files

_TITLE_FONT, _TEXT_FONT, _NUMBER_FONT = "黑体", "宋体", "Times New Roman"
_WIDE = 12  # columns of figures; more don't fit a page
_HEAD_FILL, _LINE = "#DCE6F1", "#7F7F7F"
_CELL = {"font_size": 11, "border": 1, "border_color": _LINE, "valign": "vcenter"}
_HEAD = {**_CELL, "font_name": _TEXT_FONT, "bold": True, "align": "center", "text_wrap": True, "bg_color": _HEAD_FILL}
_TEXT = {**_CELL, "font_name": _TEXT_FONT}
_NUMBER = {**_CELL, "font_name": _NUMBER_FONT, "align": "right"}
_NOTE = {"font_name": _TEXT_FONT, "font_size": 9, "align": "left", "valign": "vcenter"}


def workbook_bytes(sheets: Sequence[Sheet], subjects: Subjects, *, published: date, title: str) -> bytes:
    """An .xlsx file. The same sheets give the same bytes: every time in the file is the day of publication."""
    stream = BytesIO()
    # in_memory makes XlsxWriter stamp the zip's members with a fixed date instead of their files' times.
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        book.set_properties(
            {
                "title": title,
                "keywords": MARK,
                "comments": "示例数据，由程序生成 / sample data, made by a program",
                "created": datetime.combine(published, time(9)),
            }
        )
        formats = _Formats(book)
        for sheet in sheets:
            _write(book.add_worksheet(sheet.name), sheet, subjects, formats)
    return stream.getvalue()


class _Formats:
    """The formats of one workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, object], ...], Any] = {}

    def get(self, base: dict[str, object], **more: object) -> Any:
        merged = {**base, **more}
        key = tuple(sorted(merged.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(merged)
        return self._made[key]


def _write(target: Any, sheet: Sheet, subjects: Subjects, formats: _Formats) -> None:
    rows, columns = sheet.values.shape
    first_row, first_column = sheet.first_row, sheet.first_column
    last_column, last_row = first_column + columns - 1, first_row + rows - 1

    # Centred over a run of years the title would lie outside the window.
    wide = columns > _WIDE
    align = "left" if wide else "center"
    heading = formats.get(
        {"font_name": _TITLE_FONT, "font_size": 16, "bold": True, "align": align, "valign": "vcenter"}
    )
    target.merge_range(0, 0, 0, last_column, sheet.title, heading)
    target.set_row(0, 32)
    target.set_row(1, 18)
    if sheet.corner:
        target.write_string(1, last_column, sheet.corner, formats.get({**_NOTE, "font_size": 10, "align": "right"}))

    head = formats.get(_HEAD)
    for span in sheet.header:
        if (span.row, span.column) == (span.last_row, span.last_column):
            target.write_string(span.row, span.column, span.text, head)
        else:
            over = formats.get(_HEAD, align="left") if span.last_column - span.column >= _WIDE else head
            target.merge_range(span.row, span.column, span.last_row, span.last_column, span.text, over)
    for row in range(min(span.row for span in sheet.header), first_row):
        target.set_row(row, 21)

    label, unit, blank = formats.get(_TEXT), formats.get(_TEXT, align="center"), formats.get(_NUMBER, align="center")
    patterns = _patterns(sheet, subjects)
    for row in range(rows):
        at = first_row + row
        target.set_row(at, 19)
        target.write_string(at, 0, sheet.labels[row], label)
        if sheet.units is not None:
            target.write_string(at, 1, sheet.units[row], unit)
        for column in range(columns):
            value = sheet.values[row, column]
            if not np.isnan(value):
                number = formats.get(_NUMBER, num_format=patterns[row, column])
                target.write_number(at, first_column + column, value, number)
            elif sheet.blanks[row]:
                target.write_string(at, first_column + column, sheet.blanks[row], blank)
            else:
                target.write_blank(at, first_column + column, None, blank)

    note = formats.get(_NOTE)
    for index, text in enumerate(sheet.notes):
        target.merge_range(last_row + 1 + index, 0, last_row + 1 + index, last_column, text, note)

    width = max(14, *(half_widths(text) for text in sheet.labels)) + 2
    target.set_column(0, 0, width)
    if sheet.units is not None:
        target.set_column(1, 1, max(9, *(half_widths(text) for text in sheet.units)) + 1)
    # The title runs over all columns; narrow tables are widened so that it fits.
    room = half_widths(sheet.title) * 1.55 - width - (10 if sheet.units is not None else 0)
    target.set_column(first_column, last_column, max(12.0, min(22.0, room / columns)))
    target.freeze_panes(first_row, first_column)
    target.set_landscape()
    target.set_paper(9)
    target.repeat_rows(0, first_row - 1)
    if wide:
        target.repeat_columns(0, first_column - 1)
        target.set_print_scale(70)
    else:
        target.fit_to_pages(1, 0)
        target.center_horizontally()


def _patterns(sheet: Sheet, subjects: Subjects) -> NDArray[np.object_]:
    """Excel's number format of each cell: growth plain, large numbers with separators; `_ ` keeps off the border."""
    decimals = sheet.decimals(subjects)
    plain = np.array(["0_ ", "0.0_ ", "0.00_ "], dtype=object)[decimals]
    grouped = np.array(["#,##0_ ", "#,##0.0_ ", "#,##0.00_ "], dtype=object)[decimals]
    large = (np.nan_to_num(np.abs(sheet.values)).max(axis=1, initial=0, where=~sheet.is_growth) >= 10_000)[:, None]
    result: NDArray[np.object_] = np.where(large & ~sheet.is_growth, grouped, plain)
    return result
