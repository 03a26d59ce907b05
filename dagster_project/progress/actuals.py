"""The figures that targets are judged by, month by month, beside the lines of `paths`.

Belongs here: reading them from the panel. Does not belong here: judging them (`evaluate.py`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from dagster_project.progress.forecast_runs import month_texts
from dagster_project.progress.panel import Grain, Panel, grains, origins, statuses
from dagster_project.progress.targets import TargetTable
from validators.columns import STATUSES

ORIGINS = ("", "published", "cumulated", "derived")  # by Origin
_SPAN = 12 * 4  # months of the longest target that is followed: from the document's year to three years on


def actuals(targets: TargetTable, panel: Panel) -> pd.DataFrame:
    """What is known of each target's figure from its first month to its due month, in the target's unit: target,
    period (the month), value, origin (published, cumulated, derived), status, grain (year, quarter, month); one row per
    known figure, by month.
    """
    rows = panel.rows(targets)
    months = targets.start + np.arange(_SPAN)[:, np.newaxis]
    values = panel.at(np.broadcast_to(rows, months.shape), months)
    offsets, known = np.nonzero(np.isfinite(values) & (months <= targets.due))
    months, values = months[offsets, known], values[offsets, known]
    marks = panel.marks_at(rows[known], months)
    return pd.DataFrame(
        {
            "target": pd.array(targets.ids[known], dtype="str"),
            "period": month_texts(months).astype("str"),
            "value": values * targets.factor[known],
            "origin": np.array(ORIGINS, dtype=object)[origins(marks)],
            "status": np.array([*STATUSES, ""], dtype=object)[statuses(marks)],
            "grain": np.array([grain.name.lower() for grain in Grain], dtype=object)[grains(marks)],
        }
    )
