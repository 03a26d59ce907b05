"""`xushi store` shows the ledger and the versions of a figure, and looks after the schema."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dagster_project.cli import app
from dagster_project.store import Store
from tests.store.hands import Hand, day, figures, finding
from validators.findings import Severity

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XUSHI_HOME", str(tmp_path))
    monkeypatch.setenv("XUSHI_CATALOGUE", str(ROOT / "tests" / "data" / "small_catalogue.yaml"))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


@pytest.fixture
def filled(home: Path) -> None:
    """A March figure, its revision, and a file that was rejected."""
    with Store.open(f"sqlite:///{home / 'xushi.sqlite'}") as store:
        hand = Hand(store)
        hand.upload(figures(("goods_exports", "2025-03", 112.4)), day(18), findings=(finding("outlier"),))
        hand.upload(figures(("goods_exports", "2025-03", 115.9), status="revised"), day(18, month=5))
        late = hand.receive(datetime(2025, 5, 20, 18, 30, tzinfo=UTC))
        hand.reject(late, finding("text_in_number", Severity.ERROR), dataset="industry")


def xushi(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["store", *arguments])


def rows(result: Result) -> list[dict[str, str]]:
    assert result.exit_code == 0
    return list(csv.DictReader(io.StringIO(result.stdout)))


@pytest.mark.usefixtures("filled")
def test_the_ledger_tells_what_became_of_every_file() -> None:
    found = rows(xushi("uploads", "--format", "csv"))
    assert [row["state"] for row in found] == ["superseded", "accepted", "rejected"]
    assert [row["file"] for row in found] == ["1.xlsx", "2.xlsx", "3.xlsx"]
    assert [(row["new"], row["revised"]) for row in found] == [("1", "0"), ("0", "1"), ("", "")]
    assert [(row["errors"], row["warnings"]) for row in found] == [("0", "1"), ("0", "0"), ("1", "0")]
    assert found[2]["received"] == "2025-05-21 02:30"  # in Shanghai


@pytest.mark.usefixtures("filled")
def test_the_ledger_is_narrowed_by_state_and_dataset() -> None:
    assert [row["upload"] for row in rows(xushi("uploads", "--dataset", "trade", "--format", "csv"))] == ["1", "2"]
    both = xushi("uploads", "--state", "rejected", "--state", "accepted", "--format", "csv")
    assert [row["upload"] for row in rows(both)] == ["2", "3"]


@pytest.mark.usefixtures("filled")
def test_the_ledger_in_json_carries_the_findings() -> None:
    result = xushi("uploads", "--state", "rejected", "--format", "json")
    (upload,) = json.loads(result.stdout)
    assert upload["report"]["findings"][0]["rule"] == "text_in_number"
    assert upload["received_at"] == "2025-05-21T02:30:00+08:00"
    assert upload["change"] is None


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("region", ["330303", "龙湾区", "温州湾新区"])
@pytest.mark.parametrize("period", ["2025-03", "2025年3月"])
def test_a_figure_shows_all_that_was_believed_of_it(region: str, period: str) -> None:
    found = rows(xushi("versions", "goods_exports", region, period, "--format", "csv"))
    assert [(row["known_from"], row["value"], row["status"]) for row in found] == [
        ("2025-04-18 08:00", "112.4", "preliminary"),
        ("2025-05-18 08:00", "115.9", "revised"),
    ]
    assert [(row["file"], row["sheet"], row["cell"]) for row in found] == [
        ("1.xlsx", "外贸", "D4"),
        ("2.xlsx", "外贸", "D4"),
    ]


@pytest.mark.usefixtures("filled")
def test_tables_are_for_people() -> None:
    ledger = xushi("uploads")
    assert ledger.exit_code == 0
    assert "状态 state" in ledger.stdout
    versions = xushi("versions", "goods_exports", "龙湾区", "2025-03", "--measure", "ytd")
    assert versions.exit_code == 0
    assert "115.9" in versions.stdout
    in_json = json.loads(xushi("versions", "goods_exports", "龙湾区", "2025-03", "--format", "json").stdout)
    assert [row["value"] for row in in_json] == [112.4, 115.9]


@pytest.mark.usefixtures("filled")
def test_a_figure_that_is_not_there_is_said_with_what_is_near() -> None:
    result = xushi("versions", "good_exports", "龙湾区", "2025-03")
    assert result.exit_code == 1
    assert "goods_exports" in result.stderr
    assert xushi("versions", "goods_exports", "龙湾区", "2024-03").exit_code == 1
    assert xushi("versions", "goods_exports", "龙湾区", "March").exit_code == 2


def test_an_empty_ledger_is_an_empty_table() -> None:
    assert rows(xushi("uploads", "--format", "csv")) == []
    assert json.loads(xushi("uploads", "--format", "json").stdout) == []


def test_the_schema_is_made_once_and_checked(home: Path) -> None:
    assert xushi("migrate", "--check").exit_code == 0
    assert not (home / "xushi.sqlite").exists()
    assert "brought to the newest" in xushi("migrate").stdout
    assert "already" in xushi("migrate").stdout
    assert xushi("migrate", "--check").stdout == "ok\n"
    with sqlite3.connect(home / "xushi.sqlite") as database:
        database.execute("ALTER TABLE upload ADD COLUMN stray INTEGER")
    database.close()
    result = xushi("migrate", "--check")
    assert result.exit_code == 1
    assert "stray" in result.stderr
