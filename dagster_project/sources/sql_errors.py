"""What a database's refusal means: it may pass, it won't, or the tables are made differently.

Belongs here: codes of errors of the databases that are known. Does not belong here: asking (`sql_session.py`).
"""

from __future__ import annotations

import re

from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from validators.errors import SourceError, SourceFormError, SourceRefusedError, SourceUnavailableError

# PostgreSQL, by SQLSTATE: connection exceptions, out of resources, shutdown, cancelled; no such table or column.
_PG_AWAY = re.compile(r"08...|53...|57...|40...|55P03|25P03")
_PG_FORM = ("42P01", "42703", "3F000")
_PG_FULL = re.compile(r"too many|remaining connection slots|starting up|shutting down|recovery mode|not yet accepting")

# MySQL and MariaDB, by number: lost or refused connections, locks, a query that took too long; no such table or column.
_MY_AWAY = (1040, 1053, 1152, 1158, 1159, 1160, 1161, 1203, 1205, 1213, 1317, 1927, 1969, 2002, 2003, 2005, 2006, 2013)
_MY_AWAY_TOO = (3024,)
_MY_FORM = (1054, 1146)

_LITE_AWAY = ("locked", "busy", "interrupted")
_LITE_FORM = ("no such table", "no such column")


def sorted_error(error: SQLAlchemyError, source: str, where: str) -> SourceError:
    """What to raise for an error of SQLAlchemy; `where` is the database without credentials. The message repeats what
    the database said, neither the statement nor its parameters."""
    origin = error.orig if isinstance(error, DBAPIError) else None
    words = " ".join(str(origin if origin is not None else error).split())
    kind = _kind(error, origin, words)
    if kind == "form":
        return SourceFormError(
            source,
            f"{where} 的表或列与查询不符：{words}",
            f"the tables or columns of {where} are not those of the query: {words}",
        )
    if kind == "away":
        return SourceUnavailableError(
            source, f"{where} 暂不可用或超时：{words}", f"{where} is away, or took too long: {words}"
        )
    return SourceRefusedError(
        source,
        f"{where} 拒绝查询，请核对账号、权限与查询语句：{words}",
        f"{where} refused; check the account, its permissions and the query: {words}",
    )


def _kind(error: SQLAlchemyError, origin: BaseException | None, words: str) -> str:
    if isinstance(error, PoolTimeoutError):
        return "away"
    if origin is None:
        return "refused"
    module = type(origin).__module__
    if module.startswith("psycopg"):
        return _of_postgres(origin, words)
    if module.startswith(("pymysql", "MySQLdb", "mysql", "mariadb")):
        return _of_mysql(origin)
    if module.startswith("sqlite3"):
        low = words.casefold()
        if any(part in low for part in _LITE_AWAY):
            return "away"
        return "form" if any(part in low for part in _LITE_FORM) else "refused"
    return "away" if isinstance(error, OperationalError) else "refused"


def _of_postgres(origin: BaseException, words: str) -> str:
    state = getattr(origin, "sqlstate", None)
    if state is None:  # no connection: a server that asked for a password was there and did not let in
        asked = getattr(getattr(origin, "pgconn", None), "used_password", False)
        asked = asked or getattr(getattr(origin, "pgconn", None), "needs_password", False)
        known = asked or "no pg_hba.conf entry" in words or "does not exist" in words or "certificate" in words
        return "refused" if known and not _PG_FULL.search(words) else "away"
    if _PG_AWAY.fullmatch(state):
        return "away"
    return "form" if state in _PG_FORM else "refused"


def _of_mysql(origin: BaseException) -> str:
    number = origin.args[0] if origin.args else None
    if number in _MY_AWAY or number in _MY_AWAY_TOO:
        return "refused" if "CERTIFICATE_VERIFY_FAILED" in str(origin) else "away"
    return "form" if number in _MY_FORM else "refused"
