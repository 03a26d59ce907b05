"""Regions that stand in a table's rows or columns: 全市, 双清, 大祥 down the side and the indicator in the title.

Belongs here: giving such cells their region and the label of their indicator. Does not belong here: the region of a
whole table (`recognition.py`), what a label means (`matching.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from dagster_project.tables import mapping_findings, share_findings
from dagster_project.tables.bands import is_meta
from dagster_project.tables.header_words import PERIOD_WORDS, Role, compact, read_header
from dagster_project.tables.labels import bare_name, read_label
from dagster_project.tables.observed import each
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

    cells: pd.DataFrame
    by_region: frozenset[int]
    findings: tuple[Finding, ...]


def placed(
    reading: Reading, catalogue: Catalogue, regions: Sequence[str | None], is_indicator: Callable[[str], bool]
) -> Placed:
    """`regions` has the region of each table as a whole, None where nothing says it; `is_indicator` tells whether a
    label is catalogued."""
    # As objects all texts lie in one block of memory: what selects rows is several times faster for small tables.
    texts: list[str] = list(reading.cells.select_dtypes("str"))
    cells = reading.cells.astype(dict.fromkeys(texts, object))
    home = cells["table"].map(dict(enumerate(code or "" for code in regions)))
    cells = cells.assign(region=home.astype(object), foreign=False)
    parts: list[pd.DataFrame] = []
    findings: list[Finding] = []
    by_region: set[int] = set()
    for index, group in cells.groupby("table", sort=False):
        table = _Table(reading, catalogue, int(str(index)), group, is_indicator)
        part, said = table.placed()
        parts.append(part)
        findings += said
        if table.by_region:
            by_region.add(int(str(index)))
    return Placed(pd.concat(parts) if parts else cells, frozenset(by_region), tuple(findings))


class _Table:
    """One table whose labels or headers may be regions."""

    def __init__(
        self,
        reading: Reading,
        catalogue: Catalogue,
        index: int,
        cells: pd.DataFrame,
        is_indicator: Callable[[str], bool],
    ) -> None:
        self.catalogue, self.cells, self.is_indicator = catalogue, cells, is_indicator
        self.table = reading.tables[index]
        self.by_region = False
        self.home = str(cells["region"].iloc[0])
        labels = [*cells["row_label"].unique(), *cells.loc[cells["rest"] != "", "rest"].unique()]
        named = [code for label in labels if (code := region_called(catalogue, bare_name(str(label))))]
        self.others = tuple(dict.fromkeys(named))

    def _region(self, text: str) -> str:
        name = bare_name(text)
        found = region_called(self.catalogue, name)
        return found or region_of_whole(self.catalogue, name, self.home, self.others) or ""

    def placed(self) -> tuple[pd.DataFrame, list[Finding]]:
        cells = self._across(self._in_names(self.cells))
        codes = {label: self._region(label) for label in cells["row_label"].unique()}
        here = cells["row_label"].map(codes)
        if not (here != "").any():
            return cells, []
        cells = cells.assign(region=here.where(here != "", cells["region"]))
        others = [label for label, code in codes.items() if not code]
        if not any(read_label(label).marked or self.is_indicator(label) for label in others):
            return self._down(cells, here == "")
        parents = cells["parent_label"]  # a table of indicators: a region's row belongs to the indicator above it
        below = (here != "") & parents.map({label: self.is_indicator(label) for label in parents.unique()}).astype(bool)
        labels = parents.where(below, cells["row_label"])
        return cells.assign(row_label=labels, parent_label=parents.where(~below, "")), []

    def _in_names(self, cells: pd.DataFrame) -> pd.DataFrame:
        """'温州市:社会消费品零售总额:累计值', as vendors name their series."""
        changed: dict[str, tuple[str, str]] = {}
        for label in cells["row_label"].unique():
            parts = [part.strip() for part in _PARTS.split(bare_name(str(label))) if part.strip()]
            codes = [region_called(self.catalogue, part) for part in parts]
            if len(parts) > 1 and len([code for code in codes if code]) == 1:
                rest = [part for part, code in zip(parts, codes, strict=True) if not code]
                changed[label] = (":".join(rest), next(code for code in codes if code))
        if not changed:
            return cells
        here = cells["row_label"].isin(list(changed))
        labels = cells["row_label"][here]
        cells = cells.copy()
        cells.loc[here, "region"] = labels.map({label: code for label, (_, code) in changed.items()})
        cells.loc[here, "row_label"] = labels.map({label: text for label, (text, _) in changed.items()})
        return cells

    def _across(self, cells: pd.DataFrame) -> pd.DataFrame:
        """Columns whose only unknown word is a region's name."""
        codes = {rest: self._region(rest) for rest in cells["rest"].unique() if rest}
        here = cells["rest"].isin([rest for rest, code in codes.items() if code])
        if not here.any():
            return cells
        region = cells["rest"].map(codes).where(here, cells["region"])
        return cells.assign(region=region, rest=cells["rest"].where(~here, ""))

    def _down(self, cells: pd.DataFrame, foreign: pd.Series) -> tuple[pd.DataFrame, list[Finding]]:
        """Rows are regions: the indicator stands in the header, else in the title."""
        self.by_region = True
        names, unclear = self._names_of_columns(cells, self._subject())
        findings = list(self._unknown_regions(cells[foreign]))
        if unclear:
            lost = cells[cells["column"].isin(unclear)]
            headers = lost["column_label"].unique()
            findings.append(
                mapping_findings.column_not_recognised(self.table.sheet, str(lost["cell"].iloc[0]), headers)
            )
        cells = cells[cells["column"].isin(list(names))]
        about = cells["column"].map(names)
        return cells.assign(row_label=about, parent_label="", rest="", foreign=foreign), findings

    def _names_of_columns(self, cells: pd.DataFrame, subject: str) -> tuple[dict[int, str], list[int]]:
        """For each column the label of its indicator: its header's own words; growth without any is that of the column
        on its left; columns without any are about the title's subject, unless others have names of their own."""
        columns = cells.drop_duplicates("column").sort_values("column")
        used = columns[columns["role"].isin(_FIGURES)]
        named = bool((used["rest"] != "").any())
        names: dict[int, str] = {}
        unclear: list[int] = []
        left = ""
        for row in each(columns):
            column, role, rest = int(row.column), str(row.role), str(row.rest)
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

    def _unknown_regions(self, rows: pd.DataFrame) -> Iterator[Finding]:
        if rows.empty:
            return
        names = [str(label) for label in rows["row_label"].unique()]
        yield share_findings.regions_not_in_catalogue(self.table.sheet, str(rows["cell"].iloc[0]), names)
