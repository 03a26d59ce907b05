"""A web server for each test, and what the connector `sdmx` gets from it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers.web import Web, web
from tests.sources.sdmx_asking import Pulls, pulls
from validators.catalogue import Catalogue


@pytest.fixture
def server() -> Iterator[Web]:
    with web() as state:
        yield state


@pytest.fixture
def pulled(server: Web, small_catalogue: Catalogue) -> Pulls:
    """What an SDMX service gives, and what is remarked."""
    return pulls(server, small_catalogue)
