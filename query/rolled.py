"""Whether a rollup can answer: a filter said about its columns, and the smallest rollup that has them all.

A filter is about columns of `disclosure`. A rollup has some of these and, for the published date, its year and month:
a date at which one of them begins or ends is said by that. Anything else is answered from the disclosures.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any

from query.binding import Binding
from query.measures import DIMENSIONS
from query.plan import All, Compare, Condition, Has, Not, Some
from store.rollups import ROLLUPS, key_columns

# Relation → the column of a disclosure by which it is reached, and so of a rollup's cell.
_REACHED = {
    "disclosure.publisher": "publisher_id",
    "disclosure.region": "region",
    "disclosure.prefecture": "prefecture",
}
_RELATIONS = {"disclosure": (), "publisher.disclosures": ("publisher_id",)}
_COLUMNS = {"YEAR": "year", "QUARTER": "month", "MONTH": "month"}
# Operator → whether the date begins a period, and how the period is compared.
_BOUNDS = {"gte": True, "lt": True, "gt": False, "lte": False}


def dimension_columns(dimensions: Iterable[str]) -> set[str]:
    """The columns that a rollup needs to group by these."""
    return {_COLUMNS.get(name) or DIMENSIONS[name].column for name in dimensions}


def rollup(relation: str, columns: set[str]) -> str | None:
    """The smallest rollup that has the columns and is about all disclosures of the relation."""
    if relation not in _RELATIONS:
        return None
    needed = columns | set(_RELATIONS[relation])
    return next((one.name for one in ROLLUPS if needed <= set(key_columns(one))), None)


def columns_of(condition: Condition | None) -> set[str] | None:
    """The columns that a condition is about; None where it is about more than columns of one row."""
    match condition:
        case None:
            return set()
        case Compare(column=str(column)):
            return {column}
        case All(conditions=several) | Some(conditions=several):
            found: set[str] = set()
            for one in several:
                below = columns_of(one)
                if below is None:
                    return None
                found |= below
            return found
        case Not(condition=one):
            return columns_of(one)
        case Has(relation=relation) if relation in _REACHED:
            return {_REACHED[relation]}
        case _:
            return None


def rolled(
    wanted: Mapping[str, Any], one_field: Callable[[str, Any], Condition], bind: Binding
) -> Condition | None:
    """A DisclosureFilter as a condition on a rollup's columns, None where it cannot be one.

    `one_field` gives the condition of any field but those that this module reads itself.
    """
    parts: list[Condition] = []
    for name, value in wanted.items():
        if value is None:
            return None
        if name in ("and", "or"):
            several = [rolled(one, one_field, bind) for one in value]
            if any(one is None for one in several):
                return None
            found = tuple(one for one in several if one is not None)
            parts.append(All(found) if name == "and" else Some(found))
        elif name == "not":
            inner = rolled(value, one_field, bind)
            if inner is None:
                return None
            parts.append(Not(inner))
        elif name == "publishedDate":
            dates = [_period(operator, given, bind) for operator, given in value.items()]
            if any(one is None for one in dates):
                return None
            parts += [one for one in dates if one is not None]
        else:
            parts.append(one_field(name, value))
    return All(tuple(parts))


def _period(operator: str, value: Any, bind: Binding) -> Condition | None:
    """A comparison with a date, said about the month or year that begins or ends there."""
    if value is None:
        return None
    if operator == "isNull":
        return Compare("year", "isNull", negated=not value)
    if operator not in _BOUNDS:
        return None
    column, places = bind.split(value, partial(_bound, operator))
    return Compare(column, operator, places) if column else None


def _bound(operator: str, value: Any) -> tuple[str, tuple[str, ...]]:
    """The column that says a date, and its value there; no column where the date is within a month."""
    day = date.fromisoformat(value)
    if not _BOUNDS[operator] and day == date.max:
        return "", ()
    first = (
        day if _BOUNDS[operator] else day + timedelta(days=1)
    )  # of the next period, where the date ends one
    if first.day != 1:
        return "", ()
    return ("year", (value[:4],)) if first.month == 1 else ("month", (value[:7],))
