"""Per cent typed as a fraction: 0.052 where 5.2 (%) is meant.

Belongs here: recognising such figures, by their own history or because a whole upload looks like it. Real growth of
half a per cent is common, so one small figure alone is never enough. Does not belong here: reading a cell's percent
format (`tables` does).
"""

from __future__ import annotations

import numpy as np

from validators.catalogue import Kind, Words
from validators.codes import LEVEL, YOY_MONTH, YOY_YTD, Bools, Floats
from validators.figures import Figures, Flagged, places
from validators.findings import Finding, Severity
from validators.sentences import brief, number
from validators.sizes import Sizes

_ENOUGH = 4  # figures of history, or of the upload, from which to judge
_SMALL = 0.5  # an upload in which no growth reaches half a per cent is suspicious
_AWAY, _NEAR = 2.0, 3.0  # robust deviations: away from the history as typed, near it when multiplied by 100
_NORMAL = 1.4826  # MAD of a normal distribution -> its standard deviation
_UNROUNDED = 1e-4  # half a digit: growth with four decimals or more was never rounded for print
_RATIO_NEAR = 0.3  # a ratio x 100 is as before within this fraction


def fractions(figures: Figures) -> Flagged:
    """Warnings `percent_as_fraction` on growth figures and on ratios in per cent, with the value times 100.

    Growth: by at least four stored figures of the same indicator, when the figure also shows more decimals than they
    do (0.052 among 5.1, 4.8, ...; a real 0.2 doesn't) and, unless another figure of the upload has given the mistake
    away, is far from them as typed; or when all growth figures of the upload (at least four that are not zero) are
    below half a per cent. Ratios: by the stored figures of the same indicator."""
    growth = np.isin(figures.measure, (YOY_MONTH, YOY_YTD))
    level = (figures.measure == LEVEL) & figures.codes.per_cent[figures.indicator]
    level &= figures.codes.is_kind(Kind.RATIO)[figures.indicator]
    asked = figures.new & (figures.value != 0)
    points, median, deviation = _history(figures, growth | level)
    with np.errstate(divide="ignore", invalid="ignore"):
        as_typed, as_per_cent = np.abs(figures.value - median), np.abs(100 * figures.value - median)
        ordinary = (points >= _ENOUGH) & (as_typed <= _AWAY * deviation)
        by_history = growth & asked & (points >= _ENOUGH) & (np.abs(figures.value) < 1) & _finer(figures)
        by_history &= as_per_cent <= _NEAR * deviation
        # An indicator that often comes near zero tells nothing by itself; its neighbours in the same table do.
        given_away = by_history & (as_typed > _AWAY * deviation)
        by_history &= given_away.any()
        as_before = np.abs(100 * figures.value / median - 1) <= _RATIO_NEAR
        by_history |= level & asked & (points >= 1) & (np.abs(figures.value) < 1) & as_before
    whole = growth & asked
    suspicious = whole & ~ordinary
    if not (np.all(np.abs(figures.value[whole]) < _SMALL) and suspicious.sum() >= _ENOUGH):
        suspicious = np.zeros_like(suspicious)
    findings = _by_sheet(figures, suspicious)
    findings += [_finding(figures, place, float(median[place])) for place in places(by_history & ~suspicious)]
    return Flagged(findings, figures.row[by_history | suspicious])


def _history(figures: Figures, wanted: Bools) -> tuple[Floats, Floats, Floats]:
    """Number, median and robust deviation of the stored figures of the same series and measure, for every figure.
    Only the wanted ones are counted."""
    group = figures.series * 8 + figures.measure
    stored = np.where(wanted & ~figures.new, figures.value, np.nan)
    usual = Sizes.of(group, stored, group)
    spread = _NORMAL * Sizes.of(group, np.abs(stored - usual.median), group).median
    return usual.points, usual.median, np.maximum(np.maximum(spread, 0.1 * np.abs(usual.median)), 0.3)


def _finer(figures: Figures) -> Bools:
    """Which figures show more decimals than the stored ones of the same series, or stand beside unrounded ones."""
    group = figures.series * 8 + figures.measure
    usual = Sizes.of(group, np.where(figures.new, np.nan, figures.half), group).median
    return (figures.half < 0.5 * usual) | (usual < _UNROUNDED)


def _by_sheet(figures: Figures, suspicious: Bools) -> list[Finding]:
    """One finding per sheet, on its first such cell: the mistake is one of the whole column."""
    chosen = np.flatnonzero(suspicious)
    _, first, counts = np.unique(figures.sheet[chosen].astype(str), return_index=True, return_counts=True)
    findings = []
    for place, count in zip(chosen[first].tolist(), counts.tolist(), strict=True):
        name, typed, meant = figures.words(place), number(figures.value[place]), _times_100(figures.value[place])
        words = Words(
            zh=f"{name.zh} {typed}，本表这里起共{count}个增速都不到 0.5，疑似把百分数写成了小数"
            f"——如 {typed} 指 {meant}%，请填写 {meant}",
            en=f"{name.en}: {typed}, and all {count} growth figures of this sheet are below 0.5: fractions instead of "
            f"per cent? If {typed} means {meant}%, enter {meant}",
        )
        findings.append(_warning(figures, place, words))
    return findings


def _finding(figures: Figures, place: int, median: float) -> Finding:
    name, value = figures.words(place), float(figures.value[place])
    words = Words(
        zh=f"{name.zh} {number(value)}，而历史上约为 {brief(median)}，疑似把百分数写成了小数"
        f"——如指 {_times_100(value)}%，请填写 {_times_100(value)}",
        en=f"{name.en}: {number(value)}, where it is usually about {brief(median)}: a fraction instead of per cent? "
        f"If {_times_100(value)}% is meant, enter {_times_100(value)}",
    )
    return _warning(figures, place, words)


def _warning(figures: Figures, place: int, words: Words) -> Finding:
    value = float(figures.value[place])
    return figures.finding(
        Severity.WARNING,
        "percent_as_fraction",
        place,
        words,
        found=number(value),
        expected=f"{_times_100(value)}?",
    )


def _times_100(value: float) -> str:
    return number(float(f"{100 * value:.6g}"))
