"""What was exported can be handed in again, and says the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pandas as pd
import pytest

from dagster_project.export import Format, Selection, What, write_replay
from dagster_project.intake import Hints
from dagster_project.store import Store
from tests.export.conftest import NOW, Home
from validators.columns import OBSERVATION_KEY

SAID = [*OBSERVATION_KEY, "value", "unit", "status"]


def believed(store: Store, known_on: datetime | None = None) -> pd.DataFrame:
    return store.observations(known_on=known_on)[SAID]


@pytest.mark.parametrize("form", [Format.CSV, Format.XLSX])
def test_an_empty_installation_that_is_handed_the_figures_believes_the_same(
    home: Home, new_home: Callable[[], Home], form: Format
) -> None:
    other = new_home()
    other.hand_in(home.export(What.OBSERVATIONS, form), f"observations.{form}")
    pd.testing.assert_frame_equal(believed(other.store), believed(home.store))
    assert {upload.dataset for upload in other.store.uploads()} == {"rd", "trade", "science_talent", "retail_sales"}


def said(name: str) -> date | datetime:
    """The day or the moment in the name of a file of versions."""
    text = name.removesuffix(".csv").removesuffix("-示例数据").partition("-")[2]
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def test_the_versions_handed_in_one_after_the_other_are_believed_at_the_same_moments(
    home: Home, new_home: Callable[[], Home], tmp_path: Path
) -> None:
    files = write_replay(home.exporter, Selection(), tmp_path / "replay")
    other = new_home()
    published = [said(file.name) for file in files]
    for file, one in zip(files, published, strict=True):
        other.hand_in(file.read_bytes(), file.name, Hints(published=one), now=NOW + timedelta(days=1))
    assert {one.date() for one in published if isinstance(one, datetime)} == {date(2025, 5, 29)}
    versions = pd.concat(home.store.every_version())
    moments = versions["known_from"].drop_duplicates().sort_values().dt.to_pydatetime()
    assert len(moments) > 10
    for moment in moments:
        for known_on in (moment, moment - timedelta(microseconds=1)):
            pd.testing.assert_frame_equal(believed(other.store, known_on), believed(home.store, known_on))
    for day in {moment.astimezone(home.settings.zone).date() for moment in moments}:
        end = datetime.combine(day, time.max, home.settings.zone)
        pd.testing.assert_frame_equal(believed(other.store, end), believed(home.store, end))


def test_what_was_known_on_a_day_is_exported_as_it_was_known(home: Home, new_home: Callable[[], Home]) -> None:
    day = date(2025, 4, 20)
    other = new_home()
    other.hand_in(home.export(What.OBSERVATIONS, Format.CSV, Selection(known_on=day)), "april.csv")
    then = believed(home.store, datetime.combine(day, time.max, home.settings.zone))
    pd.testing.assert_frame_equal(believed(other.store), then)
    assert len(then) < len(believed(home.store))


def test_the_mark_of_sample_data_stays_with_what_is_handed_in_again(home: Home) -> None:
    from dagster_project.export import file_name

    export = home.exporter.export(What.OBSERVATIONS, Selection(known_on=date(2025, 4, 20)))
    assert file_name(export, Format.CSV) == "observations-2025-04-20-示例数据.csv"
