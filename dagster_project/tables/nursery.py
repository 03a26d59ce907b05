"""The process that reads files for `worker.py`: `python -m dagster_project.tables.nursery <file descriptor> <starter>`.

Belongs here: what is done with an order and a file. Does not belong here: reading itself (`reading.py`), processes
(`apart`).
"""

from __future__ import annotations

import json
from typing import Any

from dagster_project.apart.nursery import serve
from dagster_project.tables.reading import read_tables
from dagster_project.tables.wire import to_bytes
from validators.errors import UnreadableFileError

READ, REFUSED = b"R", b"E"  # the first byte of an answer


def work(order: dict[str, Any], data: bytes) -> bytes:
    """The reading, or why there is none."""
    try:
        reading = read_tables(
            data,
            order["file"],
            period=order["period"],
            max_bytes=order["max_bytes"],
            max_cells=order["max_cells"],
        )
    except UnreadableFileError as error:
        return REFUSED + json.dumps({"kind": type(error).__name__, "zh": error.zh, "en": error.en}).encode()
    return READ + to_bytes(reading)


if __name__ == "__main__":
    # What is imported late or kept for the next time is done once, here.
    to_bytes(read_tables("指标,2025年3月\n示例,1\n".encode(), "示例.csv"))
    serve(work)
