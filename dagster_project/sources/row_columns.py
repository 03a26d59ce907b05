"""Which column of a source's rows says what: the part of a connector's options that turns rows into figures.

Belongs here: the options and whether they fit the catalogue. Does not belong here: rows (`row_mapping.py`), where they
come from (`sql.py`, `http.py`, `sdmx.py`).

Rows are long, each with a code that says what its value is, or wide, each with a column for every figure:

    columns: {code: zb, codes: {A01: goods_exports, A02: {indicator: goods_exports, measure: yoy_ytd}}, value: num,
              measure: ytd, period: [nian, yue], region: dq, regions: {LW: "330303"}}
    columns: {values: {ck: {indicator: goods_exports, measure: ytd, unit: 万元}}, period: rq, period_format: "%Y%m"}
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from dagster_project.sources.connector import Options
from validators.catalogue import Cadence, Catalogue, Dataset, Identifier, Indicator, Kind, Measure, RegionCode
from validators.errors import SourceOptionsError, UnitError
from validators.observations import allowed_measures
from validators.units import UnitTable

Status = Literal["preliminary", "revised", "final"]

# What tables and databases write for a figure that is not there. A zero is a figure.
MISSING = (
    "",
    "-",
    "--",
    "—",
    "——",
    "…",
    "……",
    "..",
    "...",
    ":",
    "/",
    "NA",
    "N/A",
    "NaN",
    "nan",
    "NULL",
    "null",
    "None",
)


class Figure(Options):
    """What a code or a column stands for."""

    indicator: Identifier
    """指标 indicator of the catalogue"""
    measure: Measure | None = None
    """口径 month, ytd, yoy_month, yoy_ytd or level; left out: that of the options, or the only one it can have"""
    unit: str = ""
    """计量单位 unit; left out: that of the options, or the indicator's own"""


def _figure(given: object) -> object:
    return {"indicator": given} if isinstance(given, str) else given


FigureOrName = Annotated[Figure, BeforeValidator(_figure)]


class Columns(Options):
    """Which column says what. A column is named as the source names it."""

    code: str | None = None
    """代码列 long rows: column of the code"""
    codes: dict[str, FigureOrName] = Field(default={})
    """代码对应的指标 long rows: what each code stands for"""
    value: str | None = None
    """数值列 long rows: column of the value"""
    values: dict[str, FigureOrName] = Field(default={})
    """各数值列 wide rows: what each column of values stands for"""
    others: Literal["error", "ignore"] = "error"
    """未列出的代码 what to do with a code that is not listed: an error, or ignore its rows"""
    measure: Measure | None = None
    """口径 measure of figures that don't say theirs"""
    measure_column: str | None = None
    """口径列 column of the measure"""
    measures: dict[str, Measure] = Field(default={})
    """口径的写法 what the texts of the measure's column mean, where they are not the catalogue's"""
    period: str | tuple[str, ...] | None = None
    """统计期列 column of the period, or several (year, month) that are joined by '-'; left out where one period is
    asked for at a time"""
    period_format: str = ""
    """统计期格式 strptime format of a day in the period (%Y%m%d, %Y-%m); left out: 2025-03, 202503, 2025年3月,
    2025-Q1, 2025-03-31"""
    region: str | None = None
    """地区列 column of the region; left out where the source is for one region"""
    regions: dict[str, RegionCode] = Field(default={})
    """地区的写法 what the texts of the region's column mean, where they are no codes; rows of others are passed over"""
    unit: str = ""
    """计量单位 unit of figures that don't say theirs"""
    unit_column: str | None = None
    """计量单位列 column of the unit, in any spelling that the catalogue knows"""
    status: Status | None = None
    """状态 status of all figures"""
    status_column: str | None = None
    """状态列 column of the status"""
    statuses: dict[str, Status] = Field(default={})
    """状态的写法 what the texts of the status column mean, where they are not the catalogue's"""
    missing: tuple[str, ...] = MISSING
    """无数据的写法 texts of a value that is not there; never zero"""

    @model_validator(mode="after")
    def _long_or_wide(self) -> Columns:
        long = self.code is not None and self.value is not None and bool(self.codes)
        wide = bool(self.values)
        if long == wide or (wide and (self.code is not None or self.value is not None or self.codes)):
            raise ValueError(
                "须给出 code、codes、value（长表），或 values（宽表） / give code, codes and value, or values"
            )
        if wide and self.measure_column is not None:
            raise ValueError("宽表的口径写在 values 中 / wide rows say the measure in values, not in a column")
        if self.period == ():
            raise ValueError("period 为空 / period names no column")
        return self

    @property
    def figures(self) -> dict[str, Figure]:
        """What each code, or each column of values, stands for."""
        return self.codes or self.values

    @property
    def period_columns(self) -> tuple[str, ...]:
        """The columns of which the period is made; none where rows don't say it."""
        return (self.period,) if isinstance(self.period, str) else (self.period or ())

    @property
    def needed(self) -> tuple[str, ...]:
        """Every column that rows must have, in the order of the options."""
        named = (self.code, self.value, *self.values, self.measure_column, *self.period_columns, self.region)
        named += (self.unit_column, self.status_column)
        return tuple(dict.fromkeys(name for name in named if name is not None))


class FigureTable(Options):
    """What each code stands for, with nothing left out: by code `indicator`, `measure` ('' where the rows say it) and
    `unit` ('' for the indicator's own)."""

    figures: dict[str, tuple[str, str, str]] = Field(min_length=1)


def figure_table(columns: Columns, catalogue: Catalogue, dataset: str) -> FigureTable:
    """The codes against the catalogue. SourceOptionsError with a line for each one that can't be used there: an
    indicator of another dataset, a measure that it doesn't have, a unit that doesn't convert, an unknown region."""
    place = "codes" if columns.codes else "values"
    problems: list[str] = []
    table: dict[str, tuple[str, str, str]] = {}
    for code, figure in columns.figures.items():
        known = catalogue.dataset_indicators[dataset]
        where = f"with.columns.{place}.{code}"
        if figure.indicator not in known:
            near = get_close_matches(figure.indicator, known, n=1)
            hint_zh, hint_en = (f"，是否为 {near[0]}？", f"; did you mean {near[0]}?") if near else ("", "")
            problems.append(
                f"{where}：数据集 {dataset} 没有指标 {figure.indicator}{hint_zh} / "
                f"the dataset has no indicator {figure.indicator}{hint_en}"
            )
            continue
        indicator = catalogue.indicators[figure.indicator]
        measure = figure.measure or columns.measure or _usual_measure(indicator, catalogue.datasets[dataset])
        measure = None if columns.measure_column is not None and figure.measure is None else measure
        unit = figure.unit or columns.unit
        problems += _measure_problems(where, indicator, measure, catalogue.datasets[dataset], columns)
        problems += _unit_problems(where, indicator, unit, catalogue, measure)
        table[code] = (figure.indicator, str(measure or ""), unit)
    for text, region in columns.regions.items():
        if region not in catalogue.regions:
            problems.append(f"with.columns.regions.{text}：没有地区 {region} / the catalogue has no region {region}")
    if problems:
        raise SourceOptionsError(problems)
    return FigureTable(figures=table)


def _usual_measure(indicator: Indicator, dataset: Dataset) -> Measure | None:
    """The measure that goes without saying: a level is a level, and what is published by the year is the year's."""
    if indicator.kind in (Kind.FLOW, Kind.COUNT, Kind.GROWTH):
        if dataset.cadence is Cadence.MONTHLY:
            return None
        return Measure.YOY_YTD if indicator.kind is Kind.GROWTH else Measure.YTD
    return Measure.LEVEL


def _measure_problems(
    where: str, indicator: Indicator, measure: Measure | None, dataset: Dataset, columns: Columns
) -> list[str]:
    allowed = allowed_measures(indicator.kind, dataset.cadence)
    listed = ", ".join(allowed)
    if measure is None:
        if columns.measure_column is not None:
            return []
        return [f"{where}：须写明口径（{listed}） / say its measure: one of {listed}"]
    if measure not in allowed:
        return [f"{where}：口径不能为 {measure}（可为 {listed}） / its measure can't be {measure}; one of {listed}"]
    return []


def _unit_problems(
    where: str, indicator: Indicator, unit: str, catalogue: Catalogue, measure: Measure | None
) -> list[str]:
    if not unit or measure in (Measure.YOY_MONTH, Measure.YOY_YTD):
        return []
    units = UnitTable(catalogue.units)
    found = units.find(unit)
    if found is None:
        return [f"{where}：未声明的计量单位 {unit} / the catalogue has no unit {unit}"]
    try:
        units.exact_factor(found, indicator.unit)
    except UnitError as error:
        return [f"{where}：{error}"]
    return []
