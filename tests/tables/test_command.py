"""`xushi tables read`."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dagster_project.cli import app
from tests.tables.files import xlsx

COLUMNS = ["sheet", "cell", "row_label", "parent_label", "column_label", "period", "measure", "unit", "value"]
ROWS = [["2025年1-3月外贸"], ["指标", "累计（亿元）", "同比（%）"], ["出口", 107.2, "…"], ["  其中：机电", 50, 3.5]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "外贸.xlsx"
    path.write_bytes(xlsx({"外贸": ROWS, "目录": [["目录"], ["外贸……", 3]]}))
    return path


def xushi(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["tables", "read", *map(str, arguments)])


def test_csv_has_a_line_for_each_cell_and_says_apart_what_was_left_out(file: Path) -> None:
    result = xushi(file, "--format", "csv")
    assert result.exit_code == 0
    lines = list(csv.reader(io.StringIO(result.stdout)))
    assert lines[0] == COLUMNS
    assert lines[1] == ["外贸", "B3", "出口", "", "累计（亿元）", "2025-03", "ytd", "亿元", "107.2"]
    assert lines[2][-2:] == ["%", ""]
    assert lines[3][2:4] == ["其中：机电", "出口"]
    assert "目录!B2" in result.stderr


def test_json_has_null_for_what_is_missing(file: Path) -> None:
    rows = json.loads(xushi(file, "--format", "json").stdout)
    assert list(rows[0]) == COLUMNS
    assert (rows[0]["value"], rows[1]["value"]) == (107.2, None)


def test_a_table_is_printed_sheet_by_sheet(file: Path) -> None:
    result = xushi(file, "--format", "table", "--sheet", "外贸")
    assert result.exit_code == 0
    assert "107.2" in result.stdout
    assert "目录" not in result.stderr


def test_an_unknown_sheet_and_an_unreadable_file_are_said(file: Path, tmp_path: Path) -> None:
    assert xushi(file, "--sheet", "内贸").exit_code == 2
    broken = tmp_path / "坏.xlsx"
    broken.write_text("不是工作簿", encoding="utf-8")
    result = xushi(broken)
    assert result.exit_code == 1
    assert "坏.xlsx" in result.stderr


@pytest.mark.parametrize("output", ["csv", "json", "table"])
def test_characters_that_steer_the_terminal_are_shown_and_not_sent(tmp_path: Path, output: str) -> None:
    path = tmp_path / "外贸.csv"
    path.write_text(
        "2025年1-3月外贸\n指标,累计（亿元）\n出口\x1b[2J\x9b1m,107.2\n进口\x07,不详9\x1b[31m\n", encoding="utf-8"
    )
    result = xushi(path, "--format", output)
    assert result.exit_code == 0
    assert not {"\x1b", "\x9b", "\x07"} & set(result.stdout + result.stderr)
    assert ("␛[2J" in result.stdout) or output == "json"
    assert "␛[31m" in result.stderr
