"""Who did what at the desk is in the audit log: by the pages, by the API, and by the command line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from dagster_project.cli import app
from dagster_project.identity.audit import Deed
from dagster_project.identity.permissions import Grant
from dagster_project.portal.desk import Desk
from dagster_project.sample import write_sample
from tests.portal.signing import add_user, browser, opened_desk, served, sign_in, token_in
from validators.catalogue import Catalogue
from validators.catalogue_file import load_catalogue
from validators.periods import Month

Entry = tuple[str, str, str]


@pytest.fixture(scope="module")
def catalogue_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small catalogue, with a second person for foreign trade."""
    text = (Path(__file__).parent.parent / "data" / "small_catalogue.yaml").read_text(encoding="utf-8")
    path = tmp_path_factory.mktemp("careful") / "catalogue.yaml"
    path.write_text(text.replace("  trade:\n", "  trade:\n    approval: true\n", 1), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def careful(catalogue_file: Path) -> Catalogue:
    return load_catalogue(catalogue_file)


@pytest.fixture(scope="module")
def tables(careful: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Workbooks through April by the beginning of their names: 2025-04_trade."""
    paths = write_sample(careful, year=2025, through=Month(2025, 4), folder=tmp_path_factory.mktemp("sample"))
    return {"_".join(path.name.split("_")[:-2]): path.read_bytes() for path in paths if "修订" not in path.name}


@pytest.fixture
def desk(tmp_path: Path, careful: Catalogue) -> Iterator[Desk]:
    (tmp_path / "home").mkdir()
    with opened_desk(tmp_path / "home", careful) as opened:
        add_user(opened, "zhang", "uploader:trade", "uploader:retail_sales")
        add_user(opened, "li", "approver")
        yield opened


@pytest.fixture
def address(desk: Desk) -> Iterator[str]:
    with served(desk) as found:
        yield found


def test_what_people_do_on_the_pages_is_entered(desk: Desk, address: str, tables: dict[str, bytes]) -> None:
    with browser(address) as zhang, browser(address) as li:
        sign_in(zhang, "zhang")
        sign_in(li, "li")
        before = _last(desk)
        dropped = _drop(zhang, "社零.xlsx", tables["2025-04_retail_sales"])
        _post(zhang, f"{dropped}/0/cancel", dropped)
        batch = _drop(zhang, "社零.xlsx", tables["2025-04_retail_sales"])
        retail = _confirm(zhang, batch)
        trade = _confirm(zhang, _drop(zhang, "外贸.xlsx", tables["2025-04_trade"]))
        _post(li, f"/uploads/{trade}/approve", f"/uploads/{trade}")
        _post(li, f"/uploads/{retail}/withdraw", f"/uploads/{retail}", reason="口径有误")
        assert li.get(f"/uploads/{trade}/file").content == tables["2025-04_trade"]
        assert li.get(f"/uploads/{trade}/marked").status_code == 200
        assert zhang.get("/templates/trade.xlsx?period=2025-05").status_code == 200
        assert zhang.get("/scoreboard.csv").status_code == 200
    one, other = f"upload:{retail}", f"upload:{trade}"
    first, second = (f"batch:{path.rpartition('/')[2]}" for path in (dropped, batch))
    entered = _since(desk, before)
    third = next(thing for _, action, thing in entered[5:] if action == "dropped")
    assert entered == [
        ("zhang", "dropped", first),
        ("zhang", "cancelled", first),
        ("zhang", "dropped", second),
        ("zhang", "handed_in", one),
        ("zhang", "accepted", one),
        ("zhang", "dropped", third),
        ("zhang", "handed_in", other),
        ("zhang", "held", other),
        ("li", "approved", other),
        ("zhang", "accepted", other),
        ("li", "withdrawn", one),
        ("li", "downloaded", other),
        ("li", "downloaded", other),
        ("zhang", "exported", "dataset:trade"),
        ("zhang", "exported", "scoreboard"),
    ]
    assert desk.identity.audit.verify().broken is None
    assert _details(desk, Deed.HANDED_IN, one)["file"] == "社零.xlsx"
    accepted = _details(desk, Deed.ACCEPTED, other)
    assert (accepted["dataset"], accepted["periods"]) == ("trade", ["2025-04", "2025-04"])
    assert accepted["new"] > 0
    assert _details(desk, Deed.WITHDRAWN, one)["reason"] == "口径有误"
    assert _details(desk, Deed.DOWNLOADED, other)["sha256"] == desk.store.upload(trade).sha256
    assert _details(desk, Deed.EXPORTED, "dataset:trade")["period"] == "2025-05"


def test_what_systems_do_by_the_api_is_entered(desk: Desk, address: str, tables: dict[str, bytes]) -> None:
    tokens = {
        name: desk.identity.tokens.add(name, [Grant.parse(role)], by="test").secret
        for name, role in (("erp", "uploader:trade"), ("checker", "approver"))
    }
    clients = {name: browser(address, Authorization=f"Bearer {secret}") for name, secret in tokens.items()}
    with clients["erp"] as erp, clients["checker"] as checker:
        before = _last(desk)
        for name in ("2025-03_trade", "2025-04_trade"):
            answer = erp.post("/api/v1/uploads", files={"file": (f"{name}.xlsx", tables[name])})
            assert answer.status_code == 201, answer.text
        one, other = (f"upload:{row['id']}" for row in reversed(erp.get("/api/v1/uploads").json()))
        checker.post(f"/api/v1/uploads/{one.partition(':')[2]}/decline", json={"reason": "表头有误"}).raise_for_status()
        checker.post(f"/api/v1/uploads/{other.partition(':')[2]}/approve").raise_for_status()
        assert checker.get(answer.headers["Location"]).json()["state"] == "accepted"
        figures = checker.get("/api/v1/observations", params={"indicator": "goods_exports"}).json()
    assert _since(desk, before) == [
        ("token:erp", "handed_in", one),
        ("token:erp", "held", one),
        ("token:erp", "handed_in", other),
        ("token:erp", "held", other),
        ("token:checker", "declined", one),
        ("token:checker", "approved", other),
        ("token:erp", "accepted", other),
        ("token:checker", "exported", "observations"),
    ]
    assert _details(desk, Deed.EXPORTED, "observations")["figures"] == len(figures) > 0
    assert desk.identity.audit.verify().broken is None


def test_what_is_done_on_the_command_line_is_entered(
    desk: Desk, catalogue_file: Path, tables: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XUSHI_HOME", str(desk.settings.home))
    monkeypatch.setenv("XUSHI_CATALOGUE", str(catalogue_file))
    before = _last(desk)
    for number, name in enumerate(("2025-03_trade", "2025-04_trade", "2025-04_retail_sales"), start=1):
        path = tmp_path / f"{number}.xlsx"
        path.write_bytes(tables[name])
        _run("upload", str(path), "--by", "wang")
    _run("decline", "1", "--reason", "表头有误", "--by", "li")
    _run("approve", "2", "--by", "li")
    _run("withdraw", "3", "--reason", "口径有误", "--by", "li")
    path = tmp_path / "held.xlsx"
    path.write_bytes(tables["2025-03_retail_sales"])
    _run("upload", str(path), "--by", "wang", "--embargo", "2099-01-01")
    assert "nothing is due" in _run("release")
    assert _since(desk, before) == [
        *(("wang", action, f"upload:{number}") for number in (1, 2) for action in ("handed_in", "held")),
        *(("wang", action, "upload:3") for action in ("handed_in", "accepted")),
        ("li", "declined", "upload:1"),
        ("li", "approved", "upload:2"),
        ("wang", "accepted", "upload:2"),
        ("li", "withdrawn", "upload:3"),
        *(("wang", action, "upload:4") for action in ("handed_in", "held")),
    ]
    assert desk.identity.audit.verify().broken is None


def _last(desk: Desk) -> int:
    return desk.identity.audit.head().number


def _since(desk: Desk, number: int) -> list[Entry]:
    """Actor, action and object of what was entered after a number, in order."""
    found = [one for one in desk.identity.audit.entries() if one.number > number]
    return [(one.actor, one.action, one.object) for one in reversed(found)]


def _details(desk: Desk, deed: Deed, thing: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(desk.identity.audit.entries(action=deed, object=thing)[0].details)
    return found


def _run(*words: str) -> str:
    result = CliRunner().invoke(app, [*words])
    assert result.exit_code == 0, result.output
    return result.output


def _post(client: httpx.Client, path: str, page: str, **fields: str) -> str:
    """Send a form of a page; where it leads to."""
    answer = client.post(path, data={"form_token": token_in(client.get(page).text), **fields})
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def _drop(client: httpx.Client, name: str, data: bytes) -> str:
    """Drop a file; the address of its batch."""
    token = token_in(client.get("/hand-in").text)
    answer = client.post("/hand-in", data={"form_token": token}, files={"files": (name, data)})
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def _confirm(client: httpx.Client, batch: str) -> int:
    """Confirm the first file of a batch, once it is read; the number of its upload."""
    while (page := client.get(f"{batch}/0")).status_code == 202:
        pass
    digest = re.search(r'name="digest" value="([0-9a-f]+)"', page.text)
    assert digest is not None, page.text
    place = _post(client, f"{batch}/0/confirm", f"{batch}/0", digest=digest[1])
    found = re.search(r"/uploads/(\d+)", place)
    assert found is not None, place
    return int(found[1])
