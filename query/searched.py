"""A page of what a search finds, spelled: the index gives the rows in their order, rank by rank.

SQLite's FTS5 gives row ids in order and jumps to a cursor's, so a page of the newest that have a frequent word costs
what the page has, where the index leads. PostgreSQL's gives all at once: `query/newest.py`.
"""

from typing import Protocol

from query.conditions import Relating, where
from query.newest import Reading, found, newest, of_index
from query.plan import All, Condition, Connection, Matches
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


def driven(page: Paging, condition: Condition | None, orders: Orders) -> tuple[str, list[str]]:
    """The FROM clause and conditions of a page; the search index leads where it has the page's order.

    From the root only: a parent's own rows are few, the rows that have a word may be many. The row id decides every
    tie, so `orders` loses what stands behind it: FTS5 gives its own order only where nothing else is asked for.
    """
    parts = _parts(condition)
    matches = next((part for part in parts if isinstance(part, Matches)), None)
    leads = page.related.table == "disclosure"
    recency = f"{page.related.alias}.recency"
    by_recency = next((expression for expression, _, _ in orders if not expression.isdigit()), "") == recency
    if not (matches and leads and by_recency) or not RELATIONS[page.source.relation].is_root:
        own = where(page.speller, condition, page.related)
        return page.clause, [*page.led, *page.joins, *own, *page.keyset(orders)]
    if page.speller.dialect.name == "postgresql":
        return _newest(page, matches, parts, orders)
    alias = page.speller.alias("f")
    keys = [(f"{alias}.rowid" if key == recency else key, down, kind) for key, down, kind in orders]
    orders[:] = keys[: 1 + [key for key, _, _ in orders].index(recency)]
    others = All(tuple(part for part in parts if part is not matches))
    terms = page.speller.dialect.parameter(matches.parameter)
    conditions = [f"{alias}.search MATCH {terms}", f"{recency} = {alias}.rowid"]
    conditions += [*where(page.speller, others, page.related), *page.keyset(keys)]
    return f"search {alias} CROSS JOIN {page.clause}", conditions


def _newest(page: Paging, matches: Matches, parts: list[Condition], orders: Orders) -> tuple[str, list[str]]:
    """The same on PostgreSQL."""
    flip, row, led = page.source.window.backward, page.related.alias, page.speller.alias("r")
    keys = [key for key in orders if not key[0].isdigit()]
    reading = Reading(page.order_by(keys, flip), keys[0][1] != flip, page.keyset(orders), f"{page.size} + 1")
    rows = newest(page, matches, [part for part in parts if part is not matches], reading)
    return f"{rows} {led} CROSS JOIN {page.clause}", [f"{row}.shard = {led}.shard", f"{row}.id = {led}.id"]


def counted(page: Paging) -> tuple[str, list[str]] | None:
    """What a count reads where PostgreSQL's index alone says what is found: the rows need not be looked up."""
    parts = _parts(page.source.where)
    matches = next((part for part in parts if isinstance(part, Matches)), None)
    if not matches or page.related.table != "disclosure" or page.speller.dialect.name != "postgresql":
        return None
    others = [part for part in parts if part is not matches]
    if not RELATIONS[page.source.relation].is_root or not all(map(of_index, others)):
        return None
    return found(page, matches, others)


def _parts(condition: Condition | None) -> list[Condition]:
    """What all has to hold."""
    if isinstance(condition, All):
        return [part for one in condition.conditions for part in _parts(one)]
    return [] if condition is None else [condition]


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
    flip = page.source.window.backward
    best_first = orders[0][1] != flip
    ranks = _numbered(page)
    row = page.related.alias
    left, names, spelled = f"{page.size} + 1", [], []
    for number, condition in ranks if best_first else reversed(ranks):
        keys = [(str(number), *orders[0][1:]), *orders[1:]]
        clause, conditions = driven(page, condition, keys)
        name = page.speller.alias("k")
        names.append(name)
        spelled.append(
            f"{name} AS (SELECT {row}.shard AS shard, {row}.id AS id, {number} AS standing FROM {clause}"
            f" WHERE {' AND '.join(conditions)} ORDER BY {page.order_by(keys[1:], flip)} LIMIT {left})"
        )
        left += f" - (SELECT count(*) FROM {name})"
    union = " UNION ALL ".join(f"SELECT * FROM {name}" for name in names)
    rows = f"(WITH {', '.join(spelled)} {union}) r CROSS JOIN {page.clause}"
    return rows, [f"{row}.shard = r.shard", f"{row}.id = r.id"]
