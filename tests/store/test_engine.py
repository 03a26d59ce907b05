"""Which URLs are understood, which errors may pass, and that no password is ever shown."""

from __future__ import annotations

import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql

from dagster_project.store import Store
from tests.servers.postgres import ON_POSTGRES, PASSWORD, PostgresServer
from tests.store.hands import Hand, day, figures
from validators.errors import StoreError, TemporaryError, XushiError

SECRETS = (PASSWORD, quote(PASSWORD, safe=""))


def _words(error: BaseException) -> str:
    """Everything that a terminal would show of an error and its causes."""
    shown = []
    found: BaseException | None = error
    while found is not None:
        shown += [str(found), repr(found)]
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)
    return "\n".join(shown)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "no url",
        "mysql://u:p@h/d",
        "oracle://h",
        "postgresql://xushi:p@ss/w:rd@host/db",
        "postgresql://u:se/cret@h/d",
    ],
)
def test_a_url_that_means_no_supported_database_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(XushiError) as refused:
        Store.open(url, wait_seconds=0.1)
    assert "p@ss" not in _words(refused.value)
    assert "se/cret" not in _words(refused.value)
    assert "'se'" not in _words(refused.value)


def test_the_folder_of_an_sqlite_file_is_made(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/a/b/xushi.sqlite") as store:
        assert store.place == f"sqlite:///{tmp_path}/a/b/xushi.sqlite"
    assert (tmp_path / "a/b/xushi.sqlite").exists()


def test_an_sqlite_file_survives_power_cuts_and_lets_readers_read(tmp_path: Path) -> None:
    path = tmp_path / "xushi.sqlite"
    with Store.open(f"sqlite:///{path}") as store:
        assert sqlite3.connect(path).execute("PRAGMA journal_mode").fetchone() == ("wal",)
        writer = sqlite3.connect(path, isolation_level=None)
        writer.execute("BEGIN IMMEDIATE")
        assert store.uploads() == []
        writer.execute("ROLLBACK")
        writer.close()


def test_a_database_in_memory_serves_all_threads() -> None:
    with Store.open("sqlite://") as store:
        Hand(store).upload(figures(("a", "2025-03", 1.0)), day(1))
        with ThreadPoolExecutor(2) as threads:
            assert [len(found) for found in threads.map(lambda _: store.observations(), range(1))] == [1]


def test_a_file_that_is_no_database_is_refused_for_good(tmp_path: Path) -> None:
    path = tmp_path / "xushi.sqlite"
    path.write_bytes(b"certainly not a database" * 100)
    with pytest.raises(StoreError, match="not a database"):
        Store.open(f"sqlite:///{path}")


def test_a_path_that_cannot_be_opened_is_refused_for_good(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        Store.open(f"sqlite:///{tmp_path}")
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="can't make the folder"):
        Store.open(f"sqlite:///{tmp_path}/file/xushi.sqlite")


def test_a_locked_sqlite_file_may_be_tried_again(tmp_path: Path) -> None:
    path = tmp_path / "xushi.sqlite"
    with Store.open(f"sqlite:///{path}", wait_seconds=0.1) as store:
        hand, writer = Hand(store), sqlite3.connect(path, isolation_level=None)
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(TemporaryError, match="locked"):
            hand.receive()
        writer.execute("ROLLBACK")
        writer.close()
        assert hand.receive().id == 1


def test_a_writer_waits_for_the_one_before(store: Store) -> None:
    """Threads of one store write at the same time; each waits its turn."""
    with ThreadPoolExecutor(4) as threads:
        uploads = list(threads.map(lambda number: Hand(store).receive(sha256=f"{number:064d}"), range(12)))
    assert sorted(upload.id for upload in uploads) == list(range(1, 13))


def test_a_row_that_the_database_refuses_is_refused_for_good(store: Store) -> None:
    with pytest.raises(StoreError, match="ck_upload_sha256"):
        Hand(store).receive(sha256="too short")
    assert store.uploads() == []


@ON_POSTGRES
class TestPostgres:
    @pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg", "postgresql+psycopg2"])
    def test_all_spellings_of_the_scheme_open_it(self, postgres_server: PostgresServer, scheme: str) -> None:
        postgres_server.create_database()
        url = postgres_server.create_database().replace("postgresql", scheme, 1)
        with Store.open(url) as store:
            assert store.uploads() == []
            assert store.place.startswith("postgresql://xushi:***@/test_")
            assert not any(secret in store.place for secret in SECRETS)

    def test_a_wrong_password_is_refused_for_good_and_not_shown(self, postgres_server: PostgresServer) -> None:
        with pytest.raises(StoreError, match="authentication failed") as refused:
            Store.open(postgres_server.address("postgres", password="tell-nobody"))
        assert "tell-nobody" not in _words(refused.value)

    def test_an_unknown_database_is_refused_for_good(self, postgres_server: PostgresServer) -> None:
        with pytest.raises(StoreError, match="does not exist") as refused:
            Store.open(postgres_server.address("nowhere"))
        assert not any(secret in _words(refused.value) for secret in SECRETS)

    def test_a_server_that_is_away_may_be_tried_again(self, tmp_path: Path) -> None:
        with pytest.raises(TemporaryError) as away:
            Store.open(f"postgresql://xushi:{SECRETS[1]}@/db?host={quote(str(tmp_path), safe='')}")
        assert not any(secret in _words(away.value) for secret in SECRETS)

    def test_a_writer_that_waited_too_long_may_try_again(self, postgres_server: PostgresServer) -> None:
        url = f"{postgres_server.create_database()}&connect_timeout=60"  # a busy server is not what is to time out
        with Store.open(url, wait_seconds=0.2) as store, psycopg.connect(url) as other:
            other.execute("SELECT pg_advisory_xact_lock(%s)", [0x58555348])
            with pytest.raises(TemporaryError, match="lock timeout"):
                Hand(store).receive()
            other.rollback()
            assert Hand(store).receive().id >= 1

    def test_a_connection_lost_in_the_middle_may_be_tried_again(self, postgres_server: PostgresServer) -> None:
        url = postgres_server.create_database()
        with Store.open(url) as store, psycopg.connect(url) as other:
            hand = Hand(store)
            upload = hand.receive()
            other.execute("SELECT pg_advisory_xact_lock(%s)", [0x58555348])
            caught: list[BaseException] = []

            def write() -> None:
                try:
                    hand.accept(upload, figures(("a", "2025-03", 1.0)), day(1))
                except TemporaryError as error:
                    caught.append(error)

            writer = threading.Thread(target=write)
            writer.start()
            _end_waiting_connections(postgres_server, url)
            writer.join(60)
            other.rollback()
            assert len(caught) == 1
            assert store.pending() == [upload]
            hand.accept(upload, figures(("a", "2025-03", 1.0)), day(1))  # on a new connection

    def test_a_restarted_server_is_found_again(self, postgres_server: PostgresServer) -> None:
        url = postgres_server.create_database()
        with Store.open(url) as store:
            assert store.uploads() == []
            database = url.partition("@/")[2].partition("?")[0]
            postgres_server.execute(
                sql.SQL("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}").format(
                    sql.Literal(database)
                )
            )
            assert store.uploads() == []


def _end_waiting_connections(server: PostgresServer, url: str) -> None:
    """End the connections of this database that wait for a lock, as soon as there is one."""
    with psycopg.connect(server.address("postgres"), autocommit=True) as admin:
        for _ in range(1200):
            ended = admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'xushi' AND wait_event_type = 'Lock' AND datname = %s",
                [url.partition("@/")[2].partition("?")[0]],
            ).fetchall()
            if ended:
                return
            time.sleep(0.05)
    raise AssertionError("nobody waited")
