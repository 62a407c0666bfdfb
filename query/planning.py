"""Whether PostgreSQL plans a statement once, or anew for each request's values.

Planning takes longer than most statements: by keys, by equal values, by a cursor. An index serves each of their values
alike. How many rows are within a range, or have a word, only the values tell, and a plan made without them reads a
whole table for a value that no row has; so it does where few rows meet a condition and the list has another order.
And where rows are grouped, a bound that is not known is taken for a tenth of them, and groups are joined one by one.
"""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from query.plan import (
    All,
    Compare,
    Connection,
    Contains,
    Counted,
    Facets,
    Featured,
    Matches,
    Plan,
    Statistics,
    TotalCount,
    Within,
)
from query.relations import RELATIONS

ONCE, ANEW = "force_generic_plan", "force_custom_plan"  # of PostgreSQL's setting plan_cache_mode
_ALIKE = ("eq", "ne", "in", "isNull")  # operators
_BY_DATE = ("recency", "version")


def mode(plan: Plan) -> str:
    """The setting that the plan's statement wants."""
    return ANEW if any(map(_by_values, _parts(plan, ()))) else ONCE


def _by_values(part: Any) -> bool:
    match part:
        case Matches() | Contains() | Counted():
            return True
        case Compare(operator=operator):
            return operator not in _ALIKE
        case Featured(comparisons=comparisons):
            return any(operator not in _ALIKE for operator, _ in comparisons)
        case Connection(order=(first, *_), where=where):
            return where is not None and first.key not in _BY_DATE
        case Statistics(rollup=rollup):
            return not rollup
        case _:
            return False


def _parts(value: Any, spared: tuple[Any, ...]) -> Iterator[Any]:
    """The value and what it is made of, but for what is spared."""
    if value in spared:
        return
    if is_dataclass(value):
        yield value
        if isinstance(value, Connection):
            spared = _led(value)
        for one in fields(value):
            yield from _parts(getattr(value, one.name), spared)
    elif isinstance(value, tuple):
        for one in value:
            yield from _parts(one, spared)


def _led(connection: Connection) -> tuple[Any, ...]:
    """The search of a list whose statement itself says what is read first (`query.newest`), and counts nothing."""
    counts = any(isinstance(key.source, TotalCount | Facets | Statistics | Within) for key in connection.keys)
    if counts or not RELATIONS[connection.relation].is_root or connection.order[0].key != "recency":
        return ()
    where = connection.where
    return tuple(
        one for one in (where.conditions if isinstance(where, All) else (where,)) if isinstance(one, Matches)
    )
