"""What a source asks, as people may be shown it: its options in the catalogue, without anything that is a secret.

`${name}` stays as it is written, since what it stands for is in the settings alone. Beside that a catalogue should say
nothing secret; where it does, `***` is shown. Belongs here: what is hidden. Does not belong here: filling in
(`secrets.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from dagster_project.sources.registry import find
from dagster_project.sources.web_words import HIDDEN, PLAIN_HEADERS, is_secret_name
from validators.errors import SourceOptionsError

_SERIES_KEY = re.compile(r"(?:series\[[0-9]+\]\.)?key")  # of SDMX, where a key is no secret
_REFERENCE = re.compile(r"(?:[A-Za-z]+ )?\$\{[a-z][a-z0-9_]*\}")
_USER = re.compile(r"(?<=://)[^/\s@]*@")
_PAIR = re.compile(r"(?P<name>[A-Za-z][A-Za-z0-9_-]*)(?P<sign>=|\"\s*:\s*\")(?P<value>[^&;\s\"]*)")


def shown(connector: str, options: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The options as (name, text), a line each, parts of a name joined by dots, in the order of the catalogue. Of a
    connector that isn't installed nothing but references is shown."""
    try:
        private = frozenset(_private(find(connector).options_model))
    except SourceOptionsError:
        return list(_lines("", options, frozenset(), hidden=True))
    return list(_lines("", options, private, hidden=False))


def _private(model: type[BaseModel]) -> Iterator[str]:
    """The names of fields that are kept out of what is printed of the options."""
    for name, field in model.model_fields.items():
        if not field.repr:
            yield name
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _private(field.annotation)


def _lines(name: str, value: Any, private: frozenset[str], *, hidden: bool) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        headers = name.rpartition(".")[2] == "headers"
        for key, one in value.items():
            path = f"{name}.{key}" if name else str(key)
            secret = is_secret_name(str(key)) or (headers and str(key).lower() not in PLAIN_HEADERS)
            secret = (secret or key in private) and _SERIES_KEY.fullmatch(path) is None
            yield from _lines(path, one, private, hidden=hidden or secret)
    elif isinstance(value, list | tuple) and value:
        for number, one in enumerate(value):
            yield from _lines(f"{name}[{number}]", one, private, hidden=hidden)
    else:
        yield name, _text(value, hidden=hidden)


def _text(value: Any, *, hidden: bool) -> str:
    if value is None or isinstance(value, bool):
        return str(value).lower().replace("none", "null")
    text = str(value)
    if hidden and _REFERENCE.fullmatch(text) is None:
        return HIDDEN
    return _PAIR.sub(_pair, _USER.sub(_user, text))


def _user(found: re.Match[str]) -> str:
    user, colon, password = found[0].removesuffix("@").partition(":")
    parts = [one if not one or _REFERENCE.fullmatch(one) else HIDDEN for one in (user, password)]
    return parts[0] + colon + parts[1] + "@"


def _pair(found: re.Match[str]) -> str:
    plain = not is_secret_name(found["name"]) or _REFERENCE.fullmatch(found["value"]) is not None
    return found[0] if plain else f"{found['name']}{found['sign']}{HIDDEN}"
