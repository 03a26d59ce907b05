"""A sheet as a grid of cells, before anybody asks what they mean; the same for every file format.

Belongs here: the shape of a sheet and what its cells hold. Does not belong here: reading a format (`xlsx.py`, `xls.py`,
`csv_text.py`), choosing one (`open_book.py`), headers and tables (`layout.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Objects = NDArray[np.object_]
Bools = NDArray[np.bool_]
MACROS, LINKS, OBJECTS = "macros", "links", "objects"  # programs; other files and servers; what is embedded
Place = tuple[int, int]  # row, column, from 0
Area = tuple[int, int, int, int]  # top, left, bottom, right, from 0, all inclusive


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """One sheet, anchored at A1. `raw` (rows x columns) holds None (blank), str, float, bool, date, datetime, time
    or timedelta. `percent` is None, or the same shape: the cell's format shows a fraction as per cent."""

    name: str
    raw: Objects
    hidden: bool = False
    merges: tuple[Area, ...] = ()
    percent: Bools | None = None
    errors: dict[Place, str] = field(default_factory=dict)  # cached errors: '#REF!'
    unvalued: frozenset[Place] = frozenset()  # formulas whose value was never calculated
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    indents: dict[Place, int] = field(default_factory=dict)  # alignment indent of the cell's format, where there is one


@dataclass(frozen=True, slots=True, eq=False)
class Book:
    """All sheets of a file in their order. `kind` is xlsx, xls or csv; `carries` names what a file has beside its
    cells and nobody opens (MACROS, LINKS, OBJECTS)."""

    kind: str
    sheets: tuple[Grid, ...]
    carries: frozenset[str] = frozenset()


def column_name(column: int) -> str:
    """Spreadsheet letters of a column counted from 0: 0 is A, 26 is AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def address(row: int, column: int) -> str:
    """The address of a cell counted from 0: (0, 0) is A1."""
    return f"{column_name(column)}{row + 1}"


def to_grid(rows: Sequence[Sequence[object]]) -> Objects:
    """Rows of equal or unequal length as an object array; '' and missing cells become None."""
    width = max((len(row) for row in rows), default=0)
    grid = np.full((len(rows), width), None, dtype=object)
    for index, row in enumerate(rows):  # numpy would look into nested sequences; one slice per row is exact
        grid[index, : len(row)] = row
    grid[np.equal(grid, "").astype(bool)] = None
    return grid


def with_places(values: Objects, places: Iterable[Place]) -> Objects:
    """The grid, large enough for all places (an error in the last row reads as blank and may lie outside), and blank
    there: a reader may give a stale or empty value for them."""
    marked = np.array(list(places), dtype=np.int64).reshape(-1, 2)
    if not len(marked):
        return values
    rows, columns = (marked.max(axis=0) + 1).tolist()
    grown = np.full((max(rows, values.shape[0]), max(columns, values.shape[1])), None, dtype=object)
    grown[: values.shape[0], : values.shape[1]] = values
    grown[marked[:, 0], marked[:, 1]] = None
    return grown


def ranges(cells: Bools) -> str:
    """The marked cells as few ranges of whole rectangles: 'E18:F22, B24'. '' when none is marked."""
    left = cells.copy()
    found: list[str] = []
    rows, columns = np.nonzero(cells)
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        if not left[row, column]:
            continue
        width = _run(left[row, column:])
        height = _run(np.all(left[row:, column : column + width], axis=1))
        left[row : row + height, column : column + width] = False
        first, last = address(row, column), address(row + height - 1, column + width - 1)
        found.append(first if first == last else f"{first}:{last}")
    return ", ".join(found)


def _run(marks: Bools) -> int:
    """How many marks stand in a row at the beginning."""
    return len(marks) if marks.all() else int(marks.argmin())
