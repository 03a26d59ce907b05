"""How a region's growth compares with that of the city, the province and the nation of which it is a part.

Belongs here: the gap in percentage points, in the newest period that both have. Does not belong here: any judgement of
a target, which a gap never changes.

A growth indicator is compared as it is; another one by its published year-on-year rates, unless the catalogue has a
growth indicator `of` it. Rates since January are compared, or those of the month where a pair has no others in common:
never one with the other.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from validators.catalogue import Catalogue, Kind, Measure
from validators.periods import month_ordinals

GAPS = ("indicator", "region", "reference", "period", "measure", "growth", "reference_growth", "gap")
_MEASURES = (str(Measure.YOY_YTD), str(Measure.YOY_MONTH))  # in the order of preference


def growth_indicator(catalogue: Catalogue, indicator: str) -> str:
    """The indicator whose growth stands for this one's: the catalogue's growth `of` it, else itself."""
    return next((key for key, one in catalogue.indicators.items() if one.of == indicator), indicator)


def growth_gaps(catalogue: Catalogue, figures: pd.DataFrame) -> pd.DataFrame:
    """The columns GAPS, one row for each indicator, region and wider region that have a growth rate for a period in
    common: `growth` and `reference_growth` in %, `gap` the first less the second in percentage points; sorted by key.

    `figures`: a STORED or OBSERVATION frame of current figures. Rows are joined, not looped over."""
    wider = _wider(catalogue)
    rates = figures[figures["measure"].isin(_MEASURES) & figures["value"].notna()]
    rates = rates[rates["indicator"].isin(_compared(catalogue))]
    rates = rates[["indicator", "region", "period", "measure", "value"]].astype({"region": "str"})
    own = rates.rename(columns={"value": "growth"}).merge(wider, on="region")
    theirs = rates.rename(columns={"region": "reference", "value": "reference_growth"})
    pairs = own.merge(theirs, on=["indicator", "reference", "period", "measure"])
    if pairs.empty:
        return pd.DataFrame({name: pd.Series(dtype="str" if name in GAPS[:5] else "float64") for name in GAPS})
    pairs["gap"] = pairs["growth"] - pairs["reference_growth"]
    pairs["since_january"] = (pairs["measure"] == _MEASURES[0]).astype(np.int64)
    pairs["month"] = month_ordinals(pairs["period"])
    key = ["indicator", "region", "reference"]
    newest = pairs.sort_values([*key, "since_january", "month"]).drop_duplicates(key, keep="last")
    return newest[list(GAPS)].reset_index(drop=True)


def wider_regions(catalogue: Catalogue, region: str) -> Iterator[str]:
    """The regions that this one is a part of, also by way of others, the nearest first."""
    above, seen = catalogue.regions[region].part_of, {region}
    while above is not None and above in catalogue.regions and above not in seen:
        yield above
        seen.add(above)
        above = catalogue.regions[above].part_of


def _compared(catalogue: Catalogue) -> list[str]:
    have_growth = {one.of for one in catalogue.indicators.values()}
    return [key for key, one in catalogue.indicators.items() if one.kind is Kind.GROWTH or key not in have_growth]


def _wider(catalogue: Catalogue) -> pd.DataFrame:
    """Each region with each one of which it is a part."""
    pairs = [(code, above) for code in catalogue.regions for above in wider_regions(catalogue, code)]
    return pd.DataFrame(pairs, columns=["region", "reference"], dtype="str")
