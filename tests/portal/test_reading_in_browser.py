"""The reading pages in a real Chromium: no fault that axe finds, nothing wider than the screen, no message in the
console."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

pytestmark = pytest.mark.xdist_group("portal-reading")

CHROMIUM = shutil.which("chromium")
SIZES = {"desk": (1366, 768), "phone": (390, 844)}
PATHS = (
    "/scoreboard",
    "/scoreboard?by=department&lang=en",
    "/targets/wenzhou-exports-growth",
    "/observations/goods_exports/330303/2025-04",
    "/calendar?lang=en",
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed on this machine")
    with sync_playwright() as programs:
        browser = programs.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.mark.parametrize("size", SIZES)
def test_a_reader_finds_no_barrier(chromium: Browser, read_address: str, size: str) -> None:
    width, height = SIZES[size]
    context = chromium.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    for path in PATHS:
        page.goto(f"{read_address}{path}")
        found = [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in Axe().run(page).response["violations"]]
        assert found == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
    assert said == []
    context.close()


def test_the_keyboard_comes_to_the_content_first_and_then_through_the_navigation(
    chromium: Browser, read_address: str
) -> None:
    page = chromium.new_page()
    page.goto(f"{read_address}/scoreboard?lang=zh")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'main'")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    page.close()
