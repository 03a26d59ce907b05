"""Rows of text become figures: one way for every connector whose source gives rows.

Belongs here: what a row's period, region, code, value, unit and status mean, and every way in which it may not be
made as the options say. Does not belong here: the options (`row_columns.py`), judging figures (`validators`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

import pandas as pd

from dagster_project.sources.connector import Request
from dagster_project.sources.row_columns import Columns, Figure, figure_table
from validators.catalogue import Cadence, Measure
from validators.columns import LONG, OBSERVATION_KEY, STATUSES
from validators.errors import PeriodError, SourceFormError
from validators.periods import Month, Period, Quarter, Year, parse_period, read_period
from validators.units import UnitTable

__all__ = ["Columns", "Figure", "joined", "plain_number", "source_name", "to_long"]

_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ][0-9:.+Z-]*)?")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]*)?(?:[eE][+-]?[0-9]{1,3})?|[+-]?\.[0-9]+")
_DIGITS = 60  # no statistic has more
_SHOWN = 5
_GROWTH = (str(Measure.YOY_MONTH), str(Measure.YOY_YTD))


def source_name(request: Request) -> str:
    """How errors and lines of progress name the source: its dataset and its own name."""
    return f"{request.dataset}/{request.source}"


def to_long(
    rows: pd.DataFrame, columns: Columns, request: Request, references: Sequence[str] | None = None
) -> pd.DataFrame:
    """The figures of the rows for the periods and regions of the request, as a frame with the columns LONG.

    `rows` holds texts, None or NaN where the source has null, and has unique column names; `references` says for each
    row where in the source it stands, else its number from 1. Values are plain decimals with the digits that the
    source gave; what is null or `missing` is left out, as are rows of other periods and regions. Two rows that say the
    same count once. Units are the catalogue's keys, '' for the indicator's own; growth has none.

    SourceOptionsError where the options don't fit the catalogue; SourceFormError where the rows don't fit the options:
    a column is missing, a code, a region, a unit, a measure or a status is unknown, a period or a value is none, two
    rows differ about one figure.
    """
    figures = figure_table(columns, request.catalogue, request.dataset).figures
    name = source_name(request)
    lacking = [column for column in columns.needed if column not in rows.columns]
    if lacking:
        raise SourceFormError(
            name,
            f"缺少列：{'、'.join(lacking)}（现有：{'、'.join(map(str, rows.columns))}）",
            f"columns are missing: {', '.join(lacking)} (there are: {', '.join(map(str, rows.columns))})",
        )
    if rows.empty:
        return pd.DataFrame(columns=list(LONG), dtype="str")
    texts = rows.loc[:, list(columns.needed)].astype("object")
    texts = texts.where(texts.notna(), "").astype("str").apply(lambda column: column.str.strip())
    texts.index = pd.RangeIndex(len(texts))
    where = list(references) if references is not None else [f"row {number}" for number in range(1, len(texts) + 1)]
    found = pd.DataFrame({"reference": pd.Series(where, index=texts.index, dtype="str")})
    found = found.assign(period=_periods(texts, columns, request, where), region=_regions(texts, columns, request))
    kept = found["period"].isin([period.text for period in request.periods]) & found["region"].isin(request.regions)
    _some_region(found, columns, request, name)
    texts, found = texts.loc[kept], found.loc[kept]
    found = found.assign(status=_statuses(texts, columns, found["reference"], name))
    found = _long(texts, found, columns) if columns.code is not None else _wide(texts, found, columns)
    found = found.loc[~found["value"].isin(columns.missing)]
    found = _meant(found, figures, columns, name)
    found = found.assign(value=_numbers(found, name), unit=_units(found, request, name))
    return _once(found, name).loc[:, list(LONG)].reset_index(drop=True)


def plain_number(text: str) -> str | None:
    """The number as a plain decimal ('1,234.50' -> '1234.50', '1e3' -> '1000'); None for what is no number."""
    if _NUMBER.fullmatch(text) is None:
        return None
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None
    plain = format(number, "f")
    return plain if len(plain) <= _DIGITS else None


def joined(columns: pd.DataFrame, between: str) -> pd.Series:
    """The texts of each row, one after the other."""
    first, *others = (columns[name] for name in columns.columns)
    for other in others:
        first = first + between + other
    return first.astype("str")


def _distinct(texts: pd.Series, read: Callable[[str], str | None]) -> pd.Series:
    """Each distinct text read once; NaN where it can't be."""
    return texts.map({text: read(text) for text in texts.unique()}).astype("str")


def _refuse(
    bad: pd.Series, references: pd.Series, name: str, zh: str, en: str, expected: tuple[str, str] = ("", "")
) -> None:
    """SourceFormError with the first texts of `bad` (those to be refused, by the index of the rows)."""
    if bad.empty:
        return
    shown = [f"{row}: {text!r}" for row, text in zip(references.loc[bad.index], bad.iloc[:_SHOWN], strict=False)]
    more = len(bad) - len(shown)
    zh_more, en_more = (f"，另有 {more} 处", f", and {more} more") if more else ("", "")
    listed = "; ".join(shown)
    raise SourceFormError(name, f"{zh}：{listed}{zh_more}{expected[0]}", f"{en}: {listed}{en_more}{expected[1]}")


def _periods(texts: pd.DataFrame, columns: Columns, request: Request, where: Sequence[str]) -> pd.Series:
    """SDMX texts."""
    name = source_name(request)
    if not columns.period_columns:
        if len(request.periods) != 1:
            raise SourceFormError(
                name,
                "行中没有统计期列，须逐期查询；请在 columns.period 中指明列",
                "the rows don't say their period and several were asked for: name its column in columns.period",
            )
        return pd.Series(request.periods[0].text, index=texts.index, dtype="str")
    written = joined(texts.loc[:, list(columns.period_columns)], "-")
    cadence = request.catalogue.datasets[request.dataset].cadence

    def read(text: str) -> str | None:
        return _period_text(text, columns.period_format, cadence)

    periods = _distinct(written, read)
    references = pd.Series(where, index=texts.index, dtype="str")
    form = columns.period_format or "2025-03, 202503, 2025年3月, 2025-Q1, 2025-03-31"
    expected = (f"（应如 {form}）", f" (expected: {form})")
    _refuse(written[periods.isna()], references, name, "不是统计期", "no period", expected)
    kinds = {Cadence.MONTHLY: Month, Cadence.QUARTERLY: Quarter, Cadence.ANNUAL: Year}
    if len(periods) and not any(isinstance(parse_period(text), kinds[cadence]) for text in periods.unique()):
        one = periods.iloc[:1]
        _refuse(one, references, name, f"统计期的频率不是 {cadence}", f"periods are not {cadence}")
    return periods


def _period_text(text: str, form: str, cadence: Cadence) -> str | None:
    try:
        if form:
            return _containing(datetime.strptime(text, form).date(), cadence).text  # noqa: DTZ007 - a day has no zone
        day = _DAY.fullmatch(text)
        if day is not None:
            return _containing(date.fromisoformat(day[1]), cadence).text
    except (ValueError, PeriodError):
        return None
    found = read_period(text)
    return None if found is None or not found.year_stated else found.period.text


def _containing(day: date, cadence: Cadence) -> Period:
    if cadence is Cadence.MONTHLY:
        return Month(day.year, day.month)
    return Year(day.year) if cadence is Cadence.ANNUAL else Quarter(day.year, (day.month + 2) // 3)


def _regions(texts: pd.DataFrame, columns: Columns, request: Request) -> pd.Series:
    """Codes; '' for a region that the options don't name."""
    if columns.region is None:
        if len(request.regions) != 1:
            raise SourceFormError(
                source_name(request),
                "行中没有地区列，而来源有多个地区；请在 columns.region 中指明列，或为来源指定一个地区",
                "the rows don't say their region and the source is for several: name its column in columns.region, "
                "or give the source one region",
            )
        return pd.Series(request.regions[0], index=texts.index, dtype="str")
    if columns.regions:
        return texts[columns.region].map(columns.regions).astype("str").fillna("")
    return texts[columns.region]


def _some_region(found: pd.DataFrame, columns: Columns, request: Request, name: str) -> None:
    """Refuse rows of the right periods of which none is of a region asked for: it is the mapping that is wrong."""
    timely = found.loc[found["period"].isin([period.text for period in request.periods])]
    if columns.region is not None and len(timely) and not timely["region"].isin(request.regions).any():
        wanted = ", ".join(request.regions)
        raise SourceFormError(
            name,
            f"列 {columns.region} 中没有所查的地区 {wanted}，请核对 columns.regions",
            f"no row is of the regions asked for, {wanted}: check column {columns.region} and columns.regions",
        )


def _statuses(texts: pd.DataFrame, columns: Columns, references: pd.Series, name: str) -> pd.Series:
    if columns.status_column is None:
        return pd.Series(str(columns.status or ""), index=texts.index, dtype="str")
    written = texts[columns.status_column]
    meant = written.map({"": str(columns.status or "")} | {text: text for text in STATUSES} | columns.statuses)
    _refuse(written[meant.isna()], references, name, "未知的状态", "unknown status")
    return meant.astype("str")


def _long(texts: pd.DataFrame, found: pd.DataFrame, columns: Columns) -> pd.DataFrame:
    more = {"measure": columns.measure_column, "written_unit": columns.unit_column}
    parts = {key: texts[column] if column is not None else "" for key, column in more.items()}
    return found.assign(code=texts[str(columns.code)], value=texts[str(columns.value)], **parts)


def _wide(texts: pd.DataFrame, found: pd.DataFrame, columns: Columns) -> pd.DataFrame:
    """One row for each column of values, in the order of the rows."""
    units = texts[columns.unit_column] if columns.unit_column is not None else ""
    fixed = found.assign(written_unit=units, measure="", place=range(len(found)))
    parts = [
        fixed.assign(code=column, value=texts[column], reference=fixed["reference"] + f", {column}")
        for column in columns.figures
    ]
    return pd.concat(parts).sort_values("place", kind="stable", ignore_index=True)


def _meant(found: pd.DataFrame, figures: dict[str, tuple[str, str, str]], columns: Columns, name: str) -> pd.DataFrame:
    """With indicator, measure and unit instead of the code."""
    unknown = ~found["code"].isin(list(figures))
    if columns.others == "error":
        expected = ("；请列入 columns.codes，或设 others: ignore", "; list it in columns.codes, or say others: ignore")
        _refuse(found.loc[unknown, "code"], found["reference"], name, "未知的代码", "unknown code", expected)
    found = found.loc[~unknown]
    table = pd.DataFrame.from_dict(figures, orient="index", columns=["indicator", "own_measure", "unit"], dtype="str")
    found = found.join(table, on="code")
    measures = {text: text for text in map(str, Measure)} | {key: str(value) for key, value in columns.measures.items()}
    measures |= {"": str(columns.measure or "")}
    stated = found["measure"].map(measures)
    measure = found["own_measure"].where(found["own_measure"] != "", stated)
    bad = measure.isna() | (measure == "")
    _refuse(found.loc[bad, "measure"], found["reference"], name, "未知的口径", "unknown measure")
    return found.assign(measure=measure.astype("str"))


def _numbers(found: pd.DataFrame, name: str) -> pd.Series:
    numbers = _distinct(found["value"], plain_number)
    _refuse(found.loc[numbers.isna(), "value"], found["reference"], name, "不是数值", "not a number")
    return numbers


def _units(found: pd.DataFrame, request: Request, name: str) -> pd.Series:
    """Keys of the catalogue; a unit that the row states wins over that of the options."""
    units = UnitTable(request.catalogue.units)
    written = found["written_unit"].where(found["written_unit"] != "", found["unit"]).astype("str")
    written = written.where(~found["measure"].isin(_GROWTH), "")
    keys = _distinct(written, lambda text: units.find(text) if text else "")
    _refuse(written[keys.isna()], found["reference"], name, "未声明的计量单位", "the catalogue has no such unit")
    return keys


def _once(found: pd.DataFrame, name: str) -> pd.DataFrame:
    """Each figure once; SourceFormError where two rows differ about it."""
    key = list(OBSERVATION_KEY)
    exact = _distinct(found["value"], lambda text: str(Decimal(text).normalize() + 0))
    rest = found.assign(exact=exact).drop_duplicates([*key, "exact", "unit", "status"])
    twice = rest.loc[rest.duplicated(key, keep=False)].sort_values(key, kind="stable")
    if len(twice):
        said = joined(twice[key], " ") + " = " + twice["value"] + twice["unit"] + " " + twice["status"]
        _refuse(said.str.strip(), twice["reference"], name, "同一数据有不同的行", "rows differ about one figure")
    return rest
