from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from validators.errors import PeriodError
from validators.periods import Month, Period, Quarter, Year, find_period, month_ordinals, parse_period, read_period

years = st.integers(1900, 2099)
months = st.builds(Month, years, st.integers(1, 12))
periods = st.one_of(months, st.builds(Quarter, years, st.integers(1, 4)), st.builds(Year, years))


@given(periods)
def test_a_period_survives_its_text(period: Period) -> None:
    assert parse_period(period.text) == period


@given(periods)
def test_what_sdmx_writes_is_also_what_people_write(period: Period) -> None:
    found = read_period(period.text)
    assert found is not None
    assert found.period == period
    assert found.year_stated


@given(months, months)
def test_months_sort_by_time(one: Month, other: Month) -> None:
    assert (one < other) == (one.ordinal < other.ordinal)
    assert (one == other) == (one.ordinal == other.ordinal)


@given(months, st.integers(-600, 600))
def test_stepping_forth_and_back_returns(month: Month, steps: int) -> None:
    assert month.plus(steps).ordinal - month.ordinal == steps
    assert month.plus(steps).plus(-steps) == month
    assert Month.from_ordinal(month.ordinal) == month


def test_a_quarter_and_a_year_end_with_their_last_month() -> None:
    periods = (Quarter(2025, 3), Year(2025), Month(2025, 3))
    assert [period.first_month for period in periods] == [Month(2025, 7), Month(2025, 1), Month(2025, 3)]
    assert [period.last_month for period in periods] == [Month(2025, 9), Month(2025, 12), Month(2025, 3)]


@pytest.mark.parametrize(
    "text", ["", "2025-3", "2025-13", "2025-00", "2025-Q5", "202503", "2025年3月", "25-03", "2025-03-01"]
)
def test_a_text_that_is_not_sdmx_is_refused(text: str) -> None:
    with pytest.raises(PeriodError, match="no period"):
        parse_period(text)


@pytest.mark.parametrize("impossible", [(2025, 13), (2025, 0), (0, 1), (20251, 1)])
def test_there_is_no_impossible_month(impossible: tuple[int, int]) -> None:
    with pytest.raises(PeriodError):
        Month(*impossible)


def test_there_is_no_fifth_quarter_and_no_year_of_five_digits() -> None:
    with pytest.raises(PeriodError):
        Quarter(2025, 5)
    with pytest.raises(PeriodError):
        Year(20251)


WRITTEN = {
    "2025年3月": ("2025-03", False),
    "２０２５年３月": ("2025-03", False),
    " 2025 年 3 月 ": ("2025-03", False),
    "2025年03月份": ("2025-03", False),
    "2025.3": ("2025-03", False),
    "2025.03": ("2025-03", False),
    "2025.10": ("2025-10", False),
    "2025-3": ("2025-03", False),
    "2025/03": ("2025-03", False),
    "202503": ("2025-03", False),
    "202503.0": ("2025-03", False),  # an integer cell read as a float
    "202503MM": ("2025-03", False),
    "2025M03": ("2025-03", False),
    "2025-M03": ("2025-03", False),
    "二〇二五年三月": ("2025-03", False),
    "2025年3月末": ("2025-03", False),
    "2025年3月当月": ("2025-03", False),
    "2025年1-3月": ("2025-03", True),
    "2025年1—3月": ("2025-03", True),
    "2025年1～3月": ("2025-03", True),
    "2025年1至3月": ("2025-03", True),
    "2025年1月-3月": ("2025-03", True),
    "2025年1月至2025年3月": ("2025-03", True),
    "（2025年1—3月）": ("2025-03", True),
    "2025.1-3": ("2025-03", True),
    "2025年1-2月": ("2025-02", True),
    "2025年1-12月": ("2025-12", True),
    "2025年1-3月累计": ("2025-03", True),
    "2025年3月累计": ("2025-03", True),
    "截至2025年3月底": ("2025-03", True),
    "2025年前5个月": ("2025-05", True),
    "2025年4-6月": ("2025-Q2", False),
    "2025年一季度": ("2025-Q1", True),
    "2025年第1季度": ("2025-Q1", True),
    "2025年1季度": ("2025-Q1", True),
    "2025Q1": ("2025-Q1", True),
    "2025-Q1": ("2025-Q1", True),
    "2025年第三季度": ("2025-Q3", False),
    "2025Q3": ("2025-Q3", False),
    "2025年上半年": ("2025-Q2", True),
    "2025年前三季度": ("2025-Q3", True),
    "2025年1-3季度": ("2025-Q3", True),
    "2025年": ("2025", True),
    "2025年度": ("2025", True),
    "2025年全年": ("2025", True),
    "2025": ("2025", True),
    "2025.0": ("2025", True),
}


@pytest.mark.parametrize(("text", "expected"), WRITTEN.items())
def test_what_people_write_is_read(text: str, expected: tuple[str, bool]) -> None:
    found = read_period(text)
    assert found is not None
    assert (found.period.text, found.cumulative, found.year_stated) == (*expected, True)


YEARLESS = {
    "3月": ("2025-03", False),
    "3月份": ("2025-03", False),
    "十二月": ("2025-12", False),
    "1-3月": ("2025-03", True),
    "一至三月": ("2025-03", True),
    "本年1-3月": ("2025-03", True),
    "去年1-3月": ("2024-03", True),
    "上年3月": ("2024-03", False),
    "一季度": ("2025-Q1", True),
    "二季度": ("2025-Q2", False),
    "上半年": ("2025-Q2", True),
    "前三季度": ("2025-Q3", True),
    "Q3": ("2025-Q3", False),
    "全年": ("2025", True),
}


@pytest.mark.parametrize(("text", "expected"), YEARLESS.items())
def test_a_text_without_a_year_takes_the_given_one(text: str, expected: tuple[str, bool]) -> None:
    assert read_period(text) is None
    found = read_period(text, year=2025)
    assert found is not None
    assert (found.period.text, found.cumulative, found.year_stated) == (*expected, False)


def test_a_stated_year_wins_over_the_given_one() -> None:
    found = read_period("2024年3月", year=2025)
    assert found is not None
    assert found.period == Month(2024, 3)


NONSENSE = """2025年13月 0月 2025年0月 13月 202513 202500 2025.13 2025-13 2025年5季度 3-5月 5-3月 2-3季度
2024年1月-2025年3月 2025—2027年 2025-03-18 2025年3月18日 25年3月 3个月 2025年版 1234 9999 — 出口 3 38.12 1.5 合计"""


@pytest.mark.parametrize("text", ["", " ", "3月" * 30, *NONSENSE.split()])
def test_nonsense_is_no_period(text: str) -> None:
    assert read_period(text, year=2025) is None


def test_a_lost_zero_is_october_only_where_the_caller_says_that_the_text_is_a_number() -> None:
    def month(text: str, decimal: bool) -> str | None:
        found = read_period(text, decimal=decimal)
        return found.period.text if found else None

    assert [month(text, True) for text in ("2016.9", "2016.1", "2016.11")] == ["2016-09", "2016-10", "2016-11"]
    assert month("2016.1", False) == "2016-01"
    assert month("2016.01", True) == "2016-01"
    assert month("2016-1", True) == "2016-01"


WITHIN = {
    "2025年1-3月经济运行情况概述": ("2025-03", True),
    "示例数据 某区2025年3月份对外贸易情况": ("2025-03", False),
    "2025年某区1-9月经济运行": ("2025-09", True),
    "统计月报 2025 年 1 — 3 月": ("2025-03", True),
    "trade-2025-03.xlsx": ("2025-03", False),
    "外贸202503.xls": ("2025-03", False),
    "trade202503.csv": ("2025-03", False),
    "2025年3月 2024年3月": ("2025-03", False),
    "2025年一季度全市": ("2025-Q1", True),
    "2025年度研发投入": ("2025", True),
    "report 2025 Q1": ("2025-Q1", True),
    "2025年1-3月（发布日期：2025年4月18日）": ("2025-03", True),
}


@pytest.mark.parametrize(("text", "expected"), WITHIN.items())
def test_a_period_is_found_inside_a_title_or_a_file_name(text: str, expected: tuple[str, bool]) -> None:
    found = find_period(text, year=1999)
    assert found is not None
    assert (found.period.text, found.cumulative, found.year_stated) == (*expected, True)


def test_a_title_without_a_year_takes_the_given_one() -> None:
    found = find_period("1-3月累计比上年同期(%)", year=2025)
    assert found is not None
    assert (found.period, found.cumulative, found.year_stated) == (Month(2025, 3), True, False)
    assert find_period("1-3月累计比上年同期(%)") is None


NO_PERIODS = """发布日期:2025年4月18日 2025-04-18 20250418.xlsx 政策(2025年版) 计划（2025—2027年） 2025年13月 FAQ1
12个月 二十三月"""


@pytest.mark.parametrize("text", NO_PERIODS.split())
def test_dates_spans_and_editions_are_no_periods_of_statistics(text: str) -> None:
    assert find_period(text, year=2025) is None


@given(st.text(max_size=60))
def test_reading_any_text_at_all_never_fails(text: str) -> None:
    read_period(text, year=2025)
    find_period(text, year=2025)


def test_ordinals_of_a_column_follow_the_last_month_of_each_period() -> None:
    column = pd.Series(["2025-03", "2025-Q1", "2025", "2025-03"])
    expected = [Month(2025, 3).ordinal, Month(2025, 3).ordinal, Month(2025, 12).ordinal, Month(2025, 3).ordinal]
    ordinals = month_ordinals(column)
    assert ordinals.dtype == np.int64
    assert ordinals.tolist() == expected
    assert month_ordinals(column.iloc[:0]).tolist() == []


@pytest.mark.parametrize("bad", [["2025-03", "March"], ["2025-03", None]])
def test_a_column_with_a_bad_or_missing_period_is_refused(bad: list[str | None]) -> None:
    with pytest.raises(PeriodError):
        month_ordinals(pd.Series(bad, dtype="str"))
