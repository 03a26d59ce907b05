"""What both interfaces of the national database make of a reply, and what is wrong with one.

Belongs here: the question and the reply as values, checks that both need. Does not belong here: either interface's own
form (`nbs_easyquery.py`, `nbs_portal.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from dagster_project.sources.json_rows import Json
from dagster_project.sources.nbs_options import NbsFigure
from dagster_project.sources.row_mapping import plain_number
from dagster_project.sources.web_request import Ask
from validators.catalogue import Catalogue, Measure
from validators.errors import SourceFormError
from validators.periods import Period
from validators.units import UnitTable

# What the portal writes for a figure that is not there, beside what tables write (`row_columns.MISSING`).
UNPUBLISHED = ("无", "暂无")

_LONGEST_SAID = 80


@dataclass(frozen=True)
class Question:
    """One request: `region` is our code, `theirs` theirs (None for the nation), `codes` what is to come back."""

    ask: Ask
    region: str
    theirs: str | None
    codes: tuple[str, ...]
    periods: tuple[Period, ...]
    shown: Mapping[str, str]


class Cell(NamedTuple):
    """A figure of a reply; `value` None for one that is not published, `period` SDMX."""

    code: str
    period: str
    value: str | None
    where: str


@dataclass(frozen=True)
class Reply:
    """The figures of a reply, and by code its unit and its name there."""

    cells: Sequence[Cell]
    units: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


def text_of(value: Json) -> str:
    """A text without the spaces around it; '' for null and for anything else than a text."""
    return value.strip() if isinstance(value, str) else ""


def said(value: Json) -> str:
    """What a source says of its failure, in one short line."""
    return " ".join(text_of(value).split())[:_LONGEST_SAID]


def objects(value: Json, what: str, source: str) -> list[dict[str, Json]]:
    """A list of objects, [] for null; SourceFormError for anything else."""
    if value is None:
        return []
    if isinstance(value, list) and all(isinstance(one, dict) for one in value):
        return [one for one in value if isinstance(one, dict)]
    raise SourceFormError(source, f"返回内容的 {what} 不是对象列表", f"{what} of the answer is no list of objects")


def check_names(reply: Reply, figures: Mapping[str, NbsFigure], source: str) -> None:
    """SourceFormError where a code has another name than the options say, or is an index where growth is meant."""
    for code, name in reply.names.items():
        figure, plain = figures[code], " ".join(name.split())
        if figure.name and plain != " ".join(figure.name.split()):
            raise SourceFormError(
                source,
                f"代码 {code} 现名“{plain}”，选项中为“{figure.name}”，请核对",
                f"code {code} is now {plain!r}, not {figure.name!r} as the options say",
            )
        growth = figure.measure is not None and figure.measure.startswith("yoy")
        if growth and "=100" in plain.replace(" ", "") and not figure.index:
            raise SourceFormError(
                source,
                f"代码 {code}“{plain}”是上年同期=100 的指数而非增速，请设 index: true",
                f"code {code} {plain!r} is an index with the year before as 100, no growth: say index: true",
            )


def check_growth_units(reply: Reply, figures: Mapping[str, NbsFigure], catalogue: Catalogue, source: str) -> None:
    """SourceFormError where growth is in anything else than per cent. Other units are checked with the figures."""
    units = UnitTable(catalogue.units)
    per_cent = {units.find("%"), units.find("百分点")} - {None}
    for code, unit in reply.units.items():
        growth = figures[code].measure in (Measure.YOY_MONTH, Measure.YOY_YTD)
        if growth and unit and not figures[code].index and units.find(unit) not in per_cent:
            raise SourceFormError(
                source,
                f"代码 {code} 按增速取数，但其计量单位为 {unit}，请核对代码或口径",
                f"code {code} is said to be growth, but its unit is {unit}; check the code or its measure",
            )


def growth_of_index(value: str | None) -> str | None:
    """102.3 with the year before as 100 is 2.3 per cent; exact. What is no number stays as it is."""
    number = None if value is None else plain_number(value)
    return value if number is None else format(Decimal(number) - 100, "f")
