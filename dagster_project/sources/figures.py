"""The figures of a source as a table that can be read like any other, by people and by the intake.

Belongs here: writing that table. Does not belong here: reading it (`tables`).
"""

from __future__ import annotations

import pandas as pd

from validators.columns import LONG, LONG_REQUIRED


def long_table(figures: pd.DataFrame) -> bytes:
    """A frame with the columns LONG (LONG_REQUIRED at least) as CSV: UTF-8 with a byte-order mark, so that WPS and
    Excel show it rightly. The same figures make the same bytes, whatever order they come in."""
    columns = [name for name in LONG if name in figures.columns]
    ordered = figures[columns].sort_values(list(LONG_REQUIRED[:4]), kind="stable")
    return ordered.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")
