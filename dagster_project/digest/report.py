"""One report: the rows, the counts and the changes of its subject.

Belongs here: what a report shows and in which order. Does not belong here: how it looks (`page.py`), words.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from dagster_project.digest.changes import Change
from dagster_project.digest.late import LateTable
from dagster_project.digest.material import Material
from dagster_project.digest.sentences import best_rate
from dagster_project.digest.subject import Subject, SubjectKind, department
from dagster_project.digest.tally import Tally, by_chapter, tally
from dagster_project.progress.lights import Light

Row = dict[str, Any]
OPEN: Final = (Light.GREEN, Light.YELLOW, Light.RED)
_WORST_FIRST = (Light.MISSED, Light.RED, Light.YELLOW, Light.GREEN, Light.MET, Light.AWAITING, Light.NO_DATA)
_PLACE = {light.value: place for place, light in enumerate(_WORST_FIRST)}


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """A department's share: `rows` that it answers for first, the worst first; `beside`: rows for which it is
    responsible beside another that answers for them."""

    subject: Subject
    rows: tuple[Row, ...]
    beside: tuple[Row, ...]
    tally: Tally
    tally_before: Tally


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """`rows`: all that the counts are over, the worst first. `hardest`: open targets that need more a month than was
    ever reached, the farthest first. `chapters`: number and counts, of a document."""

    subject: Subject
    material: Material
    rows: tuple[Row, ...]
    tally: Tally
    tally_before: Tally
    changes: tuple[Change, ...]
    hardest: tuple[Row, ...]
    late: tuple[LateTable, ...]
    chapters: tuple[tuple[int, Tally], ...]
    sections: tuple[Section, ...]


def report(material: Material, subject: Subject) -> Report:
    """The report of a subject, whose sections are the departments that answer for its targets."""
    whole = subject.kind is SubjectKind.DOCUMENT
    mine: Callable[[pd.DataFrame], pd.DataFrame] = lambda rows: rows[  # noqa: E731 - a choice, made twice
        rows["document" if whole else "owner"] == subject.key
    ]
    rows, before = mine(material.board.rows), mine(material.board_before.rows)
    beside = pd.DataFrame(columns=rows.columns)
    if not whole:
        involved = material.board.select(owner=subject.key).rows
        beside = involved[involved["owner"] != subject.key]
    shown = {*rows["target"], *beside["target"]}
    ordered = _ordered(rows)
    return Report(
        subject=subject,
        material=material,
        rows=ordered,
        tally=tally(rows, material.catalogue),
        tally_before=tally(before, material.catalogue),
        changes=tuple(change for change in material.changes if change.target in set(rows["target"])),
        hardest=_hardest(ordered),
        late=tuple(one for one in material.late if one.targets & shown or one.publisher == subject.key),
        chapters=by_chapter(rows, material.catalogue) if whole else (),
        sections=tuple(_sections(material, subject, rows, before, beside)),
    )


def _sections(
    material: Material, subject: Subject, rows: pd.DataFrame, before: pd.DataFrame, beside: pd.DataFrame
) -> list[Section]:
    catalogue = material.catalogue
    if subject.kind is SubjectKind.DEPARTMENT:
        counts = tally(rows, catalogue), tally(before, catalogue)
        return [Section(subject, _ordered(rows), _ordered(beside), *counts)]
    found = []
    for key in catalogue.departments:
        mine = rows[rows["owner"] == key]
        if len(mine):
            counts = tally(mine, catalogue), tally(before[before["owner"] == key], catalogue)
            found.append(Section(department(catalogue, key), _ordered(mine), (), *counts))
    return found


def _ordered(rows: pd.DataFrame) -> tuple[Row, ...]:
    found = [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]
    return tuple(sorted(found, key=_trouble))


def _trouble(row: Row) -> tuple[int, float]:
    chance = float(row["probability"])
    return _PLACE[str(row["light"])], chance if math.isfinite(chance) else 2.0


def _hardest(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """By how many times the best rate ever is needed, the largest first; last what has never moved at all."""
    found = [row for row in rows if row["light"] in OPEN and row["never_achieved"] is True and not best_rate(row).low]

    def times(row: Row) -> float:
        best = best_rate(row).rate
        return float(row["required_run_rate"]) / best if best > 0 else 0.0

    return tuple(sorted(found, key=times, reverse=True))
