"""PushTooOld beside the daily push: silent as long as that comes, also where a month ends; told when it stays away."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from dagster_project.defs.schedules import DAILY
from dashboards import alert_build

SHANGHAI = 8  # hours ahead of UTC, in which promtool counts from 1 January 1970
DAYS = 63  # through the ends of January and of February
HOURS = range(DAYS * 24)
FIRST_OF_FEBRUARY = 31


def test_a_push_every_morning_is_never_too_old(tmp_path: Path) -> None:
    assert tried(tmp_path, missed=set(), silent=HOURS, firing=()) == ""


def test_a_morning_without_a_push_is_told_the_same_evening_until_the_next_push(tmp_path: Path) -> None:
    before = (FIRST_OF_FEBRUARY - 1) * 24 + morning() - SHANGHAI
    # The condition is true from 36 hours on, must hold, and is looked at once an hour here; then the next push is there
    # and the alert stays for the minutes in which the others settle.
    fires = range(before + 37, before + 49)
    silent = [hour for hour in HOURS if hour not in fires]
    assert tried(tmp_path, missed={FIRST_OF_FEBRUARY}, silent=silent, firing=[before + 37, before + 47]) == ""


def test_the_cases_notice_an_alert_that_fires_when_it_should_not(tmp_path: Path) -> None:
    assert "PushTooOld" in tried(tmp_path, missed={FIRST_OF_FEBRUARY}, silent=HOURS, firing=())


def morning() -> int:
    """The hour of the daily push in Shanghai."""
    minute, hour, *every_day = DAILY.split()
    assert (minute, every_day) == ("0", ["*", "*", "*"])
    return int(hour)


def tried(tmp_path: Path, *, missed: set[int], silent: Iterable[int], firing: Iterable[int]) -> str:
    """What promtool has against PushTooOld being silent and firing at these hours, where no push comes on the missed
    days (counted from 0)."""
    pushes = [(day * 24 + morning() - SHANGHAI) * 3600 for day in range(DAYS + 1) if day not in missed]
    last = [max((push for push in pushes if push <= hour * 3600), default=None) for hour in HOURS]
    values = " ".join("_" if push is None else str(push) for push in last)
    quiet = [{"eval_time": f"{hour}h", "alertname": "PushTooOld"} for hour in silent]
    told = [
        {"eval_time": f"{hour}h", "alertname": "PushTooOld", "exp_alerts": [fired(hour - (last[hour] or 0) // 3600)]}
        for hour in firing
    ]
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": [{"name": "push", "rules": [rule()]}]}))
    case = {
        "rule_files": ["rules.yaml"],
        "evaluation_interval": "1h",
        "tests": [
            {
                "interval": "1h",
                "input_series": [{"series": 'kpi_push_timestamp_seconds{job="xushi"}', "values": values}],
                "alert_rule_test": quiet + told,
            }
        ],
    }
    path = tmp_path / "case.yaml"
    path.write_text(yaml.safe_dump(case, allow_unicode=True), encoding="utf-8")
    done = subprocess.run(["promtool", "test", "rules", str(path)], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def rule() -> dict[str, Any]:
    """The rule as it was generated; its annotations stand in rules/pipeline_hours.yaml."""
    made = yaml.safe_load((alert_build.FOLDER / alert_build.PROMETHEUS).read_text(encoding="utf-8"))
    found = [one for group in made["groups"] for one in group["rules"] if one["alert"] == "PushTooOld"]
    assert len(found) == 1
    return {**found[0], "annotations": {"figures": found[0]["annotations"]["figures"]}}


def fired(hours: int) -> dict[str, Any]:
    labels = {"severity": "critical", "kind": "pipeline", "job": "xushi"}
    owner = {"owner": "operations", "owner_zh": "系统运维", "owner_en": "system operations"}
    return {"exp_labels": labels | owner, "exp_annotations": {"figures": f" value={hours}"}}
