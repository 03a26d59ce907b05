"""Every expression of every generated panel, variable, annotation and alert, asked of a real Prometheus that holds the
sample year of the real catalogue: each has data, or is one that must have none in a year in which all is well.

The past (what was believed from May to October) is loaded; the present is the last state of the year, pushed to a real
Pushgateway and scraped, with the generated rules over it.
"""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml

from dagster_project.metrics.push import push
from dagster_project.metrics.serve import text
from dagster_project.stack import configuration
from dashboards import alert_build, alerts, build, data_quality, pipeline, queries
from dashboards.expressions import Dashboards, Expression, expressions
from tests.dashboards.sample_year import BEFORE_REVISION, LAST_DAYS, NOW, SampleYear, sample_year
from tests.servers.prometheus import Prometheus, loaded_prometheus
from tests.servers.pushgateway import pushgateway
from validators.catalogue import Catalogue

pytestmark = pytest.mark.xdist_group("sample-year-prometheus")

# Dashboard, panel and query: why it has no data although all is well.
EMPTY_PANELS = {
    (data_quality.UID, "无数据的目标 Targets without data / A"): "every target has figures, or awaits the year's end",
    (data_quality.UID, "退回未重报 Rejected and not replaced / A"): "no table was rejected",
    (pipeline.UID, "作业 Jobs / B"): "no run has failed",
    (pipeline.UID, "推送网关 Pushgateway / B"): "the gateway has refused no push",
    **{(pipeline.UID, f"取数来源 Sources / {ref}"): "no source was pulled from" for ref in "ABC"},
}
EMPTY_ALERTS = {
    "UploadRejected": "no table was rejected",
    "PushTooOld": "the gauges have just been computed",
    "PipelineFailing": "no run has failed",
    "GaugesAbsent": "there are gauges",
    **dict.fromkeys(("SourceUnavailable", "SourceFormChanged", "SourceRefused"), "no source was pulled from"),
}
# What Prometheus and the Pushgateway say of themselves is there in the present alone.
OF_THE_PROGRAMS = re.compile(rf"\b(ALERTS|up|{queries.PUSHED}|{queries.PUSH_FAILED})\b")
EVERYTHING = {
    **dict.fromkeys(("document", "chapter", "region", "department", "target", "period", "dataset"), ".*"),
    "__interval": "1d",
    # What was revised is asked for over a range that begins before the revision.
    "__range": f"{int((NOW - BEFORE_REVISION).total_seconds())}s",
}


@pytest.fixture(scope="module")
def year(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> SampleYear:
    return sample_year(catalogue, tmp_path_factory.mktemp("sample-year"))


@pytest.fixture(scope="module")
def prometheus(year: SampleYear, catalogue: Catalogue) -> Iterator[Prometheus]:
    """The year's gauges at their moments, and those of the last moment in the present, with the rules over them."""
    at_once = alerts.Timing(hold="0s", absent="0s", settle="0s", interval=None)
    with pushgateway() as gateway:
        push(year.last, gateway)
        made = configuration.prometheus(
            metrics=None, pushgateway=gateway, alertmanager=None, rules=["rules.yaml"], seconds=3
        )
        with loaded_prometheus(
            year.history, configuration.text(made), alerts.prometheus_text(catalogue, timing=at_once)
        ) as server:
            yield server


@pytest.fixture(scope="module")
def evaluated(prometheus: Prometheus) -> dict[str, dict[str, Any]]:
    """Every rule by its name, once all have been evaluated over what was scraped."""
    deadline = time.monotonic() + 120
    while True:
        rules = {rule["name"]: rule for rule in prometheus.rules()}
        fires = all(rules[name]["alerts"] for name in ("TargetOffTrack", "DataLate"))
        if fires and all(rule["health"] != "unknown" for rule in rules.values()):
            return rules
        assert time.monotonic() < deadline, (
            f"no alert fires: {[(name, rule['health']) for name, rule in rules.items()]}"
        )
        time.sleep(0.5)


@pytest.fixture(scope="module")
def boards() -> Dashboards:
    """The generated dashboards as they are committed."""
    found = build.load()
    assert len(found) == 5
    return found


@pytest.fixture(scope="module")
def rules() -> dict[str, dict[str, Any]]:
    """The generated rules of Prometheus as they are committed, by name."""
    made = yaml.safe_load((alert_build.FOLDER / alert_build.PROMETHEUS).read_text(encoding="utf-8"))
    return {rule["alert"]: rule for group in made["groups"] for rule in group["rules"]}


def choices(catalogue: Catalogue, uid: str) -> Iterable[Mapping[str, str]]:
    """What readers may choose on a dashboard: everything, each department, each indicator of a region."""
    targets = catalogue.targets.values()
    if uid == queries.DEPARTMENT:
        owners = dict.fromkeys(target.owners.lead or target.owners.responsible[0] for target in targets)
        return ({**EVERYTHING, "department": owner} for owner in owners)
    if uid == queries.INDICATOR:
        pairs = dict.fromkeys((target.indicator, target.region) for target in targets)
        return (
            {**EVERYTHING, "indicator": key, "region": region, "unit": catalogue.indicators[key].unit}
            for key, region in pairs
        )
    return (EVERYTHING,)


def answered(prometheus: Prometheus, each: Expression) -> bool:
    if OF_THE_PROGRAMS.search(each.expr):
        present = datetime.now(UTC)
        ended = [prometheus.instant(each.expr, present)] if each.instant else []
        return any(ended or [prometheus.over(each.expr, present - timedelta(minutes=1), present, timedelta(seconds=1))])
    if each.instant:
        return bool(prometheus.instant(each.expr, NOW))
    return bool(prometheus.over(each.expr, LAST_DAYS[0], NOW, timedelta(days=1)))


@pytest.mark.usefixtures("evaluated")
def test_every_expression_of_every_dashboard_has_data_or_a_reason_to_have_none(
    prometheus: Prometheus, boards: Dashboards, catalogue: Catalogue
) -> None:
    everything: set[tuple[str, str]] = set()
    empty: set[tuple[str, str]] = set()
    for uid, board in boards.items():
        waiting: set[str] | None = None
        for choice in choices(catalogue, uid):
            asked = [each for each in expressions({uid: board}, choice) if waiting is None or each.place in waiting]
            everything |= {(uid, each.place) for each in asked}
            without = {each.place for each in asked if not answered(prometheus, each)}
            # A place with a reason is asked once: no other choice would bring it data.
            waiting = {place for place in without if (uid, place) not in EMPTY_PANELS}
            empty |= {(uid, place) for place in without - waiting}
            if not waiting:
                break
        empty |= {(uid, place) for place in waiting or set()}
    assert len(everything) > 140
    assert empty == set(EMPTY_PANELS)


def test_every_alert_has_data_or_a_reason_to_have_none(
    prometheus: Prometheus, rules: dict[str, dict[str, Any]]
) -> None:
    empty = {name for name, rule in rules.items() if not prometheus.instant(rule["expr"], NOW)}
    assert empty == set(EMPTY_ALERTS)


def test_every_figure_in_the_words_of_an_alert_has_data(
    prometheus: Prometheus, rules: dict[str, dict[str, Any]]
) -> None:
    asked = 0
    for name, rule in rules.items():
        found = prometheus.instant(rule["expr"], NOW)
        for annotation in rule["annotations"].values():
            for template, labels in re.findall(
                r'query \(printf "((?:[^"\\]|\\.)*)"((?: \$labels\.\w+)*)\)', annotation
            ):
                asked += 1
                if name not in EMPTY_ALERTS:
                    values = [json.dumps(found[0]["metric"][label]) for label in re.findall(r"labels\.(\w+)", labels)]
                    expr = template.replace('\\"', '"').replace("%q", "%s") % tuple(values)
                    assert prometheus.instant(expr, NOW), expr
    assert asked > 10


def test_every_query_of_the_alerts_for_grafana_has_data_or_a_reason_to_have_none(prometheus: Prometheus) -> None:
    made = yaml.safe_load((alert_build.FOLDER / alert_build.GRAFANA).read_text(encoding="utf-8"))
    asked = 0
    for rule in (rule for group in made["groups"] for rule in group["rules"]):
        for query in rule["data"]:
            if query["datasourceUid"] == "__expr__":
                continue
            asked += 1
            found = bool(prometheus.instant(query["model"]["expr"], NOW))
            own = query["refId"] in {"alert", alerts.OWN}
            assert found is not (own and rule["title"] in EMPTY_ALERTS), (rule["title"], query["refId"])
    assert asked > 50


def test_the_rules_are_sound_where_they_run_and_fire_for_what_the_gauges_say(
    evaluated: dict[str, dict[str, Any]], year: SampleYear, rules: dict[str, dict[str, Any]]
) -> None:
    health = {name: (rule["health"], rule.get("lastError", "")) for name, rule in evaluated.items()}
    assert health == dict.fromkeys(rules, ("ok", ""))
    lights = next(family for family in year.last.collect() if family.name == "kpi_target_light")
    red = {one.labels["target"] for one in lights.samples if one.labels["light"] == "red" and one.value == 1}
    fires = evaluated["TargetOffTrack"]["alerts"]
    assert sorted(alert["labels"]["target"] for alert in fires) == sorted(red)
    for alert in (alert for rule in evaluated.values() for alert in rule["alerts"]):
        said = " ".join(alert["annotations"].values())
        assert not re.search(r"error|<no value>|NaN|%!|\{\{", said), said
        assert "示例数据" in said or "sample=1" in said or alert["labels"]["kind"] == "pipeline", said


def test_promtool_has_nothing_to_say_about_the_gauges_of_the_year(year: SampleYear) -> None:
    done = subprocess.run(
        ["promtool", "check", "metrics"], input=text(year.last), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
