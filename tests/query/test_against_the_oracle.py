"""Made-up operations: the compiled answer is the oracle's, value by value and key by key, on every database.

OPENALLOC_OPERATIONS=5000 compares more of them, OPENALLOC_SEED=1 others; a failure shows the smallest operation that
fails and the number from which the whole was made.
"""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, get_args

import pytest
from graphql import GraphQLInputObjectType

from api.faults import InvalidOperationError
from api.operation import Request
from query import plan
from query.arguments import FILTERS
from query.errors import QueryError
from query.measures import DIMENSIONS
from query.operators import OPERATORS
from tests.query.comparison import Comparison
from tests.query.oracle import Oracle
from tests.query.shrinking import smallest

COUNT = int(os.environ.get("OPENALLOC_OPERATIONS", "2000"))  # compared on each database
SEED = int(os.environ.get("OPENALLOC_SEED", "0"))
CHUNK = 50
SPACE = 1_000  # numbers that belong to a chunk
# So many may be refused: for sizes that cannot be known beforehand, and by what an old SQLite can parse.
TRIES = 3 * CHUNK


@pytest.mark.parametrize("chunk", range(-(-COUNT // CHUNK)))
def test_compiled_answers_are_the_oracles(comparison: Comparison, chunk: int) -> None:
    """Of each chunk's numbers as many as it takes until every database was compared CHUNK times."""
    comparison.compared.clear()
    newest, *_ = comparison.services
    first = (SEED * 1_000_000 + chunk) * SPACE
    for number in range(first, first + TRIES):
        small = comparison.compared[newest] >= CHUNK  # for the oldest, which could not parse the deepest
        operation = comparison.made_up(number, small)
        fault = comparison.fault(operation)
        if fault:
            # Smaller, with the same fault as far as its first words tell.
            least = smallest(operation, lambda one, kind=fault[:30]: comparison.fault(one)[:30] == kind)
            pytest.fail(
                f"operation {number}{' small' * small}: {fault}\n{operation.query}\n{json.dumps(operation.variables)}\n\n"
                f"The smallest: {comparison.fault(least)}\n{least.query}\n{json.dumps(least.variables)}"
            )
        if min(comparison.compared[name] for name in comparison.services) >= CHUNK:
            return
    pytest.fail(f"only {dict(comparison.compared)} were compared in {TRIES} tries")


# What the operations are made of.

SAMPLE = 2_000


def test_the_made_up_operations_use_everything(comparison: Comparison) -> None:
    schema = comparison.oracle.schema
    assert schema.query_type
    roots = set(schema.query_type.fields)
    operators = set(OPERATORS) | {"some", "none", "every", "count", "where"}
    filters = {one.name for fields in FILTERS.values() for one in fields} | {"and", "or", "not"}
    arguments = {"first", "last", "after", "before", "search", "orderBy", "filter", "ASC", "DESC"}
    others = {"@skip", "@include", "__typename", "fragment", "null"}
    missing = roots | operators | filters | arguments | set(DIMENSIONS) | others
    for number in range(SAMPLE):
        missing -= set(re.findall(r"@?\w+", comparison.made_up(number).query))
    assert missing == set()


def test_the_made_up_operations_become_every_kind_of_source(comparison: Comparison) -> None:
    service = comparison.services["sqlite"]
    missing = {one.__name__ for one in (*get_args(plan.Source), *get_args(plan.Condition))}
    for number in range(SAMPLE):
        operation = comparison.made_up(number)
        try:
            node, planner = service.planned(Request(operation.query, operation.variables))
            made = planner.plan(node, {})
        except (QueryError, InvalidOperationError):
            continue
        missing -= {type(one).__name__ for one in parts(made)}
        if not missing:
            return
    pytest.fail(f"never used: {missing}")


def parts(value: Any) -> Iterator[Any]:
    """A plan and everything in it."""
    if is_dataclass(value):
        yield value
        for one in fields(value):
            yield from parts(getattr(value, one.name))
    elif isinstance(value, tuple):
        for one in value:
            yield from parts(one)


def test_every_input_of_the_schema_is_known_to_the_model(comparison: Comparison) -> None:
    types = comparison.oracle.schema.type_map.items()
    inputs = {name for name, one in types if isinstance(one, GraphQLInputObjectType)}
    model = comparison.services["sqlite"].model
    assert inputs == {*model.filters, *model.comparisons, *model.orders, "StatisticsOrder"}


def test_both_databases_hold_the_same(comparison: Comparison) -> None:
    """Else one reference would not do for both."""
    mine = comparison.oracle
    other = Oracle(mine.catalog, comparison.services["postgresql"].reader.engine)
    assert mine.rows.keys() == other.rows.keys()
    for name, rows in mine.rows.items():
        assert rows == other.rows[name], name
