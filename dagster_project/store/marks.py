"""A short text that differs after everything that can change what is believed or shown.

Belongs here: the question whether anything changed, answered in a millisecond. Does not belong here: what changed.
"""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from dagster_project.store.models import PullRow, RunEndRow, UploadRow


def mark(connection: Connection) -> str:
    """Uploads only ever come (a greater id), are decided (a later moment), and end as rejected or withdrawn (a greater
    count), so that no two states of a history share a mark."""
    newest = connection.execute(select(func.max(UploadRow.id), func.max(UploadRow.decided_at))).one()
    counts = select(UploadRow.state, func.count()).group_by(UploadRow.state).order_by(UploadRow.state)
    pull = connection.execute(select(func.max(PullRow.id))).scalar_one()
    run = connection.execute(select(func.max(RunEndRow.ended_at))).scalar_one()
    return repr((*newest, pull, run, *(tuple(row) for row in connection.execute(counts))))
