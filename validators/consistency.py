"""Figures against each other: part and whole, district and city, level and growth, a ratio and its terms.

Belongs here: rules between indicators and regions, gaps in the release calendar, and the entry point of all rules
across figures. Does not belong here: the arithmetic of one indicator's year (`year_to_date.py`), an indicator's own
history (`history.py`).
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd

from validators.catalogue import Catalogue, Kind, Words
from validators.codes import LEVEL, MONTH, YOY_MONTH, YOY_YTD, YTD, Bools, Floats, Ints
from validators.figures import Figures, places
from validators.findings import Finding, Severity
from validators.periods import Month
from validators.sentences import at, number
from validators.year_to_date import year_to_date

_POINTS = 5.0  # percentage points between published and recomputed growth before it is worth a word
_RATIO = 0.01  # of the recomputed ratio
_EXACT = 1e-9  # relative; float64 of exact decimals


def check(
    new: pd.DataFrame, stored: pd.DataFrame, catalogue: Catalogue, *, known_from: datetime | None = None
) -> list[Finding]:
    """All rules between figures. `new` is an OBSERVATION frame free of schema errors, `stored` a STORED frame of
    current observations (also of other regions and datasets, where a whole or a city is to be compared)."""
    figures = Figures.of(new, stored, catalogue)
    return [*periods_skipped(figures), *consistent(figures, known_from)]


def consistent(figures: Figures, known_from: datetime | None = None) -> list[Finding]:
    """The rules between single figures, on figures joined already. Every comparison has at least one new figure."""
    return [
        *year_to_date(figures, known_from),
        *parts(figures),
        *districts(figures),
        *growth_against_levels(figures),
        *ratios(figures),
    ]


def periods_skipped(figures: Figures) -> list[Finding]:
    """`period_skipped` (warning): between a new period and the last one known before it, other periods are missing.
    One finding per region and new period, since a whole table is missing. January is none where it is not published."""
    codes, findings = figures.codes, []
    home = codes.dataset[figures.indicator]
    groups = np.unique(np.stack([home, figures.region], axis=1)[figures.new], axis=0)
    for dataset, region in groups.tolist():  # one dataset in one or two regions
        ours = (home == dataset) & (figures.region == region)
        indicator = int(figures.indicator[ours][0])
        step, january = int(codes.step[indicator]), bool(codes.january[indicator])
        known = np.unique(figures.month[ours])
        for month in np.unique(figures.month[ours & figures.new]).tolist():
            before = known[known < month]
            if len(before) == 0:
                continue
            between = range(int(before[-1]) + step, month, step)
            missing = [ordinal for ordinal in between if january or step > 1 or ordinal % 12 != 0]
            if missing:
                first = int(np.flatnonzero(ours & figures.new & (figures.month == month))[0])
                findings.append(_skipped(figures, first, missing, step))
    return findings


def _skipped(figures: Figures, place: int, missing: list[int], step: int) -> Finding:
    texts = [_period_text(ordinal, step) for ordinal in missing]
    catalogue, region = figures.codes.catalogue, str(figures.codes.regions[figures.region[place]])
    title = catalogue.datasets[catalogue.indicators[figures.name(place)].dataset].title
    name = catalogue.regions[region].name
    listed = "、".join(texts) if len(texts) <= 3 else f"{texts[0]}–{texts[-1]}"
    period, sheet = str(figures.period[place]), str(figures.sheet[place])
    return Finding(
        severity=Severity.WARNING,
        rule="period_skipped",
        zh=f"{at(sheet, '')}{name.zh}“{title.zh}”{period} 之前缺少 {listed} 的数据——请补报；已在途则不必处理",
        en=f"{at(sheet, '')}{name.en}, {title.en}: nothing has been reported for {listed} before {period} — "
        "report it too; if it is on its way there is nothing to do",
        sheet=sheet,
        region=region,
        period=period,
        found=period,
        expected=listed,
    )


def _period_text(ordinal: int, step: int) -> str:
    month = Month.from_ordinal(ordinal)
    if step == 12:
        return str(month.year)
    return f"{month.year}-Q{(month.month + 2) // 3}" if step == 3 else month.text


def parts(figures: Figures) -> list[Finding]:
    """`part_exceeds_whole`: an indicator above the one of which the catalogue says it is a part, in the same region,
    period and measure. Error when both are of this upload, else warning."""
    whole = figures.find(
        figures.series_of(figures.codes.part_of[figures.indicator], figures.region), figures.measure, figures.month
    )
    factor = figures.codes.part_factor[figures.indicator]
    return [
        _exceeds(figures, part, int(whole[part]), "part_exceeds_whole")
        for part in places(_above(figures, whole, factor, _amounts(figures)))
    ]


def districts(figures: Figures) -> list[Finding]:
    """`district_exceeds_city`: a flow, count or stock of a region above that of the region of which it is part."""
    series = figures.series_of(figures.indicator, figures.codes.region_part_of[figures.region])
    city = figures.find(series, figures.measure, figures.month)
    kinds = figures.codes.is_kind(Kind.FLOW, Kind.COUNT, Kind.STOCK) & ~figures.codes.may_be_negative
    asked = _amounts(figures) & kinds[figures.indicator]
    return [
        _exceeds(figures, district, int(city[district]), "district_exceeds_city")
        for district in places(_above(figures, city, np.ones(len(figures)), asked))
    ]


def _amounts(figures: Figures) -> Bools:
    return np.isin(figures.measure, (MONTH, YTD, LEVEL))


def _above(figures: Figures, whole: Ints, factor: Floats, asked: Bools) -> Bools:
    """Which figures exceed their whole by more than rounding explains, one of the two being new."""
    if len(figures) == 0:
        return np.zeros(0, dtype=bool)
    limit = figures.value[whole] * (1 + _EXACT) + figures.half[whole] + figures.half * factor
    with np.errstate(invalid="ignore"):
        return np.asarray(asked & (whole >= 0) & (figures.value * factor > limit) & (figures.new | figures.new[whole]))


def _exceeds(figures: Figures, part: int, whole: int, rule: str) -> Finding:
    both = bool(figures.new[part] and figures.new[whole])
    place, other = (part, whole) if figures.new[part] else (whole, part)
    name, than, source = _named(figures, place, rule), _named(figures, other, rule), figures.source(other)
    limit = figures.amount(other)
    side_zh, side_en = ("大于", "is more than") if place == part else ("小于", "is less than")
    kind_zh, kind_en = (
        ("其中项不应大于总项", "a part can't exceed its whole")
        if rule == "part_exceeds_whole"
        else ("下辖地区不应大于全市", "a district can't exceed its city")
    )
    words = Words(
        zh=f"{name.zh} {figures.amount(place)}，{side_zh}{than.zh} {limit}（{source.zh}）"
        f"，{kind_zh}——请核对两个数及其单位",
        en=f"{name.en}: {figures.amount(place)} {side_en} {than.en} {limit} ({source.en}), but {kind_en} — "
        "check both figures and their units",
    )
    sign = "≤" if place == part else "≥"
    severity = Severity.ERROR if both else Severity.WARNING
    return figures.finding(severity, rule, place, words, expected=f"{sign} {limit}")


def _named(figures: Figures, place: int, rule: str) -> Words:
    """The figure's name, with its region where the rule compares regions."""
    name = figures.words(place)
    if rule != "district_exceeds_city":
        return name
    region = figures.codes.catalogue.regions[str(figures.codes.regions[figures.region[place]])].name
    return Words(zh=f"{region.zh}{name.zh}", en=f"{region.en}: {name.en}")


def growth_against_levels(figures: Figures) -> list[Finding]:
    """`growth_level_mismatch` (warning): published growth and the growth recomputed from the levels of this and last
    year differ by more than five points. Published growth uses comparable prices and a revised base, so it is never
    corrected."""
    if len(figures) == 0:
        return []
    codes, indicator = figures.codes, figures.indicator
    of = np.where(codes.is_kind(Kind.GROWTH)[indicator], codes.growth_of[indicator], indicator)
    level = codes.is_kind(Kind.STOCK)[of] & (of >= 0)
    measure = np.where(level, LEVEL, np.where(figures.measure == YOY_YTD, YTD, MONTH))
    series = figures.series_of(of, figures.region)
    now, before = (figures.find(series, measure, figures.month - months) for months in (0, 12))
    with np.errstate(divide="ignore", invalid="ignore"):
        recomputed = 100 * (figures.value[now] / figures.value[before] - 1)
        rounding = 100 * figures.value[now] / figures.value[before]
        rounding *= figures.half[now] / figures.value[now] + figures.half[before] / figures.value[before]
        differs = np.abs(recomputed - figures.value) > _POINTS + figures.half + rounding
    asked = np.isin(figures.measure, (YOY_MONTH, YOY_YTD)) & (now >= 0) & (before >= 0) & np.isfinite(recomputed)
    asked &= figures.new | figures.new[now] | figures.new[before]
    return [
        _mismatch(figures, growth, int(now[growth]), int(before[growth]), float(recomputed[growth]))
        for growth in places(asked & differs)
    ]


def _mismatch(figures: Figures, growth: int, now: int, before: int, recomputed: float) -> Finding:
    place = next(item for item in (growth, now, before) if figures.new[item])
    name, rate = figures.words(growth), f"{number(round(recomputed, 1))}%"
    published, this, last = (figures.amount(item) for item in (growth, now, before))
    words = Words(
        zh=f"{name.zh} {published}，而按总量 {this} 与上年同期 {last} 推算为 {rate}，相差 5 个百分点以上"
        "——请确认；如因可比价或基数调整，则不必处理",
        en=f"{name.en}: {published}, but {this} against {last} a year earlier makes {rate}, more than 5 points apart — "
        "confirm; with comparable prices or a revised base there is nothing to do",
    )
    return figures.finding(
        Severity.WARNING, "growth_level_mismatch", place, words, found=published, expected=f"≈ {rate}"
    )


def ratios(figures: Figures) -> list[Finding]:
    """`ratio_mismatch` (warning): a ratio in per cent differs by more than 1 % from numerator / denominator."""
    if len(figures) == 0:
        return []
    codes, indicator = figures.codes, figures.indicator
    accumulates = codes.is_kind(Kind.FLOW, Kind.COUNT)

    def term(of: Ints) -> Ints:
        measure = np.where(accumulates[of], YTD, LEVEL)
        return figures.find(figures.series_of(of, figures.region), measure, figures.month)

    above, below = term(codes.numerator[indicator]), term(codes.denominator[indicator])
    with np.errstate(divide="ignore", invalid="ignore"):
        computed = codes.ratio_factor[indicator] * figures.value[above] / figures.value[below]
        rounding = figures.half[above] / figures.value[above] + figures.half[below] / figures.value[below]
        allowed = np.abs(computed) * (_RATIO + rounding) + figures.half
        differs = np.abs(figures.value - computed) > allowed
    asked = (figures.measure == LEVEL) & (above >= 0) & (below >= 0) & np.isfinite(computed)
    asked &= figures.new | figures.new[above] | figures.new[below]
    return [
        _ratio(figures, ratio, int(above[ratio]), int(below[ratio]), float(computed[ratio]))
        for ratio in places(asked & differs)
    ]


def _ratio(figures: Figures, ratio: int, above: int, below: int, computed: float) -> Finding:
    place = next(item for item in (ratio, above, below) if figures.new[item])
    name, top, bottom = figures.words(ratio), figures.words(above), figures.words(below)
    value = f"{number(round(computed, 2))}%"
    terms_zh = f"{top.zh} {figures.amount(above)} 除以{bottom.zh} {figures.amount(below)}"
    terms_en = f"{top.en} {figures.amount(above)} over {bottom.en} {figures.amount(below)}"
    words = Words(
        zh=f"{name.zh} {figures.amount(ratio)}，而{terms_zh} 为 {value}——请核对这三个数",
        en=f"{name.en}: {figures.amount(ratio)}, but {terms_en} makes {value} — check the three figures",
    )
    return figures.finding(
        Severity.WARNING, "ratio_mismatch", place, words, found=figures.amount(ratio), expected=f"≈ {value}"
    )
