"""The relay to DingTalk and Feishu, over real HTTP on both sides."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import logging
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from dashboards.relay import Relay, addresses
from dashboards.relay_text import Message, text
from dashboards.robots import MOST_BYTES, Address
from tests.servers.hooks import Hooks, hooks
from tests.servers.ports import free_port
from validators.contacts import Contacts
from validators.contacts_file import Secrets

NOW = 1_745_000_000.25
KEY = "SEC-key"
TOKEN = "token-of-the-robot"


def message(
    count: int = 1, *, status: str = "firing", description: str = "实际 86.4亿元，差 26.1亿元。"
) -> dict[str, Any]:
    alerts = [
        {
            "status": status,
            "labels": {"alertname": "TargetOffTrack"},
            "annotations": {
                "summary_zh": f"龙湾区出口{number}：进度滞后",
                "summary_en": f"Exports {number}: far behind pace",
                "description_zh": f"龙湾区出口{number}：进度滞后。{description}",
                "description_en": f"Exports {number}: far behind pace.",
                "dashboard": "http://grafana.example.test/d/x",
                "runbook": "http://runbook.example.test/#targetofftrack",
            },
            "startsAt": "2025-04-16T02:00:00Z",
        }
        for number in range(count)
    ]
    common = {"owner_zh": "区商务局", "owner_en": "Longwan Bureau of Commerce"}
    return {"version": "4", "status": status, "alerts": alerts, "commonLabels": common, "groupKey": "{}"}


@pytest.fixture
def chat() -> Iterator[Hooks]:
    with hooks() as found:
        yield found


@pytest.fixture
def relay(chat: Hooks) -> Iterator[Relay]:
    url = f"{chat.url}/robot/send?access_token={TOKEN}"
    nobody = f"http://127.0.0.1:{free_port()}/{TOKEN}"
    robots = {
        "/dingtalk/default": Address("dingtalk", url, KEY),
        "/dingtalk/unsigned": Address("dingtalk", url),
        "/feishu/default": Address("feishu", url, KEY),
        "/feishu/away": Address("feishu", nobody),
    }
    with Relay(("127.0.0.1", 0), robots, "<h1>手册</h1>", clock=lambda: NOW) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def ask(relay: Relay, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", relay.server_port, timeout=30)
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    connection.request(method, path, data, {"Content-Type": "application/json"} | headers)
    answer = connection.getresponse()
    found = answer.status, answer.read().decode()
    connection.close()
    return found


def test_dingtalk_gets_a_text_signed_in_its_url(relay: Relay, chat: Hooks) -> None:
    assert ask(relay, "POST", "/dingtalk/default", message())[0] == 200
    (posted,) = chat.posted
    asked = parse_qs(urlsplit(posted.path).query)
    stamp = str(round(NOW * 1000))
    signed = hmac.new(KEY.encode(), f"{stamp}\n{KEY}".encode(), hashlib.sha256).digest()
    assert asked == {"access_token": [TOKEN], "timestamp": [stamp], "sign": [base64.b64encode(signed).decode()]}
    assert posted.body["msgtype"] == "text"
    assert posted.body["text"]["content"].startswith(
        "[序时] 区商务局：1 项需关注\n● 龙湾区出口0：进度滞后。实际 86.4亿元"
    )


def test_a_robot_without_a_key_is_sent_no_signature(relay: Relay, chat: Hooks) -> None:
    assert ask(relay, "POST", "/dingtalk/unsigned", message())[0] == 200
    assert chat.posted[0].path == f"/robot/send?access_token={TOKEN}"


def test_feishu_gets_a_text_signed_in_its_body(relay: Relay, chat: Hooks) -> None:
    assert ask(relay, "POST", "/feishu/default", message())[0] == 200
    (posted,) = chat.posted
    stamp = str(int(NOW))
    signed = hmac.new(f"{stamp}\n{KEY}".encode(), b"", hashlib.sha256).digest()
    assert posted.body["timestamp"] == stamp
    assert posted.body["sign"] == base64.b64encode(signed).decode()
    assert posted.body["msg_type"] == "text"
    assert "差 26.1亿元" in posted.body["content"]["text"]


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ((200, {"errcode": 0, "errmsg": "ok"}), 200),
        ((200, {"StatusCode": 0, "code": 0}), 200),
        ((200, {"errcode": 310000, "errmsg": "sign not match"}), 422),
        ((200, {"errcode": 130101, "errmsg": "send too fast"}), 503),
        ((200, "<html>"), 422),
        ((200, "[]"), 422),
        ((404, "not here"), 422),
        ((429, "slow down"), 503),
        ((502, "away"), 503),
    ],
)
def test_the_answer_tells_alertmanager_whether_to_try_again(
    answer: tuple[int, Any], status: int, relay: Relay, chat: Hooks, caplog: pytest.LogCaptureFixture
) -> None:
    chat.answers = [answer]
    caplog.set_level(logging.INFO)
    found, said = ask(relay, "POST", "/dingtalk/default", message())
    assert found == status
    assert TOKEN not in said + caplog.text
    assert KEY not in said + caplog.text
    assert "/dingtalk/default" in caplog.text


def test_a_robot_that_is_away_is_tried_again(relay: Relay, caplog: pytest.LogCaptureFixture) -> None:
    status, said = ask(relay, "POST", "/feishu/away", message())
    assert status == 503
    assert TOKEN not in said + caplog.text


@pytest.mark.parametrize(
    ("path", "body", "headers", "status"),
    [
        ("/dingtalk/nobody", message(), {}, 404),
        ("/dingtalk/default", message(), {"Content-Type": "text/plain"}, 415),
        ("/dingtalk/default", b"not json", {}, 400),
        ("/dingtalk/default", {"version": "3", "alerts": []}, {}, 400),
        ("/dingtalk/default", {**message(), "alerts": []}, {}, 400),
        ("/dingtalk/default", None, {"Content-Length": "99999999999"}, 413),
        ("/dingtalk/default", None, {"Content-Length": "-1"}, 413),
    ],
)
def test_what_alertmanager_would_not_post_is_refused_and_reaches_no_chat(
    path: str, body: Any, headers: dict[str, str], status: int, relay: Relay, chat: Hooks
) -> None:
    assert ask(relay, "POST", path, body, **headers)[0] == status
    assert chat.posted == []


def test_it_serves_the_runbook_and_says_that_it_runs(relay: Relay) -> None:
    assert ask(relay, "GET", "/runbook") == (200, "<h1>手册</h1>")
    assert ask(relay, "GET", "/-/healthy") == (200, "ok\n")
    assert ask(relay, "GET", "/secrets")[0] == 404


def test_recoveries_are_told_in_both_languages() -> None:
    said = text(Message.model_validate(message(status="resolved")), MOST_BYTES)
    assert "1 项已恢复" in said
    assert "○ 已恢复：龙湾区出口0：进度滞后" in said
    assert "○ Recovered: Exports 0: far behind pace" in said


def test_a_long_message_keeps_whole_alerts_and_says_how_many_more_there_are() -> None:
    many = Message.model_validate(message(200, description="长" * 100))
    said = text(many, MOST_BYTES)
    assert len(said.encode()) <= MOST_BYTES
    shown = said.count("● 龙湾区出口")
    assert 10 < shown < 200
    assert f"… 另有 {200 - shown} 项" in said
    assert f"… {200 - shown} more" in said
    tiny = text(many, 100)
    assert "200 项需关注" in tiny


def test_every_robot_of_the_contacts_has_its_path(contacts: Contacts, secrets: Secrets) -> None:
    found = addresses(contacts, secrets)
    assert set(found) == {"/dingtalk/department-lw_industry", "/feishu/department-lw_reform"}
    robot = found["/feishu/department-lw_reform"]
    assert robot.url.endswith("feishu-token")
    assert "token" not in repr(robot)
