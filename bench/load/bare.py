"""A bare insert: the rows of a database that was loaded, put into an empty one with nothing computed.

They are taken in the load's batches, table by table. SQLite gets them by executemany, in the order of their keys;
PostgreSQL gets what its own COPY wrote. A publisher, organization, process or name comes with the first batch that
has it, a cell of a rollup once, with the last one.
"""

import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from store import searching, tables
from store.engine import connect, writing

# table → how its rows belong to disclosures: the column that names one, or the query from a thing to its records.
_OF_A_RECORD = {
    "disclosure": "number", "document": "disclosure_number", "lot": "disclosure_number", "item": "disclosure_number",
    "party": "disclosure_number", "disclosure_process": "disclosure_number", "feature": "disclosure_number",
    "related": "disclosure_number", "value_source": "disclosure_number", "change": "disclosure_number",
    "search": "disclosure_number",
}  # fmt: skip
_OF_MANY = {
    "publisher": "SELECT publisher_id AS one, shard, number AS disclosure_number FROM disclosure",
    "process": "SELECT p.id AS one, l.shard, l.disclosure_number FROM disclosure_process l JOIN process p ON p.serial = l.process_serial",
    "organization": "SELECT organization_id AS one, shard, disclosure_number FROM party",
}
_ONCE = [name for name in tables.metadata.tables if name.startswith("rollup_")]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one table: tuples for SQLite, COPY's own text for PostgreSQL."""

    table: str
    columns: tuple[str, ...]
    rows: Any


Batches = list[list[Rows]]


def take(url: str, size: int, path: Path) -> dict[str, int]:
    """Write a loaded database's rows into a file, in batches of so many records; gives how many rows a table has."""
    engine = connect(url)
    with engine.connect() as connection:
        numbered = f"SELECT shard, disclosure_number, (version - 1) / {size} AS number FROM change"
        connection.exec_driver_sql(f"CREATE TEMP TABLE batch AS {numbered}")
        connection.exec_driver_sql("CREATE INDEX temp_batch ON batch (number)")
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("ANALYZE batch")
        count = connection.exec_driver_sql("SELECT max(number) FROM batch").scalar_one() + 1
        _number_registers(connection)
        batches: Batches = [list(_batch(connection, at)) for at in range(count)]
        batches[-1] += [_rows(connection, name, f"FROM {name} t", True) for name in _ONCE]
        # SQLite's index of terms cannot be counted; each of its rows has a text beside it.
        beside = {"search": "search_text"} if connection.dialect.name == "sqlite" else {}
        counts = {
            one: connection.exec_driver_sql(f"SELECT count(*) FROM {beside.get(one, one)}").scalar_one()
            for one in (*_OF_A_RECORD, *_OF_MANY, *_ONCE)
        }
    engine.dispose()
    path.write_bytes(pickle.dumps(batches))
    return counts


def insert(url: str, path: Path) -> Callable[[], None]:
    """What inserts the rows of that file into a database, a transaction a batch."""
    batches: Batches = pickle.loads(path.read_bytes())
    engine = connect(url)

    def run() -> None:
        for batch in batches:
            with writing(engine) as connection:
                for rows in batch:
                    _insert(connection, rows)
        if engine.dialect.name == "postgresql":
            with writing(engine) as connection:  # the index is whole, as it is after a load
                connection.exec_driver_sql("SELECT gin_clean_pending_list('ix_search_terms')")

    return run


def _number_registers(connection: Connection) -> None:
    """With which batch each publisher, process and organization comes."""
    for name, query in _OF_MANY.items():
        first = f"SELECT one, min(number) AS number FROM ({query}) u JOIN batch USING (shard, disclosure_number) GROUP BY one"
        connection.exec_driver_sql(f"CREATE TEMP TABLE first_{name} AS {first}")


def _batch(connection: Connection, number: int) -> Iterator[Rows]:
    sqlite = connection.dialect.name == "sqlite"
    for name in _OF_MANY:
        source = f"JOIN (SELECT one FROM first_{name} WHERE number = {number}) f ON f.one = t.id"
        yield _rows(connection, name, f"FROM {name} t {source}")
        named = f"FROM search_name t {source} WHERE t.kind = '{name}'"
        yield from _names(connection, named) if sqlite else [_rows(connection, "search_name", named)]
    for name, column in _OF_A_RECORD.items():
        of = f"FROM batch b {{}} WHERE b.number = {number}"
        if name == "search" and sqlite:
            own = "CROSS JOIN disclosure d ON d.number = b.disclosure_number"
            yield from _texts(
                connection, of.format(f"{own} CROSS JOIN search_text t USING (disclosure_number)")
            )
        else:
            own = f"CROSS JOIN {name} t" if sqlite else f"JOIN {name} t"
            on = f"ON t.shard = b.shard AND t.{column} = b.disclosure_number"
            yield _rows(connection, name, of.format(f"{own} {on}"))


def _rows(connection: Connection, name: str, source: str, whole: bool = False) -> Rows:
    columns = _columns(connection, name)
    asked = f"SELECT {', '.join(f't.{column}' for column in columns)} {source}"
    if connection.dialect.name == "sqlite":
        keys = [one.name for one in tables.metadata.tables[name].primary_key.columns]
        ordered = f"{asked} ORDER BY {', '.join(f't.{key}' for key in keys)}"
        return Rows(name, columns, [tuple(row) for row in connection.exec_driver_sql(ordered)])
    cursor: Any = connection.connection.cursor()
    with cursor, cursor.copy(f"COPY ({asked}) TO STDOUT") as copy:
        return Rows(name, columns, b"".join(bytes(one) for one in copy))


def _columns(connection: Connection, name: str) -> tuple[str, ...]:
    if name == "search":
        return ("shard", "disclosure_number", "recency", "terms", "text")
    if name == "search_name":
        return ("kind", "id", "terms", "text")
    return tuple(column.name for column in tables.metadata.tables[name].columns)


def _texts(connection: Connection, source: str) -> Iterator[Rows]:
    """SQLite's search: the texts, and the terms that its index was told."""
    found = [
        tuple(row)
        for row in connection.exec_driver_sql(
            f"SELECT d.recency, t.disclosure_number, t.text {source} ORDER BY 1"
        )
    ]
    texts = sorted((number, text) for _, number, text in found)
    yield Rows("search_text", ("disclosure_number", "text"), texts)
    yield Rows("search", ("rowid", "terms"), [(place, searching.spaced(text)) for place, _, text in found])


def _names(connection: Connection, source: str) -> Iterator[Rows]:
    found = connection.exec_driver_sql(f"SELECT t.number, t.kind, t.id, t.text {source} ORDER BY 1")
    rows = [tuple(row) for row in found]
    yield Rows("search_name", ("number", "kind", "id", "text"), rows)
    terms = [(number, searching.spaced(text)) for number, _, _, text in rows]
    yield Rows("search_name_terms", ("rowid", "terms"), terms)


def _insert(connection: Connection, rows: Rows) -> None:
    if not rows.rows:
        return
    names = ", ".join(f'"{column}"' for column in rows.columns)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(rows.columns))
        connection.exec_driver_sql(
            f'INSERT INTO "{rows.table}" ({names}) VALUES ({marks})',
            rows.rows,
        )
        return
    cursor: Any = connection.connection.cursor()
    with cursor, cursor.copy(f'COPY "{rows.table}" ({names}) FROM STDIN') as copy:
        copy.write(rows.rows)
