"""Numbers come out as they were stored: every digit of an amount, every bit of a float, on every build of SQLite."""

import json
import sqlite3
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, update

from api.operation import Service
from query.dialect import PostgreSQL, SQLite
from schemas.catalog import Catalog
from store import tables
from store.engine import sqlite_driver
from tests.query import records
from tests.query.test_statements import data

DRIVERS = {module.sqlite_version: module for module in (sqlite3, sqlite_driver())}
FEN = {
    0: 0, 1: 0.01, 5: 0.05, 10: 0.1, 100: 1, 1999: 19.99, -1: -0.01, -5: -0.05, -1999: -19.99, -100: -1,
    999_999_999_999_999: 9999999999999.99, 9_007_199_254_740_991: 90071992547409.91, 2**62: 2**62 / 100,
}  # fmt: skip


def spelled(module: Any, expression: str, value: Any) -> str:
    """What an SQLite says a JSON object with the expression of a column is."""
    connection = module.connect(":memory:")
    try:
        (text,) = connection.execute(
            f"SELECT json_object('x', {expression}) FROM (SELECT :v AS c)", {"v": value}
        ).fetchone()
    finally:
        connection.close()
    return str(text)


@pytest.mark.parametrize("module", DRIVERS.values(), ids=DRIVERS)
@pytest.mark.parametrize(("fen", "yuan"), FEN.items())
def test_fen_are_yuan_to_the_last_digit(module: Any, fen: int, yuan: float) -> None:
    assert json.loads(spelled(module, SQLite().divide("c", 2), fen)) == {"x": yuan}


@pytest.mark.parametrize("module", DRIVERS.values(), ids=DRIVERS)
def test_what_is_not_there_is_null(module: Any) -> None:
    for expression in (SQLite().divide("c", 2), SQLite().float("c")):
        assert spelled(module, expression, None) == '{"x":null}'


@given(fen=st.integers(-(2**62), 2**62))
def test_any_amount_is_divided_exactly(fen: int) -> None:
    for module in DRIVERS.values():
        assert json.loads(spelled(module, SQLite().divide("c", 2), fen))["x"] == fen / 100
        assert json.loads(spelled(module, SQLite().divide("c", 4), fen))["x"] == fen / 10_000


@given(number=st.floats(min_value=-1e15, max_value=1e15, allow_subnormal=False))
def test_any_float_keeps_its_bits(number: float) -> None:
    for module in DRIVERS.values():
        assert json.loads(spelled(module, SQLite().float("c"), number))["x"] == number


def test_both_databases_answer_the_same_numbers(engine: Engine, catalog: Catalog) -> None:
    """Amounts, unit prices, areas and quantities put into the tables, read by a query."""
    records.store(engine, catalog)
    area, price = 26668.533333333333, 9_999_999_999_999_999
    with engine.begin() as connection:
        for column, value in (
            (tables.lot.c.area, area),
            (tables.item.c.quantity, 1 / 3),
            (tables.item.c.unit_price, price),
        ):
            connection.execute(update(column.table).values({column.name: value}))
    query = "{ disclosures(first: 100) { nodes { lots { area } items { quantity price } } } }"
    nodes = data(Service(catalog, engine), query)["disclosures"]["nodes"]
    lots = [lot for node in nodes for lot in node["lots"]]
    items = [item for node in nodes for item in node["items"]]
    assert {lot["area"] for lot in lots} == {area}
    assert {(item["quantity"], item["price"]) for item in items} == {(1 / 3, price / 10_000)}


COMPARED = [
    ("eq", 19.99, [1999]), ("eq", 19.995, []), ("ne", 19.99, [1998, 2000]), ("ne", 19.995, [1998, 1999, 2000]),
    ("in", [19.98, 19.995], [1998]), ("in", [19.995], []), ("lt", 19.99, [1998]), ("lt", 19.995, [1998, 1999]),
    ("lte", 19.99, [1998, 1999]), ("lte", 19.995, [1998, 1999]), ("gt", 19.99, [2000]), ("gt", 19.995, [2000]),
    ("gte", 19.99, [1999, 2000]), ("gte", 19.995, [2000]),
]  # fmt: skip


def test_an_amount_between_two_fen_is_compared_exactly(engine: Engine, catalog: Catalog) -> None:
    records.store(engine, catalog)
    column = tables.disclosure.c.amount_fen
    with engine.begin() as connection:
        connection.execute(update(tables.disclosure).values(amount_fen=None))
        for fen, type_ in zip((1998, 1999, 2000), catalog.types, strict=False):
            where = tables.disclosure.c.type == type_
            connection.execute(update(tables.disclosure).where(where).values({column.name: fen}))
    service = Service(catalog, engine)
    for operator, yuan, fen_ in COMPARED:
        type_ = "[Float!]" if operator == "in" else "Float"
        query = f"query ($yuan: {type_}) {{ disclosures(first: 100, filter: {{amount: {{{operator}: $yuan}}}}) {{ nodes {{ amount }} }} }}"
        found = {node["amount"] for node in data(service, query, yuan=yuan)["disclosures"]["nodes"]}
        assert found == {fen / 100 for fen in fen_}, (operator, yuan)


def test_chunks_of_an_object_join_whatever_stands_at_their_ends() -> None:
    assert PostgreSQL().join_objects("a", "b") == "(left((a)::text, -1) || ',' || substr((b)::text, 2))::json"
    for module in DRIVERS.values():
        joined = SQLite().join_objects('json(\'{"a":{"b":{}}}\')', 'json(\'{"c":"}"}\')')
        assert spelled(module, joined, 1) == '{"x":{"a":{"b":{}},"c":"}"}}'
