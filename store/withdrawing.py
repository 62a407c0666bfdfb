"""Withdrawals: a record that no longer holds stays citable with its reason; for privacy its content goes as well.

An ordinary withdrawal puts the document away as a revision and takes the record out of the index of features, the
search and the items; who took part in it stays (docs/decisions/0015-who-faces-whom.md). One for privacy leaves no value
of any of its documents (store/erasing.py), nor in an answer that was kept (store/answers.py) or a file of an edition
(store/editions.py). Neither is brought back but by a load that asks for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, insert, literal, or_, select, update

from schemas.calendar import in_beijing
from schemas.catalog import Catalog
from store import answers, bulk, editions, erasing, rollups, searching, tables
from store.bulk import WRITERS
from store.errors import StoreError
from store.writing import claim

ORDINARY, PRIVACY = "ordinary", "privacy"
LONGEST = 1000  # characters of a reason


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What is left of a withdrawn record: enough to cite it, and why it is gone. `at` is UTC."""

    id: str
    type: str
    publisher_id: str
    publisher: str
    published_date: date | None
    version: int
    kind: str
    reason: str
    at: datetime

    @property
    def day(self) -> str:
        """The day of it in China."""
        return in_beijing(self.at).date().isoformat()

    def to_json(self) -> dict[str, Any]:
        """The withdrawal as a machine reads it."""
        return {
            "id": self.id, "type": self.type, "publisherId": self.publisher_id, "publisher": self.publisher,
            "publishedDate": self.published_date and self.published_date.isoformat(), "version": self.version,
            "kind": self.kind, "reason": self.reason, "at": f"{self.at.isoformat()}Z",
        }  # fmt: skip


def find(connection: Connection, given: str, publisher: str | None = None) -> str:
    """The id of the record that is meant: by its id, or by its publisher's number where the publisher is named.

    Raises StoreError W001 where there is none, W002 where several types have that number, W003 where it is
    another publisher's.
    """
    d, p = tables.disclosure.c, tables.publisher.c
    own = d.publisher_id.in_(select(p.id).where(or_(p.id == publisher, p.name == publisher)))
    query = select(d.id, d.type, own.label("own") if publisher else literal(True))
    found = connection.execute(query.where(d.id == given)).all()
    if not found and publisher:
        found = connection.execute(query.where(d.local_id == given, own)).all()
    if not found:
        raise StoreError(
            "W001", f"没有这条公开信息:{given}", f"there is no such disclosure: {given}",
            "填写本系统的标识(例如 530114-0123456789abcdef);或者填写本地编号,并用 --publisher 指明公开主体。",
            "Give its id (like 530114-0123456789abcdef), or the publisher's own number together with --publisher.",
        )  # fmt: skip
    if len(found) > 1:
        named = "、".join(f"{one.id} ({one.type})" for one in found)
        raise StoreError(
            "W002", f"编号 {given} 有 {len(found)} 条:{named}", f"{len(found)} records have the number {given}: {named}",
            "用其中一条的标识指明。", "Name the one that is meant by its id.",
        )  # fmt: skip
    if not found[0][2]:
        raise StoreError(
            "W003", f"{given} 不是 {publisher} 公开的", f"{given} is not of the publisher {publisher}",
            "核对标识和公开主体。", "Compare the id and the publisher.",
        )  # fmt: skip
    return str(found[0].id)


def withdraw(
    connection: Connection, disclosure_id: str, reason: str, catalog: Catalog, now: datetime, *, privacy: bool = False
) -> Withdrawal:  # fmt: skip
    """Withdraw a record, in a transaction of its own; `now` is UTC without a zone.

    One that is withdrawn already stays as it is, but for privacy after an ordinary withdrawal. After one for privacy
    `erasing.purge` takes what was removed out of the database's files. Raises StoreError W001 and W004.
    """
    reason = " ".join(reason.split())
    if not reason or len(reason) > LONGEST:
        raise StoreError(
            "W004", "撤回要写明理由", "a withdrawal needs its reason",
            f"用 --reason 写明,至多 {LONGEST} 字;理由会公开,不要写个人信息。",
            f"Give it with --reason, in {LONGEST} characters at most; it is published: no personal data.",
        )  # fmt: skip
    if privacy:  # no other record may take up a name that goes
        bulk.lock_all(connection, WRITERS)
    else:
        bulk.lock(connection, WRITERS, [find(connection, disclosure_id)[:6]])
    known = withdrawal(connection, find(connection, disclosure_id))
    if known is not None and (known.kind == PRIVACY or not privacy):
        return known
    d = tables.disclosure.c
    row = connection.execute(select(tables.disclosure).where(d.id == disclosure_id)).one()
    gone: dict[str, set[str]] = {}
    with rollups.keeping(connection, [disclosure_id], [disclosure_id]) as span:
        if privacy:
            gone = erasing.erase(connection, row, catalog, span)
        else:
            _put_away(connection, row, now)
        connection.execute(
            update(tables.disclosure)
            .where(d.shard == row.shard, d.number == row.number)
            .values(status="withdrawn")
        )
    version = claim(connection, 1)
    change = {
        "version": version, "shard": row.shard, "disclosure_number": row.number, "disclosure_id": row.id,
        "revision": row.revision,
    }  # fmt: skip
    connection.execute(insert(tables.change).values(change | {"kind": "withdrawn", "at": now}))
    why = {"kind": PRIVACY if privacy else ORDINARY, "reason": reason, "at": now}
    connection.execute(
        insert(tables.withdrawal).values(
            {"shard": row.shard, "disclosure_id": row.id, "version": version} | why
        )
    )
    if privacy:
        answers.forget(connection, row.id, gone, version)
        editions.forget(connection, row, gone, version)
    made = withdrawal(connection, disclosure_id)
    assert made is not None
    return made


def withdrawal(connection: Connection, disclosure_id: str) -> Withdrawal | None:
    """The withdrawal in force of a record; None where it is published, or there is no such record."""
    return withdrawals(connection, [disclosure_id]).get(disclosure_id)


def withdrawals(connection: Connection, ids: Sequence[str]) -> dict[str, Withdrawal]:
    """The withdrawals in force of those of some records that are withdrawn, by their ids."""
    d, w = tables.disclosure.c, tables.withdrawal.c
    query = (
        _told().where(bulk.among(connection, d.id, list(ids)), d.status == "withdrawn").order_by(w.version)
    )
    return {row[0]: Withdrawal(*row) for row in connection.execute(query)}


def withdrawal_at(connection: Connection, disclosure_id: str, version: int) -> Withdrawal | None:
    """The withdrawal of a record at a data version, in force or not."""
    d, w = tables.disclosure.c, tables.withdrawal.c
    row = connection.execute(_told().where(d.id == disclosure_id, w.version == version)).one_or_none()
    return None if row is None else Withdrawal(*row)


def _told() -> Select[Any]:
    d, w, p = tables.disclosure.c, tables.withdrawal.c, tables.publisher.c
    return (
        select(d.id, d.type, d.publisher_id, p.name, d.published_date, w.version, w.kind, w.reason, w.at)
        .join_from(tables.disclosure, tables.withdrawal, and_(w.shard == d.shard, w.disclosure_id == d.id))
        .join(tables.publisher, p.id == d.publisher_id)
    )


def _put_away(connection: Connection, row: Row[Any], now: datetime) -> None:
    """The document among the revisions; no feature, item, source, word and relation any more."""
    doc, owner = tables.document.c, [(row.shard, row.number)]
    moved = select(
        doc.shard, doc.disclosure_number, literal(row.revision), doc.digest, doc.body, literal(row.load_id), literal(now)
    ).where(doc.shard == row.shard, doc.disclosure_number == row.number)  # fmt: skip
    columns = ["shard", "disclosure_number", "number", "digest", "body", "load_id", "replaced_at"]
    connection.execute(insert(tables.revision).from_select(columns, moved))
    for table in (tables.document, tables.item, tables.feature, tables.related, tables.value_source):
        bulk.delete_of(connection, table.name, owner)
    searching.delete(connection, [(row.shard, row.number, row.recency)])
