"""What publishers stated not to have disclosed, and what they disclosed nevertheless."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, and_, or_, select

from store import bulk, tables
from store.identity import recencies

MOST = 1000  # records of a period that are looked at


def who_stated(connection: Connection, publishers: Collection[str], types: Collection[str]) -> set[str]:
    """Those of some publishers who have, or had, a record of these types."""
    c = tables.rollup_publisher.c
    query = select(c.publisher_id).distinct()
    among = bulk.among(connection, c.publisher_id, sorted(publishers))
    return set(connection.scalars(query.where(among, c.type.in_(sorted(types)))))


def stated(
    connection: Connection, publishers: Collection[str], types: Collection[str]
) -> Sequence[tuple[str, str, Mapping[str, Any]]]:
    """The published records of these types: (publisher's id, id, document)."""
    d, doc = tables.disclosure.c, tables.document.c
    query = (
        select(d.publisher_id, d.id, doc.body)
        .join_from(
            tables.disclosure, tables.document, and_(doc.shard == d.shard, doc.disclosure_number == d.number)
        )
        .where(
            bulk.among(connection, d.publisher_id, sorted(publishers)),
            d.type.in_(sorted(types)),
            d.status == "published",
        )
    )
    return [(row[0], row[1], row[2]) for row in connection.execute(query)]


def disclosed(
    connection: Connection, publisher: str, type_: str, first: date, last: date
) -> Sequence[tuple[str, str | None]]:
    """The published records of a publisher and type of these days, `MOST` at most: (id, region)."""
    d = tables.disclosure.c
    least, most = recencies(first, last)
    _, undated = recencies(None, date.min)
    query = (
        select(d.id, d.region)
        .where(d.publisher_id == publisher, d.type == type_, d.status == "published")
        .where(
            or_(
                d.recency.between(least, most),
                and_(d.recency <= undated, d.published_date.is_(None), d.formed_date.between(first, last)),
            )
        )
        .order_by(d.recency)
        .limit(MOST)
    )
    return [(row[0], row[1]) for row in connection.execute(query)]
