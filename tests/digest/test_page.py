"""The report as a page: the judgement's own figures, both languages, nothing that a name could break."""

from __future__ import annotations

import io
import math
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader

from dagster_project.digest.material import Material, gather
from dagster_project.digest.page import to_html
from dagster_project.digest.report import report
from dagster_project.digest.sentences import chance
from dagster_project.digest.subject import department, document, subjects
from dagster_project.judgement import Judgement, judge, judge_and_save
from dagster_project.paper import Press
from dagster_project.scoreboard.language import Language
from dagster_project.scoreboard.marks import amount
from dagster_project.settings import Settings
from dagster_project.store import Store
from tests.portal.reading import TODAY, copied, text_of
from tests.portal.reading import document as parsed
from validators.catalogue import Catalogue, Words
from validators.findings import Report as Findings

ZONE = ZoneInfo("Asia/Shanghai")

# The home with its tables is made once, on one worker.
pytestmark = pytest.mark.xdist_group("digest")


@pytest.fixture(scope="module")
def judgement(small_catalogue: Catalogue, digest_home: Path) -> Judgement:
    with Store.open(Settings(home=digest_home).store_url) as store:
        return judge(small_catalogue, store)


def page(material: Material, key: str, language: Language = Language.ZH) -> str:
    whole = key in material.catalogue.documents
    subject = (document if whole else department)(material.catalogue, key)
    return to_html(report(material, subject), language, zone=ZONE)


def words(html: str) -> str:
    body = parsed(html).find("body")
    assert body is not None
    return text_of(body)


def test_the_figures_of_every_row_are_those_of_the_judgement(material: Material, judgement: Judgement) -> None:
    owned = {key for key, one in material.catalogue.targets.items() if one.owners.lead == "lw_commerce"}
    html = page(material, "lw_commerce")
    rows = parsed(html).findall(".//table[@class='fixed targets']/tbody/tr")
    foretold = judgement.forecast.set_index("target")
    judged = judgement.evaluation.set_index("target")
    assert {row.get("id") for row in rows} == owned
    for row in rows:
        target = row.get("id", "")
        _, _, actual, needed, forecast, probability = (text_of(cell) for cell in row.findall("td"))
        assert amount(judged["actual_value"][target]) in actual
        if math.isfinite(foretold["forecast_value"][target]):
            assert forecast.startswith(amount(foretold["forecast_value"][target], 1))
            low, high = (amount(foretold[name][target], 1) for name in ("low_80", "high_80"))
            assert f"{low} – {high}" in forecast
        assert probability == chance(foretold["probability"][target])
        if needed != "–":
            assert needed.startswith(amount(judged["required_run_rate"][target], 1))


def test_the_counts_take_a_part_with_its_whole_once(material: Material, judgement: Judgement) -> None:
    made = report(material, department(material.catalogue, "lw_commerce"))
    assert len(made.rows) == 5
    assert made.tally.targets == sum(made.tally.lights.values()) == 4
    chances = judgement.forecast.set_index("target")["probability"]
    counted = [chances[row["target"]] for row in made.rows if not row["part_of"]]
    assert made.tally.expected == pytest.approx(sum(one for one in counted if math.isfinite(one)))
    assert made.tally.low <= made.tally.expected <= made.tally.high + 1


@pytest.mark.parametrize("language", list(Language))
def test_every_report_says_sample_data_and_shows_its_courses(material: Material, language: Language) -> None:
    for subject in subjects(material.catalogue):
        html = to_html(report(material, subject), language, zone=ZONE)
        assert "示例数据" in words(html)
        assert "示例数据" in html[: html.index("</title>")]
    assert html.count("http") == html.count("http-") == 0, "nothing to fetch"


def test_a_chart_has_target_pace_figures_and_fan(material: Material) -> None:
    html = page(material, "longwan-2025")
    charts = parsed(html).findall(".//svg[@class='chart']")
    assert charts
    drawn = {part.get("class") for chart in charts for part in chart.iter() if part.get("class")}
    assert {"line linear", "line actual", "line forecast", "level target", "band"} <= drawn


def test_a_document_has_its_chapters_its_departments_and_each_departments_targets(material: Material) -> None:
    said = words(page(material, "longwan-2025", Language.EN))
    for key in ("lw_commerce", "lw_science_talent"):
        assert material.catalogue.departments[key].name.en in said
    made = report(material, document(material.catalogue, "longwan-2025"))
    assert sum(len(section.rows) for section in made.sections) == len(made.rows)
    assert sum(tally.targets for _, tally in made.chapters) == made.tally.targets


def test_a_department_sees_what_it_is_responsible_for_beside_another(material: Material) -> None:
    made = report(material, department(material.catalogue, "lw_finance"))
    assert made.rows == ()
    assert {row["target"] for row in made.sections[0].beside} >= {"longwan-tech-smes", "longwan-talent-budget"}
    assert "本单位没有牵头的目标" in words(to_html(made, Language.ZH, zone=ZONE))


def test_names_that_hold_markup_are_shown_as_they_are(material: Material) -> None:
    hostile = "<script>alert('x')</script>&{{ 7*7 }}"
    departments = dict(material.catalogue.departments)
    name = Words(zh=hostile, en=hostile)
    departments["lw_commerce"] = departments["lw_commerce"].model_copy(update={"name": name})
    catalogue = material.catalogue.model_copy(update={"departments": departments})
    rows = material.board.rows.assign(name_zh=hostile, name_en=hostile, owner_zh=hostile)
    changed = replace(material, catalogue=catalogue, board=replace(material.board, rows=rows, catalogue=catalogue))
    for key in ("lw_commerce", "longwan-2025"):
        html = page(changed, key)
        assert "<script" not in html
        assert hostile in words(html)


def test_a_revision_that_made_a_target_slip_is_told_with_its_cause(
    small_catalogue: Catalogue, digest_home: Path, tmp_path: Path
) -> None:
    settings = Settings(home=copied(digest_home, tmp_path / "home"))
    with Store.open(settings.store_url) as store:
        judge_and_save(small_catalogue, store, run_id="first", now=TODAY)
        figures = store.observations(indicators=["goods_exports"], regions=["330303"], first="2025-04", last="2025-04")
        ytd = figures[figures["measure"] == "ytd"].assign(value=60.0, status="revised", text="60")
        upload = store.receive(sha256="a" * 64, file_name="revised.xlsx", size=1, received_at=TODAY, received_by="wang")
        store.accept(
            upload.id,
            dataset="trade",
            period_first="2025-04",
            period_last="2025-04",
            observations=ytd,
            report=Findings("revised.xlsx"),
            decided_at=TODAY.replace(hour=5),
            known_from=TODAY.replace(hour=5),
        )
        judge_and_save(small_catalogue, store, run_id="second", now=TODAY.replace(hour=6))
        made = gather(small_catalogue, store, month=None, now=TODAY.replace(hour=7), zone=ZONE)
    assert "数据修订" in words(page(made, "lw_commerce"))
    assert "figures were revised" in words(page(made, "lw_commerce", Language.EN))


@pytest.mark.parametrize(("language", "title"), [(Language.ZH, "目标进度月报"), (Language.EN, "Monthly report")])
def test_the_pdf_has_the_text_the_page_numbers_and_the_mark_on_every_page(
    material: Material, language: Language, title: str
) -> None:
    pages = PdfReader(io.BytesIO(Press().pdf(page(material, "lw_commerce", language)))).pages
    texts = ["".join(one.extract_text().split()) for one in pages]
    assert "".join(title.split()) in texts[0]
    assert all("示例数据" in text for text in texts)
    assert all(f"{number}/{len(texts)}" in text for number, text in enumerate(texts, 1))
