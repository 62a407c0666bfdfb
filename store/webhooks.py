"""Where changes are sent: endpoints, how far each is, and when it is to be tried again.

Nothing that signs is kept here: a secret follows from a row's salt and from a key that stands in a file of its own
(`publish.signing`). Of several processes that deliver, one at a time has an endpoint (`claim`), so that its changes come
in their order.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, or_, select, update

from store import tables
from store.random_id import random_id

_TABLE = tables.webhook
HOLD = timedelta(seconds=120)  # for which an endpoint is one process's


@dataclass(frozen=True, slots=True)
class Webhook:
    """An endpoint; times are UTC. `position` is the data version up to which it has everything."""

    id: str
    url: str
    salt: str
    selection: str
    batch: int
    inside: bool
    note: str
    created_at: datetime
    position: int
    attempts: int = 0
    failing_since: datetime | None = None
    next_at: datetime | None = None
    last_at: datetime | None = None
    last_outcome: str | None = None
    disabled_at: datetime | None = None
    revoked_at: datetime | None = None

    @property
    def state(self) -> str:
        """`active`, `failing`, `disabled` or `revoked`."""
        if self.revoked_at is not None:
            return "revoked"
        if self.disabled_at is not None:
            return "disabled"
        return "failing" if self.attempts else "active"


_COLUMNS = tuple(_TABLE.c[name] for name in Webhook.__dataclass_fields__)


def create(
    connection: Connection, *, url: str, selection: str, batch: int, inside: bool, note: str, position: int, now: datetime
) -> Webhook:  # fmt: skip
    """A new endpoint, told of what comes after a data version."""
    name = random_id()
    made = Webhook(name, url, secrets.token_hex(16), selection, batch, inside, note, now, position)
    row = {
        "id": name, "url": url, "salt": made.salt, "selection": selection, "batch": batch, "inside": int(inside),
        "note": note, "created_at": now, "position": position, "attempts": 0,
    }  # fmt: skip
    connection.execute(insert(_TABLE).values(row))
    return made


def find(connection: Connection, id: str) -> Webhook | None:
    """The endpoint of that id, whatever its state."""
    row = connection.execute(select(*_COLUMNS).where(_TABLE.c.id == id)).one_or_none()
    return None if row is None else _webhook(row)


def listed(connection: Connection) -> list[Webhook]:
    """All endpoints, the newest first."""
    query = select(*_COLUMNS).order_by(_TABLE.c.created_at.desc(), _TABLE.c.id)
    return [_webhook(row) for row in connection.execute(query)]


def due(connection: Connection, now: datetime) -> list[str]:
    """The endpoints that have not everything and may be tried now."""
    c = _TABLE.c
    newest = select(tables.data_version.c.version).scalar_subquery()
    query = select(c.id).where(
        c.revoked_at.is_(None), c.disabled_at.is_(None), c.position < newest,
        or_(c.next_at.is_(None), c.next_at <= now), or_(c.claimed_until.is_(None), c.claimed_until <= now),
    )  # fmt: skip
    return list(connection.scalars(query.order_by(c.id)))


def claim(connection: Connection, id: str, by: str, now: datetime) -> Webhook | None:
    """The endpoint, for one process alone until the claim runs out; None where another has it, or it is not to be tried."""
    c = _TABLE.c
    taken = connection.execute(
        update(_TABLE)
        .where(
            c.id == id, c.revoked_at.is_(None), c.disabled_at.is_(None),
            or_(c.claimed_until.is_(None), c.claimed_until <= now, c.claimed_by == by),
        )
        .values(claimed_by=by, claimed_until=now + HOLD)
    )  # fmt: skip
    return find(connection, id) if taken.rowcount else None


def delivered(
    connection: Connection, id: str, by: str, version: int, now: datetime, outcome: str | None
) -> bool:
    """Note that an endpoint has everything up to a version; with an outcome a message was sent for it.

    False where it is another process's meanwhile.
    """
    sent: dict[str, Any] = {"last_at": now, "last_outcome": outcome} if outcome else {}
    return _note(
        connection, id, by, position=version, attempts=0, failing_since=None, next_at=None,
        claimed_until=now + HOLD, **sent,
    )  # fmt: skip


def failed(
    connection: Connection, webhook: Webhook, by: str, now: datetime, outcome: str, next_at: datetime | None
) -> bool:
    """Note that an attempt failed, and when the next is; without a next the endpoint is disabled."""
    return _note(
        connection, webhook.id, by, attempts=webhook.attempts + 1, failing_since=webhook.failing_since or now,
        next_at=next_at, last_at=now, last_outcome=outcome, claimed_by=None, claimed_until=None,
        disabled_at=now if next_at is None else None,
    )  # fmt: skip


def release(connection: Connection, id: str, by: str) -> None:
    """Give a claim back."""
    _note(connection, id, by, claimed_by=None, claimed_until=None)


def revoke(connection: Connection, id: str, now: datetime) -> Webhook | None:
    """The endpoint, to which nothing is sent any more."""
    open_ = update(_TABLE).where(_TABLE.c.id == id, _TABLE.c.revoked_at.is_(None))
    connection.execute(open_.values(revoked_at=now))
    return find(connection, id)


def resume(connection: Connection, id: str) -> Webhook | None:
    """The endpoint, tried again at once from where it is; a revoked one stays so."""
    known = update(_TABLE).where(_TABLE.c.id == id)
    connection.execute(known.values(disabled_at=None, attempts=0, failing_since=None, next_at=None))
    return find(connection, id)


def _note(connection: Connection, id: str, by: str, **values: Any) -> bool:
    mine = update(_TABLE).where(_TABLE.c.id == id, _TABLE.c.claimed_by == by)
    return bool(connection.execute(mine.values(values)).rowcount)


def _webhook(row: Any) -> Webhook:
    found: dict[str, Any] = dict(row._mapping)
    return Webhook(**found | {"inside": bool(found["inside"])})
