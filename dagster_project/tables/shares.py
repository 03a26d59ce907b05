"""Which rows of a file go to which dataset, and which region they are about.

A table's title decides where it names a dataset. A file that is about several datasets, a table without a title, and
one whose rows are regions are shared out by labels, and then only by labels that are catalogued with their whole path.
Belongs here: that decision and what is said about it. Does not belong here: what becomes of a dataset's rows
(`mapping.py`), regions in rows (`regions_within.py`).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from dagster_project.tables import mapping_findings
from dagster_project.tables import share_findings as say
from dagster_project.tables.bands import is_meta
from dagster_project.tables.cell_rows import CellRows
from dagster_project.tables.grid import Objects
from dagster_project.tables.matching import row_names
from dagster_project.tables.reading import Reading
from dagster_project.tables.recognition import find_datasets, find_region
from dagster_project.tables.regions_within import Placed, placed
from validators.catalogue import Cadence, Catalogue
from validators.codes import SameObject
from validators.findings import Finding

_YEAR = 4  # characters of a period that is a year
_PLACE = ("table", "row_label", "parent_label")
_Row = tuple[Any, ...]  # table, label, label of the row above it


@dataclass(frozen=True, slots=True)
class _Figure:
    """The first figure of a row: where it stands, and the labels of its row."""

    sheet: str
    cell: str
    row_label: str
    parent_label: str


@dataclass(frozen=True, slots=True, eq=False)
class Share:
    """What one dataset gets of a file: `cells` (as in `Reading.cells`, with `region`), also those of rows that are to
    be called unknown; `tables` are the indices of the tables that they come from."""

    dataset: str
    cells: CellRows
    tables: tuple[int, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """All shares, in the order of the file, and what is to be said about the file as a whole."""

    shares: tuple[Share, ...]
    findings: tuple[Finding, ...]


def share_out(reading: Reading, catalogue: Catalogue, *, dataset: str | None, region: str | None) -> Shared:
    """No share at all where no dataset is recognised, with an error. `dataset` takes that one alone and leaves tables
    of others out; `region` is that of tables that don't say theirs."""
    if dataset is not None and dataset not in catalogue.datasets:
        near = difflib.get_close_matches(dataset, catalogue.datasets, n=1, cutoff=0.0)
        return Shared((), (say.no_such_dataset(catalogue, dataset, near[0]),))
    return _Sharing(reading, catalogue, dataset, region).shared()


class _Sharing:
    """One file's way from tables to shares."""

    def __init__(self, reading: Reading, catalogue: Catalogue, given: str | None, region: str | None) -> None:
        self.reading, self.catalogue, self.given, self.region = reading, catalogue, given, region
        self.named = find_datasets(reading, catalogue)
        self.about = tuple(dict.fromkeys(key for keys in self.named for key in keys))
        self.names = {key: row_names(SameObject(catalogue), key) for key in catalogue.datasets}
        self.titles = [" ".join(table.titles) or table.sheet for table in reading.tables]
        self.findings: list[Finding] = []
        self.by_region: frozenset[int] = frozenset()

    def shared(self) -> Shared:
        tables = self._tables()
        home = self.region if self.region in self.catalogue.regions else None
        regions = [find_region(self.reading, table, self.catalogue, home) for table in self.reading.tables]
        spread = placed(self.reading, self.catalogue, regions, self._is_indicator)
        cells = spread.cells.where(~spread.cells["foreign"] & spread.cells.has_any("table", tables))
        self.by_region = spread.by_region
        owners = self._owners(cells, spread)
        shares = [self._share(key, cells.where(owners == key)) for key in self._in_order(owners) if tables and key]
        if not shares and self.given is None and self.reading.tables:
            return Shared((), (say.dataset_unknown(self.catalogue, self.reading.file, self.titles),))
        sheets = {self.reading.tables[index].sheet for index in tables}
        self.findings += [finding for finding in spread.findings if finding.sheet in sheets]
        return Shared(tuple(shares), tuple(self.findings))

    def _in_order(self, owners: Objects) -> list[str]:
        """The datasets in the order of the file; one that a table names is there even without a row of its own."""
        if self.given is not None:
            return [self.given]
        named = [keys[0] for keys in self.named if len(keys) == 1]
        return list(dict.fromkeys([*owners.tolist(), *named]))

    def _is_indicator(self, label: str) -> bool:
        return any(names.knows(label, "") for names in self.names.values())

    def _tables(self) -> list[int]:
        """The tables to look at. Where a dataset is given, those that don't say another."""
        if self.given is None:
            return list(range(len(self.reading.tables)))
        kept = [index for index, keys in enumerate(self.named) if not keys or self.given in keys]
        left_out = [index for index in range(len(self.named)) if index not in kept]
        for index in left_out:
            sheet, words = self.reading.tables[index].sheet, "、".join(self.named[index])
            if not kept:
                self.findings.append(say.wrong_dataset(sheet, self.titles[index], words, self.given))
                break
            self.findings.append(say.other_dataset(sheet, self.titles[index], words, self.given))
        return kept

    def _owners(self, cells: CellRows, spread: Placed) -> Objects:
        """The dataset of each cell, '' for nobody's."""
        if self.given is not None:
            return np.full(len(cells), self.given, dtype=object)
        owners: dict[_Row, str] = {}
        rows = cells.keys(*_PLACE)
        told = cells.where(cells.filled())
        about = told.each((*_PLACE, "sheet", "cell"), told.firsts(*_PLACE))
        figures = {
            (table, label, parent): _Figure(sheet, cell, label, parent) for table, label, parent, sheet, cell in about
        }
        for row in dict.fromkeys(rows):
            owners[row] = self._owner(row, figures.get(row), row[0] in spread.by_region)
        late = self._late(cells, owners)
        self._say_by_rows({row: key for row, key in owners.items() if row not in late}, figures)
        owners |= dict.fromkeys(late, "")
        return np.array([owners[row] for row in rows], dtype=object)

    def _owner(self, place: _Row, figure: _Figure | None, by_region: bool) -> str:
        table, label, parent = place
        own = self.named[table]
        alone = self.about[0] if len(self.about) == 1 else ""
        if own or (alone and not by_region):
            candidates = own or (alone,)
            known = [key for key in candidates if self.names[key].knows(label, parent)]
            known = known or self._strictly(label, parent, [key for key in self.about if key not in candidates])
            fallback = candidates[0]
            if not known and figure is not None:
                self._say_elsewhere(figure, fallback)
        else:
            titled = any(not is_meta(title) for title in self.reading.tables[table].titles)
            by_rows = by_region or len(self.about) > 1 or not titled
            known = self._strictly(label, parent, list(self.catalogue.datasets)) if by_rows else []
            fallback = alone
        if len(known) > 1 and figure is not None:
            self.findings.append(say.row_of_several(self.catalogue, figure.sheet, figure.cell, label, known))
            return ""
        return known[0] if known else fallback

    def _strictly(self, label: str, parent: str, keys: list[str]) -> list[str]:
        return [key for key in keys if self.names[key].knows(label, parent, strictly=True)]

    def _say_elsewhere(self, figure: _Figure, own: str) -> None:
        for key in self._strictly(figure.row_label, figure.parent_label, list(self.catalogue.datasets))[:1]:
            self.findings.append(
                say.row_of_other(self.catalogue, figure.sheet, figure.cell, figure.row_label, key, own)
            )

    def _say_by_rows(self, owners: dict[_Row, str], figures: dict[_Row, _Figure]) -> None:
        """What rows were taken for that their table's title doesn't name, and which of them nobody claims."""
        if not any(owners.values()):
            return
        groups: dict[tuple[int, str], list[_Figure]] = {}
        for place, key in owners.items():
            named = self.named[place[0]] or (self.about if len(self.about) == 1 else ())
            if place in figures and key not in named and (key or not self.named[place[0]]):
                groups.setdefault((place[0], key), []).append(figures[place])
        for (_, key), rows in groups.items():
            if key:
                labels = [row.row_label for row in rows]
                self.findings.append(say.dataset_by_rows(self.catalogue, rows[0].sheet, rows[0].cell, key, labels))
            else:
                self.findings += self._unclaimed(rows)

    def _unclaimed(self, rows: list[_Figure]) -> Iterator[Finding]:
        near = {row.row_label: self._resembled(row.row_label) for row in rows}
        for row in rows:
            if near[row.row_label]:
                yield mapping_findings.row_unknown(row.sheet, row.cell, row.row_label, near[row.row_label])
        plain = [row for row in rows if not near[row.row_label]]
        if plain:
            yield say.rows_not_in_catalogue(plain[0].sheet, plain[0].cell, [row.row_label for row in plain])

    def _resembled(self, label: str) -> str:
        keys = self.about or tuple(self.catalogue.datasets)
        return next((near for key in keys if (near := self.names[key].resembled(label))), "")

    def _late(self, cells: CellRows, owners: dict[_Row, str]) -> set[_Row]:
        """Rows of an annual dataset that stand, by their labels alone, in a table of a month."""
        annual = {key for key, dataset in self.catalogue.datasets.items() if dataset.cadence is Cadence.ANNUAL}
        rows = {row for row, key in owners.items() if key in annual and not self.named[row[0]]}
        if not rows:
            return set()
        months = [len(text) > _YEAR and not text.endswith("-12") for text in cells["period"].tolist()]
        monthly = cells.where(np.array(months, dtype=bool))
        late: set[_Row] = set()
        for *row, sheet, cell, period in monthly.each((*_PLACE, "sheet", "cell", "period"), monthly.firsts(*_PLACE)):
            place = tuple(row)
            if place in rows:
                late.add(place)
                words = (sheet, cell, row[1], owners[place], period)
                self.findings.append(say.other_cadence(self.catalogue, *words))
        return late

    def _share(self, dataset: str, cells: CellRows) -> Share:
        """The cells of known regions. Tables whose region nobody says are left out, with an error each; a region given
        that is none, or that no cell is about, leaves out all."""
        tables = tuple(cells.distinct("table"))
        nothing = cells.where(np.zeros(len(cells), dtype=bool))
        if self.given is None and not tables:
            tables = tuple(index for index, keys in enumerate(self.named) if dataset in keys)
        if self.region is not None and self.region not in self.catalogue.regions:
            return Share(dataset, nothing, tables, (say.no_such_region(self.catalogue, self.region),))
        findings: list[Finding] = []
        silent = cells.has("region", "")
        for index in cells.where(silent).distinct("table"):
            table = self.reading.tables[index]
            findings.append(say.region_unknown(self.catalogue, table.sheet, " ".join(table.titles)))
        cells, strangers = self._published(dataset, cells.where(~silent))
        findings += strangers
        if self.region is not None and len(cells) and self.region not in cells.distinct("region"):
            table = self.reading.tables[cells["table"][0]]
            title = " ".join(table.titles)
            findings.append(say.wrong_region(self.catalogue, table.sheet, title, cells["region"][0], self.region))
            cells = nothing
        return Share(dataset, cells, tables, tuple(findings))

    def _published(self, dataset: str, cells: CellRows) -> tuple[CellRows, list[Finding]]:
        """Without the other regions of a table of many for which nobody publishes the dataset, and without those that
        are only there to compare with. A region that was asked for stays, so that its lack of a publisher is an
        error."""
        published = set(self.catalogue.datasets[dataset].reporters)
        if not published.intersection(cells.distinct("region")):
            return cells, []
        datasets = self.catalogue.datasets.values()
        compared = set(self.catalogue.regions) - {region for one in datasets for region in one.publishers}
        aside = cells.has_any("table", self.by_region) | cells.has_any("region", compared)
        strange = aside & ~cells.has_any("region", (*published, self.region or ""))
        findings = [
            say.regions_not_published(self.catalogue, sheet, rows["cell"][0], dataset, rows.distinct("region"))
            for sheet, rows in cells.where(strange).groups("sheet")
        ]
        return cells.where(~strange), findings
