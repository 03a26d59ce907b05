"""What an export says: every table and every column, with its type, its unit and its meaning, in one place.

The headings of CSV files, Table Schema, the schemas of JSON and Parquet, the sheet of columns in a workbook and
`xushi export columns` are all made from this. Belongs here: the shape of the description. Does not belong here: the
tables (`columns_of_figures.py`, `columns_of_targets.py`, `columns_of_lists.py`), values.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Type(StrEnum):
    """The type of a column's values."""

    ID = "id"  # a key or a code, as it stands in the catalogue; never changed for a spreadsheet program
    TEXT = "text"  # words
    PERIOD = "period"  # SDMX: 2025-03, 2025-Q1, 2025
    DECIMAL = "decimal"  # a figure as stated: exact, 15 significant digits, at most 12 after the point
    NUMBER = "number"  # computed: float64
    INTEGER = "integer"
    FLAG = "flag"  # true or false
    DATE = "date"
    MOMENT = "moment"  # ISO 8601 with its zone, UTC


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `unit`: what numbers are in, '' where there is none; `words`: the values that a key may have;
    `required`: never missing; `of`: table and column of an export that the value is a key of."""

    name: str
    type: Type
    zh: str
    en: str
    unit: str = ""
    words: tuple[str, ...] = ()
    required: bool = False
    of: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One table. `key`: the columns that identify a row."""

    name: str
    zh: str
    en: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """The names of its columns, in order."""
        return [column.name for column in self.columns]


# What a unit is when another column says it.
BY_UNIT = "unit"
OWN_UNIT = "target_unit"


def key_of(table: str, name: str, zh: str, en: str, *, required: bool = True) -> Column:
    """A column that holds the key of a row of another table, which has it under its own name."""
    return Column(name, Type.ID, zh, en, required=required, of=(table, KEYS[table]))


KEYS = {
    "indicators": "indicator",
    "datasets": "dataset",
    "regions": "region",
    "departments": "department",
    "units": "unit",
    "targets": "target",
}
