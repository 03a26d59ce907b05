"""What Grafana's own transformations, 9.3 and current, make of the answers of a real Prometheus."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dashboards import months, queries
from dashboards.expressions import BUILT_IN, constants_of, panels_of, variables_in
from dashboards.transformations import MONTH_COLUMN
from tests.dashboards.conftest import CHOICE, OVERVIEW_CHOICE
from tests.dashboards.grafana_code import RELEASES, transformed
from tests.dashboards.state import NOW
from tests.servers.prometheus import Prometheus

pytestmark = pytest.mark.xdist_group("dashboards-prometheus")

Made = dict[str, dict[str, Any]]
# Columns that the state of the test hasn't, though their options stand ready: the indicator is a flow.
ABSENT = {"水平 Level"}
PROGRESS = f"{queries.INDICATOR} 进度与目标 Progress against target (${{unit}})"


def answered(prometheus: Prometheus, dashboard: dict[str, Any], moment: datetime) -> list[dict[str, Any]]:
    """The panels of a dashboard that ask as of one moment, with the answers."""
    values = OVERVIEW_CHOICE if dashboard["uid"] == queries.OVERVIEW else CHOICE
    known = BUILT_IN | constants_of(dashboard) | values
    found = []
    for panel in panels_of(dashboard):
        asked = [target for target in panel.get("targets", []) if target["instant"]]
        if not asked:
            continue
        answers = []
        for target in asked:
            expr = target["expr"]
            for name in sorted(variables_in(expr), key=len, reverse=True):
                expr = expr.replace(f"${{{name}}}", known[name]).replace(f"${name}", known[name])
            answers.append(
                {"refId": target["refId"], "format": target["format"], "result": prometheus.instant(expr, moment)}
            )
        key = f"{dashboard['uid']} {panel['title']}"
        found.append({"key": key, "transformations": panel.get("transformations", []), "queries": answers})
    return found


@pytest.fixture(scope="module", params=sorted(RELEASES))
def made(request: pytest.FixtureRequest, prometheus: Prometheus, built: dict[str, dict[str, Any]]) -> tuple[str, Made]:
    """All panels as one release of Grafana transforms them: its major version, and the panels by 'uid title'."""
    panels = [panel for dashboard in built.values() for panel in answered(prometheus, dashboard, NOW)]
    return request.param, transformed(request.param, panels)


def column(frame: list[dict[str, Any]], title: str) -> dict[str, Any]:
    return next(field for field in frame if field["title"] == title)


def test_every_transformation_is_known_to_the_release(made: tuple[str, Made]) -> None:
    skipped = {one for panel in made[1].values() for one in panel["skipped"]}
    # Both releases have configFromData in the application and not in the package.
    assert skipped == {"configFromData"}


def test_every_chart_and_table_ends_in_one_frame_with_rows(made: tuple[str, Made], built: dict[str, Any]) -> None:
    for uid, dashboard in built.items():
        for panel in panels_of(dashboard):
            if panel.get("transformations"):
                frames = made[1][f"{uid} {panel['title']}"]["frames"]
                assert len(frames) == 1, panel["title"]
                assert all(field["values"] for field in frames[0]), panel["title"]


def test_months_are_times_in_order_and_the_same_in_every_time_zone(made: tuple[str, Made]) -> None:
    (frame,) = made[1][PROGRESS]["frames"]
    times = [field for field in frame if field["type"] == "time"]
    assert [field["title"] for field in times] == [MONTH_COLUMN]
    moments = [datetime.fromtimestamp(value / 1000, tz=UTC) for value in times[0]["values"]]
    assert moments == sorted(moments)
    assert {(one.day, one.hour, one.minute) for one in moments} == {(1, 0, 0)}
    assert moments[0] == datetime(2024, 2, 1, tzinfo=UTC)
    assert moments[-1] == datetime(2025, 12, 1, tzinfo=UTC)


def test_january_has_a_pace_and_no_figure(made: tuple[str, Made]) -> None:
    (frame,) = made[1][PROGRESS]["frames"]
    months_of_rows = column(frame, MONTH_COLUMN)["values"]
    january = months_of_rows.index(datetime(2025, 1, 1, tzinfo=UTC).timestamp() * 1000)
    assert column(frame, months.ACTUAL)["values"][january] is None
    pace = next(field for field in frame if field["title"].startswith(months.LINEAR))
    assert pace["values"][january] == pytest.approx(450 / 12)


def test_every_column_of_a_table_has_the_name_its_options_look_for(
    made: tuple[str, Made], built: dict[str, Any]
) -> None:
    for uid, dashboard in built.items():
        for panel in panels_of(dashboard):
            key = f"{uid} {panel['title']}"
            if key not in made[1] or not panel.get("transformations"):
                continue
            (frame,) = made[1][key]["frames"]
            titles = {field["title"] for field in frame}
            for override in panel["fieldConfig"]["overrides"]:
                wanted = override["matcher"]["options"]
                if override["matcher"]["id"] == "byRegexp":
                    found = any(re.search(wanted.strip("/"), title) for title in titles)
                else:
                    found = wanted in titles | ABSENT
                assert found, f"{key}: {wanted} is none of {sorted(titles)}"


def test_every_link_finds_the_columns_it_names(made: tuple[str, Made], built: dict[str, Any]) -> None:
    checked = 0
    for uid, dashboard in built.items():
        for panel in panels_of(dashboard):
            for override in panel["fieldConfig"]["overrides"]:
                for prop in override["properties"]:
                    if prop["id"] != "links":
                        continue
                    (frame,) = made[1][f"{uid} {panel['title']}"]["frames"]
                    names = {field["name"] for field in frame}
                    wanted = set(re.findall(r"__data\.fields\.(\w+)", prop["value"][0]["url"]))
                    assert wanted <= names, panel["title"]
                    checked += 1
    assert checked > 10


def test_a_row_of_a_target_has_its_words_and_all_its_figures(made: tuple[str, Made]) -> None:
    (frame,) = made[1][f"{queries.DEPARTMENT} 本部门目标 Its targets"]["frames"]
    targets = column(frame, "target")["values"]
    assert len(targets) == len(set(targets))
    row = targets.index("longwan-exports")
    words = {field["title"]: field["values"][row] for field in frame}
    assert words["目标 Target"] == "货物贸易出口"
    assert words["部门 Department"] == "区商务局"
    assert words["目标值 Value"] == 450
    assert words["单位 Unit"] == "亿元"
    assert words["序时应达 Expected"] == 0.75
    assert not [field["title"] for field in frame if field["title"].startswith("Value")]


def test_the_worst_light_stands_on_top(made: tuple[str, Made]) -> None:
    (frame,) = made[1][f"{queries.DEPARTMENT} 本部门目标 Its targets"]["frames"]
    order = ["missed", "red", "yellow", "green", "met", "awaiting", "no_data"]
    lights = column(frame, "灯 Light")["values"]
    assert lights == sorted(lights, key=order.index)


def test_the_latest_month_stands_on_top_of_the_table_of_months(made: tuple[str, Made]) -> None:
    (frame,) = made[1][f"{queries.INDICATOR} 各月数据 Table of months"]["frames"]
    periods = column(frame, MONTH_COLUMN)["values"]
    assert periods == sorted(periods, reverse=True)
    assert len(periods) == len(set(periods))


def test_chapters_of_two_documents_with_one_title_stay_two(made: tuple[str, Made]) -> None:
    (frame,) = made[1][f"{queries.OVERVIEW} 各章构成 Make-up of the chapters"]["frames"]
    titles = column(frame, "title_zh")["values"]
    assert len(titles) == 4
    assert len(set(titles)) < 4


@pytest.mark.parametrize("release", sorted(RELEASES))
def test_before_the_first_push_panels_are_empty_and_nothing_breaks(
    prometheus: Prometheus, built: dict[str, dict[str, Any]], release: str
) -> None:
    long_ago = NOW - timedelta(days=900)
    panels = [panel for dashboard in built.values() for panel in answered(prometheus, dashboard, long_ago)]
    for key, panel in transformed(release, panels).items():
        rows = [field["values"] for frame in panel["frames"] for field in frame]
        assert not any(rows), key
