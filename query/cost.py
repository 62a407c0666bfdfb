"""What a plan costs: the rows that it may make the database read, counted by one simple model before anything runs.

A row that is read counts 1, a document that is opened for it 1 more. A connection reads its page and one row more,
times what its filter has it test; what stands below it is read once for each row of the page. What counts or sums
reads a thousand rows, times the same. It is a measure for comparing operations, not a forecast: an index may spare
nearly all of it, and a rare word may take more.
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from types import MappingProxyType
from typing import Any

import orjson

from query.plan import ById, Connection, Edges, Key, Many, Nodes, Part, Plan, Shape, Value
from query.relations import RELATIONS

# Rows that a source reads each time, by its class; one that is not here reads none besides what stands below it.
READS: MappingProxyType[str, int] = MappingProxyType(
    {
        "One": 1,
        "Leaf": 1,
        "TotalCount": 1_000,
        "Statistics": 1_000,
        "Facets": 1_000,
        "Grouping": 1_000,
        "Highlights": 2,
    }
)
FROM_A_ROLLUP = 50  # instead, where sums are kept ready
# Rows that a condition has to look at for one that it lets through, besides that one, by its class.
TESTS: MappingProxyType[str, int] = MappingProxyType(
    {"Compare": 0, "All": 0, "Some": 1, "Not": 1, "Matches": 1, "Has": 3, "Each": 3, "Counted": 3}
)
OTHER_TEST = 1
CONTAINS = 10  # looks at every row that nothing else keeps out


def cost(plan: Plan, values: Sequence[Any]) -> int:
    """The rows of a plan with these parameters, of which only the sizes of pages count."""
    return sum(_reads(key.source, 1, values) for key in plan.keys)


def _reads(node: Any, times: int, values: Sequence[Any], tests: int = 1) -> int:
    match node:
        case Connection():
            size = int(values[node.window.size])
            tests = 1 + _tests(node.where)
            rows = times * (size + 1) * tests
            for key in node.keys:
                inside = isinstance(key.source, (Nodes, Edges))
                rows += _reads(key.source, times * size if inside else times, values, 1 if inside else tests)
            return rows
        case Many(relation=relation):
            rows = times * RELATIONS[relation].several
            made = times * RELATIONS[relation].reads * (1 + _tests(node.given.where))
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
            return _reads(node.source, times, values, tests)
        case _:
            reads = READS.get(type(node).__name__, 0)
            if reads >= FROM_A_ROLLUP and getattr(node, "rollup", None):
                reads = FROM_A_ROLLUP
            tests += _tests(getattr(node, "where", None))
            return times * reads * tests + sum(_reads(one, times, values) for one in _below(node))


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
