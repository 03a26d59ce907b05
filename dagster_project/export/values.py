"""Values as texts, the same in every format that is text.

Belongs here: decimals, computed numbers, moments, flags, and texts that a spreadsheet program must not calculate. Does
not belong here: any format.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dagster_project.export.columns import Table, Type
from validators.spreadsheet_text import inert

Objects = NDArray[np.object_]


def decimal_of(value: float) -> Decimal:
    """The decimal that a stored figure stands for: 15 significant digits, which a float64 carries faithfully."""
    return Decimal(f"{value:.15g}")


def as_texts(frame: pd.DataFrame, table: Table, *, for_spreadsheets: bool = True) -> pd.DataFrame:
    """Every value as text, '' where it is missing. `for_spreadsheets`: words that a spreadsheet program would calculate
    begin with an apostrophe; numbers, keys and codes stay as they are."""
    found = {}
    for column in table.columns:
        make = _TEXTS.get(column.type)
        texts = frame[column.name].to_numpy(dtype=object) if make is None else _each_once(frame[column.name], make)
        if column.type is Type.TEXT and for_spreadsheets:
            texts = _each_once(frame[column.name], inert)
        found[column.name] = texts
    return pd.DataFrame(found, columns=table.names)


def _each_once(values: pd.Series[Any], make: Callable[[Any], str]) -> Objects:
    """Each distinct value is made a text once."""
    codes, distinct = pd.factorize(values)
    texts = np.array([*(make(value) for value in distinct), ""], dtype=object)
    found: Objects = texts[codes]  # -1, which is missing, is the last
    return found


def decimal_text(value: float) -> str:
    """Plain digits, without an exponent and without noise."""
    text = f"{value:.15g}"
    return f"{Decimal(text):f}" if "e" in text else text


def moment_text(moment: pd.Timestamp) -> str:
    """ISO 8601 in UTC."""
    return moment.isoformat().replace("+00:00", "Z")


def _number_text(value: float) -> str:
    """All digits of a computed number; it is missing where it is infinite."""
    return repr(float(value)) if np.isfinite(value) else ""


_TEXTS: Final[dict[Type, Callable[..., str]]] = {
    Type.DECIMAL: decimal_text,
    Type.NUMBER: _number_text,
    Type.INTEGER: str,
    Type.FLAG: lambda value: "true" if value else "false",
    Type.MOMENT: moment_text,
}
