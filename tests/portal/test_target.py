"""The page of one target, and the page of one figure with all its versions."""

from __future__ import annotations

import httpx
import pytest

from dagster_project.portal.desk import Desk
from tests.portal.reading import document, text_of, words

pytestmark = pytest.mark.xdist_group("portal-reading")


def test_a_target_says_why_it_shows_its_light_in_both_languages(reader: httpx.Client, read_desk: Desk) -> None:
    rows = read_desk.board.board().rows
    for row in rows.to_dict("records"):
        answer = reader.get(f"/targets/{row['target']}")
        assert answer.status_code == 200
        said = words(answer.text)
        assert row["reason_zh"] in said
        assert " ".join(row["reason_en"].split()) in said
        assert row["light_zh"] in said


def test_its_months_show_what_was_published_what_was_due_and_the_gap(reader: httpx.Client, read_desk: Desk) -> None:
    table = document(reader.get("/targets/longwan-exports").text).find(".//table[@class='plain months']")
    assert table is not None
    heads = [text_of(head) for head in table.findall("thead/tr/th")]
    assert heads == ["月份", "本月", "累计", "用于判断", "序时进度", "往年同期节奏", "差距"]
    rows = {
        text_of(row[0]): dict(zip(heads[1:], map(text_of, row[1:]), strict=True)) for row in table.findall("tbody/tr")
    }
    assert list(rows)[:3] == ["2025年4月", "2025年3月", "2025年2月"]
    april = rows["2025年4月"]
    judged = read_desk.board.board().rows.set_index("target").loc["longwan-exports"]
    assert float(april["累计"]) == pytest.approx(judged["actual_value"])
    assert april["用于判断"] == april["累计"]
    assert april["序时进度"] == "150"
    assert april["差距"] == f"−{judged['gap_value']:.2f}".rstrip("0")


def test_growth_stands_beside_that_of_the_city_in_the_newest_month_of_both(
    reader: httpx.Client, read_desk: Desk
) -> None:
    figures = read_desk.board.judgement().observations
    own = figures[(figures["indicator"] == "goods_exports_growth") & (figures["period"] == "2025-04")]
    growth = own[own["measure"] == "yoy_ytd"].set_index("region")["value"]
    points = round(growth["330303"] - growth["330300"], 1)
    said = words(reader.get("/targets/longwan-exports-growth").text)
    assert f"比温州市{'高' if points > 0 else '低'} {abs(points):g} 个百分点" in said
    assert "2025年4月累计同比" in said
    # The amount's growth is an indicator of its own, and stands for it.
    assert f"{abs(points):g} 个百分点" in words(reader.get("/targets/longwan-exports").text)
    # The city has no wider region in this catalogue.
    assert "增速对比" not in words(reader.get("/targets/wenzhou-exports-growth").text)


def test_a_figure_of_the_table_leads_to_all_its_versions(reader: httpx.Client) -> None:
    page = document(reader.get("/targets/longwan-exports").text)
    links = [link.get("href", "") for link in page.findall(".//table[@class='plain months']//a")]
    assert "/observations/goods_exports/330303/2025-04#ytd" in links
    assert {reader.get(link).status_code for link in links} == {200}


def test_several_tiers_of_one_promise_stand_on_one_chart_and_link_to_each_other(reader: httpx.Client) -> None:
    page = document(reader.get("/targets/wenzhou-exports-growth").text)
    chart = page.find(".//*[@class='chart']")
    assert chart is not None
    levels = [line.get("class") for line in chart.iter("line") if "level" in line.get("class", "")]
    assert sorted(levels) == ["level stretch", "level target"]
    assert page.find(".//ul[@class='tiers']//a[@href='/targets/wenzhou-exports-growth-stretch']") is not None


def test_the_chart_draws_the_paces_and_the_forecast_with_its_fan_beside_the_figures(reader: httpx.Client) -> None:
    chart = document(reader.get("/targets/longwan-exports").text).find(".//*[@class='chart']")
    assert chart is not None
    assert {path.get("class") for path in chart.iter("path")} == {
        "line linear",
        "line seasonal",
        "line forecast",
        "line actual",
    }
    assert len(list(chart.iter("polygon"))) == 1, "the fan"
    assert len(list(chart.iter("circle"))) == 3, "February, March, April"


def test_it_links_to_the_dashboard_of_its_indicator_where_there_is_a_grafana(reader: httpx.Client) -> None:
    links = [link.get("href") for link in document(reader.get("/targets/longwan-exports").text).iter("a")]
    assert "http://grafana.example:3000/d/xushi-indicator?var-region=330303&var-indicator=goods_exports" in links


def test_a_target_that_nobody_made_is_a_page_that_says_so(reader: httpx.Client) -> None:
    answer = reader.get("/targets/none")
    assert answer.status_code == 404
    assert "没有这个页面" in words(answer.text)


def test_a_revised_figure_shows_both_versions_with_file_sheet_cell_and_who(reader: httpx.Client) -> None:
    page = reader.get("/observations/goods_exports/330303/2025-04").text
    section = next(one for one in document(page).iter("section") if one.get("aria-labelledby") == "ytd")
    newest, first = (text_of(row) for row in section.findall(".//tbody/tr"))
    assert "现行" in newest
    assert "现行" not in first
    for said, file in (
        (newest, "2025-04_trade_对外贸易_示例数据_修订.xlsx"),
        (first, "2025-04_trade_对外贸易_示例数据.xlsx"),
    ):
        assert file in said
        assert "龙湾区 C5" in said
        assert "wang" in said
        assert "2025-05-28" in said
    assert "+" in newest, "by how much it was changed"


@pytest.mark.parametrize(
    "path",
    [
        "/observations/goods_exports/330303/2031-01",
        "/observations/goods_exports/330303/May",
        "/observations/goods_exports/999999/2025-04",
        "/observations/nothing/330303/2025-04",
    ],
)
def test_a_figure_that_nobody_stated_is_not_found(reader: httpx.Client, path: str) -> None:
    assert reader.get(path).status_code == 404
