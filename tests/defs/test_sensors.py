"""The sensor on the ledger: one run per upload, in order, never twice."""

from __future__ import annotations

from pathlib import Path

import dagster as dg

from dagster_project.defs import runs
from tests.defs.place import Place, spoiled
from validators.periods import Month


def evaluate(place: Place, name: str, cursor: str | None) -> dg.SensorResult:
    sensor = place.definitions.resolve_sensor_def(name)
    with dg.build_sensor_context(
        instance=place.instance,
        cursor=cursor,
        definitions=place.definitions,
        resources={"xushi": place.definitions.resources["xushi"]} if place.definitions.resources else None,
    ) as context:
        return sensor(context)  # type: ignore[return-value]  # never a bare request


def test_every_new_upload_gets_a_run_of_its_table_and_month(place: Place) -> None:
    files = [file for file in place.sample(Month(2025, 4)) if "_trade_" in file.name and file.name.startswith("2025")]
    place.land(*files)
    result = evaluate(place, "uploads_monthly", None)
    assert result.run_requests is not None
    assert len(result.run_requests) == len(files)
    first = result.run_requests[0]
    assert first.partition_key == "2025-02"
    assert first.run_key is not None
    dataset, period, sha256 = first.run_key.split(":")
    assert dataset in place.catalogue.datasets
    assert period == "2025-02"
    assert len(sha256) == 64
    assert first.asset_selection == [dg.AssetKey(dataset), dg.AssetKey("progress"), dg.AssetKey("gauges")]


def test_the_cursor_is_the_last_upload_and_nothing_is_asked_twice(place: Place) -> None:
    files = place.sample(Month(2025, 3))
    place.land(files[0])
    cursor = evaluate(place, "uploads_monthly", None).cursor
    assert cursor == "1"
    place.land(*files[1:])
    result = evaluate(place, "uploads_monthly", cursor)
    assert result.cursor == str(len(files))
    again = evaluate(place, "uploads_monthly", result.cursor)
    assert not again.run_requests
    assert again.cursor == result.cursor


def test_an_annual_table_is_left_to_the_annual_sensor(waiting: Place) -> None:
    monthly = evaluate(waiting, "uploads_monthly", None).run_requests or []
    annual = evaluate(waiting, "uploads_annual", None).run_requests or []
    assert {request.partition_key for request in annual} <= {"2022", "2023", "2024"}
    assert not {request.run_key for request in monthly} & {request.run_key for request in annual}


def test_what_a_run_has_recorded_is_no_news_and_what_was_stored_outside_is(place: Place) -> None:
    files = [file for file in place.sample(Month(2025, 4)) if "_trade_" in file.name and file.name.startswith("2025")]
    place.land(*files[:2])
    with place.store() as store:
        waiting = runs.ranges_waiting(store.pending())
    for of, first, last, keys in waiting:
        assert runs.run_tables(place.definitions, place.instance, of, first, last, keys).success
    place.submit(files[2])
    result = evaluate(place, "uploads_monthly", None)
    assert [request.partition_key for request in result.run_requests or []] == ["2025-04"]


def test_a_table_rejected_outside_is_left_alone(place: Place, tmp_path: Path) -> None:
    february = next(file for file in place.sample(Month(2025, 3)) if file.name.startswith("2025-02_trade"))
    place.submit(spoiled(february, tmp_path))
    assert not evaluate(place, "uploads_monthly", None).run_requests
