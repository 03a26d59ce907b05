"""Regions that stand in a table's rows or columns: 全市, 双清, 大祥 down the side and the indicator in the title.

Belongs here: giving such cells their region and the label of their indicator. Does not belong here: the region of a
whole table (`recognition.py`), what a label means (`matching.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from dagster_project.tables import mapping_findings, share_findings
from dagster_project.tables.bands import is_meta
from dagster_project.tables.cell_rows import CellRows, looked_up
from dagster_project.tables.grid import Bools
from dagster_project.tables.header_words import PERIOD_WORDS, Role, compact, read_header
from dagster_project.tables.labels import bare_name, read_label
from dagster_project.tables.reading import Reading
from dagster_project.tables.recognition import region_called, region_of_whole, without_regions
from dagster_project.tables.unit_words import without_unit
from validators.catalogue import Catalogue
from validators.findings import Finding

_PARTS = re.compile(r"[:：/_]")
_AREAS = r"(?:县市区|市县区|县区|区县|市县|乡镇街道|镇街)"
_PLACES = re.compile(rf"(?:各|分|按)(?:{_AREAS}|地区|区域)(?:别|分)?|{_AREAS}(?:别|分)?|地区别")
_WORDS = re.compile(
    r"(?:主要|完成|运行|统计|分布|进度)*(?:情况|一览|月报|快报|简报)(?:表)?|(?:统计)?表[0-9一二三四五六七八九十]*|^[0-9.、]+"
)
_BRACKETS = re.compile(r"\([^()]*\)")
_FIGURES = (str(Role.VALUE), str(Role.GROWTH), str(Role.RANK))


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """The cells with `region` ('' where nobody says it), their row labels those of indicators; `foreign` marks rows of
    regions that the catalogue doesn't have, `by_region` names the tables whose rows are regions."""

    cells: CellRows
    by_region: frozenset[int]
    findings: tuple[Finding, ...]


def placed(
    reading: Reading, catalogue: Catalogue, regions: Sequence[str | None], is_indicator: Callable[[str], bool]
) -> Placed:
    """`regions` has the region of each table as a whole, None where nothing says it; `is_indicator` tells whether a
    label is catalogued."""
    cells = CellRows.of(reading.cells)
    homes = looked_up(cells["table"], lambda index: regions[index] or "")
    cells = cells.replaced(region=homes, foreign=False)
    parts: list[CellRows] = []
    findings: list[Finding] = []
    by_region: set[int] = set()
    for index, group in cells.groups("table"):
        table = _Table(reading, catalogue, index, group, is_indicator)
        part, said = table.placed()
        parts.append(part)
        findings += said
        if table.by_region:
            by_region.add(index)
    return Placed(CellRows.joined(parts) if parts else cells, frozenset(by_region), tuple(findings))


class _Table:
    """One table whose labels or headers may be regions."""

    def __init__(
        self,
        reading: Reading,
        catalogue: Catalogue,
        index: int,
        cells: CellRows,
        is_indicator: Callable[[str], bool],
    ) -> None:
        self.catalogue, self.cells, self.is_indicator = catalogue, cells, is_indicator
        self.table = reading.tables[index]
        self.by_region = False
        self.home = str(cells["region"][0])
        labels = [*cells.distinct("row_label"), *filter(None, cells.distinct("rest"))]
        named = [code for label in labels if (code := region_called(catalogue, bare_name(label)))]
        self.others = tuple(dict.fromkeys(named))

    def _region(self, text: str) -> str:
        name = bare_name(text)
        found = region_called(self.catalogue, name)
        return found or region_of_whole(self.catalogue, name, self.home, self.others) or ""

    def placed(self) -> tuple[CellRows, list[Finding]]:
        cells = self._across(self._in_names(self.cells))
        codes = {label: self._region(label) for label in cells.distinct("row_label")}
        if not any(codes.values()):
            return cells, []
        region = looked_up(cells["row_label"], codes.__getitem__)
        here = region != ""
        cells = cells.replaced(region=np.where(here, region, cells["region"]))
        others = [label for label, code in codes.items() if not code]
        if not any(read_label(label).marked or self.is_indicator(label) for label in others):
            return self._down(cells, ~here)
        parents = cells["parent_label"]  # a table of indicators: a region's row belongs to the indicator above it
        below = here & looked_up(parents, self.is_indicator).astype(bool)
        return cells.replaced(
            row_label=np.where(below, parents, cells["row_label"]), parent_label=np.where(below, "", parents)
        ), []

    def _in_names(self, cells: CellRows) -> CellRows:
        """'温州市:社会消费品零售总额:累计值', as vendors name their series."""
        changed: dict[str, tuple[str, str]] = {}
        for label in cells.distinct("row_label"):
            parts = [part.strip() for part in _PARTS.split(bare_name(label)) if part.strip()]
            if len(parts) < 2:
                continue
            codes = [region_called(self.catalogue, part) for part in parts]
            if len([code for code in codes if code]) == 1:
                rest = [part for part, code in zip(parts, codes, strict=True) if not code]
                changed[label] = (":".join(rest), next(code for code in codes if code))
        if not changed:
            return cells
        labels, here = cells["row_label"], cells.has_any("row_label", changed)
        names = looked_up(labels, lambda label: changed.get(label, ("", ""))[0])
        regions = looked_up(labels, lambda label: changed.get(label, ("", ""))[1])
        return cells.replaced(region=np.where(here, regions, cells["region"]), row_label=np.where(here, names, labels))

    def _across(self, cells: CellRows) -> CellRows:
        """Columns whose only unknown word is a region's name."""
        codes = {rest: self._region(rest) if rest else "" for rest in cells.distinct("rest")}
        if not any(codes.values()):
            return cells
        regions = looked_up(cells["rest"], codes.__getitem__)
        here = regions != ""
        return cells.replaced(region=np.where(here, regions, cells["region"]), rest=np.where(here, "", cells["rest"]))

    def _down(self, cells: CellRows, foreign: Bools) -> tuple[CellRows, list[Finding]]:
        """Rows are regions: the indicator stands in the header, else in the title."""
        self.by_region = True
        names, unclear = self._names_of_columns(cells, self._subject())
        findings = list(self._unknown_regions(cells.where(foreign)))
        if unclear:
            lost = cells.where(cells.has_any("column", unclear))
            headers = lost.distinct("column_label")
            findings.append(mapping_findings.column_not_recognised(self.table.sheet, lost["cell"][0], headers))
        named = cells.has_any("column", names)
        cells = cells.replaced(foreign=foreign).where(named)
        about = looked_up(cells["column"], names.__getitem__)
        return cells.replaced(row_label=about, parent_label="", rest=""), findings

    def _names_of_columns(self, cells: CellRows, subject: str) -> tuple[dict[int, str], list[int]]:
        """For each column the label of its indicator: its header's own words; growth without any is that of the column
        on its left; columns without any are about the title's subject, unless others have names of their own."""
        columns = sorted(cells.each(("column", "role", "rest"), cells.firsts("column")))
        named = any(rest for _, role, rest in columns if role in _FIGURES)
        names: dict[int, str] = {}
        unclear: list[int] = []
        left = ""
        for column, role, rest in columns:
            if not named:
                names[column] = subject
            elif rest:
                names[column] = left = rest
            elif role == Role.VALUE or (role in _FIGURES and not left):
                unclear.append(column)
            else:
                names[column] = left
        return names, unclear

    def _subject(self) -> str:
        """What the table is about: its title without period, regions, unit and words such as 分县市区完成情况; also
        without the measure, where only that makes it an indicator's name."""
        first = ""
        for title in self.table.titles:
            if is_meta(title):
                continue
            whole = compact(without_unit(title))
            for text in (whole, _BRACKETS.sub("", whole), read_header((_BRACKETS.sub("", whole),), None).rest):
                name = self._bare(text)
                if name and self.is_indicator(name):
                    return name
                first = first or name
        return first

    def _bare(self, title: str) -> str:
        text = _PLACES.sub("", title.replace("(", "").replace(")", ""))
        text = without_regions(self.catalogue, PERIOD_WORDS.sub("", text))
        return _WORDS.sub("", text).strip("的-—:,、")

    def _unknown_regions(self, rows: CellRows) -> Iterator[Finding]:
        if len(rows):
            names = rows.distinct("row_label")
            yield share_findings.regions_not_in_catalogue(self.table.sheet, rows["cell"][0], names)
