"""The newer portal of the national database, with answers in the form that its clients describe (sample data)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from dagster_project.sources.connector import Delivery, Request
from dagster_project.sources.nbs import Nbs
from dagster_project.sources.nbs_options import NbsOptions
from dagster_project.sources.nbs_periods import easyquery, from_easyquery, from_portal, portal
from dagster_project.sources.web_connections import Timing
from tests.servers.web import Behaviour, Exchange, Web, answer
from validators.catalogue import Catalogue
from validators.errors import SourceFormError, SourceRefusedError, SourceUnavailableError
from validators.periods import parse_period

NOW = datetime(2026, 4, 20, 9, tzinfo=UTC)
CITY, NATION = "330300", "000000000000"
OLD, NEW, SALES = "a" * 32, "b" * 32, "c" * 32
GROWTH = {"indicator": "retail_sales_growth", "measure": "yoy_ytd"}
CODES: dict[str, Any] = {
    OLD: {**GROWTH, "cid": "cid-2021", "since": "2021-01", "until": "2025-12"},
    NEW: {**GROWTH, "cid": "cid-2026", "since": "2026", "name": "社会消费品零售总额_累计增长 (%)"},
    SALES: {"indicator": "retail_sales", "measure": "ytd", "cid": "cid-2026"},
}
NAMES = {SALES: "社会消费品零售总额_累计值 (亿元) "}


def pull(
    url: str,
    catalogue: Catalogue,
    periods: Sequence[str],
    codes: dict[str, Any] | None = None,
    dataset: str = "retail_sales",
    regions: dict[str, Any] | None = None,
    **options: Any,
) -> list[Delivery]:
    given = {"interface": "portal", "url": url, "root": "root-1", "regions": regions or {CITY: None}} | options
    model = NbsOptions.model_validate(given | {"codes": codes or CODES})
    wanted = [parse_period(text) for text in periods]
    request = Request(dataset, "portal", wanted, [CITY], catalogue, NOW)
    return list(Nbs(model, Timing(sleep=lambda seconds: None)).pull(request))


def values(deliveries: Sequence[Delivery]) -> dict[tuple[str, str], str]:
    """By indicator and period."""
    found = {}
    for delivery in deliveries:
        assert delivery.figures is not None
        for row in delivery.figures.itertuples():
            found[(row.indicator, row.period)] = f"{row.value}{row.unit}"
    return found


def item(code: str, value: Any, **more: Any) -> dict[str, Any]:
    unit = "亿元" if code == SALES else "%"
    name = NAMES.get(code, "社会消费品零售总额_累计增长 (%) ")
    fixed = {"_id": code, "i_showname": name, "value": value, "du_name": unit, "da": NATION, "da_name": "全国"}
    return {key: part for key, part in (fixed | more).items() if part is not None}


def reply(*rows: tuple[str, Sequence[dict[str, Any]]], **more: Any) -> bytes:
    data = [{"code": code, "name": code, "values": list(items)} for code, items in rows]
    return json.dumps({"success": True, "state": 20000, "message": "成功", "data": data} | more).encode()


def by_catalogue(**replies: bytes) -> Behaviour:
    """Answers by the catalogue that is asked for."""

    def behave(exchange: Exchange) -> None:
        answer(replies[json.loads(exchange.asked.body)["cid"].replace("-", "_")])(exchange)

    return behave


MARCH = reply(
    ("202603MM", [item(NEW, "4.60"), item(SALES, "127,300.5")]),
    ("202602MM", [item(NEW, "4.0"), item(SALES, "83000")]),
    ("202601MM", []),
)


def test_texts_become_figures_and_names_may_end_in_a_space(server: Web, small_catalogue: Catalogue) -> None:
    url = server.tell("/esData", answer(MARCH))
    (delivery,) = pull(url, small_catalogue, ["2026-01", "2026-02", "2026-03"])
    assert values([delivery]) == {
        ("retail_sales", "2026-02"): "83000亿元",
        ("retail_sales", "2026-03"): "127300.5亿元",
        ("retail_sales_growth", "2026-02"): "4.0",
        ("retail_sales_growth", "2026-03"): "4.60",
    }
    assert delivery.figures is not None
    assert set(delivery.figures["region"]) == {CITY}
    assert delivery.content == MARCH
    assert delivery.origin == f"{url}?cid=cid-2026&da={NATION}&dts=202503MM-202603MM".replace("202503", "202501")
    assert set(delivery.form) == {f"code:{NEW}", f"code:{SALES}", f"unit:{NEW}=%", f"unit:{SALES}=亿元"}


def test_the_question_is_the_one_that_its_own_page_asks(server: Web, small_catalogue: Catalogue) -> None:
    pull(server.tell("/esData", answer(MARCH)), small_catalogue, ["2026-03"])
    (asked,) = server.asked
    assert json.loads(asked.body) == {
        "cid": "cid-2026",
        "indicatorIds": [NEW, SALES],
        "daCatalogId": "",
        "das": [{"text": "全国", "value": NATION}],
        "showType": "1",
        "dts": ["202503MM-202603MM"],
        "rootId": "root-1",
    }
    assert asked.headers["x-requested-with"] == "XMLHttpRequest"
    assert asked.headers["content-type"].startswith("application/json")
    assert asked.headers["referer"] == "http://127.0.0.1/dg/website/page.html"


def test_its_page_is_opened_first_for_the_cookies_that_questions_carry(server: Web, small_catalogue: Catalogue) -> None:
    url = server.tell("/esData", answer(MARCH))
    page = server.tell("/page.html", answer("<html></html>", media_type="text/html", Set_Cookie="JSESSIONID=7; Path=/"))
    assert len(pull(url, small_catalogue, ["2026-03"], page=page)) == 1
    assert [asked.path for asked in server.asked] == ["/page.html", "/esData"]
    assert server.asked[1].headers["cookie"] == "JSESSIONID=7"
    server.tell("/page.html", answer(b"", status=404))
    assert len(pull(url, small_catalogue, ["2026-03"], page=page)) == 1


def test_a_figure_goes_on_under_another_id_when_the_first_one_ends(server: Web, small_catalogue: Catalogue) -> None:
    codes = {code: CODES[code] for code in (OLD, NEW)}
    old = reply(("202512MM", [item(OLD, "3.9")]), ("202601MM", [item(OLD, "99")]))
    url = server.tell("/esData", by_catalogue(cid_2021=old, cid_2026=MARCH.replace(SALES.encode(), NEW.encode())))
    new = reply(("202602MM", [item(NEW, "4.0")]), ("202603MM", [item(NEW, "4.6")]))
    server.tell("/esData", by_catalogue(cid_2021=old, cid_2026=new))
    found = values(pull(url, small_catalogue, ["2025-12", "2026-01", "2026-02", "2026-03"], codes))
    assert found == {
        ("retail_sales_growth", "2025-12"): "3.9",
        ("retail_sales_growth", "2026-02"): "4.0",
        ("retail_sales_growth", "2026-03"): "4.6",
    }
    spans = {body["cid"]: body["dts"] for body in (json.loads(asked.body) for asked in server.asked)}
    assert spans == {"cid-2021": ["202412MM-202512MM"], "cid-2026": ["202601MM-202603MM"]}


def test_only_catalogues_that_are_good_for_the_periods_are_asked(server: Web, small_catalogue: Catalogue) -> None:
    codes = {code: CODES[code] for code in (OLD, NEW)}
    url = server.tell("/esData", answer(reply(("202406MM", [item(OLD, "2.0")]))))
    pull(url, small_catalogue, ["2024-06"], codes)
    assert [json.loads(asked.body)["cid"] for asked in server.asked] == ["cid-2021"]
    assert pull(url, small_catalogue, ["2019-06"], codes) == []
    with pytest.raises(ValueError, match="时段重叠"):
        pull(url, small_catalogue, ["2024-06"], codes | {OLD: {**CODES[OLD], "until": None}})


@pytest.mark.parametrize("value", ["", " ", None, "无", "-", "--", "…"])
def test_what_is_not_published_is_no_figure(server: Web, small_catalogue: Catalogue, value: str | None) -> None:
    body = reply(("202603MM", [item(NEW, "0"), {**item(SALES, "x"), "value": value}]), ("202602MM", []))
    found = values(pull(server.tell("/esData", answer(body)), small_catalogue, ["2026-02", "2026-03"]))
    assert found == {("retail_sales_growth", "2026-03"): "0"}


def test_a_period_without_values_brings_nothing(server: Web, small_catalogue: Catalogue) -> None:
    body = reply(("202603MM", []), ("202602MM", []), ("202601MM", [item(NEW, "1")]))
    assert pull(server.tell("/esData", answer(body)), small_catalogue, ["2026-03"]) == []


@pytest.mark.parametrize("data", [[], None])
def test_ids_that_there_are_not_are_refused_though_the_portal_says_success(
    server: Web, small_catalogue: Catalogue, data: object
) -> None:
    with pytest.raises(SourceRefusedError, match="cid-2026"):
        pull(server.tell("/esData", answer(reply(data=data))), small_catalogue, ["2026-03"])


def test_an_id_that_never_comes_up_among_others_is_refused(server: Web, small_catalogue: Catalogue) -> None:
    rows = [(f"2026{month:02d}MM", [item(NEW, "1")]) for month in range(1, 8)]
    with pytest.raises(SourceRefusedError, match=SALES):
        pull(server.tell("/esData", answer(reply(*rows))), small_catalogue, ["2026-07"])


def test_a_failure_that_the_answer_states_is_refused_with_its_words(server: Web, small_catalogue: Catalogue) -> None:
    body = reply(success=False, state=50000, message="参数错误\n")
    with pytest.raises(SourceRefusedError, match="50000：参数错误"):
        pull(server.tell("/esData", answer(body)), small_catalogue, ["2026-03"])


def test_a_region_is_asked_for_by_twelve_digits_and_must_come_back(server: Web, small_catalogue: Catalogue) -> None:
    own = reply(("202603MM", [item(NEW, "5", da="330300000000"), item(SALES, "1", da=None, areaCode="330300000000")]))
    url = server.tell("/esData", answer(own), answer(MARCH), answer(MARCH.replace(f'"da": "{NATION}", '.encode(), b"")))
    theirs = {"330303": None}
    assert len(values(pull(url, small_catalogue, ["2026-03"], regions=theirs))) == 2
    assert json.loads(server.asked[0].body)["das"] == [{"text": "温州市", "value": "330300000000"}]
    for _ in range(2):
        with pytest.raises(SourceRefusedError, match="330300000000"):
            pull(url, small_catalogue, ["2026-03"], regions=theirs)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (reply(("202603MM", [item(NEW, "1"), item("d" * 32, "1")])), "d" * 32),
        (reply(("2026-03", [item(NEW, "1")])), "2026-03"),
        (reply(("202603MM", [item(NEW, "1", i_showname="另一指标 ")])), "另一指标"),
        (reply(("202603MM", [item(SALES, "1", du_name="亿美元"), item(NEW, "1")])), "亿美元"),
        (reply(("202603MM", [item(NEW, "1", du_name="亿元")])), "亿元"),
        (reply(("202603MM", [item(SALES, "约三千")])), "约三千"),
        (reply(("202603MM", [item(SALES, "1"), item(SALES, "2")])), "2"),
        (b'{"data": []}', "success"),
        (b"{", "JSON"),
    ],
)
def test_an_answer_that_is_made_differently_is_named(
    server: Web, small_catalogue: Catalogue, body: bytes, said: str
) -> None:
    with pytest.raises(SourceFormError, match=said):
        pull(server.tell("/esData", answer(body)), small_catalogue, ["2026-03"])


def test_the_page_of_a_firewall_is_unavailable(server: Web, small_catalogue: Catalogue) -> None:
    page = answer("<!doctype html><title>访问验证</title>", media_type="text/html;charset=utf-8")
    with pytest.raises(SourceUnavailableError, match="访问验证"):
        pull(server.tell("/esData", page), small_catalogue, ["2026-03"])


def test_many_indicators_are_asked_for_in_portions(server: Web, small_catalogue: Catalogue) -> None:
    codes = {
        f"{number:032d}": {**GROWTH, "cid": "c", "since": f"{2000 + number}", "until": f"{2000 + number}"}
        for number in range(60)
    }
    url = server.tell("/esData", answer(reply(("200001MM", []))))
    pull(url, small_catalogue, [f"{2000 + number}-01" for number in range(60)], codes)
    assert [len(json.loads(asked.body)["indicatorIds"]) for asked in server.asked] == [50, 10]


def test_years_are_asked_for_as_the_portal_writes_them(server: Web, small_catalogue: Catalogue) -> None:
    codes = {"x": {"indicator": "rd_expenditure", "measure": "ytd", "cid": "c"}}
    url = server.tell("/esData", answer(reply(("2025YY", [item("x", "3.5", du_name="亿元")]))))
    assert values(pull(url, small_catalogue, ["2025"], codes, dataset="rd")) == {("rd_expenditure", "2025"): "3.5亿元"}
    assert json.loads(server.asked[0].body)["dts"] == ["2023YY-2025YY"]


@pytest.mark.parametrize(
    ("period", "old", "new"),
    [("2025-03", "202503", "202503MM"), ("2025-Q4", "2025D", "202504SS"), ("2025", "2025", "2025YY")],
)
def test_periods_are_written_and_read_as_each_interface_does(period: str, old: str, new: str) -> None:
    meant = parse_period(period)
    assert (easyquery(meant), portal(meant)) == (old, new)
    assert (from_easyquery(old), from_portal(f"{new} ")) == (meant, meant)


def test_quarters_of_the_portal_are_read_in_both_spellings_and_nothing_else_is() -> None:
    quarter = parse_period("2026-Q1")
    assert {from_portal(text) for text in ("202601SS", "20261SS", "2026Q1", "2026Q1SS", "2026Q1QQ")} == {quarter}
    assert {from_portal(text) for text in ("", "202613MM", "202605SS", "2026", "202603", "MM")} == {None}
