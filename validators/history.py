"""A figure against the indicator's own history: the slip of a unit by name, and figures off its seasonal pattern.

Belongs here: rules that need earlier figures of the same indicator and region. Does not belong here: arithmetic between
figures (`consistency.py`), and the stored value that a figure replaces (`revisions.py`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from validators.catalogue import Catalogue, Kind, Words
from validators.codes import LEVEL, MONTH, YTD, Bools, Floats, Ints
from validators.figures import Figures, Flagged, places
from validators.findings import Finding, Severity
from validators.percents import fractions
from validators.sentences import brief, number
from validators.units import SLIPS, slips

# From here on a multiple is a slip even where `units.slips` names none: 400 times too big is never right, and a month
# that is a 500th of the usual one hardly ever.
_BIGGER, _SMALLER = 400.0, 1 / 500
_OUTSIDE = 0.5  # a slip is also this share of its power of ten away from every earlier figure: lumpy series stay silent
_SIBLINGS = 3  # without any stored figure, so many others of the upload make a usual size

_SMALL = 10.0  # an indicator whose usual figure is smaller is too lumpy for a pattern
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
    rates = _rates(figures)[sized]
    new = rates[rates["new"]]
    usual = _usual(rates, new)
    places_asked, value = np.flatnonzero(sized & figures.new), new["value"].to_numpy()
    times = value / usual["value"].to_numpy()
    power = _powers(times)
    away = 10.0 ** (_OUTSIDE * np.abs(power))
    bigger = (times >= _BIGGER) & (new["rate"] >= away * usual["highest"]).to_numpy()
    smaller = (
        (times <= _SMALLER) & (new["rate"] <= usual["lowest"] / away).to_numpy() & (usual["points"] > 1).to_numpy()
    )
    findings = [
        _slip(figures, int(places_asked[row]), float(times[row]), int(power[row])) for row in places(bigger | smaller)
    ]
    return Flagged(findings, figures.row[places_asked[bigger | smaller]])


def _powers(times: Floats) -> Ints:
    """The slip that each multiple would be: as `units.slips` names it, else the nearest of its powers."""
    named, powers = slips(times, 1.0), np.array(SLIPS)
    distance = np.abs(np.nan_to_num(np.log10(times))[:, None] - powers)
    return np.where(named != 0, named, powers[np.argmin(distance, axis=1)])


def _rates(figures: Figures) -> pd.DataFrame:
    """The figures with the monthly `rate` of each: a year to date divided by its months; a level as it is."""
    moy = figures.month % 12 + 1
    months = np.where(figures.measure == YTD, moy, 1)
    flow = np.isin(figures.measure, (MONTH, YTD))
    columns = {"series": figures.series, "measure": figures.measure, "moy": moy, "months": months, "flow": flow}
    return pd.DataFrame({**columns, "value": figures.value, "rate": figures.value / months, "new": figures.new})


def _usual(rates: pd.DataFrame, asked: pd.DataFrame) -> pd.DataFrame:
    """For each row asked about: its usual `value`, and the `highest` and `lowest` rate and number of `points` that say
    so; NaN where nothing does."""
    stored = rates[~rates["new"]]
    # From the most to the least telling: each later one fills what the earlier ones leave open.
    same_month = _sizes(stored[stored["measure"] == YTD], asked, ["series", "measure", "moy"])
    same_measure = _sizes(stored, asked, ["series", "measure"])
    either = _sizes(stored[stored["flow"]], asked, ["series", "flow"])
    siblings = _sizes(asked, asked, ["series", "measure"])
    siblings[siblings["points"] <= _SIBLINGS] = np.nan
    # The highest of the upload is what is asked about: only the middle of its figures can be held against it.
    siblings = siblings.assign(highest=siblings["median"], lowest=siblings["median"])
    usual = same_measure.fillna(either).fillna(siblings)
    # The guard against lumpy series looks at every stored figure, not only at those of the same month.
    return usual.assign(value=same_month["median"].fillna(usual["median"]) * asked["months"])


def _sizes(pool: pd.DataFrame, asked: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Median, highest, lowest and number of the rates in the pool by group, for each row asked about."""
    sizes = pool.groupby(by)["rate"].agg(["median", "max", "min", "count"]).astype(float)
    sizes = sizes.set_axis(["median", "highest", "lowest", "points"], axis=1)
    return asked[by].merge(sizes, how="left", left_on=by, right_index=True)[list(sizes.columns)]


def _slip(figures: Figures, place: int, times: float, power: int) -> Finding:
    name = figures.codes.catalogue.indicators[figures.name(place)].name
    value, usual = float(figures.value[place]), float(figures.value[place]) / times
    multiple = 10.0**power if abs(np.log10(times) - power) < np.log10(2) else float(f"{times:.1g}")
    many_zh = f"{number(multiple)} 倍" if power > 0 else f"{number(round(1 / multiple))} 分之一"
    many_en = f"{number(multiple)} times" if power > 0 else f"1/{number(round(1 / multiple))} of"
    unit = figures.unit(place)
    typed, meant = _confused_units(figures.codes.catalogue, unit, power)
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


def _confused_units(catalogue: Catalogue, unit: str, power: int) -> tuple[str, str]:
    """The unit that was typed and the one that was to be: 亿元, 4 -> 万元, 亿元. Too small a figure in a unit without a
    bigger one stands in a table labelled with a smaller one: 亿元, -4 -> 亿元, 万元. ('', '') where no unit fits."""
    # A slow month typed in 万元 looks like 10^3: where no unit is 10^3 away, the one that is 10^4 away was meant.
    for size in (abs(power), 4):
        typed = _unit_apart(catalogue, unit, size if power > 0 else -size)
        if typed:
            return typed, unit
        smaller = _unit_apart(catalogue, unit, size)
        if power < 0 and smaller:
            return unit, smaller
    return "", ""


def _unit_apart(catalogue: Catalogue, unit: str, power: int) -> str:
    """The unit 10^power times smaller than `unit`: of the catalogue, or a Chinese multiple (元, 万元); else ''."""
    wanted = catalogue.units[unit]
    for key, other in catalogue.units.items():
        if other.dimension == wanted.dimension and abs(float(wanted.factor / other.factor) / 10.0**power - 1) < 1e-9:
            return key
    size = {"亿": 8, "万": 4}.get(unit[0], 0)
    prefix, base = {0: "", 4: "万", 8: "亿"}.get(size - power), unit[1:] if size else unit
    return "" if prefix is None or not base or base == "%" else f"{prefix}{base}"


def outliers(figures: Figures) -> list[Finding]:
    """`outlier` (warning): flows, counts and stocks whose change against a year and against two years ago is far from
    the indicator's usual year-on-year change: more than four robust standard deviations (median and MAD of the log
    ratios of all months, at least ten of them). Both comparisons must say so, which keeps an odd month of last year
    from being held against this one. A month and its year to date are one fact: the month is named."""
    kinds = figures.codes.is_kind(Kind.FLOW, Kind.COUNT, Kind.STOCK)
    sized = kinds[figures.indicator] & np.isin(figures.measure, (MONTH, YTD, LEVEL)) & (figures.value > 0)
    one, two = _log_ratio(figures, 12, sized), _log_ratio(figures, 24, sized)
    group = figures.series * 8 + figures.measure
    pattern = pd.DataFrame({"value": figures.value, "ratio": np.where(figures.new, np.nan, one)})[sized]
    pattern = pattern.groupby(group[sized]).agg(usual=("value", "median"), median=("ratio", "median"))
    median, usual = (pattern[name].reindex(group).to_numpy() for name in ("median", "usual"))
    off = one - median
    spread = (
        pd.Series(np.abs(np.where(figures.new, np.nan, off)), index=group).groupby(level=0).agg(["median", "count"])
    )
    width = _DEVIATIONS * np.maximum(_NORMAL * spread["median"].reindex(group).to_numpy(), _FLOOR)
    points = spread["count"].reindex(group).to_numpy()
    off_two = (two - 2 * median) / np.sqrt(2)
    far = (np.abs(off) > width) & (np.abs(off_two) > width) & (np.sign(off) == np.sign(off_two))
    marked = figures.new & sized & (points >= _MIN_RATIOS) & (usual >= _SMALL) & far
    month = figures.find(figures.series, MONTH, figures.month)
    repeated = (figures.measure == YTD) & (month >= 0) & marked[month]
    marked &= ~repeated
    before = figures.value[figures.find(figures.series, figures.measure, figures.month - 12)]
    return [
        _outlier(figures, place, float(before[place]), float(median[place]), float(width[place]))
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
