"""An identity on either database, with a clock that tests turn and hashes that cost little.

Migrating a new database for each test would take most of the time: each gets a copy of one that was migrated once.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from psycopg import sql

from dagster_project.identity.identity import Identity
from dagster_project.identity.passwords import Passwords
from dagster_project.store import Store
from tests.servers.postgres import ON_POSTGRES, PostgresServer, postgres_server  # noqa: F401  # a fixture


@dataclass
class Clock:
    """The time, as a test says."""

    now: datetime = datetime(2025, 4, 18, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def on(self, **step: float) -> None:
        self.now += timedelta(**step)


@pytest.fixture
def clock() -> Clock:
    return Clock()


_NUMBERS = count(1)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("identity") / "migrated.sqlite"
    Store.open(f"sqlite:///{file}").close()
    return file


@pytest.fixture(scope="session")
def migrated_database(postgres_server: PostgresServer) -> str:  # noqa: F811  # the fixture
    postgres_server.execute(sql.SQL("CREATE DATABASE identity_migrated"))
    Store.open(postgres_server.address("identity_migrated")).close()
    return "identity_migrated"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=ON_POSTGRES)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a migrated, empty database."""
    if request.param == "sqlite":
        file = tmp_path / "xushi.sqlite"
        shutil.copyfile(request.getfixturevalue("migrated_file"), file)
        return f"sqlite:///{file}"
    server: PostgresServer = request.getfixturevalue("postgres_server")
    template, name = request.getfixturevalue("migrated_database"), f"identity_{next(_NUMBERS)}"
    server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
    return server.address(name)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store.open(url) as opened:
        yield opened


@pytest.fixture
def identity(store: Store, clock: Clock) -> Identity:
    return Identity(store, clock, cheap_passwords())


def cheap_passwords() -> Passwords:
    """Real argon2id, with as little work as it allows."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
