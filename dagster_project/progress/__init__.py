"""Judging progress: targets and monthly figures in, one judgement per target out.

Belongs here: arithmetic on arrays, lights, and the sentences that explain them. Does not belong here: the clock, the
database, the catalogue file, anything printed (`scoreboard`).
"""

from __future__ import annotations

from dagster_project.progress.actuals import actuals
from dagster_project.progress.columns import EVALUATION
from dagster_project.progress.course import Course, course, paths
from dagster_project.progress.evaluate import evaluate
from dagster_project.progress.forecast import forecast, foretell
from dagster_project.progress.forecast_columns import FORECAST
from dagster_project.progress.forecast_runs import best_runs
from dagster_project.progress.lights import Light
from dagster_project.progress.panel import Panel
from dagster_project.progress.rollup import rollup
from dagster_project.progress.targets import TargetTable

__all__ = [
    "EVALUATION",
    "FORECAST",
    "Course",
    "Light",
    "Panel",
    "TargetTable",
    "actuals",
    "best_runs",
    "course",
    "evaluate",
    "forecast",
    "foretell",
    "paths",
    "rollup",
]
