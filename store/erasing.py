"""A record's content removed everywhere: from tables, history, search and names, then from the database's files.

What stays is a row with type, publisher and published date. Names and titles that only this record gave to an
organization or a process go with it; what other records say as well stays theirs.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Table,
    delete,
    exists,
    func,
    null,
    or_,
    select,
    update,
)

from schemas.catalog import Catalog, Disclosure
from store import bulk, cases, joining, searching, tables
from store.errors import StoreError
from store.identity import identify
from store.involvement import Span
from store.names import name_key
from store.rows import parts

_OWNED = (
    tables.document, tables.revision, tables.lot, tables.party, tables.item, tables.feature,
    tables.disclosure_process, tables.revision_process, tables.value_source, tables.related,
)  # fmt: skip
# Columns of a disclosure that say something of its content.
_SAID = (
    "level", "region", "prefecture", "province", "local_id", "formed_date", "due_on", "days_late", "amount_fen",
    "outcome", "method", "source_url",
)  # fmt: skip
# The tables that hold values of records, beside PostgreSQL's `search` and `search_name`.
_VALUES = (
    *_OWNED, tables.disclosure, tables.organization, tables.process, tables.refused, tables.answer, tables.answer_form,
    tables.problem, tables.edition_subject,
)  # fmt: skip


@dataclass(slots=True)
class _Given:
    """The names that a record's documents gave: of organizations, and titles of processes, by id."""

    organizations: dict[str, set[str]] = field(default_factory=dict)
    processes: dict[str, set[str]] = field(default_factory=dict)


def erase(connection: Connection, row: Row[Any], catalog: Catalog, span: Span) -> dict[str, set[str]]:
    """Remove the content of a disclosure, whose row is given; within `store.rollups.keeping`, with no other writer (`bulk.lock_all`).

    Gives the names and titles that went with it, by the ids of the organizations and processes that had them: those that
    no other record writes.
    """
    given = _given(connection, row, catalog)
    for table in _OWNED:
        bulk.delete_of(connection, table.name, [(row.shard, row.number)])
    searching.delete(connection, [(row.shard, row.number, row.recency)])
    d, refused = tables.disclosure.c, tables.refused
    connection.execute(
        update(tables.disclosure)
        .where(d.shard == row.shard, d.number == row.number)
        .values(
            title=catalog.types[row.type].title if row.type in catalog.types else row.type,
            repost=0,
            **dict.fromkeys(_SAID),
        )
    )
    connection.execute(
        update(refused)
        .where(refused.c.disclosure_id == row.id)
        .values(cells={}, issues=[], state=cases.ERASED, publisher=None, compared=null(), rest=None)
    )
    reported = update(tables.problem).where(tables.problem.c.disclosure_id == row.id)
    connection.execute(reported.values(text=""))  # it may repeat what is removed
    joining.settle_processes(connection, given.processes, span)
    _forget_organizations(connection, given.organizations, span)
    _forget_processes(connection, given.processes)
    return _gone(connection, given)


def purge(engine: Engine) -> None:
    """Take out of the database's files what was deleted from its tables. Nothing else may be open in this thread.

    SQLite: the search indexes are merged, the file is written anew, its log emptied; raises StoreError W005 where
    a reader keeps the log. PostgreSQL: VACUUM and new statistics; what it leaves on disks is said in docs/withdrawals.md.
    """
    connection = engine.raw_connection()
    try:
        driver: Any = connection.driver_connection
        if engine.dialect.name == "sqlite":
            _purge_file(driver)
            return
        driver.autocommit = True
        names = [*(table.name for table in _VALUES), "search", "search_name"]
        driver.execute(f"VACUUM (ANALYZE) {', '.join(names)}")  # the statistics quote values
        driver.autocommit = False
    finally:
        connection.close()


def _purge_file(driver: Any) -> None:
    cursor = driver.cursor()
    for index in ("search", "search_name_terms"):
        cursor.execute(f"INSERT INTO {index}({index}) VALUES ('optimize')")  # noqa: S608
    if cursor.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat4'").fetchone():
        cursor.execute("ANALYZE")  # somebody made statistics, which quote values
    # The copy that VACUUM makes may be larger than memory.
    cursor.execute("PRAGMA temp_store = FILE")
    cursor.execute("VACUUM")
    cursor.execute("PRAGMA temp_store = MEMORY")
    busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    cursor.close()
    if busy:
        raise StoreError(
            "W005", "内容已从各表删除,但数据库的日志文件(-wal)里还有,因为有程序正在读",
            "the content is removed from the tables, but still in the database's log (-wal): a program is reading",
            "停止服务或者正在进行的查询,再运行一次同样的命令。", "Stop the service or the query that runs, then run the same command again.",
        )  # fmt: skip


def _given(connection: Connection, row: Row[Any], catalog: Catalog) -> _Given:
    """The names in all documents of a record, earlier ones included."""
    given = _Given()
    for body in _documents(connection, row):
        disclosure = _version(body, row, catalog)
        identity = identify(body, disclosure) if disclosure else None
        if disclosure is None or identity is None:
            continue
        made = parts(body, disclosure, identity, catalog)
        for one in made.organizations.values():
            given.organizations.setdefault(one["id"], set()).add(one["name"])
        for party in made.parties:
            given.organizations.setdefault(party["organization_id"], set()).add(party["name"])
        for one in made.processes:
            given.processes.setdefault(one["id"], set()).add(one["title"])
    p = tables.party.c
    said = func.coalesce(p.said_id, p.organization_id)
    query = select(said, p.name).where(p.shard == row.shard, p.disclosure_number == row.number)
    for who, name in connection.execute(query):
        given.organizations.setdefault(who, set()).add(name)
    return given


def _gone(connection: Connection, given: _Given) -> dict[str, set[str]]:
    """The names and titles that a record gave and that nothing else says, once it is removed."""
    found: dict[str, set[str]] = {}
    p = tables.party.c
    for one, names in given.organizations.items():
        known = {
            *_called(connection, tables.organization, one),
            *_called(connection, tables.organization_alias, one),
        }
        for name in names - known:
            written = exists().where(p.name == name, or_(p.organization_id == one, p.said_id == one))
            if not connection.scalar(select(written)):
                found.setdefault(one, set()).add(name)
    for one, titles in given.processes.items():
        if gone := {title for title in titles if title} - _called(connection, tables.process, one):
            found[one] = gone
    return found


def _called(connection: Connection, table: Table, id: str) -> set[str]:
    name = table.c.title if table is tables.process else table.c.name
    return {one for one in connection.scalars(select(name).where(table.c.id == id)) if one is not None}


def _documents(connection: Connection, row: Row[Any]) -> Iterator[Mapping[str, Any]]:
    for table in (tables.document, tables.revision):
        mine = (table.c.shard == row.shard, table.c.disclosure_number == row.number)
        yield from connection.scalars(select(table.c.body).where(*mine))


def _version(body: Mapping[str, Any], row: Row[Any], catalog: Catalog) -> Disclosure | None:
    named = catalog.versions.get(str(body.get("schema")))
    return named or catalog.versions.get(f"{row.type}/{row.schema_version}") or catalog.types.get(row.type)


def _forget_organizations(connection: Connection, given: Mapping[str, set[str]], span: Span) -> None:
    """Organizations that no party is any more go, aliases and suggestions too; a name that no party writes any more
    gives way to one that does.
    """
    p = tables.party.c
    said = func.coalesce(p.said_id, p.organization_id)
    joining.forget(connection, sorted(given), span)
    for table in (tables.organization, tables.organization_alias):
        own = table.c.id if table is tables.organization else table.c.organization_id
        rows = select(*(table.c[name] for name in ("id", "uscc", "name")), own.label("of"))
        for row in connection.execute(rows.where(bulk.among(connection, table.c.id, sorted(given)))).all():
            theirs = select(p.name).where(p.organization_id == row.of, said == row.id)
            written = list(connection.scalars(theirs.order_by(p.recency.desc()).limit(1000)))
            if row.name not in given[row.id] or row.name in written:
                continue
            name = next((one for one in written if one != row.uscc), row.id)
            key = None if name == row.id else name_key(name, row.uscc)
            connection.execute(update(table).where(table.c.id == row.id).values(name=name, name_key=key))
            if table is tables.organization:
                _rename(connection, "organization", row._mapping, name=name)


def _forget_processes(connection: Connection, given: Mapping[str, set[str]]) -> None:
    """Processes that no record is of any more go; a title that only this one gave gives way to another record's."""
    c, link, past = tables.process.c, tables.disclosure_process.c, tables.revision_process.c
    of_any = exists().where(link.process_serial == c.serial) | exists().where(past.process_serial == c.serial)
    d, doc = tables.disclosure.c, tables.document.c
    for row in _without(connection, tables.process, given, of_any):
        bodies = connection.scalars(
            select(doc.body)
            .join(tables.disclosure, (d.shard == doc.shard) & (d.number == doc.disclosure_number))
            .join(
                tables.disclosure_process,
                (link.shard == doc.shard) & (link.disclosure_number == doc.disclosure_number),
            )
            .where(link.process_serial == row.serial)
            .order_by(d.id)
            .limit(1000)
        )
        titles = [(one.get("project") or {}).get("name") or one.get("title") for one in bodies]
        if row.title not in given[row.id] or row.title in titles:
            continue
        title = next((one for one in titles if one), None)
        connection.execute(update(tables.process).where(c.id == row.id).values(title=title))
        _rename(connection, "process", row._mapping, title=title)


def _without(
    connection: Connection, table: Table, given: Mapping[str, Any], needed: ColumnElement[bool]
) -> Sequence[Row[Any]]:
    """Delete the rows that nothing needs any more, with their names in the search; gives those that stay."""
    ids = sorted(given)
    among = bulk.among(connection, table.c.id, ids)
    gone = list(connection.scalars(select(table.c.id).where(among, ~needed)))
    if gone:
        searching.delete_names(connection, table.name, gone)
        connection.execute(delete(table).where(bulk.among(connection, table.c.id, gone)))
    return connection.execute(select(table).where(among)).all()


def _rename(connection: Connection, kind: str, row: Mapping[Any, Any], **new: Any) -> None:
    searching.delete_names(connection, kind, [row["id"]])
    searching.insert_names(connection, kind, {row["id"]: {**row, **new}})
