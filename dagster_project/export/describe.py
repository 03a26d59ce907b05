"""The description of tables and columns, for programs and for people.

Belongs here: `xushi export columns`, the schema in JSON answers. Does not belong here: the descriptions themselves
(`columns_of_*.py`), Table Schema (`package.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dagster_project.export.columns import Table
from dagster_project.export.tables import TABLES


def described(table: Table) -> dict[str, Any]:
    """{name, title {zh, en}, key, columns: [{name, type, unit, required, words, of, zh, en}]}, as plain data."""
    return {
        "name": table.name,
        "title": {"zh": table.zh, "en": table.en},
        "key": list(table.key),
        "columns": [
            {
                "name": column.name,
                "type": str(column.type),
                "unit": column.unit,
                "required": column.required,
                "words": list(column.words),
                "of": None if column.of is None else {"table": column.of[0], "column": column.of[1]},
                "zh": column.zh,
                "en": column.en,
            }
            for column in table.columns
        ],
    }


def all_described() -> list[dict[str, Any]]:
    """Every table."""
    return [described(table) for table in TABLES.values()]


def as_markdown(tables: Iterable[Table]) -> str:
    """A page with a table of columns for each table."""
    lines: list[str] = []
    for table in tables:
        lines += [f"## {table.name}", "", f"{table.zh}", "", f"{table.en}", ""]
        lines += [f"主键 key: {', '.join(table.key)}", "", "| 列 column | 类型 type | 单位 unit | 含义 meaning |"]
        lines.append("|---|---|---|---|")
        for column in table.columns:
            where = "" if column.of is None else f" → {column.of[0]}.{column.of[1]}"
            meaning = f"{column.zh}<br>{column.en}{where}"
            lines.append(f"| {column.name} | {column.type} | {column.unit} | {meaning} |")
        lines.append("")
    return "\n".join(lines)
