"""What tests of the portal share: a home with a year's tables, and a reader of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from dagster_project.portal.desk import Desk
from tests.portal.reading import copied, fill, reading_desk
from tests.portal.signing import browser, served
from validators.catalogue import Catalogue


@pytest.fixture(scope="session")
def filled_home(small_catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a desk to which everything through April was handed in. To be read alone; copy it to write."""
    home = tmp_path_factory.mktemp("portal") / "home"
    fill(small_catalogue, home)
    return home


@pytest.fixture(scope="session")
def read_desk(
    small_catalogue: Catalogue, filled_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """A desk for reading: whoever asks may see everything, and it is 28 May 2025. A portal saves what it judges in the
    background; others may be copying the filled home by then."""
    home = copied(filled_home, tmp_path_factory.mktemp("reading") / "home")
    with reading_desk(small_catalogue, home, grafana_url="http://grafana.example:3000/") as desk:
        yield desk


@pytest.fixture(scope="session")
def read_address(read_desk: Desk) -> Iterator[str]:
    with served(read_desk) as address:
        yield address


@pytest.fixture
def reader(read_address: str) -> Iterator[httpx.Client]:
    with browser(read_address) as client:
        yield client
