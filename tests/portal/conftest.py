"""What tests of the portal share: a home with a year's tables, and a reader of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from dagster_project.portal.desk import Desk
from tests.portal.reading import fill, reading_desk
from tests.portal.signing import browser, served
from validators.catalogue import Catalogue


@pytest.fixture(scope="session")
def filled_home(small_catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a desk to which everything through April was handed in. To be read alone; copy it to write."""
    home = tmp_path_factory.mktemp("portal") / "home"
    fill(small_catalogue, home)
    return home


@pytest.fixture(scope="session")
def read_desk(small_catalogue: Catalogue, filled_home: Path) -> Iterator[Desk]:
    """A desk for reading: whoever asks may see everything, and it is 28 May 2025."""
    with reading_desk(small_catalogue, filled_home, grafana_url="http://grafana.example:3000/") as desk:
        yield desk


@pytest.fixture(scope="session")
def read_address(read_desk: Desk) -> Iterator[str]:
    with served(read_desk) as address:
        yield address


@pytest.fixture
def reader(read_address: str) -> Iterator[httpx.Client]:
    with browser(read_address) as client:
        yield client
