"""The names of the columns of every frame that travels between the parts, in one place.

Periods are SDMX time periods: '2025-03' a month, '2025-Q1' a quarter, '2025' a year. Ratios of progress are fractions
(0-1).
"""

from __future__ import annotations

import pandas as pd

# Frames here have some ten to a thousand rows, on which Arrow's texts are half again as slow as Python's; pandas would
# choose Arrow's wherever pyarrow is installed, as it is for Parquet.
pd.set_option("mode.string_storage", "python")

# One cell of a table as read, before any catalogue (`tables`). `value` is float64, NaN where the cell holds no number;
# `text` is the cell as found; `period`, `measure` and `unit` are '' where the table does not say.
CELL = ("sheet", "cell", "row_label", "parent_label", "column_label", "period", "measure", "unit", "value", "text")

# One observation: a figure of the catalogue, in the indicator's own unit. `status` is preliminary, revised or final.
OBSERVATION = ("indicator", "region", "period", "measure", "value", "unit", "status", "sheet", "cell", "text")

# A table that says in its own columns what each figure is: what a source of data hands over and what an export writes.
# Ids and codes are the catalogue's, periods SDMX. `value` is a decimal number as text, '' for a figure that is not
# there; `unit` '' is the indicator's own (per cent for growth); `status` '' is not stated; `reference` says where in
# the source it stands.
LONG = ("indicator", "region", "period", "measure", "value", "unit", "status", "reference")
LONG_REQUIRED = ("indicator", "region", "period", "measure", "value")

# What identifies a figure; a new version of it has the same key.
OBSERVATION_KEY = ("indicator", "region", "period", "measure")

# An observation as stored, with where it came from and since when it has been believed.
STORED = (*OBSERVATION_KEY, "value", "unit", "status", "upload", "sheet", "cell", "known_from")

# One version of a figure: as STORED, with `restored` (bool: it was believed before, and a withdrawal brought it back)
# and `withdrawn`, the upload whose withdrawal made this version (0: none did). Where nothing was left to believe,
# `value` is NaN, unit and status are '', and `upload` is the one withdrawn.
VERSION = (*STORED, "restored", "withdrawn")

STATUSES = ("preliminary", "revised", "final")
