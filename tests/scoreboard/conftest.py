"""An evaluation of the small catalogue in which every light shows."""

from __future__ import annotations

import pandas as pd
import pytest

from dagster_project.progress import Panel, TargetTable, evaluate
from dagster_project.scoreboard import Board
from validators.catalogue import Catalogue
from validators.periods import Month

AS_OF = Month(2025, 9)
FIGURES = [
    ("goods_exports", "330303", "2025-09", "ytd", 298.1),  # behind
    ("high_tech_exports", "330303", "2025-09", "ytd", 20.0),  # far behind, part of the one above
    ("goods_exports_growth", "330303", "2025-09", "yoy_ytd", 5.2),  # on pace
    ("new_high_tech_firms", "330303", "2025-09", "ytd", 151.0),  # met
    ("new_tech_smes", "330303", "2025-07", "ytd", 150.0),  # late data
    ("vacant_incubator_space", "330303", "2025-02", "level", 3.2),  # missed
    ("skilled_talent", "330303", "2025-09", "level", 8.1),
]


def small_evaluation(catalogue: Catalogue) -> pd.DataFrame:
    frame = pd.DataFrame(FIGURES, columns=["indicator", "region", "period", "measure", "value"])
    targets = TargetTable.from_catalogue(catalogue)
    return evaluate(targets, Panel.from_observations(frame, targets), AS_OF)


@pytest.fixture(scope="session")
def evaluation(small_catalogue: Catalogue) -> pd.DataFrame:
    return small_evaluation(small_catalogue)


@pytest.fixture(scope="session")
def board(evaluation: pd.DataFrame, small_catalogue: Catalogue) -> Board:
    return Board.of(evaluation, small_catalogue, as_of=AS_OF)
