"""The sentences about a figure by itself: what is wrong with a row of an upload, and what to do.

Belongs here: turning the rows that break a rule of `observations.py` into findings. Does not belong here: deciding
whether a rule is broken.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from validators.catalogue import Cadence, Catalogue, Indicator, Kind, Measure, Words
from validators.columns import OBSERVATION_KEY, STATUSES
from validators.errors import PeriodError
from validators.findings import Finding, Severity
from validators.sentences import at, figure, number, period_zh

_WARNINGS = ("growth_unusual",)
# One mistake of a whole sheet (a wrong month, a wrong region) is one finding on its first cell, not one per figure.
_BY_SHEET = {
    "period_cadence": "period",
    "january_alone": "period",
    "wrong_period": "period",
    "region_unpublished": "region",
    "status_unknown": "status",
}
_CADENCE = {
    Cadence.MONTHLY: Words(zh="月份，如 2025-03", en="a month such as 2025-03"),
    Cadence.QUARTERLY: Words(zh="季度，如 2025-Q1", en="a quarter such as 2025-Q1"),
    Cadence.ANNUAL: Words(zh="年份，如 2025", en="a year such as 2025"),
}
LARGEST = 1e15  # no amount or count of a region reaches it, in any unit
_CHECK_ZH, _CHECK_EN = "请核对后重新上传", "check the figure and upload again"


@dataclass(frozen=True, slots=True)
class _Row:
    """One faulty row with what its sentence needs."""

    catalogue: Catalogue
    dataset: str
    periods: tuple[str, str]
    indicator: str
    region: str
    period: str
    measure: str
    value: float
    unit: str
    status: str
    text: str
    others: int  # further rows of the sheet with the same fault
    cells: tuple[str, ...]  # duplicates: where the same figure stands
    agree: bool  # duplicates: whether the values are the same

    @property
    def known(self) -> Indicator | None:
        return self.catalogue.indicators.get(self.indicator)

    @property
    def name(self) -> Words:
        """The figure's name, as far as it can be named."""
        known = self.known
        if known is None:
            return Words(zh=f"“{self.indicator}”", en=f"'{self.indicator}'")
        try:
            return figure(self.catalogue, self.indicator, self.period, Measure(self.measure))
        except (PeriodError, ValueError):
            return known.name

    @property
    def amount(self) -> str:
        return f"{number(self.value)}{self.unit}"

    @property
    def more(self) -> Words:
        if not self.others:
            return Words(zh="该数据", en="this figure")
        count = self.others + 1
        return Words(zh=f"本表这里起共{count}个数据", en=f"{count} figures of this sheet from here on")


_Sentence = Callable[[_Row], tuple[str, str, str]]  # Chinese, English, expected


def describe(
    failed: Mapping[str, np.ndarray], rows: pd.DataFrame, catalogue: Catalogue, dataset: str, periods: tuple[str, str]
) -> list[Finding]:
    """Findings for `failed`: rule -> positions of the rows that break it."""
    findings = []
    for rule, positions in failed.items():
        faulty = rows.iloc[positions]
        if rule in _BY_SHEET:
            sizes = faulty.groupby(["sheet", _BY_SHEET[rule]], sort=False)["sheet"].transform("size")
            faulty = faulty.assign(others=sizes - 1).drop_duplicates(["sheet", _BY_SHEET[rule]])
        elif rule == "duplicate":
            faulty = _merged_duplicates(faulty)
        findings += [_finding(rule, row, catalogue, dataset, periods) for row in faulty.to_dict("records")]
    return findings


def _merged_duplicates(faulty: pd.DataFrame) -> pd.DataFrame:
    """One row per figure that stands more than once: the last of them, with all the cells."""
    places = [at(sheet, cell).strip() or "?" for sheet, cell in zip(faulty["sheet"], faulty["cell"], strict=True)]
    groups = faulty.assign(place=places).groupby(list(OBSERVATION_KEY), sort=False)
    cells, values = groups["place"].agg(tuple), groups["value"].nunique()
    return groups.tail(1).set_index(list(OBSERVATION_KEY)).assign(cells=cells, agree=values <= 1).reset_index()


def _finding(
    rule: str, row: Mapping[Hashable, Any], catalogue: Catalogue, dataset: str, periods: tuple[str, str]
) -> Finding:
    names = ("indicator", "region", "period", "measure", "unit", "status", "text")
    told = _Row(
        catalogue=catalogue,
        dataset=dataset,
        periods=periods,
        value=float(row["value"]),
        others=int(row.get("others", 0)),
        cells=tuple(row.get("cells", ())),
        agree=bool(row.get("agree", False)),
        **{name: str(row[name]) for name in names},
    )
    zh, en, expected = _SENTENCES[rule](told)
    sheet, cell = str(row["sheet"]), str(row["cell"])
    found = {
        "period_cadence": told.period,
        "january_alone": told.period,
        "wrong_period": told.period,
        "region_unpublished": told.region,
        "status_unknown": told.status,
        "indicator_unknown": told.indicator,
        "measure_not_allowed": told.measure,
        "unit_wrong": told.unit,
        "not_a_number": told.text,
    }.get(rule, told.amount)
    return Finding(
        severity=Severity.WARNING if rule in _WARNINGS else Severity.ERROR,
        rule=rule,
        zh=f"{at(sheet, cell)}{zh}",
        en=f"{at(sheet, cell)}{en}",
        sheet=sheet,
        cell=cell,
        indicator=told.indicator,
        region=told.region,
        period=told.period,
        found=found,
        expected=expected,
    )


def _indicator_unknown(row: _Row) -> tuple[str, str, str]:
    title = row.catalogue.datasets[row.dataset].title
    if row.known is None:
        return (
            f"目录中没有指标{row.name.zh}——请核对指标名称，或先把它加入目录",
            f"the catalogue has no indicator {row.name.en} — check the name, or add it to the catalogue first",
            row.dataset,
        )
    home = row.catalogue.datasets[row.known.dataset].title
    return (
        f"{row.known.name.zh}属于“{home.zh}”，不属于“{title.zh}”——请在“{home.zh}”表中上报",
        f"{row.known.name.en} belongs to '{home.en}', not to '{title.en}' — report it with '{home.en}'",
        row.known.dataset,
    )


def _region_unpublished(row: _Row) -> tuple[str, str, str]:
    published = [row.catalogue.regions[code].name for code in row.catalogue.datasets[row.dataset].reporters]
    region = row.catalogue.regions.get(row.region)
    zh, en = (region.name.zh, region.name.en) if region else (f"“{row.region}”", f"'{row.region}'")
    names_zh, names_en = "、".join(name.zh for name in published), ", ".join(name.en for name in published)
    title = row.catalogue.datasets[row.dataset].title
    return (
        f"{row.more.zh}属于地区{zh}，而“{title.zh}”只由{names_zh}发布——请核对地区",
        f"{row.more.en}: region {en}, but '{title.en}' is published for {names_en} only — check the region",
        "、".join(row.catalogue.datasets[row.dataset].reporters),
    )


def _period_cadence(row: _Row) -> tuple[str, str, str]:
    dataset = row.catalogue.datasets[row.dataset]
    wanted = _CADENCE[dataset.cadence]
    return (
        f"{row.more.zh}的期间“{row.period}”不合“{dataset.title.zh}”的发布频率——请改为{wanted.zh}",
        f"{row.more.en}: period '{row.period}' does not fit '{dataset.title.en}' — give {wanted.en}",
        wanted.zh,
    )


def _january_alone(row: _Row) -> tuple[str, str, str]:
    title, february = row.catalogue.datasets[row.dataset].title, f"{row.period[:4]}-02"
    return (
        f"{row.more.zh}单列{period_zh(row.period, '')}，而“{title.zh}”的1月与2月合并发布"
        f"——请并入1-2月累计（{february}）后上传",
        f"{row.more.en}: January by itself, but '{title.en}' publishes January and February together — "
        f"give the two months as the year to date of {february}",
        february,
    )


def _wrong_period(row: _Row) -> tuple[str, str, str]:
    first, last = row.periods
    expected = first if first == last else f"{first}–{last}"
    return (
        f"{row.more.zh}的期间是{period_zh(row.period, '')}，而本次上报的期间是 {expected}"
        "——请核对月份，改正表中期间或上报期间",
        f"{row.more.en}: period {row.period}, but this upload is for {expected} — correct the period in the table "
        "or the period of the upload",
        expected,
    )


def _measure_not_allowed(row: _Row) -> tuple[str, str, str]:
    name = row.catalogue.indicators[row.indicator].name
    return (
        f"{name.zh}不应有“{row.measure}”这种数据——请核对表头（本月、累计、同比）",
        f"{name.en} can't have a figure of measure '{row.measure}' — check the header (month, year to date, growth)",
        "",
    )


def _unit_wrong(row: _Row) -> tuple[str, str, str]:
    indicator = row.catalogue.indicators[row.indicator]
    growth = indicator.kind is not Kind.GROWTH and row.measure in (Measure.YOY_MONTH, Measure.YOY_YTD)
    unit = "%" if growth else indicator.unit
    return (
        f"{row.name.zh}的单位是“{row.unit}”，应为“{unit}”——请核对表中单位",
        f"{row.name.en} is in '{row.unit}', expected '{unit}' — check the unit in the table",
        unit,
    )


def _not_a_number(row: _Row) -> tuple[str, str, str]:
    return (
        f"{row.name.zh}“{row.text}”不是数字——请填写数字，没有数据时留空",
        f"{row.name.en}: '{row.text}' is no number — enter a number, or leave the cell blank",
        "数字 / a number",
    )


def _negative_value(row: _Row) -> tuple[str, str, str]:
    return (
        f"{row.name.zh} {row.amount} 为负数，该指标不能小于 0——{_CHECK_ZH}",
        f"{row.name.en}: {row.amount} is negative, and this indicator can't be — {_CHECK_EN}",
        "≥ 0",
    )


def _not_a_rank(row: _Row) -> tuple[str, str, str]:
    return (
        f"{row.name.zh} {number(row.value)} 不是名次，名次应为 1、2、3……——{_CHECK_ZH}",
        f"{row.name.en}: {number(row.value)} is no rank; ranks are 1, 2, 3, … — {_CHECK_EN}",
        "1, 2, 3, …",
    )


def _not_whole(row: _Row) -> tuple[str, str, str]:
    return (
        f"{row.name.zh} {row.amount} 不是整数，而以“{row.unit}”计的数量应为整数——{_CHECK_ZH}",
        f"{row.name.en}: {row.amount} is not a whole number, but things counted in '{row.unit}' are — {_CHECK_EN}",
        "整数 / a whole number",
    )


def _growth_out_of_range(row: _Row) -> tuple[str, str, str]:
    return (
        f"{row.name.zh} {row.amount} 不可能是同比增速——请核对是否误填了总量",
        f"{row.name.en}: {row.amount} can't be a year-on-year growth — check whether an amount was entered instead",
        "-100–1000%",
    )


def _out_of_range(row: _Row) -> tuple[str, str, str]:
    indicator = row.catalogue.indicators[row.indicator]
    low = 0.0 if indicator.minimum is None else indicator.minimum
    top = 100.0 if indicator.kind is Kind.RATIO and indicator.unit == "%" else LARGEST
    high = top if indicator.maximum is None else indicator.maximum
    bounds = f"{number(low)}–{number(high)}{indicator.unit}"
    return (
        f"{row.name.zh} {row.amount} 超出可能的范围 {bounds}——{_CHECK_ZH}",
        f"{row.name.en}: {row.amount} is outside the possible range {bounds} — {_CHECK_EN}",
        bounds,
    )


def _growth_unusual(row: _Row) -> tuple[str, str, str]:
    return (
        f"{row.name.zh} {row.amount} 的增速很少见——请确认是否无误，无误则不必处理",
        f"{row.name.en}: a growth of {row.amount} is rare — confirm that it is right; if so there is nothing to do",
        "-100–100%",
    )


def _status_unknown(row: _Row) -> tuple[str, str, str]:
    known = "、".join(STATUSES)
    return (
        f"{row.more.zh}的状态“{row.status}”无法识别——请用 {known} 之一",
        f"{row.more.en}: unknown status '{row.status}' — use one of {', '.join(STATUSES)}",
        known,
    )


def _duplicate(row: _Row) -> tuple[str, str, str]:
    cells_zh, cells_en = "、".join(row.cells), ", ".join(row.cells)
    values = ("数值相同", "with the same value") if row.agree else ("数值不同", "with different values")
    return (
        f"{row.name.zh}重复出现于 {cells_zh}，{values[0]}——请只保留一处",
        f"{row.name.en} stands more than once, in {cells_en}, {values[1]} — keep one of them",
        "",
    )


_SENTENCES: dict[str, _Sentence] = {
    "indicator_unknown": _indicator_unknown,
    "region_unpublished": _region_unpublished,
    "period_cadence": _period_cadence,
    "january_alone": _january_alone,
    "wrong_period": _wrong_period,
    "measure_not_allowed": _measure_not_allowed,
    "unit_wrong": _unit_wrong,
    "not_a_number": _not_a_number,
    "negative_value": _negative_value,
    "not_a_rank": _not_a_rank,
    "not_whole": _not_whole,
    "growth_out_of_range": _growth_out_of_range,
    "out_of_range": _out_of_range,
    "growth_unusual": _growth_unusual,
    "status_unknown": _status_unknown,
    "duplicate": _duplicate,
}
