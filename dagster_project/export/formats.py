"""The formats in which a table can be written, and the names of the files.

Belongs here: choosing. Does not belong here: any format.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import BinaryIO, Final

from dagster_project.export.csv_text import write_csv
from dagster_project.export.json_text import write_json
from dagster_project.export.rows import Export
from dagster_project.sources.marks import SAMPLE_MARK
from validators.catalogue import Catalogue


class Format(StrEnum):
    """How a table is written."""

    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"
    XLSX = "xlsx"
    SDMX_CSV = "sdmx-csv"


class SdmxVersion(StrEnum):
    """The version of SDMX-ML of a structure message."""

    V2_1 = "2.1"
    V3_0 = "3.0"


MEDIA_TYPES: Final[dict[Format, str]] = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.JSON: "application/json",
    Format.PARQUET: "application/vnd.apache.parquet",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.SDMX_CSV: "application/vnd.sdmx.data+csv; version=2.0.0; charset=utf-8",
}
STRUCTURE_TYPE: Final = "application/xml; charset=utf-8"
_SUFFIX: Final = {Format.SDMX_CSV: "sdmx.csv"}


def file_name(export: Export, form: Format) -> str:
    """As a download is called: the table, the day whose knowledge it holds, and whether it is sample data, so that the
    mark stays with the figures when they are handed in again."""
    day = "" if export.selection.known_on is None else f"-{export.selection.known_on.isoformat()}"
    mark = f"-{SAMPLE_MARK}" if export.sample else ""
    return f"{export.table.name}{day}{mark}.{_SUFFIX.get(form, form)}"


def write(export: Export, form: Format, stream: BinaryIO, catalogue: Catalogue) -> int:
    """Writes a table into a stream and returns how many rows. ExportError where the format can't hold it."""
    if form is Format.CSV:
        return write_csv(export, stream)
    if form is Format.JSON:
        return write_json(export, stream)
    # These libraries are imported where they are needed: most exports are texts.
    if form is Format.PARQUET:
        from dagster_project.export.parquet import write_parquet

        return write_parquet(export, stream)
    if form is Format.XLSX:
        from dagster_project.export.workbook import write_workbook

        return write_workbook(export, stream)
    from dagster_project.export.sdmx_csv import write_sdmx

    return write_sdmx(export, stream, catalogue)


def structure_message(catalogue: Catalogue, version: SdmxVersion, now: datetime) -> bytes:
    """What columns and codes of the SDMX-CSV mean, as SDMX-ML made at `now`."""
    from dagster_project.export.sdmx_structure import message

    return message(catalogue, version, now)
