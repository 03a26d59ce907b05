"""`xushi alerts`, as a user runs it."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dashboards import alert_build
from dashboards.alert_commands import alerts_app
from tests.alerts.conftest import SECRETS
from tests.servers.hooks import hooks
from tests.servers.mail import wait_until
from tests.servers.ports import free_port
from validators.errors import ContactsError


def run(*arguments: object, **environment: str) -> Result:
    return CliRunner().invoke(alerts_app, [str(each) for each in arguments], env=SECRETS | environment)


def test_build_writes_and_then_finds_no_drift(tmp_path: Path) -> None:
    assert run("build", "--out", tmp_path, "--check").exit_code == 1
    assert run("build", "--out", tmp_path).exit_code == 0
    assert run("build", "--out", tmp_path, "--check").exit_code == 0
    assert (tmp_path / alert_build.RUNBOOK).is_file()


def test_links_lead_where_the_installation_says(tmp_path: Path) -> None:
    done = run("build", "--out", tmp_path, XUSHI_GRAFANA_LINK="https://g.test/", XUSHI_RUNBOOK_LINK="https://r.test/x")
    assert done.exit_code == 0
    for name in (alert_build.PROMETHEUS, alert_build.GRAFANA):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert "https://g.test/d/xushi-indicator" in text
        assert "https://r.test/x#datalate" in text
        assert "127.0.0.1" not in text


def test_check_lists_who_has_no_contact(contacts_file: Path) -> None:
    done = run("check", "--contacts", contacts_file)
    assert done.exit_code == 0
    assert "lw_transport 区交通局" in done.output
    assert "5 departments have a contact" in done.output


def test_check_fails_when_a_secret_is_not_there(contacts_file: Path) -> None:
    done = run("check", "--contacts", contacts_file, XUSHI_DINGTALK_INDUSTRY_SECRET="")
    assert isinstance(done.exception, ContactsError)
    assert "XUSHI_DINGTALK_INDUSTRY_SECRET" in str(done.exception)


def test_the_configuration_is_for_its_owner_alone_even_where_the_file_was_not(
    contacts_file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "alertmanager.yml"
    out.write_text("old")
    out.chmod(0o644)
    done = run("config", "--contacts", contacts_file, "--out", out, "--templates", "/etc/xushi/templates")
    assert done.exit_code == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert "/etc/xushi/templates/*.tmpl" in out.read_text()
    for secret in SECRETS.values():
        assert secret not in done.output


def test_a_wrong_contacts_file_leaves_the_configuration_alone(contacts_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "alertmanager.yml"
    out.write_text("old")
    contacts_file.write_text("defualt: {}")
    done = run("config", "--contacts", contacts_file, "--out", out)
    assert isinstance(done.exception, ContactsError)
    assert out.read_text() == "old"


@pytest.mark.parametrize("way", ["SIGINT", "SIGTERM"])
def test_the_relay_runs_until_it_is_told_to_stop(way: str, contacts_file: Path) -> None:
    port = free_port()
    command = [str(Path(sys.executable).parent / "xushi"), "alerts", "relay", "--contacts", str(contacts_file)]
    with hooks() as chat:
        environment = os.environ | SECRETS | {"XUSHI_DINGTALK_INDUSTRY_URL": f"{chat.url}/robot?access_token=hidden"}
        process = subprocess.Popen(
            [*command, "--port", str(port)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            wait_until(lambda: _healthy(port), "the relay")
            body = {
                "version": "4",
                "alerts": [{"status": "firing", "labels": {}, "annotations": {"description_zh": "甲"}}],
            }
            request = urllib.request.Request(
                f"http://127.0.0.1:{port}/dingtalk/department-lw_industry",
                json.dumps(body).encode(),
                {"Content-Type": "application/json"},
            )
            with urllib.request.urlopen(request, timeout=60) as answer:
                assert answer.status == 200
            assert "甲" in chat.posted[0].body["text"]["content"]
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/runbook", timeout=60) as answer:
                assert "id=targetofftrack" in answer.read().decode()
        finally:
            process.send_signal(signal.Signals[way])
            said, _ = process.communicate(timeout=60)
    assert "Traceback" not in said
    assert "hidden" not in said
    assert "/dingtalk/department-lw_industry: 200" in said


def _healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/-/healthy", timeout=5):
            return True
    except OSError:
        return False
