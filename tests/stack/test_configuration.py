"""The generated configuration, read by the programs' own checkers where they have one."""

from __future__ import annotations

import configparser
import shutil
import subprocess
from pathlib import Path

import pytest

from dagster_project.stack import configuration

METRICS, GATEWAY, ALERTMANAGER = "http://127.0.0.1:9109", "http://127.0.0.1:9091", "127.0.0.1:9093"
RULES = "groups: [{name: one, rules: [{alert: Never, expr: vector(0) > 1}]}]\n"


def checked(program: str, *arguments: str) -> None:
    found = shutil.which(program)
    assert found is not None, f"{program} is missing: apt-get install prometheus prometheus-alertmanager"
    done = subprocess.run([found, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("metrics", [METRICS, None])
@pytest.mark.parametrize("gateway", [GATEWAY, "https://push.example.org/under/here", None])
@pytest.mark.parametrize("alertmanager", [ALERTMANAGER, None])
def test_prometheus_finds_no_fault_whatever_is_missing(
    tmp_path: Path, metrics: str | None, gateway: str | None, alertmanager: str | None
) -> None:
    (tmp_path / "rules.yaml").write_text(RULES)
    made = configuration.prometheus(
        metrics=metrics, pushgateway=gateway, alertmanager=alertmanager, rules=[str(tmp_path / "rules.yaml")], seconds=5
    )
    (tmp_path / "prometheus.yml").write_text(configuration.text(made))
    checked("promtool", "check", "config", str(tmp_path / "prometheus.yml"))


def test_the_gauges_come_from_one_source() -> None:
    both = configuration.prometheus(metrics=METRICS, pushgateway=GATEWAY, alertmanager=None, rules=[], seconds=15)
    by_name = {job["job_name"]: job for job in both["scrape_configs"]}
    assert by_name["pushgateway"]["honor_labels"] is True
    assert by_name["xushi-metrics"]["metric_relabel_configs"][0]["action"] == "drop"
    alone = configuration.prometheus(metrics=METRICS, pushgateway=None, alertmanager=None, rules=[], seconds=15)
    assert [job["job_name"] for job in alone["scrape_configs"]] == ["xushi"]


def test_a_pushgateway_below_a_path_is_scraped_there() -> None:
    made = configuration.prometheus(
        metrics=None, pushgateway="https://push.example.org/under/here/", alertmanager=None, rules=[], seconds=15
    )
    [job] = made["scrape_configs"]
    assert (job["scheme"], job["metrics_path"]) == ("https", "/under/here/metrics")
    assert job["static_configs"] == [{"targets": ["push.example.org"]}]


def test_alertmanager_without_contacts_takes_its_configuration(tmp_path: Path) -> None:
    (tmp_path / "alertmanager.yml").write_text(configuration.text(configuration.silent_alertmanager()))
    checked("amtool", "check-config", str(tmp_path / "alertmanager.yml"))


def test_alertmanager_remembers_twice_as_long_as_the_longest_repeat() -> None:
    route = {"receiver": "x", "repeat_interval": "1w", "routes": [{"routes": [{"repeat_interval": "4w"}]}]}
    assert configuration.retention_hours({"route": route}) == 8 * 7 * 24
    assert configuration.retention_hours({"route": {"receiver": "x", "repeat_interval": "4h"}}) == 120
    assert configuration.retention_hours(configuration.silent_alertmanager()) == 120


@pytest.mark.parametrize(("written", "hours"), [("1d12h", 36), ("90m", 1.5), ("2w", 336), ("1y", 8760)])
def test_a_duration_is_read_as_prometheus_writes_it(written: str, hours: float) -> None:
    assert configuration.hours(written) == hours


@pytest.mark.parametrize("written", ["", "4", "1 w", "w1", "1w and more"])
def test_what_is_no_duration_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="no duration"):
        configuration.hours(written)


def test_grafana_listens_where_it_is_told_and_keeps_its_password_in_a_file() -> None:
    parser = configparser.RawConfigParser()
    parser.read_string(
        configuration.grafana(
            host="127.0.0.1",
            port=3001,
            data="/d",
            logs="/l",
            provisioning="/p",
            password_file="/secret",
            home="/h.json",
        )
    )
    assert dict(parser["server"]) == {"http_addr": "127.0.0.1", "http_port": "3001"}
    assert parser["security"]["admin_password"] == "$__file{/secret}"
    assert parser["auth.anonymous"]["org_role"] == "Viewer"
    assert parser["analytics"]["reporting_enabled"] == "false"
