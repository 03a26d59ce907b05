"""How exactly a figure is known: half a unit of the last digit that a table shows.

Belongs here: reading that from a cell's text or from the values of a series. Does not belong here: what tolerance a
rule makes of it.
"""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pandas as pd

from validators.codes import Floats, Ints

_NUMBER = re.compile(r"[-+]?[0-9]+(?:\.([0-9]*))?")
_MOST_DECIMALS = 7  # more are the noise of a spreadsheet's binary fractions


def _decimals(values: Floats) -> Ints:
    """How many decimals it takes to write each value, at most `_MOST_DECIMALS`."""
    found = np.full(len(values), _MOST_DECIMALS, dtype=np.int64)
    for decimals in range(_MOST_DECIMALS - 1, -1, -1):
        with np.errstate(over="ignore", invalid="ignore"):  # 1e308 has no decimals anyway
            close = np.abs(np.round(values, decimals) - values) <= 1e-12 * np.abs(values)
        found[close] = decimals
    return found


def half_digit(values: Floats, text: pd.Series | None, group: Ints) -> Floats:
    """Half a unit of the last digit of each value, in the unit of the value: how far the true figure may be away.

    From the cell's own text (a Series of the same length, or None) where it holds the number, in whatever power of ten
    the table uses; else from the most decimals that a value of the same `group` needs."""
    if len(values) == 0:
        return np.zeros(0)
    codes, distinct = pd.factorize(group)
    most = np.zeros(len(distinct), dtype=np.int64)
    np.maximum.at(most, codes, _decimals(values))
    half = 0.5 * 10.0 ** -most[codes]
    if text is None:
        return np.asarray(half, dtype=np.float64)
    shown = [_NUMBER.fullmatch(_plain(cell)) for cell in text]  # texts are read one by one; the arithmetic is not
    numbers = np.array([float(match[0]) if match else np.nan for match in shown])
    decimals = np.array([min(len(match[1] or ""), _MOST_DECIMALS) if match else 0 for match in shown], dtype=np.int64)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.where((values == 0) & (numbers == 0), 1.0, np.abs(values / numbers))
        power = np.round(np.log10(scale))
        fits = np.isfinite(power) & (np.abs(scale / 10.0**power - 1) < 1e-6)
        return np.asarray(np.where(fits, 0.5 * 10.0 ** (power - decimals), half), dtype=np.float64)


def _plain(cell: object) -> str:
    """The cell's text without full-width forms, spaces, thousands separators and per cent sign."""
    text = unicodedata.normalize("NFKC", cell) if isinstance(cell, str) else ""
    return "".join(text.split()).replace(",", "").removesuffix("%")
