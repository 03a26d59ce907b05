"""Long tables onto the catalogue: each row is a figure of the catalogue, or a finding says why not.

Belongs here: words to ids, units, repetitions, one part for each dataset. Does not belong here: reading such a table
(`long_table.py`), what is plausible (`validators`). Nothing is guessed: an id that is nobody's is an error with the
nearest name beside it.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd

from dagster_project.tables import long_findings as tell
from dagster_project.tables import mapping_findings as say
from dagster_project.tables.mapped import Mapped, no_observations, observations_of, span
from dagster_project.tables.observed import scaled, unit_factor
from dagster_project.tables.reading import Reading
from dagster_project.tables.recognition import find_status
from validators.catalogue import Catalogue, Measure
from validators.columns import OBSERVATION_KEY, STATUSES
from validators.errors import PeriodError
from validators.findings import Finding
from validators.names import NameTable, plain
from validators.periods import parse_period, read_period
from validators.units import UnitTable

_GROWTH = (str(Measure.YOY_MONTH), str(Measure.YOY_YTD))
_MEASURES: Final[Mapping[str, str]] = {
    **{str(measure): str(measure) for measure in Measure},
    "本月": "month",
    "当月": "month",
    "累计": "ytd",
    "本月同比": "yoy_month",
    "当月同比": "yoy_month",
    "累计同比": "yoy_ytd",
    "期末": "level",
    "水平": "level",
}
_STATUSES: Final[Mapping[str, str]] = {
    "": "",
    **{status: status for status in STATUSES},
    "快报数": "preliminary",
    "初步数": "preliminary",
    "修订数": "revised",
    "终核数": "final",
}
_MOST_SAID = 20  # unknown words of a column, or figures with two values, that are named one by one
_LONGEST_SHOWN = 80
_KEPT_DIGITS = 15  # of a float64 and of the store
_PLAIN_NUMBER = r"[+-]?0*([0-9]*)\.?([0-9]*)"


def long_parts(
    reading: Reading,
    catalogue: Catalogue,
    *,
    dataset: str | None = None,
    period: str | None = None,
    status: str | None = None,
) -> tuple[Mapped, ...]:
    """The figures of a reading's long tables, one part for each dataset in the order of the rows; a single part with
    dataset '' where there is no figure. `dataset` takes one alone. `status` is that of rows that don't say theirs.
    `period`, where given, must be among the periods of the rows."""
    findings = list(reading.findings)
    rows, problems = _with_ids(reading.long, catalogue)
    findings += problems
    state = status or find_status(reading, ())
    rows = rows.assign(status=rows["status"].mask(rows["status"] == "", state))
    rows, problems = _in_own_units(rows, catalogue)
    findings += [*problems, *_digits(rows)]
    rows, problems = _each_once(rows, catalogue)
    findings += problems
    rows = rows.assign(dataset=_looked_up(rows["indicator"], lambda key: catalogue.indicators[key].dataset))
    if dataset is not None:
        others = rows[rows["dataset"] != dataset]
        rows = rows[rows["dataset"] == dataset]
        named = "、".join(others["dataset"].unique())
        if rows.empty:
            findings.append(tell.none_of_dataset(dataset, named))
        elif len(others):
            findings.append(tell.rows_of_other_datasets(dataset, named, len(others)))
    if rows.empty:
        return (Mapped(dataset or "", period or "", period or "", state, None, no_observations(), tuple(findings)),)
    findings += _wrong_period(rows, period)
    parts = [_part(str(key), group) for key, group in rows.groupby("dataset", sort=False)]
    return (replace(parts[0], findings=tuple(findings)), *parts[1:])


def _part(dataset: str, rows: pd.DataFrame) -> Mapped:
    first, last = span(rows["period"])
    statuses = rows["status"].unique()
    status = str(statuses[0]) if len(statuses) == 1 else ""
    return Mapped(dataset, first, last, status, None, observations_of(rows), ())


def _with_ids(rows: pd.DataFrame, catalogue: Catalogue) -> tuple[pd.DataFrame, list[Finding]]:
    """Ids and codes in place of what was written, without the rows of which one is unknown."""
    indicators = _indicator_names(catalogue)
    regions = NameTable(catalogue.regions)
    words = {
        "indicator": (lambda text: indicators.get(plain(text)), "indicator_unknown", _nearest_indicator(catalogue)),
        "region": (regions.find, "region_unknown", _nearest_region(catalogue)),
        "period": (_period, "period_unreadable", lambda _: ("2025-03、2025-Q1、2025", False)),
        "measure": (_by_name(_MEASURES), "measure_unknown", lambda _: ("、".join(Measure), False)),
        "status": (_by_name(_STATUSES), "status_unknown", lambda _: ("、".join(STATUSES), False)),
    }
    findings: list[Finding] = []
    good = np.ones(len(rows), dtype=bool)
    found = rows
    for field, (find, rule, nearest) in words.items():
        ids = _looked_up(rows[field], find)
        unknown = ids.isna().to_numpy()
        findings += _unknown(rows[unknown], field, rule, nearest)
        good &= ~unknown
        found = found.assign(**{field: ids})
    return found[good], findings


def _looked_up(texts: pd.Series, find: Callable[[str], str | None]) -> pd.Series:
    """Each distinct text is looked up once."""
    return texts.map({text: find(text) for text in texts.unique()}).astype("str")


def _each(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows one by one, for the few that become findings."""
    if len(frame):
        yield from frame.itertuples(index=False)


def _unknown(
    rows: pd.DataFrame, field: str, rule: str, nearest: Callable[[str], tuple[str, bool]]
) -> Iterable[Finding]:
    counts = rows.groupby(field, sort=False).size()
    first = rows.drop_duplicates(field)
    for row in _each(first.head(_MOST_SAID)):
        text = getattr(row, field)
        expected, alike = nearest(text)
        rows_like_it = int(counts[text])
        place = (row.sheet, row.cell)
        yield tell.unknown_word(field, rule, place, text[:_LONGEST_SHOWN], expected, rows=rows_like_it, nearest=alike)
    if len(first) > _MOST_SAID:
        row = first.iloc[_MOST_SAID]
        yield tell.more_unknown(field, rule, (row["sheet"], row["cell"]), len(first) - _MOST_SAID)


def _indicator_names(catalogue: Catalogue) -> dict[str, str]:
    """Ids, and names that one indicator alone has."""
    found = {plain(key): key for key in catalogue.indicators}
    named: dict[str, list[str]] = {}
    for key, indicator in catalogue.indicators.items():
        for name in {plain(indicator.name.zh), plain(indicator.name.en)}:
            named.setdefault(name, []).append(key)
    return {name: keys[0] for name, keys in named.items() if len(keys) == 1} | found


def _nearest_indicator(catalogue: Catalogue) -> Callable[[str], tuple[str, bool]]:
    names = _indicator_names(catalogue)

    def nearest(text: str) -> tuple[str, bool]:
        found = difflib.get_close_matches(plain(text[:_LONGEST_SHOWN]), names, n=1, cutoff=0.0)
        key = names[found[0]] if found else next(iter(catalogue.indicators))
        return f"{key}（{catalogue.indicators[key].name.zh}）", True

    return nearest


def _nearest_region(catalogue: Catalogue) -> Callable[[str], tuple[str, bool]]:
    def nearest(text: str) -> tuple[str, bool]:
        every = {f"{code}（{region.name.zh}）": region for code, region in catalogue.regions.items()}
        names = NameTable(catalogue.regions).nearest(text[:_LONGEST_SHOWN], most=1)
        for shown, region in every.items():
            if names and region.name.zh == names[0]:
                return shown, True
        return "、".join(every), False

    return nearest


def _period(text: str) -> str | None:
    """SDMX, from SDMX or from what people write with its year; not from 2025.1, which may be October."""
    try:
        return parse_period(text).text
    except PeriodError:
        found = None if "." in text else read_period(text)
        return None if found is None else found.period.text


def _by_name(names: Mapping[str, str]) -> Callable[[str], str | None]:
    return lambda text: names.get(plain(text))


def _in_own_units(rows: pd.DataFrame, catalogue: Catalogue) -> tuple[pd.DataFrame, list[Finding]]:
    """Values in the indicator's unit, growth in per cent; without the rows whose unit contradicts."""
    table = UnitTable(catalogue.units)
    own = _looked_up(rows["indicator"], lambda key: catalogue.indicators[key].unit)
    expected = own.mask(rows["measure"].isin(_GROWTH), "%")
    stated = rows["unit"].mask(rows["percent"], "%")
    pairs = pd.MultiIndex.from_arrays([stated, expected])
    codes, distinct = pairs.factorize()
    factors = np.array([unit_factor(table, catalogue, *pair) for pair in distinct], dtype=float)
    factor = factors[codes] if len(factors) else np.ones(len(rows))
    value = scaled(rows["value"].to_numpy(dtype=float), factor)
    found = rows.assign(value=value, stated=stated, unit=expected)
    bad = np.isnan(factor)
    counts = found[bad].groupby(["indicator", "stated", "unit"], sort=False).size()
    findings = [
        tell.unit_differs(
            (row.sheet, row.cell),
            row.indicator,
            catalogue.indicators[row.indicator].name.zh,
            row.stated[:_LONGEST_SHOWN],
            row.unit,
            rows=int(counts[(row.indicator, row.stated, row.unit)]),
        )
        for row in _each(found[bad].drop_duplicates(["indicator", "stated", "unit"]).head(_MOST_SAID))
    ]
    return found[~bad].drop(columns="stated"), findings


def _digits(rows: pd.DataFrame) -> Iterable[Finding]:
    """Says so where a number has more digits than are stored."""
    parts = rows["text"].str.extract(f"^{_PLAIN_NUMBER}$")
    digits = (parts[0].fillna("") + parts[1].fillna("")).str.strip("0").str.len()
    long = rows[(digits > _KEPT_DIGITS).to_numpy()]
    if len(long):
        first = long.iloc[0]
        place = (first["sheet"], first["cell"])
        yield tell.digits_dropped(place, first["text"][:_LONGEST_SHOWN], f"{first['value']:.15g}", len(long))


def _each_once(rows: pd.DataFrame, catalogue: Catalogue) -> tuple[pd.DataFrame, list[Finding]]:
    """One row per figure; rows about one figure that differ are errors."""
    key = list(OBSERVATION_KEY)
    again = rows.duplicated(key, keep="first").to_numpy()
    if not again.any():
        return rows, []
    said = ["value", "status", "sheet", "cell"]
    pairs = rows[again].merge(rows.loc[~again, [*key, *said]], on=key, suffixes=("", "_first"), validate="many_to_one")
    differ = ((pairs["value"] != pairs["value_first"]) | (pairs["status"] != pairs["status_first"])).to_numpy()
    findings = []
    for row in _each(pairs[differ].head(_MOST_SAID)):
        shown = [
            (f"{row.sheet_first}!{row.cell_first}", f"{row.value_first:.10g} {row.status_first}"),
            (f"{row.sheet}!{row.cell}", f"{row.value:.10g} {row.status}"),
        ]
        name = catalogue.indicators[row.indicator].name.zh
        moment = f"{row.region} {row.period} {row.measure}"
        findings.append(say.contradiction(row.indicator, name, shown[1][0], shown[0], shown[1], moment))
    if differ.sum() > _MOST_SAID:
        place = pairs[differ].iloc[_MOST_SAID]
        findings.append(tell.more_contradictions((place["sheet"], place["cell"]), int(differ.sum()) - _MOST_SAID))
    if not differ.all():
        place = pairs[~differ].iloc[0]
        findings.append(tell.repeated_rows((place["sheet"], place["cell"]), int((~differ).sum())))
    return rows[~again], findings


def _wrong_period(rows: pd.DataFrame, given: str | None) -> Iterable[Finding]:
    """A table of many periods is a history; the one that it was handed in for must be among them."""
    if given is None or (rows["period"] == given).any():
        return
    last = span(rows["period"])[1]
    row = rows[rows["period"] == last].iloc[0]
    yield say.wrong_period(row["sheet"], row["cell"], last, given)
