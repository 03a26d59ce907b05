"""What a file says in terms of the catalogue, however it said it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from validators.columns import OBSERVATION
from validators.findings import Finding
from validators.periods import month_ordinals


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


def observations_of(filled: pd.DataFrame) -> pd.DataFrame:
    """The OBSERVATION columns of a frame that has them, with their types."""
    frame = filled[list(OBSERVATION)].reset_index(drop=True)
    texts = [name for name in OBSERVATION if name != "value"]
    return frame.astype({**dict.fromkeys(texts, "str"), "value": "float64"})


def no_observations() -> pd.DataFrame:
    """No figure at all, in the same columns and types."""
    return observations_of(pd.DataFrame(columns=[*OBSERVATION]))


def span(periods: pd.Series) -> tuple[str, str]:
    """The first and the last of the periods, '' when there are none."""
    if periods.empty:
        return "", ""
    ordinals = month_ordinals(periods)
    return str(periods.iloc[int(ordinals.argmin())]), str(periods.iloc[int(ordinals.argmax())])
