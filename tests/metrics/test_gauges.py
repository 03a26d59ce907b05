"""The gauges: what Prometheus sees of the state."""

from __future__ import annotations

import math
import shutil
import subprocess
import urllib.request
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from prometheus_client.parser import text_string_to_metric_families

from dagster_project.metrics import names
from dagster_project.metrics.gauges import Registry, Snapshot, registry
from dagster_project.metrics.serve import Fresh, serve, text
from dagster_project.progress import Panel, TargetTable, best_runs, course, evaluate, forecast, paths
from dagster_project.store import PullOutcome
from validators.catalogue import Catalogue, Source
from validators.columns import STORED
from validators.periods import Month

SHANGHAI = ZoneInfo("Asia/Shanghai")
MARCH = Month(2025, 3)


def stored(*rows: tuple[str, str, str, str, float]) -> pd.DataFrame:
    """STORED rows of (indicator, region, period, measure, value)."""
    frame = pd.DataFrame(rows, columns=["indicator", "region", "period", "measure", "value"])
    return frame.assign(
        unit="亿元", status="preliminary", upload=1, sheet="s", cell="A1", known_from=datetime(2025, 4, 1, tzinfo=UTC)
    )[list(STORED)]


def snapshot_of(catalogue: Catalogue, observations: pd.DataFrame, as_of: Month = MARCH) -> Snapshot:
    targets = TargetTable.from_catalogue(catalogue)
    panel = Panel.from_observations(observations, targets)
    return Snapshot(
        evaluation=evaluate(targets, panel, as_of),
        course=course(targets, panel, as_of),
        forecast=forecast(targets, panel, as_of).assign(unlikely=False),
        runs_ever=best_runs(targets, panel, as_of),
        paths=paths(targets, panel),
        observations=observations,
        uploads=pd.DataFrame({"dataset": ["trade"], "state": ["accepted"], "uploads": [3]}),
        findings=pd.DataFrame({"dataset": ["trade"], "severity": ["warning"], "rule": ["outlier"], "findings": [2]}),
        rejected=pd.DataFrame({"dataset": ["trade"], "since": [datetime(2025, 4, 14, tzinfo=UTC)]}),
        revisions=pd.DataFrame({"dataset": ["trade"], "figures": [5]}),
        runs=pd.DataFrame(
            {"job": ["publish"], "outcome": ["success"], "ended_at": [datetime(2025, 4, 15, tzinfo=UTC)]}
        ),
        as_of=as_of,
        sample=True,
        computed_at=datetime(2025, 4, 16, tzinfo=UTC),
        seconds=0.5,
    )


EXPORTS = stored(
    ("goods_exports", "330303", "2025-02", "ytd", 60.0),
    ("goods_exports", "330303", "2025-03", "ytd", 100.0),
    ("goods_exports", "330303", "2025-03", "month", 40.0),
)


@pytest.fixture
def made(small_catalogue: Catalogue) -> Registry:
    return registry(small_catalogue, lambda: snapshot_of(small_catalogue, EXPORTS), zone=SHANGHAI)


def exports_target(catalogue: Catalogue) -> str:
    return next(
        key
        for key, target in catalogue.targets.items()
        if target.indicator == "goods_exports" and target.region == "330303"
    )


def test_a_target_shows_its_value_its_figure_and_exactly_one_light(made: Registry, small_catalogue: Catalogue) -> None:
    key = exports_target(small_catalogue)
    target = small_catalogue.targets[key]
    assert made.get_sample_value("kpi_target_value", {"target": key}) == float(target.value)
    assert made.get_sample_value("kpi_actual_value", {"target": key}) == 100.0
    assert made.get_sample_value("kpi_attainment_ratio", {"target": key}) == pytest.approx(100 / float(target.value))
    assert made.get_sample_value("kpi_expected_ratio", {"target": key}) == pytest.approx(3 / 12)
    family = next(family for family in made.collect() if family.name == "kpi_target_light")
    shown = [sample.value for sample in family.samples if sample.labels["target"] == key]
    assert len(shown) == 7
    assert sum(shown) == 1


def test_words_live_in_info_metrics_alone(made: Registry, small_catalogue: Catalogue) -> None:
    for family in made.collect():
        if not family.name.endswith("_info"):
            assert not any({"name_zh", "name_en"} & set(sample.labels) for sample in family.samples)
    info = next(family for family in made.collect() if family.name == "kpi_target_info")
    assert {sample.labels["target"] for sample in info.samples} == set(small_catalogue.targets)
    assert all(sample.value == 1 for sample in info.samples)


def test_a_light_says_since_when_it_shows(made: Registry, small_catalogue: Catalogue) -> None:
    key = {"target": exports_target(small_catalogue)}
    # 60 of 450 by February is 3 points behind pace, 100 of 450 by March too: yellow for two months, not for January.
    assert made.get_sample_value("kpi_target_light", {**key, "light": "yellow"}) == 1
    assert made.get_sample_value("kpi_target_light_months", key) == 2
    end_of_february = datetime(2025, 3, 1, tzinfo=SHANGHAI).timestamp()
    assert made.get_sample_value("kpi_target_light_since_timestamp_seconds", key) == end_of_february
    assert made.get_sample_value("kpi_target_slipped", key) == 0


def test_the_pace_line_has_a_point_for_every_month_of_the_year(made: Registry, small_catalogue: Catalogue) -> None:
    labels = {"target": exports_target(small_catalogue), "indicator": "goods_exports", "region": "330303"}
    june = made.get_sample_value("kpi_expected_path_value", {**labels, "path": "linear", "period": "2025-06"})
    assert june == pytest.approx(450 / 2)


def test_a_figure_carries_its_true_month_as_a_label(made: Registry) -> None:
    labels = {"indicator": "goods_exports", "region": "330303", "measure": "ytd", "period": "2025-02"}
    assert made.get_sample_value("kpi_observation_value", labels) == 60.0


def test_only_the_kept_months_are_shown(small_catalogue: Catalogue) -> None:
    old = pd.concat([EXPORTS, stored(("goods_exports", "330303", "2022-02", "ytd", 50.0))])
    made = registry(small_catalogue, lambda: snapshot_of(small_catalogue, old), zone=SHANGHAI, kept_months=36)
    labels = {"indicator": "goods_exports", "region": "330303", "measure": "ytd", "period": "2022-02"}
    assert made.get_sample_value("kpi_observation_value", labels) is None


def test_what_is_not_known_is_left_out_rather_than_sent_as_nan(made: Registry) -> None:
    assert not any(math.isnan(sample.value) for family in made.collect() for sample in family.samples)


def test_release_dates_are_midnight_in_shanghai(made: Registry, small_catalogue: Catalogue) -> None:
    april = small_catalogue.datasets["trade"]
    due = datetime(2025, 5, april.due_day + 1, tzinfo=SHANGHAI).timestamp()
    assert made.get_sample_value("kpi_release_due_timestamp_seconds", {"dataset": "trade"}) == due
    end_of_march = datetime(2025, 4, 1, tzinfo=SHANGHAI).timestamp()
    assert made.get_sample_value("kpi_period_latest_timestamp_seconds", {"dataset": "trade"}) == end_of_march


def test_a_source_shows_how_its_last_pull_ended_and_when_it_was_asked_and_answered(small_catalogue: Catalogue) -> None:
    source = Source.model_validate({"name": "customs", "connector": "folder"})
    trade = small_catalogue.datasets["trade"].model_copy(update={"sources": (source,)})
    own = small_catalogue.model_copy(update={"datasets": {**small_catalogue.datasets, "trade": trade}})
    asked, answered = pd.Timestamp("2025-05-20T01:00Z"), pd.Timestamp("2025-05-18T01:00Z")
    pulls = pd.DataFrame(
        [("trade", "customs", "unavailable", asked, answered), ("trade", "gone", "refused", asked, pd.NaT)],
        columns=["dataset", "source", "outcome", "ended_at", "answered_at"],
    )
    shown = registry(own, lambda: replace(snapshot_of(own, EXPORTS), pulls=pulls), zone=SHANGHAI)
    labels = {"dataset": "trade", "source": "customs"}
    states = {
        outcome: shown.get_sample_value("kpi_source_outcome", {**labels, "outcome": outcome})
        for outcome in names.SOURCE_OUTCOMES
    }
    assert {outcome for outcome, value in states.items() if value == 1} == {"unavailable"}
    assert set(states.values()) == {0, 1}
    assert shown.get_sample_value("kpi_source_pull_timestamp_seconds", labels) == asked.timestamp()
    assert shown.get_sample_value("kpi_source_answer_timestamp_seconds", labels) == answered.timestamp()
    # One that the catalogue doesn't name any more concerns nobody.
    gone = {"dataset": "trade", "source": "gone"}
    assert shown.get_sample_value("kpi_source_pull_timestamp_seconds", gone) is None


def test_every_way_in_which_a_pull_may_end_is_a_state_of_the_gauge() -> None:
    assert set(names.SOURCE_OUTCOMES) == {outcome.value for outcome in PullOutcome}


def test_a_figure_of_a_region_to_compare_with_is_no_arrival(small_catalogue: Catalogue) -> None:
    trade = small_catalogue.datasets["trade"]
    alone = trade.model_copy(update={"publishers": {"330303": "lw_commerce"}, "references": {"330300": "wz_commerce"}})
    own = small_catalogue.model_copy(update={"datasets": {**small_catalogue.datasets, "trade": alone}})
    ahead = pd.concat([EXPORTS, stored(("goods_exports_growth", "330300", "2025-04", "yoy_ytd", 5.2))])
    shown = registry(own, lambda: snapshot_of(own, ahead), zone=SHANGHAI)
    end_of_march = datetime(2025, 4, 1, tzinfo=SHANGHAI).timestamp()
    assert shown.get_sample_value("kpi_period_latest_timestamp_seconds", {"dataset": "trade"}) == end_of_march
    due = datetime(2025, 5, trade.due_day + 1, tzinfo=SHANGHAI).timestamp()
    assert shown.get_sample_value("kpi_release_due_timestamp_seconds", {"dataset": "trade"}) == due


def test_growth_is_shown_beside_that_of_the_city(small_catalogue: Catalogue) -> None:
    figures = stored(
        ("goods_exports_growth", "330303", "2025-03", "yoy_ytd", 4.0),
        ("goods_exports_growth", "330303", "2025-04", "yoy_ytd", 4.8),
        ("goods_exports_growth", "330300", "2025-03", "yoy_ytd", 5.2),
    )
    shown = registry(small_catalogue, lambda: snapshot_of(small_catalogue, figures), zone=SHANGHAI)
    labels = {"indicator": "goods_exports_growth", "region": "330303", "reference": "330300"}
    assert shown.get_sample_value("kpi_growth_gap_points", labels) == pytest.approx(-1.2)
    end_of_march = datetime(2025, 4, 1, tzinfo=SHANGHAI).timestamp()
    assert shown.get_sample_value("kpi_growth_gap_period_timestamp_seconds", labels) == end_of_march


def test_a_target_counts_as_unlikely_only_where_it_has_a_probability(small_catalogue: Catalogue) -> None:
    snapshot = snapshot_of(small_catalogue, EXPORTS)
    foretold = snapshot.forecast.assign(probability=float("nan"), unlikely=True)
    foretold.loc[0, "probability"] = 0.55  # above the threshold, and not yet recovered
    target = foretold.loc[0, "target"]
    shown = registry(small_catalogue, lambda: replace(snapshot, forecast=foretold), zone=SHANGHAI)
    (family,) = [one for one in shown.collect() if one.name == names.UNLIKELY.name]
    assert [(sample.labels["target"], sample.value) for sample in family.samples] == [(target, 1.0)]


def test_rejections_revisions_and_runs_are_shown(made: Registry) -> None:
    since = made.get_sample_value("kpi_upload_rejected_timestamp_seconds", {"dataset": "trade"})
    assert since == datetime(2025, 4, 14, tzinfo=UTC).timestamp()
    assert made.get_sample_value("kpi_revised_figures", {"dataset": "trade"}) == 5
    ended = made.get_sample_value("kpi_run_ended_timestamp_seconds", {"dagster_job": "publish", "outcome": "success"})
    assert ended == datetime(2025, 4, 15, tzinfo=UTC).timestamp()


def test_sample_data_is_said_to_be_sample_data(made: Registry) -> None:
    assert made.get_sample_value("kpi_sample_data") == 1


def test_an_empty_store_still_gives_every_target_a_light(small_catalogue: Catalogue) -> None:
    made = registry(small_catalogue, lambda: snapshot_of(small_catalogue, stored()), zone=SHANGHAI)
    family = next(family for family in made.collect() if family.name == "kpi_target_light")
    assert sum(sample.value for sample in family.samples) == len(small_catalogue.targets)


def test_promtool_has_nothing_to_say_about_the_gauges(made: Registry) -> None:
    promtool = shutil.which("promtool")
    assert promtool is not None, "promtool is missing: apt-get install prometheus"
    done = subprocess.run([promtool, "check", "metrics"], input=text(made), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout + done.stderr == ""


def test_the_endpoint_serves_what_the_registry_holds(made: Registry) -> None:
    server, thread = serve(made, host="127.0.0.1", port=0)
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/metrics", timeout=60) as answer:
            families = list(text_string_to_metric_families(answer.read().decode("utf-8")))
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert {family.name for family in families} >= {"kpi_target_info", "kpi_target_light", "kpi_observation_value"}


def test_a_snapshot_is_loaded_anew_only_after_a_change(small_catalogue: Catalogue) -> None:
    state = {"version": 1, "loads": 0}

    def load() -> Snapshot:
        state["loads"] += 1
        return snapshot_of(small_catalogue, EXPORTS)

    fresh = Fresh(lambda: state["version"], load)
    fresh(), fresh()
    assert state["loads"] == 1
    state["version"] = 2
    fresh()
    assert state["loads"] == 2
