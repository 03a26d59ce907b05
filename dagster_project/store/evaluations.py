"""How targets stood, as every run judged them.

Belongs here: writing a run's rows and finding the latest. Does not belong here: judging (`progress`).
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd
from sqlalchemy import Connection, delete, insert, select

from dagster_project.store.frames import frame_of
from dagster_project.store.models import EvaluationRow as Row
from validators.errors import StoreError

_STAMP = ("run_id", "evaluated_at")
_KINDS = {column.name: column.type.python_type for column in Row.__table__.columns if column.name not in _STAMP}
COLUMNS = tuple(_KINDS)
_DTYPE_OF_KIND = {str: "str", float: "float64", int: "Int64", bool: "bool"}
_DTYPES = {name: _DTYPE_OF_KIND[kind] for name, kind in _KINDS.items()} | {"evaluated_at": "datetime64[us, UTC]"}


def save(connection: Connection, frame: pd.DataFrame, *, as_of: str, run_id: str, evaluated_at: datetime) -> None:
    """Write the rows of one run and as-of month; rows that the same run wrote for that month before are replaced.

    NaN and infinite numbers become NULL. StoreError when a column is missing or unknown, or a row is of another month.
    """
    missing = [column for column in COLUMNS if column not in frame.columns]
    unknown = [column for column in frame.columns if column not in COLUMNS]
    if missing or unknown:
        raise StoreError(f"评价结果的列不符 / the evaluation lacks the columns {missing}; unknown: {unknown}")
    if not frame["as_of"].eq(as_of).all():
        raise StoreError(f"评价结果含有 {as_of} 以外的月份 / the evaluation holds other months than {as_of}")
    cells = [_cells(frame[name], _KINDS[name]) for name in COLUMNS]
    stamp = {"run_id": run_id, "evaluated_at": evaluated_at}
    rows = [{**dict(zip(COLUMNS, values, strict=True)), **stamp} for values in zip(*cells, strict=True)]
    connection.execute(delete(Row).where(Row.run_id == run_id, Row.as_of == as_of))
    if rows:
        connection.execute(insert(Row), rows)


def _cells(column: pd.Series, kind: type) -> list[object]:
    """A column as plain Python values, None where there is no finite number."""
    if kind is str:
        return list(column.astype("str").fillna(""))
    if kind is bool:
        return list(column.astype("bool"))
    numbers = column.astype("float64").to_numpy()
    cells = numbers.astype(object)
    finite = np.isfinite(numbers)
    if kind is int:
        cells[finite] = numbers[finite].astype("int64")
    cells[~finite] = None
    return list(cells)


def latest(connection: Connection, as_of: str | None, run_id: str | None) -> pd.DataFrame:
    """The newest evaluation's frame, sorted by target; empty when there is none.

    Newest: of the latest as-of month (or the given one), what was evaluated last (or by the given run). Numbers are
    float64 with NaN, counts of months Int64; `run_id` and `evaluated_at` come along.
    """
    newest = select(Row.run_id, Row.as_of).limit(1)
    newest = newest.order_by(Row.as_of.desc(), Row.evaluated_at.desc(), Row.run_id.desc())
    if as_of is not None:
        newest = newest.where(Row.as_of == as_of)
    if run_id is not None:
        newest = newest.where(Row.run_id == run_id)
    columns = (*COLUMNS, *_STAMP)
    found = connection.execute(newest).first()
    if found is None:
        return frame_of([], columns, _DTYPES)
    chosen = [Row.__table__.columns[name] for name in columns]
    query = select(*chosen).where(Row.run_id == found.run_id, Row.as_of == found.as_of).order_by(Row.target)
    return frame_of(connection.execute(query).all(), columns, _DTYPES)
