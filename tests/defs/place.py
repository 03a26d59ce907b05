"""One installation with the small catalogue, as Dagster's definitions see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg

from dagster_project.intake import Intake
from dagster_project.sample import write_sample
from dagster_project.settings import Settings
from dagster_project.sources.archive import Archive
from dagster_project.store import Store
from validators.catalogue import Catalogue
from validators.periods import Month

SMALL = Path(__file__).resolve().parent.parent / "data" / "small_catalogue.yaml"


@dataclass(frozen=True)
class Place:
    """One installation: its settings, catalogue, definitions and Dagster instance."""

    settings: Settings
    catalogue: Catalogue
    definitions: dg.Definitions
    instance: dg.DagsterInstance

    def store(self) -> Store:
        self.settings.home.mkdir(parents=True, exist_ok=True)
        return Store.open(self.settings.store_url)

    def sample(self, through: Month = Month(2025, 9)) -> list[Path]:  # noqa: B008 - a frozen value
        folder = self.settings.home / "sample"
        return list(write_sample(self.catalogue, year=2025, through=through, folder=folder))

    def land(self, *files: Path) -> None:
        with self.store() as store:
            intake = Intake(self.catalogue, store, Archive(self.settings.archive), self.settings)
            for file in files:
                intake.land(file.read_bytes(), file.name, by="test", now=datetime(2025, 11, 1, tzinfo=UTC))
