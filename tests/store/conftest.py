"""A store on either database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from dagster_project.store import Store
from tests.servers.postgres import ON_POSTGRES, PostgresServer, postgres_server  # noqa: F401  # a fixture
from tests.store.hands import Hand


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=ON_POSTGRES)])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Makes the URL of one empty database after the other, all on SQLite or all on PostgreSQL."""
    if request.param == "sqlite":
        numbers = count(1)
        return lambda: f"sqlite:///{tmp_path / f'xushi-{next(numbers)}.sqlite'}"
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server.create_database


@pytest.fixture
def url(new_url: Callable[[], str]) -> str:
    """The URL of an empty database."""
    return new_url()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An open, empty store."""
    with Store.open(url) as opened:
        yield opened


@pytest.fixture
def hand(store: Store) -> Hand:
    return Hand(store)
