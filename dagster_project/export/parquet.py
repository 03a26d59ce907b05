"""An export as Parquet: exact decimals, moments in UTC, and the meaning of every column in its metadata."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, BinaryIO, Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from dagster_project.export.columns import Column, Table, Type
from dagster_project.export.describe import described
from dagster_project.export.rows import Export
from dagster_project.export.values import decimal_of

# As the store keeps a figure: 18 digits before the point, 12 after it.
DECIMAL: Final = pa.decimal128(30, 12)
_TYPES: Final[dict[Type, pa.DataType]] = {
    Type.DECIMAL: DECIMAL,
    Type.NUMBER: pa.float64(),
    Type.INTEGER: pa.int64(),
    Type.FLAG: pa.bool_(),
    Type.MOMENT: pa.timestamp("us", tz="UTC"),
}


def write_parquet(export: Export, stream: BinaryIO) -> int:
    """Writes it, a group of rows for each batch, and returns how many rows. A missing text is null, as every missing
    value. The file's metadata has `xushi` (JSON: the table's description, known_on, sample)."""
    schema = _schema(export)
    rows = 0
    with pq.ParquetWriter(stream, schema, compression="zstd") as writer:
        for frame in export.frames:
            arrays = [_array(frame[column.name], column) for column in export.table.columns]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            rows += len(frame)
    return rows


def _schema(export: Export) -> pa.Schema:
    known_on = export.selection.known_on
    about = described(export.table) | {
        "known_on": None if known_on is None else known_on.isoformat(),
        "sample": export.sample,
    }
    return pa.schema(
        [_field(column, export.table) for column in export.table.columns],
        metadata={"xushi": json.dumps(about, ensure_ascii=False)},
    )


def _field(column: Column, table: Table) -> pa.Field:
    required = column.required or column.name in table.key
    about = {"zh": column.zh, "en": column.en, "unit": column.unit}
    return pa.field(column.name, _TYPES.get(column.type, pa.string()), nullable=not required, metadata=about)


def _array(values: pd.Series[Any], column: Column) -> pa.Array:
    kind = _TYPES.get(column.type, pa.string())
    make = _MAKE.get(column.type)
    if column.type is Type.MOMENT:
        return pa.array(values.dt.tz_convert(None).to_numpy(), from_pandas=True).cast(pa.timestamp("us")).cast(kind)
    if make is None:
        return pa.array(values, type=kind, from_pandas=True)
    codes, distinct = pd.factorize(values)
    made = pa.array([make(value) for value in distinct], type=kind)
    return made.take(pa.array(codes, mask=codes < 0))


def _decimal(value: float) -> Any:
    found = decimal_of(value)
    return found.quantize(_SMALLEST) if -int(found.as_tuple().exponent) > DECIMAL.scale else found


_SMALLEST = decimal_of(10.0**-12)
_MAKE: Final[dict[Type, Callable[[Any], Any]]] = {
    Type.DECIMAL: _decimal,
    **dict.fromkeys((Type.ID, Type.TEXT, Type.PERIOD), lambda text: text or None),
}
