"""What the assets work with: the settings and the catalogue of this installation, the store and the archive.

`from __future__ import annotations` is absent throughout `defs/`: Dagster reads the annotations when it builds assets.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache

import dagster as dg

from dagster_project.intake import Intake
from dagster_project.pulling import Puller
from dagster_project.settings import Settings
from dagster_project.sources.archive import Archive
from dagster_project.store import Store
from validators.catalogue import Catalogue
from validators.catalogue_file import load_catalogue
from validators.errors import TemporaryError


@cache
def settings() -> Settings:
    """The settings, read once per process."""
    return Settings()


@cache
def catalogue() -> Catalogue:
    """The catalogue, read once per process; a code location is reloaded to see a changed one."""
    return load_catalogue(settings().catalogue)


@contextmanager
def retried() -> Iterator[None]:
    """Asks Dagster to try the step again for what may pass (a locked database, a server that is away), and for nothing
    else: a rejected table or a bug does not get better by itself. A source that is away is no matter of the step: it is
    recorded, and the plan of pulls has it asked again."""
    try:
        yield
    except TemporaryError as error:
        raise dg.RetryRequested(max_retries=2, seconds_to_wait=5) from error


class Xushi(dg.ConfigurableResource):
    """Opens the store for one step. Nothing is configured here: everything comes from XUSHI_* settings."""

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The store, migrated, closed at the end."""
        settings().home.mkdir(parents=True, exist_ok=True)
        with Store.open(settings().store_url) as store:
            yield store

    def intake(self, store: Store) -> Intake:
        """The way in for files."""
        return Intake(catalogue(), store, Archive(settings().archive), settings())

    def puller(self, store: Store) -> Puller:
        """The way in for what is pulled."""
        return Puller.of(catalogue(), store, settings(), self.now)

    def now(self) -> datetime:
        """The present, in UTC."""
        return datetime.now(UTC)


@dg.definitions
def defs() -> dg.Definitions:
    """The one resource, and the executor: steps in one process, since SQLite takes one writer at a time and a process
    per step would cost more than the steps."""
    return dg.Definitions(resources={"xushi": Xushi()}, executor=dg.in_process_executor)
