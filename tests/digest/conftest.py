"""A home with the small catalogue's tables through April, of which one is missing, and the reports made of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_project.digest.material import Material, gather
from dagster_project.settings import Settings
from dagster_project.store import Store
from tests.portal.reading import TODAY, fill
from tests.servers.mail import MailServer, mail_server
from validators.catalogue import Catalogue


@pytest.fixture(scope="session")
def digest_home(small_catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """To be read alone; copy it to write."""
    home = tmp_path_factory.mktemp("digest") / "home"
    fill(small_catalogue, home)
    return home


@pytest.fixture(scope="session")
def material(small_catalogue: Catalogue, digest_home: Path) -> Material:
    """What April's reports are made of, on 28 May."""
    settings = Settings(home=digest_home)
    with Store.open(settings.store_url) as store:
        return gather(small_catalogue, store, month=None, now=TODAY, zone=settings.zone)


@pytest.fixture
def post() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server
