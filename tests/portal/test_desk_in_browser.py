"""A working day at the desk in a real Chromium: tables handed in, released, taken back, looked up.

XUSHI_SCREENSHOTS names a folder for pictures of what was looked at.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from dagster_project.portal.desk import Desk
from dagster_project.store import State
from tests.end_to_end.workbooks import with_cells
from tests.portal.reading import copied
from tests.portal.signing import PASSWORD, served
from tests.portal.working import Clock, bulletin, careful_catalogue, tables, working_desk
from validators.catalogue import Catalogue

pytestmark = pytest.mark.xdist_group("portal-reading")  # where the filled home is

CHROMIUM = shutil.which("chromium")
SIZES = {"desk": (1366, 768), "phone": (390, 844)}
PATIENCE = 60_000  # milliseconds, for a loaded machine
WANG, LI = "wangfang", "limin"
EXPORTS = "/observations/goods_exports/330303/2025-05?measure=ytd"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed on this machine")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as programs:
        browser = programs.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def careful(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return careful_catalogue(tmp_path_factory.mktemp("careful"))


@pytest.fixture(scope="module")
def found(careful: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return tables(careful, tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="module")
def desk(careful: Catalogue, filled_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Everything through April is there, and it is 20 June."""
    home = copied(filled_home, tmp_path_factory.mktemp("working") / "home")
    with working_desk(home, careful, Clock()) as opened:
        yield opened


@pytest.fixture(scope="module")
def address(desk: Desk) -> Iterator[str]:
    with served(desk) as at:
        yield at


@contextmanager
def signed_in(
    chromium: Browser, address: str, name: str = WANG, size: str = "desk", *, script: bool = True
) -> Iterator[Page]:
    """A browser of its own, in which somebody has signed in by the form; its page must leave nothing in the console."""
    width, height = SIZES[size]
    context = chromium.new_context(
        base_url=address, viewport={"width": width, "height": height}, java_script_enabled=script, locale="zh-CN"
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto("/sign-in")
    page.get_by_label("用户名").fill(name)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/scoreboard")
    yield page
    assert said == []
    context.close()


def drop(page: Page, *files: tuple[str, bytes]) -> None:
    """Choose files in the form, send it, wait until all are read."""
    page.goto("/hand-in")
    page.get_by_label("统计表文件").set_input_files(
        [{"name": name, "mimeType": "application/octet-stream", "buffer": data} for name, data in files]
    )
    page.get_by_role("button", name="检查", exact=True).click()
    page.wait_for_url("**/hand-in/*")
    expect(page.locator("[aria-busy]")).to_have_count(0)


def confirm(page: Page) -> int:
    """Confirm the only file; the number of its upload, whose page it is then."""
    page.get_by_role("button", name="确认入库").click()
    page.wait_for_url("**/uploads/*")
    found = re.search(r"/uploads/(\d+)", page.url)
    assert found is not None
    return int(found[1])


def row(page: Page, *words: str, table: str = ".changes") -> list[str]:
    """The cells of the first row of a table that has all the words."""
    rows = page.locator(f"{table} tbody tr")
    for word in words:
        rows = rows.filter(has_text=word)
    return [text.strip() for text in rows.first.locator("th, td").all_inner_texts()]


def look(page: Page, name: str, size: str = "desk") -> None:
    """Nothing that axe finds, nothing wider than the screen; a picture where one is wanted."""
    folder = os.environ.get("XUSHI_SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}-{size}.png", full_page=True)
    faults = [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in Axe().run(page).response["violations"]]
    assert faults == [], name
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name


def test_a_good_table_is_dropped_looked_at_and_confirmed_within_a_minute(
    chromium: Browser, address: str, desk: Desk, found: dict[str, bytes]
) -> None:
    with signed_in(chromium, address) as page:
        page.goto("/hand-in")
        expect(page.locator("main")).to_contain_text("接下来应报")
        drop(page, ("5月社零.xlsx", found["2025-05_retail_sales"]))
        card = page.locator("section.card")
        for words in ("可以入库", "消费品市场", "2025年5月", "没有问题", "目标灯色的变化", "新增 5"):
            expect(card).to_contain_text(words)
        assert row(page, "社会消费品零售总额", "累计")[-4:] == ["–", "123.99", "亿元", "新增"]
        number = confirm(page)
        expect(page.get_by_role("status").first).to_contain_text("已入库")
        expect(page.locator("main")).to_contain_text("王芳")
        page.get_by_role("link", name="社会消费品零售总额", exact=True).first.click()
        expect(page.locator("main")).to_contain_text("123.99")
        page.get_by_role("link", name=f"第 {number} 号").first.click()
        page.wait_for_url(f"**/uploads/{number}")
        page.goto("/calendar?year=2025")
        assert "✓" in row(page, "消费品市场", "龙湾区", table=".calendar")[-8], "May"
        page.goto("/scoreboard")
        expect(page.locator("main")).to_contain_text("截至2025年5月")
    assert desk.store.upload(number).state is State.ACCEPTED


def test_a_bad_table_says_where_and_comes_back_marked(
    chromium: Browser, address: str, desk: Desk, found: dict[str, bytes], tmp_path: Path
) -> None:
    before = len(desk.store.uploads())
    bad = with_cells(found["2025-05_science_talent"], {"龙湾区!D5": "不详9"})
    off = with_cells(found["2025-04_retail_sales"], {"龙湾区!B5": "不详7"})
    with signed_in(chromium, address) as page:
        drop(page, ("科技.xlsx", bad), ("社零.xlsx", off))
        first, second = page.locator("section.card").all()
        expect(first).to_contain_text("您没有报送“科技与人才工作进度”的权限")
        for card, place in ((first, "龙湾区!D5"), (second, "龙湾区!B5")):
            expect(card).to_contain_text("有错误，不能入库")
            expect(card.locator(".findings")).to_contain_text(place)
            expect(card.get_by_role("button", name="确认入库")).to_have_count(0)
        look(page, "findings")
        with page.expect_download() as waiting:
            second.get_by_role("link", name="下载标注好的原表").click()
        waiting.value.save_as(tmp_path / "marked.xlsx")
    cell = openpyxl.load_workbook(tmp_path / "marked.xlsx")["龙湾区"]["B5"]
    assert cell.value == "不详7"
    assert cell.fill.fill_type == "solid"
    assert cell.comment is not None
    assert "数值" in cell.comment.text
    assert len(desk.store.uploads()) == before


def test_a_revision_shows_old_and_new_and_its_withdrawal_brings_the_old_back(
    chromium: Browser, address: str, found: dict[str, bytes]
) -> None:
    cells = {"龙湾区!B5": 27.98, "龙湾区!D5": 98.62, "龙湾区!A1": "2025年4月龙湾区消费品市场主要指标（修订）"}
    with signed_in(chromium, address) as page:
        drop(page, ("4月社零修订.xlsx", with_cells(found["2025-04_retail_sales"], cells)))
        look(page, "revision")
        assert row(page, "社会消费品零售总额", "累计", "修订")[-4:] == ["97.62", "98.62", "亿元", "修订"]
        number = confirm(page)
        assert row(page, "社会消费品零售总额", "累计", "修订")[-4:] == ["97.62", "98.62", "亿元", "修订"]
        expect(page.locator("main")).to_contain_text("数值不变：快报数→修订数")
        page.locator("summary", has_text="撤回这份报送").click()
        look(page, "withdrawal")
        page.get_by_label("理由").fill("口径有误")
        page.get_by_role("button", name="撤回这份报送").click()
        expect(page.locator("h1 + .state")).to_have_text("已撤回")
        expect(page.locator("main")).to_contain_text("口径有误")
        page.goto("/observations/retail_sales/330303/2025-04")
        versions = page.locator("section", has_text="累计").last.locator("tbody tr")
        texts = [text for text in versions.all_inner_texts() if "97.62" in text or "98.62" in text]
        assert "97.62" in texts[0]
        assert "现行" in texts[0]
        assert f"第 {number} 号撤回，恢复此前数字" in texts[0]
        assert "98.62" in texts[1]
        look(page, "observation")


def test_a_second_person_releases_and_the_first_can_not(
    chromium: Browser, address: str, desk: Desk, found: dict[str, bytes]
) -> None:
    with signed_in(chromium, address) as page:
        drop(page, ("5月外贸.xlsx", found["2025-05_trade"]))
        expect(page.locator("section.card")).to_contain_text("确认后由另一人核准发布")
        number = confirm(page)
        expect(page.locator("h1 + .state")).to_have_text("待核准")
        expect(page.get_by_role("button", name="核准发布")).to_have_count(0)
        assert desk.store.versions("goods_exports", "330303", "2025-05").empty
    with signed_in(chromium, address, LI) as page:
        page.goto("/uploads?state=pending")
        page.get_by_role("link", name="5月外贸.xlsx").click()
        assert row(page, "货物贸易出口", "龙湾区", "累计")[-4:] == ["–", "171.19", "亿元", "新增"]
        look(page, "pending")
        page.get_by_role("button", name="核准发布").click()
        expect(page.locator("h1 + .state")).to_have_text("已入库")
        expect(page.locator("main")).to_contain_text("李敏")
        page.goto(EXPORTS)
        expect(page.locator("main")).to_contain_text("171.19")
    assert desk.store.upload(number).approved_by == LI


def test_one_file_about_several_datasets_becomes_an_upload_for_each(
    chromium: Browser, address: str, desk: Desk, found: dict[str, bytes]
) -> None:
    with signed_in(chromium, address) as page:
        drop(page, ("3月月报.xlsx", bulletin(found, "2025-03")))
        expect(page.locator("section.card")).to_contain_text("对外贸易 · 消费品市场")
        number = confirm(page)
        expect(page.locator("main")).to_contain_text("同一文件的其他报送")
        look(page, "several")
    parts = desk.store.uploads(after_id=number - 1)
    assert {one.dataset for one in parts} == {"trade", "retail_sales"}


def test_cancelling_leaves_nothing_behind(chromium: Browser, address: str, desk: Desk) -> None:
    def kept() -> tuple[int, int, int]:
        home = desk.settings.home
        folders = (home / "staging", desk.settings.archive)
        files = (sum(path.is_file() for path in folder.rglob("*")) for folder in folders)
        return len(desk.store.uploads()), *files  # type: ignore[return-value]  # two folders

    with signed_in(chromium, address) as page:
        before = kept()
        # As dragged from another window: onto the area, by an event that carries the file.
        page.goto("/hand-in")
        carried = page.evaluate_handle(
            "() => { const carried = new DataTransfer();"
            " carried.items.add(new File(['a,b\\n1,2\\n'], '表.csv')); return carried; }"
        )
        page.dispatch_event("[data-drop]", "drop", {"dataTransfer": carried})
        page.wait_for_url("**/hand-in/*")
        expect(page.locator("[aria-busy]")).to_have_count(0)
        page.get_by_role("button", name="取消").click()
        page.wait_for_url("**/hand-in")
        assert kept() == before


def test_everything_works_without_a_script(
    chromium: Browser, address: str, desk: Desk, found: dict[str, bytes]
) -> None:
    cells = {"龙湾区!B5": 27.0, "龙湾区!A1": "2025年4月龙湾区消费品市场主要指标（修订）"}
    with signed_in(chromium, address, script=False) as page:
        page.goto("/hand-in")
        data = with_cells(found["2025-04_retail_sales"], cells)
        file = {"name": "4月.xlsx", "mimeType": "application/octet-stream", "buffer": data}
        page.get_by_label("统计表文件").set_input_files([file])  # type: ignore[list-item]  # a FilePayload
        page.get_by_role("button", name="检查", exact=True).click()
        # A page that still reads asks for itself anew.
        expect(page.get_by_role("button", name="确认入库")).to_be_visible()
        number = confirm(page)
        page.get_by_label("理由").locator("visible=true").or_(page.locator("summary")).last.click()
        page.get_by_label("理由").fill("试交")
        page.get_by_role("button", name="撤回这份报送").click()
        expect(page.locator("h1 + .state")).to_have_text("已撤回")
    assert desk.store.upload(number).state is State.WITHDRAWN


def test_the_desk_speaks_english_when_asked(chromium: Browser, address: str) -> None:
    with signed_in(chromium, address) as page:
        page.goto("/uploads")
        page.get_by_role("link", name="English").click()
        expect(page.locator("h1")).to_have_text("Uploads")
        for path, heading in (
            ("/hand-in", "Hand in tables"),
            ("/templates", "Templates"),
            ("/calendar", "Calendar"),
            ("/scoreboard", "Scoreboard"),
            ("/account", "My account"),
        ):
            page.goto(path)
            expect(page.locator("h1")).to_contain_text(heading)
            expect(page.locator("html")).to_have_attribute("lang", "en")
        page.get_by_role("link", name="中文").click()
        expect(page.locator("h1")).to_have_text("我的账号")


@pytest.mark.parametrize("size", SIZES)
def test_nobody_meets_a_barrier_at_the_desk(
    chromium: Browser, address: str, desk: Desk, found: dict[str, bytes], size: str
) -> None:
    link = desk.identity.invite(LI, by="test").secret
    width, height = SIZES[size]
    stranger = chromium.new_context(base_url=address, viewport={"width": width, "height": height})
    for name, path in (("sign-in", "/sign-in"), ("link", f"/link/{link}")):
        page = stranger.new_page()
        page.goto(path)
        look(page, name, size)
    stranger.close()
    cells = {"龙湾区!C5": "不详9", "龙湾区!B6": "不详7"}
    with signed_in(chromium, address, size=size) as page:
        drop(page, ("2025年5月对外贸易主要指标.xlsx", with_cells(found["2025-05_trade"], cells)))
        look(page, "preview", size)
        for name in ("hand-in", "uploads", "sources", "templates", "account"):
            page.goto(f"/{name}")
            look(page, name, size)
        page.goto("/hand-in?lang=en")
        page.locator("summary").click()
        look(page, "hand-in-en", size)
        page.goto("/uploads?lang=zh")
        page.locator("tbody a").first.click()
        page.wait_for_url("**/uploads/*")
        look(page, "upload", size)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
