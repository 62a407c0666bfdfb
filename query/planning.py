"""Whether PostgreSQL plans a statement once, or anew for each request's values.

Planning takes longer than most statements: by keys, by equal values, by a cursor. An index serves each of their values
alike. How many rows are within a range, or have a word, only the values tell, and a plan made without them reads a
whole table for a value that no row has; so it does where few rows meet a condition and the list has another order.
And where rows are grouped, a bound that is not known is taken for a tenth of them, and groups are joined one by one.
"""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from query.plan import Compare, Connection, Contains, Counted, Featured, Matches, Plan, Statistics

ONCE, ANEW = "force_generic_plan", "force_custom_plan"  # of PostgreSQL's setting plan_cache_mode
_ALIKE = ("eq", "ne", "in", "isNull")  # operators
_BY_DATE = ("recency", "version")


def mode(plan: Plan) -> str:
    """The setting that the plan's statement wants."""
    return ANEW if any(map(_by_values, _parts(plan))) else ONCE


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


def _parts(value: Any) -> Iterator[Any]:
    if is_dataclass(value):
        yield value
        for one in fields(value):
            yield from _parts(getattr(value, one.name))
    elif isinstance(value, tuple):
        for one in value:
            yield from _parts(one)
