"""The rules of Prometheus: checked and tried by promtool, one firing and one silent case each."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from dagster_project.metrics import names
from dashboards import alert_build
from dashboards.alerts import Alert, Kind, Timing, prometheus_rules
from validators.catalogue import Catalogue
from validators.contacts import Sending

CASES = sorted((Path(__file__).parent / "rules").glob("*.yaml"))


def promtool(*arguments: object) -> str:
    done = subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_promtool_finds_nothing_wrong_with_the_rules(all_alerts: dict[str, Alert]) -> None:
    said = promtool("check", "rules", alert_build.FOLDER / alert_build.PROMETHEUS)
    assert f"{len(all_alerts)} rules found" in said


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_the_rules_do_what_their_cases_say(case: Path) -> None:
    promtool("test", "rules", case)


def test_every_alert_has_a_case_in_which_it_fires_and_one_in_which_it_is_silent(all_alerts: dict[str, Alert]) -> None:
    seen: dict[str, set[bool]] = {name: set() for name in all_alerts}
    for case in CASES:
        for test in yaml.safe_load(case.read_text(encoding="utf-8"))["tests"]:
            for check in test["alert_rule_test"]:
                fires = bool(check.get("exp_alerts"))
                seen[check["alertname"]].add(fires)
                labels = {"target", "dataset"} & set(check["exp_alerts"][0]["exp_labels"]) if fires else set()
                if labels:  # one of two targets or datasets fires, and the other is there and silent
                    seen[check["alertname"]].add(len(check["exp_alerts"]) > 1)
    assert {name for name, cases in seen.items() if cases != {True, False}} == set()


def test_the_committed_files_are_what_the_code_builds(catalogue: Catalogue) -> None:
    assert alert_build.drifted(alert_build.files(catalogue)) == []


def test_a_file_that_was_edited_or_is_missing_is_named(catalogue: Catalogue, tmp_path: Path) -> None:
    made = alert_build.files(catalogue)
    assert alert_build.drifted(made, tmp_path) == list(made)
    assert len(alert_build.write(made, tmp_path)) == len(made)
    assert alert_build.drifted(made, tmp_path) == []
    (tmp_path / alert_build.RUNBOOK).write_text("edited")
    assert alert_build.drifted(made, tmp_path) == [alert_build.RUNBOOK]


def test_rules_ask_for_no_metric_that_names_does_not_know(rules: dict[str, dict[str, Any]]) -> None:
    known = {value.name for value in vars(names).values() if isinstance(value, names.Metric)}
    asked = {found for rule in rules.values() for found in re.findall(r"\bkpi_\w+", str(rule))}
    assert asked <= known
    assert len(asked) > 15


def test_every_alert_says_whom_it_concerns_and_how_bad_it_is(
    rules: dict[str, dict[str, Any]],
) -> None:
    for name, rule in rules.items():
        assert set(rule["labels"]) >= {"severity", "kind"}
        assert "owner" in rule["labels"] or "owner_zh" in rule["expr"]
        assert {"summary_zh", "summary_en", "description_zh", "description_en"} <= set(rule["annotations"])
        assert rule["annotations"]["runbook"].endswith(f"#{name.lower()}")


def test_what_keeps_others_quiet_begins_before_they_end_and_ends_after_they_have_settled(
    rules: dict[str, dict[str, Any]], all_alerts: dict[str, Alert]
) -> None:
    def minutes(name: str, key: str) -> int:
        return int(str(rules[name][key]).removesuffix("m"))

    interval = int(Sending().interval.removesuffix("m"))
    for name, alert in all_alerts.items():
        if alert.kind is Kind.PIPELINE:
            assert minutes(name, "keep_firing_for") > minutes("TargetOffTrack", "for") + interval
        elif alert.kind is not Kind.SOURCE:  # leaves one alert when it enters the other
            assert rules[name]["keep_firing_for"] == rules[name]["for"]
    assert minutes("GaugesAbsent", "for") < minutes("TargetOffTrack", "keep_firing_for")


def test_the_limits_are_those_of_the_catalogue(catalogue: Catalogue) -> None:
    limits = catalogue.alerts.model_copy(
        update={"at_risk_months": 5, "escalate_weeks": 2, "unlikely_probability": 0.25, "rejected_days": 9}
    )
    made = prometheus_rules(catalogue.model_copy(update={"alerts": limits}), timing=Timing(push_hours=7))
    found = {rule["alert"]: rule["expr"] for group in made["groups"] for rule in group["rules"]}
    assert "kpi_target_light_months) >= 5" in found["TargetAtRisk"]
    assert ">= 1209600" in found["TargetStaysRed"]
    assert "kpi_target_unlikely" in found["TargetUnlikely"]  # the gauge is made with the catalogue's limit
    assert ">= 9" in found["UploadRejected"]
    assert found["PushTooOld"].endswith(">= 7")


def test_a_unit_of_any_spelling_stays_a_rule(catalogue: Catalogue, tmp_path: Path) -> None:
    target_id, target = next(iter(catalogue.targets.items()))
    odd = '"台"\\{{x}}'
    strange = catalogue.model_copy(
        update={
            "targets": {target_id: target.model_copy(update={"unit": odd})},
            "units": {odd: next(iter(catalogue.units.values()))},
        }
    )
    alert_build.write(alert_build.files(strange), tmp_path)
    promtool("check", "rules", tmp_path / alert_build.PROMETHEUS)
