"""What a source's answer is made of, and how that differs from the last one.

A form is a set of texts: `column:value`, `unit:A01=亿元`, `code:A01` from the connector, `figure:exports/ytd` for what
the figures became. A column that is gone, or a unit that is another, means that the answer can't be read as before; a
code or a figure that is gone, with its unit, may be one that is not published yet.

Belongs here: the comparison. Does not belong here: its words, and what follows from it (`pulling`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

CODE, FIGURE, UNIT = "code:", "figure:", "unit:"


@dataclass(frozen=True)
class Change:
    """What is gone and what is new since the last form, sorted."""

    gone: tuple[str, ...] = ()
    came: tuple[str, ...] = ()

    @property
    def breaks(self) -> bool:
        """Whether something is gone that every answer must have, or a unit is another one."""
        now = {part.rpartition("=")[0] for part in self.came if part.startswith(UNIT)}
        other = any(part.startswith(UNIT) and part.rpartition("=")[0] in now for part in self.gone)
        return other or any(not part.startswith((CODE, FIGURE, UNIT)) for part in self.gone)


def compare(last: Iterable[str], now: Iterable[str]) -> Change:
    """The change; none where either form says nothing. Only kinds of parts that both know are compared: a connector
    that learns to say more has not changed its source."""
    before, after = set(last), set(now)
    both = {_kind(part) for part in before} & {_kind(part) for part in after}
    return Change(
        tuple(sorted(part for part in before - after if _kind(part) in both)),
        tuple(sorted(part for part in after - before if _kind(part) in both)),
    )


def figures_form(figures: pd.DataFrame | None) -> tuple[str, ...]:
    """The parts for a frame with `indicator` and `measure`; () for None."""
    if figures is None or figures.empty:
        return ()
    return tuple(sorted((FIGURE + figures["indicator"] + "/" + figures["measure"]).unique().tolist()))


def figures_of(form: Sequence[str]) -> tuple[str, ...]:
    """The parts of a form that are figures."""
    return tuple(part for part in form if part.startswith(FIGURE))


def _kind(part: str) -> str:
    return part.partition(":")[0]
