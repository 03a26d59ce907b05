"""Which series of an SDMX message is which figure, and what its attributes say of the values.

Belongs here: that part of the options, and the way from observations to rows that `row_mapping` reads. Does not belong
here: formats (`sdmx_reading.py`), fetching (`sdmx.py`).
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Literal

import pandas as pd
from pydantic import Field

from dagster_project.sources.connector import Options, Request
from dagster_project.sources.row_columns import MISSING, Columns, Figure, Status
from dagster_project.sources.row_mapping import joined, plain_number, source_name, to_long
from validators.catalogue import Measure, RegionCode
from validators.columns import LONG
from validators.errors import SourceFormError, SourceOptionsError
from validators.units import UnitTable

# The code list CL_OBS_STATUS. A forecast is no observation.
STATUSES: dict[str, Literal["", "missing"] | Status] = {
    **dict.fromkeys(("", "A", "B", "D", "G", "N", "S", "U", "V", "W"), ""),
    **dict.fromkeys(("E", "I", "P"), "preliminary"),
    "R": "revised",
    **dict.fromkeys(("F", "H", "J", "K", "L", "M", "O", "Q"), "missing"),
}
_ANNUAL = re.compile(r"([0-9]{4})-A1?")
_GROWTH = (Measure.YOY_MONTH, Measure.YOY_YTD)
_POWER = re.compile(r"[+-]?[0-9]{1,2}")


class Series(Figure):
    """A series and what it stands for."""

    key: dict[str, str] = Field(min_length=1)
    """键 values of the dimensions that make it this series; dimensions that are left out may have any"""


class SeriesOptions(Options):
    """What the dimensions and attributes of a data flow mean here."""

    series: tuple[Series, ...] = Field(min_length=1)
    """序列 series to take"""
    others: Literal["error", "ignore"] = "error"
    """未列出的序列 what to do with series that are not listed"""
    region: str | None = None
    """地区维度 dimension of the region, such as REF_AREA; left out where the source is for one region"""
    regions: dict[str, RegionCode] = Field(default={})
    """地区的代码 what its codes mean, where they are not those of the catalogue; rows of others are passed over"""
    period: str = "TIME_PERIOD"
    """时间维度 dimension of the period"""
    value: str = "OBS_VALUE"
    """观测值 the value"""
    multiplier: str | None = "UNIT_MULT"
    """数量级属性 attribute with the power of ten that values are given in; null takes values as they stand"""
    unit: str | None = None
    """计量单位属性 attribute of the unit, such as UNIT_MEASURE"""
    units: dict[str, str] = Field(default={})
    """计量单位的代码 what its codes mean in the catalogue"""
    status: str | None = "OBS_STATUS"
    """状态属性 attribute of the status"""
    statuses: dict[str, Literal["", "missing"] | Status] = Field(default={})
    """状态的代码 what codes of the status mean, beside CL_OBS_STATUS: preliminary, revised, final, missing, or ''"""


def figures(observations: pd.DataFrame, options: SeriesOptions, request: Request) -> tuple[pd.DataFrame, list[str]]:
    """The figures (columns LONG) and the parts of the form. Where UNIT_MULT is given, values are taken as so many base
    units and converted into the figure's unit by the catalogue, exactly.

    SourceOptionsError and SourceFormError as `row_mapping.to_long` says; also where two series fit one observation,
    or UNIT_MULT is no power of ten."""
    if observations.empty:
        return pd.DataFrame(columns=list(LONG), dtype="str"), []
    name = source_name(request)
    codes = _codes(observations, options, name)
    columns = _columns(options)
    form = [f"column:{column}" for column in observations.columns]
    form += [f"code:{code}" for code in codes.unique() if code in columns.codes]
    rows = pd.DataFrame(
        {
            "series": codes,
            "period": observations[options.period].str.replace(_ANNUAL, r"\1", regex=True),
            "region": observations[options.region] if options.region is not None else "",
            "status": _statuses(observations, options, name),
        }
    )
    gone = rows["status"] == "missing"
    values = observations[options.value].where(~gone, "")
    units = _units(observations, codes, options, request)
    units_said = "unit:" + codes + "=" + _stated(observations, options)
    form += units_said.loc[codes.isin(list(columns.codes))].unique().tolist()
    values = _multiplied(values, units, observations, codes, options, request)
    rows = rows.assign(value=values, unit=units, status=rows["status"].where(~gone, ""))
    references = [f"observation {number}" for number in range(1, len(rows) + 1)]
    return to_long(rows, columns, request, references), form


def _columns(options: SeriesOptions) -> Columns:
    return Columns(
        code="series",
        codes={
            _code(one): Figure(indicator=one.indicator, measure=one.measure, unit=one.unit) for one in options.series
        },
        value="value",
        others=options.others,
        period="period",
        region=None if options.region is None else "region",
        regions=options.regions,
        unit_column="unit",
        status_column="status",
    )


def _code(series: Series) -> str:
    return ",".join(f"{dimension}={value}" for dimension, value in sorted(series.key.items()))


def _codes(observations: pd.DataFrame, options: SeriesOptions, name: str) -> pd.Series:
    """For each observation the code of its series, or the values of the dimensions in question where none fits."""
    dimensions = sorted({dimension for series in options.series for dimension in series.key})
    needed = [*dimensions, options.period, options.value, *([options.region] if options.region else [])]
    lacking = [column for column in dict.fromkeys(needed) if column not in observations.columns]
    if lacking:
        listed, there = ", ".join(lacking), ", ".join(observations.columns)
        raise SourceFormError(
            name, f"缺少维度：{listed}（现有：{there}）", f"dimensions are missing: {listed} (there are: {there})"
        )
    said = observations[dimensions].apply(lambda column: f"{column.name}=" + column)
    codes = joined(said, ",")
    taken = pd.Series(False, index=observations.index)
    for series in options.series:  # a handful, each over all rows at once
        fits = (observations[list(series.key)] == pd.Series(series.key)).all(axis=1)
        if (fits & taken).any():
            both = codes.loc[fits & taken].iloc[0]
            raise SourceOptionsError(
                [f"{name}: with.series：{_code(series)} 与另一序列重叠 / overlaps another: {both}"]
            )
        codes, taken = codes.mask(fits, _code(series)), taken | fits
    return codes


def _statuses(observations: pd.DataFrame, options: SeriesOptions, name: str) -> pd.Series:
    if options.status is None or options.status not in observations.columns:
        return pd.Series("", index=observations.index, dtype="str")
    written = observations[options.status]
    meant = written.map(STATUSES | options.statuses)
    if meant.isna().any():
        unknown = ", ".join(sorted(written[meant.isna()].unique()))
        raise SourceFormError(
            name,
            f"未知的观测状态：{unknown}；请列入 statuses",
            f"unknown status of observations: {unknown}; list it in statuses",
        )
    return meant.astype("str")


def _stated(observations: pd.DataFrame, options: SeriesOptions) -> pd.Series:
    """What the observations say of their unit: its code and its power of ten."""
    said = pd.Series("", index=observations.index, dtype="str")
    for name in (options.unit, options.multiplier):
        if name in observations.columns:
            said = said + " " + observations[name]
    return said.str.strip().astype("str")


def _units(observations: pd.DataFrame, codes: pd.Series, options: SeriesOptions, request: Request) -> pd.Series:
    """Texts of units: what the observation says, else the series, else the indicator's own."""
    own = {_code(one): one.unit or _own_unit(one, request) for one in options.series}
    found = codes.map(own).astype("str").fillna("")
    if options.unit is None or options.unit not in observations.columns:
        return found
    stated = observations[options.unit].replace(options.units)
    return stated.where(stated != "", found)


def _own_unit(series: Series, request: Request) -> str:
    indicator = request.catalogue.indicators.get(series.indicator)
    return "" if indicator is None or series.measure in _GROWTH else indicator.unit


def _multiplied(
    values: pd.Series,
    units: pd.Series,
    observations: pd.DataFrame,
    codes: pd.Series,
    options: SeriesOptions,
    request: Request,
) -> pd.Series:
    """The values in their units. A value that is no number stays as it is, for `to_long` to refuse."""
    if options.multiplier is None or options.multiplier not in observations.columns:
        return values
    table = UnitTable(request.catalogue.units)
    growth = codes.isin([_code(one) for one in options.series if one.measure in _GROWTH])
    powers = observations[options.multiplier].where(~growth, "")
    whole = pd.DataFrame({"value": values, "power": powers, "unit": units}).drop_duplicates()
    exact = {
        (value, power, unit): _exact(value, power, table.find(unit), request)
        for value, power, unit in whole.itertuples(index=False, name=None)
    }
    keys = zip(values, powers, units, strict=True)
    return pd.Series([exact[key] for key in keys], index=values.index, dtype="str")


def _exact(value: str, power: str, unit: str | None, request: Request) -> str:
    number = plain_number(value)
    if number is None or value in MISSING or power == "":
        return value
    if _POWER.fullmatch(power) is None:
        raise SourceFormError(
            source_name(request),
            f"数量级 {power!r} 不是 10 的整数次幂",
            f"the power of ten {power!r} is no whole number",
        )
    exponent = int(power)
    factor = request.catalogue.units[unit].factor if unit is not None else Decimal(1)
    # Powers of ten move the point; other factors divide to 28 digits.
    return format(Decimal(number).scaleb(exponent) / factor if factor != 1 else Decimal(number).scaleb(exponent), "f")
