"""Counts of lights by document, chapter, department and region."""

from __future__ import annotations

import pytest

from dagster_project.progress import rollup

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
