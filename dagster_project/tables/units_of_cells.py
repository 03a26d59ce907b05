"""Which unit each figure of a table is in.

Belongs here: who wins where the cell, the row, the column and the corner name units. Does not belong here: recognising
a unit (`unit_words.py`), converting (`validators/units.py`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from dagster_project.tables.columns import Column
from dagster_project.tables.grid import Bools, Objects
from dagster_project.tables.header_words import Role
from dagster_project.tables.layout import Layout
from dagster_project.tables.unit_words import is_unit, plain, stated_units, unit_in

_MONEY = re.compile(r"(?:额|收入|支出|利润|税收?|产值|增加值|投资|存款|贷款|资金)$")
_AREA = re.compile(r"面积$")
_SHARES = ("%", "‰")
# 单位：英镑 is a unit although nobody knows it; 单位：区统计局 is who filled the table in.
_UNKNOWN = re.compile(r"[(\[]?(?:计量|货币|金额|数量)?单位\s*:\s*([^\s,、;:()\[\]]{1,6})[)\]]?")
_BODY = re.compile(
    r"(?:局|委|会|办|部|厅|院|所|处|科|室|组|队|省|市|区|县|镇|乡|村|街道|社区|公司|集团|中心|厂|站|行|社|校|学|政府|本级)$"
)


def stated_in(texts: Sequence[str]) -> tuple[str, ...]:
    """The units that titles and corner cells state for a whole table; for the title itself only in brackets."""
    units: list[str] = []
    for text in texts:
        stated = stated_units(text) or ((unit_in(text),) if unit_in(text) else _unknown_unit(text))
        units += [unit for unit in stated if unit not in units]
    return tuple(units)


def _unknown_unit(text: str) -> tuple[str, ...]:
    """What is stated as the unit and is none that is known: it contradicts whatever unit is expected."""
    match = _UNKNOWN.fullmatch(plain(text))
    return () if match is None or _BODY.search(match[1]) else (match[1],)


def cell_units(layout: Layout, columns: Sequence[Column], table: Sequence[str], percent: Bools) -> Objects:
    """Units as an object array (rows x columns), '' where the table says none. The cell's own per cent sign wins; then
    a column of shares or of growth; then the row's unit, its label's, the column's, the heading's, the table's."""
    own = [_row_unit(layout, row) for row in range(len(layout.rows))]
    general = next((unit for unit in table if unit not in _SHARES), "")
    only_share = next(iter(table), "") if not general else ""
    rows = np.array([_inherited(layout, own, row) for row in range(len(own))], dtype=object)
    direct = np.array(own, dtype=object)
    units = np.full((len(layout.rows), len(columns)), "", dtype=object)
    for index, column in enumerate(columns):  # a few columns, whole arrays of rows
        units[:, index] = _column_units(column, direct, rows, general, only_share)
    units[percent] = "%"
    return units


def _column_units(column: Column, direct: Objects, inherited: Objects, general: str, only_share: str) -> Objects:
    if column.role is Role.GROWTH:
        return np.full(len(direct), "%", dtype=object)
    if column.role is Role.RANK or (column.role is Role.OTHER and column.unit):
        return np.full(len(direct), column.unit, dtype=object)
    if column.unit in _SHARES:
        return np.full(len(direct), column.unit, dtype=object)
    fallback = column.unit or general or only_share
    units = np.where(direct != "", direct, column.unit)
    units = np.where(units == "", inherited, units)
    result: Objects = np.where(units == "", fallback, units).astype(object)
    return result


def _row_unit(layout: Layout, row: int) -> str:
    """The unit of the row's own cell in the column of units, else of its label."""
    stated = plain(layout.row_units[row])
    if stated:
        return "".join(stated.split())
    return "" if layout.by_period else _in_label(layout.labels[row])


def _in_label(label: str) -> str:
    unit = unit_in(label)
    return "" if is_unit(plain(label)) else unit


def _inherited(layout: Layout, own: Sequence[str], row: int) -> str:
    """The unit of the nearest row above under which this one stands, unless the label's words contradict it: sums of
    money under a heading in square metres keep the table's unit."""
    above = layout.above_row[row]
    while above >= 0 and not own[above]:
        above = layout.above_row[above]
    if above < 0 or own[row]:
        return own[row]
    unit, label = own[above], "".join(plain(layout.labels[row]).split())
    if (_MONEY.search(label) and "元" not in unit) or (_AREA.search(label) and "元" in unit):
        return ""
    parent = "".join(plain(layout.labels[layout.above_row[row]]).split())
    if _MONEY.search(parent) and "元" not in unit:
        return ""
    return unit
