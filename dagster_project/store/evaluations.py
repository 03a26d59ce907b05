"""How targets stood and where they were foretold to end, as every run judged them.

Belongs here: writing a run's rows and finding the latest, of both tables. Does not belong here: judging (`progress`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

import numpy as np
import pandas as pd
from sqlalchemy import Connection, delete, insert, select

from dagster_project.store.frames import frame_of
from dagster_project.store.models import EvaluationRow, ForecastRow
from validators.errors import StoreError

_STAMP = ("run_id", "evaluated_at")
_DTYPE_OF_KIND = {str: "str", float: "float64", int: "Int64", bool: "bool"}
_Model = type[EvaluationRow] | type[ForecastRow]


class Stamp(NamedTuple):
    """Which judgement: by which run, as of which month (SDMX), and when."""

    run_id: str
    as_of: str
    evaluated_at: datetime


def _kinds(model: _Model) -> dict[str, type]:
    return {column.name: column.type.python_type for column in model.__table__.columns if column.name not in _STAMP}


_KINDS: Mapping[_Model, dict[str, type]] = {model: _kinds(model) for model in (EvaluationRow, ForecastRow)}
COLUMNS = tuple(_KINDS[EvaluationRow])
FORECAST_COLUMNS = tuple(_KINDS[ForecastRow])


def save(
    connection: Connection,
    frame: pd.DataFrame,
    *,
    as_of: str,
    run_id: str,
    evaluated_at: datetime,
    model: _Model = EvaluationRow,
) -> None:
    """Write the rows of one run and as-of month; rows that the same run wrote for that month before are replaced.

    NaN and infinite numbers become NULL. StoreError when a column is missing or unknown, or a row is of another month.
    """
    kinds = _KINDS[model]
    missing = [column for column in kinds if column not in frame.columns]
    unknown = [column for column in frame.columns if column not in kinds]
    if missing or unknown:
        raise StoreError(f"评价结果的列不符 / the evaluation lacks the columns {missing}; unknown: {unknown}")
    if not frame["as_of"].eq(as_of).all():
        raise StoreError(f"评价结果含有 {as_of} 以外的月份 / the evaluation holds other months than {as_of}")
    cells = [_cells(frame[name], kind) for name, kind in kinds.items()]
    stamp = {"run_id": run_id, "evaluated_at": evaluated_at}
    rows = [{**dict(zip(kinds, values, strict=True)), **stamp} for values in zip(*cells, strict=True)]
    connection.execute(delete(model).where(model.run_id == run_id, model.as_of == as_of))
    if rows:
        connection.execute(insert(model), rows)


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
    row = EvaluationRow
    newest = select(row.run_id, row.as_of).limit(1)
    newest = newest.order_by(row.as_of.desc(), row.evaluated_at.desc(), row.run_id.desc())
    if as_of is not None:
        newest = newest.where(row.as_of == as_of)
    if run_id is not None:
        newest = newest.where(row.run_id == run_id)
    found = connection.execute(newest).first()
    return of_run(connection, "" if found is None else found.run_id, "" if found is None else found.as_of)


def of_run(connection: Connection, run_id: str, as_of: str, model: _Model = EvaluationRow) -> pd.DataFrame:
    """What one run wrote for one month, sorted by target; empty when it wrote nothing."""
    dtypes = {name: _DTYPE_OF_KIND[kind] for name, kind in _KINDS[model].items()}
    columns = (*dtypes, *_STAMP)
    chosen = [model.__table__.columns[name] for name in columns]
    query = select(*chosen).where(model.run_id == run_id, model.as_of == as_of).order_by(model.target)
    rows = connection.execute(query).all() if run_id else []
    return frame_of(rows, columns, dtypes | {"evaluated_at": "datetime64[us, UTC]"})


def newest_stamp(connection: Connection) -> Stamp | None:
    """The judgement that was made last, whatever its month; None when there is none."""
    row = EvaluationRow
    order = (row.evaluated_at.desc(), row.as_of.desc(), row.run_id.desc())
    found = connection.execute(select(row.run_id, row.as_of, row.evaluated_at).order_by(*order).limit(1)).first()
    return None if found is None else Stamp(*found)


def unlikely(connection: Connection, stamp: Stamp) -> frozenset[str]:
    """The targets that a judgement's forecasts count as unlikely to be met."""
    row = ForecastRow
    query = select(row.target).where(row.run_id == stamp.run_id, row.as_of == stamp.as_of, row.unlikely)
    return frozenset(connection.scalars(query))
