"""Many rows in one statement, as each database takes them fastest.

Values are text (dates, JSON and arrays too), numbers or None.
"""

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

import orjson
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Table,
    Text,
    any_,
    bindparam,
    cast,
    func,
    select,
)
from sqlalchemy.types import NullType

WRITERS = 20_180_604  # of the advisory locks, which share one space with whatever else uses the database
# Characters that stand in for what is between texts, and for no text, where no text has them.
_BETWEEN, _NOTHING, _QUOTES = "\x01", "\x02", '","'
ALL = -1  # what every writer shares, and who has to be alone takes for himself; no shard has this number
Rows = Iterable[Mapping[str, Any]]


def insert(connection: Connection, table: Table, rows: Rows) -> None:
    """Insert rows that are new; each has every column of the table, and may have more."""
    columns = tuple(column.name for column in table.columns)
    insert_tuples(connection, table.name, columns, list(map(itemgetter(*columns), rows)))


def insert_tuples(
    connection: Connection, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert tuples in the order of the columns: COPY on PostgreSQL, executemany on SQLite."""
    if not rows:
        return
    names = ", ".join(f'"{column}"' for column in columns)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        connection.exec_driver_sql(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', list(rows))  # noqa: S608
        return
    cursor: Any = connection.connection.cursor()  # psycopg's, of the same transaction
    with cursor, cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)


def insert_missing(connection: Connection, table: Table, rows: Rows) -> None:
    """Insert the rows of which the key is not there yet, in the order of their ids.

    The order is the same for every writer, so that two that insert the same rows wait but never wait for each other.
    All columns are texts, but for one that the database numbers.
    """
    columns = tuple(column.name for column in table.columns if column.identity is None)
    tuples = sorted(map(itemgetter(*columns), rows), key=itemgetter(0))
    if not tuples:
        return
    names = ", ".join(f'"{column}"' for column in columns)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        connection.exec_driver_sql(
            f'INSERT INTO "{table.name}" ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING',  # noqa: S608
            tuples,
        )
        return
    arrays = ", ".join(["%s::text[]"] * len(columns))
    connection.exec_driver_sql(
        f'INSERT INTO "{table.name}" ({names}) SELECT * FROM unnest({arrays}) ON CONFLICT DO NOTHING',  # noqa: S608
        tuple(map(array, zip(*tuples, strict=True))),
    )


def array(values: Sequence[Any]) -> str:
    """Texts or numbers as PostgreSQL reads an array; psycopg would look at each of them by itself.

    >>> array(["a", None, '"'] ), array([1, None])
    ('{"a",NULL,"\\\\""}', '{1,NULL}')
    """
    if not any(isinstance(value, str) for value in values):
        return f"{{{','.join('NULL' if value is None else str(value) for value in values)}}}"
    whole = _BETWEEN.join([_NOTHING if value is None else str(value) for value in values])
    if whole.count(_BETWEEN) >= len(values) or whole.count(_NOTHING) > sum(one is None for one in values):
        return f"{{{','.join('NULL' if value is None else _quoted(str(value)) for value in values)}}}"
    return f"{{{_quoted(whole).replace(_BETWEEN, _QUOTES)}}}".replace(f'"{_NOTHING}"', "NULL")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def among(connection: Connection, column: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    """The condition that a column has one of many values, bound as one parameter however many they are."""
    if connection.dialect.name == "sqlite":
        return column.in_(select(func.json_each(json_text(values)).table_valued("value").c.value))
    kind = BigInteger() if isinstance(column.type, Integer) else Text()
    # Without a type of its own: a text that is made an array is no constant, and would be looked through row by row.
    given = bindparam(None, array(values), type_=NullType(), unique=True)
    return column == any_(cast(given, ARRAY(kind)))


def one_of(connection: Connection, column: str, values: Sequence[Any]) -> tuple[str, Any]:
    """The same condition on texts in the driver's words, and its one parameter."""
    if connection.dialect.name == "sqlite":
        return f"{column} IN (SELECT value FROM json_each(?))", json_text(values)  # noqa: S608
    return f"{column} = ANY(%s::text[])", array(values)


def json_text(values: Sequence[Any]) -> str:
    """Values as one parameter for SQLite's json_each."""
    return orjson.dumps(values).decode()


def delete_of(
    connection: Connection, table: str, owners: Sequence[tuple[str, int]], column: str = "disclosure_number"
) -> None:
    """Delete what belongs to the given disclosures, each a shard and a number, which stands in that column."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f'DELETE FROM "{table}" WHERE shard = ? AND {column} = ?', list(owners))  # noqa: S608
        return
    connection.exec_driver_sql(
        f'DELETE FROM "{table}" t USING unnest(%s::text[], %s::bigint[]) AS gone(shard, number)'  # noqa: S608
        f" WHERE t.shard = gone.shard AND t.{column} = gone.number",
        tuple(list(one) for one in zip(*owners, strict=True)),
    )


def lock(connection: Connection, space: int, shards: Sequence[str]) -> None:
    """Wait until no other writer works on these shards, until the transaction ends; in order, so that none deadlocks.

    What is read after it stays true. SQLite has one writer at a time anyway. Needs READ COMMITTED, the default.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock_shared(%s, %s)", (space, ALL))
        connection.exec_driver_sql(
            "SELECT pg_advisory_xact_lock(%s, shard) FROM unnest(%s::int[]) AS shard",
            (space, sorted(map(int, shards))),
        )


def lock_all(connection: Connection, space: int) -> None:
    """Wait until no other writer works, on whatever shard, until the transaction ends. Nothing else may be locked."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s, %s)", (space, ALL))
