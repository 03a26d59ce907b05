"""The page of the sources, and what the page of an upload says of a pulled one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from dagster_project.portal.desk import Desk
from dagster_project.pulling import Pulled, Puller
from dagster_project.sources.secrets import Vault
from tests.portal.reading import words
from tests.portal.signing import PASSWORD, add_user, browser, served, sign_in
from tests.portal.working import SMALL, Clock, post, working_desk
from validators.catalogue import Catalogue
from validators.catalogue_file import load_catalogue
from validators.periods import parse_period

pytestmark = pytest.mark.xdist_group("portal-desk")

CHROMIUM = shutil.which("chromium")
_SOURCE = """    sources:
      - name: share
        connector: folder
        regions: ["330303"]
        with:
          url: "${trade_share}"
          pattern: "{year}-{month2}.csv"
          settle_seconds: 0
          storage: {user: wang, password: hunter2}
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


def pull(desk: Desk, share: Path, value: str, table: str = _TABLE) -> Pulled:
    (share / "2025-04.csv").write_text(table.format(value=value), encoding="utf-8")

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


def test_the_page_of_a_pulled_upload_leads_to_its_source_and_back(desk: Desk, share: Path, read: httpx.Client) -> None:
    address = f"/uploads/{pull(desk, share, '41.5').pull.upload}"
    assert '<a href="/sources/trade">trade/share</a>' in read.get(address).text
    assert f'href="{address}"' in read.get("/sources/trade").text
    by_hand = desk.intake.submit(_TABLE.format(value="43.5").encode(), "外贸4月.csv", by="limin", now=desk.now())
    assert 'href="/sources/' not in read.get(f"/uploads/{by_hand.upload}").text


def test_nobody_is_led_to_a_source_that_they_may_not_see(desk: Desk, share: Path) -> None:
    pulled = pull(desk, share, "41.5").pull
    retail = "indicator,region,period,measure,value,unit\nretail_sales,330303,2025-04,month,41.5,亿元\n"
    other = desk.intake.submit(retail.encode(), "零售4月.csv", by="source:trade/share", now=desk.now())
    assert other.upload is not None, other.report
    desk.store.pulls.record(replace(pulled, upload=other.upload))
    with served(desk) as address, browser(address) as client:
        sign_in(client, "chenjie")
        assert client.get(f"/uploads/{pulled.upload}").status_code == 403
        page = client.get(f"/uploads/{other.upload}").text
        assert "<dd>trade/share</dd>" in page
        assert 'href="/sources/trade"' not in page
        assert client.get("/sources/trade").status_code == 403


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


def changed(desk: Desk, share: Path) -> None:
    """A second pull that has another figure beside, as if the source had begun to say more."""
    pull(desk, share, "41.5", _TABLE + "goods_exports,330303,2025-04,ytd,139.9,亿元\n")


def test_the_page_of_a_dataset_says_what_its_source_asks_without_secrets(read: httpx.Client) -> None:
    page = read.get("/sources/trade").text
    assert "${trade_share}" in page
    assert "hunter2" not in page
    assert "storage.password" in page
    assert "{year}-{month2}.csv" in page
    assert "/sources/trade" in read.get("/sources").text


def test_the_page_of_a_dataset_says_when_and_why_it_is_asked_next(read: httpx.Client) -> None:
    text = words(read.get("/sources/trade").text)
    assert "2025年2月2025-03-20逾期 即将自 2025-03-21 起逾期，每日询问" in text
    english = words(read.get("/sources/trade?lang=en").text)
    assert "overdue since 2025-03-21; asked for daily" in english


def test_the_page_of_a_dataset_lists_its_pulls_and_compares_their_form(
    desk: Desk, share: Path, read: httpx.Client
) -> None:
    first = pull(desk, share, "41.5")
    assert "近期各次格式相同" in read.get("/sources/trade").text
    changed(desk, share)
    page = read.get("/sources/trade").text
    assert f'href="/uploads/{first.pull.upload}"' in page
    assert "近期各次格式相同" not in page
    text = words(page)
    assert "–货物贸易出口累计已入库" in text
    assert "最近一次合格内容由 2 部分组成" in text


def test_a_dataset_without_sources_says_so(read: httpx.Client) -> None:
    assert "该数据集没有取数来源" in read.get("/sources/retail_sales").text


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed on this machine")
def test_nobody_meets_a_barrier_at_the_sources(desk: Desk, share: Path) -> None:
    pull(desk, share, "41.5")
    changed(desk, share)
    with served(desk) as address, sync_playwright() as programs:
        chromium = programs.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = chromium.new_context(base_url=address, viewport={"width": 390, "height": 844}).new_page()
        page.goto("/sign-in")
        page.get_by_label("用户名").fill("limin")
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url("**/scoreboard")
        for path in ("/sources", "/sources/trade", "/sources/trade?lang=en"):
            page.goto(path)
            faults = Axe().run(page).response["violations"]
            assert not [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in faults]
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
        chromium.close()
