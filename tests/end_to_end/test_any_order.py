"""A year of uploads gives the same figures whatever the order in which the tables are handed in."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from dagster_project.intake import Intake, State
from dagster_project.sample import write_sample
from dagster_project.settings import Settings
from dagster_project.sources.archive import Archive
from dagster_project.store import Store
from validators.catalogue import Catalogue
from validators.columns import OBSERVATION_KEY
from validators.periods import Month

NOW = datetime(2025, 11, 1, tzinfo=UTC)


def believed(catalogue: Catalogue, files: list[Path], folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What is believed now and what was believed on 1 July after handing in the files in this order."""
    folder.mkdir()
    settings = Settings(home=folder)
    with Store.open(settings.store_url) as store:
        intake = Intake(catalogue, store, Archive(settings.archive), settings)
        for file in files:
            outcome = intake.submit(file.read_bytes(), file.name, by="test", now=NOW)
            assert outcome.state is State.ACCEPTED, outcome.report.to_json()
        columns = [*OBSERVATION_KEY, "value", "status", "known_from"]
        in_july = datetime(2025, 7, 1, tzinfo=UTC)
        return store.observations()[columns], store.observations(known_on=in_july)[columns]


def test_the_order_of_uploads_does_not_matter(small_catalogue: Catalogue, tmp_path: Path) -> None:
    files = list(write_sample(small_catalogue, year=2025, through=Month(2025, 9), folder=tmp_path / "sample"))
    assert any("修订" in file.name for file in files)
    now, july = believed(small_catalogue, files, tmp_path / "in order")
    assert len(now) > len(july) > 0
    shuffle = random.Random(7)
    for attempt in range(3):
        other = files.copy()
        shuffle.shuffle(other)
        # A correction comes after what it corrects: nobody hands in the corrected table first.
        other.sort(key=lambda file: "修订" in file.name)
        again_now, again_july = believed(small_catalogue, other, tmp_path / f"shuffled {attempt}")
        pd.testing.assert_frame_equal(again_now, now)
        pd.testing.assert_frame_equal(again_july, july)


def test_the_same_year_twice_changes_nothing(small_catalogue: Catalogue, tmp_path: Path) -> None:
    files = list(write_sample(small_catalogue, year=2025, through=Month(2025, 6), folder=tmp_path / "sample"))
    settings = Settings(home=tmp_path / "home")
    settings.home.mkdir()
    with Store.open(settings.store_url) as store:
        intake = Intake(small_catalogue, store, Archive(settings.archive), settings)
        for file in files:
            intake.submit(file.read_bytes(), file.name, by="test", now=NOW)
        before, uploads = store.observations(), store.uploads()
        for file in files:
            outcome = intake.submit(file.read_bytes(), file.name, by="test", now=NOW)
            assert outcome.state is State.DUPLICATE
            assert [finding.rule for finding in outcome.report.findings] == ["same_file_again"]
        pd.testing.assert_frame_equal(store.observations(), before)
        assert len(store.uploads()) == len(uploads)


@pytest.mark.parametrize("through", ["2025-03", "2025-06"])
def test_what_was_believed_in_april_stays_answerable(small_catalogue: Catalogue, tmp_path: Path, through: str) -> None:
    whole = list(write_sample(small_catalogue, year=2025, through=Month(2025, 9), folder=tmp_path / "whole"))
    year, month = (int(part) for part in through.split("-"))
    part = list(write_sample(small_catalogue, year=2025, through=Month(year, month), folder=tmp_path / "part"))
    names = {file.name for file in part}
    assert names < {file.name for file in whole}
    asked = datetime(2025, month + 1, 12, tzinfo=UTC)
    columns = [*OBSERVATION_KEY, "value"]

    def on(files: list[Path], home: Path) -> pd.DataFrame:
        settings = Settings(home=home)
        home.mkdir()
        with Store.open(settings.store_url) as store:
            intake = Intake(small_catalogue, store, Archive(settings.archive), settings)
            for file in files:
                intake.submit(file.read_bytes(), file.name, by="test", now=NOW)
            return store.observations(known_on=asked)[columns]

    pd.testing.assert_frame_equal(on(whole, tmp_path / "all"), on(part, tmp_path / "then"))
