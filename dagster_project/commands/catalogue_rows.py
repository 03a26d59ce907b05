"""Targets and departments of the catalogue as rows: complete for machines, short for a terminal.

Belongs here: what a row holds and how a table shows it. Does not belong here: choosing rows (`commands/catalogue.py`).
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from validators.catalogue import Ambition, Catalogue, Comparator
from validators.spreadsheet_text import inert_cell

_REQUIREMENT = {
    Comparator.AT_LEAST: "≥ {}",
    Comparator.MORE_THAN: "> {}",
    Comparator.AT_MOST: "≤ {}",
    Comparator.LESS_THAN: "< {}",
    Comparator.ABOUT: "≈ {}",
    Comparator.EXACTLY: "= {}",
    Comparator.RANK_WITHIN: "前 top {}",
    Comparator.POSITIVE: "> 0 {unit} 正增长",
}


def target_rows(catalogue: Catalogue) -> list[dict[str, Any]]:
    """One row per target, in the order of the file, with the words of what it mentions. Values that JSON knows."""
    rows = []
    for key, target in catalogue.targets.items():
        indicator = catalogue.indicators[target.indicator]
        owners = [catalogue.departments[owner] for owner in target.owners.responsible]
        lead = catalogue.departments[target.owners.lead].name if target.owners.lead else None
        rows.append(
            {
                "target": key,
                "document": target.cite.document,
                "chapter": target.cite.chapter,
                "article": target.cite.article,
                "region": target.region,
                "region_zh": catalogue.regions[target.region].name.zh,
                "region_en": catalogue.regions[target.region].name.en,
                "indicator": target.indicator,
                "name_zh": indicator.name.zh,
                "name_en": indicator.name.en,
                "kind": indicator.kind.value,
                "dataset": indicator.dataset,
                "comparator": target.comparator.value,
                "value": _number(target.value),
                "unit": target.unit,
                "ambition": target.ambition.value,
                "due": target.due,
                "pace": target.pace.value,
                "lead": target.owners.lead,
                "lead_zh": lead.zh if lead else None,
                "lead_en": lead.en if lead else None,
                "responsible": list(target.owners.responsible),
                "responsible_zh": [owner.name.zh for owner in owners],
                "responsible_en": [owner.name.en for owner in owners],
                "part_of": target.part_of,
                "condition_zh": target.condition.zh if target.condition else None,
                "condition_en": target.condition.en if target.condition else None,
                "tolerance": None if target.tolerance is None else _number(target.tolerance),
                "band": target.band,
                "schedule": {month: _number(value) for month, value in (target.schedule or {}).items()} or None,
                "note_zh": target.note.zh if target.note else None,
                "note_en": target.note.en if target.note else None,
            }
        )
    return rows


def target_tables(catalogue: Catalogue, rows: list[dict[str, Any]]) -> list[Table | Text]:
    """The rows for a terminal, a table for each chapter and a line with their number; Chinese above English."""
    tables: list[Table | Text] = []
    for (document, number), members in groupby(rows, key=itemgetter("document", "chapter")):
        title = catalogue.documents[document].chapters[number].title
        table = Table(
            title=f"{document} · 第{number}章 chapter {number} · {title.zh} {title.en}",
            title_justify="left",
            title_style="bold",
            box=SIMPLE_HEAD,
            padding=(0, 1, 0, 0),
            expand=True,
        )
        table.add_column("条", width=4, no_wrap=True)
        table.add_column("目标 target", overflow="fold", ratio=5)
        table.add_column("要求 requirement", overflow="fold", ratio=3)
        table.add_column("责任单位 owners", overflow="fold", ratio=4)
        for row in members:
            table.add_row(
                "章首" if row["article"] == 0 else str(row["article"]),
                _target(row),
                _requirement(row),
                "、".join(row["responsible_zh"]),
            )
        tables.append(table)
    return [*tables, Text(f"目标 targets: {len(rows)}")]


def department_rows(catalogue: Catalogue) -> list[dict[str, Any]]:
    """One row per department: names, aliases, targets that it leads and targets that it is responsible for."""
    targets = catalogue.targets.values()
    leads = Counter(target.owners.lead for target in targets)
    responsible = Counter(owner for target in targets for owner in target.owners.responsible)
    return [
        {
            "department": key,
            "region": department.region,
            "name_zh": department.name.zh,
            "name_en": department.name.en,
            "aliases": list(department.aliases),
            "leads": leads[key],
            "responsible": responsible[key],
        }
        for key, department in catalogue.departments.items()
    ]


def department_table(rows: list[dict[str, Any]]) -> Table:
    """The rows for a terminal."""
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), expand=True)
    for heading in ("部门 department", "别名 aliases", "代码 id"):
        table.add_column(heading, overflow="fold")
    table.add_column("牵头 leads", justify="right", width=5)
    table.add_column("责任 resp.", justify="right", width=5)
    for row in rows:
        name = Text.assemble(row["name_zh"], "\n", (row["name_en"], "dim"))
        aliases = "、".join(row["aliases"])
        table.add_row(name, aliases, row["department"], str(row["leads"]), str(row["responsible"]))
    return table


def to_csv(rows: list[dict[str, Any]]) -> str:
    """CSV with a header. Lists are joined by ';', a schedule is written month=value."""
    text = io.StringIO()
    if rows:
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({key: inert_cell(_cell(value)) for key, value in row.items()} for row in rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, dict):
        return ";".join(f"{key}={item}" for key, item in value.items())
    return ";".join(value) if isinstance(value, list) else value


def _number(value: Decimal) -> int | float:
    """The number for JSON: whole numbers without a point."""
    return int(value) if value == value.to_integral_value() else float(value)


def _target(row: dict[str, Any]) -> Text:
    condition = f"\n{row['condition_zh']} {row['condition_en']}" if row["condition_zh"] else ""
    return Text.assemble(
        row["name_zh"], "\n", (row["name_en"], "dim"), (condition, "italic"), "\n", (row["target"], "cyan")
    )


def _requirement(row: dict[str, Any]) -> Text:
    amount = f"{row['value']:,} {row['unit']}"
    words = _REQUIREMENT[Comparator(row["comparator"])].format(amount, unit=row["unit"])
    stretch = " 力争 stretch" if row["ambition"] == Ambition.STRETCH else ""
    return Text.assemble(words, "\n", (row["due"], "dim"), (stretch, "yellow"))
