"""What a source may say below `with`, by connector: for who writes the catalogue.

Belongs here: the list of a connector's options. Does not belong here: the options (`sources`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from dagster_project.sources.registry import find

_MOST = 3  # levels of options within options


def options_of(connector: str) -> Iterator[tuple[str, str, str]]:
    """Name (with dots; `*` is any key), default ('' where one must be given), and words of every option;
    SourceOptionsError for an unknown connector."""
    schema = find(connector).options_model.model_json_schema()
    yield from _fields(schema, schema.get("$defs", {}), "", _MOST)


def _fields(
    model: Mapping[str, Any], models: Mapping[str, Any], prefix: str, levels: int
) -> Iterator[tuple[str, str, str]]:
    needed = set(model.get("required", ()))
    for name, field in model.get("properties", {}).items():
        words = " ".join(str(field.get("description", "")).split())
        inner, below = _inner(field, models), f"{prefix}{name}."
        if inner is None and isinstance(field.get("additionalProperties"), dict):
            inner, below = _inner(field["additionalProperties"], models), f"{prefix}{name}.*."
        default = "" if name in needed else "—" if inner else json.dumps(field.get("default"), ensure_ascii=False)
        yield f"{prefix}{name}", default, words
        if inner is not None and levels > 1:
            yield from _fields(inner, models, below, levels - 1)


def _inner(field: Mapping[str, Any], models: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The model of options that a field holds, if it holds one."""
    for one in (field, *field.get("anyOf", ()), *field.get("allOf", ())):
        found: Mapping[str, Any] | None = models.get(str(one.get("$ref", "")).rpartition("/")[2])
        if found is not None and "properties" in found:
            return found
    return None
