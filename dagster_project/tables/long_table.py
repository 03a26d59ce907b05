"""Tables that say in columns of their own what each figure is: indicator, region, period, measure, value.

So a source of data hands figures over, and so an export writes them. Belongs here: telling such a table by its header,
and its rows as texts and numbers. Does not belong here: the catalogue (`long_mapping.py`), every other kind of table
(`layout.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dagster_project.tables import long_findings as tell
from dagster_project.tables import reading_findings as say
from dagster_project.tables.cells import Cells, Holds, look_at, shown
from dagster_project.tables.frames import frame_of
from dagster_project.tables.grid import Bools, Grid, Objects, address, column_name, ranges
from validators.columns import LONG, LONG_REQUIRED
from validators.findings import Finding
from validators.names import plain

_CHINESE = ("指标", "地区", "时期", "口径", "数值", "单位", "状态", "出处")
_NAMES: Final[Mapping[str, str]] = {name: name for name in LONG} | dict(zip(_CHINESE, LONG, strict=True))
_HEADER_WITHIN = 30  # rows of a sheet in which its header may stand: an export may have a title and notes above
_MOST_SAID = 50  # cells of a kind that are named one by one
_WORDS = tuple(name for name in LONG if name != "value")

# One row per row of a long table with anything in the cell of its figure: texts as found, `row` from 1, `value` NaN
# where there is no number, `percent` where the cell itself has a per cent sign.
COLUMNS = ("sheet", "cell", "row", *_WORDS, "text", "value", "percent")
_DTYPES = {"row": "int64", "value": "float64", "percent": "bool"}


@dataclass(frozen=True, slots=True)
class LongHeader:
    """Where the header of a long table stands: its row, and the column of each name, from 0."""

    row: int
    columns: Mapping[str, int]


def find_header(grid: Grid) -> LongHeader | None:
    """The header of a sheet that is a long table: the first row that has every name of LONG_REQUIRED once. None for all
    other sheets: no table that people lay out names an indicator, a region, a period, a measure and a value in one
    row of its header."""
    hidden = grid.hidden_columns
    for row in range(min(_HEADER_WITHIN, grid.raw.shape[0])):
        if row in grid.hidden_rows:
            continue
        named = [
            (_NAMES[plain(cell)], column)
            for column, cell in enumerate(grid.raw[row].tolist())
            if isinstance(cell, str) and column not in hidden and plain(cell) in _NAMES
        ]
        columns = dict(named)
        if len(columns) == len(named) and all(name in columns for name in LONG_REQUIRED):
            return LongHeader(row, columns)
    return None


def read_long(grid: Grid, header: LongHeader, *, certain: bool) -> tuple[pd.DataFrame, list[Finding]]:
    """A frame of COLUMNS of the rows below the header, and what is wrong with cells of figures. A row whose figure is
    blank, or a sign for one that is missing, is left out. `certain`: see `reading_findings.formula_without_value`."""
    first, place = header.row + 1, header.columns["value"]
    cells = look_at(_column(grid, first, place))
    holds = cells.holds[:, 0]
    here = np.flatnonzero(~np.isin(holds, [Holds.NOTHING, Holds.PLACEHOLDER]))
    words = {name: _no_words(len(here)) for name in _WORDS}
    for name, column in header.columns.items():
        if name != "value":
            words[name] = _words(grid.raw[first:, column][here], months=name == "period")
    letter = column_name(place)
    rows = here + first + 1
    frame = pd.DataFrame(
        {
            "sheet": np.full(len(here), grid.name, dtype=object),
            "cell": [f"{letter}{row}" for row in rows.tolist()],
            "row": rows.astype("int64"),
            **words,
            "text": _words(cells.raw[here, 0]),
            "value": cells.numbers[here, 0],
            "percent": cells.percent[here, 0],
        }
    )
    percent = frame["percent"].to_numpy()
    frame.loc[percent, "text"] = [cells.text(row, 0) for row in here[percent].tolist()]
    findings = _no_numbers(grid.name, frame, holds[here], certain=certain)
    hidden = _hidden(grid, header)
    if hidden.any():
        findings.append(say.hidden_cells(grid.name, ranges(hidden)))
    good = holds[here] == Holds.NUMBER
    return _typed(frame[good]), findings


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its columns and types."""
    dtypes = {name: _DTYPES.get(name, "str") for name in COLUMNS}
    return frame[list(COLUMNS)].reset_index(drop=True).astype(dtypes)


def no_rows() -> pd.DataFrame:
    """No row at all, in the same columns and types."""
    return _nothing().copy(deep=False)


@cache
def _nothing() -> pd.DataFrame:
    return frame_of({name: np.empty(0, dtype=_DTYPES.get(name, object)) for name in COLUMNS})


def _column(grid: Grid, first: int, column: int) -> Grid:
    """The cells of figures alone, as a sheet of one column: the others are texts whatever they look like."""

    def moved(places: Mapping[tuple[int, int], Any]) -> dict[tuple[int, int], Any]:
        return {(row - first, 0): said for (row, at), said in places.items() if at == column and row >= first}

    return replace(
        grid,
        raw=grid.raw[first:, column : column + 1],
        percent=None if grid.percent is None else grid.percent[first:, column : column + 1],
        errors=moved(grid.errors),
        unvalued=frozenset(moved(dict.fromkeys(grid.unvalued))),
        hidden_rows=frozenset(row - first for row in grid.hidden_rows if row >= first),
        hidden_columns=frozenset(),
        merges=(),
        indents={},
    )


def _no_words(rows: int) -> Objects:
    return np.full(rows, "", dtype=object)


def _words(cells: Objects, *, months: bool = False) -> Objects:
    """Cells as texts without spaces around them. `months`: a date is the month that somebody typed as 2025-03."""
    codes, distinct = pd.factorize(cells)  # words repeat: each is looked at once
    texts = np.array(["", *(_text(value, months) for value in distinct)], dtype=object)
    found: NDArray[np.object_] = texts[codes + 1]
    return found


def _text(value: object, months: bool) -> str:
    if months and isinstance(value, date):
        return value.isoformat()[:7]
    return shown(value).strip()


def _no_numbers(sheet: str, frame: pd.DataFrame, holds: NDArray[np.int8], *, certain: bool) -> list[Finding]:
    bad = np.flatnonzero(holds != Holds.NUMBER)
    findings = []
    for index in bad[:_MOST_SAID].tolist():  # exceptions, not every cell
        row = frame.iloc[index]
        label = f"{row['indicator']} {row['period']}".strip()
        if holds[index] == Holds.ERROR:
            findings.append(say.error_cell(sheet, row["cell"], row["text"], label, in_table=True))
        elif holds[index] == Holds.UNVALUED:
            findings.append(say.formula_without_value(sheet, row["cell"], label, in_table=True, certain=certain))
        else:
            findings.append(say.text_in_number(sheet, row["cell"], row["text"], label, is_figure=True))
    if len(bad) > _MOST_SAID:
        cell = str(frame["cell"].iloc[int(bad[_MOST_SAID])])
        findings.append(tell.more_no_numbers(sheet, cell, len(bad) - _MOST_SAID))
    return findings


def _hidden(grid: Grid, header: LongHeader) -> Bools:
    """Figures of hidden rows."""
    marked = np.zeros(grid.raw.shape, dtype=bool)
    place = header.columns["value"]
    for row in grid.hidden_rows:
        if header.row < row < grid.raw.shape[0]:
            marked[row, place] = grid.raw[row, place] is not None
    return marked


def numbers_beside(cells: Cells) -> str:
    """Where a sheet that is no long table has numbers, '' where it has none."""
    marked = cells.holds == Holds.NUMBER
    return address(*np.argwhere(marked)[0].tolist()) if marked.any() else ""
