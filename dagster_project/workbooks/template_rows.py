"""The rows and cells of a dataset's template: which indicators stand in it, and which of its cells are to be filled.

Belongs here: what a region's sheet asks for, from the catalogue. Does not belong here: fonts, protection and validation
(`template.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from validators.catalogue import Cadence, Catalogue, Kind, Measure
from validators.observations import allowed_measures, plausible_range

_INDENT, _PART, _ASIDE = "  ", "其中：", "　　　"  # 其中： is three characters wide


@dataclass(frozen=True, slots=True)
class Column:
    """A column of figures: its two header cells, and the measures of which a row has at most one."""

    group: str
    text: str
    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A cell to fill in: what it measures, and the plausible range (both ends included) in `unit`."""

    indicator: str
    measure: Measure
    unit: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its label and unit, and for each column the cell to fill, or None where the row has no such figure."""

    label: str
    unit: str
    cells: tuple[Asked | None, ...]


def columns(cadence: Cadence, *, since: str, period: str) -> tuple[Column, ...]:
    """The columns of a table of that cadence. `since` heads the year to date, `period` a whole quarter or year."""
    rate = "同比（%）"
    if cadence is Cadence.MONTHLY:
        return (
            Column("本月", "数值", (Measure.MONTH,)),
            Column("本月", rate, (Measure.YOY_MONTH,)),
            Column(since, "数值", (Measure.YTD, Measure.LEVEL)),
            Column(since, rate, (Measure.YOY_YTD,)),
        )
    return (
        Column(period, "数值", (Measure.YTD, Measure.LEVEL)),
        Column(period, rate, (Measure.YOY_YTD,)),
    )


def rows(catalogue: Catalogue, dataset: str, region: str, shape: Sequence[Column]) -> tuple[Row, ...]:
    """The rows for one region, in the order of the catalogue, parts under their whole. A growth indicator shares the
    row of what grows where that stands in the same table. Empty where the region reports none of the dataset."""
    ours = [key for key in catalogue.dataset_indicators[dataset] if region in catalogue.indicator_regions[key]]
    growth = {
        indicator.of: key
        for key in ours
        if (indicator := catalogue.indicators[key]).kind is Kind.GROWTH and indicator.of in ours
    }
    own = [key for key in ours if key not in growth.values()]
    cadence = catalogue.datasets[dataset].cadence
    return tuple(
        Row(
            mark + catalogue.indicators[key].name.zh,
            catalogue.indicators[key].unit,
            tuple(_asked(catalogue, cadence, (key, growth.get(key)), column) for column in shape),
        )
        for key, mark in _nested(catalogue, own)
    )


def _nested(catalogue: Catalogue, keys: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each indicator with the mark before its name, parts right behind their whole."""
    children: dict[str, list[str]] = {}
    for key in keys:
        whole = catalogue.indicators[key].part_of
        children.setdefault(whole if whole in keys and whole is not None else "", []).append(key)

    def below(parent: str, depth: int) -> Iterator[tuple[str, str]]:
        for index, key in enumerate(children.get(parent, [])):
            yield key, "" if depth == 0 else _INDENT * depth + (_ASIDE if index else _PART)
            yield from below(key, depth + 1)

    return below("", 0)


def _asked(catalogue: Catalogue, cadence: Cadence, keys: tuple[str, str | None], column: Column) -> Asked | None:
    """The cell of a row in a column: of the row's own indicator, or of the growth indicator that shares the row, which
    takes the row's growth columns."""
    level, growth = keys
    is_rate = column.measures[0] in (Measure.YOY_MONTH, Measure.YOY_YTD)
    key = growth if is_rate and growth is not None else level
    indicator = catalogue.indicators[key]
    for measure in column.measures:
        if measure in allowed_measures(indicator.kind, cadence):
            low, high = plausible_range(indicator, measure)
            return Asked(key, measure, "%" if is_rate else indicator.unit, low, high)
    return None
