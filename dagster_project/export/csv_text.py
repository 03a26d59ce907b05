"""An export as CSV: UTF-8 without a mark, commas, one line per row, '\\n'."""

from __future__ import annotations

import csv
import io
from typing import BinaryIO

from dagster_project.export.rows import Export
from dagster_project.export.values import as_texts


def write_csv(export: Export, stream: BinaryIO) -> int:
    """Writes it and returns how many rows. A missing value is empty; texts as `values.as_texts` makes them."""
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(export.table.names)
    rows = 0
    for frame in export.frames:
        columns = as_texts(frame, export.table)
        writer.writerows(zip(*(columns[name].to_numpy(dtype=object) for name in export.table.names), strict=True))
        rows += len(frame)
    text.detach()
    return rows
