from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner, Result

from dagster_project.cli import app
from validators.catalogue import Catalogue

ROOT = Path(__file__).resolve().parent.parent.parent
SMALL = ROOT / "tests" / "data" / "small_catalogue.yaml"


@pytest.fixture(autouse=True)
def _small_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XUSHI_CATALOGUE", str(SMALL))
    monkeypatch.setenv("COLUMNS", "100")


def xushi(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def shown(*arguments: str) -> list[str]:
    """Target ids that `show` lists."""
    result = xushi("catalogue", "show", "--format", "json", *arguments)
    assert result.exit_code == 0
    return [row["target"] for row in json.loads(result.stdout)]


def test_a_sound_catalogue_is_counted_by_document_kind_and_dataset() -> None:
    result = xushi("catalogue", "check")
    assert result.exit_code == 0
    lines = [line.split() for line in result.stdout.splitlines()]
    for counted in (["15", "longwan-2025"], ["4", "wenzhou-2025"], ["5", "growth"], ["10", "science_talent"]):
        assert counted in lines
    assert lines[-1] == ["ok"]


def test_every_problem_is_printed_and_the_exit_code_is_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = SMALL.read_text(encoding="utf-8").replace("pace: linear", "pase: linear").replace("unit: 家", "unit: 佳")
    (tmp_path / "metrics_catalog.yaml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    result = xushi("catalogue", "check", "--file", "metrics_catalog.yaml")
    assert (result.exit_code, result.stdout) == (1, "")
    *problems, total = result.stderr.splitlines()
    assert len(problems) > 10
    assert total.endswith(f"problems: {len(problems)}")
    assert all(problem.startswith("metrics_catalog.yaml:") for problem in problems)
    line = text.count("\n", 0, text.index("pase: linear")) + 1
    assert f"metrics_catalog.yaml:{line}: targets.longwan-exports.pase: unknown key; nearest: 'pace'" in problems


def test_a_file_is_named_as_seen_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "metrics_catalog.yaml").write_text("documents: 1\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XUSHI_CATALOGUE", str(tmp_path / "metrics_catalog.yaml"))
    assert xushi("catalogue", "check").stderr.startswith("metrics_catalog.yaml:1: ")


def test_any_command_says_what_is_wrong_with_the_catalogue_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("documents: {}\n", encoding="utf-8")
    result = xushi("catalogue", "show", "--file", str(tmp_path / "bad.yaml"))
    assert result.exit_code == 1
    assert "targets: is missing" in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "owner", ["lw_talent_office", "区委组织部〈区委人才办〉", "区委人才办", "Longwan Organisation Department"]
)
def test_an_owner_is_known_by_id_name_and_alias(owner: str) -> None:
    assert shown("--owner", owner) == [
        "longwan-talent-budget",
        "longwan-talent-firm-share",
        "longwan-talent-grant-days",
        "longwan-skilled-talent",
    ]


def test_a_lead_department_owns_the_target_too() -> None:
    assert "longwan-skilled-talent" in shown("--owner", "区科技局")


def test_filters_narrow_each_other() -> None:
    assert shown("--region", "全市", "--chapter", "1") == ["wenzhou-high-tech-firms", "wenzhou-research-projects"]
    assert shown("--document", "wenzhou-2025", "--owner", "区商务局") == []
    assert len(shown()) == 19


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--owner", "商务"), "区商务局, 市商务局"),
        (("--region", "瓯海区"), "龙湾区"),
        (("--document", "longwan"), "longwan-2025, wenzhou-2025"),
        (("--chapter", "9"), "1, 5"),
        (("--format", "xml"), "'json'"),
        (("--file", "nowhere.yaml"), "does not exist"),
    ],
)
def test_a_filter_that_means_nothing_is_a_usage_error_with_what_is_near(arguments: tuple[str, str], words: str) -> None:
    result = xushi("catalogue", "show", *arguments)
    assert result.exit_code == 2
    assert words in " ".join(result.stderr.replace("│", " ").split())
    assert result.stdout == ""


def test_csv_is_complete_and_readable_by_a_machine(small_catalogue: Catalogue) -> None:
    rows = list(csv.DictReader(io.StringIO(xushi("catalogue", "show", "--format", "csv").stdout)))
    assert [row["target"] for row in rows] == list(small_catalogue.targets)
    by_id = {row["target"]: row for row in rows}
    exports = by_id["longwan-exports"]
    assert [exports[name] for name in ("name_zh", "name_en", "value", "unit", "comparator", "ambition", "due")] == [
        *("货物贸易出口", "Exports of goods", "450", "亿元", "at_least", "stretch", "2025-12")
    ]
    assert by_id["longwan-rd-intensity"]["value"] == "4.1"
    assert by_id["longwan-tech-smes"]["schedule"] == "2025-03=40;2025-06=120;2025-09=200;2025-12=300"
    assert by_id["longwan-talent-budget"]["responsible"] == "lw_talent_office;lw_finance"
    assert by_id["longwan-high-tech-exports"]["part_of"] == "longwan-exports"


def test_json_says_the_same_as_csv() -> None:
    as_json = json.loads(xushi("catalogue", "show", "--format", "json").stdout)
    as_csv = list(csv.DictReader(io.StringIO(xushi("catalogue", "show", "--format", "csv").stdout)))
    assert [list(row) for row in as_json] == [list(row) for row in as_csv]
    assert [str(row["value"]) for row in as_json] == [row["value"] for row in as_csv]


def test_the_table_has_chinese_first_and_its_columns_line_up() -> None:
    result = xushi("catalogue", "show", "--chapter", "5", "--document", "longwan-2025")
    assert result.stdout.index("货物贸易出口") < result.stdout.index("Exports of goods")
    lines = result.stdout.splitlines()
    assert lines[-1] == "目标 targets: 5"
    heading = next(line for line in lines if "要求 requirement" in line)
    exports = next(line for line in lines if "≥ 450 亿元" in line)
    assert exports.startswith(" 章首 ")
    # A Chinese character is two cells wide in a terminal.
    assert cell_len(heading.partition("要求")[0]) == cell_len(exports.partition("≥")[0])


def test_departments_are_listed_with_aliases_and_how_much_they_answer_for() -> None:
    rows = json.loads(xushi("catalogue", "departments", "--format", "json").stdout)
    office = next(row for row in rows if row["department"] == "lw_talent_office")
    assert office["aliases"] == ["区委组织部", "区委人才办"]
    assert (office["leads"], office["responsible"]) == (0, 4)
    assert "区委人才办" in xushi("catalogue", "departments").stdout


def test_the_shipped_schema_is_that_of_the_models() -> None:
    result = xushi("catalogue", "schema", "--check")
    assert result.exit_code == 0, "run: xushi catalogue schema"


def test_an_outdated_schema_is_noticed_and_written_anew(tmp_path: Path) -> None:
    out = tmp_path / "catalogue.schema.json"
    assert xushi("catalogue", "schema", "--check", "--out", str(out)).exit_code == 1
    assert xushi("catalogue", "schema", "--out", str(out)).exit_code == 0
    assert xushi("catalogue", "schema", "--check", "--out", str(out)).exit_code == 0
    out.write_text("{}", encoding="utf-8")
    assert xushi("catalogue", "schema", "--check", "--out", str(out)).exit_code == 1


def test_a_setting_that_is_no_number_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XUSHI_METRICS_PORT", "many")
    result = xushi("catalogue", "check")
    assert result.exit_code == 2
    assert "XUSHI_METRICS_PORT" in result.stderr


def test_a_misspelt_command_is_met_with_the_right_one() -> None:
    result = xushi("catalog")
    assert result.exit_code == 2
    assert "catalogue" in result.stderr


def test_the_catalogue_of_the_project_is_sound(catalogue: Catalogue) -> None:
    result = xushi("catalogue", "check", "--file", str(ROOT / "metrics_catalog.yaml"))
    assert result.exit_code == 0
    assert f"targets {len(catalogue.targets)} " in result.stdout
