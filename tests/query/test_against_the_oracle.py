"""Made-up operations: the compiled answer is the oracle's, value by value and key by key, on every database.

OPENALLOC_OPERATIONS=5000 tries more of them; a failure names the number from which its operation is made.
"""

import json
import os
import random
import re
from decimal import Decimal
from typing import Any

import pytest
from graphql import GraphQLInputObjectType

from api.operation import Request, Service
from query.arguments import FILTERS
from query.operators import OPERATORS
from query.orders import ORDER_INPUTS
from tests.query.operations import Maker, Operation
from tests.query.oracle import Oracle
from tests.query.vocabulary import Vocabulary

COUNT = int(os.environ.get("OPENALLOC_OPERATIONS", "300"))
CHUNK = 30
# What the maker cannot know beforehand: fields of two types behind one interface that do not merge, and sizes.
REFUSED = ("Q022", "Q051", "Q102", "Q105", "Q109", "Q110", "Q111", "Q115")


def made_up(oracle: Oracle, number: int) -> Operation:
    """The operation of a number; the same on both databases."""
    return Maker(oracle.schema, Vocabulary(oracle), random.Random(number)).make()


def answered(service: Service, operation: Operation) -> dict[str, Any]:
    """The response, in which no object may have a key twice."""
    body = service.answer(Request(operation.query, operation.variables)).body
    made: dict[str, Any] = json.loads(body, object_pairs_hook=_object)
    return made


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    assert len(dict(pairs)) == len(pairs), f"a key stands twice: {[key for key, _ in pairs]}"
    return dict(pairs)


def difference(mine: Any, other: Any, path: str = "data") -> str:
    """Where two JSON values first differ, the order of keys included; empty where they do not."""
    if isinstance(mine, dict) and isinstance(other, dict):
        if list(mine) != list(other):
            return f"{path}: keys {list(mine)} / {list(other)}"
        return next(filter(None, (difference(mine[key], other[key], f"{path}.{key}") for key in mine)), "")
    if isinstance(mine, list) and isinstance(other, list):
        if len(mine) != len(other):
            return f"{path}: {len(mine)} / {len(other)} elements"
        pairs = enumerate(zip(mine, other, strict=True))
        return next(filter(None, (difference(a, b, f"{path}[{at}]") for at, (a, b) in pairs)), "")
    same = mine == other and isinstance(mine, bool) == isinstance(other, bool)
    same = same or (path.lower().endswith("cursor") and _parts(mine) == _parts(other) is not None)
    return "" if same else f"{path}: {mine!r} / {other!r}"


def _parts(cursor: Any) -> list[Any] | None:
    """The parts of a cursor, in which each database spells a document's number as it keeps it."""
    if not isinstance(cursor, str):
        return None
    found = bytes.fromhex(cursor).decode().split("|")
    return [Decimal(part) if re.fullmatch(r"-?[0-9.]+([eE][-+]?[0-9]+)?", part) else part for part in found]


@pytest.mark.parametrize("chunk", range(max(COUNT // CHUNK, 1)))
def test_compiled_answers_are_the_oracles(services: dict[str, Service], oracle: Oracle, chunk: int) -> None:
    compared = dict.fromkeys(services, 0)
    for number in range(chunk * CHUNK, (chunk + 1) * CHUNK):
        operation = made_up(oracle, number)
        expected: Any = None
        for name, service in services.items():
            found = answered(service, operation)
            if "errors" in found:
                code = found["errors"][0]["extensions"]["code"]
                # The older SQLite cannot parse the deepest statements, and has to say so.
                assert code in REFUSED or (code == "Q201" and name != service.reader.engine.dialect.name), (
                    f"operation {number} on {name}: {found['errors'][0]}\n{operation.query}\n{operation.variables}"
                )
                continue
            expected = expected or oracle.answer(operation.query, operation.variables)
            unlike = difference(expected, found["data"])
            assert not unlike, (
                f"operation {number} on {name}: {unlike}\n{operation.query}\n{operation.variables}"
            )
            compared[name] += 1
    assert compared[service.reader.engine.dialect.name] > CHUNK * 0.7, "most operations can be answered"
    assert min(compared.values()) > CHUNK * 0.2


def test_the_made_up_operations_use_everything(service: Service, oracle: Oracle) -> None:
    text = " ".join(made_up(oracle, number).query for number in range(600))
    words = set(re.findall(r"@?\w+", text))
    assert service.schema.query_type
    roots = set(service.schema.query_type.fields)
    operators = set(OPERATORS) | {"some", "none", "every", "count", "where"}
    filters = {one.name for fields in FILTERS.values() for one in fields} | {"and", "or", "not"}
    arguments = {"first", "last", "after", "before", "search", "orderBy", "filter", "ASC", "DESC"}
    wanted = roots | operators | filters | arguments | {"@skip", "@include", "__typename", "fragment", "null"}
    assert wanted - words == set()


def test_every_input_of_the_schema_is_known_to_the_model(service: Service, oracle: Oracle) -> None:
    inputs = {n for n, one in oracle.schema.type_map.items() if isinstance(one, GraphQLInputObjectType)}
    model = service.model
    orders = {f"{target}Order" for target in model.orders}
    assert inputs == {*model.filters, *model.comparisons, *orders, "StatisticsOrder", *ORDER_INPUTS}
