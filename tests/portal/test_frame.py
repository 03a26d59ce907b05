"""What every page shares: headers, languages, refusals, keyboards and screen readers; and the texts of all pages."""

from __future__ import annotations

import re
import string
from pathlib import Path

import httpx
import pytest

from dagster_project.portal import templating
from dagster_project.portal.desk import Desk
from dagster_project.portal.route import Route
from dagster_project.portal.routes_table import ROUTES
from dagster_project.portal.wording import TEXTS, text
from dagster_project.scoreboard.language import Language
from tests.portal.reading import document, text_of

pytestmark = pytest.mark.xdist_group("portal-reading")

PAGES = [
    "/scoreboard",
    "/scoreboard?by=department&lang=en",
    "/targets/longwan-exports",
    "/targets/wenzhou-exports-growth?lang=en",
    "/observations/goods_exports/330303/2025-04",
    "/calendar",
    "/open-data",
    "/open-data?lang=en",
    "/nowhere",
]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_allows_nothing_but_what_it_brings_itself(reader: httpx.Client, path: str) -> None:
    answer = reader.get(path)
    policy = answer.headers["content-security-policy"]
    for rule in (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ):
        assert rule in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    page = document(answer.text)
    for element in page.iter():
        assert element.tag != "style"
        assert not [name for name in element.attrib if name == "style" or name.startswith("on")], element.attrib
        if element.tag == "script":
            assert element.get("src", "").startswith("/static/")
            assert not element.text


@pytest.mark.parametrize("path", PAGES)
def test_a_page_can_be_read_aloud_and_used_by_keyboard(reader: httpx.Client, path: str) -> None:
    page = document(reader.get(path).text)
    assert page.get("lang") in ("zh-CN", "en")
    title = page.find(".//title")
    assert title is not None
    assert text_of(title)
    assert len(list(page.iter("h1"))) == 1
    skip = page.find(".//body/a")
    assert skip is not None
    assert skip.get("href") == "#main"
    assert page.find(".//main[@id='main']") is not None
    assert page.find(".//*[@aria-live]") is not None
    names = [element.get("id") for element in page.iter() if element.get("id")]
    assert len(names) == len(set(names))
    labelled = {label.get("for") for label in page.iter("label")}
    for field in (*page.iter("select"), *page.iter("input")):
        inside = any(field in label.iter() for label in page.iter("label"))
        assert field.get("type") == "hidden" or inside or field.get("id") in labelled, field.attrib
    for table in page.iter("table"):
        assert table.find("caption") is not None
        assert all(head.get("scope") for head in table.iter("th"))
    for picture in page.iter("svg"):
        assert picture.get("aria-label") or picture.get("aria-hidden") == "true"


def test_static_files_are_kept_by_browsers_until_their_content_changes(reader: httpx.Client) -> None:
    style = document(reader.get("/scoreboard").text).find(".//link[@rel='stylesheet']")
    assert style is not None
    address = style.get("href", "")
    assert re.fullmatch(r"/static/xushi\.css\?v=[0-9a-f]{12}", address)
    answer = reader.get(address)
    assert answer.headers["content-type"].startswith("text/css")
    assert "immutable" in answer.headers["cache-control"]


def test_nothing_of_the_portal_is_fetched_from_elsewhere() -> None:
    for file in [*templating.STATIC.iterdir(), *(templating.FOLDER / "templates").iterdir()]:
        for address in re.findall(r"https?://[^\s\"')]+", file.read_text(encoding="utf-8")):
            assert address.startswith("http://www.w3.org/"), f"{file.name}: {address}"


def test_every_text_has_both_languages_with_the_same_places() -> None:
    places = string.Formatter().parse
    for key, (zh, en) in TEXTS.items():
        assert zh, key
        assert en, key
        names = [{name for _, name, _, _ in places(each) if name} for each in (zh, en)]
        assert names[0] == names[1], key


def test_chinese_texts_are_written_with_chinese_punctuation() -> None:
    for key, (zh, _) in TEXTS.items():
        assert not re.search(r"[\u4e00-\u9fff][,;:!?]", zh), f"{key}: {zh}"


def test_every_text_that_a_template_names_is_there() -> None:
    for file in (templating.FOLDER / "templates").iterdir():
        for key in re.findall(r"\bt\(\"([a-z_.]+)\"[,)]", file.read_text(encoding="utf-8")):
            assert key in TEXTS, f"{file.name}: {key}"


def test_a_text_that_nobody_wrote_is_an_error() -> None:
    with pytest.raises(KeyError):
        text("nothing.here", Language.ZH)


def test_routes_are_said_once_and_the_navigation_is_named() -> None:
    pairs = [(route.method, route.path) for route in ROUTES]
    assert len(pairs) == len(set(pairs))
    assert all(route.nav in TEXTS for route in ROUTES if route.nav)


@pytest.mark.parametrize("route", [route for route in ROUTES if route.nav], ids=lambda route: route.path)
def test_an_entry_of_the_navigation_says_that_it_is_here(reader: httpx.Client, route: Route) -> None:
    page = document(reader.get(route.path).text)
    here = [link.get("href") for link in page.findall(".//nav//a[@aria-current='page']")]
    assert here == [route.path]


def test_a_question_to_the_api_is_refused_in_json(reader: httpx.Client) -> None:
    answer = reader.get("/api/nowhere")
    assert answer.status_code == 404
    assert set(answer.json()) == {"error", "message"}


def test_templates_and_static_files_lie_in_the_package(read_desk: Desk) -> None:
    package = Path(templating.__file__).parent
    assert (package / "templates" / "base.html").is_file()
    assert (package / "static" / "xushi.css").is_file()
