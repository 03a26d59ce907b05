"""Grafana's transformations, as far as the panels use them, with options that every Grafana from 9.3 on understands.

Belongs here: single transformations and the two chains built of them. Does not belong here: queries, panel types.

How it is known that they work from 9.3 on: tests/dashboards/test_transformations.py runs the code that Grafana itself
publishes (`@grafana/data` 9.3 and the current release) on the generated panels and the answers of a real Prometheus.
The exception is configFromData, which is in the application's sources since 8.1 and in no package: it has been read,
9.3's and the current one, and a panel without it would lack no more than the unit at its numbers. What the code has
taught:

- labelsToFields does not merge any more, whatever its documentation says: `merge` follows it.
- A field of type time loses its name to "Time" in later transformations, so `convertFieldType` comes last, after
  sorting (instants written in full sort as text) and after the query's own Time is excluded.
- In 9.3 a table query whose neighbours are all empty calls its value "Value", not "Value #A"; the first query of every
  table here has a second one beside it that is never empty when it isn't.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grafana_foundation_sdk.models.dashboard import DataTransformerConfig

MONTH_COLUMN = "月份 Month"
CONFIG_REF = "config"  # refId of the query that brings the unit


def config_from_query(column: str, handler: str) -> DataTransformerConfig:
    """Take a field option of all numbers from the last value of `column` of the query `config`."""
    return DataTransformerConfig(
        id_val="configFromData",
        options={"configRefId": CONFIG_REF, "mappings": [{"fieldName": column, "handlerKey": handler}]},
    )


def labels_to_fields(value_label: str) -> DataTransformerConfig:
    """Every label a column; the value's column is named by the value of `value_label`."""
    return DataTransformerConfig(id_val="labelsToFields", options={"mode": "columns", "valueLabel": value_label})


def merge() -> DataTransformerConfig:
    """One table of several: rows that agree in what they share become one."""
    return DataTransformerConfig(id_val="merge", options={})


def sort_by(column: str, *, descending: bool = False) -> DataTransformerConfig:
    """Sort rows by a column."""
    return DataTransformerConfig(
        id_val="sortBy", options={"fields": {}, "sort": [{"field": column, "desc": descending}]}
    )


def organize(columns: Mapping[str, str], *, excluded: Sequence[str] = ()) -> DataTransformerConfig:
    """Order columns as in `columns`, name them by its values (empty: the column keeps its own), drop `excluded`."""
    return DataTransformerConfig(
        id_val="organize",
        options={
            "excludeByName": dict.fromkeys(excluded, True),
            "indexByName": {column: index for index, column in enumerate(columns)},
            "renameByName": {column: title for column, title in columns.items() if title},
        },
    )


def to_time(column: str) -> DataTransformerConfig:
    """Text of instants to time."""
    return DataTransformerConfig(
        id_val="convertFieldType",
        options={"fields": {}, "conversions": [{"targetField": column, "destinationType": "time"}]},
    )


def months_as_time(series_label: str, month_label: str) -> list[DataTransformerConfig]:
    """From one sample per month and series to one row per month, on a true time axis."""
    return [
        labels_to_fields(series_label),
        merge(),
        sort_by(month_label),
        organize({month_label: MONTH_COLUMN}, excluded=["Time"]),
        to_time(MONTH_COLUMN),
    ]


def pivoted(
    column_label: str,
    columns: Mapping[str, str],
    sort: str,
    *,
    excluded: Sequence[str] = (),
    descending: bool = False,
) -> list[DataTransformerConfig]:
    """From one sample per row and column to a table; `columns` orders and names."""
    return [
        labels_to_fields(column_label),
        merge(),
        sort_by(sort, descending=descending),
        organize(columns, excluded=["Time", *excluded]),
    ]
