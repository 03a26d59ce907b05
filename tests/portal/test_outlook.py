"""Forecast, explanation and scenario of a target, as pages and by API."""

from __future__ import annotations

import re

import httpx
import pytest

from dagster_project.portal.desk import Desk
from tests.portal.reading import document, text_of, words

pytestmark = pytest.mark.xdist_group("portal-reading")


def test_a_target_page_says_where_the_year_will_end_or_why_nobody_knows(reader: httpx.Client, read_desk: Desk) -> None:
    forecast = read_desk.board.judgement().forecast.set_index("target")
    known = forecast[(forecast["method"] != "") & (forecast["horizon"] > 0)]
    unknown = forecast[forecast["method"] == ""]
    assert len(known)
    assert len(unknown)
    said = words(reader.get(f"/targets/{known.index[0]}").text)
    assert re.search(rf"达成概率\s*{100 * known['probability'].iloc[0]:.1f}%", said)
    assert "不作预测" in words(reader.get(f"/targets/{unknown.index[0]}").text)


def test_the_explanation_names_each_figure_with_its_cell_and_ends_in_the_light(
    reader: httpx.Client, read_desk: Desk
) -> None:
    page = reader.get("/targets/longwan-exports/explanation")
    assert page.status_code == 200
    lines = text_of(document(page.text).find(".//pre"))
    figure = read_desk.store.observations(indicators=["goods_exports"], regions=["330303"], measures=["ytd"]).iloc[-1]
    assert f"{figure['sheet']}" in lines
    assert figure["cell"] in lines
    told = reader.get("/api/v1/targets/longwan-exports/explanation").json()
    row = read_desk.board.board().rows.set_index("target").loc["longwan-exports"]
    assert told["light"] == row["light"]


def test_a_scenario_shows_both_sides_and_stores_nothing(reader: httpx.Client, read_desk: Desk) -> None:
    before = read_desk.store.mark()
    address = "/targets/longwan-exports/what-if"
    form = document(reader.get(address).text)
    months = [field.get("value") for field in form.findall(".//form[@class='filters']//input[@name='month']")]
    assert months[0] == "2025-05"
    page = document(reader.get(address, params={"month": "2025-05", "value": "9000"}).text)
    rows = {text_of(row[0]): [text_of(cell) for cell in row[1:]] for row in page.findall(".//table//tbody/tr")}
    assert rows["最新数据"] == ["2025年4月", "2025年5月"]
    assert float(rows["实际"][1].replace(",", "")) > 9000
    chances = [float(text.rstrip("%")) for text in rows["达成概率"]]
    assert chances[1] >= chances[0]
    assert read_desk.store.mark() == before


@pytest.mark.parametrize("value", ["abc", "1e400", "nan"])
def test_what_is_no_number_is_refused_politely(reader: httpx.Client, value: str) -> None:
    page = reader.get("/targets/longwan-exports/what-if", params={"month": "2025-05", "value": value})
    assert page.status_code == 400
    assert re.search(r"<h1", page.text)


def test_nobody_promised_it_is_not_found(reader: httpx.Client) -> None:
    for path in ("explanation", "what-if"):
        assert reader.get(f"/targets/no-such/{path}").status_code == 404
    assert reader.get("/api/v1/targets/no-such/explanation").status_code == 404
