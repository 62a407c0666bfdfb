"""Cells of sums, changed by the difference that a batch makes: what all rollups have in common.

One upsert a table adds the differences; a smallest or largest value that goes is looked up again, after the upsert has
locked its cell. The order of the rows is that in which cells are locked, the same for every writer.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Table

from store import bulk
from store.identity import recencies

Key = tuple[str, ...]
Extremes = tuple[Any, ...]


@dataclass(slots=True)
class Cell:
    """The columns of a cell besides its key, and what some disclosures contribute to it. It may stand for several."""

    columns: tuple[Any, ...]
    sums: tuple[int, ...]
    extremes: Extremes


Cells = dict[Key, Cell]


@dataclass(frozen=True, slots=True)
class Kept:
    """A table of cells: its columns by what they are, in the order of `names`.

    `least` are those of the extremes that are the smallest. `found` is the SELECT that finds them anew for the row of
    the table at hand, given the dialect and two expressions: between which recencies the disclosures of a cell lie,
    which is what `span` says of its key and columns.
    """

    table: Table
    columns: tuple[str, ...]
    sums: tuple[str, ...]
    extremes: tuple[str, ...]
    least: frozenset[str]
    found: Callable[[str, str, str], str]
    span: Callable[[Key, tuple[Any, ...]], tuple[int, int]]

    @property
    def key(self) -> Key:
        return tuple(column.name for column in self.table.primary_key.columns)

    @property
    def names(self) -> Key:
        return (*self.key, *self.columns, *self.sums, *self.extremes)

    def cells(self, rows: Sequence[Any]) -> Cells:
        """Rows with the columns of `names`."""
        at = len(self.key)
        middle = at + len(self.columns)
        end = middle + len(self.sums)
        return {
            tuple(row[:at]): Cell(tuple(row[at:middle]), tuple(map(int, row[middle:end])), tuple(row[end:]))
            for row in rows
        }


def settle(connection: Connection, kept: Kept, before: Cells, after: Cells) -> None:
    """Change a table by the difference between what was and what is."""
    rows, gone, empty = [], [], []
    for key in sorted(before.keys() | after.keys()):
        was, now = before.get(key), after.get(key)
        if was is None:
            assert now is not None
            rows.append((*key, *now.columns, *now.sums, *now.extremes))
            continue
        if now is None:
            sums, extremes, lost = tuple(-one for one in was.sums), was.extremes, was.extremes
            empty.append(key)
        else:
            sums = tuple(b - a for a, b in zip(was.sums, now.sums, strict=True))
            extremes = now.extremes
            lost = tuple(None if a == b else a for a, b in zip(was.extremes, extremes, strict=True))
        if any(sums) or was.extremes != extremes:
            rows.append((*key, *was.columns, *sums, *extremes))
        if any(one is not None for one in lost):
            gone.append((*key, *lost, *kept.span(key, was.columns)))
    if rows:
        _upsert(connection, kept, rows)
    if empty:
        _delete_empty(connection, kept, empty)
    if gone:
        _look_up(connection, kept, gone)


def _upsert(connection: Connection, kept: Kept, rows: list[tuple[Any, ...]]) -> None:
    table = kept.table.name
    sets = [f"{name} = {table}.{name} + excluded.{name}" for name in kept.sums]
    for name in kept.extremes:
        sign = "<" if name in kept.least else ">"
        stored, new = f"{table}.{name}", f"excluded.{name}"
        sets.append(
            f"{name} = CASE WHEN {stored} IS NULL OR {new} {sign} {stored} THEN {new} ELSE {stored} END"
        )
    end = f"ON CONFLICT ({', '.join(kept.key)}) DO UPDATE SET {', '.join(sets)}"
    into = f"INSERT INTO {table} ({', '.join(kept.names)})"
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(kept.names))
        connection.exec_driver_sql(f"{into} VALUES ({marks}) {end}", rows)
        return
    statement = f"{into} SELECT * FROM {_unnested(connection, kept, kept.names)} {end}"  # noqa: S608
    connection.exec_driver_sql(statement, _columns(rows))


def _delete_empty(connection: Connection, kept: Kept, keys: list[Key]) -> None:
    """Take away those of the cells that count nothing any more; their rows are locked by the upsert before."""
    table = kept.table.name
    if connection.dialect.name == "sqlite":
        same = " AND ".join(f"{name} = ?" for name in kept.key)
        connection.exec_driver_sql(f"DELETE FROM {table} WHERE {same} AND disclosures = 0", keys)  # noqa: S608
        return
    same = " AND ".join(f"{table}.{name} = k.c{at}" for at, name in enumerate(kept.key, start=1))
    gone = f"{_unnested(connection, kept, kept.key)} AS k({_names(len(kept.key))})"
    statement = f"DELETE FROM {table} USING {gone} WHERE {same} AND disclosures = 0"  # noqa: S608
    connection.exec_driver_sql(statement, _columns(keys))


def _look_up(connection: Connection, kept: Kept, gone: list[tuple[Any, ...]]) -> None:
    """Find the extremes again of the cells that lost one: key, what went of the extremes, the span."""
    table, dialect, size = kept.table.name, connection.dialect.name, len(gone[0])
    mark = "?" if dialect == "sqlite" else "k.c"
    marks = [f"{mark}{at}" for at in range(1, size + 1)]
    middle = len(kept.key)
    same = " AND ".join(f"{table}.{name} = {one}" for name, one in zip(kept.key, marks, strict=False))
    lost = " OR ".join(
        f"{table}.{name} = {one}" for name, one in zip(kept.extremes, marks[middle:], strict=False)
    )
    sets = f"SET ({', '.join(kept.extremes)}) = ({kept.found(dialect, *marks[-2:])})"
    if dialect == "sqlite":
        spans = " AND ".join(f"{one} IS NOT NULL" for one in marks[-2:])  # every parameter has its place
        connection.exec_driver_sql(f"UPDATE {table} {sets} WHERE {same} AND ({lost}) AND {spans}", gone)
        return
    unnested = _unnested(connection, kept, (*kept.key, *kept.extremes), spans=2)
    statement = f"UPDATE {table} {sets} FROM {unnested} AS k({_names(size)}) WHERE {same} AND ({lost})"
    connection.exec_driver_sql(statement, _columns(gone))


def _unnested(connection: Connection, kept: Kept, names: Key, spans: int = 0) -> str:
    """Rows of these columns, and of recencies, as PostgreSQL takes them: an array for each column."""
    kinds = [kept.table.c[name].type.compile(connection.dialect).split("(")[0].lower() for name in names]
    return f"unnest({', '.join(f'%s::{kind}[]' for kind in [*kinds, *['bigint'] * spans])})"


def _columns(rows: Sequence[tuple[Any, ...]]) -> tuple[str, ...]:
    return tuple(map(bulk.array, zip(*rows, strict=True)))


def _names(size: int) -> str:
    return ", ".join(f"c{at}" for at in range(1, size + 1))


def between(period: str | None) -> tuple[int, int]:
    """Between which recencies the disclosures of a year or month lie."""
    if not period:
        return recencies(date.min, date.min)
    year, month = int(period[:4]), int(period[5:] or 0)
    last = date(year, month or 12, 28).toordinal() + 3  # beyond the month does no harm
    return recencies(date(year, month or 1, 1), date.fromordinal(min(last, date.max.toordinal())))
