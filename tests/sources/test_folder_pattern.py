"""Which names a pattern means, and which names are never files to take."""

from __future__ import annotations

import unicodedata

import pytest

from dagster_project.sources.folder_pattern import filled, is_temporary, matcher, plain, problems, says_period
from validators.catalogue import Cadence
from validators.periods import Month, Period, Quarter, Year


def matches(pattern: str, name: str, period: Period, region: str = "330303") -> bool:
    return matcher(pattern, filled(period, region)).fullmatch(plain(name)) is not None


@pytest.mark.parametrize(
    ("pattern", "name", "found"),
    [
        ("{year}年{month}月*.xlsx", "2025年1月外贸.xlsx", True),
        ("*{month}月*.xlsx", "2025年11月外贸.xlsx", False),
        ("*{month}月*.xlsx", "2025年1月外贸.xlsx", True),
        ("*{month_zh}月*", "十一月外贸.xls", False),
        ("*{month_zh}月*", "一月外贸.xls", True),
        ("trade-{year}{month2}.csv", "trade-202501.csv", True),
        ("*{year}{month2}*", "trade-20250131.csv", False),
        ("*{year}{month2}[0-3]?.csv", "trade-20250131.csv", True),
        ("{year2}{month2}*", "2501-外贸.xlsx", True),
        ("*(快报).xlsx", "1月(快报).xlsx", True),
        ("[!~]*.xlsx", "1月.xlsx", True),
        ("a.xlsx", "aXxlsx", False),
        ("{region}-*", "330303-1月.xlsx", True),
    ],
)
def test_a_pattern_finds_whole_numbers_and_chinese_names(pattern: str, name: str, found: bool) -> None:
    assert matches(pattern, name, Month(2025, 1)) is found


def test_a_name_is_found_however_its_letters_are_composed() -> None:
    assert matches("Café*.csv", unicodedata.normalize("NFD", "Café 1.csv"), Month(2025, 1))


def test_a_quarter_has_the_month_with_which_it_ends() -> None:
    assert matches("{year}Q{quarter}.csv", "2025Q2.csv", Quarter(2025, 2))
    assert matches("{year}年1-{month}月.csv", "2025年1-6月.csv", Quarter(2025, 2))
    assert matches("{year}.csv", "2025.csv", Year(2025))


@pytest.mark.parametrize(
    ("pattern", "cadence", "says"),
    [
        ("{year}/{month}.csv", Cadence.MONTHLY, True),
        ("{month}.csv", Cadence.MONTHLY, False),
        ("{year}Q{quarter}.csv", Cadence.MONTHLY, False),
        ("{year}Q{quarter}.csv", Cadence.QUARTERLY, True),
        ("{year}.csv", Cadence.ANNUAL, True),
        ("{year}.csv", Cadence.MONTHLY, False),
    ],
)
def test_a_name_says_the_period_where_it_has_all_of_it(pattern: str, cadence: Cadence, says: bool) -> None:
    assert says_period(pattern, cadence) is says


@pytest.mark.parametrize("pattern", ["../*.csv", "/etc/*", "a//b", "./a", "**/a.csv", "{moon}.csv", "{year.csv"])
def test_a_pattern_that_leaves_the_folder_or_is_not_understood_is_refused(pattern: str) -> None:
    assert problems(pattern)


@pytest.mark.parametrize(
    "name", ["~$3月.xlsx", ".3月.xlsx", "3月.xlsx.part", "3月.TMP", "3月.xlsx.crdownload", "3月.xlsx~"]
)
def test_names_of_files_in_the_making_are_known(name: str) -> None:
    assert is_temporary(name)
    assert not is_temporary("3月.xlsx")
