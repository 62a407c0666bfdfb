"""What was submitted with keys: the audit trail, and what makes an answer the same however often it is asked for.

Records that a submission stored are counted in the transaction that stores them, and its report is kept in the one
that ends its load. So a run that was broken off goes on in the next, and both together report what one would have.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from store import tables
from store.cases import OPEN
from store.identity import digest

_TABLE = tables.submission


@dataclass(frozen=True, slots=True)
class Submission:
    """One submission. `outcome` is None while it runs or where it was broken off (`error` then says why)."""

    id: str
    key_id: str
    received_at: datetime
    asked: str
    sha256: str | None
    size: int | None
    finished_at: datetime | None
    outcome: str | None
    error: str | None
    stored: int
    revised: int
    taken: int | None
    refused: int | None
    load_id: str | None
    report: Mapping[str, Any] | None


def name(key_id: str, idempotency: str | None) -> str:
    """The id of a submission: one for each idempotency key of a key, a new one without."""
    return "s-" + digest(24, key_id, idempotency if idempotency is not None else secrets.token_hex(16))


def begin(
    connection: Connection, id: str, key_id: str, asked: str, sha256: str, size: int, now: datetime
) -> Submission:
    """Note what was received; gives what is known already where there is a submission of that id."""
    row = {
        "id": id, "key_id": key_id, "received_at": now, "asked": asked, "sha256": sha256, "size": size,
        "stored": 0, "revised": 0,
    }  # fmt: skip
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    connection.execute(dialect.insert(_TABLE).values(row).on_conflict_do_nothing())
    found = find(connection, id)
    assert found is not None
    if found.error is None or found.finished_at is not None or (found.sha256, found.asked) != (sha256, asked):
        return found
    connection.execute(update(_TABLE).where(_TABLE.c.id == id).values(error=None))  # runs again
    return replace(found, error=None)


def reject(connection: Connection, key_id: str, asked: str, error: str, now: datetime) -> None:
    """Note a request that was turned away before anything was read of it."""
    row = {
        "id": name(key_id, None), "key_id": key_id, "received_at": now, "asked": asked, "finished_at": now,
        "outcome": "rejected", "error": error, "stored": 0, "revised": 0,
    }  # fmt: skip
    connection.execute(insert(_TABLE).values(row))


def break_off(connection: Connection, id: str, error: str) -> None:
    """Note why a run did not come to its end; it may be run again."""
    unfinished = update(_TABLE).where(_TABLE.c.id == id, _TABLE.c.finished_at.is_(None))
    connection.execute(unfinished.values(error=error))


def count(connection: Connection, id: str, stored: int, revised: int) -> None:
    """Add what the transaction stores."""
    c = _TABLE.c
    added = update(_TABLE).where(c.id == id)
    connection.execute(added.values(stored=c.stored + stored, revised=c.revised + revised))


def counted(connection: Connection, id: str) -> tuple[int, int]:
    """How many records all runs stored and revised."""
    row = connection.execute(select(_TABLE.c.stored, _TABLE.c.revised).where(_TABLE.c.id == id)).one()
    return row.stored, row.revised


def finish(
    connection: Connection,
    id: str,
    outcome: str,
    *,
    taken: int,
    refused: int,
    load_id: str | None,
    report: Mapping[str, Any],
    now: datetime,
) -> None:
    """Keep what came of a submission, unless a run beside this one has done so."""
    unfinished = update(_TABLE).where(_TABLE.c.id == id, _TABLE.c.finished_at.is_(None))
    connection.execute(
        unfinished.values(
            outcome=outcome, error=None, taken=taken, refused=refused, load_id=load_id, report=dict(report),
            finished_at=now,
        )
    )  # fmt: skip


def find(connection: Connection, id: str) -> Submission | None:
    """The submission of that id, None where there is none."""
    row = connection.execute(select(_TABLE).where(_TABLE.c.id == id)).mappings().one_or_none()
    return None if row is None else Submission(**row)


def listed(connection: Connection, key_id: str | None = None, most: int = 100) -> list[Submission]:
    """The last submissions, of a key or of all, the newest first."""
    query = select(_TABLE).order_by(_TABLE.c.received_at.desc(), _TABLE.c.id).limit(most)
    if key_id is not None:
        query = query.where(_TABLE.c.key_id == key_id)
    return [Submission(**row) for row in connection.execute(query).mappings()]


def note(connection: Connection, id: str, error: str | None) -> None:
    """Note what remains to be done of a submission that has its outcome."""
    connection.execute(update(_TABLE).where(_TABLE.c.id == id).values(error=error))


@dataclass(frozen=True, slots=True)
class Open:
    """A row that a submission refused and nothing has repaired since."""

    submission: str
    sheet: str
    row: int
    since: datetime | None
    issues: Sequence[Mapping[str, Any]]


def still_refused(connection: Connection, found: Sequence[Submission], most: int = 500) -> list[Open]:
    """The open cases of some submissions, in their order; a load of several belongs to the first of them."""
    loads: dict[str, str] = {}
    for one in found:
        if one.load_id:
            loads.setdefault(one.load_id, one.id)
    r = tables.refused.c
    query = (
        select(r.load_id, r.sheet, r.row, r.since, r.issues)
        .where(r.load_id.in_(sorted(loads)), r.state == OPEN)
        .order_by(r.load_id, r.ordinal)
        .limit(most)
    )
    rows = [Open(loads[row[0]], *row[1:]) for row in connection.execute(query)] if loads else []
    order = {one.id: place for place, one in enumerate(found)}
    return sorted(rows, key=lambda one: order[one.submission])
