"""Cells of sums, changed by the difference that a batch makes: what all rollups have in common.

One upsert a table adds the differences; a smallest or largest value that goes is looked up again, after the upsert has
locked its cell. The order of the rows is that in which cells are locked, the same for every writer.
"""

from collections.abc import Callable, Mapping, Sequence
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
    """The columns of a cell besides its key, and what some disclosures contribute to it."""

    columns: tuple[Any, ...]
    sums: tuple[int, ...]
    extremes: Extremes


Cells = dict[Key, Cell]


@dataclass(frozen=True, slots=True)
class Kept:
    """A table of cells: its columns by what they are, in the order of `names`.

    `least` are those of the extremes that are the smallest. `owner` is the column of the key by which cells are found
    again; `look_up` finds the extremes of cells anew, given as (value of the column `narrow`, *key).
    """

    table: Table
    columns: tuple[str, ...]
    sums: tuple[str, ...]
    extremes: tuple[str, ...]
    least: frozenset[str]
    owner: str
    narrow: str
    look_up: Callable[[Connection, Sequence[tuple[Any, ...]]], None]

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
    nothing: tuple[Any, ...] = (0,) * len(kept.sums)
    none: Extremes = (None,) * len(kept.extremes)
    rows = []
    gone: dict[Key, Extremes] = {}
    for key in sorted(before.keys() | after.keys()):
        was, now = before.get(key), after.get(key)
        some = now or was
        assert some is not None
        if was is None:
            rows.append((*key, *some.columns, *some.sums, *some.extremes))
            continue
        plus, extremes = (now.sums, now.extremes) if now else (nothing, none)
        sums = tuple(b - a for a, b in zip(was.sums, plus, strict=True))
        if any(sums) or was.extremes != extremes:
            # Where nothing is left of it, what was changes nothing: extremes that are required are there.
            rows.append((*key, *some.columns, *sums, *(extremes if now else was.extremes)))
        if any(a is not None and a != b for a, b in zip(was.extremes, extremes, strict=True)):
            gone[key] = was.extremes
    if not rows:
        return
    _upsert(connection, kept, rows)
    if before:
        empty = [row[: len(kept.key)] for row in rows if row[:len(kept.key)] in before]
        each(connection, f"DELETE FROM {kept.table.name} WHERE {is_cell(kept)} AND disclosures = 0", empty)  # noqa: S608
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
    kinds = [kept.table.c[name].type.compile(connection.dialect) for name in kept.names]
    arrays = ", ".join(f"%s::{kind.split('(')[0].lower()}[]" for kind in kinds)
    statement = f"{into} SELECT * FROM unnest({arrays}) {end}"  # noqa: S608
    connection.exec_driver_sql(statement, tuple(list(one) for one in zip(*rows, strict=True)))


def _look_up(connection: Connection, kept: Kept, gone: Mapping[Key, Extremes]) -> None:
    """Find the extremes again of the cells that lost one; their rows are locked by the upsert before."""
    at, owner = len(kept.key), kept.key.index(kept.owner)
    found = connection.execute(
        kept.table.select()
        .with_only_columns(*(kept.table.c[name] for name in (*kept.key, *kept.extremes, kept.narrow)))
        .where(bulk.among(connection, kept.table.c[kept.owner], sorted({key[owner] for key in gone})))
    )
    wanted = []
    for row in found:
        key, now = tuple(row[:at]), map(_plain, row[at : at + len(kept.extremes)])
        lost = gone.get(key)
        if lost and any(a is not None and a == b for a, b in zip(lost, now, strict=True)):
            wanted.append((row[-1], *key))
    if wanted:
        kept.look_up(connection, wanted)


def _plain(value: Any) -> Any:
    """A value as a contribution has it: dates are texts."""
    return value.isoformat() if isinstance(value, date) else value


def between(period: str | None) -> tuple[int, int]:
    """Between which recencies the disclosures of a year or month lie."""
    if not period:
        return recencies(date.min, date.min)
    year, month = int(period[:4]), int(period[5:] or 0)
    last = date(year, month or 12, 28).toordinal() + 3  # beyond the month does no harm
    return recencies(date(year, month or 1, 1), date.fromordinal(min(last, date.max.toordinal())))


def is_cell(kept: Kept) -> str:
    """The condition that a row has a key, its values as parameters."""
    return " AND ".join(f"{kept.table.name}.{name} = ?" for name in kept.key)


def each(connection: Connection, statement: str, rows: Sequence[Any]) -> None:
    """The statement for each of the rows of parameters."""
    if not rows:
        return
    if connection.dialect.name != "sqlite":
        statement = statement.replace("?", "%s")
    connection.exec_driver_sql(statement, [tuple(row) for row in rows])
