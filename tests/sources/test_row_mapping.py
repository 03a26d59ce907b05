"""Rows of a source become figures, or an error says which row is not made as the options say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest

from dagster_project.sources.connector import Request
from dagster_project.sources.row_mapping import Columns, plain_number, to_long
from validators.catalogue import Catalogue
from validators.columns import LONG
from validators.errors import SourceFormError, SourceOptionsError
from validators.periods import Month, Year

LONG_ROWS: dict[str, Any] = {
    "code": "zb",
    "codes": {"A01": "goods_exports", "A02": {"indicator": "goods_exports_growth", "measure": "yoy_ytd"}},
    "value": "num",
    "measure": "ytd",
    "period": "qi",
    "region": "dq",
    "regions": {"龙湾": "330303", "温州": "330300"},
}


def request(
    catalogue: Catalogue, *months: int, dataset: str = "trade", regions: tuple[str, ...] = ("330303",)
) -> Request:
    periods = [Month(2025, month) for month in months]
    return Request(dataset, "bureau", periods, regions, catalogue, datetime(2025, 4, 20, tzinfo=UTC))


def rows(**columns: list[Any]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(values, dtype="object") for name, values in columns.items()})


def columns(**changes: Any) -> Columns:
    return Columns.model_validate({key: value for key, value in (LONG_ROWS | changes).items() if value is not None})


def one_row(**changes: Any) -> pd.DataFrame:
    return rows(**{"zb": ["A01"], "num": ["12.30"], "qi": ["2025-03"], "dq": ["龙湾"], **changes})


def figures(frame: pd.DataFrame) -> list[tuple[str, ...]]:
    return list(frame.itertuples(index=False, name=None))


def test_long_rows_say_their_figure_by_a_code(small_catalogue: Catalogue) -> None:
    given = rows(
        zb=["A01", "A02", "A01"],
        num=["1,234.50", "-3.1", "99"],
        qi=["2025-03", "2025年3月", "202502"],
        dq=["龙湾", "龙湾", "龙湾"],
    )
    found = to_long(given, columns(), request(small_catalogue, 3))
    assert tuple(found.columns) == LONG
    assert figures(found) == [
        ("goods_exports", "330303", "2025-03", "ytd", "1234.50", "", "", "row 1"),
        ("goods_exports_growth", "330303", "2025-03", "yoy_ytd", "-3.1", "", "", "row 2"),
    ]


def test_wide_rows_say_their_figure_by_the_column(small_catalogue: Catalogue) -> None:
    wide = Columns.model_validate(
        {
            "values": {
                "ck": {"indicator": "goods_exports", "measure": "ytd", "unit": "万元"},
                "zs": {"indicator": "goods_exports", "measure": "yoy_ytd", "unit": "%"},
            },
            "period": ["nian", "yue"],
            "status_column": "zt",
            "statuses": {"快报": "preliminary"},
        }
    )
    given = rows(nian=["2025", "2025"], yue=["2", "3"], ck=["100", "200"], zs=[None, "5"], zt=["", "快报"])
    assert figures(to_long(given, wide, request(small_catalogue, 2, 3))) == [
        ("goods_exports", "330303", "2025-02", "ytd", "100", "万元", "", "row 1, ck"),
        ("goods_exports", "330303", "2025-03", "ytd", "200", "万元", "preliminary", "row 2, ck"),
        ("goods_exports", "330303", "2025-03", "yoy_ytd", "5", "", "preliminary", "row 2, zs"),
    ]


def test_a_column_may_be_called_anything(small_catalogue: Catalogue) -> None:
    names = ("value", "code", "measure", "period", "reference", "place")
    wide = Columns.model_validate(
        {"values": {name: {"indicator": "goods_exports", "measure": "ytd"} for name in names}, "period": "region"}
    )
    given = rows(**{name: ["7"] for name in names}, region=["2025-03"])
    assert figures(to_long(given, wide, request(small_catalogue, 3)))[0][2:5] == ("2025-03", "ytd", "7")


def test_no_rows_are_no_figures(small_catalogue: Catalogue) -> None:
    for shape in (columns(), Columns.model_validate({"values": {"num": LONG_ROWS["codes"]["A02"]}, "period": "qi"})):
        found = to_long(one_row().iloc[:0], shape, request(small_catalogue, 3))
        assert found.empty
        assert tuple(found.columns) == LONG


@pytest.mark.parametrize("nothing", [None, float("nan"), "", " ", "-", "NULL", "…"])
def test_what_is_not_there_is_never_zero(small_catalogue: Catalogue, nothing: object) -> None:
    assert to_long(one_row(num=[nothing]), columns(), request(small_catalogue, 3)).empty
    assert figures(to_long(one_row(num=["0"]), columns(), request(small_catalogue, 3)))[0][4] == "0"


def test_rows_of_other_periods_and_regions_are_passed_over_whatever_they_hold(small_catalogue: Catalogue) -> None:
    given = rows(
        zb=["A01", "X", "A01"], num=["1", "?", "x"], qi=["2025-03", "2025-01", "2025-03"], dq=["龙湾", "龙湾", "杭州"]
    )
    assert len(to_long(given, columns(), request(small_catalogue, 3))) == 1


@pytest.mark.parametrize(
    ("written", "form", "period"),
    [
        ("2025-03-31", "", "2025-03"),
        ("2025-03-31T00:00:00", "", "2025-03"),
        ("202503MM", "", "2025-03"),
        ("20250331", "%Y%m%d", "2025-03"),
        ("2025/3", "%Y/%m", "2025-03"),
    ],
)
def test_a_period_is_read_as_people_and_databases_write_it(
    small_catalogue: Catalogue, written: str, form: str, period: str
) -> None:
    found = to_long(one_row(qi=[written]), columns(period_format=form), request(small_catalogue, 3))
    assert found["period"].tolist() == [period]


def test_what_a_year_publishes_needs_no_measure(small_catalogue: Catalogue) -> None:
    yearly = columns(codes={"A01": "rd_expenditure", "A02": "rd_intensity"}, measure=None)
    asked = Request("rd", "bureau", [Year(2024)], ["330303"], small_catalogue, datetime(2025, 9, 1, tzinfo=UTC))
    found = to_long(rows(zb=["A01", "A02"], num=["8", "3"], qi=["2024", "2024"], dq=["龙湾", "龙湾"]), yearly, asked)
    assert found["measure"].tolist() == ["ytd", "level"]


def test_rows_that_say_the_same_count_once_and_rows_that_differ_are_refused(small_catalogue: Catalogue) -> None:
    twice = {"zb": ["A01", "A01"], "qi": ["2025-03", "2025-03"], "dq": ["龙湾", "龙湾"]}
    assert len(to_long(rows(**twice, num=["12.3", "12.30"]), columns(), request(small_catalogue, 3))) == 1
    with pytest.raises(SourceFormError, match=r"row 1.*12\.3.*row 2.*12\.4"):
        to_long(rows(**twice, num=["12.3", "12.4"]), columns(), request(small_catalogue, 3))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"zb": ["B9"]}, r"trade/bureau: .*unknown code: row 1: 'B9'.*others: ignore"),
        ({"num": ["12,3"]}, "not a number: row 1: '12,3'"),
        ({"num": ["Infinity"]}, "not a number"),
        ({"qi": ["March"]}, r"no period: row 1: 'March' \(expected: 2025-03"),
        ({"qi": ["2025"]}, "periods are not monthly: row 1: '2025'"),
        ({"dq": ["杭州"]}, r"no row is of the regions asked for, 330303"),
    ],
)
def test_a_row_that_is_not_made_so_is_named(small_catalogue: Catalogue, change: dict[str, Any], message: str) -> None:
    with pytest.raises(SourceFormError, match=message):
        to_long(one_row(**change), columns(), request(small_catalogue, 3))


def test_a_column_that_went_is_named_with_those_that_are_there(small_catalogue: Catalogue) -> None:
    with pytest.raises(SourceFormError, match=r"columns are missing: num \(there are: zb, shuzhi, qi, dq\)"):
        to_long(one_row().rename(columns={"num": "shuzhi"}), columns(), request(small_catalogue, 3))


def test_unlisted_codes_may_be_ignored(small_catalogue: Catalogue) -> None:
    assert to_long(one_row(zb=["B9"]), columns(others="ignore"), request(small_catalogue, 3)).empty


def test_units_and_measures_may_stand_in_the_rows(small_catalogue: Catalogue) -> None:
    stated = columns(measure=None, measure_column="kj", measures={"累计": "ytd", "当月": "month"}, unit_column="dw")
    given = one_row(kj=["当月"], dw=["单位：万元"])
    found = to_long(given, stated, request(small_catalogue, 3))
    assert figures(found)[0][3:6] == ("month", "12.30", "万元")
    for change, message in (({"dw": ["斤"]}, "no such unit: row 1: '斤'"), ({"kj": ["旬"]}, "unknown measure: row 1")):
        with pytest.raises(SourceFormError, match=message):
            to_long(given.assign(**change), stated, request(small_catalogue, 3))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"codes": {"A01": "good_exports"}}, r"with\.columns\.codes\.A01.*did you mean goods_exports\?"),
        ({"codes": {"A01": "retail_sales"}}, "the dataset has no indicator retail_sales"),
        ({"measure": None}, "say its measure: one of month, ytd"),
        ({"measure": "level"}, "its measure can't be level"),
        ({"unit": "家"}, "can't be converted"),
        ({"unit": "斤"}, "the catalogue has no unit 斤"),
        ({"regions": {"杭州": "330100"}}, "the catalogue has no region 330100"),
    ],
)
def test_options_that_do_not_fit_the_catalogue_are_named(
    small_catalogue: Catalogue, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(SourceOptionsError, match=message):
        to_long(one_row(), columns(**change), request(small_catalogue, 3))


def test_rows_without_period_or_region_stand_for_the_one_asked_for(small_catalogue: Catalogue) -> None:
    bare = columns(period=None, region=None, regions=None)
    assert figures(to_long(one_row(), bare, request(small_catalogue, 3)))[0][1:3] == ("330303", "2025-03")
    with pytest.raises(SourceFormError, match="several were asked for"):
        to_long(one_row(), bare, request(small_catalogue, 2, 3))
    with pytest.raises(SourceFormError, match="give the source one region"):
        to_long(one_row(), bare, request(small_catalogue, 3, regions=("330303", "330300")))


@pytest.mark.parametrize(
    ("text", "number"),
    [("1e3", "1000"), ("-0.10", "-0.10"), ("1,234,567", "1234567"), (".5", "0.5"), ("1e99", None), ("1 2", None)],
)
def test_numbers_keep_their_digits(text: str, number: str | None) -> None:
    assert plain_number(text) == number
