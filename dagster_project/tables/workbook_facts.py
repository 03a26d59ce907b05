"""What the parts of an .xlsx say about all of its sheets: names, formats, shared texts.

Belongs here: the small parts of the archive, and finding those of the sheets. Does not belong here: what a sheet's part
says (`sheet_facts.py`).
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass

from dagster_project.tables.archive_check import damaged
from dagster_project.tables.grid import LINKS, MACROS, OBJECTS
from dagster_project.tables.sheet_facts import SheetFacts, Styles, read_sheet
from dagster_project.tables.xml_part import local_name, parse, refuse_document_type
from validators.errors import NotAWorkbookError

_PERCENT_BUILT_IN = {"9", "10"}
_CARRIED = {
    MACROS: re.compile(r"vbaproject[^/]*\.bin$|/macrosheets/|/dialogsheets/"),
    LINKS: re.compile(r"/externallinks/[^/]+\.xml$|/connections\.xml$|/querytables/|/webextensions/"),
    OBJECTS: re.compile(r"/embeddings/|/activex/|/ctrlprops/.*\.bin$"),
}
_QUOTED = re.compile(r'"[^"]*"|\\.')  # a percent sign in quotes is text, not a format


@dataclass(frozen=True, slots=True)
class WorkbookFacts:
    """Facts by sheet name, all parts that look like a sheet, the length of the longest shared text, and what the
    workbook carries beside its cells (see `Book`)."""

    by_name: dict[str, SheetFacts]
    parts: tuple[SheetFacts, ...]
    longest_text: int
    carries: frozenset[str] = frozenset()


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
        if name.endswith(".rels"):
            refuse_document_type(part.read(name), file_name)
        if name.endswith(".xml") and name != workbook:
            data = part.read(name)
            refuse_document_type(data, file_name)
            if b"sheetData" in data or name in targets.values():
                sheets[name] = read_sheet(data, styles, file_name)
    by_name = {title: sheets[target] for title, target in targets.items() if target in sheets}
    if recalculate:  # XlsxWriter stores 0 for every formula and asks for a calculation on opening
        for facts in sheets.values():
            facts.unvalued |= facts.zero_formulas
    longest = part.longest_text("xl/sharedstrings.xml")
    return WorkbookFacts(by_name, tuple(sheets.values()), longest, _carried(contents))


def _carried(names: Iterable[str]) -> frozenset[str]:
    """What the parts of the workbook are, by their names in lower case."""
    found = {what for name in names for what, pattern in _CARRIED.items() if pattern.search(name)}
    return frozenset(found)


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
            if local_name(tag) == "Relationship" and attributes.get("TargetMode") != "External":
                target = attributes.get("Target", "")
                path = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
                targets[attributes.get("Id", "")] = posixpath.normpath(path).lower()

        def sheet(tag: str, attributes: dict[str, str]) -> None:
            nonlocal recalculate
            if local_name(tag) == "calcPr":
                recalculate = attributes.get("fullCalcOnLoad") in ("1", "true")
            elif local_name(tag) == "sheet":
                identifier = next((value for key, value in attributes.items() if local_name(key) == "id"), "")
                names[attributes.get("name", "")] = targets.get(identifier, "")

        if relations in self._contents:
            parse(self.read(relations), self._file_name, relation)
        parse(self.read(workbook), self._file_name, sheet)
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
            local = local_name(tag)
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
            within = within and local_name(tag) != "cellXfs"

        parse(self.read(name), self._file_name, start, EndElementHandler=end)
        return Styles(frozenset(percent), {style: indent for style, indent in indents.items() if indent})

    def longest_text(self, name: str) -> int:
        """Characters of the longest shared text."""
        if name not in self._contents:
            return 0
        longest = length = 0

        def start(tag: str, attributes: dict[str, str]) -> None:  # noqa: ARG001  # expat's signature
            nonlocal length
            if local_name(tag) == "si":
                length = 0

        def text(characters: str) -> None:
            nonlocal longest, length
            length += len(characters)
            longest = max(longest, length)

        parse(self.read(name), self._file_name, start, CharacterDataHandler=text)
        return longest
