"""What the XML of an .xlsx says that a reader of values doesn't tell: how far a sheet reaches, which cells show per
cent, hold an error or a formula without a value, what is hidden or indented.

Belongs here: the parts of the archive, read once with expat. Does not belong here: cell values (`xlsx.py`).

A reader of values allocates a sheet's whole rectangle, so one stray cell at XFD1048576 would end the process: the
extent is known from here before it is called. Entities are never expanded: a part with a document type is refused.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.parsers import expat

from dagster_project.tables.archive_check import damaged
from dagster_project.tables.grid import Place
from validators.errors import NotAWorkbookError

_FORMULA, _ERROR, _MARKED = 1, 2, 3
_PERCENT_BUILT_IN = {"9", "10"}
_QUOTED = re.compile(r'"[^"]*"|\\.')  # a percent sign in quotes is text, not a format
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})", re.IGNORECASE)


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


@dataclass(frozen=True, slots=True)
class WorkbookFacts:
    """Facts by sheet name, all parts that look like a sheet, and the length of the longest shared text."""

    by_name: dict[str, SheetFacts]
    parts: tuple[SheetFacts, ...]
    longest_text: int


def read_facts(archive: zipfile.ZipFile, file_name: str) -> WorkbookFacts:
    """Raises TruncatedWorkbookError for XML that is cut off, NotAWorkbookError for an archive that is no workbook."""
    contents = {name.replace("\\", "/").lower(): name for name in archive.namelist()}
    workbook = next((name for name in contents if name.endswith("xl/workbook.xml")), None)
    if workbook is None:
        raise NotAWorkbookError(
            file_name,
            "这是压缩包，但不是 .xlsx 工作簿；请上传 .xlsx、.xls 或 .csv（.xlsb、.ods、.docx 请先另存为 .xlsx）",
            "this archive is no .xlsx workbook; hand in .xlsx, .xls or .csv (save .xlsb, .ods or .docx as .xlsx first)",
        )
    part = _Parts(archive, contents, file_name)
    styles = part.styles("xl/styles.xml")
    sheets: dict[str, SheetFacts] = {}
    targets, recalculate = part.sheet_targets(workbook)
    for name in contents:  # by content too, not only by reference: another reader may follow references differently
        if name.endswith(".xml") and name != workbook:
            data = part.read(name)
            if b"sheetData" in data or name in targets.values():
                sheets[name] = _sheet(data, styles, file_name)
    by_name = {title: sheets[target] for title, target in targets.items() if target in sheets}
    if recalculate:  # XlsxWriter stores 0 for every formula and asks for a calculation on opening
        for facts in sheets.values():
            facts.unvalued |= facts.zero_formulas
    return WorkbookFacts(by_name, tuple(sheets.values()), part.longest_text("xl/sharedstrings.xml"))


_Start = Callable[[str, dict[str, str]], None]


def _parse(data: bytes, start: _Start, file_name: str, **more: Callable[..., None]) -> None:
    """Runs expat over one part. `start` gets local names; other handlers by expat's own names. A document type (the
    place where entities would be declared) is refused, and so is any encoding but UTF-8."""
    parser = expat.ParserCreate("UTF-8")
    parser.buffer_text = True
    parser.StartElementHandler = start
    for name, handler in more.items():
        setattr(parser, name, handler)
    if b"<!DOCTYPE" in data or b"\0" in data[:4]:
        raise NotAWorkbookError(
            file_name,
            "工作簿的 XML 含有文档类型声明，电子表格软件不会这样写；请用 Excel 或 WPS 打开后另存为 .xlsx",
            "the workbook's XML declares a document type, which no spreadsheet program does; "
            "open it in Excel or WPS and save it as .xlsx",
        )
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise damaged(file_name) from error


class _Parts:
    """The small parts of a workbook: references, formats, shared texts."""

    def __init__(self, archive: zipfile.ZipFile, contents: dict[str, str], file_name: str) -> None:
        self._archive, self._contents, self._file_name = archive, contents, file_name

    def read(self, name: str) -> bytes:
        try:
            return self._archive.read(self._contents[name])
        except (zipfile.BadZipFile, NotImplementedError) as error:
            raise damaged(self._file_name) from error

    def sheet_targets(self, workbook: str) -> tuple[dict[str, str], bool]:
        """Sheet name -> part name in lower case; and whether formulas are to be calculated on opening."""
        folder, base = posixpath.split(workbook)
        relations = f"{folder}/_rels/{base}.rels"
        targets: dict[str, str] = {}
        names: dict[str, str] = {}
        recalculate = False

        def relation(tag: str, attributes: dict[str, str]) -> None:
            if _local(tag) == "Relationship" and attributes.get("TargetMode") != "External":
                target = attributes.get("Target", "")
                path = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
                targets[attributes.get("Id", "")] = posixpath.normpath(path).lower()

        def sheet(tag: str, attributes: dict[str, str]) -> None:
            nonlocal recalculate
            if _local(tag) == "calcPr":
                recalculate = attributes.get("fullCalcOnLoad") in ("1", "true")
            elif _local(tag) == "sheet":
                identifier = next((value for key, value in attributes.items() if _local(key) == "id"), "")
                names[attributes.get("name", "")] = targets.get(identifier, "")

        if relations in self._contents:
            _parse(self.read(relations), relation, self._file_name)
        _parse(self.read(workbook), sheet, self._file_name)
        return names, recalculate

    def styles(self, name: str) -> Styles:
        if name not in self._contents:
            return Styles()
        percent_formats = set(_PERCENT_BUILT_IN)
        percent: set[str] = set()
        indents: dict[str, int] = {}
        within, index = False, -1

        def start(tag: str, attributes: dict[str, str]) -> None:
            nonlocal within, index
            local = _local(tag)
            if local == "numFmt" and "%" in _QUOTED.sub("", attributes.get("formatCode", "")):
                percent_formats.add(attributes.get("numFmtId", ""))
            elif local == "numFmt":
                percent_formats.discard(attributes.get("numFmtId", ""))
            elif local == "cellXfs":
                within = True
            elif local == "xf" and within:
                index += 1
                if attributes.get("numFmtId") in percent_formats:
                    percent.add(str(index))
            elif local == "alignment" and within and attributes.get("indent", "0").isdigit():
                indents[str(index)] = min(int(attributes["indent"]), 250) if "indent" in attributes else 0

        def end(tag: str) -> None:
            nonlocal within
            within = within and _local(tag) != "cellXfs"

        _parse(self.read(name), start, self._file_name, EndElementHandler=end)
        return Styles(frozenset(percent), {style: indent for style, indent in indents.items() if indent})

    def longest_text(self, name: str) -> int:
        """Characters of the longest shared text."""
        if name not in self._contents:
            return 0
        longest = length = 0

        def start(tag: str, attributes: dict[str, str]) -> None:  # noqa: ARG001  # expat's signature
            nonlocal length
            if _local(tag) == "si":
                length = 0

        def text(characters: str) -> None:
            nonlocal longest, length
            length += len(characters)
            longest = max(longest, length)

        _parse(self.read(name), start, self._file_name, CharacterDataHandler=text)
        return longest


def _local(tag: str) -> str:
    return tag.rpartition(":")[2]


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
            self.start(_local(tag), attributes)

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
        if self.state and _local(tag) == "v":
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


def _sheet(data: bytes, styles: Styles, file_name: str) -> SheetFacts:
    reader = _SheetReader(styles)
    more: dict[str, Callable[..., None]] = {}
    if any(sign in data for sign in (b"<f", b":f", b'"e"', b"'e'")):  # else half of the callbacks are saved
        more = {"CharacterDataHandler": reader.characters, "EndElementHandler": reader.end}
    try:
        _parse(data, reader.start, file_name, **more)
    except ValueError as error:  # a row number that is none
        raise damaged(file_name) from error
    return reader.facts
