"""Rows with the catalogue's words, chosen and grouped."""

from __future__ import annotations

import pytest

from dagster_project.scoreboard import Board


def test_every_target_has_a_row_in_the_order_of_document_chapter_and_article(board, small_catalogue):
    rows = board.rows
    assert set(rows["target"]) == set(small_catalogue.targets)
    assert rows["document"].drop_duplicates().tolist() == ["longwan-2025", "wenzhou-2025"]
    places = rows[["document", "chapter", "article"]].to_numpy().tolist()
    assert places == sorted(places)


def test_a_row_holds_words_of_the_catalogue_and_figures_of_the_evaluation(board):
    row = board.rows.set_index("target").loc["longwan-tech-smes"]
    assert (row["name_zh"], row["unit"], row["owner"], row["responsible"]) == (
        "新增省科技型中小企业", "家", "lw_science_talent", "lw_science_talent;lw_finance",
    )  # fmt: skip
    assert (row["actual_value"], row["period"], row["light"], row["light_zh"]) == (150, "2025-07", "green", "正常")


def test_a_department_finds_what_it_leads_and_what_it_answers_for(board):
    assert set(board.select(owner="lw_finance").rows["target"]) == {
        "longwan-tech-smes",
        "longwan-research-projects",
        "longwan-talent-budget",
    }
    assert len(board.select(owner="lw_commerce").rows) == 5


@pytest.mark.parametrize(
    ("choice", "number"),
    [
        ({"region": "330300"}, 4),
        ({"document": "longwan-2025"}, 15),
        ({"chapter": 5}, 7),
        ({"document": "wenzhou-2025", "chapter": 1}, 2),
        ({"lights": ["met", "missed"]}, 2),
        ({"region": "330300", "document": "longwan-2025"}, 0),
        ({}, 19),
    ],
)
def test_choices_narrow_the_board_together(board, choice, number):
    assert len(board.select(**choice).rows) == number


def test_totals_count_a_part_with_its_whole_alone(board):
    totals = board.totals()
    assert totals["targets"] == 18
    assert (totals["yellow"], totals["met"], totals["missed"], totals["awaiting"]) == (1, 1, 1, 1)
    assert board.select(lights=["red"]).totals()["red"] == 1


def test_groups_follow_the_documents(board):
    assert [(group.document, group.chapter, len(group.rows)) for group in board.groups()] == [
        ("longwan-2025", 1, 10),
        ("longwan-2025", 5, 5),
        ("wenzhou-2025", 1, 2),
        ("wenzhou-2025", 5, 2),
    ]


def test_a_target_that_the_catalogue_does_not_have_is_an_error(evaluation, small_catalogue, board):
    strange = evaluation.assign(target="nobody-promised-this")
    with pytest.raises(KeyError, match="nobody-promised-this"):
        Board.of(strange, small_catalogue, as_of=board.as_of)
