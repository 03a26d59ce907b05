"""Frames in, frames out: what a frame must look like to be stored, and how rows become a frame.

Belongs here: conversions between pandas and rows. Does not belong here: SQL, rules about figures (`validators`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from validators.columns import OBSERVATION, OBSERVATION_KEY, STATUSES
from validators.errors import StoreError

KEY = list(OBSERVATION_KEY)
_WORDS = [column for column in OBSERVATION if column != "value"]


def storable(observations: pd.DataFrame) -> pd.DataFrame:
    """The OBSERVATION columns, texts without gaps and values as float64; StoreError for what no upload may state.

    The validators have spoken before; this is the last gate, so that a mistake in a program can't damage the store.
    """
    missing = [column for column in OBSERVATION if column not in observations.columns]
    if missing:
        raise StoreError(f"缺少列：{missing} / the observations lack the columns {missing}")
    frame = observations.loc[:, list(OBSERVATION)].reset_index(drop=True)
    frame[_WORDS] = frame[_WORDS].astype("str").fillna("")
    try:
        frame["value"] = frame["value"].astype("float64")
    except (TypeError, ValueError) as error:
        raise StoreError(f"数值列含有非数字 / the column value holds something that is no number: {error}") from error
    _refuse(frame, ~np.isfinite(frame["value"].to_numpy()), "数值缺失或无穷大 / the value is missing or infinite")
    _refuse(frame, (frame[KEY] == "").any(axis=1).to_numpy(), "指标、地区、期别或口径为空 / part of the key is empty")
    _refuse(frame, ~frame["status"].isin(STATUSES).to_numpy(), f"状态须为 {STATUSES} 之一 / unknown status")
    _refuse(frame, frame.duplicated(KEY).to_numpy(), "同一数据出现两次 / the same figure is stated twice")
    return frame


def _refuse(frame: pd.DataFrame, bad: np.ndarray, words: str) -> None:
    if bad.any():
        first = frame.loc[int(np.flatnonzero(bad)[0]), list(OBSERVATION)].to_dict()
        raise StoreError(f"{words}：{int(bad.sum())} × , {first}")


def frame_of(rows: Sequence[Sequence[Any]], columns: Sequence[str], dtypes: dict[str, str]) -> pd.DataFrame:
    """A frame of rows. Columns without an entry in `dtypes` are text; an empty frame has the same dtypes.

    `float64` takes what Python's float() takes, decimal text among it; `datetime64[us, UTC]` takes aware datetimes.
    """
    data = zip(*rows, strict=True) if rows else [()] * len(columns)
    return pd.DataFrame(
        {column: _series(values, dtypes.get(column, "str")) for column, values in zip(columns, data, strict=True)}
    )


def _series(values: Sequence[Any], dtype: str) -> pd.Series[Any]:
    if dtype == "float64":
        return pd.Series(np.array(values, dtype=object).astype("float64"))
    return pd.Series(list(values), dtype=dtype)
