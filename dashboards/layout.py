"""Where panels stand: Grafana's grid of 24 columns, filled line by line.

Belongs here: positions and ids. Does not belong here: panels themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from grafana_foundation_sdk.models.dashboard import GridPos, Panel, RowPanel

COLUMNS = 24


@dataclass(frozen=True)
class Line:
    """Panels side by side, with their widths in columns, all of one height (30 pixels a unit)."""

    height: int
    panels: Sequence[tuple[int, Panel]]


@dataclass(frozen=True)
class Section:
    """A heading and the lines below it."""

    title: str
    lines: Sequence[Line] = field(default_factory=tuple)


def laid_out(sections: Iterable[Section]) -> list[Panel | RowPanel]:
    """All headings and panels with position and id (from 1, in reading order). Raises ValueError when a line is wider
    than the grid."""
    placed: list[Panel | RowPanel] = []
    y = 0
    for section in sections:
        placed.append(RowPanel(title=section.title, grid_pos=GridPos(h=1, w=COLUMNS, x=0, y=y), panels=[]))
        y += 1
        for line in section.lines:
            x = 0
            for width, panel in line.panels:
                panel.grid_pos = GridPos(h=line.height, w=width, x=x, y=y)
                placed.append(panel)
                x += width
            if x > COLUMNS:
                raise ValueError(f"section {section.title}: a line of {x} columns; there are {COLUMNS}")
            y += line.height
    for number, each in enumerate(placed, start=1):
        each.id_val = number
    return placed
