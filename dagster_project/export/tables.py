"""Every table that can be exported, by name."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from dagster_project.export.columns import Table
from dagster_project.export.columns_of_figures import OBSERVATIONS, VERSIONS
from dagster_project.export.columns_of_lists import DATASETS, DEPARTMENTS, INDICATORS, REGIONS, UNITS
from dagster_project.export.columns_of_targets import FORECASTS, PROGRESS, TARGETS


class What(StrEnum):
    """What is exported."""

    OBSERVATIONS = "observations"
    VERSIONS = "versions"
    TARGETS = "targets"
    PROGRESS = "progress"
    FORECASTS = "forecasts"
    INDICATORS = "indicators"
    DATASETS = "datasets"
    REGIONS = "regions"
    DEPARTMENTS = "departments"
    UNITS = "units"


TABLES: Final[dict[What, Table]] = {
    What(table.name): table
    for table in (
        OBSERVATIONS,
        VERSIONS,
        TARGETS,
        PROGRESS,
        FORECASTS,
        INDICATORS,
        DATASETS,
        REGIONS,
        DEPARTMENTS,
        UNITS,
    )
}
FIGURES: Final = (What.OBSERVATIONS, What.VERSIONS)
