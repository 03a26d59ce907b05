"""Each bad file is told apart, named in Chinese and English, and stored as a whole or not at all.

Files, periods, regions, sheets, formats, and the same again; columns, units and figures are in
`test_bad_figures.py`."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

import pandas as pd
import pytest
from openpyxl.workbook import Workbook

from dagster_project.intake import Hints, State
from dagster_project.settings import Settings
from tests.end_to_end.desk import NOW, Desk, check_words, errors, only, said
from tests.end_to_end.workbooks import (
    CITY,
    DISTRICT,
    GROWTH,
    MONTH,
    PART_GROWTH,
    PART_MONTH,
    PART_YTD,
    PUBLISHED,
    TITLE,
    YTD,
    Damage,
    as_csv,
    as_xls,
    bomb,
    edited,
    encrypted,
    hiding,
    in_one_sheet,
    lying,
    number,
    text,
    value,
    with_cells,
    with_sheet,
)
from validators.catalogue import Catalogue
from validators.errors import TooLargeError
from validators.findings import Severity

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
        ("max_cells", 20, bytes, "允许 20 个", "20 allowed"),
        ("max_cells", 1000, lambda good: bomb(good, 70_000_000), "解压后的内容超过允许的大小", "more than is allowed"),
    ],
    ids=["too many cells", "a zip bomb"],
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


def test_a_file_of_too_many_bytes_is_refused_before_anything_of_it_is_kept(
    small_catalogue: Catalogue, april: bytes, tmp_path: Path
) -> None:
    settings = Settings.model_validate({"home": tmp_path / "home", "max_upload_bytes": 1000})
    desk = Desk.at(small_catalogue, settings)
    with desk.store:
        for dry_run in (True, False):
            outcome = desk.intake.submit(april, "四月.xlsx", by="测试", now=NOW, dry_run=dry_run)
            assert outcome.state is (State.BLOCKED if dry_run else State.REJECTED)
            finding = only(outcome, "file_unreadable")
            check_words(finding, "XUSHI_MAX_UPLOAD_BYTES")
            assert "超过允许的 1000 字节" in finding.zh
            assert "1000 are allowed" in finding.en
        with pytest.raises(TooLargeError):
            desk.intake.land(april, "四月.xlsx", by="测试", now=NOW)
        assert desk.store.uploads() == []
    assert not settings.archive.exists()


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
    def empty(book: Workbook) -> None:
        for sheet in book:
            sheet.delete_rows(1, 99)

    outcome = desk.rejects(edited(april, empty))
    assert errors(outcome) == [("no_table", "")]


def test_a_table_of_no_known_dataset_is_rejected_and_told_the_known_titles(desk: Desk, april: bytes) -> None:
    titles = {"龙湾区!A1": "2025年4月龙湾区渔业主要指标", "温州市!A1": "2025年4月温州市渔业主要指标"}
    outcome = desk.rejects(with_cells(april, titles), "四月.xlsx")
    assert errors(outcome) == [("dataset_unknown", "")]
    check_words(only(outcome, "dataset_unknown"), "渔业", "对外贸易、外贸、进出口", "四月.xlsx", "--dataset")


# Periods and dates


def test_a_title_of_march_over_columns_through_april_is_rejected(desk: Desk, april: bytes) -> None:
    outcome = desk.rejects(with_cells(april, {TITLE: "2025年3月龙湾区对外贸易主要指标"}))
    assert errors(outcome) == [("period_contradiction", MONTH)]
    finding = only(outcome, "period_contradiction")
    assert (finding.found, finding.expected) == ("2025-04", "2025-03")
    check_words(finding, "2025年3月龙湾区对外贸易主要指标", "累计（1-4月）", "2025-03", "2025-04")


def test_columns_through_march_under_a_title_of_april_are_rejected(desk: Desk, april: bytes) -> None:
    outcome = desk.rejects(with_cells(april, {"龙湾区!C3": "累计（1-3月）"}))
    assert ("period_contradiction", MONTH) in errors(outcome)
    assert only(outcome, "period_contradiction").found == "2025-03"


def test_a_region_whose_title_names_another_year_than_its_fellow_is_rejected(desk: Desk, april: bytes) -> None:
    outcome = desk.rejects(with_cells(april, {TITLE: "2021年4月龙湾区对外贸易主要指标"}))
    assert errors(outcome) == [("period_contradiction", MONTH)]
    finding = only(outcome, "period_contradiction")
    assert (finding.found, finding.expected, finding.region) == ("2021-04", "2025-04", DISTRICT)
    check_words(finding, "2021-04", "2025-04")


def test_a_new_table_under_last_months_name_is_rejected_and_does_not_replace_it(desk: Desk, april: bytes) -> None:
    names = {
        place: text(april, place).replace("4月", "3月") for place in (TITLE, "温州市!A1", "龙湾区!C3", "温州市!C3")
    }
    forgotten = with_cells(april, names)
    outcome = desk.rejects(forgotten)
    assert errors(outcome) == [("all_figures_differ", MONTH)]
    check_words(only(outcome, "all_figures_differ"), "2025-03", number(value(april, MONTH)), "修订")
    assert "revised" not in {one.rule for one in outcome.report.findings if one.region == DISTRICT}
    # Whoever means it says so.
    meant = desk.hand_in(with_cells(forgotten, {TITLE: names[TITLE] + "（修订）"}))
    assert meant.state is State.ACCEPTED


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


def test_a_publication_date_that_is_no_date_is_called_and_the_day_of_receipt_taken(desk: Desk, april: bytes) -> None:
    outcome = desk.accepts(with_cells(april, {PUBLISHED: "发布日期：2025-13-46", "温州市!A8": None}))
    assert said(outcome) == [("warning", "published_unreadable", PUBLISHED)]
    check_words(only(outcome, "published_unreadable"), "2025-13-46")
    assert outcome.upload is not None
    assert desk.store.upload(outcome.upload).known_from == NOW


def test_a_table_that_names_no_period_is_rejected_until_one_is_given(desk: Desk, retail: bytes) -> None:
    silent = with_cells(retail, {TITLE: "龙湾区消费品市场主要指标", "龙湾区!D3": "累计"})
    outcome = desk.rejects(silent)
    assert said(outcome) == [("error", "period_missing", "龙湾区!B5")]
    check_words(only(outcome, "period_missing"), "--period")
    accepted = desk.accepts(with_cells(silent, {"龙湾区!A8": None}), hints=Hints(period="2025-04"))
    assert (said(accepted), accepted.period_last) == ([("info", "period_from_elsewhere", "龙湾区")], "2025-04")


# Whose table it is


def test_a_table_that_names_no_region_is_rejected_until_one_is_given(desk: Desk, retail: bytes) -> None:
    def rename(book: Workbook) -> None:
        book["龙湾区"].title = "Sheet1"
        book["Sheet1"]["A1"] = "2025年4月消费品市场主要指标"

    silent = edited(retail, rename)
    outcome = desk.rejects(silent)
    assert said(outcome) == [("error", "region_unknown", "Sheet1")]
    check_words(only(outcome, "region_unknown"), "温州市（330300）", "龙湾区（330303）", "--region")
    accepted = desk.hand_in(silent, hints=Hints(region=DISTRICT))
    assert (accepted.state, said(accepted)) == (State.ACCEPTED, [])


def test_a_table_of_another_region_or_dataset_than_given_is_rejected(desk: Desk, retail: bytes) -> None:
    place = desk.rejects(retail, hints=Hints(region=CITY))
    assert said(place) == [("error", "wrong_region", "龙湾区")]
    check_words(only(place, "wrong_region"), CITY, "--region")
    kind = desk.hand_in(retail, hints=Hints(dataset="trade"))
    assert said(kind) == [("error", "wrong_dataset", "龙湾区")]
    check_words(only(kind, "wrong_dataset"), "trade", "retail_sales", "--dataset")


def test_a_sheet_under_another_title_is_taken_by_its_rows_and_that_is_said(desk: Desk, april: bytes) -> None:
    outcome = desk.accepts(with_cells(april, {"温州市!A1": "2025年4月温州市消费品市场主要指标"}))
    assert outcome.datasets == ("trade",)
    finding = only(outcome, "dataset_by_rows")
    assert (finding.sheet, finding.severity) == ("温州市", Severity.INFO)
    check_words(finding, "货物贸易出口", "trade")


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
            TITLE: "2025年4月龙湾区对外贸易主要指标（修订）",
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
    desk.accepts(with_cells(april, {TITLE: "2025年4月龙湾区对外贸易主要指标（修订）"}))
    late = with_cells(april, {MONTH: value(april, MONTH) + 1, PUBLISHED: "发布日期：2025-05-20"})
    outcome = desk.rejects(late)
    assert errors(outcome) == [("older_status", MONTH)]
    check_words(only(outcome, "older_status"), number(value(april, MONTH) + 1), number(value(april, MONTH)))


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


def test_two_different_figures_for_the_same_thing_are_rejected_with_both_cells(desk: Desk, april: bytes) -> None:
    def copy(book: Workbook) -> None:
        book.copy_worksheet(book["龙湾区"]).title = "龙湾区旧"
        book["龙湾区旧"]["C5"] = 140

    outcome = desk.hand_in(edited(april, copy))
    assert outcome.state is State.REJECTED
    assert errors(outcome) == [("contradiction", "龙湾区旧!C5")]
    check_words(only(outcome, "contradiction"), YTD, f"{value(april, YTD):g}", "龙湾区旧!C5", "140")


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_ignored_and_reported(
    desk: Desk, april: bytes, state: Literal["hidden", "veryHidden"]
) -> None:
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
