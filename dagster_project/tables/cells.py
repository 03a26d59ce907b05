"""What each cell holds: a number, a placeholder for a missing one, a text, a date, an error.

Belongs here: telling these apart, and numbers written as text (full-width digits, thousands separators, per cent
signs). Does not belong here: what a number measures.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dagster_project.tables.grid import Bools, Grid, Objects
from validators.periods import read_period


class Holds:
    """The kinds of a cell's content. Plain integers: compared for each cell, Enum members are slow."""

    NOTHING: Final = 0
    NUMBER: Final = 1
    PLACEHOLDER: Final = 2  # '…', '-': there is a figure, but it isn't given
    DATE: Final = 3
    TEXT: Final = 4
    MIXED: Final = 5  # a number with words: '12.5亿', '约30'
    ERROR: Final = 6  # '#REF!'
    UNVALUED: Final = 7  # a formula that was never calculated
    OTHER: Final = 8  # a truth value, a time of day


def _any_of(*kinds: int) -> Bools:
    table = np.zeros(9, dtype=bool)
    table[list(kinds)] = True
    return table


# Look-up tables: FIGURES[holds] says for an array of kinds which are figures.
FIGURES = _any_of(Holds.NUMBER, Holds.UNVALUED, Holds.ERROR)
FIGURES_OR_PLACEHOLDERS = _any_of(Holds.NUMBER, Holds.UNVALUED, Holds.ERROR, Holds.PLACEHOLDER)
WORDS = _any_of(Holds.TEXT, Holds.MIXED, Holds.DATE)
NO_FIGURES = _any_of(Holds.TEXT, Holds.MIXED, Holds.DATE, Holds.OTHER, Holds.ERROR, Holds.UNVALUED)


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """A sheet's visible cells as arrays of one shape. `numbers` is NaN where there is none and already in per cent
    where the cell shows per cent (`percent`); `texts` has the stripped text of text cells, else ''."""

    holds: NDArray[np.int8]
    numbers: NDArray[np.float64]
    percent: Bools
    texts: Objects
    raw: Objects

    def text(self, row: int, column: int) -> str:
        """The cell as found, for people: a date in ISO form, a number plainly."""
        return shown(self.raw[row, column], bool(self.percent[row, column]))


_NUMBER = re.compile(
    r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?(?:\.[0-9]+)?(?<=[0-9])(?:e[+-]?[0-9]{1,3})?(%?)", re.IGNORECASE
)
_PLACEHOLDER = re.compile(
    r"[-\u2010-\u2015\u2212\u2500.\u00b7/\\*_~x\u00d7]+|n/?a|n\.a\.?|null|none|nan|无|空|缺|暂无|暂缺|未统计|未发布|未公布|不适用",
    re.IGNORECASE,
)
_ERROR = re.compile(r"#(?:REF!|DIV/0!|N/A|VALUE!|NAME\?|NULL!|NUM!|SPILL!|CALC!|GETTING_DATA)", re.IGNORECASE)
_MIXED = re.compile(
    r"(?:[\u2248~<>\u2264\u2265=±\u2191\u2193▲▼¥￥$(]|大?约|近|超过?|逾|达|不足|增长?|下降|减少?|降|共)*"
    r"[+-]?[0-9][0-9,.]*\s*"
    r"(?:%|百分点|[亿万千百]*(?:美?元|[个家项人户件次场吨])?(?:左右|以上|以下|多|余)?|\([^()]*\)|[*?#)\u2191\u2193]+)"
)
_LONGEST_NUMBER = 60  # characters, spaces included
_LONGEST = 2_000  # characters of a text that are looked at; what follows is a note's
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-", "\u2014": "-", "\u2010": "-", "\u2011": "-"})


def number_in(text: str) -> tuple[float, bool] | None:
    """The number that the whole text is ('１，２３４', '+5.2％'), and whether it has a per cent sign; else None."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).translate(_MINUS)
    match = _NUMBER.fullmatch(plain)
    if match is None:
        return None
    value = float(plain.rstrip("%").replace(",", ""))
    return (value, bool(match[1])) if np.isfinite(value) else None


def shown(value: object, percent: bool = False) -> str:
    """A cell's content as text."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{round(value * 100, 10):.15g}%" if percent else f"{value:.15g}"
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _kind_of_text(text: str) -> int:
    """The kind of a text that is no number."""
    plain = unicodedata.normalize("NFKC", text[:_LONGEST]).strip()
    if not plain:
        return Holds.NOTHING
    if _PLACEHOLDER.fullmatch(re.sub(r"\s+", "", plain)):
        return Holds.PLACEHOLDER
    if _ERROR.fullmatch(plain):
        return Holds.ERROR
    return Holds.MIXED if _MIXED.fullmatch(plain) and not read_period(plain, year=2000) else Holds.TEXT


def look_at(grid: Grid) -> Cells:
    """The grid's cells by what they hold; hidden rows and columns hold nothing."""
    values = grid.raw.copy()
    values[[row for row in grid.hidden_rows if row < values.shape[0]], :] = None
    values[:, [column for column in grid.hidden_columns if column < values.shape[1]]] = None
    flat = values.ravel()
    kinds = [type(value) for value in flat]  # one look per cell; everything below works on whole arrays
    holds = np.zeros(len(flat), dtype=np.int8)
    numbers = np.full(len(flat), np.nan)
    texts = np.full(len(flat), "", dtype=object)
    percent = np.zeros(len(flat), dtype=bool)
    is_float = np.zeros(len(flat), dtype=bool)
    for kind in set(kinds) - {type(None)}:
        here = np.fromiter((other is kind for other in kinds), dtype=bool, count=len(kinds))
        if kind is float:
            is_float = here
            numbers[here] = flat[here].astype(np.float64)
            holds[here] = np.where(np.isfinite(numbers[here]), Holds.NUMBER, Holds.OTHER)
        elif kind is str:
            _look_at_texts(flat, here, holds, numbers, texts, percent)
        else:
            holds[here] = Holds.DATE if issubclass(kind, date) else Holds.OTHER
    shape = values.shape
    if grid.percent is not None:
        fraction = grid.percent.ravel() & is_float
        numbers[fraction] = np.round(numbers[fraction] * 100, 10)
        percent |= fraction
    cells = Cells(holds.reshape(shape), numbers.reshape(shape), percent.reshape(shape), texts.reshape(shape), values)
    _mark(cells, grid)
    return cells


def _look_at_texts(
    flat: Objects, here: Bools, holds: NDArray[np.int8], numbers: NDArray[np.float64], texts: Objects, percent: Bools
) -> None:
    codes, distinct = pd.factorize(flat[here])  # labels and placeholders repeat: each text is read once
    found = [number_in(text) if len(text) < _LONGEST_NUMBER else None for text in distinct]
    kinds = [
        _kind_of_text(text) if number is None else Holds.NUMBER for text, number in zip(distinct, found, strict=True)
    ]
    holds[here] = np.array(kinds, dtype=np.int8)[codes]
    numbers[here] = np.array([np.nan if number is None else number[0] for number in found])[codes]
    percent[here] = np.array([number is not None and number[1] for number in found], dtype=bool)[codes]
    stripped = np.empty(len(distinct), dtype=object)
    stripped[:] = [text.strip()[:_LONGEST] for text in distinct]
    texts[here] = stripped[codes]


def _mark(cells: Cells, grid: Grid) -> None:
    for row, column in grid.errors:
        if row not in grid.hidden_rows and column not in grid.hidden_columns:
            cells.holds[row, column] = Holds.ERROR
            cells.raw[row, column] = grid.errors[row, column]
    for row, column in grid.unvalued:
        if row not in grid.hidden_rows and column not in grid.hidden_columns:
            cells.holds[row, column] = Holds.UNVALUED
