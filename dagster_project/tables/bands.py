"""Which rows of a sheet belong together as a table: what stands above the header, the header, the body.

Belongs here: telling titles, headers and rows of figures apart, several tables below each other. Does not belong here:
columns (`layout.py`), the meaning of a header's words (`header_words.py`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dagster_project.tables.cells import FIGURES, WORDS, Cells, Holds
from dagster_project.tables.grid import Bools
from dagster_project.tables.header_words import ATTRIBUTE_HEADER, INDEX_HEADER, LABEL_HEADER, compact, is_header_word
from dagster_project.tables.labels import is_note
from dagster_project.tables.period_axis import read_axis
from dagster_project.tables.spans import Spans, header_text
from dagster_project.tables.unit_words import UNIT_COLUMN, is_unit, stated_units
from validators.periods import Month, read_period

_ANY_YEAR = 2000  # only whether a text is a period matters here
_PREAMBLE = re.compile(r"^(?:数据库|时间|地区|日期|频率|口径|区间|制表时间|导出时间)\s*[:：]")
_FURTHER = 6  # rows between a header and its first figures, at most


@dataclass(frozen=True, slots=True)
class Band:
    """Row numbers of one table. `above` holds titles, units and dates; `body` is first and last + 1."""

    above: tuple[int, ...]
    header: tuple[int, ...]
    body: tuple[int, int]


class _Rows:
    """What the rows of a block of columns look like, as arrays over the rows."""

    def __init__(self, cells: Cells, spans: Spans, columns: range) -> None:
        self.cells, self.spans, self.columns = cells, spans, columns
        where = np.s_[:, columns.start : columns.stop]
        holds = cells.holds[where]
        self.filled: Bools = holds != Holds.NOTHING
        number = FIGURES[holds]
        mixed = holds == Holds.MIXED
        self.n_filled: NDArray[np.int64] = self.filled.sum(axis=1)
        self.n_number: NDArray[np.int64] = number.sum(axis=1)
        count = len(self.n_filled)
        first = np.where(self.n_filled > 0, self.filled.argmax(axis=1), 0)
        starts_with_word = WORDS[holds[np.arange(count), first]]
        only_mixed = starts_with_word & (self.n_filled >= 2) & (mixed.sum(axis=1) >= self.n_filled - 1)
        self.periods = self._period_rows(number)
        self.counted = self._counted_rows(number)
        unlike = self.periods | self.counted
        placeholder = (holds == Holds.PLACEHOLDER).any(axis=1) & (self.n_filled >= 2)
        self.data: Bools = ((self.n_number > 0) & ~unlike) | placeholder
        for row in np.nonzero(only_mixed & ~self.data)[0].tolist():
            self.data[row] = not LABEL_HEADER.fullmatch(compact(self.texts(row)[0]))
        leads = first[self.data & starts_with_word]
        self.lead = int(np.bincount(leads).argmax()) if len(leads) else 0
        beyond = self.filled[:, self.lead + 1 :].any(axis=1) if self.filled.shape[1] else np.zeros(count, dtype=bool)
        self.header_like: Bools = (beyond & ~self.data) | unlike

    def texts(self, row: int) -> list[str]:
        """The texts of the filled cells of a row."""
        columns = np.nonzero(self.filled[row])[0] + self.columns.start
        return [header_text(self.cells, row, column) for column in columns.tolist()]

    def _period_rows(self, number: Bools) -> Bools:
        """Rows of years or months written as numbers, which are headers: 2023 2024, 202501 202502, 2024.11 2024.12."""
        numbers = self.cells.numbers[:, self.columns.start : self.columns.stop]
        with np.errstate(invalid="ignore"):
            year = (numbers >= 1950) & (numbers <= 2100) & (numbers == np.floor(numbers))
            month = (numbers >= 195001) & (numbers <= 210012) & (numbers == np.floor(numbers))
            point = (numbers > 1950) & (numbers < 2101)
        steps = np.zeros(len(numbers), dtype=bool)
        for row in np.nonzero((number.sum(axis=1) >= 2) & (number == (number & (year | month))).all(axis=1))[
            0
        ].tolist():
            here = numbers[row][number[row]]
            months = np.where(here > 2100, here // 100 * 12 + here % 100, here * 12)
            apart = np.abs(np.diff(months))
            steps[row] = bool((apart > 0).all() and (apart <= 12).all() and (month[row].any() or (apart == 12).all()))
        for row in np.nonzero((number.sum(axis=1) >= 2) & (number == (number & point)).all(axis=1) & ~steps)[
            0
        ].tolist():
            columns = np.flatnonzero(number[row]) + self.columns.start
            found = read_axis([header_text(self.cells, row, column) for column in columns.tolist()], None)
            ordinals = [one.period.ordinal for one in found if one is not None and isinstance(one.period, Month)]
            apart = np.abs(np.diff(ordinals))
            steps[row] = len(ordinals) == len(found) and bool((apart == 1).all())
        return steps

    def _counted_rows(self, number: Bools) -> Bools:
        """Rows that only number the columns: 甲 1 2 3."""
        numbers = self.cells.numbers[:, self.columns.start : self.columns.stop]
        counted = np.zeros(len(numbers), dtype=bool)
        if not numbers.shape[1]:
            return counted
        begins_with_one = numbers[np.arange(len(numbers)), number.argmax(axis=1)] == 1
        for row in np.nonzero(begins_with_one & (number.sum(axis=1) >= 2))[0].tolist():
            here = numbers[row][number[row]]
            words = [text for text in self.texts(row) if not re.fullmatch(r"[0-9.]+", text)]
            counted[row] = bool((here == np.arange(1, len(here) + 1)).all()) and all(
                re.fullmatch(r"[甲乙丙]", compact(word)) or INDEX_HEADER.fullmatch(compact(word)) for word in words
            )
        return counted

    def is_blank(self, row: int) -> bool:
        return bool(self.n_filled[row] == 0)

    def is_meta(self, row: int) -> bool:
        """Units, periods, dates and preamble alone: nothing that names a column."""
        texts = self.texts(row)
        periods = sum(read_period(text, year=_ANY_YEAR) is not None for text in texts)
        return (
            bool(texts)
            and periods <= 1
            and all(is_meta(text) or read_period(text, year=_ANY_YEAR) is not None for text in texts)
        )

    def is_title_with_meta(self, row: int) -> bool:
        """A title with its unit or period beside it in the same row."""
        texts = self.texts(row)
        return (
            len(texts) in (2, 3)
            and not is_header_word(texts[0])
            and not LABEL_HEADER.fullmatch(compact(texts[0]))
            and all(is_meta(text) or read_period(text, year=_ANY_YEAR) is not None for text in texts[1:])
        )

    def is_month_alone(self, row: int) -> bool:
        """The month under a title, written as a number: 2025.03. A month that is a row's label has rows of figures
        above it."""
        if self.n_filled[row] != 1 or self.is_blank(row - 1) or self.data[row - 1]:
            return False
        found = read_period(self.texts(row)[0])
        return found is not None and isinstance(found.period, Month)

    def names_a_row(self, row: int) -> bool:
        """Whether the row, which might be a further row of a header, begins with a label: its figures are words."""
        column = self.columns.start + self.lead
        label = header_text(self.cells, row, column)
        if not label or self.periods[row] or self.counted[row] or self.spans.top[row, column] != row:
            return False
        text = compact(label)
        about_columns = (LABEL_HEADER, ATTRIBUTE_HEADER, INDEX_HEADER, UNIT_COLUMN)
        return not any(pattern.fullmatch(text) for pattern in about_columns) and not is_header_word(label)

    def is_known(self, row: int) -> bool:
        """Whether a word in the row is one that headers have."""
        texts = self.texts(row)
        return any(
            LABEL_HEADER.fullmatch(compact(text)) is not None or is_header_word(text)
            for text in texts
            if not is_note(text) and not is_unit(text)  # a row without figures still has its unit
        )

    def is_title(self, row: int) -> bool:
        """One text alone that is no word of a header and doesn't span several columns right of the labels."""
        if self.n_filled[row] != 1 or self.periods[row]:
            return False
        column = int(self.filled[row].argmax()) + self.columns.start
        spans_columns = bool(self.spans.wide[row, column]) and column > self.columns.start + self.lead
        return not spans_columns and not is_header_word(header_text(self.cells, row, column))


def is_meta(text: str) -> bool:
    """Whether a text above a table states a unit, a date or where the table comes from."""
    return (
        bool(stated_units(text))
        or is_unit(text.strip("()（） "))
        or is_note(text)
        or bool(_PREAMBLE.match(text.strip()))
    )


def find_bands(cells: Cells, spans: Spans, columns: range) -> list[Band]:
    """The tables below each other within a block of columns. Rows of figures without a header above are in none."""
    rows = _Rows(cells, spans, columns)
    count = len(rows.n_filled)
    bands: list[Band] = []
    headers: list[tuple[int, ...]] = []
    position = 0
    while (header := _next_header(rows, position, first=not headers)) is not None:
        headers.append(header)
        position = header[-1] + 1
    starts = [_top(rows, header[0], headers[index - 1][-1] + 1 if index else 0) for index, header in enumerate(headers)]
    for index, header in enumerate(headers):
        end = starts[index + 1] if index + 1 < len(starts) else count
        named = tuple(row for row in header if not rows.counted[row])
        if named:
            bands.append(Band(tuple(range(starts[index], header[0])), named, (header[-1] + 1, end)))
    return bands


def _next_header(rows: _Rows, start: int, *, first: bool) -> tuple[int, ...] | None:
    """The next rows of a header from `start` on. Below a first table a header must be recognisable, by a known word or
    by a blank row before it: a row of the body may hold texts in place of figures."""
    for row in range(start, len(rows.n_filled)):
        if not rows.header_like[row] or not _leads_to_figures(rows, row):
            continue
        if (rows.is_meta(row) or rows.is_title_with_meta(row)) and _header_follows(rows, row):
            continue
        if rows.is_title(row) and not (row + 1 < len(rows.n_filled) and rows.data[row + 1]):
            continue
        known = rows.is_known(row) and not rows.names_a_row(row)
        if not (first or known or _stands_apart(rows, row, start)):
            continue
        last = row
        while last + 1 < len(rows.n_filled) and rows.header_like[last + 1] and not rows.names_a_row(last + 1):
            last += 1
        return tuple(range(row, last + 1))
    return None


def _leads_to_figures(rows: _Rows, row: int) -> bool:
    """Whether rows of figures follow soon, with nothing but further header rows, headings and blank rows between."""
    blank = 0
    for further in range(row + 1, len(rows.n_filled)):
        if rows.data[further]:
            return True
        if rows.header_like[further]:
            continue
        blank += 1
        if blank > _FURTHER:
            return False
    return False


def _header_follows(rows: _Rows, row: int) -> bool:
    """Whether another header row follows before the figures, so that this row of units and dates is none."""
    for further in range(row + 1, len(rows.n_filled)):
        if rows.data[further]:
            return False
        if rows.header_like[further] and not rows.is_meta(further):
            return True
    return False


def _stands_apart(rows: _Rows, row: int, start: int) -> bool:
    above = row - 1
    while above > start and not rows.is_blank(above) and not rows.data[above]:
        above -= 1
    return rows.is_blank(above)


def _top(rows: _Rows, header: int, start: int) -> int:
    """The first row above a header that belongs to it: all at the top of a sheet, else the titles right above."""
    if start == 0:
        return 0
    row = header - 1
    while row >= start and (
        rows.is_blank(row)
        or (row > start and rows.is_month_alone(row))
        or (not rows.data[row] and rows.is_meta(row) and not _is_foot(rows, row))
    ):
        row -= 1
    while row >= start and not rows.is_blank(row) and not rows.data[row] and not _is_foot(rows, row):
        row -= 1
    return row + 1


def _is_foot(rows: _Rows, row: int) -> bool:
    return any(is_note(text) for text in rows.texts(row))


def blocks(cells: Cells) -> list[range]:
    """Column ranges that hold tables side by side: parted by a blank column, each with words and figures of its own."""
    filled = cells.holds != Holds.NOTHING
    if not filled.any():
        return []
    used = filled.any(axis=0)
    parts: list[range] = []
    for run in _runs(used):
        if parts and not _has_own_labels(cells, run):
            parts[-1] = range(parts[-1].start, run.stop)
        else:
            parts.append(run)
    while len(parts) > 1 and not _has_own_labels(cells, parts[0]):
        parts[0:2] = [range(parts[0].start, parts[1].stop)]
    return parts


def _runs(marks: Bools) -> Sequence[range]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], marks, [False]])))
    return [range(int(start), int(stop)) for start, stop in zip(edges[::2], edges[1::2], strict=True)]


def _has_own_labels(cells: Cells, run: range) -> bool:
    """Whether the first column names rows that have figures to their right, within the run."""
    if len(run) < 2:
        return False
    holds = cells.holds[:, run.start : run.stop]
    words = WORDS[holds[:, 0]]
    figures = FIGURES[holds[:, 1:]].any(axis=1)
    return bool((words & figures).sum() >= max(1, (figures & ~words).sum()))
