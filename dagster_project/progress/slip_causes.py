"""Why a target slipped: which of its figures changed between two judgements.

Belongs here: comparing what was believed. Does not belong here: whether a target slipped (`slips.py`), words.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd

from dagster_project.progress.targets import TargetTable
from validators.columns import OBSERVATION_KEY

_KEY = list(OBSERVATION_KEY)
_SERIES = ["indicator", "region"]


class Cause(StrEnum):
    """Why a target slipped; the first that applies."""

    PLAN = "plan"  # the target itself was changed in the catalogue
    NEW_MONTH = "new_month"  # a later period was published; months revised by the same table are listed beside it
    WITHDRAWAL = "withdrawal"  # a figure was taken back, and what was believed before is believed again
    REVISION = "revision"  # a month that had been published was corrected
    TIME = "time"  # none of its own figures changed: the month moved on, or figures of others that it is compared with


def causes(
    targets: TargetTable, was: pd.DataFrame, now: pd.DataFrame, believed: pd.DataFrame, believes: pd.DataFrame
) -> tuple[list[str], list[list[dict[str, Any]]]]:
    """The cause of each slip, and its target's own figures that were revised or withdrawn, by period.

    `was` and `now`: the targets' rows of two evaluations, in their order; `believed` and `believes`: STORED frames.
    """
    changed = _changed(targets, believed, believes)
    by_series = dict(iter(changed.groupby(_SERIES, sort=False)))
    planned = _differ(was, now, "target_value") | _differ(was, now, "band") | (was["due"] != now["due"]).to_numpy()
    later = (now["period"].astype("str") > was["period"].astype("str")).to_numpy()
    found: list[str] = []
    listed: list[list[dict[str, Any]]] = []
    # Slips are few: one look at the changes of each one's own series.
    for row in range(len(targets)):
        own = [by_series[key] for key in _series_of(targets, row) if key in by_series]
        mine = pd.concat(own, ignore_index=True) if own else changed.iloc[:0]
        if planned[row]:
            cause = Cause.PLAN
        elif later[row]:
            cause = Cause.NEW_MONTH
        elif mine["taken_back"].any():
            cause = Cause.WITHDRAWAL
        else:
            cause = Cause.REVISION if len(mine) else Cause.TIME
        found.append(cause.value)
        listed.append(_records(mine))
    return found, listed


def _series_of(targets: TargetTable, row: int) -> list[tuple[str, str]]:
    """The target's own series, and those that its ratio is derived from."""
    indicators, code = targets.indicators, int(targets.indicator[row])
    codes = [code, int(indicators.numerator[code]), int(indicators.denominator[code])]
    return [(indicators.ids[one], targets.regions[targets.region[row]]) for one in codes if one >= 0]


def _changed(targets: TargetTable, believed: pd.DataFrame, believes: pd.DataFrame) -> pd.DataFrame:
    """Figures of the targets' series that were believed and now are not, or otherwise: the key, unit, before, after
    (NaN where nothing is left), taken_back (whether a withdrawal did it)."""
    names = {name for row in range(len(targets)) for name, _ in _series_of(targets, row)}
    columns = [*_KEY, "unit", "value", "known_from"]
    old = believed.loc[believed["indicator"].astype("str").isin(names), columns]
    new = believes.loc[believes["indicator"].astype("str").isin(names), columns]
    both = old.merge(new, on=_KEY, how="left", suffixes=("", "_after"))
    differs = both["value_after"].isna() | (both["value"] != both["value_after"])
    both = both[differs]
    # Belief goes forward in `known_from` but for withdrawals, which bring an earlier statement back.
    taken_back = both["value_after"].isna() | (both["known_from_after"] < both["known_from"])
    return pd.DataFrame(
        {
            **{name: both[name].astype("str") for name in [*_KEY, "unit"]},
            "before": both["value"],
            "after": both["value_after"],
            "taken_back": taken_back,
        }
    )


def _records(changed: pd.DataFrame) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for row in changed.sort_values(["period", "measure", "indicator"]).to_dict("records"):
        after = float(row["after"])
        names = ("indicator", "measure", "period", "unit")
        found.append(
            {str(name): str(row[name]) for name in names}
            | {"before": float(row["before"]), "after": after if np.isfinite(after) else None}
        )
    return found


def _differ(was: pd.DataFrame, now: pd.DataFrame, name: str) -> np.ndarray:
    one, other = (frame[name].to_numpy(dtype=np.float64, na_value=np.nan) for frame in (was, now))
    return np.asarray(np.abs(one - other) > 1e-9 * np.maximum(1.0, np.abs(one)))
