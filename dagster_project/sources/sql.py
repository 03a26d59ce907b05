"""The connector `sql`: rows of a database's table or view, by a query that can only read.

    connector: sql
    with:
      url: postgresql://reader@db.example/statistics
      password: "${statistics_password}"
      query: SELECT zb, num, dw FROM monthly WHERE nian = :year AND yue = :month AND dq = :region
      columns: {code: zb, codes: {A01: goods_exports}, value: num, unit_column: dw, measure: ytd}

The query may name `:year`, `:month` (the period's last), `:quarter`, `:period` (SDMX), `:period_first` and
`:period_last` (its first and last day) and `:region` (code); they are bound, never written into the text. It is asked
once for each period and region that it names. NULL is a figure that is not there, never zero.

Belongs here: the options and the questions. Does not belong here: connections (`sql_session.py`), rows as text
(`sql_rows.py`), what rows mean (`row_mapping.py`).
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import Any

from pydantic import Field, field_validator
from sqlalchemy import text

from dagster_project.sources.connector import Connector, Delivery, Options, Request
from dagster_project.sources.row_form import row_form
from dagster_project.sources.row_mapping import Columns, source_name, to_long
from dagster_project.sources.sql_rows import csv, frame, ordered
from dagster_project.sources.sql_session import Answer, Session, opened
from dagster_project.sources.stated_units import check_units
from validators.errors import SourceFormError
from validators.periods import Period

_OF_PERIOD = ("year", "month", "quarter", "period", "period_first", "period_last")
_COMMENTS = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_READS = ("select", "with", "values", "table")
_WRITES_A_FILE = re.compile(r"\binto\s+(?:outfile|dumpfile)\b", re.IGNORECASE)


class SqlOptions(Options):
    """Which database, which rows, and what they mean."""

    url: str = Field(repr=False)
    """地址 SQLAlchemy URL: postgresql://, mysql://, mariadb://, sqlite:////path, or of a driver that is installed"""
    password: str = Field(default="", repr=False)
    """密码 password, instead of one in the URL"""
    query: str
    """查询语句 one SELECT, with bound parameters"""
    columns: Columns
    """各列的含义 what its columns mean"""
    timeout_seconds: float = Field(default=60, gt=0, le=3600)
    """超时秒数 seconds that a statement may take"""
    max_rows: int = Field(default=100_000, ge=1, le=5_000_000)
    """行数上限 rows that an answer may have"""
    account_reads_only: bool = False
    """账号只读 that the account can only read, for databases other than PostgreSQL, MySQL, MariaDB and SQLite"""

    @field_validator("query")
    @classmethod
    def _one_question(cls, query: str) -> str:
        first = _COMMENTS.sub(" ", query).split(maxsplit=1)
        if not first or first[0].strip("(").casefold() not in _READS or _WRITES_A_FILE.search(query):
            raise ValueError("须为一条 SELECT 语句 / must be one SELECT")
        unknown = sorted(_named(query) - {*_OF_PERIOD, "region"})
        if unknown:
            known = ", ".join(f":{name}" for name in (*_OF_PERIOD, "region"))
            raise ValueError(f"未知的参数 {', '.join(unknown)} / unknown parameters; known are {known}")
        return query


class Sql(Connector[SqlOptions]):
    """See the module."""

    options_model = SqlOptions

    def pull(self, request: Request) -> Iterator[Delivery]:
        """One delivery for each question that has rows."""
        options = self.options
        with opened(
            options.url,
            options.password,
            source_name(request),
            timeout=options.timeout_seconds,
            max_rows=options.max_rows,
            account_reads_only=options.account_reads_only,
        ) as session:
            for asked in _questions(request, _named(options.query)):
                values = _values(asked, _named(options.query))
                answer = session.ask(options.query, values, request.max_bytes)
                if answer.rows:
                    yield self._delivery(session, asked, answer)

    def _delivery(self, session: Session, asked: Request, answer: Answer) -> Delivery:
        twice = sorted({name for name in answer.names if answer.names.count(name) > 1})
        if twice:
            raise SourceFormError(
                session.source,
                f"查询结果有同名列 {'、'.join(twice)}，请用 AS 另行命名",
                f"the query returns several columns called {', '.join(twice)}: name them with AS",
            )
        rows = ordered(answer.rows)
        table = frame(answer.names, rows)
        figures = check_units(to_long(table, self.options.columns, asked), asked)
        digest = sha256(self.options.query.encode()).hexdigest()[:16]
        period = asked.periods[0].text if len(asked.periods) == 1 else None
        region = asked.regions[0] if len(asked.regions) == 1 else None
        said = "&".join(part for part in (f"query={digest}", period and f"period={period}", region) if part)
        return Delivery(
            content=csv(answer.names, rows),
            file_name=f"{asked.source}-{period or asked.periods[-1].text}.csv",
            origin=f"{session.shown}#{said}",
            received_at=asked.now,
            media_type="text/csv",
            period=period,
            region=region,
            figures=figures,
            form=row_form(table, self.options.columns),
        )


def _named(query: str) -> set[str]:
    """The parameters of a query."""
    return set(text(query).compile().params)


def _questions(request: Request, named: set[str]) -> list[Request]:
    """The request, cut into one for each period and region where the query names them."""
    periods = [[period] for period in request.periods] if named & set(_OF_PERIOD) else [list(request.periods)]
    regions = [[region] for region in request.regions] if "region" in named else [list(request.regions)]
    return [replace(request, periods=span, regions=area) for span in periods for area in regions]


def _values(asked: Request, named: set[str]) -> dict[str, Any]:
    found = _of(asked.periods[0]) | {"region": asked.regions[0] if asked.regions else None}
    return {name: found[name] for name in named}


def _of(period: Period) -> dict[str, Any]:
    first, last = period.first_month, period.last_month
    return {
        "year": last.year,
        "month": last.month,
        "quarter": (last.month + 2) // 3,
        "period": period.text,
        "period_first": date(first.year, first.month, 1),
        "period_last": date(last.year, last.month, monthrange(last.year, last.month)[1]),
    }
