"""Every text of the pages by its key, in Chinese and in English.

Belongs here: putting the texts of `words/` together, and finding one. Does not belong here: words of the catalogue and
of findings, which carry both languages themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dagster_project.portal.words import (
    calendar,
    common,
    hand_in,
    observation,
    open_data,
    outlook,
    scoreboard,
    signin,
    sources,
    target,
    uploads,
)
from dagster_project.scoreboard.language import Language

_PARTS: tuple[Mapping[str, tuple[str, str]], ...] = (
    common.TEXTS,
    scoreboard.TEXTS,
    target.TEXTS,
    calendar.TEXTS,
    observation.TEXTS,
    open_data.TEXTS,
    outlook.TEXTS,
    hand_in.TEXTS,
    uploads.TEXTS,
    sources.TEXTS,
    signin.TEXTS,
)


def _together() -> Mapping[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for part in _PARTS:
        twice = found.keys() & part.keys()
        if twice:
            raise ValueError(f"texts with the same key: {sorted(twice)}")
        found |= part
    return MappingProxyType(found)


TEXTS = _together()


def text(key: str, language: Language, **values: object) -> str:
    """The text with its {places} filled. KeyError for a key that nobody wrote."""
    chosen = TEXTS[key][0 if language is Language.ZH else 1]
    return chosen.format(**values) if values else chosen
