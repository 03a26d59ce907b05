"""The audit log: what was done, by whom, in a chain that shows every later change.

Each row's hash is SHA-256 over the hash of the row before it and the row's own content as canonical JSON. Writers queue
(`engine.writing`), so the chain has no forks. Changing a row breaks its hash; leaving one out breaks its successor's;
cutting rows off the end disagrees with `audit_head`. Whoever rewrites everything with the head can only be found out
by somebody who kept an earlier head elsewhere: `verify` takes it.

Belongs here: the chain and its checking, the list of deeds. Does not belong here: who enters which (`deeds.py`, the
other modules beside this one, `identity`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from dagster_project.store.account_models import AuditHeadRow, AuditRow
from dagster_project.store.engine import reading, writing

NO_HASH = "0" * 64
_CHUNK = 5_000
_LONGEST = 500


class Deed(StrEnum):
    """What can be done; the words of the log's column `action`."""

    SIGN_IN = "sign_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGN_IN_REFUSED = "sign_in_refused"  # too many failures; entered once per pause
    SIGN_OUT = "sign_out"
    PASSWORD_SET = "password_set"  # noqa: S105 - a word
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a word
    IDENTITY_BOUND = "identity_bound"
    LINK_MADE = "link_made"
    USER_ADDED = "user_added"
    USER_DISABLED = "user_disabled"
    USER_ENABLED = "user_enabled"
    GRANTS_CHANGED = "grants_changed"
    TOKEN_ADDED = "token_added"  # noqa: S105 - a word
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - a word
    DROPPED = "dropped"  # at the portal, to be looked at; nothing is handed in by it
    CANCELLED = "cancelled"  # what was dropped
    HANDED_IN = "handed_in"
    ACCEPTED = "accepted"
    HELD = "held"  # it waits for a second person, or for its date
    REJECTED = "rejected"  # by the checks
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    DOWNLOADED = "downloaded"
    EXPORTED = "exported"  # figures, the scoreboard, a template with the last figures


@dataclass(frozen=True)
class Note:
    """What is to be entered: who did what to which object, when. `details` holds JSON values, and never a secret."""

    actor: str
    action: Deed
    object: str
    at: datetime
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    """A row of the log."""

    number: int
    at: datetime
    actor: str
    action: str
    object: str
    details: str
    previous_hash: str
    hash: str


@dataclass(frozen=True)
class Head:
    """Where the chain ends: the number of its newest row (0 when empty) and its hash."""

    number: int
    hash: str


@dataclass(frozen=True)
class Verdict:
    """Whether the log is whole. `broken` is the number of the first row that is not as it was written, with why."""

    head: Head
    broken: int | None = None
    why_zh: str = ""
    why_en: str = ""


def append(connection: Connection, note: Note) -> Head:
    """Enter a note at the end of the chain, within a writing transaction; the new end."""
    last = connection.execute(select(AuditHeadRow.number, AuditHeadRow.hash)).one()
    number, at = last.number + 1, note.at.astimezone(UTC)
    details = _canonical(note.details)
    words = [_plain(word) for word in (note.actor, note.action.value, note.object)]
    row_hash = _hash(last.hash, number, at, words, details)
    actor, action, thing = words
    connection.execute(
        insert(AuditRow).values(
            number=number,
            at=at,
            actor=actor,
            action=action,
            object=thing,
            details=details,
            previous_hash=last.hash,
            hash=row_hash,
        )
    )
    connection.execute(update(AuditHeadRow).values(number=number, hash=row_hash))
    return Head(number, row_hash)


class AuditLog:
    """The log of one database; `Store.audit` gives it. Every method is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def append(self, note: Note) -> Head:
        """Enter a note; the new end of the chain."""
        with writing(self._engine) as connection:
            return append(connection, note)

    def head(self) -> Head:
        """Where the chain ends."""
        with reading(self._engine) as connection:
            return _head(connection)

    def entries(
        self,
        *,
        actor: str | None = None,
        action: Deed | None = None,
        object: str | None = None,  # noqa: A002 - the column's name
        before: int | None = None,
        limit: int = 100,
    ) -> list[Entry]:
        """The newest entries first: of an actor, of an action, about an object, with a number below `before`."""
        query = select(*_COLUMNS).order_by(AuditRow.number.desc()).limit(limit)
        wanted = ((AuditRow.actor, actor), (AuditRow.action, action and action.value), (AuditRow.object, object))
        for column, value in wanted:
            if value is not None:
                query = query.where(column == value)
        if before is not None:
            query = query.where(AuditRow.number < before)
        with reading(self._engine) as connection:
            return [Entry(*row) for row in connection.execute(query)]

    def verify(self, kept: Head | None = None) -> Verdict:
        """Read the whole chain anew. `kept`: a head that was written down earlier and must still be part of it."""
        with reading(self._engine) as connection:
            return _verdict(_all(connection), _head(connection), kept)


_COLUMNS = (
    AuditRow.number,
    AuditRow.at,
    AuditRow.actor,
    AuditRow.action,
    AuditRow.object,
    AuditRow.details,
    AuditRow.previous_hash,
    AuditRow.hash,
)


def _head(connection: Connection) -> Head:
    row = connection.execute(select(AuditHeadRow.number, AuditHeadRow.hash)).first()
    return Head(0, "") if row is None else Head(*row)


def _all(connection: Connection) -> Iterator[Entry]:
    """Every entry in order, some thousands at a time: a log is longer than memory."""
    last = None
    while True:
        query = select(*_COLUMNS).order_by(AuditRow.number).limit(_CHUNK)
        if last is not None:
            query = query.where(AuditRow.number > last)
        rows = connection.execute(query).all()
        for row in rows:
            yield Entry(*row)
        if len(rows) < _CHUNK:
            return
        last = rows[-1].number


def _verdict(entries: Iterator[Entry], head: Head, kept: Head | None) -> Verdict:
    """The rows in order, against their hashes, the end of the chain and a head that was kept."""
    number, previous = 0, NO_HASH
    for entry in entries:
        number += 1
        if entry.number != number:
            return Verdict(head, number, "缺少这一行", "this row is missing")
        if entry.previous_hash != previous:
            return Verdict(head, number, "与前一行不衔接", "it does not follow from the row before it")
        words = [entry.actor, entry.action, entry.object]
        if _hash(previous, number, entry.at, words, entry.details) != entry.hash:
            return Verdict(head, number, "内容与校验值不符", "its content does not agree with its hash")
        previous = entry.hash
        if kept is not None and kept.number == number and kept.hash != previous:
            return Verdict(head, number, "与保存的校验值不符", "its hash is another than the one that was kept")
    if head.number > number:
        return Verdict(head, number + 1, "末尾的行被删去", "rows are missing from the end")
    if head != Head(number, previous):
        return Verdict(head, max(number, 1), "与链尾记录不符", "the record of the chain's end disagrees with it")
    if kept is not None and kept.number > number:
        return Verdict(head, number + 1, "少于保存校验值时的行数", "there were more rows when the hash was kept")
    return Verdict(head)


def _hash(previous: str, number: int, at: datetime, words: list[str], details: str) -> str:
    actor, action, thing = words
    content = {
        "number": number,
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": actor,
        "action": action,
        "object": thing,
        "details": details,
    }
    return hashlib.sha256((previous + _canonical(content)).encode()).hexdigest()


def _canonical(content: Mapping[str, Any]) -> str:
    """One text for one content; letters that no database takes (halves of surrogate pairs, NUL) are written out."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", "backslashreplace").decode()


def _plain(text: str) -> str:
    """A text that every database and terminal takes."""
    whole = text.encode("utf-8", "backslashreplace").decode()
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in whole)[:_LONGEST]
