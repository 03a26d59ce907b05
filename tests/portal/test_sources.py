"""The page of the sources, and what the page of an upload says of a pulled one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from dagster_project.portal.desk import Desk
from dagster_project.pulling import Pulled, Puller
from dagster_project.sources.secrets import Vault
from tests.portal.signing import add_user, browser, served, sign_in
from tests.portal.working import SMALL, Clock, post, working_desk
from validators.catalogue import Catalogue
from validators.catalogue_file import load_catalogue
from validators.periods import parse_period

pytestmark = pytest.mark.xdist_group("portal-desk")

_SOURCE = """    sources:
      - name: share
        connector: folder
        regions: ["330303"]
        with: {url: "${trade_share}", pattern: "{year}-{month2}.csv", settle_seconds: 0}
"""
_TABLE = "indicator,region,period,measure,value,unit\ngoods_exports,330303,2025-04,month,{value},亿元\n"


@pytest.fixture
def pulling_catalogue(tmp_path: Path) -> Catalogue:
    head, mark, rest = SMALL.read_text(encoding="utf-8").partition("  trade:\n")
    path = tmp_path / "catalogue.yaml"
    path.write_text(head + mark + _SOURCE + rest, encoding="utf-8")
    return load_catalogue(path)


@pytest.fixture
def desk(tmp_path: Path, pulling_catalogue: Catalogue) -> Iterator[Desk]:
    with working_desk(tmp_path / "home", pulling_catalogue, Clock()) as desk:
        add_user(desk, "chenjie", "uploader:retail_sales", display="陈杰")
        yield desk


@pytest.fixture
def share(tmp_path: Path) -> Path:
    folder = tmp_path / "share <b>"
    folder.mkdir()
    return folder


def pull(desk: Desk, share: Path, value: str) -> Pulled:
    (share / "2025-04.csv").write_text(_TABLE.format(value=value), encoding="utf-8")

    def clock() -> datetime:
        return desk.now() + timedelta(days=3650)  # files of this test are old by then

    puller = Puller(
        desk.catalogue,
        desk.store,
        desk.archive,
        desk.intake,
        desk.settings,
        Vault({"trade_share": f"file://{str(share).replace(' ', '%20').replace('<', '%3C').replace('>', '%3E')}"}),
        clock,
    )
    (source,) = desk.catalogue.datasets["trade"].sources
    (pulled,) = puller.pull("trade", source, [parse_period("2025-04")])
    return pulled


@pytest.fixture
def read(desk: Desk) -> Iterator[httpx.Client]:
    with served(desk) as address, browser(address) as client:
        sign_in(client, "limin")
        yield client


def test_a_source_that_was_never_pulled_says_so(read: httpx.Client) -> None:
    page = read.get("/sources").text
    assert "share" in page
    assert "未取过" in page
    assert "2025年2月" in page  # overdue on 20 June
    assert "即将" in page


def test_every_pull_is_listed_with_what_came_of_it(desk: Desk, share: Path, read: httpx.Client) -> None:
    pulled = pull(desk, share, "41.5")
    page = read.get("/sources").text
    assert "已入库" in page
    assert "新增 1" in page
    assert f"/uploads/{pulled.pull.upload}" in page
    assert "share <b>" not in page
    english = read.get("/sources?lang=en").text
    assert "1 new, 0 revised" in english


def test_the_page_of_an_upload_says_where_it_was_pulled_from(desk: Desk, share: Path, read: httpx.Client) -> None:
    pulled = pull(desk, share, "41.5")
    page = read.get(f"/uploads/{pulled.pull.upload}").text
    assert "来源 trade/share" in page
    assert "2025-04.csv" in page


def test_a_contradiction_waits_for_a_person_who_sees_why(desk: Desk, share: Path, read: httpx.Client) -> None:
    pull(desk, share, "41.5")
    by_hand = desk.intake.submit(
        _TABLE.format(value="43.5").encode(), "外贸4月.csv", by="wangfang", now=desk.now() + timedelta(days=3651)
    )
    assert by_hand.good
    pulled = pull(desk, share, "42.5")
    number = pulled.pull.upload
    page = read.get(f"/uploads/{number}").text
    assert "须核准的原因" in page
    assert "外贸4月.csv" in page
    assert "核准发布" in page
    answer = post(read, f"/uploads/{number}/approve", f"/uploads/{number}")
    assert answer.status_code == 303
    assert "已入库" in read.get(f"/uploads/{number}").text


def test_a_source_of_somebody_elses_dataset_is_not_shown(desk: Desk, share: Path) -> None:
    pull(desk, share, "41.5")
    with served(desk) as address, browser(address) as client:
        sign_in(client, "chenjie")
        page = client.get("/sources").text
    assert "trade/share" not in page
    assert "目录中没有取数来源" in page
