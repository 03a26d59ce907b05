"""`xushi explain`, `xushi whatif` and `xushi slips` on a real store with the small catalogue."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dagster_project.cli import app
from dagster_project.judgement import judge_and_save
from dagster_project.store import Store
from tests.store.hands import Hand, figures
from validators.catalogue_file import load_catalogue

ROOT = Path(__file__).resolve().parent.parent.parent
SMALL = ROOT / "tests" / "data" / "small_catalogue.yaml"


def xushi(*arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments])


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """On pace by March, behind by April, judged after each."""
    monkeypatch.setenv("XUSHI_HOME", str(tmp_path))
    monkeypatch.setenv("XUSHI_CATALOGUE", str(SMALL))
    monkeypatch.delenv("XUSHI_DATABASE_URL", raising=False)
    monkeypatch.setenv("COLUMNS", "160")
    with Store.open(f"sqlite:///{tmp_path / 'xushi.sqlite'}") as store:
        hand = Hand(store)
        for month, value in ((3, 120.0), (4, 140.0)):
            at = datetime(2025, month + 1, 20, tzinfo=UTC)
            hand.accept(hand.receive(at), figures(("goods_exports", f"2025-{month:02d}", value)), at)
            judge_and_save(load_catalogue(SMALL), store, run_id=f"run-{month}", now=at)
    return tmp_path


def test_an_explanation_cites_the_cell_and_shows_the_arithmetic() -> None:
    result = xushi("explain", "longwan-exports")
    assert result.exit_code == 0, result.output
    cited = ("goods_exports 2025-04 ytd = 140 亿元", "2.xlsx [外贸 D4]")
    for words in (*cited, "140 ÷ 450 → 0.3111111111", "偏慢 behind"):
        assert words in result.stdout


def test_an_explanation_as_of_an_earlier_month_is_json_too() -> None:
    result = xushi("explain", "longwan-exports", "--as-of", "2025-03", "--format", "json")
    found = json.loads(result.stdout)
    assert (found["light"], found["inputs"][0]["value"]) == ("green", 120)
    assert found["steps"][-1]["operation"]


def test_a_target_that_nobody_has_is_a_usage_error_with_what_is_near() -> None:
    result = xushi("explain", "longwan-export")
    assert result.exit_code == 2
    assert "longwan-exports" in result.output


def test_what_if_shows_both_sides() -> None:
    result = xushi("whatif", "--target", "longwan-exports", "--month", "2025-05=70")
    assert result.exit_code == 0, result.output
    assert "210" in result.stdout
    assert "正常 on pace" in result.stdout
    assert xushi("whatif", "--target", "longwan-exports", "--month", "2025-05").exit_code == 2
    refused = xushi("whatif", "--target", "longwan-exports", "--month", "2025-07=70")
    assert (refused.exit_code, "2025-06" in refused.output) == (1, True)


def test_slips_are_listed_by_day_and_department() -> None:
    listed = xushi("slips")
    assert listed.exit_code == 0, listed.output
    assert "货物贸易出口由正常转为偏慢" in listed.stdout
    (one,) = [each for each in json.loads(xushi("slips", "--format", "json").stdout) if each["kind"] == "light"]
    assert (one["target"], one["cause"], one["probability_before"]) == ("longwan-exports", "new_month", None)
    assert "new_month" in xushi("slips", "--format", "csv", "--owner", "lw_commerce").stdout
    assert "no slips" in xushi("slips", "--since", "2025-06-01").output
    assert xushi("slips", "--owner", "nobody").exit_code == 2


def test_the_scoreboard_says_the_share_on_pace() -> None:
    assert "进度正常 on pace 0%" in xushi("progress", "--owner", "lw_commerce").stdout
