"""The table in a terminal: aligned, readable without colour, complete at 100 and at 160 columns."""

from __future__ import annotations

import io
import re
from datetime import date

import pytest
from rich.cells import cell_len
from rich.console import Console

from dagster_project.scoreboard import Board, print_board, print_scoreboard
from dagster_project.scoreboard.terminal import bar

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def printed(board, width=100, *, terminal=False, **more):
    file = io.StringIO()
    console = Console(
        file=file, width=width, force_terminal=terminal, color_system="truecolor" if terminal else None, **more
    )
    print_board(console, board)
    return file.getvalue()


@pytest.fixture(autouse=True)
def _fixed_width(monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")


@pytest.mark.parametrize("width", [100, 120, 160, 220])
def test_no_line_is_wider_than_the_terminal(board, width):
    lines = printed(board, width).splitlines()
    assert max(cell_len(line) for line in lines) <= width


@pytest.mark.parametrize("width", [100, 160])
def test_figures_stand_under_each_other_whatever_the_width_of_the_names(board, width):
    lines = [line for line in printed(board, width).splitlines() if re.search(r" / [≥>≤<≈=]\d", line)]
    assert len(lines) == len(board.rows)
    ends = {cell_len(re.match(r".* / [≥>≤<≈=][\d.]+ ?[^ ]+", line)[0]) for line in lines}
    assert len(ends) == 1


@pytest.mark.parametrize("width", [100, 160])
def test_every_target_shows_name_light_amount_period_and_department(board, width):
    text = printed(board, width)
    for words in (
        "货物贸易出口",
        "Exports of goods",
        "298.1 / ≥450 亿元",
        "2025-09",
        "区商务局",
        "66.2%/75%",
        "月需50.6 ×1.53",
    ):
        assert words in text
    for words in ("▲ 偏慢", "behind", "✓ 已完成", "✗ 未完成", "○ 待公布", "· 无数据", "● 正常", "■ 滞后"):
        assert words in text


def test_the_header_says_as_of_known_on_sample_and_how_many_of_each_light(evaluation, small_catalogue, board):
    file = io.StringIO()
    console = Console(file=file, width=100)
    print_scoreboard(console, evaluation, small_catalogue, as_of=board.as_of, known_on=date(2025, 10, 20), sample=True)
    head = file.getvalue()[:700]
    for words in ("2025年9月", "2025-10-20", "示例数据 sample data", "目标 targets 18", "其中项 1 个", "已完成 met 1"):
        assert words in head


def test_colours_are_for_terminals_alone(board):
    assert ESCAPE.search(printed(board, terminal=True))
    assert not ESCAPE.search(printed(board))
    assert ESCAPE.sub("", printed(board, terminal=True)).split() == printed(board).split()


def test_a_bar_fills_by_attainment_with_a_tick_where_it_should_be():
    assert bar(0.5, 0.75, 12) == "██████░░░┃░░"
    assert bar(0.99, 1.0, 12) == "███████████░", "full only when all is reached"
    assert bar(1.3, 1.0, 12) == "█" * 12
    assert bar(-0.2, float("nan"), 12) == "░" * 12


def test_late_data_is_marked(board):
    assert "2025-07 晚2月" in printed(board, 100)
    assert "晚2个月" in printed(board, 160)


def test_an_empty_choice_says_so(board):
    assert "没有符合条件的目标" in printed(board.select(document="wenzhou-2025", lights=["met"]))


def test_markup_in_names_is_text(small_catalogue, evaluation, board):
    rows = board.rows.assign(name_zh="[red]名[/red]", owner_zh="[bold]局")
    text = printed(Board(rows, small_catalogue, board.as_of), 160)
    assert "[red]名[/red]" in text
    assert "[bold]局" in text


def test_a_condition_is_said_unless_the_name_holds_it(board):
    assert "立项科技攻关项目（市级及以上）" in printed(board, 160)
    rows = board.rows.assign(name_zh="市级及以上科技攻关项目")
    assert "（市级及以上）" not in printed(Board(rows, board.catalogue, board.as_of), 160)
