"""A target that is taken out of the catalogue: gone from the real Pushgateway and from the real Prometheus, which keeps
what it was."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from dagster_project.cli import app
from dagster_project.stack import configuration
from tests.end_to_end import alert_district as district
from tests.servers.prometheus import Prometheus, loaded_prometheus
from tests.servers.pushgateway import pushgateway, shown

YEAR = 2025
LOOK_BACK = 300.0  # seconds for which Prometheus goes on showing what just isn't scraped any more
NOTHING_BEFORE = "# TYPE before gauge\nbefore 1 1000000000\n# EOF\n"


def push(catalogue: Path, text: str) -> None:
    catalogue.write_text(text, encoding="utf-8")
    done = CliRunner().invoke(app, ["metrics", "push"])
    assert done.exit_code == 0, done.output


def wait_until(true: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.2)


def targets(prometheus: Prometheus, metric: str) -> set[str]:
    """The targets that have a series now."""
    return {row["metric"]["target"] for row in prometheus.instant(metric, datetime.now(UTC))}


def without(text: str, target: str) -> str:
    catalogue = yaml.safe_load(text)
    del catalogue["targets"][target]
    return yaml.safe_dump(catalogue, allow_unicode=True, sort_keys=False)


def test_a_removed_target_vanishes_at_the_next_scrape_and_its_past_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue, text = tmp_path / "catalogue.yaml", district.catalogue_text(YEAR)
    monkeypatch.setenv("XUSHI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XUSHI_CATALOGUE", str(catalogue))
    monkeypatch.delenv("XUSHI_DATABASE_URL", raising=False)
    with pushgateway() as gateway:
        monkeypatch.setenv("XUSHI_PUSHGATEWAY_URL", gateway)
        scraping = configuration.prometheus(metrics=None, pushgateway=gateway, alertmanager=None, rules=[], seconds=1)
        push(catalogue, text)
        with loaded_prometheus(NOTHING_BEFORE, configuration.text(scraping)) as prometheus:
            everyone = {"exports", "imports", "output", "visits"}
            wait_until(lambda: targets(prometheus, "kpi_target_info") == everyone, "the first scrape")
            removed_at = datetime.now(UTC)
            push(catalogue, without(text, "imports"))
            assert 'target="imports"' not in shown(gateway)
            left = everyone - {"imports"}
            for metric in ("kpi_target_info", "kpi_target_value", 'kpi_target_light{light="no_data"}'):
                wait_until(lambda: targets(prometheus, metric) == left, f"{metric} without it")  # noqa: B023 - called here
            assert (datetime.now(UTC) - removed_at).total_seconds() < LOOK_BACK / 2
            past = prometheus.over(
                'kpi_target_info{target="imports"}',
                removed_at - timedelta(seconds=2),
                removed_at,
                timedelta(seconds=1),
            )
            assert past, "what was there then is still known"

            push(catalogue, text)
            wait_until(lambda: targets(prometheus, "kpi_target_info") == everyone, "it is back")
