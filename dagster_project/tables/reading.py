"""A file's tables as one tidy frame, without any catalogue.

Belongs here: the way from bytes to cells, and what one sheet lends another (the year of '1-3月'). Does not belong here:
formats (`open_book.py`), the anatomy of a table (`layout.py`), the catalogue's names (`mapping.py`).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import PurePath

import numpy as np
import pandas as pd

from dagster_project.tables import long_findings
from dagster_project.tables import reading_findings as say
from dagster_project.tables.bands import is_meta
from dagster_project.tables.cells import Cells, Holds, look_at, shown
from dagster_project.tables.columns import as_found
from dagster_project.tables.file_findings import about_file
from dagster_project.tables.frames import frame_of
from dagster_project.tables.grid import Book, Bools, Grid, address, ranges
from dagster_project.tables.layout import Layout, find_tables
from dagster_project.tables.long_table import LongHeader, find_header, no_rows, numbers_beside, read_long
from dagster_project.tables.open_book import open_book
from dagster_project.tables.tidy import Tidy, tidy
from validators.columns import CELL
from validators.findings import Finding
from validators.periods import Found, Month, Period, Year, parse_period

MAX_BYTES, MAX_CELLS = 50_000_000, 2_000_000  # where the caller has no settings
COLUMNS = (*CELL, "row", "column", "table", "role", "rest")
_DTYPES = {"value": np.float64, "row": np.int64, "column": np.int64, "table": np.int64}  # the others hold texts
_PUBLISHED = re.compile(r"(?:发布|公布|发表|印发)(?:日期|时间)?\s*[:：]?\s*(.*)")
_DAY = re.compile(r"((?:19|20)[0-9]{2})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?")
_DATE_STATED = re.compile(r"(?:发布|公布|印发)(?:日期|时间)")
_REVISED = re.compile(r"修订|订正|更正")
_MONTHLY = re.compile(r"[本当]\s*月|累\s*计|月\s*末")
_ANY_YEAR = 2000  # where only it matters whether a text is a period
_OF_THE_FORM = ("上传时填写的统计期", "the period given when it was handed in")


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a sheet. `titles` are the texts above its header, from the top down."""

    sheet: str
    titles: tuple[str, ...]
    notes: tuple[str, ...]
    period: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. `unit` and `period` (SDMX) are those of its first table, '' where it says none; `published` is the
    date of publication that it states."""

    name: str
    title: str
    hidden: bool
    unit: str
    period: str
    published: date | None
    revised: bool


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """`cells`: one row per labelled cell of figures, also blank ones, in the order of sheets, rows and columns: CELL,
    then `row` and `column` (from 1), `table` (index into `tables`), `role` of the column (value, growth, prior, rank,
    other) and `rest` (words of its header that nobody knows).

    A file with a sheet that says in columns of its own what each figure is (`is_long`) is read as such alone: `long`
    has its rows (`long_table.COLUMNS`), `cells` has none."""

    file: str
    cells: pd.DataFrame
    sheets: tuple[Sheet, ...]
    tables: tuple[Table, ...]
    findings: tuple[Finding, ...]
    long: pd.DataFrame = field(default_factory=no_rows)
    is_long: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """A visible sheet before anybody knows its year."""

    grid: Grid
    cells: Cells
    layouts: list[Layout]
    used: Bools
    stated: tuple[Found, ...]  # periods whose year the sheet itself states


def read_tables(
    data: bytes,
    file_name: str,
    *,
    period: str | None = None,
    max_bytes: int = MAX_BYTES,
    max_cells: int = MAX_CELLS,
) -> Reading:
    """Every table of the file. `period` (SDMX) is what the person handing in says: it counts where neither a sheet nor
    the other sheets nor the file's name say one. Raises an UnreadableFileError (empty, no workbook, damaged, encrypted,
    too large), PeriodError for a `period` that is none; anything less is a finding."""
    given = None if period is None else parse_period(period)
    book = open_book(data, file_name, max_bytes=max_bytes, max_cells=max_cells)
    headers = {index: find_header(grid) for index, grid in enumerate(book.sheets) if not grid.hidden}
    if any(headers.values()):
        return _read_long(book, file_name, headers)
    seen = {index: _see(grid) for index, grid in enumerate(book.sheets) if not grid.hidden}
    lent = _Lent.of(list(seen.values()), PurePath(file_name).stem, given)
    sheets: list[Sheet] = []
    tables: list[Table] = []
    parts: list[Tidy] = []
    findings = list(about_file(book, file_name))
    for index, grid in enumerate(book.sheets):
        if grid.hidden:
            sheets.append(Sheet(grid.name, "", hidden=True, unit="", period="", published=None, revised=False))
            findings.append(say.hidden_sheet(grid.name, _count_numbers(grid)))
            continue
        sheet = seen[index]
        own = _read_sheet(sheet, lent, book)
        parts += own.parts
        tables += own.tables
        sheets.append(own.sheet)
        findings += [*own.findings, *_left_out(sheet, certain=book.kind != "xls")]
    if not parts:
        findings.append(say.nothing_read(file_name))
    return Reading(file_name, _frame(parts), tuple(sheets), tuple(tables), tuple(findings))


def _read_long(book: Book, file_name: str, headers: Mapping[int, LongHeader | None]) -> Reading:
    findings = list(about_file(book, file_name))
    sheets: list[Sheet] = []
    parts: list[pd.DataFrame] = []
    for index, grid in enumerate(book.sheets):
        header = headers.get(index)
        sheets.append(Sheet(grid.name, "", hidden=grid.hidden, unit="", period="", published=None, revised=False))
        if grid.hidden:
            findings.append(say.hidden_sheet(grid.name, _count_numbers(grid)))
        elif header is not None:
            rows, problems = read_long(grid, header, certain=book.kind != "xls")
            parts.append(rows)
            findings += problems
        elif beside := numbers_beside(look_at(grid)):
            findings.append(long_findings.sheet_beside(grid.name, beside))
    rows = pd.concat(parts, ignore_index=True)
    return Reading(file_name, _frame(()), tuple(sheets), (), tuple(findings), long=rows, is_long=True)


def _count_numbers(grid: Grid) -> int:
    return int((look_at(grid).holds == Holds.NUMBER).sum())


def _see(grid: Grid) -> _Seen:
    cells = look_at(grid)
    layouts, used = find_tables(grid, cells)
    texts: list[str] = [grid.name]
    for layout in layouts:
        texts += [*layout.titles, *layout.corner]
        if not layout.by_period:
            texts += sorted({part for path in layout.paths for part in path})
    stated = [found for found in map(_stated, texts) if found is not None]
    return _Seen(grid, cells, layouts, used, tuple(stated))


def _stated(text: str) -> Found | None:
    found = as_found(text, None)
    return found if found is not None and found.year_stated else None


@dataclass(frozen=True, slots=True)
class _Lent:
    """What the file as a whole says about a sheet that doesn't say it: its year and its month, each with its source."""

    year: int | None
    year_source: tuple[str, str]
    period: Period | None
    period_source: tuple[str, str]

    @classmethod
    def of(cls, sheets: Sequence[_Seen], stem: str, given: Period | None) -> _Lent:
        """A file name wins only where the sheets don't agree among themselves, or say nothing; what was given when the
        file was handed in only where the name is silent too."""
        named = _stated(stem)
        of_name = ("文件名", "the file name")
        of_sheets = ("其他工作表", "the other sheets")
        years = Counter(year for sheet in sheets if (year := _year_of(sheet)) is not None)
        year = next(iter(years)) if len(years) == 1 else None
        year_source = of_sheets
        if year is None and named is not None:
            year, year_source = named.period.last_month.year, of_name
        elif year is None and not years and given is not None:
            year, year_source = given.last_month.year, _OF_THE_FORM
        months = Counter(month for sheet in sheets for month in _months(sheet, year))
        common = months.most_common(2)
        period: Period | None = None
        period_source = of_sheets
        if common and (len(common) == 1 or common[0][1] > common[1][1]):
            period = common[0][0]
        if period is None and named is not None and not _is_finer(given, named.period):
            period, period_source = named.period, of_name
        elif period is None and given is not None:
            period, period_source = given, _OF_THE_FORM
        return cls(year, year_source, period, period_source)


def _is_finer(given: Period | None, named: Period) -> bool:
    """Whether the period given is a month or a quarter of the year that is all that the file's name says."""
    return isinstance(named, Year) and given is not None and given != named and given.last_month.year == named.year


def _year_of(sheet: _Seen) -> int | None:
    """The year that a sheet states, unless it states several (a table of many years)."""
    years = {found.period.last_month.year for found in sheet.stated}
    return next(iter(years)) if len(years) == 1 else None


def _months(sheet: _Seen, year: int | None) -> Iterator[Month]:
    """The one month of each of its tables."""
    for layout in sheet.layouts:
        if layout.by_period:
            continue
        texts = [*layout.titles, *(part for path in layout.paths for part in path)]
        found = {period.period for text in texts if (period := as_found(text, _year_of(sheet) or year)) is not None}
        months = {period.last_month for period in found if not isinstance(period, Year)}
        if len(months) == 1:
            yield next(iter(months))


@dataclass(frozen=True, slots=True, eq=False)
class _ReadSheet:
    sheet: Sheet
    parts: list[Tidy]
    tables: list[Table]
    findings: list[Finding]


def _read_sheet(seen: _Seen, lent: _Lent, book: Book) -> _ReadSheet:
    name = seen.grid.name
    own_year = _year_of(seen) or max((found.period.last_month.year for found in seen.stated), default=None)
    year = own_year or lent.year
    parts: list[Tidy] = []
    tables: list[Table] = []
    findings: list[Finding] = []
    for layout in _with_titles(seen.layouts):
        fallback = _fallback(seen, layout, lent)
        part = tidy(name, layout, seen.cells, year, fallback, certain=book.kind != "xls")
        period = "" if part.period is None else part.period.text
        parts.append(part)
        tables.append(Table(name, layout.titles, layout.notes, period))
        findings += part.findings
    findings = [*_borrowed(seen, lent, own_year, parts), *findings]
    titles = [title for layout in seen.layouts for title in layout.titles if not is_meta(title)]
    published, unreadable = _published(seen.cells)
    if unreadable is not None:
        row, column, text = unreadable
        findings.append(say.published_unreadable(name, address(row, column), text))
    sheet = Sheet(
        name=name,
        title=titles[0] if titles else "",
        hidden=False,
        unit=parts[0].unit if parts else "",
        period=tables[0].period if tables else "",
        published=published,
        revised=any(_REVISED.search(text) for text in (name, *titles)),
    )
    return _ReadSheet(sheet, parts, tables, findings)


def _with_titles(layouts: Sequence[Layout]) -> Iterator[Layout]:
    """A table without a title of its own goes by the title of the one before: its header is only repeated, on a new
    page or beside the first."""
    titles: tuple[str, ...] = ()
    for layout in layouts:
        own = [title for title in layout.titles if not is_meta(title)]
        yield layout if own or not titles else replace(layout, titles=(*layout.titles, *titles))
        titles = layout.titles if own else titles


def _fallback(seen: _Seen, layout: Layout, lent: _Lent) -> Period | None:
    """The period of a table that says none: another of its sheet's, the sheet's name, else what the file lends."""
    if layout.by_period:
        return None
    months = [found.period for found in seen.stated if not isinstance(found.period, Year)]
    if len(set(months)) == 1:
        return months[0]
    if isinstance(lent.period, Year) and any(_MONTHLY.search(part) for path in layout.paths for part in path):
        return None  # a year alone, over columns of 本月 and 累计: any of its months
    return lent.period if not months else None


def _borrowed(seen: _Seen, lent: _Lent, own_year: int | None, parts: Sequence[Tidy]) -> Iterator[Finding]:
    """Says so where the year, or the whole period, was not in the sheet."""
    period = next((part.period for part in parts if part.period is not None), None)
    if period is None or not any(not layout.by_period for layout in seen.layouts):
        return
    texts = [
        text
        for layout in seen.layouts
        for text in (seen.grid.name, *layout.titles, *layout.corner, *(part for path in layout.paths for part in path))
    ]
    found = [one.period for one in (as_found(text, _ANY_YEAR) for text in texts) if one is not None]
    if own_year is not None and (isinstance(period, Year) or not all(isinstance(one, Year) for one in found)):
        return
    written = own_year is None and bool(found)
    source = lent.year_source if written else lent.period_source
    yield say.period_from_elsewhere(seen.grid.name, period.text, *source, year_only=written)


def _left_out(seen: _Seen, *, certain: bool) -> Iterator[Finding]:
    """Everything numeric in the sheet that is in no table."""
    name, cells = seen.grid.name, seen.cells
    for row, column in np.argwhere((cells.holds == Holds.ERROR) & ~seen.used).tolist():
        yield say.error_cell(name, address(row, column), cells.text(row, column), "", in_table=False)
    loose = (cells.holds == Holds.NUMBER) & ~seen.used
    for row, column in np.argwhere((cells.holds == Holds.UNVALUED) & ~seen.used).tolist():
        # With its label gone a row of figures is in no table: then the formula takes figures away.
        yield say.formula_without_value(
            name, address(row, column), "", in_table=bool(loose[row].any()), certain=certain
        )
    if loose.any():
        yield say.numbers_outside_tables(name, ranges(loose))
    hidden = _hidden_numbers(seen.grid)
    if hidden.any():
        yield say.hidden_cells(name, ranges(hidden))


def _hidden_numbers(grid: Grid) -> Bools:
    rows, columns = grid.raw.shape
    where = np.zeros((rows, columns), dtype=bool)
    where[[row for row in grid.hidden_rows if row < rows], :] = True
    where[:, [column for column in grid.hidden_columns if column < columns]] = True
    for row, column in np.argwhere(where).tolist():
        where[row, column] = isinstance(grid.raw[row, column], float | int) and grid.raw[row, column] is not True
    return where


def _published(cells: Cells) -> tuple[date | None, tuple[int, int, str] | None]:
    """The date behind 发布日期, in the same cell or in the next filled one of its row; without one, the row, column and
    text of what stands there in its place."""
    unreadable = None
    for row, column in np.argwhere(cells.holds == Holds.TEXT).tolist() if _mentions(cells) else []:
        text = str(cells.texts[row, column])
        match = _PUBLISHED.search(text)
        if match is None:
            continue
        beside = [value for value in cells.raw[row, column + 1 :].tolist() if value is not None][:1]
        for value in (match[1], *beside):
            day = _day(value)
            if day is not None:
                return day, None
        stated = match[1].strip() or next((shown(value) for value in beside), "")
        if _DATE_STATED.search(text) and stated and unreadable is None:
            unreadable = (row, column, stated)
    return None, unreadable


def _mentions(cells: Cells) -> bool:
    return any("发布" in text or "公布" in text for text in pd.unique(cells.texts.ravel()))


def _day(value: object) -> date | None:
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    match = _DAY.search(unicodedata.normalize("NFKC", str(value)))
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def _frame(parts: Sequence[Tidy]) -> pd.DataFrame:
    """One frame from the flat arrays of all tables."""
    if not parts:
        return frame_of({name: np.empty(0, dtype=_DTYPES.get(name, object)) for name in COLUMNS})
    columns = {name: np.concatenate([part.arrays[name] for part in parts]) for name in parts[0].arrays}
    columns["table"] = np.repeat(np.arange(len(parts)), [len(part.arrays["value"]) for part in parts])
    return frame_of({name: columns[name].astype(_DTYPES.get(name, object), copy=False) for name in COLUMNS})
