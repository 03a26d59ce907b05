"""An installation with one source of the dataset `trade`: a shelf, found as an installed connector is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dagster_project.intake import Hints, Intake, Outcome
from dagster_project.pulling import Pulled, Puller
from dagster_project.settings import Settings
from dagster_project.sources.archive import Archive
from dagster_project.sources.secrets import Vault
from dagster_project.store import Store
from validators.catalogue import Catalogue, Source
from validators.periods import parse_period

TOKEN = "s3cr3t/Wörter+1"
_HEADER = "indicator,region,period,measure,value,unit\n"


@dataclass
class Desk:
    """One installation, and a clock that goes forward an hour with every question."""

    catalogue: Catalogue
    store: Store
    archive: Archive
    settings: Settings
    folder: Path
    vault: Vault
    now: datetime = datetime(2025, 5, 18, 1, tzinfo=UTC)
    said: list[str] = field(default_factory=list)

    @property
    def intake(self) -> Intake:
        return Intake(self.catalogue, self.store, self.archive, self.settings)

    def put(self, period: str, *rows: str, header: str = _HEADER) -> None:
        """Lay a table on the shelf: rows are 'indicator,region,period,measure,value,unit'."""
        self.folder.mkdir(exist_ok=True)
        (self.folder / f"{period}.csv").write_text(header + "".join(f"{row}\n" for row in rows), encoding="utf-8")

    def pull(self, *periods: str, name: str = "shelf", **how: bool) -> list[Pulled]:
        """Ask the shelf for these periods."""
        self.now += timedelta(hours=1)
        source = Source.model_validate(
            {"name": name, "connector": "shelf", "with": {"folder": str(self.folder), "token": "${shelf_token}"}}
        )
        puller = Puller(
            self.catalogue, self.store, self.archive, self.intake, self.settings, self.vault, lambda: self.now
        )
        wanted = [parse_period(period) for period in periods]
        return list(puller.pull("trade", source, wanted, say=lambda zh, en: self.said.append(zh + en), **how))

    def upload(self, *rows: str, name: str = "外贸.csv", by: str = "wang") -> Outcome:
        """Hand in a table by hand."""
        self.now += timedelta(hours=1)
        data = (_HEADER + "".join(f"{row}\n" for row in rows)).encode()
        return self.intake.submit(data, name, by=by, now=self.now, hints=Hints(dataset="trade"))

    def figures(self) -> dict[tuple[str, str], float]:
        """What is believed: (period, measure) -> value of exports."""
        frame = self.store.observations(indicators=["goods_exports"])
        keys: Sequence[tuple[str, str]] = list(zip(frame["period"], frame["measure"], strict=True))
        return dict(zip(keys, frame["value"].tolist(), strict=True))


@pytest.fixture
def desk(tmp_path: Path, small_catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    package = tmp_path / "installed"
    record = package / "shelf-1.0.dist-info"
    record.mkdir(parents=True)
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: shelf\nVersion: 1.0\n")
    (record / "entry_points.txt").write_text("[xushi.connectors]\nshelf = tests.pulling.shelf:Shelf\n")
    monkeypatch.syspath_prepend(str(package))
    settings = Settings(home=tmp_path / "home")
    settings.home.mkdir()
    with Store.open(settings.store_url) as store:
        yield Desk(
            catalogue=small_catalogue,
            store=store,
            archive=Archive(settings.archive),
            settings=settings,
            folder=tmp_path / "shelf",
            vault=Vault({"shelf_token": TOKEN}),
        )
