"""What can go wrong between a source and here: every fault ends in its own state, stores nothing that is not whole, and
is seen in Dagster and as a gauge."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
import trustme

from dagster_project.judgement import snapshot
from dagster_project.metrics.gauges import registry
from dagster_project.sources.archive import Archive
from dagster_project.store import PullOutcome
from tests.servers.ports import free_port
from tests.servers.web import Web, answer, drip, endless, reset_half_way, web

AWAY, REFUSED = PullOutcome.UNAVAILABLE, PullOutcome.REFUSED
_ROWS = json.dumps({"data": [{"p": "2025-03", "v": 90.5}]})
_LARGEST = 200_000  # bytes that a delivery may have


@pytest.fixture
def server() -> Iterator[Web]:
    with web() as running:
        yield running


@pytest.fixture
def foreign() -> Iterator[Web]:
    """A server whose certificate nobody here has reason to trust."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with web(context) as running:
        yield running


def source(name: str, url: str, **more: Any) -> dict[str, Any]:
    columns = {"values": {"v": {"indicator": "retail_sales", "measure": "ytd"}}, "period": "p"}
    options = {"url": url, "format": "json", "rows": "data", "tries": 1, "columns": columns, **more}
    return {"name": name, "connector": "http", "regions": ["330303"], "since": "2025-02", "with": options}


def test_every_fault_ends_in_its_own_state_and_is_seen(
    server: Web, foreign: Web, installed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XUSHI_MAX_UPLOAD_BYTES", str(_LARGEST))
    server.tell("/reset", reset_half_way)
    server.tell("/drip", drip)
    server.tell("/busy", answer("later", status=429, Retry_After="7200"))
    server.tell("/page", answer("<html><title>请登录</title></html>", media_type="text/html"))
    server.tell("/endless", endless)
    server.tell("/other", answer(json.dumps({"items": []})))
    foreign.tell("/", answer(_ROWS))
    failing = answer("broken", status=500)
    server.tell("/thrice", failing, failing, failing, answer(_ROWS))
    expected = {
        "closed": (f"http://127.0.0.1:{free_port()}/", {}, AWAY),
        "reset": (f"{server.url}/reset", {}, AWAY),
        "drip": (f"{server.url}/drip", {"total_seconds": 1.5}, AWAY),
        "busy": (f"{server.url}/busy", {}, AWAY),
        "page": (f"{server.url}/page", {}, AWAY),
        "stranger": (f"{foreign.url}/", {}, REFUSED),
        "endless": (f"{server.url}/endless", {}, REFUSED),
        "other": (f"{server.url}/other", {}, PullOutcome.FORM_CHANGED),
        "thrice": (f"{server.url}/thrice", {"tries": 4}, PullOutcome.STORED),
    }
    place = installed({"retail_sales": [source(name, url, **more) for name, (url, more, _) in expected.items()]})
    done = place.definitions.resolve_job_def("pull_monthly").execute_in_process(
        instance=place.instance,
        partition_key="2025-03",
        run_config={"ops": {"retail_sales": {"config": {"pull": True, "pause_seconds": 0}}}},
        asset_selection=[dg.AssetKey("retail_sales")],
        raise_on_error=False,
    )

    seen = {}
    for event in done.get_asset_observation_events():
        said = event.asset_observation_data.asset_observation.metadata
        seen[said["source"].value] = said["outcome"].value
    outcomes = {name: outcome.value for name, (_, _, outcome) in expected.items()}
    assert seen == outcomes
    (check,) = [one for one in done.get_asset_check_evaluations() if one.check_name == "pulled"]
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.ERROR)

    with place.store() as store:
        shown = snapshot(place.catalogue, store, now=datetime.now(UTC))
        uploads, pulls = store.uploads(), store.pulls.newest()
        assert store.observations()["value"].tolist() == [90.5]
    gauges = registry(place.catalogue, lambda: shown, zone=ZoneInfo("Asia/Shanghai"))
    for name, outcome in outcomes.items():
        labels = {"dataset": "retail_sales", "source": name}
        found = {
            one.value: gauges.get_sample_value("kpi_source_outcome", {**labels, "outcome": one.value})
            for one in PullOutcome
        }
        assert [which for which, value in found.items() if value] == [outcome]

    # Nothing half: one upload of the one whole answer, and in the archive that answer and the table made of it alone.
    assert [upload.received_by for upload in uploads] == ["source:retail_sales/thrice"]
    archived = [file for file in place.settings.archive.rglob("*") if file.is_file()]
    (stored,) = [one for one in pulls if one.outcome is PullOutcome.STORED]
    assert {file.name for file in archived} == {stored.sha256, uploads[0].sha256}
    assert Archive(place.settings.archive).get(stored.sha256) == _ROWS.encode()
    assert {one.retry_after for one in pulls if one.source == "busy"} == {7200}
