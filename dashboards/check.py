"""Is the generated JSON what Grafana will take, and what a reader needs?

Belongs here: checks of structure and wording that need nothing but the files. Does not belong here: Grafana's own types
and code (tests/dashboards run them from npm), whether the queries answer (a test with a real Prometheus).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from dashboards.expressions import (
    BUILT_IN,
    Dashboards,
    Expression,
    expressions,
    panels_of,
    variables_in,
)
from dashboards.layout import COLUMNS
from dashboards.panels import DATASOURCE

__all__ = ["Expression", "expressions", "problems"]

KINDS = {"stat", "bargauge", "barchart", "timeseries", "state-timeline", "table", "text"}
TRANSFORMATIONS = {"labelsToFields", "merge", "sortBy", "organize", "convertFieldType", "configFromData"}
# Variables of data links, known to Grafana alone.
_OF_LINKS = {"__data", "__value", "__field", "__series", "__url_time_range", "__all_variables"}
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]{2}")
_COLUMN = re.compile(r"__data\.fields\.(\w+)")
_DASHBOARD_URL = re.compile(r"^/d/([A-Za-z0-9_-]+)(?:\?(.*))?$")


def problems(dashboards: Dashboards) -> list[str]:
    """Everything that is wrong, one sentence each; empty when all is well."""
    found: list[str] = []
    for uid, dashboard in dashboards.items():
        found += [f"{uid}: {text}" for text in _of_dashboard(uid, dashboard, dashboards)]
    return found


def _of_dashboard(uid: str, dashboard: Mapping[str, Any], dashboards: Dashboards) -> Iterator[str]:
    if dashboard.get("uid") != uid:
        yield f"its uid is {dashboard.get('uid')}"
    if not 1 <= len(uid) <= 40:
        yield "a uid has 1 to 40 characters"
    yield from _worded("the dashboard", dashboard)
    yield from _placed(dashboard)
    for panel in panels_of(dashboard):
        yield from (f"panel {panel.get('title', panel.get('id'))!r}: {text}" for text in _of_panel(panel))
        yield from (f"panel {panel['title']!r}: {text}" for text in _links(panel, dashboards))
    yield from _variables(dashboard)
    yield from _data_sources(dashboard)


def _placed(dashboard: Mapping[str, Any]) -> Iterator[str]:
    """Ids are there and unique; panels lie on the grid and not on each other."""
    everything = [
        *dashboard.get("panels", []),
        *(inner for row in dashboard.get("panels", []) for inner in _inside(row)),
    ]
    for one, count in Counter(panel.get("id") for panel in everything).items():
        if one is None:
            yield f"{count} panels have no id"
        elif count > 1:
            yield f"id {one} is there {count} times"
    taken: dict[tuple[int, int], str] = {}
    for panel in everything:
        grid, title = panel["gridPos"], panel.get("title", "")
        if min(grid["w"], grid["h"]) < 1 or grid["x"] < 0 or grid["x"] + grid["w"] > COLUMNS:
            yield f"{title!r} lies outside the grid"
        cells = list(product(range(grid["x"], grid["x"] + grid["w"]), range(grid["y"], grid["y"] + grid["h"])))
        covered = {taken[cell] for cell in cells if cell in taken}
        yield from (f"{title!r} lies on {other!r}" for other in sorted(covered))
        taken |= dict.fromkeys(cells, title)


def _inside(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The panels of a collapsed row; they take their place when it is opened."""
    found: list[Mapping[str, Any]] = row.get("panels", []) if row["type"] == "row" else []
    return found


def _of_panel(panel: Mapping[str, Any]) -> Iterator[str]:
    if panel["type"] not in KINDS:
        yield f"kind {panel['type']} is none of those whose options are known for every Grafana from 9.3 on"
    yield from _worded("it", panel)
    defaults = panel.get("fieldConfig", {}).get("defaults", {})
    for key, words in (("unit", "unit"), ("noValue", "text for no data")):
        if not defaults.get(key):
            yield f"no {words}"
    asked = panel.get("targets", [])
    if not asked and panel["type"] != "text":
        yield "no query"
    for ref, count in Counter(target["refId"] for target in asked).items():
        if count > 1:
            yield f"query {ref} is there {count} times"
    if panel["type"] == "table" and "custom" not in defaults:
        yield "no defaults.custom: Grafana's migration to cellOptions would leave the table out"
    for transformation in panel.get("transformations", []):
        if transformation["id"] not in TRANSFORMATIONS:
            yield f"transformation {transformation['id']} is none of those that are known from 9.3 on"


def _worded(what: str, of: Mapping[str, Any]) -> Iterator[str]:
    for key in ("title", "description"):
        text = of.get(key) or ""
        if not (_CHINESE.search(text) and _LATIN.search(text)):
            yield f"{what} has no {key} in Chinese and English"


def _links(panel: Mapping[str, Any], dashboards: Dashboards) -> Iterator[str]:
    """Links lead to dashboards that are there, set variables that those have, and take ids, not the words shown for
    them: Grafana puts into a link what the column shows, and nothing for a column that was taken out."""
    worded, taken_out = _worded_columns(panel), _columns_taken_out(panel)
    for url in _urls(panel):
        columns = _COLUMN.findall(url)
        yield from (f"link takes {column}, which is taken out" for column in columns if column in taken_out)
        yield from (
            f"link takes {column}, which shows words instead of its values" for column in columns if column in worded
        )
        match = _DASHBOARD_URL.match(url)
        if match is None:
            if not url.startswith(("http://", "https://", "${__data.fields.")):
                yield f"link {url} leads neither to a dashboard nor to a page"
            continue
        if match.group(1) not in dashboards:
            yield f"link to {match.group(1)}, which is no dashboard here"
            continue
        there = {each["name"] for each in dashboards[match.group(1)]["templating"]["list"]}
        for pair in (match.group(2) or "").split("&"):
            name = pair.partition("=")[0].removeprefix("var-")
            if pair.startswith("var-") and name not in there:
                yield f"link sets ${name}, which {match.group(1)} hasn't"


def _worded_columns(panel: Mapping[str, Any]) -> set[str]:
    """Columns, by their names in the data, that show words in place of values."""
    renamed: dict[str, str] = {}
    for transformation in panel.get("transformations", []):
        renamed |= transformation.get("options", {}).get("renameByName", {})
    titles = {
        override["matcher"]["options"]
        for override in panel.get("fieldConfig", {}).get("overrides", [])
        if any(one["id"] == "mappings" for one in override["properties"])
    }
    return titles | {column for column, title in renamed.items() if title in titles}


def _columns_taken_out(panel: Mapping[str, Any]) -> set[str]:
    """Columns that a transformation removes; those that are merely hidden are still there for links."""
    options = [each.get("options", {}).get("excludeByName", {}) for each in panel.get("transformations", [])]
    return {column for each in options for column, out in each.items() if out}


def _urls(panel: Mapping[str, Any]) -> Iterator[str]:
    config = panel.get("fieldConfig", {})
    for link in [*panel.get("links", []), *config.get("defaults", {}).get("links", [])]:
        yield link["url"]
    for override in config.get("overrides", []):
        for one in override["properties"]:
            if one["id"] == "links":
                yield from (link["url"] for link in one["value"])


def _variables(dashboard: Mapping[str, Any]) -> Iterator[str]:
    """Every variable that is used exists, and comes before the variables that are asked with it."""
    listed = dashboard.get("templating", {}).get("list", [])
    known = {each["name"] for each in listed}
    before: set[str] = {each["name"] for each in listed if each["type"] == "constant"}
    for variable in listed:
        used = variables_in(_text_of(variable.get("query"))) - set(BUILT_IN)
        yield from (f"variable {variable['name']} needs ${name}, which comes later" for name in used - before)
        before.add(variable["name"])
    for panel in panels_of(dashboard):
        used = variables_in(_text_of(panel)) - known - set(BUILT_IN) - _OF_LINKS
        yield from (f"panel {panel['title']!r} uses ${name}, which is no variable here" for name in used)
    for annotation in dashboard.get("annotations", {}).get("list", []):
        used = variables_in(_text_of(annotation)) - known - set(BUILT_IN)
        yield from (f"annotation {annotation['name']} uses ${name}, which is no variable here" for name in used)


def _data_sources(dashboard: Mapping[str, Any]) -> Iterator[str]:
    """Everything that asks, asks the one data source (the built-in annotations ask Grafana)."""
    expected = {"type": DATASOURCE.type_val, "uid": DATASOURCE.uid}
    asking = [(f"panel {panel['title']!r}", panel) for panel in panels_of(dashboard) if panel.get("targets")]
    asking += [
        (f"query {target['refId']} of {panel['title']!r}", target)
        for panel in panels_of(dashboard)
        for target in panel.get("targets", [])
    ]
    asking += [
        (f"variable {each['name']}", each) for each in dashboard["templating"]["list"] if each["type"] == "query"
    ]
    asking += [
        (f"annotation {each['name']}", each) for each in dashboard["annotations"]["list"] if not each.get("builtIn")
    ]
    for what, one in asking:
        if one.get("datasource") != expected:
            yield f"{what} asks {one.get('datasource')}"


def _text_of(value: object) -> str:
    """All texts within a JSON value, joined."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return "\n".join(_text_of(each) for each in value.values())
    if isinstance(value, list):
        return "\n".join(_text_of(each) for each in value)
    return ""
