"""The search index: what is written for each record and each name, and how all of it is made again.

SQLite: `search` is an FTS5 table of terms without content (rowid = recency), `search_text` holds the normal texts by
the disclosure's number.
To take a row out FTS5 has to be told its terms, which are made from the text again. PostgreSQL: `search` holds both,
the terms as an array, and recency; the GIN index has the terms and blocks of recency (query/blocks.py). Names of organizations, publishers, processes and regions are indexed in the
same way in `search_name`. SQLite has their terms in the FTS5 table `search_name_terms` (rowid = number): the name of a process
has the process's serial number, from PROCESSES on, so that new ones come last in every tree; others are counted below it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Table, and_, select

from schemas.catalog import Catalog
from store import bulk, tables
from store.layout import Node, layout
from store.terms import joined, normal

Searched = tuple[str, int, int, str, str]  # shard, number, recency, normal text, its terms as FTS5 takes them
Name = tuple[str, str]  # what a thing is found by: normal text, its terms as FTS5 takes them
Gatherer = Callable[[Mapping[str, Any], list[str]], None]
_BATCH = 1000
PROCESSES = 1 << 40  # and its serial number is the number of a process's name on SQLite
NONE: Mapping[str, Name] = {}
# kind → its table, and the columns that it is found by
NAMED: Mapping[str, tuple[Table, tuple[str, ...]]] = {
    "organization": (tables.organization, ("name", "uscc")),
    "publisher": (tables.publisher, ("name", "uscc")),
    "process": (tables.process, ("title", "number")),
    "region": (tables.region, ("title", "title_en", "code")),
}


def texts(
    value: Mapping[str, Any], node: Node, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], str]]:
    """The texts of a record that are searched, each with the property it stands in, in the schema's order."""
    for name, child in node.children.items():
        found = value.get(name)
        if found is None:
            continue
        here = (*path, name)
        if child.longest:
            several = found if child.many else (found,)
            yield from ((here, one) for one in several if len(one) <= child.longest)
        elif child.children:
            for one in found if child.many else (found,):
                yield from texts(one, child, here)


def gatherer(node: Node) -> Gatherer:
    """What collects the same texts of an object of that node into a list, whatever their properties."""
    searched = [(name, child) for name, child in node.children.items() if child.longest or child.children]
    steps = {
        name: (place, name, one.longest, one.many, None if one.longest else gatherer(one))
        for place, (name, one) in enumerate(searched)
    }

    def gather(value: Mapping[str, Any], found: list[str]) -> None:
        # A record has few of its type's properties, nearly always in the schema's order.
        for _, name, longest, many, below in sorted([steps[name] for name in value if name in steps]):
            one = value[name]
            if one is None:
                continue
            if below is not None:
                if many:
                    for inner in one:
                        below(inner, found)
                else:
                    below(one, found)
            elif many:
                found += [text for text in one if len(text) <= longest]
            elif len(one) <= longest:
                found.append(one)

    return gather


def insert(connection: Connection, found: Sequence[Searched]) -> None:
    """Put records into the index."""
    if connection.dialect.name == "sqlite":
        # FTS5 writes out what it holds in memory where a row comes before the last one.
        ordered = sorted(found, key=itemgetter(2))
        texts = [(number, body) for _, number, _, body, _ in found]
        bulk.insert_tuples(connection, "search_text", ("disclosure_number", "text"), texts)
        expressions = [(place, terms) for _, _, place, _, terms in ordered]
        bulk.insert_tuples(connection, "search", ("rowid", "terms"), expressions)
        return
    rows = [(shard, one, place, _array(terms), body) for shard, one, place, body, terms in found]
    bulk.insert_tuples(connection, "search", ("shard", "disclosure_number", "recency", "terms", "text"), rows)
    # What waits to be sorted into the index is looked through with each block that a search reads. While a database is
    # filled anew there is no index.
    waiting = "SELECT gin_clean_pending_list(oid) FROM pg_class WHERE oid = to_regclass('ix_search_terms')"
    connection.exec_driver_sql(waiting)


def delete(connection: Connection, gone: Sequence[tuple[str, int, int]]) -> None:
    """Take (shard, number, recency) out of the index."""
    if connection.dialect.name != "sqlite":
        bulk.delete_of(connection, "search", [(shard, number) for shard, number, _ in gone])
        return
    places = {number: place for _, number, place in gone}
    given = (bulk.json_text(list(places)),)
    among = "search_text WHERE disclosure_number IN (SELECT value FROM json_each(?))"
    known = _rows(connection, f"SELECT disclosure_number, text FROM {among}", given)  # noqa: S608
    _forget(connection, "search", [(places[number], body) for number, body in known])
    deletion = f"DELETE FROM {among}"  # noqa: S608
    connection.exec_driver_sql(deletion, given)


def insert_names(
    connection: Connection, kind: str, named: Mapping[str, Mapping[str, Any]], made: Mapping[str, Name] = NONE
) -> None:
    """Put the names of things of a kind (id → its row) into the index, where they are not there yet.

    The row of a process has its serial number. `made` are the names that are made already.
    """
    sqlite = connection.dialect.name == "sqlite"
    numbers = _numbers(connection, kind, named) if sqlite else {}
    wanted = list(numbers) if sqlite else _unnamed(connection, kind, named)
    if not wanted:
        return
    names = [made.get(one) or name(kind, named[one]) for one in wanted]
    if not sqlite:
        connection.exec_driver_sql(
            "INSERT INTO search_name (kind, id, terms, text)"
            " SELECT %s, id, terms::text[], text FROM unnest(%s::text[], %s::text[], %s::text[]) AS n(id, terms, text)"
            " ON CONFLICT DO NOTHING",
            (
                kind,
                bulk.array(wanted),
                bulk.array([_array(one) for _, one in names]),
                bulk.array([one for one, _ in names]),
            ),
        )
        return
    numbered = list(zip(numbers.items(), names, strict=True))
    rows = [(number, kind, id_, text) for (id_, number), (text, _) in numbered]
    bulk.insert_tuples(connection, "search_name", ("number", "kind", "id", "text"), rows)
    found = [(number, terms) for (_, number), (_, terms) in numbered]
    bulk.insert_tuples(connection, "search_name_terms", ("rowid", "terms"), found)


def _unnamed(connection: Connection, kind: str, ids: Iterable[str]) -> list[str]:
    """Those of the things of a kind whose names are not in the index, in order."""
    wanted = sorted(ids)
    if not wanted:
        return []
    condition, given = bulk.one_of(connection, "id", wanted)
    query = f"SELECT id FROM search_name WHERE kind = '{kind}' AND {condition}"  # noqa: S608
    if connection.dialect.name == "sqlite":
        query += f" AND number < {PROCESSES}"  # as its index has it
    known = {row[0] for row in connection.exec_driver_sql(query, (given,))}
    return [one for one in wanted if one not in known]


def _numbers(connection: Connection, kind: str, named: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    """The things of a kind whose names are not in SQLite's index, with the numbers that these get, in their order."""
    if kind != "process":
        wanted = _unnamed(connection, kind, named)
        query = f"SELECT coalesce(max(number), 0) FROM search_name WHERE number < {PROCESSES}"  # noqa: S608
        last = connection.exec_driver_sql(query).scalar_one() if wanted else 0
        return {one: number for number, one in enumerate(wanted, start=last + 1)}
    numbers = {one: PROCESSES + row["serial"] for one, row in named.items()}
    query = "SELECT number FROM search_name WHERE number IN (SELECT value FROM json_each(?))"
    given = (bulk.json_text(list(numbers.values())),)
    known = {row[0] for row in connection.exec_driver_sql(query, given)}
    new = ((one, number) for one, number in numbers.items() if number not in known)
    return dict(sorted(new, key=itemgetter(1)))


def delete_names(connection: Connection, kind: str, ids: Sequence[str]) -> None:
    """Take the names of things of a kind out of the index, while the things are still there."""
    if connection.dialect.name == "sqlite":
        among = "IN (SELECT value FROM json_each(?))"
        if kind == "process":
            theirs = f"number IN (SELECT {PROCESSES} + serial FROM process WHERE id {among})"  # noqa: S608
        else:
            theirs = f"kind = '{kind}' AND id {among} AND number < {PROCESSES}"
        given = (bulk.json_text(list(ids)),)
        known = _rows(connection, f"SELECT number, text FROM search_name WHERE {theirs}", given)  # noqa: S608
        _forget(connection, "search_name_terms", known)
        connection.exec_driver_sql(f"DELETE FROM search_name WHERE {theirs}", given)  # noqa: S608
        return
    connection.exec_driver_sql(
        "DELETE FROM search_name WHERE kind = %s AND id = ANY(%s::text[])", (kind, list(ids))
    )


def name(kind: str, row: Mapping[str, Any]) -> Name:
    """What a thing of a kind is found by: its name, then its code or number."""
    first, *others = (row[column] for column in NAMED[kind][1])
    text = normal(first or "", (other for other in others if other))
    return text, spaced(text)


def rebuild(connection: Connection, catalog: Catalog | None = None) -> int:
    """Make the whole index again from the stored documents and names; gives how many records are in it.

    One transaction of the caller's; reads and writes a thousand records at a time. A migration has no catalog to
    give and gets the published one.
    """
    catalog = catalog or Catalog.load()
    for statement in _EMPTYING[connection.dialect.name]:
        connection.exec_driver_sql(statement)
    for kind, (table, _) in NAMED.items():
        key = table.c.code if kind == "region" else table.c.id
        columns = [key, *(table.c[name] for name in NAMED[kind][1] if name != key.name)]
        columns += [tables.process.c.serial] if kind == "process" else []
        for batch in _pages(connection, columns):
            insert_names(connection, kind, {row[key.name]: row for row in batch})
    return _rebuild_records(connection, catalog)


_EMPTYING = {
    "sqlite": (
        "INSERT INTO search(search) VALUES ('delete-all')", "DELETE FROM search_text",
        "INSERT INTO search_name_terms(search_name_terms) VALUES ('delete-all')", "DELETE FROM search_name",
    ),
    "postgresql": ("TRUNCATE search", "TRUNCATE search_name"),
}  # fmt: skip


def _rebuild_records(connection: Connection, catalog: Catalog) -> int:
    count = 0
    d, doc = tables.disclosure.c, tables.document.c
    joined = tables.disclosure.join(
        tables.document, and_(doc.shard == d.shard, doc.disclosure_number == d.number)
    )
    query = select(d.shard, d.number, d.recency, d.title, d.type, d.schema_version, doc.body).select_from(
        joined
    )
    last = None
    while True:
        page = query if last is None else query.where(d.recency > last)
        rows = connection.execute(page.order_by(d.recency).limit(_BATCH)).all()
        if not rows:
            return count
        last = rows[-1].recency
        found: list[Searched] = []
        for row in rows:
            known = catalog.versions.get(f"{row.type}/{row.schema_version}")
            node = (
                layout(known, catalog) if known else Node("object")
            )  # of a type that is gone only the title is left
            body = normal(row.title, (one for _, one in texts(row.body, node)))
            found.append((row.shard, row.number, row.recency, body, spaced(body)))
        insert(connection, found)
        count += len(found)


def _pages(connection: Connection, columns: Sequence[Any]) -> Iterator[list[Mapping[str, Any]]]:
    """The rows of a table, a batch at a time, of no more columns than are needed: a migration may not have them all."""
    key, last = columns[0], ""
    while True:
        query = select(*columns).where(key > last).order_by(key).limit(_BATCH)
        rows: list[Mapping[str, Any]] = [dict(row) for row in connection.execute(query).mappings()]
        if not rows:
            return
        yield rows
        last = rows[-1][key.name]


def _rows(connection: Connection, query: str, given: tuple[Any, ...]) -> list[tuple[int, str]]:
    return [(row[0], row[1]) for row in connection.exec_driver_sql(query, given)]


def _forget(connection: Connection, table: str, known: Iterable[tuple[int, str]]) -> None:
    """Take rows out of an FTS5 table without content: it is told what it was told to put in."""
    rows = [(place, spaced(body)) for place, body in known]
    if rows:
        statement = f"INSERT INTO {table}({table}, rowid, terms) VALUES ('delete', ?, ?)"  # noqa: S608
        connection.exec_driver_sql(statement, rows)


def spaced(body: str) -> str:
    """The terms of a normal text as FTS5 takes them."""
    return joined(body, " ")


def _array(terms: str) -> str:
    """Terms as PostgreSQL reads an array: quoted, `null` is a word; they hold neither spaces nor quotation marks."""
    return f"""{{"{terms.replace(" ", '","')}"}}""" if terms else "{}"
