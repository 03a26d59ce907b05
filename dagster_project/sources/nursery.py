"""The process that parses what sources answer: `python -m dagster_project.sources.nursery <descriptor> <starter>`.

Belongs here: what is done with an order and an answer's bytes. Does not belong here: parsing itself (`sdmx_reading.py`,
`sdmx_structure.py`, `json_rows.py`, `csv_rows.py`), asking for it (`parsed.py`), processes (`apart`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pandas as pd

from dagster_project.apart.nursery import serve
from dagster_project.sources import csv_rows, json_rows, sdmx_reading, sdmx_structure
from validators.errors import SourceError, SourceFormError, SourceRefusedError

PARSED, REFUSED = b"P", b"E"  # the first byte of an answer


def work(order: dict[str, Any], data: bytes) -> bytes:
    """What the bytes say, as JSON, or why they can't be read."""
    try:
        return PARSED + json.dumps(_KINDS[order["kind"]](order, data), ensure_ascii=False).encode()
    except (SourceFormError, SourceRefusedError) as error:
        return REFUSED + _told(error)


def _told(error: SourceError) -> bytes:
    return json.dumps({"kind": type(error).__name__, "zh": error.zh, "en": error.en}).encode()


def _json(order: dict[str, Any], data: bytes) -> json_rows.Json:
    value = json_rows.parse(data, order["source"])
    json_rows.check_size(value, order["source"], order["max_cells"])
    return value


def _csv(order: dict[str, Any], data: bytes) -> dict[str, Any]:
    said = {name: order[name] for name in ("encoding", "delimiter", "skip")}
    return _frame(csv_rows.table(data, order["source"], **said), order)


def _sdmx(order: dict[str, Any], data: bytes) -> dict[str, Any]:
    rows = sdmx_reading.read(
        data, order["source"], against_schema=order["against_schema"], max_cells=order["max_cells"]
    )
    return _frame(rows, order)


def _structure(order: dict[str, Any], data: bytes) -> dict[str, Any]:
    flow = sdmx_structure.FlowName(order["agency"], order["identifier"], order["version"])
    now, definitions = datetime.fromisoformat(order["now"]), order["definitions"].split()
    return sdmx_structure.read(data, order["source"], flow, order["max_cells"], now=now, definitions=definitions)


def _frame(rows: pd.DataFrame, order: dict[str, Any]) -> dict[str, Any]:
    """By position, since two columns may have one name."""
    if rows.size > order["max_cells"]:
        raise json_rows.too_many(order["source"], order["max_cells"])
    cells = [rows.iloc[:, place].tolist() for place in range(rows.shape[1])]
    index = None if isinstance(rows.index, pd.RangeIndex) else rows.index.tolist()
    return {"columns": [str(name) for name in rows.columns], "cells": cells, "index": index, "rows": len(rows)}


_KINDS: dict[str, Callable[[dict[str, Any], bytes], Any]] = {
    "json": _json,
    "csv": _csv,
    "sdmx": _sdmx,
    "sdmx structure": _structure,
}


if __name__ == "__main__":
    sdmx_reading.warm_up()  # what is imported late is imported once, here
    serve(work)
