"""The Data Package: valid for another tool, the same bytes for the same data."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from frictionless import Package, validate

from dagster_project.export import TABLES, Selection, write_package
from tests.export.conftest import Home


@pytest.fixture(scope="module")
def folder(home: Home, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("package")
    write_package(home.exporter, Selection(), made, licence=None)
    return made


def test_another_tool_finds_nothing_wrong_with_it(folder: Path) -> None:
    report = validate(str(folder / "datapackage.json"))
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "note"])
    assert [task.name for task in report.tasks] == [str(what) for what in TABLES]


def test_another_tool_reads_the_same_figures(home: Home, folder: Path) -> None:
    package = Package(str(folder / "datapackage.json"))
    read = package.get_resource("observations").read_rows()
    stored = home.store.observations()
    assert [float(row["value"]) for row in read] == stored["value"].to_list()
    assert [row["known_from"] for row in read] == [one.to_pydatetime() for one in stored["known_from"]]


def test_keys_lead_from_table_to_table(folder: Path) -> None:
    described = json.loads((folder / "datapackage.json").read_text("utf-8"))
    by_name = {resource["name"]: resource for resource in described["resources"]}
    keys = by_name["observations"]["schema"]["foreignKeys"]
    assert {(key["fields"][0], key["reference"]["resource"]) for key in keys} == {
        ("indicator", "indicators"),
        ("region", "regions"),
        ("unit", "units"),
        ("dataset", "datasets"),
    }
    assert all(field["title"] and field["description"] for one in by_name.values() for field in one["schema"]["fields"])


def test_sample_data_are_called_so_and_no_licence_is_invented(home: Home, folder: Path, tmp_path: Path) -> None:
    described = json.loads((folder / "datapackage.json").read_text("utf-8"))
    assert "示例数据" in described["title"]
    assert "licenses" not in described
    write_package(home.exporter, Selection(), tmp_path, licence="CC-BY-4.0")
    assert json.loads((tmp_path / "datapackage.json").read_text("utf-8"))["licenses"] == [{"name": "CC-BY-4.0"}]


def test_the_same_data_make_the_same_archive(home: Home, folder: Path, tmp_path: Path) -> None:
    streams = [BytesIO(), BytesIO()]
    for stream in streams:
        write_package(home.exporter, Selection(), stream, licence=None)
    assert streams[0].getvalue() == streams[1].getvalue()
    with zipfile.ZipFile(streams[0]) as archive:
        assert archive.read("data/observations.csv") == (folder / "data/observations.csv").read_bytes()
