"""Bad tables made in memory out of good ones: cells changed, formats changed, files cut short, locked or blown up.

Belongs here: bytes in, bytes out. Does not belong here: handing them in (`desk.py`), what is to be said about them.
"""

from __future__ import annotations

import csv
import io
import struct
import zipfile
from collections.abc import Callable, Mapping
from typing import Any, Literal

import openpyxl
import xlsxwriter
import xlwt
from msoffcrypto.format.ooxml import OOXMLFile
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

# Where the sample's table of April has its figures: exports of the district, and a part of them in the row below.
DISTRICT, CITY = "330303", "330300"
TITLE = "龙湾区!A1"
MONTH, YTD, GROWTH = "龙湾区!B5", "龙湾区!C5", "龙湾区!D5"
PART_MONTH, PART_YTD, PART_GROWTH = "龙湾区!B6", "龙湾区!C6", "龙湾区!D6"
PUBLISHED = "龙湾区!A9"

Damage = Callable[[bytes], bytes]
Cells = Mapping[str, Any]  # '龙湾区!B5' -> what to put there; None empties it


def edited(data: bytes, change: Callable[[Workbook], object]) -> bytes:
    """The workbook after a change. What a formula came to is lost on the way, as with any program but Excel."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    change(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def with_cells(data: bytes, cells: Cells) -> bytes:
    """The workbook with other contents in some cells. '#REF!' becomes an error value, '=1+1' a formula."""

    def put(book: Workbook) -> None:
        for place, content in cells.items():
            sheet, _, cell = place.partition("!")
            book[sheet][cell] = content

    return edited(data, put)


def in_percent_format(data: bytes, cells: Cells) -> bytes:
    """As `with_cells`, each cell showing per cent: 0.05 reads as 5.0%."""

    def show(book: Workbook) -> None:
        for place in cells:
            sheet, _, cell = place.partition("!")
            book[sheet][cell].number_format = "0.0%"

    return edited(with_cells(data, cells), show)


def value(data: bytes, place: str) -> float:
    """The number in a cell."""
    sheet, _, cell = place.partition("!")
    found = openpyxl.load_workbook(io.BytesIO(data))[sheet][cell].value
    assert isinstance(found, int | float), f"{place} holds {found!r}"
    return float(found)


def number(of: float) -> str:
    """A number as findings write it."""
    return f"{round(of, 6):g}" if abs(of) < 1e5 else f"{round(of):d}"


def text(data: bytes, place: str) -> str:
    """The text in a cell."""
    sheet, _, cell = place.partition("!")
    return str(openpyxl.load_workbook(io.BytesIO(data))[sheet][cell].value)


def rows(data: bytes, sheet: str) -> list[list[object]]:
    """What a sheet holds, row by row."""
    return [[cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(data))[sheet].iter_rows()]


def without_columns(data: bytes, first: int, count: int) -> bytes:
    """The workbook without some columns (from 1) of every sheet."""

    def cut(book: Workbook) -> None:
        for sheet in book:
            for merge in [str(area) for area in sheet.merged_cells.ranges]:
                sheet.unmerge_cells(merge)
            sheet.delete_cols(first, count)

    return edited(data, cut)


def in_one_sheet(data: bytes, upper: str, lower: str, *, beside: bool = False) -> bytes:
    """The table of the lower sheet put under, or beside, that of the upper one; the lower sheet is gone."""

    def move(book: Workbook) -> None:
        target, source = book[upper], book[lower]
        down, right = (0, target.max_column + 2) if beside else (target.max_row + 3, 0)
        for row in source.iter_rows():
            for cell in row:
                if cell.value is not None:
                    target.cell(cell.row + down, cell.column + right, cell.value)
        book.remove(source)

    return edited(data, move)


def hiding(data: bytes, sheet: str, state: Literal["hidden", "veryHidden"] = "hidden") -> bytes:
    """The workbook with one sheet out of sight."""

    def hide(book: Workbook) -> None:
        book[sheet].sheet_state = state

    return edited(data, hide)


def with_sheet(data: bytes, name: str, fill: Callable[[Worksheet], object]) -> bytes:
    """The workbook with one sheet more."""
    return edited(data, lambda book: fill(book.create_sheet(name)))


def calculated_by_nobody(data: bytes, sheet: str, formulas: Mapping[str, str]) -> bytes:
    """One sheet as XlsxWriter writes it, with formulas whose stored value is its placeholder, 0."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        target = book.add_worksheet(sheet)
        for number, row in enumerate(rows(data, sheet)):
            for column, content in enumerate(row):
                if content is not None:
                    target.write(number, column, content)
        for cell, formula in formulas.items():
            target.write_formula(cell, formula)
    return buffer.getvalue()


def as_csv(data: bytes, sheet: str, encoding: str) -> bytes:
    """One sheet as text, the way Excel exports it."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows([["" if cell is None else cell for cell in row] for row in rows(data, sheet)])
    return buffer.getvalue().encode(encoding)


def as_xls(data: bytes) -> bytes:
    """Every sheet in the format before 2007."""
    book = xlwt.Workbook(encoding="utf-8")
    for name in openpyxl.load_workbook(io.BytesIO(data)).sheetnames:
        sheet = book.add_sheet(name)
        for number, row in enumerate(rows(data, name)):
            for column, content in enumerate(row):
                if content is not None:
                    sheet.write(number, column, content)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def encrypted(data: bytes, password: str) -> bytes:
    """The workbook with a password to open it."""
    buffer = io.BytesIO()
    OOXMLFile(io.BytesIO(data)).encrypt(password, buffer)
    return buffer.getvalue()


def bomb(data: bytes, unpacked: int) -> bytes:
    """The workbook with a part of zeros that unpacks to so many bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        new.writestr("xl/media/image1.bin", bytes(unpacked))
    return buffer.getvalue()


def lying(data: bytes, unpacked: int) -> bytes:
    """A bomb whose directory admits to one byte of it."""
    blown = bytearray(bomb(data, unpacked))
    place = blown.rindex(struct.pack("<I", unpacked))  # in the directory, which comes last
    blown[place : place + 4] = struct.pack("<I", 1)
    return bytes(blown)
