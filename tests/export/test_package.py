"""The Data Package: valid for another tool, the same bytes for the same data."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from pathlib import Path
from shutil import copytree

import pytest
from frictionless import Package, validate
from pysdmx.io import read_sdmx

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
    assert [task.name for task in report.tasks] == [*(str(what) for what in TABLES), "structure"]


def test_another_tool_sees_where_a_file_is_not_the_one_that_was_written(folder: Path, tmp_path: Path) -> None:
    copy = copytree(folder, tmp_path / "copy")
    structure = copy / "sdmx/structure.xml"
    structure.write_bytes(structure.read_bytes().replace(b"XUSHI", b"OTHER", 1))
    report = validate(str(copy / "datapackage.json"))
    wrong = {task.name: [error.type for error in task.errors] for task in report.tasks if not task.valid}
    assert wrong == {"structure": ["hash-count"]}


def test_an_sdmx_tool_reads_what_the_codes_mean(folder: Path) -> None:
    package = Package(str(folder / "datapackage.json"))
    resource = package.get_resource("structure")
    message = read_sdmx(folder / str(resource.path), validate=True)
    lists = {one.id: {code.id for code in one} for one in message.get_codelists()}
    for column, name in (("indicator", "CL_INDICATOR"), ("region", "CL_AREA")):
        used = {row[column] for row in package.get_resource("observations").read_rows()}
        assert used <= lists[name]
    assert {flow.id for flow in message.get_dataflows()} == {"OBSERVATIONS", "VERSIONS"}
    assert message.header is not None
    assert message.header.prepared == max(row["known_from"] for row in package.get_resource("versions").read_rows())


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
    tables = [by_name[what] for what in TABLES]
    assert all(field["title"] and field["description"] for one in tables for field in one["schema"]["fields"])


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
