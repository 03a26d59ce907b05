"""How targets stood, as every run judged them.

Belongs here: writing a run's rows and finding the latest. Does not belong here: judging (`progress`).
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Double, Integer, delete, insert, select

from dagster_project.store.frames import frame_of
from dagster_project.store.models import EvaluationRow as Row
from validators.errors import StoreError

_STAMP = ("run_id", "evaluated_at")
_COLUMNS = Row.__table__.columns
COLUMNS = tuple(column.name for column in _COLUMNS if column.name not in _STAMP)
_NUMBERS = [column.name for column in _COLUMNS if isinstance(column.type, Double)]
_COUNTS = [column.name for column in _COLUMNS if isinstance(column.type, Integer)]
_DTYPES = {
    **dict.fromkeys(_NUMBERS, "float64"),
    **dict.fromkeys(_COUNTS, "Int64"),
    "evaluated_at": "datetime64[us, UTC]",
}


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
    whole = frame.loc[:, list(COLUMNS)]
    numbers = whole[[*_NUMBERS, *_COUNTS]].astype("float64")
    columns: dict[str, list[object]] = {}
    for name in COLUMNS:
        if name in numbers.columns:
            values = numbers[name].to_numpy()
            cells = values.astype(object)
            if name in _COUNTS:
                cells[np.isfinite(values)] = values[np.isfinite(values)].astype(int)
            cells[~np.isfinite(values)] = None
            columns[name] = cells.tolist()
        else:
            columns[name] = whole[name].fillna("").astype("str").tolist()
    rows = [
        {**dict(zip(columns, values, strict=True)), "run_id": run_id, "evaluated_at": evaluated_at}
        for values in zip(*columns.values(), strict=True)
    ]
    connection.execute(delete(Row).where(Row.run_id == run_id, Row.as_of == as_of))
    if rows:
        connection.execute(insert(Row), rows)


def latest(connection: Connection, as_of: str | None, run_id: str | None) -> pd.DataFrame:
    """The newest evaluation's frame, sorted by target; empty when there is none.

    Newest: of the latest as-of month (or the given one), what was evaluated last (or by the given run). Numbers are
    float64 with NaN, `remaining_months` Int64; `run_id` and `evaluated_at` come along.
    """
    newest = select(Row.run_id, Row.as_of).limit(1)
    newest = newest.order_by(Row.as_of.desc(), Row.evaluated_at.desc(), Row.run_id.desc())
    if as_of is not None:
        newest = newest.where(Row.as_of == as_of)
    if run_id is not None:
        newest = newest.where(Row.run_id == run_id)
    found = connection.execute(newest).first()
    columns = (*COLUMNS, *_STAMP)
    if found is None:
        return frame_of([], columns, _DTYPES)
    chosen = [_COLUMNS[name] for name in columns]
    query = select(*chosen).where(Row.run_id == found.run_id, Row.as_of == found.as_of).order_by(Row.target)
    return frame_of(connection.execute(query).all(), columns, _DTYPES)
