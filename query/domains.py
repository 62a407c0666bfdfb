"""The newest of a domain, on SQLite: those of each of its types, which an index has in their order.

No index has a whole domain in the order of its dates. SQLite would read all of it and sort, or walk through all
domains without knowing how rare this one is. So the page's own recencies are found first: the newest of each type,
merged. The types of other domains have nothing, which is known before any row is read. PostgreSQL chooses by its own
statistics.
"""

from typing import Any

from query.conditions import KINDS, LEADING, where
from query.plan import All, Compare, Condition
from query.row import Row


def recencies(page: Any, parts: list[Condition], orders: list[tuple[str, bool, str]], side: Any) -> list[str]:
    """A condition on the page's recencies, none where another index leads or the rows are not those of one domain."""
    types, domain = page.speller.types, _domain(parts)
    if domain is None or not types or page.speller.dialect.name != "sqlite":
        return []
    w = page.speller.alias("w")
    row = Row("disclosure", w)
    keys = [(key.replace(f"{page.related.alias}.", f"{w}."), down, kind) for key, down, kind in orders]
    asked = page.speller.dialect.parameter(domain.parameters[0], KINDS.get("domain", "text"))
    others = All(tuple(one for one in parts if one is not domain))
    rest = "".join(f" AND {one}" for one in [*where(page.speller, others, row), *side.bounds(keys)])
    each = (
        f"SELECT {w}.recency FROM disclosure {w} WHERE {w}.type = '{path}' AND {asked} = '{of}'{rest}"
        for path, of in types
    )
    way = "DESC" if orders[0][1] != side.flip else "ASC"
    return [
        f"{page.related.alias}.recency IN ({' UNION ALL '.join(each)} ORDER BY 1 {way} LIMIT {side.size})"
    ]


def _domain(parts: list[Condition]) -> Compare | None:
    """The condition on the domain, where the others are on columns of the row that lead by no index."""
    found = None
    for part in parts:
        if not isinstance(part, Compare) or not isinstance(part.column, str):
            return None
        if part.column == "domain" and part.operator == "eq" and found is None:
            found = part
        elif part.column in LEADING and part.operator in ("eq", "in"):
            return None
    return found
