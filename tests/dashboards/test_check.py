"""The check of the generated JSON: silent on what is generated, and naming each defect that is made here."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from dashboards import build, check
from dashboards.expressions import UnknownVariableError, expressions, panels_of, variables_in
from dashboards.queries import INDICATOR, OVERVIEW

Dashboard = dict[str, Any]


def test_nothing_is_wrong_with_what_is_generated() -> None:
    assert check.problems(build.load()) == []


def test_nothing_is_wrong_with_the_dashboards_of_another_catalogue(built: dict[str, Dashboard]) -> None:
    assert check.problems(built) == []


def first(dashboard: Dashboard, kind: str) -> Dashboard:
    return next(panel for panel in dashboard["panels"] if panel["type"] == kind)


def without(key: str) -> Callable[[Dashboard], None]:
    def spoil(dashboard: Dashboard) -> None:
        del first(dashboard, "stat")[key]

    return spoil


def default(key: str) -> Callable[[Dashboard], None]:
    def spoil(dashboard: Dashboard) -> None:
        del first(dashboard, "stat")["fieldConfig"]["defaults"][key]

    return spoil


def overlap(dashboard: Dashboard) -> None:
    first(dashboard, "table")["gridPos"]["y"] -= 2


def outside(dashboard: Dashboard) -> None:
    first(dashboard, "stat")["gridPos"]["w"] = 30


def same_id(dashboard: Dashboard) -> None:
    first(dashboard, "stat")["id"] = first(dashboard, "table")["id"]


def no_id(dashboard: Dashboard) -> None:
    del first(dashboard, "stat")["id"]


def other_kind(dashboard: Dashboard) -> None:
    first(dashboard, "stat")["type"] = "canvas"


def other_transformation(dashboard: Dashboard) -> None:
    first(dashboard, "table")["transformations"][0]["id"] = "partitionByValues"


def unknown_variable(dashboard: Dashboard) -> None:
    first(dashboard, "stat")["targets"][0]["expr"] = 'up{job="$nowhere"}'


def later_variable(dashboard: Dashboard) -> None:
    dashboard["templating"]["list"].reverse()


def other_source(dashboard: Dashboard) -> None:
    first(dashboard, "stat")["targets"][0]["datasource"] = {"type": "prometheus", "uid": "elsewhere"}


def same_query(dashboard: Dashboard) -> None:
    asked = first(dashboard, "stat")["targets"]
    asked[0]["refId"] = asked[1]["refId"]


def no_query(dashboard: Dashboard) -> None:
    first(dashboard, "stat")["targets"] = []


def no_custom(dashboard: Dashboard) -> None:
    del first(dashboard, "table")["fieldConfig"]["defaults"]["custom"]


def dead_link(dashboard: Dashboard) -> None:
    _link(dashboard)["url"] = "/d/xushi-gone?var-x=1"


def link_to_no_variable(dashboard: Dashboard) -> None:
    _link(dashboard)["url"] = f"/d/{INDICATOR}?var-nowhere=1"


def link_to_words(dashboard: Dashboard) -> None:
    for panel in panels_of(dashboard):
        for override in panel["fieldConfig"]["overrides"]:
            for prop in override["properties"]:
                if prop["id"] == "links" and "document_id" in prop["value"][0]["url"]:
                    prop["value"][0]["url"] = prop["value"][0]["url"].replace("document_id", "document")


def link_to_a_column_taken_out(dashboard: Dashboard) -> None:
    for panel in panels_of(dashboard):
        for transformation in panel.get("transformations", []):
            if transformation["id"] == "organize":
                transformation["options"]["excludeByName"]["owner"] = True


def english_only(dashboard: Dashboard) -> None:
    first(dashboard, "stat")["title"] = "Lights"


def _link(dashboard: Dashboard) -> dict[str, str]:
    for panel in panels_of(dashboard):
        for override in panel["fieldConfig"]["overrides"]:
            for prop in override["properties"]:
                if prop["id"] == "links":
                    link: dict[str, str] = prop["value"][0]
                    return link
    raise AssertionError("no link")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (without("description"), "no description"),
        (default("unit"), "no unit"),
        (default("noValue"), "no text for no data"),
        (overlap, "lies on"),
        (outside, "outside the grid"),
        (same_id, "is there 2 times"),
        (no_id, "have no id"),
        (other_kind, "kind canvas"),
        (other_transformation, "partitionByValues"),
        (unknown_variable, "$nowhere"),
        (later_variable, "comes later"),
        (other_source, "elsewhere"),
        (same_query, "is there 2 times"),
        (no_query, "no query"),
        (no_custom, "defaults.custom"),
        (dead_link, "xushi-gone"),
        (link_to_no_variable, "$nowhere"),
        (link_to_words, "shows words instead of its values"),
        (link_to_a_column_taken_out, "takes owner, which is taken out"),
        (english_only, "in Chinese and English"),
    ],
)
def test_a_defect_is_named_with_its_panel(
    built: dict[str, Dashboard], spoil: Callable[[Dashboard], None], said: str
) -> None:
    spoilt = copy.deepcopy(built)
    spoil(spoilt[OVERVIEW])
    found = check.problems(spoilt)
    assert found
    assert any(said in one for one in found), found
    assert all(one.startswith(f"{OVERVIEW}: ") for one in found)


def test_expressions_have_values_in_place_of_variables(built: dict[str, Dashboard]) -> None:
    values = dict.fromkeys(["document", "chapter", "department", "region", "indicator", "target", "period"], "x")
    found = expressions(built, values | {"dataset": "x", "unit": "x"})
    assert not any(variables_in(each.expr) for each in found)
    assert {each.dashboard for each in found} == set(built)
    assert any(not each.instant for each in found)


def test_a_variable_without_a_value_is_an_error_that_says_where(built: dict[str, Dashboard]) -> None:
    with pytest.raises(UnknownVariableError, match="no value for \\$document"):
        expressions(built, {})


def test_most_expressions_must_have_an_answer(built: dict[str, Dashboard]) -> None:
    values = dict.fromkeys(["document", "chapter", "department", "region", "indicator", "target", "period"], "x")
    found = expressions(built, values | {"dataset": "x", "unit": "x"})
    assert sum(not each.may_be_empty for each in found) > len(found) / 2
