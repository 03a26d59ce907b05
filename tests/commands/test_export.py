"""`xushi export` as it is typed."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dagster_project.cli import app
from dagster_project.export import TABLES
from tests.conftest import ROOT

FIGURES = "indicator,region,period,measure,value\ngoods_exports,330303,2025-03,ytd,91.35\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XUSHI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XUSHI_CATALOGUE", str(ROOT / "tests" / "data" / "small_catalogue.yaml"))
    monkeypatch.delenv("XUSHI_DATABASE_URL", raising=False)
    file = tmp_path / "figures.csv"
    file.write_text(FIGURES, encoding="utf-8")
    assert CliRunner().invoke(app, ["upload", str(file), "--published", "2025-04-18"]).exit_code == 0
    return tmp_path


def export(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["export", *words])
    return done.exit_code, done.stdout if done.exit_code == 0 else done.output


def test_figures_come_out_as_they_were_stated(home: Path) -> None:
    code, text = export("observations")
    assert code == 0
    assert text.splitlines()[1] == (
        "goods_exports,330303,2025-03,ytd,91.35,亿元,preliminary,figures.csv!figures!E2,trade,2025-04-17T16:00:00Z,1"
    )
    assert export("observations", "--known-on", "2025-04-17") == (0, text.splitlines()[0] + "\n")
    assert export("observations", "--until", "2025年2月") == (0, text.splitlines()[0] + "\n")


def test_a_file_is_there_whole_or_not_at_all(home: Path) -> None:
    code, said = export("targets", "--format", "sdmx-csv", "--out", str(home / "targets.csv"))
    assert code == 1
    assert "csv, json" in said
    assert {file.name for file in home.iterdir()} == {"home", "figures.csv"}
    assert export("observations", "--format", "parquet", "--out", str(home))[0] == 0
    assert (home / "observations.parquet").read_bytes()[:4] == b"PAR1"


def test_a_package_is_a_folder_or_an_archive(home: Path) -> None:
    assert export("package", "--out", str(home / "open"))[0] == 0
    assert export("package", "--out", str(home / "open.zip"))[0] == 0
    names = {"datapackage.json", "sdmx/structure.xml", *(f"data/{what}.csv" for what in TABLES)}
    assert {str(file.relative_to(home / "open")) for file in (home / "open").rglob("*.*")} == names
    with zipfile.ZipFile(home / "open.zip") as archive:
        assert set(archive.namelist()) == names
    assert export("package")[0] == 2


def test_what_can_not_be_exported_is_refused_with_what_is_near(home: Path) -> None:
    code, said = export("observations", "--indicator", "goods_export")
    assert (code, "goods_exports" in said) == (1, True)
    assert export("everything")[0] == 2


def test_columns_are_described_without_any_database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XUSHI_HOME", str(tmp_path / "none"))
    code, text = export("columns", "--format", "json")
    assert code == 0
    assert [table["name"] for table in json.loads(text)] == [str(what) for what in TABLES]
    code, page = export("columns")
    assert "| known_from | moment |" in page
    assert not (tmp_path / "none").exists()


def test_the_structure_of_the_sdmx_csv_is_described_without_any_database(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XUSHI_HOME", str(tmp_path / "none"))
    monkeypatch.setenv("XUSHI_CATALOGUE", str(ROOT / "tests" / "data" / "small_catalogue.yaml"))
    code, text = export("structure")
    assert code == 0
    assert "schemas/v2_1/structure" in text
    assert export("structure", "--sdmx", "3.0", "--out", str(tmp_path / "structure.xml")) == (0, "")
    assert "schemas/v3_0/structure" in (tmp_path / "structure.xml").read_text(encoding="utf-8")
    assert not (tmp_path / "none").exists()


def test_what_there_is_not_is_refused_with_the_list_of_what_there_is() -> None:
    code, said = export("figures")
    assert code == 2
    assert all(what in said.replace("\n", "") for what in (*TABLES, "package", "replay", "columns"))


def test_versions_are_written_for_another_installation(home: Path) -> None:
    assert export("replay", "--out", str(home / "replay"))[0] == 0
    assert [file.name for file in (home / "replay").iterdir()] == ["0001-2025-04-18.csv"]
    later = home / "later.csv"
    later.write_text(FIGURES.replace("91.35", "91.4"), encoding="utf-8")
    moment = "2025-04-18T09:30:00.25"
    assert CliRunner().invoke(app, ["upload", str(later), "--published", moment]).exit_code == 0
    assert export("replay", "--out", str(home / "again"))[0] == 0
    names = sorted(file.name for file in (home / "again").iterdir())
    assert names == ["0001-2025-04-18.csv", "0002-20250418T093000.250000+0800.csv"]
    code, said = export("replay", "--out", str(home / "replay"))
    assert (code, "empty" in said) == (1, True)


def test_views_are_described_with_a_role_that_may_only_read_them() -> None:
    done = CliRunner().invoke(app, ["store", "views"])
    assert done.exit_code == 0
    assert "| known_to |" in done.stdout
    assert "GRANT SELECT ON v_observation_current" in done.stdout


def test_a_migration_keeps_the_names_for_those_who_query_by_sql(home: Path) -> None:
    assert CliRunner().invoke(app, ["store", "migrate"]).exit_code == 0
    with closing(sqlite3.connect(home / "home" / "xushi.sqlite")) as database:
        query = "SELECT n.name_zh, o.value FROM v_observation_current o JOIN v_name n ON n.id = o.indicator"
        assert database.execute(query).fetchall() == [("货物贸易出口", 91.35)]


def test_the_reader_shows_what_such_a_table_says(home: Path) -> None:
    done = CliRunner().invoke(app, ["tables", "read", str(home / "figures.csv")])
    assert done.stdout.splitlines()[1] == "figures,E2,goods_exports,330303,value,2025-03,ytd,,91.35"
