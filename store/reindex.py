"""What is derived from documents, made again: the index of features, the search, how a thing is allocated, rollups.

In batches, each a transaction of its own that takes a record's rows away and puts them back, so that readers see them
whole; beside other writers of the same release. Other derived tables hang theirs into DERIVED.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, and_, bindparam, exists, func, select, update

from schemas.catalog import Catalog, Disclosure
from store import bulk, features, joining, rollups, searching, tables
from store.bulk import WRITERS
from store.engine import writing
from store.identity import identify
from store.rows import Parts, parts

BATCH = 1_000
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Stored:
    """A record as it is stored: its row's keys, its document, the version it was made by, and its parts."""

    shard: str
    number: int
    id: str
    recency: int
    record: Mapping[str, Any]
    disclosure: Disclosure
    parts: Parts


Renew = Callable[[Connection, Sequence[Stored], Catalog], None]


def reindex(engine: Engine, catalog: Catalog, progress: Progress | None = None, batch: int = BATCH) -> int:
    """Make everything derived again from the stored documents; gives how many records there were.

    `progress` is told how many records are done, and how many there are. Whoever stops it can run it again.
    """
    with engine.connect() as connection:
        shards = list(connection.scalars(select(tables.disclosure.c.shard).distinct().order_by("shard")))
        total = connection.scalar(select(func.count()).select_from(tables.document)) or 0
    done = 0
    with writing(engine) as connection:
        features.unmark(connection)
    for shard in shards:
        after = ""
        while True:
            with writing(engine) as connection:
                bulk.lock(connection, WRITERS, [shard])
                rows = list(_stored(connection, catalog, shard, after, batch))
                for renew in DERIVED.values():
                    renew(connection, rows, catalog)
                if not rows:
                    break
            after = rows[-1].id
            done += len(rows)
            if progress:
                progress(done, total)
    joining.settle_pending(engine)
    with writing(engine) as connection:
        _forget(connection)
        rollups.rebuild(connection)
    with writing(engine) as connection:
        features.mark(
            connection,
            features.digests(catalog),
        )
    return done


def _stored(connection: Connection, catalog: Catalog, shard: str, after: str, batch: int) -> Iterator[Stored]:
    """The next records of a shard, in the order of their ids."""
    d, doc = tables.disclosure.c, tables.document.c
    query = (
        select(d.shard, d.number, d.id, d.recency, d.type, d.schema_version, doc.body)
        .join_from(
            tables.disclosure,
            tables.document,
            and_(doc.shard == d.shard, doc.disclosure_number == d.number),
        )
        .where(d.shard == shard, d.id > after)
        .order_by(d.id)
        .limit(batch)
    )
    for shard_, number, one, recency, type_path, version, record in connection.execute(query):
        disclosure = catalog.versions[f"{type_path}/{version}"]
        identity = identify(record, disclosure)
        assert identity is not None, f"{one} was stored without an identity"
        made = parts(record, disclosure, identity, catalog)
        yield Stored(shard_, number, one, recency, record, disclosure, made)


def _features(connection: Connection, rows: Sequence[Stored], catalog: Catalog) -> None:
    if rows:
        bulk.delete_of(connection, tables.feature.name, [(row.shard, row.number) for row in rows])
    made = ((row, features.reader(row.disclosure.type, catalog)) for row in rows)
    features.insert(
        connection, ((row.shard, row.number, row.recency, reader.rows(row.record)) for row, reader in made)
    )


def _search(connection: Connection, rows: Sequence[Stored], _catalog: Catalog) -> None:
    if rows:
        searching.delete(connection, [(row.shard, row.number, row.recency) for row in rows])
        texts = [(row.shard, row.number, row.recency, row.parts.text) for row in rows]
        searching.insert(connection, [(*one, searching.spaced(one[-1])) for one in texts])


def _related(connection: Connection, rows: Sequence[Stored], _catalog: Catalog) -> None:
    if rows:
        bulk.delete_of(connection, tables.related.name, [(row.shard, row.number) for row in rows])
    related = ({**made, "disclosure_number": row.number} for row in rows for made in row.parts.related)
    bulk.insert(connection, tables.related, related)


def _columns(connection: Connection, rows: Sequence[Stored], _catalog: Catalog) -> None:
    """What a column of the disclosure says of its document, and migrations could not fill."""
    d = tables.disclosure.c
    made = [
        {
            "of": row.shard, "one": row.number,
            "way": row.parts.disclosure["method"], "again": row.parts.disclosure["repost"],
        }
        for row in rows
    ]  # fmt: skip
    if made:
        connection.execute(
            update(tables.disclosure)
            .where(d.shard == bindparam("of"), d.number == bindparam("one"))
            .values(method=bindparam("way"), repost=bindparam("again")),
            made,
        )


def _forget(connection: Connection) -> None:
    """Take away features of records that are no more."""
    f, d = tables.feature.c, tables.disclosure.c
    owner = exists().where(d.shard == f.shard, d.number == f.disclosure_number)
    connection.execute(tables.feature.delete().where(~owner))


def _organizations(connection: Connection, rows: Sequence[Stored], _catalog: Catalog) -> None:
    """Parties that are known by their names within their processes."""
    given = joining.processes(connection, [row.id for row in rows])
    with rollups.keeping(connection, []) as span:
        found = joining.candidates(connection, [row.parts for row in rows], given)
        joining.settle_processes(connection, found, span)


# What is derived → what makes it again for some records.
DERIVED: dict[str, Renew] = {
    "feature": _features, "search": _search, "related": _related, "columns": _columns,
    "organizations": _organizations,
}  # fmt: skip
