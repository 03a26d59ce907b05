"""The names of everything in the catalogue, one row each, as the store keeps them for those who query by SQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from validators.catalogue import Catalogue, Words

_COLUMNS = ("kind", "id", "name_zh", "name_en", "unit", "indicator", "dataset", "region", "part_of")


def catalogue_names(catalogue: Catalogue) -> pd.DataFrame:
    """Columns kind, id, name_zh, name_en, unit, indicator, dataset, region, part_of; texts, '' for what there is not.
    A target goes by the name of its indicator."""
    return pd.DataFrame(list(_rows(catalogue)), columns=list(_COLUMNS)).fillna("").astype("str")


def _rows(catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    for key, indicator in catalogue.indicators.items():
        about = {"unit": indicator.unit, "dataset": indicator.dataset, "part_of": indicator.part_of}
        yield _row("indicator", key, indicator.name) | about
    for key, region in catalogue.regions.items():
        yield _row("region", key, region.name) | {"part_of": region.part_of}
    for key, dataset in catalogue.datasets.items():
        yield _row("dataset", key, dataset.title)
    for key, department in catalogue.departments.items():
        yield _row("department", key, department.name) | {"region": department.region}
    for key, unit in catalogue.units.items():
        yield _row("unit", key, unit.name)
    for key, document in catalogue.documents.items():
        yield _row("document", key, document.title) | {"region": document.region}
    for key, target in catalogue.targets.items():
        measured = catalogue.indicators[target.indicator]
        yield _row("target", key, measured.name) | {
            "unit": target.unit,
            "indicator": target.indicator,
            "dataset": measured.dataset,
            "region": target.region,
            "part_of": target.part_of,
        }


def _row(kind: str, key: str, name: Words) -> dict[str, Any]:
    return {"kind": kind, "id": key, "name_zh": name.zh, "name_en": name.en}
