"""What the sentence of a target behind adds when the rate that it needs was never achieved.

Belongs here: that clause. Does not belong here: the rest of the sentence (`reasons.py`), the best rates themselves
(`forecast_runs.py`).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from dagster_project.progress.arrays import Texts
from dagster_project.progress.lights import Light
from dagster_project.progress.phrases import written
from dagster_project.progress.targets import TargetTable

_ENDS: Final = ("。", ".")


def with_best_runs(evaluation: pd.DataFrame, runs: pd.DataFrame, targets: TargetTable) -> pd.DataFrame:
    """`evaluation` with the sentences of targets behind, whose needed rate was never achieved, saying the best that
    was: of the same months of an earlier year, else of any quarter. `runs`: of `best_runs`; all in the same order."""
    light = evaluation["light"].astype("str")
    behind = light.isin([Light.YELLOW.value, Light.RED.value]).to_numpy(dtype=np.bool_)
    rows = np.flatnonzero(behind & runs["never_achieved"].to_numpy(dtype=np.bool_) & ~targets.low_is_good)
    if not len(rows):
        return evaluation
    found = runs.iloc[rows]
    same = found["best_same_months_rate"].to_numpy(dtype=np.float64)
    quarter = found["best_quarter_rate"].to_numpy(dtype=np.float64)
    by_months = np.isfinite(same)
    best = written(np.where(by_months, same, quarter), 1)
    ends = np.where(by_months, found["best_same_months_end"].astype("str"), found["best_quarter_end"].astype("str"))
    years: Texts = np.array([str(end)[:4] for end in ends], dtype=object)
    unit = targets.unit[rows]
    which_zh = np.where(by_months, "往年同期", "任何一季").astype(object)
    which_en = np.where(by_months, "the same months", "any quarter").astype(object)
    clauses = (
        "；" + which_zh + "最好为月均" + best + targets.units.zh[unit] + "（" + years + "年），所需速度从未达到过",
        "; the best " + which_en + " ever brought was " + best + targets.units.en[unit] + " each (" + years
        + "), so that rate was never achieved",
    )  # fmt: skip
    changed = {}
    for column, end, clause in zip(("reason_zh", "reason_en"), _ENDS, clauses, strict=True):
        sentences = evaluation[column].to_numpy(dtype=object, copy=True)
        sentences[rows] = np.array([one.removesuffix(end) for one in sentences[rows]], dtype=object) + clause + end
        changed[column] = pd.Series(sentences, index=evaluation.index).astype(evaluation[column].dtype)
    return evaluation.assign(**changed)
