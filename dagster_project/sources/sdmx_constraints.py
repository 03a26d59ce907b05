"""What an SDMX service allows in a data flow, beside its code lists, and what it says that there is now.

A code list is often shared, and a flow holds a part of it: a constraint says which. Asking for something else is an
error that isn't tried again, so a constraint excludes only what it excludes beyond doubt: what is below a code in its
list, values for a time and prefixes to be removed are taken as "perhaps".

Belongs here: what constraints are, and what they exclude. Does not belong here: reading them
(`sdmx_constraint_xml.py`), asking for them (`sdmx_flow.py`), flows and their dimensions (`sdmx_structure.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

Said = tuple[str, str]
_SHOWN = 8
_MOST = 1000  # regions of one dimension beyond which nothing is made of them


@dataclass(frozen=True)
class Selection:
    """Codes of one dimension: those listed (% stands for any letters), or all others where not `include`. `perhaps`:
    others may be listed as well."""

    values: tuple[str, ...]
    include: bool = True
    perhaps: bool = False

    def holds(self, code: str) -> bool | None:
        """None where that can't be told."""
        if code in self._exact or any(_is_like(code, pattern) for pattern in self.patterns):
            return self.include
        return None if self.perhaps else not self.include

    @cached_property
    def patterns(self) -> tuple[str, ...]:
        """Those of the values that stand for several."""
        return tuple(value for value in self.values if "%" in value)

    @cached_property
    def _exact(self) -> frozenset[str]:
        return frozenset(self.values)


@dataclass(frozen=True)
class Region:
    """Keys that are in or out: those whose codes are all in the selections, by dimension."""

    include: bool
    selections: dict[str, Selection]

    def may_hold(self, key: Mapping[str, str]) -> bool:
        """Whether a key that has these codes may be in the region; dimensions that it leaves open may have any."""
        return all(self.selections[name].holds(key[name]) is not False for name in key if name in self.selections)

    def surely_holds(self, key: Mapping[str, str]) -> bool:
        """Whether every key that has these codes is in the region."""
        return bool(self.selections) and all(
            name in key and selection.holds(key[name]) is True for name, selection in self.selections.items()
        )


@dataclass(frozen=True)
class Constraint:
    """`name`: as OFFICE:TRADE_CODES(1.0). `allowed`: it says what may be there; else what is there now. `on`: the short
    name of the flow or the structure that it is attached to."""

    name: str
    allowed: bool
    on: str
    regions: tuple[Region, ...]

    @cached_property
    def dimensions(self) -> frozenset[str]:
        """Those that it says anything of."""
        return frozenset(name for region in self.regions for name in region.selections)

    def excludes(self, key: Mapping[str, str]) -> bool:
        """Whether no key with these codes is in it."""
        within = [region for region in self.regions if region.include]
        if within and not any(region.may_hold(key) for region in within):
            return True
        return any(region.surely_holds(key) for region in self.regions if not region.include)

    def of_one(self, dimension: str) -> Constraint:
        """What it says of single codes of a dimension, in as few regions as that can be said."""
        within = [region.selections.get(dimension) for region in self.regions if region.include]
        bounds = [one for one in within if one is not None]
        without = [
            region.selections[dimension]
            for region in self.regions
            if not region.include and set(region.selections) == {dimension}
        ]
        regions = [Region(True, {dimension: one}) for one in _united(bounds)] if len(bounds) == len(within) else []
        regions += [Region(False, {dimension: one}) for one in _united(without)]
        return replace(self, regions=tuple(regions) if len(regions) <= _MOST else ())

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Constraint:
        """From the plain values that `plain` makes."""
        regions = tuple(
            Region(
                one["include"],
                {
                    name: Selection(tuple(selection["values"]), selection["include"], selection["perhaps"])
                    for name, selection in one["selections"].items()
                },
            )
            for one in said["regions"]
        )
        return cls(said["name"], said["allowed"], said["on"], regions)

    def plain(self) -> dict[str, Any]:
        """As values that go through JSON."""
        return asdict(self)


def not_allowed(
    constraints: Sequence[Constraint],
    codes: Mapping[str, Sequence[str] | None],
    pairs: Iterable[tuple[str, str]],
    keys: Sequence[Mapping[str, str]],
) -> list[Said]:
    """What is asked for and not allowed. `codes` of the dimensions, as far as they are known; `pairs`: dimension and
    code; `keys`: the combinations that are asked for, of which one at least has to be allowed."""
    allowed = [one for one in constraints if one.allowed]
    wrong = []
    for dimension, code in dict.fromkeys(pairs):
        blamed = _excluding([one.of_one(dimension) for one in allowed], {dimension: code})
        if blamed is not None:
            zh, en = _listed(allowed, codes, dimension, "允许", "allowed")
            wrong.append(
                (
                    f"维度 {dimension} 的代码 {code} 不在该数据流允许的范围内（约束 {blamed.name}{zh}）",
                    f"code {code} of dimension {dimension} is not allowed in this flow (constraint {blamed.name}{en})",
                )
            )
    if wrong or not keys:
        return wrong
    first = _excluding(allowed, keys[0])
    if first is None or any(_excluding(allowed, key) is None for key in keys[1:]):
        return []
    together = ", ".join(f"{name}={code}" for name, code in keys[0].items() if name in first.dimensions)
    return [
        (
            f"该数据流不允许代码组合 {together}（约束 {first.name}）",
            f"the codes {together} are not allowed together in this flow (constraint {first.name})",
        )
    ]


def lacking(
    constraints: Sequence[Constraint], codes: Mapping[str, Sequence[str] | None], pairs: Iterable[tuple[str, str]]
) -> list[Said]:
    """Of what is asked for, that of which the service says that it has nothing now. It may come."""
    actual = [one for one in constraints if not one.allowed]
    remarks = []
    for dimension, code in dict.fromkeys(pairs):
        if _excluding([one.of_one(dimension) for one in actual], {dimension: code}) is not None:
            zh, en = _listed(actual, codes, dimension, "现有", "there is")
            remarks.append(
                (
                    f"服务目前没有维度 {dimension} 代码 {code} 的数据{zh}",
                    f"the service has nothing now with code {code} of dimension {dimension}{en}",
                )
            )
    return remarks


def _excluding(constraints: Sequence[Constraint], key: Mapping[str, str]) -> Constraint | None:
    """The constraint that excludes the key; where several of one object speak of the same dimension of it, all must."""
    out = [one for one in constraints if one.excludes(key)]
    for one in out:
        shared = one.dimensions & set(key)
        rivals = [other for other in constraints if other.on == one.on and other.dimensions & shared]
        if all(other in out for other in rivals):
            return one
    return None


def _listed(
    constraints: Sequence[Constraint], codes: Mapping[str, Sequence[str] | None], dimension: str, zh: str, en: str
) -> Said:
    limits = [one.of_one(dimension) for one in constraints]
    selections = (region.selections[dimension] for one in limits for region in one.regions)
    known = codes.get(dimension) or dict.fromkeys(value for one in selections if one.include for value in one.values)
    left = [code for code in known if _excluding(limits, {dimension: code}) is None]
    if not left:
        return "", ""
    more = len(left) - _SHOWN
    shown = left[:_SHOWN]
    return (
        f"；{zh}：{'、'.join(shown)}{f' 等 {len(left)} 个' if more > 0 else ''}",
        f"; {en}: {', '.join(shown)}{f' and {more} more' if more > 0 else ''}",
    )


def _united(selections: Sequence[Selection]) -> list[Selection]:
    """Selections of which one at least has to hold, in fewer."""
    plain = [one for one in selections if one.include and not one.perhaps and not one.patterns]
    values = tuple(dict.fromkeys(value for one in plain for value in one.values))
    others = dict.fromkeys(one for one in selections if not one.include or one.perhaps or one.patterns)
    return [*([Selection(values)] if plain else []), *others]


def _is_like(code: str, pattern: str) -> bool:
    """In time that grows with the lengths alone, whoever wrote the pattern."""
    head, *between, tail = pattern.split("%")
    if len(code) < len(head) + len(tail) or not (code.startswith(head) and code.endswith(tail)):
        return False
    place, end = len(head), len(code) - len(tail)
    for piece in between:
        found = code.find(piece, place, end)
        if found < 0:
            return False
        place = found + len(piece)
    return True
