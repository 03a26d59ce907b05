"""Each bad table is told apart, named with its cell in Chinese and English, and stored as a whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest

from dagster_project.intake import Hints, State
from dagster_project.sample import write_sample
from dagster_project.settings import Settings
from tests.end_to_end.desk import NOW, Desk, check_words, errors, only, said
from tests.end_to_end.workbooks import (
    as_csv,
    as_xls,
    bomb,
    calculated_by_nobody,
    edited,
    encrypted,
    hiding,
    in_one_sheet,
    in_percent_format,
    lying,
    rows,
    text,
    value,
    with_cells,
    with_sheet,
    without_columns,
)
from validators.catalogue import Catalogue
from validators.findings import Severity
from validators.periods import Month

DISTRICT, CITY = "330303", "330300"
CHANGED_TITLE = "龙湾区!A1"
MONTH, YTD, GROWTH = "龙湾区!B5", "龙湾区!C5", "龙湾区!D5"
PART_MONTH, PART_YTD, PART_GROWTH = "龙湾区!B6", "龙湾区!C6", "龙湾区!D6"
PUBLISHED = "龙湾区!A9"
Damage = Callable[[bytes], bytes]


@pytest.fixture(scope="module")
def sample(small_catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Workbooks through April by the beginning of their file names, in the order of publication."""
    folder = tmp_path_factory.mktemp("sample")
    paths = write_sample(small_catalogue, year=2025, through=Month(2025, 4), folder=folder)
    return {path.name.partition("_示例数据")[0]: path.read_bytes() for path in paths if "修订" not in path.name}


@pytest.fixture(scope="module")
def until_march(small_catalogue: Catalogue, sample: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a desk to which everything until March was handed in."""
    home = tmp_path_factory.mktemp("desk") / "home"
    desk = Desk.at(small_catalogue, Settings(home=home))
    with desk.store:
        for name, data in sample.items():
            if not name.startswith("2025-04"):
                desk.accepts(data, f"{name}.xlsx")
    return home


@pytest.fixture
def desk(small_catalogue: Catalogue, until_march: Path, tmp_path: Path) -> Iterator[Desk]:
    opened = Desk.at(small_catalogue, Settings(home=shutil.copytree(until_march, tmp_path / "home")))
    with opened.store:
        yield opened


@pytest.fixture(scope="module")
def april(sample: dict[str, bytes]) -> bytes:
    """A good table of April: two sheets, exports of the district with a part of them, exports of the city."""
    data = sample["2025-04_trade_对外贸易"]
    assert [row[0] for row in rows(data, "龙湾区")[4:6]] == ["货物贸易出口", "  其中：高新技术产品出口"]
    assert rows(data, "龙湾区")[2:4] == [["指标", "本月", "累计（1-4月）", None], [None, None, "数值", "同比（%）"]]
    assert text(data, PUBLISHED) == "发布日期：2025-05-16"
    return data


@pytest.fixture(scope="module")
def retail(sample: dict[str, bytes]) -> bytes:
    """A good table of April with growth of month and year to date."""
    data = sample["2025-04_retail_sales_消费品市场"]
    assert rows(data, "龙湾区")[3] == [None, "数值", "同比（%）", "数值", "同比（%）"]
    assert [row[0] for row in rows(data, "龙湾区")[4:6]] == ["社零总额", "网络零售额"]
    return data


def number(of: float) -> str:
    return f"{round(of, 6):g}" if abs(of) < 1e5 else f"{round(of):d}"


# Files that are no table at all

TEXT = "2025年4月,龙湾区对外贸易\n货物贸易出口,33\n".encode()


@pytest.mark.parametrize(
    ("damage", "zh", "en"),
    [
        pytest.param(lambda good: b"", "空的", "empty", id="an empty file"),
        pytest.param(lambda good: b" \r\n\t\0", "空的", "empty", id="a file of blanks"),
        pytest.param(lambda good: TEXT, "不是工作簿", "no workbook", id="a text file named .xlsx"),
        pytest.param(lambda good: b"%PDF-1.7" + good, "不是工作簿", "no workbook", id="a PDF named .xlsx"),
        pytest.param(lambda good: b"<html><table></table>", "网页", "web page", id="a web page named .xlsx"),
        pytest.param(lambda good: good[: len(good) // 2], "不完整", "cut off", id="half a workbook"),
        pytest.param(lambda good: good[:-40], "不完整", "cut off", id="a workbook without its end"),
        pytest.param(lambda good: as_xls(good)[:3000], "不完整", "cut off", id="half an old workbook"),
        pytest.param(lambda good: encrypted(good, "1234"), "已加密", "encrypted", id="an encrypted workbook"),
        pytest.param(lambda good: lying(good, 5_000_000), "不完整", "damaged", id="a zip that lies about its size"),
    ],
)
def test_a_file_that_cannot_be_read_is_rejected_with_the_reason(
    desk: Desk, april: bytes, damage: Damage, zh: str, en: str
) -> None:
    outcome = desk.rejects(damage(april), "四月.xlsx")
    assert said(outcome) == [("error", "file_unreadable", "")]
    finding = only(outcome, "file_unreadable")
    assert finding.found == "四月.xlsx"
    assert zh in finding.zh
    assert en in finding.en


@pytest.mark.parametrize(
    ("setting", "most", "damage", "zh", "en"),
    [
        ("max_upload_bytes", 1000, bytes, "超过允许的 1000 字节", "1000 are allowed"),
        ("max_cells", 20, bytes, "允许 20 个", "20 allowed"),
        ("max_cells", 1000, lambda good: bomb(good, 70_000_000), "解压后的内容超过允许的大小", "more than is allowed"),
    ],
    ids=["too many bytes", "too many cells", "a zip bomb"],
)
def test_a_file_that_is_too_large_is_rejected_with_the_limit_and_its_setting(
    small_catalogue: Catalogue, april: bytes, tmp_path: Path, setting: str, most: int, damage: Damage, zh: str, en: str
) -> None:
    settings = Settings.model_validate({"home": tmp_path / "home", setting: most})
    desk = Desk.at(small_catalogue, settings)
    with desk.store:
        finding = only(desk.rejects(damage(april)), "file_unreadable")
    check_words(finding, f"XUSHI_{setting.upper()}")
    assert zh in finding.zh
    assert en in finding.en


@pytest.mark.parametrize(
    ("data", "file"),
    [
        pytest.param("指标\n货物贸易出口\n33.29\n".encode(), "龙湾区对外贸易.csv", id="a csv of one column"),
        pytest.param(b"33.29\n131.06\n", "a.csv", id="a csv of numbers alone"),
        pytest.param("对外贸易情况良好。\n".encode(), "a.csv", id="a csv of prose"),
    ],
)
def test_a_file_without_a_table_is_rejected_and_told_what_a_table_is(desk: Desk, data: bytes, file: str) -> None:
    outcome = desk.rejects(data, file)
    assert errors(outcome) == [("no_table", "")]
    check_words(only(outcome, "no_table"), file)


def test_a_workbook_of_blank_sheets_is_rejected(desk: Desk, april: bytes) -> None:
    outcome = desk.rejects(edited(april, lambda book: [sheet.delete_rows(1, 99) for sheet in book]))
    assert errors(outcome) == [("no_table", "")]


def test_a_table_of_no_known_dataset_is_rejected_and_told_the_known_titles(desk: Desk, april: bytes) -> None:
    titles = {"龙湾区!A1": "2025年4月龙湾区渔业主要指标", "温州市!A1": "2025年4月温州市渔业主要指标"}
    outcome = desk.rejects(with_cells(april, titles), "四月.xlsx")
    assert errors(outcome) == [("dataset_unknown", "")]
    check_words(only(outcome, "dataset_unknown"), "渔业", "对外贸易、外贸、进出口", "四月.xlsx", "--dataset")


# Periods and dates


def test_a_title_of_march_over_columns_through_april_is_rejected(desk: Desk, april: bytes) -> None:
    outcome = desk.rejects(with_cells(april, {CHANGED_TITLE: "2025年3月龙湾区对外贸易主要指标"}))
    assert errors(outcome) == [("period_contradiction", MONTH)]
    finding = only(outcome, "period_contradiction")
    assert (finding.found, finding.expected) == ("2025-04", "2025-03")
    check_words(finding, "2025年3月龙湾区对外贸易主要指标", "累计（1-4月）", "2025-03", "2025-04")


def test_columns_through_march_under_a_title_of_april_are_rejected(desk: Desk, april: bytes) -> None:
    outcome = desk.rejects(with_cells(april, {"龙湾区!C3": "累计（1-3月）"}))
    assert ("period_contradiction", MONTH) in errors(outcome)
    assert only(outcome, "period_contradiction").found == "2025-03"


def test_a_table_of_another_month_than_it_is_handed_in_for_is_rejected(desk: Desk, april: bytes) -> None:
    outcome = desk.rejects(april, hints=Hints(period="2025-03"))
    assert errors(outcome) == [("wrong_period", "温州市!B5")]
    finding = only(outcome, "wrong_period")
    assert (finding.found, finding.expected) == ("2025-04", "2025-03")
    check_words(finding, "2025-04", "2025-03")


def test_a_period_given_that_is_none_is_refused_before_anything_is_entered(desk: Desk, april: bytes) -> None:
    uploads = len(desk.store.uploads())
    with pytest.raises(ValueError, match="2025-13"):
        desk.hand_in(april, hints=Hints(period="2025-13"))
    assert len(desk.store.uploads()) == uploads


def test_a_table_of_a_month_to_come_is_rejected(desk: Desk, april: bytes) -> None:
    outcome = desk.rejects(april, now=datetime(2025, 3, 31, 15, tzinfo=UTC))  # 23 h in Wenzhou, still March
    finding = only(outcome, "period_in_future")
    assert (finding.severity, finding.place, finding.period) == (Severity.ERROR, "温州市!B5", "2025-04")
    check_words(finding, "2025-04", "2025-03")


def test_the_month_begins_when_it_begins_in_the_time_zone_of_the_bureau(desk: Desk, april: bytes) -> None:
    undated = with_cells(april, {PUBLISHED: None, "温州市!A8": None})
    desk.accepts(undated, now=datetime(2025, 3, 31, 16, tzinfo=UTC))  # midnight in Wenzhou: April


def test_a_publication_date_to_come_is_rejected(desk: Desk, april: bytes) -> None:
    outcome = desk.rejects(with_cells(april, {PUBLISHED: "发布日期：2025-06-16"}))
    assert said(outcome) == [("error", "published_in_future", "")]
    check_words(only(outcome, "published_in_future"), "2025-06-16", "2025-05-25")


def test_a_publication_date_given_that_is_to_come_is_rejected_too(desk: Desk, april: bytes) -> None:
    outcome = desk.rejects(april, hints=Hints(published=date(2025, 5, 26)))
    check_words(only(outcome, "published_in_future"), "2025-05-26", "2025-05-25")


def test_a_publication_date_before_the_month_began_is_rejected(desk: Desk, april: bytes) -> None:
    early = with_cells(april, {PUBLISHED: "发布日期：2024-05-16", "温州市!A8": "发布日期：2024-05-16"})
    outcome = desk.rejects(early)
    assert errors(outcome) == [("published_too_early", "")]
    check_words(only(outcome, "published_too_early"), "2024-05-16", "2025-04", "2025-04-01")


# The same again, and revised


def test_the_same_file_twice_changes_nothing_and_says_so(desk: Desk, april: bytes) -> None:
    first = desk.accepts(april, "四月.xlsx")
    before, uploads = desk.store.observations(), desk.store.uploads()
    again = desk.hand_in(april, "四月（副本）.xlsx", now=datetime(2025, 5, 26, tzinfo=UTC))
    assert again.state is State.DUPLICATE
    assert (again.upload, again.file) == (first.upload, "四月（副本）.xlsx")
    assert said(again) == [("info", "same_file_again", "")]
    # When it came the first time, as a clock in Wenzhou shows it, and under which name and number.
    check_words(only(again, "same_file_again"), "2025-05-25 12:00", "四月.xlsx", str(first.upload))
    pd.testing.assert_frame_equal(desk.store.observations(), before)
    assert desk.store.uploads() == uploads


def test_a_dry_run_of_a_file_that_is_stored_already_says_that_it_is(desk: Desk, april: bytes) -> None:
    desk.accepts(april)
    rehearsed = desk.intake.submit(april, "表.xlsx", by="测试", now=NOW, dry_run=True)
    assert rehearsed.state is State.DUPLICATE
    assert said(rehearsed) == [("info", "same_file_again", "")]


def test_rejected_bytes_may_come_again_and_are_judged_anew(desk: Desk, april: bytes) -> None:
    bad = with_cells(april, {MONTH: -1})
    first = desk.rejects(bad)
    second = desk.hand_in(bad)
    assert second.state is State.REJECTED
    assert second.upload != first.upload


def test_a_revised_file_makes_new_versions_and_says_which(desk: Desk, april: bytes) -> None:
    desk.accepts(april)
    month, ytd = value(april, MONTH), value(april, YTD)
    revised = with_cells(
        april,
        {
            CHANGED_TITLE: "2025年4月龙湾区对外贸易主要指标（修订）",
            MONTH: month + 1,
            YTD: ytd + 1,
            PUBLISHED: "发布日期：2025-05-24",
        },
    )
    outcome = desk.accepts(revised)
    assert said(outcome) == [("info", "revised", MONTH), ("info", "revised", YTD)]
    check_words(outcome.report.findings[0], number(month), number(month + 1))
    versions = desk.store.versions("goods_exports", DISTRICT, "2025-04", "ytd")
    assert versions["value"].tolist() == [ytd, ytd + 1]
    assert versions["status"].tolist() == ["preliminary", "revised"]
    believed = desk.store.observations(known_on=datetime(2025, 5, 20, tzinfo=UTC), indicators=["goods_exports"])
    in_may = believed[(believed["period"] == "2025-04") & (believed["region"] == DISTRICT)]
    assert in_may.set_index("measure")["value"].to_dict() == {"month": month, "ytd": ytd}


def test_a_changed_file_that_does_not_say_revised_is_stored_with_a_warning(desk: Desk, april: bytes) -> None:
    desk.accepts(april)
    ytd = value(april, YTD)
    outcome = desk.accepts(with_cells(april, {MONTH: value(april, MONTH) + 1, YTD: ytd + 1}))
    assert said(outcome) == [("warning", "revised", MONTH), ("warning", "revised", YTD)]
    finding = outcome.report.findings[1]
    check_words(finding, number(ytd), number(ytd + 1), "修订")
    assert outcome.change is not None
    assert (outcome.change.revised, outcome.change.new) == (2, 0)


def test_preliminary_figures_do_not_replace_revised_ones(desk: Desk, april: bytes) -> None:
    desk.accepts(with_cells(april, {CHANGED_TITLE: "2025年4月龙湾区对外贸易主要指标（修订）"}))
    late = with_cells(april, {MONTH: value(april, MONTH) + 1, PUBLISHED: "发布日期：2025-05-20"})
    outcome = desk.rejects(late)
    assert errors(outcome) == [("older_status", MONTH)]
    check_words(only(outcome, "older_status"), number(value(april, MONTH) + 1), number(value(april, MONTH)))


# Columns, headers, units


def test_a_missing_year_to_date_is_rejected_for_each_region_that_needs_it(desk: Desk, april: bytes) -> None:
    outcome = desk.rejects(without_columns(april, 3, 1))
    assert ("column_missing", "龙湾区") in errors(outcome)
    finding = next(one for one in outcome.report.findings if one.rule == "column_missing" and one.region == DISTRICT)
    assert (finding.severity, finding.expected) == (Severity.ERROR, "累计")
    check_words(finding, "累计", "本月")


def test_a_missing_growth_is_rejected_and_its_rows_are_not_called_missing_too(desk: Desk, april: bytes) -> None:
    outcome = desk.rejects(with_cells(without_columns(april, 4, 1), {"龙湾区!C2": "单位：亿元"}))
    assert errors(outcome) == [("column_missing", "温州市"), ("column_missing", "龙湾区")]
    assert "row_missing" not in {finding.rule for finding in outcome.report.findings}
    check_words(outcome.report.findings[0], "同比（%）", "本月、累计（1-4月）/数值")


def test_a_header_of_unknown_words_is_named_and_its_column_left_out(desk: Desk, april: bytes) -> None:
    outcome = desk.accepts(with_cells(april, {"龙湾区!B3": "报关口径数"}))
    finding = only(outcome, "column_not_recognised")
    assert (finding.severity, finding.place) == (Severity.WARNING, MONTH)
    check_words(finding, "报关口径数", "本月")
    figures = desk.figures(outcome)
    assert ("goods_exports", DISTRICT, "month") not in figures
    assert figures["goods_exports", DISTRICT, "ytd"] == value(april, YTD)


def test_headers_that_are_unknown_words_alone_are_rejected(desk: Desk, april: bytes) -> None:
    headers = {"龙湾区!B3": "甲方数", "龙湾区!C3": "乙方数", "龙湾区!C4": "丙类", "龙湾区!D4": "丁类"}
    outcome = desk.rejects(with_cells(april, headers))
    assert errors(outcome) == [("column_missing", "龙湾区"), ("column_missing", "龙湾区")]
    check_words(only(outcome, "column_not_recognised"), "甲方数、乙方数/丙类、乙方数/丁类")
    assert "row_missing" not in {finding.rule for finding in outcome.report.findings}


@pytest.mark.parametrize("unit", ["吨", "亿美元", "万人次"])
def test_a_unit_that_contradicts_the_catalogue_is_rejected_row_by_row(desk: Desk, april: bytes, unit: str) -> None:
    outcome = desk.rejects(with_cells(april, {"龙湾区!D2": f"单位：{unit}"}))
    assert said(outcome) == [("error", "unit_contradiction", MONTH), ("error", "unit_contradiction", PART_MONTH)]
    finding = outcome.report.findings[0]
    assert (finding.indicator, finding.found, finding.expected) == ("goods_exports", unit, "亿元")
    check_words(finding, unit, "亿元", "货物贸易出口")


def test_a_unit_of_a_row_that_contradicts_the_catalogue_is_rejected(desk: Desk, sample: dict[str, bytes]) -> None:
    table = sample["2025-04_science_talent_科技与人才工作进度"]
    assert rows(table, "龙湾区")[4][:2] == ["新增高新技术企业", "家"]
    outcome = desk.rejects(with_cells(table, {"龙湾区!B5": "亿元"}))
    assert said(outcome) == [("error", "unit_contradiction", "龙湾区!C5")]
    check_words(only(outcome, "unit_contradiction"), "亿元", "家", "新增高新技术企业")


def test_a_table_without_a_unit_is_taken_in_the_catalogues_with_a_warning(desk: Desk, april: bytes) -> None:
    outcome = desk.accepts(with_cells(april, {"龙湾区!D2": None}))
    assert said(outcome) == [("warning", "unit_assumed", MONTH), ("warning", "unit_assumed", PART_MONTH)]
    check_words(outcome.report.findings[0], "亿元", "货物贸易出口")
    assert desk.figures(outcome)["goods_exports", DISTRICT, "ytd"] == value(april, YTD)


def test_a_table_in_a_smaller_unit_is_converted(desk: Desk, april: bytes) -> None:
    places = [MONTH, YTD, PART_MONTH, PART_YTD]
    cells = {place: round(value(april, place) * 10_000) for place in places}
    outcome = desk.accepts(with_cells(april, {**cells, "龙湾区!D2": "单位：万元"}))
    assert said(outcome) == []
    assert desk.figures(outcome)["goods_exports", DISTRICT, "ytd"] == pytest.approx(value(april, YTD), abs=1e-9)


# Cells


@pytest.mark.parametrize("content", ["33.29亿元", "约33", "33..29", "33.2O", "三 33", datetime(2025, 4, 1)])  # noqa: DTZ001
def test_text_in_a_number_is_rejected_with_what_stands_there(desk: Desk, april: bytes, content: object) -> None:
    outcome = desk.rejects(with_cells(april, {MONTH: content}))
    assert errors(outcome) == [("text_in_number", MONTH)]
    shown = "2025-04-01" if isinstance(content, datetime) else str(content)
    assert only(outcome, "text_in_number").found == shown
    check_words(only(outcome, "text_in_number"), shown, "货物贸易出口")


def test_words_in_place_of_a_number_are_left_out_with_a_warning(desk: Desk, april: bytes) -> None:
    outcome = desk.accepts(with_cells(april, {MONTH: "待核实"}))
    finding = only(outcome, "text_in_number")
    assert (finding.severity, finding.place) == (Severity.WARNING, MONTH)
    check_words(finding, "待核实")
    assert ("goods_exports", DISTRICT, "month") not in desk.figures(outcome)


@pytest.mark.parametrize("error", ["#REF!", "#DIV/0!", "#N/A", "#NAME?"])
def test_an_error_value_is_rejected_and_never_a_number(desk: Desk, april: bytes, error: str) -> None:
    outcome = desk.rejects(with_cells(april, {PART_YTD: error}))
    assert errors(outcome) == [("error_cell", PART_YTD)]
    assert only(outcome, "error_cell").found == error
    check_words(only(outcome, "error_cell"), error, "高新技术产品出口")


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(
            lambda good: with_cells(good, {YTD: "=97.77+33.29"}), id="saved by a program that can't calculate"
        ),
        pytest.param(
            lambda good: calculated_by_nobody(good, "龙湾区", {"C5": "=97.77+33.29"}), id="a placeholder of 0 stored"
        ),
    ],
)
def test_a_formula_that_was_never_calculated_is_rejected(desk: Desk, april: bytes, damage: Damage) -> None:
    outcome = desk.rejects(damage(april))
    assert errors(outcome) == [("formula_without_value", YTD)]
    check_words(only(outcome, "formula_without_value"), "货物贸易出口")


def test_negative_exports_are_rejected(desk: Desk, april: bytes) -> None:
    outcome = desk.rejects(with_cells(april, {MONTH: -value(april, MONTH)}))
    assert errors(outcome) == [("negative_value", MONTH)]
    finding = only(outcome, "negative_value")
    assert (finding.indicator, finding.region, finding.period) == ("goods_exports", DISTRICT, "2025-04")
    check_words(finding, f"-{number(value(april, MONTH))}亿元")


def test_full_width_digits_are_read_as_numbers(desk: Desk, april: bytes) -> None:
    wide = str.maketrans("0123456789.-", "０１２３４５６７８９．－")
    places = [MONTH, YTD, GROWTH, PART_MONTH, PART_YTD, PART_GROWTH]
    outcome = desk.accepts(with_cells(april, {place: f"{value(april, place):g}".translate(wide) for place in places}))
    assert said(outcome) == []
    figures = desk.figures(outcome)
    assert figures["goods_exports", DISTRICT, "month"] == value(april, MONTH)
    assert figures["goods_exports_growth", DISTRICT, "yoy_ytd"] == value(april, GROWTH)
    assert figures["high_tech_exports", DISTRICT, "ytd"] == value(april, PART_YTD)


def test_per_cent_as_a_formatted_fraction_as_text_and_as_a_plain_5_all_read_as_5(desk: Desk, retail: bytes) -> None:
    month, ytd, online = (value(retail, f"龙湾区!{cell}") for cell in ("C5", "E5", "E6"))
    formatted = in_percent_format(retail, {"龙湾区!C5": month / 100})
    outcome = desk.accepts(with_cells(formatted, {"龙湾区!E5": f"{ytd:g}%", "龙湾区!E6": f"{online:g}"}))
    assert said(outcome) == []
    figures = desk.figures(outcome)
    assert figures["retail_sales_growth", DISTRICT, "yoy_month"] == month
    assert figures["retail_sales_growth", DISTRICT, "yoy_ytd"] == ytd
    assert figures["online_retail_sales_growth", DISTRICT, "yoy_ytd"] == online


def test_per_cent_typed_as_fractions_is_called_with_what_was_meant(desk: Desk, retail: bytes) -> None:
    cells = [f"龙湾区!{cell}" for cell in ("C5", "E5", "E6")]
    meant = {cell: value(retail, cell) for cell in cells}
    outcome = desk.accepts(with_cells(retail, {cell: round(meant[cell] / 100, 6) for cell in cells}))
    assert said(outcome) == [("warning", "percent_as_fraction", cell) for cell in cells]
    for finding, cell in zip(outcome.report.findings, cells, strict=True):
        check_words(finding, number(meant[cell] / 100), f"{meant[cell]:g}%")
    assert desk.figures(outcome)["retail_sales_growth", DISTRICT, "yoy_month"] == round(meant[cells[0]] / 100, 6)


# Figures against each other


def test_amounts_typed_in_a_smaller_unit_are_rejected_and_the_slip_is_called_by_its_name(
    desk: Desk, april: bytes
) -> None:
    places = [MONTH, YTD, PART_MONTH, PART_YTD]
    outcome = desk.rejects(with_cells(april, {place: round(value(april, place) * 10_000) for place in places}))
    in_order = [MONTH, YTD, PART_MONTH, PART_YTD]
    assert said(outcome) == [("error", "unit_slip", place) for place in in_order]
    finding = outcome.report.findings[0]
    check_words(finding, f"{round(value(april, MONTH) * 10_000)}", "10000", "万元", "亿元")


def test_a_table_labelled_with_a_smaller_unit_is_rejected_as_a_slip(desk: Desk, april: bytes) -> None:
    outcome = desk.rejects(with_cells(april, {"龙湾区!D2": "单位：万元"}))
    assert {rule for rule, _ in errors(outcome)} == {"unit_slip"}
    check_words(outcome.report.findings[0], "10000", "万元", "亿元")


def test_a_year_to_date_that_falls_is_rejected_with_both_figures(
    desk: Desk, april: bytes, sample: dict[str, bytes]
) -> None:
    march = value(sample["2025-03_trade_对外贸易"], YTD)
    outcome = desk.rejects(with_cells(april, {YTD: march - 5}))
    assert errors(outcome) == [("ytd_falls", YTD)]
    check_words(only(outcome, "ytd_falls"), f"{number(march - 5)}亿元", f"{number(march)}亿元", "修订")


def test_a_part_above_its_whole_is_rejected_with_both_figures(desk: Desk, april: bytes) -> None:
    more = value(april, MONTH) + 11
    outcome = desk.rejects(with_cells(april, {PART_MONTH: more}))
    assert errors(outcome) == [("part_exceeds_whole", PART_MONTH)]
    check_words(only(outcome, "part_exceeds_whole"), f"{number(more)}亿元", f"{number(value(april, MONTH))}亿元", MONTH)


def test_a_district_above_its_city_is_rejected_with_both_figures(desk: Desk, april: bytes) -> None:
    less = value(april, MONTH) - 2
    outcome = desk.rejects(with_cells(april, {"温州市!B5": less}))
    assert errors(outcome) == [("district_exceeds_city", MONTH)]
    check_words(
        only(outcome, "district_exceeds_city"), f"{number(value(april, MONTH))}亿元", f"{number(less)}亿元", "温州市!B5"
    )


def test_several_faults_are_all_reported_at_once(desk: Desk, april: bytes) -> None:
    cells = {MONTH: -1, YTD: "约131", PART_YTD: "#REF!", "温州市!D2": "单位：吨"}
    outcome = desk.rejects(with_cells(april, cells))
    assert sorted(errors(outcome)) == [
        ("error_cell", PART_YTD),
        ("negative_value", MONTH),
        ("text_in_number", YTD),
        ("unit_contradiction", "温州市!B5"),
    ]


# Sheets, and other formats of a good table


@pytest.mark.parametrize(("beside", "month"), [(False, "龙湾区!B17"), (True, "龙湾区!H5")])
def test_two_tables_in_one_sheet_are_both_read(desk: Desk, april: bytes, beside: bool, month: str) -> None:
    outcome = desk.accepts(in_one_sheet(april, "龙湾区", "温州市", beside=beside))
    assert said(outcome) == []
    figures = desk.figures(outcome)
    assert figures["goods_exports", DISTRICT, "ytd"] == value(april, YTD)
    assert figures["goods_exports", CITY, "ytd"] == value(april, "温州市!C5")
    stored = desk.store.observations(indicators=["goods_exports"], regions=[CITY], first="2025-04")
    assert set(stored["sheet"] + "!" + stored["cell"]) >= {month}


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_ignored_and_reported(desk: Desk, april: bytes, state: str) -> None:
    outcome = desk.accepts(hiding(april, "温州市", state))
    assert said(outcome) == [("info", "hidden_sheet_ignored", "温州市")]
    check_words(only(outcome, "hidden_sheet_ignored"), "温州市", "3")
    assert {region for _, region, _ in desk.figures(outcome)} == {DISTRICT}


def test_a_hidden_draft_with_errors_does_not_stop_a_good_table(desk: Desk, april: bytes) -> None:
    outcome = desk.accepts(with_sheet(april, "草稿", lambda sheet: sheet.append(["货物贸易出口", "#REF!", 7])))
    assert outcome.change is not None
    hidden = hiding(with_sheet(april, "旧稿", lambda sheet: sheet.append(["货物贸易出口", "#REF!", 7])), "旧稿")
    again = desk.accepts(hidden)
    assert said(again) == [("info", "hidden_sheet_ignored", "旧稿")]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig", "utf-16"])
def test_a_good_table_as_csv_gives_the_same_figures(desk: Desk, april: bytes, encoding: str) -> None:
    outcome = desk.accepts(as_csv(april, "龙湾区", encoding), "四月.csv")
    assert said(outcome) == []
    assert desk.figures(outcome) == {
        ("goods_exports", DISTRICT, "month"): value(april, MONTH),
        ("goods_exports", DISTRICT, "ytd"): value(april, YTD),
        ("goods_exports_growth", DISTRICT, "yoy_ytd"): value(april, GROWTH),
        ("high_tech_exports", DISTRICT, "month"): value(april, PART_MONTH),
        ("high_tech_exports", DISTRICT, "ytd"): value(april, PART_YTD),
        ("high_tech_exports", DISTRICT, "yoy_ytd"): value(april, PART_GROWTH),
    }


def test_a_good_table_as_xls_gives_the_same_database(desk: Desk, april: bytes) -> None:
    old = desk.accepts(as_xls(april), "四月.xls")
    assert said(old) == []
    figures = desk.figures(old)
    new = desk.accepts(april, "四月.xlsx")
    assert new.change is not None
    assert (new.change.new, new.change.revised, new.change.unchanged) == (0, 0, len(figures))
