"""The catalogue from its file: strict, and with everything that is wrong with it reported at once.

Belongs here: reading the file, its shape against the models, the JSON Schema for editors, putting file, line and key
before each problem. Does not belong here: YAML itself (`catalogue_yaml.py`), names that must be declared
(`catalogue_references.py`), sense (`catalogue_meaning.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from validators.catalogue import Catalogue
from validators.catalogue_meaning import meaning_problems
from validators.catalogue_references import reference_problems, section
from validators.catalogue_targets import target_problems
from validators.catalogue_yaml import Place, Problem, Text, nearest, read_yaml
from validators.errors import CatalogueError

MAX_BYTES = 5_000_000  # a province of a hundred counties; a file above it is no catalogue

_PATTERNS = {  # what a pattern of the models means, for a reader
    "^[a-z][a-z0-9_]*$": "must be lower-case English words joined by underscores, such as goods_exports",
    "^[a-z][a-z0-9-]*$": "must be lower-case English words joined by hyphens, such as longwan-exports",
    "^[0-9]{6}$": "must be the six digits of a region code, such as '330303'",
    "^[0-9]{4}-(0[1-9]|1[0-2])$": "must be a month such as 2025-12",
}


def load_catalogue(path: Path) -> Catalogue:
    """The catalogue in the file. Raises CatalogueError with every problem of it, in the order of the lines."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise CatalogueError([f"{path}:1: {size} bytes; a catalogue has at most {MAX_BYTES}"])
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CatalogueError([f"{path}: can't be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise CatalogueError([f"{path}:{line}: not UTF-8 text; save the file as UTF-8"]) from error
    return parse_catalogue(text, str(path))


def parse_catalogue(text: str, name: str) -> Catalogue:
    """The catalogue in a text that goes by this name. Raises CatalogueError."""
    read = read_yaml(text)
    catalogue, problems = None, list(read.problems)
    if read.complete and read.data is None:
        problems.append(Problem((), "the file is empty"))
    elif read.complete:
        catalogue, shape = _shaped(read.data)
        references = list(reference_problems(read.data))
        problems += references
        undeclared = {problem.place for problem in references}  # no need to say of such a name that its spelling is odd
        problems += (problem for problem in shape if problem.place not in undeclared)
        problems += meaning_problems(catalogue)
        problems += target_problems(catalogue)
    if catalogue is None or problems:
        raise CatalogueError(_lines(name, read, problems))
    return catalogue


def _lines(name: str, read: Text, problems: list[Problem]) -> list[str]:
    """One line each, in the order of the file."""
    placed = sorted({(problem.line or read.line(problem.place), problem.place, problem.words) for problem in problems})
    return [f"{name}:{line}: {'.'.join(place)}{': ' if place else ''}{words}" for line, place, words in placed]


def _shaped(data: Any) -> tuple[Catalogue, list[Problem]]:
    """The catalogue made of all entries whose shape is right, and what is wrong with the others."""
    try:
        return Catalogue.model_validate(data), []
    except ValidationError as error:
        details = error.errors(include_url=False)
    sections = {name: dict(section(data, name)) for name in Catalogue.model_fields}
    for detail in details:
        name, key = (*(str(part) for part in detail["loc"]), "", "")[:2]
        if name in ("bands", "alerts"):
            sections[name] = {}
        elif name in sections:
            sections[name] = {entry: value for entry, value in sections[name].items() if str(entry) != key}
    return Catalogue.model_validate(sections), [_shape_problem(detail) for detail in details]


def _shape_problem(detail: ErrorDetails) -> Problem:
    """A pydantic error in words for somebody who edits the file."""
    place = tuple(str(part) for part in detail["loc"] if part != "[key]")
    value, kind, context = detail["input"], detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        known = list(_known_keys(place[:-1]))
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
        keys = ", ".join(_known_keys(place))
        return Problem(place, f"must be a mapping{f' of {keys}' if keys else ''}, not {_shown(value)}")
    words_of_pydantic = detail["msg"][:1].lower() + detail["msg"][1:]
    return Problem(place, f"{_shown(value)}: {words_of_pydantic.removeprefix('input ')}")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _known_keys(place: Place) -> Iterator[str]:
    """The keys that the models know at a place."""
    schema = json_schema()
    definitions = schema["$defs"]
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


@cache
def json_schema() -> dict[str, Any]:
    """The JSON Schema of the file, for editors: keys and their values, not which names are declared."""
    schema = Catalogue.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "metrics_catalog.yaml"
    return schema
