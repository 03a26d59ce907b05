"""Bringing dashboards to a Grafana: what arrives, and what is said when it does not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dashboards import build
from dashboards.commands import dashboards_app
from dashboards.provision import Grafana as Connection
from tests.servers.grafana import BASIC, TOKEN, Grafana, grafana_server
from validators.errors import GrafanaRefusedError, GrafanaUnavailableError

PROMETHEUS = "http://prometheus:9090"


@pytest.fixture
def grafana() -> Iterator[Grafana]:
    with grafana_server() as state:
        yield state


@pytest.fixture
def boards() -> list[dict[str, Any]]:
    return list(build.load().values())


def test_a_fresh_grafana_gets_folder_data_source_and_dashboards(grafana: Grafana, boards: list[dict[str, Any]]) -> None:
    pushed = Connection(grafana.url, TOKEN).push(boards, prometheus_url=PROMETHEUS)
    assert grafana.folders == {"xushi": "序时 Xushi"}
    assert grafana.sources["xushi-prometheus"]["url"] == PROMETHEUS
    assert set(grafana.dashboards) == {each["uid"] for each in boards} == set(pushed.dashboards)
    assert (pushed.folder, pushed.source) == ("new", "new")
    assert pushed.dashboards["xushi-overview"] == f"{grafana.url}/d/xushi-overview"


def test_pushing_again_replaces_and_makes_nothing_twice(grafana: Grafana, boards: list[dict[str, Any]]) -> None:
    connection = Connection(grafana.url, TOKEN)
    connection.push(boards, prometheus_url="http://old:9090")
    boards[0]["title"] = "改名 Renamed"
    pushed = connection.push(boards, prometheus_url=PROMETHEUS)
    assert (pushed.folder, pushed.source) == ("there", "changed")
    assert grafana.sources["xushi-prometheus"]["url"] == PROMETHEUS
    assert grafana.dashboards[boards[0]["uid"]]["title"] == "改名 Renamed"
    assert len(grafana.dashboards) == len(boards)


def test_a_provisioned_data_source_is_left_alone(grafana: Grafana, boards: list[dict[str, Any]]) -> None:
    grafana.sources["xushi-prometheus"] = {"uid": "xushi-prometheus", "url": "http://own:9090", "readOnly": True}
    assert Connection(grafana.url, TOKEN).push(boards, prometheus_url=PROMETHEUS).source == "there"
    assert grafana.sources["xushi-prometheus"]["url"] == "http://own:9090"


def test_without_a_data_source_and_without_its_address_nothing_is_half_done(
    grafana: Grafana, boards: list[dict[str, Any]]
) -> None:
    with pytest.raises(GrafanaRefusedError, match="--prometheus-url"):
        Connection(grafana.url, TOKEN).push(boards)
    assert grafana.dashboards == {}


def test_a_grafana_below_a_path_and_a_password_work_too(boards: list[dict[str, Any]]) -> None:
    with grafana_server("/monitoring/grafana") as state:
        Connection(f"{state.url}/", BASIC).push(boards, prometheus_url=PROMETHEUS)
        assert len(state.dashboards) == len(boards)


def test_rule_groups_of_a_file_arrive_in_the_shape_of_the_api(grafana: Grafana) -> None:
    rule = {"uid": "a", "title": "A", "annotations": {"summary": "{{ $$labels.target }}"}}
    group = {"orgId": 1, "name": "目标 targets", "folder": "序时 Xushi", "interval": "1m", "rules": [rule]}
    pushed = Connection(grafana.url, TOKEN).push([], prometheus_url=PROMETHEUS, rule_groups=[group])
    assert pushed.rule_groups == ("目标 targets",)
    arrived = grafana.rule_groups["目标 targets"]
    assert arrived["interval"] == 60
    assert arrived["rules"][0]["annotations"]["summary"] == "{{ $labels.target }}"
    assert arrived["rules"][0]["folderUID"] == arrived["folderUid"] == "xushi"


def test_a_wrong_token_is_refused_and_not_repeated(grafana: Grafana, boards: list[dict[str, Any]]) -> None:
    with pytest.raises(GrafanaRefusedError, match="HTTP 401: Invalid API key") as caught:
        Connection(grafana.url, "glsa_wrong").push(boards, prometheus_url=PROMETHEUS)
    assert "glsa_wrong" not in str(caught.value)


def test_what_grafana_says_of_a_bad_dashboard_is_passed_on(grafana: Grafana) -> None:
    with pytest.raises(GrafanaRefusedError, match="dashboard x: HTTP 400: Dashboard title cannot be empty"):
        Connection(grafana.url, TOKEN).push([{"uid": "x", "title": ""}], prometheus_url=PROMETHEUS)


def test_a_broken_grafana_may_be_tried_again(grafana: Grafana, boards: list[dict[str, Any]]) -> None:
    grafana.broken = True
    with pytest.raises(GrafanaUnavailableError, match="HTTP 500: database is locked"):
        Connection(grafana.url, TOKEN).push(boards, prometheus_url=PROMETHEUS)


def test_a_grafana_that_is_away_or_too_slow_is_named(grafana: Grafana, boards: list[dict[str, Any]]) -> None:
    with pytest.raises(GrafanaUnavailableError, match="ConnectionError"):
        Connection("http://127.0.0.1:9", TOKEN).push(boards, prometheus_url=PROMETHEUS)
    grafana.slow_seconds = 60
    with pytest.raises(GrafanaUnavailableError, match="ReadTimeout"):
        Connection(grafana.url, TOKEN, timeout_seconds=0.2).push(boards, prometheus_url=PROMETHEUS)


def test_somebody_elses_page_is_no_grafana(grafana: Grafana, boards: list[dict[str, Any]]) -> None:
    grafana.html = True
    with pytest.raises(GrafanaRefusedError, match="no answer of a Grafana"):
        Connection(grafana.url, TOKEN).push(boards, prometheus_url=PROMETHEUS)


@pytest.mark.parametrize("url", ["grafana:3000", "ftp://grafana", "http://admin:secret@grafana:3000"])
def test_an_address_that_can_not_be_used_is_refused_without_showing_a_password(url: str) -> None:
    with pytest.raises(GrafanaRefusedError) as caught:
        Connection(url, TOKEN)
    assert "secret" not in str(caught.value)


# ---- the commands


def test_the_command_pushes_and_prints_addresses_but_never_the_token(grafana: Grafana) -> None:
    environment = {"XUSHI_GRAFANA_URL": grafana.url, "XUSHI_GRAFANA_TOKEN": TOKEN, "XUSHI_PROMETHEUS_URL": PROMETHEUS}
    done = CliRunner().invoke(dashboards_app, ["push"], env=environment | {"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    assert f"{grafana.url}/d/xushi-indicator" in done.output
    assert TOKEN not in done.output
    assert len(grafana.dashboards) == 5


def test_the_token_may_stand_in_a_file(grafana: Grafana, tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text(f"{TOKEN}\n")
    arguments = ["push", "--url", grafana.url, "--token-file", str(path), "--prometheus-url", PROMETHEUS]
    assert CliRunner().invoke(dashboards_app, arguments).exit_code == 0
    assert len(grafana.dashboards) == 5


def test_without_a_token_the_command_says_how_to_give_one(grafana: Grafana) -> None:
    done = CliRunner().invoke(dashboards_app, ["push", "--url", grafana.url])
    assert done.exit_code == 2
    assert "XUSHI_GRAFANA_TOKEN" in done.output
    assert grafana.calls == []


def test_an_empty_folder_is_no_success(grafana: Grafana, tmp_path: Path) -> None:
    arguments = ["push", "--url", grafana.url, "--token", TOKEN, "--folder", str(tmp_path)]
    done = CliRunner().invoke(dashboards_app, arguments)
    assert done.exit_code == 2
    assert "xushi dashboards build" in done.output
    assert grafana.calls == []


def test_building_says_what_it_wrote_and_checking_says_what_drifted(tmp_path: Path) -> None:
    built = CliRunner().invoke(dashboards_app, ["build", "--out", str(tmp_path)])
    assert built.exit_code == 0, built.output
    assert "xushi-overview.json" in built.output
    assert CliRunner().invoke(dashboards_app, ["build", "--check", "--out", str(tmp_path)]).exit_code == 0
    path = tmp_path / "xushi-overview.json"
    changed = json.loads(path.read_text(encoding="utf-8")) | {"refresh": "1s"}
    path.write_text(json.dumps(changed), encoding="utf-8")
    drifted = CliRunner().invoke(dashboards_app, ["build", "--check", "--out", str(tmp_path)])
    assert drifted.exit_code == 1
    assert "xushi-overview.json" in drifted.output
    assert json.loads(path.read_text(encoding="utf-8"))["refresh"] == "1s"
