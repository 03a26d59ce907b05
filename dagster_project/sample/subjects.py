"""What the sample reports on: one row per indicator and region, with what the catalogue says about it as arrays.

Belongs here: turning the catalogue into arrays. Does not belong here: any number that is made up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dagster_project.sample.scenario import JUDGED_MONTH
from validators.catalogue import Catalogue, Comparator, Indicator, Kind, Pace, Target
from validators.units import UnitTable

CUMULATIVE = (Kind.FLOW, Kind.COUNT)
LEVEL = (Kind.STOCK, Kind.RATIO, Kind.RANK, Kind.DURATION)
_DOWNWARD = (Comparator.AT_MOST, Comparator.LESS_THAN, Comparator.RANK_WITHIN)
_LARGE_UNITS = ("万", "亿")  # a unit of ten thousand is never a whole number of things


@dataclass(frozen=True, slots=True)
class Subjects:
    """n series in catalogue order. Index arrays hold the row of the other series, or -1."""

    keys: tuple[tuple[str, str], ...]  # (indicator, region)
    dataset: NDArray[np.str_]
    kind: NDArray[np.str_]
    unit: NDArray[np.str_]
    target: NDArray[np.float64]  # in the series' unit; NaN without a target
    downward: NDArray[np.bool_]  # less is better
    expected: NDArray[np.float64]  # fraction of the target that the plan expects by the judged month
    year_end: NDArray[np.bool_]  # known once a year
    decimals: NDArray[np.int64]
    maximum: NDArray[np.float64]
    scale: NDArray[np.float64]  # ratio = numerator / denominator x scale
    whole: NDArray[np.int64]
    whole_factor: NDArray[np.float64]  # turns the whole's unit into the part's
    city: NDArray[np.int64]
    base: NDArray[np.int64]  # growth: the series whose growth it is
    numerator: NDArray[np.int64]
    denominator: NDArray[np.int64]

    def is_kind(self, *kinds: Kind) -> NDArray[np.bool_]:
        """Which rows are of these kinds."""
        return np.isin(self.kind, [kind.value for kind in kinds])

    @property
    def is_kind_growth(self) -> NDArray[np.bool_]:
        """Published rates of growth."""
        return self.is_kind(Kind.GROWTH)

    @property
    def cumulative(self) -> NDArray[np.bool_]:
        """Amounts and counts, which accumulate over the year."""
        return self.is_kind(*CUMULATIVE)

    @property
    def extensive(self) -> NDArray[np.bool_]:
        """What adds up over parts and regions."""
        return self.is_kind(*CUMULATIVE, Kind.STOCK)

    @property
    def bounding_city(self) -> NDArray[np.int64]:
        """The city that bounds a district's series from above, where it adds up."""
        return np.where(self.extensive, self.city, -1)


def find_subjects(catalogue: Catalogue, year: int) -> Subjects:
    """Every indicator in every region that needs it. Raises UnitError where a target's unit contradicts its
    indicator's."""
    keys = tuple(
        (indicator, region)
        for dataset in catalogue.datasets
        for indicator in catalogue.dataset_indicators[dataset]
        for region in (*catalogue.indicator_regions[indicator], *_references(catalogue, indicator))
    )
    units = UnitTable(catalogue.units)
    indicators = [catalogue.indicators[indicator] for indicator, _ in keys]
    targets = _leading_targets(catalogue)
    leading = [targets.get(key) for key in keys]
    pairs = list(zip(indicators, leading, strict=True))
    values = [
        None if target is None else float(target.value) * units.factor(target.unit, indicator.unit)
        for indicator, target in pairs
    ]
    waiting = _waiting(catalogue)
    row = {key: index for index, key in enumerate(keys)}

    def find(others: Sequence[str | None]) -> NDArray[np.int64]:
        return np.array([row.get((o or "", region), -1) for o, (_, region) in zip(others, keys, strict=True)], np.int64)

    whole_factor = np.array([_whole_factor(catalogue, units, indicator) for indicator in indicators])
    scale = np.array([_scale(catalogue, units, indicator) for indicator in indicators])
    return Subjects(
        keys=keys,
        dataset=np.array([indicator.dataset for indicator in indicators], dtype=np.str_),
        kind=np.array([indicator.kind.value for indicator in indicators], dtype=np.str_),
        unit=np.array([indicator.unit for indicator in indicators], dtype=np.str_),
        target=np.array([np.nan if value is None else value for value in values]),
        downward=np.array([_is_downward(*pair) for pair in pairs]),
        expected=np.array([_expected(target, year) for target in leading]),
        year_end=np.array([key in waiting for key in keys]),
        decimals=np.array([_decimals(i, value) for i, value in zip(indicators, values, strict=True)], dtype=np.int64),
        maximum=np.array([_maximum(indicator) for indicator in indicators]),
        scale=scale,
        whole=np.where(np.isnan(whole_factor), -1, find([indicator.part_of for indicator in indicators])),
        whole_factor=np.nan_to_num(whole_factor, nan=1.0),
        city=np.array([row.get((i, catalogue.regions[r].part_of or ""), -1) for i, r in keys], dtype=np.int64),
        base=find([indicator.of for indicator in indicators]),
        numerator=np.where(np.isnan(scale), -1, find([indicator.numerator for indicator in indicators])),
        denominator=np.where(np.isnan(scale), -1, find([indicator.denominator for indicator in indicators])),
    )


def _references(catalogue: Catalogue, indicator: str) -> list[str]:
    """The regions with which the indicator's growth is compared, beside those that need it themselves."""
    one = catalogue.indicators[indicator]
    needed = catalogue.indicator_regions[indicator]
    wanted = catalogue.datasets[one.dataset].references if one.kind is Kind.GROWTH and needed else {}
    return [region for region in wanted if region not in needed]


def _leading_targets(catalogue: Catalogue) -> dict[tuple[str, str], Target]:
    """Of several tiers on one indicator and region, the most demanding one."""
    leading: dict[tuple[str, str], Target] = {}
    for target in catalogue.targets.values():
        key = (target.indicator, target.region)
        other = leading.get(key)
        if other is None or (
            target.value < other.value if target.comparator in _DOWNWARD else target.value > other.value
        ):
            leading[key] = target
    return leading


def _is_downward(indicator: Indicator, target: Target | None) -> bool:
    if indicator.kind is Kind.RANK:
        return True
    if target is None:
        return False
    return target.comparator in _DOWNWARD or (target.comparator is Comparator.ABOUT and indicator.kind is Kind.DURATION)


def _expected(target: Target | None, year: int) -> float:
    """The fraction of the target's value that should be reached by the judged month of `year`."""
    if target is None:
        return JUDGED_MONTH / 12
    due = (int(target.due[:4]) - year) * 12 + int(target.due[5:7])
    if target.pace is Pace.SCHEDULE and target.schedule and target.value:
        points = {
            (int(month[:4]) - year) * 12 + int(month[5:7]): float(plan) for month, plan in target.schedule.items()
        }
        months = [0, *sorted(points)]
        return float(np.interp(JUDGED_MONTH, months, [0.0, *(points[month] for month in months[1:])])) / float(
            target.value
        )
    return min(1.0, JUDGED_MONTH / due) if due > 0 else 1.0


def _waiting(catalogue: Catalogue) -> set[tuple[str, str]]:
    """The series of which every target waits for the year's end; a series without a target doesn't wait."""
    early = {(t.indicator, t.region) for t in catalogue.targets.values() if t.pace is not Pace.YEAR_END}
    return {(target.indicator, target.region) for target in catalogue.targets.values()} - early


def _decimals(indicator: Indicator, value: float | None) -> int:
    """Digits after the point: none for what is counted, two for large units and small ratios, else one."""
    kind = indicator.kind
    written = 0 if value is None else max(n for n in range(3) if n == 0 or round(value, n) != round(value, n - 1))
    if kind in (Kind.RANK, Kind.COUNT):
        return 0 if kind is Kind.RANK else written
    if kind is Kind.GROWTH:
        return max(1, written)
    if kind is Kind.RATIO:
        return 2 if value is not None and value < 10 else max(1, written)
    if kind is Kind.DURATION:
        return max(1, written)
    if indicator.unit.startswith("亿"):
        return 2
    small = value is not None and value < 1000
    return max(
        written, (2 if small else 1) if indicator.unit.startswith(_LARGE_UNITS) and indicator.unit != "万元" else 0
    )


def _maximum(indicator: Indicator) -> float:
    """The largest possible figure: 100 for a share, else the catalogue's plausible range; infinite without one."""
    if indicator.maximum is not None:
        return indicator.maximum
    return 100.0 if indicator.kind is Kind.RATIO and indicator.unit == "%" else np.inf


def _scale(catalogue: Catalogue, units: UnitTable, indicator: Indicator) -> float:
    """What numerator / denominator is multiplied by to give the ratio: per cent of one dimension, or a density, which
    is the quotient in the units of the two (台/万人). NaN where neither is so."""
    if indicator.kind is not Kind.RATIO or indicator.numerator is None or indicator.denominator is None:
        return np.nan
    above, below = (catalogue.indicators[one].unit for one in (indicator.numerator, indicator.denominator))
    if indicator.unit != "%":
        return 1.0 if indicator.unit.startswith(f"{above}/") else np.nan
    same = catalogue.units[above].dimension == catalogue.units[below].dimension
    return 100 * units.factor(above, below) if same else np.nan


def _whole_factor(catalogue: Catalogue, units: UnitTable, indicator: Indicator) -> float:
    """What turns the whole's unit into the part's; NaN where the two don't add up."""
    if indicator.part_of is None or indicator.kind not in (*CUMULATIVE, Kind.STOCK):
        return np.nan
    whole = catalogue.indicators[indicator.part_of]
    comparable = catalogue.units[whole.unit].dimension == catalogue.units[indicator.unit].dimension
    return units.factor(whole.unit, indicator.unit) if comparable and whole.kind is indicator.kind else np.nan
