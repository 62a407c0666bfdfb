"""The formats: each writes the tables of an export, from one snapshot, into a sink."""

from collections.abc import Callable, Mapping
from pathlib import Path

from publish.datasets import delimited, jsonlines
from publish.datasets.export import Export
from publish.datasets.kept import Begun, Sink
from publish.datasets.reading import Snapshot
from publish.datasets.statements import Rows

Writer = Callable[[Export, Rows, Snapshot, Begun, Sink, Path], None]


def write(export: Export, rows: Rows, taken: Snapshot, begun: Begun, sink: Sink, scratch: Path) -> None:
    """Write the whole file; what it needs beside goes into the folder `scratch`."""
    _WRITERS[export.format](export, rows, taken, begun, sink, scratch)


def _csv(export: Export, rows: Rows, taken: Snapshot, _begun: Begun, sink: Sink, _scratch: Path) -> None:
    for chunk in delimited.chunks(export.table, export.chosen, rows, taken):
        sink.write(chunk)


def _jsonl(export: Export, rows: Rows, taken: Snapshot, _begun: Begun, sink: Sink, _scratch: Path) -> None:
    for chunk in jsonlines.chunks(export.layout[0], export.chosen, rows, taken):
        sink.write(chunk)


_WRITERS: Mapping[str, Writer] = {"csv": _csv, "jsonl": _jsonl}
