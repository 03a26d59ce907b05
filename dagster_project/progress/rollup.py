"""How many targets show which light, by document, chapter, department or region.

Belongs here: counting. Does not belong here: words and layout (`scoreboard`).
"""

from __future__ import annotations

from typing import Any, Literal, get_args

import pandas as pd

from dagster_project.progress.lights import LIGHTS
from validators.catalogue import Catalogue

By = Literal["document", "chapter", "owner", "region"]
_KEYS: dict[str, list[str]] = {
    "document": ["document"],
    "chapter": ["document", "chapter"],
    "owner": ["owner"],
    "region": ["region"],
}


def rollup(evaluation: pd.DataFrame, catalogue: Catalogue, *, by: By) -> pd.DataFrame:
    """Counts of lights, one row per group in the catalogue's order, only groups that have a target.

    Columns: the key (`document`; `document` and `chapter`; `owner`; `region`), `targets`, then one integer column per
    light. A target that is part of another in the same frame is not counted: its whole already is. `owner` is the
    lead department or, without one, the first responsible department, so that each target counts once. Raises
    KeyError for a target that the catalogue doesn't have, ValueError for an unknown `by`.
    """
    if by not in get_args(By):
        raise ValueError(f"by={by!r}: one of {', '.join(get_args(By))}")
    ids = evaluation["target"].astype("str")
    present = set(ids)
    found = [catalogue.targets[key] for key in ids]
    counted = pd.Series(
        [one.part_of is None or one.part_of not in present for one in found], index=evaluation.index, dtype=bool
    )
    keys = pd.DataFrame(
        {
            "document": [one.cite.document for one in found],
            "chapter": [one.cite.chapter for one in found],
            "owner": [one.owners.lead or one.owners.responsible[0] for one in found],
            "region": [one.region for one in found],
            "light": evaluation["light"].astype("str").to_numpy(),
        },
        index=evaluation.index,
    )[counted]
    key = _KEYS[by]
    shown = pd.DataFrame({str(light): keys["light"] == light for light in LIGHTS}, index=keys.index).astype("int64")
    shown.insert(0, "targets", 1)
    counts = pd.concat([keys[key], shown], axis=1).groupby(key, sort=False).sum()
    orders: dict[str, list[Any]] = {
        "document": list(catalogue.documents),
        "chapter": [(name, number) for name, document in catalogue.documents.items() for number in document.chapters],
        "owner": list(catalogue.departments),
        "region": list(catalogue.regions),
    }
    return counts.loc[[group for group in orders[by] if group in counts.index]].reset_index()
