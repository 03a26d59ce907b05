"""Observations are read from SDMX services and files in every format that is read; the rest is an error by name."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dagster_project.sources.connector import Delivery, Request
from dagster_project.sources.registry import make
from dagster_project.sources.sdmx import Sdmx, SdmxOptions
from dagster_project.sources.sdmx_reading import read
from tests.servers.ports import free_port
from tests.servers.web import Web, answer, conditional, web
from tests.sources.sdmx_messages import (
    FORMATS,
    Observation,
    csv_1,
    csv_2,
    flat,
    generic,
    json_1,
    json_2,
    observation,
    specific,
)
from validators.catalogue import Catalogue
from validators.errors import SourceFormError, SourceOptionsError, SourceRefusedError, SourceUnavailableError
from validators.periods import Month, Period, Year

SERIES: list[dict[str, Any]] = [
    {"key": {"FREQ": "M", "INDICATOR": "001"}, "indicator": "goods_exports", "measure": "ytd"},
    {"key": {"FREQ": "M", "INDICATOR": "002"}, "indicator": "goods_exports_growth", "measure": "yoy_ytd"},
]
LOCAL = {"series": SERIES, "region": "REF_AREA", "regions": {"LW": "330303", "WZ": "330300"}}
CSV = "text/csv"


@pytest.fixture
def asked(small_catalogue: Catalogue) -> Callable[..., Request]:
    def make_request(*periods: Period, **changes: Any) -> Request:
        wanted = {"dataset": "trade", "source": "sdmx", "regions": ["330303"], "periods": periods or (Month(2025, 3),)}
        return Request(**(wanted | {"catalogue": small_catalogue, "now": datetime(2025, 5, 1, tzinfo=UTC)} | changes))

    return make_request


@pytest.fixture
def server() -> Iterator[Web]:
    with web() as state:
        yield state


@pytest.fixture
def pulled(tmp_path: Path, asked: Callable[..., Request]) -> Callable[..., list[Delivery]]:
    """What a file with these bytes gives."""

    def pull(data: bytes, *periods: Period, **options: Any) -> list[Delivery]:
        file = tmp_path / "message"
        file.write_bytes(data)
        given = LOCAL | {"file": str(file)} | options
        return list(Sdmx(SdmxOptions.model_validate(given)).pull(asked(*periods)))

    return pull


def service(server: Web, **options: Any) -> Sdmx:
    given = LOCAL | {"url": f"{server.url}/rest", "flow": "OFFICE,TRADE,1.0", "tries": 1} | options
    return Sdmx(SdmxOptions.model_validate(given))


def values(deliveries: list[Delivery]) -> list[tuple[str, str]]:
    [delivery] = deliveries
    assert delivery.figures is not None
    return list(delivery.figures[["indicator", "value"]].itertuples(index=False, name=None))


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_says_the_same(form: str, pulled: Callable[..., list[Delivery]]) -> None:
    message = FORMATS[form](
        [
            observation("12.30"),
            observation("-3.10", INDICATOR="002", UNIT_MULT="0", OBS_STATUS="P"),
            observation("9", TIME_PERIOD="2025-02"),
            observation("NaN", REF_AREA="WZ", OBS_STATUS="M"),
        ]
    )
    [delivery] = pulled(message)
    assert delivery.content == message
    assert delivery.figures is not None
    assert delivery.figures.drop(columns="reference").to_numpy().tolist() == [
        ["goods_exports", "330303", "2025-03", "ytd", "12.3", "亿元", ""],
        ["goods_exports_growth", "330303", "2025-03", "yoy_ytd", "-3.10", "", "preliminary"],
    ]
    assert {"column:UNIT_MULT", "code:FREQ=M,INDICATOR=001", "unit:FREQ=M,INDICATOR=001=8"} <= set(delivery.form)


@pytest.mark.parametrize(
    ("value", "power", "found"),
    [
        ("1234.5", "6", "12.345"),
        ("123456789", "0", "1.23456789"),
        ("0.1", "9", "1"),
        ("0.30", "8", "0.3"),
        ("12.30", "", "12.30"),
    ],
)
def test_a_power_of_ten_moves_the_point_exactly(
    value: str, power: str, found: str, pulled: Callable[..., list[Delivery]]
) -> None:
    [(_, number)] = values(pulled(csv_2([observation(value, UNIT_MULT=power)])))
    assert float(number) == float(found)
    assert number.rstrip("0") == found.rstrip("0")


def test_a_power_of_ten_may_be_left_alone_and_is_refused_where_it_is_none(
    pulled: Callable[..., list[Delivery]],
) -> None:
    assert values(pulled(csv_2([observation("12.30", UNIT_MULT="6")]), multiplier=None)) == [("goods_exports", "12.30")]
    with pytest.raises(SourceFormError, match="power of ten 'many' is no whole number"):
        pulled(csv_2([observation("12.30", UNIT_MULT="many")]))


def test_a_unit_may_be_said_by_the_observation(pulled: Callable[..., list[Delivery]]) -> None:
    stated = csv_2([observation("12.30", UNIT_MULT="WY")])
    given = {"multiplier": None, "unit": "UNIT_MULT", "units": {"WY": "万元"}}
    [delivery] = pulled(stated, **given)
    assert delivery.figures is not None
    assert delivery.figures["unit"].tolist() == ["万元"]
    with pytest.raises(SourceFormError, match="no such unit"):
        pulled(stated, multiplier=None, unit="UNIT_MULT")


@pytest.mark.parametrize(("status", "value"), [("M", "0"), ("F", "12"), ("A", "NaN"), ("A", ""), ("O", "")])
def test_what_is_missing_or_foretold_is_no_figure(
    status: str, value: str, pulled: Callable[..., list[Delivery]]
) -> None:
    assert not pulled(csv_2([observation(value, OBS_STATUS=status)]))
    assert values(pulled(csv_2([observation("0")]))) == [("goods_exports", "0")]


def test_statuses_are_those_of_the_code_list_and_of_the_options(pulled: Callable[..., list[Delivery]]) -> None:
    with pytest.raises(SourceFormError, match="unknown status of observations: Y; list it in statuses"):
        pulled(csv_2([observation("1", OBS_STATUS="Y")]))
    [delivery] = pulled(csv_2([observation("1", OBS_STATUS="Y")]), statuses={"Y": "final"})
    assert delivery.figures is not None
    assert delivery.figures["status"].tolist() == ["final"]


def test_a_series_that_is_not_listed_is_an_error_unless_it_may_be_ignored(
    pulled: Callable[..., list[Delivery]],
) -> None:
    message = csv_2([observation("1"), observation("2", INDICATOR="003")])
    with pytest.raises(SourceFormError, match=r"unknown code: observation 2: 'FREQ=M,INDICATOR=003'"):
        pulled(message)
    assert values(pulled(message, others="ignore")) == [("goods_exports", "1")]


def test_series_that_overlap_are_named(pulled: Callable[..., list[Delivery]]) -> None:
    both = [*SERIES, {"key": {"FREQ": "M"}, "indicator": "goods_exports", "measure": "month"}]
    with pytest.raises(SourceOptionsError, match=r"FREQ=M .* overlaps another: FREQ=M,INDICATOR=001"):
        pulled(csv_2([observation("1")]), series=both)


def test_a_dimension_that_went_is_a_change_of_form(pulled: Callable[..., list[Delivery]]) -> None:
    with pytest.raises(SourceFormError, match=r"dimensions are missing: INDICATOR \(there are: FREQ"):
        pulled(csv_2([observation("1")]).replace(b"INDICATOR", b"MEASURE"))


def test_two_observations_that_differ_about_one_figure_are_refused(pulled: Callable[..., list[Delivery]]) -> None:
    with pytest.raises(SourceFormError, match="rows differ about one figure"):
        pulled(csv_2([observation("1"), observation("2")]))


@pytest.mark.parametrize("period", ["2024", "2024-A1"])
def test_a_year_is_read_as_services_write_it(
    period: str, pulled: Callable[..., list[Delivery]], asked: Callable[..., Request], tmp_path: Path
) -> None:
    (tmp_path / "2024.csv").write_bytes(csv_1([observation("8", TIME_PERIOD=period)]))
    yearly = LOCAL | {"series": [{"key": {"INDICATOR": "001"}, "indicator": "rd_expenditure"}]}
    given = SdmxOptions.model_validate(yearly | {"file": f"{tmp_path}/{{year}}.csv"})
    [delivery] = Sdmx(given).pull(asked(Year(2023), Year(2024), dataset="rd"))  # there is no file of 2023 yet
    assert delivery.figures is not None
    assert delivery.figures[["period", "measure"]].to_numpy().tolist() == [["2024", "ytd"]]


def test_a_service_is_asked_for_all_periods_and_regions_at_once(server: Web, asked: Callable[..., Request]) -> None:
    told = [observation("1", TIME_PERIOD="2025-01"), observation("2"), observation("3", REF_AREA="WZ")]
    server.tell("/rest/data/OFFICE,TRADE,1.0/M.LW+WZ.", answer(csv_2(told), media_type=CSV))
    request = asked(Month(2025, 1), Month(2025, 3), regions=["330303", "330300"])
    [delivery] = service(server, key="M.{regions}.", headers={"X-Key": "s3cret"}).pull(request)
    assert delivery.figures is not None
    assert len(delivery.figures) == 3
    [question] = server.asked
    assert question.query == {"startPeriod": "2025-01", "endPeriod": "2025-03"}
    assert "vnd.sdmx.data+csv" in question.headers["accept"]
    assert question.headers["x-key"] == "s3cret"
    assert "s3cret" not in str(delivery)
    assert delivery.origin.startswith(f"{server.url}/rest/data/OFFICE,TRADE,1.0/")


def test_a_service_of_sdmx_3_is_asked_in_its_way(server: Web, asked: Callable[..., Request]) -> None:
    server.tell(
        "/rest/data/dataflow/OFFICE/TRADE/1.0/*", answer(flat([observation("1")]), media_type="application/xml")
    )
    assert len(list(service(server, api="2").pull(asked()))) == 1
    assert server.asked[0].query == {"c[TIME_PERIOD]": "ge:2025-03+le:2025-03"}


def test_a_service_that_has_nothing_yet_or_nothing_new_says_so(server: Web, asked: Callable[..., Request]) -> None:
    path = "/rest/data/OFFICE,TRADE,1.0/all"
    assert not list(service(server).pull(asked()))  # it says 404
    server.tell(path, conditional(csv_2([observation("1")]), '"one"', CSV))
    [delivery] = service(server).pull(asked())
    assert not list(service(server).pull(asked(known=delivery.keep)))
    server.tell(path, answer(generic([]), media_type="application/xml"))
    assert not list(service(server).pull(asked()))


def test_a_service_that_is_away_or_refuses_is_told_apart(server: Web, asked: Callable[..., Request]) -> None:
    path = "/rest/data/OFFICE,TRADE,1.0/all"
    for status, kind in ((401, SourceRefusedError), (503, SourceUnavailableError)):
        server.tell(path, answer(b"", status=status))
        with pytest.raises(kind):
            list(service(server).pull(asked()))
    server.tell(path, answer("<html><title>Firewall</title></html>", media_type="text/html"))
    with pytest.raises(SourceUnavailableError):
        list(service(server).pull(asked()))
    with pytest.raises(SourceUnavailableError):
        list(service(server, url=f"http://127.0.0.1:{free_port()}").pull(asked()))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda xml: xml[: len(xml) // 2], "no SDMX-ML data message"),
        (
            lambda xml: xml.replace(b"<gen:SeriesKey>", b"<gen:Key>").replace(b"</gen:SeriesKey>", b"</gen:Key>"),
            "no SDMX",
        ),
        (lambda xml: b"<?xml version='1.0'?><html/>", "no SDMX-ML data message"),
        (lambda xml: b'{"data": {}}', "no SDMX-JSON data message that can be read: at data"),
        (lambda xml: b"[1]", "no SDMX-JSON data message that can be read: at message"),
        (lambda xml: json_1([observation("1")]).replace(b'"0:0:0"', b'"0:0:7"'), r"at dataSets\[0\].series\[0:0:7\]"),
        (lambda xml: json_2([observation("1")]).replace(b'"::0:"', b'"::0"'), r"dimensionGroupAttributes\[::0\]"),
        (lambda xml: json_2([observation("1")])[:-9], "is no JSON"),
        (lambda xml: b"a,b\n1,2\n", "it has neither DATAFLOW nor STRUCTURE"),
        (lambda xml: b"", "no SDMX-CSV"),
        (lambda xml: xml.replace(b'"UTF-8"', b'"EBCDIC-CP-US"'), "not in its encoding"),
        (lambda xml: xml + "龙湾".encode("gb18030"), "not in its encoding"),
    ],
)
@pytest.mark.parametrize("against_schema", [True, False])
def test_what_is_no_message_is_a_change_of_form(
    change: Callable[[bytes], bytes], message: str, against_schema: bool
) -> None:
    with pytest.raises(SourceFormError, match=message):
        read(change(generic([observation("1")])), "trade/sdmx", against_schema=against_schema)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("form", [generic, specific])
def test_xml_with_a_document_type_is_not_parsed_at_all(
    form: Callable[[list[Observation]], bytes], encoding: str, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("s3cret")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        for entity in (
            f'SYSTEM "file://{tmp_path}/secret"',
            f'SYSTEM "http://127.0.0.1:{listener.getsockname()[1]}/"',
            '"laugh"> <!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"',
        ):
            doctype = f"<!DOCTYPE x [<!ENTITY a {entity}>]>\n<mes:"
            text = form([observation("1", OBS_STATUS="&a;")]).decode().replace("<mes:", doctype, 1)
            with pytest.raises(SourceRefusedError, match="DOCTYPE") as caught:
                read(text.replace("UTF-8", encoding).encode(encoding), "trade/sdmx")
            assert "s3cret" not in str(caught.value)
        with pytest.raises(TimeoutError):
            listener.accept()


def test_json_says_what_a_whole_data_set_has_in_common_once() -> None:
    common = {"id": "FREQ", "values": [{"id": "M"}]}
    said = {"id": "SOURCE", "values": [{"value": "office"}, {"value": {"zh": "统计局", "en": "bureau"}}]}
    structure = {
        "dimensions": {"dataSet": [common], "observation": [{"id": "TIME_PERIOD", "values": [{"value": "2025-03"}]}]},
        "attributes": {"dataSet": [said], "observation": [{"id": "NOTE"}]},
    }
    kept = {"structure": 1, "attributes": [1], "observations": {"0": [12.30, ["a", "b"], 0]}}
    gone = {"structure": 0, "action": "Delete", "observations": {"0": [1]}}
    message = {"data": {"structures": [{}, structure], "dataSets": [gone, kept]}}
    rows = read(json.dumps(message).encode(), "trade/sdmx")
    expected = {"FREQ": "M", "SOURCE": "统计局", "TIME_PERIOD": "2025-03", "OBS_VALUE": "12.3", "NOTE": "a,b"}
    assert rows.to_dict("records") == [expected]


def test_json_that_says_that_the_query_failed_is_refused_unless_it_has_no_results() -> None:
    assert read(b'{"errors": [{"code": 100, "title": "none"}], "data": {"dataSets": []}}', "trade/sdmx").empty
    with pytest.raises(SourceRefusedError, match="it failed: 150 too many dimensions"):
        read(b'{"errors": [{"code": 150, "title": "too many dimensions"}]}', "trade/sdmx")


def test_xml_may_be_in_gb18030_or_without_a_declaration() -> None:
    xml = generic([observation("1", OBS_STATUS="暂")]).decode()
    chinese = read(xml.replace("UTF-8", "GBK").encode("gbk"), "trade/sdmx", against_schema=False)
    assert chinese["OBS_STATUS"].tolist() == ["暂"]
    bare = read(xml.partition("?>")[2].encode(), "trade/sdmx", against_schema=False)
    assert bare.equals(chinese)


def test_what_is_said_of_a_whole_data_set_counts_for_its_observations() -> None:
    xml = generic([observation("1", OBS_STATUS="P")]).decode()
    whole = '<mes:DataSet structureRef="TRADE"><gen:Attributes><gen:Value id="SOURCE" value="office"/></gen:Attributes>'
    rows = read(xml.replace('<mes:DataSet structureRef="TRADE">', whole).encode(), "trade/sdmx")
    assert rows["SOURCE"].tolist() == ["office"]


def test_a_file_beyond_the_limit_or_absent_is_refused(tmp_path: Path, asked: Callable[..., Request]) -> None:
    file = tmp_path / "message.csv"
    given = Sdmx(SdmxOptions.model_validate(LOCAL | {"file": str(file)}))
    with pytest.raises(SourceRefusedError, match="there is no file"):
        list(given.pull(asked()))
    file.write_bytes(csv_2([observation("1")]))
    with pytest.raises(SourceRefusedError, match="larger than the limit of 10 bytes"):
        list(given.pull(asked(max_bytes=10)))


def test_options_say_where_and_what() -> None:
    for wrong in (
        {"url": "https://host/rest"},
        {"file": "message.csv"},
        {"url": "https://h", "flow": "F", "file": "/f"},
    ):
        with pytest.raises(SourceOptionsError):
            make("sdmx", LOCAL | wrong)
