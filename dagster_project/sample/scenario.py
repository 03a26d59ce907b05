"""How each target of the sample year is going: ahead, on pace, behind, hopeless.

Belongs here: the scenarios, their shares, and the handful of targets whose scenario is fixed so that a demonstration
can point at them. Does not belong here: turning a scenario into figures (`series.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dagster_project.sample.draws import fraction

JUDGED_MONTH = 9  # the month at which a scenario's figures hold; the months around it follow the season


@dataclass(frozen=True, slots=True)
class Scenario:
    """Ranges from which the figures of a target are drawn, as they stand in the judged month.

    `pace`: figure as a fraction of what the plan expects by then; `level`: figure as a fraction of the target's value;
    `growth`: percentage points above the target; `carry`: where a count is rounded up (0.5 is usual; less is stricter).
    """

    name: str
    share: float
    pace: tuple[float, float]
    level: tuple[float, float]
    growth: tuple[float, float]
    carry: float


SCENARIOS = (
    Scenario("met_early", 0.06, (1.37, 1.50), (1.06, 1.12), (2.0, 3.5), 0.75),
    Scenario("ahead", 0.20, (1.05, 1.18), (1.02, 1.06), (0.8, 2.0), 0.75),
    Scenario("on_pace", 0.33, (1.005, 1.04), (1.004, 1.02), (0.1, 0.7), 0.75),
    Scenario("slightly_behind", 0.22, (0.89, 0.975), (0.93, 0.98), (-0.8, -0.2), 0.5),
    Scenario("behind", 0.12, (0.58, 0.80), (0.74, 0.87), (-3.2, -1.4), 0.3),
    Scenario("hopeless", 0.07, (0.12, 0.35), (0.35, 0.60), (-9.0, -5.0), 0.0),
)
_INDEX = {scenario.name: index for index, scenario in enumerate(SCENARIOS)}

# Named so that the README and the demonstration can point at them; each holds only where the catalogue has it.
FIXED = {
    ("goods_exports", "330303"): "slightly_behind",
    ("new_high_tech_firms", "330303"): "met_early",
    ("redevelopment_floor_started", "330303"): "hopeless",
    ("services_value_added_growth", "330303"): "behind",
    # A city that goes short of electricity would make readers doubt the rest.
    ("electricity_supply", "330303"): "on_pace",
    ("gas_supply", "330303"): "on_pace",
}

# A pace within the scenario's range instead of a drawn one: exports trail the calendar, not their own season.
FIXED_PACE = {("goods_exports", "330303"): 0.965}


def scenarios(
    series: Sequence[tuple[str, str]], seed: int, compared: Collection[tuple[str, str]] = ()
) -> NDArray[np.int64]:
    """The index into SCENARIOS of each (indicator, region). Of those that are only there to compare with, none falls
    far behind or runs ahead: a nation doesn't."""
    bounds = np.cumsum([scenario.share for scenario in SCENARIOS])
    drawn = np.searchsorted(bounds, [fraction(seed, "scenario", *key) for key in series], side="right")
    chosen = {**dict.fromkeys(compared, "on_pace"), **FIXED}
    fixed = np.array([_INDEX[chosen[key]] if key in chosen else -1 for key in series], dtype=np.int64)
    return np.where(fixed >= 0, fixed, np.minimum(drawn, len(SCENARIOS) - 1))
