"""Tables that say in columns of their own what each figure is."""

from __future__ import annotations

import time

import pandas as pd
import pytest

from dagster_project.tables import Mapped, by_dataset, read_tables
from dagster_project.tables.wire import from_bytes, to_bytes
from tests.tables.files import xls, xlsx
from validators.catalogue import Catalogue
from validators.findings import Severity

HEAD = "indicator,region,period,measure,value,unit,status,reference\n"
ROWS = (
    "goods_exports,330303,2025-03,ytd,91.35,亿元,preliminary,table 1\n"
    "goods_exports,330303,2025-03,yoy_ytd,-4.2,%,final,table 1\n"
    "retail_sales,330303,2025-03,ytd,50.5,,,\n"
)


def mapped(catalogue: Catalogue, text: str, name: str = "figures.csv", **said: str) -> tuple[Mapped, ...]:
    return by_dataset(read_tables(text.encode(), name), catalogue, **said)


def errors(parts: tuple[Mapped, ...]) -> list[tuple[str, str]]:
    found = [finding for part in parts for finding in part.findings]
    return [(finding.rule, finding.cell) for finding in found if finding.severity is Severity.ERROR]


def figures(parts: tuple[Mapped, ...]) -> dict[tuple[str, ...], tuple[float, str, str, str]]:
    frame = pd.concat([part.observations for part in parts])
    key = ["indicator", "region", "period", "measure"]
    said = frame[["value", "unit", "status", "cell"]].itertuples(index=False, name=None)
    return dict(zip(frame[key].itertuples(index=False, name=None), said, strict=True))


def test_each_row_is_a_figure_of_its_dataset_and_cites_the_cell_of_its_value(small_catalogue: Catalogue) -> None:
    parts = mapped(small_catalogue, HEAD + ROWS)
    assert [(part.dataset, part.period_last, part.status) for part in parts] == [
        ("trade", "2025-03", ""),
        ("retail_sales", "2025-03", "preliminary"),
    ]
    assert figures(parts) == {
        ("goods_exports", "330303", "2025-03", "ytd"): (91.35, "亿元", "preliminary", "E2"),
        ("goods_exports", "330303", "2025-03", "yoy_ytd"): (-4.2, "%", "final", "E3"),
        ("retail_sales", "330303", "2025-03", "ytd"): (50.5, "亿元", "preliminary", "E4"),
    }
    assert not errors(parts)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_columns_may_stand_in_any_order_under_chinese_names_among_others(
    small_catalogue: Catalogue, encoding: str
) -> None:
    text = "备注,数值,口径,时期,地区,指标,单位\n无,913500,累计,2025年3月,龙湾区,goods_exports,万元\n"
    parts = by_dataset(read_tables(text.encode(encoding), "外贸.csv"), small_catalogue)
    assert figures(parts) == {("goods_exports", "330303", "2025-03", "ytd"): (91.35, "亿元", "preliminary", "B2")}


@pytest.mark.parametrize("make", [xlsx, xls])
def test_a_worksheet_is_read_as_the_text_is(small_catalogue: Catalogue, make: object) -> None:
    rows = [line.split(",") for line in (HEAD + ROWS).splitlines()]
    cells = [rows[0], *([*row[:4], float(row[4]), *row[5:]] for row in rows[1:])]
    data = make({"数据": [["开放数据"], *cells], "说明": [["indicator", "指标代码"]]})  # type: ignore[operator]  # made by name
    parts = by_dataset(read_tables(data, "figures.xlsx"), small_catalogue)
    assert figures(parts)[("goods_exports", "330303", "2025-03", "ytd")] == (91.35, "亿元", "preliminary", "E3")
    assert not errors(parts)


def test_a_reading_comes_whole_from_the_process_that_reads() -> None:
    reading = read_tables((HEAD + ROWS).encode(), "figures.csv")
    again = from_bytes(to_bytes(reading))
    pd.testing.assert_frame_equal(again.long, reading.long)
    pd.testing.assert_frame_equal(again.cells, reading.cells)
    assert again.is_long


def test_a_blank_value_is_no_figure_and_no_zero(small_catalogue: Catalogue) -> None:
    text = HEAD + "goods_exports,330303,2025-03,ytd,,,,\nnobody,1,x,y,…,,,\ngoods_exports,330303,2025-03,month,0,,,\n"
    parts = mapped(small_catalogue, text)
    assert figures(parts) == {("goods_exports", "330303", "2025-03", "month"): (0.0, "亿元", "preliminary", "E4")}
    assert not errors(parts)


@pytest.mark.parametrize(
    ("row", "rule", "word"),
    [
        ("goods_export,330303,2025-03,ytd,1,,,", "indicator_unknown", "goods_exports"),
        ("goods_exports,龙弯区,2025-03,ytd,1,,,", "region_unknown", "330303"),
        ("goods_exports,330303,2025.1,ytd,1,,,", "period_unreadable", "2025-03"),
        ("goods_exports,330303,2025-13,ytd,1,,,", "period_unreadable", "2025-03"),
        ("goods_exports,330303,2025-03,cumulative,1,,,", "measure_unknown", "ytd"),
        ("goods_exports,330303,2025-03,ytd,1,,guessed,", "status_unknown", "preliminary"),
        ("goods_exports,330303,2025-03,ytd,12 or so,,,", "text_in_number", "number"),
        ("goods_exports,330303,2025-03,ytd,1,人,,", "unit_contradiction", "亿元"),
        ("goods_exports,330303,2025-03,ytd,1%,,,", "unit_contradiction", "亿元"),
        ("goods_exports,330303,2025-03,yoy_ytd,1,亿元,,", "unit_contradiction", "%"),
        ("goods_exports,330303,2025-03,ytd,2,,,", "contradiction", "一个数"),
        ("goods_exports,330303,2025-03,ytd,91.35,,final,", "contradiction", "一个数"),
    ],
)
def test_what_is_wrong_is_said_of_its_cell_with_what_may_stand_there(
    small_catalogue: Catalogue, row: str, rule: str, word: str
) -> None:
    parts = mapped(small_catalogue, HEAD + ROWS + row + "\n")
    assert errors(parts) == [(rule, "E5")]
    found = next(one for part in parts for one in part.findings if one.rule == rule)
    assert word in found.expected
    assert len(figures(parts)) == 3


def test_a_word_that_is_wrong_in_many_rows_is_said_once(small_catalogue: Catalogue) -> None:
    rows = "".join(f"wrong,330303,2025-{month:02},ytd,1,,,\n" for month in range(1, 13))
    parts = mapped(small_catalogue, HEAD + rows)
    assert errors(parts) == [("indicator_unknown", "E2")]
    assert "12" in parts[0].findings[0].zh
    assert parts[0].dataset == ""


def test_the_same_row_twice_counts_once(small_catalogue: Catalogue) -> None:
    parts = mapped(small_catalogue, HEAD + ROWS + ROWS)
    assert len(figures(parts)) == 3
    assert not errors(parts)
    assert "same_figure_again" in [finding.rule for part in parts for finding in part.findings]


def test_decimals_are_kept_as_the_store_keeps_them(small_catalogue: Catalogue) -> None:
    exports = "goods_exports,330303,2025-03"
    rows = f"{exports},ytd,123456789.012345,,,\n{exports},month,0.30000000000000004,,,\n"
    parts = mapped(small_catalogue, HEAD + rows)
    assert [f"{value:.15g}" for value in parts[0].observations["value"]] == ["123456789.012345", "0.3"]
    assert [finding.cell for finding in parts[0].findings if finding.rule == "digits_dropped"] == ["E3"]


def test_one_dataset_of_several_can_be_taken_alone(small_catalogue: Catalogue) -> None:
    parts = mapped(small_catalogue, HEAD + ROWS, dataset="retail_sales")
    assert [part.dataset for part in parts] == ["retail_sales"]
    assert errors(mapped(small_catalogue, HEAD + ROWS, dataset="science_talent")) == [("wrong_dataset", "")]


def test_the_period_that_it_was_handed_in_for_is_checked(small_catalogue: Catalogue) -> None:
    assert not errors(mapped(small_catalogue, HEAD + ROWS, period="2025-03"))
    assert errors(mapped(small_catalogue, HEAD + ROWS, period="2025-04")) == [("wrong_period", "E2")]


@pytest.mark.parametrize(
    "header",
    [
        "指标,单位,2025年3月,累计,数值",
        "indicator,region,period,value",
        "indicator,region,period,measure,value,value",
        "指标名称,地区,时期,口径,数值",
    ],
)
def test_other_tables_are_not_taken_for_one(header: str) -> None:
    assert not read_tables(f"{header}\n出口,龙湾区,2025年3月,1,2\n".encode(), "外贸.csv").is_long


def test_hidden_rows_are_not_read_and_said(small_catalogue: Catalogue) -> None:
    rows = [line.split(",") for line in (HEAD + ROWS).splitlines()]
    cells = [rows[0], *([*row[:4], float(row[4]), *row[5:]] for row in rows[1:])]

    def hide(sheet: object) -> None:
        sheet.row_dimensions[3].hidden = True  # type: ignore[attr-defined]  # a sheet of cells

    reading = read_tables(xlsx({"数据": cells}, change=hide), "figures.xlsx")
    assert reading.long["cell"].to_list() == ["E2", "E4"]
    assert [(finding.rule, finding.found) for finding in reading.findings] == [("hidden_cells_ignored", "E3")]


def test_two_hundred_thousand_rows_are_read_in_seconds(catalogue: Catalogue) -> None:
    keys = [key for key, one in catalogue.indicators.items() if one.kind == "flow"][:20]
    months = [f"{year}-{month:02}" for year in range(1100, 1950) for month in range(1, 13)]
    lines = [f"{key},330303,{month},month,{len(month)}.5,,final,r" for key in keys for month in months]
    text = HEAD + "\n".join(lines[:200_000])
    begin = time.process_time()
    parts = by_dataset(read_tables(text.encode(), "large.csv"), catalogue)
    took = time.process_time() - begin
    assert sum(len(part.observations) for part in parts) == 200_000
    assert took < 60  # some 4 seconds where nothing else runs
