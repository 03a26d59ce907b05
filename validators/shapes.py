"""What is wrong with a file that people edit, in lines that lead to the place: pydantic's errors in words.

Belongs here: errors that the models find by themselves, file and line before each problem. Does not belong here: which
models, what names refer to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic_core import ErrorDetails

from validators.catalogue_yaml import Place, Problem, Text, nearest

_PATTERNS = {  # what a pattern of the models means, for a reader
    "^[a-z][a-z0-9_]*$": "must be lower-case English words joined by underscores, such as goods_exports",
    "^[a-z][a-z0-9-]*$": "must be lower-case English words joined by hyphens, such as longwan-exports",
    "^[0-9]{6}$": "must be the six digits of a region code, such as '330303'",
    "^[0-9]{4}-(0[1-9]|1[0-2])$": "must be a month such as 2025-12",
    "^[0-9]{4}(-(0[1-9]|1[0-2]|Q[1-4]))?$": "must be a period such as 2025, 2025-01 or 2025-Q1",
}


def shape_problem(detail: ErrorDetails, schema: dict[str, Any]) -> Problem:
    """A pydantic error in words for somebody who edits the file. `schema` is the JSON Schema of the models."""
    place = tuple(str(part) for part in detail["loc"] if part != "[key]")
    value, kind, context = detail["input"], detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        known = list(_known_keys(schema, place[:-1]))
        return Problem(place, f"unknown key{nearest(place[-1], known)}")
    if kind == "missing":
        return Problem(place, "is missing")
    if kind == "enum":
        words = str(context["expected"]).replace(" or ", ", ").replace("'", "").split(", ")
        return Problem(place, f"{value!r} is not one of {', '.join(words)}{nearest(value, words)}")
    if kind == "string_pattern_mismatch" and context["pattern"] in _PATTERNS:
        return Problem(place, f"{value!r} {_PATTERNS[context['pattern']]}")
    if kind == "string_type" and not isinstance(value, dict | list | None):
        return Problem(place, f'{value} is no text as it stands; put it in quotes: "{value}"')
    if kind in ("model_type", "dict_type"):
        keys = ", ".join(_known_keys(schema, place))
        return Problem(place, f"must be a mapping{f' of {keys}' if keys else ''}, not {_shown(value)}")
    words_of_pydantic = detail["msg"][:1].lower() + detail["msg"][1:]
    return Problem(place, f"{_shown(value)}: {words_of_pydantic.removeprefix('input ')}")


def problem_lines(name: str, read: Text, problems: Iterable[Problem]) -> list[str]:
    """One line each with file, line and key, in the order of the file that goes by this name."""
    placed = sorted({(problem.line or read.line(problem.place), problem.place, problem.words) for problem in problems})
    return [f"{name}:{line}: {'.'.join(place)}{': ' if place else ''}{words}" for line, place, words in placed]


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _known_keys(schema: dict[str, Any], place: Place) -> Iterator[str]:
    """The keys that the models know at a place."""
    definitions = schema.get("$defs", {})
    here: dict[str, Any] = schema
    for step in (*place, None):
        for option in here.get("anyOf", ()):
            if option.get("type") != "null":
                here = option
        if "$ref" in here:
            here = definitions[here["$ref"].rpartition("/")[2]]
        if step is None:
            break
        below = here.get("properties", {}).get(step) or here.get("additionalProperties")
        if not isinstance(below, dict):
            below = next(iter(here.get("patternProperties", {}).values()), None) or here.get("items")
        if not isinstance(below, dict):
            return
        here = below
    yield from here.get("properties", ())
