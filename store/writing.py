"""Records into the database: new ones, revisions of known ones, and the feed of changes.

One call is one batch in the caller's transaction (`store.engine.writing`), so that readers see whole records and
a load that was interrupted goes on where it stopped: what is there already is unchanged and writes nothing.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Table, and_, select, update

from schemas.catalog import Catalog, Disclosure
from schemas.formercode import lasting_code
from store import bulk, features, joining, revisions, rollups, searching, tables
from store.bulk import WRITERS
from store.errors import StoreError
from store.identity import Identity, identify, recency, same_day
from store.names import name_key
from store.rows import Parts, Row, parts, publisher_row


@dataclass(frozen=True, slots=True)
class Entry:
    """A checked record of a version; `sources` says where each value came from: {path: [sheet, row, column, …]}.

    `identity` is what `identify` gives, where it is known already. `former` are codes of before 2015 of its
    organizations, `{"lots.0.transferee": "775512343"}`: the standard has no place for them in a record.
    """

    record: Mapping[str, Any]
    disclosure: Disclosure
    sources: Mapping[str, Any] | None = None
    identity: Identity | None = None
    former: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """How many records of a batch were new, unchanged, revised, or withdrawn and therefore left alone.

    `ids` are those of the entries, in their order; `left` are those that were left alone.
    """

    stored: int
    unchanged: int
    revised: int
    withdrawn: int
    ids: tuple[str, ...]
    left: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Draft:
    """A record on its way: who it is, what it says, and since when."""

    entry: Entry
    identity: Identity
    body: str
    digest: str
    recency: int = 0
    revision: int = 1


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database holds of a record."""

    digest: str | None
    recency: int
    revision: int
    status: str


def write(
    connection: Connection,
    entries: Iterable[Entry],
    catalog: Catalog,
    load_id: str | None,
    now: datetime,
    *,
    again: bool = False,
) -> Written:
    """Store a batch of records, about a thousand; call it once in a transaction. `now` is UTC without a zone.

    A record whose content is known writes nothing, sources included; one with other content becomes a revision,
    and its earlier document stays in `revision`. A withdrawn record is brought back only if asked (`again`). Publishers, processes and
    organizations keep the first name they came with; one known by its code alone takes the first name it gets.
    Raises StoreError D010 for two entries of one id with different content, D011 for one without identity.
    """
    drafts, ids = _drafts(entries)
    bulk.lock(connection, WRITERS, sorted({draft.identity.publisher.shard for draft in drafts}))
    known = _known(connection, [draft.identity.id for draft in drafts])
    left = frozenset(one for one, state in known.items() if state.status == "withdrawn" and not again)
    fresh = [
        draft
        for draft in drafts
        if draft.identity.id not in left and _is_fresh(draft, known.get(draft.identity.id))
    ]
    if fresh:
        revised = [draft for draft in fresh if draft.identity.id in known]
        for draft in revised:
            draft.revision = known[draft.identity.id].revision + 1
        _settle_recency(connection, fresh, known)
        ids_before = [draft.identity.id for draft in revised]
        with rollups.keeping(connection, [draft.identity.id for draft in fresh], ids_before) as span:
            before, former = (
                joining.processes(connection, ids_before), joining.former(connection, ids_before)
            )  # fmt: skip
            if revised:
                gone = [
                    (d.identity.publisher.shard, d.identity.id, known[d.identity.id].recency) for d in revised
                ]
                revisions.archive(connection, gone, now)
            made, new = _insert(connection, fresh, catalog, load_id)
            joining.settle_processes(connection, joining.candidates(connection, made, before), span)
            joining.forget(connection, former, span)  # no document has these codes
        _announce(connection, fresh, now)
        joining.note(connection, new)
    else:
        revised = []
    return Written(
        stored=len(fresh) - len(revised),
        unchanged=len(ids) - len(fresh) - len(left),
        revised=len(revised),
        withdrawn=len(left),
        ids=ids,
        left=left,
    )


def content(record: Mapping[str, Any]) -> bytes:
    """A record as it is stored and compared: JSON with sorted keys, without our own `id`."""
    own = {key: value for key, value in record.items() if key != "id"} if "id" in record else record
    return orjson.dumps(own, option=orjson.OPT_SORT_KEYS)


def _drafts(entries: Iterable[Entry]) -> tuple[list[_Draft], tuple[str, ...]]:
    drafts: dict[str, _Draft] = {}
    ids: list[str] = []
    for entry in entries:
        identity = entry.identity or identify(entry.record, entry.disclosure)
        if identity is None:
            raise StoreError(
                "D011", "无法确定记录的身份", "the record cannot be told from others",
                f"填写公开主体和本类型的编号({entry.disclosure.title})。",
                f"Give the publisher and an identifier of this type ({entry.disclosure.title_en}).",
            )  # fmt: skip
        body = content(entry.record)
        draft = _Draft(entry, identity, body.decode(), _digest(body, entry.former))
        first = drafts.setdefault(identity.id, draft)
        if first.digest != draft.digest:
            key = "、".join(identity.key)
            raise StoreError(
                "D010", f"同一批中有两条标识相同、内容不同的记录:{identity.id}({key})",
                f"two records of one batch have the same id and different content: {identity.id} ({key})",
                "合并这些行,或者给它们不同的本地编号。", "Merge the rows, or give them different local identifiers.",
            )  # fmt: skip
        ids.append(identity.id)
    return list(drafts.values()), tuple(ids)


def _digest(body: bytes, former: Mapping[str, str] | None) -> str:
    """What tells the contents of a record apart, the former codes beside it included."""
    beside = orjson.dumps(former, option=orjson.OPT_SORT_KEYS) if former else b""
    return hashlib.sha256(body + beside).hexdigest()


def _known(connection: Connection, ids: Sequence[str]) -> dict[str, _Known]:
    d, doc = tables.disclosure.c, tables.document.c
    query = (
        select(d.id, doc.digest, d.recency, d.revision, d.status)
        .select_from(tables.disclosure)
        .outerjoin(tables.document, and_(doc.shard == d.shard, doc.disclosure_id == d.id))
        .where(bulk.among(connection, d.id, ids))
    )
    return {row[0]: _Known(*row[1:]) for row in connection.execute(query)}


def _is_fresh(draft: _Draft, known: _Known | None) -> bool:
    return known is None or known.status == "withdrawn" or known.digest != draft.digest


def _settle_recency(connection: Connection, fresh: Sequence[_Draft], known: Mapping[str, _Known]) -> None:
    """Give each record its recency, the next free number where another record has it already."""
    column = tables.disclosure.c.recency
    settled: set[int] = set()
    open_ = []
    for draft in fresh:
        given = draft.entry.record.get("publishedDate")
        published = date.fromisoformat(given) if given else None
        before = known.get(draft.identity.id)
        if before is not None and same_day(before.recency, published):
            draft.recency = before.recency
            settled.add(before.recency)
        else:
            draft.recency = recency(published, draft.identity.id)
            open_.append(draft)
    while open_:
        wanted = [draft.recency for draft in open_]
        settled.update(connection.scalars(select(column).where(bulk.among(connection, column, wanted))))
        clashing = []
        for draft in open_:
            if draft.recency in settled:
                draft.recency += 1
                clashing.append(draft)
            else:
                settled.add(draft.recency)
        open_ = clashing


def _insert(
    connection: Connection, fresh: Sequence[_Draft], catalog: Catalog, load_id: str | None
) -> tuple[list[Parts], list[str]]:
    """Gives the rows that were made, and which organizations are new."""
    readers = {
        one: features.reader(one, catalog)
        for one in dict.fromkeys(draft.entry.disclosure.type for draft in fresh)
    }
    features.settle(connection, {one: reader.features for one, reader in readers.items()})
    made: list[Parts] = []
    for draft in fresh:
        entry = draft.entry
        one = parts(entry.record, entry.disclosure, draft.identity, catalog, entry.former)
        one.disclosure.update(recency=draft.recency, revision=draft.revision, load_id=load_id)
        for row in one.parties:
            row["recency"] = draft.recency
        made.append(one)
    new = _insert_registers(connection, fresh, made, catalog)
    # In the order of the keys, in which trees are written fastest.
    ordered = sorted(fresh, key=lambda draft: draft.identity.id)
    made.sort(key=lambda one: one.disclosure["id"])
    indexed: list[features.Row] = []
    for draft in ordered:
        reader, identity = readers[draft.entry.disclosure.type], draft.identity
        indexed += reader.rows(draft.entry.record, identity.publisher.shard, identity.id, draft.recency)
    bulk.insert(connection, tables.disclosure, (one.disclosure for one in made))
    bulk.insert_tuples(connection, "document", _columns(tables.document), [_document(one) for one in ordered])
    bulk.insert(connection, tables.lot, (row for one in made for row in one.lots))
    bulk.insert(connection, tables.item, (row for one in made for row in one.items))
    bulk.insert(connection, tables.party, (row for one in made for row in one.parties))
    links = [
        (one.disclosure["shard"], one.disclosure["id"], process)
        for one in made
        for process in sorted(row["id"] for row in one.processes)
    ]
    bulk.insert_tuples(connection, "disclosure_process", _columns(tables.disclosure_process), links)
    bulk.insert(connection, tables.related, (row for one in made for row in one.related))
    bulk.insert_tuples(connection, "feature", _columns(tables.feature), indexed)
    sources = [_source(draft) for draft in ordered if draft.entry.sources]
    bulk.insert_tuples(connection, "value_source", _columns(tables.value_source), sources)
    searching.insert(
        connection,
        [
            (one.disclosure["shard"], one.disclosure["id"], one.disclosure["recency"], one.text)
            for one in made
        ],
    )
    return made, new


def _columns(table: Table) -> tuple[str, ...]:
    return tuple(table.columns.keys())


def _insert_registers(
    connection: Connection, drafts: Sequence[_Draft], made: Sequence[Parts], catalog: Catalog
) -> list[str]:
    """Publishers, processes and organizations, where they are not there yet; gives which organizations are new.

    Parties called by an alias point to the organization that it is.
    """
    publishers: dict[str, Row] = {}
    for draft in drafts:
        publisher = draft.identity.publisher
        if publisher.id not in publishers:
            publishers[publisher.id] = publisher_row(draft.entry.record, publisher, catalog)
    processes = _by_id(row for one in made for row in one.processes)
    bulk.insert_missing(connection, tables.publisher, publishers.values())
    bulk.insert_missing(connection, tables.process, processes.values())
    wanted: dict[str, Row] = {}
    for one in made:
        for row in one.organizations.values():
            if row["id"] not in wanted or wanted[row["id"]]["name"] == row["id"]:
                wanted[row["id"]] = row
    joining.resolve(connection, made, wanted)
    table = tables.organization
    query = select(table.c.id, table.c.name).where(bulk.among(connection, table.c.id, sorted(wanted)))
    stored = dict(connection.execute(query).all())
    new = [row for row in wanted.values() if row["id"] not in stored]
    for row in new:
        code = row["uscc"]
        row["name_key"] = name_key(row["name"], code)
        row["lasting_code"] = row["former"] or (code and lasting_code(code))
    bulk.insert_missing(connection, table, new)
    for _, row in sorted(wanted.items()):
        if stored.get(row["id"]) == row["id"] != row["name"]:
            named = update(table).where(table.c.id == row["id"], table.c.name == row["id"])
            key = name_key(row["name"], row["uscc"])
            connection.execute(named.values(name=row["name"], name_key=key))
            searching.delete_names(connection, "organization", [row["id"]])  # comes back under its name
    for kind, rows in (("publisher", publishers), ("process", processes), ("organization", wanted)):
        searching.insert_names(connection, kind, rows)
    return [one for one in wanted if one not in stored]


def _by_id(rows: Iterable[Row]) -> dict[str, Row]:
    """The first row of each id."""
    first: dict[str, Row] = {}
    for row in rows:
        first.setdefault(row["id"], row)
    return first


def _document(draft: _Draft) -> tuple[str, ...]:
    return draft.identity.publisher.shard, draft.identity.id, draft.digest, draft.body


def _source(draft: _Draft) -> tuple[str, ...]:
    sources = orjson.dumps(draft.entry.sources).decode()
    return draft.identity.publisher.shard, draft.identity.id, sources


def _announce(connection: Connection, fresh: Sequence[_Draft], now: datetime) -> None:
    """Number the changes."""
    count = len(fresh)
    last = claim(connection, count)
    bulk.insert(
        connection,
        tables.change,
        (
            {
                "version": last - count + place,
                "shard": draft.identity.publisher.shard,
                "disclosure_id": draft.identity.id,
                "revision": draft.revision,
                "kind": "added" if draft.revision == 1 else "revised",
                "at": now.isoformat(" ", "microseconds"),
            }
            for place, draft in enumerate(fresh, start=1)
        ),
    )


def claim(connection: Connection, count: int) -> int:
    """The last of so many new data versions. Last in the transaction: their row is locked until it commits."""
    counter = tables.data_version
    counted = update(counter).where(counter.c.id == 1).values(version=counter.c.version + count)
    return int(connection.scalars(counted.returning(counter.c.version)).one())
