"""What a database returned, as text: values without loss, and the CSV that is archived.

The CSV is UTF-8 with a line of column names; every value stands in double quotes (doubled within), NULL is nothing at
all. Lines end with a line feed and are sorted, so that the same rows make the same bytes whatever order they came in.

Belongs here: rows that have been fetched. Does not belong here: fetching (`sql_session.py`), their meaning
(`row_mapping.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pandas as pd

Row = tuple[str | None, ...]


def as_text(value: Any) -> str | None:
    """A value as text; None for NULL. Decimals keep their digits, floats are the shortest text that means them, dates
    and times are ISO 8601, bytes hexadecimal."""
    if value is None:
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, float):
        return repr(float(value))
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    return str(value)


def as_texts(rows: Iterable[Sequence[Any]]) -> list[Row]:
    """Rows as text, in the order of the rows."""
    return [tuple(as_text(value) for value in row) for row in rows]


def ordered(rows: Iterable[Row]) -> list[Row]:
    """Rows in the order of their texts, NULL first."""
    return sorted(rows, key=lambda row: tuple((value is not None, value or "") for value in row))


def csv(names: Sequence[str], rows: Iterable[Row]) -> bytes:
    """The bytes to archive, for rows in their order."""
    lines = (",".join("" if value is None else _quoted(value) for value in row) for row in (tuple(names), *rows))
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogatepass")


def frame(names: Sequence[str], rows: Sequence[Row]) -> pd.DataFrame:
    """The rows with columns of text, None for NULL."""
    return pd.DataFrame(list(rows), columns=list(names), dtype="object")


def _quoted(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'
