"""Every PromQL expression of generated dashboards, ready to be asked.

Belongs here: finding them in the JSON, as Grafana would, and putting values in place of variables. Does not belong
here: asking them (the tests do), whether the rest of the JSON is right (`check.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dagster_project.metrics import names
from dashboards import months, queries
from dashboards.promql import one, where

Dashboards = Mapping[str, Mapping[str, Any]]

# Grafana's own variables, with values that fit any test of some days.
BUILT_IN = {
    "__interval": "5m",
    "__rate_interval": "5m",
    "__range": "1d",
    "__range_s": "86400",
    "__from": "0",
    "__to": "0",
}
# What may have no answer although all is well, and why.
MAY_BE_EMPTY = {
    queries.FORECAST: "ranks and what is known once a year have no forecast",
    queries.PROBABILITY: "ranks and what is known once a year have no forecast",
    queries.FIRING: "nothing fires",
    queries.PUSHED: "the portal is scraped and nothing is pushed",
    queries.PUSH_FAILED: "no push was refused",
    names.SLIPPED.name: "nothing slipped",
    names.REJECTED_SINCE.name: "nothing was rejected, or all was replaced",
    names.REVISIONS.name: "nothing was revised",
    names.FINDINGS.name: "nothing was found",
    names.SEASONAL.name: "no earlier year is there",
    names.RUN_ENDED.name: "no run has ended that way",
    f"{names.OBSERVATION.name} offset": "nothing was revised within the time range",
    f"{names.LIGHT.name} offset": "no light changed",
    f"{one(names.LIGHT, 'target', where=where(light='no_data'))} == 1": "every target has data",
    months.month_figures(): "the indicator is a level",
    months.growth(): "the indicator has no published growth",
    months.growth_targets(): "the indicator has no target for its growth",
    names.REQUIRED_RUN_RATE.name: "the indicator is a level, or its last month is there",
    names.AVERAGE_RUN_RATE.name: "the indicator is a level",
}
_VARIABLE = re.compile(r"\$\{(\w+)(?:[.:][^}]*)?\}|\$([A-Za-z_]\w*)")
_QUERY_RESULT = re.compile(r"^query_result\((.+)\)$")


class UnknownVariableError(KeyError):
    """An expression names a variable that has no value."""


@dataclass(frozen=True, slots=True)
class Expression:
    """One expression: where it stands, its text with values for variables, whether it is asked as of one moment, and
    why it may have no answer ("" where it must have one)."""

    dashboard: str
    place: str
    expr: str
    instant: bool
    may_be_empty: str


def expressions(dashboards: Dashboards, values: Mapping[str, str]) -> list[Expression]:
    """All expressions of panels, variables and annotations. `values` are what the reader chose, by variable; a variable
    that accepts several takes a regular expression. Hidden constants need none. Raises UnknownVariableError."""
    return [each for uid, dashboard in dashboards.items() for each in _of(uid, dashboard, values)]


def variables_in(text: str) -> set[str]:
    """Names of the variables in a text, Grafana's own among them; $1 of a regular expression is none."""
    return {one or other for one, other in _VARIABLE.findall(text)}


def panels_of(dashboard: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """All panels, those inside collapsed rows too, without the rows."""
    for panel in dashboard.get("panels", []):
        if panel["type"] == "row":
            yield from panel.get("panels", [])
        else:
            yield panel


def constants_of(dashboard: Mapping[str, Any]) -> dict[str, str]:
    """Values of the dashboard's constants."""
    listed = dashboard.get("templating", {}).get("list", [])
    return {each["name"]: each["query"] for each in listed if each["type"] == "constant"}


def _of(uid: str, dashboard: Mapping[str, Any], values: Mapping[str, str]) -> Iterator[Expression]:
    known = BUILT_IN | constants_of(dashboard) | dict(values)
    for panel in panels_of(dashboard):
        for target in panel.get("targets", []):
            place = f"{panel['title']} / {target['refId']}"
            yield _expression(uid, place, target["expr"], known, instant=bool(target.get("instant")))
    for variable in dashboard.get("templating", {}).get("list", []):
        if variable["type"] == "query":
            asked = _QUERY_RESULT.match(variable["query"]["query"])
            if asked is None:
                raise ValueError(f"{uid}: variable {variable['name']} asks something else than query_result")
            yield _expression(uid, f"${variable['name']}", asked.group(1), known, instant=True)
    for annotation in dashboard.get("annotations", {}).get("list", []):
        if "target" in annotation:
            yield _expression(uid, annotation["name"], annotation["target"]["expr"], known, instant=False)


def _expression(uid: str, place: str, text: str, values: Mapping[str, str], *, instant: bool) -> Expression:
    def value(match: re.Match[str]) -> str:
        name = match.group(1) or match.group(2)
        if name not in values:
            raise UnknownVariableError(f"{uid}, {place}: no value for ${name}")
        return values[name]

    reasons = [reason for part, reason in MAY_BE_EMPTY.items() if part in text]
    return Expression(uid, place, _VARIABLE.sub(value, text), instant, reasons[0] if reasons else "")
