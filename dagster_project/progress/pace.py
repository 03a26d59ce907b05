"""Where should we be by this month, and what must each remaining month bring?

Belongs here: expected shares (linear, schedule, seasonal) and run rates. Does not belong here: comparing them with
figures (`evaluate.py`) or colours (`lights.py`).
"""

from __future__ import annotations

import numpy as np

from dagster_project.progress.arrays import Flags, Floats, Integers
from dagster_project.progress.panel import HISTORY_YEARS, Panel
from dagster_project.progress.targets import TargetTable
from validators.catalogue import Pace


def follows_plan(targets: TargetTable) -> Flags:
    """Targets with a schedule of their own."""
    return targets.plan >= 0


def follows_calendar(targets: TargetTable) -> Flags:
    """Targets judged by 序时进度. Growth, ratios, stocks, ranks and durations don't accumulate, so a linear pace on
    one of them can only mean its level (domain rule); a flow or count whose schedule is empty has nothing else to
    follow.
    """
    return targets.accumulates & (
        targets.is_pace(Pace.LINEAR) | (targets.is_pace(Pace.SCHEDULE) & ~follows_plan(targets))
    )


def expected_share(targets: TargetTable, period: Integers) -> Floats:
    """The share of the target's value expected by the end of month `period` (ordinals). Shapes (n,) -> (n,), fractions.

    Linear: months elapsed in the year / months to the due month (12 for December), the rule that governments publish as
    序时进度; it takes the month of the figure in hand, so that late data does not punish the target. Schedule: the
    department's cumulative plan / value, interpolated between its months. Levels: 1.
    """
    linear = (period - targets.start + 1) / (targets.due - targets.start + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        planned = targets.schedules.planned(targets.plan, period) / targets.value
    share = np.where(follows_calendar(targets), np.clip(linear, 0.0, 1.0), 1.0)
    return np.where(follows_plan(targets), planned, share)


def seasonal_share(targets: TargetTable, panel: Panel, rows: Integers, period: Integers) -> Floats:
    """The share of the year that the same series had reached by the same month in earlier years: the mean over up to
    three previous years that have both figures of YTD(month) / YTD(due month). NaN without such a year, and for what
    doesn't accumulate. Shown beside the linear share; no light depends on it.
    """
    total = np.zeros(len(targets))
    years = np.zeros(len(targets))
    asked = np.where(targets.accumulates, rows, -1)
    for back in range(1, HISTORY_YEARS + 1):
        whole = panel.at(asked, targets.due - 12 * back)
        part = panel.at(asked, period - 12 * back)
        usable = np.isfinite(part) & (whole > 0)
        total[usable] += part[usable] / whole[usable]
        years += usable
    with np.errstate(invalid="ignore"):
        return np.where(years > 0, total / years, np.nan)


def required_run_rate(targets: TargetTable, actual: Floats, remaining: Integers) -> Floats:
    """What each remaining month must bring on average for the value to be reached: max(0, value - ytd) / months left.

    For a ceiling it is what each remaining month may bring. NaN when no month is left, without a figure, and for
    levels.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.maximum(targets.value - actual, 0.0) / remaining
    return np.where(targets.accumulates & (remaining > 0), rate, np.nan)


def average_run_rate(targets: TargetTable, actual: Floats, months: Integers) -> Floats:
    """What each month so far has brought on average: ytd / months of the year so far. NaN for levels."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(targets.accumulates & (months > 0), actual / months, np.nan)
