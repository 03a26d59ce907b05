"""Periods along a row or a column, where neighbours help to read each other.

Belongs here: a series of period texts. Does not belong here: one text (`validators/periods.py`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from validators.periods import Found, Month, find_period, read_period

_OCTOBER_OR_JANUARY = re.compile(r"(?P<year>(?:19|20)[0-9]{2})\.1")
_DECIMAL = re.compile(r"(?P<year>(?:19|20)[0-9]{2})\.(?P<month>[0-9]{1,2})")


def is_ambiguous(text: str) -> bool:
    """Whether the text may be January or an October that lost its zero: '2016.1'."""
    return _OCTOBER_OR_JANUARY.fullmatch(text.strip()) is not None


def read_axis(texts: Sequence[str], year: int | None) -> list[Found | None]:
    """The periods along a row or a column of periods. '2016.1' is October, a number that lost its last zero, unless its
    neighbours are February or December and no other text is January."""
    found = [read_period(text, year=year) or find_period(text, year=year) for text in texts]
    for index, text in enumerate(texts):
        match = _OCTOBER_OR_JANUARY.fullmatch(text.strip())
        if match is not None:
            near = {_month_of(texts[side]) for side in (index - 1, index + 1) if 0 <= side < len(texts)}
            elsewhere = any(_is_january(other, match["year"]) for place, other in enumerate(texts) if place != index)
            october = elsewhere or bool(near & {9, 11}) or not near & {2, 12}
            found[index] = Found(Month(int(match["year"]), 10 if october else 1), cumulative=False, year_stated=True)
    return found


def _month_of(text: str) -> int:
    match = _DECIMAL.fullmatch(text.strip())
    return int(match["month"]) if match else 0


def _is_january(text: str, year: str) -> bool:
    return text.strip() in (f"{year}.01", f"{year}.1")
