"""An export as JSON: one object with its schema and its rows.

    {"table", "title": {zh, en}, "known_on", "sample", "columns": [as in `describe.described`],
     "rows": [{column: value}]}

Decimals are JSON numbers with all their digits, missing values null, moments ISO 8601 texts.
"""

from __future__ import annotations

import json
from typing import BinaryIO, Final

from dagster_project.export.columns import Type
from dagster_project.export.describe import described
from dagster_project.export.rows import Export
from dagster_project.export.values import as_texts

_BARE: Final = (Type.DECIMAL, Type.NUMBER, Type.INTEGER, Type.FLAG)


def write_json(export: Export, stream: BinaryIO) -> int:
    """Writes it, row by row, and returns how many rows."""
    known_on = export.selection.known_on
    head = {
        "table": export.table.name,
        "title": {"zh": export.table.zh, "en": export.table.en},
        "known_on": None if known_on is None else known_on.isoformat(),
        "sample": export.sample,
        "columns": described(export.table)["columns"],
    }
    stream.write(json.dumps(head, ensure_ascii=False)[:-1].encode() + b', "rows": [')
    quoted = [column.type not in _BARE for column in export.table.columns]
    names = [json.dumps(name) for name in export.table.names]
    rows = 0
    for frame in export.frames:
        texts = as_texts(frame, export.table, for_spreadsheets=False)
        columns = [
            [f"{name}: {_value(text, quote=quote)}" for text in texts[key]]
            for name, key, quote in zip(names, export.table.names, quoted, strict=True)
        ]
        lines = ["{" + ", ".join(cells) + "}" for cells in zip(*columns, strict=True)]
        if lines:
            stream.write((",\n" if rows else "\n").encode() + ",\n".join(lines).encode())
        rows += len(lines)
    stream.write(b"\n]}\n")
    return rows


def _value(text: str, *, quote: bool) -> str:
    if text == "":
        return "null"
    return json.dumps(text, ensure_ascii=False) if quote else text
