"""A store on either database."""

from __future__ import annotations

import shutil
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


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database on SQLite with the newest schema, to be copied."""
    file = tmp_path_factory.mktemp("migrated") / "xushi.sqlite"
    Store.open(f"sqlite:///{file}").close()
    return file


@pytest.fixture
def store(url: str, migrated_file: Path) -> Iterator[Store]:
    """An open, empty store. How one comes about from nothing is tested with `url`."""
    if url.startswith("sqlite"):
        shutil.copyfile(migrated_file, url.removeprefix("sqlite:///"))
    with Store.open(url) as opened:
        yield opened


@pytest.fixture
def hand(store: Store) -> Hand:
    return Hand(store)
