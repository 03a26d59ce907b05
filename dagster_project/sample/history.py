"""The layout of several years: indicators down, months across, one sheet per region and measure.

Belongs here: titles, header and columns of the history workbook. Does not belong here: a single month's bulletin.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from dagster_project.sample.bulletin import notes
from dagster_project.sample.editions import HISTORY_YEARS, Edition
from dagster_project.sample.figures import Figures
from dagster_project.sample.rows import Rows, table_rows
from dagster_project.sample.sheet import Sheet, Span
from dagster_project.sample.subjects import Subjects
from dagster_project.tables.titles import subject_words
from validators.catalogue import Catalogue, Measure
from validators.periods import Month

_WORDS = {
    Measure.YTD: "累计",
    Measure.MONTH: "本月",
    Measure.LEVEL: "期末",
    Measure.YOY_YTD: "累计同比",
    Measure.YOY_MONTH: "本月同比",
}
_HEADER_ROW = 2


def history_sheets(
    catalogue: Catalogue, subjects: Subjects, figures: Figures, edition: Edition, *, year: int, seed: int
) -> Iterator[Sheet]:
    """A sheet for each region and measure that has figures in the edition's months; rows without any are left out."""
    dataset = catalogue.datasets[edition.dataset]
    first, last = edition.first.first_month, edition.last.last_month
    start = Month(year - HISTORY_YEARS, 1).ordinal
    months = [Month.from_ordinal(ordinal) for ordinal in range(first.ordinal, last.ordinal + 1)]
    months = [month for month in months if dataset.january or month.month > 1]
    at = np.array([month.ordinal - start for month in months])
    for code, region in catalogue.regions.items():
        everything = table_rows(catalogue, subjects, dataset=edition.dataset, region=code, seed=seed)
        for measure, words in _WORDS.items():
            rate = measure in (Measure.YOY_YTD, Measure.YOY_MONTH)
            owner = everything.growth if rate else everything.subject
            if not len(owner):
                continue
            values = figures.values[measure][owner][:, at]
            filled = np.flatnonzero(~np.isnan(values).all(axis=1))
            # A month that no row has (February of 本月) has no column.
            present = np.flatnonzero(~np.isnan(values).all(axis=0))
            if not len(filled):
                continue
            rows = _only(everything, filled)
            periods = [months[index] for index in present]
            corner, units = _units(subjects, rows, rate=rate)
            shape = (len(filled), len(periods))
            yield Sheet(
                name=f"{region.name.zh}{words}",
                title=f"{first.year}-{last.year}年{region.name.zh}{subject_words(dataset)}历史数据：{words}（示例数据）",
                corner=corner,
                header=tuple(_header(words, periods, units is not None)),
                labels=rows.labels,
                units=units,
                subject=np.broadcast_to(owner[filled][:, None], shape),
                values=values[np.ix_(filled, present)],
                measure=np.full(shape, measure.value),
                period=np.array([month.text for month in periods]),
                blanks=rows.blanks,
                notes=notes(catalogue, edition, code),
                region=code,
            )


def _only(rows: Rows, kept: NDArray[np.int64]) -> Rows:
    labels, blanks = (tuple(words[index] for index in kept) for words in (rows.labels, rows.blanks))
    return Rows(rows.subject[kept], rows.growth[kept], labels, blanks)


def _units(subjects: Subjects, rows: Rows, *, rate: bool) -> tuple[str, tuple[str, ...] | None]:
    units = tuple("%" if rate else str(unit) for unit in subjects.unit[rows.subject])
    return (f"单位：{units[0]}", None) if len(set(units)) == 1 else ("", units)


def _header(words: str, periods: list[Month], units: bool) -> Iterator[Span]:
    top, below = _HEADER_ROW, _HEADER_ROW + 1
    yield Span(top, 0, below, 0, "指标")
    if units:
        yield Span(top, 1, below, 1, "计量单位")
    first = 2 if units else 1
    yield Span(top, first, top, first + len(periods) - 1, words)
    for index, month in enumerate(periods):
        yield Span(below, first + index, below, first + index, f"{month.year}年{month.month}月")
