"""Rows out of a JSON text, with every number as it was written.

Belongs here: decoding, the path to the rows, fields of nested rows. Does not belong here: what a row means
(`row_mapping.py`), where the text came from.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import pandas as pd

from validators.errors import SourceFormError, SourceRefusedError

Json = dict[str, "Json"] | list["Json"] | str | bool | None

_SHOWN = 12
_DEEPEST = 64
_LONGEST = 80  # of an object where a text should be; it is no figure anyway


def parse(content: bytes, source: str) -> Json:
    """The text as values: objects, lists, texts, true, false and null; a number is the text it is written as.

    UTF-8, or GB18030 where it is no UTF-8. SourceFormError where it is no JSON; nothing of it is repeated there."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    try:
        value: Json = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except json.JSONDecodeError as error:
        raise SourceFormError(
            source,
            f"返回内容不是 JSON（第 {error.lineno} 行第 {error.colno} 列：{error.msg}）",
            f"the answer is no JSON (line {error.lineno}, column {error.colno}: {error.msg})",
        ) from None
    except RecursionError:
        raise _too_deep(source) from None
    return value


def check_size(value: Json, source: str, max_cells: int) -> None:
    """SourceRefusedError for more values than that; SourceFormError for lists and objects in one another beyond any
    that is in use."""
    level, count = [value], 0
    for _ in range(_DEEPEST):
        level = [one for inner in level if isinstance(inner, dict | list) for one in _inside(inner)]
        count += len(level)
        if count > max_cells:
            raise too_many(source, max_cells)
        if not level:
            return
    raise _too_deep(source)


def _inside(value: dict[str, Json] | list[Json]) -> list[Json]:
    return list(value.values()) if isinstance(value, dict) else value


def too_many(source: str, max_cells: int) -> SourceRefusedError:
    """The error for an answer with more values than are taken."""
    return SourceRefusedError(
        source,
        f"返回内容多于允许的 {max_cells:,} 个值，未读取；请缩小查询范围，或调高 XUSHI_MAX_CELLS",
        f"the answer has more than the {max_cells:,} values allowed and was not read; ask for less, or raise "
        "XUSHI_MAX_CELLS",
    )


def _too_deep(source: str) -> SourceFormError:
    return SourceFormError(source, "返回的 JSON 嵌套过深", "the answer's JSON is nested too deeply")


def at(value: Json, path: str, source: str) -> Json:
    """What stands at a dotted path: names of fields, numbers for places in lists; '' is the whole. None where null
    stands on the way. SourceFormError where there is no such field, naming those that there are."""
    for part in filter(None, path.split(".")):
        if value is None:
            return None
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            there = ", ".join(list(value)[:_SHOWN]) if isinstance(value, dict) else type(value).__name__
            raise SourceFormError(
                source,
                f"返回内容中没有 {path}（在 {part} 处；现有：{there}）",
                f"the answer has no {path} (at {part}; there are: {there})",
            )
    return value


def rows_at(value: Json, path: str, source: str) -> list[dict[str, Json]]:
    """The list of objects at a path; [] for null. SourceFormError for anything else."""
    found = at(value, path, source)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise SourceFormError(
            source,
            f"{path or '返回内容'} 不是由对象组成的列表",
            f"{path or 'the answer'} is no list of objects",
        )
    return [row for row in found if isinstance(row, dict)]


def table(rows: Sequence[dict[str, Json]], fields: Sequence[str]) -> pd.DataFrame:
    """The fields of the rows as texts, None for null and for a field that a row doesn't have; a field that no row has
    is no column. A dotted field is one of a nested object."""
    columns = {field: [_text(row, field) for row in rows] for field in fields}
    present = {name: values for name, values in columns.items() if any(found for found, _ in values)}
    frame = {name: pd.Series([text for _, text in values], dtype="object") for name, values in present.items()}
    return pd.DataFrame(frame, index=pd.RangeIndex(len(rows)))


def names(rows: Sequence[dict[str, Json]]) -> list[str]:
    """Names of the fields that every row has, in order."""
    return sorted(set.intersection(*(set(row) for row in rows))) if rows else []


def _text(row: dict[str, Json], field: str) -> tuple[bool, str | None]:
    """Whether the row has the field, and its text."""
    if field in row:
        value = row[field]
    else:
        value = row
        for part in field.split("."):
            if not isinstance(value, dict) or part not in value:
                return False, None
            value = value[part]
    if value is None or isinstance(value, str):
        return True, value
    return True, json.dumps(value, ensure_ascii=False)[:_LONGEST]
