"""What was stated, what is believed, what was believed then.

A statement is a row of `observation`: an accepted upload said a figure. It lives at an instant T when it was known by
then and its upload was not withdrawn by then. Of the living statements on a key the last by (known_from, upload) is
believed at T; what is cited for it is the first of the equal statements that end the line, since which it is believed.

Equal in any order of acceptance and withdrawal: the statements, hence what is believed at any T, the versions, and
which uploads are superseded. Uploads known from the same instant count in the order in which they were received: the
later corrects the earlier. Only the counts of a `Change` depend on the order, since they say what an upload changed
when it came.

Belongs here: writing statements, what is believed, what an upload would change. Does not belong here: uploads and their
states (`ledger.py`), the course of one figure over time (`versions.py`), one upload's part in it (`stated.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import Any

import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    Tuple,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    insert,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from dagster_project.store.column_types import Instant, exact
from dagster_project.store.frames import KEY, frame_of
from dagster_project.store.models import ObservationRow as Row
from dagster_project.store.models import UploadRow
from validators.columns import STORED
from validators.periods import parse_period

KEY_COLUMNS = (Row.indicator, Row.region, Row.period, Row.measure)
DTYPES = {"value": "float64", "upload": "int64", "known_from": "datetime64[us, UTC]"}
# Values leave as text, which float() reads exactly; a CAST to REAL in SQLite need not round correctly.
VALUE = cast(Row.value, String)
_LISTED = 1_000  # words listed in a query before it takes everything between the first and the last
FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
_BATCH = 10_000  # rows handed to the driver at once; bounds memory, not speed

CHANGES = ("new", "revised", "unchanged", "older")


@dataclass(frozen=True, slots=True)
class Change:
    """What an upload changed in what was believed when it was accepted; the four add up to its figures.

    `ignored_older` figures have a statement that is known from later: they are kept as history and change only what was
    believed before that. `repeated` says that the upload had been accepted before and nothing was done now.
    """

    new: int
    revised: int
    unchanged: int
    ignored_older: int = 0
    repeated: bool = field(default=False, compare=False, kw_only=True)

    @property
    def figures(self) -> int:
        """How many figures the upload states."""
        return self.new + self.revised + self.unchanged + self.ignored_older


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which figures are asked for; None: all.

    `first` and `last` are SDMX periods: a figure is meant when its period's last month lies in between."""

    indicators: Sequence[str] | None = None
    regions: Sequence[str] | None = None
    measures: Sequence[str] | None = None
    first: str | None = None
    last: str | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """As SQL."""
        found: list[ColumnElement[bool]] = []
        lists = ((Row.indicator, self.indicators), (Row.region, self.regions), (Row.measure, self.measures))
        for column, wanted in lists:
            if wanted is not None:
                found.append(column.in_(list(wanted)))
        if self.first is not None:
            found.append(last_month(Row.period) >= parse_period(self.first).first_month.text)
        if self.last is not None:
            found.append(last_month(Row.period) <= parse_period(self.last).last_month.text)
        return found


def last_month(period: InstrumentedAttribute[str]) -> ColumnElement[str]:
    """The last month of an SDMX period: '2025' is '2025-12', '2025-Q1' is '2025-03', a month is itself."""
    quarter = func.substr(period, 6)
    year = func.substr(period, 1, 4)
    return case(
        (func.length(period) == 4, period + "-12"),
        (quarter == "Q1", year + "-03"),
        (quarter == "Q2", year + "-06"),
        (quarter == "Q3", year + "-09"),
        (quarter == "Q4", year + "-12"),
        else_=period,
    )


def write(connection: Connection, upload: int, frame: pd.DataFrame, known_from: datetime) -> None:
    """Write every figure of a storable frame as a statement of `upload`."""
    columns = {name: frame[name].to_list() for name in frame.columns}
    columns["value"] = exact(columns["value"])
    names = list(columns)
    rows = [
        {**dict(zip(names, values, strict=True)), "upload_id": upload, "known_from": known_from}
        for values in zip(*columns.values(), strict=True)
    ]
    for start in range(0, len(rows), _BATCH):
        connection.execute(insert(Row), rows[start : start + _BATCH])


def compare(
    connection: Connection, frame: pd.DataFrame, known_from: datetime, upload: int | None = None
) -> pd.DataFrame:
    """What each figure of a storable frame changes when `upload` (None: the next one) states it from `known_from` on.

    Returns the key, `old_value`, `old_unit`, `old_status` (NaN where nothing was believed), `value`, `unit`, `status`
    and `change`: new, revised, unchanged, or older where a later statement exists. In the order of `frame`.
    """
    known = _known_at(connection, frame, known_from, upload)
    merged = frame[[*KEY, "value", "unit", "status"]].merge(known, on=KEY, how="left", validate="one_to_one")
    # Both sides in the 15 digits of the store, so that the noise of a float is no revision.
    merged["value"] = [float(value) for value in exact(merged["value"])]
    same = (
        (merged["value"] == merged["old_value"])
        & (merged["unit"] == merged["old_unit"])
        & (merged["status"] == merged["old_status"])
    )
    change = pd.Series("revised", index=merged.index, dtype="str")
    change = change.mask(same, "unchanged").mask(merged["old_value"].isna(), "new")
    merged["change"] = change.mask(merged["later"].eq(1), "older")
    return merged[[*KEY, "old_value", "old_unit", "old_status", "value", "unit", "status", "change"]]


def _known_at(connection: Connection, frame: pd.DataFrame, known_from: datetime, upload: int | None) -> pd.DataFrame:
    """By key of `frame`: the statement believed at `known_from`, and whether there is a later one; withdrawn ones count
    for nothing, whenever they were withdrawn."""
    precedes = Row.known_from <= known_from
    if upload is not None:
        precedes = (Row.known_from < known_from) | ((Row.known_from == known_from) & (Row.upload_id < upload))
    before = case((precedes, 1), else_=0)
    conditions = [_among(column, frame[column.key]) for column in (Row.indicator, Row.region, Row.period)]
    conditions.append(_not_withdrawn())
    ranked = (
        select(
            *KEY_COLUMNS,
            *(Row.value, Row.unit, Row.status, before.label("before")),
            func.row_number()
            .over(partition_by=(*KEY_COLUMNS, before), order_by=(Row.known_from.desc(), Row.upload_id.desc()))
            .label("age"),
        )
        .where(*conditions)
        .subquery()
    )
    rows = connection.execute(select(ranked).where(ranked.c.age == 1)).all()
    columns = [*KEY, "old_value", "old_unit", "old_status", "before", "age"]
    found = frame_of(rows, columns, {"old_value": "float64", "before": "int64", "age": "int64"})
    believed = found[found["before"].eq(1)].drop(columns=["before", "age"])
    later = found.loc[found["before"].eq(0), KEY].assign(later=1)
    return believed.merge(later, on=KEY, how="outer")


def _among(column: InstrumentedAttribute[str], words: pd.Series) -> ColumnElement[bool]:
    """Rows that `words` may mean, and few others: a list of parameters must stay short of the databases' limits."""
    distinct = sorted(words.unique())
    if len(distinct) <= _LISTED:
        return column.in_(distinct)
    return and_(column >= distinct[0], column <= distinct[-1])


def count_changes(compared: pd.DataFrame) -> Change:
    """The counts of a frame of `compare`."""
    new, revised, unchanged, older = (int(compared["change"].eq(change).sum()) for change in CHANGES)
    return Change(new, revised, unchanged, older)


class Gone(Enum):
    """Which uploads' statements don't live."""

    NONE = "nothing is withdrawn"
    WITHDRAWN = "withdrawn by :known_on"
    UNSEEN = "withdrawn by :seen_at, or stored after it"


def believed(
    connection: Connection, known_on: datetime | None, wanted: Filter, seen_at: datetime | None = None
) -> pd.DataFrame:
    """A STORED frame of what is (or was, at `known_on`) believed, sorted by key. `seen_at`: what a reader saw then: an
    upload stored later does not count, even if its figures are believed from an earlier date."""
    until = known_on or FOREVER
    gone = Gone.UNSEEN if seen_at is not None else gone_by(connection, until)
    query = _changes(gone).where(*wanted.conditions(), is_known(), ~overruled(gone))
    moments = {"known_on": until} | ({} if seen_at is None else {"seen_at": seen_at})
    return frame_of(connection.execute(query, moments).all(), STORED, DTYPES)


def gone_by(connection: Connection, until: datetime) -> Gone:
    """Whether there is anything withdrawn by a moment to be asked about."""
    withdrawn = connection.scalar(select(exists().where(UploadRow.withdrawn_at <= until)))
    return Gone.WITHDRAWN if withdrawn else Gone.NONE


# The parts of these queries that never change are built once: that takes longer than a small query itself. Each exists
# in few kinds: while nothing is withdrawn (Gone.NONE), nothing needs to be asked about uploads.


@cache
def _changes(gone: Gone) -> Select[*tuple[Any, ...]]:
    """Living statements that differ from the one before them, or are the first, in the order of belief.

    One seek in the primary key for each row: half the time of a window function over all of them.
    """
    earlier = aliased(Row)
    before = select(_differs(earlier)).where(
        same_key(earlier), belief_order(earlier) < belief_order(Row), *living(gone, earlier)
    )
    last = before.order_by(earlier.known_from.desc(), earlier.upload_id.desc()).limit(1)
    columns = (*KEY_COLUMNS, VALUE, Row.unit, Row.status, Row.upload_id, Row.sheet, Row.cell, Row.known_from)
    query = select(*columns).where(*living(gone), func.coalesce(last.scalar_subquery(), true()))
    return query.order_by(*KEY_COLUMNS, Row.known_from, Row.upload_id)


@cache
def overruled(gone: Gone) -> ColumnElement[bool]:
    """Whether a later living statement, known by :known_on, says something else."""
    later = aliased(Row)
    differing = (same_key(later), belief_order(later) > belief_order(Row), _differs(later), is_known(later))
    return exists().where(*differing, *living(gone, later))


def living(gone: Gone, row: type[Row] = Row) -> list[ColumnElement[bool]]:
    """Not withdrawn by :known_on. The list of what is has no correlation: the database makes it once."""
    if gone is Gone.NONE:
        return []
    moment: ColumnElement[datetime] = bindparam("known_on" if gone is Gone.WITHDRAWN else "seen_at", type_=Instant())
    hidden = UploadRow.withdrawn_at <= moment
    if gone is Gone.UNSEEN:
        hidden = or_(hidden, UploadRow.decided_at > moment)
    return [_not_withdrawn(row, hidden)]


def _not_withdrawn(row: type[Row] = Row, withdrawn: ColumnElement[bool] | None = None) -> ColumnElement[bool]:
    withdrawn = UploadRow.withdrawn_at.is_not(None) if withdrawn is None else withdrawn
    return row.upload_id.not_in(select(UploadRow.id).where(withdrawn))


def is_known(row: type[Row] = Row) -> ColumnElement[bool]:
    """By :known_on."""
    known_on: ColumnElement[datetime] = bindparam("known_on", type_=Instant())
    return row.known_from <= known_on


def same_key(other: type[Row]) -> ColumnElement[bool]:
    """About the same figure."""
    return and_(*(getattr(other, name) == getattr(Row, name) for name in KEY))


def _differs(other: type[Row]) -> ColumnElement[bool]:
    return or_(other.value != Row.value, other.unit != Row.unit, other.status != Row.status)


def belief_order(row: type[Row]) -> Tuple:
    """What statements are ordered by; the last is believed."""
    return tuple_(row.known_from, row.upload_id)
