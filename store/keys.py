"""Keys with which departments' systems submit records: made, found, listed and revoked.

A key is `oak_` and its id, `_` and 256 random bits. Its id is what people recognise it by; of the rest only the
SHA-256 is kept, which for so many random bits needs no slow function.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from store import tables
from store.random_id import random_id

_KEY = re.compile(r"oak_([0-9a-v]{12})_[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Key:
    """Who may submit what: one publisher's records, in one region, of some types, for a time. Times are UTC."""

    id: str
    publisher: str
    publisher_name: str | None
    region: str
    types: tuple[str, ...]
    note: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    digest: str = field(default="", repr=False)

    def state(self, now: datetime) -> str:
        """`valid`, `expired` or `revoked`."""
        if self.revoked_at is not None:
            return "revoked"
        return "valid" if now < self.expires_at else "expired"


def create(
    connection: Connection,
    *,
    publisher: str,
    publisher_name: str | None,
    region: str,
    types: tuple[str, ...],
    note: str,
    now: datetime,
    expires_at: datetime,
) -> tuple[Key, str]:
    """A new key and its secret, which nobody can show again."""
    name = random_id()
    secret = f"oak_{name}_{secrets.token_urlsafe(32)}"
    digest = hashlib.sha256(secret.encode()).hexdigest()
    key = Key(name, publisher, publisher_name, region, types, note, now, expires_at, None, digest)
    row = {
        "id": name, "digest": digest, "publisher_uscc": publisher, "publisher_name": publisher_name, "region": region,
        "types": list(types), "note": note, "created_at": now, "expires_at": expires_at,
    }  # fmt: skip
    connection.execute(insert(tables.submission_key).values(row))
    return key, secret


def find(connection: Connection, secret: str) -> Key | None:
    """The key of a secret, whatever its state; None for what is no key of ours."""
    shaped = _KEY.fullmatch(secret)
    if shaped is None:
        return None
    table = tables.submission_key
    row = connection.execute(select(table).where(table.c.id == shaped[1])).mappings().one_or_none()
    digest = hashlib.sha256(secret.encode()).hexdigest()
    if row is None or not hmac.compare_digest(digest, row["digest"]):
        return None
    return _key(row)


def known(connection: Connection, id: str) -> Key | None:
    """The key of that id as it is now."""
    table = tables.submission_key
    row = connection.execute(select(table).where(table.c.id == id)).mappings().one_or_none()
    return None if row is None else _key(row)


def listed(connection: Connection) -> list[Key]:
    """All keys, the newest first."""
    table = tables.submission_key
    query = select(table).order_by(table.c.created_at.desc(), table.c.id)
    return [_key(row) for row in connection.execute(query).mappings()]


def revoke(connection: Connection, id: str, now: datetime) -> Key | None:
    """The key, which is not valid any more; None where there is none of that id. The first revocation counts."""
    table = tables.submission_key
    open_ = update(table).where(table.c.id == id, table.c.revoked_at.is_(None))
    connection.execute(open_.values(revoked_at=now))
    return known(connection, id)


def _key(row: Any) -> Key:
    return Key(
        row["id"], row["publisher_uscc"], row["publisher_name"], row["region"], tuple(row["types"]), row["note"],
        row["created_at"], row["expires_at"], row["revoked_at"], row["digest"],
    )  # fmt: skip
