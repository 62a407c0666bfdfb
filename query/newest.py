"""The newest of what a search finds, on PostgreSQL: block by block of recency, until the page is full.

A GIN index gives all rows that have a word, in no order: hundreds of thousands, to show twenty. It gives those of a
word and a block as well (query/blocks.py); the blocks are read in the page's order, small ones first.
"""

from dataclasses import dataclass
from typing import Any

from query.blocks import ladder, numbers
from query.conditions import where
from query.dialect import Dialect, held
from query.plan import All, Condition, Contains, Matches, Not
from query.row import asks_document

_NEAR = 64  # rows that the first block has about


@dataclass(frozen=True, slots=True)
class Reading:
    """How rows are read: ORDER BY, whose first key is recency, from where on, and how many."""

    order: str
    descending: bool
    begins: list[str]
    size: str


def newest(page: Any, matches: Matches, others: list[Condition], reading: Reading) -> str:
    """The page's rows (`query.page.Page`) that a search and other conditions find: their keys, in its order."""
    alias, order = page.related.alias, reading.order
    rows, conditions = found(page, matches, others)
    block = page.speller.alias("b")
    columns = ", ".join(f"{alias}.{name}" for name in ("shard", "id", "recency"))
    inside = " AND ".join([*conditions, f"{numbers('t.recency')} @> ARRAY[{block}.number]", *reading.begins])
    begins = " AND ".join(reading.begins) or "1 = 1"
    walk = f"SELECT {alias}.recency FROM {page.related.rows} {alias} WHERE {begins} ORDER BY {order}"
    blocks, sizes = ladder(f"({walk} LIMIT 1)", f"({walk} OFFSET {_NEAR} LIMIT 1)", reading.descending)
    # The order of the blocks is given twice: as they come in it, what they have needs no sort as a whole.
    return (
        f"(SELECT {columns} FROM (SELECT * FROM ({blocks}) l ORDER BY {sizes}) {block} CROSS JOIN LATERAL"
        f" (SELECT {columns} FROM {rows} WHERE {inside} ORDER BY {order} LIMIT {reading.size}) {alias}"
        f" ORDER BY {', '.join(f'{block}.{one}' for one in sizes.split(', '))}, {order} LIMIT {reading.size})"
    )


def found(page: Any, matches: Matches, others: list[Condition]) -> tuple[str, list[str]]:
    """The FROM clause and conditions of the rows that a search and other conditions find, `t` the row of its index."""
    speller, row = page.speller, page.related
    own = f"t.shard = {row.alias}.shard AND t.disclosure_id = {row.alias}.id"
    conditions = [f"t.terms @> {speller.dialect.parameter(matches.parameter)}::text[]"]
    conditions += [_held(speller.dialect, one) for one in others if of_index(one)]
    rest = All(tuple(one for one in others if not of_index(one)))
    if not rest.conditions:
        its = f"(SELECT t.shard, t.disclosure_id AS id, t.recency) {row.alias}"
        return f"search t CROSS JOIN LATERAL {its}", conditions
    leading, _ = speller.dialect.led("search t", row.table, row.alias, own)
    rows = page.clause if asks_document(rest) else f"{row.rows} {row.alias}"
    return f"{leading} {rows.removeprefix(row.rows + ' ')}", [*conditions, *where(speller, rest, row)]


def of_index(condition: Condition) -> bool:
    """Whether the index's row says it: a condition on the text."""
    return isinstance(condition.condition if isinstance(condition, Not) else condition, Contains)


def _held(dialect: Dialect, condition: Condition) -> str:
    if isinstance(condition, Not):
        return f"NOT ({_held(dialect, condition.condition)})"
    assert isinstance(condition, Contains)
    pieces = [dialect.parameter(one, "text") for one in condition.parameters]
    return held(pieces, condition.title, condition.none)
