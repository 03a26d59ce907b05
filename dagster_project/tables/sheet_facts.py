"""What the XML of a sheet says that a reader of values doesn't tell: how far the sheet reaches, which cells show per
cent, hold an error or a formula without a value, what is hidden or indented.

Belongs here: one sheet part, read once. Does not belong here: cell values (`xlsx.py`), other parts
(`workbook_facts.py`).

A reader of values allocates a sheet's whole rectangle, so one stray cell at XFD1048576 would end the process: the
extent is known from here before it is called.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from dagster_project.tables.archive_check import damaged
from dagster_project.tables.grid import Place
from dagster_project.tables.xml_part import local_name, parse

_FORMULA, _ERROR = 1, 2
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})", re.IGNORECASE)
_COLUMN_OF_CELL = re.compile(rb'<c r="([A-Z]{1,3})[1-9][0-9]{0,6}"')
_ROW_OF_CELL = re.compile(rb'<c r="[A-Z]{1,3}([1-9][0-9]{0,6})"')
_SPARSE = 4  # blank formatted cells are looked at one by one when a sheet has more room than this per cell
_OTHERWISE = (b"<c>", b"<c/", b"<c\t", b"<c\n", b"<c\r", b":c ", b":c>", b":c/", b":c\t", b":c\n", b":c\r")
_NOT_PLAIN = (b"<f", b":f", b'"e"', b"'e'", b"hidden", b"<!", *_OTHERWISE)


@dataclass(slots=True)
class SheetFacts:
    """Facts of one sheet part. Rows and columns count from 0; the extent covers cells that hold something."""

    rows: int = 0
    columns: int = 0
    cells: int = 0
    shared_texts: int = 0  # cells that show a shared text
    unvalued: set[Place] = field(default_factory=set)
    zero_formulas: set[Place] = field(default_factory=set)
    errors: dict[Place, str] = field(default_factory=dict)
    percent: set[Place] = field(default_factory=set)
    indents: dict[Place, int] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Styles:
    """Indexes of cell formats: those that show per cent, and those with an alignment indent."""

    percent: frozenset[str] = frozenset()
    indents: dict[str, int] = field(default_factory=dict)


def read_sheet(data: bytes, styles: Styles, file_name: str) -> SheetFacts:
    """The facts of one sheet part. Raises TruncatedWorkbookError, NotAWorkbookError."""
    if not any(sign in data for sign in _NOT_PLAIN):
        facts = _read_plain(data, styles, file_name)
        if facts is not None:
            return facts
    reader = _SheetReader(styles)
    try:
        parse(data, file_name, reader.start, CharacterDataHandler=reader.characters, EndElementHandler=reader.end)
    except ValueError as error:  # a row number that is none
        raise damaged(file_name) from error
    return reader.facts


def _read_plain(data: bytes, styles: Styles, file_name: str) -> SheetFacts | None:
    """The same for a dense sheet of plain cells, without a Python call per cell: half of the time of reading a large
    sheet. None when any cell is written in another way, so that nothing can be missed. Blank cells count as filled."""
    letters = _COLUMN_OF_CELL.findall(data)
    digits = _ROW_OF_CELL.findall(data)
    if len(letters) != data.count(b"<c ") or len(digits) != len(letters):
        return None
    facts = SheetFacts(
        rows=max(map(int, set(digits)), default=0),
        columns=max((_column(name.decode()) for name in set(letters)), default=-1) + 1,
        cells=len(letters),
        shared_texts=data.count(b' t="s"'),
    )
    if facts.rows * facts.columns > _SPARSE * facts.cells:
        return None
    parse(data, file_name)
    for style in {*styles.percent, *styles.indents}:
        if b' s="%s"' % style.encode() not in data:
            continue
        cells = re.findall(rb'<c r="([A-Z]{1,3})([1-9][0-9]{0,6})"[^>]* s="%s"' % style.encode(), data)
        places = [(int(row) - 1, _column(name.decode())) for name, row in cells]
        if style in styles.percent:
            facts.percent.update(places)
        if style in styles.indents:
            facts.indents.update(dict.fromkeys(places, styles.indents[style]))
    return facts


def _column(letters: str) -> int:
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - 64
    return column - 1


def _place(reference: str) -> Place | None:
    match = _REFERENCE.fullmatch(reference)
    return None if match is None else (int(match[2]) - 1, _column(match[1]))


class _SheetReader:
    """Handlers over one sheet part. A sheet has one element per cell and value, so they do as little as they can."""

    def __init__(self, styles: Styles) -> None:
        self.facts = SheetFacts()
        self.styles = styles
        self.row, self.column = -1, -1
        self.columns: dict[str, int] = {}
        self.state = 0
        self.kind = ""
        self.text = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "v" or tag == "is":
            self._filled()
            if self.state == _FORMULA or self.state == _ERROR:
                self.text = ""
        elif tag == "c":
            self._cell(attributes)
        elif tag == "f":
            self._filled()
            self.state = _ERROR if self.kind == "e" else _FORMULA
            self.facts.unvalued.add((self.row, self.column))
        elif tag == "row":
            number = attributes.get("r", "")
            self.row = int(number) - 1 if number.isdigit() else self.row + 1
            self.column = -1
            if attributes.get("hidden") in ("1", "true") and attributes.get("outlineLevel", "0") == "0":
                self.facts.hidden_rows.add(self.row)
        elif tag == "col":
            self._hidden_columns(attributes)
        elif ":" in tag:
            self.start(local_name(tag), attributes)

    def _cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        if reference is None:
            self.column += 1
        else:
            letters = reference.rstrip("0123456789")
            column = self.columns.get(letters)
            if column is None:
                place = _place(reference)
                column = self.columns[letters] = self.column + 1 if place is None else place[1]
            self.column = column
            digits = reference[len(letters) :]
            if digits:
                self.row = int(digits) - 1
        self.kind = attributes.get("t", "n")
        self.state = _ERROR if self.kind == "e" else 0
        style = attributes.get("s")
        if style in self.styles.percent:
            self.facts.percent.add((self.row, self.column))
        if style in self.styles.indents:
            self.facts.indents[self.row, self.column] = self.styles.indents[style]

    def _filled(self) -> None:
        facts = self.facts
        facts.cells += 1
        if self.row >= facts.rows:
            facts.rows = self.row + 1
        if self.column >= facts.columns:
            facts.columns = self.column + 1
        if self.kind == "s":
            facts.shared_texts += 1

    def characters(self, text: str) -> None:
        if self.state:
            self.text += text

    def end(self, tag: str) -> None:
        if self.state and local_name(tag) == "v":
            place = (self.row, self.column)
            if self.state == _ERROR:
                self.facts.errors[place] = self.text.strip() or "#?"
                self.facts.unvalued.discard(place)
            elif self.text.strip() or self.kind == "str":  # a formula may well give an empty text
                self.facts.unvalued.discard(place)
                if self.text.strip() == "0":
                    self.facts.zero_formulas.add(place)

    def _hidden_columns(self, attributes: dict[str, str]) -> None:
        if attributes.get("hidden") in ("1", "true") and attributes.get("outlineLevel", "0") == "0":
            first, last = int(attributes.get("min", "1")) - 1, int(attributes.get("max", "1")) - 1
            self.facts.hidden_columns.update(range(first, min(last + 1, 16_384)))
