"""How a table becomes observations of the catalogue, and what is said about what can't."""

from __future__ import annotations

from datetime import date
from typing import Any

import openpyxl
import pytest

from dagster_project.tables import Mapped, read_tables, to_observations
from tests.tables.files import Rows, saved, xlsx
from validators.catalogue import Catalogue
from validators.columns import OBSERVATION
from validators.findings import Finding, Severity

HEADER: Rows = [["指标", "本月", "", "累计（1-3月）", ""], ["", "数值", "同比（%）", "数值", "同比（%）"]]
EXPORTS = ["货物贸易出口", 38.5, 6.1, 107.2, 5.2]
HIGH_TECH = ["  其中：高新技术产品出口", 5.1, 2.0, 14.3, 3.4]


def trade(
    *rows: Rows | list[Any], title: str = "2025年3月龙湾区对外贸易主要指标", unit: str = "单位：亿元"
) -> list[Any]:
    return [[title], [unit], *HEADER, *(rows or (EXPORTS, HIGH_TECH))]


def mapped(catalogue: Catalogue, rows: Rows, *, name: str = "表.xlsx", sheet: str = "表", **hints: str) -> Mapped:
    reading = read_tables(xlsx({sheet: rows}), name, period=hints.get("period"))
    return to_observations(reading, catalogue, **hints)


def values(result: Mapped) -> dict[tuple[str, str], float]:
    rows = result.observations.itertuples(index=False)
    return {(row.indicator, row.measure): row.value for row in rows}


def only(result: Mapped, rule: str) -> Finding:
    found = [finding for finding in result.findings if finding.rule == rule]
    assert len(found) == 1, [(finding.rule, finding.zh) for finding in result.findings]
    return found[0]


def blocks(result: Mapped) -> list[str]:
    return [finding.rule for finding in result.findings if finding.severity is Severity.ERROR]


def test_a_bulletin_becomes_observations_with_their_cells(small_catalogue: Catalogue) -> None:
    result = mapped(small_catalogue, [*trade(), ["发布日期：2025-04-15"]])
    assert (result.dataset, result.period_first, result.period_last) == ("trade", "2025-03", "2025-03")
    assert (result.status, result.published) == ("preliminary", date(2025, 4, 15))
    assert tuple(result.observations.columns) == OBSERVATION
    assert set(result.observations["region"]) == {"330303"}
    assert values(result) == {
        ("goods_exports", "month"): 38.5,
        ("goods_exports_growth", "yoy_month"): 6.1,
        ("goods_exports", "ytd"): 107.2,
        ("goods_exports_growth", "yoy_ytd"): 5.2,
        ("high_tech_exports", "month"): 5.1,
        ("high_tech_exports", "yoy_month"): 2.0,
        ("high_tech_exports", "ytd"): 14.3,
        ("high_tech_exports", "yoy_ytd"): 3.4,
    }
    first = result.observations.iloc[0].to_dict()
    assert (first["sheet"], first["cell"], first["unit"], first["text"]) == ("表", "B5", "亿元", "38.5")
    assert result.findings == ()


@pytest.mark.parametrize(
    "label", ["出口总额", "一、货物出口", "1.货物贸易出口（亿元）", "#货物贸易出口", "货物 贸易　出口"]
)
def test_a_row_is_known_by_any_of_its_labels(small_catalogue: Catalogue, label: str) -> None:
    result = mapped(small_catalogue, trade([label, *EXPORTS[1:]], HIGH_TECH))
    assert values(result)["goods_exports", "ytd"] == 107.2
    assert not blocks(result)


def test_a_label_that_needs_its_parent_is_known_only_below_it(small_catalogue: Catalogue) -> None:
    below = mapped(small_catalogue, trade(["进出口总额", 50, 1, 150, 2], ["  其中：出口", *EXPORTS[1:]], HIGH_TECH))
    assert values(below)["goods_exports", "ytd"] == 107.2
    elsewhere = mapped(small_catalogue, trade(["服务贸易", 50, 1, 150, 2], ["  其中：出口", *EXPORTS[1:]], HIGH_TECH))
    assert ("goods_exports", "ytd") not in values(elsewhere)
    assert only(elsewhere, "row_not_recognised").expected == "进出口总额/出口"


@pytest.mark.parametrize(("unit", "factor"), [("万元", 1e-4), ("亿元人民币", 1.0)])
def test_figures_are_converted_into_the_indicators_unit(small_catalogue: Catalogue, unit: str, factor: float) -> None:
    result = mapped(
        small_catalogue, trade(["货物贸易出口", 385000, 6.1, 1072000, 5.2], HIGH_TECH, unit=f"单位：{unit}")
    )
    assert values(result)["goods_exports", "ytd"] == 1072000 * factor
    assert set(result.observations["unit"]) == {"亿元", "%"}


def test_a_unit_of_another_kind_is_an_error_with_both_units(small_catalogue: Catalogue) -> None:
    result = mapped(small_catalogue, trade(unit="单位：万美元"))
    finding = next(finding for finding in result.findings if finding.rule == "unit_contradiction")
    assert (finding.place, finding.found, finding.expected) == ("表!B5", "万美元", "亿元")
    assert finding.severity is Severity.ERROR
    assert ("goods_exports", "ytd") not in values(result)


def test_a_level_shown_as_per_cent_contradicts_its_unit(small_catalogue: Catalogue) -> None:
    result = mapped(small_catalogue, trade(["货物贸易出口", "38%", 6.1, 107.2, 5.2], HIGH_TECH))
    assert only(result, "unit_contradiction").cell == "B5"


def test_without_any_unit_the_indicators_own_is_assumed_and_said(small_catalogue: Catalogue) -> None:
    result = mapped(small_catalogue, trade(EXPORTS, HIGH_TECH, unit=""))
    assumed = [finding.indicator for finding in result.findings if finding.rule == "unit_assumed"]
    assert assumed == ["goods_exports", "high_tech_exports"]
    assert values(result)["goods_exports", "ytd"] == 107.2
    assert not blocks(result)


@pytest.mark.parametrize(
    ("title", "sheet", "region"),
    [
        ("2025年3月温州市对外贸易", "表", "330300"),
        ("2025年3月温州市龙湾区对外贸易", "表", "330303"),
        ("2025年3月温州湾新区对外贸易", "表", "330303"),
        ("2025年3月全市对外贸易", "表", "330300"),
        ("2025年3月对外贸易", "龙湾区", "330303"),
    ],
)
def test_the_region_is_read_from_title_or_sheet_name(
    small_catalogue: Catalogue, title: str, sheet: str, region: str
) -> None:
    result = mapped(small_catalogue, trade(title=title), sheet=sheet)
    assert set(result.observations["region"]) == {region}


def test_a_region_that_nobody_names_is_an_error_unless_it_is_given(small_catalogue: Catalogue) -> None:
    silent = mapped(small_catalogue, trade(title="2025年3月对外贸易"))
    assert blocks(silent) == ["region_unknown"]
    assert silent.observations.empty
    given = mapped(small_catalogue, trade(title="2025年3月对外贸易"), region="330303")
    assert set(given.observations["region"]) == {"330303"}


def test_one_sheet_for_each_region_is_taken_together(small_catalogue: Catalogue) -> None:
    city = trade(["货物贸易出口", 300, 2.0, 800, 1.5], title="2025年3月温州市对外贸易")
    reading = read_tables(xlsx({"龙湾区": trade(), "温州市": city}), "外贸.xlsx")
    result = to_observations(reading, small_catalogue)
    ytd = result.observations[result.observations["measure"] == "ytd"].set_index(["indicator", "region"])["value"]
    assert ytd["goods_exports", "330303"] == 107.2
    assert ytd["goods_exports", "330300"] == 800
    assert not blocks(result)


def test_two_regions_in_one_sheet_are_told_apart_by_their_titles(small_catalogue: Catalogue) -> None:
    city = trade(["货物贸易出口", 300, 2.0, 800, 1.5], title="2025年3月温州市对外贸易")
    result = mapped(small_catalogue, [*trade(), [], *city])
    ytd = result.observations[result.observations["measure"] == "ytd"]
    assert dict(zip(ytd["region"], ytd["value"], strict=False))["330300"] == 800
    assert not blocks(result)


def test_an_unknown_title_is_an_error_that_lists_the_known_ones(small_catalogue: Catalogue) -> None:
    result = mapped(small_catalogue, trade(title="2025年3月龙湾区人口情况"))
    finding = only(result, "dataset_unknown")
    assert "2025年3月龙湾区人口情况" in finding.found
    assert "对外贸易" in finding.expected
    assert (result.dataset, len(result.observations)) == ("", 0)
    given = mapped(small_catalogue, trade(title="2025年3月龙湾区主要情况"), dataset="trade")
    assert given.dataset == "trade"
    assert values(given)["goods_exports", "ytd"] == 107.2


def test_tables_of_several_datasets_are_to_be_handed_in_separately(small_catalogue: Catalogue) -> None:
    retail = [["2025年3月龙湾区消费品市场"], ["指标", "累计（亿元）", "同比（%）"], ["社会消费品零售总额", 90, 6.5]]
    reading = read_tables(xlsx({"外贸": trade(), "消费": retail}), "月报.xlsx")
    assert blocks(to_observations(reading, small_catalogue)) == ["several_datasets"]
    one = to_observations(reading, small_catalogue, dataset="retail_sales")
    assert values(one) == {("retail_sales", "ytd"): 90, ("retail_sales_growth", "yoy_ytd"): 6.5}
    assert only(one, "table_of_other_dataset").sheet == "外贸"


def test_a_dataset_given_against_the_title_is_an_error(small_catalogue: Catalogue) -> None:
    assert blocks(mapped(small_catalogue, trade(), dataset="retail_sales")) == ["wrong_dataset"]
    assert blocks(mapped(small_catalogue, trade(), dataset="trades")) == ["dataset_unknown"]


def test_a_file_of_another_month_than_it_is_handed_in_for_is_an_error(small_catalogue: Catalogue) -> None:
    finding = only(mapped(small_catalogue, trade(), period="2025-04"), "wrong_period")
    assert (finding.found, finding.expected, finding.severity) == ("2025-03", "2025-04", Severity.ERROR)
    assert not blocks(mapped(small_catalogue, trade(), period="2025-03"))


def test_a_period_that_the_file_does_not_say_may_be_given(small_catalogue: Catalogue) -> None:
    rows = [["龙湾区对外贸易"], ["单位：亿元"], ["指标", "累计", "同比（%）"], ["货物贸易出口", 107.2, 5.2]]
    assert "period_missing" in blocks(mapped(small_catalogue, rows))
    given = mapped(small_catalogue, rows, period="2025-03")
    assert set(given.observations["period"]) == {"2025-03"}
    assert not blocks(given)
    assert "上传时填写" in only(given, "period_from_elsewhere").zh


def test_a_month_is_completed_by_other_sheets_then_the_file_name_then_what_is_given(small_catalogue: Catalogue) -> None:
    def silent(header: str) -> Rows:
        return [["龙湾区对外贸易"], ["指标", f"{header}累计（亿元）", "同比（%）"], ["货物贸易出口", 107.2, 5.2]]

    named = mapped(small_catalogue, silent("1-3月"), name="2024年3月.xlsx", period="2024-03")
    assert "文件名" in only(named, "period_from_elsewhere").zh
    assert set(named.observations["period"]) == {"2024-03"}
    given = mapped(small_catalogue, silent("1-3月"), period="2024-03")
    assert set(given.observations["period"]) == {"2024-03"}
    assert "上传时填写" in only(given, "period_from_elsewhere").zh
    assert blocks(mapped(small_catalogue, silent("1-2月"), period="2024-03")) == ["wrong_period"]


def test_a_year_alone_is_no_month(small_catalogue: Catalogue) -> None:
    rows = [
        ["2024年龙湾区对外贸易"],
        ["单位：亿元"],
        ["指标", "本月", "累计", "同比（%）"],
        ["货物贸易出口", 10, 107.2, 5.2],
    ]
    assert "period_missing" in blocks(mapped(small_catalogue, rows))
    given = mapped(small_catalogue, rows, period="2024-03")
    assert set(given.observations["period"]) == {"2024-03"}
    assert "上传时填写" in only(given, "period_from_elsewhere").zh
    assert "period_missing" in blocks(mapped(small_catalogue, rows, period="2025-03"))
    only_named = [["龙湾区对外贸易"], *rows[1:]]
    assert "period_missing" in blocks(mapped(small_catalogue, only_named, name="2024年月报.xlsx"))


@pytest.mark.parametrize(
    ("title", "status"),
    [
        ("2025年3月龙湾区对外贸易（修订）", "revised"),
        ("2025年3月龙湾区对外贸易修订数", "revised"),
        ("2025年3月龙湾区对外贸易（最终核实数）", "final"),
        ("2025年3月龙湾区对外贸易快报", "preliminary"),
    ],
)
def test_the_status_is_read_from_the_title(small_catalogue: Catalogue, title: str, status: str) -> None:
    result = mapped(small_catalogue, trade(title=title))
    assert result.status == status
    assert set(result.observations["status"]) == {status}


def test_a_column_left_out_is_an_error_that_names_it(small_catalogue: Catalogue) -> None:
    no_ytd = [["2025年3月龙湾区对外贸易"], ["单位：亿元"], ["指标", "本月", "同比（%）"], EXPORTS[:3], HIGH_TECH[:3]]
    finding = only(mapped(small_catalogue, no_ytd), "column_missing")
    assert (finding.severity, finding.expected) == (Severity.ERROR, "累计")
    no_growth = [
        ["2025年3月龙湾区对外贸易"],
        ["单位：亿元"],
        ["指标", "累计"],
        ["货物贸易出口", 107],
        ["高新技术产品出口", 14],
    ]
    assert only(mapped(small_catalogue, no_growth), "column_missing").expected.startswith("同比")


def test_unknown_words_in_a_header_are_listed_and_their_columns_not_taken(small_catalogue: Catalogue) -> None:
    rows = [
        ["2025年3月龙湾区对外贸易"],
        ["单位：亿元"],
        ["指标", "累计", "同比（%）", "保税区累计", "排名"],
        ["货物贸易出口", 107.2, 5.2, 9.9, 3],
    ]
    result = mapped(small_catalogue, rows)
    finding = only(result, "column_not_recognised")
    assert (finding.severity, finding.found) == (Severity.WARNING, "保税区累计")
    assert values(result) == {("goods_exports", "ytd"): 107.2, ("goods_exports_growth", "yoy_ytd"): 5.2}
    unknown_alone = [rows[0], rows[1], ["指标", "进度情况甲", "同比（%）"], ["货物贸易出口", 107.2, 5.2]]
    assert "column_missing" in blocks(mapped(small_catalogue, unknown_alone))


def test_a_dataset_may_have_header_words_of_its_own(small_catalogue: Catalogue) -> None:
    words = small_catalogue.datasets["retail_sales"].recognise.model_copy(update={"columns": {"ytd": ("进展数",)}})
    dataset = small_catalogue.datasets["retail_sales"].model_copy(update={"recognise": words})
    catalogue = small_catalogue.model_copy(update={"datasets": {**small_catalogue.datasets, "retail_sales": dataset}})
    rows = [["2025年3月龙湾区消费品市场"], ["指标", "进展数（亿元）", "同比（%）"], ["社零总额", 90, 6.5]]
    assert values(mapped(catalogue, rows))["retail_sales", "ytd"] == 90
    assert "column_missing" in blocks(mapped(small_catalogue, rows))


def test_rows_that_resemble_an_indicator_are_warned_of_with_the_nearest_name(small_catalogue: Catalogue) -> None:
    result = mapped(small_catalogue, trade(["货物贸易出口额", *EXPORTS[1:]], HIGH_TECH, ["旅客吞吐量", 1, 2, 3, 4]))
    near = only(result, "row_not_recognised")
    assert (near.found, near.expected, near.severity) == ("货物贸易出口额", "货物贸易出口", Severity.WARNING)
    assert only(result, "row_not_in_catalogue").severity is Severity.INFO
    missing = [finding.indicator for finding in result.findings if finding.rule == "row_missing"]
    assert missing == ["goods_exports", "goods_exports_growth"]


def test_a_row_without_figures_is_missing_and_not_zero(small_catalogue: Catalogue) -> None:
    result = mapped(small_catalogue, trade(EXPORTS, ["高新技术产品出口", "…", "", "—", "-"]))
    finding = only(result, "row_missing")
    assert (finding.indicator, finding.cell) == ("high_tech_exports", "B6")
    assert "high_tech_exports" not in set(result.observations["indicator"])


def test_a_blank_january_and_february_month_is_no_problem(small_catalogue: Catalogue) -> None:
    rows = trade(
        ["货物贸易出口", "", "", 60.1, 4.2], ["高新技术产品出口", "", "", 8.1, 2.2], title="2025年1-2月龙湾区对外贸易"
    )
    rows[2] = ["指标", "本月", "", "累计（1-2月）", ""]
    result = mapped(small_catalogue, rows)
    assert result.period_last == "2025-02"
    assert not result.findings


def test_growth_alone_is_taken_from_a_growth_column_or_a_column_in_per_cent(small_catalogue: Catalogue) -> None:
    title = ["2025年1-3月龙湾区消费品市场"]
    in_growth_column = [title, ["指标", "增长%"], ["网络零售额", 12.5], ["社零总额", 6.5]]
    in_value_column = [
        title,
        ["指标", "计量单位", "累计"],
        ["网络零售额增速", "%", 12.5],
        ["社会消费品零售总额增速", "%", 6.5],
    ]
    for rows in (in_growth_column, in_value_column):
        result = mapped(small_catalogue, rows)
        assert values(result)["online_retail_sales_growth", "yoy_ytd"] == 12.5
        assert values(result)["retail_sales_growth", "yoy_ytd"] == 6.5


def test_the_level_of_an_indicator_that_is_growth_alone_is_nobodys(small_catalogue: Catalogue) -> None:
    rows = [
        ["2025年1-3月龙湾区消费品市场"],
        ["指标", "累计（亿元）", "同比（%）"],
        ["网络零售额", 30, 12.5],
        ["社零总额", 90, 6.5],
    ]
    result = mapped(small_catalogue, rows)
    assert ("online_retail_sales_growth", "yoy_ytd") in values(result)
    assert 30 not in values(result).values()
    assert not blocks(result)


def test_a_figure_without_a_unit_is_no_growth(small_catalogue: Catalogue) -> None:
    rows = [["2025年1-3月龙湾区消费品市场"], ["指标", "累计"], ["网络零售额", 30], ["社零总额", 90]]
    assert ("online_retail_sales_growth", "yoy_ytd") not in values(mapped(small_catalogue, rows))


def test_growth_stored_as_a_fraction_becomes_per_cent(small_catalogue: Catalogue) -> None:
    book = openpyxl.Workbook()
    for row in trade(["货物贸易出口", 38.5, 0.061, 107.2, 0.07], HIGH_TECH):
        book.active.append([None if cell == "" else cell for cell in row])
    for cell in ("C5", "E5"):
        book.active[cell].number_format = "0.0%"
    result = to_observations(read_tables(saved(book), "表.xlsx"), small_catalogue)
    assert values(result)["goods_exports_growth", "yoy_ytd"] == 7.0
    assert values(result)["goods_exports_growth", "yoy_month"] == 6.1


PROGRESS = [
    ["2025年3月龙湾区科技与人才工作进度"],
    ["指标", "计量单位", "本月", "累计（1-3月）"],
    ["新增高新技术企业", "家", 12, 30],
    ["立项科技攻关项目", "项", 1, 4],
    ["高技能人才总量", "人", "", 78000],
    ["人才项目兑现时长", "个工作日", "", 8],
    ["企业人才支持比例", "％", 52.5, 52.5],
]


def test_levels_are_taken_from_whichever_column_has_them(small_catalogue: Catalogue) -> None:
    found = values(mapped(small_catalogue, PROGRESS))
    assert found["new_high_tech_firms", "ytd"] == 30
    assert found["skilled_talent", "level"] == 7.8
    assert found["talent_grant_days", "level"] == 8
    assert found["talent_firm_share", "level"] == 52.5


def test_a_level_that_differs_between_two_columns_is_an_error_that_names_both(small_catalogue: Catalogue) -> None:
    rows = [*PROGRESS[:-1], ["企业人才支持比例", "％", 52.5, 55]]
    finding = only(mapped(small_catalogue, rows), "contradiction")
    assert "表!C7" in finding.zh
    assert "表!D7" in finding.zh
    assert finding.severity is Severity.ERROR


def test_the_same_row_twice_is_taken_once_or_contradicts(small_catalogue: Catalogue) -> None:
    same = mapped(small_catalogue, trade(EXPORTS, HIGH_TECH, ["出口总额", 38.5, 6.1, 107.2, 5.2]))
    assert not blocks(same)
    assert only(same, "same_figure_again").cell == "B7"
    assert not same.observations.duplicated(["indicator", "region", "period", "measure"]).any()
    other = mapped(small_catalogue, trade(EXPORTS, HIGH_TECH, ["出口总额", 38.5, 6.1, 109.9, 5.2]))
    assert only(other, "contradiction").place == "表!D7"


def test_a_figure_rounded_in_a_second_table_does_not_contradict(small_catalogue: Catalogue) -> None:
    rounded = trade(["货物贸易出口", 39, 6.1, 107, 5.2])
    reading = read_tables(xlsx({"一": trade(), "二": rounded}), "外贸.xlsx")
    result = to_observations(reading, small_catalogue)
    assert not blocks(result)
    assert values(result)["goods_exports", "ytd"] == 107.2


def test_a_history_of_months_becomes_observations_of_each(small_catalogue: Catalogue) -> None:
    rows = [
        ["2022-2024年龙湾区对外贸易历史数据：累计"],
        ["单位：亿元"],
        ["指标", "累计", "", ""],
        ["", "2022年2月", "2022年3月", "2024年12月"],
        ["货物贸易出口", 60.1, 95.2, 428.6],
        ["高新技术产品出口", 8.1, "…", 50.1],
    ]
    result = mapped(small_catalogue, rows)
    assert (result.period_first, result.period_last) == ("2022-02", "2024-12")
    assert len(result.observations) == 5
    assert set(result.observations["measure"]) == {"ytd"}
    assert not blocks(result)


def test_an_annual_table_is_about_its_year(small_catalogue: Catalogue) -> None:
    rows = [
        ["2024年龙湾区研发投入主要指标"],
        ["指标", "计量单位", "2024年", ""],
        ["", "", "数值", "同比（%）"],
        ["研发经费支出", "万元", 412000, 8.1],
        ["R&D经费支出与GDP之比", "%", 4.1, ""],
        ["研发投入强度", "%", 4.1, ""],
        ["科技创新指数全省排名", "位", 12, ""],
    ]
    result = mapped(small_catalogue, rows)
    assert result.period_last == "2024"
    assert values(result)["rd_expenditure", "ytd"] == 41.2
    assert values(result)["rd_intensity", "level"] == 4.1
    assert values(result)["innovation_rank", "level"] == 12
    assert not blocks(result)


def test_december_year_to_date_is_the_year_in_an_annual_dataset(small_catalogue: Catalogue) -> None:
    rows = [["2024年1-12月龙湾区研发投入"], ["指标", "累计（亿元）"], ["研发经费支出", 41.2]]
    assert mapped(small_catalogue, rows).period_last == "2024"


def test_last_years_column_is_not_stored_as_last_years_figure(small_catalogue: Catalogue) -> None:
    rows = [
        ["2025年3月龙湾区对外贸易"],
        ["单位：亿元"],
        ["指标", "累计", "上年同期", "同比（%）"],
        ["货物贸易出口", 107.2, 101.9, 5.2],
    ]
    result = mapped(small_catalogue, rows)
    assert set(result.observations["period"]) == {"2025-03"}
    assert len(result.observations) == 2


def test_findings_of_the_reading_come_along(small_catalogue: Catalogue) -> None:
    result = mapped(small_catalogue, trade(["货物贸易出口", "38.5亿", 6.1, 107.2, 5.2], HIGH_TECH))
    assert blocks(result) == ["text_in_number"]


def test_every_finding_speaks_both_languages(small_catalogue: Catalogue) -> None:
    rows = trade(
        ["货物贸易出口额", 1, 2, 3, "约4"], ["其他", 1, 2, 3, 4], ["高新技术产品出口", 1, 2, 3, 4], unit="单位：家"
    )
    for finding in mapped(small_catalogue, rows, period="2025-05").findings:
        assert any("\u4e00" <= letter <= "\u9fff" for letter in finding.zh)
        assert finding.en.isprintable()
        assert finding.en.rstrip().endswith(".")
        assert finding.zh.endswith("。")


def test_a_title_of_another_month_than_the_header_is_an_error(small_catalogue: Catalogue) -> None:
    finding = only(mapped(small_catalogue, trade(title="2025年4月龙湾区对外贸易")), "period_contradiction")
    assert finding.severity is Severity.ERROR


def test_a_region_given_that_no_table_is_about_is_an_error(small_catalogue: Catalogue) -> None:
    assert blocks(mapped(small_catalogue, trade(), region="330300")) == ["wrong_region"]
    assert blocks(mapped(small_catalogue, trade(), region="999999")) == ["region_unknown"]
