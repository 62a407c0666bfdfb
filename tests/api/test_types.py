"""The GraphQL schema: what is true of every type of the catalog."""

import json

import pytest
from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
    parse,
    validate,
)
from starlette.testclient import TestClient

from api.limits import Limits, rules
from api.operation import Request, Service
from api.types import graphql_schema
from query.model import Model
from schemas.catalog import Catalog


@pytest.fixture(scope="module")
def schema(toy_catalog: Catalog) -> GraphQLSchema:
    """The schema with the invented type in it."""
    return graphql_schema(Model.of(toy_catalog))


def everything(type_: GraphQLObjectType | GraphQLInterfaceType, depth: int = 3) -> str:
    """All fields of a type but its lists of other disclosures, as deep as given."""
    parts = ["__typename"]
    for name, field in type_.fields.items():
        inner = get_named_type(field.type)
        if field.args:
            continue
        if not is_composite_type(inner):
            parts.append(name)
        elif depth:
            parts.append(f"{name} {everything(inner, depth - 1)}")  # type: ignore[arg-type]
    return "{ " + " ".join(parts) + " }"


def test_fragments_of_all_types_stand_side_by_side(schema: GraphQLSchema, toy_catalog: Catalog) -> None:
    """Types' properties of one name have one type, so that one operation may ask all: every field is compared with
    those of its name in all other types, in one document and by the one rule that does so.
    """
    names = [disclosure.graphql_name for disclosure in toy_catalog.types.values()]
    every = " ".join(f"... on {name} {everything(schema.type_map[name])}" for name in names)  # type: ignore[arg-type]
    (merging,) = [rule for rule in rules(Limits(comparisons=10**9)) if rule.__name__ == "Overlapping"]
    assert validate(schema, parse(f"{{ disclosures {{ nodes {{ {every} }} }} }}"), [merging]) == []
    other = f"... on {names[0]} {{ same: title }} ... on {names[1]} {{ same: revision }}"
    assert validate(schema, parse(f"{{ disclosures {{ nodes {{ {other} }} }} }}"), [merging]) != []


def test_every_type_has_a_list_a_connection_and_the_interface_s_fields(
    schema: GraphQLSchema, toy_catalog: Catalog
) -> None:
    assert schema.query_type is not None
    interface = schema.type_map["Disclosure"]
    assert isinstance(interface, GraphQLInterfaceType)
    for disclosure in toy_catalog.types.values():
        made = schema.type_map[disclosure.graphql_name]
        assert isinstance(made, GraphQLObjectType)
        assert [one.name for one in made.interfaces] == ["Disclosure", "Node"]
        assert set(interface.fields) <= set(made.fields)
        assert (
            str(schema.query_type.fields[disclosure.collection].type)
            == f"{disclosure.graphql_name}Connection!"
        )


def test_every_property_can_be_asked_for(schema: GraphQLSchema, toy_catalog: Catalog) -> None:
    columns = {"schema": "schemaVersion"}
    for disclosure in toy_catalog.types.values():
        made = schema.type_map[disclosure.graphql_name]
        assert isinstance(made, GraphQLObjectType)
        missing = {field.name for field in disclosure.fields} - set(made.fields) - set(columns)
        assert missing == set()


def test_an_interface_never_names_itself_as_a_type(answering: Service) -> None:
    """`__typename` of a row is an object type that the schema has."""
    query = "{ disclosures(first: 100) { nodes { __typename lots { __typename } items { __typename } parties { lot { __typename } } } } }"
    nodes = json.loads(answering.answer(Request(query)).body)["data"]["disclosures"]["nodes"]
    found = {node["__typename"] for node in nodes}
    found |= {part["__typename"] for node in nodes for name in ("lots", "items") for part in node[name]}
    found |= {party["lot"]["__typename"] for node in nodes for party in node["parties"] if party["lot"]}
    assert len(found) > 20
    assert all(isinstance(answering.schema.type_map[name], GraphQLObjectType) for name in found)


def test_every_type_and_field_is_described_in_both_languages(schema: GraphQLSchema) -> None:
    for name, type_ in schema.type_map.items():
        if name.startswith("__") or name in ("String", "ID", "Int", "Float", "Boolean"):
            continue
        assert type_.description, name
        for field, one in getattr(type_, "fields", {}).items():
            text = one.description or ""
            assert not text.isascii(), f"{name}.{field} has no Chinese"
            assert any(letter.isascii() and letter.isalpha() for letter in text), (
                f"{name}.{field} has no English"
            )


def test_introspection_tells_the_same_as_the_schema(client: TestClient, catalog: Catalog) -> None:
    found = client.post(
        "/graphql",
        json={"query": "{ __schema { types { name kind fields(includeDeprecated: true) { name } } } }"},
    ).json()
    told = {
        one["name"]: {field["name"] for field in one["fields"] or ()}
        for one in found["data"]["__schema"]["types"]
    }
    made = graphql_schema(Model.of(catalog))
    assert set(told) == set(made.type_map)
    for name, fields in told.items():
        if isinstance(made.type_map[name], GraphQLObjectType | GraphQLInterfaceType):
            assert fields == set(made.type_map[name].fields)  # type: ignore[attr-defined]
