"""SDMX-JSON data messages, 1.0 and 2.0, as rows of text: one column for each component, one row for each observation.

The format writes every code once, in lists, and refers to them by their places: `"0:2": {"observations": {"1": [12.3,
0]}}` is the series of the first and the third code, its second period, the value, and the first code of the first
attribute. 2.0 adds several structures, several measures, values that stand where their place would (of components
without a list), and attributes of groups of series, whose key leaves open what the group spans.

No library in use reads these; this is written from the format's own description. Belongs here: this format alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NoReturn, TypeVar

import pandas as pd

from dagster_project.sources.json_rows import Json
from validators.errors import SourceFormError, SourceRefusedError

_VALUE = "OBS_VALUE"
_NOTHING_FOUND = "100"  # the standard's code of an error that says that a query has no results
_SHOWN = 200

_Object = dict[str, Json]
_Item = TypeVar("_Item")


@dataclass(frozen=True)
class _Component:
    """A dimension, measure or attribute. `listed`: the texts that places refer to; None where values stand there
    themselves. `default` is what holds where nothing is said."""

    name: str
    listed: tuple[str, ...] | None
    default: str = ""


@dataclass(frozen=True)
class _Structure:
    """Components by where they stand in the message; the values of those of the whole data set."""

    series: tuple[_Component, ...]
    observation: tuple[_Component, ...]
    measures: tuple[_Component, ...]
    attributes: dict[str, tuple[_Component, ...]]
    fixed: dict[str, str]


class _BrokenError(Exception):
    """Something isn't where the format has it: a path in the message."""


def read(value: Json, source: str) -> pd.DataFrame:
    """The observations of a parsed message (`json_rows.parse`), every cell a text, '' where nothing is said.

    SourceFormError for anything else than an SDMX-JSON data message, SourceRefusedError for one that says that the
    query failed."""
    try:
        rows = list(_rows(_object(value, "message"), source))
    except _BrokenError as error:
        raise SourceFormError(
            source,
            f"不是可读的 SDMX-JSON 数据文件：{error} 处不合格式",
            f"no SDMX-JSON data message that can be read: at {error}",
        ) from None
    return pd.DataFrame(rows).fillna("").astype("str") if rows else pd.DataFrame()


def _rows(message: _Object, source: str) -> Iterator[dict[str, str]]:
    data = message.get("data", message)
    if data is None or (isinstance(data, dict) and not data.get("dataSets")):
        _check_errors(message, source)
        if isinstance(data, dict) and not {"structure", "structures", "dataSets"} & set(data):
            _broken("data")
        return
    content = _object(data, "data")
    for number, one in enumerate(_list(content["dataSets"], "dataSets")):
        where = f"dataSets[{number}]"
        found = _object(one, where)
        if found.get("action") == "Delete":
            continue
        structure = _structure(_structure_of(content, found, where))
        yield from _of_data_set(found, structure, where)


def _check_errors(message: _Object, source: str) -> None:
    errors = [_object(one, "errors") for one in _list(message.get("errors") or [], "errors")]
    failed = [one for one in errors if one.get("code") != _NOTHING_FOUND]
    if failed:
        said = " ".join(_text(failed[0].get(name)) for name in ("code", "title", "detail")).strip()[:_SHOWN]
        raise SourceRefusedError(source, f"来源表示失败：{said}", f"the source says that it failed: {said}")


def _structure_of(content: _Object, data_set: _Object, where: str) -> _Object:
    if "structures" not in content:
        return _object(content.get("structure"), "structure")
    listed = _list(content["structures"], "structures")
    place = _text(data_set.get("structure", "0"))
    return _object(_at(listed, place, f"{where}.structure"), "structures")


def _structure(found: _Object) -> _Structure:
    dimensions, attributes = _by_level(found, "dimensions"), _by_level(found, "attributes")
    measures = _by_level(found, "measures").get("observation", ())
    fixed = {one.name: one.listed[0] if one.listed else "" for one in dimensions.get("dataSet", ())}
    return _Structure(
        series=dimensions.get("series", ()),
        observation=dimensions.get("observation", ()),
        measures=measures or (_Component(_VALUE, None),),
        attributes=attributes,
        fixed=fixed,
    )


def _by_level(found: _Object, kind: str) -> dict[str, tuple[_Component, ...]]:
    levels = _object(found.get(kind) or {}, kind)
    return {
        level: tuple(_component(_object(one, f"{kind}.{level}")) for one in _list(listed or [], f"{kind}.{level}"))
        for level, listed in levels.items()
    }


def _component(found: _Object) -> _Component:
    name, listed = found.get("id"), found.get("values")
    if not isinstance(name, str):
        _broken("id")
    values = tuple(_said(one) for one in _list(listed, f"{name}.values")) if listed else None
    return _Component(name, values, _text(found.get("default")))


def _said(value: Json) -> str:
    """The text of one entry of a component's values: its code, else its value."""
    if not isinstance(value, dict):
        return _text(value)
    for name in ("id", "value", "values", "name"):
        if value.get(name) is not None:
            return _text(value[name])
    return ""


def _of_data_set(found: _Object, structure: _Structure, where: str) -> Iterator[dict[str, str]]:
    whole = structure.fixed | _attributes(found.get("attributes"), structure.attributes.get("dataSet", ()), where)
    groups = list(_groups(found, structure, where))
    if "series" not in found:
        yield from _observations(found.get("observations"), structure, whole, groups, f"{where}.observations")
        return
    for key, one in _object(found["series"] or {}, f"{where}.series").items():
        at = f"{where}.series[{key}]"
        series = _object(one, at)
        said = whole | _key(key, structure.series, at)
        said |= _attributes(series.get("attributes"), structure.attributes.get("series", ()), at)
        yield from _observations(series.get("observations"), structure, said, groups, at)


_Group = tuple[dict[str, str], dict[str, str]]


def _groups(found: _Object, structure: _Structure, where: str) -> Iterator[_Group]:
    """Of each group the codes that its key names, and its attributes."""
    components = structure.attributes.get("dimensionGroup", ())
    dimensions = (*structure.series, *structure.observation)
    for key, values in _object(found.get("dimensionGroupAttributes") or {}, where).items():
        at = f"{where}.dimensionGroupAttributes[{key}]"
        places = key.split(":")
        if len(places) != len(dimensions):
            _broken(at)
        named = {one.name: _at(one.listed, place, at) for one, place in zip(dimensions, places, strict=True) if place}
        yield named, _attributes(values, components, at)


def _observations(
    found: Json, structure: _Structure, said: dict[str, str], groups: Sequence[_Group], where: str
) -> Iterator[dict[str, str]]:
    attributes = structure.attributes.get("observation", ())
    count = len(structure.measures)
    for key, values in _object(found or {}, where).items():
        at = f"{where}[{key}]"
        listed = _list(values, at) if values is not None else []
        row = said | _key(key, structure.observation, at)
        for named, of_group in groups:
            if named.items() <= row.items():
                row |= of_group
        row |= _attributes(listed[:count], structure.measures, at)
        yield row | _attributes(listed[count:], attributes, at)


def _key(key: str, dimensions: Sequence[_Component], where: str) -> dict[str, str]:
    places = key.split(":") if key else []
    if len(places) != len(dimensions):
        _broken(where)
    return {one.name: _at(one.listed, place, where) for one, place in zip(dimensions, places, strict=True)}


def _attributes(found: Json, components: Sequence[_Component], where: str) -> dict[str, str]:
    """By name the text of each component; what follows them, such as annotations, is passed over."""
    listed = _list(found or [], where)
    values = [*listed, *[None] * (len(components) - len(listed))]
    return {one.name: _value(value, one, where) for one, value in zip(components, values, strict=False)}


def _value(value: Json, component: _Component, where: str) -> str:
    if value is None:
        return component.default
    if component.listed is None or not isinstance(value, str):
        return _said(value)
    return _at(component.listed, value, where)


def _at(listed: Sequence[_Item] | None, place: str, where: str) -> _Item:
    if listed is None or not place.isdecimal() or int(place) >= len(listed):
        _broken(where)
    return listed[int(place)]


def _text(value: Json) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ",".join(map(_text, value))
    if isinstance(value, dict):  # a text in several languages
        return next((_text(one) for one in value.values()), "")
    return "" if value is None else str(value).lower()


def _object(value: Json, where: str) -> _Object:
    if not isinstance(value, dict):
        _broken(where)
    return value


def _list(value: Json, where: str) -> list[Json]:
    if not isinstance(value, list):
        _broken(where)
    return value


def _broken(where: str) -> NoReturn:
    raise _BrokenError(where)
