"""YAML text as plain values together with the line of every key, and whatever is wrong with the text as YAML.

Belongs here: reading events into mappings, lists and scalars; duplicate keys; the bounds on what is read. Does not
belong here: what the keys mean (`catalogue_file.py`). Anchors, aliases and tags are refused: the catalogue needs none,
and aliases can make a small text huge. Events are read one by one: PyYAML composes by recursion, as deep as the text
nests, and a text of brackets alone ends the process.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import yaml

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml is ten times as fast, where it was built
_TEXT = "tag:yaml.org,2002:str"
_MAX_DEPTH = 20  # the catalogue is seven levels deep

Place = tuple[str, ...]  # keys from the top, an index of a list as its digits: ('targets', 'longwan-exports', 'unit')


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong at a place. `line` where it isn't the line of the place's own key (a repeated key)."""

    place: Place
    words: str
    line: int | None = None


@dataclass(slots=True)
class Text:
    """What a YAML text holds. `lines` gives the line (from 1) of every key and list item. `complete` is False when
    reading had to stop: `data` is then of no use."""

    data: Any = None
    complete: bool = False
    lines: dict[Place, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, place: Place) -> int:
        """The line of the place, or of the nearest thing around it that is in the text."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def nearest(name: object, known: Iterable[str], key_of: Callable[[str], object] = str) -> str:
    """'; nearest: ...' with the known name most like this one, '' when none is like it at all. `key_of` is what to name
    for a known spelling: the key of the entry that goes by it."""
    found = difflib.get_close_matches(str(name), list(known), n=1, cutoff=0.01)
    return f"; nearest: {key_of(found[0])!r}" if found else ""


def read_yaml(text: str) -> Text:
    """The one document of the text. Never raises for anything that the text holds: look at `problems`."""
    result = Text()
    reader = _Reader(result)
    try:
        for event in yaml.parse(text, Loader=_Loader):
            reader.take(event)
        result.complete = True
    except _StopReading:
        pass
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        words = ", ".join(part for part in (error.context, error.problem) if part)
        result.problems.append(Problem((), f"not valid YAML: {words}", mark.line + 1 if mark else 1))
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        result.problems.append(Problem((), f"not valid YAML: {error.reason} (character {error.character!r})", line))
    return result


class _StopReading(Exception):  # noqa: N818 - no error of its own: the problem is already noted
    """What follows can't be read in a sensible way."""


@dataclass(slots=True)
class _Level:
    place: Place
    into: dict[Any, Any] | list[Any]
    repeated: bool = False  # inside the value of a repeated key: read, but nowhere recorded
    key: Any = None
    has_key: bool = False  # a key was read and its value comes next
    key_repeated: bool = False


class _Reader:
    """Takes events one by one and builds `Text.data`."""

    def __init__(self, text: Text) -> None:
        self._text = text
        self._levels: list[_Level] = []
        self._documents = 0
        self._resolver: Any = yaml.resolver.Resolver()
        self._constructor = yaml.constructor.SafeConstructor()

    @property
    def _level(self) -> _Level | None:
        return self._levels[-1] if self._levels else None

    def take(self, event: yaml.Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._stop("a second document ('---') in the file", line)
        elif isinstance(event, yaml.AliasEvent):
            self._stop(f"aliases are not read here: write out what *{event.anchor} stands for", line)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._levels.pop()
        elif isinstance(event, yaml.ScalarEvent | yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._node(event, line)

    def _node(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent, line: int) -> None:
        if event.anchor is not None:
            self._problem(f"anchors are not read here: remove &{event.anchor}", line)
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event, line)
            return
        if event.tag is not None and not event.implicit:
            self._problem(f"tags are not read here: remove {event.tag}", line)
        level = self._level
        if level and isinstance(level.into, dict) and not level.has_key:
            self._stop("a key must be a plain word", line)
        if len(self._levels) == _MAX_DEPTH:
            self._stop(f"nested deeper than {_MAX_DEPTH} levels", line)
        into: dict[Any, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        place, repeated = self._put(into, line)
        self._levels.append(_Level(place, into, repeated))

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        value: Any = event.value
        if event.tag is not None:
            self._problem(f"tags are not read here: remove {event.tag}", line)
        elif event.implicit[0]:  # plain, not quoted
            value = self._plain(event.value)
        level = self._level
        if level and isinstance(level.into, dict) and not level.has_key:
            self._key(level, value, line)
        else:
            self._put(value, line)

    def _plain(self, text: str) -> Any:
        """What a scalar without quotes is: a number, a date, true, nothing, or the text itself."""
        tag = self._resolver.resolve(yaml.ScalarNode, text, (True, False))
        if tag == _TEXT:
            return text
        try:
            value = self._constructor.construct_object(yaml.ScalarNode(tag, text))
        except (ValueError, yaml.constructor.ConstructorError):
            # '2025-02-30' looks like a date, '<<' has a meaning of its own in YAML 1.1: the models will refuse the text
            return text
        return text if isinstance(value, datetime) else value

    def _key(self, level: _Level, key: Any, line: int) -> None:
        level.key, level.has_key = key, True
        place = (*level.place, str(key))
        first = self._text.lines.get(place)
        level.key_repeated = level.repeated or first is not None
        if level.repeated:
            return
        if first is not None:
            self._text.problems.append(Problem(place, f"duplicate key, first on line {first}", line))
        else:
            self._text.lines[place] = line

    def _put(self, value: Any, line: int) -> tuple[Place, bool]:
        """Where the value stands, and whether it belongs to a repeated key (then the first one's value stays)."""
        level = self._level
        if level is None:
            self._text.data = value
            return (), False
        if isinstance(level.into, list):
            place = (*level.place, str(len(level.into)))
            level.into.append(value)
            if not level.repeated:
                self._text.lines[place] = line
            return place, level.repeated
        level.has_key = False
        if not level.key_repeated:
            level.into[level.key] = value
        return (*level.place, str(level.key)), level.key_repeated

    def _problem(self, words: str, line: int) -> None:
        level = self._level
        place = level.place if level else ()
        if level and level.has_key:
            place = (*place, str(level.key))
        self._text.problems.append(Problem(place, words, line))

    def _stop(self, words: str, line: int) -> None:
        self._problem(words, line)
        raise _StopReading
