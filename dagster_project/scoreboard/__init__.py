"""The evaluation shown to people and handed to machines: a table in the terminal, a page, CSV, JSON.

Belongs here: words and layout. Does not belong here: judging (`progress`), reading the store (the commands do).
"""

from __future__ import annotations

from dagster_project.scoreboard.board import Board
from dagster_project.scoreboard.export import to_csv, to_json
from dagster_project.scoreboard.page import to_html
from dagster_project.scoreboard.terminal import print_board, print_scoreboard

__all__ = ["Board", "print_board", "print_scoreboard", "to_csv", "to_html", "to_json"]
