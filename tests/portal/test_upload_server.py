"""`xushi upload --server`: handing in at another machine's portal, told in the same words as handing in here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dagster_project.cli import app
from dagster_project.identity.permissions import Grant
from dagster_project.portal.desk import Desk
from dagster_project.sample import write_sample
from tests.end_to_end.workbooks import MONTH, rows, with_cells
from tests.portal.signing import opened_desk, served
from tests.servers.ports import free_port
from tests.tables.files import xlsx
from validators.catalogue import Catalogue
from validators.periods import Month

SMALL = Path(__file__).parent.parent / "data" / "small_catalogue.yaml"


@pytest.fixture(scope="module")
def tables(small_catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Good tables of April by their dataset."""
    folder = tmp_path_factory.mktemp("sample")
    paths = write_sample(small_catalogue, year=2025, through=Month(2025, 4), folder=folder)
    april = [path for path in paths if path.name.startswith("2025-04") and "修订" not in path.name]
    return {name: path.read_bytes() for path in april for name in small_catalogue.datasets if f"_{name}_" in path.name}


@pytest.fixture(scope="module")
def desk(small_catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    home = tmp_path_factory.mktemp("there")
    with opened_desk(home, small_catalogue) as opened:
        yield opened


@pytest.fixture(scope="module")
def address(desk: Desk) -> Iterator[str]:
    with served(desk) as found:
        yield found


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine that has no installation of its own, and must not get one."""
    for name in ("XUSHI_TOKEN", "XUSHI_TOKEN_FILE", "XUSHI_DATABASE_URL", "XUSHI_PORTAL_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XUSHI_HOME", str(tmp_path / "none"))
    monkeypatch.setenv("XUSHI_CATALOGUE", str(SMALL))
    monkeypatch.setenv("COLUMNS", "240")
    return tmp_path


def token(desk: Desk, name: str, *roles: str) -> str:
    return desk.identity.tokens.add(name, [Grant.parse(role) for role in roles], by="test").secret


def upload(*words: object) -> Result:
    return CliRunner().invoke(app, ["upload", *map(str, words)])


def timeless(printed: str) -> str:
    """With every moment named by its form alone: a minute may end between two uploads."""
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "YYYY-MM-DD hh:mm", printed)


def written(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_it_prints_what_handing_in_here_prints(
    small_catalogue: Catalogue, here: Path, tables: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing has been handed in on either side before."""
    both = xlsx({"外贸": rows(tables["trade"], "龙湾区"), "消费": rows(tables["retail_sales"], "龙湾区")})
    files = [
        written(here, "两表.xlsx", both),
        written(here, "坏表.xlsx", with_cells(tables["trade"], {MONTH: "约三亿"})),
        written(here, "空.csv", b""),
    ]
    with opened_desk(here / "there", small_catalogue) as desk, served(desk) as address:
        monkeypatch.setenv("XUSHI_TOKEN", token(desk, "erp", "uploader"))
        for options in (["--dry-run"], [], ["--format", "json"]):
            there = upload(*files, "--server", address, *options)
            assert not (here / "none").exists(), "it needs no installation"
            monkeypatch.setenv("XUSHI_HOME", str(here / "local"))
            local = upload(*files, *options)
            monkeypatch.setenv("XUSHI_HOME", str(here / "none"))
            assert timeless(there.output) == timeless(local.output)
            assert there.exit_code == local.exit_code == 1, "one is rejected"
        good = upload(files[0], "--server", f"{address}/", "--dataset", "trade", "--period", "2025年4月")
        assert good.exit_code == 0, good.output
        assert {one.received_by for one in desk.store.uploads()} == {"token:erp"}


@pytest.mark.parametrize(
    ("said", "known_from", "day"),
    [
        ("2025-05-20", datetime(2025, 5, 19, 16, tzinfo=UTC), date(2025, 5, 20)),
        ("2025-05-20T07:30", datetime(2025, 5, 19, 23, 30, tzinfo=UTC), date(2025, 5, 20)),
        ("20250520T000000.25+0000", datetime(2025, 5, 20, 0, 0, 0, 250_000, tzinfo=UTC), date(2025, 5, 20)),
    ],
)
def test_the_day_or_moment_of_publication_counts_as_it_does_here(
    said: str,
    known_from: datetime,
    day: date,
    small_catalogue: Catalogue,
    here: Path,
    tables: dict[str, bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with opened_desk(here / "there", small_catalogue) as own, served(own) as place:
        monkeypatch.setenv("XUSHI_TOKEN", token(own, "clock", "uploader"))
        done = upload(written(here, "外贸.xlsx", tables["trade"]), "--server", place, "--published", said)
        assert done.exit_code == 0, done.output
        (one,) = own.store.uploads()
        assert (one.known_from, one.published) == (known_from, day)


def test_a_file_that_the_token_may_not_hand_in_keeps_no_other_back(
    desk: Desk, address: str, here: Path, tables: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = here / "token"
    secret.write_text(token(desk, "retail", "uploader:retail_sales") + "\n", encoding="utf-8")
    monkeypatch.setenv("XUSHI_TOKEN_FILE", str(secret))
    changed = with_cells(tables["trade"], {"龙湾区!A1": "2025年4月龙湾区对外贸易主要指标 "})
    both = xlsx({"外贸": rows(changed, "龙湾区"), "消费": rows(tables["retail_sales"], "龙湾区")})
    files = [
        written(here, "外贸.xlsx", changed),
        written(here, "两表.xlsx", both),
        written(here, "消费.xlsx", tables["retail_sales"]),
    ]
    before = len(desk.store.uploads())
    result = upload(*files, "--server", address, "--format", "json")
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert [one["state"] for one in told] == ["refused", "refused", "accepted"]
    assert "没有报送这份表所含数据集的权限" in told[0]["error"]
    assert "外贸.xlsx" in result.stderr
    assert len(desk.store.uploads()) == before + 1, "what was refused left nothing behind"


def test_what_is_in_the_way_is_said(
    desk: Desk, address: str, here: Path, tables: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(here, "外贸.xlsx", tables["trade"])

    def told(server: str, *options: str) -> str:
        result = upload(file, "--server", server, *options)
        assert result.exit_code == 1, result.output
        assert "Traceback" not in result.output
        return result.stderr

    assert "XUSHI_TOKEN_FILE" in told(address)
    monkeypatch.setenv("XUSHI_TOKEN", "xushi_wrong")
    assert "xushi token add" in told(address)
    monkeypatch.setenv("XUSHI_TOKEN", token(desk, "whole", "uploader"))
    assert "连接不上" in told(f"http://127.0.0.1:{free_port()}")
    assert "不加密" in told("http://portal.example:8300")
    assert "不是网址" in told("portal.example")
    assert "不要写用户或密码" in told(f"http://wang:secret@{address.removeprefix('http://')}")
    assert "不是序时门户" in told(f"{address}/static")
    assert "region" in told(address, "--region", "火星")
    assert upload(file, "--server", address, "--queue").exit_code == 2
    assert upload(file, "--server", address, "--by", "wang").exit_code == 2


def test_the_token_is_never_printed(
    desk: Desk, address: str, here: Path, tables: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = token(desk, "quiet", "viewer")
    monkeypatch.setenv("XUSHI_TOKEN", secret)
    result = upload(written(here, "外贸.xlsx", tables["trade"]), "--server", address)
    assert result.exit_code == 1
    assert secret not in result.output + result.stderr
