"""From a file's bytes to tidy observations: formats, grids, headers, and the catalogue's names for them."""

from dagster_project.tables.reading import Reading, Sheet, Table, read_tables

__all__ = ["Reading", "Sheet", "Table", "read_tables"]
