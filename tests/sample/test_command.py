"""`xushi sample` from the outside."""

from __future__ import annotations

from pathlib import Path

import typer
from typer.testing import CliRunner, Result

from dagster_project.commands.sample import sample

SMALL = Path(__file__).resolve().parent.parent / "data" / "small_catalogue.yaml"


def _run(*arguments: str) -> Result:
    app = typer.Typer()
    app.command()(sample)
    return CliRunner().invoke(app, [*arguments, "--catalogue", str(SMALL)])


def test_it_writes_the_year_and_says_what_it_wrote(tmp_path: Path) -> None:
    result = _run("--year", "2025", "--through", "2025-04", "--out", str(tmp_path / "year"))
    assert result.exit_code == 0, result.output
    written = sorted((tmp_path / "year").iterdir())
    assert f"{len(written)} 份示例工作簿" in result.output
    assert "2025-04_trade_对外贸易_示例数据_修订.xlsx" in result.output


def test_a_month_of_another_year_is_a_usage_error(tmp_path: Path) -> None:
    for month in ("2024-09", "2025", "soon"):
        result = _run("--year", "2025", "--through", month, "--out", str(tmp_path / "year"))
        assert result.exit_code == 2, result.output
    assert not (tmp_path / "year").exists()


def test_a_folder_with_other_files_is_refused_with_exit_code_1(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    result = _run("--out", str(tmp_path))
    assert result.exit_code == 1
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_samples_of_an_earlier_run_are_mentioned(tmp_path: Path) -> None:
    assert _run("--through", "2025-04", "--out", str(tmp_path)).exit_code == 0
    result = _run("--through", "2025-03", "--out", str(tmp_path))
    assert result.exit_code == 0
    assert "sample workbooks of an earlier run" in result.output
