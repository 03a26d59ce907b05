"""The course of one figure: everything that was ever believed of it, in the order of time.

A version begins when a statement becomes known that says something else than what was believed, and when a withdrawal
takes away what was cited: then what is left is believed again, as a version of its own.

Belongs here: the versions of one figure, and of all figures one after the other. Does not belong here: what is believed
of all figures (`observations.py`).
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby, pairwise
from typing import Any, NamedTuple

import pandas as pd
from sqlalchemy import Connection, Row, Select, select

from dagster_project.store.frames import frame_of
from dagster_project.store.models import ObservationRow, UploadRow
from dagster_project.store.observations import DTYPES, KEY_COLUMNS, VALUE, Filter
from validators.columns import VERSION

_DTYPES = {**DTYPES, "restored": "bool", "withdrawn": "int64"}
_FETCHED = 10_000  # rows that wait in memory for their turn


def versions(connection: Connection, indicator: str, region: str, period: str, measure: str | None) -> pd.DataFrame:
    """A VERSION frame of a figure, sorted by measure and then from the first to the last."""
    query = _statements().where(
        ObservationRow.indicator == indicator, ObservationRow.region == region, ObservationRow.period == period
    )
    if measure is not None:
        query = query.where(ObservationRow.measure == measure)
    found: list[tuple[Any, ...]] = []
    # A figure has a handful of statements, and each version depends on the one before.
    statements: Any = connection.execute(query).all()
    for _, of_one_key in groupby(statements, key=lambda row: row[:4]):
        found += _course([*of_one_key])
    return frame_of(found, VERSION, _DTYPES)


def every_version(
    connection: Connection, wanted: Filter, known_on: datetime | None, *, batch: int
) -> Iterator[pd.DataFrame]:
    """VERSION frames of all figures that are meant, sorted by key and then from the first to the last, of some `batch`
    rows each; a figure is never divided. By what was known at `known_on`, if given: later statements and withdrawals
    don't exist. Rows leave the database as they are asked for."""
    query = _statements().where(*wanted.conditions())
    if known_on is not None:
        query = query.where(ObservationRow.known_from <= known_on)
    rows = connection.execution_options(stream_results=True, yield_per=_FETCHED).execute(query)
    found: list[tuple[Any, ...]] = []
    statements: Iterator[Any] = (_seen(row, known_on) for row in rows)
    for _, of_one_key in groupby(statements, key=lambda row: row[:4]):
        found += _course([*of_one_key])
        if len(found) >= batch:
            yield frame_of(found, VERSION, _DTYPES)
            found = []
    if found:
        yield frame_of(found, VERSION, _DTYPES)


def _statements() -> Select[*tuple[Any, ...]]:
    about = (ObservationRow.unit, ObservationRow.status, ObservationRow.upload_id, ObservationRow.sheet)
    return (
        select(*KEY_COLUMNS, VALUE, *about, ObservationRow.cell, ObservationRow.known_from, UploadRow.withdrawn_at)
        .join(UploadRow, UploadRow.id == ObservationRow.upload_id)
        .order_by(*KEY_COLUMNS, ObservationRow.known_from, ObservationRow.upload_id)
    )


class _Statement(NamedTuple):
    """A row of `_statements`."""

    indicator: str
    region: str
    period: str
    measure: str
    value: str
    unit: str
    status: str
    upload_id: int
    sheet: str
    cell: str
    known_from: datetime
    withdrawn_at: datetime | None


def _seen(row: Row[Any], known_on: datetime | None) -> _Statement:
    """The statement as it was at a moment."""
    statement = _Statement._make(row)
    if known_on is None or statement.withdrawn_at is None or statement.withdrawn_at <= known_on:
        return statement
    return statement._replace(withdrawn_at=None)


def _course(statements: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    """VERSION rows of one key, whose statements come in the order of belief."""
    # What was withdrawn at the very instant from which it was to be known never lived.
    lived = [row for row in statements if row.withdrawn_at is None or row.withdrawn_at > row.known_from]
    moments: list[tuple[datetime, bool, int, Any]] = [(row.known_from, False, row.upload_id, row) for row in lived]
    moments += [(row.withdrawn_at, True, row.upload_id, row) for row in lived if row.withdrawn_at is not None]
    living: list[tuple[datetime, int, Any]] = []
    cited: Any = None
    # At one instant statements come before withdrawals: what a new statement replaces is not restored in between.
    for at, withdrawal, upload, row in sorted(moments, key=lambda moment: moment[:3]):
        if not withdrawal:
            insort(living, (row.known_from, upload, row), key=lambda alive: alive[:2])
            now = _cited(living)
            if cited is None or not _same(now, cited):
                cited = now
                yield (*row[:11], False, 0)
            continue
        living = [alive for alive in living if alive[1] != upload]
        if not living:
            yield (*row[:4], float("nan"), "", "", upload, "", "", at, False, upload)
            cited = None
            continue
        now = _cited(living)
        if cited is not None and (cited.upload_id == upload or not _same(now, cited)):
            cited = now
            yield (*now[:10], at, True, upload)


def _cited(living: Sequence[tuple[datetime, int, Any]]) -> Any:
    """The first of the equal statements that end the line."""
    newest_first: list[Any] = [alive[2] for alive in reversed(living)]
    for newer, older in pairwise(newest_first):
        if not _same(newer, older):
            return newer
    return newest_first[-1]


def _same(one: Any, other: Any) -> bool:
    return bool(one[4:7] == other[4:7])
