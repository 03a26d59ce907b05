"""The catalogue from its file: strict, and with everything that is wrong with it reported at once.

Belongs here: reading the file, its shape against the models, the JSON Schema for editors. Does not belong here: YAML
itself (`catalogue_yaml.py`), words for a wrong shape (`shapes.py`), names that must be declared
(`catalogue_references.py`), sense (`catalogue_meaning.py`).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from validators.catalogue import Catalogue
from validators.catalogue_meaning import meaning_problems
from validators.catalogue_references import reference_problems, section
from validators.catalogue_targets import target_problems
from validators.catalogue_yaml import Problem, read_yaml
from validators.errors import CatalogueError
from validators.shapes import problem_lines, shape_problem

MAX_BYTES = 5_000_000  # a province of a hundred counties; a file above it is no catalogue


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
        raise CatalogueError(problem_lines(name, read, problems))
    return catalogue


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
    return Catalogue.model_validate(sections), [shape_problem(detail, json_schema()) for detail in details]


@cache
def json_schema() -> dict[str, Any]:
    """The JSON Schema of the file, for editors: keys and their values, not which names are declared."""
    schema = Catalogue.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "metrics_catalog.yaml"
    return schema
