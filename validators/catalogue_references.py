"""Every name that the catalogue mentions must be declared in it, mean one thing, and not lead back to itself.

Belongs here: which key refers to which section, names and aliases, `part_of` chains. Works on the plain values of the
file, so that an entry that is wrong elsewhere is still looked at. Does not belong here: whether what is named fits
(`catalogue_meaning.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from validators.catalogue_yaml import Place, Problem, nearest
from validators.names import plain

# Where a name stands -> the section that must declare it. '*' is every key or list item; '@' the key itself.
_REFERENCES: tuple[tuple[str, str], ...] = (
    ("documents.*.region", "regions"),
    ("documents.*.chapters.*.lead", "departments"),
    ("regions.*.part_of", "regions"),
    ("departments.*.region", "regions"),
    ("datasets.*.publishers.@", "regions"),
    ("datasets.*.publishers.*", "departments"),
    ("datasets.*.references.@", "regions"),
    ("datasets.*.references.*", "departments"),
    ("indicators.*.unit", "units"),
    ("indicators.*.dataset", "datasets"),
    ("indicators.*.numerator", "indicators"),
    ("indicators.*.denominator", "indicators"),
    ("indicators.*.of", "indicators"),
    ("indicators.*.part_of", "indicators"),
    ("targets.*.indicator", "indicators"),
    ("targets.*.region", "regions"),
    ("targets.*.cite.document", "documents"),
    ("targets.*.unit", "units"),
    ("targets.*.owners.lead", "departments"),
    ("targets.*.owners.responsible.*", "departments"),
    ("targets.*.part_of", "targets"),
)
# Found in tables and filters by name and alias. Units are not known by their English names, which may be the same.
_NAMED = {
    "departments": (("name", "zh"), ("name", "en"), ("aliases", "*")),
    "regions": (("name", "zh"), ("name", "en"), ("aliases", "*")),
    "units": (("name", "zh"), ("aliases", "*")),
}
_CHAINED = ("regions", "indicators", "targets")


def section(data: Any, name: str) -> dict[Any, Any]:
    """A section of the file; empty when it is absent or no mapping (which is reported as a matter of shape)."""
    found = data.get(name) if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}


def reference_problems(data: Any) -> Iterator[Problem]:
    """Undeclared names, names that mean two things, and circles. `data` is the file as plain values."""
    yield from _undeclared(data)
    for name in _NAMED:
        yield from _ambiguous(section(data, name), name)
    for name in _CHAINED:
        yield from _circles(section(data, name), name)


def _undeclared(data: Any) -> Iterator[Problem]:
    names = dict.fromkeys(name for _, name in _REFERENCES)
    spellings = {name: _spellings(section(data, name), name) for name in names if section(data, name)}
    for pattern, name in _REFERENCES:
        known = spellings.get(name)
        if known is None:  # that the section is absent is reported once, not for each name
            continue
        declared = {str(key) for key in section(data, name)}
        hints: dict[str, str] = {}  # one wrong name often stands in many places, and looking for a likeness is slow
        for place, value in _places(data, tuple(pattern.split(".")), ()):
            if isinstance(value, str) and value not in declared:
                if value not in hints:
                    hints[value] = nearest(plain(value), known, known.get)
                yield Problem(place, f"{value!r} is not a declared {name.removesuffix('s')}{hints[value]}")


def _spellings(entries: dict[Any, Any], name: str) -> dict[str, str]:
    """Plain spelling -> key, for every key, name and alias of a section."""
    return {plain(text): str(key) for key, entry in entries.items() for _, text in _names(str(key), entry, name)}


def _places(value: Any, pattern: Place, place: Place) -> Iterator[tuple[Place, Any]]:
    """Every value that stands where the pattern says, with its place."""
    if not pattern:
        yield place, value
        return
    step, rest = pattern[0], pattern[1:]
    if isinstance(value, list):
        value = dict(enumerate(value))
    if not isinstance(value, dict):
        return
    if step == "@":
        yield from (((*place, str(key)), key) for key in value)
    elif step == "*":
        for key, item in value.items():
            yield from _places(item, rest, (*place, str(key)))
    elif step in value:
        yield from _places(value[step], rest, (*place, step))


def _names(key: str, entry: Any, name: str) -> Iterator[tuple[Place, str]]:
    """Every text by which an entry goes, its key first, with the place inside the entry."""
    yield (), key
    for pattern in _NAMED.get(name, ()):
        for place, value in _places(entry, pattern, ()):
            if isinstance(value, str):
                yield place, value


def _ambiguous(entries: dict[Any, Any], name: str) -> Iterator[Problem]:
    """A name or an alias that means two entries: reported where it stands second."""
    owners: dict[str, str] = {}
    for key, entry in entries.items():
        for place, text in _names(str(key), entry, name):
            owner = owners.setdefault(plain(text), str(key))
            if owner != str(key):
                yield Problem(
                    (name, str(key), *place), f"{text!r} already means the {name.removesuffix('s')} {owner!r}"
                )


def _circles(entries: dict[Any, Any], name: str) -> Iterator[Problem]:
    """Chains of part_of that come back to where they began, each circle once."""
    wholes = {key: entry.get("part_of") for key, entry in entries.items() if isinstance(entry, dict)}
    done: set[Any] = set()
    for start in wholes:
        chain: list[Any] = []
        key = start
        while isinstance(key, str) and key in wholes and key not in done and key not in chain:
            chain.append(key)
            key = wholes[key]
        if key in chain:
            circle = chain[chain.index(key) :]
            way = " -> ".join([*circle, circle[0]])
            yield Problem((name, circle[0], "part_of"), f"part_of leads back to where it began: {way}")
        done.update(chain)
