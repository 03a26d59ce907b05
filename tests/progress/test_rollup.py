"""Counts of lights by document, chapter, department and region."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.progress import rollup
from dagster_project.progress.rollup_met import expected_met

WHOLE = {"kind": "count", "value": 100, "id": "whole"}
PART = {"kind": "count", "value": 40, "id": "part", "part_of": "whole"}
OTHER = {
    "kind": "count",
    "value": 10,
    "id": "other",
    "cite": {"document": "plan-2025", "chapter": 2, "article": 5},
    "owners": {"lead": None, "responsible": ["other_bureau", "bureau"]},
}
FIGURES = {("figure_0", "2025-09"): 80, ("figure_1", "2025-09"): 1, ("figure_2", "2025-09"): 10}


def test_a_part_is_counted_with_its_whole_alone(new_catalogue, judge_all):
    catalogue = new_catalogue([WHOLE, PART, OTHER])
    counts = rollup(judge_all(catalogue, FIGURES), catalogue, by="document")
    assert counts.to_dict("records") == [
        {"document": "plan-2025", "targets": 2, "green": 1, "yellow": 0, "red": 0, "met": 1, "missed": 0, "awaiting": 0,
         "no_data": 0},
    ]  # fmt: skip


def test_a_part_counts_by_itself_where_its_whole_is_not_shown(new_catalogue, judge_all):
    catalogue = new_catalogue([WHOLE, PART, OTHER])
    evaluation = judge_all(catalogue, FIGURES)
    counts = rollup(evaluation[evaluation["target"] == "part"], catalogue, by="region")
    assert counts[["region", "targets", "red"]].to_dict("records") == [{"region": "330303", "targets": 1, "red": 1}]


def test_chapters_come_in_the_order_of_the_document(new_catalogue, judge_all):
    catalogue = new_catalogue([OTHER, WHOLE])
    counts = rollup(judge_all(catalogue, {}), catalogue, by="chapter")
    assert counts[["chapter", "no_data"]].to_numpy().tolist() == [[1, 1], [2, 1]]


def test_a_target_without_a_lead_counts_for_its_first_responsible_department(new_catalogue, judge_all):
    catalogue = new_catalogue([WHOLE, OTHER])
    counts = rollup(judge_all(catalogue, {}), catalogue, by="owner")
    assert counts[["owner", "targets"]].to_numpy().tolist() == [["bureau", 1], ["other_bureau", 1]]


def test_a_roll_up_by_something_unknown_is_refused(new_catalogue, judge_all):
    catalogue = new_catalogue([WHOLE])
    with pytest.raises(ValueError, match="document, chapter, owner, region"):
        rollup(judge_all(catalogue, {}), catalogue, by="colour")


def test_the_share_on_pace_and_the_number_expected_to_be_met(new_catalogue, judge_all):
    catalogue = new_catalogue([WHOLE, PART, OTHER])
    evaluation = judge_all(catalogue, FIGURES)
    forecast = pd.DataFrame({"target": ["whole", "part", "other"], "probability": [0.75, 0.1, np.nan]})
    (found,) = rollup(evaluation, catalogue, by="region", forecast=forecast).to_dict("records")
    # The part goes with its whole; the other is met, whatever its forecast.
    names = ("judged", "on_pace_share", "foretold", "expected_met", "expected_low", "expected_high")
    assert [found[name] for name in names] == [2, 1.0, 2, 1.75, 1, 2]
    by_chapter = rollup(evaluation, catalogue, by="chapter", forecast=forecast)
    assert by_chapter["expected_met"].tolist() == [0.75, 1.0]


def test_a_group_without_a_judgement_has_no_share(new_catalogue, judge_all):
    catalogue = new_catalogue([WHOLE])
    forecast = pd.DataFrame({"target": ["whole"], "probability": [np.nan]})
    (found,) = rollup(judge_all(catalogue, {}), catalogue, by="owner", forecast=forecast).to_dict("records")
    assert (found["judged"], found["foretold"], found["expected_met"], found["expected_high"]) == (0, 0, 0, 0)
    assert np.isnan(found["on_pace_share"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.floats(0, 1)), min_size=1, max_size=8))
def test_the_interval_is_that_of_every_way_it_can_turn_out(rows):
    group, chance = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    counts, expected, low, high = expected_met(group, chance, 3)
    for one in range(3):
        mine = chance[group == one]
        number = np.zeros(len(mine) + 1)
        for turned in product((0, 1), repeat=len(mine)):
            number[sum(turned)] += np.prod([p if met else 1 - p for p, met in zip(mine, turned, strict=True)])
        below = np.cumsum(number)
        assert counts[one] == len(mine)
        assert expected[one] == pytest.approx(mine.sum())
        assert below[low[one]] >= 0.1 - 1e-9
        assert low[one] == 0 or below[low[one] - 1] < 0.1 + 1e-9
        assert below[high[one]] >= 0.9 - 1e-9
        assert high[one] == 0 or below[high[one] - 1] < 0.9 + 1e-9
