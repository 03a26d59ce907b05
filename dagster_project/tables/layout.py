"""Which columns of a table hold labels, units and figures, and which rows stand under which.

Belongs here: the anatomy of one table, and splitting tables that stand side by side under one header. Does not belong
here: what a column measures (`columns.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dagster_project.tables.bands import Band, blocks, find_bands, is_meta
from dagster_project.tables.cells import FIGURES, FIGURES_OR_PLACEHOLDERS, WORDS, Cells, Holds
from dagster_project.tables.grid import Bools, Grid
from dagster_project.tables.header_words import ATTRIBUTE_HEADER, INDEX_HEADER, LABEL_HEADER, compact, is_header_word
from dagster_project.tables.labels import is_note, is_signature, parents, read_label
from dagster_project.tables.spans import Spans, header_paths, header_text
from dagster_project.tables.unit_words import UNIT_COLUMN, is_unit
from validators.periods import read_period

_ANY_YEAR = 2000
_LONGEST_LABEL = 500  # characters, indent included
_MOST = 0.8  # share of the rows that must look alike for a column to count as one of units or of periods


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """One table. `rows` are its labelled rows; `labels`, `parents` (texts), `row_units` go with them, `paths` and
    `header_units` with `columns`. In a table `by_period` the rows are periods and the columns indicators."""

    titles: tuple[str, ...]
    notes: tuple[str, ...]
    header: tuple[int, ...]
    rows: NDArray[np.int64]
    columns: tuple[int, ...]
    paths: tuple[tuple[str, ...], ...]
    header_units: tuple[str, ...]
    corner: tuple[str, ...]  # header cells above the labels
    labels: tuple[str, ...]
    above_row: tuple[int, ...]  # index into rows of the row that each row stands under, or -1
    row_units: tuple[str, ...]
    by_period: bool
    outer_periods: tuple[str, ...] = field(default=())  # by_period: the column of years left of that of months


def find_tables(grid: Grid, cells: Cells) -> tuple[list[Layout], Bools]:
    """All tables of a sheet, and where the cells are that belong to one (figures, labels, headers, row numbers)."""
    used = np.zeros(cells.holds.shape, dtype=bool)
    spans = Spans.of(grid)
    tables: list[Layout] = []
    for block in blocks(cells):
        for band in find_bands(cells, spans, block):
            start = block.start
            while start < block.stop:
                anatomy = _Anatomy(grid, cells, spans, band, range(start, block.stop))
                table = anatomy.table()
                if table is None:
                    break
                tables.append(table)
                used |= anatomy.used
                start = anatomy.columns.stop
    return tables, used


class _Anatomy:
    """Takes one table apart, from its leftmost column to where the next table begins."""

    def __init__(self, grid: Grid, cells: Cells, spans: Spans, band: Band, columns: range) -> None:
        self.grid, self.cells, self.spans, self.band, self.columns = grid, cells, spans, band, columns
        self.body = np.arange(*band.body)
        self.body = self.body[~np.isin(self.body, self._ignored_rows())]
        holds = cells.holds[self.body]
        self.figures = FIGURES[holds]
        self.words = WORDS[holds]
        self.placeholders = holds == Holds.PLACEHOLDER
        self.paths = header_paths(cells, spans, band.header, columns)
        self.used = np.zeros(cells.holds.shape, dtype=bool)

    def _ignored_rows(self) -> NDArray[np.int64]:
        """Blank rows, notes with the rows of text that follow, and who made or signed the table."""
        holds = self.cells.holds[self.body, self.columns.start : self.columns.stop]
        filled = holds != Holds.NOTHING
        texts = self.cells.texts[self.body, filled.argmax(axis=1) + self.columns.start]
        blank = np.logical_not(filled.any(axis=1))
        has_figures: Bools = np.any(FIGURES_OR_PLACEHOLDERS[holds], axis=1)
        ignored = []
        below_a_note = False
        for row, is_blank, figures, text in zip(self.body, blank, has_figures, texts, strict=True):
            if not is_blank:
                below_a_note = not figures and (below_a_note or is_note(text))
            if is_blank or below_a_note or is_signature(text):
                ignored.append(row)
        return np.array(ignored, dtype=np.int64)

    def table(self) -> Layout | None:
        """None when there is no column of labels or none of figures."""
        first = self._first_figures()
        if first is None:
            return None
        label, outer = self._labels(first)
        if label is None:
            return None
        unit = next((c for c in range(label, self.columns.stop) if c != label and self._is_unit_column(c)), None)
        self._cut_before_next_table(label)
        values = self._values(label, unit)
        if not values:
            return None
        return self._layout(label, outer, unit, values)

    def _header(self, column: int) -> str:
        return compact("".join(self.paths[column]))

    def _is_textual(self, column: int) -> bool:
        words = int(self.words[:, column].sum())
        return words > 0 and words > int((self.figures[:, column] | self.placeholders[:, column]).sum())

    def _is_attribute(self, column: int) -> bool:
        return ATTRIBUTE_HEADER.fullmatch(self._header(column)) is not None

    def _is_unit_column(self, column: int) -> bool:
        if not self._is_textual(column):
            return False
        if UNIT_COLUMN.fullmatch(self._header(column)):
            return True
        texts = [text for text in self.cells.texts[self.body, column] if text]
        return not self.paths[column] and sum(map(is_unit, texts)) >= _MOST * len(texts)

    def _is_index(self, column: int) -> bool:
        """Row numbers: by the header, or 1, 2, 3 ... left of the labels."""
        if self.paths[column] and INDEX_HEADER.fullmatch(self._header(column)):
            return True
        numbers = self.cells.numbers[self.body, column]
        numbers = numbers[~np.isnan(numbers)]
        further = column + 1
        return (
            not self._header(column)
            and len(numbers) >= 2
            and bool((numbers == np.arange(1, len(numbers) + 1)).all())
            and further < self.columns.stop
            and self._is_textual(further)
        )

    def _holds_periods(self, column: int) -> bool:
        """Whether the rows with figures are periods in this column: dates, months, years."""
        beside = self.figures[:, column + 1 : self.columns.stop].any(axis=1)
        rows = self.body[beside & (self.cells.holds[self.body, column] != Holds.NOTHING)]
        texts = [header_text(self.cells, row, column) for row in rows.tolist()]
        return bool(texts) and sum(read_period(text, year=_ANY_YEAR) is not None for text in texts) >= _MOST * len(
            texts
        )

    def _first_figures(self) -> int | None:
        for column in self.columns:
            if self._is_index(column) or self._is_attribute(column) or self._is_textual(column):
                continue
            if self.figures[:, column].any() and not (column == self._first_used() and self._holds_periods(column)):
                return column
        numbers_with_words = (self.cells.holds[self.body] == Holds.MIXED).any(axis=0)
        first = self._first_used()
        return next((c for c in self.columns if c > first and numbers_with_words[c] and self.paths[c]), None)

    def _first_used(self) -> int:
        skip = [column for column in self.columns if not self._is_index(column)]
        used = [column for column in skip if (self.cells.holds[self.body, column] != Holds.NOTHING).any()]
        return used[0] if used else -1

    def _labels(self, first: int) -> tuple[int | None, tuple[int, ...]]:
        """The column of labels, and the columns left of it that hold what the labels stand under."""
        texts = [
            column
            for column in range(self.columns.start, first)
            if (self._is_textual(column) or self._holds_periods(column))
            and not (self._is_index(column) or self._is_attribute(column) or self._is_unit_column(column))
        ]
        if not texts:
            return None, ()
        named = [column for column in texts if LABEL_HEADER.fullmatch(self._header(column))]
        label = (named or texts)[-1]
        return label, tuple(column for column in texts if column < label)

    def _cut_before_next_table(self, label: int) -> None:
        """Ends the columns where another column of labels begins: the header says so, or repeats itself."""
        own = self._header(label)
        seen_figures = False
        for column in range(label + 1, self.columns.stop):
            if not self._is_textual(column):
                seen_figures = seen_figures or bool(self.figures[:, column].any())
                continue
            header = self._header(column)
            names_rows = bool(header) and (header == own or LABEL_HEADER.fullmatch(header) is not None)
            after = self.figures[:, column + 1 : self.columns.stop].any()
            if seen_figures and names_rows and after and not self._is_attribute(column):
                self.columns = range(self.columns.start, column)
                return

    def _values(self, label: int, unit: int | None) -> list[int]:
        values: list[int] = []
        last = self.band.header[-1]
        for column in range(label + 1, self.columns.stop):
            if column == unit or not self.paths[column] or column in self.grid.hidden_columns:
                continue
            if self._is_attribute(column) or self._is_index(column):
                continue
            if self._is_textual(column) and not all(is_header_word(part) for part in self.paths[column]):
                continue
            same_cell = values and self.spans.left[last, column] == self.spans.left[last, values[-1]]
            if same_cell and self.spans.top[last, column] == self.spans.top[last, values[-1]]:
                if not self.figures[:, values[-1]].any():  # one header cell over two columns: the one with figures
                    values[-1] = column
                continue
            values.append(column)
        return values

    def _layout(self, label: int, outer: tuple[int, ...], unit: int | None, values: list[int]) -> Layout | None:
        texts = self._label_texts(label, outer)
        kept = [index for index, text in enumerate(texts) if text]
        rows = self.body[kept]
        if not len(rows):
            return None
        by_period = self._holds_periods(label)
        self._mark_used(rows, label, outer, unit, values)
        labels = tuple(texts[index] for index in kept)
        header_units, paths = self._header_rows_with_names(label, values)
        return Layout(
            titles=self._titles(),
            notes=self._notes(),
            header=self.band.header,
            rows=rows,
            columns=tuple(values),
            paths=paths,
            header_units=header_units,
            corner=self.paths[label],
            labels=labels,
            above_row=self._above(rows, labels, label, values),
            row_units=tuple(str(text) for text in self.cells.texts[rows, unit])
            if unit is not None
            else ("",) * len(rows),
            by_period=by_period,
            outer_periods=self._filled_down(outer[-1], rows) if by_period and outer else (),
        )

    def _label_texts(self, label: int, outer: tuple[int, ...]) -> list[str]:
        """The label of each body row with its indent; a heading may stand in a column left of the labels."""
        texts = []
        for row in self.body.tolist():
            top, left = int(self.spans.top[row, label]), int(self.spans.left[row, label])
            value = self.cells.raw[top, left]
            shown = header_text(self.cells, top, left)
            as_written = isinstance(value, str) and value.strip()[:_LONGEST_LABEL] == shown[:_LONGEST_LABEL]
            text = str(value)[:_LONGEST_LABEL] if as_written else shown
            if not text.strip():
                heading = [header_text(self.cells, row, column) for column in outer]
                has_figures = self.figures[row == self.body, label:].any()
                text = "" if has_figures else next((word for word in heading if word), "")
            texts.append(text)
        return texts

    def _above(
        self, rows: NDArray[np.int64], labels: tuple[str, ...], label: int, values: list[int]
    ) -> tuple[int, ...]:
        indents = self.grid.indents
        read = [
            read_label(text, indents.get((row, label), 0)) if text.strip() else None
            for row, text in zip(rows.tolist(), labels, strict=True)
        ]
        filled = FIGURES_OR_PLACEHOLDERS[self.cells.holds[np.ix_(rows, np.array(values))]]
        return tuple(parents(read, [not figures.any() for figures in filled]))

    def _filled_down(self, column: int, rows: NDArray[np.int64]) -> tuple[str, ...]:
        filled: list[str] = []
        for row in rows.tolist():
            text = header_text(self.cells, int(self.spans.top[row, column]), int(self.spans.left[row, column]))
            filled.append(text or (filled[-1] if filled else ""))
        return tuple(filled)

    def _header_rows_with_names(
        self, label: int, values: list[int]
    ) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        """Units from a header row named 单位, and the paths without the rows that name something else (频率, 代码)."""
        units = dict.fromkeys(values, "")
        named = set()
        for row in self.band.header:
            name = compact(header_text(self.cells, row, label))
            if UNIT_COLUMN.fullmatch(name) and len(self.band.header) > 1:
                units = {column: header_text(self.cells, row, column) for column in values}
                named.add(row)
            elif ATTRIBUTE_HEADER.fullmatch(name) and len(self.band.header) > 1:
                named.add(row)
        kept = [row for row in self.band.header if row not in named]
        paths = header_paths(self.cells, self.spans, kept, self.columns) if named else self.paths
        return tuple(units.values()), tuple(paths[column] for column in values)

    def _titles(self) -> tuple[str, ...]:
        """Texts above the header within these columns, and those that stand alone over several tables."""
        titles = []
        for row in self.band.above:
            filled = np.flatnonzero(self.cells.holds[row]).tolist()
            own = [column for column in filled if column in self.columns]
            shared = filled if len(filled) == 1 else []
            titles += [header_text(self.cells, row, column) for column in own or shared]
        return tuple(title for title in titles if title)

    def _notes(self) -> tuple[str, ...]:
        rows = [row for row in range(*self.band.body) if row not in self.body]
        return tuple(
            str(self.cells.texts[row, column])
            for row in rows
            for column in self.columns
            if self.cells.texts[row, column]
        )

    def _mark_used(
        self, rows: NDArray[np.int64], label: int, outer: tuple[int, ...], unit: int | None, values: list[int]
    ) -> None:
        used = self.used
        used[np.ix_(rows, np.array(values))] = True
        for column in (label, *outer, *(() if unit is None else (unit,))):
            used[self.body, column] = True
        for column in range(self.columns.start, label):
            if self._is_index(column):
                used[self.body, column] = True
        used[self.band.header[0] : self.band.body[0], self.columns.start : self.columns.stop] = True
        for row in self.band.above:
            for column in self.columns:
                if is_meta(str(self.cells.texts[row, column])):
                    used[row, column] = True
            alone = np.flatnonzero(self.cells.holds[row])
            if len(alone) == 1 and read_period(header_text(self.cells, row, int(alone[0]))) is not None:
                used[row, alone] = True  # a month typed as a number


__all__ = ["Layout", "find_tables"]
