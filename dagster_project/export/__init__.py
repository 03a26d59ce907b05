"""Open data out: every table with documented columns, in formats that other tools read.

Belongs here: what is exported and how it is written. Does not belong here: where it goes (command line, portal),
judging, the scoreboard as people see it (`scoreboard`).

    columns.py        the shape of a column's description; columns_of_*.py: every column
    tables.py         every table by name
    selection.py      which rows, and as they were known when
    rows.py           the rows, in batches
    values.py         values as texts
    csv_text.py, json_text.py, parquet.py, workbook.py, sdmx_csv.py   the formats; formats.py chooses
    sdmx_structure.py what the columns of the SDMX-CSV mean, as SDMX-ML
    describe.py       the description, for programs and for people
    package.py        all tables as a Data Package
    names.py          the catalogue's names, for the copy that the store keeps
    replay.py         the versions as tables that can be handed in one after the other
"""

from dagster_project.export.describe import all_described, as_markdown, described
from dagster_project.export.formats import (
    MEDIA_TYPES,
    STRUCTURE_TYPE,
    Format,
    SdmxVersion,
    file_name,
    structure_message,
    write,
)
from dagster_project.export.names import catalogue_names
from dagster_project.export.package import write_package
from dagster_project.export.replay import write_replay
from dagster_project.export.rows import Export, Exporter
from dagster_project.export.selection import Selection
from dagster_project.export.tables import TABLES, What

__all__ = [
    "MEDIA_TYPES",
    "STRUCTURE_TYPE",
    "TABLES",
    "Export",
    "Exporter",
    "Format",
    "SdmxVersion",
    "Selection",
    "What",
    "all_described",
    "as_markdown",
    "catalogue_names",
    "described",
    "file_name",
    "structure_message",
    "write",
    "write_package",
    "write_replay",
]
