"""A page of what a search finds, spelled: the index gives the rows in their order, rank by rank.

SQLite's FTS5 gives row ids in order and jumps to a cursor's, so a page of the newest that have a frequent word costs
what the page has, where the index leads. PostgreSQL's gives all at once: `query/newest.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from query.conditions import Relating, where
from query.domains import recencies
from query.newest import Reading, found, newest, of_index
from query.plan import All, Condition, Connection, Matches, parts_of
from query.relations import RELATIONS
from query.row import Row

Orders = list[tuple[str, bool, str]]


class Paging(Protocol):
    """The page at hand (`query.page.Page`)."""

    source: Connection
    related: Row
    clause: str
    joins: list[str]
    led: list[str]
    size: str

    @property
    def speller(self) -> Relating: ...
    def order_by(self, orders: Orders, flip: bool) -> str: ...
    def keyset(self, orders: Orders) -> list[str]: ...
    def beyond(self, values: tuple[int, ...], orders: Orders, forward: bool, own: bool = False) -> str: ...


@dataclass(frozen=True, slots=True)
class Side:
    """The rows on one side of a cursor: whether they are read against the order, what bounds them, and how many are wanted."""

    flip: bool
    bounds: Callable[[Orders], list[str]]
    size: str

    @classmethod
    def of_page(cls, page: Paging) -> "Side":
        return cls(page.source.window.backward, page.keyset, f"{page.size} + 1")

    @classmethod
    def behind(cls, page: Paging) -> "Side":
        """The first row before the cursor that the page begins at, or that cursor's own."""
        window = page.source.window
        values = window.before if window.backward else window.after

        def bounds(orders: Orders) -> list[str]:
            return [page.beyond(values, orders, forward=window.backward, own=True)]

        return cls(window.backward, bounds, "1")


def driven(page: Paging, condition: Condition | None, orders: Orders, side: Side) -> tuple[str, list[str]]:
    """The FROM clause and conditions of a page; the search index leads where it has the page's order.

    From the root only: a parent's own rows are few, the rows that have a word may be many. Recency decides every
    tie, so `orders` loses what stands behind it: FTS5 gives its own order only where nothing else is asked for.
    """
    parts = parts_of(condition)
    matches = next((part for part in parts if isinstance(part, Matches)), None)
    recency = f"{page.related.alias}.recency"
    if not matches or not leads(page):
        own = where(page.speller, condition, page.related)
        if page.source.order[0].key == "recency" and _of_all(page):
            only = recencies(page, parts, orders, side)
            if only:  # these say all of it, and no other index is tempting then
                return page.clause, only
        return page.clause, [*page.led, *page.joins, *own, *side.bounds(orders)]
    del orders[1 + [key for key, _, _ in orders].index(recency) :]
    if page.speller.dialect.name == "postgresql":
        return _newest(page, matches, parts, orders, side)
    alias = page.speller.alias("f")
    orders[:] = [(f"{alias}.rowid" if key == recency else key, down, kind) for key, down, kind in orders]
    others = All(tuple(part for part in parts if part is not matches))
    terms = page.speller.dialect.parameter(matches.parameter)
    conditions = [f"{alias}.search MATCH {terms}", f"{recency} = {alias}.rowid"]
    conditions += [*where(page.speller, others, page.related), *side.bounds(orders)]
    return f"search {alias} CROSS JOIN {page.clause}", conditions


def _newest(
    page: Paging, matches: Matches, parts: list[Condition], orders: Orders, side: Side
) -> tuple[str, list[str]]:
    """The same on PostgreSQL."""
    row, led = page.related.alias, page.speller.alias("r")
    keys = [key for key in orders if not key[0].isdigit()]
    order = page.order_by(keys, side.flip)
    reading = Reading(order, keys[0][1] != side.flip, side.bounds(orders), side.size)
    rows = newest(page, matches, [part for part in parts if part is not matches], reading)
    own = f"{row}.shard = {led}.shard AND {row}.number = {led}.number"
    leading, _ = page.speller.dialect.led(f"{rows} {led}", page.related.table, row, own)
    return f"{leading} {page.clause.removeprefix(page.related.rows + ' ')}", ["1 = 1"]


def leads(page: Paging) -> bool:
    """Whether the search index has the page's order, and the page is read from it."""
    by_recency = page.source.order[1 if by_ranks(page) else 0].key == "recency"
    return (
        by_recency and _of_all(page) and any(isinstance(one, Matches) for one in parts_of(page.source.where))
    )


def _of_all(page: Paging) -> bool:
    """Whether the rows are taken from all disclosures, and no other index leads."""
    return page.related.table == "disclosure" and RELATIONS[page.source.relation].is_root and not page.led


def behind(page: Paging, orders: Orders) -> str:
    """Whether there is a row behind the cursor that the page begins at, as a condition."""
    each = [(orders, page.source.where)]
    if by_ranks(page):
        each = [([(str(number), *orders[0][1:]), *orders[1:]], one) for number, one in _numbered(page)]
    side = Side.behind(page)
    found = []
    for keys, condition in each:
        rows, conditions = driven(page, condition, keys, side)
        order = page.order_by([key for key in keys if not key[0].isdigit()], side.flip)
        # As a value: of EXISTS the order is not kept, and from the other end all might be read.
        found.append(
            f"(SELECT 1 FROM {rows} WHERE {' AND '.join(conditions)} ORDER BY {order} LIMIT 1) IS NOT NULL"
        )
    return f"({' OR '.join(found)})"


def counted(page: Paging) -> tuple[str, list[str]] | None:
    """What a count reads where the index alone says what is found: the rows need not be looked up."""
    parts = parts_of(page.source.where)
    matches = next((part for part in parts if isinstance(part, Matches)), None)
    others = [part for part in parts if part is not matches]
    if not matches or not _of_all(page):
        return None
    if page.speller.dialect.name == "sqlite":
        alias = page.speller.alias("f")
        terms = page.speller.dialect.parameter(matches.parameter)
        return None if others else (f"search {alias}", [f"{alias}.search MATCH {terms}"])
    return found(page, matches, others) if all(map(of_index, others)) else None


def by_ranks(page: Paging) -> bool:
    """Whether the page is read rank by rank: by relevance first, and from the root, where the rows found may be many.

    Under a parent SQLite could not: there no WITH may name the parent.
    """
    by_relevance = bool(page.source.ranks) and page.source.order[0].key == "relevance"
    return by_relevance and RELATIONS[page.source.relation].is_root


def rank(page: Paging, *, of_page: bool) -> str:
    """The rank of a row, as an expression: of the page's rows, or of any."""
    if of_page and by_ranks(page):
        return "r.standing"
    cases = [
        f"WHEN {' AND '.join(where(page.speller, condition, page.related))} THEN {number}"
        for number, condition in _numbered(page)
    ]
    return f"CASE {' '.join(cases)} END"


def _numbered(page: Paging) -> list[tuple[int, Condition]]:
    ranks = page.source.ranks
    return [(len(ranks) - 1 - at, condition) for at, condition in enumerate(ranks)]


def ranked(page: Paging, orders: Orders) -> tuple[str, list[str]]:
    """The FROM clause and conditions of a page by relevance: no rank is read further than the page is wide, nor without need.

    The rows of each rank are as many as the ranks before have left of the page.
    """
    side = Side.of_page(page)
    flip = side.flip
    best_first = orders[0][1] != flip
    ranks = _numbered(page)
    row = page.related.alias
    left, names, spelled = side.size, [], []
    for number, condition in ranks if best_first else reversed(ranks):
        keys = [(str(number), *orders[0][1:]), *orders[1:]]
        clause, conditions = driven(page, condition, keys, replace(side, size=left))
        name = page.speller.alias("k")
        names.append(name)
        spelled.append(
            f"{name} AS (SELECT {row}.shard AS shard, {row}.number AS number, {number} AS standing FROM {clause}"
            f" WHERE {' AND '.join(conditions)} ORDER BY {page.order_by(keys[1:], flip)} LIMIT {left})"
        )
        left += f" - (SELECT count(*) FROM {name})"
    union = " UNION ALL ".join(f"SELECT * FROM {name}" for name in names)
    rows = f"(WITH {', '.join(spelled)} {union}) r CROSS JOIN {page.clause}"
    return rows, [f"{row}.shard = r.shard", f"{row}.number = r.number"]
