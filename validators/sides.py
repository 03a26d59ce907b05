"""One frame of figures, new or stored, as arrays in the order of what identifies a figure.

Belongs here: turning texts into codes, once per distinct text, and finding a figure by its key. Does not belong here:
joining the new and the stored side (`figures.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from validators.codes import MEASURES, MONTH, YTD, Bools, Codes, Floats, Ints
from validators.errors import PeriodError
from validators.periods import parse_period
from validators.rounding import half_digit

Texts = npt.NDArray[Any]  # object arrays of str

_MEASURE_TEXTS = pd.Index([str(measure) for measure in MEASURES])


@dataclass(frozen=True, eq=False)
class Side:
    """One of the two frames as arrays, in the order of `key`."""

    row: Ints
    indicator: Ints
    region: Ints
    measure: Ints
    month: Ints
    value: Floats
    half: Floats
    status: Texts
    period: Texts
    sheet: Texts
    cell: Texts
    known_from: npt.NDArray[np.datetime64]
    key: Ints

    @classmethod
    def of(cls, frame: pd.DataFrame, codes: Codes) -> Side:
        """The rows of an OBSERVATION or STORED frame whose texts are known and whose value is a number."""
        texts = {name: _Distinct.of(frame[name]) for name in ("indicator", "region", "measure", "period", "status")}
        indicator = texts["indicator"].codes_in(codes.indicators)
        region = texts["region"].codes_in(codes.regions)
        measure = texts["measure"].codes_in(_MEASURE_TEXTS)
        month = texts["period"].mapped(_ordinal)
        value = frame["value"].to_numpy(dtype=float)
        known = (indicator >= 0) & (region >= 0) & (measure >= 0) & (month >= 0) & np.isfinite(value)
        key = key_of(indicator * len(codes.regions) + region, measure, month)
        rows = np.flatnonzero(known)
        rows = rows[np.argsort(key[rows], kind="stable")]
        new = "text" in frame  # STORED has no such column, and the cells of stored figures are not wanted
        whole = codes.whole_numbers[indicator[rows]] & np.isin(measure[rows], (MONTH, YTD))
        series = indicator * len(codes.regions) + region
        half = half_digit(
            value[rows], frame["text"].iloc[rows] if new else None, (series * len(MEASURES) + measure)[rows]
        )
        return cls(
            row=rows,
            indicator=indicator[rows],
            region=region[rows],
            measure=measure[rows],
            month=month[rows],
            value=value[rows],
            half=np.where(whole, 0.0, half),
            status=texts["status"].texts[rows],
            period=texts["period"].texts[rows],
            sheet=_Distinct.of(frame["sheet"]).texts[rows] if new else np.full(len(rows), "", dtype=object),
            cell=_Distinct.of(frame["cell"]).texts[rows] if new else np.full(len(rows), "", dtype=object),
            known_from=_moments(None if new else frame["known_from"].iloc[rows], len(rows)),
            key=key[rows],
        )

    def only(self, kept: Bools) -> Side:
        """The figures at the places marked."""
        return Side(**{name: getattr(self, name)[kept] for name in self.__dataclass_fields__})


@dataclass(frozen=True, eq=False)
class _Distinct:
    """A column of texts as its distinct texts ('' for what is missing) and their positions."""

    positions: Ints
    distinct: list[str]

    @classmethod
    def of(cls, column: pd.Series) -> _Distinct:
        positions, distinct = pd.factorize(column)
        texts = [*(str(text) for text in distinct), ""]
        return cls(np.where(positions < 0, len(texts) - 1, positions).astype(np.int64), texts)

    @property
    def texts(self) -> Texts:
        return np.array(self.distinct, dtype=object)[self.positions]

    def codes_in(self, index: pd.Index) -> Ints:
        found = np.asarray(index.get_indexer(pd.Index(self.distinct)), dtype=np.int64)
        return found[self.positions]

    def mapped(self, function: Callable[[str], int]) -> Ints:
        return np.array([function(text) for text in self.distinct], dtype=np.int64)[self.positions]


def _ordinal(period: str) -> int:
    """Ordinal of the period's last month, -1 for what is no period."""
    try:
        return parse_period(period).last_month.ordinal
    except PeriodError:
        return -1


def key_of(series: Ints, measure: Ints, month: Ints) -> Ints:
    """One number per figure, in the order of series, measure and month."""
    return (series * len(MEASURES) + measure) * 131072 + month  # months have ordinals below 12 x 10,000


def look_up(keys: Ints, order: Ints, wanted: Ints) -> Ints:
    """Places of the wanted keys among the sorted ones, through `order`; -1 where there is none."""
    if len(keys) == 0:
        return np.full(np.shape(wanted), -1, dtype=np.int64)
    spot = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[spot] == wanted, order[spot], -1)


def _moments(values: pd.Series | None, length: int) -> npt.NDArray[np.datetime64]:
    if values is None or length == 0:
        return np.full(length, np.datetime64("NaT"), dtype="datetime64[us]")
    stamps = pd.to_datetime(values, utc=True).dt.tz_localize(None)
    return stamps.to_numpy(dtype="datetime64[us]")
