"""One upload's part in what is believed: what it stated and changed, and what its withdrawal would change.

Belongs here: figures seen from an upload. Does not belong here: what is believed of all figures (`observations.py`).
"""

from __future__ import annotations

from typing import Any

import pandas as pd
from sqlalchemy import Connection, and_, select
from sqlalchemy.orm import aliased

from dagster_project.store.frames import KEY, frame_of
from dagster_project.store.models import ObservationRow as Row
from dagster_project.store.models import UploadRow
from dagster_project.store.observations import KEY_COLUMNS, VALUE
from validators.columns import OBSERVATION

STATED = (*OBSERVATION, "old_value", "old_unit", "old_status", "change")
WITHDRAWAL = (*KEY, "old_value", "old_unit", "old_status", "value", "unit", "status", "upload", "change")

_TOLD = ("value", "unit", "status")
_OLD = {name: f"old_{name}" for name in _TOLD}


def figures_of(connection: Connection, number: int) -> pd.DataFrame:
    """A STATED frame of what an upload stated, sorted by key: its figures with sheet, cell and text, what was believed
    before when it was accepted (missing where nothing was), and `change` as `observations.compare` names it.

    Empty for an upload that was never accepted; for one withdrawn since, what it stated and changed then.
    """
    query = select(*KEY_COLUMNS, VALUE, Row.unit, Row.status, Row.sheet, Row.cell, Row.text)
    query = query.where(Row.upload_id == number).order_by(*KEY_COLUMNS)
    mine = frame_of(connection.execute(query).all(), OBSERVATION, {"value": "float64"})
    others = _others(connection, number)
    # Only what was in force at the decision counts: it is what the uploader was told.
    there = others["decided_at"].le(others["my_decided_at"])
    there &= ~others["withdrawn_at"].le(others["my_decided_at"])
    others = others[there]
    before = others[others["before"]].drop_duplicates(KEY, keep="last")[[*KEY, *_TOLD]].rename(columns=_OLD)
    later = others.loc[~others["before"], KEY].drop_duplicates().assign(later=True)
    found = mine.merge(before, on=KEY, how="left").merge(later, on=KEY, how="left")
    change = _changed(found).mask(found["later"].eq(True), "older")
    return found.assign(change=change)[list(STATED)]


def withdrawal_of(connection: Connection, number: int) -> pd.DataFrame:
    """A WITHDRAWAL frame of what withdrawing an accepted upload would change, sorted by key: one row for each figure
    that is believed on its word now.

    `value`, `unit`, `status` and `upload` (0: none) are what would be believed instead; `change` is restored,
    unchanged (another upload says the same) or gone.
    """
    others = _others(connection, number)
    others = others[others["withdrawn_at"].isna()]
    overtaken = others.loc[~others["before"], KEY].drop_duplicates().assign(later=True)
    query = select(*KEY_COLUMNS, VALUE, Row.unit, Row.status).where(Row.upload_id == number)
    mine = frame_of(connection.execute(query).all(), (*KEY, *_TOLD), {"value": "float64"}).rename(columns=_OLD)
    mine = mine.merge(overtaken, on=KEY, how="left")
    mine = mine[mine["later"].isna()]
    left = others[others["before"]].drop_duplicates(KEY, keep="last")[[*KEY, *_TOLD, "upload"]]
    found = mine.merge(left, on=KEY, how="left")
    changed = _changed(found).replace({"new": "gone", "revised": "restored"})
    changed = changed.mask(found["value"].isna(), "gone")
    found = found.assign(change=changed, upload=found["upload"].fillna(0).astype("int64"))
    return found.sort_values(KEY, ignore_index=True)[list(WITHDRAWAL)]


def _others(connection: Connection, number: int) -> pd.DataFrame:
    """Every other upload's statements on the keys of upload `number`, in the order of belief; `before`: whether the
    statement comes before the upload's own."""
    mine, my_upload = aliased(Row), aliased(UploadRow)
    same_key = and_(*(getattr(mine, name) == getattr(Row, name) for name in KEY))
    query = (
        select(
            *KEY_COLUMNS,
            *(VALUE, Row.unit, Row.status, Row.upload_id, Row.known_from, mine.known_from),
            *(UploadRow.decided_at, UploadRow.withdrawn_at, my_upload.decided_at),
        )
        .join(mine, same_key)
        .join(UploadRow, UploadRow.id == Row.upload_id)
        .join(my_upload, my_upload.id == mine.upload_id)
        .where(mine.upload_id == number, Row.upload_id != number)
        .order_by(Row.known_from, Row.upload_id)
    )
    moments = ("known_from", "my_known_from", "decided_at", "withdrawn_at", "my_decided_at")
    columns = (*KEY, *_TOLD, "upload", *moments)
    dtypes = {"value": "float64", "upload": "int64"} | dict.fromkeys(moments, "datetime64[us, UTC]")
    found = frame_of(connection.execute(query).all(), columns, dtypes)
    same_moment = found["known_from"].eq(found["my_known_from"]) & found["upload"].lt(number)
    return found.assign(before=found["known_from"].lt(found["my_known_from"]) | same_moment)


def _changed(found: pd.DataFrame) -> pd.Series[Any]:
    same = found["value"].eq(found["old_value"])
    for name in ("unit", "status"):
        same &= found[name].eq(found[f"old_{name}"])
    change = pd.Series("revised", index=found.index, dtype="str")
    return change.mask(same, "unchanged").mask(found["old_value"].isna(), "new")
