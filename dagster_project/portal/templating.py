"""The templates: found beside this module, escaped, strict about names.

Belongs here: the environment and what every template may call. Does not belong here: what a page shows.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import do

from dagster_project.scoreboard import charts

FOLDER = Path(__file__).resolve().parent
STATIC = FOLDER / "static"


@cache
def static_url(name: str) -> str:
    """The address of a static file, with a mark of its content, so that browsers may keep it for good."""
    content = (STATIC / name).read_bytes()
    return f"/static/{name}?v={sha256(content).hexdigest()[:12]}"


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=[do],
    )
    made.globals["static_url"] = static_url
    made.globals["line_key"] = charts.key
    made.globals["band_key"] = charts.band_key
    return made


ENVIRONMENT = _environment()
