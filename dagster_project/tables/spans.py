"""Merged cells, and header cells that stand for the columns to their right.

Belongs here: which text stands above each column. Does not belong here: which rows are the header (`bands.py`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from dagster_project.tables.cells import Cells, Holds
from dagster_project.tables.grid import Area, Grid
from dagster_project.tables.header_words import LABEL_HEADER, compact

_DAY = re.compile(r"((?:19|20)[0-9]{2})[-/](0?[1-9]|1[0-2])[-/](?:0?[1-9]|[12][0-9]|3[01])(?:[ T]0?0:00(?::00)?)?")


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """For each cell the row and the column of the top left cell of its merge; the cell's own where it isn't merged."""

    top: NDArray[np.int32]
    left: NDArray[np.int32]
    wide: NDArray[np.bool_]  # in a merge of several columns

    @classmethod
    def of(cls, grid: Grid) -> Spans:
        """Merges never overlap in a sound file: together they cover the sheet at most once; more is not looked at."""
        rows, columns = grid.raw.shape
        top, left = np.indices((rows, columns), dtype=np.int32)
        wide = np.zeros((rows, columns), dtype=bool)
        covered = 0
        for area in grid.merges:
            inside = _clipped(area, rows, columns)
            if inside is None:
                continue
            first_row, first_column, last_row, last_column = inside
            covered += (last_row - first_row + 1) * (last_column - first_column + 1)
            if covered > rows * columns:
                break
            where = np.s_[first_row : last_row + 1, first_column : last_column + 1]
            top[where], left[where] = first_row, first_column
            wide[where] = last_column > first_column
        return cls(top, left, wide)


def _clipped(area: Area, rows: int, columns: int) -> Area | None:
    top, left, bottom, right = area
    inside = (top, left, min(bottom, rows - 1), min(right, columns - 1))
    return inside if 0 <= top <= inside[2] and 0 <= left <= inside[3] else None


def header_text(cells: Cells, row: int, column: int) -> str:
    """A header cell as text; a date is the month that it shows, a number its plain form."""
    value = cells.raw[row, column]
    if isinstance(value, date):
        return f"{value.year}年{value.month}月"
    if cells.holds[row, column] == Holds.NUMBER and isinstance(value, float):
        return f"{value:.6g}"
    text = str(cells.texts[row, column])
    day = _DAY.fullmatch(text)  # 2025-03-31, as vendors write the month
    return text if day is None else f"{int(day[1])}年{int(day[2])}月"


def header_paths(cells: Cells, spans: Spans, header: Sequence[int], columns: range) -> dict[int, tuple[str, ...]]:
    """The texts above each column, from the top down, without repetitions. A cell stands for the merge that it is in;
    an unmerged one also for blank cells to its right that have a text below (files saved as text lose their merges)."""
    texts = {(row, column): _own(cells, spans, header, row, column) for row in header for column in columns}
    for position, row in enumerate(header[:-1]):
        below = header[position + 1 :]
        for column in columns[1:]:
            left = texts[row, column - 1]
            if texts[row, column] or not left or spans.wide[row, column - 1] or LABEL_HEADER.fullmatch(compact(left)):
                continue
            if all(any(texts[lower, side] for lower in below) for side in (column - 1, column)):
                texts[row, column] = left
    paths = {}
    for column in columns:
        path: list[str] = []
        for row in header:
            if texts[row, column] and texts[row, column] not in path:
                path.append(texts[row, column])
        paths[column] = tuple(path)
    return paths


def _own(cells: Cells, spans: Spans, header: Sequence[int], row: int, column: int) -> str:
    top, left = int(spans.top[row, column]), int(spans.left[row, column])
    return header_text(cells, top, left) if top in header else ""
