"""How a finding names a figure, a number and a period, in Chinese and in English.

Belongs here: the words that several rules share. Does not belong here: the sentence of one rule (it stands beside the
rule), and any judgement.
"""

from __future__ import annotations

import numpy as np

from validators.catalogue import Catalogue, Measure, Words
from validators.periods import Month, Quarter, parse_period

_MEASURE_ZH = {
    Measure.MONTH: "当月",
    Measure.YTD: "累计",
    Measure.LEVEL: "",
    Measure.YOY_MONTH: "当月同比",
    Measure.YOY_YTD: "累计同比",
}
_MEASURE_EN = {
    Measure.MONTH: "month",
    Measure.YTD: "year to date",
    Measure.LEVEL: "level",
    Measure.YOY_MONTH: "month, year on year",
    Measure.YOY_YTD: "year to date, year on year",
}
_QUARTERS_ZH = "一二三四"
_HUGE = 1e16  # no figure of any statistic; three hundred digits would help nobody


def number(value: float) -> str:
    """The number written plainly: no exponent (below 10^16), no trailing zeros, no noise of binary fractions. '' for
    NaN."""
    if np.isnan(value):
        return ""
    if np.isinf(value):
        return "∞" if value > 0 else "-∞"
    if abs(value) >= _HUGE:
        return f"{value:.6g}"
    text = np.format_float_positional(value, precision=10, unique=True, trim="-")
    digits = len(text.replace("-", "").replace(".", ""))
    if digits > 12:  # 0.1 + 0.2: more digits than any table shows
        text = np.format_float_positional(value, precision=12, unique=False, fractional=False, trim="-")
    return "0" if text == "-0" else text


def brief(value: float) -> str:
    """A computed number to four significant digits (a median, a bound), written plainly."""
    return number(value if value == 0 or not np.isfinite(value) else float(f"{value:.4g}"))


def per_cent(value: float) -> str:
    """A change in per cent with its sign: '+12.5%'."""
    return f"{'+' if value > 0 else ''}{number(round(value, 1))}%"


def amount(value: float, unit: str) -> str:
    """A number with its unit: '38.1亿元'. The unit's Chinese text is its name in both languages of a finding."""
    return f"{number(value)}{unit}"


def period_zh(period: str, measure: str) -> str:
    """'2025年3月', '2025年1-3月' for a year-to-date figure, '2025年一季度', '2025年'. Raises PeriodError."""
    found = parse_period(period)
    if isinstance(found, Month):
        since_january = measure in (Measure.YTD, Measure.YOY_YTD) and found.month > 1
        return f"{found.year}年{'1-' if since_january else ''}{found.month}月"
    if isinstance(found, Quarter):
        return f"{found.year}年{_QUARTERS_ZH[found.quarter - 1]}季度"
    return f"{found.year}年"


def figure(catalogue: Catalogue, indicator: str, period: str, measure: str) -> Words:
    """The full name of a figure: '货物贸易出口2025年1-3月累计', 'Exports of goods (2025-03, year to date)'."""
    name = catalogue.indicators[indicator].name
    zh, en = _MEASURE_ZH.get(Measure(measure), measure), _MEASURE_EN.get(Measure(measure), measure)
    return Words(zh=f"{name.zh}{period_zh(period, measure)}{zh}", en=f"{name.en} ({period}, {en})")


def series(catalogue: Catalogue, indicator: str, measure: str) -> Words:
    """A figure without its period: '货物贸易出口累计', 'Exports of goods (year to date)'."""
    name = catalogue.indicators[indicator].name
    zh, en = _MEASURE_ZH.get(Measure(measure), measure), _MEASURE_EN.get(Measure(measure), measure)
    return Words(zh=f"{name.zh}{zh}", en=f"{name.en} ({en})")


def moment(period: str, measure: str) -> Words:
    """A figure's period and measure without its indicator: '2025年1-3月累计', '2025-03 year to date'."""
    zh, en = _MEASURE_ZH.get(Measure(measure), measure), _MEASURE_EN.get(Measure(measure), measure)
    return Words(zh=f"{period_zh(period, measure)}{zh}", en=f"{period} {en}")


def at(sheet: str, cell: str) -> str:
    """The place that opens a sentence: '外贸!D14 ', '外贸 ' or ''."""
    place = f"{sheet}!{cell}" if sheet and cell else sheet or cell
    return f"{place} " if place else ""
