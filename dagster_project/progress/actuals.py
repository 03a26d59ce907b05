"""The figures that targets are judged by, month by month, beside the lines of `paths`.

Belongs here: reading them from the panel. Does not belong here: judging them (`evaluate.py`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from dagster_project.progress.panel import Grain, Panel, grains, origins, statuses
from dagster_project.progress.targets import TargetTable
from validators.columns import STATUSES
from validators.periods import Month

ORIGINS = ("", "published", "cumulated", "derived")  # by Origin
_SPAN = 12 * 4  # months of the longest target that is followed: from the document's year to three years on


def actuals(targets: TargetTable, panel: Panel) -> pd.DataFrame:
    """What is known of each target's figure from its first month to its due month, in the target's unit: target,
    period (the month), value, origin (published, cumulated, derived), status, grain (year, quarter, month); one row per
    known figure, by month.
    """
    rows = panel.rows(targets)
    frames = []
    for offset in range(_SPAN):
        month = targets.start + offset
        values = np.where(month <= targets.due, panel.at(rows, month), np.nan)
        known = np.flatnonzero(np.isfinite(values))
        marks = panel.marks_at(rows, month)[known]
        frames.append(
            pd.DataFrame(
                {
                    "target": targets.ids[known],
                    "ordinal": month[known],
                    "value": values[known] * targets.factor[known],
                    "origin": np.array(ORIGINS, dtype=object)[origins(marks)],
                    "status": np.array([*STATUSES, ""], dtype=object)[statuses(marks)],
                    "grain": np.array([grain.name.lower() for grain in Grain], dtype=object)[grains(marks)],
                }
            )
        )
    found = pd.concat(frames, ignore_index=True)
    words = {ordinal: Month.from_ordinal(int(ordinal)).text for ordinal in found["ordinal"].unique()}
    found["period"] = found["ordinal"].map(words).astype("str")
    return found[["target", "period", "value", "origin", "status", "grain"]]
