"""`xushi upload` from the outside: what it prints, what it leaves behind, its exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from dagster_project.cli import app
from dagster_project.sample import write_sample
from dagster_project.store import State, Store, Upload
from tests.end_to_end.workbooks import MONTH, PART_MONTH, TITLE, with_cells
from validators.catalogue import Catalogue
from validators.periods import Month

ROOT = Path(__file__).resolve().parent.parent.parent
ACCEPTED, REJECTED, USAGE = 0, 1, 2


@pytest.fixture(scope="module")
def tables(small_catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Good tables of April by their dataset."""
    folder = tmp_path_factory.mktemp("sample")
    paths = write_sample(small_catalogue, year=2025, through=Month(2025, 4), folder=folder)
    april = [path for path in paths if path.name.startswith("2025-04") and "修订" not in path.name]
    return {name: path.read_bytes() for path in april for name in small_catalogue.datasets if f"_{name}_" in path.name}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation where nothing has been handed in."""
    home = tmp_path / "home"
    monkeypatch.setenv("XUSHI_HOME", str(home))
    monkeypatch.setenv("XUSHI_CATALOGUE", str(ROOT / "tests" / "data" / "small_catalogue.yaml"))
    monkeypatch.delenv("XUSHI_DATABASE_URL", raising=False)
    monkeypatch.setenv("COLUMNS", "240")  # no sentence broken into lines
    return home


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "tables"
    folder.mkdir()
    return folder


@pytest.fixture
def put(folder: Path) -> Callable[[str, bytes], Path]:
    """Puts a file into the folder of tables."""

    def write(name: str, data: bytes) -> Path:
        path = folder / name
        path.write_bytes(data)
        return path

    return write


Put = Callable[[str, bytes], Path]


def upload(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["upload", *map(str, arguments)])


def entered(home: Path) -> list[Upload]:
    with Store.open(f"sqlite:///{home / 'xushi.sqlite'}") as store:
        return store.uploads()


def figures(home: Path) -> int:
    with Store.open(f"sqlite:///{home / 'xushi.sqlite'}") as store:
        return len(store.observations())


def archived(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "archive").rglob("*") if path.is_file())


def printed(result: Result) -> list[dict[str, Any]]:
    found = json.loads(result.stdout)
    assert isinstance(found, list)
    return found


# Stored, again, rejected


def test_a_good_table_is_stored_and_what_changed_is_counted(home: Path, put: Put, tables: dict[str, bytes]) -> None:
    result = upload(put("四月.xlsx", tables["trade"]))
    assert result.exit_code == ACCEPTED, result.output
    assert "四月.xlsx trade 2025-04" in result.stdout
    assert "已入库 stored" in result.stdout
    assert "新增 new 9" in result.stdout
    assert (figures(home), [one.state for one in entered(home)]) == (9, [State.ACCEPTED])
    assert archived(home) == [sha256(tables["trade"]).hexdigest()]


def test_the_same_file_again_is_no_failure_and_changes_nothing(home: Path, put: Put, tables: dict[str, bytes]) -> None:
    file = put("四月.xlsx", tables["trade"])
    upload(file)
    result = upload(file)
    assert result.exit_code == ACCEPTED
    assert "重复文件,未作改动 the same file again, nothing was changed" in result.stdout
    assert (figures(home), len(entered(home))) == (9, 1)


def test_a_bad_table_is_rejected_with_its_cells_and_kept_for_later(
    home: Path, put: Put, tables: dict[str, bytes]
) -> None:
    bad = with_cells(tables["trade"], {MONTH: "33亿", PART_MONTH: "#REF!"})
    result = upload(put("坏表.xlsx", bad))
    assert result.exit_code == REJECTED
    assert "已退回,未入库任何数据 rejected, nothing was stored" in result.stdout
    for words in ("龙湾区!B5", "33亿", "龙湾区!B6", "#REF!"):
        assert words in result.stdout
    assert (figures(home), [one.state for one in entered(home)]) == (0, [State.REJECTED])
    assert archived(home) == [sha256(bad).hexdigest()]


def test_one_bad_file_does_not_stop_the_others(home: Path, put: Put, tables: dict[str, bytes]) -> None:
    files = [
        put("a.xlsx", tables["trade"]),
        put("b.xlsx", b""),
        put("c.xlsx", tables["retail_sales"]),
        put("d.csv", b"1\n2\n"),
        put("e.xlsx", tables["science_talent"]),
    ]
    result = upload("--format", "json", *files)
    assert result.exit_code == REJECTED
    states = {one["file"]: one["state"] for one in printed(result)}
    assert states == {
        "a.xlsx": "accepted",
        "b.xlsx": "rejected",
        "c.xlsx": "accepted",
        "d.csv": "rejected",
        "e.xlsx": "accepted",
    }
    assert [one.state.value for one in entered(home)] == list(states.values())


def test_who_handed_in_is_entered(home: Path, put: Put, tables: dict[str, bytes]) -> None:
    upload("--by", "张三", put("四月.xlsx", tables["trade"]))
    (one,) = entered(home)
    assert one.received_by == "张三"


def test_the_command_itself_exits_with_the_codes(home: Path, put: Put, tables: dict[str, bytes]) -> None:
    good, bad = put("四月.xlsx", tables["trade"]), put("坏.xlsx", b"")

    def run(*arguments: str | Path) -> int:
        command = [sys.executable, "-c", "from dagster_project.cli import app; app()", "upload", *map(str, arguments)]
        return subprocess.run(command, cwd=ROOT, env=dict(os.environ), capture_output=True, check=False).returncode

    assert run(good, bad) == REJECTED
    assert run(good) == ACCEPTED


# A dry run


def test_a_dry_run_says_what_would_happen_and_leaves_nothing_behind(
    home: Path, put: Put, tables: dict[str, bytes]
) -> None:
    good, bad = put("四月.xlsx", tables["trade"]), put("坏.xlsx", with_cells(tables["trade"], {MONTH: -1}))
    result = upload("--dry-run", good)
    assert result.exit_code == ACCEPTED
    assert "试运行:可以入库 dry run: it would be stored" in result.stdout
    assert "新增 new 9" in result.stdout
    result = upload("--dry-run", bad)
    assert result.exit_code == REJECTED
    assert "试运行:会被退回 dry run: it would be rejected" in result.stdout
    assert "龙湾区!B5" in result.stdout
    assert (entered(home), figures(home), archived(home)) == ([], 0, [])


# JSON


def test_json_holds_every_finding_with_its_place(home: Path, put: Put, tables: dict[str, bytes]) -> None:
    bad = with_cells(tables["trade"], {MONTH: "33亿", PART_MONTH: -4, "温州市!D2": None})
    (found,) = printed(upload("--format", "json", put("坏表.xlsx", bad)))
    (one,) = entered(home)
    assert one.report is not None
    assert found["findings"] == one.report.to_json()["findings"]
    assert {(each["severity"], each["rule"], each["sheet"], each["cell"]) for each in found["findings"]} == {
        ("error", "text_in_number", "龙湾区", "B5"),
        ("error", "negative_value", "龙湾区", "B6"),
        ("warning", "unit_assumed", "温州市", "B5"),
    }
    assert {key: found[key] for key in ("file", "state", "upload", "dataset", "period_first", "period_last")} == {
        "file": "坏表.xlsx",
        "state": "rejected",
        "upload": one.id,
        "dataset": "trade",
        "period_first": "2025-04",
        "period_last": "2025-04",
    }
    assert found["changes"] == {}


def test_json_counts_the_changes(home: Path, put: Put, tables: dict[str, bytes]) -> None:
    (found,) = printed(upload("--format", "json", put("四月.xlsx", tables["trade"])))
    assert found["changes"] == {"new": 9, "revised": 0, "unchanged": 0, "ignored_older": 0}


# The queue


def test_the_queue_enters_files_and_leaves_judging_to_others(home: Path, put: Put, tables: dict[str, bytes]) -> None:
    result = upload("--queue", put("四月.xlsx", tables["trade"]), put("坏.xlsx", b""))
    assert result.exit_code == ACCEPTED
    assert "已登记,等待处理 entered" in result.stdout
    assert [(one.file_name, one.state, one.dataset, one.period_last) for one in entered(home)] == [
        ("四月.xlsx", State.RECEIVED, "trade", "2025-04"),
        ("坏.xlsx", State.RECEIVED, "", ""),
    ]
    assert figures(home) == 0
    assert len(archived(home)) == 2


def test_the_queue_speaks_json_too_and_says_what_it_had_already(home: Path, put: Put, tables: dict[str, bytes]) -> None:
    file = put("四月.xlsx", tables["trade"])
    first, again = (printed(upload("--queue", "--format", "json", file)) for _ in range(2))
    assert [(one["state"], one["duplicate"]) for one in first + again] == [("received", False), ("received", True)]
    assert first[0]["upload"] == again[0]["upload"]


def test_a_queued_file_that_is_handed_in_directly_is_completed(home: Path, put: Put, tables: dict[str, bytes]) -> None:
    file = put("四月.xlsx", tables["trade"])
    upload("--queue", file)
    result = upload(file)
    assert result.exit_code == ACCEPTED
    assert [one.state for one in entered(home)] == [State.ACCEPTED]


@pytest.mark.parametrize("options", [["--dry-run"], ["--period", "2025-04"], ["--region", "龙湾区"]])
def test_the_queue_takes_no_hints_and_no_rehearsal(
    home: Path, put: Put, tables: dict[str, bytes], options: list[str]
) -> None:
    assert upload("--queue", *options, put("四月.xlsx", tables["trade"])).exit_code == USAGE


# Options


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--period", "2025-13"], "2025-13"),
        (["--period", "soon"], "soon"),
        (["--dataset", "tradee"], "retail_sales"),
        (["--region", "999"], "999"),
        (["--status", "fianl"], "preliminary"),
        (["--published", "16.5.2025"], "16.5.2025"),
        (["--published", "2025-05-16T25:00"], "2025-05-16T25:00"),
        (["--published", "9999-12-31T23:00Z"], "9999-12-31T23:00Z"),
        (["--format", "xml"], "xml"),
    ],
)
def test_an_option_that_means_nothing_is_a_usage_error_and_leaves_nothing_behind(
    home: Path, put: Put, tables: dict[str, bytes], options: list[str], word: str
) -> None:
    result = upload(*options, put("四月.xlsx", tables["trade"]))
    assert result.exit_code == USAGE
    assert word in result.stderr
    assert archived(home) == []
    assert not (home / "xushi.sqlite").exists() or entered(home) == []


@pytest.mark.parametrize("period", ["2025-04", "2025年4月", "202504"])
@pytest.mark.parametrize("region", ["330303", "龙湾区", "Longwan"])
def test_what_the_table_does_not_say_may_be_given_as_people_say_it(
    home: Path, put: Put, tables: dict[str, bytes], period: str, region: str
) -> None:
    silent = with_cells(tables["retail_sales"], {TITLE: "消费品市场主要指标", "龙湾区!D3": "累计"})
    result = upload("--period", period, "--region", region, put("表.xlsx", silent))
    assert result.exit_code == ACCEPTED, result.output
    (one,) = entered(home)
    assert (one.period_last, one.region) == ("2025-04", "330303")


def test_the_day_of_publication_and_the_status_given_are_those_of_the_figures(
    home: Path, put: Put, tables: dict[str, bytes]
) -> None:
    upload("--published", "2025-05-20", "--status", "final", put("四月.xlsx", tables["trade"]))
    with Store.open(f"sqlite:///{home / 'xushi.sqlite'}") as store:
        stored = store.observations()
    assert set(stored["status"]) == {"final"}
    assert {moment.isoformat() for moment in stored["known_from"]} == {"2025-05-19T16:00:00+00:00"}


@pytest.mark.parametrize("moment", ["2025-05-20T07:30", "20250520T073000+0800", "2025-05-19T23:30:00Z"])
def test_the_moment_of_publication_may_be_given_where_the_hour_matters(
    home: Path, put: Put, tables: dict[str, bytes], moment: str
) -> None:
    assert upload("--published", moment, put("四月.xlsx", tables["trade"])).exit_code == ACCEPTED
    with Store.open(f"sqlite:///{home / 'xushi.sqlite'}") as store:
        stored = store.observations()
        (one,) = store.uploads()
    assert {moment.isoformat() for moment in stored["known_from"]} == {"2025-05-19T23:30:00+00:00"}
    assert one.published == date(2025, 5, 20)


def test_a_file_that_is_not_there_is_a_usage_error_and_stops_all(
    home: Path, put: Put, folder: Path, tables: dict[str, bytes]
) -> None:
    good = put("四月.xlsx", tables["trade"])
    for missing in (folder / "没有.xlsx", folder):
        result = upload(good, missing)
        assert result.exit_code == USAGE
        assert missing.name in result.stderr
    assert upload().exit_code == USAGE
    assert not (home / "archive").exists()


# What a table may do to a terminal


def test_markup_in_a_table_is_printed_as_it_stands(home: Path, put: Put, tables: dict[str, bytes]) -> None:
    cells = {MONTH: "[red]33[/red]", "龙湾区!A6": "[bold]高新技术产品出口类[/]", "龙湾区!B3": "[blink]本期数"}
    result = upload(put("[green]四月.xlsx", with_cells(tables["trade"], cells)))
    assert result.exit_code == REJECTED
    for words in ("[green]四月.xlsx", "[red]33[/red]", "[bold]高新技术产品出口类[/]", "[blink]本期数"):
        assert words in result.stdout


def test_characters_that_steer_a_terminal_are_shown_and_not_sent(home: Path, put: Put) -> None:
    title = "2025年4月龙湾区对外贸易\n指标,累计（亿元）,同比（%）\n"
    table = f"{title}货物贸易出口,131,5.8\n高新技术产品出口,\x1b[2J12亿,\x9b31m5x\n"
    result = upload(put("四月\x1b[31m.csv", table.encode()))
    assert result.exit_code == REJECTED
    assert "\x1b" not in result.stdout
    assert "\x9b" not in result.stdout
    assert "␛[2J12亿" in result.stdout
    assert "四月[31m.csv" in result.stdout


def test_a_file_name_that_is_no_utf_8_is_read_as_windows_wrote_it(
    home: Path, folder: Path, tables: dict[str, bytes]
) -> None:
    path = os.path.join(os.fsencode(folder), "四月.xlsx".encode("gb18030"))  # noqa: PTH118  # bytes, no Path
    with open(path, "wb") as file:  # noqa: PTH123  # as above
        file.write(tables["trade"])
    result = upload(os.fsdecode(path))
    assert result.exit_code == ACCEPTED, result.exception
    assert [one.file_name for one in entered(home)] == ["四月.xlsx"]


def test_a_file_that_is_too_large_is_refused_without_a_trace_and_the_others_are_taken(
    home: Path, put: Put, tables: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    good = put("四月.xlsx", tables["trade"])
    large = put("大.xlsx", tables["trade"] + b"\0" * 200_000)
    monkeypatch.setenv("XUSHI_MAX_UPLOAD_BYTES", "100000")
    result = upload(large, good)
    assert result.exit_code == REJECTED
    assert "XUSHI_MAX_UPLOAD_BYTES" in result.stdout
    assert [one.file_name for one in entered(home)] == ["四月.xlsx"]
