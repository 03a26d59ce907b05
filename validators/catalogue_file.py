"""Read the catalogue from its file."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import ValidationError

from validators.catalogue import Catalogue
from validators.errors import CatalogueError


def load_catalogue(path: Path) -> Catalogue:
    """The catalogue in the file. Raises CatalogueError."""
    try:
        return Catalogue.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise CatalogueError([f"{path}: {problem['loc']}: {problem['msg']}" for problem in error.errors()]) from error
