"""One upload by itself: a pandera schema per dataset, generated from the catalogue, and its failures as findings.

Belongs here: what can be said of a figure without any other figure (type, unit, range, period, cadence), and
duplicates. Does not belong here: anything that compares figures (`history.py`, `consistency.py`, `revisions.py`), and
the sentences (`faults.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

# Before pandera, which takes for good how pandas is said to store texts: that is said there.
from validators.columns import OBSERVATION, OBSERVATION_KEY, STATUSES

# isort: split
import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from validators.catalogue import Cadence, Catalogue, Indicator, Kind, Measure
from validators.codes import Bools, SameObject, is_whole_number
from validators.faults import LARGEST, describe
from validators.findings import Finding
from validators.periods import month_ordinals, parse_period

_GROWTH = (Measure.YOY_MONTH, Measure.YOY_YTD)
_ACCUMULATING = (Kind.FLOW, Kind.COUNT)
_CADENCE_PATTERN = {
    Cadence.MONTHLY: r"[1-9][0-9]{3}-(?:0[1-9]|1[0-2])",
    Cadence.QUARTERLY: r"[1-9][0-9]{3}-Q[1-4]",
    Cadence.ANNUAL: r"[1-9][0-9]{3}",
}
_WHOLE_TOLERANCE = 1e-6
_UNUSUAL_GROWTH = 100.0  # per cent either way: possible, seldom right

# A later rule has nothing to say of a row that one of these has called unreadable.
_ABOUT_THE_PERIOD = ("period_cadence", "january_alone")


@dataclass(frozen=True, eq=False)
class Examination:
    """What was found, and which rows (by position) are free of errors and may be compared with others."""

    findings: list[Finding]
    sound: Bools


def allowed_measures(kind: Kind, cadence: Cadence) -> tuple[Measure, ...]:
    """The measures that an indicator of the kind may report in a dataset of the cadence."""
    if kind in _ACCUMULATING:
        return (Measure.MONTH, Measure.YTD, *_GROWTH) if cadence is Cadence.MONTHLY else (Measure.YTD, Measure.YOY_YTD)
    if kind is Kind.GROWTH:
        return _GROWTH if cadence is Cadence.MONTHLY else (Measure.YOY_YTD,)
    return (Measure.LEVEL, *_GROWTH) if kind is Kind.STOCK else (Measure.LEVEL,)


def plausible_range(indicator: Indicator, measure: Measure) -> tuple[float, float]:
    """The lowest and highest value that is no error, both included, in the unit of the measure. A catalogued minimum
    above zero is about the year, so a month or a year to date may be below it."""
    low, high = indicator.minimum, indicator.maximum
    if indicator.kind is Kind.GROWTH:
        return (-100.0 if low is None else low, 1000.0 if high is None else high)
    if measure in _GROWTH:
        return -100.0, 1000.0
    top = LARGEST if high is None else high
    if indicator.kind in _ACCUMULATING:
        return min(low or 0.0, 0.0), top
    if indicator.kind is Kind.RATIO and indicator.unit == "%" and high is None:
        top = 100.0
    return (1.0 if indicator.kind is Kind.RANK else 0.0) if low is None else low, top


def schema(catalogue: Catalogue, dataset: str) -> pa.DataFrameSchema:
    """The schema of an OBSERVATION frame of the dataset; each check's `error` is the name of its rule. Validate with
    `lazy=True`. Made once per catalogue object and dataset. Raises KeyError for an unknown dataset."""
    return _schema(SameObject(catalogue), dataset)


def check(frame: pd.DataFrame, catalogue: Catalogue, dataset: str, periods: tuple[str, str]) -> list[Finding]:
    """Findings on an OBSERVATION frame, row by row. `periods` is the upload's first and last period (SDMX)."""
    return examine(frame, catalogue, dataset, periods).findings


def examine(frame: pd.DataFrame, catalogue: Catalogue, dataset: str, periods: tuple[str, str]) -> Examination:
    """The findings, and which rows other rules may use. Raises KeyError for a frame without the OBSERVATION columns,
    PeriodError for an upload range that is none."""
    rows = _typed(frame)
    failed = _failures(schema(catalogue, dataset), rows)
    faulty = np.zeros(len(rows), dtype=bool)
    for positions in failed.values():
        faulty[positions] = True
    unreadable = [failed[rule] for rule in _ABOUT_THE_PERIOD if rule in failed]
    readable = np.setdiff1d(np.arange(len(rows)), np.concatenate(unreadable) if unreadable else [])
    outside = readable[_outside(rows["period"].iloc[readable], periods)] if len(readable) else readable
    if len(outside):
        failed["wrong_period"] = outside
        faulty[outside] = True
    unusual = np.flatnonzero(_unusual_growth(rows, catalogue) & ~faulty)
    if len(unusual):
        failed["growth_unusual"] = unusual
    return Examination(describe(failed, rows, catalogue, dataset, periods), ~faulty)


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    """The OBSERVATION columns with their types and rows numbered; what is no number becomes NaN."""
    rows = frame.loc[:, list(OBSERVATION)].reset_index(drop=True)
    texts = {name: rows[name].astype("str").fillna("") for name in OBSERVATION if name != "value"}
    return rows.assign(value=pd.to_numeric(rows["value"], errors="coerce").astype(float), **texts)


def _failures(rules: pa.DataFrameSchema, rows: pd.DataFrame) -> dict[str, np.ndarray]:
    """Rule -> positions of the rows that break it."""
    try:
        rules.validate(rows, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases[["check", "index"]].drop_duplicates()
        return {
            str(rule): np.sort(positions.to_numpy(dtype=np.int64))
            for rule, positions in cases.groupby("check", sort=False)["index"]
        }
    return {}


def _outside(period: pd.Series, periods: tuple[str, str]) -> Bools:
    month = month_ordinals(period)
    first, last = (parse_period(text) for text in periods)
    return np.asarray((month < first.first_month.ordinal) | (month > last.last_month.ordinal), dtype=bool)


def _unusual_growth(rows: pd.DataFrame, catalogue: Catalogue) -> Bools:
    declared = [key for key, indicator in catalogue.indicators.items() if indicator.maximum is not None]
    unusual = rows["measure"].isin(_GROWTH) & (rows["value"].abs() > _UNUSUAL_GROWTH)
    return (unusual & ~rows["indicator"].isin(declared)).to_numpy(dtype=bool)


def _stands_once(rows: pd.DataFrame) -> pd.Series:
    return ~rows.duplicated(list(OBSERVATION_KEY), keep=False)


@lru_cache(maxsize=256)
def _schema(key: SameObject, dataset: str) -> pa.DataFrameSchema:
    catalogue, home = key.catalogue, key.catalogue.datasets[dataset]
    indicators = {name: catalogue.indicators[name] for name in catalogue.dataset_indicators[dataset]}
    period_checks = [pa.Check.str_matches(rf"^(?:{_CADENCE_PATTERN[home.cadence]})$", error="period_cadence")]
    if home.cadence is Cadence.MONTHLY and not home.january:
        period_checks.append(pa.Check(lambda period: ~period.str.endswith("-01"), error="january_alone"))
    return pa.DataFrameSchema(
        name=dataset,
        columns={
            "indicator": pa.Column(str, pa.Check.isin(list(indicators), error="indicator_unknown")),
            "region": pa.Column(str, pa.Check.isin(list(home.reporters), error="region_unpublished")),
            "period": pa.Column(str, period_checks),
            "measure": pa.Column(str),
            "unit": pa.Column(str),
            "value": pa.Column(float, pa.Check(np.isfinite, error="not_a_number", ignore_na=False), nullable=True),
            "status": pa.Column(str, pa.Check.isin(STATUSES, error="status_unknown")),
        },
        checks=[
            *_Limits.of(catalogue, indicators, home.cadence).checks(),
            pa.Check(_stands_once, error="duplicate", ignore_na=False),
        ],
    )


_FIGURE_RULES = (  # of which a figure breaks one at most: the first
    "measure_not_allowed",
    "unit_wrong",
    "not_a_rank",
    "negative_value",
    "growth_out_of_range",
    "out_of_range",
    "not_whole",
)


@dataclass(frozen=True, eq=False)
class _Limits:
    """What the catalogue allows. Arrays over the pairs of indicator and allowed measure."""

    indicators: frozenset[str]
    pairs: dict[tuple[str, str], int]
    unit: np.ndarray
    low: np.ndarray
    high: np.ndarray
    rank: Bools
    whole: Bools
    growth: Bools

    @classmethod
    def of(cls, catalogue: Catalogue, indicators: dict[str, Indicator], cadence: Cadence) -> _Limits:
        pairs = [
            (name, indicator, measure)
            for name, indicator in indicators.items()
            for measure in allowed_measures(indicator.kind, cadence)
        ]
        growth = np.array([i.kind is Kind.GROWTH or measure in _GROWTH for _, i, measure in pairs], dtype=bool)
        ranges = [plausible_range(indicator, measure) for _, indicator, measure in pairs]
        units = [i.unit if i.kind is Kind.GROWTH or measure not in _GROWTH else "%" for _, i, measure in pairs]
        return cls(
            indicators=frozenset(indicators),
            pairs={(name, str(measure)): place for place, (name, _, measure) in enumerate(pairs)},
            unit=np.array(units, dtype=object),
            low=np.array([low for low, _ in ranges], dtype=float),
            high=np.array([high for _, high in ranges], dtype=float),
            rank=np.array([i.kind is Kind.RANK for _, i, _ in pairs], dtype=bool),
            whole=np.array([is_whole_number(catalogue, i) for _, i, _ in pairs], dtype=bool) & ~growth,
            growth=growth,
        )

    def broken(self, rows: pd.DataFrame) -> np.ndarray:
        """Position in `_FIGURE_RULES` of the rule that each row breaks, -1 for none. NaN values break none of them."""
        # Looked up pair by pair: seven checks ask, and aligning two columns with an index costs ten times as much.
        indicator, measure = rows["indicator"].to_list(), rows["measure"].to_list()
        pair = np.array([self.pairs.get(key, -1) for key in zip(indicator, measure, strict=True)], dtype=np.int64)
        ours = np.array([name in self.indicators for name in indicator], dtype=bool)
        known = pair >= 0
        value = rows["value"].to_numpy(dtype=float)
        value = np.where(np.isfinite(value), value, np.nan)
        low, high, rank, growth = self.low[pair], self.high[pair], self.rank[pair], self.growth[pair]
        fraction = np.abs(value - np.round(value)) > _WHOLE_TOLERANCE
        beyond = (value < low) | (value > high)
        cases = (
            ~known & ours,
            known & (rows["unit"].to_numpy(dtype=object) != self.unit[pair]),
            known & rank & (fraction | (value < 1)),
            known & ~rank & ~growth & (value < 0) & (low >= 0),
            known & growth & beyond,
            known & beyond,
            known & self.whole[pair] & fraction,
        )
        return np.select(cases, range(len(cases)), default=-1)

    def checks(self) -> list[pa.Check]:
        """One check of the whole frame per rule."""

        def obeys(rows: pd.DataFrame, *, rule: int) -> pd.Series:
            return pd.Series(self.broken(rows) != rule, index=rows.index)

        return [pa.Check(obeys, error=name, ignore_na=False, rule=rule) for rule, name in enumerate(_FIGURE_RULES)]
