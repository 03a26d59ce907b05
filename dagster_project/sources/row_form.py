"""What rows are made of, as parts of a form (`form.py`): columns, the listed codes among them, and their units."""

from __future__ import annotations

import pandas as pd

from dagster_project.sources.row_columns import Columns


def row_form(rows: pd.DataFrame, columns: Columns) -> tuple[str, ...]:
    """`column:` for every column, and the parts of `codes_form`; sorted."""
    return tuple(sorted({*(f"column:{column}" for column in rows.columns), *codes_form(rows, columns)}))


def codes_form(rows: pd.DataFrame, columns: Columns) -> tuple[str, ...]:
    """`code:` for every listed code that is there, `unit:code=unit` for what rows say of units; sorted."""
    if columns.code is None:
        return ()
    known = rows.loc[rows[columns.code].isin(list(columns.codes))]
    codes = known[columns.code].astype("str")
    parts = set("code:" + codes)
    if columns.unit_column is not None:
        parts |= set("unit:" + codes + "=" + known[columns.unit_column].astype("object").fillna("").astype("str"))
    return tuple(sorted(parts))
