"""The scoreboard in the browser: what it shows, chooses, exports and says in two languages."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import httpx
import pytest
from pypdf import PdfReader

from dagster_project.paper import own_file
from dagster_project.portal.desk import Desk
from dagster_project.portal.templating import STATIC
from dagster_project.progress.lights import WORDS, Light
from tests.portal.reading import by_id, document, text_of, words
from validators.catalogue import Catalogue

# The desk with its tables is made once, on one worker.
pytestmark = pytest.mark.xdist_group("portal-reading")


def shown(page: str) -> list[str]:
    """The targets of the page, in their order."""
    return [row.get("id", "") for row in document(page).findall(".//table[@class='board']/tbody/tr")]


def test_every_target_is_shown_once_with_its_light_in_words_and_its_reason(
    reader: httpx.Client, read_desk: Desk
) -> None:
    answer = reader.get("/scoreboard")
    assert answer.status_code == 200
    rows = read_desk.board.board().rows
    assert shown(answer.text) == rows["target"].tolist()
    for row in rows.to_dict("records"):
        said = text_of(by_id(answer.text, row["target"]))
        assert WORDS[Light(row["light"])].zh in said
        assert row["reason_zh"] in said


def test_a_chart_says_in_words_what_it_draws(reader: httpx.Client) -> None:
    chart = by_id(reader.get("/scoreboard").text, "longwan-exports").find(".//*[@class='spark']")
    assert chart is not None
    assert chart.get("role") == "img"
    label = chart.get("aria-label", "")
    assert "货物贸易出口" in label
    assert "2025年4月" in label
    assert "≥450" in label


def test_counts_by_document_add_up_to_the_whole(reader: httpx.Client) -> None:
    table = document(reader.get("/scoreboard").text).find(".//table[@class='summary']")
    assert table is not None
    lines = [[int(text_of(cell).replace("–", "0")) for cell in row.findall("td")] for row in table.findall("tbody/tr")]
    assert [sum(column) for column in zip(*lines[:-1], strict=True)] == lines[-1]
    assert lines[-1][0] == sum(lines[-1][1:])


@pytest.mark.parametrize(
    ("query", "column", "values"),
    [
        ("section=wenzhou-2025", "document", {"wenzhou-2025"}),
        ("section=longwan-2025.5", "chapter", {5}),
        ("owner=lw_science_talent", "owner", {"lw_science_talent"}),
        ("light=green&light=yellow", "light", {"green", "yellow"}),
    ],
)
def test_a_filter_shows_what_fits_and_nothing_else(
    reader: httpx.Client, read_desk: Desk, query: str, column: str, values: set[object]
) -> None:
    rows = read_desk.board.board().rows
    if column == "chapter":
        rows = rows[rows["document"] == "longwan-2025"]
    expected = rows[rows[column].isin(values)]["target"].tolist()
    assert expected
    assert shown(reader.get(f"/scoreboard?{query}").text) == expected


def test_what_a_form_leaves_empty_chooses_all(reader: httpx.Client, read_desk: Desk) -> None:
    answer = reader.get("/scoreboard?section=&owner=&as_of=&known_on=&by=chapter")
    assert len(shown(answer.text)) == len(read_desk.board.board().rows)


@pytest.mark.parametrize(
    "query", ["section=nowhere", "section=longwan-2025.99", "owner=nobody", "as_of=May", "known_on=31.5.", "light=blue"]
)
def test_a_filter_that_names_nothing_is_a_page_that_says_which(reader: httpx.Client, query: str) -> None:
    answer = reader.get(f"/scoreboard?{query}")
    assert answer.status_code == 400
    assert query.partition("=")[0] in words(answer.text)


def test_departments_stand_together_when_asked_for(
    reader: httpx.Client, read_desk: Desk, small_catalogue: Catalogue
) -> None:
    page = reader.get("/scoreboard?by=department").text
    headings = [text_of(heading) for heading in document(page).findall(".//section/h2")]
    owners = dict.fromkeys(read_desk.board.board().rows["owner"])
    assert headings == [small_catalogue.departments[owner].name.zh for owner in owners]
    assert sorted(shown(page)) == sorted(read_desk.board.board().rows["target"])


def test_an_earlier_month_and_an_earlier_day_show_what_was_judged_and_known_then(reader: httpx.Client) -> None:
    march = text_of(by_id(reader.get("/scoreboard?as_of=2025-03").text, "longwan-exports"))
    assert "1-3月" in march
    before = text_of(by_id(reader.get("/scoreboard?known_on=2025-05-25").text, "longwan-exports"))
    now = text_of(by_id(reader.get("/scoreboard").text, "longwan-exports"))
    assert "1-4月" in before
    assert "1-4月" in now
    assert before != now  # the revision came on the 26th


def test_english_is_chosen_in_the_address_and_kept(reader: httpx.Client) -> None:
    page = reader.get("/scoreboard?lang=en")
    assert (document(page.text).get("lang"), page.headers["content-language"]) == ("en", "en")
    again = reader.get("/scoreboard")
    assert document(again.text).get("lang") == "en"
    assert "Exports of goods" in words(again.text)
    assert document(reader.get("/scoreboard?lang=zh").text).get("lang") == "zh-CN"


def test_the_switch_keeps_what_was_chosen(reader: httpx.Client) -> None:
    link = document(reader.get("/scoreboard?owner=lw_commerce&light=red").text).find(".//a[@class='language']")
    assert link is not None
    assert link.get("href") == "/scoreboard?owner=lw_commerce&light=red&lang=en"


def test_sample_figures_are_called_sample_figures(reader: httpx.Client) -> None:
    said = document(reader.get("/scoreboard").text).find(".//aside[@class='sample']")
    assert said is not None
    assert "示例数据" in text_of(said)


def test_the_csv_holds_the_rows_chosen_for_excel(reader: httpx.Client, read_desk: Desk) -> None:
    answer = reader.get("/scoreboard.csv?owner=lw_commerce")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="xushi-2025-04.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["target"] for row in rows] == read_desk.board.board().select(owner="lw_commerce").rows[
        "target"
    ].tolist()


def test_the_pdf_shows_the_rows_chosen_on_paper_across(reader: httpx.Client) -> None:
    answer = reader.get("/scoreboard.pdf?section=longwan-2025.5&lang=en")
    assert answer.headers["content-type"] == "application/pdf"
    document = PdfReader(io.BytesIO(answer.content))
    page = document.pages[0]
    assert page.mediabox.width > page.mediabox.height
    said = "".join(each.extract_text() for each in document.pages)
    assert "Exports of goods" in said
    assert "Show" not in said, "the filters are for the screen"


def test_the_renderer_of_paper_fetches_the_portals_own_files_alone(tmp_path: Path) -> None:
    assert own_file("https://portal.invalid/static/xushi.css?v=1", STATIC).name == "xushi.css"
    for address in (
        "https://example.org/static/xushi.css",
        "file:///etc/passwd",
        "https://portal.invalid/static/../templating.py",
        "https://portal.invalid/static/%2e%2e/templating.py",
        "https://portal.invalid/scoreboard",
    ):
        with pytest.raises(ValueError, match="not a file of the page"):
            own_file(address, STATIC)


def test_without_the_libraries_a_page_names_the_packages_to_install(
    reader: httpx.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "weasyprint"
    package.mkdir()
    (package / "__init__.py").write_text("raise OSError('cannot load library libpango-1.0-0')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    answer = reader.get("/scoreboard.pdf?section=wenzhou-2025")
    assert answer.status_code == 503
    said = words(answer.text)
    for name in ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-wqy-microhei"):
        assert name in said
