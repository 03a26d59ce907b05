"""A store on either database, with somebody who hands in."""

from __future__ import annotations

from tests.servers.postgres import postgres_server  # noqa: F401  # a fixture
from tests.store.conftest import hand, migrated_file, new_url, store, url  # noqa: F401  # fixtures
