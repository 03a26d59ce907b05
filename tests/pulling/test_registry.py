"""Connectors are found by their entry points; one that is not ours is installed and asked like the others."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dagster_project.sources.connector import Connector
from dagster_project.sources.registry import find, make, names
from validators.errors import SourceOptionsError

_PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "bulletin-board"
version = "1.0"

[project.entry-points."xushi.connectors"]
bulletin_board = "bulletin_board:BulletinBoard"
"""
_MODULE = """
from dagster_project.sources.connector import Connector, Delivery, Options, Request
import pandas as pd


class Board(Options):
    value: str


class BulletinBoard(Connector[Board]):
    options_model = Board

    def pull(self, request: Request):
        period = request.periods[0].text
        row = {"indicator": "goods_exports", "region": "330303", "period": period, "measure": "month"}
        figures = pd.DataFrame([{**row, "value": self.options.value}], dtype="str")
        yield Delivery(self.options.value.encode(), "board.txt", "board://hall", request.now, figures=figures)
"""
_SOURCE = """
    sources:
      - {name: hall, connector: bulletin_board, regions: ["330303"], with: {value: "41.5"}}
"""
_ROOT = Path(__file__).resolve().parents[2]


def test_ours_are_there_under_their_names() -> None:
    assert {"folder", "http", "nbs", "sdmx", "sql"} <= set(names())


@pytest.mark.parametrize("name", ["folder", "http", "nbs", "sdmx", "sql"])
def test_each_of_ours_is_a_connector(name: str) -> None:
    assert issubclass(find(name), Connector)


def test_an_unknown_connector_is_named_with_the_nearest() -> None:
    with pytest.raises(SourceOptionsError, match="did you mean folder"):
        find("foldr")


def test_a_wrong_option_is_named_and_what_was_found_is_not_shown() -> None:
    with pytest.raises(SourceOptionsError) as raised:
        make("folder", {"passwort": "geheim"})
    assert "passwort" in str(raised.value)
    assert "geheim" not in str(raised.value)


def test_a_connector_of_somebody_else_is_installed_and_pulls(tmp_path: Path) -> None:
    package, installed = tmp_path / "package", tmp_path / "installed"
    package.mkdir()
    (package / "pyproject.toml").write_text(_PROJECT)
    (package / "bulletin_board.py").write_text(_MODULE)
    uv = Path(sys.executable).with_name("uv")
    command = [uv, "pip", "install", "--quiet", "--offline", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--python", sys.executable, "--target", installed, package], check=True)
    catalogue = tmp_path / "catalogue.yaml"
    text = (_ROOT / "tests" / "data" / "small_catalogue.yaml").read_text(encoding="utf-8")
    head, mark, rest = text.partition("  trade:\n")
    catalogue.write_text(head + mark + _SOURCE.lstrip("\n") + rest, encoding="utf-8")
    environment = {
        **os.environ,
        "PYTHONPATH": str(installed),
        "XUSHI_HOME": str(tmp_path / "home"),
        "XUSHI_CATALOGUE": str(catalogue),
    }
    xushi = Path(sys.executable).with_name("xushi")

    def run(*words: str) -> str:
        done = subprocess.run([xushi, *words], env=environment, capture_output=True, text=True, check=True)
        return done.stdout

    assert "bulletin_board" in run("sources")
    assert "stored" in run("pull", "trade", "2025-03", "--source", "hall")
    assert "unchanged" in run("pull", "trade", "2025-03", "--source", "hall")
    assert "41.5" in run("store", "versions", "goods_exports", "330303", "2025-03")
