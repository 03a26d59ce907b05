"""A figure against the indicator's own history: the slip of a unit by name, and figures off its seasonal pattern.

Belongs here: rules that need earlier figures of the same indicator and region. Does not belong here: arithmetic between
figures (`consistency.py`), and the stored value that a figure replaces (`revisions.py`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from validators.catalogue import Catalogue, Kind, Words
from validators.codes import LEVEL, MONTH, YTD, Bools, Floats, Ints
from validators.figures import Figures, Flagged, places
from validators.findings import Finding, Severity
from validators.percents import fractions
from validators.sentences import brief, number
from validators.sizes import Sizes
from validators.units import SLIPS, slips

# From here on a multiple is a slip even where `units.slips` names none: 400 times too big is never right, and a month
# that is a 500th of the usual one hardly ever.
_BIGGER, _SMALLER = 400.0, 1 / 500
_OUTSIDE = 0.5  # a slip is also this share of its power of ten away from every earlier figure: lumpy series stay silent
_SIBLINGS = 3  # without any stored figure, so many others of the upload make a usual size

_SMALL = 10.0  # a count whose usual figure is smaller is too lumpy for a pattern
_MIN_RATIOS = 10  # year-on-year ratios that make a pattern
_DEVIATIONS = 4.0  # robust standard deviations from it
_FLOOR = 0.04  # smallest standard deviation of a log ratio that is believed
_NORMAL = 1.4826  # MAD of a normal distribution -> its standard deviation


def check(new: pd.DataFrame, stored: pd.DataFrame, catalogue: Catalogue) -> list[Finding]:
    """Slips, percentages typed as fractions, and outliers among the figures that are no slip.

    `new` is an OBSERVATION frame free of schema errors, `stored` a STORED frame of current observations."""
    figures = Figures.of(new, stored, catalogue)
    slipped = unit_slips(figures)
    figures = figures.without(slipped.rows)
    typed = fractions(figures)
    return [*slipped.findings, *typed.findings, *outliers(figures.without(typed.rows))]


def unit_slips(figures: Figures) -> Flagged:
    """Errors `unit_slip` on amounts and levels 10^3, 10^4 or 10^8 times (or that part of) the indicator's usual size.

    Usual is, for a year to date, the median of the same month in other years, or of all years scaled by the number of
    months; for a month or a level the median of the others. Others are the stored figures of periods that the upload
    does not bring; where there is none, the upload's own."""
    kinds = figures.codes.is_kind(Kind.FLOW, Kind.COUNT, Kind.STOCK, Kind.RATIO, Kind.DURATION)
    sized = kinds[figures.indicator] & np.isin(figures.measure, (MONTH, YTD, LEVEL)) & (figures.value > 0)
    months = np.where(figures.measure == YTD, figures.month % 12 + 1, 1)
    usual, per_month = _usual(figures, sized, months)
    asked = np.flatnonzero(sized & figures.new)
    # 5e-324 is no part of anything: a multiple stays a number that has a logarithm.
    times = np.maximum(figures.value[asked] / usual, np.finfo(np.float64).tiny)
    rate = figures.value[asked] / months[asked]
    power = _powers(times)
    away = 10.0 ** (_OUTSIDE * np.abs(power))
    bigger = (times >= _BIGGER) & (rate >= away * per_month.highest)
    smaller = (times <= _SMALLER) & (rate <= per_month.lowest / away) & (per_month.points > 1)
    slipped = bigger | smaller
    findings = [
        _slip(figures, int(asked[at]), float(times[at]), float(usual[at]), int(power[at])) for at in places(slipped)
    ]
    return Flagged(findings, figures.row[asked[slipped]])


def _powers(times: Floats) -> Ints:
    """The slip that each multiple would be: as `units.slips` names it, else the nearest of its powers."""
    named, powers = slips(times, 1.0), np.array(SLIPS)
    distance = np.abs(np.nan_to_num(np.log10(times))[:, None] - powers)
    return np.where(named != 0, named, powers[np.argmin(distance, axis=1)])


def _usual(figures: Figures, sized: Bools, months: Ints) -> tuple[Floats, Sizes]:
    """For each new figure that has a size: its usual value, and the sizes per month that say so; NaN without any."""
    flow = np.isin(figures.measure, (MONTH, YTD))
    rate = np.where(sized, figures.value / months, np.nan)
    measured = figures.series * 8 + figures.measure
    new, old = sized & figures.new, sized & ~figures.new

    def sizes(pool: Bools, group: Ints) -> Sizes:
        return Sizes.of(group[pool], rate[pool], group[new])

    same_month = sizes(old & (figures.measure == YTD), measured * 13 + months)
    same_measure = sizes(old, measured)
    either = sizes(old & flow, np.where(flow, figures.series, -1))
    siblings = sizes(new, measured)
    # The highest of the upload is what is asked about: only the middle of its figures can be held against it.
    siblings = replace(siblings, highest=siblings.median, lowest=siblings.median)
    nothing = replace(siblings, median=np.full(len(siblings.median), np.nan))
    # From the most to the least telling. The guard against lumpy series looks at every stored figure, not only at those
    # of the same month.
    per_month = siblings.where(siblings.points > _SIBLINGS, nothing)
    per_month = same_measure.where(same_measure.points > 0, either.where(either.points > 0, per_month))
    return np.where(same_month.points > 0, same_month.median, per_month.median) * months[new], per_month


def _slip(figures: Figures, place: int, times: float, usual: float, power: int) -> Finding:
    name = figures.codes.catalogue.indicators[figures.name(place)].name
    value = float(figures.value[place])
    multiple = 10.0**power if abs(np.log10(times) - power) < np.log10(2) else float(f"{times:.1g}")
    inverse = number(float(np.round(1 / multiple)))
    many_zh = f"{number(multiple)} 倍" if power > 0 else f"{inverse} 分之一"
    many_en = f"{number(multiple)} times" if power > 0 else f"1/{inverse} of"
    unit = figures.unit(place)
    typed, meant = _confused_units(unit, power)
    asks_zh = f"是否把{typed}当作{meant}填写？" if typed else "是否填错了单位？"
    asks_en = f"typed in {typed} instead of {meant}?" if typed else "typed in another unit?"
    words = Words(
        zh=f"{name.zh} {number(value)} 约为平常 {brief(usual)} 的 {many_zh}——{asks_zh}请核对单位后重新上传",
        en=f"{name.en}: {number(value)} is about {many_en} the usual {brief(usual)} — {asks_en} "
        "Check the unit and upload again",
    )
    return figures.finding(
        Severity.ERROR, "unit_slip", place, words, found=number(value), expected=f"≈ {brief(usual)}{unit}"
    )


def _confused_units(unit: str, power: int) -> tuple[str, str]:
    """The unit that was typed and the one that was to be: 亿元, 4 -> 万元, 亿元. Too small a figure in a unit without a
    bigger one stands in a table labelled with a smaller one: 亿元, -4 -> 亿元, 万元. ('', '') where no unit fits."""
    # A slow month typed in 万元 looks like 10^3: where no unit is 10^3 away, the one that is 10^4 away was meant.
    for size in (abs(power), 4):
        typed = _unit_apart(unit, size if power > 0 else -size)
        if typed:
            return typed, unit
        smaller = _unit_apart(unit, size)
        if power < 0 and smaller:
            return unit, smaller
    return "", ""


def _unit_apart(unit: str, power: int) -> str:
    """The same unit with a multiple 10^power times smaller (亿元, 万元, 千元, 元); '' where there is none."""
    size = {"亿": 8, "万": 4, "千": 3}.get(unit[0], 0)
    base = unit[1:] if size else unit
    prefix = {0: "", 3: "千", 4: "万", 8: "亿"}.get(size - power)
    if prefix is None or base in ("", "%", "‰"):
        return ""
    return f"{prefix}{base}"


def outliers(figures: Figures) -> list[Finding]:
    """`outlier` (warning): flows, counts and stocks whose change against a year and against two years ago is far from
    the indicator's usual year-on-year change: more than four robust standard deviations (median and MAD of the log
    ratios of all months, at least ten of them; counts also scatter by their square root). Both comparisons must say so,
    which keeps an odd month of last year from being held against this one. Counts that are usually below ten have no
    pattern. A month and its year to date are one fact: the month is named."""
    kinds = figures.codes.is_kind(Kind.FLOW, Kind.COUNT, Kind.STOCK)
    sized = kinds[figures.indicator] & np.isin(figures.measure, (MONTH, YTD, LEVEL)) & (figures.value > 0)
    one, two = _log_ratio(figures, 12, sized), _log_ratio(figures, 24, sized)
    group = figures.series * 8 + figures.measure
    known = np.where(figures.new, np.nan, one)
    usual, change = (Sizes.of(group[sized], values[sized], group) for values in (figures.value, known))
    median, off = change.median, one - change.median
    deviation = Sizes.of(group, np.abs(np.where(figures.new, np.nan, off)), group)
    before = figures.find(figures.series, figures.measure, figures.month - 12)
    last = np.where(before >= 0, figures.value[before], np.nan) if len(figures) else figures.value
    counts = figures.codes.is_kind(Kind.COUNT)[figures.indicator]
    with np.errstate(divide="ignore", invalid="ignore"):
        chance = np.where(counts, np.sqrt(1 / last + 1 / (last * np.exp(median))), 0.0)
        rounding = figures.half * (1 / last + 1 / figures.value)
    width = _DEVIATIONS * np.fmax(np.fmax(_NORMAL * deviation.median, _FLOOR), chance) + rounding
    off_two = (two - 2 * median) / np.sqrt(2)
    far = (np.abs(off) > width) & (np.abs(off_two) > width) & (np.sign(off) == np.sign(off_two))
    marked = figures.new & sized & (deviation.points >= _MIN_RATIOS) & ~(counts & (usual.median < _SMALL)) & far
    month = figures.find(figures.series, MONTH, figures.month)
    repeated = (figures.measure == YTD) & (month >= 0) & marked[month]
    marked &= ~repeated
    return [
        _outlier(figures, place, float(last[place]), float(median[place]), float(width[place]))
        for place in places(marked)
    ]


def _log_ratio(figures: Figures, months: int, sized: Bools) -> Floats:
    """log(value / value so many months earlier), NaN where either is missing or not positive."""
    before = figures.find(figures.series, figures.measure, figures.month - months)
    there = sized & (before >= 0) & sized[before]
    ratio = np.full(len(figures), np.nan)
    ratio[there] = np.log(figures.value[there] / figures.value[before[there]])
    return ratio


def _outlier(figures: Figures, place: int, before: float, median: float, width: float) -> Finding:
    name = figures.words(place)
    low, high = brief(before * np.exp(median - width)), brief(before * np.exp(median + width))
    usual = f"{low}–{high}{figures.unit(place)}"
    words = Words(
        zh=f"{name.zh} {figures.amount(place)}，按历年同月的变化通常在 {usual} 之间——请确认；无误则不必处理",
        en=f"{name.en}: {figures.amount(place)}, where the pattern of earlier years gives {usual} — "
        "confirm that it is right; if so there is nothing to do",
    )
    return figures.finding(Severity.WARNING, "outlier", place, words, expected=usual)
