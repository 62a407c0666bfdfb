"""Sums kept beside the disclosures: what every rollup table holds, and how a change of disclosures changes it.

A rollup has one row (a cell) for each combination of its columns that occurs. Its counts and sums change by the
difference that a batch makes, in one upsert a table; a smallest or largest value that goes is looked up again. The
cells of `rollup_publisher` belong to a shard, whose writer is alone; those of the others are shared by all shards
and are therefore changed in one order, last in the transaction.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from sqlalchemy import Connection, Table

from store import bulk, tables
from store.identity import recencies

# The smallest first: who answers takes the first that has all the columns he needs.
ROLLUPS: tuple[Table, ...] = (tables.rollup_year, tables.rollup_month, tables.rollup_publisher)
# measure → its aggregate over the counted rows of `_select`
SUMS = {
    "disclosures": "count(*)",
    "reposts": "sum(repost)",
    "amounts": "count(amount)",
    "amount_high": "coalesce(sum(amount / 1000000000), 0)",
    "amount_low": "coalesce(sum(amount - amount / 1000000000 * 1000000000), 0)",
    "judged": "count(days)",
    "late": "count(CASE WHEN days > 0 THEN 1 END)",
    "late_days": "coalesce(sum(CASE WHEN days > 0 THEN days END), 0)",
}
EXTREMES = {
    "amount_minimum": "min(amount)",
    "amount_maximum": "max(amount)",
    "late_maximum": "max(CASE WHEN days > 0 THEN days END)",
}
_MEASURES = (*SUMS, *EXTREMES)
# What counts of a disclosure: no amount of one that is withdrawn or reposts another, no lateness of a withdrawn one.
AMOUNT = "CASE WHEN {d}.status = 'published' AND {d}.repost = 0 THEN {d}.amount_fen END"
DAYS = "CASE WHEN {d}.status = 'published' THEN {d}.days_late END"
_Cells = dict[tuple[str, ...], "_Cell"]


@dataclass(slots=True)
class _Cell:
    """The columns of a cell and what some disclosures contribute to it."""

    columns: tuple[Any, ...]
    sums: tuple[int, ...]
    extremes: tuple[int | None, ...]


def key_columns(rollup: Table) -> tuple[str, ...]:
    """What tells the cells of a rollup apart, without shard and cell."""
    names = [column.name for column in rollup.columns]
    return tuple(name for name in names if name not in ("shard", "cell", *_MEASURES))


def period(dialect: str, column: str, length: int) -> str:
    """The first characters of a date: 4 for its year, 7 for its month."""
    if dialect == "sqlite":
        return f"substr({column}, 1, {length})"
    return f"to_char({column}, '{'YYYY' if length == 4 else 'YYYY-MM'}')"


@contextmanager
def keeping(connection: Connection, ids: Sequence[str]) -> Iterator[None]:
    """Whatever happens to these disclosures meanwhile, the rollups say afterwards; ends where the transaction ends."""
    before = [_cells(connection, rollup, ids) for rollup in ROLLUPS]
    yield
    for rollup, then in reversed(list(zip(ROLLUPS, before, strict=True))):  # the shared ones last
        _settle(connection, rollup, then, _cells(connection, rollup, ids))


def rebuild(connection: Connection) -> None:
    """Make the rollups anew from all disclosures; who writes waits meanwhile, who reads does not."""
    if connection.dialect.name == "postgresql":
        names = ", ".join(rollup.name for rollup in ROLLUPS)
        connection.exec_driver_sql(f"LOCK TABLE {names} IN EXCLUSIVE MODE")
    for rollup in ROLLUPS:
        connection.exec_driver_sql(f"DELETE FROM {rollup.name}")  # noqa: S608
        connection.exec_driver_sql(filling(connection.dialect.name, rollup))


def filling(dialect: str, rollup: Table) -> str:
    """The statement that fills an empty rollup."""
    return f"INSERT INTO {rollup.name} ({', '.join(_names(rollup))}) {_select(dialect, rollup, '')}"


def _names(rollup: Table) -> list[str]:
    """The columns in the order in which this module has them: the key, what tells cells apart, sums, extremes."""
    return [*(column.name for column in rollup.primary_key.columns), *key_columns(rollup), *_MEASURES]


def _select(dialect: str, rollup: Table, where: str) -> str:
    """The cells of some disclosures, in the order of `_names`."""
    keys = key_columns(rollup)
    shard = ("shard",) if "shard" in rollup.columns else ()
    cell = " || '|' || ".join(f"coalesce({key}, '')" for key in keys)
    measures = SUMS | EXTREMES
    select = [*shard, cell, *keys, *(measures[name] for name in _MEASURES)]
    inner = ", ".join(
        [*shard, *(f"{_key(dialect, key, 'd')} AS {key}" for key in keys), "d.repost AS repost",
         f"{AMOUNT.format(d='d')} AS amount", f"{DAYS.format(d='d')} AS days"]
    )  # fmt: skip
    grouped = ", ".join([*shard, *keys])
    return f"SELECT {', '.join(select)} FROM (SELECT {inner} FROM disclosure d {where}) counted GROUP BY {grouped}"  # noqa: S608


def _key(dialect: str, key: str, alias: str) -> str:
    if key in ("year", "month"):
        return period(dialect, f"{alias}.published_date", 4 if key == "year" else 7)
    return f"{alias}.{key}"


def _cells(connection: Connection, rollup: Table, ids: Sequence[str]) -> _Cells:
    """What some disclosures contribute to a rollup now."""
    dialect = connection.dialect.name
    values: Any = list(ids)
    where = "WHERE d.id = ANY(%s)"
    if dialect == "sqlite":
        where, values = "WHERE d.id IN (SELECT value FROM json_each(?))", orjson.dumps(values).decode()
    query = _select(dialect, rollup, where)
    at = 2 if "shard" in rollup.columns else 1
    middle, end = at + len(key_columns(rollup)), at + len(key_columns(rollup)) + len(SUMS)
    return {
        tuple(row[:at]): _Cell(tuple(row[at:middle]), tuple(map(int, row[middle:end])), tuple(row[end:]))
        for row in connection.exec_driver_sql(query, (values,))
    }


def _settle(connection: Connection, rollup: Table, before: _Cells, after: _Cells) -> None:
    """Change a rollup by the difference between what was and what is."""
    nothing: tuple[Any, ...] = (0,) * len(SUMS)
    none: tuple[Any, ...] = (None,) * len(EXTREMES)
    rows = []
    gone: dict[tuple[str, ...], tuple[int | None, ...]] = {}
    for key in sorted(before.keys() | after.keys()):
        was, now = before.get(key), after.get(key)
        some = now or was
        assert some is not None
        minus, plus = was.sums if was else nothing, now.sums if now else nothing
        extremes = now.extremes if now else none
        sums = tuple(b - a for a, b in zip(minus, plus, strict=True))
        if any(sums) or (was and was.extremes != extremes) or not was:
            rows.append((*key, *some.columns, *sums, *extremes))
        if was and any(a is not None and a != b for a, b in zip(was.extremes, extremes, strict=True)):
            gone[key] = was.extremes
    if not rows:
        return
    _upsert(connection, rollup, rows)
    if gone:
        _look_up(connection, rollup, gone)
    if before:
        empty = [row[: len(rollup.primary_key.columns)] for row in rows]
        _each(connection, f"DELETE FROM {rollup.name} WHERE {_is_cell(rollup)} AND disclosures = 0", empty)  # noqa: S608


def _upsert(connection: Connection, rollup: Table, rows: list[tuple[Any, ...]]) -> None:
    names = _names(rollup)
    sets = [f"{name} = {rollup.name}.{name} + excluded.{name}" for name in SUMS]
    for name in EXTREMES:
        sign = "<" if name.endswith("minimum") else ">"
        stored, new = f"{rollup.name}.{name}", f"excluded.{name}"
        sets.append(
            f"{name} = CASE WHEN {stored} IS NULL OR {new} {sign} {stored} THEN {new} ELSE {stored} END"
        )
    key = ", ".join(column.name for column in rollup.primary_key.columns)
    end = f"ON CONFLICT ({key}) DO UPDATE SET {', '.join(sets)}"
    into = f"INSERT INTO {rollup.name} ({', '.join(names)})"
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(names))
        connection.exec_driver_sql(f"{into} VALUES ({marks}) {end}", rows)
        return
    kinds = [rollup.c[name].type.compile(connection.dialect) for name in names]
    arrays = ", ".join(f"%s::{kind.split('(')[0].lower()}[]" for kind in kinds)
    # The order of the rows is that in which the cells are locked, the same for every writer.
    statement = f"{into} SELECT * FROM unnest({arrays}) {end}"  # noqa: S608
    connection.exec_driver_sql(statement, tuple(list(one) for one in zip(*rows, strict=True)))


def _look_up(
    connection: Connection, rollup: Table, gone: Mapping[tuple[str, ...], tuple[int | None, ...]]
) -> None:
    """Find the extremes again of the cells that lost one; their rows are locked by the upsert before."""
    dialect = connection.dialect.name
    narrow = "month" if "month" in rollup.columns else "year"
    key, keys = [column.name for column in rollup.primary_key.columns], key_columns(rollup)
    found = connection.execute(
        rollup.select()
        .with_only_columns(*(rollup.c[name] for name in (*key, *EXTREMES)), rollup.c[narrow])
        .where(bulk.among(connection, rollup.c.cell, sorted({one[-1] for one in gone})))
    )
    wanted = []
    for row in found:
        cell, extremes, kept = row[: len(key)], gone.get(tuple(row[: len(key)])), row[len(key) : len(key) + 3]
        if extremes and any(a is not None and a == b for a, b in zip(extremes, kept, strict=True)):
            wanted.append((*_between(row[-1]), *cell))
    same = " AND ".join(
        f"({_key(dialect, name, 'd')} {'IS' if dialect == 'sqlite' else 'IS NOT DISTINCT FROM'} {rollup.name}.{name})"
        for name in keys if name != "type"
    )  # fmt: skip
    shard = f"d.shard = {rollup.name}.shard AND " if "shard" in key else ""
    rows = f"SELECT {AMOUNT.format(d='d')} AS amount, {DAYS.format(d='d')} AS days FROM disclosure d"  # noqa: S608
    values = ", ".join(EXTREMES.values())
    _each(
        connection,
        f"UPDATE {rollup.name} SET ({', '.join(EXTREMES)}) = (SELECT {values} FROM ({rows}"  # noqa: S608
        f" WHERE {shard}d.type = {rollup.name}.type AND d.recency BETWEEN ? AND ? AND {same}) counted)"
        f" WHERE {_is_cell(rollup)}",
        wanted,
    )


def _between(found: str | None) -> tuple[int, int]:
    """Between which recencies the disclosures of a year or month lie."""
    if found is None:
        return recencies(date.min, date.min)
    year, month = int(found[:4]), int(found[5:] or 0)
    last = date(year, month or 12, 28).toordinal() + 3  # beyond the month does no harm
    return recencies(date(year, month or 1, 1), date.fromordinal(min(last, date.max.toordinal())))


def _is_cell(rollup: Table) -> str:
    return " AND ".join(f"{rollup.name}.{column.name} = ?" for column in rollup.primary_key.columns)


def _each(connection: Connection, statement: str, rows: Sequence[Any]) -> None:
    if not rows:
        return
    if connection.dialect.name != "sqlite":
        statement = statement.replace("?", "%s")
    connection.exec_driver_sql(statement, [tuple(row) for row in rows])
