"""All checks of one upload, in the order in which one explains another, each fact reported once.

Belongs here: the order of the rules, what hides what, the order of the findings. Does not belong here: any rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

import numpy as np
import pandas as pd

from validators import observations
from validators.catalogue import Catalogue
from validators.consistency import consistent, periods_skipped
from validators.figures import Figures
from validators.findings import Finding, Severity
from validators.history import outliers, unit_slips
from validators.percents import fractions
from validators.revisions import revised

# A warning of the right-hand side says again, of the same figure, what a finding of the left-hand side has said.
_EXPLAINED_BY: dict[str, frozenset[str]] = {
    "outlier": frozenset({"ytd_falls", "ytd_sum", "month_above_ytd", "large_revision"}),
    "large_revision": frozenset({"ytd_falls", "part_exceeds_whole", "district_exceeds_city"}),
    "revised": frozenset({"ytd_falls"}),
}


def check_upload(
    frame: pd.DataFrame,
    stored: pd.DataFrame,
    catalogue: Catalogue,
    dataset: str,
    periods: tuple[str, str],
    *,
    status: str | None = None,
    known_from: datetime | None = None,
) -> list[Finding]:
    """Findings on one upload, by sheet and cell.

    `frame` is an OBSERVATION frame, `stored` a STORED frame of current observations of the dataset (and of wholes and
    other regions to compare with), `periods` the first and last period of the upload. `status` is the status stated for
    the whole upload, in place of the frame's, unless it is None or ''; `known_from` (tz-aware) is when it was
    published: figures of which the store has a version published later are history, and not compared with what is
    current.

    A row with an error of its own is compared with nothing, and neither is a figure that is off by a power of ten.
    Raises KeyError for an unknown dataset or a missing column, PeriodError for `periods` that are none."""
    new = (frame.assign(status=status) if status else frame).reset_index(drop=True)
    own = observations.examine(new, catalogue, dataset, periods)
    if len(new) == 0:
        return [_nothing()]
    figures = Figures.of(new.assign(value=pd.to_numeric(new["value"], errors="coerce")), stored, catalogue)
    skipped = periods_skipped(figures)  # a period with faulty figures has been reported all the same
    figures = figures.without(np.flatnonzero(~own.sound))
    slipped = unit_slips(figures)
    figures = figures.without(slipped.rows)
    typed = fractions(figures)
    figures = figures.without(typed.rows)
    changed = revised(figures, known_from)
    # What the store knows better by now is history being filled in: it is held against its own upload alone.
    older = figures.row[figures.superseded(known_from)]
    of_its_time = consistent(figures.alone(older)) if len(older) else []
    figures = figures.without(older)
    compared = [*of_its_time, *consistent(figures, known_from), *changed, *outliers(figures)]
    compared = _each_fact_once(_but_filled_in(compared, new))
    return in_order([*own.findings, *skipped, *slipped.findings, *typed.findings, *compared])


def _nothing() -> Finding:
    return Finding(
        severity=Severity.ERROR,
        rule="no_figures",
        zh="文件中没有可入库的数据——请核对表格内容与所选数据集后重新上传",
        en="the file holds no figure of the dataset — check the table and the dataset chosen, then upload again",
    )


def _but_filled_in(findings: list[Finding], new: pd.DataFrame) -> list[Finding]:
    """Without the months called missing that are there, but were not compared because of an error of their own."""
    if not any(finding.rule == "month_missing" for finding in findings):
        return findings
    months = new.loc[new["measure"] == "month", ["indicator", "region", "period"]]
    there = set(months.astype(str).itertuples(index=False, name=None))
    return [
        finding
        for finding in findings
        if finding.rule != "month_missing" or (finding.indicator, finding.region, finding.period) not in there
    ]


def _each_fact_once(findings: list[Finding]) -> list[Finding]:
    said = {(_subject(finding), finding.rule) for finding in findings}
    return [
        finding
        for finding in findings
        if not any((_subject(finding), rule) in said for rule in _EXPLAINED_BY.get(finding.rule, ()))
    ]


def _subject(finding: Finding) -> tuple[str, ...]:
    return finding.sheet, finding.cell, finding.indicator, finding.region, finding.period


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """By sheet (工业2 before 工业10), then row, then column; what concerns a whole file or sheet comes first. The same
    sentence on the same cell is kept once."""
    return sorted(dict.fromkeys(findings), key=_order)


def _order(finding: Finding) -> tuple[tuple[tuple[int, int, str], ...], int, int, str]:
    parts = re.findall(r"[0-9]+|[^0-9]+", finding.sheet)
    sheet = tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)
    match = re.fullmatch(r"([A-Z]+)([0-9]+)", finding.cell)
    column, row = (match[1], int(match[2])) if match else (finding.cell, 0)
    return sheet, row, len(column), column
