"""`xushi progress` on a real store with the small catalogue."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from dagster_project.cli import app
from dagster_project.commands.progress import end_of_day
from dagster_project.store import Store
from validators.findings import Report

ROOT = Path(__file__).resolve().parent.parent.parent
SMALL = ROOT / "tests" / "data" / "small_catalogue.yaml"


def xushi(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["progress", *arguments])


def accept(store: Store, number: int, known_from: datetime, exports: float, period: str) -> None:
    upload = store.receive(
        sha256=f"{number:064x}", file_name=f"{number}.xlsx", size=1, received_at=known_from, received_by="test"
    )
    figures = pd.DataFrame(
        [
            (
                "goods_exports",
                "330303",
                period,
                "ytd",
                exports,
                "亿元",
                "preliminary",
                "表",
                f"A{number}",
                str(exports),
            ),
            ("new_high_tech_firms", "330303", period, "ytd", 151.0, "家", "preliminary", "表", f"B{number}", "151"),
        ],
        columns=["indicator", "region", "period", "measure", "value", "unit", "status", "sheet", "cell", "text"],
    )
    store.accept(
        upload.id,
        dataset="trade",
        period_first=period,
        period_last=period,
        observations=figures,
        report=Report("x"),
        known_from=known_from,
        decided_at=known_from,
    )


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XUSHI_CATALOGUE", str(SMALL))
    monkeypatch.setenv("XUSHI_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XUSHI_DATABASE_URL", raising=False)
    monkeypatch.setenv("COLUMNS", "120")
    return tmp_path / "home"


@pytest.fixture
def filled(home: Path) -> Path:
    home.mkdir()
    with Store.open(f"sqlite:///{home / 'xushi.sqlite'}") as store:
        accept(store, 1, datetime(2025, 9, 20, 1, tzinfo=UTC), 260.0, "2025-08")
        accept(store, 2, datetime(2025, 10, 20, 1, tzinfo=UTC), 298.1, "2025-09")
        accept(store, 3, datetime(2025, 11, 5, 1, tzinfo=UTC), 340.0, "2025-09")
    return home


def targets(*arguments: str) -> dict[str, dict[str, object]]:
    result = xushi("--format", "json", *arguments)
    assert result.exit_code == 0, result.output
    return {row["target"]: row for row in json.loads(result.stdout)["targets"]}


def test_without_a_month_the_newest_figures_are_judged(filled: Path) -> None:
    row = targets()["longwan-exports"]
    assert (row["as_of"], row["period"], row["actual_value"], row["light"]) == ("2025-09", "2025-09", 340, "green")


def test_an_earlier_day_shows_what_was_believed_then(filled: Path) -> None:
    assert targets("--known-on", "2025-10-31")["longwan-exports"]["actual_value"] == 298.1
    row = targets("--known-on", "2025-10-19")["longwan-exports"]
    assert (row["as_of"], row["period"], row["actual_value"]) == ("2025-08", "2025-08", 260)


def test_what_is_published_on_a_day_is_known_on_that_day(filled: Path) -> None:
    assert targets("--known-on", "2025-10-20")["longwan-exports"]["actual_value"] == 298.1
    assert end_of_day(date(2025, 10, 20), ZoneInfo("Asia/Shanghai")) > datetime(2025, 10, 20, 15, 59, tzinfo=UTC)
    assert end_of_day(date(2025, 10, 20), ZoneInfo("Asia/Shanghai")) < datetime(2025, 10, 20, 16, tzinfo=UTC)


@pytest.mark.parametrize("month", ["2025-08", "2025年8月", "202508"])
def test_an_earlier_month_is_judged_by_its_own_figures(filled: Path, month: str) -> None:
    row = targets("--as-of", month)["longwan-exports"]
    assert (row["as_of"], row["actual_value"]) == ("2025-08", 260)


@pytest.mark.parametrize(
    ("choice", "number"),
    [
        (["--light", "met"], 1),
        (["--light", "met", "--light", "green"], 2),
        (["--owner", "区商务局"], 5),
        (["--owner", "lw_commerce", "--chapter", "5", "--light", "green"], 1),
        (["--region", "温州"], 4),
        (["--document", "wenzhou-2025"], 4),
        (["--chapter", "1"], 12),
    ],
)
def test_options_choose_the_rows(filled: Path, choice: list[str], number: int) -> None:
    assert len(targets(*choice)) == number


def test_the_table_is_for_reading(filled: Path) -> None:
    result = xushi()
    assert result.exit_code == 0
    assert "340 / ≥450 亿元" in result.stdout
    assert "截至 as of 2025年9月" in result.stdout


def test_csv_goes_to_standard_output_and_nothing_else_does(filled: Path) -> None:
    result = xushi("--format", "csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert len(rows) == 19
    assert {row["target"]: row["light"] for row in rows}["longwan-high-tech-firms"] == "met"


@pytest.mark.parametrize(
    ("form", "start"), [("html", "<!doctype html>"), ("csv", "target,"), ("json", "{"), ("table", "序时进度")]
)
def test_every_format_can_be_written_to_a_file(filled: Path, tmp_path: Path, form: str, start: str) -> None:
    out = tmp_path / "board"
    result = xushi("--format", form, "--out", str(out))
    assert (result.exit_code, result.stdout) == (0, "")
    assert "19 个目标" in result.stderr
    assert out.read_text(encoding="utf-8").startswith(start)


def test_an_empty_store_shows_every_target_and_says_what_to_do(home: Path) -> None:
    result = xushi("--format", "json")
    assert result.exit_code == 0
    assert "xushi upload" in result.stderr
    assert {row["light"] for row in json.loads(result.stdout)["targets"]} <= {"no_data", "awaiting"}


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        (["--owner", "商务"], "区商务局"),
        (["--region", "杭州"], "region"),
        (["--document", "longwan"], "longwan-2025"),
        (["--chapter", "9"], "known: 1, 5"),
        (["--as-of", "soon"], "soon"),
        (["--light", "blue"], "green"),
        (["--known-on", "yesterday"], "yesterday"),
    ],
)
def test_a_name_that_nobody_has_is_a_usage_error_with_the_nearest(home: Path, wrong: list[str], hint: str) -> None:
    result = xushi(*wrong)
    assert result.exit_code == 2
    assert hint in result.output
    assert not home.exists(), "a usage error makes no database"
