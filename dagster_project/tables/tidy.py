"""One table as rows of a frame: every figure with its labels, period, measure, unit and address.

Belongs here: putting the parts of a table together, and noticing what is no number. Does not belong here: finding
tables (`layout.py`), whose year a sheet without one takes (`reading.py`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dagster_project.tables import reading_findings as say
from dagster_project.tables.cells import NO_FIGURES, Cells, Holds
from dagster_project.tables.columns import (
    Column,
    a_year_earlier,
    plain_period,
    read_columns,
    read_headers,
    table_period,
)
from dagster_project.tables.grid import Objects, address, column_name
from dagster_project.tables.header_words import Base, Role, is_header_word, read_header
from dagster_project.tables.layout import Layout
from dagster_project.tables.row_periods import of_rows, said_by_rows
from dagster_project.tables.unit_words import unit_in, without_unit
from dagster_project.tables.units_of_cells import cell_units, stated_in
from validators.catalogue import Measure
from validators.findings import Finding
from validators.periods import Found, Month, Period, Year

# 三十三点二: a figure that was typed in words, where 待核实 says that there is none.
_SPELT_OUT = re.compile(
    r"(?:百分之|负|约)*[〇○零一二两三四五六七八九十百千万亿点壹贰叁肆伍陆柒捌玖拾佰仟]{2,}[多余]?[元家个项人户件次]?"
)


_SERIES = re.compile(r"[:：_]")
_SAYS_MEASURE = re.compile(r"[本当]月|当期|累计|期末|月末|余额")


@dataclass(frozen=True, slots=True, eq=False)
class Tidy:
    """The columns of the frame for one table as flat arrays of one length, its period and its unit."""

    arrays: dict[str, NDArray[np.generic] | Objects]
    period: Period | None
    unit: str
    findings: tuple[Finding, ...]


def tidy(sheet: str, layout: Layout, cells: Cells, year: int | None, fallback: Period | None, certain: bool) -> Tidy:
    """`year` completes periods without one; `fallback` is the period where the table says none; `certain` as in
    `formula_without_value`."""
    headers = read_headers(layout, year)
    found = None if layout.by_period else table_period(headers, (*layout.titles, *layout.corner), year)
    only_a_year = found is not None and isinstance(found.period, Year) and not any(head.period for head in headers)
    finer = isinstance(fallback, Month) and found is not None and fallback.year == found.period.last_month.year
    if fallback is not None and not layout.by_period and (found is None or (only_a_year and finer)):
        found = Found(fallback, cumulative=False, year_stated=False)
    columns = read_columns(layout, headers, found, layout.titles)
    where = np.ix_(layout.rows, np.array(layout.columns))
    holds, shape = cells.holds[where], (len(layout.rows), len(layout.columns))
    main = None if found is None else plain_period(found, Base.UNKNOWN)
    periods, measures = _periods(layout, columns, shape, main, year)
    roles = _spread([column.role.value for column in columns], shape)
    _measures_of_rows(layout, columns, roles, measures)
    stated = stated_in((*layout.titles, *layout.corner))
    units = cell_units(layout, columns, stated, cells.percent[where])
    labels, parents, column_labels = _labels(layout, columns, shape)
    arrays: dict[str, NDArray[np.generic] | Objects] = {
        "sheet": np.full(shape, sheet, dtype=object),
        "cell": _addresses(layout),
        "row_label": labels,
        "parent_label": parents,
        "column_label": column_labels,
        "period": periods,
        "measure": measures,
        "unit": units,
        "value": np.where(holds == Holds.NUMBER, cells.numbers[where], np.nan),
        "text": _texts(cells, layout, holds, cells.percent[where]),
        "row": np.broadcast_to(layout.rows[:, None] + 1, shape),
        "column": np.broadcast_to(np.array(layout.columns)[None, :] + 1, shape),
        "role": roles,
        "rest": _spread(["" if layout.by_period else column.rest for column in columns], shape),
    }
    findings = _problems(sheet, layout, cells, holds, certain)
    first_figure = np.argwhere((holds == Holds.NUMBER) & (periods == ""))
    if len(first_figure):
        row, column = first_figure[0].tolist()
        findings.append(say.period_unknown(sheet, address(int(layout.rows[row]), layout.columns[column])))
    whole = main or _latest(periods)
    return Tidy(
        {name: values.ravel() for name, values in arrays.items()}, whole, next(iter(stated), ""), tuple(findings)
    )


def _latest(periods: Objects) -> Period | None:
    months = sorted({text for text in np.unique(periods.astype(str)).tolist() if len(text) == 7 and text[5] != "Q"})
    return Month(int(months[-1][:4]), int(months[-1][5:])) if months else None


def _spread(texts: Sequence[str], shape: tuple[int, int]) -> Objects:
    spread = np.empty(shape, dtype=object)
    spread[:] = np.array(texts, dtype=object)[None, :]
    return spread


def _down(texts: Sequence[str], shape: tuple[int, int]) -> Objects:
    spread = np.empty(shape, dtype=object)
    spread[:] = np.array(texts, dtype=object)[:, None]
    return spread


def _labels(layout: Layout, columns: Sequence[Column], shape: tuple[int, int]) -> tuple[Objects, Objects, Objects]:
    """Row labels, labels of the rows above, column labels. Where rows are periods the columns name what is measured."""
    rows = [_shown(label) for label in layout.labels]
    above = ["" if parent < 0 else rows[parent] for parent in layout.above_row]
    heads = [column.label for column in columns]
    if layout.by_period:
        return _spread(heads, shape), _spread([""] * len(heads), shape), _down(rows, shape)
    return _down(rows, shape), _down(above, shape), _spread(heads, shape)


def _shown(label: str) -> str:
    """A label without indent and line breaks; runs of spaces inside become one."""
    return " ".join(label.replace("\n", "").split())


def _addresses(layout: Layout) -> Objects:
    letters = [column_name(column) for column in layout.columns]
    cells = np.empty((len(layout.rows), len(letters)), dtype=object)
    numbers = (layout.rows + 1).astype(str).astype(object)
    for index, letter in enumerate(letters):
        cells[:, index] = letter + numbers
    return cells


def _texts(cells: Cells, layout: Layout, holds: NDArray[np.int8], percent: NDArray[np.bool_]) -> Objects:
    """Cells as found. Most are plain numbers, whose text is their shortest form."""
    where = np.ix_(layout.rows, np.array(layout.columns))
    texts: Objects = cells.texts[where]
    values = cells.raw[where]
    plain = (holds == Holds.NUMBER) & (texts == "") & ~percent
    texts[plain] = ["%.15g" % value for value in values[plain].tolist()]  # noqa: UP031  # half the time of an f-string
    rest = (texts == "") & ~plain & (holds != Holds.NOTHING)
    for row, column in np.argwhere(rest).tolist():  # dates, errors, per cent formats: few
        texts[row, column] = cells.text(int(layout.rows[row]), layout.columns[column])
    return texts


def _periods(
    layout: Layout, columns: Sequence[Column], shape: tuple[int, int], table: Period | None, year: int | None
) -> tuple[Objects, Objects]:
    """SDMX periods and measures, each rows x columns."""
    if layout.by_period:
        return _periods_down(layout, columns, shape, year)
    periods = _spread(["" if column.period is None else column.period.text for column in columns], shape)
    measures = _spread([str(column.measure) for column in columns], shape)
    said = said_by_rows(layout, table, year)
    if said is not None:
        for row, found in enumerate(said):  # only the rows of a sheet that names periods in its labels
            if found is not None:
                periods[row] = [_row_period(found, column) for column in columns]
                measures[row] = [_row_measure(found, column) for column in columns]
    return periods, measures


def _measures_of_rows(layout: Layout, columns: Sequence[Column], roles: Objects, measures: Objects) -> None:
    """Rows that say their measure ('…_累计值(亿元)', '…:当月同比') in columns that are periods and nothing more; a row
    that says another measure than its column has none."""
    if layout.by_period:
        return
    plain = np.array([column.role is Role.VALUE and column.period is not None for column in columns])
    for row, label in enumerate(layout.labels):
        parts = [part for part in _SERIES.split(without_unit(label)) if part.strip()]
        header = read_header((parts[-1],), None) if len(parts) > 1 and is_header_word(parts[-1]) else None
        if header is None or (header.role is Role.VALUE and header.base is Base.UNKNOWN):
            continue
        for index in np.flatnonzero(plain).tolist():
            column = columns[index]
            says = column.base is not Base.MONTH or _SAYS_MEASURE.search(column.label) is not None
            agree = not says or header.base in (Base.UNKNOWN, column.base)
            base = column.base if header.base is Base.UNKNOWN else header.base
            roles[row, index] = header.role.value if agree else Role.OTHER.value
            measures[row, index] = _measure(header.role, base) if agree else ""


def _row_period(found: Found, column: Column) -> str:
    period = plain_period(found, column.base)
    if isinstance(period, Month) and period.month == 1 and not found.year_stated and column.base is Base.YTD:
        return ""  # 上月数据 in a February table: January has no figures of its own, so this may be December
    return (a_year_earlier(period) if column.role is Role.PRIOR else period).text


def _row_measure(found: Found, column: Column) -> str:
    if found.cumulative and column.base in (Base.UNKNOWN, Base.MONTH):
        return {Role.VALUE: Measure.YTD.value, Role.GROWTH: Measure.YOY_YTD.value}.get(column.role, column.measure)
    return str(column.measure)


def _periods_down(
    layout: Layout, columns: Sequence[Column], shape: tuple[int, int], year: int | None
) -> tuple[Objects, Objects]:
    rows = of_rows(layout, year)
    periods = np.full(shape, "", dtype=object)
    measures = np.full(shape, "", dtype=object)
    for index, column in enumerate(columns):
        bases = [_row_base(found, column) for found in rows]
        periods[:, index] = [
            "" if found is None else plain_period(found, base).text for found, base in zip(rows, bases, strict=True)
        ]
        measures[:, index] = [_measure(column.role, base) for base in bases]
    return periods, measures


def _row_base(found: Found | None, column: Column) -> Base:
    if column.base is not Base.UNKNOWN or found is None:
        return column.base
    return Base.YTD if found.cumulative else Base.MONTH


def _measure(role: Role, base: Base) -> str:
    if role is Role.GROWTH:
        return {Base.MONTH: "yoy_month", Base.YTD: "yoy_ytd"}.get(base, "")
    return base.value if role is Role.VALUE else ""


def _problems(sheet: str, layout: Layout, cells: Cells, holds: NDArray[np.int8], certain: bool) -> list[Finding]:
    """Cells in place of figures that are none."""
    findings = []
    for row, column in np.argwhere(NO_FIGURES[holds]).tolist():  # exceptions, not every cell
        place = (int(layout.rows[row]), layout.columns[column])
        cell, text, label = address(*place), cells.text(*place), _shown(layout.labels[row])
        kind = holds[row, column]
        if kind == Holds.ERROR:
            findings.append(say.error_cell(sheet, cell, text, label, in_table=True))
        elif kind == Holds.UNVALUED:
            findings.append(say.formula_without_value(sheet, cell, label, in_table=True, certain=certain))
        else:
            digits = any(sign.isdigit() for sign in text) or _SPELT_OUT.fullmatch(text) is not None
            if digits or kind == Holds.OTHER or not unit_in(text):
                findings.append(
                    say.text_in_number(sheet, cell, text, label, is_figure=digits or bool(kind == Holds.OTHER))
                )
    return findings
