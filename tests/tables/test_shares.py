"""Files about several datasets or several regions: which row goes where, and what is said about the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dagster_project.tables import Mapped, by_dataset, read_tables, to_observations
from tests.tables.files import Rows, xlsx
from validators.catalogue import Catalogue, Region, Words
from validators.findings import Finding, Severity

CITY, DISTRICT = "330300", "330303"
ELSEWHERE = {
    "430500": Region(name=Words(zh="邵阳市", en="Shaoyang"), aliases=("邵阳",)),
    "430502": Region(name=Words(zh="双清区", en="Shuangqing"), part_of="430500"),
    "430522": Region(name=Words(zh="新邵县", en="Xinshao"), part_of="430500"),
    "430523": Region(name=Words(zh="邵阳县", en="Shaoyang County"), part_of="430500"),
}
RETAIL: Rows = [["消费品市场"], ["指标", "1-3月累计（亿元）", "同比（%）"], ["社会消费品零售总额", 90, 6.5]]


def with_regions(catalogue: Catalogue) -> Catalogue:
    datasets = {
        key: dataset.model_copy(
            update={"publishers": {**dataset.publishers, **dict.fromkeys((CITY, *ELSEWHERE), "lw_statistics")}}
        )
        for key, dataset in catalogue.datasets.items()
    }
    return catalogue.model_copy(update={"regions": {**catalogue.regions, **ELSEWHERE}, "datasets": datasets})


def parts(
    catalogue: Catalogue, sheets: dict[str, Rows], *, name: str = "2025年3月月报.xlsx", **hints: str
) -> list[Mapped]:
    return list(by_dataset(read_tables(xlsx(sheets), name, period=hints.get("period")), catalogue, **hints))


def figures(part: Mapped) -> dict[tuple[str, str, str], float]:
    rows = part.observations.itertuples(index=False)
    return {(row.indicator, row.region, row.measure): row.value for row in rows}


def said(mapped: list[Mapped], rule: str) -> list[Finding]:
    return [finding for part in mapped for finding in part.findings if finding.rule == rule]


def errors(mapped: list[Mapped]) -> list[str]:
    return [finding.rule for part in mapped for finding in part.findings if finding.severity is Severity.ERROR]


def by_region(title: str, *rows: list[Any], header: tuple[str, ...] = ("1-3月（亿元）", "增速（%）", "排名")) -> Rows:
    return [[title], ["", *header], *rows]


def test_regions_down_the_side_take_their_indicator_from_the_title(catalogue: Catalogue) -> None:
    table = by_region("社会消费品零售总额", ["全市", 900, 5.5, ""], ["双清", 90, 4.5, 2], ["大祥", 80, 3.3, 3])
    found = parts(with_regions(catalogue), {"贸外处1": table}, region="430500")
    assert [part.dataset for part in found] == ["retail_sales"]
    assert figures(found[0]) == {
        ("retail_sales", "430500", "ytd"): 900,
        ("retail_sales_growth", "430500", "yoy_ytd"): 5.5,
        ("retail_sales", "430502", "ytd"): 90,
        ("retail_sales_growth", "430502", "yoy_ytd"): 4.5,
    }
    assert [finding.found for finding in said(found, "region_not_in_catalogue")] == ["大祥"]
    assert not errors(found)


def test_the_whole_citys_row_is_never_another_citys(catalogue: Catalogue) -> None:
    """The catalogue gives 全市 to Wenzhou; in a table of another city it is that city's."""
    table = by_region("社会消费品零售总额", ["全市", 900, 5.5, ""], ["双清区", 90, 4.5, 2])
    found = parts(with_regions(catalogue), {"表": table})
    assert set(found[0].observations["region"]) == {"430500", "430502"}
    at_home = parts(
        with_regions(catalogue), {"表": by_region("社会消费品零售总额", ["全市", 900, 5.5, ""], ["龙湾区", 90, 4, 1])}
    )
    assert figures(at_home[0])["retail_sales", CITY, "ytd"] == 900


def test_a_name_that_two_regions_share_is_taken_for_neither(catalogue: Catalogue) -> None:
    more = with_regions(catalogue)
    more = more.model_copy(
        update={"regions": {**more.regions, "430581": Region(name=Words(zh="新邵市", en="X"), part_of="430500")}}
    )
    table = by_region("社会消费品零售总额", ["全市", 900, 5.5, ""], ["新邵", 90, 4.5, 2])
    found = parts(more, {"表": table}, region="430500")
    assert set(found[0].observations["region"]) == {"430500"}
    assert said(found, "region_not_in_catalogue")[0].found == "新邵"


def test_regions_down_and_indicators_across(catalogue: Catalogue) -> None:
    header = ("社会消费品零售总额（亿元）", "增速（%）", "出口总额（亿元）", "增速（%）")
    table = by_region(
        "2025年1-3月各县（市、区）主要指标", ["温州市", 900, 5.5, 300, 7.5], ["龙湾区", 90, 4.5, 30, 6.5], header=header
    )
    found = {part.dataset: figures(part) for part in parts(with_regions(catalogue), {"表": table})}
    assert found["retail_sales"] == {
        ("retail_sales", CITY, "ytd"): 900,
        ("retail_sales_growth", CITY, "yoy_ytd"): 5.5,
        ("retail_sales", DISTRICT, "ytd"): 90,
        ("retail_sales_growth", DISTRICT, "yoy_ytd"): 4.5,
    }
    assert found["trade"]["goods_exports", DISTRICT, "ytd"] == 30
    assert found["trade"]["goods_exports_growth", CITY, "yoy_ytd"] == 7.5


def test_months_down_and_regions_across(catalogue: Catalogue) -> None:
    table = [
        ["社会消费品零售总额（亿元，累计）"],
        ["时间", "温州市", "龙湾区"],
        ["2025年2月", 600, 60],
        ["2025年3月", 900, 90],
    ]
    found = parts(with_regions(catalogue), {"表": table})
    rows = found[0].observations
    assert set(zip(rows["region"], rows["period"], rows["value"], strict=True)) == {
        (CITY, "2025-02", 600),
        (CITY, "2025-03", 900),
        (DISTRICT, "2025-02", 60),
        (DISTRICT, "2025-03", 90),
    }


def test_a_region_within_a_table_of_indicators_belongs_to_the_indicator_above(catalogue: Catalogue) -> None:
    rows = [
        ["2025年3月温州市消费品市场"],
        ["指标", "累计（亿元）", "同比（%）"],
        ["社会消费品零售总额", 900, 5.5],
        ["  其中：龙湾区", 90, 4.5],
    ]
    (part,) = parts(catalogue, {"表": rows})
    assert figures(part)["retail_sales", DISTRICT, "ytd"] == 90
    assert figures(part)["retail_sales", CITY, "ytd"] == 900


def test_a_vendors_series_names_its_region(catalogue: Catalogue) -> None:
    rows = [
        ["指标名称", "温州市:社会消费品零售总额:累计值", "浙江:社会消费品零售总额:累计值"],
        ["频率", "月", "月"],
        ["单位", "亿元", "亿元"],
        ["来源", "统计局", "统计局"],
        ["2025-03", 900, 9000],
        ["2025-02", 600, 6000],
    ]
    found = parts(catalogue, {"Sheet1": rows}, name="export.xlsx", region=CITY)
    rows_found = found[0].observations
    assert set(zip(rows_found["region"], rows_found["period"], rows_found["value"], strict=True)) == {
        (CITY, "2025-03", 900),
        (CITY, "2025-02", 600),
        ("330000", "2025-03", 9000),  # which the catalogue compares the city with
        ("330000", "2025-02", 6000),
    }
    assert said(found, "dataset_by_rows")


def test_one_file_feeds_several_datasets(catalogue: Catalogue) -> None:
    mixed = [
        ["进出口、外资"],
        ["指标", "1-3月累计", "同比（%）"],
        ["进出口总额（亿元）", 500, 1.5],
        ["  其中：出口", 300, 2.5],
        ["利用外资", "", ""],
        ["  外商直接投资（万美元）", 326.8, -3.5],
    ]
    found = parts(catalogue, {"消费": RETAIL, "外经": mixed}, region=DISTRICT)
    assert {part.dataset: len(part.observations) for part in found} == {
        "retail_sales": 2,
        "trade": 2,
        "foreign_investment": 2,
    }
    assert not errors(found)
    assert (
        to_observations(
            read_tables(xlsx({"消费": RETAIL, "外经": mixed}), "2025年3月.xlsx"), catalogue, region=DISTRICT
        )
        .findings[-1]
        .rule
        == "several_datasets"
    )


def test_a_part_of_another_whole_is_not_taken_for_the_indicator_of_that_name(catalogue: Catalogue) -> None:
    """第三产业 under 按产业分 is investment in services, not the services' value added."""
    investment = [
        ["固定资产投资"],
        ["指标", "1-3月增速（%）"],
        ["固定资产投资", 3.3],
        ["按产业分", ""],
        ["  第三产业", 9.9],
    ]
    services = by_region("第三产业增加值", ["温州市", 6.5], ["龙湾区", 5.5], header=("1-3月增速（%）",))
    found = {part.dataset: part for part in parts(catalogue, {"投资": investment, "核算": services}, region=CITY)}
    assert 9.9 not in set(found["services"].observations["value"])
    assert figures(found["investment"]) == {("fixed_asset_investment_growth", CITY, "yoy_ytd"): 3.3}


def test_a_row_of_another_dataset_than_its_tables_is_said_and_not_taken(catalogue: Catalogue) -> None:
    rows = [*RETAIL, ["地方一般公共预算支出", 50, 3.5]]
    (part,) = parts(catalogue, {"消费": rows}, region=DISTRICT)
    (finding,) = said([part], "row_of_other_dataset")
    assert (finding.cell, finding.expected, finding.severity) == ("B4", "fiscal", Severity.WARNING)
    assert {key[0] for key in figures(part)} == {"retail_sales", "retail_sales_growth"}


def test_a_monthly_table_gives_an_annual_dataset_nothing_and_says_so(catalogue: Catalogue) -> None:
    gdp = [["地区生产总值"], ["指标", "1-3月绝对额（亿元）", "增速（%）"], ["地区生产总值（GDP）", 663.6, 6.3]]
    found = parts(
        catalogue,
        {
            "消费": RETAIL,
            "外贸": [["外贸"], ["指标", "1-3月累计（亿元）", "同比（%）"], ["出口总额", 9, 1]],
            "核算": gdp,
        },
        region=CITY,
    )
    assert {part.dataset for part in found} == {"retail_sales", "trade"}
    assert said(found, "other_cadence")[0].place == "核算!B3"


def test_sheets_that_contradict_each_other_are_an_error_and_rounded_ones_agree(catalogue: Catalogue) -> None:
    whole = [["社会消费品零售总额"], ["指标", "1-3月累计（亿元）"], ["社会消费品零售总额", 1182.715]]

    def split(value: float) -> Rows:
        return by_region("社会消费品零售总额", ["全市", value, 5.5, ""], header=("1-3月（万元）", "增速（%）", "排名"))

    agree = parts(with_regions(catalogue), {"贸易": whole, "处室": split(11827150.46)}, region="430500")
    assert figures(agree[0])["retail_sales", "430500", "ytd"] == 1182.715
    assert not errors(agree)
    differ = parts(with_regions(catalogue), {"贸易": whole, "处室": split(11927150.46)}, region="430500")
    assert errors(differ) == ["contradiction"]
    assert all(cell in said(differ, "contradiction")[0].zh for cell in ("贸易!B3", "处室!B3"))


def test_a_label_known_only_at_the_top_is_not_known_under_something(catalogue: Catalogue) -> None:
    assert figures(
        parts(catalogue, {"外贸": [["外贸"], ["指标", "1-3月累计（亿元）", "同比（%）"], ["出口", 9, 1]]}, region=CITY)[
            0
        ]
    )
    under = [["外贸"], ["指标", "1-3月累计（亿元）", "同比（%）"], ["服务贸易总额", 9, 1], ["  其中：出口", 5, 2]]
    (part,) = parts(catalogue, {"外贸": under}, region=CITY)
    assert part.observations.empty
    assert said([part], "row_not_recognised")


@pytest.fixture(scope="module")
def bulletin(catalogue: Catalogue, samples: Path) -> dict[str, Mapped]:
    name = "shaoyang-bulletin-2025-03.xlsx"
    reading = read_tables((samples / "bureau" / name).read_bytes(), name)
    return {part.dataset: part for part in by_dataset(reading, with_regions(catalogue), region="430500")}


@pytest.mark.parametrize(
    ("dataset", "figure", "value"),
    [
        ("retail_sales", ("retail_sales", "430500", "ytd"), 387.354342),
        ("retail_sales", ("retail_sales_growth", "430500", "yoy_ytd"), 5.8),
        ("retail_sales", ("retail_sales", "430502", "ytd"), 45.676679),
        ("retail_sales", ("retail_sales_growth", "430522", "yoy_ytd"), 6.4),
        ("trade", ("goods_exports", "430500", "ytd"), 26.1),
        ("trade", ("goods_exports_growth", "430500", "yoy_ytd"), -8.6),
        ("industry", ("industrial_value_added_growth", "430500", "yoy_ytd"), 8.8),
        ("investment", ("fixed_asset_investment_growth", "430500", "yoy_ytd"), 3.3),
        ("investment", ("fixed_asset_investment_growth", "430502", "yoy_ytd"), 4.5),
        ("services", ("services_value_added_growth", "430500", "yoy_ytd"), 6.5),
        ("fiscal", ("general_budget_expenditure", "430500", "ytd"), 170.5681),
        ("foreign_investment", ("fdi", "430500", "ytd"), 326.8),
    ],
)
def test_a_real_bulletin_goes_in_as_it_is_as_another_region(
    bulletin: dict[str, Mapped], dataset: str, figure: tuple[str, str, str], value: float
) -> None:
    assert figures(bulletin[dataset])[figure] == pytest.approx(value)
    assert not errors(list(bulletin.values()))
