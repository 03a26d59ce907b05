"""The sensors on decisions: what is due is released, and every release and withdrawal is judged anew, once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from dagster_project.intake import Intake, State
from dagster_project.sources.archive import Archive
from dagster_project.store import State as UploadState
from dagster_project.store import Store
from tests.defs.place import Place
from tests.defs.test_sensors import evaluate
from validators.periods import Month

SENSOR = "decisions_monthly"


@pytest.fixture
def table(place: Place) -> Path:
    return next(file for file in place.sample(Month(2025, 2)) if file.name.startswith("2025-02_trade"))


def intake(place: Place, store: Store) -> Intake:
    return Intake(place.catalogue, store, Archive(place.settings.archive), place.settings)


def asked(result: dg.SensorResult) -> list[tuple[str | None, str | None]]:
    return [(request.run_key, request.partition_key) for request in result.run_requests or []]


def test_an_embargo_that_is_over_ends_with_the_next_tick(place: Place, table: Path) -> None:
    cursor = evaluate(place, SENSOR, None).cursor
    now = datetime.now(UTC)
    with place.store() as store:
        handed_in = intake(place, store).submit(
            table.read_bytes(),
            table.name,
            by="王敏",
            now=now - timedelta(hours=2),
            embargo_until=now - timedelta(hours=1),
        )
        assert handed_in.state is State.PENDING
        assert not evaluate(place, "uploads_monthly", None).run_requests  # nothing to judge yet
        result = evaluate(place, SENSOR, cursor)
        assert handed_in.upload is not None
        assert store.upload(handed_in.upload).state is UploadState.ACCEPTED
    assert asked(result) == [(f"released:{handed_in.upload}", "2025-02")]


def test_a_withdrawal_is_judged_anew(place: Place, table: Path) -> None:
    cursor = evaluate(place, SENSOR, None).cursor
    place.submit(table)
    assert asked(evaluate(place, SENSOR, cursor)) == []
    with place.store() as store:
        number = store.uploads()[0].id
        intake(place, store).withdraw(number, by="李强", reason="错表", now=datetime.now(UTC))
    result = evaluate(place, SENSOR, cursor)
    assert asked(result) == [(f"withdrawn:{number}", "2025-02")]
    request = (result.run_requests or [])[0]
    run = place.definitions.resolve_job_def("one_table_monthly").execute_in_process(
        instance=place.instance,
        partition_key=request.partition_key,
        asset_selection=list(request.asset_selection or []),
    )
    assert run.success
    with place.store() as store:
        assert store.evaluation()["actual_value"].isna().all()


def test_what_was_declined_changes_nothing(place: Place, table: Path) -> None:
    cursor = evaluate(place, SENSOR, None).cursor
    now = datetime.now(UTC)
    with place.store() as store:
        way_in = intake(place, store)
        waits = way_in.submit(table.read_bytes(), table.name, by="王敏", now=now, embargo_until=now + timedelta(days=1))
        assert waits.upload is not None
        way_in.decline(waits.upload, by="李强", reason="错表", now=datetime.now(UTC))
    assert asked(evaluate(place, SENSOR, cursor)) == []
