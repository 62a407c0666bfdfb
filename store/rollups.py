"""Sums kept beside the disclosures: what every rollup table holds, and how a change of disclosures changes it.

A rollup has one row (a cell) for each combination of its columns that occurs. Its counts and sums change by the
difference that a batch makes (store/cells.py); a smallest or largest value that goes is looked up again. The cells of
a smaller rollup are made of those of a greater one. The cells of `rollup_publisher` belong to a shard, whose writer is
alone; those of the others are shared by all shards and are therefore changed in one order, last in the transaction.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from operator import add, itemgetter
from typing import Any

from sqlalchemy import Connection, Table

from store import bulk, involvement, tables
from store.cells import Cell, Cells, Kept, between, settle
from store.identity import recencies

# The smallest first: who answers takes the first that has all the columns he needs.
ROLLUPS: tuple[Table, ...] = (
    tables.rollup_type, tables.rollup_domain, tables.rollup_year, tables.rollup_method, tables.rollup_month,
    tables.rollup_publisher,
)  # fmt: skip
# Those whose cells grow with publishers or months, by name.
LARGE = frozenset((tables.rollup_month.name, tables.rollup_publisher.name))
# rollup → the greater one whose cells its own are made of
_MADE_OF = {
    tables.rollup_type.name: tables.rollup_year,
    tables.rollup_domain.name: tables.rollup_year,
    tables.rollup_year.name: tables.rollup_month,
}
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
_LEAST = frozenset(["amount_minimum"])
_MEASURES = (*SUMS, *EXTREMES)
# What counts of a disclosure: no amount of one that is withdrawn or reposts another, no lateness of a withdrawn one.
AMOUNT = "CASE WHEN {d}.status = 'published' AND {d}.repost = 0 THEN {d}.amount_fen END"
DAYS = "CASE WHEN {d}.status = 'published' THEN {d}.days_late END"


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
def keeping(
    connection: Connection, ids: Sequence[str], known: Sequence[str] | None = None
) -> Iterator[involvement.Span]:
    """Whatever happens to these disclosures meanwhile, the rollups say afterwards; ends where the transaction ends.

    `known` are those that are there before, where that is known. The span takes in others whose parties change.
    """
    there = ids if known is None else known
    before, span = _cells(connection, there), involvement.Span(connection, ids, there)
    yield span
    whole = span.written.keys() >= set(ids)
    rows = [one.disclosure for one in span.written.values()]
    after = _of_each(lambda rollup: _counted(rollup, rows)) if whole else _cells(connection, ids)
    span.settle()
    for rollup in reversed(ROLLUPS):  # the shared ones last
        settle(connection, _KEPT[rollup.name], before[rollup.name], after[rollup.name])


def rebuild(connection: Connection) -> None:
    """Make the rollups anew from all disclosures; who writes waits meanwhile, who reads does not."""
    kept = (*_KEPT.values(), involvement.KEPT)
    if connection.dialect.name == "postgresql":
        names = ", ".join(one.table.name for one in kept)
        connection.exec_driver_sql(f"LOCK TABLE {names} IN EXCLUSIVE MODE")
    for one in kept:
        connection.exec_driver_sql(f"DELETE FROM {one.table.name}")  # noqa: S608
    for rollup in reversed(ROLLUPS):
        names = ", ".join(_KEPT[rollup.name].names)
        cells = _select(connection.dialect.name, rollup, "")
        connection.exec_driver_sql(f"INSERT INTO {rollup.name} ({names}) {cells}")
    involvement.fill(connection)


def _select(dialect: str, rollup: Table, where: str) -> str:
    """The cells of some disclosures, or of the greater rollup, in the order of `Kept.names`."""
    keys, measures = key_columns(rollup), SUMS | EXTREMES
    shard = ("shard",) if "shard" in rollup.columns else ()
    cell = " || '|' || ".join(f"coalesce({key}, '')" for key in keys)
    source = ""
    if rollup.name in _MADE_OF:
        source = _MADE_OF[rollup.name].name
        measures = {name: f"sum({name})" for name in SUMS} | {n: f"{_aggregate(n)}({n})" for n in EXTREMES}
    select = ", ".join([*shard, cell, *keys, *(measures[name] for name in _MEASURES)])
    grouped = ", ".join([*shard, *keys])
    if not source:
        inner = ", ".join(
            [*shard, *(f"{_key(dialect, key, 'd')} AS {key}" for key in keys), "d.repost AS repost",
             f"{AMOUNT.format(d='d')} AS amount", f"{DAYS.format(d='d')} AS days"]
        )  # fmt: skip
        source = f"(SELECT {inner} FROM disclosure d {where}) counted"  # noqa: S608
    return f"SELECT {select} FROM {source} GROUP BY {grouped}"  # noqa: S608


def _aggregate(extreme: str) -> str:
    return "min" if extreme in _LEAST else "max"


def _key(dialect: str, key: str, alias: str) -> str:
    if key in ("year", "month"):
        return period(dialect, f"{alias}.published_date", 4 if key == "year" else 7)
    return f"{alias}.{key}"


def _cells(connection: Connection, ids: Sequence[str]) -> dict[str, Cells]:
    """What some disclosures contribute to each rollup now."""
    if not ids:
        return {rollup.name: {} for rollup in ROLLUPS}
    condition, parameter = bulk.one_of(connection, "d.id", ids)

    def read(rollup: Table) -> Cells:
        query = _select(connection.dialect.name, rollup, f"WHERE {condition}")
        return _KEPT[rollup.name].cells(connection.exec_driver_sql(query, (parameter,)).all())

    return _of_each(read)


def _of_each(greatest: Callable[[Table], Cells]) -> dict[str, Cells]:
    """The cells of each rollup, given what makes those of one that is made of no other."""
    found: dict[str, Cells] = {}
    for rollup in reversed(ROLLUPS):
        if rollup.name in _MADE_OF:
            greater = _MADE_OF[rollup.name]
            found[rollup.name] = _smaller(rollup, greater, found[greater.name])
        else:
            found[rollup.name] = greatest(rollup)
    return found


def _counted(rollup: Table, rows: Sequence[Mapping[str, Any]]) -> Cells:
    """The cells of rows that were just written, which nobody withdrew yet."""
    columns, shard = itemgetter(*key_columns(rollup)), "shard" in rollup.columns
    made: dict[tuple[Any, ...], list[int]] = {}
    extremes: dict[tuple[Any, ...], list[Any]] = {}
    for row in rows:
        own = columns(row)
        key = (row["shard"] if shard else "", own)
        sums = made.get(key)
        if sums is None:
            sums, found = made[key], extremes[key] = [0] * len(SUMS), [None] * len(EXTREMES)
        else:
            found = extremes[key]
        amount, days = None if row["repost"] else row["amount_fen"], row["days_late"]
        sums[0] += 1
        sums[1] += row["repost"]
        if amount is not None:
            high, low = involvement.halves(amount)
            sums[2] += 1
            sums[3] += high
            sums[4] += low
            found[0] = amount if found[0] is None or amount < found[0] else found[0]
            found[1] = amount if found[1] is None or amount > found[1] else found[1]
        if days is not None:
            sums[5] += 1
            if days > 0:
                sums[6] += 1
                sums[7] += days
                found[2] = days if found[2] is None or days > found[2] else found[2]
    return {
        (*((place,) if shard else ()), "|".join([one or "" for one in own])): Cell(
            own, tuple(sums), tuple(extremes[place, own])
        )
        for (place, own), sums in made.items()
    }


def _smaller(rollup: Table, greater: Table, cells: Cells) -> Cells:
    """Cells of a rollup from those of a greater one."""
    columns = key_columns(greater)
    places = [columns.index(name) for name in key_columns(rollup)]
    made: Cells = {}
    for one in cells.values():
        own = tuple(one.columns[place] for place in places)
        key = ("|".join(column or "" for column in own),)
        known = made.get(key)
        if known is None:
            made[key] = Cell(own, one.sums, one.extremes)
        else:
            extremes = tuple(map(_further, EXTREMES, known.extremes, one.extremes))
            made[key] = Cell(own, tuple(map(add, known.sums, one.sums)), extremes)
    return made


def _further(extreme: str, one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other) if extreme in _LEAST else max(one, other)


def _found(rollup: Table, dialect: str, least: str, greatest: str) -> str:
    """The extremes of a cell anew: among its disclosures, or among the cells of the greater rollup."""
    equal = "IS" if dialect == "sqlite" else "IS NOT DISTINCT FROM"
    greater = _MADE_OF.get(rollup.name)
    alias = "d" if greater is None else "g"
    same = []
    for name in (*(("shard",) if "shard" in rollup.columns else ()), *key_columns(rollup)):
        value = f"g.{name}" if greater is not None else _key(dialect, name, "d")
        same.append(f"{value} {'=' if not rollup.c[name].nullable else equal} {rollup.name}.{name}")
    if greater is not None:
        values = ", ".join(f"{_aggregate(name)}(g.{name})" for name in EXTREMES)
        return f"SELECT {values} FROM {greater.name} g WHERE {' AND '.join(same)}"  # noqa: S608
    rows = (
        f"SELECT {AMOUNT.format(d=alias)} AS amount, {DAYS.format(d=alias)} AS days FROM disclosure {alias}"  # noqa: S608
    )
    where = " AND ".join([f"d.recency BETWEEN {least} AND {greatest}", *same])
    return f"SELECT {', '.join(EXTREMES.values())} FROM ({rows} WHERE {where}) counted"  # noqa: S608


def _kept(rollup: Table) -> Kept:
    columns = key_columns(rollup)
    narrow = next((columns.index(name) for name in ("month", "year") if name in columns), 0)
    return Kept(
        rollup, columns, tuple(SUMS), tuple(EXTREMES), _LEAST, partial(_found, rollup),
        lambda _, values: recencies(None, None) if narrow == 0 else between(values[narrow]),
    )  # fmt: skip


_KEPT = {rollup.name: _kept(rollup) for rollup in ROLLUPS}
