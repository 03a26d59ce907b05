"""All targets' forecasts, and the frames that are made of them.

Belongs here: what a forecast consists of, its frames in the targets' units. Does not belong here: where the numbers
come from (`forecast.py`), the meaning of the columns (`forecast_columns.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import pandas as pd

from dagster_project.progress.arrays import Flags, Floats, Integers
from dagster_project.progress.forecast_columns import FORECAST, PATH, Method, NoForecast
from dagster_project.progress.forecast_runs import month_texts
from dagster_project.progress.panel import NO_MONTH
from dagster_project.progress.targets import TargetTable
from validators.catalogue import Kind
from validators.periods import Month

METHODS: Final = ("", *Method)
REASONS: Final = ("", *NoForecast)
LEVELS: Final = (0.8, 0.95)


@dataclass(slots=True, eq=False)
class Foretold:
    """The forecasts of `targets` as of a month, in the indicators' units. Arrays of shape (n,); `low` and `high`
    (levels, n); `path` (n, longest horizon). `period` is the month that the forecast starts from, `known` whether it is
    one of the target's own year; `method` and `reason` point into METHODS and REASONS."""

    targets: TargetTable
    as_of: Month
    period: Integers
    known: Flags
    horizon: Integers
    method: Integers
    reason: Integers
    point: Floats
    low: Floats
    high: Floats
    least: Floats
    chance: Floats
    skill: Floats
    skill_years: Integers
    skill_others: Floats
    years: Integers
    path: Floats

    @classmethod
    def empty(cls, targets: TargetTable, as_of: Month) -> Self:
        """Nothing foretold yet, to be filled in."""
        count = len(targets)

        def nothing() -> Floats:
            return np.full(count, np.nan)

        def zeros() -> Integers:
            return np.zeros(count, dtype=np.int64)

        limits = np.full((2, len(LEVELS), count), np.nan)
        return cls(
            targets=targets,
            as_of=as_of,
            period=np.full(count, NO_MONTH, dtype=np.int64),
            known=np.zeros(count, dtype=np.bool_),
            horizon=zeros(),
            method=zeros(),
            reason=zeros(),
            point=nothing(),
            low=limits[0],
            high=limits[1],
            least=np.full(count, -np.inf),
            chance=nothing(),
            skill=nothing(),
            skill_years=zeros(),
            skill_others=nothing(),
            years=zeros(),
            path=np.empty((count, 0)),
        )

    def rows(self) -> pd.DataFrame:
        """One row per target, in their order: columns of `forecast_columns.FORECAST`."""
        targets, factor = self.targets, self.targets.factor
        points = targets.is_kind(Kind.GROWTH)
        skill_factor = np.where(points, factor, 1.0)
        return pd.DataFrame(
            {
                "target": pd.array(targets.ids, dtype="str"),
                "as_of": _words(np.zeros(len(targets), dtype=np.int64), (self.as_of.text,)),
                "period": month_texts(np.where(self.known, self.period, NO_MONTH)),
                "due": month_texts(targets.due),
                "horizon": self.horizon,
                "method": _words(self.method, METHODS),
                "reason": _words(self.reason, REASONS),
                "forecast_value": self.point * factor,
                "low_80": self.low[0] * factor,
                "high_80": self.high[0] * factor,
                "low_95": self.low[1] * factor,
                "high_95": self.high[1] * factor,
                "probability": self.chance,
                "skill": self.skill * skill_factor,
                "skill_unit": _words(points.astype(np.int64), ("share", "points")),
                "skill_years": self.skill_years,
                "skill_others": self.skill_others * skill_factor,
                "history_years": self.years,
            },
            columns=list(FORECAST),
            copy=False,
        )

    def months(self) -> pd.DataFrame:
        """The months from the figure in hand to the due month, for a fan chart: columns of `forecast_columns.PATH`, one
        row per target and month, cumulated for flows and counts, in the target's unit.

        The last month is that of `rows`; widths before it grow towards it with the square root of the months ahead.
        """
        ends = np.stack([self.low[0], self.high[0], self.low[1], self.high[1]])
        ahead = np.arange(1, int(self.horizon.max(initial=0)) + 1)[:, np.newaxis]  # at most three years
        there = (self.horizon >= ahead) & (self.method > METHODS.index(Method.FINISHED))
        before, rows = np.nonzero(there)  # the nearest month of all targets first
        step = before + 1
        value = self.path[rows, before]
        grown = np.sqrt(step / self.horizon[rows])
        limits = np.maximum(value + (ends[:, rows] - self.point[rows]) * grown, self.least[rows])
        columns = np.vstack([value, limits]) * self.targets.factor[rows]
        words = {
            "target": pd.array(self.targets.ids[rows], dtype="str"),
            "period": month_texts(self.period[rows] + step).astype("str"),
        }
        return pd.DataFrame(words | dict(zip(PATH[2:], columns, strict=True)))


def _words(codes: Integers, words: tuple[str, ...]) -> pd.Categorical[str]:
    return pd.Categorical.from_codes(codes, categories=pd.Index([str(word) for word in words], dtype="str"))
