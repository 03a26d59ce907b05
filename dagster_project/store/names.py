"""What the catalogue calls its things, as a copy for those who query by SQL.

The catalogue is a file, and stays what counts: the program itself never reads this table. Belongs here: writing the
copy. Does not belong here: what is in it (the caller has the catalogue).
"""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Connection, delete, insert, select

from dagster_project.store.models import CatalogueNameRow

COLUMNS = tuple(column.name for column in CatalogueNameRow.__table__.columns)


def differ(connection: Connection, names: pd.DataFrame) -> bool:
    """Whether the copy says something else."""
    table = CatalogueNameRow.__table__
    there = {tuple(row) for row in connection.execute(select(*(table.columns[name] for name in COLUMNS)))}
    return there != set(_rows(names))


def replace(connection: Connection, names: pd.DataFrame) -> None:
    """Make the copy anew."""
    connection.execute(delete(CatalogueNameRow))
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in _rows(names)]
    if rows:
        connection.execute(insert(CatalogueNameRow), rows)


def _rows(names: pd.DataFrame) -> list[tuple[str, ...]]:
    return list(names[list(COLUMNS)].astype("str").itertuples(index=False, name=None))
