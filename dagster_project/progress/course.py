"""The course of the year: how long each target has shown its light, whether it slipped, and the lines it is held
against.

Belongs here: judging each month of the year by what is known now. Does not belong here: one judgement (`evaluate.py`),
what was believed earlier (the store's as-of query).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from dagster_project.progress import pace
from dagster_project.progress.arrays import Integers
from dagster_project.progress.evaluate import measure
from dagster_project.progress.lights import BADNESS
from dagster_project.progress.panel import Panel
from dagster_project.progress.targets import TargetTable
from validators.periods import Month


class Line(StrEnum):
    """Which line a target is held against."""

    LINEAR = "linear"
    SEASONAL = "seasonal"
    SCHEDULE = "schedule"


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """Per target, arrays of shape (n,): `light` as of the last month (index into LIGHTS), `months` in a row within the
    year whose figures show it, at least 1, `since` the first of them (month ordinal), `slipped` whether it is worse
    than the month before."""

    light: Integers
    months: Integers
    since: Integers
    slipped: Integers


def course(targets: TargetTable, panel: Panel, as_of: Month) -> Course:
    """Judge every month from January to `as_of`. Shapes: lights are (months, n) inside, (n,) in the result."""
    months = np.arange(as_of.ordinal - as_of.month + 1, as_of.ordinal + 1)
    each = targets.take(np.tile(np.arange(len(targets)), len(months)))
    judged = measure(each, panel, np.repeat(months, len(targets)))
    lights = judged["light"].cat.codes.to_numpy(np.int64).reshape(len(months), len(targets))
    same = lights == lights[-1]
    run = np.argmin(same[::-1], axis=0)
    run = np.where(same.all(axis=0), len(months), run)
    bad = BADNESS[lights]
    before = bad[-2] if len(months) > 1 else np.full(len(targets), -1)
    slipped = (bad[-1] > before) & (before >= 0)
    # A month whose table is late shows the light of the month before, and says nothing new about it.
    silent = judged["lag_months"].fillna(0).to_numpy(np.int64)[len(judged) - len(targets) :]
    return Course(lights[-1], np.maximum(run - silent, 1), as_of.ordinal - run + 1, slipped.astype(np.int64))


def paths(targets: TargetTable, panel: Panel) -> pd.DataFrame:
    """What should be reached by each month, in the target's unit: target, path, period, value; one row per known point.

    Linear and schedule lines run from the target's first month to its due month, seasonal ones where earlier years
    allow. Levels have no path: their line is the target itself.
    """
    rows = panel.rows(targets)
    index = np.flatnonzero(targets.accumulates)
    frames = []
    for offset in range(12):
        month = targets.start + offset
        within = index[(month <= targets.due)[index]]
        plan = pace.follows_plan(targets)[within]
        calendar = pace.follows_calendar(targets)[within]
        share = pace.expected_share(targets, month)[within]
        seasonal = pace.seasonal_share(targets, panel, rows, month)[within]
        for line, values, shown in (
            (Line.LINEAR, share, calendar),
            (Line.SCHEDULE, share, plan),
            (Line.SEASONAL, seasonal, np.isfinite(seasonal)),
        ):
            chosen = within[shown]
            frames.append(
                pd.DataFrame(
                    {
                        "target": targets.ids[chosen],
                        "path": line.value,
                        "ordinal": month[chosen],
                        "value": values[shown] * targets.value[chosen],
                    }
                )
            )
    found = pd.concat(frames, ignore_index=True)
    words = {ordinal: Month.from_ordinal(int(ordinal)).text for ordinal in found["ordinal"].unique()}
    found["period"] = found["ordinal"].map(words).astype("str")
    return found[["target", "path", "period", "value"]]
