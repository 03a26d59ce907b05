"""The constraints of a structure message: what they are attached to, and what they say.

pysdmx knows neither selections that exclude nor what is below a code, and takes what there is now in one shape only, so
they are read here, and taken out of what it gets to read. Belongs here: how messages of 2.1 and 3.0 write them. Does
not belong here: what they exclude (`sdmx_constraints.py`), flows and their dimensions (`sdmx_structure.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from dagster_project.sources.sdmx_constraints import Constraint, Region, Selection

_CONTAINERS = ("Constraints", "DataConstraints", "AvailabilityConstraints")
_NO = ("false", "0")

# Short names of flows and structures, by kind (Dataflow, DataStructure).
Attached = dict[str, list[str]]


def take_out(root: Any, now: datetime) -> list[tuple[Attached, Constraint]]:
    """The constraints of a structure message (the root of its tree, out of which they are taken), each with the flows
    and structures that it is attached to, by kind, as `AGENCY:ID(VERSION)`. Of several versions of one the newest, and
    none that isn't in force at `now`."""
    found: dict[str, tuple[tuple[int, ...], Attached, Constraint]] = {}
    for container in [one for one in root.iter() if _name(one) in _CONTAINERS]:
        for element in container:
            attached = _attached(element)
            if not attached or not _in_force(element, now):
                continue
            name, version = f"{element.get('agencyID')}:{element.get('id')}", element.get("version", "1.0")
            order = tuple(map(int, re.findall("[0-9]+", version)))
            key = f"{len(found)}" if element.get("id") is None else f"{_name(element)}={name}"
            if key not in found or found[key][0] <= order:
                made = Constraint(f"{name}({version})", _is_allowed(element), "", tuple(_regions(element)))
                found[key] = (order, attached, made)
        container.getparent().remove(container)
    return [(attached, made) for _, attached, made in found.values()]


def _name(element: Any) -> str:
    """Without its namespace; '' of what is no element."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _children(element: Any, *names: str) -> Iterator[Any]:
    return (one for one in element if _name(one) in names)


def _is_allowed(element: Any) -> bool:
    """A ContentConstraint (2.1) that doesn't say is of what there is; a DataConstraint (3.1) of what is allowed."""
    role = element.get("role") or element.get("type")
    return role == "Allowed" if role is not None else _name(element) == "DataConstraint"


def _in_force(element: Any, now: datetime) -> bool:
    try:
        since, until = (_moment(element.get(name)) for name in ("validFrom", "validTo"))
    except ValueError:
        return False
    return (since is None or since <= now) and (until is None or now <= until)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    said = datetime.fromisoformat(text)
    return said if said.tzinfo is not None else said.replace(tzinfo=UTC)


def _attached(element: Any) -> Attached:
    found: Attached = {}
    for attachment in _children(element, "ConstraintAttachment"):
        for one in _children(attachment, "Dataflow", "DataStructure"):
            found.setdefault(_name(one), []).append(_referred(one))
    return found


def _referred(element: Any) -> str:
    """2.1 has a Ref, a URN or both inside, 3.0 the URN as text."""
    for reference in _children(element, "Ref"):
        return f"{reference.get('agencyID')}:{reference.get('id')}({reference.get('version', '1.0')})"
    return "".join("".join(element.itertext()).split()).rpartition("=")[2]


def _regions(element: Any) -> Iterator[Region]:
    for region in _children(element, "CubeRegion"):
        yield Region(_is_true(region.get("include")), _selections(region))
    sets = [(_is_true(one.get("isIncluded")), one) for one in _children(element, "DataKeySet")]
    if len({include for include, _ in sets}) > 1:  # they hold in their order, one over the other
        yield Region(True, {})
        return
    for include, one in sets:
        for key in _children(one, "Key"):
            yield Region(include, {} if _is_doubtful(key) else _selections(key))


def _selections(element: Any) -> dict[str, Selection]:
    """Of attributes and measures only that there is a condition: their values may be texts of any kind."""
    said = {one.get("id", ""): _selection(one) for one in _children(element, "KeyValue")}
    others = {one.get("id", ""): Selection((), perhaps=True) for one in _children(element, "Attribute", "Component")}
    return others | said


def _selection(element: Any) -> Selection:
    include = _is_true(element.get("include"))
    values = list(_children(element, "Value"))
    if not values or _is_doubtful(element) or element.get("removePrefix", "false") not in _NO:
        return Selection((), include, perhaps=True)
    sure = [one for one in values if not _is_doubtful(one) and one.get("cascadeValues") != "excluderoot"]
    below = any(one.get("cascadeValues", "false") not in _NO for one in values)
    listed = tuple("".join(one.itertext()).strip() for one in sure)
    return Selection(listed, include, perhaps=below or len(sure) < len(values))


def _is_doubtful(element: Any) -> bool:
    """Whether it holds for a time only."""
    return any(element.get(name) is not None for name in ("validFrom", "validTo"))


def _is_true(text: str | None) -> bool:
    return text is None or text not in _NO
