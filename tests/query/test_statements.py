"""One operation is one statement; its text is the shape of the operation, and nothing that anybody wrote."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, GraphQLList, GraphQLScalarType, get_named_type
from sqlalchemy import Engine, event

from api.limits import Limits
from api.operation import Request, Service
from query.file import File
from schemas.catalog import Catalog
from tests.query.comparison import difference
from tests.query.oracle import Oracle

HOSTILE = "x'); DROP TABLE disclosure; -- \" %s :p0 $1 \\"
ROOTS = ("disclosures", "landInventeds", "organizations", "processes", "publishers", "regions")
DEEP = """query ($first: Int, $title: String) {
  organizations(first: $first) { nodes { name disclosures(first: 2, filter: {title: {contains: $title}}) {
    totalCount edges { cursor node { title parties { name organization { name } lot { number } }
      processes { number disclosures(first: 2) { nodes { id lots { number } items { name } } pageInfo { hasNextPage } } }
    } } } } }
  regions(filter: {parent: {eq: "530000"}}, first: 2) { nodes { title children { title parent { title } } } }
}"""


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """The statements that are sent meanwhile.

    BEGIN, PostgreSQL's SET of the time limit, and now and then the question which indexes are whole are none of them.
    """
    sent: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "SET ")) and "FROM derived" not in statement:
            sent.append(statement)

    fetch = File.fetch

    def noted(file: File, statement: str, *rest: Any) -> bytes:
        sent.append(statement)
        return fetch(file, statement, *rest)

    event.listen(engine, "before_cursor_execute", note)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(File, "fetch", noted)
        yield sent
    event.remove(engine, "before_cursor_execute", note)


def data(service: Service, query: str, **variables: Any) -> Any:
    """The answer to an operation that has one."""
    found = json.loads(service.answer(Request(query, variables)).body)
    assert "errors" not in found, found
    return found["data"]


def test_one_operation_runs_one_statement(service: Service) -> None:
    with statements(service.reader.engine) as sent:
        data(service, DEEP, first=20, title="")
    assert len(sent) == 1
    assert sent[0].startswith("SELECT ")


def test_a_refused_operation_runs_none(service: Service) -> None:
    with statements(service.reader.engine) as sent:
        assert service.answer(Request("{ disclosures(first: 0) { totalCount } }")).refused
    assert sent == []


@pytest.mark.parametrize("relation", ["lots", "items", "parties", "revisions", "processes"])
def test_every_parent_gets_its_own_children(service: Service, oracle: Oracle, relation: str) -> None:
    leaf = {"lots": "number", "items": "name", "revisions": "number", "processes": "id"}.get(relation, "name")
    query = f"{{ disclosures(first: 100) {{ nodes {{ id {relation} {{ {leaf} }} }} }} }}"
    found = data(service, query)
    assert difference(oracle.answer(query), found) == ""
    sizes = {len(node[relation]) for node in found["disclosures"]["nodes"]}
    assert sizes >= ({1, 2} if relation == "processes" else {0, 1, 2}), (
        "none, one and two are there to be told apart"
    )


def test_operations_that_differ_in_values_share_their_statement(service: Service) -> None:
    query = """query ($first: Int, $after: String, $title: String, $amount: Float, $word: String) {
      disclosures(first: $first, after: $after, search: $word, filter: {title: {contains: $title}, amount: {gte: $amount}})
      { nodes { id } pageInfo { endCursor } } }"""
    found = data(service, query, first=2, title="公告", amount=1, word="昆明")
    before = len(service.reader.statements)
    with statements(service.reader.engine) as sent:
        for after in (found["disclosures"]["pageInfo"]["endCursor"], "726563656e6379212d6964217c317c61"):
            data(service, query, first=3, after=after, title=HOSTILE, amount=2.5, word="示例 采购")
    assert len(set(sent)) == 1
    assert len(service.reader.statements) == before + 1, "a cursor is part of the shape, its place is not"


def string_arguments(service: Service) -> Iterator[tuple[str, str]]:
    """(where, operation) for every argument and every operator that takes a text."""
    assert service.schema.query_type
    for name, field in service.schema.query_type.fields.items():
        if name.endswith("s") and name not in ROOTS:
            continue  # of the lists of one type one is enough
        selection = "" if isinstance(get_named_type(field.type), GraphQLScalarType) else "{ __typename }"
        for argument, one in field.args.items():
            type_ = get_named_type(one.type)
            if type_.name in ("String", "ID"):
                yield f"{name}.{argument}", f"query ($x: {one.type}) {{ {name}({argument}: $x) {selection} }}"
            elif isinstance(type_, GraphQLInputObjectType) and argument == "filter":
                for path, text, declared in _operators(type_, set()):
                    answer = "hasMore" if name == "statistics" else "totalCount"
                    query = f"query ($x: {declared}) {{ {name}(filter: {text}) {{ {answer} }} }}"
                    yield f"{name}.{path}", query


def _operators(
    type_: GraphQLInputObjectType, asked: set[str], depth: int = 0
) -> Iterator[tuple[str, str, str]]:
    """(where, filter, type of $x) for every operator of every input that takes a text, wherever it first stands."""
    for name, field in type_.fields.items():
        inner = get_named_type(field.type)
        if inner.name in ("String", "ID"):
            yield name, f"{{{name}: $x}}", str(field.type)
        elif isinstance(inner, GraphQLInputObjectType) and depth < 6 and inner.name not in asked:
            asked.add(inner.name)
            opening, closing = ("[", "]") if isinstance(field.type, GraphQLList) else ("", "")
            for path, text, declared in _operators(inner, asked, depth + 1):
                yield f"{name}.{path}", f"{{{name}: {opening}{text}{closing}}}", declared


def test_stored_and_asked_texts_never_reach_the_statement(service: Service) -> None:
    asked = list(string_arguments(service))
    assert len(asked) > 100
    with statements(service.reader.engine) as sent:
        for _, query in asked:
            many = "[String!]" in query or "[ID!]" in query
            body = service.answer(Request(query, {"x": [HOSTILE, HOSTILE] if many else HOSTILE})).body
            errors = json.loads(body).get("errors", [])
            assert [error["extensions"]["code"] for error in errors] in ([], ["Q002"], ["Q004"]), (
                query,
                errors,
            )
    assert len(sent) > 90
    assert not [statement for statement in sent if "DROP TABLE" in statement]
    assert data(service, "{ disclosures { totalCount } }")["disclosures"]["totalCount"] > 50


def test_an_operation_that_takes_too_long_is_stopped(stored: Engine, toy_catalog: Catalog) -> None:
    service = Service(toy_catalog, stored, Limits(statement_seconds=0.001, nodes=10**9))
    many = "children { title " * 3 + "}" * 3
    query = f"{{ regions(first: 100) {{ totalCount nodes {{ title parent {{ {many} }} {many} }} }} }}"
    answer = service.answer(Request(query))
    error = json.loads(answer.body)["errors"][0]
    assert error["extensions"]["code"] == "Q200"
    assert "SELECT" not in error["message"]
    assert data(Service(toy_catalog, stored), "{ __typename }") == {"__typename": "Query"}, (
        "the connection is as new"
    )


def test_fifty_and_more_fields_of_one_object_come_in_their_order(service: Service, oracle: Oracle) -> None:
    type_ = oracle.schema.type_map["LandInvented"]
    fields = []
    for name, field in type_.fields.items():  # type: ignore[attr-defined]
        if not field.args:
            plain = get_named_type(field.type)
            below = next(
                (
                    n
                    for n, f in getattr(plain, "fields", {}).items()
                    if not getattr(get_named_type(f.type), "fields", None)
                ),
                "",
            )
            fields.append(f"{name} {{ {below} }}" if below else name)
    assert len(fields) > 127
    for size in (49, 50, 51, 100, 101, len(fields)):
        query = f"{{ landInventeds {{ nodes {{ {' '.join(fields[:size])} }} }} }}"
        assert difference(oracle.answer(query), data(service, query)) == ""
