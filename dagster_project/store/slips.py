"""Slips, entered once and never changed.

Belongs here: writing and listing them. Does not belong here: what a slip is (`progress.slips`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pandas as pd
from sqlalchemy import Connection, insert, select

from dagster_project.store.evaluations import Stamp
from dagster_project.store.frames import frame_of
from dagster_project.store.models import SlipRow as Row

_STAMP = ("id", "at", "since", "run_id")
COLUMNS = tuple(column.name for column in Row.__table__.columns if column.name not in _STAMP)
_NUMBERS = ("probability_before", "probability_after", "actual_before", "actual_after")
_DTYPES = (
    {"id": "int64", "at": "datetime64[us, UTC]", "since": "datetime64[us, UTC]"}
    | dict.fromkeys(_NUMBERS, "float64")
    | {"changed": "object"}
)


def enter(connection: Connection, slips: pd.DataFrame, *, since: Stamp, run_id: str, at: datetime) -> None:
    """Write slips (columns COLUMNS) from the judgement of `since` to the one made at `at`."""
    rows = []
    for slip in slips.to_dict("records"):
        row = {str(name): value for name, value in slip.items()}
        for name in _NUMBERS:
            row[name] = row[name] if np.isfinite(row[name]) else None
        rows.append({**row, "at": at, "since": since.evaluated_at, "run_id": run_id})
    if rows:
        connection.execute(insert(Row), rows)


def listed(connection: Connection, since: datetime | None, targets: Sequence[str] | None) -> pd.DataFrame:
    """Slips entered at or after `since`, of some targets or all, oldest first: id, at, since, run_id, COLUMNS."""
    columns = (*_STAMP, *COLUMNS)
    query = select(*(Row.__table__.columns[name] for name in columns)).order_by(Row.at, Row.id)
    if since is not None:
        query = query.where(Row.at >= since)
    rows = connection.execute(query).all()
    if targets is not None:  # a list of parameters must stay short of the databases' limits
        wanted = set(targets)
        rows = [row for row in rows if row.target in wanted]
    return frame_of(rows, columns, _DTYPES)
