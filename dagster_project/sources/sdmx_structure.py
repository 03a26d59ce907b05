"""What an SDMX service says of a data flow: whether there is one, its dimensions and their codes.

Belongs here: reading structure messages, and what of a source's options doesn't fit them. Does not belong here: asking
for them (`sdmx_flow.py`), observations (`sdmx_reading.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pysdmx.model import Codelist, Component, Dataflow, DataStructureDefinition, Role

from dagster_project.sources.sdmx_series import SeriesOptions
from dagster_project.sources.sdmx_xml import message

Said = tuple[str, str]
_ANY = ("", "*", "all")
_TIME = "TIME_PERIOD"


@dataclass(frozen=True)
class FlowName:
    """A data flow as the options name it; '' for an agency or a version that they leave open."""

    agency: str
    identifier: str
    version: str

    @classmethod
    def of(cls, text: str) -> FlowName:
        """`AGENCY,ID,VERSION`, `AGENCY,ID` or `ID`."""
        parts = text.split(",")
        agency, identifier, version = ["", *parts, ""] if len(parts) == 1 else [*parts, "", ""][:3]
        open_ = version == "latest" or any(sign in version for sign in "*~+")
        return cls("" if agency in ("*", "all") else agency, identifier, "" if open_ else version)

    def is_(self, agency: str, identifier: str, version: str) -> bool:
        """Whether it is this one."""
        return self.identifier == identifier and self.agency in ("", agency) and self.version in ("", version)


@dataclass(frozen=True)
class Structure:
    """`flows`: short names of the flows that there are, such as OFFICE:TRADE(1.0). `found`: whether the one that was
    asked for is among them. `dimensions`: in the order of the key, without time, each with its codes; None where they
    are not listed, or only in part. `others`: what else a row may have, time and attributes."""

    flows: tuple[str, ...]
    found: bool
    dimensions: dict[str, tuple[str, ...] | None]
    others: tuple[str, ...] = ()


def read(data: bytes, source: str, flow: FlowName, max_cells: int) -> dict[str, Any]:
    """The parts of a `Structure`, as plain values. SourceFormError for what is no structure message; see
    `sdmx_xml.message`."""
    said = message(data, source, against_schema=False, max_cells=max_cells).structures or ()
    flows = [one for one in said if isinstance(one, Dataflow)]
    wanted = [one for one in flows if flow.is_(_id_of(one.agency), one.id, str(one.version))]
    named = {str(one.structure).partition("=")[2].partition("(")[0] for one in wanted}
    definitions = [one for one in said if isinstance(one, DataStructureDefinition)]
    fitting = [one for one in definitions if f"{_id_of(one.agency)}:{one.id}" in named]
    components = list(fitting[-1].components) if fitting else []
    dimensions = [one for one in components if one.role is Role.DIMENSION and one.id != _TIME]
    return {
        "flows": [f"{_id_of(one.agency)}:{one.id}({one.version})" for one in flows],
        "found": bool(wanted),
        "dimensions": {one.id: _codes(one) for one in dimensions},
        "others": [one.id for one in components if one not in dimensions],
    }


def _id_of(agency: object) -> str:
    return agency if isinstance(agency, str) else str(getattr(agency, "id", ""))


def _codes(component: Component) -> list[str] | None:
    listed = component.enumeration
    if not isinstance(listed, Codelist) or listed.is_partial or not len(listed):
        return None
    return [code.id for code in listed]


def problems(structure: Structure, options: SeriesOptions, key: str, regions: Iterable[str]) -> list[Said]:
    """What the options say that isn't in the structure: parts of the key, dimensions and codes of series, codes of
    regions as the source writes them. Empty where nothing is wrong, or nothing can be told."""
    if not structure.dimensions:
        return []
    wrong = [] if key in _ANY else _of_key(structure, key)
    pairs = [pair for series in options.series for pair in series.key.items()]
    pairs += [(options.region, region) for region in regions] if options.region is not None else []
    for dimension, code in dict.fromkeys(pairs):
        if dimension not in structure.dimensions and dimension not in structure.others:
            listed = ", ".join(structure.dimensions)
            wrong.append((f"没有维度 {dimension}（现有：{listed}）", f"there is no dimension {dimension} ({listed})"))
        else:
            wrong += _of_code(structure, dimension, code)
    return list(dict.fromkeys(wrong))


def _of_key(structure: Structure, key: str) -> list[Said]:
    parts, dimensions = key.split("."), list(structure.dimensions)
    if len(parts) != len(dimensions):
        order = ".".join(dimensions)
        return [
            (
                f"key {key} 有 {len(parts)} 段，结构为 {len(dimensions)} 段：{order}",
                f"the key {key} has {len(parts)} parts, the structure {len(dimensions)}: {order}",
            )
        ]
    pairs = zip(dimensions, parts, strict=True)
    return [
        one
        for dimension, part in pairs
        for code in re.split("[+,]", part)
        for one in _of_code(structure, dimension, code)
    ]


def _of_code(structure: Structure, dimension: str, code: str) -> list[Said]:
    codes = structure.dimensions.get(dimension)
    if code in _ANY or codes is None or code in codes:
        return []
    near_zh, near_en = near(code, codes)
    return [(f"维度 {dimension} 没有代码 {code}{near_zh}", f"dimension {dimension} has no code {code}{near_en}")]


def near(text: str, there: Iterable[str]) -> Said:
    """A hint at what was meant, '' where nothing is near."""
    found = get_close_matches(text, list(there), n=1)
    return (f"（是否为 {found[0]}？）", f" (did you mean {found[0]}?)") if found else ("", "")
