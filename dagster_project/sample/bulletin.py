"""The layout of a monthly or annual bulletin: 指标 | 本月 | 累计, each with its growth.

Belongs here: titles, header and columns of one period's sheet. Does not belong here: the table of several years
(`history.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dagster_project.sample.draws import fraction
from dagster_project.sample.editions import HISTORY_YEARS, Edition
from dagster_project.sample.figures import Figures
from dagster_project.sample.rows import Rows, table_rows, units_of
from dagster_project.sample.sheet import Sheet, Span
from dagster_project.sample.subjects import Subjects
from dagster_project.tables.titles import period_words, subject_words
from validators.catalogue import Catalogue, Dataset, Measure
from validators.periods import Month

_HEADER_ROW = 2  # below the title and the line with the unit
_RATE = "同比（%）"
NOT_REAL = "本表为示例数据，由程序生成，不是真实统计。"


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of figures under a group. `measures` are tried in order: a row has at most one of them."""

    group: str
    text: str
    measures: tuple[Measure, ...]


def bulletin_sheets(
    catalogue: Catalogue, subjects: Subjects, figures: Figures, edition: Edition, *, year: int, seed: int
) -> Iterator[Sheet]:
    """A sheet for each region that has figures in the edition's period."""
    month = edition.last.last_month
    at = (month.year - year + HISTORY_YEARS) * 12 + month.month - 1
    dataset = catalogue.datasets[edition.dataset]
    for code, region in catalogue.regions.items():
        rows = table_rows(catalogue, subjects, dataset=edition.dataset, region=code, seed=seed)
        columns = list(_columns(subjects, figures, rows, edition, at, seed)) if len(rows.subject) else []
        if not columns:
            continue
        subject = np.stack([_owner(rows, column) for column in columns], axis=1)
        values, measure = _cells(figures, subject, columns, at)
        corner, units = units_of(subjects, rows)
        yield Sheet(
            name=region.name.zh,
            title=_title(dataset, region.name.zh, edition),
            corner=corner,
            header=tuple(_header(columns, first=1 if units is None else 2, units=units is not None)),
            labels=rows.labels,
            units=units,
            subject=subject,
            values=values,
            measure=measure,
            period=np.full(len(columns), edition.last.text),
            blanks=rows.blanks,
            notes=notes(catalogue, edition, code),
            region=code,
        )


def notes(catalogue: Catalogue, edition: Edition, region: str) -> tuple[str, ...]:
    """The lines below the table."""
    dataset = catalogue.datasets[edition.dataset]
    together = "1-2月合并发布；" if isinstance(edition.last, Month) and not dataset.january else ""
    publisher = dataset.reporters.get(region)
    lines = [f"注：{together}{NOT_REAL}", f"发布日期：{edition.published.isoformat()}"]
    if publisher is not None:
        lines.insert(1, f"编制：{catalogue.departments[publisher].name.zh}")
    return tuple(lines)


def _title(dataset: Dataset, region: str, edition: Edition) -> str:
    revised = "（修订）" if edition.revised else ""
    period = period_words(dataset, edition.last)
    return f"{period}{region}{subject_words(dataset)}主要指标{revised}（示例数据）"


def _columns(
    subjects: Subjects, figures: Figures, rows: Rows, edition: Edition, at: int, seed: int
) -> Iterator[_Column]:
    """The columns that have a figure; in February the empty ones of 本月 stand in half of the tables."""
    if isinstance(edition.last, Month):
        month = edition.last.month
        since = f"累计（1-{month}月）" if month > 1 else "累计（1月）"
        stocks = not subjects.cumulative[rows.subject].any()
        wanted = [
            _Column("本月", "数值", (Measure.MONTH,)),
            _Column("本月", _RATE, (Measure.YOY_MONTH,)),
            _Column("期末" if stocks else since, "数值", (Measure.YTD, Measure.LEVEL)),
            _Column(since, _RATE, (Measure.YOY_YTD,)),
        ]
    else:
        group = f"{edition.last.last_month.year}年"
        wanted = [
            _Column(group, "数值", (Measure.YTD, Measure.LEVEL)),
            _Column(group, _RATE, (Measure.YOY_YTD,)),
        ]
    filled = [_is_filled(figures, rows, column, at) for column in wanted]
    if not any(filled):
        return
    february = isinstance(edition.last, Month) and edition.last.month == 2
    keep_blank = (
        february and fraction(seed, "february", edition.dataset) < 0.5 and subjects.cumulative[rows.subject].any()
    )
    for column, has_figures in zip(wanted, filled, strict=True):
        if has_figures or (keep_blank and column.measures == (Measure.MONTH,)):
            yield column


def _owner(rows: Rows, column: _Column) -> NDArray[np.int64]:
    return rows.growth if column.text == _RATE else rows.subject


def _is_filled(figures: Figures, rows: Rows, column: _Column, at: int) -> bool:
    owner = _owner(rows, column)
    return any(not np.isnan(figures.values[measure][owner, at]).all() for measure in column.measures)


def _cells(
    figures: Figures, subject: NDArray[np.int64], columns: list[_Column], at: int
) -> tuple[NDArray[np.float64], NDArray[np.str_]]:
    """The figure and the measure of each cell; NaN and '' where there is none."""
    values = np.full(subject.shape, np.nan)
    measure = np.full(subject.shape, "", dtype="U9")
    for index, column in enumerate(columns):
        for name in column.measures:
            found = figures.values[name][subject[:, index], at]
            here = ~np.isnan(found)
            values[here, index], measure[here, index] = found[here], name.value
    return values, measure


def _header(columns: list[_Column], *, first: int, units: bool) -> Iterator[Span]:
    """Two rows; a group of one column takes both."""
    top, below = _HEADER_ROW, _HEADER_ROW + 1
    yield Span(top, 0, below, 0, "指标")
    if units:
        yield Span(top, 1, below, 1, "计量单位")
    start = 0
    while start < len(columns):
        end = start
        while end + 1 < len(columns) and columns[end + 1].group == columns[start].group:
            end += 1
        if end == start and columns[start].text != _RATE:
            yield Span(top, first + start, below, first + start, columns[start].group)
        else:
            yield Span(top, first + start, top, first + end, columns[start].group)
            for index in range(start, end + 1):
                yield Span(below, first + index, below, first + index, columns[index].text)
        start = end + 1
