"""When the jobs last ended, and how.

Belongs here: the one row per job and outcome that alerts look at. Does not belong here: the runs themselves (Dagster
keeps them).
"""

from __future__ import annotations

from datetime import datetime

import pandas as pd
from sqlalchemy import Connection, delete, insert, select

from dagster_project.store.frames import frame_of
from dagster_project.store.models import RunEndRow as Row


def record(connection: Connection, job: str, outcome: str, ended_at: datetime) -> None:
    """Replace what was kept for the job and outcome."""
    connection.execute(delete(Row).where(Row.job == job, Row.outcome == outcome))
    connection.execute(insert(Row).values(job=job, outcome=outcome, ended_at=ended_at))


def ended(connection: Connection) -> pd.DataFrame:
    """job, outcome, ended_at, sorted."""
    rows = connection.execute(select(Row.job, Row.outcome, Row.ended_at).order_by(Row.job, Row.outcome)).all()
    return frame_of(rows, ("job", "outcome", "ended_at"), {"ended_at": "datetime64[us, UTC]"})
