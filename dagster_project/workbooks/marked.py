"""A handed-in workbook given back with its findings: bad cells coloured and commented, a list of all findings behind.

Belongs here: marking. Does not belong here: finding what is wrong (`tables`, `validators`), turning an .xls or a .csv
into a workbook that can be marked (`rebuilt.py`).

Fonts, number formats, borders, widths and merged cells stay. openpyxl drops what it does not know (charts, shapes,
macros), and the list says so.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePath
from zipfile import BadZipFile

import openpyxl
from openpyxl.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook import Workbook
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from dagster_project.tables.archive_check import damaged
from dagster_project.workbooks.rebuilt import rebuilt, sheet_title
from validators.findings import Finding, Severity

LIST_NAME = "检查结果"
_ZIP = b"PK"
_FILLS = {Severity.ERROR: "FFC7CE", Severity.WARNING: "FFEB9C", Severity.INFO: "DDEBF7"}
_WORDS = {Severity.ERROR: "错误 error", Severity.WARNING: "提醒 warning", Severity.INFO: "说明 info"}
_ORDER = [Severity.ERROR, Severity.WARNING, Severity.INFO]
_HEADS = (
    "级别 Severity",
    "工作表 Sheet",
    "单元格 Cell",
    "现为 Found",
    "应为 Expected",
    "说明",
    "Explanation",
    "规则 Rule",
)
_WIDTHS = (16, 16, 12, 22, 22, 70, 70, 24)
_PLACE = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # which no worksheet can hold
_LONGEST = 1_000  # characters of a comment; the list has the whole text
_MOST_PLACES = 1_000  # cells coloured for one finding


@dataclass(frozen=True, slots=True)
class MarkedWorkbook:
    """An .xlsx and the name to save it under."""

    name: str
    data: bytes


def mark(data: bytes, file_name: str, findings: Sequence[Finding], *, max_bytes: int, max_cells: int) -> MarkedWorkbook:
    """The workbook with each finding's cells filled by severity and commented in Chinese and English, and a last sheet
    that lists all findings with links to their cells.

    Raises an UnreadableFileError for bytes that are no table; call it for files that the reader has read."""
    book = _opened(data, file_name, max_bytes=max_bytes, max_cells=max_cells)
    ordered = sorted(findings, key=lambda finding: _ORDER.index(finding.severity))
    marked: dict[tuple[str, str], list[Finding]] = {}
    for finding in ordered:
        sheet = _sheet_of(book, finding)
        if sheet:
            for place in _cells(finding.cell):
                marked.setdefault((sheet, place), []).append(finding)
    for (sheet, place), about in marked.items():
        _mark_cell(book[sheet], place, about)
    _write_list(book, ordered)
    stream = BytesIO()
    book.save(stream)
    return MarkedWorkbook(f"{PurePath(file_name).stem}_标注.xlsx", stream.getvalue())


def _opened(data: bytes, file_name: str, *, max_bytes: int, max_cells: int) -> Workbook:
    if not data.startswith(_ZIP):
        return rebuilt(data, file_name, max_bytes=max_bytes, max_cells=max_cells)
    try:
        with warnings.catch_warnings():
            # It warns of each chart and rule that it drops; the list says so once, to who reads it.
            warnings.simplefilter("ignore", UserWarning)
            return openpyxl.load_workbook(BytesIO(data), keep_links=False)
    except (BadZipFile, InvalidFileException, KeyError, TypeError, ValueError, AttributeError) as error:
        raise damaged(file_name) from error


def _sheet_of(book: Workbook, finding: Finding) -> str:
    """The name of the finding's sheet in the workbook, '' where it has none."""
    names = (finding.sheet, sheet_title(finding.sheet)) if finding.sheet else ()
    return next((name for name in names if name in book.sheetnames), "")


def _cells(text: str) -> Iterable[str]:
    """The addresses in a finding's cell: one, a range, or several with commas; at most the first thousand."""
    places: list[str] = []
    for part in re.split(r"[,，\s]+", text):
        ends = [match for match in map(_PLACE.fullmatch, part.split(":")) if match is not None]
        if len(ends) == 1:
            places.append(f"{ends[0][1]}{ends[0][2]}".upper())
        elif len(ends) == 2:
            left, right = (openpyxl.utils.column_index_from_string(end[1]) for end in ends)
            for row in range(int(ends[0][2]), int(ends[1][2]) + 1):
                for column in range(left, right + 1):
                    places.append(f"{openpyxl.utils.get_column_letter(column)}{row}")
                    if len(places) >= _MOST_PLACES:
                        return places
    return places


def _mark_cell(sheet: Worksheet, place: str, about: Sequence[Finding]) -> None:
    cell = _anchor(sheet, place)
    if cell is None:
        return
    cell.fill = PatternFill("solid", start_color=_FILLS[about[0].severity])
    words = "\n".join(f"[{_WORDS[finding.severity]}] {finding.zh}\n{finding.en}" for finding in about)
    words = _UNPRINTABLE.sub("", words)
    if len(words) > _LONGEST:
        words = words[:_LONGEST] + f" … 全文见“{LIST_NAME}” / in full on the last sheet"
    former = cell.comment.text if cell.comment is not None else ""
    comment = Comment(words + (f"\n\n{former}" if former else ""), "序时 Xushi")
    comment.width, comment.height = 420, min(60 + 18 * (len(words) // 30 + words.count("\n")), 480)
    cell.comment = comment


def _anchor(sheet: Worksheet, place: str) -> Cell | None:
    """The cell, or the first of the merged area that it lies in; None beyond the sheet."""
    try:
        cell = sheet[place]
    except ValueError:
        return None
    if not isinstance(cell, MergedCell):
        return cell if isinstance(cell, Cell) else None
    for area in sheet.merged_cells.ranges:
        if place in area:
            first = sheet.cell(area.min_row, area.min_col)
            return first if isinstance(first, Cell) else None
    return None


def _write_list(book: Workbook, findings: Sequence[Finding]) -> None:
    name = LIST_NAME
    while name in book.sheetnames:  # a marked workbook may be marked again
        name += "_"
    sheet = book.create_sheet(name)
    sheet.append(
        [f"共 {len(findings)} 条；改好后可直接再交，本表不读取 / {len(findings)} findings; correct and hand in again"]
    )
    sheet.append(["图表、图形和宏不在本文件中 / charts, shapes and macros are not in this file"])
    sheet.append(list(_HEADS))
    for place, width in enumerate(_WIDTHS):
        sheet.column_dimensions[openpyxl.utils.get_column_letter(place + 1)].width = width
        sheet.cell(3, place + 1).font = Font(bold=True)
    for row, finding in enumerate(findings, start=4):
        texts = (
            _WORDS[finding.severity],
            finding.sheet,
            finding.cell,
            finding.found,
            finding.expected,
            finding.zh,
            finding.en,
            finding.rule,
        )
        for column, text in enumerate(texts, start=1):
            cell = sheet.cell(row, column)
            cell.value = _UNPRINTABLE.sub("", text)
            cell.data_type = "s"  # a text that begins with = stays a text
            cell.quotePrefix = text[:1] in ("=", "+", "-", "@")
            cell.alignment = Alignment(wrap_text=column in (6, 7), vertical="top")
        sheet.cell(row, 1).fill = PatternFill("solid", start_color=_FILLS[finding.severity])
        places = list(_cells(finding.cell))
        target = _sheet_of(book, finding)
        if target and places:
            quoted = target.replace("'", "''")
            sheet.cell(row, 3).hyperlink = Hyperlink(f"C{row}", location=f"'{quoted}'!{places[0]}")
    sheet.freeze_panes = "A4"
