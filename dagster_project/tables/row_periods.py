"""Periods that rows say: '(上月数据)' over a group of rows, and tables whose rows are months.

Belongs here: how a row changes the period of its cells. Does not belong here: periods of columns (`columns.py`).
"""

from __future__ import annotations

import re

from dagster_project.tables.layout import Layout
from dagster_project.tables.period_axis import read_axis
from dagster_project.tables.unit_words import plain
from validators.periods import Found, Month, Period, find_period, read_period

_BRACKETED = re.compile(r"[(\[【〔]([^()\[\]【】〔〕]+)[)\]】〕]")
_LAST_MONTH = re.compile(r"上月(?:数据?|指标|累计)?|上个月(?:数据?)?|上一月(?:数据?)?")


def said_by_rows(layout: Layout, table: Period | None, year: int | None) -> list[Found | None] | None:
    """For each row the period that it, or a row above it, says ('上月数据', '1-2月'); None when no row says any. A
    group's word holds for every row that stands under it."""
    own = [_said(label, table, year) for label in layout.labels]
    if not any(own):
        return None
    said: list[Found | None] = []
    for index, found in enumerate(own):  # parents come before their rows, so one pass hands everything down
        above = layout.above_row[index]
        said.append(found or (said[above] if above >= 0 else None))
    return said


def _said(label: str, table: Period | None, year: int | None) -> Found | None:
    text = plain(label)
    for part in (*_BRACKETED.findall(text), text):
        if _LAST_MONTH.fullmatch(part.strip()):
            if isinstance(table, Month):
                return Found(table.plus(-1), cumulative=False, year_stated=False)
            return None
        if part != text:
            found = read_period(part, year=year)
            if found is not None:
                return found
    return None


def of_rows(layout: Layout, year: int | None) -> list[Found | None]:
    """The periods of a table whose rows are periods. A column of years on the left completes months without one."""
    if layout.outer_periods:
        outer = [find_period(text) or read_period(text) for text in layout.outer_periods]
        years = [year if found is None else found.period.last_month.year for found in outer]
        return [read_period(label, year=own) for label, own in zip(layout.labels, years, strict=True)]
    return read_axis([label.strip() for label in layout.labels], year)
