"""How many targets show which light, and how many will be met, by document, chapter, department or region.

Belongs here: counting. Does not belong here: words and layout (`scoreboard`).
"""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from dagster_project.progress.arrays import Integers
from dagster_project.progress.lights import LIGHTS, Light
from dagster_project.progress.rollup_met import chances, expected_met
from validators.catalogue import Catalogue

By = Literal["document", "chapter", "owner", "region", "all"]
_KEYS: dict[str, list[str]] = {
    "document": ["document"],
    "chapter": ["document", "chapter"],
    "owner": ["owner"],
    "region": ["region"],
    "all": ["all"],
}


def rollup(
    evaluation: pd.DataFrame, catalogue: Catalogue, *, by: By, forecast: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Counts of lights, one row per group in the catalogue's order, only groups that have a target.

    Columns: the key (`document`; `document` and `chapter`; `owner`; `region`; `all`, which is one group), `targets`,
    then one integer column per light. A target that is part of another in the same frame is not counted: its whole
    already is. `owner` is the lead department or, without one, the first responsible department, so that each target
    counts once. Raises KeyError for a target that the catalogue doesn't have, ValueError for an unknown `by`.

    With a `forecast` (columns target and probability) also `judged` (targets with a light from green to missed),
    `on_pace_share` (green and met among them; NaN without any), `foretold` (targets with a chance), `expected_met` (sum
    of their chances, 1 and 0 for those met and missed), `expected_low` and `expected_high` (80 % of its distribution).
    """
    if by not in get_args(By):
        raise ValueError(f"by={by!r}: one of {', '.join(get_args(By))}")
    ids = evaluation["target"].astype("str")
    present = set(ids)
    found = [catalogue.targets[key] for key in ids]
    counted = pd.Series(
        [one.part_of is None or one.part_of not in present for one in found], index=evaluation.index, dtype=bool
    )
    keys = pd.DataFrame(
        {
            "document": [one.cite.document for one in found],
            "chapter": [one.cite.chapter for one in found],
            "owner": [one.owners.lead or one.owners.responsible[0] for one in found],
            "region": [one.region for one in found],
            "all": "all",
            "light": evaluation["light"].astype("str").to_numpy(),
            "chance": np.nan if forecast is None else chances(evaluation, forecast),
        },
        index=evaluation.index,
    )[counted]
    key = _KEYS[by]
    shown = pd.DataFrame({str(light): keys["light"] == light for light in LIGHTS}, index=keys.index).astype("int64")
    shown.insert(0, "targets", 1)
    counts = pd.concat([keys[key], shown], axis=1).groupby(key, sort=False).sum()
    orders: dict[str, list[Any]] = {
        "document": list(catalogue.documents),
        "chapter": [(name, number) for name, document in catalogue.documents.items() for number in document.chapters],
        "owner": list(catalogue.departments),
        "region": list(catalogue.regions),
        "all": ["all"],
    }
    if forecast is not None:
        _add_outlook(counts, keys, key)
    return counts.loc[[group for group in orders[by] if group in counts.index]].reset_index()


def _add_outlook(counts: pd.DataFrame, keys: pd.DataFrame, key: list[str]) -> None:
    """The columns of a forecast, in place; `counts` has one row per group of `keys`, in the order of their first."""
    good, bad = [Light.GREEN.value, Light.MET.value], [Light.YELLOW.value, Light.RED.value, Light.MISSED.value]
    on_pace = counts[good].sum(axis=1)
    counts["judged"] = on_pace + counts[bad].sum(axis=1)
    counts["on_pace_share"] = (on_pace / counts["judged"]).where(counts["judged"] > 0)
    group: Integers = keys.groupby(key, sort=False).ngroup().to_numpy().astype(np.int64)
    found = expected_met(group, keys["chance"].to_numpy(dtype=np.float64), len(counts))
    for name, column in zip(("foretold", "expected_met", "expected_low", "expected_high"), found, strict=True):
        counts[name] = column
