"""What Dagster is given: one asset per dataset, progress and gauges behind them, jobs, sensors, checks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg

from dagster_project.defs.partitions import key_of, partitions, period_of
from tests.defs.place import Place
from validators.periods import Month, Quarter, Year

ROOT = Path(__file__).resolve().parent.parent.parent


def test_every_dataset_is_an_asset_and_progress_stands_behind_all_of_them(place: Place) -> None:
    graph = place.definitions.resolve_asset_graph()
    keys = {key.to_user_string() for key in graph.get_all_asset_keys()}
    assert keys == {*place.catalogue.datasets, "progress", "gauges"}
    behind = {key.to_user_string() for key in graph.get(dg.AssetKey("progress")).parent_keys}
    assert behind == set(place.catalogue.datasets)


def test_months_have_no_january_where_january_and_february_are_published_together(place: Place) -> None:
    keys = partitions("monthly").get_partition_keys()
    assert keys[:3] == ["2022-02", "2022-03", "2022-04"]
    assert not any(key.endswith("-01") for key in keys)
    assert "2025-12" in keys
    assert partitions("annual").get_partition_keys()[:2] == ["2022", "2023"]
    assert partitions("monthly_with_january").get_partition_keys()[0] == "2022-01"


def test_partition_keys_are_sdmx_periods_but_for_quarters() -> None:
    assert key_of("2025-03") == "2025-03"
    assert key_of("2025-Q2") == "2025-04"
    assert period_of("quarterly", "2025-04") == Quarter(2025, 2)
    assert period_of("monthly", "2025-04") == Month(2025, 4)
    assert period_of("annual", "2025") == Year(2025)


def test_dg_check_defs_passes_on_the_real_catalogue(tmp_path: Path) -> None:
    environment = {**os.environ, "XUSHI_HOME": str(tmp_path), "DAGSTER_DISABLE_TELEMETRY": "1"}
    environment.pop("XUSHI_CATALOGUE", None)
    program = Path(sys.executable).parent / "dg"
    done = subprocess.run(
        [program, "check", "defs"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
