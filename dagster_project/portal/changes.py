"""What an upload changes, or would change, in the words of a page.

Belongs here: choosing and wording rows of `Store.preview` and of its like. Does not belong here: finding the changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from dagster_project.portal.visit import Visit
from validators.catalogue import Catalogue, Measure

ORDER = ("revised", "new", "older", "unchanged")
MOST = 300  # rows shown


@dataclass(frozen=True, slots=True)
class Shown:
    """`counts` by kind of change, in order; `rows` the first that are worth seeing, revisions first; `left` how many
    more there are."""

    counts: dict[str, int]
    rows: tuple[dict[str, Any], ...]
    left: int


def shown_changes(visit: Visit, changes: pd.DataFrame, most: int = MOST) -> Shown:
    """Of a frame with the key of a figure, old_value, old_unit, value, unit, change. Unchanged figures are counted,
    not shown."""
    found = changes["change"].astype("str").value_counts()
    rank = changes["change"].map({kind: place for place, kind in enumerate(ORDER)})
    worth = _in_order(visit.desk.catalogue, changes.assign(rank=rank)[changes["change"] != "unchanged"])
    first = worth.sort_values("rank", kind="stable").head(most)
    rows = tuple(_row(visit, {str(name): value for name, value in row.items()}) for row in first.to_dict("records"))
    return Shown({kind: int(found.get(kind, 0)) for kind in ORDER}, rows, len(worth) - len(first))


def shown_withdrawal(visit: Visit, changes: pd.DataFrame, most: int = MOST) -> Shown:
    """Of a frame of `Store.withdrawal_of`: figures that would be gone or restored; the same elsewhere only counted."""
    found = changes["change"].astype("str").value_counts()
    worth = _in_order(visit.desk.catalogue, changes[changes["change"] != "unchanged"])
    rows = tuple(
        _row(visit, {str(name): value for name, value in row.items()}) for row in worth.head(most).to_dict("records")
    )
    kinds = ("gone", "restored", "unchanged")
    return Shown({kind: int(found.get(kind, 0)) for kind in kinds}, rows, max(len(worth) - most, 0))


def shown_lights(visit: Visit, lights: pd.DataFrame | None) -> tuple[dict[str, Any], ...]:
    """Of a frame of `judgement.lights_if`, None for none: the targets with their names."""
    if lights is None:
        return ()
    catalogue, say = visit.desk.catalogue, visit.say
    return tuple(
        {
            **{str(name): value for name, value in row.items()},
            "name": say.words(catalogue.indicators[row["indicator"]].name),
            "place": say.words(catalogue.regions[row["region"]].name),
        }
        for row in lights.to_dict("records")
    )


def _in_order(catalogue: Catalogue, changes: pd.DataFrame) -> pd.DataFrame:
    """Region by region, indicators and measures in the order of the catalogue, the oldest period first."""
    places = {
        "region": list(catalogue.regions),
        "indicator": list(catalogue.indicators),
        "measure": [measure.value for measure in Measure],
    }
    ranks = {
        f"_{name}": changes[name].map({key: place for place, key in enumerate(keys)}).fillna(len(keys))
        for name, keys in places.items()
    }
    by = ["_region", "_indicator", "period", "_measure"]
    return changes.assign(**ranks).sort_values(by, kind="stable")


def _row(visit: Visit, row: dict[str, Any]) -> dict[str, Any]:
    catalogue, say = visit.desk.catalogue, visit.say
    unit = str(row["unit"] if pd.notna(row["unit"]) else row["old_unit"])
    restated = row["change"] == "revised" and row["value"] == row["old_value"]
    indicator, region = catalogue.indicators.get(row["indicator"]), catalogue.regions.get(row["region"])
    known = pd.notna(row["old_value"])
    return {
        "indicator": row["indicator"],
        "region_code": row["region"],
        "sdmx": row["period"],
        "name": say.words(indicator.name) if indicator else row["indicator"],
        "region": say.words(region.name) if region else row["region"],
        "period": say.period(row["period"]),
        "measure": say.text(f"measure.{row['measure']}"),
        "old": say.exact(float(row["old_value"])) if known else "",
        "new": say.exact(float(row["value"])) if pd.notna(row["value"]) else "",
        "unit": say.words(catalogue.units[unit].name) if unit in catalogue.units and unit != "%" else unit,
        "change": row["change"],
        "restated": (row["old_status"], row["status"]) if restated else None,
    }
