"""Objects by global id: one or many, of any kind, nulls in their places, one statement."""

from datetime import date, datetime, timedelta
from typing import Any

from graphql import GraphQLObjectType, get_named_type
from sqlalchemy import Engine

from api.operation import Request, Service
from schemas.calendar import BEIJING
from schemas.catalog import Catalog
from tests.query.oracle import Oracle
from tests.query.test_statements import data, statements

NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Region { title } ... on Change { kind } } }"
UNKNOWN = ("", ":", "x", "foo:1", "disclosure:x", "change:", "change:x", "change:01", "change:-1", "change:" + "9" * 30,
           "change:" + "9" * 5000, "change:²", "region:\0", "\ud800", "process:p-x")  # fmt: skip


def test_nodes_come_in_the_order_of_their_ids_and_nulls_keep_their_places(
    service: Service, oracle: Oracle
) -> None:
    rows = oracle.rows
    ids = [
        rows["disclosure"][0]["id"], "nothing", f"organization:{rows['organization'][0]['id']}", "region:530114",
        f"process:{rows['process'][0]['id']}", "change:1", f"publisher:{rows['publisher'][0]['id']}", "region:530114",
    ]  # fmt: skip
    with statements(service.reader.engine) as sent:
        found = data(service, NODES, ids=ids)["nodes"]
    assert len(sent) == 1
    assert [one and one["id"] for one in found] == [None if one == "nothing" else one for one in ids]
    assert [one and one["__typename"] for one in found][2:6] == [
        "Organization",
        "Region",
        "Process",
        "Change",
    ]
    for identifier, one in zip(ids, found, strict=True):
        query = "query ($id: ID!) { node(id: $id) { __typename id ... on Region { title } ... on Change { kind } } }"
        assert data(service, query, id=identifier)["node"] == one


def test_whatever_kinds_the_ids_are_of_the_statement_is_the_same(service: Service) -> None:
    data(service, NODES, ids=["region:530114", "x"])
    before = len(service.reader.statements)
    assert data(service, NODES, ids=["change:1", "region:530100"])["nodes"][0]["kind"] == "ADDED"
    assert len(service.reader.statements) == before


def test_what_is_no_id_of_ours_is_null(service: Service) -> None:
    assert data(service, NODES, ids=list(UNKNOWN))["nodes"] == [None] * len(UNKNOWN)
    for one in UNKNOWN:
        assert data(service, "query ($id: ID!) { node(id: $id) { id } }", id=one)["node"] is None


def test_a_hundred_ids_and_no_more(service: Service) -> None:
    assert data(service, NODES, ids=[])["nodes"] == []
    assert len(data(service, NODES, ids=["region:530114"] * 100)["nodes"]) == 100
    assert b"Q060" in service.answer(Request(NODES, {"ids": ["region:530114"] * 101})).body


def test_every_type_with_an_id_is_a_node(service: Service) -> None:
    for name, one in service.schema.type_map.items():
        if isinstance(one, GraphQLObjectType) and "id" in one.fields and not name.startswith("__"):
            own = get_named_type(one.fields["id"].type).name == "ID"
            assert not own or "Node" in {interface.name for interface in one.interfaces}, name


def test_every_list_of_objects_says_that_it_is_one_or_is_a_page(service: Service) -> None:
    """A page has all four arguments; a plain list is bounded by what it belongs to."""
    for name, one in service.schema.type_map.items():
        for field, found in getattr(one, "fields", {}).items():
            if str(getattr(found, "type", "")).rstrip("!").endswith("Connection"):
                assert {"first", "after", "last", "before"} <= set(found.args), f"{name}.{field}"


def test_a_time_line_is_judged_by_today_and_the_day_is_not_kept(engine: Engine, catalog: Catalog) -> None:
    service = Service(catalog, engine)
    query = '{ process(id: "x") { timeline { stage } } }'
    assert data(service, query) == {"process": None}
    ready = service.preparer.prepare(Request(query))
    today = datetime.now(BEIJING).date()
    near = {(today + timedelta(days=days)).isoformat() for days in (-1, 0, 1)}
    assert not near.intersection(map(str, ready.values))
    with engine.connect() as connection:
        found: Any = connection.exec_driver_sql(f"SELECT {service.reader.dialect.today()}").scalar_one()
    day = found if isinstance(found, date) else date.fromisoformat(found)
    assert abs((day - today).days) <= 1
