"""How a light, an amount and a chapter look, the same in the terminal and on the page.

Each light has a shape and a word beside its colour, so that it can be told without colours.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from dagster_project.progress.lights import Light
from dagster_project.progress.phrases import written
from validators.catalogue import Comparator, Words


@dataclass(frozen=True, slots=True)
class Mark:
    """`shape`: one narrow character. `colour`: of the terminal. `css`: of the page, dark enough on white (4.5:1)."""

    shape: str
    colour: str
    css: str


MARKS: dict[str, Mark] = {
    Light.GREEN: Mark("●", "green", "#1a7f37"),
    Light.YELLOW: Mark("▲", "yellow", "#9a6700"),
    Light.RED: Mark("■", "red", "#cf222e"),
    Light.MET: Mark("✓", "bright_green", "#0a5c2b"),
    Light.MISSED: Mark("✗", "bright_red", "#8b0c16"),
    Light.AWAITING: Mark("○", "cyan", "#0b6b8a"),
    Light.NO_DATA: Mark("·", "bright_black", "#57606a"),
}

_BEFORE = {
    Comparator.AT_LEAST: "≥",
    Comparator.MORE_THAN: ">",
    Comparator.AT_MOST: "≤",
    Comparator.LESS_THAN: "<",
    Comparator.ABOUT: "≈",
    Comparator.POSITIVE: ">",
    Comparator.RANK_WITHIN: "≤",
    Comparator.EXACTLY: "=",
}
_NUMERALS = "零一二三四五六七八九十"


def amount(value: float, decimals: int = 2) -> str:
    """A number as the reasons write it; '–' where there is none."""
    return str(written(np.array([value]), decimals)[0]) or "–"


def promise(comparator: str, value: float) -> str:
    """'≥450', '≈10', '>0'."""
    return f"{_BEFORE[Comparator(comparator)]}{amount(value)}"


def per_cent(ratio: float) -> str:
    """'66.2%' of a fraction; '–' where there is none."""
    return f"{ratio * 100:.1f}%" if math.isfinite(ratio) else "–"


def full_name(row: Mapping[str, Any]) -> Words:
    """What is counted, with its condition where the name doesn't hold it already."""
    zh, en = row["condition_zh"], row["condition_en"]
    told = not zh or zh in row["name_zh"]
    return Words(
        zh=row["name_zh"] if told else f"{row['name_zh']}（{zh}）",
        en=row["name_en"] if told or not en else f"{row['name_en']}, {en}",
    )


def chapter_number(number: int) -> str:
    """五 for the fifth chapter, as the documents count."""
    return _NUMERALS[number] if number < len(_NUMERALS) else str(number)
