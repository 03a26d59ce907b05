"""A reading as bytes, for the way from the process that reads to the one that asked.

Belongs here: both directions. Does not belong here: processes (`worker.py`, `nursery.py`).

What comes from a process that has touched a hostile file is data and stays data: JSON and plain arrays, no pickles.
"""

from __future__ import annotations

import json
import struct
from dataclasses import fields
from functools import cache
from typing import Any, get_type_hints

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import TypeAdapter

from dagster_project.tables.reading import Reading

_LENGTH = struct.Struct("<Q")
_TEXT, _CODE = "text", np.dtype("<i4")
_FRAMES = ("cells", "long")


@cache
def _adapters() -> dict[str, TypeAdapter[Any]]:
    """How each field of a reading becomes JSON and back; the frames go as arrays."""
    hints = get_type_hints(Reading)
    return {field.name: TypeAdapter(hints[field.name]) for field in fields(Reading) if field.name not in _FRAMES}


def to_bytes(reading: Reading) -> bytes:
    """The length of a JSON header, the header, then the arrays that it lists one behind the other."""
    arrays: list[bytes] = []
    frames = {name: _described(getattr(reading, name), arrays) for name in _FRAMES}
    values_by_name = {
        name: adapter.dump_python(getattr(reading, name), mode="json") for name, adapter in _adapters().items()
    }
    header = json.dumps({"frames": frames, "values": values_by_name}).encode()
    return b"".join([_LENGTH.pack(len(header)), header, *arrays])


def _described(frame: pd.DataFrame, arrays: list[bytes]) -> dict[str, Any]:
    """What the header says of a frame; its columns go behind `arrays`."""
    columns: list[dict[str, Any]] = []
    for name in frame.columns:
        series = frame[name]
        if isinstance(series.dtype, np.dtype) and series.dtype.kind in "biuf":
            values = series.to_numpy()
            columns.append({"name": name, "kind": values.dtype.str})
        else:  # labels, units and periods repeat: each text goes once
            values, distinct = pd.factorize(series.to_numpy(dtype=object))
            values = values.astype(_CODE)
            columns.append({"name": name, "kind": _TEXT, "distinct": distinct.tolist()})
        arrays.append(values.tobytes())
    return {"rows": len(frame), "columns": columns}


def from_bytes(data: bytes) -> Reading:
    """The reading that `to_bytes` wrote. Raises ValueError (also pydantic's) or KeyError for anything else."""
    if len(data) < _LENGTH.size:
        raise ValueError("no reading")
    position = _LENGTH.size + _LENGTH.unpack_from(data)[0]
    header = json.loads(data[_LENGTH.size : position])
    frames: dict[str, pd.DataFrame] = {}
    for name in _FRAMES:
        frames[name], position = _frame(data, position, header["frames"][name])
    values_by_name = {name: adapter.validate_python(header["values"][name]) for name, adapter in _adapters().items()}
    return Reading(cells=frames["cells"], long=frames["long"], **values_by_name)


def _frame(data: bytes, position: int, described: dict[str, Any]) -> tuple[pd.DataFrame, int]:
    """The frame whose arrays begin at a position, and where they end."""
    frame: dict[str, pd.Series] = {}
    for column in described["columns"]:
        kind = _CODE if column["kind"] == _TEXT else np.dtype(column["kind"])
        values: NDArray[Any] = np.frombuffer(data, dtype=kind, count=described["rows"], offset=position).copy()
        position += values.nbytes
        if column["kind"] == _TEXT:
            texts = pd.array(column["distinct"], dtype="str")
            frame[column["name"]] = pd.Series(texts.take(values))
        else:
            frame[column["name"]] = pd.Series(values)
    return pd.DataFrame(frame), position
