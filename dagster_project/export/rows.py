"""The rows of every table that is exported, in batches.

Belongs here: from the store, the catalogue and a judgement to frames with the columns of a table. Does not belong here:
how they are written (`csv_text.py` and its like), what columns mean (`columns_of_*.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd

from dagster_project.export.columns import Table, Type
from dagster_project.export.selection import Selection
from dagster_project.export.tables import FIGURES, TABLES, What
from dagster_project.judgement import Judgement, judge, shows_sample
from dagster_project.store import Store
from validators.catalogue import Catalogue, Words
from validators.columns import OBSERVATION_KEY

DTYPES: Final[dict[Type, str]] = {
    Type.DECIMAL: "float64",
    Type.NUMBER: "float64",
    Type.INTEGER: "Int64",
    Type.FLAG: "bool",
    Type.MOMENT: "datetime64[us, UTC]",
}
_LAST_DAY = date(9999, 12, 29)  # after it the calendar ends in some zone
_JUDGED = (What.PROGRESS, What.FORECASTS)

# The judgement as of a month (None: the newest), by what was known on a day (None: now).
Judging = Callable[[Selection], Judgement]


@dataclass(frozen=True, eq=False)
class Export:
    """One table that is exported. `frames`: its rows in batches (columns and order of the table; missing texts are '',
    missing numbers NaN or NA), to be gone through once. `sample`: whether any figure is invented."""

    table: Table
    frames: Iterator[pd.DataFrame]
    sample: bool
    selection: Selection


@dataclass(frozen=True, eq=False)
class Exporter:
    """What exports are made from. `judging`: where a judgement is held already; else it is made anew."""

    catalogue: Catalogue
    store: Store
    zone: ZoneInfo
    judging: Judging | None = None

    def export(self, what: What, selection: Selection) -> Export:
        """One table. Nothing is read before its frames are asked for."""
        table = TABLES[what]
        rows: Iterable[pd.DataFrame] = self._rows(what, selection)
        sample = what in (*FIGURES, *_JUDGED) and shows_sample(self.store)
        return Export(table, (_typed(frame, table) for frame in rows), sample, selection)

    def _rows(self, what: What, selection: Selection) -> Iterator[pd.DataFrame]:
        if what is What.OBSERVATIONS:
            yield from self._observations(selection)
        elif what is What.VERSIONS:
            yield from self._versions(selection)
        elif what in _JUDGED:
            made = self.judgement(selection)
            rows = made.evaluation if what is What.PROGRESS else made.forecast
            yield self._of_targets(rows, selection)
        elif what is What.TARGETS:
            yield self._of_targets(_targets(self.catalogue), selection)
        else:
            yield _LISTS[what](self.catalogue)

    def judgement(self, selection: Selection) -> Judgement:
        """As of the selection's month, by what was known on its day."""
        if self.judging is not None:
            return self.judging(selection)
        return judge(self.catalogue, self.store, as_of=selection.as_of, known_on=self._moment(selection.known_on))

    def _moment(self, day: date | None) -> datetime | None:
        """The end of a day where the statistics are made."""
        if day is None:
            return None
        return datetime.combine(min(day, _LAST_DAY) + timedelta(days=1), time(), self.zone) - timedelta(microseconds=1)

    def _filter(self, selection: Selection) -> dict[str, Any]:
        return {
            "known_on": self._moment(selection.known_on),
            "indicators": selection.indicators_of(self.catalogue),
            "regions": selection.regions or None,
            "first": selection.since,
            "last": selection.until,
        }

    def _observations(self, selection: Selection) -> Iterator[pd.DataFrame]:
        frame = self.store.observations(**self._filter(selection))
        yield self._cited(frame, self._files())

    def _versions(self, selection: Selection) -> Iterator[pd.DataFrame]:
        files: Mapping[int, str] | None = None
        for frame in self.store.every_version(**self._filter(selection)):
            # Asked once the figures are being read, so that every upload that states one is there.
            files = self._files() if files is None else files
            ends = frame.groupby(list(OBSERVATION_KEY), sort=False)["known_from"].shift(-1)
            yield self._cited(frame.assign(known_to=ends), files)

    def _files(self) -> Mapping[int, str]:
        return {upload.id: upload.file_name for upload in self.store.uploads()}

    def _cited(self, frame: pd.DataFrame, files: Mapping[int, str]) -> pd.DataFrame:
        """With the dataset and the place of each figure."""
        place = frame["upload"].map(files).astype("str") + "!" + frame["sheet"] + "!" + frame["cell"]
        datasets = {key: one.dataset for key, one in self.catalogue.indicators.items()}
        # An indicator may have left the catalogue since.
        dataset = frame["indicator"].map(datasets).fillna("").astype("str")
        return frame.assign(reference=place.where(frame["cell"] != "", "").astype("str"), dataset=dataset)

    def _of_targets(self, rows: pd.DataFrame, selection: Selection) -> pd.DataFrame:
        """Rows of targets that fit, with the targets' units."""
        targets = self.catalogue.targets
        wanted = selection.indicators_of(self.catalogue)
        fits = [
            (wanted is None or targets[key].indicator in wanted)
            and (not selection.regions or targets[key].region in selection.regions)
            for key in rows["target"]
        ]
        return rows.assign(unit=[targets[key].unit for key in rows["target"]])[fits]


def _typed(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """The columns of the table, in its order and types."""
    dtypes = {column.name: DTYPES.get(column.type, "str") for column in table.columns}
    found = frame[table.names].reset_index(drop=True)
    texts = [name for name, dtype in dtypes.items() if dtype == "str"]
    return found.astype(dtypes).fillna(dict.fromkeys(texts, ""))


def _frame(table: Table, rows: Sequence[tuple[Any, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=table.names)


def _words(words: Words | None) -> tuple[str, str]:
    return ("", "") if words is None else (words.zh, words.en)


def _targets(catalogue: Catalogue) -> pd.DataFrame:
    rows = []
    for key, target in catalogue.targets.items():
        document = catalogue.documents[target.cite.document]
        rows.append(
            (
                key,
                target.indicator,
                target.region,
                str(target.comparator),
                float(target.value),
                target.unit,
                str(target.ambition),
                target.due,
                str(target.pace),
                target.cite.document,
                *_words(document.title),
                target.cite.chapter,
                target.cite.article,
                target.owners.lead or "",
                ";".join(target.owners.responsible),
                target.part_of or "",
                *_words(target.condition),
            )
        )
    return _frame(TABLES[What.TARGETS], rows)


def _indicators(catalogue: Catalogue) -> pd.DataFrame:
    rows = [
        (
            key,
            *_words(one.name),
            str(one.kind),
            one.unit,
            one.dataset,
            one.numerator or "",
            one.denominator or "",
            one.of or "",
            one.part_of or "",
            *_words(one.definition),
        )
        for key, one in catalogue.indicators.items()
    ]
    return _frame(TABLES[What.INDICATORS], rows)


def _datasets(catalogue: Catalogue) -> pd.DataFrame:
    rows = [
        (
            key,
            *_words(one.title),
            str(one.cadence),
            one.due_day,
            one.due_month,
            ";".join(dict.fromkeys(one.publishers.values())),
        )
        for key, one in catalogue.datasets.items()
    ]
    return _frame(TABLES[What.DATASETS], rows)


def _regions(catalogue: Catalogue) -> pd.DataFrame:
    rows = [(key, *_words(one.name), one.part_of or "") for key, one in catalogue.regions.items()]
    return _frame(TABLES[What.REGIONS], rows)


def _departments(catalogue: Catalogue) -> pd.DataFrame:
    rows = [(key, *_words(one.name), one.region) for key, one in catalogue.departments.items()]
    return _frame(TABLES[What.DEPARTMENTS], rows)


def _units(catalogue: Catalogue) -> pd.DataFrame:
    rows = [(key, *_words(one.name), one.dimension, float(one.factor)) for key, one in catalogue.units.items()]
    return _frame(TABLES[What.UNITS], rows)


_LISTS: Final[dict[What, Callable[[Catalogue], pd.DataFrame]]] = {
    What.INDICATORS: _indicators,
    What.DATASETS: _datasets,
    What.REGIONS: _regions,
    What.DEPARTMENTS: _departments,
    What.UNITS: _units,
}
