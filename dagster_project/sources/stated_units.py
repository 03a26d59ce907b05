"""Whether the units that a source states fit what its figures are said to be.

Belongs here: that one check. Does not belong here: converting (`validators.units`), reading rows (`row_mapping.py`).
"""

from __future__ import annotations

import pandas as pd

from dagster_project.sources.connector import Request
from dagster_project.sources.row_mapping import source_name
from validators.errors import SourceFormError
from validators.units import convertible


def check_units(figures: pd.DataFrame, request: Request) -> pd.DataFrame:
    """The figures (columns LONG) as they are; SourceFormError where one is in a unit of another dimension than its
    indicator's: 亿美元 for yuan, or a growth rate's % where a level is said to be."""
    for (indicator, unit), rows in figures.groupby(["indicator", "unit"], sort=True):
        own = request.catalogue.indicators[str(indicator)].unit
        if unit and not convertible(request.catalogue.units, str(unit), own):
            where = rows["reference"].iloc[0]
            raise SourceFormError(
                source_name(request),
                f"{where}：{indicator} 的计量单位为 {unit}，不能换算为 {own}，请核对代码",
                f"{where}: {indicator} is in {unit}, which does not convert into {own}; check its code",
            )
    return figures
