"""`xushi template` and `xushi mark` from the outside."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from dagster_project.cli import app
from dagster_project.progress.releases import next_period
from validators.catalogue import Catalogue
from validators.catalogue_file import load_catalogue
from validators.periods import Month, Year

CATALOGUE = load_catalogue(Path(__file__).parents[2] / "metrics_catalog.yaml")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XUSHI_HOME", str(tmp_path / "home"))
    return tmp_path


def test_a_template_filled_in_is_stored_and_the_next_template_shows_its_figures(home: Path) -> None:
    run = CliRunner().invoke(app, ["template", "trade", "--period", "2025-03", "--region", "330303", "-o", str(home)])
    assert run.exit_code == 0, run.output
    path = home / "2025-03_对外贸易_报送模板.xlsx"
    book = openpyxl.load_workbook(path)
    book.worksheets[0]["E5"] = 91.5
    book.save(path)
    stored = CliRunner().invoke(app, ["upload", str(path)])
    assert stored.exit_code == 0, stored.output
    following = CliRunner().invoke(app, ["template", "trade", "-o", str(home)])
    assert following.exit_code == 0, following.output
    texts = [
        str(cell.value)
        for sheet in openpyxl.load_workbook(home / "2025-04_对外贸易_报送模板.xlsx").worksheets
        for row in sheet.iter_rows()
        for cell in row
    ]
    assert "2025-03 累计 91.5 亿元" in texts


def test_a_marked_table_is_written_beside_the_original_and_nothing_is_stored(home: Path) -> None:
    CliRunner().invoke(app, ["template", "trade", "--period", "2025-03", "--region", "330303", "-o", str(home)])
    path = home / "2025-03_对外贸易_报送模板.xlsx"
    book = openpyxl.load_workbook(path)
    book.worksheets[0]["E5"] = -5
    book.save(path)
    run = CliRunner().invoke(app, ["mark", str(path)])
    assert run.exit_code == 1
    marked = openpyxl.load_workbook(home / "2025-03_对外贸易_报送模板_标注.xlsx").worksheets[0]
    assert marked["E5"].fill.start_color.rgb == "00FFC7CE"
    assert "[]" in CliRunner().invoke(app, ["store", "uploads", "--format", "json"]).output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nosuch"], "no such dataset"),
        (["trade", "--region", "000000"], "no such region"),
        (["trade", "--period", "2025-13"], "2025-13"),
    ],
)
def test_what_does_not_exist_is_a_usage_error(arguments: list[str], words: str) -> None:
    run = CliRunner().invoke(app, ["template", *arguments], env={"COLUMNS": "300"})
    assert run.exit_code == 2
    assert words in run.output


def test_the_next_period_is_the_first_gap_and_before_any_arrival_the_last_that_ended() -> None:
    catalogue: Catalogue = CATALOGUE
    today = date(2025, 3, 9)
    assert next_period(catalogue.datasets["trade"], {"2024-12"}, today) == Month(2025, 2)
    assert next_period(catalogue.datasets["trade"], {"2025-02", "2025-04"}, today) == Month(2025, 3)
    assert next_period(catalogue.datasets["trade"], set(), today) == Month(2025, 2)
    assert next_period(catalogue.datasets["rd"], set(), today) == Year(2024)
