"""The first rows in the order of an index, tried before a list is read as a whole and sorted, on SQLite.

SQLite does not know how many rows meet a condition: to order those of a domain by amount it reads all of them, and to
find the newest of a county it goes through its prefecture. Among the first so many of an index there mostly are enough
for a page; where there are not, few meet the condition, and these are read and sorted. What is first among the first
is first of all, so the page is the same. PostgreSQL chooses by its own statistics.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from query.conditions import KINDS, where
from query.plan import All, Compare, Condition, parts_of
from query.relations import RELATIONS
from query.row import Row
from query.searched import leads
from query.spans import in_county
from store.identity import recencies

TRIED = 3_000  # rows of the index: a few milliseconds
_INDEXED = ("amount_fen", "days_late", "due_on")
# Days from the second of 1900 on are in the order of recency; before it stands what has no date.
_LEAST = recencies(date(1900, 1, 2), None)[0]
_OLDER = "EXISTS (SELECT 1 FROM rollup_domain o WHERE o.year < '1901')"
Orders = list[tuple[str, bool, str]]


@dataclass(frozen=True, slots=True)
class Walk:
    """An index: its first column in the page's order, what bounds it, what else has to hold for it to serve, and the
    condition by which all rows are read where the first are not enough.
    """

    column: str
    bounds: list[str]
    only: str = ""
    otherwise: Condition | None = None


def first(page: Any, conditions: list[str], orders: Orders) -> str:
    """SELECT of the page's rows (`query.page.Page`), the index's first tried; empty where that is of no use."""
    alias, t, w = page.related.alias, page.speller.alias("t"), page.speller.alias("w")
    walk = _walk(page, w)
    if walk is None:
        return ""
    flip, size = page.source.window.backward, f"{page.size} + 1"
    way = "DESC" if page.source.order[0].descending != flip else "ASC"
    ways = ", ".join(f"{w}.{one} {way}" for one in dict.fromkeys((walk.column, "recency")))
    bounds = " AND ".join(walk.bounds) or "1 = 1"
    begun = f"(SELECT {w}.* FROM disclosure {w} WHERE {bounds} ORDER BY {ways} LIMIT {TRIED}) {alias}"
    rest = page.clause.removeprefix(f"{page.related.rows} {alias}")
    met = all_met = " AND ".join(conditions) or "1 = 1"
    if walk.otherwise is not None:
        own = where(page.speller, walk.otherwise, page.related)
        all_met = " AND ".join([*page.joins, *own, *page.keyset(orders)])
    enough = f"(SELECT count(*) FROM {t}) = {size}"
    end = f"ORDER BY {page.order_by(orders, flip)} LIMIT {size}"
    # A condition that names no row is asked of every row; a table without a row is not joined with any.
    unless = f"(SELECT 1 WHERE NOT ({enough})) {page.speller.alias('g')} CROSS JOIN"
    return (
        f"WITH {t} AS MATERIALIZED (SELECT {alias}.* FROM {begun}{rest} WHERE {met}{walk.only} {end})"
        f" SELECT * FROM {t} WHERE {enough}"
        f" UNION ALL SELECT * FROM (SELECT {alias}.* FROM {unless} {page.clause} WHERE {all_met} {end})"
    )


def _walk(page: Any, w: str) -> Walk | None:
    """How the page's rows are walked to, from all disclosures."""
    source, orders, speller = page.source, page.source.order, page.speller
    if speller.dialect.name != "sqlite" or page.related.table != "disclosure" or page.walked or leads(page):
        return None
    key, flip = orders[0], source.window.backward
    values = source.window.before if flip else source.window.after
    if not RELATIONS[source.relation].is_root or any(value < 0 for value in values):
        return None
    sign = "<=" if key.descending != flip else ">="
    begins = [f"{speller.dialect.parameter(one, 'bigint')}" for one in values]
    if key.key == "recency" and (county := in_county(source.where)):
        bounds = where(speller, All(tuple(_prefecture(source.where))), Row("disclosure", w))
        return Walk("recency", bounds + [f"{w}.recency {sign} {one}" for one in begins[:1]], otherwise=county)
    if [orders[1].key, orders[1].descending] != ["recency", key.descending]:
        return None
    if key.key in _INDEXED and key.descending and source.where:
        own = [one for one in parts_of(source.where) if isinstance(one, Compare) and one.column == key.key]
        bounds = where(speller, All(tuple(own)), Row("disclosure", w)) if own else []
        begins = [speller.dialect.parameter(one, KINDS[key.key]) for one in values]
        bounds += [f"{w}.{key.key} {sign} {one}" for one in begins[:1]]
        return Walk(key.key, bounds, otherwise=in_county(source.where))
    if key.key == "published_date" and not key.descending and (values or not flip):
        bounds = [f"{w}.recency >= {_LEAST}", *(f"{w}.recency {sign} {one}" for one in begins[1:2])]
        return Walk("recency", bounds, f" AND NOT {_OLDER}")
    return None


def _prefecture(condition: Condition | None) -> list[Condition]:
    return [one for one in parts_of(condition) if isinstance(one, Compare) and one.column == "prefecture"]
