"""Frames from arrays whose types are known.

Belongs here: making one without pandas looking for the type of every column, which takes longer than all else for the
few rows of most tables. Does not belong here: which columns there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from numpy.typing import NDArray

import validators.columns  # noqa: F401  # says how texts are stored

_TEXT: Any = pd.Series([], dtype="str").dtype


def frame_of(columns: Mapping[str, NDArray[Any]]) -> pd.DataFrame:
    """The arrays as columns: those of objects hold texts, the others stay as they are."""
    return pd.DataFrame({name: _column(values) for name, values in columns.items()})


def _column(values: NDArray[Any]) -> Any:
    return pd.array(values, dtype=_TEXT) if values.dtype == object else values
