"""The catalogue's targets as arrays, one element per target, ready for array arithmetic.

Belongs here: turning catalogue entries into codes and numbers once. Does not belong here: any figure or judgement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Self

import numpy as np

from dagster_project.progress.arrays import AnyIntegers, Flags, Floats, Integers, Texts
from validators.catalogue import Bands, Catalogue, Comparator, Indicator, Kind, Pace, Target
from validators.units import UnitTable

KINDS = tuple(Kind)
COMPARATORS = tuple(Comparator)
PACES = tuple(Pace)

ACCUMULATING = (Kind.FLOW, Kind.COUNT)
DEFAULT_TOLERANCE = 0.02  # of the value, for 左右 and for budgets (domain rule)
_CEILINGS = (Comparator.AT_MOST, Comparator.LESS_THAN, Comparator.RANK_WITHIN)
_BETTER_LOW = (Kind.DURATION, Kind.RANK)  # about ten minutes, or about third, is a promise of that or less

# Keys of all schedules lie in one sorted array, one span per schedule, so that one np.interp serves all of them.
# A span is longer than any month ordinal (year * 12 + month - 1).
SCHEDULE_SPAN = 1_000_000


def codes_of(members: Sequence[Any], *chosen: Any) -> Integers:
    """Positions of the chosen members, e.g. for `np.isin(table.kind, codes_of(KINDS, Kind.FLOW))`."""
    return np.array([members.index(one) for one in chosen], dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Indicators:
    """What the arithmetic needs of each indicator, by code: position in `ids`.

    `numerator` and `denominator` are codes, -1 where the ratio can't be derived; `scale` is what turns
    numerator / denominator (each in its own unit) into the ratio's unit. `january` tells whether January is published
    by itself.
    """

    ids: tuple[str, ...]
    kind: Integers
    numerator: Integers
    denominator: Integers
    scale: Floats
    january: Flags
    name_zh: Texts
    name_en: Texts


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """Unit words by code. `en` is how the unit follows a number, with its space: ' km', '%'."""

    zh: Texts
    en: Texts


@dataclass(frozen=True, slots=True, eq=False)
class Schedules:
    """Cumulative plans by month, laid end to end: `keys` = plan * SCHEDULE_SPAN + month ordinal, ascending."""

    keys: Floats
    values: Floats

    def planned(self, plan: Integers, ordinal: Integers) -> Floats:
        """The plan's value at a month, linear between planned months. NaN where `plan` is -1. Shapes (n,) -> (n,)."""
        if self.keys.size == 0:
            return np.full(plan.shape, np.nan)
        found = np.interp(np.maximum(plan, 0) * SCHEDULE_SPAN + ordinal, self.keys, self.values)
        return np.where(plan >= 0, found, np.nan)


@dataclass(frozen=True, slots=True, eq=False)
class TargetTable:
    """n targets. Arrays of shape (n,); codes point into the vocabularies at the end.

    value, tolerance (fraction of the value), band (per cent of the value, or points for growth) as in the catalogue;
    `factor` turns a figure in the indicator's unit into the target's unit; `start` and `due` are month ordinals: the
    first month that counts, and the month in which the target must hold; `plan` is the schedule's number or -1.

    `start` is January of the due year for flows and counts, since their year to date begins anew each year; for all
    others January of the document's year: a level due in 2027 is looked at from the start.
    """

    ids: Texts
    indicator: Integers
    region: Integers
    kind: Integers
    comparator: Integers
    pace: Integers
    value: Floats
    factor: Floats
    unit: Integers
    start: Integers
    due: Integers
    tolerance: Floats
    band: Floats
    plan: Integers
    indicators: Indicators
    regions: tuple[str, ...]
    units: Units
    schedules: Schedules

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def from_catalogue(cls, catalogue: Catalogue) -> Self:
        """All targets in the order of the file. Raises UnitError if a target's unit can't be had from its
        indicator's.
        """
        units = UnitTable(catalogue.units)
        indicator_codes = {key: code for code, key in enumerate(catalogue.indicators)}
        region_codes = {key: code for code, key in enumerate(catalogue.regions)}
        unit_codes = {key: code for code, key in enumerate(catalogue.units)}
        targets = list(catalogue.targets.values())
        of = [catalogue.indicators[target.indicator] for target in targets]
        starts = [_start(catalogue, target, one.kind) for target, one in zip(targets, of, strict=True)]
        plans, schedules = _schedules(targets, [one.kind for one in of], starts)
        return cls(
            ids=texts(list(catalogue.targets)),
            indicator=_integers(indicator_codes[target.indicator] for target in targets),
            region=_integers(region_codes[target.region] for target in targets),
            kind=_integers(KINDS.index(one.kind) for one in of),
            comparator=_integers(COMPARATORS.index(target.comparator) for target in targets),
            pace=_integers(PACES.index(target.pace) for target in targets),
            value=np.array([float(target.value) for target in targets], dtype=np.float64),
            factor=np.array(
                [units.factor(one.unit, target.unit) for target, one in zip(targets, of, strict=True)], dtype=np.float64
            ),
            unit=_integers(unit_codes[target.unit] for target in targets),
            start=_integers(starts),
            due=_integers(month_ordinal(target.due) for target in targets),
            tolerance=np.array([_tolerance(target) for target in targets], dtype=np.float64),
            band=np.array(
                [_band(catalogue.bands, target, one.kind) for target, one in zip(targets, of, strict=True)],
                dtype=np.float64,
            ),
            plan=plans,
            indicators=_indicators(catalogue, units, indicator_codes),
            regions=tuple(catalogue.regions),
            units=Units(
                zh=texts(list(catalogue.units)),
                en=texts([_after_number(key, unit.name.en) for key, unit in catalogue.units.items()]),
            ),
            schedules=schedules,
        )

    def take(self, index: AnyIntegers | Flags) -> Self:
        """The targets at these positions (or where True), in that order."""
        whole = {field.name: getattr(self, field.name) for field in fields(self)}
        taken: dict[str, Any] = {name: one[index] for name, one in whole.items() if isinstance(one, np.ndarray)}
        return replace(self, **taken)

    def is_kind(self, *kinds: Kind) -> Flags:
        """Which targets have an indicator of one of these kinds. Shape (n,)."""
        return np.isin(self.kind, codes_of(KINDS, *kinds))

    def is_comparator(self, *comparators: Comparator) -> Flags:
        """Which targets are compared in one of these ways. Shape (n,)."""
        return np.isin(self.comparator, codes_of(COMPARATORS, *comparators))

    def is_pace(self, *paces: Pace) -> Flags:
        """Which targets follow one of these paces. Shape (n,)."""
        return np.isin(self.pace, codes_of(PACES, *paces))

    @property
    def accumulates(self) -> Flags:
        """Flows and counts: their figure is a year to date."""
        return self.is_kind(*ACCUMULATING)

    @property
    def low_is_good(self) -> Flags:
        """Comparators that set a ceiling. 左右 on a duration or a rank is one too: ten minutes or so is a promise of
        speed.
        """
        return self.is_comparator(*_CEILINGS) | (self.is_comparator(Comparator.ABOUT) & self.is_kind(*_BETTER_LOW))


def is_ceiling(comparator: Comparator, kind: Kind) -> bool:
    """Whether low is good of one target, as `TargetTable.low_is_good` has it of all."""
    return comparator in _CEILINGS or (comparator is Comparator.ABOUT and kind in _BETTER_LOW)


def texts(words: Sequence[str]) -> Texts:
    """A one-dimensional object array of str, also when empty."""
    found = np.empty(len(words), dtype=object)
    found[:] = words
    return found


def month_ordinal(text: str) -> int:
    """'2025-03' -> 2025 * 12 + 2. The catalogue has checked the form."""
    return int(text[:4]) * 12 + int(text[5:7]) - 1


def _integers(numbers: Any) -> Integers:
    return np.array(list(numbers), dtype=np.int64)


def _start(catalogue: Catalogue, target: Target, kind: Kind) -> int:
    due_year = int(target.due[:4])
    year = due_year if kind in ACCUMULATING else min(due_year, catalogue.documents[target.cite.document].year)
    return year * 12


def _tolerance(target: Target) -> float:
    if target.tolerance is not None:
        return float(target.tolerance)
    return DEFAULT_TOLERANCE if target.comparator in (Comparator.ABOUT, Comparator.EXACTLY) else 0.0


def _band(bands: Bands, target: Target, kind: Kind) -> float:
    if target.band is not None:
        return target.band
    # A rank has no band of its own in the catalogue; like a ratio it is judged in per cent of the value.
    return float(getattr(bands, Kind.RATIO if kind is Kind.RANK else kind))


def _after_number(key: str, english: str) -> str:
    """'%' clings to its number; a unit that begins with a digit (100 million yuan) needs a sign between."""
    if key == "%":
        return "%"
    return f" × {english}" if english[0].isdigit() else f" {english}"


def _indicators(catalogue: Catalogue, units: UnitTable, codes: Mapping[str, int]) -> Indicators:
    listed = list(catalogue.indicators.values())
    scales = [_scale(catalogue, units, one) for one in listed]
    derivable = [scale is not None for scale in scales]
    return Indicators(
        ids=tuple(catalogue.indicators),
        kind=_integers(KINDS.index(one.kind) for one in listed),
        numerator=_integers(
            codes[one.numerator] if ok and one.numerator else -1 for one, ok in zip(listed, derivable, strict=True)
        ),
        denominator=_integers(
            codes[one.denominator] if ok and one.denominator else -1 for one, ok in zip(listed, derivable, strict=True)
        ),
        scale=np.array([np.nan if scale is None else scale for scale in scales], dtype=np.float64),
        january=np.array([catalogue.datasets[one.dataset].january for one in listed], dtype=np.bool_),
        name_zh=texts([one.name.zh for one in listed]),
        name_en=texts([one.name.en for one in listed]),
    )


def _scale(catalogue: Catalogue, units: UnitTable, ratio: Indicator) -> float | None:
    """What numerator / denominator must be multiplied by to be in the ratio's unit; None where that isn't certain.

    Certain are per cent of two figures of one dimension (R&D expenditure / GDP), and a density whose unit begins with
    the numerator's own (个 / 千人 is 个/千名: the catalogue's rule that a density is the quotient in the two units).
    """
    if ratio.kind is not Kind.RATIO or ratio.numerator is None or ratio.denominator is None:
        return None
    above, below = catalogue.indicators[ratio.numerator].unit, catalogue.indicators[ratio.denominator].unit
    if ratio.unit != "%":
        return 1.0 if ratio.unit.startswith(f"{above}/") else None
    same = catalogue.units[above].dimension == catalogue.units[below].dimension
    return 100.0 * units.factor(above, below) if same else None


def _schedules(targets: Sequence[Target], kinds: Sequence[Kind], starts: Sequence[int]) -> tuple[Integers, Schedules]:
    """Number the schedules and lay them end to end.

    A flow's plan starts from zero before the first month; a level's plan holds its first value back to then. A plan
    that says nothing about the due month ends in the target's value there. After the last planned month the plan
    stays flat.
    """
    numbers = np.full(len(targets), -1, dtype=np.int64)
    keys: list[float] = []
    values: list[float] = []
    count = 0
    for position, (target, kind, start) in enumerate(zip(targets, kinds, starts, strict=True)):
        if target.pace is not Pace.SCHEDULE or not target.schedule:
            continue
        points = {month_ordinal(month): float(planned) for month, planned in target.schedule.items()}
        points.setdefault(month_ordinal(target.due), float(target.value))
        before = 0.0 if kind in ACCUMULATING else points[min(points)]
        points = {0: before, min(start, min(points)) - 1: before, **points, SCHEDULE_SPAN - 1: points[max(points)]}
        numbers[position] = count
        keys.extend(count * SCHEDULE_SPAN + month for month in sorted(points))
        values.extend(points[month] for month in sorted(points))
        count += 1
    return numbers, Schedules(np.array(keys, dtype=np.float64), np.array(values, dtype=np.float64))
