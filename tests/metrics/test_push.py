"""Pushing to a real Pushgateway, and what is said when there is none."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, Gauge

from dagster_project.metrics.push import push
from validators.errors import PushRefusedError, PushUnavailableError


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = shutil.which("prometheus-pushgateway") or shutil.which("pushgateway")
    assert program is not None, "the Pushgateway is missing: apt-get install prometheus-pushgateway"
    folder: Path = tmp_path_factory.mktemp("pushgateway")
    address = f"127.0.0.1:{free_port()}"
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, f"--web.listen-address={address}"], stdout=log, stderr=log, cwd=folder)
    try:
        _wait(f"http://{address}/-/ready")
        yield f"http://{address}"
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait(url: str) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(url, timeout=1).close()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"{url} did not answer in 10 s")


def gauges(**values: float) -> CollectorRegistry:
    made = CollectorRegistry()
    for name, value in values.items():
        Gauge(name, "for a test", registry=made).set(value)
    return made


def shown(gateway: str) -> str:
    with urllib.request.urlopen(f"{gateway}/metrics", timeout=5) as answer:
        return str(answer.read().decode("utf-8"))


def test_a_push_replaces_the_whole_group(gateway: str) -> None:
    assert push(gauges(kpi_first=1, kpi_second=2), gateway) == 1
    assert 'kpi_second{instance="",job="xushi"} 2' in shown(gateway)
    push(gauges(kpi_first=3), gateway)
    assert 'kpi_first{instance="",job="xushi"} 3' in shown(gateway)
    assert "kpi_second{" not in shown(gateway)


def test_a_gateway_that_is_away_is_tried_again_and_then_named() -> None:
    waits: list[float] = []
    with pytest.raises(PushUnavailableError, match=r"127\.0\.0\.1"):
        push(gauges(kpi_first=1), f"http://127.0.0.1:{free_port()}", wait=waits.append)
    assert waits == [1.0, 2.0]


def test_a_refusal_is_not_tried_again(gateway: str) -> None:
    with pytest.raises(PushRefusedError, match="HTTP 404"):
        push(gauges(kpi_first=1), f"{gateway}/nothing-here", wait=lambda _: pytest.fail("tried again"))
