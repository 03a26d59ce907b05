"""Cells of tables in rows, one plain array a column: what a frame is, without what a frame costs.

Most tables have some dozens of cells, and mapping one takes about a hundred selections and comparisons: with frames
nearly all of its time is their overhead. Belongs here: selecting, grouping and looking up rows. Does not belong here:
what a column means (`observed.py`), frames that leave this package (`mapped.py`, `reading.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dagster_project.tables.grid import Bools, Objects

Positions = NDArray[np.int64]
Column = NDArray[Any]


class CellRows:
    """Columns by name, arrays of one length: texts as objects, numbers and marks as they are. Never changed in
    place: what makes another content makes another object."""

    __slots__ = ("_columns", "_length")

    def __init__(self, columns: dict[str, Column], length: int) -> None:
        self._columns, self._length = columns, length

    @classmethod
    def of(cls, frame: pd.DataFrame) -> CellRows:
        """The rows of a frame, in its order."""
        columns: dict[str, Column] = {}
        for name, series in frame.items():
            plain = series.dtype.kind in "biuf"
            columns[str(name)] = series.to_numpy() if plain else np.asarray(series.array, dtype=object)
        return cls(columns, len(frame))

    @classmethod
    def joined(cls, parts: Sequence[CellRows]) -> CellRows:
        """One behind the other; all have the columns of the first."""
        if len(parts) == 1:
            return parts[0]
        columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]._columns}
        return cls(columns, sum(map(len, parts)))

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, name: str) -> Column:
        return self._columns[name]

    def where(self, chosen: Bools | Positions) -> CellRows:
        """The marked rows, or those at the positions."""
        columns = {name: column[chosen] for name, column in self._columns.items()}
        marked = chosen.dtype == bool
        return CellRows(columns, int(np.count_nonzero(chosen)) if marked else len(chosen))

    def replaced(self, **columns: Column | str | bool) -> CellRows:
        """With columns added or replaced; a single value stands in every row."""
        arrays = {name: self._spread(values) for name, values in columns.items()}
        return CellRows(self._columns | arrays, self._length)

    def _spread(self, values: Column | str | bool) -> Column:
        if isinstance(values, np.ndarray):
            return values
        return np.full(self._length, values, dtype=bool if isinstance(values, bool) else object)

    def has(self, name: str, text: str) -> Bools:
        """Where the column holds the text."""
        found: Bools = self._columns[name] == text
        return found

    def has_any(self, name: str, values: Iterable[object]) -> Bools:
        """Where the column holds one of the values."""
        wanted = set(values)
        return np.fromiter((value in wanted for value in self._columns[name].tolist()), dtype=bool, count=self._length)

    def filled(self) -> Bools:
        """Where there is a number."""
        return ~np.isnan(self._columns["value"])

    def distinct(self, name: str) -> list[Any]:
        """The values of a column, each once, in the order in which they appear."""
        return list(dict.fromkeys(self._columns[name].tolist()))

    def keys(self, *names: str) -> list[tuple[Any, ...]]:
        """The values of some columns, row by row."""
        return list(zip(*(self._columns[name].tolist() for name in names), strict=True))

    def firsts(self, *names: str) -> Positions:
        """The positions of the rows that are the first with their values in these columns."""
        first: dict[tuple[Any, ...], int] = {}
        for position, key in enumerate(self.keys(*names)):
            first.setdefault(key, position)
        return np.fromiter(first.values(), dtype=np.int64, count=len(first))

    def groups(self, name: str) -> Iterator[tuple[Any, CellRows]]:
        """The rows of each value of a column, in the order in which the values appear."""
        codes, distinct = pd.factorize(self._columns[name])
        values = distinct.tolist()
        if len(values) == 1:
            yield values[0], self
            return
        order, start = np.argsort(codes, kind="stable"), 0
        for value, end in zip(values, np.cumsum(np.bincount(codes)).tolist(), strict=True):
            yield value, self.where(order[start:end])
            start = end

    def each(self, names: Sequence[str], chosen: Bools | Positions | None = None) -> Iterator[tuple[Any, ...]]:
        """The values of some columns row by row, for the few rows that become findings."""
        columns = [self._columns[name] if chosen is None else self._columns[name][chosen] for name in names]
        return zip(*(column.tolist() for column in columns), strict=True)


def looked_up(values: Column, find: Callable[[Any], object]) -> Objects:
    """What is found for each value; each distinct one is looked up once."""
    texts = values.tolist()
    found = {text: find(text) for text in dict.fromkeys(texts)}
    result = np.empty(len(texts), dtype=object)
    result[:] = [found[text] for text in texts]
    return result
