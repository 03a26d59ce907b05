"""Words for periods, amounts and promises, as arrays, in Chinese and in English.

Belongs here: how one figure, one period, one comparator is said. Does not belong here: whole sentences (`reasons.py`).
"""

from __future__ import annotations

from calendar import month_name
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dagster_project.progress.arrays import Floats, Integers, Texts
from dagster_project.progress.targets import COMPARATORS, TargetTable, texts
from validators.catalogue import Comparator, Kind, Words
from validators.periods import Quarter, Year, parse_period

# How a period is said: since January (flows, counts, year-to-date growth), at its end (stocks), or by itself.
SINCE_JANUARY, AT_END, ITSELF = 0, 1, 2

_LARGEST = 1e15  # hundredths; beyond this float64 no longer holds them exactly
_TAILS = ["" if part == 0 else f".{part:02d}".rstrip("0") for part in range(100)]

_PROMISES: dict[Comparator, tuple[str, str, str]] = {  # around the amount: zh before, zh after, en before
    Comparator.AT_LEAST: ("", "以上", "at least "),
    Comparator.MORE_THAN: ("超", "", "more than "),
    Comparator.AT_MOST: ("不超过", "", "at most "),
    Comparator.LESS_THAN: ("少于", "", "less than "),
    Comparator.ABOUT: ("", "左右", "about "),
    Comparator.RANK_WITHIN: ("前", "", "within the first "),
    Comparator.EXACTLY: ("", "", ""),
}


@dataclass(frozen=True, slots=True, eq=False)
class Number:
    """Numbers to be written (see `written`) only for the rows whose sentence says them."""

    values: Floats
    decimals: int
    fixed: bool = False

    def at(self, rows: Integers) -> Texts:
        """The numbers of these rows in writing."""
        return written(self.values[rows], self.decimals, fixed=self.fixed)


def written(values: Floats, decimals: int, *, fixed: bool = False) -> Texts:
    """Numbers in plain writing, without exponent or grouping, the same in both languages. Shape (n,).

    At most so many decimals (0, 1 or 2), without trailing zeros; small numbers keep more (below 10 two, below 0.1
    four), so that a rate of 0.04 doesn't become 0. `fixed` always writes exactly `decimals`. What isn't finite is
    written as ''.

    The whole part and the hundredths are looked up in two small tables: formatting each of millions of numbers by
    itself would take most of the time of an evaluation.
    """
    known = np.isfinite(values)
    size = np.where(known, np.abs(values), 0.0)
    coarse = fixed | (size >= 10)
    places = np.where(coarse, decimals, 2)
    hundredths = np.where(
        places == 2, np.rint(size * 100), np.where(places == 1, np.rint(size * 10) * 10, np.rint(size) * 100)
    )
    whole, rest = np.divmod(np.minimum(hundredths, _LARGEST), 100)
    tails = [f".{part:02d}"[: decimals + 1] if decimals else "" for part in range(100)] if fixed else _TAILS
    found: Texts = _wholes(whole.astype(np.int64)) + texts(tails)[rest.astype(np.int64)]
    negative = (values < 0) & (hundredths > 0)
    found[negative] = "-" + found[negative]
    unusual = (hundredths > _LARGEST) | (~coarse & (size > 0) & (size < 0.1))
    for row in np.flatnonzero(unusual & known):  # few: very large, or very small
        found[row] = f"{np.round(values[row], 4) + 0.0:.15g}" if size[row] < 1 else f"{values[row]:.0f}"
    found[~known] = ""
    return found


def _wholes(numbers: Integers) -> Texts:
    """str() of whole numbers from zero up, each distinct one formatted once."""
    if len(numbers) < 64:
        return texts([str(number) for number in numbers.tolist()])
    largest = int(numbers.max(initial=0))
    if largest <= 4 * len(numbers) + 1000:
        return texts([str(number) for number in range(largest + 1)])[numbers]
    distinct, codes = np.unique(numbers, return_inverse=True)
    return texts([str(number) for number in distinct.tolist()])[codes]


def period_style(targets: TargetTable) -> Integers:
    """How each target's periods are said. Shape (n,)."""
    since = targets.accumulates | targets.is_kind(Kind.GROWTH)
    return np.where(since, SINCE_JANUARY, np.where(targets.is_kind(Kind.STOCK), AT_END, ITSELF))


def period_words(periods: Sequence[str], as_of: str) -> tuple[Texts, Texts]:
    """Words (zh, en) of SDMX periods by style, each of shape (periods, 3). The year is said where it isn't the as-of
    year's.

    January and February are published together, so February's year to date is 1-2月.
    """
    zh, en = np.full((len(periods), 3), "", dtype=object), np.full((len(periods), 3), "", dtype=object)
    for row, text in enumerate(periods):
        for style in (SINCE_JANUARY, AT_END, ITSELF):
            if text:
                words = _period(text, style, said_year=as_of[:4])
                zh[row, style], en[row, style] = words.zh, words.en
    return zh, en


def month_words(months: Sequence[str]) -> tuple[Texts, Texts]:
    """Words (zh, en) of SDMX months with their year: 2025年12月, December 2025. Shape (months,)."""
    parsed = [(int(text[:4]), int(text[5:7])) for text in months]
    return texts([f"{year}年{month}月" for year, month in parsed]), texts(
        [f"{month_name[month]} {year}" for year, month in parsed]
    )


def promise_words() -> tuple[Texts, Texts, Texts]:
    """By comparator code, what stands around the amount: zh before, zh after, en before. 以上 comes after it."""
    before_zh, after_zh, before_en = (texts([_promise(one)[place] for one in COMPARATORS]) for place in (0, 1, 2))
    return before_zh, after_zh, before_en


def _promise(comparator: Comparator) -> tuple[str, str, str]:
    return _PROMISES.get(comparator, ("", "", ""))


def _period(text: str, style: int, said_year: str) -> Words:
    period = parse_period(text)
    year_zh, year_en = ("", "") if text[:4] == said_year else (f"{period.year}年", f" {period.year}")
    if isinstance(period, Year):
        zh = f"{period.year}年末" if style == AT_END else f"{period.year}年"
        return Words(zh=zh, en=f"End of {period.year}" if style == AT_END else str(period.year))
    month = period.last_month.month
    if isinstance(period, Quarter) and style == ITSELF:
        return Words(zh=f"{year_zh}{'一二三四'[period.quarter - 1]}季度", en=f"quarter {period.quarter}{year_en}")
    name = month_name[month]
    if style == SINCE_JANUARY and month > 1:
        return Words(zh=f"{year_zh}1-{month}月", en=f"January-{name}{year_en}")
    return Words(
        zh=f"{year_zh}{month}月{'末' if style == AT_END else ''}",
        en=f"{'End of ' if style == AT_END else ''}{name}{year_en}",
    )
