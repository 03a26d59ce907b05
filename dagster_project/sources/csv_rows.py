"""Rows out of a CSV text.

Belongs here: decoding, the header, rows that don't fit it. Does not belong here: what a row means (`row_mapping.py`).
Tables with titles, merged headers and notes are files to be read like an upload, not these.
"""

from __future__ import annotations

import csv
import io
from collections import Counter

import pandas as pd

from validators.errors import SourceFormError


def table(content: bytes, source: str, *, encoding: str = "", delimiter: str = ",", skip: int = 0) -> pd.DataFrame:
    """The rows as texts, '' for an empty cell, None for one that a short row doesn't have; column names are those of
    the first line after `skip` lines. Lines without any text are passed over.

    `encoding` '' is UTF-8, or GB18030 where it is no UTF-8. SourceFormError for a wrong encoding, a column named twice,
    a row longer than the header, quotes that don't close."""
    lines = list(_lines(_decoded(content, source, encoding), source, delimiter))[skip:]
    if not lines:
        raise SourceFormError(source, "CSV 没有表头", "the CSV has no header line")
    (_, header), *rows = lines
    header = [name.strip() for name in header]
    twice = [name for name, count in Counter(header).items() if count > 1 and name]
    if twice:
        raise SourceFormError(source, f"CSV 有重名列：{'、'.join(twice)}", f"columns share a name: {', '.join(twice)}")
    too_long = [number for number, row in rows if len(row) > len(header)]
    if too_long:
        raise SourceFormError(
            source,
            f"CSV 第 {too_long[0]} 行多于表头的 {len(header)} 列",
            f"line {too_long[0]} of the CSV has more cells than the header's {len(header)}",
        )
    full = [[*row, *[None] * (len(header) - len(row))] for _, row in rows]
    frame = pd.DataFrame(full, columns=header, dtype="object")
    frame.index = pd.Index([f"line {number}" for number, _ in rows])
    return frame.loc[:, [name for name in header if name]]


def _decoded(content: bytes, source: str, encoding: str) -> str:
    for name in (encoding,) if encoding else ("utf-8-sig", "gb18030"):
        try:
            return content.decode(name)
        except UnicodeDecodeError:
            continue
        except LookupError:
            break
    raise SourceFormError(
        source,
        f"CSV 的编码不是 {encoding or 'UTF-8 或 GB18030'}，请核对 encoding",
        f"the CSV is not encoded in {encoding or 'UTF-8 or GB18030'}: check the option encoding",
    )


def _lines(text: str, source: str, delimiter: str) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise SourceFormError(
            source, f"CSV 第 {reader.line_num} 行无法读取", f"line {reader.line_num} of the CSV can't be read: {error}"
        ) from None
