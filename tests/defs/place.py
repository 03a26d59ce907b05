"""One installation with the small catalogue, as Dagster's definitions see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
from openpyxl import load_workbook

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

    def submit(self, *files: Path) -> None:
        """Hand in from outside Dagster, as `xushi upload` does."""
        with self.store() as store:
            intake = Intake(self.catalogue, store, Archive(self.settings.archive), self.settings)
            for file in files:
                intake.submit(file.read_bytes(), file.name, by="test", now=datetime.now(UTC))

    def land(self, *files: Path) -> None:
        with self.store() as store:
            intake = Intake(self.catalogue, store, Archive(self.settings.archive), self.settings)
            for file in files:
                intake.land(file.read_bytes(), file.name, by="test", now=datetime(2025, 11, 1, tzinfo=UTC))


def spoiled(file: Path, folder: Path) -> Path:
    """The workbook with its first figure made negative."""
    book = load_workbook(file)
    for row in book.worksheets[0].iter_rows(min_row=4):
        for cell in row:
            if isinstance(cell.value, int | float) and cell.value > 1 and cell.column > 1:
                cell.value = -cell.value
                target = folder / file.name
                book.save(target)
                return target
    raise AssertionError("no figure found")
