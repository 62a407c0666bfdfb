"""Records into the database: new ones, revisions of known ones, and the feed of changes.

One call is one batch in the caller's transaction (`store.engine.writing`), so that readers see whole records and
a load that was interrupted goes on where it stopped: what is there already is unchanged and writes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Table, and_, func, select, update

from schemas.catalog import Catalog
from schemas.formercode import lasting_code
from store import bulk, features, joining, revisions, rollups, searching, tables
from store.bulk import WRITERS
from store.draft import Draft, Drafts, Entry, Made
from store.identity import same_day
from store.names import name_key
from store.rows import Parts, Row


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


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database holds of a record."""

    number: int
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

    Raises StoreError D010 for two entries of one id with different content, D011 for one without identity.
    """
    return write_drafts(connection, Drafts.of(entries, catalog), load_id, now, again=again)


def write_drafts(
    connection: Connection, batch: Drafts, load_id: str | None, now: datetime, *, again: bool = False,
    waiting: features.Waiting | None = None,
) -> Written:  # fmt: skip
    """Store a batch of drafts; the rows that are missing are made.

    A record whose content is known writes nothing, sources included; one with other content becomes a revision,
    and its earlier document stays in `revision`. A withdrawn record is brought back only if asked (`again`). Publishers, processes and
    organizations keep the first name they came with; one known by its code alone takes the first name it gets.
    Features are let wait where that is given: who commits writes them.
    """
    drafts, ids = batch.drafts, batch.ids
    bulk.lock(connection, WRITERS, sorted({draft.shard for draft in drafts}))
    known = _known(connection, [draft.id for draft in drafts])
    left = frozenset(one for one, state in known.items() if state.status == "withdrawn" and not again)
    fresh = _fresh(drafts, known, again)
    if fresh:
        batch.make([draft for draft in fresh if draft.made is None])
        revised = [draft for draft in fresh if draft.id in known]
        for draft in revised:
            draft.number, draft.revision = known[draft.id].number, known[draft.id].revision + 1
        _settle_recency(connection, fresh, known)
        _number(connection, [draft for draft in fresh if draft.id not in known])
        features.settle(connection, batch.indexes)
        ids_before = [draft.id for draft in revised]
        with rollups.keeping(connection, [draft.id for draft in fresh], ids_before) as span:
            before, former = (
                joining.processes(connection, ids_before), joining.former(connection, ids_before)
            )  # fmt: skip
            if revised:
                if waiting is not None:
                    waiting.write(connection)  # some may be of what is revised
                gone = [(d.shard, d.number, known[d.id].recency) for d in revised]
                revisions.archive(connection, gone, now)
            made, new = _insert(connection, fresh, load_id, waiting)
            span.wrote(made)
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


def make_fresh(connection: Connection, batch: Drafts, *, again: bool = False) -> None:
    """Make the rows of those that `write_drafts` would write now; until it does others may write too."""
    known = _known(connection, [draft.id for draft in batch.drafts])
    batch.make(_fresh(batch.drafts, known, again))


def _fresh(drafts: Sequence[Draft], known: Mapping[str, _Known], again: bool) -> list[Draft]:
    """The drafts that say what the store does not."""
    return [draft for draft in drafts if _is_fresh(draft, known.get(draft.id), again)]


def _known(connection: Connection, ids: Sequence[str]) -> dict[str, _Known]:
    d, doc = tables.disclosure.c, tables.document.c
    query = (
        select(d.id, d.number, doc.digest, d.recency, d.revision, d.status)
        .select_from(tables.disclosure)
        .outerjoin(tables.document, and_(doc.shard == d.shard, doc.disclosure_number == d.number))
        .where(bulk.among(connection, d.id, ids))
    )
    return {row[0]: _Known(*row[1:]) for row in connection.execute(query)}


def _is_fresh(draft: Draft, known: _Known | None, again: bool) -> bool:
    if known is None:
        return True
    return again if known.status == "withdrawn" else known.digest != draft.digest


def _settle_recency(connection: Connection, fresh: Sequence[Draft], known: Mapping[str, _Known]) -> None:
    """Give each record the recency that it has already, or the next free number where another record has its."""
    column = tables.disclosure.c.recency
    settled: set[int] = set()
    open_ = {}
    for draft in fresh:
        before = known.get(draft.id)
        if before is not None and same_day(before.recency, draft.recency):
            settled.add(before.recency)
            if before.recency != draft.recency:
                draft.place(before.recency)
        else:
            open_[draft.id] = draft.recency, draft
    while open_:
        wanted = [place for place, _ in open_.values()]
        settled.update(connection.scalars(select(column).where(bulk.among(connection, column, wanted))))
        clashing = {}
        for one, (place, draft) in open_.items():
            if place in settled:
                clashing[one] = place + 1, draft
                continue
            settled.add(place)
            if place != draft.recency:
                draft.place(place)
        open_ = clashing


def _insert(
    connection: Connection, fresh: Sequence[Draft], load_id: str | None, waiting: features.Waiting | None
) -> tuple[list[Parts], list[str]]:
    """Gives the rows that were written, and which organizations are new."""
    # In the order of the keys, in which trees are written fastest.
    ordered = [(draft, _made(draft)) for draft in sorted(fresh, key=lambda draft: draft.id)]
    new, serials = _insert_registers(connection, [_made(draft) for draft in fresh])
    parts = [made.parts for _, made in ordered]
    for draft, made in ordered:
        own = made.parts
        own.disclosure.update(
            number=draft.number, recency=draft.recency, revision=draft.revision, load_id=load_id
        )
        for row in (*own.lots, *own.items, *own.parties, *own.related):
            row["disclosure_number"] = draft.number
    bulk.insert(connection, tables.disclosure, (one.disclosure for one in parts))
    bulk.insert_tuples(
        connection, "document", _columns(tables.document),
        [(*_key(draft), draft.digest, made.body.decode()) for draft, made in ordered],
    )  # fmt: skip
    bulk.insert(connection, tables.lot, (row for one in parts for row in one.lots))
    bulk.insert(connection, tables.item, (row for one in parts for row in one.items))
    bulk.insert(connection, tables.party, (row for one in parts for row in one.parties))
    links = [
        (*_key(draft), serial)
        for draft, made in ordered
        for serial in sorted(serials[row["id"]] for row in made.parts.processes)
    ]
    bulk.insert_tuples(connection, "disclosure_process", _columns(tables.disclosure_process), links)
    bulk.insert(connection, tables.related, (row for one in parts for row in one.related))
    found = ((*_key(draft), draft.recency, made.features) for draft, made in ordered)
    if waiting is None:
        features.insert(connection, found)
    else:
        waiting.add(found)
    sources = [(*_key(draft), made.sources) for draft, made in ordered if made.sources]
    bulk.insert_tuples(connection, "value_source", _columns(tables.value_source), sources)
    searching.insert(
        connection,
        [(*_key(draft), draft.recency, made.parts.text, made.terms) for draft, made in ordered],
    )
    return parts, new


def _made(draft: Draft) -> Made:
    assert draft.made is not None
    return draft.made


def _number(connection: Connection, new: Sequence[Draft]) -> None:
    """Number records that are new after all others, before any of those is taken away to be revised."""
    if not new:
        return
    if connection.dialect.name == "sqlite":  # where one writes at a time
        last = connection.scalar(select(func.max(tables.disclosure.c.number))) or 0
        numbers: Iterable[int] = range(last + 1, last + 1 + len(new))
    else:
        asked = "SELECT nextval('disclosure_number') FROM generate_series(1, %s)"
        numbers = sorted(row[0] for row in connection.exec_driver_sql(asked, (len(new),)))
    for draft, number in zip(sorted(new, key=lambda draft: draft.id), numbers, strict=True):
        draft.number = number


def _key(draft: Draft) -> tuple[str, int]:
    return draft.shard, draft.number


def _columns(table: Table) -> tuple[str, ...]:
    return tuple(table.columns.keys())


def _insert_registers(connection: Connection, made: Sequence[Made]) -> tuple[list[str], dict[str, int]]:
    """Publishers, processes and organizations, where they are not there yet.

    Gives which organizations are new, and the serial numbers of the processes by their ids. Parties called by an alias
    point to the organization that it is.
    """
    parts = [one.parts for one in made]
    publishers = _by_id(one.publisher for one in made)
    processes = _by_id(row for one in parts for row in one.processes)
    bulk.insert_missing(connection, tables.publisher, publishers.values())
    bulk.insert_missing(connection, tables.process, processes.values())
    serials = _serials(connection, processes)
    wanted: dict[str, Row] = {}
    for one in parts:
        for row in one.organizations.values():
            if row["id"] not in wanted or wanted[row["id"]]["name"] == row["id"]:
                wanted[row["id"]] = row
    joining.resolve(connection, parts, wanted)
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
    names = {id_: name for one in reversed(made) for id_, name in one.names.items()}  # the first counts
    searching.insert_names(connection, "publisher", publishers)
    numbered = {one: {**row, "serial": serials[one]} for one, row in processes.items()}
    searching.insert_names(connection, "process", numbered, names)
    searching.insert_names(connection, "organization", wanted)
    return [one for one in wanted if one not in stored], serials


def _serials(connection: Connection, processes: Iterable[str]) -> dict[str, int]:
    """The serial numbers of processes by their ids."""
    c = tables.process.c
    query = select(c.id, c.serial).where(bulk.among(connection, c.id, sorted(processes)))
    return dict(connection.execute(query).all())


def _by_id(rows: Iterable[Row]) -> dict[str, Row]:
    """The first row of each id."""
    first: dict[str, Row] = {}
    for row in rows:
        first.setdefault(row["id"], row)
    return first


def _announce(connection: Connection, fresh: Sequence[Draft], now: datetime) -> None:
    """Number the changes."""
    count = len(fresh)
    last = claim(connection, count)
    bulk.insert(
        connection,
        tables.change,
        (
            {
                "version": last - count + place,
                "shard": draft.shard,
                "disclosure_number": draft.number,
                "disclosure_id": draft.id,
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
