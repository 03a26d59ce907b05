"""From the cells of a dataset's tables to observations: indicator, measure, unit, period of each cell.

Belongs here: array work over cells, and the findings that come from it. Does not belong here: which tables count
(`mapping.py`), names (`matching.py`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dagster_project.tables import mapping_findings as say
from dagster_project.tables.cell_rows import CellRows, Positions, looked_up
from dagster_project.tables.grid import Bools
from dagster_project.tables.header_words import Role
from dagster_project.tables.matching import extra_measure, measure_of, row_names
from validators.catalogue import Cadence, Catalogue, Kind, Measure
from validators.codes import SameObject
from validators.findings import Finding
from validators.periods import Month, Quarter, Year, parse_period
from validators.units import UnitTable, convertible

_GROWTH = (Measure.YOY_MONTH, Measure.YOY_YTD)
_PREFERRED = {"level": 0, "ytd": 1, "month": 2}  # which column a level is taken from; others come after these
_YEAR = 4  # characters of a period that is a year
_USED = (Role.VALUE, Role.GROWTH, Role.RANK)
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
_DECIMALS = re.compile(r"\.([0-9]+)")


def with_meanings(cells: CellRows, catalogue: Catalogue, dataset: str) -> CellRows:
    """The cells (columns of `Reading.cells` and `region`) with `level`, `growth`, `is_rate`, `nearest` of their row,
    and with the dataset's own header words read as measures."""
    cells = _with_extra_columns(cells, catalogue, dataset)
    names = row_names(SameObject(catalogue), dataset)
    pairs = cells.keys("row_label", "parent_label")
    meanings = {pair: names.meaning(*pair) for pair in dict.fromkeys(pairs)}  # each label is looked up once
    found = [meanings[pair] for pair in pairs]
    return cells.replaced(
        level=np.array([meaning.level for meaning in found], dtype=object),
        growth=np.array([meaning.growth for meaning in found], dtype=object),
        is_rate=np.array([meaning.is_rate for meaning in found], dtype=bool),
        nearest=np.array([meaning.nearest for meaning in found], dtype=object),
    )


def _with_extra_columns(cells: CellRows, catalogue: Catalogue, dataset: str) -> CellRows:
    """Columns whose header is a word that the dataset lists are no longer unknown."""
    words = catalogue.datasets[dataset].recognise.columns
    if not words:
        return cells
    for label in cells.distinct("column_label"):
        measure = extra_measure(words, label)
        if measure:
            here = cells.has("column_label", label)
            role = Role.GROWTH if measure in _GROWTH else Role.VALUE
            cells = cells.replaced(
                measure=np.where(here, str(measure), cells["measure"]),
                role=np.where(here, str(role), cells["role"]),
                rest=np.where(here, "", cells["rest"]),
            )
    return cells


def assigned(cells: CellRows, catalogue: Catalogue) -> CellRows:
    """One row per cell that an indicator takes: the cells' columns with `indicator`, and `measure` as it is stored.
    Needs `with_meanings`. Cells of columns that aren't recognised are left out."""
    usable = cells.where(cells.has("rest", "") & cells.has_any("role", map(str, _USED)))
    in_growth_column = usable.has("role", str(Role.GROWTH))
    is_share = usable.has_any("unit", ("%", "‰")) | usable["is_rate"]
    has_level, has_growth = ~usable.has("level", ""), ~usable.has("growth", "")
    as_growth = has_growth & (in_growth_column | (~has_level & is_share))
    indicator = np.where(as_growth, usable["growth"], usable["level"])
    # A row that is growth alone may share its table with levels: its figure in yuan is nobody's.
    found = usable.replaced(indicator=indicator, from_measure=usable["measure"]).where(indicator != "")
    measures = [
        str(measure_of(role, measure, catalogue.indicators[indicator].kind, is_rate=True))
        for role, measure, indicator in found.keys("role", "measure", "indicator")
    ]
    measure = np.array(measures, dtype=object)
    return found.replaced(measure=measure).where(measure != "")


def converted(found: CellRows, catalogue: Catalogue) -> tuple[CellRows, list[Finding]]:
    """Values in the indicator's unit. Cells whose unit contradicts are left out, with an error each row; a missing unit
    is taken to be the indicator's, with a warning each row."""
    growth = found.has_any("measure", map(str, _GROWTH))
    own = looked_up(found["indicator"], lambda key: catalogue.indicators[key].unit)
    expected = np.where(growth, "%", own)
    stated = found["unit"]
    pairs = list(zip(stated.tolist(), expected.tolist(), strict=True))
    table = _unit_table(SameObject(catalogue))
    factors = {pair: unit_factor(table, catalogue, *pair) for pair in dict.fromkeys(pairs)}
    factor = np.array([factors[pair] for pair in pairs], dtype=float)
    filled = found.filled()
    result = found.replaced(value=scaled(found["value"], factor), stated_unit=stated, unit=expected, factor=factor)
    contradicts, silent = np.isnan(factor), stated == ""
    row = ("sheet", "cell", "row_label", "indicator")
    wrong = result.each((*row, "stated_unit", "unit"), _first_of_rows(result, contradicts & filled))
    findings = [say.unit_contradiction(*values) for values in wrong]
    assumed = result.each((*row, "unit"), _first_of_rows(result, silent & filled))
    findings += [say.unit_assumed(*values) for values in assumed]
    return result.where(~contradicts) if contradicts.any() else result, findings


@lru_cache(maxsize=16)
def _unit_table(key: SameObject) -> UnitTable:
    return UnitTable(key.catalogue.units)


def scaled(value: NDArray[np.float64], factor: NDArray[np.float64]) -> NDArray[np.float64]:
    """The values in another unit; NaN where the factor is."""
    with np.errstate(invalid="ignore"):
        # 万元 to 亿元 is a division by 10000, which rounds once; a product with 0.0001 would round twice.
        return np.where(factor >= 1, value * factor, value / (1 / factor).round(12))


def unit_factor(table: UnitTable, catalogue: Catalogue, unit: str, expected: str) -> float:
    """How many of the expected unit one is; NaN when they are of different kinds or the unit is unknown."""
    if not unit or unit == expected:
        return 1.0
    key = table.find(unit)
    if key is None:
        return float("nan")
    if key == expected:
        return 1.0
    return table.factor(key, expected) if convertible(catalogue.units, key, expected) else float("nan")


def _first_of_rows(cells: CellRows, marked: Bools) -> Positions:
    """The first marked cell of each row and unit of a sheet."""
    places = np.flatnonzero(marked)
    return places[cells.where(places).firsts("sheet", "row", "indicator", "stated_unit")] if len(places) else places


def with_periods(found: CellRows, cadence: Cadence) -> tuple[CellRows, list[Finding]]:
    """Periods in the dataset's cadence: a year's cumulative figure is December's in a monthly table, and the other way
    round. A figure without a period is left out with an error."""
    period = looked_up(found["period"], lambda text: _in_cadence(text, cadence))
    if cadence is not Cadence.ANNUAL:
        period = np.where(_of_an_unsaid_month(found), "", period)
    silent = (period == "") & found.filled()
    dated = found.replaced(period=period)
    if not silent.any():
        return dated, []
    lost = found.where(silent)
    findings = [say.period_missing(*row) for row in lost.each(("sheet", "cell"), lost.firsts("sheet"))]
    return dated.where(~silent), findings


def _of_an_unsaid_month(found: CellRows) -> Bools:
    """Cells under nothing but a year that needn't be December's: 本月 may be any of its months, and so may 累计 beside
    it, or beside an earlier month of the same year (2月 | 本年累计, both under 2019年)."""
    texts = found["period"].tolist()
    of_year = np.array([len(text) == _YEAR for text in texts], dtype=bool)
    if not of_year.any():
        return of_year
    is_month = found.has_any("from_measure", (str(Measure.MONTH), str(Measure.YOY_MONTH)))
    doubtful = found.has_any("table", found["table"][of_year & is_month].tolist())
    tables = found["table"].tolist()
    latest: defaultdict[tuple[int, str], str] = defaultdict(str)
    for table, text in dict.fromkeys(zip(tables, texts, strict=True)):
        if _MONTH.fullmatch(text):
            latest[table, text[:_YEAR]] = max(latest[table, text[:_YEAR]], text)
    beside = [latest[table, text[:_YEAR]] for table, text in zip(tables, texts, strict=True)]
    earlier = np.array([month != "" and not month.endswith("-12") for month in beside], dtype=bool)
    unsaid: Bools = of_year & (doubtful | earlier)
    return unsaid


def _in_cadence(text: str, cadence: Cadence) -> str:
    if not text:
        return ""
    period = parse_period(text)
    if cadence is Cadence.ANNUAL and isinstance(period, Month) and period.month == 12:
        return Year(period.year).text
    if cadence is Cadence.QUARTERLY and isinstance(period, Month) and period.month % 3 == 0:
        return Quarter(period.year, period.month // 3).text
    if cadence is Cadence.MONTHLY and isinstance(period, Year):
        return period.last_month.text
    return text


def without_repetitions(found: CellRows, catalogue: Catalogue) -> tuple[CellRows, list[Finding]]:
    """One row per figure. Values that agree within the rounding of the coarser one count as the same; others are an
    error that names both cells."""
    keys = found.keys("indicator", "region", "period", "measure")
    if len(set(keys)) == len(keys):
        return found, []
    order = [
        _PREFERRED.get(column, len(_PREFERRED)) if key[-1] == Measure.LEVEL else 0
        for key, column in zip(keys, found["from_measure"].tolist(), strict=True)
    ]
    positions = np.argsort(np.array(order), kind="stable").tolist()
    first: dict[tuple[str, ...], int] = {}
    for position in positions:
        first.setdefault(keys[position], position)
    repeated = [position for position in positions if first[keys[position]] != position]
    one = found.where(np.array([first[keys[position]] for position in repeated]))
    other = found.where(np.array(repeated))
    apart = np.abs(other["value"] - one["value"])
    differ = apart > np.maximum(_rounding(other), _rounding(one))
    about = ("sheet", "cell", "value", "indicator", "period", "measure")
    pairs = zip(other.each(about, differ), one.each(("sheet", "cell", "value"), differ), strict=True)
    findings = []
    for (sheet, cell, value, indicator, period, measure), (sheet_first, cell_first, value_first) in pairs:
        name = catalogue.indicators[indicator].name.zh
        here, there = f"{sheet}!{cell}", f"{sheet_first}!{cell_first}"
        findings.append(
            say.contradiction(
                indicator, name, here, (there, f"{value_first:.10g}"), (here, f"{value:.10g}"), f"{period} {measure}"
            )
        )
    same_row = (other["sheet"] == one["sheet"]) & (other["row"] == one["row"])
    again = np.flatnonzero(~differ & ~same_row)
    again = again[other.where(again).firsts("sheet", "row")]
    twice = zip(other.each(("indicator", "sheet", "cell"), again), one.each(("sheet", "cell"), again), strict=True)
    for (indicator, sheet, cell), (sheet_first, cell_first) in twice:
        name = catalogue.indicators[indicator].name.zh
        findings.append(say.same_figure_again(indicator, name, f"{sheet_first}!{cell_first}", sheet, cell))
    return found.where(np.array(sorted(first.values()))), findings


def _rounding(cells: CellRows) -> NDArray[np.float64]:
    """Half a unit of the last digit written, in the indicator's unit."""
    written = [_DECIMALS.search(text) for text in cells["text"].tolist()]
    decimals = np.array([0 if found is None else len(found[1]) for found in written], dtype=float)
    half: NDArray[np.float64] = 0.500001 * np.power(10.0, -decimals) * cells["factor"]
    return half


def accumulates(catalogue: Catalogue, indicators: Sequence[str]) -> bool:
    """Whether any of the indicators adds up over a year."""
    return any(catalogue.indicators[key].kind in (Kind.FLOW, Kind.COUNT) for key in indicators)
