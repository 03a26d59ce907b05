"""Runs in process on the sample year: what they store, what they record, and what a rejected table stops."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from dagster_project.defs import runs
from dagster_project.store import State
from tests.defs.place import Place, spoiled
from validators.periods import Month

BEGIN, MARCH = Month(2024, 12), Month(2025, 3)


def run_everything(place: Place, begin: Month = BEGIN, last: Month = MARCH) -> list[dg.ExecuteInProcessResult]:
    """Every dataset's tables of these months, then progress. A run's cost is the months it plans."""
    done = [
        runs.run_tables(place.definitions, place.instance, of, first, end, keys)
        for of, first, end, keys in runs.ranges(begin, last, list(place.catalogue.datasets))
    ]
    return [*done, runs.run_publish(place.definitions, place.instance)]


def test_a_range_takes_in_the_year_and_records_only_the_months_that_arrived(place: Place) -> None:
    place.land(*place.sample(Month(2025, 4)))
    assert all(done.success for done in run_everything(place, Month(2022, 1), Month(2025, 9)))
    with place.store() as store:
        assert {upload.state for upload in store.uploads()} <= {State.ACCEPTED, State.SUPERSEDED}
        periods = set(store.observations(indicators=["goods_exports"], first="2025-01")["period"])
    recorded = place.instance.get_materialized_partitions(dg.AssetKey("trade"))
    assert {key for key in recorded if key >= "2025"} == periods
    assert "2025-05" not in recorded


def test_a_run_of_what_waits_plans_only_the_periods_that_wait(waiting: Place) -> None:
    place = waiting
    with place.store() as store:
        found = runs.ranges_waiting(store.pending())
    assert ("monthly", "2024-12", "2025-03", ["retail_sales", "trade"]) in found
    assert ("annual", "2022", "2024", ["rd"]) in found or ("annual", "2022", "2023", ["rd"]) in found
    for of, first, last, keys in found:
        assert runs.run_tables(place.definitions, place.instance, of, first, last, keys).success
    with place.store() as store:
        assert not store.pending()
        assert runs.ranges_waiting(store.pending()) == []


def test_metadata_shows_rows_findings_and_lights(waiting: Place) -> None:
    place = waiting
    run_everything(place)
    event = place.instance.get_latest_materialization_event(dg.AssetKey("trade"))
    assert event is not None
    assert event.asset_materialization is not None
    metadata = event.asset_materialization.metadata
    assert metadata["rows"].value > 0  # type: ignore[operator]  # an integer here
    assert "示例数据" in str(metadata["uploads"].value)
    progress = place.instance.get_latest_materialization_event(dg.AssetKey("progress"))
    assert progress is not None
    assert progress.asset_materialization is not None
    lights = progress.asset_materialization.metadata
    assert lights["as_of"].value == "2025-03"
    assert sum(int(str(value.value)) for key, value in lights.items() if key.startswith("light_")) == len(
        place.catalogue.targets
    )


def test_a_rejected_table_stores_nothing_and_stops_what_stands_behind_it(place: Place, tmp_path: Path) -> None:
    february = next(file for file in place.sample(Month(2025, 3)) if file.name.startswith("2025-02_trade"))
    place.land(spoiled(february, tmp_path))
    done = runs.run_one_table(place.definitions, place.instance, "trade", "2025-02")
    assert not done.success
    with place.store() as store:
        assert store.observations().empty
        assert [upload.state for upload in store.uploads()] == [State.REJECTED]
    started = {event.step_key for event in done.all_events if event.is_step_start}
    assert started == {"trade"}
    failed = {check.check_name for check in done.get_asset_check_evaluations() if not check.passed}
    assert failed == {"accepted", "valid"}
    assert not place.instance.get_materialized_partitions(dg.AssetKey("trade"))


def test_one_rejected_table_of_a_range_leaves_the_others_alone(place: Place, tmp_path: Path) -> None:
    files = place.sample(Month(2025, 3))
    february = next(file for file in files if file.name.startswith("2025-02_trade"))
    place.land(*(spoiled(file, tmp_path) if file == february else file for file in files))
    done = run_everything(place)
    assert not all(one.success for one in done)
    assert done[-1].success
    with place.store() as store:
        ends = set(store.runs_ended()[["job", "outcome"]].itertuples(index=False, name=None))
    assert {("tables_monthly", "failure"), ("publish", "success")} <= ends
    with place.store() as store:
        states = {upload.file_name: upload.state for upload in store.uploads()}
    assert states.pop(february.name) is State.REJECTED
    assert State.REJECTED not in states.values()


def test_running_again_changes_nothing(waiting: Place) -> None:
    place = waiting
    run_everything(place)
    with place.store() as store:
        before = store.observations()
    assert all(done.success for done in run_everything(place))
    with place.store() as store:
        assert store.observations().equals(before)


def test_gauges_go_to_the_gateway_that_is_set(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    done = runs.run_publish(place.definitions, place.instance)
    assert done.success
    event = place.instance.get_latest_materialization_event(dg.AssetKey("gauges"))
    assert event is not None
    assert event.asset_materialization is not None
    assert "push_tries" not in event.asset_materialization.metadata
