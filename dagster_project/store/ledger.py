"""The ledger of uploads: what was received, when, from whom, and what became of it.

    received ─┬───────────> accepted <──> superseded    every figure that it stated has a newer statement
              ├─> pending ──┘   │              │         waits for a second person, or for a date
              │     │ │         └───> withdrawn <┘
              │     │ └─────────────────^                declined
              └─────┴─> rejected

A superseded upload is accepted again when what overtook it is withdrawn. Withdrawn and rejected are ends.

Belongs here: writing and reading rows of `upload` and `finding_count`. Does not belong here: what is counted over them
(`tallies.py`), the bytes (`sources.archive`), figures (`observations.py`), the decision whether to accept, and who may
take it (`intake`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Update,
    and_,
    bindparam,
    delete,
    exists,
    insert,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import aliased

from dagster_project.store.models import FindingCountRow, ObservationRow, UploadRow
from dagster_project.store.observations import Change, last_month
from validators.errors import StoreError
from validators.findings import Report
from validators.periods import parse_period


class State(StrEnum):
    """What became of an upload."""

    RECEIVED = "received"  # its bytes are archived, nobody has looked at them yet
    PENDING = "pending"  # checked and clean; it waits for a second person or for a date, nothing of it is stored
    REJECTED = "rejected"  # errors: nothing of it was stored
    ACCEPTED = "accepted"  # all of it is stored
    SUPERSEDED = "superseded"  # accepted, and since then every one of its figures was stated anew
    WITHDRAWN = "withdrawn"  # taken back: its figures are believed no longer; or declined before they ever were


# The same bytes again are no new upload while they are in one of these. Rejected bytes may come again: the catalogue
# may have learnt a word since. So may withdrawn ones: it may have been the withdrawal that was wrong.
_TAKEN = (State.RECEIVED, State.PENDING, State.ACCEPTED, State.SUPERSEDED)
IN_FORCE = (State.ACCEPTED, State.SUPERSEDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One file received. `dataset`, `region` and the periods (SDMX) are '' until they are known; `region` stays '' for
    a table of several regions. `duplicate` says that the bytes had been received before and this is that upload.

    `hints` is what the person handing in said about the file, kept until it is processed. `decided_at` is when it was
    accepted or rejected, or since when it waits. A declined upload is withdrawn without ever having been known."""

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
    hints: Mapping[str, str] = field(default_factory=dict)
    embargo_until: datetime | None = None
    approved_by: str = ""
    approved_at: datetime | None = None
    withdrawn_by: str = ""
    withdrawn_at: datetime | None = None
    withdrawn_because: str = ""
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
    hints: Mapping[str, str],
    embargo_until: datetime | None,
    again: bool,
) -> Upload:
    """A new row, or the row that these bytes have already. While it is undecided, what is said now is kept with it:
    whoever decides must not publish before a date that somebody gave."""
    known = None if again else of_bytes(connection, sha256)
    if known is not None:
        said: dict[str, Any] = {}
        if hints:
            said["hints"] = {**known.hints, **hints}
        if embargo_until is not None:
            said["embargo_until"] = max(embargo_until, known.embargo_until or embargo_until)
        if known.state is State.RECEIVED and said:
            connection.execute(update(UploadRow).where(UploadRow.id == known.id).values(said))
            return replace(one(connection, known.id), duplicate=True)
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
        "hints": dict(hints) or None,
        "embargo_until": embargo_until,
    }
    number = connection.execute(insert(UploadRow).values(values).returning(UploadRow.id)).scalar_one()
    return one(connection, number)


def split(
    connection: Connection, number: int, parts: Sequence[tuple[str, str, str, Mapping[str, str]]]
) -> list[Upload]:
    """The upload, whose dataset isn't known yet, and a new row for each further part, received as it was. Where
    somebody else has split it meanwhile, theirs."""
    whole = one(connection, number)
    named = [
        {"dataset": dataset, "period_first": first, "period_last": last, "hints": dict(hints)}
        for dataset, first, last, hints in parts
    ]
    unsplit = (UploadRow.id == number, UploadRow.dataset == "", UploadRow.state == State.RECEIVED)
    if not connection.execute(update(UploadRow).where(*unsplit).values(named[0])).rowcount:
        rows = select(UploadRow.__table__).where(UploadRow.sha256 == whole.sha256, UploadRow.state.in_(_TAKEN))
        theirs = {upload.dataset: upload for upload in map(_upload, connection.execute(rows.order_by(UploadRow.id)))}
        return [theirs.get(dataset, whole) for dataset, *_ in parts]
    rest = {
        "sha256": whole.sha256,
        "file_name": whole.file_name,
        "size": whole.size,
        "region": "",
        "received_at": whole.received_at,
        "received_by": whole.received_by,
        "state": State.RECEIVED,
        "embargo_until": whole.embargo_until,
    }
    numbers = [number]
    for values in named[1:]:
        row = connection.execute(insert(UploadRow).values(values | rest).returning(UploadRow.id))
        numbers.append(row.scalar_one())
    return [one(connection, each) for each in numbers]


def all_of_bytes(connection: Connection, sha256: str) -> list[Upload]:
    """Every upload of these bytes, whatever became of it, in the order in which they were received."""
    rows = select(UploadRow.__table__).where(UploadRow.sha256 == sha256).order_by(UploadRow.id)
    return [_upload(row) for row in connection.execute(rows)]


def of_bytes(connection: Connection, sha256: str) -> Upload | None:
    """The upload that these bytes are already, `duplicate` set; None for bytes unknown, rejected or withdrawn."""
    taken = select(UploadRow.__table__).where(UploadRow.sha256 == sha256, UploadRow.state.in_(_TAKEN))
    row = connection.execute(taken.order_by(UploadRow.id.desc()).limit(1)).first()
    return None if row is None else replace(_upload(row), duplicate=True)


def one(connection: Connection, number: int) -> Upload:
    """The upload with this id; StoreError when there is none."""
    row = connection.execute(select(UploadRow.__table__).where(UploadRow.id == number)).first()
    if row is None:
        raise StoreError(f"没有编号为 {number} 的上传记录 / there is no upload {number}; see `xushi store uploads`")
    return _upload(row)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which uploads are asked for; None: all. `period` (SDMX) means uploads whose last month lies in it; `after_id` and
    `before_id` are cursors, both exclusive."""

    states: Iterable[State] | None = None
    dataset: str | None = None
    region: str | None = None
    period: str | None = None
    received_by: str | None = None
    after_id: int | None = None
    before_id: int | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """As SQL."""
        found: list[ColumnElement[bool]] = []
        if self.states is not None:
            found.append(UploadRow.state.in_(list(self.states)))
        if self.period is not None:
            period, last = parse_period(self.period), last_month(UploadRow.period_last)
            found.append(last.between(period.first_month.text, period.last_month.text))
        if self.after_id is not None:
            found.append(UploadRow.id > self.after_id)
        if self.before_id is not None:
            found.append(UploadRow.id < self.before_id)
        exactly = (
            (UploadRow.dataset, self.dataset),
            (UploadRow.region, self.region),
            (UploadRow.received_by, self.received_by),
        )
        return found + [column == wanted for column, wanted in exactly if wanted is not None]


def many(connection: Connection, asked: Asked, *, newest_first: bool, limit: int | None) -> list[Upload]:
    """Uploads in the order in which they were received, or the other way round."""
    order = UploadRow.id.desc() if newest_first else UploadRow.id
    query = select(UploadRow.__table__).where(*asked.conditions()).order_by(order).limit(limit)
    return [_upload(row) for row in connection.execute(query)]


def moved(connection: Connection, since: datetime) -> list[Upload]:
    """Uploads that were released after waiting, or withdrawn after being accepted, at or after a moment."""
    waited = or_(UploadRow.approved_at.is_not(None), UploadRow.embargo_until.is_not(None))
    released = and_(UploadRow.state.in_(IN_FORCE), waited, UploadRow.decided_at >= since)
    withdrawn = and_(UploadRow.withdrawn_at >= since, UploadRow.known_from.is_not(None))
    query = select(UploadRow.__table__).where(or_(released, withdrawn)).order_by(UploadRow.id)
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
    """Write what became of an upload, and what the checks said about it now."""
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
    connection.execute(delete(FindingCountRow).where(FindingCountRow.upload_id == number))
    if rows:
        connection.execute(insert(FindingCountRow), rows)


def approve(connection: Connection, number: int, *, by: str, at: datetime) -> None:
    """Write who lets a pending upload go."""
    connection.execute(update(UploadRow).where(UploadRow.id == number).values(approved_by=by, approved_at=at))


def withdraw(connection: Connection, number: int, *, by: str, because: str, at: datetime) -> None:
    """Write that an upload is believed no longer. Its figures stay as they are."""
    values = {"state": State.WITHDRAWN, "withdrawn_by": by, "withdrawn_at": at, "withdrawn_because": because}
    connection.execute(update(UploadRow).where(UploadRow.id == number).values(values))


def settle(connection: Connection, number: int) -> None:
    """Tell accepted from superseded among the uploads that state a figure of upload `number`.

    It follows from the statements alone, so it comes out the same in any order of uploads and withdrawals; `number`
    itself is superseded at once when it brings history that was already overtaken.
    """
    for statement in _settlements():
        connection.execute(statement, {"upload": number})


@cache  # building it takes longer than running it
def _settlements() -> tuple[Update, Update]:
    mine, other = aliased(ObservationRow), aliased(ObservationRow)
    touched = select(other.upload_id).join(mine, _same_key(mine, other))
    touched = touched.where(mine.upload_id == bindparam("upload", type_=Integer())).distinct()
    its, newer, withdrawn = aliased(ObservationRow), aliased(ObservationRow), aliased(UploadRow)
    overtaken = exists().where(
        _same_key(its, newer),
        tuple_(newer.known_from, newer.upload_id) > tuple_(its.known_from, its.upload_id),
        newer.upload_id.not_in(select(withdrawn.id).where(withdrawn.withdrawn_at.is_not(None))),
    )
    stands = exists().where(its.upload_id == UploadRow.id, ~overtaken)
    moved = update(UploadRow).where(UploadRow.id.in_(touched))
    return (
        moved.where(UploadRow.state == State.ACCEPTED, ~stands).values(state=State.SUPERSEDED),
        moved.where(UploadRow.state == State.SUPERSEDED, stands).values(state=State.ACCEPTED),
    )


def _same_key(left: Any, right: Any) -> Any:
    return (
        (left.indicator == right.indicator)
        & (left.region == right.region)
        & (left.period == right.period)
        & (left.measure == right.measure)
    )


def stored_change(upload: Upload) -> Change | None:
    """What an upload changed when it was accepted; None when it was not."""
    return upload.change if upload.state in IN_FORCE else None


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
        hints=row.hints or {},
        embargo_until=row.embargo_until,
        approved_by=row.approved_by or "",
        approved_at=row.approved_at,
        withdrawn_by=row.withdrawn_by or "",
        withdrawn_at=row.withdrawn_at,
        withdrawn_because=row.withdrawn_because or "",
    )
