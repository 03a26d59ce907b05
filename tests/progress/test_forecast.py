"""What a forecast says, and when it says nothing."""

from __future__ import annotations

import numpy as np
import pytest

from dagster_project.progress import Panel, TargetTable, evaluate
from dagster_project.progress.forecast import foretell as foretell_all
from dagster_project.progress.forecast_columns import FORECAST
from validators.periods import Month

MAY = Month(2025, 5)
SEASON = np.array([0.7, 0.6, 1.1, 0.9, 1.0, 1.2, 0.8, 0.9, 1.1, 1.0, 1.2, 1.5])


def ytd(years, last, *, growth=1.05, seed=1, noise=0.02, size=10.0, january=False, name="figure_0"):
    """Years to date from January of the first of `years` up to month `last` of 2025."""
    random = np.random.default_rng(seed)
    found = {}
    for number, year in enumerate(years):
        months = size * growth**number * SEASON * np.exp(noise * random.normal(size=12))
        for month in range(1 if january else 2, (last if year == 2025 else 12) + 1):
            found[name, f"{year}-{month:02d}"] = months[:month].sum()
    return found


@pytest.fixture
def foretell(new_catalogue, observations):
    def told(targets, figures, as_of=MAY, *, months=False, **more):
        catalogue = new_catalogue(targets)
        table = TargetTable.from_catalogue(catalogue)
        panel = Panel.from_observations(observations(catalogue, figures), table)
        found = foretell_all(table, panel, as_of, **more)
        return found.months() if months else found.rows()

    return told


def test_a_year_is_continued_as_earlier_years_went(foretell):
    months = ytd(range(2019, 2026), 12)
    truth = months["figure_0", "2025-12"]
    row = foretell([{"kind": "flow", "value": 130}], {k: v for k, v in months.items() if k[1] <= "2025-05"}).iloc[0]
    assert row["forecast_value"] == pytest.approx(truth, rel=0.02)
    assert row["low_95"] < row["low_80"] < row["forecast_value"] < row["high_80"] < row["high_95"]
    assert (row["method"], row["reason"], row["period"], row["horizon"]) == ("smoothing", "", "2025-05", 7)
    assert 0 < row["skill"] < 0.03
    assert row["skill_years"] == 5
    assert row["history_years"] == 6


def test_columns_are_those_that_are_described(foretell):
    assert list(foretell([{"value": 130}], ytd([2024, 2025], 5)).columns) == list(FORECAST)


def test_a_missing_january_changes_nothing(foretell):
    targets = [{"kind": "flow", "value": 130}]
    without = foretell(targets, ytd(range(2020, 2026), 5)).iloc[0]
    with_it = foretell(targets, ytd(range(2020, 2026), 5, january=True)).iloc[0]
    assert without["forecast_value"] == pytest.approx(with_it["forecast_value"], rel=1e-12)
    assert without["probability"] == pytest.approx(with_it["probability"], rel=1e-9)


def test_spring_festival_may_move_between_january_and_february(foretell):
    figures = ytd(range(2020, 2026), 5, january=True)
    moved = dict(figures)
    for year in range(2020, 2026):
        moved["figure_0", f"{year}-01"] *= 0.6 + 0.1 * (year % 5)
    targets = [{"kind": "flow", "value": 130, "january": True}]
    one, other = foretell(targets, figures).iloc[0], foretell(targets, moved).iloc[0]
    assert one["forecast_value"] == pytest.approx(other["forecast_value"], rel=1e-12)


def test_a_missing_month_is_bridged(foretell):
    figures = ytd(range(2020, 2026), 5)
    gappy = {key: value for key, value in figures.items() if key[1] not in ("2023-07", "2024-04", "2025-03")}
    targets = [{"kind": "flow", "value": 130}]
    whole, bridged = foretell(targets, figures).iloc[0], foretell(targets, gappy).iloc[0]
    assert bridged["forecast_value"] == pytest.approx(whole["forecast_value"], rel=0.03)


def test_the_shorter_the_history_the_wider_the_interval(foretell):
    targets = [{"kind": "flow", "value": 130, "id": f"years-{number}"} for number in range(4)]
    figures = {}
    for number, first in enumerate((2024, 2023, 2021, 2015)):
        figures |= ytd(range(first, 2026), 5, name=f"figure_{number}", noise=0.05, seed=number)
    found = foretell(targets, figures)
    width = (found["high_80"] - found["low_80"]) / found["forecast_value"]
    assert list(found["history_years"]) == [1, 2, 4, 10]
    assert width.iloc[:2].min() > width.iloc[3]


def test_without_history_others_show_how_a_year_goes(foretell):
    targets = [{"kind": "flow", "value": 130} for _ in range(6)]
    figures = {}
    for number in range(5):
        figures |= ytd(range(2021, 2026), 5, name=f"figure_{number}", seed=number, size=10.0**number, noise=0.05)
    figures |= ytd([2025], 5, name="figure_5")
    row = foretell(targets, figures).iloc[5]
    assert (row["method"], row["history_years"], row["skill_years"]) == ("others_path", 0, 0)
    assert row["forecast_value"] == pytest.approx(120, rel=0.1)
    assert np.isnan(row["skill"])
    assert row["skill_others"] > 0


def test_without_history_and_without_others_there_is_no_forecast(foretell):
    row = foretell([{"kind": "flow", "value": 130}], ytd([2025], 5)).iloc[0]
    assert (row["method"], row["reason"]) == ("", "no_history")
    assert np.isnan(row["forecast_value"])
    assert np.isnan(row["probability"])


def test_before_the_first_figure_of_the_year_history_alone_speaks(foretell):
    row = foretell([{"kind": "flow", "value": 130}], ytd(range(2019, 2025), 12), as_of=Month(2025, 2)).iloc[0]
    assert (row["period"], row["horizon"], row["method"]) == ("", 12, "smoothing")
    assert row["forecast_value"] == pytest.approx(10 * 12 * 1.05**6, rel=0.08)


@pytest.mark.parametrize(
    ("target", "figures", "reason"),
    [
        ({"kind": "rank", "value": 3, "comparator": "rank_within"}, {("figure_0", "2025-03"): 2}, "rank"),
        ({"kind": "ratio", "value": 3, "pace": "year_end"}, {("figure_0", "2025-03"): 2}, "year_end_only"),
        ({"kind": "flow", "value": 3, "due": "2027-12"}, {("figure_0", "2025-03"): 2}, "not_begun"),
        ({"kind": "flow", "value": 3}, {}, "no_figures"),
        ({"kind": "stock", "value": 3, "due": "2027-12"}, {("figure_0", "2025-03"): 2}, "too_far"),
    ],
)
def test_no_forecast_says_why(foretell, target, figures, reason):
    row = foretell([target], figures).iloc[0]
    assert (row["reason"], row["method"]) == (reason, "")
    assert row[["forecast_value", "low_80", "high_95", "probability"]].isna().all()


def test_a_rate_is_foretold_at_the_due_month(foretell):
    random = np.random.default_rng(3)
    figures = {}
    for month in range(52):
        figures["figure_0", Month(2021, 1).plus(month).text] = 5 + random.normal(0, 0.4)
    found = foretell([{"kind": "growth", "value": 5}], figures, as_of=Month(2025, 4)).iloc[0]
    assert found["forecast_value"] == pytest.approx(5, abs=0.6)
    assert (found["skill_unit"], found["skill_years"] >= 2) == ("points", True)
    assert 0.15 < found["probability"] < 0.85


def test_a_stock_due_in_two_years_is_followed_by_its_trend(foretell):
    figures = {("figure_0", Month(2018, 1).plus(month).text): 100 + month for month in range(89)}
    row = foretell([{"kind": "stock", "value": 215, "due": "2027-12"}], figures, as_of=Month(2025, 5)).iloc[0]
    assert row["horizon"] == 31
    assert row["forecast_value"] == pytest.approx(219, rel=0.03)


def test_counts_with_many_zeros_are_foretold_within_what_can_be(foretell):
    random = np.random.default_rng(5)
    months = random.poisson(0.8, (6, 12))
    figures = {}
    for number, year in enumerate(range(2020, 2026)):
        for month in range(2, 13 if year < 2025 else 6):
            figures["figure_0", f"{year}-{month:02d}"] = months[number, :month].sum()
    row = foretell([{"kind": "count", "value": 10}], figures).iloc[0]
    so_far = months[5, :5].sum()
    assert so_far <= row["low_95"] <= row["low_80"] <= row["forecast_value"] <= row["high_80"]
    assert 0 < row["probability"] < 1 or so_far >= 10


def test_what_is_reached_stays_reached(foretell):
    figures = ytd(range(2020, 2026), 5)
    floor, ceiling = {"kind": "flow", "value": 40}, {"kind": "flow", "value": 40, "comparator": "at_most"}
    found = foretell([floor, {**ceiling, "indicator": "figure_0"}], figures)
    assert list(found["probability"]) == [1.0, 0.0]


def test_usual_revisions_widen_the_interval(foretell):
    figures = ytd(range(2018, 2026), 9)
    targets = [{"kind": "flow", "value": 130}]
    firm = foretell(targets, figures, as_of=Month(2025, 9)).iloc[0]
    loose = foretell(targets, figures, as_of=Month(2025, 9), revision=np.array([5.0])).iloc[0]
    assert loose["high_80"] - loose["low_80"] > 1.5 * (firm["high_80"] - firm["low_80"])
    assert loose["forecast_value"] == firm["forecast_value"]


def test_a_due_month_within_the_year_is_foretold_for_that_month(foretell):
    figures = ytd(range(2019, 2026), 12)
    truth = figures["figure_0", "2025-06"]
    so_far = {key: value for key, value in figures.items() if key[1] <= "2025-04"}
    row = foretell([{"kind": "flow", "value": 60, "due": "2025-06"}], so_far, as_of=Month(2025, 4)).iloc[0]
    assert (row["horizon"], row["due"]) == (2, "2025-06")
    assert row["forecast_value"] == pytest.approx(truth, rel=0.03)


def test_the_path_of_a_fan_ends_in_the_forecast(foretell):
    targets, figures = [{"kind": "flow", "value": 130}], ytd(range(2019, 2026), 5)
    row, path = foretell(targets, figures).iloc[0], foretell(targets, figures, months=True)
    assert list(path["period"]) == [f"2025-{month:02d}" for month in range(6, 13)]
    columns = ["low_80", "high_80", "low_95", "high_95"]
    assert path[["value", *columns]].iloc[-1].tolist() == pytest.approx(row[["forecast_value", *columns]].tolist())
    assert path["value"].is_monotonic_increasing
    assert (path["high_80"] - path["low_80"]).is_monotonic_increasing


def test_a_finished_year_agrees_with_the_light(new_catalogue, observations):
    comparators = ["at_least", "more_than", "at_most", "less_than", "about", "exactly", "positive"]
    catalogue = new_catalogue(
        [
            {"kind": kind, "value": 100, "comparator": comparator}
            for comparator in comparators
            for kind in ("flow", "stock", "duration", "growth")
        ]
    )
    table = TargetTable.from_catalogue(catalogue)
    for value in (97.0, 99.0, 100.0, 101.0, 103.0):
        figures = {(f"figure_{number}", "2025-12"): value for number in range(len(table))}
        panel = Panel.from_observations(observations(catalogue, figures), table)
        light = evaluate(table, panel, Month(2025, 12))["light"]
        found = foretell_all(table, panel, Month(2025, 12)).rows()
        assert list(found["probability"]) == [1.0 if one == "met" else 0.0 for one in light]
        for column in ("forecast_value", "low_80", "high_80", "low_95", "high_95"):
            assert (found[column] == value).all()
        assert (found["method"] == "finished").all()
