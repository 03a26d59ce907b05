"""From the cells of a dataset's tables to observations: indicator, measure, unit, period of each cell.

Belongs here: array work over cells, and the findings that come from it. Does not belong here: which tables count
(`mapping.py`), names (`matching.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dagster_project.tables import mapping_findings as say
from dagster_project.tables.header_words import Role
from dagster_project.tables.matching import extra_measure, measure_of, row_names
from validators.catalogue import Cadence, Catalogue, Kind, Measure
from validators.codes import SameObject
from validators.findings import Finding
from validators.periods import Month, Quarter, Year, parse_period
from validators.units import UnitTable, convertible

_GROWTH = (Measure.YOY_MONTH, Measure.YOY_YTD)
_PREFERRED = {Measure.LEVEL: 0, Measure.YTD: 1, Measure.MONTH: 2, "": 3}  # which column a level is taken from
_YEAR = 4  # characters of a period that is a year
_USED = (Role.VALUE, Role.GROWTH, Role.RANK)


def with_meanings(cells: pd.DataFrame, catalogue: Catalogue, dataset: str) -> pd.DataFrame:
    """The cells (columns of `Reading.cells` and `region`) with `level`, `growth`, `is_rate`, `nearest` of their row,
    and with the dataset's own header words read as measures."""
    cells = _with_extra_columns(cells, catalogue, dataset)
    names = row_names(SameObject(catalogue), dataset)
    pairs = list(zip(cells["row_label"], cells["parent_label"], strict=True))
    meanings = {pair: names.meaning(*pair) for pair in set(pairs)}  # each label is looked up once
    found = [meanings[pair] for pair in pairs]
    return cells.assign(
        level=[meaning.level for meaning in found],
        growth=[meaning.growth for meaning in found],
        is_rate=[meaning.is_rate for meaning in found],
        nearest=[meaning.nearest for meaning in found],
    )


def _with_extra_columns(cells: pd.DataFrame, catalogue: Catalogue, dataset: str) -> pd.DataFrame:
    """Columns whose header is a word that the dataset lists are no longer unknown."""
    words = catalogue.datasets[dataset].recognise.columns
    cells = cells.copy()
    for label in cells["column_label"].unique():
        measure = extra_measure(words, label)
        if measure:
            here = cells["column_label"] == label
            cells.loc[here, "measure"] = str(measure)
            cells.loc[here, "role"] = str(Role.GROWTH if measure in _GROWTH else Role.VALUE)
            cells.loc[here, "rest"] = ""
    return cells


def assigned(cells: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """One row per cell that an indicator takes: the cells' columns with `indicator`, and `measure` as it is stored.
    Needs `with_meanings`. Cells of columns that aren't recognised are left out."""
    usable = cells[(cells["rest"] == "") & cells["role"].isin([str(role) for role in _USED])]
    in_growth_column = (usable["role"] == str(Role.GROWTH)).to_numpy()
    is_share = usable["unit"].isin(["%", "‰"]).to_numpy() | usable["is_rate"].to_numpy()
    has_level = (usable["level"] != "").to_numpy()
    has_growth = (usable["growth"] != "").to_numpy()
    as_growth = has_growth & (in_growth_column | (~has_level & is_share))
    indicator = np.where(as_growth, usable["growth"], np.where(has_level, usable["level"], ""))
    # A row that is growth alone may share its table with levels: its figure in yuan is nobody's.
    found = usable.assign(indicator=indicator, from_measure=usable["measure"])
    found = found[found["indicator"] != ""].copy()
    if found.empty:
        return found
    kinds = {key: catalogue.indicators[key].kind for key in found["indicator"].unique()}
    found["measure"] = [
        str(measure_of(role, measure, kinds[indicator], is_rate=True))
        for role, measure, indicator in zip(found["role"], found["measure"], found["indicator"], strict=True)
    ]
    return found[found["measure"] != ""].copy()


def converted(found: pd.DataFrame, catalogue: Catalogue) -> tuple[pd.DataFrame, list[Finding]]:
    """Values in the indicator's unit. Cells whose unit contradicts are left out, with an error each row; a missing unit
    is taken to be the indicator's, with a warning each row."""
    table = UnitTable(catalogue.units)
    growth = found["measure"].isin([str(measure) for measure in _GROWTH])
    own = found["indicator"].map({key: catalogue.indicators[key].unit for key in found["indicator"].unique()})
    expected = own.where(~growth, "%")
    pairs = set(zip(found["unit"], expected, strict=True))
    factors = {pair: unit_factor(table, catalogue, *pair) for pair in pairs}
    factor = np.array([factors[pair] for pair in zip(found["unit"], expected, strict=True)], dtype=float)
    value = found["value"].to_numpy(dtype=float)
    result = found.assign(value=scaled(value, factor), stated_unit=found["unit"], unit=expected, factor=factor)
    filled = ~np.isnan(value)
    contradicts, silent = np.isnan(factor), (found["unit"] == "").to_numpy()
    findings = [
        say.unit_contradiction(row.sheet, row.cell, row.row_label, row.indicator, row.stated_unit, row.unit)
        for row in _first_of_rows(result, contradicts & filled)
    ]
    findings += [
        say.unit_assumed(row.sheet, row.cell, row.row_label, row.indicator, row.unit)
        for row in _first_of_rows(result, silent & filled)
    ]
    return result[~contradicts] if contradicts.any() else result, findings


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


def _first_of_rows(cells: pd.DataFrame, where: NDArray[np.bool_]) -> Iterator[Any]:
    """The first marked cell of each row and unit of a sheet."""
    if where.any():
        yield from each(cells[where].drop_duplicates(["sheet", "row", "indicator", "stated_unit"]))


def each(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows one by one, for the few that become findings."""
    if len(frame):
        yield from frame.itertuples(index=False)


def with_periods(found: pd.DataFrame, cadence: Cadence) -> tuple[pd.DataFrame, list[Finding]]:
    """Periods in the dataset's cadence: a year's cumulative figure is December's in a monthly table, and the other way
    round. A figure without a period is left out with an error."""
    texts = {text: _in_cadence(text, cadence) for text in found["period"].unique()}
    period = found["period"].map(texts)
    if cadence is not Cadence.ANNUAL:
        period = period.where(~_of_an_unsaid_month(found), "")
    silent = (period == "") & found["value"].notna()
    if not silent.any():
        return found.assign(period=period), []
    first = found[silent].drop_duplicates("sheet")
    findings = [say.period_missing(row.sheet, row.cell) for row in each(first)]
    return found.assign(period=period)[~silent], findings


def _of_an_unsaid_month(found: pd.DataFrame) -> pd.Series:
    """Cells under nothing but a year that needn't be December's: 本月 may be any of its months, and so may 累计 beside
    it, or beside an earlier month of the same year (2月 | 本年累计, both under 2019年)."""
    of_year = found["period"].str.len() == _YEAR
    if not of_year.any():
        return of_year
    is_month = found["from_measure"].isin([str(Measure.MONTH), str(Measure.YOY_MONTH)])
    doubtful = of_year & found["table"].isin(found.loc[of_year & is_month, "table"])
    months = found["period"].where(found["period"].str.fullmatch(r"[0-9]{4}-[0-9]{2}"), "")
    latest = months.groupby([found["table"], found["period"].str[:_YEAR]]).transform("max")
    return doubtful | (of_year & (latest != "") & ~latest.str.endswith("-12"))


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


def without_repetitions(found: pd.DataFrame, catalogue: Catalogue) -> tuple[pd.DataFrame, list[Finding]]:
    """One row per figure. Values that agree within the rounding of the coarser one count as the same; others are an
    error that names both cells."""
    key = ["indicator", "region", "period", "measure"]
    order = found["from_measure"].map(_PREFERRED).fillna(3).where(found["measure"] == str(Measure.LEVEL), 0)
    ordered = found.assign(order=order).sort_values("order", kind="stable")
    repeated = ordered.duplicated(key, keep="first")
    if not repeated.any():
        return found, []
    first = ordered[~repeated]
    pairs = ordered[repeated].merge(first, on=key, suffixes=("", "_first"), validate="many_to_one")
    apart = (pairs["value"] - pairs["value_first"]).abs()
    allowed = np.maximum(
        _rounding(pairs["text"], pairs["factor"]), _rounding(pairs["text_first"], pairs["factor_first"])
    )
    differ = (apart > allowed).to_numpy()
    findings = []
    for row in each(pairs[differ]):
        moment = f"{row.period} {row.measure}"
        name = catalogue.indicators[row.indicator].name.zh
        here, there = f"{row.sheet}!{row.cell}", f"{row.sheet_first}!{row.cell_first}"
        findings.append(
            say.contradiction(
                row.indicator, name, here, (there, f"{row.value_first:.10g}"), (here, f"{row.value:.10g}"), moment
            )
        )
    same_row = (pairs["sheet"] == pairs["sheet_first"]) & (pairs["row"] == pairs["row_first"])
    for row in pairs[~differ & ~same_row.to_numpy()].drop_duplicates(["sheet", "row"]).pipe(each):
        name = catalogue.indicators[row.indicator].name.zh
        findings.append(
            say.same_figure_again(row.indicator, name, f"{row.sheet_first}!{row.cell_first}", row.sheet, row.cell)
        )
    return first.drop(columns="order").sort_index(), findings


def _rounding(texts: pd.Series, factor: pd.Series) -> pd.Series:
    """Half a unit of the last digit written, in the indicator's unit."""
    decimals = texts.str.extract(r"\.([0-9]+)", expand=False).str.len().fillna(0)
    half: pd.Series = 0.500001 * np.power(10.0, -decimals.astype(float)) * factor
    return half


def kinds_of(catalogue: Catalogue, indicators: pd.Series) -> pd.Series:
    """The kind of each indicator."""
    return indicators.map({key: str(catalogue.indicators[key].kind) for key in indicators.unique()})


ACCUMULATING = (str(Kind.FLOW), str(Kind.COUNT))
