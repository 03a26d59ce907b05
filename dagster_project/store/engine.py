"""A connection to the database: URLs, SQLite's pragmas, transactions, and which error may pass by itself.

Belongs here: everything that differs between SQLite and PostgreSQL. Does not belong here: tables and queries.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from validators.errors import StoreError, TemporaryError, XushiError

# Primary result codes of SQLite that say that somebody else holds the file just now.
_SQLITE_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}

# PostgreSQL: the server goes or comes, lacks resources for a moment, or another transaction was in the way.
# https://www.postgresql.org/docs/current/errcodes-appendix.html
_PASSING_CLASSES = ("08", "53", "57P", "40")
_PASSING_CODES = {"55P03", "57014"}
_DISK_FULL = "53100"

# Connecting fails without an error code, so only libpq's words tell a wrong password from a server that is away.
_NEVER_PASSES = (
    "authentication failed",
    "does not exist",
    "no password supplied",
    "no pg_hba.conf entry",
    "permission denied",
)

# All writes on PostgreSQL queue here, as they do by nature on SQLite. Therefore ids become visible in their order (a
# cursor over ids never skips a row that commits late) and the counts of a change are exact.
_WRITERS = 0x58555348  # "XUSH"


def read_url(url: str) -> URL:
    """The URL with the driver that is used; StoreError, without the password, when no supported database is meant."""
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name() if parsed.drivername != "postgres" else "postgresql"
    except (ArgumentError, ValueError):
        # The cause is dropped: a password with a slash in it can show up there as an invalid port.
        raise StoreError(
            "数据库地址无法识别，请使用 sqlite:///路径 或 postgresql://用户:密码@主机/库名（密码中的特殊字符须转义） / "
            "the database URL can't be read; use sqlite:///path or postgresql://user:password@host/name "
            "(percent-encode special characters of the password)"
        ) from None
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if backend == "sqlite":
        return parsed.set(drivername="sqlite+pysqlite")
    raise StoreError(f"不支持的数据库：{backend} / {backend} is not supported; use SQLite or PostgreSQL")


def safe_text(url: URL) -> str:
    """The URL for people, without its password."""
    return url.set(drivername=url.get_backend_name(), query={}).render_as_string(hide_password=True)


def exists(url: str) -> bool:
    """Whether there may be a database to connect to; an SQLite file is made by connecting to it."""
    parsed = read_url(url)
    return parsed.get_backend_name() != "sqlite" or Path(str(parsed.database or "")).is_file()


def connect(url: str, *, wait_seconds: float) -> Engine:
    """An engine; nothing is connected yet, but the folder of an SQLite file is made.

    `wait_seconds` is how long a writer waits for another one, and for a server to answer.
    """
    parsed = read_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed, wait_seconds)
    return _postgresql(parsed, wait_seconds)


def _sqlite(url: URL, wait_seconds: float) -> Engine:
    options: dict[str, Any] = {}
    if url.database in (None, "", ":memory:"):
        options = {"poolclass": StaticPool}  # one database in memory for all threads
    else:
        folder = Path(str(url.database)).absolute().parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"无法建立数据库所在文件夹：{folder} / can't make the folder {folder}: {error}") from error
    engine = create_engine(
        url, connect_args={"timeout": wait_seconds, "check_same_thread": False}, hide_parameters=True, **options
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # BEGIN is said below, never by the driver: it would leave DDL and reads out
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # an upload that was confirmed outlives a power cut

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A writer locks at once: a read transaction that turns into a writing one is refused without waiting.
        writes = connection.get_execution_options().get("xushi_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgresql(url: URL, wait_seconds: float) -> Engine:
    milliseconds = round(wait_seconds * 1000)
    arguments = {
        "connect_timeout": max(2, round(wait_seconds)),  # libpq takes 1 for 2
        "options": f"-c lock_timeout={milliseconds} -c timezone=UTC",
        "application_name": "xushi",
    }
    given = {key: value for key, value in arguments.items() if key not in url.query}
    return create_engine(url, connect_args=given, hide_parameters=True, pool_pre_ping=True)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one state of the database throughout."""
    with translated(engine), engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes, one at a time; all of it is kept or nothing."""
    with translated(engine), engine.connect().execution_options(xushi_writes=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITERS})
        yield connection


@contextmanager
def rebuilding(engine: Engine) -> Iterator[Connection]:
    """As `writing`, for migrations: SQLite alters a table by copying it, and dropping the old one must not be taken
    for a deletion of its rows. References are checked as a whole before anything is kept."""
    with translated(engine), engine.connect().execution_options(xushi_writes=True) as connection:
        sqlite = connection.connection.driver_connection if engine.dialect.name == "sqlite" else None
        if sqlite is not None:
            sqlite.execute("PRAGMA foreign_keys = OFF")  # has no effect within a transaction
        try:
            with connection.begin():
                if sqlite is None:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITERS})
                yield connection
                if sqlite is not None and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
                    raise StoreError(f"迁移后表间引用不完整 / the migration would break a reference: {tuple(broken)}")
        finally:
            if sqlite is not None:
                sqlite.execute("PRAGMA foreign_keys = ON")


@contextmanager
def translated(engine: Engine) -> Iterator[None]:
    """Turn the database's errors into StoreError, or TemporaryError where trying again can help."""
    where = safe_text(engine.url)
    try:
        yield
    # The drivers' own errors come from the pragmas of a new connection.
    except (DBAPIError, sqlite3.Error, psycopg.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        words = " ".join(str(cause).split())
        if _may_pass(cause) or (isinstance(error, DBAPIError) and error.connection_invalidated):
            raise TemporaryError(
                f"数据库暂时不可用，请稍后重试（{where}）：{words} / the database is busy or away, try again: {words}"
            ) from error
        raise StoreError(f"数据库拒绝了操作（{where}）：{words} / the database refused ({where}): {words}") from error
    except PoolTimeoutError as error:
        raise TemporaryError(
            f"数据库连接已用尽，请稍后重试 / all connections are in use; try again: {error}"
        ) from error
    except SQLAlchemyError as error:
        if isinstance(error, StatementError) and isinstance(error.orig, XushiError):
            raise error.orig from None  # a column type refused a value in its own words
        raise StoreError(f"数据库操作失败：{error} / the database operation failed: {error}") from error


def _may_pass(cause: BaseException | None) -> bool:
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", None)
        return code is not None and code & 0xFF in _SQLITE_BUSY
    if isinstance(cause, psycopg.Error) and cause.sqlstate is not None:
        passing = cause.sqlstate.startswith(_PASSING_CLASSES) or cause.sqlstate in _PASSING_CODES
        return passing and cause.sqlstate != _DISK_FULL
    if isinstance(cause, psycopg.OperationalError):
        return not any(words in str(cause) for words in _NEVER_PASSES)
    return False
