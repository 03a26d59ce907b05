"""Figures as uploads and as the store give them, for the tests of the rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd
import pytest

from validators.catalogue import Catalogue
from validators.columns import OBSERVATION, STORED

Figure = Callable[..., dict[str, Any]]
Frame = Callable[..., pd.DataFrame]


@pytest.fixture(scope="session")
def figure(small_catalogue: Catalogue) -> Figure:
    """`figure(period, measure, value, indicator='goods_exports', **columns)`: one observation, in the right unit."""

    def make(
        period: str, measure: str, value: float, indicator: str = "goods_exports", **columns: Any
    ) -> dict[str, Any]:
        known = small_catalogue.indicators.get(indicator)
        unit = "%" if measure.startswith("yoy") or known is None else known.unit
        found = {
            "indicator": indicator,
            "region": "330303",
            "period": period,
            "measure": measure,
            "value": value,
            "unit": unit,
            "status": "preliminary",
            "sheet": "外贸",
            "cell": "D14",
            "text": str(value),
        }
        return {**found, **columns}

    return make


@pytest.fixture(scope="session")
def frame() -> Frame:
    """OBSERVATION frame of figures."""

    def make(*figures: dict[str, Any]) -> pd.DataFrame:
        return pd.DataFrame(list(figures), columns=list(OBSERVATION)).astype({"value": float})

    return make


@pytest.fixture(scope="session")
def stored() -> Frame:
    """STORED frame of figures, believed since 20 April 2025 unless said otherwise."""

    def make(figures: Iterable[dict[str, Any]] = (), known_from: str = "2025-04-20") -> pd.DataFrame:
        rows = pd.DataFrame(list(figures), columns=list(OBSERVATION)).astype({"value": float})
        rows = rows.assign(upload=1, known_from=pd.Timestamp(known_from, tz="UTC"))
        return rows.loc[:, list(STORED)]

    return make
