"""The rows of a table: which indicators, in which order, under which label and indent, in which unit.

Belongs here: what stands left of the figures. Does not belong here: the figures' columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dagster_project.sample.draws import fraction
from dagster_project.sample.subjects import Subjects
from validators.catalogue import Catalogue, Kind

_INDENT, _ASIDE = "  ", "　　　"  # 其中： is three characters wide; further parts stand under the first one's name


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """r rows. `subject` (r,) is the series a row is about, `growth` (r,) the one that its growth columns belong to."""

    subject: NDArray[np.int64]
    growth: NDArray[np.int64]
    labels: tuple[str, ...]
    blanks: tuple[str, ...]


def table_rows(catalogue: Catalogue, subjects: Subjects, *, dataset: str, region: str, seed: int) -> Rows:
    """The rows of the dataset in the region, in catalogue order, parts under their whole. A growth indicator whose base
    stands in the same table shares its base's row."""
    members = [row for row, key in enumerate(subjects.keys) if subjects.dataset[row] == dataset and key[1] == region]
    growth = {int(subjects.base[row]): row for row in members if subjects.base[row] in members}
    own = [row for row in members if subjects.base[row] not in members]
    position = {subjects.keys[row][0]: row for row in own}
    children: dict[int, list[int]] = {row: [] for row in [-1, *own]}
    for row in own:
        part_of = catalogue.indicators[subjects.keys[row][0]].part_of
        children[position.get(part_of or "", -1)].append(row)

    ordered: list[int] = []
    marks: list[str] = []

    def place(parent: int, depth: int) -> None:
        for index, row in enumerate(children[parent]):
            ordered.append(row)
            marks.append("" if depth == 0 else _INDENT * depth + (_ASIDE if index else "其中："))
            place(row, depth + 1)

    place(-1, 0)
    names = _names(catalogue, [subjects.keys[row][0] for row in ordered], seed)
    return Rows(
        subject=np.array(ordered, dtype=np.int64),
        growth=np.array([growth.get(row, row) for row in ordered], dtype=np.int64),
        labels=tuple(mark + name for mark, name in zip(marks, names, strict=True)),
        blanks=tuple("—" if fraction(seed, "blank", *subjects.keys[row]) < 0.6 else "" for row in ordered),
    )


def _names(catalogue: Catalogue, indicators: Sequence[str], seed: int) -> list[str]:
    """What the table calls each indicator: its name, or now and then another label that the catalogue knows. A growth
    indicator without a level goes by the name of what grows, where the catalogue has it."""
    names = []
    taken = {catalogue.indicators[indicator].name.zh for indicator in indicators}
    for key in indicators:
        indicator = catalogue.indicators[key]
        others = [label for label in indicator.labels if "/" not in label and label not in taken]
        if indicator.kind is Kind.GROWTH:
            others = [label for label in others if not label.endswith(("增速", "增长", "增幅"))]
            chance = 1.0
        else:
            chance = 0.25
        name = others[0] if others and fraction(seed, "label", key) < chance else indicator.name.zh
        taken.add(name)
        names.append(name)
    return names


def units_of(subjects: Subjects, rows: Rows) -> tuple[str, tuple[str, ...] | None]:
    """The unit of the corner where all levels share it, and else the units row by row."""
    units = subjects.unit[rows.subject]
    levels = units[~subjects.is_kind_growth[rows.subject]]
    shared = np.unique(levels if len(levels) else units)
    if len(shared) == 1:
        return f"单位：{shared[0]}", None
    return "", tuple(str(unit) for unit in units)
