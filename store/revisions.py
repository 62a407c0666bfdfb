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
    r = tables.revision.c
    query = (
        select(r.number, r.digest, r.load_id, r.replaced_at)
        .where(r.shard == disclosure_id[:6], r.disclosure_id == disclosure_id)
        .order_by(r.number)
    )
    return [Revision(*row) for row in connection.execute(query)]


def document(connection: Connection, disclosure_id: str, number: int | None = None) -> dict[str, Any] | None:
    """The document of a disclosure as that revision had it, the current one without a number; None if there is none."""
    d, doc, r = tables.disclosure.c, tables.document.c, tables.revision.c
    current = (
        select(doc.body)
        .join(tables.disclosure, and_(d.shard == doc.shard, d.id == doc.disclosure_id))
        .where(doc.shard == disclosure_id[:6], doc.disclosure_id == disclosure_id)
    )
    if number is None:
        return connection.scalar(current)
    earlier = select(r.body).where(
        r.shard == disclosure_id[:6], r.disclosure_id == disclosure_id, r.number == number
    )
    found = connection.scalar(earlier)
    return found if found is not None else connection.scalar(current.where(d.revision == number))


def archive(connection: Connection, gone: Sequence[tuple[str, str, int]], now: datetime) -> None:
    """Move the documents of (shard, id, recency) to `revision` and take away everything else they have.

    Call it within `store.rollups.keeping`, which sees the sums change.
    """
    d, doc = tables.disclosure.c, tables.document.c
    moved = (
        select(d.shard, d.id, d.revision, doc.digest, doc.body, d.load_id, literal(now))
        .join_from(tables.disclosure, tables.document, and_(doc.shard == d.shard, doc.disclosure_id == d.id))
        .where(bulk.among(connection, d.id, [one for _, one, _ in gone]))
    )
    columns = ["shard", "disclosure_id", "number", "digest", "body", "load_id", "replaced_at"]
    connection.execute(insert(tables.revision).from_select(columns, moved))
    r, link = tables.revision_process, tables.disclosure_process.c
    linked = (
        select(d.shard, d.id, d.revision, link.process_id)
        .join_from(
            tables.disclosure,
            tables.disclosure_process,
            and_(link.shard == d.shard, link.disclosure_id == d.id),
        )
        .where(bulk.among(connection, d.id, [one for _, one, _ in gone]))
    )
    connection.execute(insert(r).from_select(["shard", "disclosure_id", "number", "process_id"], linked))
    pairs = [(shard, one) for shard, one, _ in gone]
    for table in (
        tables.document, tables.lot, tables.party, tables.item, tables.feature, tables.disclosure_process,
        tables.value_source, tables.related,
    ):  # fmt: skip
        bulk.delete_pairs(connection, table.name, "disclosure_id", pairs)
    bulk.delete_pairs(connection, tables.disclosure.name, "id", pairs)
    searching.delete(connection, gone)
