"""The figures of one upload side by side with the stored ones, as arrays in which any figure can be looked up.

Belongs here: joining new and stored (new wins), looking up a figure by indicator, region, measure and month and
the finding on a figure. Does not belong here: any rule, and how exactly a figure is known (`rounding.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from validators.catalogue import Catalogue, Words
from validators.codes import LEVEL, MEASURES, MONTH, YTD, Bools, Codes, Floats, Ints
from validators.findings import Finding, Severity
from validators.sentences import amount, at, figure, moment
from validators.sides import Side, Texts, key_of, look_up

_JOINED = (
    "indicator",
    "region",
    "measure",
    "month",
    "value",
    "half",
    "status",
    "period",
    "sheet",
    "cell",
    "known_from",
)


@dataclass(frozen=True, eq=False)
class Figures:
    """Parallel arrays, one place per figure: the new ones first, then the stored ones that no new one replaces.

    `row` is the row of the new frame, -1 for a stored figure. `half` is half a unit of the last digit shown, in the
    unit of the figure. `old_*` is the stored figure that a new one replaces (NaN, '' and NaT where there is none).
    `known_from` is NaT for new figures. Rows whose indicator, region, measure or period is unknown are left out, and
    so are those without a number."""

    codes: Codes
    row: Ints
    indicator: Ints
    region: Ints
    measure: Ints
    month: Ints  # ordinal of the period's last month
    value: Floats
    half: Floats
    status: Texts
    period: Texts
    sheet: Texts
    cell: Texts
    known_from: npt.NDArray[np.datetime64]
    old_value: Floats
    old_status: Texts
    old_known_from: npt.NDArray[np.datetime64]
    sides: tuple[Side, Side]  # what was joined: the new figures and the stored ones

    @classmethod
    def of(cls, new: pd.DataFrame, stored: pd.DataFrame, catalogue: Catalogue) -> Figures:
        """Join an OBSERVATION frame and a STORED frame of current observations (both may be empty)."""
        codes = Codes.of(catalogue)
        return cls._joined(codes, Side.of(new, codes), Side.of(stored, codes))

    @classmethod
    def _joined(cls, codes: Codes, ours: Side, theirs: Side) -> Figures:
        replaced = look_up(theirs.key, np.arange(len(theirs.key)), ours.key)
        there = replaced >= 0
        kept = np.ones(len(theirs.key), dtype=bool)
        kept[replaced[there]] = False
        count, more = len(ours.key), int(kept.sum())

        def joined(name: str) -> npt.NDArray[Any]:
            return np.concatenate([getattr(ours, name), getattr(theirs, name)[kept]])

        def old(name: str, missing: Any) -> npt.NDArray[Any]:
            values = getattr(theirs, name)
            out = np.full(count + more, missing, dtype=values.dtype)
            out[:count][there] = values[replaced[there]]
            return out

        return cls(
            codes=codes,
            row=np.concatenate([ours.row, np.full(more, -1, dtype=np.int64)]),
            **{name: joined(name) for name in _JOINED},
            old_value=old("value", np.nan),
            old_status=old("status", ""),
            old_known_from=old("known_from", np.datetime64("NaT")),
            sides=(ours, theirs),
        )

    def without(self, rows: Ints) -> Figures:
        """The same without the given rows of the new frame; what they would have replaced stands again."""
        if len(rows) == 0:
            return self
        ours, theirs = self.sides
        return self._joined(self.codes, ours.only(~np.isin(ours.row, rows)), theirs)

    def alone(self, rows: Ints) -> Figures:
        """The given rows of the new frame, beside nothing stored."""
        ours, theirs = self.sides
        return self._joined(
            self.codes, ours.only(np.isin(ours.row, rows)), theirs.only(np.zeros(len(theirs.key), dtype=bool))
        )

    def superseded(self, known_from: datetime | None) -> Bools:
        """Which new figures were published (`known_from`, tz-aware) before the stored version: they replace nothing."""
        if known_from is None:
            return np.zeros(len(self), dtype=bool)
        return np.asarray(_moment(known_from) < self.old_known_from, dtype=bool)

    def settled_after(self, places: tuple[int, ...], known_from: datetime | None) -> bool:
        """Whether one of the figures is a stored revision that came after `known_from`."""
        if known_from is None:
            return False
        moment = _moment(known_from)
        return any(
            not self.new[place] and bool(self.revised[place]) and bool(self.known_from[place] > moment)
            for place in places
        )

    def __len__(self) -> int:
        return len(self.row)

    @cached_property
    def new(self) -> Bools:
        """Which figures come with the upload."""
        return self.row >= 0

    @cached_property
    def revised(self) -> Bools:
        """Which figures are marked revised or final."""
        return np.asarray((self.status == "revised") | (self.status == "final"), dtype=bool)

    @cached_property
    def series(self) -> Ints:
        """Code of indicator and region together."""
        return self.series_of(self.indicator, self.region)

    def series_of(self, indicator: Ints, region: Ints) -> Ints:
        """Code of the series of an indicator in a region; -1 where either is -1."""
        return np.where((indicator < 0) | (region < 0), -1, indicator * len(self.codes.regions) + region)

    @cached_property
    def _sorted(self) -> tuple[Ints, Ints]:
        key = key_of(self.series, self.measure, self.month)
        order = np.argsort(key, kind="stable")
        return key[order], order

    def find(self, series: Ints, measure: Ints | int, month: Ints) -> Ints:
        """Places of the figures asked for, -1 where there is none. The arguments broadcast."""
        wanted = key_of(series, np.asarray(measure, dtype=np.int64), month)
        return np.where(series < 0, -1, look_up(*self._sorted, wanted))

    def words(self, place: int) -> Words:
        """The figure's full name: indicator, period, measure."""
        return figure(self.codes.catalogue, self.name(place), str(self.period[place]), MEASURES[self.measure[place]])

    def moment(self, place: int) -> Words:
        """The figure's period and measure."""
        return moment(str(self.period[place]), MEASURES[self.measure[place]])

    def name(self, place: int) -> str:
        """The figure's indicator id."""
        return str(self.codes.indicators[self.indicator[place]])

    def unit(self, place: int) -> str:
        """The unit of the figure: per cent for growth, else the indicator's."""
        if self.measure[place] in (MONTH, YTD, LEVEL):
            return self.codes.catalogue.indicators[self.name(place)].unit
        return "%"

    def amount(self, place: int) -> str:
        """The figure's value with its unit."""
        return amount(float(self.value[place]), self.unit(place))

    def source(self, place: int) -> Words:
        """Where the figure stands: its cell, or among the stored ones."""
        if not self.new[place]:
            return Words(zh="已入库", en="stored")
        text = at(str(self.sheet[place]), str(self.cell[place])).strip()
        return Words(zh=text, en=text) if text else Words(zh="本次上报", en="this upload")

    def finding(
        self, severity: Severity, rule: str, place: int, words: Words, *, found: str = "", expected: str = ""
    ) -> Finding:
        """A finding on a new figure; its place in the workbook opens both sentences."""
        sheet, cell = str(self.sheet[place]), str(self.cell[place])
        opening = at(sheet, cell)
        return Finding(
            severity=severity,
            rule=rule,
            zh=f"{opening}{words.zh}",
            en=f"{opening}{words.en}",
            sheet=sheet,
            cell=cell,
            indicator=self.name(place),
            region=str(self.codes.regions[self.region[place]]),
            period=str(self.period[place]),
            found=found or self.amount(place),
            expected=expected,
        )


@dataclass(frozen=True, eq=False)
class Flagged:
    """Findings and the rows of the new frame (by position) that they are about, which other rules then leave alone."""

    findings: list[Finding]
    rows: Ints


def _moment(known_from: datetime) -> np.datetime64:
    """A tz-aware moment as numpy compares it (UTC, without zone)."""
    return np.datetime64(pd.Timestamp(known_from).tz_convert("UTC").tz_localize(None), "us")


def places(marked: Bools) -> Iterator[int]:
    """The marked places one by one. Findings are sentences, made singly; there are few of them."""
    return iter(np.flatnonzero(marked).tolist())
