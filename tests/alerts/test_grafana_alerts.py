"""The same alerts as rules that Grafana manages: what can be told of them without a Grafana."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from dashboards import alert_build
from dashboards.alerts import Alert
from dashboards.grafana_alerts import grafana_rules
from tests.dashboards.state import NOW, openmetrics
from tests.servers.prometheus import Prometheus, loaded_prometheus
from validators.catalogue import Catalogue

FILE = alert_build.FOLDER / alert_build.GRAFANA


@pytest.fixture(scope="module")
def found() -> dict[str, dict[str, Any]]:
    """The rules of the committed file by their alert's name."""
    content = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    assert content["apiVersion"] == 1
    return {rule["title"]: rule for group in content["groups"] for rule in group["rules"]}


@pytest.fixture(scope="module")
def prometheus(small_catalogue: Catalogue) -> Iterator[Prometheus]:
    with loaded_prometheus(openmetrics(small_catalogue)) as server:
        yield server


def test_grafana_gets_the_same_alerts_with_the_same_labels(
    found: dict[str, dict[str, Any]], rules: dict[str, dict[str, Any]]
) -> None:
    assert {name: (rule["labels"], rule["for"]) for name, rule in found.items()} == {
        name: (rule["labels"], rule["for"]) for name, rule in rules.items()
    }
    for name, rule in found.items():
        assert rules[name]["expr"] in rule["data"][0]["model"]["expr"]


def test_grafana_can_put_no_environment_variable_into_the_file() -> None:
    assert "$" not in FILE.read_text(encoding="utf-8")


def test_identifiers_are_unique_and_short_enough_for_grafana(found: dict[str, dict[str, Any]]) -> None:
    identifiers = [rule["uid"] for rule in found.values()]
    assert len(set(identifiers)) == len(identifiers)
    assert all(re.fullmatch(r"[a-z-]{1,40}", identifier) for identifier in identifiers)


def test_every_figure_that_a_text_names_is_a_query_of_its_rule(found: dict[str, dict[str, Any]]) -> None:
    for rule in found.values():
        asked = {query["refId"] for query in rule["data"]}
        assert len(asked) == len(rule["data"])
        assert rule["condition"] in asked
        named = set(re.findall(r'\.Values "(\w+)"', str(rule["annotations"])))
        assert named <= asked
        # Alertmanager's functions and Prometheus' query are not there in Grafana.
        assert "query" not in str(rule["annotations"])


def test_every_expression_has_an_answer_or_is_one_that_may_have_none(
    small_catalogue: Catalogue, prometheus: Prometheus
) -> None:
    empty = set()
    for group in grafana_rules(small_catalogue)["groups"]:
        for rule in group["rules"]:
            for query in rule["data"]:
                if "expr" in query["model"] and not prometheus.instant(query["model"]["expr"], NOW):
                    empty.add((rule["title"], query["refId"]))
    # No forecasts yet, nothing is absent, the gauges are fresh, and no light of the state is old.
    silent = {"TargetUnlikely", "GaugesAbsent", "PushTooOld", "TargetStaysRed"}
    assert empty <= {(name, query) for name in silent for query in ("alert", "value")}


def test_figures_never_leave_a_rule_without_data(all_alerts: dict[str, Alert], prometheus: Prometheus) -> None:
    for figure in {figure for alert in all_alerts.values() for figure in alert.figures}:
        unknown = figure.every.replace(figure.metric, "nothing_of_this_name")
        assert len(prometheus.instant(unknown, NOW)) == 1
