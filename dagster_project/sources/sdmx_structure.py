"""What an SDMX service says of a data flow: whether there is one, its dimensions and their codes.

Belongs here: reading structure messages, and what of a source's options doesn't fit them. Does not belong here: asking
for them (`sdmx_flow.py`), what constraints exclude (`sdmx_constraints.py`), observations (`sdmx_reading.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from pysdmx.model import Codelist, Component, Dataflow, DataStructureDefinition, Role

from dagster_project.sources.sdmx_constraint_xml import Attached, take_out
from dagster_project.sources.sdmx_constraints import Constraint, Said
from dagster_project.sources.sdmx_series import SeriesOptions
from dagster_project.sources.sdmx_xml import document, tree, understood, written

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
    """`flows`: short names of the flows that there are, such as OFFICE:TRADE(1.0). `found`: those of them that were
    asked for. `definitions`: short names of their structures. `dimensions`: in the order of the key, without time, each
    with its codes; None where they are not listed, or only in part. `others`: what else a row may have, time and
    attributes. `constraints`: those of the flow and of its structure."""

    flows: tuple[str, ...]
    found: tuple[str, ...]
    definitions: tuple[str, ...]
    dimensions: dict[str, tuple[str, ...] | None]
    others: tuple[str, ...] = ()
    constraints: tuple[Constraint, ...] = ()

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Structure:
        """From the plain values of `read`."""
        return cls(
            flows=tuple(said["flows"]),
            found=tuple(said["found"]),
            definitions=tuple(said["definitions"]),
            dimensions={name: None if listed is None else tuple(listed) for name, listed in said["dimensions"].items()},
            others=tuple(said["others"]),
            constraints=tuple(map(Constraint.of, said["constraints"])),
        )


def read(
    data: bytes, source: str, flow: FlowName, max_cells: int, *, now: datetime, definitions: Iterable[str] = ()
) -> dict[str, Any]:
    """The parts of a `Structure`, as plain values; constraints that are in force at `now`. `definitions`: short names
    of the flow's structures, for a message without the flow. SourceFormError for what is no structure message; see
    `sdmx_xml.document`."""
    text, found = _without_constraints(document(data, source, max_cells), source, now)
    said = understood(text, source, against_schema=False).structures or ()
    flows = [one for one in said if isinstance(one, Dataflow)]
    wanted = [one for one in flows if flow.is_(_id_of(one.agency), one.id, str(one.version))]
    named = [*filter(None, dict.fromkeys(str(one.structure).partition("=")[2] for one in wanted)), *definitions]
    fitting = [
        one
        for one in said
        if isinstance(one, DataStructureDefinition)
        and _without_version(_short(one)) in {_without_version(name) for name in named}
    ]
    components = list(fitting[-1].components) if fitting else []
    dimensions = [one for one in components if one.role is Role.DIMENSION and one.id != _TIME]
    objects = {"Dataflow": list(map(_short, wanted)), "DataStructure": named}
    on = [(_first(attached, objects), one) for attached, one in found]
    return {
        "flows": list(map(_short, flows)),
        "found": list(map(_short, wanted)),
        "definitions": named,
        "dimensions": {one.id: _codes(one) for one in dimensions},
        "others": [one.id for one in components if one not in dimensions],
        "constraints": [replace(one, on=short).plain() for short, one in on if short is not None],
    }


def _without_constraints(text: str, source: str, now: datetime) -> tuple[str, list[tuple[Attached, Constraint]]]:
    if "Constraints" not in text:
        return text, []
    root = tree(text, source)
    found = take_out(root, now)
    return written(root), found


def _first(attached: Attached, objects: Attached) -> str | None:
    """The first of the objects that is among those attached to; None where none is."""
    for kind, names in objects.items():
        for name in names:
            if any(_is_named(name, one) for one in attached.get(kind, ())):
                return name
    return None


def _is_named(name: str, reference: str) -> bool:
    """Whether a reference, whose version may be left open (1.0+, *), is to this one."""
    short, _, version = reference.rstrip(")").partition("(")
    its, _, own = name.rstrip(")").partition("(")
    return short == its and (version in (own, "*") or version.replace("+", "") == own)


def _short(one: Dataflow | DataStructureDefinition) -> str:
    return f"{_id_of(one.agency)}:{one.id}({one.version})"


def _without_version(short: str) -> str:
    return short.partition("(")[0]


def _id_of(agency: object) -> str:
    return agency if isinstance(agency, str) else str(getattr(agency, "id", ""))


def _codes(component: Component) -> list[str] | None:
    listed = component.enumeration
    if not isinstance(listed, Codelist) or listed.is_partial or not len(listed):
        return None
    return [code.id for code in listed]


@dataclass(frozen=True)
class Asked:
    """What the options of a source ask a flow for: `key` as the service gets it, pairs of dimension (or attribute) and
    code, and the combinations of codes, one for each series and region."""

    key: str
    pairs: tuple[tuple[str, str], ...]
    combinations: tuple[dict[str, str], ...]

    @classmethod
    def of(cls, options: SeriesOptions, key: str, regions: Iterable[str], dimensions: Iterable[str]) -> Asked:
        """`regions`: codes as the source writes them. `dimensions`: in the order of the key, none where unknown."""
        parts = [] if key in _ANY else [re.split("[+,]", part) for part in key.split(".")]
        names = list(dimensions)
        in_key = dict(zip(names, parts, strict=True)) if len(names) == len(parts) else {}
        areas = [{options.region: region} for region in regions] if options.region is not None else []
        single = {name: codes[0] for name, codes in in_key.items() if len(codes) == 1 and codes[0] not in _ANY}
        pairs = [(name, code) for name, codes in in_key.items() for code in codes]
        pairs += [pair for one in (*(series.key for series in options.series), *areas) for pair in one.items()]
        together = [single | series.key | area for series in options.series for area in areas or [{}]]
        return cls(key, tuple(dict.fromkeys(pairs)), tuple(together))

    @property
    def codes(self) -> list[tuple[str, str]]:
        """The pairs that name a code."""
        return [pair for pair in self.pairs if pair[1] not in _ANY]


def problems(structure: Structure, asked: Asked) -> list[Said]:
    """What is asked for that isn't in the structure: parts of the key, dimensions, codes. Empty where nothing is wrong,
    or nothing can be told."""
    if not structure.dimensions:
        return []
    wrong = []
    parts, dimensions = asked.key.split("."), list(structure.dimensions)
    if asked.key not in _ANY and len(parts) != len(dimensions):
        order = ".".join(dimensions)
        wrong.append(
            (
                f"key {asked.key} 有 {len(parts)} 段，结构为 {len(dimensions)} 段：{order}",
                f"the key {asked.key} has {len(parts)} parts, the structure {len(dimensions)}: {order}",
            )
        )
    for dimension, code in asked.pairs:
        if dimension not in structure.dimensions and dimension not in structure.others:
            listed = ", ".join(structure.dimensions)
            wrong.append((f"没有维度 {dimension}（现有：{listed}）", f"there is no dimension {dimension} ({listed})"))
        else:
            wrong += _of_code(structure, dimension, code)
    return list(dict.fromkeys(wrong))


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
