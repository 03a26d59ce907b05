"""Months, quarters and years of statistics: their SDMX text, their order, and what people write for them.

Belongs here: the three kinds of period and reading one from a text. Does not belong here: Excel dates (`tables` reads
cells), release calendars, any clock.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from validators.errors import PeriodError


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """A calendar month. Months compare and sort by time."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not (1000 <= self.year <= 9999 and 1 <= self.month <= 12):
            raise PeriodError(f"没有 {self.year} 年 {self.month} 月 / there is no month {self.month} of {self.year}")

    @classmethod
    def from_ordinal(cls, ordinal: int) -> Month:
        """The month with this `ordinal`."""
        return cls(ordinal // 12, ordinal % 12 + 1)

    @property
    def ordinal(self) -> int:
        """Months since year 0: consecutive months have consecutive numbers."""
        return self.year * 12 + self.month - 1

    @property
    def text(self) -> str:
        """The SDMX text."""
        return f"{self.year}-{self.month:02d}"

    @property
    def first_month(self) -> Month:
        """The month with which the period begins."""
        return self

    @property
    def last_month(self) -> Month:
        """The month with which the period ends."""
        return self

    def plus(self, months: int) -> Month:
        """The month so many months later (earlier when negative)."""
        return Month.from_ordinal(self.ordinal + months)


@dataclass(frozen=True, order=True, slots=True)
class Quarter:
    """A quarter of a calendar year. Quarters compare and sort by time."""

    year: int
    quarter: int

    def __post_init__(self) -> None:
        if not (1000 <= self.year <= 9999 and 1 <= self.quarter <= 4):
            raise PeriodError(f"{self.year} 年没有第 {self.quarter} 季度 / {self.year} has no quarter {self.quarter}")

    @property
    def text(self) -> str:
        """The SDMX text."""
        return f"{self.year}-Q{self.quarter}"

    @property
    def first_month(self) -> Month:
        """The month with which the period begins."""
        return Month(self.year, self.quarter * 3 - 2)

    @property
    def last_month(self) -> Month:
        """The month with which the period ends."""
        return Month(self.year, self.quarter * 3)


@dataclass(frozen=True, order=True, slots=True)
class Year:
    """A calendar year."""

    year: int

    def __post_init__(self) -> None:
        if not 1000 <= self.year <= 9999:
            raise PeriodError(f"没有 {self.year} 年 / there is no year {self.year}")

    @property
    def text(self) -> str:
        """The SDMX text."""
        return f"{self.year}"

    @property
    def first_month(self) -> Month:
        """The month with which the period begins."""
        return Month(self.year, 1)

    @property
    def last_month(self) -> Month:
        """The month with which the period ends."""
        return Month(self.year, 12)


Period = Month | Quarter | Year


@dataclass(frozen=True, slots=True)
class Found:
    """A period read from a text. `cumulative`: the text says that the figure covers everything since 1 January (a range
    from January, 上半年, 累计, a first quarter, a whole year). `year_stated`: the text itself names the year."""

    period: Period
    cumulative: bool
    year_stated: bool


_SDMX = re.compile(r"((?!0000)[0-9]{4})(?:-(?:(0[1-9]|1[0-2])|Q([1-4])))?")


@lru_cache(maxsize=4096)
def parse_period(text: str) -> Period:
    """The period of an SDMX text: '2025-03', '2025-Q1' or '2025'. Raises PeriodError for any other text."""
    match = _SDMX.fullmatch(text)
    if match is None:
        raise PeriodError(
            f"“{text}”不是统计期，应写作 2025-03、2025-Q1 或 2025"
            f" / {text!r} is no period: write 2025-03, 2025-Q1 or 2025"
        )
    year, month, quarter = match.groups()
    if month:
        return Month(int(year), int(month))
    return Quarter(int(year), int(quarter)) if quarter else Year(int(year))


def month_ordinals(periods: pd.Series) -> npt.NDArray[np.int64]:
    """`Month.ordinal` of the last month of each SDMX text, same length and order. Raises PeriodError for a text that is
    no period, or for a missing one. Each distinct text is parsed once."""
    codes, distinct = pd.factorize(periods)
    if (codes < 0).any():
        raise PeriodError("缺少统计期 / a period is missing")
    return np.array([parse_period(str(text)).last_month.ordinal for text in distinct], dtype=np.int64)[codes]


# What people write. Texts are matched after NFKC, so full-width digits, brackets and signs are ASCII here.
_DASH = r"\s*[-\u2010\u2012-\u2015\u2212\u2500~\u301c至到]+\s*"
_YEAR = r"(?:19|20)[0-9]{2}|[一二][〇○零一二三四五六七八九]{3}"
_NUMBER = r"1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九]"
_WHOSE_YEAR = rf"(?:(?P<year>{_YEAR})年度?|(?P<relative>今年|本年|去年|上年))"

_MONTH_FORMS = (
    # 2025年3月, 2025年1-3月, 1月至3月, 3月份, 2025年1月-2025年3月
    rf"{_WHOSE_YEAR}?(?:(?P<start>{_NUMBER})(?:月份?)?{_DASH}(?:(?P<again>{_YEAR})年)?)?(?P<month>{_NUMBER})月份?",
    # 前5个月
    rf"{_WHOSE_YEAR}?(?P<front>前)(?P<month>{_NUMBER})个月",
    # 2025.1-3
    rf"(?P<year>{_YEAR})[./](?P<start>{_NUMBER}){_DASH}(?P<month>{_NUMBER})(?:月份?)?",
    # 2025.3, 2025-03, 2025/03
    rf"(?P<year>{_YEAR})(?P<point>[./-])(?P<month>1[0-2]|0?[1-9])(?:月份?)?",
    # 2025M03, 2025-M3
    rf"(?P<year>{_YEAR})-?M(?P<month>1[0-2]|0?[1-9])",
    # 202503, 202503MM
    rf"(?P<year>{_YEAR})(?P<month>0[1-9]|1[0-2])(?:MM|月份?)?",
)
_QUARTER_FORMS = (
    # 一季度, 2025年第1季度, 1-3季度
    rf"{_WHOSE_YEAR}?(?:第?(?P<start>[1-4一二三四])(?:季度)?{_DASH})?第?(?P<quarter>[1-4一二三四])季度",
    # 前三季度, 前2个季度
    rf"{_WHOSE_YEAR}?(?P<front>前)(?P<quarter>[2-4二三四])个?季度",
    rf"{_WHOSE_YEAR}?(?P<half>上半年)",
    # 2025Q1, 2025-Q1, 2025年Q1, Q1
    rf"(?:(?P<year>{_YEAR})年?[- ]?|(?<![A-Z]))Q(?P<quarter>[1-4])",
)
_YEAR_FORMS = (
    # 2025年, 2025年度, 2025年全年, 全年
    rf"(?P<year>{_YEAR})年度?(?:全年)?",
    r"(?P<whole>全年)",
)
_NUMBER_FORMS = (r"(?P<year>(?:19|20)[0-9]{2})(?:\.0)?", r"(?P<year>(?:19|20)[0-9]{2})(?P<month>0[1-9]|1[0-2])\.0")
_UNTIL = r"(?P<until>截[至止])?"
_TAIL = r"[末底止]?(?:当月|单月|本月)?(?P<sum>累计[数值额]?)?"
# Inside a longer text 13月, 2025-03-18, 2025年3月18日, 2025—2027年, 25年3月 and 2025年版 must not be read in part.
_BEFORE = r"(?<![0-9十年.])(?<![0-9][-\u2010\u2012-\u2015\u2212/~至到])"
_AFTER = rf"(?![0-9版])(?!(?:{_DASH}|[./])[0-9])"


def _compiled(before: str, forms: tuple[str, ...], after: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(f"{before}{form}{after}", re.IGNORECASE) for form in forms)


_WHOLE = _compiled(_UNTIL, _MONTH_FORMS + _QUARTER_FORMS + _YEAR_FORMS, _TAIL) + _compiled("", _NUMBER_FORMS, "")
_WITHIN = tuple(
    _compiled(_BEFORE + _UNTIL, forms, _AFTER + _TAIL) for forms in (_MONTH_FORMS, _QUARTER_FORMS, _YEAR_FORMS)
)
_STATED_YEAR = re.compile(rf"{_BEFORE}({_YEAR})年")
_CHINESE_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_LONGEST = 40  # no way to write a period is longer


@lru_cache(maxsize=16384)
def read_period(text: str, *, year: int | None = None, decimal: bool = False) -> Found | None:
    """The period that the text, as a whole, names as people write it; None when it names none.

    `year` is the year of a text that has none ('1-3月'); without it such a text is no period. `decimal` says that the
    text is a number's rendering, in which a trailing zero was lost: '2016.1' is then October, not January.
    """
    if len(text) > _LONGEST:
        return None
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    if plain[:1] in "(【[" and plain[-1:] in ")】]":
        plain = plain[1:-1]
    for form in _WHOLE:
        match = form.fullmatch(plain)
        if match is not None:
            return _found(match, year, decimal)
    return None


@lru_cache(maxsize=4096)
def find_period(text: str, *, year: int | None = None) -> Found | None:
    """The period named somewhere in a title, a header or a file name; None when there is none.

    Months win over quarters and quarters over years; among equals the first. A month without a year takes the last year
    written before it ('2025年龙湾区1-3月'), else `year`. Dates (2025年3月18日) and spans of years are passed over.
    """
    plain = unicodedata.normalize("NFKC", text)
    plain = re.sub(r"(?<=[0-9])\s+(?=[年月季])|(?<=年)\s+(?=[0-9第])", "", plain)
    for forms in _WITHIN:
        matches = [match for form in forms for match in form.finditer(plain)]
        for match in sorted(matches, key=lambda match: (match.start(), -match.end())):
            stated = [_year(before[1]) for before in _STATED_YEAR.finditer(plain, 0, match.start())]
            found = _found(match, stated[-1] if stated else year, decimal=False)
            if found is not None:
                return Found(found.period, found.cumulative, found.year_stated or bool(stated))
    return None


def _year(text: str) -> int:
    return int(text.translate(_CHINESE_DIGITS))


def _number(text: str) -> int:
    """1 to 12, in digits or as 三, 十, 十二."""
    if text.startswith("十"):
        return 10 + (_number(text[1:]) if len(text) > 1 else 0)
    return int(text.translate(_CHINESE_DIGITS))


def _found(match: re.Match[str], default_year: int | None, decimal: bool) -> Found | None:
    part = match.groupdict()
    if part.get("year"):
        year = _year(part["year"])
    elif default_year is None:
        return None
    else:
        year = default_year - (part.get("relative") in ("去年", "上年"))
    stated = bool(part.get("year"))
    if part.get("again") and _year(part["again"]) != year:
        return None
    whole = any(part.get(name) for name in ("front", "half", "until", "sum"))
    start = _number(part["start"]) if part.get("start") else None
    if part.get("half"):
        return Found(Quarter(year, 2), True, stated)
    if part.get("quarter"):
        quarter = _number(part["quarter"])
        if start is not None and (start != 1 or start > quarter):
            return None
        return Found(Quarter(year, quarter), whole or start == 1 or quarter == 1, stated)
    if not part.get("month"):
        return Found(Year(year), True, stated)
    month = _number(part["month"])
    if decimal and part.get("point") == "." and part["month"] == "1":
        month = 10
    if start is None or start == 1:
        return Found(Month(year, month), whole or start == 1, stated)
    if start == month - 2 and month % 3 == 0:  # 4-6月: one quarter by itself
        return Found(Quarter(year, month // 3), whole, stated)
    return None
