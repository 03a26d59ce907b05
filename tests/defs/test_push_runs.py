"""Runs whose Pushgateway is away, slow or no Pushgateway: what they say, what stays, what the next one brings."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dagster_project.cli import app
from dagster_project.defs import resources
from tests.defs.place import Place
from tests.servers.ports import free_port
from tests.servers.pushgateway import pushgateway, shown
from tests.servers.strangers import dripping, http, stranger
from validators.periods import Month

Pointing = Callable[[str], None]


@pytest.fixture
def push_to(monkeypatch: pytest.MonkeyPatch) -> Pointing:
    """Says where this installation pushes to."""

    def point(url: str) -> None:
        monkeypatch.setenv("XUSHI_PUSHGATEWAY_URL", url)
        resources.settings.cache_clear()

    return point


def xushi(*words: str) -> Result:
    return CliRunner().invoke(app, words, env={"COLUMNS": "1000"})


def trade(place: Place, *months: int) -> list[Path]:
    """The tables of one dataset."""
    names = tuple(f"2025-{month:02d}_trade" for month in months)
    return [file for file in place.sample(Month(2025, 4)) if file.name.startswith(names) and "修订" not in file.name]


def ends(gateway: str, job: str) -> dict[str, float]:
    """When a job last ended, by outcome, as the gateway has it."""
    pattern = rf'^kpi_run_ended_timestamp_seconds{{dagster_job="{job}",.*outcome="(\w+)"}} (\S+)$'
    return {outcome: float(moment) for outcome, moment in re.findall(pattern, shown(gateway), re.MULTILINE)}


def test_a_run_without_its_gateway_says_so_keeps_everything_and_the_next_one_brings_it_all(
    recorded: Place, push_to: Pointing
) -> None:
    place = recorded
    address = f"127.0.0.1:{free_port()}"
    push_to(f"http://{address}")
    place.land(*trade(place, 2, 3))
    failed = xushi("run")
    assert failed.exit_code == 1
    for words in ("gauges:", f"http://{address}", "Connection refused", "4 tries", "数据已入库", "xushi metrics push"):
        assert words in failed.output
    with place.store() as store:
        stored = store.observations()
        assert not store.pending()
        assert set(store.runs_ended()["outcome"][store.runs_ended()["job"] == "publish"]) == {"failure"}
    assert set(stored["period"]) >= {"2025-02", "2025-03"}
    (lost,) = place.instance.get_runs(limit=1)
    told = [event.user_message for event in place.instance.all_logs(lost.run_id) if "第" in event.user_message]
    assert ["try 1 of 4" in told[0], "try 2 of 4" in told[1], "try 3 of 4" in told[2]] == [True] * 3

    with pushgateway(address) as gateway:
        place.land(*trade(place, 4))
        assert xushi("run").exit_code == 0
        text = shown(gateway)
        for period in ("2025-02", "2025-03", "2025-04"):
            assert re.search(
                rf'^kpi_observation_value{{.*indicator="goods_exports".*period="{period}"', text, re.MULTILINE
            )
        targets = set(re.findall(r'^kpi_target_info{.*\btarget="([^"]+)"', text, re.MULTILINE))
        assert targets == set(place.catalogue.targets)
        # The run that mended it doesn't bring an alert on the one before.
        publish = ends(gateway, "publish")
        assert publish["success"] > publish["failure"]


def test_a_run_is_not_held_by_a_gateway_that_is_too_slow(
    place: Place, push_to: Pointing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XUSHI_PUSH_TIMEOUT_SECONDS", "0.3")
    with stranger(dripping()) as url:
        push_to(url)
        failed = xushi("run")
    assert failed.exit_code == 1
    assert re.search(r"no complete answer in 0\.3 s|timed out", failed.output)
    assert "数据已入库" in failed.output
    with place.store() as store:
        assert "failure" in set(store.runs_ended()["outcome"])


def test_a_run_that_is_refused_says_what_the_gateway_said_and_does_not_try_again(
    recorded: Place, push_to: Pointing
) -> None:
    place = recorded
    place.land(*trade(place, 2))
    with stranger(http("400 Bad Request", "pushed metrics are invalid")) as url:
        push_to(url)
        failed = xushi("run")
    assert failed.exit_code == 1
    for words in ("gauges:", url, "HTTP 400: pushed metrics are invalid", "XUSHI_PUSHGATEWAY_URL", "数据已入库"):
        assert words in failed.output
    (lost,) = place.instance.get_runs(limit=1)
    assert not [event for event in place.instance.all_logs(lost.run_id) if "of 4" in event.user_message]
    with place.store() as store:
        assert not store.observations().empty


def test_the_command_tells_of_each_try_and_of_what_to_do(place: Place, push_to: Pointing) -> None:
    place.submit(*trade(place, 2))
    push_to(f"http://127.0.0.1:{free_port()}")
    failed = xushi("metrics", "push")
    assert failed.exit_code == 1
    for words in ("try 1 of 4 failed, the next in 1 s", "try 3 of 4", "错误 error", "Connection refused", "数据已入库"):
        assert words in failed.stderr
    with pushgateway() as gateway:
        push_to(gateway)
        assert xushi("metrics", "push").exit_code == 0
        assert "kpi_target_info{" in shown(gateway)
