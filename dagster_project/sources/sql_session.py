"""A connection to somebody else's database that can only read, and not for ever.

Each kind of database is told twice: the session may not write, and a statement ends after a time. PostgreSQL gets the
query as a cursor, which takes nothing but a query; MySQL and MariaDB take one statement at a time and are in a
read-only transaction; SQLite opens its file for reading. Of any other kind the account itself must be unable to write.

Belongs here: opening and asking. Does not belong here: which query (`sql.py`), what its errors mean (`sql_errors.py`).
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import URL, Connection, CursorResult, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from dagster_project.sources.sql_errors import sorted_error
from dagster_project.sources.sql_rows import Row, as_texts
from validators.errors import SourceOptionsError, SourceRefusedError

_DRIVERS = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}
_KNOWN = ("postgresql", "mysql", "mariadb", "sqlite")
_CONNECT_SECONDS = 15
_BATCH = 1000
_STEPS = 10_000  # of SQLite's machine between two looks at the clock


@dataclass(frozen=True)
class Answer:
    """What a query returned: names of its columns and its rows as text, in the order in which they came."""

    names: tuple[str, ...]
    rows: list[Row]


@dataclass(frozen=True)
class Session:
    """An open connection. `shown` is the database's URL without credentials and options."""

    connection: Connection
    source: str
    shown: str
    max_rows: int

    def ask(self, query: str, values: Mapping[str, Any], max_bytes: int) -> Answer:
        """The rows of a query with bound values. SourceRefusedError beyond the limit of rows, or beyond `max_bytes` of
        text; otherwise what `sql_errors` says."""
        try:
            with self.connection.execute(text(query), dict(values)) as result:
                if not result.returns_rows:
                    raise SourceRefusedError(
                        self.source, "语句不返回行，请写 SELECT", "the statement returns no rows: write a SELECT"
                    )
                return Answer(tuple(result.keys()), self._rows(result, max_bytes))
        except SQLAlchemyError as error:
            raise sorted_error(error, self.source, self.shown) from None

    def _rows(self, result: CursorResult[Any], max_bytes: int) -> list[Row]:
        rows: list[Row] = []
        size = 0
        while batch := result.fetchmany(_BATCH):
            found = as_texts(batch)
            rows += found
            size += sum(len(value or "") for row in found for value in row)
            if len(rows) > self.max_rows or size > max_bytes:
                raise SourceRefusedError(
                    self.source,
                    f"查询结果超过 {self.max_rows:,} 行或 {max_bytes:,} 字节，请收窄查询条件",
                    f"the query returned more than {self.max_rows:,} rows or {max_bytes:,} bytes: narrow it",
                )
        return rows


@contextmanager
def opened(
    address: str, password: str, source: str, *, timeout: float, max_rows: int, account_reads_only: bool = False
) -> Iterator[Session]:
    """A session at an SQLAlchemy URL, rolled back and closed at the end. `timeout` in seconds is for each statement,
    `max_rows` what an answer may have.

    SourceOptionsError for an address that is none, without repeating it."""
    url = _url(address, password, source)
    kind = url.get_backend_name()
    shown = URL.create(kind, host=url.host, port=url.port, database=url.database).render_as_string()
    if kind not in _KNOWN and not account_reads_only:
        raise SourceOptionsError(
            [
                f"{source}: with.account_reads_only：无法保证 {kind} 的连接只读，请使用只读账号并在此确认 / "
                f"can't make a connection to {kind} read-only: use an account that can only read, and say so here"
            ]
        )
    try:
        engine = create_engine(_own(url, kind), poolclass=NullPool, hide_parameters=True, **_arguments(kind, timeout))
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise SourceOptionsError(
            [f"{source}: with.url：没有 {kind} 的驱动程序 / no driver for {kind} is installed: {type(error).__name__}"]
        ) from None
    try:
        with engine.connect() as connection:
            _read_only(connection, kind, timeout, max_rows)
            if kind == "postgresql":
                connection.execution_options(stream_results=True, max_row_buffer=_BATCH)
            yield Session(connection, source, shown, max_rows)
            connection.rollback()
    except SQLAlchemyError as error:
        raise sorted_error(error, source, shown) from None
    finally:
        engine.dispose()


def _url(address: str, password: str, source: str) -> URL:
    try:
        url = make_url(address)
    except ArgumentError:
        raise SourceOptionsError(
            [
                f"{source}: with.url：不是 SQLAlchemy 数据库地址 / no SQLAlchemy URL, such as postgresql://user@host/database"
            ]
        ) from None
    url = url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))
    return url.set(password=password) if password else url


def _own(url: URL, kind: str) -> URL:
    """SQLite's file opened for reading only; the others as they are."""
    if kind != "sqlite" or not url.database:
        return url
    path = url.database.removeprefix("file:").replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    return url.set(database=f"file:{path}", query={"mode": "ro", "uri": "true"})


def _arguments(kind: str, timeout: float) -> dict[str, Any]:
    seconds = math.ceil(timeout)
    if kind == "postgresql":
        options = f"-c default_transaction_read_only=on -c statement_timeout={round(timeout * 1000)}"
        alive = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
        return {"connect_args": {"connect_timeout": _CONNECT_SECONDS, "options": options, **alive}}
    if kind in ("mysql", "mariadb"):
        # The server ends a statement first; the socket's end is for a server that went silent.
        waits = {"connect_timeout": _CONNECT_SECONDS, "read_timeout": seconds + 10, "write_timeout": seconds + 10}
        return {"connect_args": {**waits, "charset": "utf8mb4", "local_infile": False}}
    return {}


def _read_only(connection: Connection, kind: str, timeout: float, max_rows: int) -> None:
    if kind == "postgresql":
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
    elif kind in ("mysql", "mariadb"):
        is_mariadb = bool(getattr(connection.dialect, "is_mariadb", False))
        limit = f"max_statement_time={timeout}" if is_mariadb else f"max_execution_time={round(timeout * 1000)}"
        connection.exec_driver_sql(f"SET SESSION {limit}")
        # The driver reads an answer to its end before it gives a row, or before it lets go of it.
        connection.exec_driver_sql(f"SET SESSION sql_select_limit={max_rows + 1}")
        connection.exec_driver_sql("SET SESSION TRANSACTION READ ONLY")
        connection.exec_driver_sql("START TRANSACTION READ ONLY")
    elif kind == "sqlite":
        connection.exec_driver_sql("PRAGMA query_only=ON")
        deadline = time.monotonic() + timeout
        driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
