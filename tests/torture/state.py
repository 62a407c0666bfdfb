"""What a store holds: all of it, to be compared row by row, and what in it would be half a record."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, DateTime, Engine, select, text

from schemas.catalog import Catalog
from store import reindex, rollups, searching
from store.engine import writing
from store.tables import metadata
from store.terms import terms
from tests.owners import called, owners

Contents = dict[str, list[tuple[Any, ...]]]
# What a load may not touch, and is the same in every copy.
STILL = frozenset(["region", "territory", "succession", "working_day"])
# The moments that a load writes; of those before it everything has to stay, of its own only that they are later.
MOMENTS = frozenset(
    [("load", "started_at"), ("load", "finished_at"), ("change", "at"), ("revision", "replaced_at"),
     ("refused", "since"), ("refused", "closed_at")]
)  # fmt: skip
LATER = "of the load"


def contents(engine: Engine, begun: datetime) -> Contents:
    """Every table row by row, the search index and its terms too; moments after `begun`, which loads write, are one."""
    found: Contents = {}
    with engine.connect() as connection:
        known = owners(connection)
        for table in metadata.sorted_tables:
            if table.name in STILL:
                continue
            columns = list(table.columns)
            moments = [at for at, one in enumerate(columns) if (table.name, one.name) in MOMENTS]
            assert all(isinstance(columns[at].type, DateTime) for at in moments)
            rows = connection.execute(select(*columns).order_by(*table.primary_key.columns))
            plain = (_without(tuple(row), moments, begun) for row in rows)
            found[table.name] = called(table, table.columns.keys(), plain, known)
        for name, query in _SEARCH[engine.dialect.name].items():
            found[name] = [tuple(row) for row in connection.execute(text(query))]
    return found


def _without(row: tuple[Any, ...], moments: list[int], begun: datetime) -> tuple[Any, ...]:
    if not moments:
        return row
    return tuple(
        LATER if at in moments and one is not None and one > begun else one for at, one in enumerate(row)
    )


_SEARCH: Mapping[str, Mapping[str, str]] = {
    "sqlite": {
        "search_text": "SELECT d.recency, t.text FROM search_text t JOIN disclosure d ON d.number = t.disclosure_number ORDER BY 1",
        "search_name": "SELECT number, kind, id, text FROM search_name ORDER BY number",
    },
    "postgresql": {
        "search": "SELECT shard, recency, terms, text FROM search ORDER BY recency",
        "search_name": "SELECT kind, id, terms, text FROM search_name ORDER BY kind, id",
    },
}


def differences(one: Contents, other: Contents) -> list[str]:
    """What differs between two stores, by table, with the first rows that only one of them has."""
    found = []
    for name in sorted(one.keys() | other.keys()):
        left, right = one.get(name, []), other.get(name, [])
        if left == right:
            continue
        known, there = set(map(repr, right)), set(map(repr, left))
        missing = [row for row in map(repr, right) if row not in there][:2]
        more = [row for row in map(repr, left) if row not in known][:2]
        found.append(f"{name}: {len(left)} rows for {len(right)}; too many {more}; missing {missing}")
    return found


def index_faults(engine: Engine) -> list[str]:
    """What is wrong with the search index: terms without a text, texts without their terms."""
    if engine.dialect.name != "sqlite":
        with engine.connect() as connection:
            rows = connection.execute(
                text("SELECT text, terms FROM search UNION ALL SELECT text, terms FROM search_name")
            )
            return [f"terms of {body[:40]}" for body, kept in rows if sorted(terms(body)) != sorted(kept)][:3]
    found = []
    with writing(engine) as connection:
        checked = connection.exec_driver_sql("PRAGMA integrity_check").scalar_one()
        if checked != "ok":
            found.append(f"the database: {checked}")
        for table, stored in (
            (
                "search",
                "SELECT d.recency, t.text FROM search_text t JOIN disclosure d ON d.number = t.disclosure_number",
            ),
            ("search_name_terms", "SELECT number, text FROM search_name"),
        ):
            connection.exec_driver_sql(f"INSERT INTO {table}({table}) VALUES ('integrity-check')")
            connection.exec_driver_sql(
                f"CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, {table}, instance)"
            )
            kept = {
                (row[0], row[1]) for row in connection.exec_driver_sql("SELECT term, doc FROM temp.words")
            }
            connection.exec_driver_sql("DROP TABLE temp.words")
            wanted = {(term, row[0]) for row in connection.exec_driver_sql(stored) for term in terms(row[1])}
            if kept != wanted:
                found.append(
                    f"{table}: too many {list(kept - wanted)[:3]}, missing {list(wanted - kept)[:3]}"
                )
    return found


def derived_faults(engine: Engine, catalog: Catalog, begun: datetime) -> list[str]:
    """What differs once rollups, search and features are made again from the documents."""
    before = contents(engine, begun)
    with writing(engine) as connection:
        rollups.rebuild(connection)
        searching.rebuild(connection, catalog)
    reindex.reindex(engine, catalog)
    after = contents(engine, begun)
    for found in (before, after):
        found["search_name"] = sorted(row[-3:] for row in found["search_name"])  # numbered as they come
        del found["derived"]  # types without records are whole now, too
    return differences(before, after)


Part = tuple[int, str, str | None, int, int, int, int, int, int, int]


def parts(connection: Connection) -> Iterator[tuple[str, Part]]:
    """Of each record: revision, status, a digest of its document, and how many rows it has of each kind."""
    owned = "(SELECT count(*) FROM {0} x WHERE x.shard = d.shard AND x.disclosure_number = d.number)"
    searched = (
        "(SELECT count(*) FROM search_text x WHERE x.disclosure_number = d.number)"
        if connection.dialect.name == "sqlite"
        else owned.format("search")
    )
    kinds = ", ".join(
        [
            *map(owned.format, ("lot", "party", "item", "feature", "value_source", "disclosure_process")),
            searched,
        ]
    )
    rows = connection.exec_driver_sql(
        f"SELECT d.id, d.revision, d.status, doc.digest, {kinds} FROM disclosure d"
        " LEFT JOIN document doc ON doc.shard = d.shard AND doc.disclosure_number = d.number"
    )
    for row in rows:
        yield row[0], tuple(row[1:])  # type: ignore[misc]


def half(connection: Connection, known: Mapping[str, set[Part]]) -> list[str]:
    """What a reader would see of a load that is not whole: in one snapshot, that of the connection.

    `known` are the states in which each record may be.
    """
    found = [f"{one} is {part}" for one, part in parts(connection) if part not in known.get(one, ())][:3]
    return found + wrong(connection)


def wrong(connection: Connection) -> list[str]:
    """What of a store contradicts itself, whatever is in it."""
    found = []
    for name, query in _WHOLE.items():
        count = connection.exec_driver_sql(query).scalar_one()
        if count:
            found.append(f"{name}: {count}")
    return found


_OWNED = ("document", "lot", "party", "item", "feature", "value_source", "disclosure_process")
_OF = "NOT EXISTS (SELECT 1 FROM {0} WHERE {1})"
_WHOLE: Mapping[str, str] = {
    **{
        f"{table} without its disclosure": f"SELECT count(*) FROM {table} x WHERE "
        + _OF.format("disclosure d", "d.shard = x.shard AND d.number = x.disclosure_number")
        for table in _OWNED
    },
    "the feed has a gap": "SELECT coalesce(max(version), 0) - count(*) + coalesce(min(version), 1) - 1 FROM change",
    "the feed and the data version": "SELECT version - (SELECT coalesce(max(version), 0) FROM change) FROM data_version",
    "a disclosure that is not in the feed as it is": "SELECT count(*) FROM disclosure d WHERE d.revision <> coalesce("
    "(SELECT c.revision FROM change c WHERE c.shard = d.shard AND c.disclosure_number = d.number ORDER BY c.version DESC LIMIT 1), 0)",
    "a revision that is missing": "SELECT count(*) FROM disclosure d WHERE d.status = 'published' AND d.revision - 1 >"
    " (SELECT count(*) FROM revision r WHERE r.shard = d.shard AND r.disclosure_number = d.number)"
    " AND d.id NOT IN (SELECT disclosure_id FROM withdrawal WHERE kind = 'privacy')",
    "an organization that is missing": "SELECT count(*) FROM party x WHERE "
    + _OF.format("organization o", "o.id = x.organization_id"),
    "a process that is missing": "SELECT count(*) FROM disclosure_process x WHERE "
    + _OF.format("process p", "p.serial = x.process_serial"),
    "a publisher that is missing": "SELECT count(*) FROM disclosure x WHERE "
    + _OF.format("publisher p", "p.id = x.publisher_id"),
    **{
        f"a name of the table {kind} that is not indexed": f"SELECT count(*) FROM {kind} x WHERE x.id NOT IN"
        f" (SELECT n.id FROM search_name n WHERE n.kind = '{kind}')"
        for kind in ("organization", "publisher", "process")
    },
    **{
        f"{rollup.name} counts others": f"SELECT (SELECT count(*) FROM disclosure) -"
        f" (SELECT coalesce(sum(disclosures), 0) FROM {rollup.name})"
        for rollup in rollups.ROLLUPS
    },
    "a done load with other refused rows": "SELECT count(*) FROM load l WHERE l.status = 'done' AND l.refused <>"
    " (SELECT count(*) FROM refused r WHERE r.load_id = l.id)",
    "rows of a load that is not there": "SELECT count(*) FROM refused r WHERE "
    + _OF.format("load l", "l.id = r.load_id"),
}
