"""What is counted over the uploads: by state, by finding, and when each period first came.

Belongs here: queries that span uploads and answer with a small frame. Does not belong here: single uploads
(`ledger.py`).
"""

from __future__ import annotations

import pandas as pd
from sqlalchemy import ColumnElement, Connection, and_, case, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from dagster_project.store.frames import frame_of
from dagster_project.store.ledger import IN_FORCE, State
from dagster_project.store.models import FindingCountRow, ObservationRow, UploadRow

_NO_ANSWER = (State.RECEIVED, State.WITHDRAWN)


def releases(connection: Connection) -> pd.DataFrame:
    """dataset, region, period, published, received_at: when each period's figures first came; what is withdrawn never
    did."""
    query = (
        select(
            UploadRow.dataset,
            ObservationRow.region,
            ObservationRow.period,
            func.min(UploadRow.published),
            func.min(UploadRow.received_at),
        )
        .join(UploadRow, UploadRow.id == ObservationRow.upload_id)
        .where(UploadRow.state.in_(IN_FORCE))
        .group_by(UploadRow.dataset, ObservationRow.region, ObservationRow.period)
        .order_by(UploadRow.dataset, ObservationRow.region, ObservationRow.period)
    )
    columns = ("dataset", "region", "period", "published", "received_at")
    dtypes = {"published": "datetime64[us]", "received_at": "datetime64[us, UTC]"}
    return frame_of(connection.execute(query).all(), columns, dtypes)


def upload_counts(connection: Connection) -> pd.DataFrame:
    """dataset, state, uploads: how many there are, sorted."""
    by = (UploadRow.dataset, UploadRow.state)
    rows = connection.execute(select(*by, func.count()).group_by(*by).order_by(*by)).all()
    return frame_of(rows, ("dataset", "state", "uploads"), {"uploads": "int64"})


def rejected_since(connection: Connection) -> pd.DataFrame:
    """dataset, since: when the oldest rejected upload that nothing has answered was rejected; '' where it told none."""
    query = (
        select(UploadRow.dataset, func.min(UploadRow.decided_at))
        .where(UploadRow.state == State.REJECTED, ~_answered())
        .group_by(UploadRow.dataset)
        .order_by(UploadRow.dataset)
    )
    return frame_of(connection.execute(query).all(), ("dataset", "since"), {"since": "datetime64[us, UTC]"})


def revision_counts(connection: Connection) -> pd.DataFrame:
    """dataset, figures: how many figures were stated with more than one value, sorted; withdrawn statements don't
    count."""
    key = (ObservationRow.indicator, ObservationRow.region, ObservationRow.period, ObservationRow.measure)
    changed = (
        select(UploadRow.dataset)
        .join(ObservationRow, UploadRow.id == ObservationRow.upload_id)
        .where(UploadRow.state.in_(IN_FORCE))
        .group_by(UploadRow.dataset, *key)
        .having(func.count(ObservationRow.value.distinct()) > 1)
        .subquery()
    )
    query = select(changed.c.dataset, func.count()).group_by(changed.c.dataset).order_by(changed.c.dataset)
    return frame_of(connection.execute(query).all(), ("dataset", "figures"), {"figures": "int64"})


def finding_counts(connection: Connection) -> pd.DataFrame:
    """dataset, severity, rule, findings: what is wrong with the data as they stand.

    Accepted uploads count until they are superseded. Rejected ones count until they are answered: something received
    later for the same dataset, periods and region (or any region, where the rejected table's is unknown) was decided;
    of a file whose dataset could not be told, something of the same name. What is withdrawn answers nothing.
    """
    by = (UploadRow.dataset, FindingCountRow.severity, FindingCountRow.rule)
    query = (
        select(*by, func.sum(FindingCountRow.findings))
        .join(UploadRow, UploadRow.id == FindingCountRow.upload_id)
        .where((UploadRow.state == State.ACCEPTED) | ((UploadRow.state == State.REJECTED) & ~_answered()))
        .group_by(*by)
        .order_by(*by)
    )
    rows = connection.execute(query).all()
    return frame_of(rows, ("dataset", "severity", "rule", "findings"), {"findings": "int64"})


def _answered() -> ColumnElement[bool]:
    """Whether something that was decided later answers an upload."""
    later = aliased(UploadRow)
    same_table = and_(
        later.dataset == UploadRow.dataset,
        later.period_first == UploadRow.period_first,
        later.period_last == UploadRow.period_last,
        or_(UploadRow.region == "", later.region == UploadRow.region),
    )
    answers = case((UploadRow.dataset == "", later.file_name == UploadRow.file_name), else_=same_table)
    return exists(literal(1)).where(later.id > UploadRow.id, later.state.not_in(_NO_ANSWER), answers)
