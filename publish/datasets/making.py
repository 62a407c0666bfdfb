"""One file made of one snapshot: the same for the server, the command and whoever measures."""

from pathlib import Path

from sqlalchemy import Engine

from publish.datasets.deltas import Delta
from publish.datasets.export import Export
from publish.datasets.kept import Begun, Done, Sink
from publish.datasets.reading import Snapshot, snapshot
from publish.datasets.statements import Rows
from publish.datasets.writers import write
from query.run import parameters_of
from schemas.catalog import Catalog


class IncompleteError(Exception):
    """A file has not as many rows as were counted: it is not finished."""


def count(export: Export, taken: Snapshot, rows: Rows) -> int:
    """How many disclosures a selection has."""
    (found,) = taken.one(rows.count(export.chosen), parameters_of(export.chosen.values))
    return int(found)


def begun(export: Export, taken: Snapshot, rows: Rows) -> Begun:
    """What a file is of, before it is made."""
    now, counted = taken.standing(), None if isinstance(export, Delta) else count(export, taken, rows)
    return Begun(export.file_name, counted, now.version, now.at.isoformat() if now.at else None)


def fill(export: Export, taken: Snapshot, rows: Rows, what: Begun, sink: Sink, scratch: Path) -> Done:
    """Write a file to its end; raises IncompleteError where records are missing in it."""
    try:
        write(export, rows, taken, what, sink, scratch)
        digest = sink.close()
    finally:
        sink.close()
    of_records = taken.tally.get(export.layout[0].name)
    if of_records is not None and of_records != what.records:
        raise IncompleteError(f"{of_records} of {what.records}")
    return Done(sink.size, digest, taken.tally)


def make(export: Export, engine: Engine, catalog: Catalog, site: str, path: Path) -> tuple[Begun, Done]:
    """A whole file at a path."""
    with snapshot(engine) as taken:
        rows = Rows(taken.dialect, catalog, site)
        what = begun(export, taken, rows)
        return what, fill(export, taken, rows, what, Sink(path), path.parent)
