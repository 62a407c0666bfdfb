"""Tables as Parquet: typed, amounts exact, nothing is null; one file a table, or a file for each year of publication."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from publish.datasets.kept import Begun
from publish.datasets.layout import Column, Table

UNDATED = "__HIVE_DEFAULT_PARTITION__"  # how a folder of a dataset says that there is no value
GROUP = 40_000  # rows of a row group
# Amounts are below 10^13 yuan; unit prices below 10^12.
_TYPES: dict[str, pa.DataType] = {
    "integer": pa.int64(), "number": pa.float64(), "money": pa.decimal128(18, 2), "price": pa.decimal128(20, 4),
    "boolean": pa.bool_(), "date": pa.date32(), "instant": pa.timestamp("us", tz="UTC"),
}  # fmt: skip
_DIGITS = {"money": Decimal("0.01"), "price": Decimal("0.0001")}


def schema(table: Table, begun: Begun) -> pa.Schema:
    """The columns with their types and titles; the file says of what data version it is."""
    told = {"records": str(begun.records), "data_version": str(begun.version), "last_changed": begun.at or ""}
    return pa.schema(
        [_field(one) for one in table.columns],
        metadata={f"openalloc.{name}": value for name, value in told.items()},
    )


def _field(column: Column) -> pa.Field:
    about = {"title": column.title, "title_en": column.title_en}
    about |= {"unit": column.unit} if column.unit else {}
    about |= {"codelist": column.codelist} if column.codelist else {}
    return pa.field(column.name, _TYPES.get(column.kind, pa.string()), metadata=about)


class Writer:
    """Writes the rows of one table into a stream, a row group at a time."""

    def __init__(self, table: Table, begun: Begun, stream: Any) -> None:
        self._table, self._schema = table, schema(table, begun)
        self._writer = pq.ParquetWriter(stream, self._schema, compression="zstd", write_page_index=False)
        self._waiting: list[pa.RecordBatch] = []
        self._rows = 0

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Add rows of texts."""
        columns = zip(*rows, strict=True)
        arrays = [
            _array(column, values) for column, values in zip(self._table.columns, columns, strict=False)
        ]
        self._waiting.append(pa.record_batch(arrays, schema=self._schema))
        self._rows += len(rows)
        if self._rows >= GROUP:
            self._flush()

    def close(self) -> None:
        """Write what is left, and the end."""
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._waiting:
            self._writer.write_table(pa.Table.from_batches(self._waiting), row_group_size=GROUP)
        self._waiting, self._rows = [], 0


def _array(column: Column, values: Sequence[Any]) -> pa.Array:
    kind = _TYPES.get(column.kind)
    match column.kind:
        case "money" | "price":  # exactly; a text with more decimals would be an error here
            return pa.array(
                [None if one is None else Decimal(one).quantize(_DIGITS[column.kind]) for one in values], kind
            )
        case "integer":
            return pa.array([None if one is None else int(one) for one in values], kind)
        case "boolean":
            return pa.array([None if one is None else str(one) == "true" for one in values], kind)
        case "instant":
            return pc.strptime(
                pa.array([None if one is None else str(one)[:19] for one in values], pa.string()),
                format="%Y-%m-%dT%H:%M:%S", unit="us",
            ).cast(kind)  # fmt: skip
    texts = pa.array(values, pa.string())
    return texts if kind is None else texts.cast(kind)


def years(pieces: Iterator[list[tuple[Any, ...]]]) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    """The rows by their year, which is their last value, in the order in which they come; without one UNDATED."""
    for piece in pieces:
        begin = 0
        for at in range(1, len(piece) + 1):
            if at == len(piece) or piece[at][-1] != piece[begin][-1]:
                yield piece[begin][-1] or UNDATED, [row[:-1] for row in piece[begin:at]]
                begin = at
