"""An installation with tables through April, a revision among them, and a withdrawn upload."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest

from dagster_project.export import Exporter, Format, Selection, What, write
from dagster_project.intake import NO_HINTS, Hints, Intake, State
from dagster_project.settings import Settings
from dagster_project.sources.archive import Archive
from dagster_project.store import Store
from tests.portal.reading import fill
from validators.catalogue import Catalogue

NOW = datetime(2025, 5, 29, 4, tzinfo=UTC)
WRONG = "indicator,region,period,measure,value,status\ngoods_exports,330303,2025-04,ytd,139.9,revised\n"
ALL = Selection()


@dataclass(frozen=True)
class Home:
    """An installation, open."""

    catalogue: Catalogue
    settings: Settings
    store: Store

    @property
    def exporter(self) -> Exporter:
        return Exporter(self.catalogue, self.store, self.settings.zone)

    @property
    def intake(self) -> Intake:
        return Intake(self.catalogue, self.store, Archive(self.settings.archive), self.settings)

    def hand_in(self, data: bytes, name: str, hints: Hints = NO_HINTS, now: datetime = NOW) -> None:
        outcome = self.intake.submit(data, name, by="li", now=now, hints=hints)
        assert outcome.state is State.ACCEPTED, outcome.report

    def export(self, what: What, form: Format, selection: Selection = ALL) -> bytes:
        stream = BytesIO()
        write(self.exporter.export(what, selection), form, stream, self.catalogue)
        return stream.getvalue()


@pytest.fixture(scope="session")
def new_home(small_catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Home]]:
    """Makes one empty installation after the other."""
    opened: list[Store] = []

    def make() -> Home:
        settings = Settings(home=tmp_path_factory.mktemp("home"))
        opened.append(Store.open(settings.store_url))
        return Home(small_catalogue, settings, opened[-1])

    yield make
    for store in opened:
        store.close()


@pytest.fixture(scope="session")
def home(new_home: Callable[[], Home], small_catalogue: Catalogue) -> Home:
    """To be read alone."""
    made = new_home()
    fill(small_catalogue, Path(made.settings.home))
    made.hand_in(WRONG.encode(), "wrong.csv")
    withdrawn = made.store.uploads(newest_first=True, limit=1)[0]
    made.intake.withdraw(withdrawn.id, by="li", reason="typing error", now=NOW + timedelta(hours=1))
    return made
