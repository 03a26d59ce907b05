"""Every run's judgement of every target is kept; the latest is found."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dagster_project.progress import EVALUATION, Panel, TargetTable, evaluate
from dagster_project.store import Store
from dagster_project.store.evaluations import COLUMNS
from tests.store.hands import Hand, day, figures
from validators.catalogue import Catalogue
from validators.errors import StoreError
from validators.periods import Month


def _evaluation(catalogue: Catalogue, store: Store, month: Month) -> pd.DataFrame:
    targets = TargetTable.from_catalogue(catalogue)
    return evaluate(targets, Panel.from_observations(store.observations(), targets), month)


@pytest.fixture
def september(small_catalogue: Catalogue, hand: Hand, store: Store) -> pd.DataFrame:
    """The judgement of the small catalogue's targets, one of them with a figure."""
    indicator = next(iter(small_catalogue.targets.values())).indicator
    hand.upload(figures((indicator, "2025-09", 320.0)), day(20))
    return _evaluation(small_catalogue, store, Month(2025, 9))


def test_the_table_holds_every_column_of_an_evaluation() -> None:
    assert COLUMNS == EVALUATION


def test_an_evaluation_comes_back_as_it_was(september: pd.DataFrame, store: Store) -> None:
    store.save_evaluation(september, as_of="2025-09", run_id="run-1", evaluated_at=day(21))
    kept = store.evaluation()
    assert kept["run_id"].unique().tolist() == ["run-1"]
    assert kept["evaluated_at"].unique().tolist() == [pd.Timestamp(day(21))]
    expected = september.sort_values("target", ignore_index=True)
    for column in EVALUATION:
        wanted, found = expected[column], kept[column]
        if pd.api.types.is_numeric_dtype(found.dtype):
            np.testing.assert_array_equal(
                found.to_numpy("float64", na_value=np.nan), wanted.to_numpy("float64", na_value=np.nan)
            )
        else:
            assert found.tolist() == wanted.astype(found.dtype).tolist()
    assert kept["actual_value"].notna().any()
    assert kept["actual_value"].isna().any()


def test_infinite_numbers_are_not_kept(september: pd.DataFrame, store: Store) -> None:
    september["pace_ratio"] = np.inf
    store.save_evaluation(september, as_of="2025-09", run_id="run-1", evaluated_at=day(21))
    assert store.evaluation()["pace_ratio"].isna().all()


def test_a_run_that_is_tried_again_replaces_its_rows(september: pd.DataFrame, store: Store) -> None:
    for moment in (day(21), day(22)):
        store.save_evaluation(september, as_of="2025-09", run_id="run-1", evaluated_at=moment)
    kept = store.evaluation(run_id="run-1")
    assert len(kept) == len(september)
    assert kept["evaluated_at"].unique().tolist() == [pd.Timestamp(day(22))]


def test_a_run_may_judge_several_months(september: pd.DataFrame, store: Store) -> None:
    august = september.assign(as_of="2025-08")
    store.save_evaluation(september, as_of="2025-09", run_id="run-1", evaluated_at=day(21))
    store.save_evaluation(august, as_of="2025-08", run_id="run-1", evaluated_at=day(21))
    assert set(store.evaluation("2025-08")["as_of"]) == {"2025-08"}
    assert set(store.evaluation()["as_of"]) == {"2025-09"}


def test_the_latest_is_of_the_newest_month_and_there_what_was_judged_last(
    september: pd.DataFrame, store: Store
) -> None:
    august = september.assign(as_of="2025-08")
    store.save_evaluation(september, as_of="2025-09", run_id="first", evaluated_at=day(21))
    store.save_evaluation(september, as_of="2025-09", run_id="second", evaluated_at=day(22))
    store.save_evaluation(august, as_of="2025-08", run_id="third", evaluated_at=day(23))
    assert set(store.evaluation()["run_id"]) == {"second"}
    assert set(store.evaluation(run_id="first")["run_id"]) == {"first"}
    assert set(store.evaluation("2025-08")["run_id"]) == {"third"}
    assert store.evaluation("2025-08", "first").empty


def test_before_any_evaluation_the_frame_is_empty_and_complete(september: pd.DataFrame, store: Store) -> None:
    empty = store.evaluation()
    store.save_evaluation(september, as_of="2025-09", run_id="run-1", evaluated_at=day(21))
    assert empty.empty
    pd.testing.assert_series_equal(empty.dtypes, store.evaluation().dtypes)


def test_a_frame_of_other_columns_or_months_is_refused(september: pd.DataFrame, store: Store) -> None:
    with pytest.raises(StoreError, match="lacks the columns \\['light'\\]"):
        store.save_evaluation(september.drop(columns="light"), as_of="2025-09", run_id="r", evaluated_at=day(21))
    with pytest.raises(StoreError, match="unknown: \\['mood'\\]"):
        store.save_evaluation(september.assign(mood=1), as_of="2025-09", run_id="r", evaluated_at=day(21))
    with pytest.raises(StoreError, match="other months"):
        store.save_evaluation(september, as_of="2025-10", run_id="r", evaluated_at=day(21))
    assert store.evaluation().empty
