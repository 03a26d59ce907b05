"""The counts of a report: lights, share on pace, how many targets are expected to be met.

Belongs here: the roll-up of a report's rows as one value. Does not belong here: counting (`progress.rollup`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dagster_project.progress import rollup
from dagster_project.progress.lights import LIGHTS
from validators.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Tally:
    """A part is counted with its whole alone, where both are there. `judged`: targets with a light that says how they
    stand, `share` the fraction of them that is met or on pace (NaN where none is). `foretold`: targets with a chance,
    `expected` the sum of these, `low` and `high` an 80 % interval of how many of them are met (NaN without any)."""

    targets: int
    lights: Mapping[str, int]
    judged: int
    share: float
    foretold: int
    expected: float
    low: float
    high: float


_NOTHING = Tally(0, {light.value: 0 for light in LIGHTS}, 0, math.nan, 0, math.nan, math.nan, math.nan)


def tally(rows: pd.DataFrame, catalogue: Catalogue) -> Tally:
    """Count rows with `target`, `light` and `probability`."""
    if rows.empty:
        return _NOTHING
    return _made(rollup(rows, catalogue, by="all", forecast=rows).iloc[0].to_dict())


def by_chapter(rows: pd.DataFrame, catalogue: Catalogue) -> tuple[tuple[int, Tally], ...]:
    """The chapters of one document's rows by number, in the catalogue's order."""
    counted = rollup(rows, catalogue, by="chapter", forecast=rows).to_dict("records")
    return tuple((int(row["chapter"]), _made(row)) for row in counted)


def _made(row: Mapping[Any, Any]) -> Tally:
    foretold = int(row["foretold"])
    return Tally(
        targets=int(row["targets"]),
        lights={light.value: int(row[light.value]) for light in LIGHTS},
        judged=int(row["judged"]),
        share=float(row["on_pace_share"]),
        foretold=foretold,
        expected=float(row["expected_met"]) if foretold else math.nan,
        low=float(row["expected_low"]) if foretold else math.nan,
        high=float(row["expected_high"]) if foretold else math.nan,
    )
