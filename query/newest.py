"""The newest of what a search finds, on PostgreSQL: a bounded walk by date first, the index of terms only for the rest.

A GIN index gives all rows that have a word, in no order: hundreds of thousands, to show twenty. Of a frequent word
the newest rows have enough, so a number of them is looked at one by one; what they lack comes from the index. A
statement's part with LIMIT 0 is not carried out.
"""

from typing import Any

from query.conditions import LEADING, where
from query.plan import All, Compare, Condition, Matches
from query.row import asks_document
from store.terms import SIGNS

WALKED = 5_000


def newest(
    page: Any, matches: Matches, others: list[Condition], orders: list[tuple[str, bool, str]]
) -> tuple[str, list[str]]:
    """The FROM clause and conditions of a page (`query.page.Page`) that is ordered by recency."""
    speller, row, flip = page.speller, page.related, page.source.window.backward
    alias = row.alias
    keys = [key for key in orders if not key[0].isdigit()]
    order = page.order_by(keys, flip)
    begins = page.keyset(orders)
    narrow = [one for one in others if _is_narrow(one)]
    loose = [one for one in others if not _is_narrow(one)]
    rows = page.clause if asks_document(All(tuple(others))) else f"{row.rows} {alias}"
    walk = f"WHERE {' AND '.join([*where(speller, All(tuple(narrow)), row), *begins])} ORDER BY {order}"
    columns = ", ".join(f"{alias}.{name}" for name in ("shard", "id", "recency"))
    terms = speller.dialect.parameter(matches.parameter)
    # As a value this is asked of one row after the other; EXISTS might be joined as a whole. A list of terms is slow to
    # look through: that each of them is somewhere in the text is looked at first.
    has = (
        f"(SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM unnest({terms}::text[]) u WHERE strpos(t.text, rtrim(u, '{SIGNS}')) = 0)"
        f" THEN t.terms @> {terms}::text[] END FROM search t"
        f" WHERE t.shard = {alias}.shard AND t.disclosure_id = {alias}.id LIMIT 1)"
    )
    near, far = speller.alias("k"), speller.alias("k")
    size = f"{page.size} + 1"
    walked = f"(SELECT {alias}.* FROM {row.rows} {alias} {walk} LIMIT {WALKED}) {alias}"
    nearer = walked + rows.removeprefix(f"{row.rows} {alias}")
    checked = " AND ".join([has, *where(speller, All(tuple(loose)), row)])
    last = f"(SELECT {alias}.recency, {alias}.id FROM {row.rows} {alias} {walk} OFFSET {WALKED - 1} LIMIT 1)"
    beyond = f"ROW({alias}.recency, {alias}.id) {'<' if keys[0][1] != flip else '>'} {last}"
    rest = " AND ".join(
        [f"t.terms @> {terms}::text[]", *where(speller, All(tuple(others)), row), *begins, beyond]
    )
    own = f"t.shard = {alias}.shard AND t.disclosure_id = {alias}.id"
    leading, _ = speller.dialect.led("search t", "disclosure", alias, own)
    further = f"{leading} {rows.removeprefix(row.rows + ' ')}"
    found = (
        f"(WITH {near} AS (SELECT {columns} FROM {nearer} WHERE {checked} ORDER BY {order} LIMIT {size}),"
        f" {far} AS (SELECT {columns} FROM {further} WHERE {rest} ORDER BY {order}"
        f" LIMIT {size} - (SELECT count(*) FROM {near}))"
        f" SELECT * FROM {near} UNION ALL SELECT * FROM {far})"
    )
    led = speller.alias("r")
    return f"{found} {led} CROSS JOIN {page.clause}", [
        f"{alias}.shard = {led}.shard",
        f"{alias}.id = {led}.id",
    ]


def _is_narrow(condition: Condition) -> bool:
    match condition:
        case Compare(column=column, operator="eq"):
            return column in LEADING  # the walk may be narrowed by an equal value
        case _:
            return False
