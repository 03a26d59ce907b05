"""What was first said of figures that were revised since.

Belongs here: the first statement of each figure. Does not belong here: what is believed (`observations.py`), how large
a revision usually is (`progress.revisions`).
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, exists, select
from sqlalchemy.orm import aliased

from dagster_project.store.frames import KEY, frame_of
from dagster_project.store.models import ObservationRow as Row
from dagster_project.store.observations import (
    DTYPES,
    FOREVER,
    KEY_COLUMNS,
    VALUE,
    Gone,
    belief_order,
    gone_by,
    is_known,
    living,
    overruled,
    same_key,
)

FIRST = (*KEY, "value", "unit", "known_from")


def first_statements(connection: Connection, known_on: datetime | None) -> pd.DataFrame:
    """A FIRST frame, sorted by key: the first statement of every figure of which something else was said later, by
    uploads that were not withdrawn by `known_on` (None: now). A figure that isn't in it stands as it first came."""
    until = known_on or FOREVER
    gone = gone_by(connection, until)
    query = select(*KEY_COLUMNS, VALUE, Row.unit, Row.known_from)
    query = query.where(is_known(), *living(gone), ~_preceded(gone), overruled(gone)).order_by(*KEY_COLUMNS)
    rows: Any = connection.execute(query, {"known_on": until}).all()
    return frame_of(rows, FIRST, {name: DTYPES[name] for name in ("value", "known_from")})


@cache
def _preceded(gone: Gone) -> ColumnElement[bool]:
    """Whether another living statement came before."""
    earlier = aliased(Row)
    return exists().where(same_key(earlier), belief_order(earlier) < belief_order(Row), *living(gone, earlier))
