"""The same table in databases of several kinds, each on a real server."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.servers.mariadb import MariadbServer
from tests.servers.postgres import PostgresServer

TABLE = (
    "CREATE TABLE monthly (zb varchar(20), nian int, yue int, dq varchar(6), num numeric(18,2), du double precision, "
    "riqi date, dw varchar(20))"
)
_ROW = "INSERT INTO monthly VALUES ('{}', {}, {}, '{}', {}, {}, '{}', {})"
ROWS = (
    _ROW.format("A01", 2025, 3, "330303", "1234.50", "0.1", "2025-03-31", "'万元'"),
    _ROW.format("A02", 2025, 3, "330303", "-3.10", "-3.1", "2025-03-31", "'%'"),
    _ROW.format("A01", 2025, 4, "330303", "NULL", "NULL", "2025-04-30", "NULL"),
    _ROW.format("A01", 2025, 3, "330300", "9", "1e16", "2025-03-31", "'万元'"),
)
_COUNT = "SELECT count(*) FROM monthly"


@dataclass(frozen=True)
class Database:
    """One of them: a URL of somebody who may write, a wrong one for each thing that can be wrong, how many rows there
    are, statements that write, and one that takes long."""

    url: str
    refused: list[str]
    count: Callable[[], int]
    writes: list[str]
    slow: str


def in_postgres(server: PostgresServer) -> Database:
    url = server.create_database()
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in (TABLE, *ROWS):
            connection.execute(statement.encode())
        connection.execute(b"CREATE FUNCTION strike() RETURNS int LANGUAGE sql AS 'DELETE FROM monthly; SELECT 1'")

    def count() -> int:
        with psycopg.connect(url) as connection:
            [(found,)] = connection.execute(_COUNT.encode()).fetchall()
            return int(found)

    name = url.partition("@")[2]
    refused = [url.replace("p%40ss", "wrong"), url.replace(f"@/{name.strip('/').partition('?')[0]}", "@/absent")]
    writes = [
        "WITH gone AS (DELETE FROM monthly RETURNING zb) SELECT zb FROM gone",
        "SELECT strike() AS zb",
        "SELECT set_config('transaction_read_only', 'off', true) AS zb",
        "SELECT zb FROM monthly; DELETE FROM monthly",
        "TABLE monthly; COMMIT; DELETE FROM monthly",
    ]
    return Database(url, refused, count, writes, "SELECT zb, pg_sleep(20)::text AS num FROM monthly")


def in_mariadb(server: MariadbServer, scheme: str) -> Database:
    name = server.create_database()
    server.execute(
        TABLE,
        *ROWS,
        "CREATE FUNCTION strike() RETURNS int MODIFIES SQL DATA BEGIN DELETE FROM monthly; RETURN 1; END",
        database=name,
    )
    writes = [
        "SELECT strike() AS zb",
        "SELECT zb FROM monthly; DELETE FROM monthly",
        "WITH a AS (SELECT 1) DELETE FROM monthly",
        "TABLE monthly; COMMIT; DELETE FROM monthly",
    ]
    return Database(
        server.address(name, scheme=scheme),
        [server.address(name, scheme=scheme, password="wrong"), server.address("absent", scheme=scheme)],
        lambda: int(str(server.execute(_COUNT, database=name)[0][0])),
        writes,
        "SELECT zb, sleep(20) AS num FROM monthly",
    )


def in_sqlite(folder: Path) -> Database:
    file = folder / "月度 50%.db"
    connection = sqlite3.connect(file)
    with connection:
        for statement in (TABLE, *ROWS):
            connection.execute(statement)
    connection.close()

    def count() -> int:
        reader = sqlite3.connect(file)
        [(found,)] = reader.execute(_COUNT).fetchall()
        reader.close()
        return int(found)

    (folder / "letter.db").write_text("no database", encoding="utf-8")
    writes = ["WITH a AS (SELECT 1) DELETE FROM monthly", "SELECT zb FROM monthly; DELETE FROM monthly"]
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS zb FROM n"
    wrong = [f"sqlite:///{folder / 'absent.db'}", f"sqlite:///{folder / 'letter.db'}"]
    return Database(f"sqlite:///{file}", wrong, count, writes, endless)
