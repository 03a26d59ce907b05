"""A real Alertmanager, a mail server, webhooks and the relay: who gets what, once."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from dashboards import alertmanager as configuring
from dashboards.relay import Relay, addresses
from tests.servers.alertmanager import Alertmanager, alertmanager
from tests.servers.hooks import Hooks, hooks
from tests.servers.mail import Letter, MailServer, mail_server
from validators.catalogue import Catalogue
from validators.contacts import Contacts
from validators.contacts_file import Secrets, parse_contacts

QUIET_SECONDS = 5.0  # more than two intervals of sending: what was to come has come

CONTACTS = """
smtp: {{host: 127.0.0.1, port: {port}, sender: xushi@example.test, starttls: false, username: xushi@example.test,
       password: {{file: password}}}}
relay: {relay}
sending: {{wait: 1s, interval: 2s}}
default: {{email: [default@example.test]}}
operations: {{email: [operations@example.test]}}
escalation: {{email: [supervision@example.test]}}
departments:
  lw_commerce: {{email: [commerce@example.test, office@example.test]}}
  lw_science_talent: {{email: [science@example.test]}}
  lw_reform: {{email: [reform@example.test]}}
  lw_industry: {{webhook: [{{env: HOOK}}]}}
  lw_transport: {{dingtalk: {{url: {{env: HOOK}}, secret: {{env: KEY}}}}}}
"""


class Office:
    """Everything together."""

    def __init__(self, mail: MailServer, posts: Hooks, manager: Alertmanager) -> None:
        self.mail, self.posts, self.manager = mail, posts, manager

    def letters(self, count: int) -> dict[str, Letter]:
        """The letters by their first recipient, once there are so many and no more come."""
        self.mail.wait(count)
        time.sleep(QUIET_SECONDS)
        found = self.mail.letters
        assert len(found) == count, [letter.subject for letter in found]
        return {letter.recipients[0]: letter for letter in found}


@contextmanager
def relaying(contacts: Contacts, secrets: Secrets) -> Iterator[Relay]:
    with Relay(("127.0.0.1", 0), addresses(contacts, secrets), "") as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def office(catalogue: Catalogue, tmp_path: Path) -> Iterator[Office]:
    with mail_server() as mail, hooks() as posts:
        (tmp_path / "password").write_text(mail.password)
        secrets = Secrets(tmp_path, {"HOOK": f"{posts.url}/hook?token=hook-token", "KEY": "signing-key"})

        def contacts(relay: str) -> Contacts:
            return parse_contacts(CONTACTS.format(port=mail.port, relay=relay), "contacts.yaml", catalogue)

        with relaying(contacts("http://127.0.0.1:1"), secrets) as relay:
            known = contacts(f"http://127.0.0.1:{relay.server_port}")
            text = configuring.text(configuring.configuration(catalogue, known, secrets))
            with alertmanager(text) as manager:
                yield Office(mail, posts, manager)
                assert "hook-token" not in manager.log
                assert mail.password not in manager.log


def target(name: str, owner: str = "lw_commerce", alert: str = "TargetOffTrack", chapter: str = "5") -> dict[str, Any]:
    """An alert as the rules make it."""
    departments = {
        "lw_commerce": ("区商务局", "Longwan Bureau of Commerce"),
        "lw_science_talent": ("新区科技和人才局", "Longwan Bureau of Science and Talent"),
    }
    zh, en = departments.get(owner, ("某局", "Some Bureau"))
    return {
        "labels": {
            "alertname": alert,
            "kind": "target",
            "severity": "critical" if alert == "TargetStaysRed" else "warning",
            "target": name,
            "document": "longwan-2025",
            "chapter": chapter,
            "article": "0",
            "owner": owner,
            "owner_zh": zh,
            "owner_en": en,
            "unit": "亿元",
        },
        "annotations": {
            "summary_zh": f"龙湾区{name}：进度滞后",
            "summary_en": f"{name}, Longwan: far behind pace",
            "description_zh": f"龙湾区{name}：进度滞后。实际 86.4亿元，目标 450亿元，差 26.1亿元。",
            "description_en": f"{name}, Longwan: far behind pace. Actual 86.4, target 450, short by 26.1.",
            "figures": " actual_value=86.4 target_value=450 gap=26.1 required_run_rate=40.4 since=2025-02",
            "dashboard": "http://grafana.example.test/d/xushi-indicator?var-region=330303&var-indicator=goods_exports",
            "runbook": "http://runbook.example.test/#targetofftrack",
        },
    }


LATE = {
    "labels": {
        "alertname": "DataLate",
        "kind": "data",
        "severity": "warning",
        "dataset": "trade",
        "owner": "lw_commerce",
        "owner_zh": "区商务局",
        "owner_en": "Longwan Bureau of Commerce",
    },
    "annotations": {
        "summary_zh": "对外贸易：报表逾期",
        "summary_en": "Foreign trade: table late",
        "description_zh": "对外贸易：报表逾期。已逾期 3 天。",
        "description_en": "Foreign trade: table late. Late by 3 days.",
        "figures": " value=3",
    },
}
FAILING = {
    "labels": {
        "alertname": "PipelineFailing",
        "kind": "pipeline",
        "severity": "critical",
        "owner": "operations",
        "owner_zh": "系统运维",
        "owner_en": "system operations",
    },
    "annotations": {"summary_zh": "数据管道作业失败：publish", "summary_en": "pipeline job failing: publish"},
}


def test_a_department_gets_one_letter_with_everything_that_concerns_it(office: Office) -> None:
    office.manager.fire(
        target("exports"), target("imports"), LATE, target("firms", "lw_science_talent"), target("roads", "lw_sports")
    )
    found = office.letters(3)
    assert set(found) == {"commerce@example.test", "science@example.test", "default@example.test"}
    commerce = found["commerce@example.test"]
    assert commerce.recipients == ("commerce@example.test", "office@example.test")
    assert commerce.subject == "[序时] 区商务局：3 项需关注 | Longwan Bureau of Commerce: 3 to look at"
    assert commerce.message["From"] == "xushi@example.test"
    for kind in ("plain", "html"):
        body = commerce.body(kind)
        for words in ("exports", "imports", "对外贸易", "86.4", "450", "26.1", "http://grafana.example.test/d/"):
            assert words in body
        assert "firms" not in body
    assert "40.4" in commerce.body("html")
    assert commerce.body("plain").index("已逾期 3 天") < commerce.body("plain").index("Late by 3 days")
    # A department without a contact of its own is lost on nobody.
    assert "某局" in found["default@example.test"].subject


def test_a_recovery_is_told_once_with_what_still_holds(office: Office) -> None:
    office.manager.fire(target("exports"), target("imports"))
    office.mail.wait(1)
    office.manager.resolve(target("exports"))
    office.mail.wait(2)
    time.sleep(QUIET_SECONDS)
    _, second = office.mail.letters
    assert second.subject == (
        "[序时] 区商务局：1 项需关注，1 项已恢复 | Longwan Bureau of Commerce: 1 to look at, 1 recovered"
    )
    assert "已恢复：龙湾区exports" in second.body("plain")
    assert "Recovered: exports" in second.body("plain")


def test_a_broken_pipeline_keeps_figures_quiet_until_it_runs_again(office: Office) -> None:
    office.manager.fire(target("exports"))
    office.mail.wait(1)
    office.manager.fire(FAILING)
    assert office.mail.wait(2)[1].recipients == ("operations@example.test",)
    # Gauges are away: the target seems to recover, another seems to fall behind, a table seems late.
    office.manager.resolve(target("exports"))
    office.manager.fire(target("imports"), LATE)
    time.sleep(QUIET_SECONDS)
    assert len(office.mail.letters) == 2
    # They are back, and so is the target; the rules let the pipeline's own alert end last. Nobody is told again of what
    # they know, nor of what never was.
    office.manager.fire(target("exports"))
    office.manager.resolve(target("imports"), LATE)
    time.sleep(QUIET_SECONDS)
    office.manager.resolve(FAILING)
    assert office.mail.wait(3)[2].recipients == ("operations@example.test",)
    time.sleep(QUIET_SECONDS)
    assert len(office.mail.letters) == 3


def test_what_stays_red_goes_to_the_lead_of_its_chapter_and_to_the_supervision(office: Office) -> None:
    firms = ("firms", "lw_science_talent")
    office.manager.fire(
        target(*firms, chapter="3"),
        target(*firms, alert="TargetStaysRed", chapter="3"),
        target("projects", "lw_reform", alert="TargetStaysRed", chapter="3"),
    )
    found = office.letters(4)
    assert set(found) == {
        "science@example.test",
        "reform@example.test",
        "supervision@example.test",
    }  # the lead twice: for its own target, and for the other's
    assert "2 项需关注" in found["supervision@example.test"].subject
    assert found["supervision@example.test"].subject.startswith("[序时·督办 escalation]")
    # One alert: the escalation takes the place of the plain one.
    assert "1 项需关注" in found["science@example.test"].subject
    reform = [letter for letter in office.mail.letters if letter.recipients == ("reform@example.test",)]
    assert sorted("firms" in letter.body("plain") for letter in reform) == [False, True]


def test_webhooks_get_alertmanagers_json_and_dingtalk_gets_a_signed_text(office: Office) -> None:
    office.manager.fire(target("zones", "lw_industry"), target("roads", "lw_transport"))
    posted = office.posts.wait(2)
    time.sleep(QUIET_SECONDS)
    assert len(office.posts.posted) == 2
    by_kind = {"msgtype" in each.body: each for each in posted}
    plain, robot = by_kind[False], by_kind[True]
    (alert,) = plain.body["alerts"]
    assert plain.path == "/hook?token=hook-token"
    assert alert["labels"]["target"] == "zones"
    assert "gap=26.1" in alert["annotations"]["figures"]
    assert robot.path.startswith("/hook?token=hook-token&timestamp=")
    text = robot.body["text"]["content"]
    assert "roads" in text
    assert "差 26.1亿元" in text
    assert text.index("需关注") < text.index("to look at")
