"""An identity on either database, with a clock that tests turn and hashes that cost little."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher

from dagster_project.identity.identity import Identity
from dagster_project.identity.passwords import Passwords
from dagster_project.store import Store
from tests.servers.postgres import postgres_server  # noqa: F401  # a fixture
from tests.store.conftest import new_url, url  # noqa: F401  # fixtures: SQLite and PostgreSQL


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


@pytest.fixture
def store(url: str) -> Iterator[Store]:  # noqa: F811
    with Store.open(url) as opened:
        yield opened


@pytest.fixture
def identity(store: Store, clock: Clock) -> Identity:
    return Identity(store, clock, cheap_passwords())


def cheap_passwords() -> Passwords:
    """Real argon2id, with as little work as it allows."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
