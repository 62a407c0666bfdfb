"""What filters mean, case by case: numbers, moments, long texts, lists, related records, and what they may not be."""

import json
import shutil
from collections.abc import Iterator
from copy import copy
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine

from api.operation import Request, Service
from api.preparing import Preparer
from query.filtering import DEPTH, RELATED
from query.run import Reader
from schemas.catalog import Catalog
from store.draft import Entry
from store.engine import connect, writing
from store.reindex import reindex
from store.writing import write
from tests.query.records import NOW
from tests.query.test_statements import data

TYPE = "land/invented"
# Of the invented type: a number, a date-time, an amount, an integer, a text, a list of texts, a boolean.
NUMBER, MOMENT, MONEY, INTEGER = "inventedAc", "inventedAf", "inventedAi", "inventedAb"
TEXT, TEXTS, BOOLEAN = "inventedAa", "inventedAl", "inventedAd"


@pytest.fixture(scope="module")
def filled(
    request: pytest.FixtureRequest, stored: Engine, service: Service, tmp_path_factory: Any
) -> Iterator[Service]:
    """A database with one record for each of some values, its number in `localId`."""
    if stored.dialect.name == "sqlite":
        path = tmp_path_factory.mktemp("filled") / "openalloc.db"
        url = f"sqlite:///{shutil.copy(request.getfixturevalue('sqlite_template'), path)}"
    else:
        url = request.getfixturevalue("postgresql_uri")("filled")
        template = request.getfixturevalue("postgresql_template")
        with psycopg.connect(
            request.getfixturevalue("postgresql_uri")("postgres"), autocommit=True
        ) as server:
            server.execute("DROP DATABASE IF EXISTS filled")
            server.execute(f"CREATE DATABASE filled TEMPLATE {template} STRATEGY file_copy")
    engine, toy_catalog = connect(url), service.catalog
    of_type = toy_catalog.types[TYPE]
    given: dict[str, dict[str, Any]] = {
        "cents": {NUMBER: 19.99, MONEY: {"amount": 19.99}, MOMENT: "2024-03-01T00:30:00+08:00", TEXTS: ["甲", "乙"]},
        "tenth": {NUMBER: 0.1, MONEY: {"amount": 0.1}, MOMENT: "2024-02-29T16:30:00Z", TEXTS: ["甲"]},
        "sum": {NUMBER: 0.30000000000000004, MONEY: {"amount": 100}, MOMENT: "2024-03-01", BOOLEAN: False},
        "third": {NUMBER: 0.3, MONEY: {"amount": 9999999999999.99}, MOMENT: "2024-03-01T23:59:59.9+08:00", TEXT: "a|b~c"},
        "large": {NUMBER: 123456789.12345678, INTEGER: 7, MOMENT: "2024-03-01T16:00:00Z", TEXT: "Ab" + "长" * 198},
        "longer": {NUMBER: 1e-7, INTEGER: 8, TEXT: "Ab" + "长" * 198 + "尾"},
        "bare": {},
    }  # fmt: skip
    with writing(engine) as connection:
        entries = [
            Entry(
                {"schema": of_type.name, "localId": name, "publisher": of_type.sample["publisher"], **values},
                of_type,
            )
            for name, values in given.items()
        ]
        write(connection, entries, toy_catalog, None, NOW)
    yield another(service, engine)
    engine.dispose()


def another(service: Service, engine: Engine) -> Service:
    """The same service over another database, or with a reader that knows nothing yet."""
    made = copy(service)
    made.reader = Reader(engine, service.reader.stages)
    made.preparer = Preparer(service.catalog, service.model, service.schema, service.limits, made.reader)
    return made


def found(service: Service, wanted: str, order: str = "") -> list[str]:
    """The numbers of the records that meet a filter, in the order of the answer."""
    query = f"{{ landInventeds(filter: {wanted}{order}) {{ nodes {{ localId }} }} }}"
    return [node["localId"] for node in data(service, query)["landInventeds"]["nodes"]]


def refused(service: Service, query: str) -> str:
    """The code with which an operation is refused."""
    code: str = json.loads(service.answer(Request(query)).body)["errors"][0]["extensions"]["code"]
    return code


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (f"{{{NUMBER}: {{eq: 19.99}}}}", {"cents"}),
        (f"{{{NUMBER}: {{eq: 0.3}}}}", {"third"}),
        (f"{{{NUMBER}: {{gt: 0.3, lt: 1}}}}", {"sum"}),
        (f"{{{NUMBER}: {{eq: 0.00000010}}}}", {"longer"}),
        (f"{{{NUMBER}: {{eq: 123456789.12345678}}}}", {"large"}),
        (f"{{{NUMBER}: {{between: [0.1, 0.3]}}}}", {"tenth", "third"}),
        (f"{{{NUMBER}: {{in: [0.1, 1e-7, 5]}}}}", {"tenth", "longer"}),
        (f"{{{NUMBER}: {{ne: 0.1}}}}", {"cents", "sum", "third", "large", "longer"}),
        (f"{{not: {{{NUMBER}: {{ne: 0.1}}}}}}", {"tenth", "bare"}),
        (f"{{{NUMBER}: {{isNull: true}}}}", {"bare"}),
        (f"{{{MONEY}: {{amount: {{eq: 9999999999999.99}}}}}}", {"third"}),
        (f"{{{MONEY}: {{amount: {{lt: 9999999999999.99, gte: 19.99}}}}}}", {"cents", "sum"}),
        (f"{{{MONEY}: {{isNull: true}}}}", {"large", "longer", "bare"}),
        (f"{{{MOMENT}: {{eq: \"2024-03-01\"}}}}", {"cents", "tenth", "sum", "third"}),
        (f"{{{MOMENT}: {{eq: \"2024-03-01T00:30:00+08:00\"}}}}", {"cents", "tenth"}),
        (f"{{{MOMENT}: {{gt: \"2024-03-01\"}}}}", {"large"}),
        (f"{{{MOMENT}: {{lte: \"2024-02-29T16:00:00Z\"}}}}", {"sum"}),
        (f"{{{MOMENT}: {{ne: \"2024-03-01\"}}}}", {"large"}),
        (f"{{{MOMENT}: {{in: [\"2024-03-01\", \"2024-03-02\"]}}}}", {"cents", "tenth", "sum", "third", "large"}),
        (f"{{{BOOLEAN}: {{eq: false}}}}", {"sum"}),
        (f"{{{TEXT}: {{startsWith: \"Ab\"}}}}", {"large", "longer"}),
        (f"{{{TEXT}: {{startsWith: \"ab\"}}}}", set()),
        (f"{{{TEXT}: {{contains: \"AB\"}}}}", {"large", "longer"}),
        (f"{{{TEXT}: {{eq: \"Ab{'长' * 198}\"}}}}", {"large"}),
        (f"{{{TEXT}: {{eq: \"Ab{'长' * 198}尾\"}}}}", {"longer"}),
        (f"{{{TEXT}: {{gt: \"Ab{'长' * 198}\"}}}}", {"longer", "third"}),
        (f"{{{TEXTS}: {{some: {{eq: \"乙\"}}}}}}", {"cents"}),
        (f"{{{TEXTS}: {{every: {{eq: \"甲\"}}}}, {NUMBER}: {{lt: 20}}}}", {"tenth", "sum", "third", "longer"}),
        (f"{{{TEXTS}: {{count: {{gte: 1}}}}}}", {"cents", "tenth"}),
        (f"{{{TEXTS}: {{count: {{where: {{eq: \"甲\"}}, eq: 0}}}}, {NUMBER}: {{gt: 1}}}}", {"large"}),
        ("{localId: {in: []}}", set()),
    ],
)  # fmt: skip
def test_values_compare_exactly(filled: Service, wanted: str, expected: set[str]) -> None:
    assert set(found(filled, wanted)) == expected


def test_the_index_and_the_documents_answer_alike(filled: Service, toy_catalog: Catalog) -> None:
    """A type's featured leaves are read from the index where it is whole, else from the documents."""
    of_type = toy_catalog.types["land/grant-result"]
    lots = [
        [{"parcelNumber": "甲", "parcelArea": 1.5}, {"parcelNumber": "乙", "parcelArea": 3}],
        [{"parcelNumber": "甲", "parcelArea": 3}],
        [{"parcelNumber": "长" * 250, "price": {"amount": 19.99}}],
        [{"parcelNumber": "长" * 200}],
    ]
    with writing(filled.reader.engine) as connection:
        entries = [
            Entry({"schema": of_type.name, "localId": f"g{at}", "publisher": {"name": "某局"}, "lots": one,
                   "regionDetails": f"地{at % 2}"}, of_type)
            for at, one in enumerate(lots)
        ]  # fmt: skip
        write(connection, entries, toy_catalog, None, NOW)
    wanted = [
        '{regionDetails: {eq: "地1"}}', '{regionDetails: {gte: "地0", lt: "地1"}}', '{regionDetails: {in: ["地1", "x"]}}',
        '{regionDetails: {startsWith: "地"}}', '{not: {regionDetails: {eq: "地1"}}}', '{regionDetails: {between: ["地", "地0"]}}',
        '{lots: {some: {parcelNumber: {eq: "甲"}, parcelArea: {eq: 3}}}}', '{lots: {some: {parcelArea: {gt: 2}}}}',
        '{lots: {some: {price: {amount: {eq: 19.99}}}}}', f'{{lots: {{some: {{parcelNumber: {{eq: "{"长" * 250}"}}}}}}}}',
        f'{{lots: {{some: {{parcelNumber: {{eq: "{"长" * 200}"}}}}}}}}',
    ]  # fmt: skip
    query = "{ landGrantResults(filter: %s) { totalCount nodes { localId } } }"
    fresh = another(filled, filled.reader.engine)
    whole = [data(fresh, query % one) for one in wanted]
    assert "land/grant-result" in fresh.reader.indexed(toy_catalog)
    with writing(filled.reader.engine) as connection:
        connection.exec_driver_sql("DELETE FROM derived")
        connection.exec_driver_sql("DELETE FROM feature")
    plain = another(filled, filled.reader.engine)
    assert plain.reader.indexed(toy_catalog) == frozenset()
    assert [data(plain, query % one) for one in wanted] == whole
    assert all(one["landGrantResults"]["totalCount"] for one in whole)
    reindex(filled.reader.engine, toy_catalog)
    again = another(filled, filled.reader.engine)
    assert "land/grant-result" in again.reader.indexed(toy_catalog)
    assert [data(again, query % one) for one in wanted] == whole


def test_values_of_another_kind_are_nothing(filled: Service) -> None:
    """Documents that no schema let through do not break a query, and are no values."""
    engine = filled.reader.engine
    odd = {
        NUMBER: "19.99",
        MOMENT: 5,
        MONEY: "x",
        TEXT: 7,
        TEXTS: "甲",
        BOOLEAN: "true",
        INTEGER: [1],
        "lots": [],
    }
    with writing(engine) as connection:
        where = "WHERE disclosure_number = (SELECT number FROM disclosure WHERE local_id = 'cents')"
        before = connection.exec_driver_sql(f"SELECT body FROM document {where}").scalar_one()
        mark = "?" if engine.dialect.name == "sqlite" else "%s"
        connection.exec_driver_sql(f"UPDATE document SET body = {mark} {where}", (json.dumps(odd),))
    kept = before if isinstance(before, str) else json.dumps(before)
    try:
        _are_nothing(filled)
    finally:
        with writing(engine) as connection:
            connection.exec_driver_sql(f"UPDATE document SET body = {mark} {where}", (kept,))


def _are_nothing(filled: Service) -> None:
    for name in (NUMBER, MOMENT, TEXT, BOOLEAN, INTEGER):
        assert "cents" in found(filled, f"{{{name}: {{isNull: true}}}}"), name
        assert "cents" not in found(filled, f"{{{name}: {{isNull: false}}}}"), name
    assert "cents" not in found(filled, f"{{{MONEY}: {{amount: {{gte: 0}}}}}}")
    assert "cents" in found(filled, f'{{{TEXTS}: {{none: {{eq: "甲"}}}}}}')


def test_lists_are_ordered_by_every_kind_nothing_last(filled: Service) -> None:
    def order(field: str, direction: str) -> list[str]:
        return found(
            filled,
            "{}",
            f", orderBy: [{{field: {field}, direction: {direction}}}, {{field: LOCAL_ID, direction: ASC}}]",
        )

    assert order("INVENTED_AC", "ASC") == ["longer", "tenth", "third", "sum", "cents", "large", "bare"]
    assert order("INVENTED_AC", "DESC")[-1] == "bare"
    assert order("INVENTED_AF", "ASC") == ["sum", "cents", "tenth", "third", "large", "bare", "longer"]
    assert order("INVENTED_AI_AMOUNT", "DESC")[:4] == ["third", "sum", "cents", "tenth"]
    assert order("INVENTED_AA", "ASC")[:3] == ["large", "longer", "third"]


@pytest.mark.parametrize(
    "field", ["INVENTED_AC", "INVENTED_AF", "INVENTED_AI_AMOUNT", "INVENTED_AA", "TITLE", "LOCAL_ID"]
)
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
def test_pages_of_every_order_are_the_list(filled: Service, field: str, direction: str) -> None:
    """Walked one by one from either end, nothing is skipped or repeated, whatever the key holds."""
    order = f"orderBy: {{field: {field}, direction: {direction}}}"
    whole = found(filled, "{}", f", {order}")
    for end, cursor, ahead in (("first", "after", "hasNextPage"), ("last", "before", "hasPreviousPage")):
        walked: list[str] = []
        place = "null"
        while True:
            query = f"{{ landInventeds({end}: 1, {cursor}: {place}, {order}) {{ nodes {{ localId }} pageInfo {{ {ahead} endCursor }} }} }}"
            page = data(filled, query)["landInventeds"]
            walked += [node["localId"] for node in page["nodes"]]
            if not page["pageInfo"][ahead]:
                break
            place = json.dumps(page["pageInfo"]["endCursor"])
        assert walked == (whole if end == "first" else whole[::-1])


def test_related_records_are_asked_about(service: Service) -> None:
    """A supplier that stands on a list; a process that has an award: each answer has both sides of the condition."""
    on_a_list = "parties: {some: {organization: {disclosures: {some: {domain: {eq: credit}}}}}}"
    for one in (on_a_list, "process: {disclosures: {some: {stage: {eq: result}, amount: {gte: 100}}}}",
                "process: {disclosures: {none: {stage: {eq: result}}}}", "process: {disclosures: {count: {gte: 2}}}",
                'publisher: {name: {startsWith: "昆明"}, region: {within: "530100"}}'):  # fmt: skip
        inside = data(service, f"{{ disclosures(filter: {{{one}}}) {{ totalCount }} }}")["disclosures"][
            "totalCount"
        ]
        outside = data(service, f"{{ disclosures(filter: {{not: {{{one}}}}}) {{ totalCount }} }}")[
            "disclosures"
        ]["totalCount"]
        every = data(service, "{ disclosures { totalCount } }")["disclosures"]["totalCount"]
        assert 0 < inside < every, one
        assert inside + outside == every


def test_filters_are_bounded(service: Service) -> None:
    def nested(depth: int) -> str:
        return f"{{ disclosures(filter: {{{'not: {' * (depth - 1)}{'}' * depth}) {{ totalCount }} }}"

    def related(times: int) -> str:
        each = ", ".join(["{process: {disclosures: {some: {}}}}"] * times)
        return f"{{ disclosures(filter: {{and: [{each}]}}) {{ totalCount }} }}"

    assert data(service, nested(DEPTH))
    assert refused(service, nested(DEPTH + 1)) == "Q021"
    assert data(service, related(RELATED))
    assert refused(service, related(RELATED + 1)) == "Q022"
    orders = ", ".join(["{field: TITLE}"] * 6)
    assert refused(service, f"{{ disclosures(orderBy: [{orders}]) {{ totalCount }} }}") == "Q023"
    assert refused(service, "{ disclosures(filter: {amount: {between: [1]}}) { totalCount } }") == "Q020"
    many = ", ".join(["1"] * 101)
    assert (
        refused(service, f"{{ disclosures(filter: {{amount: {{in: [{many}]}}}}) {{ totalCount }} }}")
        == "Q001"
    )
    assert (
        refused(service, '{ disclosures(filter: {publisher: {region: {within: "1"}}}) { totalCount } }')
        == "Q002"
    )
