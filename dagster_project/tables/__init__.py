"""From a file's bytes to tidy observations: formats, grids, headers, and the catalogue's names for them."""

from dagster_project.tables.mapped import Mapped
from dagster_project.tables.mapping import by_dataset, to_observations
from dagster_project.tables.reading import Reading, Sheet, Table, read_tables

__all__ = ["Mapped", "Reading", "Sheet", "Table", "by_dataset", "read_tables", "to_observations"]
