"""How a target's light comes about, step by step, and what it would be if months came out otherwise.

    GET /targets/{target}/explanation    every figure with its cell, the rule, each step: to be recomputed by hand
    GET /targets/{target}/what-if        ?month=2025-11&value=42.0, several of each; nothing is stored

Belongs here: asking and showing. Does not belong here: judging (`judgement`), the words of the steps
(`progress.explain_text`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import HTTPException, Query
from starlette.responses import HTMLResponse

from dagster_project.judgement import Judgement, Scenario, explanation, what_if
from dagster_project.portal.choosing import Chosen
from dagster_project.portal.route import Route
from dagster_project.portal.visit import Visit, Visiting
from dagster_project.progress.explain import plain_row
from dagster_project.progress.explain_text import best_run_words, skill_words, text
from dagster_project.progress.targets import is_ceiling
from validators.catalogue import Words
from validators.errors import PeriodError, XushiError
from validators.periods import Month, parse_period

_MOST_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a page says of a forecast. `row`: that of `progress.forecast`; `skill` and `best`: how well such forecasts
    did, and the needed rate beside the best ever, None where there is nothing to say."""

    row: dict[str, Any]
    skill: Words | None
    best: Words | None

    @property
    def known(self) -> bool:
        """Whether there is a forecast."""
        return bool(self.row["method"])


def outlook(visit: Visit, target: str, judgement: Judgement) -> Outlook:
    """The forecast of one target in a judgement."""
    one = visit.desk.catalogue.targets[target]
    low = is_ceiling(one.comparator, visit.desk.catalogue.indicators[one.indicator].kind)
    found = judgement.forecast[judgement.forecast["target"] == target]
    runs = judgement.runs_ever[judgement.runs_ever["target"] == target]
    return Outlook(
        row={str(name): value for name, value in found.to_dict("records")[0].items()},
        skill=skill_words(plain_row(found.iloc[0])),
        best=best_run_words(plain_row(runs.iloc[0]), one.unit, low_is_good=low),
    )


def explained(visit: Visiting, target: str, choice: Chosen) -> HTMLResponse:
    """The page; 404 for a target that nobody promised."""
    judgement = _judgement(visit, target, choice)
    found = explanation(visit.desk.catalogue, visit.desk.store, target, judgement)
    return visit.page(
        "explanation.html",
        target=target,
        found=found,
        lines=text(found, visit.desk.settings.zone),
        sample=visit.desk.board.current().snapshot.sample,
    )


def supposed(
    visit: Visiting,
    target: str,
    choice: Chosen,
    month: Annotated[list[str] | None, Query(description="such as 2025-11")] = None,
    value: Annotated[list[str] | None, Query(description="that month's figure, in the target's unit")] = None,
) -> HTMLResponse:
    """The form, and what would follow where months are filled in."""
    judgement = _judgement(visit, target, choice)
    months = _months(visit, month or [], value or [])
    scenario: Scenario | None = None
    refused = ""
    if months:
        try:
            scenario = what_if(visit.desk.catalogue, visit.desk.store, target, months, known_on=None)
        except XushiError as error:
            refused = str(error)
    one = visit.desk.catalogue.targets[target]
    offered = _offered(judgement, target)
    return visit.page(
        "what_if.html",
        target=target,
        one=one,
        indicator=visit.desk.catalogue.indicators[one.indicator],
        offered=[(each, months.get(each)) for each in dict.fromkeys([*months, *offered])],
        sides=[] if scenario is None else [_side(scenario.before, target), _side(scenario.after, target)],
        refused=refused,
        sample=visit.desk.board.current().snapshot.sample,
    )


def _judgement(visit: Visit, target: str, choice: Any) -> Judgement:
    if target not in visit.desk.catalogue.targets:
        raise HTTPException(404)
    return visit.desk.board.judgement(as_of=choice.as_of, known_on=choice.known_on)


def _months(visit: Visit, months: list[str], values: list[str]) -> dict[Month, float]:
    """The months that are filled in; 400 for what is no month or no number."""
    found: dict[Month, float] = {}
    for text_of_month, text_of_value in zip(months, values, strict=False):
        if not text_of_month or not text_of_value.strip():
            continue
        try:
            period, number = parse_period(text_of_month), float(text_of_value.replace(",", ""))
        except (PeriodError, ValueError) as error:
            message = visit.say.text("what_if.wrong", month=text_of_month[:20], value=text_of_value[:20])
            raise HTTPException(400, message) from error
        if not isinstance(period, Month) or not abs(number) < 1e15 or len(found) >= _MOST_MONTHS:
            message = visit.say.text("what_if.wrong", month=text_of_month[:20], value=text_of_value[:20])
            raise HTTPException(400, message)
        found[period] = number
    return found


def _offered(judgement: Judgement, target: str) -> list[Month]:
    """The months from the newest figure to the due month, twelve at most."""
    row = judgement.evaluation[judgement.evaluation["target"] == target].to_dict("records")[0]
    due = parse_period(str(row["due"])).last_month
    first = parse_period(str(row["period"])).last_month.plus(1) if row["period"] else Month(due.year, 1)
    return [Month.from_ordinal(one) for one in range(first.ordinal, due.ordinal + 1)][:_MOST_MONTHS]


def _side(judgement: Judgement, target: str) -> dict[str, Any]:
    """What is compared: the judgement's row with the forecast's."""
    row = judgement.evaluation[judgement.evaluation["target"] == target].to_dict("records")[0]
    ahead = judgement.forecast[judgement.forecast["target"] == target].to_dict("records")[0]
    return {**{str(key): each for key, each in ahead.items()}, **{str(key): each for key, each in row.items()}}


ROUTES = (
    Route("GET", "/targets/{target}/explanation", explained, action="view_observations"),
    Route("GET", "/targets/{target}/what-if", supposed, action="view_observations"),
)
