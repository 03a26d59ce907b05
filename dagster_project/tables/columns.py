"""What each column of figures measures and for which period, with what its neighbours, the title and the file say.

Belongs here: carrying meaning over between columns, measures, and periods of columns. Does not belong here: words by
themselves (`header_words.py`), periods of rows (`row_periods.py`), units of cells (`units_of_cells.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dagster_project.tables.header_words import Base, Header, Role, read_header
from dagster_project.tables.layout import Layout
from dagster_project.tables.period_axis import is_ambiguous, read_axis
from validators.catalogue import Measure
from validators.periods import Found, Month, Period, Quarter, Year, find_period, read_period


@dataclass(frozen=True, slots=True)
class Column:
    """`period` is None where neither the column nor anything above it says one. `measure` is '' for what isn't followed
    (a rank, a share, a change in points) and where the table doesn't say. `rest`: words that nobody knows."""

    label: str
    role: Role
    base: Base
    unit: str
    period: Period | None
    measure: str
    rest: str


def as_found(text: str, year: int | None, *, decimal: bool = False) -> Found | None:
    """The period that a text is, or names somewhere."""
    return read_period(text, year=year, decimal=decimal) or find_period(text, year=year)


def read_headers(layout: Layout, year: int | None) -> list[Header]:
    """One header per column, each by itself; words that stand above all columns are no longer unknown."""
    headers = [read_header(path, year) for path in layout.paths]
    if not layout.by_period and len(layout.paths) > 1:
        common = {part for part in layout.paths[0] if all(part in path for path in layout.paths[1:])}
        own = [read_header(tuple(part for part in path if part not in common), year) for path in layout.paths]
        headers = [replace(header, rest=alone.rest) for header, alone in zip(headers, own, strict=True)]
    if not layout.by_period:
        leaves = [path[-1] if path else "" for path in layout.paths]
        axis = read_axis(leaves, year) if any(is_ambiguous(leaf) for leaf in leaves) else None
        if axis is not None:
            headers = [
                header if found is None else replace(header, period=found)
                for header, found in zip(headers, axis, strict=True)
            ]
    return headers


def table_period(headers: Sequence[Header], titles: Sequence[str], year: int | None) -> Found | None:
    """The period that the table is about: the only one of its columns, else the title's, else the latest column's."""
    stated = [header.period for header in headers if header.period is not None and header.role is not Role.PRIOR]
    if len({found.period for found in stated}) == 1:
        only = stated[0]
        return _sharpened(only, _title_period(titles, year), explicit=False)
    title = _title_period(titles, year)
    return title or max(stated, key=lambda found: found.period.last_month, default=None)


def _title_period(titles: Sequence[str], year: int | None) -> Found | None:
    found = [period for period in (as_found(title, year) for title in titles) if period is not None]
    months = [period for period in found if not isinstance(period.period, Year)]
    return next(iter(months or found), None)


def _sharpened(found: Found, title: Found | None, *, explicit: bool) -> Found:
    """A column that says only '2025年' in a table about March 2025 is about March 2025."""
    if isinstance(found.period, Year) and title is not None and isinstance(title.period, Month):
        same = found.period.year == title.period.year
        if same or explicit:
            return Found(Month(found.period.year, title.period.month), title.cumulative, found.year_stated)
    return found


def read_columns(
    layout: Layout, headers: Sequence[Header], period: Found | None, titles: Sequence[str]
) -> list[Column]:
    """`period` is the table's; `titles` may name the measure of a whole table ('历史数据:累计', '累计增速')."""
    title = read_header(tuple(titles[:1]), None) if titles else None
    bases = [header.base for header in headers]
    for index, header in enumerate(headers):
        if bases[index] is Base.UNKNOWN:
            bases[index] = _carried_over(headers, bases, index) or _of_table(header, title, period, layout)
    _make_unique(headers, bases)
    all_months = all(header.role is Role.VALUE and header.period is not None and not header.rest for header in headers)
    columns = []
    for index, (header, base) in enumerate(zip(headers, bases, strict=True)):
        role = header.role
        if title is not None and title.role is Role.GROWTH and header.unit in ("", "%") and all_months:
            role = Role.GROWTH  # 'XX增速' in the title, only months in the header
        columns.append(
            Column(
                label="/".join(" ".join(part.replace("\n", "").split()) for part in layout.paths[index]),
                role=role,
                base=base,
                unit=header.unit or layout.header_units[index],
                period=_period_of(header, base, period),
                measure=_measure(role, base),
                rest=header.rest,
            )
        )
    return columns


def _carried_over(headers: Sequence[Header], bases: Sequence[Base], index: int) -> Base | None:
    """本月 | 同比 | 累计 | 同比: a column of growth or of last year's figures without a word of its own belongs to the
    level on its left."""
    if headers[index].role not in (Role.GROWTH, Role.PRIOR) or headers[index].period is not None:
        return None
    for left in range(index - 1, -1, -1):
        if headers[left].role is Role.VALUE and bases[left] is not Base.UNKNOWN:
            return bases[left]
    return None


def _of_table(header: Header, title: Header | None, period: Found | None, layout: Layout) -> Base:
    """Base of a column that doesn't say: the title's word, then how its own or the table's period is written."""
    if title is not None and title.base is not Base.UNKNOWN and title.period is None:
        return title.base
    if layout.by_period:
        return Base.UNKNOWN
    own = header.period
    if own is not None and isinstance(own.period, Month) and not own.cumulative:
        return Base.MONTH  # a header that is a month and nothing more
    found = own or period
    if found is not None and found.cumulative:
        return Base.YTD
    return title.base if title is not None else Base.UNKNOWN


def _make_unique(headers: Sequence[Header], bases: list[Base]) -> None:
    """本月 | 累计 | 同比 | 累计同比: where one growth column says that it is the year to date's, a silent one is the
    month's."""
    growth = [index for index, header in enumerate(headers) if header.role is Role.GROWTH]
    said = [index for index in growth if headers[index].base is Base.YTD]
    months = any(base is Base.MONTH for header, base in zip(headers, bases, strict=True) if header.role is Role.VALUE)
    if said and months:
        for index in growth:
            silent = headers[index].base is Base.UNKNOWN and headers[index].period is None
            if silent and bases[index] is Base.YTD and not any(bases[other] is Base.MONTH for other in growth):
                bases[index] = Base.MONTH


def _measure(role: Role, base: Base) -> str:
    if role is Role.VALUE or role is Role.PRIOR:
        return {Base.MONTH: Measure.MONTH, Base.YTD: Measure.YTD, Base.LEVEL: Measure.LEVEL}.get(base, "")
    if role is Role.GROWTH:
        return {Base.MONTH: Measure.YOY_MONTH, Base.YTD: Measure.YOY_YTD}.get(base, "")
    return ""


def _period_of(header: Header, base: Base, table: Found | None) -> Period | None:
    found = header.period
    if found is None:
        found = table
        if found is not None and header.role is Role.PRIOR:
            return a_year_earlier(found.period)
    elif table is not None:
        found = _sharpened(found, table, explicit=header.base is not Base.UNKNOWN)
        if header.role is Role.PRIOR and found.period == table.period and not found.year_stated:
            return a_year_earlier(found.period)
    return None if found is None else plain_period(found, base)


def plain_period(found: Found, base: Base) -> Period:
    """A quarter or half-year that counts from January is named by its last month, as 1-3月 is."""
    if isinstance(found.period, Quarter) and (found.cumulative or base is Base.YTD):
        return found.period.last_month
    return found.period


def a_year_earlier(period: Period) -> Period:
    """The same month, quarter or year one year before."""
    if isinstance(period, Month):
        return Month(period.year - 1, period.month)
    if isinstance(period, Quarter):
        return Quarter(period.year - 1, period.quarter)
    return Year(period.year - 1)
