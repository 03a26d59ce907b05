"""A new figure against the stored one that it replaces: named as a revision, questioned when large, refused when older.

Belongs here: comparing versions of one figure. Does not belong here: keeping versions (`store`), comparing different
figures (`consistency.py`).
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd

from validators.catalogue import Catalogue, Kind, Words
from validators.codes import YOY_MONTH, YOY_YTD, Bools, Ints
from validators.figures import Figures, places
from validators.findings import Finding, Severity
from validators.sentences import amount, number, per_cent
from validators.sides import Texts

_SAME = 1e-9  # relative: the database holds exact decimals, frames hold their float64
_LARGE = 0.2  # of the stored value
_LARGE_POINTS = 10.0  # percentage points, for growth
_SEVERAL, _NEARLY_ALL = 4, 0.8  # figures of a period, and the share of them, that no correction changes unannounced
_STATUS_ZH = {"preliminary": "快报", "revised": "修订", "final": "终核"}


def check(
    new: pd.DataFrame, stored: pd.DataFrame, catalogue: Catalogue, *, known_from: datetime | None = None
) -> list[Finding]:
    """Findings on figures that differ from their stored version. `known_from` (tz-aware) is when the upload was
    published: a version older than the stored one is history being filled in, and replaces nothing.

    `all_figures_differ` (error): a region's period of which nearly every stored figure would change, in a file not
    marked as a revision: most likely another month's table. `older_status` (error): preliminary against a stored
    revised or final figure; (warning) revised against final. `large_revision` (warning): by more than a fifth, or ten
    percentage points of growth; ranks excepted. `revised` (warning, information when the upload is marked as revised or
    final). `earlier_version` (information)."""
    return revised(Figures.of(new, stored, catalogue), known_from)


def revised(figures: Figures, known_from: datetime | None = None) -> list[Finding]:
    """As `check`, on figures joined already."""
    value, old = figures.value, figures.old_value
    with np.errstate(invalid="ignore", divide="ignore"):
        differs = figures.new & (np.abs(value - old) > _SAME * np.maximum(np.abs(value), np.abs(old)))
        change = np.where(old != 0, np.abs(value / old - 1), np.inf)
    growth = np.isin(figures.measure, (YOY_MONTH, YOY_YTD))
    large = np.where(growth, np.abs(value - old) > _LARGE_POINTS, change > _LARGE)
    large &= ~figures.codes.is_kind(Kind.RANK)[figures.indicator]
    earlier = figures.superseded(known_from)
    older = differs & ~earlier & (_rank(figures.status) < _rank(figures.old_status))
    findings = [_earlier_version(figures, place) for place in places(differs & earlier)]
    findings += [_older_status(figures, place) for place in places(older)]
    rest = differs & ~earlier & ~older
    wholesale = _wholesale(figures, figures.new & ~np.isnan(old) & ~earlier & ~older & ~figures.revised, rest)
    findings += _all_differ(figures, wholesale)
    rest &= ~wholesale
    findings += [_revised(figures, place, large=True) for place in places(rest & large)]
    return findings + [_revised(figures, place, large=False) for place in places(rest & ~large)]


def _wholesale(figures: Figures, asked: Bools, differs: Bools) -> Bools:
    """Which figures that differ do so together with nearly all those asked about, of the same region and month."""
    _, group = np.unique(np.stack([figures.region, figures.month], axis=1), axis=0, return_inverse=True)
    known, changed = (np.bincount(group, weights=marks, minlength=1)[group] for marks in (asked, asked & differs))
    return np.asarray(asked & differs & (known >= _SEVERAL) & (changed >= _NEARLY_ALL * known), dtype=bool)


def _all_differ(figures: Figures, wholesale: Bools) -> list[Finding]:
    """One finding per region, on its first figure: the mistake is one of the whole table."""
    findings = []
    for region in np.unique(figures.region[wholesale]).tolist():
        ours = np.flatnonzero(wholesale & (figures.region == region))
        periods = list(dict.fromkeys(figures.period[ours].tolist()))
        said = "、".join(periods) if len(periods) <= 3 else f"{min(periods)}–{max(periods)}"
        place, count = int(ours[0]), len(ours)
        name, change = figures.words(place), _change(figures, place)
        words = Words(
            zh=f"从这里起，{said} 共{count}个数与已入库的几乎全部不同（如{name.zh}由{change.zh}），而本文件未标明修订"
            "——请核对是否把别的月份写成了这个月份；如确为修订，请在标题中注明“修订”后重新上传",
            en=f"from here on {count} figures for {said} differ from those stored, nearly all there are ({name.en}: "
            f"{change.en}), in a file not marked as a revision — check whether another month's table was given this "
            "month's name; if it is a revision, say 修订 in the title and upload again",
        )
        findings.append(
            figures.finding(Severity.ERROR, "all_figures_differ", place, words, expected=_old(figures, place))
        )
    return findings


def _rank(status: Texts) -> Ints:
    """How settled a figure is: 0 preliminary, 1 revised, 2 final."""
    return np.select([status == "final", status == "revised"], [2, 1], default=0).astype(np.int64)


def _change(figures: Figures, place: int) -> Words:
    """'30亿元 → 32亿元（+6.7%）'."""
    value, old = float(figures.value[place]), float(figures.old_value[place])
    before = amount(old, figures.unit(place))
    if figures.measure[place] in (YOY_MONTH, YOY_YTD):
        points = number(round(value - old, 4))
        signed = points if value < old else f"+{points}"
        by_zh, by_en = f"{signed}个百分点", f"{signed} points"
    else:
        by_zh = by_en = per_cent(100 * (value / old - 1)) if old else "—"
    after = figures.amount(place)
    return Words(zh=f"{before}改为{after}（{by_zh}）", en=f"{before} becomes {after} ({by_en})")


def _revised(figures: Figures, place: int, *, large: bool) -> Finding:
    name, change = figures.words(place), _change(figures, place)
    marked = figures.status[place] in ("revised", "final")
    if large:
        words = Words(
            zh=f"{name.zh}由已入库的{change.zh}，修订幅度很大——请确认；无误则不必处理",
            en=f"{name.en}: the stored {change.en}, a large revision — "
            "confirm that it is right; if so there is nothing to do",
        )
    elif marked:
        words = Words(
            zh=f"{name.zh}由已入库的{change.zh}，将存为新版本，原值保留——不必处理",
            en=f"{name.en}: the stored {change.en}, kept as a new version beside the old one — nothing to do",
        )
    else:
        words = Words(
            zh=f"{name.zh}由已入库的{change.zh}，而本文件未标明修订；将存为新版本——如确为修订，请在标题中注明“修订”",
            en=f"{name.en}: the stored {change.en}, in a file not marked as a revision; kept as a new version — "
            "if it is a revision, say 修订 in the title",
        )
    severity = Severity.WARNING if large or not marked else Severity.INFO
    rule = "large_revision" if large else "revised"
    return figures.finding(severity, rule, place, words, expected=_old(figures, place))


def _older_status(figures: Figures, place: int) -> Finding:
    name, change = figures.words(place), _change(figures, place)
    old, status = str(figures.old_status[place]), str(figures.status[place])
    old_zh, status_zh = _STATUS_ZH.get(old, old), _STATUS_ZH.get(status, status)
    words = Words(
        zh=f"{name.zh}由已入库的{change.zh}，但已入库的是{old_zh}数，本文件是{status_zh}数"
        f"——如要更改，请在标题中注明“{old_zh}”后重新上传",
        en=f"{name.en}: the stored {change.en}, but the stored figure is {old} and this file is {status} — "
        f"to change it, mark the file as {old} ({old_zh} in the title) and upload again",
    )
    severity = Severity.WARNING if status == "revised" else Severity.ERROR
    return figures.finding(severity, "older_status", place, words, expected=_old(figures, place))


def _earlier_version(figures: Figures, place: int) -> Finding:
    name, old = figures.words(place), _old(figures, place)
    words = Words(
        zh=f"{name.zh} {figures.amount(place)} 的发布日期早于已入库的 {old}，将存为历史版本，现值不变——不必处理",
        en=f"{name.en}: {figures.amount(place)} was published before the stored {old}; kept as history, "
        "the current figure stays — nothing to do",
    )
    return figures.finding(Severity.INFO, "earlier_version", place, words, expected=old)


def _old(figures: Figures, place: int) -> str:
    return amount(float(figures.old_value[place]), figures.unit(place))
