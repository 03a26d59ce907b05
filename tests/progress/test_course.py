"""The course of the year: how long a light has been showing, slips, and pace lines."""

from __future__ import annotations

import pandas as pd
import pytest

from dagster_project.progress import Panel, TargetTable, course, paths
from validators.catalogue import Catalogue
from validators.periods import Month


def panel_of(targets: TargetTable, ytd: dict[str, float]) -> Panel:
    """Exports of the district, year to date by month."""
    frame = pd.DataFrame(
        {
            "indicator": "goods_exports",
            "region": "330303",
            "period": list(ytd),
            "measure": "ytd",
            "value": list(ytd.values()),
            "status": "preliminary",
        }
    )
    return Panel.from_observations(frame, targets)


@pytest.fixture
def targets(small_catalogue: Catalogue) -> TargetTable:
    return TargetTable.from_catalogue(small_catalogue)


def exports(targets: TargetTable) -> int:
    return list(targets.ids).index("longwan-exports")


def test_a_fall_from_green_to_red_is_a_slip_and_starts_a_new_run(targets: TargetTable) -> None:
    # 450 a year: 75 by February and 112.5 by March are on pace; 60 by April is 20 points behind.
    found = course(targets, panel_of(targets, {"2025-02": 80, "2025-03": 120, "2025-04": 60}), Month(2025, 4))
    row = exports(targets)
    assert found.slipped[row] == 1
    assert found.months[row] == 1
    assert found.since[row] == Month(2025, 4).ordinal


def test_a_light_that_lasts_is_counted_from_its_first_month(targets: TargetTable) -> None:
    found = course(targets, panel_of(targets, {"2025-02": 80, "2025-03": 120, "2025-04": 160}), Month(2025, 4))
    row = exports(targets)
    assert found.slipped[row] == 0
    assert found.months[row] == 3
    assert found.since[row] == Month(2025, 2).ordinal


def test_a_month_whose_table_is_late_is_not_counted(targets: TargetTable) -> None:
    # A yellow March; the tables of April and May are late while those of others have come.
    found = course(targets, panel_of(targets, {"2025-02": 80, "2025-03": 100}), Month(2025, 5))
    row = exports(targets)
    assert found.months[row] == 1
    assert found.since[row] == Month(2025, 3).ordinal


def test_a_recovery_is_no_slip(targets: TargetTable) -> None:
    found = course(targets, panel_of(targets, {"2025-02": 20, "2025-03": 120}), Month(2025, 3))
    assert found.slipped[exports(targets)] == 0
    assert found.months[exports(targets)] == 1


def test_a_first_light_is_no_slip_since_there_was_none_to_slip_from(targets: TargetTable) -> None:
    found = course(targets, panel_of(targets, {"2025-02": 1}), Month(2025, 2))
    assert found.slipped[exports(targets)] == 0


def test_the_seasonal_line_follows_last_years_shares(targets: TargetTable) -> None:
    last_year = {"2024-02": 40.0, "2024-06": 160.0, "2024-12": 400.0}
    lines = paths(targets, panel_of(targets, last_year | {"2025-02": 50.0}))
    own = lines[(lines["target"] == "longwan-exports") & (lines["path"] == "seasonal")].set_index("period")["value"]
    assert own.to_dict() == pytest.approx({"2025-02": 45.0, "2025-06": 180.0, "2025-12": 450.0})


def test_levels_have_no_pace_line(targets: TargetTable, small_catalogue: Catalogue) -> None:
    lines = paths(targets, panel_of(targets, {"2025-02": 50.0}))
    kinds = {small_catalogue.indicators[small_catalogue.targets[key].indicator].kind for key in lines["target"]}
    assert kinds == {"flow", "count"}
