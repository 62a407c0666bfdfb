"""Problems that readers report about records, until the operator has seen to them.

Nothing is kept of who reports. The text goes when its record is withdrawn for privacy: it may repeat what is removed.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from schemas.calendar import moment
from store import tables
from store.random_id import random_id

_TABLE = tables.problem
KINDS = ("wrong", "personal", "missing", "other")


@dataclass(frozen=True, slots=True)
class Subject:
    """The record that a problem is about, as people name it."""

    id: str
    type: str
    title: str
    publisher: str
    revision: int
    status: str


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem; times are UTC."""

    id: str
    disclosure_id: str
    revision: int
    kind: str
    text: str
    received_at: datetime
    closed_at: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        """The problem as a machine reads it."""
        closed = self.closed_at and moment(self.closed_at)
        return {
            "id": self.id, "disclosure": self.disclosure_id, "revision": self.revision, "kind": self.kind, "text": self.text,
            "receivedAt": moment(self.received_at), "closedAt": closed,
        }  # fmt: skip


_COLUMNS = tuple(_TABLE.c[name] for name in Problem.__dataclass_fields__)


def subject(connection: Connection, disclosure_id: str) -> Subject | None:
    """The record of an id."""
    d, p = tables.disclosure.c, tables.publisher.c
    query = (
        select(d.id, d.type, d.title, p.name, d.revision, d.status)
        .join_from(tables.disclosure, tables.publisher, p.id == d.publisher_id)
        .where(d.shard == disclosure_id[:6], d.id == disclosure_id)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else Subject(*row)


def take(
    connection: Connection, about: Subject, kind: str, text: str, now: datetime, most: int
) -> Problem | None:
    """Keep a problem; None where so many are open already. The same text about the same record is one problem."""
    c = _TABLE.c
    same = select(*_COLUMNS).where(c.disclosure_id == about.id, c.text == text, c.closed_at.is_(None))
    known = connection.execute(same).first()
    if known is not None:
        return Problem(*known)
    count = select(func.count()).select_from(_TABLE).where(c.closed_at.is_(None))
    if int(connection.scalar(count) or 0) >= most:
        return None
    name = random_id()
    made = Problem(name, about.id, about.revision, kind, text, now)
    row = {
        "id": name,
        "disclosure_id": about.id,
        "revision": about.revision,
        "kind": kind,
        "text": text,
        "received_at": now,
    }
    connection.execute(insert(_TABLE).values(row))
    return made


def listed(connection: Connection, *, closed: bool = False, most: int = 100) -> list[Problem]:
    """Open problems, with `closed` all, the oldest first."""
    query = select(*_COLUMNS).order_by(_TABLE.c.received_at, _TABLE.c.id).limit(most)
    if not closed:
        query = query.where(_TABLE.c.closed_at.is_(None))
    return [Problem(*row) for row in connection.execute(query)]


def close(connection: Connection, id: str, now: datetime) -> Problem | None:
    """The problem, seen to; None where there is none of that id."""
    open_ = update(_TABLE).where(_TABLE.c.id == id, _TABLE.c.closed_at.is_(None))
    connection.execute(open_.values(closed_at=now))
    row = connection.execute(select(*_COLUMNS).where(_TABLE.c.id == id)).one_or_none()
    return None if row is None else Problem(*row)
