"""The formats: each writes the tables of an export, from one snapshot, into a sink."""

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import IO, Any

import orjson

from publish.datasets import about, delimited, deltas, jsonlines, parquet, sqlite_file, workbook
from publish.datasets.archive import archive, entry, opened
from publish.datasets.export import Export
from publish.datasets.kept import Begun, Sink
from publish.datasets.reading import Snapshot
from publish.datasets.statements import Rows
from publish.metadata import datapackage
from publish.metadata.datasets import Known, find
from store.editions import EVERYTHING

Writer = Callable[[Export, Rows, Snapshot, Begun, Sink, Path], None]
_PIECE = 1024 * 1024


def write(export: Export, rows: Rows, taken: Snapshot, begun: Begun, sink: Sink, scratch: Path) -> None:
    """Write the whole file; what it needs beside goes into the folder `scratch`."""
    _WRITERS[export.format](export, rows, taken, begun, sink, scratch)


def _csv(export: Export, rows: Rows, taken: Snapshot, _begun: Begun, sink: Sink, _scratch: Path) -> None:
    for chunk in delimited.chunks(export.table, export.chosen, rows, taken):
        sink.write(chunk)


def _csv_zip(export: Export, rows: Rows, taken: Snapshot, begun: Begun, sink: Sink, _scratch: Path) -> None:
    measured: dict[str, datapackage.Measured] = {}
    with archive(sink) as into:
        for table in export.layout:
            digest, size = hashlib.sha256(), 0
            with opened(into, f"{table.name}.csv") as file:
                for chunk in delimited.chunks(table, export.chosen, rows, taken):
                    file.write(chunk)
                    digest.update(chunk)
                    size += len(chunk)
            measured[table.name] = size, digest.hexdigest()
        for name, heading, lines in _about(export, rows, begun):
            entry(into, f"{name}.csv", _lines(heading, lines))
        told = _package(export, rows, begun, measured)
        entry(into, datapackage.FILE, orjson.dumps(told, option=orjson.OPT_INDENT_2))


def _package(
    export: Export, rows: Rows, begun: Begun, measured: Mapping[str, datapackage.Measured]
) -> dict[str, Any]:
    """What frictionless reads of the tables beside it."""
    chosen = export.selection
    path = (
        chosen.types[0]
        if len(chosen.types) == 1
        else chosen.domains[0]
        if len(chosen.domains) == 1
        else EVERYTHING
    )
    of = find(path, rows.catalog)
    assert of is not None
    at = datetime.fromisoformat(begun.at) if begun.at else None
    known = Known(rows.site, begun.version, at, {})
    made = datapackage.package([of], rows.catalog, known, lambda _, table: measured[table.name])
    for table, resource in zip(export.layout, made["resources"], strict=True):
        resource["path"] = f"{table.name}.csv"
    return made


def _jsonl(export: Export, rows: Rows, taken: Snapshot, _begun: Begun, sink: Sink, _scratch: Path) -> None:
    if isinstance(export, deltas.Delta):
        made = deltas.chunks(export, rows, taken)
    else:
        made = jsonlines.chunks(export.layout[0], export.chosen, rows, taken)
    for chunk in made:
        sink.write(chunk)


def _xlsx(export: Export, rows: Rows, taken: Snapshot, begun: Begun, sink: Sink, _scratch: Path) -> None:
    with archive(sink) as into:
        book = workbook.Book(into)
        for table in export.layout:
            statement = workbook.lines(table, rows.select(table, export.chosen), rows.dialect)
            book.table(table, taken.pieces(statement, export.chosen, table.name))
        facts, columns, codes = _about(export, rows, begun)
        book.lines("字段 columns", columns[1], columns[2])
        book.lines("代码 codes", codes[1], codes[2])
        book.lines("说明 about", facts[1], facts[2])
        book.finish()


def _parquet(export: Export, rows: Rows, taken: Snapshot, begun: Begun, sink: Sink, _scratch: Path) -> None:
    writer = parquet.Writer(export.table, begun, _file(sink))
    for piece in taken.pieces(rows.select(export.table, export.chosen), export.chosen, export.table.name):
        writer.write(piece)
    writer.close()


def _parquet_zip(
    export: Export, rows: Rows, taken: Snapshot, begun: Begun, sink: Sink, _scratch: Path
) -> None:
    """A folder a table, in it one a year: what readers of Parquet take for one dataset."""
    with archive(sink) as into:
        for table in export.layout:
            statement = rows.select(table, export.chosen, year=True)
            pieces = parquet.years(taken.pieces(statement, export.chosen, table.name))
            for year, of_year in groupby(pieces, key=itemgetter(0)):
                with opened(into, f"{table.name}/year={year}/0.parquet", packed=True) as file:
                    writer = parquet.Writer(table, begun, _file(file))
                    for _, piece in of_year:
                        writer.write(piece)
                    writer.close()
            if not taken.tally[table.name]:
                with opened(into, f"{table.name}/year={parquet.UNDATED}/0.parquet", packed=True) as file:
                    parquet.Writer(table, begun, _file(file)).close()
        for name, heading, lines in _about(export, rows, begun):
            entry(into, f"{name}.csv", _lines(heading, lines))


def _sqlite(export: Export, rows: Rows, taken: Snapshot, begun: Begun, sink: Sink, scratch: Path) -> None:
    path = scratch / f"{sink.path.name}.sqlite"
    path.unlink(missing_ok=True)
    writer = sqlite_file.Writer(path)
    try:
        for table in export.layout:
            writer.create(table)
            for piece in taken.pieces(rows.select(table, export.chosen), export.chosen, table.name):
                writer.insert(table, piece)
        writer.finish(export.layout, rows.catalog, begun, export.selection.query())
    finally:
        writer.close()
    with path.open("rb") as made:
        while content := made.read(_PIECE):
            sink.write(content)
    path.unlink()


def _about(export: Export, rows: Rows, begun: Begun) -> list[tuple[str, Sequence[str], Iterable[about.Line]]]:
    return [
        ("_file", about.FACTS, about.facts(begun, export.selection.query())),
        ("_columns", about.COLUMNS, about.columns(export.layout)),
        ("_codes", about.CODES, about.codes(export.layout, rows.catalog)),
    ]


def _lines(heading: Sequence[str], lines: Iterable[about.Line]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([heading, *lines])
    return text.getvalue().encode("utf-8-sig")


class _Appending(io.RawIOBase):
    """A stream for what writes from begin to end and asks where it is."""

    def __init__(self, into: Any) -> None:
        self._into, self._at = into, 0

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        piece = bytes(content)
        self._into.write(piece)
        self._at += len(piece)
        return len(piece)

    def tell(self) -> int:
        return self._at


def _file(into: Sink | IO[bytes]) -> _Appending:
    return _Appending(into)


_WRITERS: Mapping[str, Writer] = {
    "csv": _csv, "csv.zip": _csv_zip, "jsonl": _jsonl, "xlsx": _xlsx, "parquet": _parquet, "parquet.zip": _parquet_zip,
    "sqlite": _sqlite,
}  # fmt: skip
