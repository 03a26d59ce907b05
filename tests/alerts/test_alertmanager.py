"""Alertmanager's configuration: checked by amtool, routes asked of amtool, secrets where they belong."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from dashboards import alertmanager
from tests.alerts.conftest import FILES, SECRETS
from validators.catalogue import Catalogue
from validators.contacts import Contacts
from validators.contacts_file import Secrets, parse_contacts


def amtool(*arguments: object) -> str:
    done = subprocess.run(["amtool", *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def written(configuration: dict[str, Any], tmp_path: Path) -> Path:
    path = tmp_path / "alertmanager.yml"
    path.write_text(alertmanager.text(configuration))
    return path


def receivers(written: Path, **labels: str) -> list[str]:
    """Who gets an alert with these labels, according to amtool."""
    given = [f"{name}={value}" for name, value in labels.items()]
    return amtool("config", "routes", "test", f"--config.file={written}", *given).strip().split(",")


def test_amtool_accepts_the_configuration_of_the_example(written: Path, configuration: dict[str, Any]) -> None:
    said = amtool("check-config", written)
    assert f"{len(configuration['receivers'])} receivers" in said
    assert "2 inhibit rules" in said


def test_the_least_contacts_make_a_configuration_that_amtool_accepts(catalogue: Catalogue, tmp_path: Path) -> None:
    contacts = parse_contacts("default: {webhook: [{url: 'http://127.0.0.1:1/'}]}", "c.yaml", catalogue)
    made = alertmanager.configuration(catalogue, contacts, Secrets(tmp_path, {}))
    (tmp_path / "alertmanager.yml").write_text(alertmanager.text(made))
    amtool("check-config", tmp_path / "alertmanager.yml")
    red = {"alertname": "TargetStaysRed", "kind": "target", "document": "longwan-2025", "chapter": "3"}
    assert receivers(tmp_path / "alertmanager.yml", **red, owner="lw_industry") == ["lead-default", "default"]


def test_an_alert_goes_to_its_department_and_to_nobody_else(written: Path) -> None:
    for kind in ("target", "data"):
        assert receivers(written, kind=kind, owner="lw_commerce") == ["department-lw_commerce"]


def test_alerts_on_sources_go_to_operations_and_hold_back_nobody(written: Path, configuration: dict[str, Any]) -> None:
    assert receivers(written, kind="source", owner="operations") == receivers(written, kind="pipeline")
    assert not any("source" in str(rule["source_matchers"]) for rule in configuration["inhibit_rules"])


def test_what_nobody_has_a_contact_for_goes_to_the_default_one(written: Path) -> None:
    assert receivers(written, kind="target", owner="lw_sports") == ["default"]
    assert receivers(written, kind="target", owner="who_is_that") == ["default"]
    assert receivers(written, severity="warning") == ["default"]


def test_the_pipeline_concerns_operations_alone(written: Path) -> None:
    assert receivers(written, kind="pipeline", owner="operations") == ["operations"]


@pytest.mark.parametrize(
    ("chapter", "owner", "expected"),
    [
        ("3", "lw_commerce", ["escalation", "lead-lw_reform", "department-lw_commerce"]),
        ("3", "lw_reform", ["escalation", "department-lw_reform"]),  # its own lead: told once
        ("4", "lw_sports", ["escalation", "default"]),  # the lead, lw_transport, has no contact
    ],
)
def test_what_stays_red_goes_to_the_lead_of_its_chapter_too(
    chapter: str, owner: str, expected: list[str], written: Path
) -> None:
    labels = {"kind": "target", "document": "longwan-2025", "chapter": chapter, "owner": owner}
    assert receivers(written, alertname="TargetStaysRed", **labels) == expected
    assert receivers(written, alertname="TargetOffTrack", **labels) == expected[-1:]


def test_one_department_is_one_group_and_repeats_take_weeks(configuration: dict[str, Any]) -> None:
    route = configuration["route"]
    assert route["group_by"] == ["owner"]
    assert route["repeat_interval"] == "4w"
    assert all(each.get("group_by", ["owner"]) in (["owner"], ["document"]) for each in route["routes"])


def test_working_hours_are_shanghais_and_hold_for_everybody_but_operations(configuration: dict[str, Any]) -> None:
    ((times,),) = [each["time_intervals"] for each in configuration["time_intervals"]]
    assert times["location"] == "Asia/Shanghai"
    for route in configuration["route"]["routes"]:
        assert ("active_time_intervals" in route) is (route["receiver"] != "operations")


def test_every_message_tells_of_recoveries(configuration: dict[str, Any]) -> None:
    ways = [
        way
        for receiver in configuration["receivers"]
        for key, ways in receiver.items()
        if key.endswith("_configs")
        for way in ways
    ]
    assert len(ways) > 10
    assert all(way["send_resolved"] for way in ways)


def test_a_secret_in_a_file_stays_there_where_alertmanager_can_read_it(written: Path, contacts_file: Path) -> None:
    text = written.read_text()
    made = yaml.safe_load(text)["global"]
    assert made["smtp_auth_password_file"] == str(contacts_file.parent / "secrets" / "smtp-password")
    assert "smtp_auth_password" not in made
    assert made["wechat_api_secret"] == SECRETS["XUSHI_WECOM_SECRET"]
    # The robots' secrets are the relay's.
    for secret in (FILES["feishu-reform-url"], SECRETS["XUSHI_DINGTALK_INDUSTRY_URL"], "dingtalk-secret"):
        assert secret not in text
    assert "/dingtalk/department-lw_industry" in text
    assert "/feishu/department-lw_reform" in text


def test_departments_without_a_contact_are_listed(catalogue: Catalogue, contacts: Contacts) -> None:
    without = alertmanager.without_contact(catalogue, contacts)
    assert "lw_transport" in without  # leads a chapter
    assert not set(without) & set(contacts.departments)


def test_the_same_contacts_make_the_same_text(
    configuration: dict[str, Any], catalogue: Catalogue, contacts: Contacts, secrets: Secrets
) -> None:
    again = alertmanager.configuration(catalogue, contacts, secrets)
    assert alertmanager.text(again) == alertmanager.text(configuration)
    assert "&id" not in alertmanager.text(again)
