"""Every expression of every panel, asked of a real Prometheus, and what some of them must say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from dagster_project.metrics import names
from dashboards import months, queries
from dashboards.expressions import BUILT_IN, Expression, expressions, variables_in
from dashboards.lights import LIGHTS
from tests.dashboards.conftest import CHOICE, OVERVIEW_CHOICE
from tests.dashboards.state import NOW, REVISED, UNITS
from tests.servers.prometheus import Prometheus
from validators.catalogue import Catalogue

pytestmark = pytest.mark.xdist_group("dashboards-prometheus")


def with_values(expr: str, values: Mapping[str, str] = CHOICE) -> str:
    """An expression with the variables' values."""
    known = BUILT_IN | {"parts": "none"} | dict(values)
    for name in sorted(variables_in(expr), key=len, reverse=True):
        expr = expr.replace(f"${{{name}}}", known[name]).replace(f"${name}", known[name])
    return expr


def ask(prometheus: Prometheus, expr: str, moment: datetime = NOW) -> dict[tuple[str, ...], float]:
    """Values by the labels' values, in the labels' alphabetical order."""
    found = prometheus.instant(with_values(expr), moment)
    return {tuple(one["metric"][key] for key in sorted(one["metric"])): float(one["value"][1]) for one in found}


def asked(prometheus: Prometheus, each: Expression) -> list[dict[str, Any]]:
    """The answer at the state's moment, or over its days."""
    if each.instant:
        return prometheus.instant(each.expr, NOW)
    return prometheus.over(each.expr, NOW - timedelta(days=2), NOW, timedelta(days=1))


def test_every_expression_of_every_panel_variable_and_annotation_has_an_answer(
    prometheus: Prometheus, built: dict[str, dict[str, Any]]
) -> None:
    everything = [
        each
        for uid, dashboard in built.items()
        for each in expressions({uid: dashboard}, OVERVIEW_CHOICE if uid == queries.OVERVIEW else CHOICE)
    ]
    assert len(everything) > 100
    unanswered = [f"{each.dashboard} {each.place}: {each.expr}" for each in everything if not asked(prometheus, each)]
    assert unanswered == []


def test_lights_count_every_target_once_and_parts_not_at_all(
    prometheus: Prometheus, small_catalogue: Catalogue
) -> None:
    parts = "|".join(key for key, target in small_catalogue.targets.items() if target.part_of)
    assert parts
    counts = [
        prometheus.instant(with_values(queries.light_count(each.id, ""), {"parts": parts}), NOW) for each in LIGHTS
    ]
    total = sum(float(one[0]["value"][1]) for one in counts)
    assert total == len(small_catalogue.targets) - len(parts.split("|"))


def test_the_true_month_is_an_instant_whatever_the_period_is(prometheus: Prometheus) -> None:
    made = 'label_replace(vector(1), "period", "{0}", "", "")'
    for period, month in (
        ("2025-03", "2025-03-01T00:00:00Z"),
        ("2024", "2024-12-01T00:00:00Z"),
        ("2025-Q3", "2025-09-01T00:00:00Z"),
    ):
        named = f'label_replace({made.format(period)}, "series", "x", "", "")'
        assert list(ask(prometheus, months.true_month(named))) == [(month, "x")]


def test_a_target_line_runs_from_january_to_its_due_month(prometheus: Prometheus) -> None:
    found = ask(prometheus, months.lines())
    line = {month: value for (month, series), value in found.items() if series.startswith(f"{months.TARGET_LINE} ·")}
    assert line == {"2025-01-01T00:00:00Z": 450.0, "2025-12-01T00:00:00Z": 450.0}


def test_the_linear_pace_line_is_a_twelfth_more_each_month(prometheus: Prometheus) -> None:
    found = ask(prometheus, months.lines())
    line = [value for (_, series), value in sorted(found.items()) if series.startswith(months.LINEAR)]
    assert line == pytest.approx([450 * month / 12 for month in range(1, 13)])


def test_figures_are_those_believed_at_the_end_of_the_time_range(prometheus: Prometheus) -> None:
    march = ("2025-03-01T00:00:00Z", months.ACTUAL)
    now = ask(prometheus, months.figures())[march]
    yesterday = ask(prometheus, months.figures(), NOW - timedelta(days=1))[march]
    assert now == pytest.approx(yesterday * 1.01)


def test_the_figures_of_a_growth_are_its_published_growth(prometheus: Prometheus) -> None:
    chosen = CHOICE | {"indicator": "goods_exports_growth"}
    found = prometheus.instant(with_values(months.figures(), chosen), NOW)
    assert {one["metric"]["series"] for one in found} == {months.ACTUAL}
    assert len(found) > 12


def test_growth_on_a_flow_is_that_of_its_growth_indicator_with_its_target(prometheus: Prometheus) -> None:
    assert {series for _, series in ask(prometheus, months.growth())} == {months.YOY_MONTH, months.YOY_YTD}
    assert set(ask(prometheus, months.growth_targets()).values()) == {5.0}


@pytest.mark.parametrize(
    ("place", "promised", "published", "factor"), [(place, *one) for place, one in enumerate(UNITS)]
)
def test_a_target_in_another_unit_is_drawn_in_the_indicators_or_not_at_all(
    prometheus: Prometheus, place: int, promised: str, published: str, factor: float | None
) -> None:
    found = prometheus.instant(with_values(months.lines(), CHOICE | {"indicator": f"units_{place}"}), NOW)
    values = sorted({float(one["value"][1]) for one in found})
    assert values == ([] if factor is None else [pytest.approx(factor)])


def test_the_unit_of_an_indicator_is_a_unit_of_grafana(prometheus: Prometheus) -> None:
    assert list(ask(prometheus, months.unit_suffix())) == [("suffix:亿元",)]


def test_a_revised_figure_shows_by_how_much_it_changed_within_the_time_range(prometheus: Prometheus) -> None:
    found = prometheus.instant(with_values(queries.changed_figures()), NOW)
    assert {one["metric"]["period"] for one in found} == {REVISED}
    assert all(one["metric"]["unit"] and one["metric"]["name_zh"] for one in found)


def test_a_changed_light_is_marked_once_and_the_first_push_is_no_change(
    prometheus: Prometheus, small_catalogue: Catalogue
) -> None:
    every = "|".join(each.id for each in LIGHTS)
    expr = with_values(queries.light_changes(every, "")).replace("offset 5m", "offset 1d")
    found = prometheus.over(expr, NOW - timedelta(days=2), NOW, timedelta(days=1))
    changes = [(one["metric"]["target"], len(one["values"])) for one in found]
    assert len(changes) == len(small_catalogue.targets)
    assert {count for _, count in changes} == {1}


def test_the_month_of_a_light_falls_within_that_month(prometheus: Prometheus) -> None:
    for value in ask(prometheus, months.light_since()).values():
        assert datetime.fromtimestamp(value / 1000, tz=NOW.tzinfo).strftime("%Y-%m") == "2025-09"


def test_a_late_dataset_counts_and_has_negative_days(prometheus: Prometheus) -> None:
    assert list(ask(prometheus, queries.late_datasets()).values()) == [1.0]
    assert min(ask(prometheus, queries.days_left(queries.datasets())).values()) == pytest.approx(-7)


def test_a_department_has_the_datasets_that_it_publishes_also_as_one_of_several(prometheus: Prometheus) -> None:
    found = prometheus.instant(with_values(queries.published_by_department()), NOW)
    assert [one["metric"]["dataset"] for one in found] == ["trade"]


def test_a_job_that_failed_last_or_never_succeeded_is_failing(prometheus: Prometheus) -> None:
    assert list(ask(prometheus, queries.failing_jobs()).values()) == [1.0]


def test_every_metric_that_is_asked_for_has_its_name_from_one_place(built: dict[str, dict[str, Any]]) -> None:
    known = {metric.name for metric in vars(names).values() if isinstance(metric, names.Metric)}
    known |= {"kpi_forecast_value", "kpi_target_probability"}
    for each in expressions(built, CHOICE):
        assert set(re.findall(r"\bkpi_\w+", each.expr)) <= known, each.place
