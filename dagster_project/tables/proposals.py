"""Proposals for rows that the catalogue doesn't know: which indicator each may be, for a person to decide.

Belongs here: likeness of labels, units and sizes. Does not belong here: taking anything without being told
(`shares.py`, `matching.py` know exact labels alone), printing (`commands/mapping.py`).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from dagster_project.tables.header_words import Role
from dagster_project.tables.matching import key_of, row_names
from dagster_project.tables.reading import Reading
from dagster_project.tables.regions_within import placed
from validators.catalogue import Catalogue, Kind
from validators.codes import SameObject
from validators.units import UnitTable, convertible

_LEAST = 0.55  # of a likeness between 0 and 1
_CLOSE = 3.0  # times larger or smaller than what is stored is the same size
_FAR = 30.0  # is another thing
_MOST = 1  # proposals for a row


@dataclass(frozen=True, slots=True)
class Proposal:
    """`label` as it would be written in the catalogue, under its parent's where its name alone is another's; `likeness`
    of 0 to 1; `why` in words; `place` is the sheet and cell of its first figure."""

    indicator: str
    label: str
    likeness: float
    why: str
    place: str


class _Row(NamedTuple):
    """A row that nobody knows, by its first figure."""

    sheet: str
    cell: str
    row_label: str
    parent_label: str
    role: str
    measure: str
    unit: str
    value: float


def propose(
    reading: Reading, catalogue: Catalogue, history: pd.DataFrame, *, dataset: str | None, region: str | None
) -> list[Proposal]:
    """The likeliest indicator for each row with figures that no dataset knows, most likely first. `history`: columns of
    `Store.observations`; a unit that can't be converted rules an indicator out, a size unlike the stored one counts
    against it. `dataset` and `region` narrow down where to look and what to compare with."""
    keys = [dataset] if dataset else list(catalogue.datasets)
    names = {key: row_names(SameObject(catalogue), key) for key in keys}
    homes: list[str | None] = [region] * len(reading.tables)
    spread = placed(reading, catalogue, homes, lambda label: any(one.knows(label, "") for one in names.values()))
    rows = spread.cells.has_any("role", (str(Role.VALUE), str(Role.GROWTH)))
    cells = spread.cells.where(rows & spread.cells.filled() & ~spread.cells["foreign"])
    sizes = _sizes(history, region)
    found: list[Proposal] = []
    firsts = cells.firsts("table", "row_label", "parent_label")
    for row in (_Row(*values) for values in cells.each(_Row._fields, firsts)):
        if not any(one.knows(row.row_label, row.parent_label) for one in names.values()):
            ranked = sorted(_candidates(row, catalogue, keys, sizes), key=lambda one: -one.likeness)
            found += ranked[:_MOST]
    return sorted(found, key=lambda one: -one.likeness)


def _sizes(history: pd.DataFrame, region: str | None) -> dict[tuple[str, str], float]:
    """The usual size of each indicator's measure: the median of what is stored."""
    own = history if region is None else history[history["region"] == region]
    sizes = own.assign(size=own["value"].abs()).groupby(["indicator", "measure"])["size"].median()
    return {(str(key[0]), str(key[1])): float(size) for key, size in sizes.items() if isinstance(key, tuple)}


def _candidates(
    row: _Row, catalogue: Catalogue, keys: list[str], sizes: dict[tuple[str, str], float]
) -> Iterator[Proposal]:
    units = UnitTable(catalogue.units)
    for key in (indicator for one in keys for indicator in catalogue.dataset_indicators[one]):
        indicator = catalogue.indicators[key]
        growth = row.role == Role.GROWTH  # printed in the row of what grows
        if indicator.kind is Kind.GROWTH and not growth and row.unit not in ("%", ""):
            continue
        likeness, name = max((_likeness(row.row_label, name), name) for name in (indicator.name.zh, *indicator.labels))
        stated = units.find(row.unit) if row.unit and not growth else indicator.unit
        if likeness < _LEAST or stated is None or not convertible(catalogue.units, stated, indicator.unit):
            continue
        reasons = [f"像“{name}” like it", f"单位 unit {row.unit or '?'}"]
        usual = sizes.get((key, row.measure))
        if usual and row.value and not growth:
            times = abs(float(row.value)) * units.factor(stated, indicator.unit) / usual
            apart = float(np.exp(abs(np.log(times))))
            likeness = min(1.0, likeness + 0.1) if apart <= _CLOSE else likeness - (0.2 if apart > _FAR else 0.0)
            reasons.append(f"为常值的 {times:.3g} 倍 times the usual")
        if likeness >= _LEAST:
            place = f"{row.sheet}!{row.cell}"
            yield Proposal(key, _label(row), likeness, "; ".join(reasons), place)


def _label(row: _Row) -> str:
    """The row's own name, under its parent's where it has one: 出口 means little by itself."""
    child = key_of(row.row_label)
    return f"{key_of(row.parent_label)}/{child}" if row.parent_label else child


def _likeness(label: str, name: str) -> float:
    """How alike two names are, from 0 to 1; one that stands within the other is at least likely."""
    mine, theirs = key_of(label), key_of(name.rpartition("/")[2])
    if not mine or not theirs:
        return 0.0
    ratio = difflib.SequenceMatcher(None, mine, theirs, autojunk=False).ratio()
    within = min(len(mine), len(theirs)) >= 4 and (mine in theirs or theirs in mine)
    return max(ratio, 0.7) if within else ratio
