"""What a file says in terms of the catalogue, however it said it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from dagster_project.tables.cell_rows import CellRows, Column
from dagster_project.tables.frames import frame_of
from validators.columns import OBSERVATION
from validators.findings import Finding
from validators.periods import parse_period


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a file says in terms of the catalogue. `dataset` and the periods (SDMX) are '' where they are unknown, and
    so is `status` where the figures have several; `observations` has the columns OBSERVATION, units those of the
    indicators; `findings` include the reading's."""

    dataset: str
    period_first: str
    period_last: str
    status: str
    published: date | None
    observations: pd.DataFrame
    findings: tuple[Finding, ...]


def observations_of(filled: pd.DataFrame | CellRows) -> pd.DataFrame:
    """The OBSERVATION columns of a frame, or of rows, that have them, with their types."""
    kinds = {name: np.float64 if name == "value" else object for name in OBSERVATION}
    return frame_of({name: np.asarray(filled[name], dtype=kind) for name, kind in kinds.items()})


def no_observations() -> pd.DataFrame:
    """No figure at all, in the same columns and types."""
    return frame_of({name: np.empty(0, dtype=np.float64 if name == "value" else object) for name in OBSERVATION})


def span(periods: pd.Series | Column) -> tuple[str, str]:
    """The first and the last of the periods (SDMX texts), '' when there are none."""
    last_months = {text: parse_period(text).last_month for text in dict.fromkeys(periods.tolist())}
    if not last_months:
        return "", ""
    return min(last_months, key=last_months.__getitem__), max(last_months, key=last_months.__getitem__)
