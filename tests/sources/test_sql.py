"""Rows are read from PostgreSQL, MariaDB and SQLite by queries that can't write, each on a real server."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dagster_project.sources.connector import Request
from dagster_project.sources.registry import make
from dagster_project.sources.sql import Sql, SqlOptions
from tests.servers.mariadb import mariadb_server  # noqa: F401 - a fixture
from tests.servers.ports import free_port
from tests.servers.postgres import ON_POSTGRES, postgres_server  # noqa: F401 - a fixture
from tests.sources.databases import Database, in_mariadb, in_postgres, in_sqlite
from validators.catalogue import Catalogue
from validators.errors import SourceFormError, SourceOptionsError, SourceRefusedError, SourceUnavailableError
from validators.periods import Month

pytestmark = ON_POSTGRES

QUERY = "SELECT zb, num, dw FROM monthly WHERE nian = :year AND yue = :month AND dq = :region"
COLUMNS = {
    "code": "zb",
    "codes": {"A01": "goods_exports", "A02": {"indicator": "goods_exports_growth", "measure": "yoy_ytd"}},
    "value": "num",
    "unit_column": "dw",
    "measure": "ytd",
}


@pytest.fixture(scope="module")
def databases(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Database]:
    """The database of a kind, made when first asked for."""
    made: dict[str, Database] = {}

    def of(kind: str) -> Database:
        if kind not in made:
            if kind == "postgresql":
                made[kind] = in_postgres(request.getfixturevalue("postgres_server"))
            elif kind == "sqlite":
                made[kind] = in_sqlite(tmp_path_factory.mktemp("sqlite"))
            else:
                made[kind] = in_mariadb(request.getfixturevalue("mariadb_server"), kind)
        return made[kind]

    return of


@pytest.fixture(params=["postgresql", "mariadb", "mysql", "sqlite"])
def database(request: pytest.FixtureRequest, databases: Callable[[str], Database]) -> Database:
    return databases(request.param)


@pytest.fixture
def lite(tmp_path: Path) -> Database:
    return in_sqlite(tmp_path)


@pytest.fixture
def asked(small_catalogue: Catalogue) -> Callable[..., Request]:
    def make_request(*months: int, **changes: Any) -> Request:
        periods = [Month(2025, month) for month in months or (3,)]
        wanted = {"dataset": "trade", "source": "office", "regions": ["330303"], "periods": periods}
        return Request(**(wanted | {"catalogue": small_catalogue, "now": datetime(2025, 5, 1, tzinfo=UTC)} | changes))

    return make_request


def connector(url: str, query: str = QUERY, **options: Any) -> Sql:
    return Sql(SqlOptions.model_validate({"url": url, "query": query, "columns": COLUMNS} | options))


def test_rows_become_figures_with_every_digit_and_null_is_none(
    database: Database, asked: Callable[..., Request]
) -> None:
    march, april = connector(database.url).pull(asked(2, 3, 4))  # February has no rows at all
    assert march.content.decode() == '"zb","num","dw"\n"A01","1234.50","万元"\n"A02","-3.10","%"\n' or (
        database.url.startswith("sqlite") and b'"1234.5"' in march.content  # it stores no trailing zero
    )
    assert march.figures is not None
    assert april.figures is not None
    assert april.figures.empty
    figures = march.figures[["indicator", "period", "measure", "unit", "reference"]].to_numpy().tolist()
    assert figures == [
        ["goods_exports", "2025-03", "ytd", "万元", "row 1"],
        ["goods_exports_growth", "2025-03", "yoy_ytd", "", "row 2"],
    ]
    assert march.figures["value"].astype(float).tolist() == [1234.5, -3.1]
    assert {"column:num", "code:A01", "unit:A01=万元"} <= set(march.form)


def test_no_secret_is_in_what_is_delivered(database: Database, asked: Callable[..., Request]) -> None:
    [delivery] = connector(database.url).pull(asked())
    assert "p@ss" not in str(delivery)
    assert "p%40ss" not in str(delivery)
    assert "xushi" not in delivery.origin.replace("xushi-", "")
    assert delivery.origin.endswith("&period=2025-03&330303")


def test_a_query_is_asked_once_where_it_names_no_period(database: Database, asked: Callable[..., Request]) -> None:
    whole = {"period": "riqi", "region": "dq", "code": "zb", "codes": COLUMNS["codes"], "measure": "ytd", "value": "du"}
    every = connector(database.url, "SELECT * FROM monthly ORDER BY yue DESC", columns=whole)
    [delivery] = every.pull(asked(2, 3, 4, regions=["330303", "330300"]))
    assert delivery.figures is not None
    found = delivery.figures[["region", "period", "value"]].to_numpy().tolist()
    assert ["330303", "2025-03", "0.1"] in found
    assert ["330300", "2025-03", "10000000000000000"] in found
    assert (delivery.period, delivery.region) == (None, None)


def test_the_days_of_a_period_are_bound_as_dates(database: Database, asked: Callable[..., Request]) -> None:
    between = "SELECT zb, num, dw FROM monthly WHERE riqi BETWEEN :period_first AND :period_last AND dq = '330303'"
    [delivery] = connector(database.url, between).pull(asked(3))
    assert delivery.figures is not None
    assert len(delivery.figures) == 2


def test_what_would_write_is_refused_and_nothing_changed(database: Database, asked: Callable[..., Request]) -> None:
    before = database.count()
    for statement in database.writes:
        with pytest.raises(SourceRefusedError):
            list(connector(database.url, statement).pull(asked()))
    assert database.count() == before == 4


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM monthly", "/* SELECT */ DROP TABLE monthly", "-- SELECT\nUPDATE monthly SET num = 0", "",
     "SELECT 1 INTO  OUTFILE '/tmp/x'", "SET TRANSACTION READ WRITE"],
)  # fmt: skip
def test_what_is_no_question_is_no_query(statement: str) -> None:
    with pytest.raises(ValueError, match="must be one SELECT"):
        connector("sqlite://", statement)


def test_a_query_that_takes_too_long_ends(database: Database, asked: Callable[..., Request]) -> None:
    with pytest.raises(SourceUnavailableError, match="took too long"):
        list(connector(database.url, database.slow, timeout_seconds=0.3).pull(asked()))


def test_rows_beyond_the_limit_are_refused(database: Database, asked: Callable[..., Request]) -> None:
    crowd = "SELECT a.zb, a.num, a.dw FROM monthly a, monthly b, monthly c, monthly d, monthly e, monthly f"
    with pytest.raises(SourceRefusedError, match="more than 1,500 rows"):
        list(connector(database.url, crowd, max_rows=1500).pull(asked()))
    with pytest.raises(SourceRefusedError, match=r"more than .* bytes"):
        list(connector(database.url, crowd).pull(asked(max_bytes=5000)))


def test_who_is_not_let_in_is_refused_without_the_password(database: Database, asked: Callable[..., Request]) -> None:
    for url in database.refused:
        with pytest.raises(SourceRefusedError) as caught:
            list(connector(url).pull(asked()))
        assert "wrong" not in str(caught.value)
        assert "p@ss" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgresql", "mariadb"])
def test_a_server_that_is_away_is_unavailable(scheme: str, asked: Callable[..., Request]) -> None:
    with pytest.raises(SourceUnavailableError, match="is away"):
        list(connector(f"{scheme}://xushi:secret@127.0.0.1:{free_port()}/statistics").pull(asked()))


def test_a_table_or_a_column_that_went_is_a_change_of_form(database: Database, asked: Callable[..., Request]) -> None:
    for query in ("SELECT zb, shuzhi, dw FROM monthly", "SELECT zb, num, dw FROM yearly"):
        with pytest.raises(SourceFormError, match="are not those of the query"):
            list(connector(database.url, query).pull(asked()))


def test_a_syntax_error_is_refused(database: Database, asked: Callable[..., Request]) -> None:
    with pytest.raises(SourceRefusedError, match="check the account, its permissions and the query"):
        list(connector(database.url, "SELECT FROM WHERE").pull(asked()))


def test_a_password_may_stand_beside_the_url(
    databases: Callable[[str], Database], asked: Callable[..., Request]
) -> None:
    url = databases("postgresql").url
    bare = url.replace(":p%40ss%2Fw%3Ard@", "@")
    assert bare != url
    assert list(connector(bare, password="p@ss/w:rd").pull(asked()))


def test_the_same_rows_make_the_same_bytes_in_any_order(lite: Database, asked: Callable[..., Request]) -> None:
    rows = "SELECT zb, num, dw FROM monthly WHERE yue = 3 AND dq = '330303' ORDER BY zb"
    [one] = connector(lite.url, rows).pull(asked())
    [other] = connector(lite.url, f"{rows} DESC").pull(asked())
    assert one.content == other.content


def test_columns_of_one_name_are_refused(lite: Database, asked: Callable[..., Request]) -> None:
    with pytest.raises(SourceFormError, match="several columns called num"):
        list(connector(lite.url, "SELECT zb, num, num, dw FROM monthly").pull(asked()))


def test_unknown_parameters_and_addresses_are_named_without_secrets(asked: Callable[..., Request]) -> None:
    with pytest.raises(SourceOptionsError, match="unknown parameters"):
        make("sql", {"url": "sqlite://", "query": "SELECT :moon", "columns": COLUMNS})
    for url, message in (("s3cret", "no SQLAlchemy URL"), ("oracle://u:s3cret@host/db", "can only read")):
        with pytest.raises(SourceOptionsError, match=message) as caught:
            list(connector(url).pull(asked()))
        assert "s3cret" not in str(caught.value)
    assert "s3cret" not in repr(SqlOptions(url="x://u:s3cret@h", query="SELECT 1", columns=COLUMNS, password="s3cret"))
