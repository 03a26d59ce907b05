"""What if a series went on like this? Figures put in the place of those that are believed.

Belongs here: from months as people name them to the figures that a panel reads. Does not belong here: judging them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from dagster_project.progress.panel import Panel
from dagster_project.progress.targets import ACCUMULATING, KINDS, TargetTable
from validators.catalogue import Kind, Measure
from validators.errors import ScenarioError
from validators.periods import Month, month_ordinals

NO_UPLOAD: Final = 0  # in the column `upload`: nobody stated the figure


def with_months(
    observations: pd.DataFrame, targets: TargetTable, target: str, months: Mapping[Month, float]
) -> pd.DataFrame:
    """`observations` (OBSERVATION or STORED columns) with other months for the series of `target` (KeyError for an
    unknown one), in the target's unit: what each month brings for flows and counts, the level or rate of the month for
    all others. Figures after a changed month of the same year move along with it.

    For a series whose January isn't known, February's value is that of both. ScenarioError where a month lies outside
    the target's time, or an earlier one of its year is missing.
    """
    found = np.flatnonzero(targets.ids == target)
    if not len(found):
        raise KeyError(target)
    one = targets.take(found[:1])
    first, last = int(one.start[0]), int(one.due[0]) // 12 * 12 + 11
    for month in months:
        if not first <= month.ordinal <= last:
            raise ScenarioError(
                f"{month.text} 不在目标 {target} 的时段内（{_text(first)} 至 {_text(last)}），请改月份 / "
                f"{month.text} lies outside the time of {target}, {_text(first)} to {_text(last)}; give one within it"
            )
    bad = [month.text for month, value in months.items() if not np.isfinite(value)]
    if bad:
        raise ScenarioError(f"{bad[0]} 的值不是有限数，请改正 / the value of {bad[0]} is no finite number; correct it")
    given = {month.ordinal: value / float(one.factor[0]) for month, value in months.items()}
    if KINDS[one.kind[0]] not in ACCUMULATING:
        return _put(observations, one, given)
    panel = Panel.from_observations(observations, targets)
    return _put(observations, one, _totals(panel, one, given, target))


def _totals(panel: Panel, one: TargetTable, given: Mapping[int, float], target: str) -> dict[int, float]:
    """The years to date from the first changed month of each year on, by month (ordinal)."""
    rows = panel.rows(one)

    def known(ordinal: int) -> float:
        return float(panel.at(rows, np.array([ordinal]))[0])

    found: dict[int, float] = {}
    for year in sorted({ordinal // 12 for ordinal in given}):
        moved = 0.0  # by which later years to date move along
        for ordinal in range(year * 12, year * 12 + 12):  # twelve steps, each of which needs the one before
            was = known(ordinal)
            if ordinal not in given:
                if moved and np.isfinite(was):
                    found[ordinal] = was + moved
                continue
            before = found.get(ordinal - 1, known(ordinal - 1)) if ordinal % 12 else 0.0
            if ordinal % 12 == 1 and not np.isfinite(before):
                before = 0.0  # February's table covers January
            if not np.isfinite(before):
                raise ScenarioError(
                    f"目标 {target} 缺 {_text(ordinal - 1)} 的数据，请一并给出该月 / there is "
                    f"no figure of {target} for {_text(ordinal - 1)}; give that month too"
                )
            found[ordinal] = before + given[ordinal]
            moved = found[ordinal] - was if np.isfinite(was) else moved
    return found


def _put(observations: pd.DataFrame, one: TargetTable, values: Mapping[int, float]) -> pd.DataFrame:
    """The frame with these figures (by month) of the target's series instead of those that end in the same months."""
    kind = KINDS[one.kind[0]]
    measure = Measure.YTD if kind in ACCUMULATING else Measure.YOY_YTD if kind is Kind.GROWTH else Measure.LEVEL
    indicator, region = one.indicators.ids[one.indicator[0]], one.regions[one.region[0]]
    mine = (observations["indicator"].eq(indicator) & observations["region"].eq(region)).to_numpy(dtype=np.bool_)
    measured = observations["measure"].isin([measure.value, Measure.MONTH.value]).to_numpy(dtype=np.bool_)
    ends = month_ordinals(observations["period"]) if len(observations) else np.empty(0, dtype=np.int64)
    kept = observations[~(mine & measured & np.isin(ends, sorted(values)))]
    rows: dict[str, Any] = {
        "indicator": indicator,
        "region": region,
        "period": [_text(ordinal) for ordinal in sorted(values)],
        "measure": measure.value,
        "value": [values[ordinal] for ordinal in sorted(values)],
        "unit": str(observations.loc[mine, "unit"].iloc[0]) if mine.any() else "",
        "status": "preliminary",
        "upload": NO_UPLOAD,
        "sheet": "假设 assumed",
        "cell": "",
        "text": "",
        "known_from": observations["known_from"].max() if "known_from" in observations else None,
    }
    added = pd.DataFrame({name: rows[name] for name in kept.columns}).astype(kept.dtypes)
    return pd.concat([kept, added], ignore_index=True)


def _text(ordinal: int) -> str:
    return Month.from_ordinal(ordinal).text
