"""A district of five departments whose tables go in month by month: its catalogue, its contacts, its figures.

Belongs here: what is handed in, and by whom messages are to be had. Does not belong here: what they are to say
(`alert_letters.py`), the programs that bring them (`alert_programs.py`).

The year is the one before the present: all its months are over, and figures of the year before are never late.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.tables.files import xlsx

CATALOGUE = Path(__file__).resolve().parent.parent / "data" / "alert_chain_catalogue.yaml"
CONTACTS = """
smtp: {{host: 127.0.0.1, port: {port}, sender: xushi@example.test, starttls: false, username: xushi@example.test,
       password: {{file: password}}}}
sending: {{wait: 1s, interval: 3s}}
default: {{email: [default@example.test]}}
operations: {{email: [operations@example.test]}}
escalation: {{email: [supervision@example.test]}}
departments:
  lw_reform: {{email: [reform@example.test]}}
  lw_commerce: {{email: [commerce@example.test, office@example.test]}}
  lw_industry: {{webhook: [{{env: INDUSTRY_HOOK}}]}}
  lw_health: {{email: [health@example.test]}}
  lw_statistics: {{email: [statistics@example.test]}}
"""
# Title and rows of each table: targets by the name that their row has.
TABLES = {
    "trade": ("对外贸易", "亿元", {"exports": "货物出口", "imports": "货物进口"}),
    "industry": ("工业生产", "亿元", {"output": "工业总产值"}),
    "health": ("卫生健康", "万人次", {"visits": "门诊人次"}),
}
# Year to date by target and month. The pace is 10, 5, 20 and 6 a month; red is ten points of the target's value behind.
FIGURES: dict[str, dict[int, float]] = {
    "exports": {2: 16.4, 3: 17.2, 4: 21.5, 5: 26.25, 6: 33, 7: 40},  # yellow in February, red from March on
    "imports": {2: 10.1, 3: 12.5, 4: 13.4, 5: 15.5, 6: 30.6, 7: 35.5},  # red in April, and in May unless revised
    "output": {2: 39, 3: 57.5, 4: 81, 5: 101, 6: 121, 7: 141},  # yellow in February and March
    "visits": {2: 12.5, 3: 19, 4: 25, 5: 31, 6: 37, 7: 43},  # always ahead
}
REVISED_MAY = {"imports": 25.4}


@dataclass(frozen=True)
class Table:
    """A file to hand in."""

    name: str
    data: bytes


def catalogue_text(year: int) -> str:
    """The catalogue as if the documents were of the year."""
    return CATALOGUE.read_text(encoding="utf-8").replace("2025", str(year))


def table(dataset: str, year: int, month: int, *, changed: dict[str, float] | None = None, note: str = "") -> Table:
    """The table of a month, with other figures where `changed` has them. January comes with February."""
    title, unit, names = TABLES[dataset]
    changed = changed or {}
    rows: list[list[object]] = []
    for target, name in names.items():
        ytd = changed.get(target, FIGURES[target][month])
        before = REVISED_MAY.get(target, FIGURES[target][5]) if month == 6 else FIGURES[target].get(month - 1, 0.0)
        rows.append([name, ytd] if month == 2 else [name, round(ytd - before, 6), ytd])
    months = "1-2月" if month == 2 else f"{month}月"
    header = ["指标", "累计（1-2月）"] if month == 2 else ["指标", "本月", f"累计（1-{month}月）"]
    sheet = [[f"{year}年{months}龙湾区{title}{note}"], [f"单位：{unit}"], header, *rows]
    return Table(f"{year}-{month:02d}_{title}{note}_示例数据.xlsx", xlsx({"龙湾区": sheet}))


def tables(year: int, month: int) -> list[Table]:
    """Every department's table of a month."""
    return [table(dataset, year, month) for dataset in TABLES]


def yearbook(year: int) -> Table:
    """The annual table of a year."""
    rows = [[f"{year}年龙湾区统计年鉴"], ["单位：亿元"], ["指标", "全年"], ["地区生产总值", 1000.0 + year % 10]]
    return Table(f"{year}_统计年鉴_示例数据.xlsx", xlsx({"龙湾区": rows}))
