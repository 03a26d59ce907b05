"""The connector `http` against a real server: what becomes of its answers."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import openpyxl
import pytest

from dagster_project.sources import registry
from dagster_project.sources.connector import Delivery, Request
from dagster_project.sources.http import Http
from dagster_project.sources.http_options import HttpOptions
from dagster_project.sources.web_connections import Timing
from tests.servers.web import Behaviour, Web, answer, conditional, drip, endless, reset_half_way
from validators.catalogue import Catalogue
from validators.columns import LONG
from validators.errors import (
    SourceError,
    SourceFormError,
    SourceOptionsError,
    SourceRefusedError,
    SourceUnavailableError,
)
from validators.periods import parse_period

NOW = datetime(2026, 4, 20, 9, tzinfo=UTC)
TOKEN = "tok-5f2a9c81d7"
COLUMNS: dict[str, Any] = {
    "code": "zb",
    "codes": {
        "A01": {"indicator": "retail_sales", "measure": "ytd"},
        "A02": {"indicator": "retail_sales_growth", "measure": "yoy_ytd"},
    },
    "value": "v",
    "period": "sj",
    "unit_column": "dw",
}


def wish(
    catalogue: Catalogue,
    periods: Sequence[str] = ("2026-03",),
    regions: Sequence[str] = ("330303",),
    known: Mapping[str, str] | None = None,
    max_bytes: int = 100_000,
) -> Request:
    return Request(
        dataset="retail_sales",
        source="bureau",
        periods=[parse_period(text) for text in periods],
        regions=list(regions),
        catalogue=catalogue,
        now=NOW,
        known=known or {},
        max_bytes=max_bytes,
    )


def connector(url: str, **options: Any) -> Http:
    given = {"url": url, "format": "json", "rows": "data.items", "columns": COLUMNS} | options
    if given["format"] == "file":
        given["columns"] = None
    return Http(HttpOptions.model_validate(given), Timing(sleep=lambda seconds: None))


def rows(*items: Mapping[str, Any]) -> bytes:
    return json.dumps({"code": 200, "data": {"items": list(items)}}, ensure_ascii=False).encode()


def figures(deliveries: Sequence[Delivery]) -> list[tuple[str, ...]]:
    found = []
    for delivery in deliveries:
        assert delivery.figures is not None
        assert list(delivery.figures.columns) == list(LONG)
        found += list(delivery.figures.itertuples(index=False, name=None))
    return found


SALES = {"zb": "A01", "sj": "202603", "v": "120.50", "dw": "亿元"}
GROWTH = {"zb": "A02", "sj": "202603", "v": 5.10, "dw": "%"}


def test_rows_of_json_become_figures_that_say_where_they_stand(server: Web, small_catalogue: Catalogue) -> None:
    url = server.tell("/api", answer(rows(SALES, GROWTH), ETag='"1"'))
    (delivery,) = connector(url, params={"token": TOKEN}, headers={"X-Key": TOKEN}).pull(wish(small_catalogue))
    assert figures([delivery]) == [
        ("retail_sales", "330303", "2026-03", "ytd", "120.50", "亿元", "", "data.items[0]"),
        ("retail_sales_growth", "330303", "2026-03", "yoy_ytd", "5.1", "", "", "data.items[1]"),
    ]
    assert delivery.content == rows(SALES, GROWTH)
    assert (delivery.received_at, delivery.media_type, delivery.region) == (NOW, "application/json", "330303")
    assert TOKEN not in repr(delivery)
    assert set(delivery.form) >= {"column:zb", "column:dw", "code:A01", "unit:A01=亿元", "unit:A02=%"}
    assert server.asked[0].query == {"token": TOKEN}


def test_a_number_keeps_every_digit_it_was_written_with(server: Web, small_catalogue: Catalogue) -> None:
    text = '{"data": {"items": [{"zb": "A01", "sj": 202603, "v": 2431022.7200000000000000001, "dw": "亿元"}]}}'
    (figure,) = figures(list(connector(server.tell("/api", answer(text))).pull(wish(small_catalogue))))
    assert figure[4] == "2431022.7200000000000000001"


def test_null_and_blank_are_not_published_and_a_zero_is_a_figure(server: Web, small_catalogue: Catalogue) -> None:
    items = [SALES | {"v": None}, GROWTH | {"v": 0}, GROWTH | {"sj": "202602", "v": ""}]
    url = server.tell("/api", answer(rows(*items)))
    found = figures(list(connector(url).pull(wish(small_catalogue, ("2026-02", "2026-03")))))
    assert [(figure[0], figure[2], figure[4]) for figure in found] == [("retail_sales_growth", "2026-03", "0")]


@pytest.mark.parametrize("items", [b'{"data": null}', b'{"data": {"items": []}}', rows(SALES | {"v": None})])
def test_an_answer_without_a_figure_brings_nothing(server: Web, small_catalogue: Catalogue, items: bytes) -> None:
    assert list(connector(server.tell("/api", answer(items))).pull(wish(small_catalogue))) == []


def test_an_unknown_code_is_named_unless_it_is_to_be_ignored(server: Web, small_catalogue: Catalogue) -> None:
    url = server.tell("/api", answer(rows(SALES, {**SALES, "zb": "B77"})))
    with pytest.raises(SourceFormError, match="B77"):
        list(connector(url).pull(wish(small_catalogue)))
    lenient = connector(url, columns={**COLUMNS, "others": "ignore"})
    assert len(figures(list(lenient.pull(wish(small_catalogue))))) == 1


def test_rows_that_differ_about_one_figure_are_an_error(server: Web, small_catalogue: Catalogue) -> None:
    url = server.tell("/api", answer(rows(SALES, SALES | {"v": "120.5"}, SALES | {"v": "121"})))
    with pytest.raises(SourceFormError, match="121"):
        list(connector(url).pull(wish(small_catalogue)))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"dw": "亿美元"}, "亿美元"),
        ({"dw": "蒲式耳"}, "蒲式耳"),
        ({"v": "十二"}, "十二"),
        ({"v": True}, "true"),
        ({"sj": "2026年"}, "2026"),
    ],
)
def test_what_is_not_made_as_the_options_say_is_named(
    server: Web, small_catalogue: Catalogue, change: dict[str, Any], said: str
) -> None:
    url = server.tell("/api", answer(rows(SALES | change)))
    with pytest.raises(SourceFormError, match=said):
        list(connector(url).pull(wish(small_catalogue)))


def test_a_field_that_is_gone_or_a_path_that_leads_nowhere_is_named(server: Web, small_catalogue: Catalogue) -> None:
    url = server.tell("/api", answer(rows({"zb": "A01", "sj": "202603", "dw": "亿元", "shuzhi": 1})))
    with pytest.raises(SourceFormError, match="v"):
        list(connector(url).pull(wish(small_catalogue)))
    with pytest.raises(SourceFormError, match=r"data\.list"):
        list(connector(url, rows="data.list").pull(wish(small_catalogue)))
    with pytest.raises(SourceFormError, match="JSON"):
        list(connector(server.tell("/api", answer("{'a': 1}"))).pull(wish(small_catalogue)))


def test_fields_of_nested_objects_are_named_with_dots(server: Web, small_catalogue: Catalogue) -> None:
    nested = [{"meta": {"zb": "A01", "dw": "万元"}, "sj": "2026-03", "v": "7,000", "dq": "LW"}]
    columns = COLUMNS | {"code": "meta.zb", "unit_column": "meta.dw", "region": "dq", "regions": {"LW": "330303"}}
    url = server.tell("/api", answer(json.dumps(nested)))
    (figure,) = figures(list(connector(url, rows="", columns=columns).pull(wish(small_catalogue))))
    assert figure[:6] == ("retail_sales", "330303", "2026-03", "ytd", "7000", "万元")


def test_a_failure_that_is_said_in_an_ordinary_answer_is_refused(server: Web, small_catalogue: Catalogue) -> None:
    url = server.tell("/api", answer('{"code": 401, "data": null}'))
    with pytest.raises(SourceRefusedError, match="code 为 401，应为 200"):
        list(connector(url, expect={"code": "200"}).pull(wish(small_catalogue)))


def test_each_address_is_asked_once_for_all_that_it_is_for(server: Web, small_catalogue: Catalogue) -> None:
    url = server.tell("/api/2025", answer(rows(SALES | {"sj": "202511"}, SALES | {"sj": "202512"})))
    server.tell("/api/2026", answer(rows(SALES, SALES | {"sj": "202604"})))
    said: list[str] = []
    asked = wish(small_catalogue, ("2025-11", "2025-12", "2026-03"))
    asked = Request(**{**asked.__dict__, "say": lambda zh, en: said.append(en)})
    deliveries = list(connector(url.replace("2025", "{year}")).pull(asked))
    assert [figure[2] for figure in figures(deliveries)] == ["2025-11", "2025-12", "2026-03"]
    assert [one.path for one in server.asked] == ["/api/2025", "/api/2026"]
    assert said == ["request 1 of 2: 2025-11..2025-12", "request 2 of 2: 2026-03..2026-03"]


def test_placeholders_stand_for_the_period_and_the_sources_word_for_the_region(
    server: Web, small_catalogue: Catalogue
) -> None:
    url = server.tell("/龙湾/3/03/1", answer(rows({"zb": "A01", "v": "1", "dw": "亿元"})))
    columns = {key: value for key, value in COLUMNS.items() if key != "period"}
    http = connector(
        url.replace("龙湾/3/03/1", "{region}/{month}/{month2}/{quarter}"),
        method="POST",
        body='{"q": "{period}", "t": "{other}"}',
        columns=columns,
        regions={"330303": "龙湾"},
    )
    server.told["/%E9%BE%99%E6%B9%BE/3/03/1"] = server.told["/龙湾/3/03/1"]
    (delivery,) = http.pull(wish(small_catalogue))
    assert server.asked[0].body == b'{"q": "2026-03", "t": "{other}"}'
    assert (delivery.period, delivery.region) == ("2026-03", "330303")


def test_what_has_not_changed_is_not_sent_again(server: Web, small_catalogue: Catalogue) -> None:
    for month in ("02", "03"):
        body = rows(SALES | {"sj": f"2026{month}"})
        url = server.tell(f"/api/2026/{month}", conditional(body, f'"{month}"'))
    http = connector(url.replace("2026/03", "{year}/{month2}"))
    first = list(http.pull(wish(small_catalogue, ("2026-02",))))
    assert len(first[0].keep) == 1
    both = list(http.pull(wish(small_catalogue, ("2026-02", "2026-03"), known=first[0].keep)))
    assert [one.period for one in both] == ["2026-03"]
    known = {**first[0].keep, **both[0].keep}
    assert list(http.pull(wish(small_catalogue, ("2026-02", "2026-03"), known=known))) == []


def test_an_etag_is_no_reason_to_pass_over_periods_that_were_not_wanted_before(
    server: Web, small_catalogue: Catalogue
) -> None:
    http = connector(server.tell("/all", conditional(rows(SALES, SALES | {"sj": "202602"}), '"1"')))
    (march,) = http.pull(wish(small_catalogue))
    (both,) = http.pull(wish(small_catalogue, ("2026-02", "2026-03"), known=march.keep))
    assert {figure[2] for figure in figures([both])} == {"2026-02", "2026-03"}


def test_a_status_may_say_that_a_period_is_not_published_yet(server: Web, small_catalogue: Catalogue) -> None:
    url = server.tell("/api/2026-02", answer(rows(SALES | {"sj": "202602"}))).replace("2026-02", "{period}")
    months = wish(small_catalogue, ("2026-02", "2026-03"))
    assert len(list(connector(url, absent=404).pull(months))) == 1
    with pytest.raises(SourceRefusedError, match="404"):
        list(connector(url).pull(months))


def test_rows_of_csv_in_the_bureaus_encoding_become_figures(server: Web, small_catalogue: Catalogue) -> None:
    text = '区统计局\r\n指标,月份,数值,单位\r\nA01,2026年3月,"1,205.40",万元\r\n\r\nA02,2026年3月,-,%\r\n'
    columns = COLUMNS | {"code": "指标", "period": "月份", "value": "数值", "unit_column": "单位"}
    url = server.tell("/t.csv", answer(text.encode("gb18030"), media_type="text/csv"))
    (delivery,) = connector(url, format="csv", columns=columns, skip=1).pull(wish(small_catalogue))
    assert figures([delivery]) == [
        ("retail_sales", "330303", "2026-03", "ytd", "1205.40", "万元", "", "line 3"),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [("zb,zb,v\n", "重名"), ("zb,sj,v,dw\nA01,202603,1,亿元,5\n", "第 2 行"), ('zb,v\n"A01', "第 2 行"), ("", "空")],
)
def test_a_csv_that_is_none_is_named(server: Web, small_catalogue: Catalogue, text: str, said: str) -> None:
    url = server.tell("/t.csv", answer(text, media_type="text/csv"))
    with pytest.raises((SourceFormError, SourceUnavailableError), match=said):
        list(connector(url, format="csv").pull(wish(small_catalogue)))


def test_a_workbook_is_handed_over_as_it_came_with_its_name(server: Web, small_catalogue: Catalogue) -> None:
    book = openpyxl.Workbook()
    stream = io.BytesIO()
    book.save(stream)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    disposition = "attachment; filename*=UTF-8''%E6%9C%88%E6%8A%A5%2F..%2F3%E6%9C%88.xlsx"
    url = server.tell("/f/2026/3", answer(stream.getvalue(), media_type=kind, Content_Disposition=disposition))
    (delivery,) = connector(url.replace("2026/3", "{year}/{month}"), format="file").pull(wish(small_catalogue))
    assert delivery.figures is None
    assert (delivery.content, delivery.file_name, delivery.media_type) == (stream.getvalue(), "3月.xlsx", kind)
    assert (delivery.period, delivery.region, delivery.form) == ("2026-03", "330303", ())
    (named,) = connector(url, format="file", file_name="月报-{period}.xlsx").pull(wish(small_catalogue))
    assert (named.file_name, named.period) == ("月报-2026-03.xlsx", None)


@pytest.mark.parametrize("format_", ["json", "csv", "file"])
def test_a_login_page_instead_of_data_is_unavailable(server: Web, small_catalogue: Catalogue, format_: str) -> None:
    page = answer("<html><head><title>请登录</title></head>", media_type="text/html")
    with pytest.raises(SourceUnavailableError, match="请登录"):
        list(connector(server.tell("/api", page), format=format_).pull(wish(small_catalogue)))


def test_faults_end_without_half_a_delivery_and_earlier_ones_stay(server: Web, small_catalogue: Catalogue) -> None:
    url = server.tell("/api/2026-02", answer(rows(SALES | {"sj": "202602"}))).replace("2026-02", "{period}")
    months = wish(small_catalogue, ("2026-02", "2026-03"))
    faults: tuple[tuple[Behaviour, dict[str, float], type[SourceError]], ...] = (
        (reset_half_way, {}, SourceUnavailableError),
        (drip, {"total_seconds": 1.5}, SourceUnavailableError),
        (endless, {}, SourceRefusedError),
    )
    for fault, limits, kind in faults:
        server.tell("/api/2026-03", fault)
        pulled = connector(url, **limits).pull(months)
        assert next(pulled).period == "2026-02"
        with pytest.raises(kind):
            next(pulled)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"url": "ftp://a/b"}, "with.url"),
        ({"url": "https://a/{yaer}"}, "yaer"),
        ({"format": "file"}, "file"),
        ({"absent": 500}, "absent"),
        ({"body": "x"}, "POST"),
        ({"tokn": TOKEN}, "with.tokn"),
    ],
)
def test_options_that_can_not_be_used_are_named(options: dict[str, Any], said: str) -> None:
    given = {"url": "https://a/b", "format": "json", "columns": COLUMNS} | options
    with pytest.raises(SourceOptionsError, match=said) as caught:
        registry.make("http", given)
    assert TOKEN not in str(caught.value)
