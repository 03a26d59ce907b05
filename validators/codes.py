"""The catalogue as arrays, so that rules look up an indicator's kind, whole or unit for thousands of figures at once.

Belongs here: integer codes of indicators, regions and measures, and what the rules ask of an indicator, in the order of
the codes. Does not belong here: figures (`figures.py`) and rules.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from validators.catalogue import Cadence, Catalogue, Indicator, Kind, Measure

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

MEASURES = tuple(Measure)
MONTH, YTD, YOY_MONTH, YOY_YTD, LEVEL = range(len(MEASURES))
KINDS = tuple(Kind)
STEPS = {Cadence.MONTHLY: 1, Cadence.QUARTERLY: 3, Cadence.ANNUAL: 12}  # months from one period to the next

# Units in which something is measured rather than counted; a count in one of these need not be a whole number.
_MEASURED_UNIT = re.compile(r"[元亩里米顷吨克升度时日年%‰]$|平方|立方|千瓦|标方|亿方|万方|倍|分$")


@dataclass(frozen=True)
class Codes:
    """Arrays over the indicators of `catalogue`, in the order of the file; -1 where there is none.

    `part_factor` is how many units of the whole one unit of the part is (NaN: not convertible). `ratio_factor` times
    numerator / denominator is the ratio in its own unit (NaN: unknown)."""

    catalogue: Catalogue
    indicators: pd.Index
    regions: pd.Index
    datasets: pd.Index
    dataset: Ints
    kind: Ints
    step: Ints
    part_of: Ints
    growth_of: Ints
    numerator: Ints
    denominator: Ints
    region_part_of: Ints  # over the regions
    january: Bools
    whole_numbers: Bools
    may_be_negative: Bools
    per_cent: Bools
    part_factor: Floats
    ratio_factor: Floats

    @classmethod
    def of(cls, catalogue: Catalogue) -> Codes:
        """The arrays of a catalogue; computed once per catalogue object."""
        return _codes(SameObject(catalogue))

    def is_kind(self, *kinds: Kind) -> Bools:
        """Which indicators are of one of the kinds."""
        return np.isin(self.kind, [KINDS.index(kind) for kind in kinds])


class SameObject:
    """A catalogue as a cache key: the very same object, since its content can't be hashed."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue

    def __hash__(self) -> int:
        return id(self.catalogue)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SameObject) and other.catalogue is self.catalogue


def is_whole_number(catalogue: Catalogue, indicator: Indicator) -> bool:
    """Whether every value of the indicator is whole: a count in a unit that counts things (家, 项; not 亩, 万人次)."""
    unit = catalogue.units[indicator.unit]
    return indicator.kind is Kind.COUNT and unit.factor == 1 and not _MEASURED_UNIT.search(indicator.unit)


def unit_factor(catalogue: Catalogue, unit: str, other: str) -> float:
    """How many of `other` one `unit` is; NaN when they can't be converted."""
    one, two = catalogue.units[unit], catalogue.units[other]
    return float(one.factor / two.factor) if one.dimension == two.dimension else np.nan


def _ratio_factor(catalogue: Catalogue, indicator: Indicator) -> float:
    if indicator.numerator is None or indicator.denominator is None or indicator.unit != "%":
        return np.nan
    parts = catalogue.indicators
    return 100 * unit_factor(catalogue, parts[indicator.numerator].unit, parts[indicator.denominator].unit)


@lru_cache(maxsize=16)
def _codes(key: SameObject) -> Codes:
    catalogue = key.catalogue
    indicators, values = pd.Index(list(catalogue.indicators)), list(catalogue.indicators.values())
    regions, datasets = pd.Index(list(catalogue.regions)), pd.Index(list(catalogue.datasets))
    homes = [catalogue.datasets[indicator.dataset] for indicator in values]

    def code(index: pd.Index, names: list[str | None]) -> Ints:
        return np.asarray(index.get_indexer(pd.Index(["" if name is None else name for name in names])), dtype=np.int64)

    return Codes(
        catalogue=catalogue,
        indicators=indicators,
        regions=regions,
        datasets=datasets,
        dataset=code(datasets, [indicator.dataset for indicator in values]),
        kind=np.array([KINDS.index(indicator.kind) for indicator in values], dtype=np.int64),
        step=np.array([STEPS[home.cadence] for home in homes], dtype=np.int64),
        part_of=code(indicators, [indicator.part_of for indicator in values]),
        growth_of=code(indicators, [indicator.of for indicator in values]),
        numerator=code(indicators, [indicator.numerator for indicator in values]),
        denominator=code(indicators, [indicator.denominator for indicator in values]),
        region_part_of=code(regions, [region.part_of for region in catalogue.regions.values()]),
        january=np.array([home.january for home in homes], dtype=bool),
        whole_numbers=np.array([is_whole_number(catalogue, indicator) for indicator in values], dtype=bool),
        may_be_negative=np.array([(indicator.minimum or 0) < 0 for indicator in values], dtype=bool),
        per_cent=np.array([indicator.unit == "%" for indicator in values], dtype=bool),
        part_factor=np.array(
            [
                np.nan
                if indicator.part_of is None
                else unit_factor(catalogue, indicator.unit, catalogue.indicators[indicator.part_of].unit)
                for indicator in values
            ],
            dtype=float,
        ),
        ratio_factor=np.array([_ratio_factor(catalogue, indicator) for indicator in values], dtype=float),
    )
