"""`xushi pull` and `xushi sources` from the outside, on a folder of sample tables."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dagster_project.cli import app
from dagster_project.sample import write_sample
from dagster_project.store import PullOutcome, Store
from validators.catalogue import Catalogue
from validators.periods import Month

ROOT = Path(__file__).resolve().parent.parent.parent
_SOURCE = """    sources:
      - name: share
        connector: folder
        with: {url: "${trade_share}", pattern: "{year}-{month2}_trade_*.xlsx", settle_seconds: 1}
"""


@pytest.fixture
def share(small_catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the sample tables from February to April, and an installation that pulls from it."""
    folder = tmp_path / "share"
    for file in write_sample(small_catalogue, year=2025, through=Month(2025, 4), folder=folder):
        os.utime(file, (time.time() - 3600,) * 2)
    text = (ROOT / "tests" / "data" / "small_catalogue.yaml").read_text(encoding="utf-8")
    head, mark, rest = text.partition("  trade:\n")
    catalogue = tmp_path / "catalogue.yaml"
    catalogue.write_text(head + mark + _SOURCE + rest, encoding="utf-8")
    monkeypatch.setenv("XUSHI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XUSHI_CATALOGUE", str(catalogue))
    monkeypatch.setenv("XUSHI_SOURCE_TRADE_SHARE", str(folder))
    monkeypatch.delenv("XUSHI_DATABASE_URL", raising=False)
    monkeypatch.setenv("COLUMNS", "240")
    return folder


def xushi(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_a_range_is_pulled_month_by_month_and_asked_again_brings_nothing_new(share: Path, tmp_path: Path) -> None:
    first = xushi("pull", "trade", "2025-02", "2025-03", "--pause", "0")
    assert first.exit_code == 0, first.output
    assert first.output.count("已入库 stored") == 2
    again = xushi("pull", "trade", "2025-02", "2025-03", "--pause", "0", "--again")
    assert again.exit_code == 0, again.output
    assert again.output.count("无新数 unchanged") == 2
    with Store.open(f"sqlite:///{tmp_path / 'home' / 'xushi.sqlite'}") as store:
        assert [upload.period_last for upload in store.uploads()] == ["2025-02", "2025-03"]
        assert len(store.pulls.newest()) == 4


def test_without_a_period_it_asks_for_what_is_due_and_then_for_nothing(share: Path, tmp_path: Path) -> None:
    result = xushi("pull", "--pause", "0")
    assert result.exit_code == 0, result.output
    assert "(1/6)" in result.output  # six at once; three months are there, April's table with its revision
    assert result.output.count("已入库 stored") == 4
    (row,) = json.loads(xushi("sources", "--format", "json").output)
    assert row["late"][0] == "2025-05"
    assert row["next_ask"]


def test_a_month_that_is_not_there_yet_is_no_failure(share: Path) -> None:
    result = xushi("pull", "trade", "2025-09")
    assert result.exit_code == 0
    assert "尚未发布 nothing" in result.output


def test_a_rejected_table_says_its_finding_and_fails(share: Path) -> None:
    table = next(share.glob("2025-03_trade_*.xlsx"))
    table.write_bytes(b"no workbook")
    os.utime(table, (time.time() - 3600,) * 2)
    result = xushi("pull", "trade", "2025-03")
    assert result.exit_code == 1
    assert "被退回 rejected" in result.output
    assert "error:" in result.output


def test_a_dry_run_leaves_nothing(share: Path, tmp_path: Path) -> None:
    result = xushi("pull", "trade", "2025-03", "--dry-run")
    assert result.exit_code == 0
    assert "stored" in result.output
    with Store.open(f"sqlite:///{tmp_path / 'home' / 'xushi.sqlite'}") as store:
        assert store.uploads() == []
        assert store.pulls.newest() == []


def test_a_source_without_its_settings_says_what_to_set(share: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XUSHI_SOURCE_TRADE_SHARE")
    result = xushi("pull", "trade", "2025-03")
    assert result.exit_code == 1
    assert "XUSHI_SOURCE_TRADE_SHARE" in result.output
    assert xushi("sources", "--check").exit_code == 1


def test_the_sources_are_listed_with_how_they_stand(share: Path) -> None:
    assert "未取过 never" in xushi("sources", "--check").output
    xushi("pull", "trade", "2025-03")
    (row,) = json.loads(xushi("sources", "--format", "json").output)
    assert (row["dataset"], row["source"], row["outcome"]) == ("trade", "share", PullOutcome.STORED)
    assert row["missing"] == []
    assert row["last_answer"].startswith("20")


@pytest.mark.parametrize("words", [("nothing",), ("rd",), ("trade", "--source", "customs"), ("trade", "2025-13")])
def test_what_does_not_exist_is_refused(share: Path, words: tuple[str, ...]) -> None:
    assert xushi("pull", *words).exit_code != 0


def test_the_options_of_a_connector_are_listed() -> None:
    listed = xushi("sources", "--options", "folder").output
    assert "pattern 必填 required" in listed
    assert "storage.known_hosts" in listed
    assert "did you mean folder" in xushi("sources", "--options", "foldr").output
