"""Twenty uploaders at once, over HTTP, while a run of the pipeline goes on: every version is there, once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dagster_project.identity.permissions import Grant
from dagster_project.intake import Intake
from dagster_project.judgement import judge_and_save, snapshot
from dagster_project.metrics.text import exposition
from dagster_project.portal.desk import Desk
from dagster_project.sample import write_sample
from dagster_project.settings import Settings
from dagster_project.sources.archive import Archive
from dagster_project.store import State, Store
from tests.end_to_end.workbooks import value, with_cells
from tests.portal.signing import browser, opened_desk, served
from tests.servers.postgres import ON_POSTGRES, PostgresServer, postgres_server  # noqa: F401  # a fixture
from validators.catalogue import Catalogue
from validators.columns import OBSERVATION_KEY
from validators.periods import Month

UPLOADERS = 20
PATIENCE = 150  # seconds in which a loaded machine stores what twenty have handed in
SAME = "同一份.xlsx"
CORRECTED = "龙湾区!C5"  # exports of the district until April
KEY = ["indicator", "region", "period", "measure"]


@dataclass(frozen=True)
class Submission:
    name: str
    data: bytes


@pytest.fixture(scope="module")
def submissions(small_catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> list[Submission]:
    """Every table from 2022 to April 2025; April's exports corrected again and again; one table handed in by two. The
    first is there before: a table that is no revision is refused once a revision of it is in."""
    paths = write_sample(small_catalogue, year=2025, through=Month(2025, 4), folder=tmp_path_factory.mktemp("sample"))
    tables = [Submission(path.name, path.read_bytes()) for path in paths if "修订" not in path.name]
    april = next(one for one in tables if one.name.startswith("2025-04_trade"))
    exports = value(april.data, CORRECTED)
    corrections = [
        Submission(f"更正{number}.xlsx", with_cells(april.data, {CORRECTED: round(exports + number / 1_000, 3)}))
        for number in range(1, UPLOADERS - len(tables) + 1)
    ]
    assert len(corrections) >= 3
    others = [one for one in tables if one is not april]
    retail = next(one for one in others if one.name.startswith("2025-04_retail_sales"))
    return [april, *others, *corrections, Submission(SAME, retail.data)]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=ON_POSTGRES)])
def desk(request: pytest.FixtureRequest, tmp_path: Path, small_catalogue: Catalogue) -> Iterator[Desk]:
    more: dict[str, Any] = {}
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        more["database_url"] = server.create_database()
    with opened_desk(tmp_path / "home", small_catalogue, wait_seconds=PATIENCE, **more) as opened:
        yield opened


def test_twenty_uploaders_and_a_run_of_the_pipeline_get_into_nobody_s_way(
    desk: Desk, small_catalogue: Catalogue, submissions: list[Submission], tmp_path: Path
) -> None:
    first, *submissions = submissions
    assert len(submissions) == UPLOADERS
    desk.intake.submit(first.data, first.name, by="test", now=datetime.now(UTC))
    secrets = [
        desk.identity.tokens.add(f"system{number}", [Grant.parse("uploader")], by="test").secret
        for number in range(UPLOADERS)
    ]
    begin, over = threading.Barrier(UPLOADERS + 1, timeout=PATIENCE), threading.Event()

    def hand_in(address: str, secret: str, one: Submission) -> tuple[int, dict[str, Any]]:
        with browser(address, Authorization=f"Bearer {secret}") as client:
            client.timeout = 2 * PATIENCE
            begin.wait()
            answer = client.post("/api/v1/uploads", files={"file": (one.name, one.data)})
            return answer.status_code, answer.json()

    def pipeline() -> int:
        """What a run does after each table, from a connection of its own, until all have been handed in."""
        done = 0
        with Store.open(desk.settings.store_url, wait_seconds=PATIENCE) as store:
            begin.wait()
            while not over.is_set() or not done:
                judged = judge_and_save(small_catalogue, store, run_id=f"run{done}", now=datetime.now(UTC))
                shown = snapshot(small_catalogue, store, now=datetime.now(UTC), judgement=judged)
                assert exposition(small_catalogue, shown, zone=desk.settings.zone, kept_months=36)
                done += 1
        return done

    with served(desk) as address, ThreadPoolExecutor(UPLOADERS + 1) as threads:
        running = threads.submit(pipeline)
        answers = [threads.submit(hand_in, address, *pair) for pair in zip(secrets, submissions, strict=True)]
        try:
            told = [answer.result() for answer in answers]
        finally:
            over.set()
        assert running.result() >= 1
        with browser(address, Authorization=f"Bearer {secrets[0]}") as client:
            gauges = client.get("/metrics").text
    assert {status for status, _ in told} <= {200, 201}, [one for one in told if one[0] >= 400]
    outcomes = [outcome for _, outcome in told]
    assert {outcome["state"] for outcome in outcomes} <= {"accepted", "duplicate"}, outcomes
    changed = {outcome["upload"]: outcome["change"] for outcome in outcomes if outcome["state"] == "accepted"}
    assert len(changed) == UPLOADERS - 1, "two handed in the same"

    store = desk.store
    uploads = store.uploads()
    assert {one.id for one in uploads[1:]} == set(changed)
    assert {one.state for one in uploads} <= {State.ACCEPTED, State.SUPERSEDED}
    # Every figure of every upload is there once, and each upload was told what it changed as if it had been alone.
    believed = store.observations()
    assert not believed.duplicated(KEY).any()
    for upload, change in changed.items():
        assert len(store.figures_of(upload)) == sum(change.values())
    new = sum(one.change.new for one in uploads if one.change)
    assert new == len(believed)
    assert sum(change["new"] for change in changed.values()) == new - len(store.figures_of(uploads[0].id))

    exports = store.versions("goods_exports", "330303", "2025-04", "ytd")
    assert exports["upload"].tolist() == [
        one.id for one in uploads if one.file_name == first.name or one.file_name.startswith("更正")
    ]
    assert exports["value"].is_unique

    alone = _one_after_the_other(small_catalogue, store, [first, *submissions], tmp_path / "alone")
    columns = [*OBSERVATION_KEY, "value", "unit", "status", "known_from", "upload"]
    pd.testing.assert_frame_equal(believed[columns], alone[columns])
    newest = exports["value"].iloc[-1]
    lines = [line for line in gauges.splitlines() if "goods_exports" in line and "330303" in line]
    assert any(line.endswith(f" {newest}") for line in lines), lines
    assert desk.identity.audit.verify().broken is None


def _one_after_the_other(catalogue: Catalogue, store: Store, submissions: list[Submission], home: Path) -> pd.DataFrame:
    """What is believed where the same tables come one after the other, in the order of the ledger."""
    content = {one.name: one.data for one in submissions}
    settings = Settings(home=home, database_url=None)
    home.mkdir()
    with Store.open(settings.store_url) as fresh:
        intake = Intake(catalogue, fresh, Archive(settings.archive), settings)
        for upload in store.uploads():
            intake.submit(content[upload.file_name], upload.file_name, by="alone", now=upload.received_at)
        return fresh.observations()
