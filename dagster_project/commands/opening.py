"""What a command opens: settings, catalogue, store, intake. Read once, at the edge."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from dagster_project.intake import Intake
from dagster_project.pulling import Puller
from dagster_project.settings import Settings
from dagster_project.sources.archive import Archive
from dagster_project.store import Store
from validators.catalogue import Catalogue
from validators.catalogue_file import load_catalogue


@dataclass(frozen=True)
class Installation:
    """One installation, open."""

    settings: Settings
    catalogue: Catalogue
    store: Store

    @property
    def intake(self) -> Intake:
        """The way in for files."""
        return Intake(self.catalogue, self.store, Archive(self.settings.archive), self.settings)

    def puller(self, clock: Callable[[], datetime]) -> Puller:
        """The way in for what is pulled."""
        return Puller.of(self.catalogue, self.store, self.settings, clock)


@contextmanager
def installation() -> Iterator[Installation]:
    """The installation that the XUSHI_* variables name, its home made and its database migrated, closed at the end."""
    settings = Settings()
    catalogue = load_catalogue(settings.catalogue)
    settings.home.mkdir(parents=True, exist_ok=True)
    with Store.open(settings.store_url) as store:
        yield Installation(settings, catalogue, store)


def now() -> datetime:
    """The present, in UTC."""
    return datetime.now(UTC)
