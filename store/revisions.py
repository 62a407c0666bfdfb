"""Earlier documents: put away when a record changes, read again by number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, insert, literal, select

from store import bulk, searching, tables


@dataclass(frozen=True, slots=True)
class Revision:
    """One earlier document of a disclosure; `number` is 1 for the first, `replaced_at` UTC."""

    number: int
    digest: str
    load_id: str | None
    replaced_at: datetime


def revisions(connection: Connection, disclosure_id: str) -> list[Revision]:
    """The earlier documents of a disclosure, oldest first; empty where it never changed."""
    d, r = tables.disclosure.c, tables.revision.c
    query = (
        select(r.number, r.digest, r.load_id, r.replaced_at)
        .join(tables.disclosure, and_(d.shard == r.shard, d.number == r.disclosure_number))
        .where(d.id == disclosure_id)
        .order_by(r.number)
    )
    return [Revision(*row) for row in connection.execute(query)]


def document(connection: Connection, disclosure_id: str, number: int | None = None) -> dict[str, Any] | None:
    """The document of a disclosure as that revision had it, the current one without a number; None if there is none."""
    d, doc, r = tables.disclosure.c, tables.document.c, tables.revision.c
    current = (
        select(doc.body)
        .join(tables.disclosure, and_(d.shard == doc.shard, d.number == doc.disclosure_number))
        .where(d.id == disclosure_id)
    )
    if number is None:
        return connection.scalar(current)
    earlier = (
        select(r.body)
        .join(tables.disclosure, and_(d.shard == r.shard, d.number == r.disclosure_number))
        .where(d.id == disclosure_id, r.number == number)
    )
    found = connection.scalar(earlier)
    return found if found is not None else connection.scalar(current.where(d.revision == number))


def archive(connection: Connection, gone: Sequence[tuple[str, int, int]], now: datetime) -> None:
    """Move the documents of (shard, number, recency) to `revision` and take away everything else they have.

    Call it within `store.rollups.keeping`, which sees the sums change.
    """
    d, doc = tables.disclosure.c, tables.document.c
    theirs = bulk.among(connection, d.number, [number for _, number, _ in gone])
    moved = (
        select(d.shard, d.number, d.revision, doc.digest, doc.body, d.load_id, literal(now))
        .join_from(
            tables.disclosure,
            tables.document,
            and_(doc.shard == d.shard, doc.disclosure_number == d.number),
        )
        .where(theirs)
    )
    columns = ["shard", "disclosure_number", "number", "digest", "body", "load_id", "replaced_at"]
    connection.execute(insert(tables.revision).from_select(columns, moved))
    r, link = tables.revision_process, tables.disclosure_process.c
    linked = (
        select(d.shard, d.number, d.revision, link.process_serial)
        .join_from(
            tables.disclosure,
            tables.disclosure_process,
            and_(link.shard == d.shard, link.disclosure_number == d.number),
        )
        .where(theirs)
    )
    connection.execute(
        insert(r).from_select(["shard", "disclosure_number", "number", "process_serial"], linked)
    )
    owners = [(shard, number) for shard, number, _ in gone]
    for table in (
        tables.document, tables.lot, tables.party, tables.item, tables.feature, tables.disclosure_process,
        tables.value_source, tables.related,
    ):  # fmt: skip
        bulk.delete_of(connection, table.name, owners)
    bulk.delete_of(connection, tables.disclosure.name, owners, "number")
    searching.delete(connection, gone)
