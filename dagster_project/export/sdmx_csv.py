"""Figures as SDMX-CSV 2.0.

The structures are XUSHI:OBSERVATIONS(1.0) with the dimensions FREQ, REF_AREA, INDICATOR, MEASURE, TIME_PERIOD, and
XUSHI:VERSIONS(1.0), which has KNOWN_FROM and UPLOAD as dimensions too, since a figure has several versions.

OBS_VALUE is in UNIT_MEASURE (the base unit: yuan, person, share, which is per cent) times ten to the power of
UNIT_MULT. OBS_STATUS has the codes of CL_OBS_STATUS: P provisional, A normal, O missing; STATUS has this project's own
words, which tell revised from final. The other attributes say where a figure comes from. `sdmx_structure.py` says all
of this to programs.

Belongs here: this format alone.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import BinaryIO, Final

import numpy as np
import pandas as pd

from dagster_project.export.rows import Export
from dagster_project.export.tables import What
from dagster_project.export.values import as_texts
from validators.catalogue import Catalogue, Words
from validators.errors import ExportError

AGENCY, VERSION = "XUSHI", "1.0"
FLOWS: Final = (What.OBSERVATIONS, What.VERSIONS)
DIMENSIONS: Final = ("FREQ", "REF_AREA", "INDICATOR", "MEASURE", "TIME_PERIOD")
FIGURE: Final = ("OBS_VALUE", "UNIT_MEASURE", "UNIT_MULT", "OBS_STATUS")
VERSION_KEY: Final = ("KNOWN_FROM", "UPLOAD")  # what tells versions of one figure apart
_STATUS: Final = {"preliminary": "P", "revised": "A", "final": "A", "": "O"}
_OWN: Final[Mapping[str, str]] = {
    "STATUS": "status",
    "DATASET": "dataset",
    "KNOWN_FROM": "known_from",
    "UPLOAD": "upload",
    "REFERENCE": "reference",
}
_OF_VERSIONS: Final[Mapping[str, str]] = {"KNOWN_TO": "known_to", "RESTORED": "restored", "WITHDRAWN": "withdrawn"}


def write_sdmx(export: Export, stream: BinaryIO, catalogue: Catalogue) -> int:
    """Writes it and returns how many rows. ExportError for a table that has no figures of a time series."""
    what = What(export.table.name)
    if what not in FLOWS:
        raise ExportError(
            f"{what} 不能导出为 SDMX-CSV，只有 observations 与 versions 是时间序列；请改用 csv、json、parquet 或 xlsx",
            f"{what} can't be exported as SDMX-CSV, only observations and versions are time series; take csv, json, "
            "parquet or xlsx",
        )
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\n")
    own = own_columns(what)
    measures = _measures(catalogue)
    names = ["STRUCTURE", "STRUCTURE_ID", "ACTION", *DIMENSIONS]
    writer.writerow([*names, *FIGURE, *own])
    rows = 0
    for frame in export.frames:
        texts = as_texts(frame, export.table)
        named = texts["unit"].map(lambda unit: measures(str(unit)))
        columns = [
            np.full(len(frame), "dataflow"),
            np.full(len(frame), f"{AGENCY}:{flow_id(what)}({VERSION})"),
            np.full(len(frame), "I"),
            _frequency(texts["period"]),
            texts["region"],
            texts["indicator"],
            texts["measure"],
            texts["period"],
            texts["value"].replace("", "NaN"),  # how the format says that a value is missing
            named.str[0],
            named.str[1],
            texts["status"].map(_STATUS),
            *(texts[column] for column in own.values()),
        ]
        writer.writerows(zip(*columns, strict=True))
        rows += len(frame)
    text.detach()
    return rows


def flow_id(what: What) -> str:
    """The id of the data flow that a table of FLOWS is, and of its structure."""
    return what.value.upper()


def own_columns(what: What) -> Mapping[str, str]:
    """What is said of a figure beside FIGURE: by its attribute the column of the table."""
    return _OWN if what is What.OBSERVATIONS else {**_OWN, **_OF_VERSIONS}


def _frequency(periods: pd.Series[str]) -> pd.Series[str]:
    lengths = periods.str.len()
    quarterly = periods.str.contains("Q", regex=False)
    return pd.Series("M", index=periods.index).mask(lengths == 4, "A").mask(quarterly, "Q")


def unit_codes(catalogue: Catalogue) -> dict[str, Words]:
    """What UNIT_MEASURE may be, with the name of the (first) unit that it is."""
    bases = {unit.dimension: unit.name for unit in reversed(catalogue.units.values()) if unit.factor == 1}
    found: dict[str, Words] = {}
    for key, unit in catalogue.units.items():
        code, _ = _coded(catalogue, key)
        plain = Words(zh=unit.dimension, en=unit.dimension)
        found[code] = bases.get(code, plain) if code == unit.dimension else unit.name
    return found


def _coded(catalogue: Catalogue, key: str) -> tuple[str, str]:
    """UNIT_MEASURE and UNIT_MULT of a unit. One that is no power of ten of its base stands for itself, by a code of
    its own, since the format allows no other letters than these: a minute is time_60."""
    unit = catalogue.units[key]
    power = _power_of_ten(unit.factor)
    if power is not None:
        return unit.dimension, str(power)
    return f"{unit.dimension}_{re.sub('[^0-9]', '_', format(unit.factor.normalize(), 'f'))}", "0"


def _measures(catalogue: Catalogue) -> Callable[[str], tuple[str, str]]:
    found = {"": ("", "")} | {key: _coded(catalogue, key) for key in catalogue.units}
    return lambda unit: found.get(unit, (unit, "0"))


def _power_of_ten(factor: Decimal) -> int | None:
    """8 for 100,000,000; None for 24."""
    digits = factor.normalize().as_tuple()
    return int(digits.exponent) if digits.digits == (1,) else None
