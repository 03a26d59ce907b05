"""`xushi tables map`: proposals for a new layout, to be reviewed by a person."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import yaml
from typer.testing import CliRunner

from dagster_project.cli import app
from dagster_project.tables import read_tables
from dagster_project.tables.proposals import propose
from tests.tables.files import Rows, xlsx
from validators.catalogue import Catalogue
from validators.columns import STORED

ROWS: Rows = [
    ["2025年1-3月主要指标"],
    ["指标", "累计（万元）", "同比（%）"],
    ["社会消费品零售额合计", 900000, 5.5],
    ["某不相干的数", 12, 1.5],
]


def history(value: float) -> pd.DataFrame:
    row = dict.fromkeys(STORED, "") | {"indicator": "retail_sales", "region": "330303", "period": "2024-03"}
    return pd.DataFrame([row | {"measure": "ytd", "value": value}])


def test_an_unknown_label_is_proposed_by_likeness_unit_and_size(catalogue: Catalogue) -> None:
    reading = read_tables(xlsx({"表": ROWS}), "新版式.xlsx")
    (near,) = propose(reading, catalogue, history(88.0), dataset=None, region="330303")
    assert (near.indicator, near.label, near.place) == ("retail_sales", "社会消费品零售额合计", "表!B3")
    (far,) = propose(reading, catalogue, history(0.09), dataset=None, region="330303")
    assert near.likeness > far.likeness


def test_a_unit_of_another_kind_rules_an_indicator_out(catalogue: Catalogue) -> None:
    rows = [ROWS[0], ["指标", "累计（万平方米）"], ["社会消费品零售额合计", 900000]]
    reading = read_tables(xlsx({"表": rows}), "新版式.xlsx")
    assert propose(reading, catalogue, history(88.0), dataset=None, region=None) == []


def test_the_command_prints_a_snippet_and_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XUSHI_HOME", str(tmp_path / "home"))
    path = tmp_path / "新版式.xlsx"
    path.write_bytes(xlsx({"表": ROWS}))
    result = CliRunner().invoke(app, ["tables", "map", str(path)])
    assert result.exit_code == 0, result.output
    assert yaml.safe_load(result.stdout) == {"indicators": {"retail_sales": {"labels": ["社会消费品零售额合计"]}}}
    assert "表!B3" in result.stdout
