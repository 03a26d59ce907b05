"""The older interface of the national database: what it recorded, and answers made for the rest."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from dagster_project.sources import registry
from dagster_project.sources.connector import Delivery, Request
from dagster_project.sources.nbs import Nbs
from dagster_project.sources.nbs_options import NbsOptions
from dagster_project.sources.web_connections import Timing
from tests.servers.web import Behaviour, Exchange, Web, answer, reset_half_way
from validators.catalogue import Catalogue, Indicator, Kind, Region, Words
from validators.errors import SourceFormError, SourceOptionsError, SourceRefusedError, SourceUnavailableError
from validators.periods import parse_period

NOW = datetime(2026, 4, 20, 9, tzinfo=UTC)
BEIJING, NATION = "110000", "100000"


@pytest.fixture(scope="module")
def nation(small_catalogue: Catalogue) -> Catalogue:
    """The small catalogue with the nation, Beijing, and the money supply as a level."""
    words = Words(zh="货币", en="Money")
    money = Indicator(name=words, kind=Kind.STOCK, unit="万元", dataset="retail_sales")
    districts = Indicator(name=words, kind=Kind.STOCK, unit="家", dataset="rd")
    places = {NATION: Region(name=Words(zh="全国", en="China")), BEIJING: Region(name=Words(zh="北京市", en="Beijing"))}
    parts = {name: getattr(small_catalogue, name) for name in Catalogue.model_fields}
    parts["indicators"] = small_catalogue.indicators | {"money": money, "districts": districts}
    parts["regions"] = small_catalogue.regions | places
    return Catalogue(**parts)


def months(first: str, count: int = 1) -> list[str]:
    start = parse_period(first).first_month
    return [start.plus(number).text for number in range(count)]


def pull(
    server_url: str,
    catalogue: Catalogue,
    periods: Sequence[str],
    codes: dict[str, Any],
    region: str = NATION,
    dataset: str = "retail_sales",
    **options: Any,
) -> list[Delivery]:
    given = {"interface": "easyquery", "url": server_url, "dbcode": "hgyd", "regions": {NATION: None}} | options
    connector = Nbs(NbsOptions.model_validate(given | {"codes": codes}), Timing(sleep=lambda seconds: None))
    wanted = [parse_period(text) for text in periods]
    return list(connector.pull(Request(dataset, "nbs", wanted, [region], catalogue, NOW)))


def values(deliveries: Sequence[Delivery]) -> dict[tuple[str, str, str], str]:
    """By indicator, measure and period."""
    found = {}
    for delivery in deliveries:
        assert delivery.figures is not None
        for row in delivery.figures.itertuples():
            found[(row.indicator, row.measure, row.period)] = f"{row.value}{row.unit}"
    return found


# ---- what was recorded


def recorded(folder: Path) -> Behaviour:
    """Answers a request that was recorded with what came back then."""
    pairs = []
    for file in sorted(folder.glob("*.request.json")):
        asked = json.loads(file.read_text(encoding="utf-8"))["form"]
        pairs.append((_question(asked), file.with_name(file.name.replace("request", "response")).read_bytes()))

    def behave(exchange: Exchange) -> None:
        form = exchange.asked.form or exchange.asked.query
        found = [body for question, body in pairs if question == _question(form)]
        answer(found[0] if found else b"never recorded", status=200 if found else 410)(exchange)

    return behave


def _question(form: dict[str, str]) -> dict[str, Any]:
    return {
        name: json.loads(value) if name in ("wds", "dfwds") else value for name, value in form.items() if name != "k1"
    }


@pytest.fixture
def nbs(server: Web, samples: Path) -> str:
    return server.tell("/easyquery.htm", recorded(samples / "nbs-api"))


INDUSTRY = {"A020101": {"indicator": "retail_sales_growth", "measure": "yoy_month"}}


def test_a_year_of_months_is_asked_for_at_once_and_january_and_february_are_not_there(
    nbs: str, nation: Catalogue
) -> None:
    (delivery,) = pull(nbs, nation, months("2024-01", 12), INDUSTRY)
    found = values([delivery])
    assert [period for _, _, period in found][::-1] == months("2024-03", 10)
    assert found["retail_sales_growth", "yoy_month", "2024-12"] == "6.2"
    assert delivery.content.startswith(b'{"returncode":200')
    assert delivery.form == ("code:A020101", "unit:A020101=%")
    assert delivery.figures is not None
    assert "zb.A020101_sj.202403" in set(delivery.figures["reference"])


def test_a_code_that_there_is_not_is_refused_though_http_says_all_is_well(nbs: str, nation: Catalogue) -> None:
    with pytest.raises(SourceRefusedError, match=r"INVALID_CODE.*501") as caught:
        pull(nbs, nation, months("2024-01", 12), {"INVALID_CODE": INDUSTRY["A020101"]})
    assert "未能找到符合查询条件的信息" in caught.value.zh


def test_a_region_that_does_not_come_back_is_refused_and_not_the_nations_figure(nbs: str, nation: Catalogue) -> None:
    with pytest.raises(SourceRefusedError, match=BEIJING):
        pull(nbs, nation, ["2023-12"], INDUSTRY, region=BEIJING)


def test_a_year_that_is_not_published_brings_no_figure_and_no_zero(nbs: str, nation: Catalogue) -> None:
    codes = {"A010101": {"indicator": "districts", "measure": "level"}}
    assert pull(nbs, nation, ["2023"], codes, region=BEIJING, dataset="rd", dbcode="fsnd") == []


def test_months_of_two_years_and_children_of_a_code_are_read_with_their_units(nbs: str, nation: Catalogue) -> None:
    money = {"A0D0101": {"indicator": "money", "measure": "level"}}
    found = values(pull(nbs, nation, ["2021-12", "2022-01"], money))
    assert found == {("money", "level", "2022-01"): "2431022.72亿元", ("money", "level", "2021-12"): "2382899.56亿元"}
    both = money | {"A0D0102": {"indicator": "money", "measure": "yoy_month"}}
    found = values(pull(nbs, nation, ["2022-01"], both, ask=["A0D01"]))
    assert found == {("money", "level", "2022-01"): "2431022.72亿元", ("money", "yoy_month", "2022-01"): "9.8"}


# ---- answers made for these tests (sample data)


def reply(
    *figures: tuple[str, str, str | None],
    units: dict[str, str] | None = None,
    names: dict[str, str] | None = None,
    region: str | None = None,
) -> bytes:
    """An answer in the form of the interface; figures are code, period and text, None for one not published."""

    def wds(code: str, period: str) -> list[dict[str, str]]:
        pairs = [("zb", code), ("sj", period)] + ([("reg", region)] if region else [])
        return [{"wdcode": name, "valuecode": value} for name, value in pairs]

    nodes = [
        {
            "code": f"zb.{code}_sj.{period}",
            "data": {"data": float(text or 0), "dotcount": 1, "hasdata": text is not None, "strdata": text or ""},
            "wds": wds(code, period),
        }
        for code, period, text in figures
    ]
    codes = [
        {"code": code, "cname": (names or {}).get(code, "示例指标"), "unit": (units or {}).get(code, "亿元")}
        for code in dict.fromkeys(code for code, _, _ in figures)
    ]
    lists = [{"wdcode": "zb", "nodes": codes}] + ([{"wdcode": "reg", "nodes": [{"code": region}]}] if region else [])
    body = {"returncode": 200, "returndata": {"datanodes": nodes, "wdnodes": lists}}
    return json.dumps(body, ensure_ascii=False).encode()


SALES = {"A07": {"indicator": "retail_sales", "measure": "ytd"}}


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_question_names_database_region_code_and_periods(server: Web, nation: Catalogue, method: str) -> None:
    url = server.tell("/q", answer(reply(("A07", "202603", "10.20"), region="11")))
    (delivery,) = pull(
        url,
        nation,
        ["2026-02", "2026-03"],
        SALES,
        region=BEIJING,
        method=method,
        dbcode="fsyd",
        regions={BEIJING: "11"},
    )
    (asked,) = server.asked
    form = dict(parse_qsl(asked.body.decode())) if method == "POST" else asked.query
    assert asked.method == method
    assert json.loads(form["wds"]) == [{"wdcode": "reg", "valuecode": "11"}]
    assert [one["valuecode"] for one in json.loads(form["dfwds"])] == ["A07", "202602,202603"]
    assert (form["m"], form["dbcode"], form["rowcode"], form["colcode"]) == ("QueryData", "fsyd", "zb", "sj")
    assert delivery.origin == f"{url}?dbcode=fsyd&zb=A07&reg=11&sj=202602%2C202603"
    assert (delivery.region, delivery.period) == (BEIJING, None)
    assert values([delivery]) == {("retail_sales", "ytd", "2026-03"): "10.20亿元"}


def database(latest: str, *codes: str) -> Behaviour:
    """A database that holds these codes up to a period, each period's number as its figure; 501 for anything else."""

    def behave(exchange: Exchange) -> None:
        code, times = (one["valuecode"] for one in json.loads(exchange.asked.form["dfwds"]))
        year = [f"{times}{month:02d}" for month in range(1, 13)] if len(times) == 4 else []
        wanted = [latest] if times == "LAST1" else year or times.split(",")
        held = [period for period in wanted if period <= latest]
        lost = json.dumps({"returncode": 501, "returndata": "对不起，未能找到符合查询条件的信息。"}).encode()
        whole = code in codes and ((year and held) or len(held) == len(wanted))
        answer(reply(*((code, period, period) for period in held)) if whole else lost)(exchange)

    return behave


def spans(server: Web) -> list[str]:
    return [json.loads(asked.form["dfwds"])[1]["valuecode"] for asked in server.asked]


def test_periods_after_the_latest_that_the_database_holds_are_not_published_yet(server: Web, nation: Catalogue) -> None:
    url = server.tell("/q", database("202602", "A07"))
    assert pull(url, nation, ["2026-03"], SALES) == []
    assert spans(server) == ["202603", "LAST1"]
    assert pull(url, nation, months("2027-01", 12), SALES) == []
    (delivery,) = pull(url, nation, ["2026-01", "2026-02", "2026-03"], SALES)
    assert [period for _, _, period in values([delivery])] == ["2026-01", "2026-02"]
    assert spans(server)[-3:] == ["202601,202602,202603", "LAST1", "202601,202602"]
    assert delivery.origin.endswith("sj=202601%2C202602")


def test_a_code_that_the_latest_period_has_not_either_is_wrong(server: Web, nation: Catalogue) -> None:
    url = server.tell("/q", database("202602", "A07"))
    with pytest.raises(SourceRefusedError, match=r"no code A08 in hgyd \(returncode 501, for the latest period too\)"):
        pull(url, nation, ["2026-03"], {"A08": SALES["A07"]})


def test_a_period_that_the_database_should_hold_is_not_taken_for_one_that_is_not_there_yet(
    server: Web, nation: Catalogue
) -> None:
    lost = answer(json.dumps({"returncode": 501, "returndata": "对不起，未能找到符合查询条件的信息。"}).encode())
    url = server.tell("/q", lost, answer(reply(("A07", "202602", "1"))), lost)
    with pytest.raises(SourceRefusedError, match="up to 2026-02, yet nothing of 1990-01"):
        pull(url, nation, ["1990-01"], SALES)
    server.tell("/q", lost, answer(b"", status=403))
    with pytest.raises(SourceRefusedError, match=r"or no such period yet, can't be told: .*403"):
        pull(url, nation, ["2026-03"], SALES)
    server.tell("/q", lost, answer(reply()))
    with pytest.raises(SourceFormError, match="codes are not in the answer: A07"):
        pull(url, nation, ["2026-03"], SALES)
    server.tell("/q", lost, answer(b"", status=503))
    with pytest.raises(SourceUnavailableError):
        pull(url, nation, ["2026-03"], SALES, tries=1)


def test_whole_years_are_asked_for_by_their_number_and_the_rest_together(server: Web, nation: Catalogue) -> None:
    url = server.tell("/q", answer(reply(("A07", "202402", "1"))))
    pull(url, nation, months("2023-11", 16), SALES)
    assert spans(server) == ["2024", "202311,202312,202501,202502"]


def test_quarters_and_years_are_written_as_the_source_writes_them(server: Web, nation: Catalogue) -> None:
    url = server.tell("/q", answer(reply(("A07", "2025", "3"), units={"A07": "家"})))
    codes = {"A07": {"indicator": "districts", "measure": "level"}}
    assert values(pull(url, nation, ["2025"], codes, dataset="rd", dbcode="hgnd")) == {
        ("districts", "level", "2025"): "3家"
    }
    with pytest.raises(SourceOptionsError, match="hgjd"):
        pull(url, nation, ["2025"], codes, dataset="rd", dbcode="hgjd")


def test_each_delivery_says_of_what_all_of_them_are_made(server: Web, nation: Catalogue) -> None:
    codes = SALES | {"A08": {"indicator": "retail_sales_growth", "measure": "yoy_ytd"}}
    first, second = reply(("A07", "202603", "1")), reply(("A08", "202603", "2.5"), units={"A08": "%"})
    deliveries = pull(server.tell("/q", answer(first), answer(second)), nation, ["2026-03"], codes)
    assert [delivery.content for delivery in deliveries] == [first, second]
    assert {delivery.form for delivery in deliveries} == {("code:A07", "code:A08", "unit:A07=亿元", "unit:A08=%")}
    assert {delivery.period for delivery in deliveries} == {"2026-03"}


def test_the_published_text_is_taken_and_zero_is_a_figure(server: Web, nation: Catalogue) -> None:
    body = reply(("A07", "202602", "0.0"), ("A07", "202603", None)).replace(b'"data": 0.0,', b'"data": 0.0049,')
    found = values(pull(server.tell("/q", answer(body)), nation, ["2026-02", "2026-03"], SALES))
    assert found == {("retail_sales", "ytd", "2026-02"): "0.0亿元"}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (reply(("A07", "202603", "1"), units={"A07": "亿美元"}), "亿美元"),
        (reply(("A07", "202603", "1"), units={"A07": "蒲式耳"}), "蒲式耳"),
        (reply(("A07", "202603", "1"), units={"A07": "%"}), "retail_sales"),
        (reply(("B99", "202603", "1")), "A07"),
        (reply(("A07", "202603", "1"), ("B99", "202603", "1")), "B99"),
        (reply(("A07", "202603", "1"), ("A07", "202603", "2")), "2"),
        (reply(("A07", "2026-3", "1")), "2026-3"),
        (reply(("A07", "202603", "1"), region="110000"), "regions"),
        (reply(("A07", "202603", "1")).replace(b'"hasdata": true, ', b""), "hasdata"),
        (b'{"returncode": 200}', "returndata"),
        (b"[]", "returncode"),
        (b'{"returncode": 200', "JSON"),
    ],
)
def test_an_answer_that_is_made_differently_is_named(server: Web, nation: Catalogue, body: bytes, said: str) -> None:
    with pytest.raises(SourceFormError, match=said):
        pull(server.tell("/q", answer(body)), nation, ["2026-03"], SALES)


def test_a_level_that_is_said_to_be_growth_is_named(server: Web, nation: Catalogue) -> None:
    codes = {"A07": {"indicator": "retail_sales_growth", "measure": "yoy_ytd"}}
    with pytest.raises(SourceFormError, match="亿元"):
        pull(server.tell("/q", answer(reply(("A07", "202603", "1")))), nation, ["2026-03"], codes)


def test_an_index_is_no_growth_until_it_is_said_to_be_an_index(server: Web, nation: Catalogue) -> None:
    codes: dict[str, Any] = {"A01": {"indicator": "retail_sales_growth", "measure": "yoy_month"}}
    names = {"A01": "居民消费价格指数(上年同月=100)"}
    url = server.tell("/q", answer(reply(("A01", "202603", "99.70"), units={"A01": ""}, names=names)))
    with pytest.raises(SourceFormError, match="index: true"):
        pull(url, nation, ["2026-03"], codes)
    codes["A01"]["index"] = True
    assert values(pull(url, nation, ["2026-03"], codes)) == {("retail_sales_growth", "yoy_month", "2026-03"): "-0.30"}


def test_another_region_than_the_one_asked_for_is_refused(server: Web, nation: Catalogue) -> None:
    url = server.tell("/q", answer(reply(("A07", "202603", "1"), region="120000")))
    with pytest.raises(SourceRefusedError, match=BEIJING):
        pull(url, nation, ["2026-03"], SALES, region=BEIJING)


def test_the_page_of_a_firewall_and_an_empty_answer_are_unavailable(server: Web, nation: Catalogue) -> None:
    page = answer("<html><head><title>访问被拦截</title></head></html>", media_type="text/html")
    with pytest.raises(SourceUnavailableError, match="访问被拦截"):
        pull(server.tell("/q", page), nation, ["2026-03"], SALES)
    with pytest.raises(SourceUnavailableError, match="空"):
        pull(server.tell("/q", answer(b"")), nation, ["2026-03"], SALES)


def test_a_fault_in_the_midst_hands_over_nothing(server: Web, nation: Catalogue) -> None:
    codes = SALES | {"A08": {"indicator": "retail_sales_growth", "measure": "yoy_ytd"}}
    url = server.tell("/q", answer(reply(("A07", "202603", "1"))), reset_half_way)
    with pytest.raises(SourceUnavailableError):
        pull(url, nation, ["2026-03"], codes)


def test_options_that_can_not_be_used_are_named() -> None:
    figure = {"indicator": "retail_sales", "measure": "ytd"}
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"interface": "easyquery", "codes": {"A": figure}}, "dbcode"),
        ({"interface": "portal", "root": "r", "codes": {"A": figure}}, "cid"),
        ({"interface": "easyquery", "dbcode": "hgyd", "codes": {"A": figure, "B": figure}}, "A 与 B"),
        ({"interface": "easyquery", "dbcode": "hgyd", "codes": {"A": figure}, "ask": ["B"]}, "ask"),
        ({"interface": "easyquery", "dbcode": "hgyd", "codes": {"A": figure | {"since": "x"}}}, "with.codes.A"),
        ({"interface": "easyquery", "dbcode": "hgyd", "codes": {}}, "with.codes"),
    ]
    for options, said in wrong:
        with pytest.raises(SourceOptionsError, match=said):
            registry.make("nbs", options)


def test_an_indicator_of_another_dataset_is_named_where_the_options_say_it(server: Web, nation: Catalogue) -> None:
    url = server.tell("/q", answer(reply(("A07", "202603", "1"))))
    with pytest.raises(SourceOptionsError, match=r"with\.codes\.A07"):
        pull(url, nation, ["2026-03"], {"A07": {"indicator": "goods_exports", "measure": "ytd"}})
