"""`xushi up` with the real Prometheus, Alertmanager and Pushgateway."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import pytest

from tests.servers.ports import free_port
from tests.stack.programs import MONITORS, WITH_PUSHGATEWAY, XUSHI, Stack, environment, started, told

# One after another on one worker: each starts several servers, and the fixture's are shared.
pytestmark = pytest.mark.xdist_group("stack")


def asked(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return json.loads(answer.read())


def query(prometheus: str, expression: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = asked(f"{prometheus}/api/v1/query?query={quote(expression)}")["data"]["result"]
    return found


def query_until_found(prometheus: str, expression: str, seconds: float = 90) -> list[dict[str, Any]]:
    end = time.monotonic() + seconds
    while not (found := query(prometheus, expression)):
        assert time.monotonic() < end, expression
        time.sleep(0.2)
    return found


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Everything but Dagster (test_dagster.py) and Grafana."""
    home = tmp_path_factory.mktemp("up")
    with started(home, ["--free-ports", "--seconds", "1", "--only", "metrics", *WITH_PUSHGATEWAY]) as running:
        running.wait_until_settled()
        yield running


def test_every_component_gets_ready_and_is_shown_with_its_address(stack: Stack) -> None:
    printed = stack.output()
    for name in ("Pushgateway", "Alertmanager", "Prometheus", "指标 metrics", "首次推送 first push"):
        assert any(f"{word}  {name}" in printed for word in ("就绪 ready", "完成 done")), printed
    for name in ("Pushgateway", "Alertmanager", "Prometheus", "指标 metrics"):
        with urllib.request.urlopen(stack.address(name), timeout=60) as page:
            assert page.status == 200


def test_the_gauges_of_a_target_reach_prometheus_once_although_two_components_show_them(stack: Stack) -> None:
    prometheus = stack.address("Prometheus")
    found = query_until_found(prometheus, 'count by (target, job, instance) (kpi_target_info{region="330303"})')
    assert {row["value"][1] for row in found} == {"1"}
    assert {row["metric"]["job"] for row in found} == {"xushi"}
    assert not any("instance" in row["metric"] for row in found)
    assert query_until_found(prometheus, 'up{job="xushi-metrics"} == 1')


def test_prometheus_evaluates_the_rules_of_the_catalogue(stack: Stack) -> None:
    groups = asked(f"{stack.address('Prometheus')}/api/v1/rules")["data"]["groups"]
    names = {rule["name"] for group in groups for rule in group["rules"]}
    assert {"TargetOffTrack", "DataLate", "GaugesAbsent"} <= names
    assert not [rule["lastError"] for group in groups for rule in group["rules"] if rule.get("lastError")]


def test_prometheus_knows_the_alertmanager(stack: Stack) -> None:
    known = asked(f"{stack.address('Prometheus')}/api/v1/alertmanagers")["data"]["activeAlertmanagers"]
    assert [each["url"] for each in known] == [f"{stack.address('Alertmanager')}/api/v2/alerts"]


def test_all_listen_on_the_loopback_address_alone(stack: Stack) -> None:
    own = [stack.process.pid, *(each.pid for each in stack.left())]
    listening = [each for each in psutil.net_connections("inet") if each.status == "LISTEN" and each.pid in own]
    assert len(listening) >= 4
    assert {each.laddr.ip for each in listening} == {"127.0.0.1"}


def test_each_component_has_a_log_by_its_name_and_files_are_the_owners(stack: Stack) -> None:
    logs = {path.stem for path in (stack.home / "stack" / "logs").iterdir()}
    assert logs == {"pushgateway", "alertmanager", "prometheus", "metrics", "first-push"}
    assert (stack.home / "stack").stat().st_mode & 0o077 == 0
    assert (stack.home / "stack" / "alertmanager.yml").stat().st_mode & 0o077 == 0


def test_a_second_stack_in_the_same_home_is_refused_and_the_first_named(stack: Stack) -> None:
    second = told(stack.home, "--free-ports", *MONITORS)
    assert second.returncode == 1
    assert f"process {stack.process.pid}" in second.stderr
    assert stack.process.poll() is None


def test_ctrl_c_stops_all_in_reverse_order(tmp_path: Path) -> None:
    with started(tmp_path, ["--free-ports", *MONITORS]) as stack:
        stack.wait_until_settled()
        assert stack.stop(signal.SIGINT) == 0
        words = [line.split()[-1] for line in stack.output().splitlines() if "已停止 stopped" in line]
        assert words == ["Prometheus", "Alertmanager"]
        assert stack.left() == []


def test_a_stop_in_the_middle_of_the_start_leaves_nothing(tmp_path: Path) -> None:
    with started(tmp_path, ["--free-ports", *MONITORS]) as stack:
        stack.wait_for("就绪 ready")
        assert stack.stop(signal.SIGTERM) == 0
        assert stack.left() == []


def test_it_runs_on_and_stops_well_when_nobody_reads_what_it_says(tmp_path: Path) -> None:
    command = [XUSHI, "up", "--free-ports", *MONITORS]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment(tmp_path)) as up:
        stack = Stack(up, tmp_path, tmp_path / "printed")
        assert up.stdout is not None
        up.stdout.readline()
        up.stdout.close()
        end = time.monotonic() + 90
        while len(stack.left()) < 2:
            assert time.monotonic() < end
            time.sleep(0.1)
        time.sleep(1)  # in which it says that they are ready
        assert stack.stop(signal.SIGTERM) == 0
        assert stack.left() == []


def test_killing_the_supervisor_leaves_no_orphan(tmp_path: Path) -> None:
    with started(tmp_path, ["--free-ports", *MONITORS]) as stack:
        stack.wait_until_settled()
        assert len(stack.left()) >= 2
        assert stack.stop(signal.SIGKILL) == -signal.SIGKILL
        stack.wait_until_nothing_is_left()


def test_a_component_that_dies_is_named_with_its_log_and_the_rest_goes_on(tmp_path: Path) -> None:
    with started(tmp_path, ["--free-ports", *MONITORS]) as stack:
        stack.wait_until_settled()
        [victim] = [each for each in stack.left() if each.name().startswith("prometheus-aler")]
        victim.kill()
        stack.wait_for("已退出 ended  Alertmanager")
        printed = stack.wait_for("│ ")  # what is said of it ends with lines of its log
        assert "exit code -9" in printed
        assert "alertmanager.log" in printed
        with urllib.request.urlopen(f"{stack.address('Prometheus')}/-/healthy", timeout=60) as answer:
            assert answer.status == 200
        assert stack.stop() == 1


def test_a_missing_program_is_named_with_its_package_and_the_rest_works(tmp_path: Path) -> None:
    missing = str(tmp_path / "nothing")
    with started(tmp_path, ["--free-ports", *MONITORS], XUSHI_ALERTMANAGER=missing) as stack:
        printed = stack.wait_until_settled()
        assert f"XUSHI_ALERTMANAGER={missing}" in printed
        assert "apt-get install prometheus-alertmanager" in printed
        assert asked(f"{stack.address('Prometheus')}/api/v1/alertmanagers")["data"]["activeAlertmanagers"] == []
        assert stack.stop() == 0


def test_without_a_pushgateway_prometheus_scrapes_the_endpoint_under_the_same_names(tmp_path: Path) -> None:
    arguments = ["--free-ports", "--seconds", "1", "--only", "metrics", "--only", "prometheus"]
    with started(tmp_path, arguments) as stack:
        stack.wait_until_settled()
        found = query_until_found(stack.address("Prometheus"), "kpi_push_timestamp_seconds")
        assert [row["metric"] for row in found] == [{"__name__": "kpi_push_timestamp_seconds", "job": "xushi"}]


def test_a_pushgateway_given_by_url_is_used_and_none_started(stack: Stack, tmp_path: Path) -> None:
    gateway = stack.address("Pushgateway")
    with started(
        tmp_path, ["--free-ports", "--seconds", "1", *WITH_PUSHGATEWAY], XUSHI_PUSHGATEWAY_URL=gateway
    ) as second:
        second.wait_until_settled()
        assert second.address("Pushgateway") == gateway
        assert query_until_found(second.address("Prometheus"), 'up{job="pushgateway"} == 1')
        assert not (tmp_path / "stack" / "logs" / "pushgateway.log").exists()


def test_a_port_in_use_is_named_with_its_component_and_the_way_out(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        result = told(tmp_path, "--free-ports", "--port", f"prometheus={port}", *MONITORS)
    assert result.returncode == 1
    assert f"Prometheus: 端口 {port} 已被占用" in result.stderr
    assert "--port prometheus=" in result.stderr
    assert "--free-ports" in result.stderr
    assert not (tmp_path / "stack" / "logs").exists()


def test_a_given_port_is_taken(tmp_path: Path) -> None:
    port = free_port()
    arguments = ["--only", "alertmanager", "--port", f"alertmanager={port}"]
    with started(tmp_path, arguments) as stack:
        stack.wait_until_settled()
        assert stack.address("Alertmanager") == f"http://127.0.0.1:{port}"
        assert stack.stop(signal.SIGTERM) == 0


def test_a_check_ends_by_itself_and_fails_when_something_is_missing(tmp_path: Path) -> None:
    good = told(tmp_path / "good", "--check", "--free-ports", "--only", "prometheus")
    assert good.returncode == 0, good.stdout
    assert "已停止 stopped  Prometheus" in good.stdout
    bad = told(tmp_path / "bad", "--check", "--free-ports", *MONITORS, XUSHI_ALERTMANAGER=str(tmp_path / "nothing"))
    assert bad.returncode == 1
    assert "就绪 ready  Prometheus" in bad.stdout


@pytest.mark.parametrize("arguments", [["--only", "prometeus"], ["--port", "prometheus=x"], ["--port", "grafanna=1"]])
def test_a_name_that_is_none_is_wrong_usage_and_the_known_ones_are_listed(tmp_path: Path, arguments: list[str]) -> None:
    result = told(tmp_path, *arguments)
    assert result.returncode == 2
    assert not (tmp_path / "stack").exists()


def test_print_config_starts_and_writes_nothing(tmp_path: Path) -> None:
    elsewhere = {"XUSHI_GRAFANA_URL": "http://127.0.0.1:3000", "XUSHI_GRAFANA_TOKEN": "glsa_secret"}
    result = told(tmp_path, "--print-config", "--free-ports", **elsewhere)
    assert result.returncode == 0
    assert "dashboards push --url http://127.0.0.1:3000" in result.stdout
    assert "glsa_secret" not in result.stdout
    assert "scrape_configs:" in result.stdout
    assert "api grpc -m dagster_project.definitions" in result.stdout
    assert list(tmp_path.iterdir()) == []


CONTACTS = """
smtp: {host: smtp.example.org, sender: xushi@example.org, username: xushi, password: {file: smtp-password}}
sending: {repeat_weeks: 6}
default: {email: [bureau@example.org]}
departments:
  lw_commerce:
    webhook: [{env: HOOK_OF_COMMERCE}]
"""


def test_contacts_in_the_home_become_alertmanagers_routes_and_their_secrets_stay_secret(tmp_path: Path) -> None:
    (tmp_path / "contacts.yaml").write_text(CONTACTS)
    (tmp_path / "smtp-password").write_text("swordfish\n")
    hook = {"HOOK_OF_COMMERCE": "http://127.0.0.1:1/hook/swordfish"}
    printed = told(tmp_path, "--print-config", "--free-ports", *MONITORS, **hook).stdout
    assert "smtp.example.org" in printed
    assert f"--data.retention={2 * 6 * 7 * 24}h" in printed
    assert "swordfish" not in printed
    with started(tmp_path, ["--free-ports", *MONITORS], **hook) as stack:
        stack.wait_until_settled()
        receivers = asked(f"{stack.address('Alertmanager')}/api/v2/receivers")
        assert {"default", "department-lw_commerce"} <= {each["name"] for each in receivers}
        runbook = stack.address("转发与处置手册 relay, runbook")
        assert runbook in (tmp_path / "stack" / "prometheus-rules.yaml").read_text(encoding="utf-8")
        with urllib.request.urlopen(runbook, timeout=60) as page:
            assert "TargetOffTrack" in page.read().decode()
        assert "swordfish" not in stack.output()
        assert "no contacts" not in stack.output()
        assert stack.stop() == 0


def test_contacts_that_cannot_be_used_are_said_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "contacts.yaml").write_text(CONTACTS)
    result = told(tmp_path, "--free-ports", *MONITORS)
    assert result.returncode == 1
    assert "smtp-password" in result.stderr
    assert not (tmp_path / "stack").exists()


def test_write_config_writes_the_files_while_the_ports_are_in_use(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        result = told(tmp_path, "--write-config", "--port", f"alertmanager={port}", *MONITORS)
    assert result.returncode == 0, result.stderr
    assert f"127.0.0.1:{port}" in (tmp_path / "stack" / "prometheus.yml").read_text()
    assert not list((tmp_path / "stack" / "logs").iterdir())
