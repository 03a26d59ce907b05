"""Texts that a spreadsheet program must not take for formulas.

Belongs here: the rule, for every export that such a program may open. Does not belong here: any export.

A text that begins with = + - @, a tab or a line break, also in its full-width form, is calculated by Excel and WPS when
they open a CSV file, and may then call programs or send cells away (OWASP, 'CSV injection'). An apostrophe in front
makes it a text. In .xlsx a text is a text when it is written as one (`write_string`), whatever it begins with.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the catalogue's commands don't wait for it
    import pandas as pd

_BEGINS = re.compile(r"[\s\0\ufeff\u200b]*[=+\-@\uff1d\uff0b\uff0d\uff20\u2212]|[\t\r\n\0]")
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?%?")
_SIGN = re.compile(r"[+\-\uff0b\uff0d\u2212]+")  # a placeholder; no program calculates a sign


def inert(text: str) -> str:
    """The text, with an apostrophe in front where it could be calculated. A plain number keeps its sign."""
    if not _BEGINS.match(text) or _NUMBER.fullmatch(text) or _SIGN.fullmatch(text):
        return text
    return f"'{text}"


def inert_cell(value: object) -> object:
    """The same for a cell of any type: what is no text stays as it is."""
    return inert(value) if isinstance(value, str) else value


def inert_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the texts of its columns and its headings made inert; numbers and dates stay as they are."""
    texts = [name for name in frame.columns if frame[name].dtype == "str" or frame[name].dtype == object]
    return frame.assign(**{name: frame[name].map(inert_cell) for name in texts}).rename(columns=inert_cell)
