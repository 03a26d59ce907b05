"""The ledger of uploads: what was received, when, from whom, and what became of it.

    received ──> accepted ──> superseded      every figure that it stated has a newer statement
             └─> rejected

Belongs here: writing and reading rows of `upload` and `finding_count`. Does not belong here: what is counted over them
(`tallies.py`), the bytes (`sources.archive`), figures (`observations.py`), the decision whether to accept (`intake`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import Connection, Integer, Update, bindparam, exists, insert, select, tuple_, update
from sqlalchemy.orm import aliased

from dagster_project.store.models import FindingCountRow, ObservationRow, UploadRow
from dagster_project.store.observations import Change
from validators.errors import StoreError
from validators.findings import Report


class State(StrEnum):
    """What became of an upload."""

    RECEIVED = "received"  # its bytes are archived, nobody has looked at them yet
    REJECTED = "rejected"  # errors: nothing of it was stored
    ACCEPTED = "accepted"  # all of it is stored
    SUPERSEDED = "superseded"  # accepted, and since then every one of its figures was stated anew


# The same bytes again are no new upload while they are in one of these. Rejected bytes may come again: the catalogue
# may have learnt a word since.
_TAKEN = (State.RECEIVED, State.ACCEPTED, State.SUPERSEDED)
_STORED = (State.ACCEPTED, State.SUPERSEDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One file received. `dataset`, `region` and the periods (SDMX) are '' until they are known; `region` stays '' for
    a table of several regions. `duplicate` says that the bytes had been received before and this is that upload."""

    id: int
    sha256: str
    file_name: str
    size: int
    dataset: str
    region: str
    period_first: str
    period_last: str
    received_at: datetime
    received_by: str
    published: date | None
    known_from: datetime | None
    state: State
    decided_at: datetime | None
    report: Report | None
    change: Change | None
    duplicate: bool = False


def receive(
    connection: Connection,
    *,
    sha256: str,
    file_name: str,
    size: int,
    received_at: datetime,
    received_by: str,
    dataset: str,
    period_first: str,
    period_last: str,
    again: bool,
) -> Upload:
    """A new row, or the row that these bytes have already."""
    known = None if again else of_bytes(connection, sha256)
    if known is not None:
        return known
    values = {
        "sha256": sha256,
        "file_name": file_name,
        "size": size,
        "dataset": dataset,
        "region": "",
        "period_first": period_first,
        "period_last": period_last,
        "received_at": received_at,
        "received_by": received_by,
        "state": State.RECEIVED,
    }
    number = connection.execute(insert(UploadRow).values(values).returning(UploadRow.id)).scalar_one()
    return one(connection, number)


def of_bytes(connection: Connection, sha256: str) -> Upload | None:
    """The upload that these bytes are already, `duplicate` set; None for unknown and for rejected bytes."""
    taken = select(UploadRow.__table__).where(UploadRow.sha256 == sha256, UploadRow.state.in_(_TAKEN))
    row = connection.execute(taken.order_by(UploadRow.id.desc()).limit(1)).first()
    return None if row is None else replace(_upload(row), duplicate=True)


def one(connection: Connection, number: int) -> Upload:
    """The upload with this id; StoreError when there is none."""
    row = connection.execute(select(UploadRow.__table__).where(UploadRow.id == number)).first()
    if row is None:
        raise StoreError(f"没有编号为 {number} 的上传记录 / there is no upload {number}; see `xushi store uploads`")
    return _upload(row)


def many(
    connection: Connection,
    *,
    states: Iterable[State] | None,
    dataset: str | None,
    after_id: int | None,
    limit: int | None,
) -> list[Upload]:
    """Uploads in the order in which they were received."""
    query = select(UploadRow.__table__).order_by(UploadRow.id).limit(limit)
    if states is not None:
        query = query.where(UploadRow.state.in_(list(states)))
    if dataset is not None:
        query = query.where(UploadRow.dataset == dataset)
    if after_id is not None:
        query = query.where(UploadRow.id > after_id)
    return [_upload(row) for row in connection.execute(query)]


def decide(
    connection: Connection,
    number: int,
    *,
    state: State,
    dataset: str,
    region: str,
    period_first: str,
    period_last: str,
    report: Report,
    decided_at: datetime,
    published: date | None = None,
    known_from: datetime | None = None,
    change: Change | None = None,
) -> None:
    """Write what became of a received upload, and what the checks said about it."""
    values: dict[str, Any] = {
        "state": state,
        "dataset": dataset,
        "region": region,
        "period_first": period_first,
        "period_last": period_last,
        "report": report.to_json(),
        "decided_at": decided_at,
        "published": published,
        "known_from": known_from,
    }
    if change is not None:
        values |= {
            "figures_new": change.new,
            "figures_revised": change.revised,
            "figures_unchanged": change.unchanged,
            "figures_older": change.ignored_older,
        }
    connection.execute(update(UploadRow).where(UploadRow.id == number).values(values))
    counts = Counter((finding.severity.value, finding.rule) for finding in report.findings)
    rows = [
        {"upload_id": number, "severity": severity, "rule": rule, "findings": count}
        for (severity, rule), count in sorted(counts.items())
    ]
    if rows:
        connection.execute(insert(FindingCountRow), rows)


def supersede(connection: Connection, number: int) -> None:
    """Mark accepted uploads of which every figure has a newer statement, among those that upload `number` touches.

    It follows from the statements alone, so it comes out the same in any order of uploads; `number` itself is
    superseded at once when it brings history that was already overtaken.
    """
    connection.execute(_supersede(), {"upload": number})


@cache  # building it takes longer than running it
def _supersede() -> Update:
    mine, other = aliased(ObservationRow), aliased(ObservationRow)
    touched = select(other.upload_id).join(mine, _same_key(mine, other))
    touched = touched.where(mine.upload_id == bindparam("upload", type_=Integer())).distinct()
    its, newer = aliased(ObservationRow), aliased(ObservationRow)
    overtaken = exists().where(
        _same_key(its, newer),
        tuple_(newer.known_from, newer.upload_id) > tuple_(its.known_from, its.upload_id),
    )
    stands = exists().where(its.upload_id == UploadRow.id, ~overtaken)
    superseded = update(UploadRow).values(state=State.SUPERSEDED)
    return superseded.where(UploadRow.id.in_(touched), UploadRow.state == State.ACCEPTED, ~stands)


def _same_key(left: Any, right: Any) -> Any:
    return (
        (left.indicator == right.indicator)
        & (left.region == right.region)
        & (left.period == right.period)
        & (left.measure == right.measure)
    )


def stored_change(upload: Upload) -> Change | None:
    """What an upload changed when it was accepted; None when it was not."""
    return upload.change if upload.state in _STORED else None


def _upload(row: Any) -> Upload:
    counts = (row.figures_new, row.figures_revised, row.figures_unchanged, row.figures_older)
    return Upload(
        id=row.id,
        sha256=row.sha256,
        file_name=row.file_name,
        size=row.size,
        dataset=row.dataset,
        region=row.region,
        period_first=row.period_first,
        period_last=row.period_last,
        received_at=row.received_at,
        received_by=row.received_by,
        published=row.published,
        known_from=row.known_from,
        state=State(row.state),
        decided_at=row.decided_at,
        report=None if row.report is None else Report.from_json(row.report),
        change=None if row.figures_new is None else Change(*counts),
    )
