"""The audit log: the database refuses changes; who gets around it is found out, with the first row that is touched."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Connection, text

from dagster_project.identity.audit import Audit, Deed, Head
from dagster_project.identity.identity import Identity
from dagster_project.store import Store
from dagster_project.store.engine import connect, writing
from tests.identity.conftest import Clock
from validators.errors import StoreError

ROWS = 12


@pytest.fixture
def audit(identity: Identity, clock: Clock) -> Audit:
    for number in range(1, ROWS + 1):
        identity.audit.record("wang", Deed.HANDED_IN, f"upload:{number}", {"file": "2025-03外贸.xlsx", "n": number})
        clock.on(seconds=1)
    return identity.audit


@contextmanager
def _changing(url: str, *, guarded: bool) -> Iterator[Connection]:
    """A connection of somebody with every right on the database; not `guarded`: who drops the triggers first."""
    engine = connect(url, wait_seconds=5)
    try:
        with writing(engine) as connection:
            if not guarded:
                _drop_guards(connection)
            yield connection
    finally:
        engine.dispose()


def _drop_guards(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        for (name,) in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            connection.execute(text(f"DROP TRIGGER {name}"))
    else:
        connection.execute(text("DROP FUNCTION xushi_append_only() CASCADE"))


def test_an_untouched_log_is_whole(audit: Audit) -> None:
    verdict = audit.verify()
    assert verdict.broken is None
    assert verdict.head.number == ROWS
    assert audit.verify(verdict.head).broken is None


def test_an_empty_log_is_whole(identity: Identity) -> None:
    assert identity.audit.verify().head == Head(0, "0" * 64)
    assert identity.audit.verify().broken is None


def test_the_database_refuses_to_change_or_delete_an_entry(audit: Audit, url: str) -> None:
    for statement in (
        "UPDATE audit SET actor = 'li' WHERE number = 5",
        "UPDATE audit SET number = 99 WHERE number = 12",
        "DELETE FROM audit WHERE number = 12",
        "DELETE FROM audit",
        "UPDATE audit_head SET number = 3",
        "UPDATE audit_head SET hash = 'x'",
        "DELETE FROM audit_head",
    ):
        with pytest.raises(StoreError, match="append-only"), _changing(url, guarded=True) as connection:
            connection.execute(text(statement))
    assert audit.verify().broken is None


def test_the_database_refuses_to_replace_or_empty_the_log(audit: Audit, url: str) -> None:
    statement = (
        "INSERT OR REPLACE INTO audit SELECT number, at, 'li', action, object, details, previous_hash, hash "
        "FROM audit WHERE number = 5"
        if url.startswith("sqlite")
        else "TRUNCATE audit"
    )
    with pytest.raises(StoreError, match="append-only"), _changing(url, guarded=True) as connection:
        connection.execute(text(statement))
    assert audit.verify().broken is None


TAMPERED = (
    ("UPDATE audit SET actor = 'li' WHERE number = 5", 5, "content"),
    ("UPDATE audit SET action = 'approved' WHERE number = 5", 5, "content"),
    ("UPDATE audit SET object = 'upload:6' WHERE number = 5", 5, "content"),
    ("UPDATE audit SET details = '{}' WHERE number IN (5, 8)", 5, "content"),
    ("UPDATE audit SET at = (SELECT at FROM audit WHERE number = 1) WHERE number = 5", 5, "content"),
    ("DELETE FROM audit WHERE number = 5", 5, "missing"),
    ("DELETE FROM audit WHERE number < 5", 1, "missing"),
    ("DELETE FROM audit WHERE number > 8", 9, "missing from the end"),
    ("DELETE FROM audit", 1, "missing from the end"),
    ("DELETE FROM audit_head", 12, "end"),
    ("UPDATE audit_head SET number = 20", 13, "missing from the end"),
)


def test_who_drops_the_guards_and_changes_a_row_is_found_out_at_the_first_row_touched(audit: Audit, url: str) -> None:
    tables = ("audit", "audit_head")
    with _changing(url, guarded=False) as connection:
        for table in tables:
            connection.execute(text(f"CREATE TABLE whole_{table} AS SELECT * FROM {table}"))
    for statement, broken, why in TAMPERED:
        with _changing(url, guarded=True) as connection:
            connection.execute(text(statement))
        verdict = audit.verify()
        assert (verdict.broken, why in verdict.why_en) == (broken, True), statement
        with _changing(url, guarded=True) as connection:
            for table in tables:
                connection.execute(text(f"DELETE FROM {table}"))
                connection.execute(text(f"INSERT INTO {table} SELECT * FROM whole_{table}"))
        assert audit.verify().broken is None


def test_a_changed_row_with_a_new_hash_breaks_the_row_after_it(audit: Audit, url: str) -> None:
    with _changing(url, guarded=False) as connection:
        _rewrite(connection, first=5, last=5)
    verdict = audit.verify()
    assert verdict.broken == 6
    assert "follow" in verdict.why_en


def test_a_log_written_anew_from_a_row_on_is_found_out_by_a_head_that_was_kept(audit: Audit, url: str) -> None:
    kept = audit.head()
    audit.record("wang", Deed.APPROVED, "upload:3")
    with _changing(url, guarded=False) as connection:
        last = _rewrite(connection, first=5, last=ROWS + 1)
        connection.execute(text("UPDATE audit_head SET hash = :hash"), {"hash": last})
    assert audit.verify().broken is None, "nothing within the database can show this"
    verdict = audit.verify(kept)
    assert verdict.broken == ROWS
    assert "kept" in verdict.why_en


def test_a_log_cut_off_together_with_its_head_is_found_out_by_a_head_that_was_kept(audit: Audit, url: str) -> None:
    kept = audit.head()
    with _changing(url, guarded=False) as connection:
        connection.execute(text("DELETE FROM audit WHERE number > 8"))
        connection.execute(text("UPDATE audit_head SET number = 8, hash = (SELECT hash FROM audit WHERE number = 8)"))
    assert audit.verify().broken is None
    assert audit.verify(kept).broken == 9


def test_the_hash_can_be_computed_from_the_row_by_anybody(audit: Audit) -> None:
    """SHA-256 of the hash before and the row as JSON with sorted keys and no spaces."""
    newest, before = audit.entries(limit=2)
    row = {
        "action": "handed_in",
        "actor": "wang",
        "at": newest.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "details": '{"file":"2025-03外贸.xlsx","n":12}',
        "number": ROWS,
        "object": "upload:12",
    }
    canonical = json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert newest.hash == hashlib.sha256((before.hash + canonical).encode()).hexdigest()


def test_entries_from_several_processes_make_one_chain(identity: Identity, url: str, clock: Clock) -> None:
    with Store.open(url) as second:
        logs = (identity.audit, Audit(second.audit, clock))

        def enter(number: int) -> int:
            return logs[number % 2].record(f"user{number}", Deed.DOWNLOADED, f"upload:{number}").number

        with ThreadPoolExecutor(8) as pool:
            numbers = list(pool.map(enter, range(60)))
    assert sorted(numbers) == list(range(1, 61))
    assert identity.audit.verify().broken is None


def test_whatever_a_file_or_a_person_is_called_can_be_entered(identity: Identity) -> None:
    for words in ("\0", "half \ud800 letter", "a\nb\x1b[31m", "长" * 3000, "'; DROP TABLE audit; --"):
        identity.audit.record(words, Deed.HANDED_IN, words, {"file": words, words: [words, 1, None, 0.1]})
        assert identity.audit.verify().broken is None
        entry = identity.audit.entries()[0]
        assert entry.object.isprintable()
        assert json.loads(entry.details)["file"] == words


def test_a_moment_of_any_zone_is_the_same_moment(identity: Identity) -> None:
    shanghai = datetime(2025, 4, 18, 9, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
    identity.audit.record("wang", Deed.HANDED_IN, "upload:1", at=shanghai)
    assert identity.audit.entries()[0].at == shanghai
    assert identity.audit.verify().broken is None


def test_entries_are_found_by_actor_deed_and_object_newest_first(audit: Audit) -> None:
    audit.record("li", Deed.APPROVED, "upload:3", {"note": "ok"})
    assert [entry.number for entry in audit.entries(limit=3)] == [13, 12, 11]
    assert [entry.action for entry in audit.entries(object="upload:3")] == ["approved", "handed_in"]
    assert [entry.object for entry in audit.entries(actor="li")] == ["upload:3"]
    assert [entry.number for entry in audit.entries(action=Deed.HANDED_IN, before=3)] == [2, 1]


def _rewrite(connection: Connection, *, first: int, last: int) -> str:
    """Forge rows with hashes that fit them, as somebody would who knows how; the last hash."""
    previous = connection.execute(text("SELECT hash FROM audit WHERE number = :n"), {"n": first - 1}).scalar_one()
    for number in range(first, last + 1):
        row = connection.execute(
            text("SELECT at, action, object, details FROM audit WHERE number = :n"), {"n": number}
        ).one()
        moment = datetime.fromisoformat(row.at) if isinstance(row.at, str) else row.at
        content = {
            "action": row.action,
            "actor": "forger",
            "at": moment.astimezone(UTC).isoformat(timespec="microseconds"),
            "details": row.details,
            "number": number,
            "object": row.object,
        }
        canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        forged = hashlib.sha256((previous + canonical).encode()).hexdigest()
        values = {"n": number, "actor": "forger", "previous": previous if number > first else None, "hash": forged}
        connection.execute(
            text(
                "UPDATE audit SET actor = :actor, hash = :hash, "
                "previous_hash = coalesce(:previous, previous_hash) WHERE number = :n"
            ),
            values,
        )
        previous = forged
    return str(previous)
