"""Within one calendar year: a year to date never falls, and is the sum of its months.

Belongs here: arithmetic between the months of one indicator in one region and year. Does not belong here: other
indicators or regions (`consistency.py`), other years (`history.py`).

January and February are published together in most datasets: there the first year to date is February's, it covers both
months, and nothing is said of a January or of February's own month.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from validators.catalogue import Kind, Words
from validators.codes import MONTH, YTD, Bools, Floats, Ints
from validators.figures import Figures
from validators.findings import Finding, Severity
from validators.sentences import amount, number

_RELATIVE = 1e-3  # of the year to date: months are rounded, and some bureaus round before adding


def year_to_date(figures: Figures, known_from: datetime | None = None) -> list[Finding]:
    """Findings on flows and counts, wherever at least one of the figures compared is new:

    `ytd_falls` (error): a year to date below an earlier one of its year, unless it is marked revised or final; a
    warning where the stored figure of the two was revised after the upload was published (`known_from`, tz-aware).
    `ytd_sum` (error when all figures are of this upload, else warning, since bureaus revise silently): differs from
    the last year to date plus the months since. `month_above_ytd` (likewise): a month larger than its year to date.
    `month_missing` (warning): the month is blank though the year to date moved on, in a series that reports months."""
    years = _Years.of(figures)
    walk = _Walk(figures, years)
    found = _Found()
    for month in range(1, 13):
        walk.step(month, found)
    severities = {True: Severity.ERROR, False: Severity.WARNING}
    findings = []
    for earlier, later in found.falls:
        # A stored figure that was revised after the upload was published never stood beside it.
        blocks = not figures.settled_after((earlier, later), known_from)
        findings.append(_fall(figures, earlier, later, severities[blocks]))
    findings += [_sum(figures, event, severities[event.same_upload]) for event in found.sums]
    findings += [_above(figures, month, ytd) for month, ytd in found.above]
    return findings + [_missing(figures, before, ytd) for before, ytd in found.missing]


@dataclass(frozen=True, eq=False)
class _Years:
    """Places of the figures by series and year (rows) and calendar month (columns 1-12), -1 where there is none."""

    ytd: Ints
    month: Ints
    reports_months: Bools

    @classmethod
    def of(cls, figures: Figures) -> _Years:
        codes = figures.codes
        kinds = codes.is_kind(Kind.FLOW, Kind.COUNT) & ~codes.may_be_negative
        asked = np.flatnonzero(kinds[figures.indicator] & np.isin(figures.measure, (MONTH, YTD)))
        year, moy = figures.month[asked] // 12, figures.month[asked] % 12 + 1
        keys, group = np.unique(figures.series[asked] * 10000 + year, return_inverse=True)
        grids = np.full((2, len(keys), 13), -1, dtype=np.int64)
        grids[(figures.measure[asked] == YTD).astype(np.int64), group, moy] = asked
        touched = np.zeros(len(keys), dtype=bool)
        touched[group[figures.new[asked]]] = True
        series = keys[touched] // 10000
        monthly = np.unique(figures.series[figures.measure == MONTH])
        return cls(
            ytd=grids[1, touched],
            month=grids[0, touched],
            reports_months=np.isin(series, monthly),
        )


@dataclass(frozen=True, slots=True)
class _Gap:
    """A year to date that is not the last one plus the months since. `before` is -1 at the start of the year."""

    before: int
    months: tuple[int, ...]
    ytd: int
    expected: float
    same_upload: bool


@dataclass(eq=False)
class _Found:
    falls: list[tuple[int, int]] = field(default_factory=list)
    sums: list[_Gap] = field(default_factory=list)
    above: list[tuple[int, int]] = field(default_factory=list)
    missing: list[tuple[int, int]] = field(default_factory=list)


class _Walk:
    """Goes through the twelve months of all series and years at once, with what is known from the months before."""

    def __init__(self, figures: Figures, years: _Years) -> None:
        self.figures, self.years = figures, years
        size = len(years.ytd)
        self.last = np.full(size, -1, dtype=np.int64)  # place of the last year to date
        self.last_month = np.zeros(size, dtype=np.int64)
        self.fell = np.zeros(size, dtype=bool)  # the last year to date is one of a falling pair
        self.off = np.zeros(size)  # by how much the last year to date missed its sum
        self.off_by = np.zeros(size)  # and how much rounding explains
        self.run = np.zeros(size)  # sum of the months since
        self.run_half = np.zeros(size)
        self.run_known = np.ones(size, dtype=bool)  # whether all are known; never so where January is not published
        self.run_all_new = np.ones(size, dtype=bool)
        self.run_any_new = np.zeros(size, dtype=bool)

    def _taken(self, values: Floats | Bools, place: Ints, missing: float | bool) -> np.ndarray:
        return np.where(place >= 0, values[place], missing) if len(values) else np.full(len(place), missing)

    def step(self, month: int, found: _Found) -> None:
        """Compare the year to date of this month, then remember it."""
        figures, single, ytd, last = self.figures, self.years.month[:, month], self.years.ytd[:, month], self.last
        value, half, new = figures.value, figures.half, figures.new
        self.run += self._taken(value, single, 0.0)
        self.run_half += self._taken(half, single, 0.0)
        self.run_known &= single >= 0
        self.run_all_new &= self._taken(new, single, True)
        self.run_any_new |= self._taken(new, single, False)

        there, had = ytd >= 0, last >= 0
        now, before = self._taken(value, ytd, np.nan), self._taken(value, last, 0.0)
        now_half, before_half = self._taken(half, ytd, 0.0), self._taken(half, last, 0.0)
        now_new, before_new = self._taken(new, ytd, False), self._taken(new, last, False)
        now_revised, before_revised = (
            self._taken(figures.revised, ytd, False),
            self._taken(figures.revised, last, False),
        )
        pair_new = now_new | before_new

        lower = there & had & (now < before - np.maximum(now_half, before_half) - 1e-9 * np.abs(before))
        falls = lower & ~now_revised & pair_new
        found.falls += _pairs(last, ytd, falls)

        expected, slack = before + self.run, now_half + before_half + self.run_half
        slack = slack + _RELATIVE * np.abs(now)
        # A revised figure beside an unrevised one is of another vintage: their difference is the revision.
        testable = there & self.run_known & ~lower & ~self.fell & ~(now_revised & had & ~before_revised)
        off = np.where(testable & (np.abs(now - expected) > slack), now - expected, 0.0)
        # One wrong year to date breaks two sums, in opposite directions; it is named once.
        echo = (self.off != 0) & (np.abs(off + self.off) <= slack + self.off_by)
        named = (off != 0) & ~echo & (pair_new | self.run_any_new)
        same_upload = now_new & (before_new | ~had) & self.run_all_new
        for row in np.flatnonzero(named).tolist():
            since = self.years.month[row, int(self.last_month[row]) + 1 : month + 1]
            found.sums.append(
                _Gap(int(last[row]), tuple(since.tolist()), int(ytd[row]), float(expected[row]), bool(same_upload[row]))
            )

        single_value, single_half = self._taken(value, single, np.nan), self._taken(half, single, 0.0)
        above = there & ~testable & (single_value > now + now_half + single_half + _RELATIVE * np.abs(now))
        found.above += _pairs(single, ytd, above & ~lower & (now_new | self._taken(new, single, False)))

        moved = now - before > np.maximum(now_half, before_half)
        blank = there & had & (single < 0) & (self.last_month == month - 1)
        found.missing += _pairs(last, ytd, blank & moved & now_new & self.years.reports_months)

        self.last = np.where(there, ytd, last)
        self.last_month = np.where(there, month, self.last_month)
        self.fell = np.where(there, lower, self.fell)
        self.off, self.off_by = np.where(there, off, self.off), np.where(there, slack, self.off_by)
        self.run, self.run_half = np.where(there, 0.0, self.run), np.where(there, 0.0, self.run_half)
        self.run_known, self.run_all_new = self.run_known | there, self.run_all_new | there
        self.run_any_new &= ~there


def _pairs(one: Ints, other: Ints, marked: Bools) -> list[tuple[int, int]]:
    return list(zip(one[marked].tolist(), other[marked].tolist(), strict=True))


def _standing(figures: Figures, place: int) -> Words:
    """'2025年1-3月累计 90.5亿元（外贸!D13）'."""
    when, source = figures.moment(place), figures.source(place)
    return Words(
        zh=f"{when.zh} {figures.amount(place)}（{source.zh}）", en=f"{when.en} {figures.amount(place)} ({source.en})"
    )


def _fall(figures: Figures, earlier: int, later: int, severity: Severity) -> Finding:
    place, other = (later, earlier) if figures.new[later] else (earlier, later)
    name, beside = figures.words(place), _standing(figures, other)
    side_zh, side_en, sign = ("低于", "is below", "≥") if place == later else ("高于", "is above", "≤")
    words = Words(
        zh=f"{name.zh} {figures.amount(place)}，{side_zh}{beside.zh}，累计数在年内不应下降——请核对两个数；"
        "如确为修订，请在标题中注明“修订”，并同时上报后一个月的修订数",
        en=f"{name.en}: {figures.amount(place)} {side_en} {beside.en}, but a year to date can't fall within the year — "
        "check both; if it is a revision, say 修订 in the title and report the later month's revised figure too",
    )
    return figures.finding(severity, "ytd_falls", place, words, expected=f"{sign} {figures.amount(other)}")


def _sum(figures: Figures, gap: _Gap, severity: Severity) -> Finding:
    involved = (gap.ytd, *reversed(gap.months), gap.before)
    place = next(item for item in involved if item >= 0 and figures.new[item])
    terms = [_standing(figures, item) for item in (gap.before, *gap.months) if item >= 0]
    name, unit = figures.words(gap.ytd), figures.unit(gap.ytd)
    expected = amount(_rounded(gap.expected), unit)
    difference = amount(_rounded(float(figures.value[gap.ytd]) - gap.expected), unit)
    do_zh = "请核对这几个数" if severity is Severity.ERROR else "请核对；如因前期数据已修订，请一并上报修订数"
    do_en = (
        "check these figures"
        if severity is Severity.ERROR
        else "check them; if earlier figures have been revised, report the revised ones too"
    )
    words = Words(
        zh=f"{name.zh} {figures.amount(gap.ytd)}，而{'、'.join(term.zh for term in terms)}相加为 {expected}"
        f"，相差 {difference}——{do_zh}",
        en=f"{name.en}: {figures.amount(gap.ytd)}, but {' and '.join(term.en for term in terms)} make {expected}, "
        f"a difference of {difference} — {do_en}",
    )
    return figures.finding(severity, "ytd_sum", place, words, found=figures.amount(gap.ytd), expected=expected)


def _above(figures: Figures, month: int, ytd: int) -> Finding:
    both = bool(figures.new[month] and figures.new[ytd])
    place, other = (month, ytd) if figures.new[month] else (ytd, month)
    name, beside = figures.words(place), _standing(figures, other)
    side_zh, side_en = ("高于", "is above") if place == month else ("低于", "is below")
    words = Words(
        zh=f"{name.zh} {figures.amount(place)}，{side_zh}{beside.zh}，当月数不应高于累计数——请核对是否填错了列",
        en=f"{name.en}: {figures.amount(place)} {side_en} {beside.en}, but a month can't exceed its year to date — "
        "check whether the columns were swapped",
    )
    return figures.finding(Severity.ERROR if both else Severity.WARNING, "month_above_ytd", place, words)


def _missing(figures: Figures, before: int, ytd: int) -> Finding:
    name, unit = figures.words(ytd), figures.unit(ytd)
    implied = amount(_rounded(float(figures.value[ytd] - figures.value[before])), unit)
    since, now = _standing(figures, before), figures.amount(ytd)
    words = Words(
        zh=f"{name.zh}由{since.zh}增至 {now}，但当月数空缺（推算约 {implied}）——请补填当月数；确无则不必处理",
        en=f"{name.en} moved on from {since.en} to {now}, but the month is blank (about {implied}) — "
        "fill in the month; if there is none there is nothing to do",
    )
    return figures.finding(Severity.WARNING, "month_missing", ytd, words, found="", expected=f"≈ {implied}")


def _rounded(value: float) -> float:
    """A computed amount without the noise of adding binary fractions."""
    return float(number(round(value, 6)))
