"""A year of uploads gives the same figures whatever the order in which the tables are handed in."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from dagster_project.intake import Intake, State
from dagster_project.sample import write_sample
from dagster_project.settings import Settings
from dagster_project.sources.archive import Archive
from dagster_project.store import Store
from tests.portal.reading import copied
from validators.catalogue import Catalogue
from validators.columns import OBSERVATION_KEY
from validators.periods import Month

pytestmark = pytest.mark.xdist_group("any_order")  # the year is handed in once, in one worker

NOW, IN_JULY = datetime(2025, 11, 1, tzinfo=UTC), datetime(2025, 7, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Year:
    """The tables of nine months in the order of publication, and a desk to which they were
    handed in so. To be read alone; copy the home to write."""

    files: tuple[Path, ...]
    home: Path


def hand_in(catalogue: Catalogue, files: Sequence[Path], home: Path) -> None:
    """Hand in the files in this order at a new desk, which accepts all of them."""
    home.mkdir()
    settings = Settings(home=home)
    with Store.open(settings.store_url) as store:
        intake = Intake(catalogue, store, Archive(settings.archive), settings)
        for file in files:
            outcome = intake.submit(file.read_bytes(), file.name, by="test", now=NOW)
            assert outcome.state is State.ACCEPTED, outcome.report.to_json()


def believed(home: Path, *, known_on: datetime | None = None) -> pd.DataFrame:
    with Store.open(Settings(home=home).store_url) as store:
        return store.observations(known_on=known_on)[[*OBSERVATION_KEY, "value", "status", "known_from"]]


@pytest.fixture(scope="module")
def year(small_catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Year:
    folder = tmp_path_factory.mktemp("any_order")
    files = tuple(write_sample(small_catalogue, year=2025, through=Month(2025, 9), folder=folder / "sample"))
    hand_in(small_catalogue, files, folder / "home")
    return Year(files, folder / "home")


def test_the_order_of_uploads_does_not_matter(small_catalogue: Catalogue, tmp_path: Path, year: Year) -> None:
    assert any("修订" in file.name for file in year.files)
    now, july = believed(year.home), believed(year.home, known_on=IN_JULY)
    assert len(now) > len(july) > 0
    shuffle = random.Random(7)
    for attempt in range(3):
        other = list(year.files)
        shuffle.shuffle(other)
        # A correction comes after what it corrects: nobody hands in the corrected table first.
        other.sort(key=lambda file: "修订" in file.name)
        home = tmp_path / f"shuffled {attempt}"
        hand_in(small_catalogue, other, home)
        pd.testing.assert_frame_equal(believed(home), now)
        pd.testing.assert_frame_equal(believed(home, known_on=IN_JULY), july)


def test_the_same_year_twice_changes_nothing(small_catalogue: Catalogue, tmp_path: Path, year: Year) -> None:
    settings = Settings(home=copied(year.home, tmp_path / "home"))
    with Store.open(settings.store_url) as store:
        intake = Intake(small_catalogue, store, Archive(settings.archive), settings)
        before, uploads = store.observations(), store.uploads()
        for file in year.files:
            outcome = intake.submit(file.read_bytes(), file.name, by="test", now=NOW)
            assert outcome.state is State.DUPLICATE
            assert [finding.rule for finding in outcome.report.findings] == ["same_file_again"]
        pd.testing.assert_frame_equal(store.observations(), before)
        assert len(store.uploads()) == len(uploads)


@pytest.mark.parametrize("through", ["2025-03", "2025-06"])
def test_what_was_believed_in_april_stays_answerable(
    small_catalogue: Catalogue, tmp_path: Path, year: Year, through: str
) -> None:
    number, month = (int(part) for part in through.split("-"))
    part = list(write_sample(small_catalogue, year=number, through=Month(number, month), folder=tmp_path / "part"))
    assert {file.name for file in part} < {file.name for file in year.files}
    hand_in(small_catalogue, part, tmp_path / "then")
    asked = datetime(2025, month + 1, 12, tzinfo=UTC)
    columns = [*OBSERVATION_KEY, "value"]
    pd.testing.assert_frame_equal(
        believed(year.home, known_on=asked)[columns], believed(tmp_path / "then", known_on=asked)[columns]
    )
