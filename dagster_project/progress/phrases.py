"""Words for periods, amounts and promises, as arrays, in Chinese and in English.

Belongs here: how one figure, one period, one comparator is said. Does not belong here: whole sentences (`reasons.py`).
"""

from __future__ import annotations

from calendar import month_name
from collections.abc import Sequence

import numpy as np

from dagster_project.progress.arrays import Floats, Integers, Texts
from dagster_project.progress.targets import COMPARATORS, TargetTable, texts
from validators.catalogue import Comparator, Kind, Words
from validators.periods import Quarter, Year, parse_period

# How a period is said: since January (flows, counts, year-to-date growth), at its end (stocks), or by itself.
SINCE_JANUARY, AT_END, ITSELF = 0, 1, 2

_PROMISES: dict[Comparator, tuple[str, str, str]] = {  # around the amount: zh before, zh after, en before
    Comparator.AT_LEAST: ("", "以上", "at least "),
    Comparator.MORE_THAN: ("超", "", "more than "),
    Comparator.AT_MOST: ("不超过", "", "at most "),
    Comparator.LESS_THAN: ("少于", "", "less than "),
    Comparator.ABOUT: ("", "左右", "about "),
    Comparator.RANK_WITHIN: ("前", "", "within the first "),
    Comparator.EXACTLY: ("", "", ""),
}


def written(values: Floats, decimals: int, *, fixed: bool = False) -> Texts:
    """Numbers in plain writing, without exponent or grouping, the same in both languages. Shape (n,).

    At most so many decimals, without trailing zeros; small numbers keep more (below 10 one more, below 0.1 four), so
    that a rate of 0.04 doesn't become 0. `fixed` always writes exactly `decimals`. NaN is written as ''.
    """
    known = np.isfinite(values)
    if fixed:
        return texts(
            [f"{value:.{decimals}f}" if ok else "" for value, ok in zip(values.tolist(), known.tolist(), strict=True)]
        )
    size = np.abs(values)
    rounded = np.where(
        size >= 10,
        np.round(values, decimals),
        np.where(size >= 0.1, np.round(values, max(decimals, 2)), np.round(values, 4)),
    )
    plain = (rounded + 0.0).tolist()  # + 0.0 turns -0.0 into 0.0
    return texts([f"{value:.15g}" if ok else "" for value, ok in zip(plain, known.tolist(), strict=True)])


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


def promise_words(targets: TargetTable, value: Texts) -> tuple[Texts, Texts]:
    """The target as said: 450亿元以上, at least 450 × 100 million yuan. Shapes (n,)."""
    before_zh, after_zh, before_en = (texts([_promise(one)[place] for one in COMPARATORS]) for place in (0, 1, 2))
    zh = before_zh[targets.comparator] + value + targets.units.zh[targets.unit] + after_zh[targets.comparator]
    en = before_en[targets.comparator] + value + targets.units.en[targets.unit]
    rank = targets.is_comparator(Comparator.RANK_WITHIN)
    positive = targets.is_comparator(Comparator.POSITIVE)
    en = np.where(rank, before_en[targets.comparator] + value, en)
    return np.where(positive, "正增长", zh), np.where(positive, "growth above zero", en)


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
