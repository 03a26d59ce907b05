"""Open data over HTTP: downloads, filters, what has not changed, what is refused; and the page that lists them."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pandas as pd
import pyarrow.parquet as pq
import pytest

from dagster_project.export import TABLES, Format
from dagster_project.identity.permissions import Grant
from dagster_project.portal.api import export
from dagster_project.portal.desk import Desk
from tests.portal.reading import copied, document, text_of
from tests.portal.signing import browser, opened_desk, served
from validators.catalogue import Catalogue

pytestmark = pytest.mark.xdist_group("portal-reading")

EXPORT = "/api/v1/export"


@pytest.fixture(scope="module")
def desk(small_catalogue: Catalogue, filled_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with opened_desk(copied(filled_home, tmp_path_factory.mktemp("open") / "home"), small_catalogue) as opened:
        yield opened


@pytest.fixture(scope="module")
def client(desk: Desk) -> Iterator[httpx.Client]:
    token = desk.identity.tokens.add("reader", [Grant.parse("viewer")], by="test").secret
    with served(desk) as address, browser(address, Authorization=f"Bearer {token}") as found:
        yield found


def test_a_token_that_may_only_read_gets_every_table(client: httpx.Client) -> None:
    for what, table in TABLES.items():
        answer = client.get(f"{EXPORT}/{what}")
        assert answer.status_code == 200, answer.text
        assert answer.text.splitlines()[0].split(",") == table.names


def test_figures_come_in_every_format_under_a_name_that_says_what_they_are(client: httpx.Client, desk: Desk) -> None:
    stored = len(desk.store.observations())
    names = {}
    for form in Format:
        answer = client.get(f"{EXPORT}/observations", params={"format": form.value})
        assert answer.status_code == 200
        names[form] = answer.headers["Content-Disposition"].partition("''")[2]
        assert int(answer.headers["Content-Length"]) == len(answer.content)
        if form is Format.PARQUET:
            assert pq.read_table(io.BytesIO(answer.content)).num_rows == stored
        if form is Format.JSON:
            assert len(json.loads(answer.content)["rows"]) == stored
    assert names[Format.CSV] == "observations-%E7%A4%BA%E4%BE%8B%E6%95%B0%E6%8D%AE.csv"
    assert names[Format.SDMX_CSV].endswith(".sdmx.csv")


def test_rows_are_chosen_as_on_the_command_line(client: httpx.Client) -> None:
    asked = {"dataset": "trade", "region": "330303", "since": "2025-02", "until": "2025-Q1", "known_on": "2025-04-20"}
    found = pd.read_csv(io.StringIO(client.get(f"{EXPORT}/observations", params=asked).text), dtype=str)
    assert set(found["region"]) == {"330303"}
    assert set(found["period"]) == {"2025-02", "2025-03"}
    assert (found["known_from"] < "2025-04-20T16").all()


def test_what_has_not_changed_is_not_sent_again_until_it_has(client: httpx.Client, desk: Desk) -> None:
    address = f"{EXPORT}/versions?indicator=goods_exports"
    first = client.get(address)
    tag = first.headers["ETag"]
    again = client.get(address, headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    assert client.get(f"{address}&format=json", headers={"If-None-Match": tag}).status_code == 200
    newest = desk.store.uploads("accepted", dataset="trade", newest_first=True, limit=1)[0]
    desk.intake.withdraw(newest.id, by="li", reason="wrong", now=desk.now() + timedelta(minutes=1))
    changed = client.get(address, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.text.count("\n") > first.text.count("\n")


def test_all_tables_come_as_one_package(client: httpx.Client) -> None:
    answer = client.get(f"{EXPORT}/package.zip")
    assert answer.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        described = json.loads(archive.read("datapackage.json"))
        assert {resource["path"] for resource in described["resources"]} <= set(archive.namelist())
    assert client.get(f"{EXPORT}/package.zip", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_the_structure_of_the_sdmx_csv_comes_as_sdmx_ml(client: httpx.Client) -> None:
    for version, schema in (("2.1", b"schemas/v2_1/structure"), ("3.0", b"schemas/v3_0/structure")):
        answer = client.get(f"{EXPORT}/structure.xml", params={"sdmx": version})
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "application/xml; charset=utf-8"
        assert schema in answer.content
    tag = {"If-None-Match": answer.headers["ETag"]}
    assert client.get(f"{EXPORT}/structure.xml?sdmx=3.0", headers=tag).status_code == 304


def test_columns_are_described(client: httpx.Client) -> None:
    described = client.get(f"{EXPORT}/columns").json()
    assert [one["name"] for one in described] == [str(what) for what in TABLES]
    assert all(column["zh"] and column["en"] for one in described for column in one["columns"])


@pytest.mark.parametrize(
    "asked",
    [
        "everything",
        "observations?format=pdf",
        "observations?indicator=nothing",
        "observations?region=nowhere",
        "observations?since=March",
        "observations?known_on=20250420",
        "progress?as_of=0001",
    ],
)
def test_what_there_is_not_is_refused_with_words(client: httpx.Client, asked: str) -> None:
    answer = client.get(f"{EXPORT}/{asked}")
    assert answer.status_code == 422
    assert answer.json()["message"]


def test_a_table_that_is_no_time_series_is_refused_as_sdmx(client: httpx.Client) -> None:
    answer = client.get(f"{EXPORT}/targets?format=sdmx-csv")
    assert answer.status_code == 409
    assert "parquet" in answer.json()["message"]


def test_who_comes_while_too_many_exports_are_made_is_asked_to_come_again(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "_PATIENCE", 0.01)
    with export._place(), export._place():
        answer = client.get(f"{EXPORT}/regions")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert client.get(f"{EXPORT}/regions").status_code == 200


def test_the_page_lists_every_table_with_its_downloads_and_columns(reader: httpx.Client) -> None:
    for language, title in (("zh", "开放数据"), ("en", "Open data")):
        page = document(reader.get("/open-data", params={"lang": language}).text)
        heading = page.find(".//h1")
        assert heading is not None
        assert text_of(heading) == title
        links = [link.get("href", "") for link in page.iter("a")]
        for what, table in TABLES.items():
            assert f"/api/v1/export/{what}?format=csv" in links
            assert all(column.name in text_of(page) for column in table.columns)
        assert "/api/v1/export/observations?format=sdmx-csv" in links
        assert "/api/v1/export/targets?format=sdmx-csv" not in links
        assert [link for link in page.iter("a") if link.get("href") == "/open-data"], "linked from the frame"
