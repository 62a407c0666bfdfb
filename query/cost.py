"""What a plan costs: the rows that it may make the database read, counted by one simple model before anything runs.

A row that is read counts 1, a document that is opened for it 1 more. A connection reads its page and one row more,
times what its filter has it test; what stands below it is read once for each row of the page. What counts or sums
reads a thousand rows, times the same. A condition that no index serves has each list look at some more, whatever its
size. It is a measure for comparing operations, not a forecast: an index may spare nearly all of it, and a rare word
may take more.
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from types import MappingProxyType
from typing import Any

import orjson

from query.plan import (
    ById,
    Compare,
    Condition,
    Connection,
    Edges,
    Has,
    Key,
    Many,
    Nodes,
    Part,
    Plan,
    Shape,
    Value,
)
from query.relations import RELATIONS

# Rows that a source reads each time, by its class; one that is not here reads none besides what stands below it.
READS: MappingProxyType[str, int] = MappingProxyType(
    {
        "One": 1,
        "Leaf": 1,
        "TotalCount": 1_000,
        "Statistics": 1_000,
        "Facets": 1_000,
        "Within": 1_000,
        "Highlights": 100,  # read by the program, not by the database
        "Differences": 100,  # the same
    }
)
FROM_A_ROLLUP = 50  # instead, where sums are kept ready
# Rows that a condition has to look at for one that it lets through, besides that one, by its class.
TESTS: MappingProxyType[str, int] = MappingProxyType(
    {"Compare": 0, "All": 0, "Some": 1, "Not": 1, "Matches": 1, "Has": 3, "Each": 3, "Counted": 3}
)
OTHER_TEST = 1
CONTAINS = 10  # looks at every row that nothing else keeps out
# Rows that a list has looked at besides, for each comparison that no index serves, and for each condition on the
# disclosures of something related: 5,000 and 250 of them are more than any operation may have.
UNSERVED, RELATED = 400, 8_000
SERVED = frozenset(
    ("id", "type", "domain", "region", "prefecture", "province", "published_date", "recency", "year", "month", "due_on",
     "days_late", "amount_fen", "local_id", "code", "organization_id", "uscc", "number", "name_start", "parent", "version")
)  # fmt: skip


def cost(plan: Plan, values: Sequence[Any]) -> int:
    """The rows of a plan with these parameters, of which only the sizes of pages count."""
    return sum(_reads(key.source, 1, values) for key in plan.keys)


def look_cost(shape: Shape, where: Condition | None, most: int, values: Sequence[Any]) -> int:
    """The rows of one look at a feed that gives so many disclosures at most."""
    return _filtered(most, where) + _reads(shape, most, values)


def _reads(
    node: Any, times: int, values: Sequence[Any], conditions: tuple[Condition | None, ...] = ()
) -> int:
    """The rows that a part of a plan reads; `conditions` are those of the list that it sums up."""
    match node:
        case Connection(relation=relation):
            size = int(values[node.window.size])
            grouped = node.grouping.where if node.grouping else None
            rows = times * _filtered(size + 1, node.where)
            rows += times * _filtered(RELATIONS[relation].reads, node.given.where, grouped)
            for key in node.keys:
                inside = isinstance(key.source, (Nodes, Edges))
                below = times * size if inside else times
                rows += _reads(key.source, below, values, () if inside else (node.where,))
            return rows
        case Many(relation=relation):
            rows = times * RELATIONS[relation].several
            made = times * _filtered(RELATIONS[relation].reads, node.given.where)
            return made + rows + _reads(node.shape, rows, values)
        case ById():
            size = times * len(orjson.loads(values[node.parameter]))
            return size + max(_reads(kind.shape, size, values) for kind in node.kinds)
        case Part():  # of the document that is open
            return sum(_reads(key.source, times, values) for key in node.shape.all_keys())
        case Shape():
            opened = any(isinstance(key.source, (Value, Part)) for key in node.all_keys())
            # A row is of one of the branches: the dearest counts.
            branches = [node.keys, *(keys for _, keys in node.branches)]
            return times * opened + max(
                sum(_reads(key.source, times, values) for key in keys) for keys in branches
            )
        case Key():
            return _reads(node.source, times, values, conditions)
        case _:
            rows = sum(_reads(one, times, values) for one in _below(node))
            reads = READS.get(type(node).__name__)
            if reads is None:
                return rows
            if getattr(node, "rollup", ""):
                reads = FROM_A_ROLLUP
            own = (getattr(node, name, None) for name in ("where", "having"))
            return rows + times * _filtered(reads, *conditions, *own)


def _filtered(rows: int, *conditions: Condition | None) -> int:
    """The rows that are looked at to find so many that meet conditions."""
    return rows * (1 + sum(map(_tests, conditions))) + sum(map(_looks, conditions))


def _looks(condition: Any) -> int:
    """The rows that a list looks at for a condition, however many it lets through."""
    match condition:
        case Compare(column=column, operator=operator):
            return 0 if column in SERVED and operator != "isNull" else UNSERVED
        case Has(relation=relation) if relation.endswith(".disclosures"):
            return RELATED + _looks(condition.where)
        case _:
            return sum(map(_looks, _below(condition)))


def _tests(condition: Any) -> int:
    if condition is None:
        return 0
    found = TESTS.get(type(condition).__name__, OTHER_TEST)
    if getattr(condition, "operator", "") == "contains" or type(condition).__name__ == "Contains":
        found += CONTAINS
    return found + sum(map(_tests, _below(condition)))


def _below(node: Any) -> Iterator[Any]:
    """The parts of a plan that stand directly below one; a source's condition is counted with it."""
    if not is_dataclass(node):
        return
    for name in (field.name for field in fields(node)):
        if name == "where" and type(node).__name__ in READS:
            continue
        value = getattr(node, name)
        for one in value if isinstance(value, tuple) else (value,):
            if is_dataclass(one):
                yield one
