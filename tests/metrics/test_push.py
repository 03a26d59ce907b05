"""Pushing to a real Pushgateway, and what is said when there is none, or a stranger in its place."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge, push_to_gateway

from dagster_project.metrics.push import push
from tests.servers.ports import free_port
from tests.servers.pushgateway import pushgateway, shown
from tests.servers.strangers import Behaviour, answering, dripping, http, silent, stranger
from validators.errors import PushRefusedError, PushUnavailableError

SHORT = 0.4  # seconds for one try
LONG = 20.0  # no machine is so slow that four short tries take longer


@pytest.fixture(scope="module")
def gateway() -> Iterator[str]:
    with pushgateway() as running:
        yield running


def gauges(**values: float) -> CollectorRegistry:
    made = CollectorRegistry()
    for name, value in values.items():
        Gauge(name, "for a test", registry=made).set(value)
    return made


def test_a_push_replaces_the_whole_group(gateway: str) -> None:
    assert push(gauges(kpi_first=1, kpi_second=2), gateway) == 1
    assert 'kpi_second{instance="",job="xushi"} 2' in shown(gateway)
    push(gauges(kpi_first=3), gateway)
    assert 'kpi_first{instance="",job="xushi"} 3' in shown(gateway)
    assert "kpi_second{" not in shown(gateway)


def test_a_gateway_that_is_away_is_tried_again_ever_later_and_each_try_is_told() -> None:
    waits: list[float] = []
    told: list[str] = []
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(PushUnavailableError) as raised:
        push(gauges(kpi_first=1), url, wait=waits.append, told=told.append)
    assert waits == [1.0, 2.0, 4.0]
    assert ["try 1 of 4" in told[0], "try 2 of 4" in told[1], "try 3 of 4" in told[2], len(told)] == [True] * 3 + [3]
    assert all(url in line and "Connection refused" in line for line in told)
    for words in (url, "Connection refused", "4 tries", "数据已入库", "xushi metrics push"):
        assert words in str(raised.value)


def test_a_gateway_that_comes_back_between_two_tries_gets_everything() -> None:
    address = f"127.0.0.1:{free_port()}"
    with ExitStack() as running:

        def wait(_: float) -> None:
            running.enter_context(pushgateway(address))

        assert push(gauges(kpi_first=1), f"http://{address}", wait=wait) == 2
        assert 'kpi_first{instance="",job="xushi"} 1' in shown(f"http://{address}")


@pytest.mark.parametrize(
    "behaviour",
    [
        silent,
        dripping(b""),
        dripping(),
        dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"),
        dripping(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 100000\r\n\r\n"),
    ],
    ids=["silent", "status drips", "head drips", "body drips", "refusal drips"],
)
def test_a_gateway_that_answers_too_slowly_does_not_hold_a_run(behaviour: Behaviour) -> None:
    begun, running = time.monotonic(), set(threading.enumerate())
    said = r"no complete answer in 0\.4 s|timed out"
    with stranger(behaviour) as url, pytest.raises(PushUnavailableError, match=said):
        push(gauges(kpi_first=1), url, tries=2, timeout_seconds=SHORT, wait=lambda _: None)
    assert time.monotonic() - begun < LONG
    assert not set(threading.enumerate()) - running, "a thread is left behind"


def test_a_gateway_that_reads_too_slowly_does_not_hold_a_run_either() -> None:
    large = CollectorRegistry()
    family = Gauge("kpi_large", "for a test", ["number"], registry=large)
    for number in range(20):  # 20 MB, more than the buffers of a connection hold
        family.labels(f"{number:01000000d}").set(number)
    with stranger(silent) as url, pytest.raises(PushUnavailableError, match=r"no complete answer|timed out"):
        push(large, url, tries=1, timeout_seconds=SHORT)


def test_a_real_refusal_is_told_in_the_gateways_words_and_not_tried_again(gateway: str) -> None:
    other = CollectorRegistry()
    Counter("kpi_clash_total", "of another type", registry=other).inc()
    push_to_gateway(gateway, job="another", registry=other)
    with pytest.raises(PushRefusedError) as raised:
        push(gauges(kpi_clash_total=1), gateway, wait=never)
    for words in ("HTTP 400", "inconsistent", gateway, "XUSHI_PUSHGATEWAY_URL", "数据已入库"):
        assert words in str(raised.value)


def test_a_path_that_the_gateway_does_not_know_is_not_tried_again(gateway: str) -> None:
    with pytest.raises(PushRefusedError, match="HTTP 404"):
        push(gauges(kpi_first=1), f"{gateway}/nothing-here", wait=never)


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        (http("400 Bad Request", "text format parsing error"), "HTTP 400: text format parsing error"),
        (http("401 Unauthorized"), "HTTP 401"),
        (http("302 Found", "", "Location: https://login.example.test/"), "HTTP 302 -> https://login.example.test/"),
        (http("200 OK", "<html>welcome</html>", "Content-Type: text/html"), "HTTP 200, text/html: <html>welcome"),
        (answering(b"SSH-2.0-OpenSSH_9.6\r\n"), "no HTTP: SSH-2.0-OpenSSH_9.6"),
    ],
)
def test_a_stranger_in_the_gateways_place_is_known_by_its_answer(behaviour: Behaviour, said: str) -> None:
    with stranger(behaviour) as url, pytest.raises(PushRefusedError) as raised:
        push(gauges(kpi_first=1), url, wait=never)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        (http("500 Internal Server Error", "disk full"), "HTTP 500: disk full"),
        (http("503 Service Unavailable"), "HTTP 503"),
        (http("429 Too Many Requests"), "HTTP 429"),
        (answering(b""), "closed connection"),
    ],
)
def test_what_may_pass_is_tried_again(behaviour: Behaviour, said: str) -> None:
    waits: list[float] = []
    with stranger(behaviour) as url, pytest.raises(PushUnavailableError) as raised:
        push(gauges(kpi_first=1), url, tries=3, wait=waits.append)
    assert waits == [1.0, 2.0]
    assert said in str(raised.value)


def test_an_address_that_is_none_is_said_at_once() -> None:
    with pytest.raises(PushRefusedError, match="nonnumeric port"):
        push(gauges(kpi_first=1), "http://127.0.0.1:port", wait=never)


def test_a_password_in_the_address_is_sent_and_never_shown() -> None:
    asked: list[bytes] = []

    def listen(connection: socket.socket, _: threading.Event) -> None:
        asked.append(connection.recv(65536))
        connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    with stranger(listen) as url, pytest.raises(PushRefusedError) as raised:
        push(gauges(kpi_first=1), url.replace("//", "//pusher:p%40ss@"), wait=never)
    assert b"Authorization: Basic cHVzaGVyOnBAc3M=" in asked[0]  # pusher:p@ss
    assert "pusher" not in str(raised.value)
    assert "p%40ss" not in str(raised.value)


def never(_: float) -> None:
    pytest.fail("tried again")
