"""The newest of what a search finds, on PostgreSQL: block by block of recency, until the page is full.

A GIN index gives all rows that have a word, in no order: hundreds of thousands, to show twenty. It gives those of a
word and a block as well (query/blocks.py); the blocks are read in the page's order, small ones first.
"""

from dataclasses import dataclass
from typing import Any

from query.blocks import ladder, numbers
from query.conditions import LEADING, where
from query.dialect import Dialect, held
from query.plan import All, Compare, Condition, Contains, Matches, Not
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
    columns = ", ".join(f"{alias}.{name}" for name in ("shard", "number", "recency"))
    inside = " AND ".join([*conditions, f"{numbers('t.recency')} @> ARRAY[{block}.number]", *reading.begins])
    blocks, steps = ladder(
        _edges(page, [one for one in others if _is_narrow(one)], reading), reading.descending
    )
    # The order of the blocks is given twice: as they come in it, what they have needs no sort as a whole.
    return (
        f"(SELECT {columns} FROM (SELECT * FROM ({blocks}) l ORDER BY {steps}) {block} CROSS JOIN LATERAL"
        f" (SELECT {columns} FROM {rows} WHERE {inside} ORDER BY {order} LIMIT {reading.size}) {alias}"
        f" ORDER BY {', '.join(f'{block}.{one}' for one in steps.split(', '))}, {order} LIMIT {reading.size})"
    )


def _edges(page: Any, narrow: list[Condition], reading: Reading) -> str:
    """SELECT of the recencies `first`, `near` and `last` of the rows among which the page's are; the index has them."""
    alias, down = page.related.alias, reading.descending
    begins = " AND ".join([*where(page.speller, All(tuple(narrow[:1])), page.related), *reading.begins])
    walk = f"SELECT {alias}.recency FROM {page.related.rows} {alias} WHERE {begins} ORDER BY {alias}.recency"
    ways = ("DESC", "ASC") if down else ("ASC", "DESC")
    first, near = ("max", "min") if down else ("min", "max")
    return (
        f"SELECT {first}(w.recency) AS first, {near}(w.recency) AS near, ({walk} {ways[1]} LIMIT 1) AS last"
        f" FROM ({walk} {ways[0]} LIMIT {_NEAR}) w"
    )


def found(page: Any, matches: Matches, others: list[Condition]) -> tuple[str, list[str]]:
    """The FROM clause and conditions of the rows that a search and other conditions find, `t` the row of its index."""
    speller, row = page.speller, page.related
    # Behind a SELECT no value can be guessed from: a frequent word must not make the database read all the terms.
    conditions = [f"t.terms @> (SELECT {speller.dialect.parameter(matches.parameter)}::text[])"]
    conditions += [_held(speller.dialect, one) for one in others if of_index(one)]
    rest = All(tuple(one for one in others if not of_index(one)))
    if not rest.conditions:
        its = f"(SELECT t.shard, t.disclosure_number AS number, t.recency) {row.alias}"
        return f"search t CROSS JOIN LATERAL {its}", conditions
    narrow = where(speller, All(tuple(one for one in rest.conditions if _is_narrow(one))), row)
    own = " AND ".join([f"{row.alias}.recency = t.recency", *narrow])  # an index has both
    leading, _ = speller.dialect.led("search t", row.table, row.alias, own)
    rows = page.clause if asks_document(rest) else f"{row.rows} {row.alias}"
    return f"{leading} {rows.removeprefix(row.rows + ' ')}", [*conditions, *where(speller, rest, row)]


def _is_narrow(condition: Condition) -> bool:
    match condition:
        case Compare(column=column, operator="eq"):
            return column in LEADING
        case _:
            return False


def of_index(condition: Condition) -> bool:
    """Whether the index's row says it: a condition on the text."""
    return isinstance(condition.condition if isinstance(condition, Not) else condition, Contains)


def _held(dialect: Dialect, condition: Condition) -> str:
    if isinstance(condition, Not):
        return f"NOT ({_held(dialect, condition.condition)})"
    assert isinstance(condition, Contains)
    pieces = [dialect.parameter(one, "text") for one in condition.parameters]
    return held(pieces, condition.title, condition.none)
