"""By how much a figure is usually revised after it first came.

Belongs here: the size of past revisions, and what that means for the figure in hand of each target. Does not belong
here: what was said first and what is believed (the store), how a revision widens an interval (`forecast.py`).

A pair is a figure that came in time, at most `IN_TIME` months after its period, and is not the newest of its series:
what it was first and what it is now. Histories that were handed in years later tell nothing of first figures, and the
newest has had no time to be revised. A figure that never changed is a pair too, of size 0.

The size of a revision is |now - first| as a share of the larger of the two (so that a figure of zero has one), and in
points for growth rates. What is usual of a series is the mean over its pairs, drawn towards the mean of all: as if
`DOUBT` pairs of the usual size were among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import pandas as pd

from dagster_project.progress.arrays import Flags, Floats
from dagster_project.progress.evaluate import figure_in_hand
from dagster_project.progress.panel import Origin, Panel, origins, statuses
from dagster_project.progress.targets import TargetTable
from validators.catalogue import Kind, Measure
from validators.columns import OBSERVATION_KEY, STATUSES
from validators.periods import Month, month_ordinals

IN_TIME: Final = 3
DOUBT: Final = 6.0
PAIR: Final = (*OBSERVATION_KEY, "first", "now", "size")
USUAL: Final = ("target", "measure", "revision", "own_size", "own_pairs", "pool_size", "pool_pairs")
_KEY: Final = list(OBSERVATION_KEY)
_SERIES: Final = ["indicator", "region", "measure"]
_IN_POINTS: Final = (Measure.YOY_MONTH.value, Measure.YOY_YTD.value)


@dataclass(frozen=True, slots=True, eq=False)
class Revisions:
    """`pairs`: columns PAIR, sorted by key. Empty where nothing was ever handed in twice in time."""

    pairs: pd.DataFrame

    @classmethod
    def of(cls, believed: pd.DataFrame, firsts: pd.DataFrame) -> Self:
        """From the figures that are believed (STORED columns) and the first statements of those that were revised
        (`Store.first_statements`), both as known on the same day."""
        now = believed.loc[:, [*_KEY, "value", "unit", "known_from"]]
        both = now.merge(firsts, on=_KEY, how="left", suffixes=("", "_first"))
        revised = both["known_from_first"].notna()
        first = both["value_first"].where(revised, both["value"])
        came = both["known_from_first"].where(revised, both["known_from"])
        same_unit = ~revised | both["unit_first"].eq(both["unit"])
        last = pd.Series(month_ordinals(both["period"]) if len(both) else np.empty(0, dtype=np.int64))
        late = came.dt.year * 12 + came.dt.month - 1 - last
        newest = last.groupby([both[name] for name in _SERIES], sort=False).transform("max")
        told = same_unit & late.le(IN_TIME) & last.lt(newest)
        found = both.loc[told, _KEY].assign(first=first[told], now=both.loc[told, "value"])
        found["size"] = _size(found)
        return cls(found.sort_values(_KEY, ignore_index=True)[list(PAIR)])

    def usual(self, targets: TargetTable, panel: Panel, as_of: Month) -> pd.DataFrame:
        """By how much the figure in hand of each target is usually revised: columns USUAL, one row per target.

        `measure`: whose revisions count, '' where no figure is in hand or it is final; `revision` in the target's unit
        (0 where it is final or no figure was ever seen twice); sizes are shares, points for growth, NaN without pairs.
        """
        used = figure_in_hand(targets, panel, as_of.ordinal)
        open_ = used.known & (statuses(used.marks) != STATUSES.index("final"))
        growth: Flags = targets.is_kind(Kind.GROWTH)
        of_level = np.where(growth, Measure.YOY_YTD.value, Measure.LEVEL.value)
        summed = np.where(origins(used.marks) == Origin.CUMULATED, Measure.MONTH.value, Measure.YTD.value)
        measure = np.where(open_, np.where(targets.accumulates, summed, of_level), "")
        asked = pd.DataFrame(
            {
                "indicator": np.array(targets.indicators.ids, dtype=object)[targets.indicator],
                "region": np.array(targets.regions, dtype=object)[targets.region],
                "measure": measure,
            },
            dtype="str",
        )
        series = self.pairs.groupby(_SERIES, as_index=False)["size"].agg(["mean", "count"])
        own = asked.merge(series.astype(dict.fromkeys(_SERIES, "str")), on=_SERIES, how="left")
        own_size = own["mean"].to_numpy(dtype=np.float64)
        own_pairs = own["count"].fillna(0).to_numpy(dtype=np.int64)
        points = self.pairs["measure"].isin(_IN_POINTS).to_numpy(dtype=np.bool_)
        sizes = self.pairs["size"].to_numpy(dtype=np.float64)
        pool_pairs = np.where(growth, np.count_nonzero(points), np.count_nonzero(~points))
        pool_size = np.where(growth, _mean(sizes[points]), _mean(sizes[~points]))
        usual = (np.nan_to_num(own_size) * own_pairs + pool_size * DOUBT) / (own_pairs + DOUBT)
        of_figure = np.where(growth, np.abs(targets.factor), np.abs(used.actual))
        revision = np.where(measure != "", np.nan_to_num(usual * of_figure), 0.0)
        return pd.DataFrame(
            {
                "target": pd.array(targets.ids, dtype="str"),
                "measure": pd.array(measure, dtype="str"),
                "revision": revision,
                "own_size": own_size,
                "own_pairs": own_pairs,
                "pool_size": pool_size,
                "pool_pairs": pool_pairs,
            },
            columns=list(USUAL),
        )

    def of_series(self, indicator: str, region: str, measure: str) -> pd.DataFrame:
        """The pairs of one series, by period."""
        asked = zip(_SERIES, (indicator, region, measure), strict=True)
        mine = np.logical_and.reduce([self.pairs[name].eq(word).to_numpy(dtype=np.bool_) for name, word in asked])
        return self.pairs[mine]


def _size(pairs: pd.DataFrame) -> Floats:
    """(n,) the size of each revision."""
    first, now = (pairs[name].to_numpy(dtype=np.float64) for name in ("first", "now"))
    apart, larger = np.abs(now - first), np.maximum(np.abs(first), np.abs(now))
    share = np.divide(apart, larger, out=np.zeros_like(apart), where=larger > 0)
    points = pairs["measure"].isin(_IN_POINTS).to_numpy(dtype=np.bool_)
    return np.asarray(np.where(points, apart, share))


def _mean(sizes: Floats) -> float:
    return float(sizes.mean()) if len(sizes) else np.nan
