"""The scoreboard in a terminal: header, then one table per chapter, two lines per target, Chinese above English.

Belongs here: layout for 100 columns and more. Colours are rich's and vanish where the output is no terminal; shapes and
words stay. Does not belong here: what a row holds (`rows.py`).
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd
from rich.columns import Columns
from rich.console import Console
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from dagster_project.progress.lights import LIGHTS, WORDS, Light
from dagster_project.scoreboard.board import Board, Group
from dagster_project.scoreboard.marks import MARKS, amount, chapter_number, full_name, per_cent, promise
from validators.catalogue import Catalogue
from validators.periods import Month

_WIDE = 140  # from here on run rate and department have columns of their own
_PLAIN_WIDTH = 120  # of output into a file or a pipe, unless COLUMNS says otherwise
_BAR = 12


def print_scoreboard(
    console: Console,
    evaluation: pd.DataFrame,
    catalogue: Catalogue,
    *,
    as_of: Month,
    known_on: date | None = None,
    sample: bool = False,
) -> None:
    """Print the scoreboard of an evaluation (see `Board.of`)."""
    print_board(console, Board.of(evaluation, catalogue, as_of=as_of, known_on=known_on, sample=sample))


def print_board(console: Console, board: Board) -> None:
    """Print a board: counts of each light, then every row under its document and chapter."""
    if not console.is_terminal and "COLUMNS" not in os.environ and console.width < _PLAIN_WIDTH:
        console = Console(file=console.file, width=_PLAIN_WIDTH, color_system=None)
    _print_header(console, board)
    document = ""
    for group in board.groups():
        if group.document != document:
            document = group.document
            _print_document(console, board, document)
        console.print(_chapter_heading(board, group))
        console.print(_table(group, wide=console.width >= _WIDE))
    if board.rows.empty:
        console.print(Text("没有符合条件的目标 no target fits the choice", "yellow"))


def light_counts(counts: Mapping[str, int], *, all_lights: bool = False, words: bool = True) -> list[Text]:
    """'● 正常 on pace 12', '▲ 偏慢 behind 3' ...: lights with their numbers, those of zero only when asked for."""
    parts = []
    for light in LIGHTS:
        number = counts.get(str(light), 0)
        if number or all_lights:
            said = f" {WORDS[light].zh} {WORDS[light].en}" if words else ""
            parts.append(Text(f"{MARKS[light].shape}{said} {number}", _style(light), no_wrap=True))
    return parts


def _line(parts: list[Text]) -> Columns:
    """Parts beside each other, as many to a line as fit."""
    return Columns(parts, padding=(0, 2, 0, 0))


def _print_header(console: Console, board: Board) -> None:
    title = Text.assemble(
        ("序时进度 Scoreboard", "bold"), f"  截至 as of {board.as_of.year}年{board.as_of.month}月 ", board.as_of.text
    )
    if board.known_on:
        title.append(f"  按 {board.known_on.isoformat()} 已知数据 as known on that day")
    if board.sample:
        title.append("  示例数据 sample data", "yellow")
    console.print(title)
    totals = board.totals()
    console.print(_line(light_counts(totals, all_lights=True)))
    parts = len(board.rows) - totals["targets"]
    nested = f"，另有其中项 {parts} 个不重复计 and {parts} that are part of another" if parts else ""
    console.print(Text(f"目标 targets {totals['targets']}{nested}", "dim"))
    outlook = board.outlook()
    if outlook is not None and outlook["judged"]:
        console.print(
            f"进度正常 on pace {outlook['on_pace_share']:.0%}（{outlook['judged']:.0f}）"
            + (
                f"  预计完成 expected to be met {outlook['expected_met']:.1f} / {outlook['foretold']:.0f}"
                f"（80%: {outlook['expected_low']:.0f}-{outlook['expected_high']:.0f}）"
                if outlook["foretold"]
                else ""
            ),
            highlight=False,
        )


def _print_document(console: Console, board: Board, document: str) -> None:
    words = board.catalogue.documents[document]
    region = board.catalogue.regions[words.region].name
    console.print()
    console.print(Rule(Text(f"{region.zh} {region.en}", "bold"), align="left", style="bold"))
    console.print(Text.assemble(words.title.zh, "\n", (words.title.en, "dim")))
    console.print(_line(light_counts(board.select(document=document).totals())))


def _chapter_heading(board: Board, group: Group) -> Padding:
    chapter = board.catalogue.documents[group.document].chapters[group.chapter]
    lights = group.rows["light"].value_counts()
    heading = Text.assemble(
        (f"{chapter_number(group.chapter)}、{chapter.title.zh} ", "bold cyan"),
        (chapter.title.en, "cyan"),
    )
    if chapter.lead:
        heading.append(f"  牵头 lead {board.catalogue.departments[chapter.lead].name.zh}", "dim")
    heading.append("  ")
    heading.append_text(
        Text("  ").join(light_counts({str(key): int(value) for key, value in lights.items()}, words=False))
    )
    return Padding(heading, (1, 0, 0, 0))


def _table(group: Group, *, wide: bool) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="dim", expand=True, pad_edge=False)
    table.add_column("状态 light", width=10, no_wrap=True)
    table.add_column("目标 target", ratio=1, overflow="fold")
    table.add_column("进度 reached", width=_BAR + 1, no_wrap=True)
    table.add_column("实际/目标 actual", width=24 if wide else 22, overflow="fold", justify="right")
    if wide:
        table.add_column("月均需 needed", width=20, overflow="fold", justify="right")
        table.add_column("最新 latest", width=11)
        table.add_column("责任 department", width=36, overflow="fold")
    else:
        table.add_column("最新/责任 latest", width=16, overflow="fold")
    for row in group.records():
        cells = [_light(row), _name(row), _reached(row), _amounts(row, wide=wide)]
        cells += [_needed(row), _latest(row), _owner(row)] if wide else [_latest_and_owner(row)]
        table.add_row(*cells)
    return table


def _style(light: str) -> str:
    return MARKS[light].colour


def _light(row: dict[str, Any]) -> Text:
    shape, style = MARKS[row["light"]].shape, _style(row["light"])
    return Text.assemble((f"{shape} {row['light_zh']}", f"bold {style}"), "\n", (row["light_en"], style))


def _name(row: dict[str, Any]) -> Text:
    stretch = "（力争）" if row["ambition"] == "stretch" else ""
    part = "其中：" if row["part_of"] else ""
    name = full_name(row)
    return Text.assemble(f"{part}{name.zh}", (stretch, "yellow"), "\n", (name.en, "dim"))


def bar(attainment: float, expected: float, width: int = _BAR) -> str:
    """Attainment as filled cells, full only when all is reached, with a tick where it should be by now; no tick where
    all is expected.
    """
    filled = int(min(max(attainment, 0.0), 1.0) * width)
    cells = ["█"] * filled + ["░"] * (width - filled)
    if math.isfinite(expected) and expected < 1:
        cells[min(int(expected * width), width - 1)] = "┃"
    return "".join(cells)


def _reached(row: dict[str, Any]) -> Text:
    attainment, expected = row["attainment_ratio"], row["expected_ratio"]
    if not math.isfinite(attainment):
        return Text("")
    shown = f"{per_cent(attainment)}"
    if math.isfinite(expected) and expected < 1:
        shown += f"/{expected * 100:.0f}%"
    return Text.assemble((bar(attainment, expected), _style(row["light"])), "\n", (shown, "dim"))


def _amounts(row: dict[str, Any], *, wide: bool) -> Text:
    goal = promise(row["comparator"], row["target_value"])
    unit = row["unit"] if row["unit"] == "%" else f" {row['unit']}"
    below = row["unit_en"] if wide else _required(row)
    return Text.assemble((amount(row["actual_value"]), "bold"), f" / {goal}{unit}", "\n", (below, "dim"))


def _required(row: dict[str, Any]) -> str:
    """'月需50.6 ×1.53', '差1.8' or '超1.8' where nothing accumulates or too much has, '' where nothing is needed."""
    if row["light"] not in (Light.GREEN, Light.YELLOW, Light.RED):
        return ""
    required, average = row["required_run_rate"], row["average_run_rate"]
    if math.isfinite(required) and required > 0:
        times = f" ×{amount(required / average)}" if average > 0 else ""
        return f"月需{amount(required, 1)}{times}"
    above = row["actual_value"] > row["expected_value"]
    return f"{'超' if above else '差'}{amount(row['gap_value'])}" if row["gap_value"] > 0 else ""


def _needed(row: dict[str, Any]) -> Text:
    average = row["average_run_rate"]
    so_far = f"前{row['months']}月均{amount(average, 1)}" if math.isfinite(average) else ""
    return Text.assemble(_required(row), "\n", (so_far, "dim"))


def _latest(row: dict[str, Any]) -> Text:
    lag = row["lag_months"]
    late = f"晚{lag}个月" if row["period"] and pd.notna(lag) and lag > 0 else ""
    return Text.assemble(row["period"] or "–", "\n", (late, "yellow"))


def _owner(row: dict[str, Any]) -> Text:
    return Text.assemble(row["owner_zh"], "\n", (row["owner_en"], "dim"))


def _latest_and_owner(row: dict[str, Any]) -> Text:
    lag = row["lag_months"]
    late = f" 晚{lag}月" if row["period"] and pd.notna(lag) and lag > 0 else ""
    # Two names for one office stand as 新区…〈区…〉; in a narrow table the first must do.
    return Text.assemble(row["period"] or "–", (late, "yellow"), "\n", (row["owner_zh"].split("〈")[0], "dim"))
