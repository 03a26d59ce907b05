"""The targets of the catalogue for programs: what each is, where it is written, who answers for it.

Belongs here: the route and its shape. Does not belong here: how a target stands (`figures.progress`).
"""

from __future__ import annotations

from typing import Any

from fastapi import HTTPException

from dagster_project.judgement import explanation
from dagster_project.portal.api.answers import Answer
from dagster_project.portal.choosing import Chosen
from dagster_project.portal.route import Route
from dagster_project.portal.visit import Visiting
from validators.catalogue import Ambition, Catalogue, Comparator, Pace


class TargetAnswer(Answer):
    """One number that a government commits to."""

    target: str
    indicator: str
    name_zh: str
    name_en: str
    region: str
    document: str
    chapter: int
    article: int
    comparator: Comparator
    value: float
    """as written, in `unit`"""
    unit: str
    ambition: Ambition
    pace: Pace
    due: str
    """month in which it must hold: 2025-12"""
    dataset: str
    """whose table the figures come in"""
    lead: str | None
    responsible: list[str]
    part_of: str | None

    @classmethod
    def of(cls, catalogue: Catalogue, key: str) -> TargetAnswer:
        """The target of a key."""
        target = catalogue.targets[key]
        indicator = catalogue.indicators[target.indicator]
        return cls(
            target=key,
            indicator=target.indicator,
            name_zh=indicator.name.zh,
            name_en=indicator.name.en,
            region=target.region,
            document=target.cite.document,
            chapter=target.cite.chapter,
            article=target.cite.article,
            comparator=target.comparator,
            value=float(target.value),
            unit=target.unit,
            ambition=target.ambition,
            pace=target.pace,
            due=target.due,
            dataset=indicator.dataset,
            lead=target.owners.lead,
            responsible=list(target.owners.responsible),
            part_of=target.part_of,
        )


def targets(visit: Visiting) -> list[TargetAnswer]:
    """Every target, in the order of the catalogue."""
    catalogue = visit.desk.catalogue
    return [TargetAnswer.of(catalogue, key) for key in catalogue.targets]


def target(visit: Visiting, target: str) -> TargetAnswer:
    """One target; how it stands is in /api/v1/progress."""
    if target not in visit.desk.catalogue.targets:
        raise HTTPException(404)
    return TargetAnswer.of(visit.desk.catalogue, target)


def explained(visit: Visiting, target: str, chosen: Chosen) -> dict[str, Any]:
    """How a target's light comes about: inputs with their cells, the rule, each step, the forecast."""
    if target not in visit.desk.catalogue.targets:
        raise HTTPException(404)
    judgement = visit.desk.board.judgement(as_of=chosen.as_of, known_on=chosen.known_on)
    return explanation(visit.desk.catalogue, visit.desk.store, target, judgement).as_json()


ROUTES = (
    Route("GET", "/api/v1/targets", targets, action="view_scoreboard", opened_by="public_scoreboard", api=True),
    Route("GET", "/api/v1/targets/{target}", target, action="view_scoreboard", opened_by="public_scoreboard", api=True),
    Route("GET", "/api/v1/targets/{target}/explanation", explained, action="view_observations", api=True),
)
