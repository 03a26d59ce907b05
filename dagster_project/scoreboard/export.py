"""The scoreboard for machines: every column, ids beside words, ratios as fractions.

Belongs here: CSV and JSON. Does not belong here: anything rounded or meant to be looked at.
"""

from __future__ import annotations

import json
import math
from typing import Any

from dagster_project.scoreboard.board import Board
from validators.spreadsheet_text import inert_frame


def to_csv(board: Board) -> str:
    """One line per target with the columns of `rows.COLUMNS`, UTF-8 text, comma, '\\n'. Unknown numbers are empty,
    flags True or False; texts that a
    spreadsheet program would calculate begin with an apostrophe. Read chapter codes and regions as text.
    """
    return inert_frame(board.rows).to_csv(index=False, lineterminator="\n")


def to_json(board: Board) -> str:
    """{as_of, known_on, sample, counts: {light: n}, targets: [{column: value}]}. Unknown and infinite numbers are
    null."""
    whole = {
        "as_of": board.as_of.text,
        "known_on": board.known_on.isoformat() if board.known_on else None,
        "sample": board.sample,
        "counts": board.totals(),
        "targets": [
            {str(name): _plain(value) for name, value in row.items()}
            for row in board.rows.astype(object).to_dict("records")
        ],
    }
    return json.dumps(whole, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _plain(value: Any) -> Any:
    """A value that JSON knows."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if hasattr(value, "item"):
        return _plain(value.item())
    return value if isinstance(value, str | int) else None
