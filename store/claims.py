"""Whose the records are that a batch would change: asked in the transaction that changes them."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, select

from store import bulk, tables
from store.bulk import WRITERS

ID: Final = re.compile(r"[0-9]{6}-[0-9a-v]{16}")


@dataclass(frozen=True, slots=True)
class Claimed:
    """Whose a stored record is: its publisher's id (the credit code where it has one), its region, its type."""

    publisher: str
    region: str | None
    type: str


@dataclass(frozen=True, slots=True)
class Claims:
    """Stored records by their ids, and by the numbers that publishers gave them."""

    by_id: dict[str, Claimed] = field(default_factory=dict)
    by_number: dict[str, list[Claimed]] = field(default_factory=dict)


def claimed(
    connection: Connection, shards: Collection[str], ids: Collection[str], numbers: Collection[str]
) -> Claims:
    """Whose the records of these ids and numbers are, once no other writer works on the shards."""
    bulk.lock(connection, WRITERS, sorted(shards))
    found = Claims()
    c = tables.disclosure.c
    query = select(c.id, c.local_id, c.publisher_id, c.region, c.type)
    for row in connection.execute(query.where(bulk.among(connection, c.id, sorted(ids)))):
        found.by_id[row.id] = Claimed(row.publisher_id, row.region, row.type)
    if numbers:
        for row in connection.execute(query.where(bulk.among(connection, c.local_id, sorted(numbers)))):
            claim = Claimed(row.publisher_id, row.region, row.type)
            found.by_number.setdefault(row.local_id, []).append(claim)
    return found
