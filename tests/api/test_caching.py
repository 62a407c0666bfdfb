"""Answers that may be kept: their ETags, 304, what is never kept; compressed and not."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from graphql import GraphQLSchema, print_schema
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api import graphql
from api.app import application
from schemas.catalog import Catalog
from store.draft import Entry
from store.engine import writing
from store.writing import write

QUERY = {"query": "{ disclosures(first: 100) { totalCount nodes { title } } }"}


@pytest.fixture
def fresh(engine: Engine, catalog: Catalog) -> Iterator[TestClient]:
    """A client of an application over a database of its own."""
    app = application(catalog, engine)
    yield TestClient(app)
    app.state.checkers.close()


def load(engine: Engine, catalog: Catalog, place: int) -> None:
    """One record, as another process would load it."""
    disclosure = list(catalog.types.values())[place]
    with writing(engine) as connection:
        write(connection, [Entry(disclosure.sample, disclosure)], catalog, None, datetime(2026, 1, 2))


def get(client: TestClient, tag: str = "", **given: Any) -> Any:
    headers = {"if-none-match": tag} if tag else {}
    return client.get("/graphql", params={**QUERY, **given}, headers=headers)


def test_an_answer_is_not_sent_again_until_the_data_changes(
    fresh: TestClient, engine: Engine, catalog: Catalog
) -> None:
    load(engine, catalog, 0)
    first = get(fresh)
    tag = first.headers["etag"]
    assert tag.startswith('W/"')
    assert first.headers["cache-control"] == graphql.FRESH
    asked: list[str] = []
    fresh.app.state.service.reader.fetch = lambda *_: asked.append("ran")  # type: ignore[attr-defined]
    same = get(fresh, tag)
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    assert get(fresh, f'"other", {tag}').status_code == 304
    assert get(fresh, tag.removeprefix("W/")).status_code == 304
    assert asked == []
    del fresh.app.state.service.reader.fetch  # type: ignore[attr-defined]
    load(engine, catalog, 1)
    changed = get(fresh, tag)
    assert (changed.status_code, changed.json()["data"]["disclosures"]["totalCount"]) == (200, 2)
    assert changed.headers["etag"] != tag
    load(engine, catalog, 1)  # the same again changes nothing
    assert get(fresh, changed.headers["etag"]).status_code == 304


def test_a_tag_is_that_of_one_request_alone(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    named = "query A($n: Int = 1) { disclosures(first: $n) { nodes { id } } } query B { __typename }"
    asked: list[dict[str, Any]] = [
        {"query": named, "operationName": "A"}, {"query": named, "operationName": "B"}, {"query": f"{named} "},
        {"query": named, "operationName": "A", "variables": '{"n": 1}'}, {"query": named, "operationName": "A", "variables": '{"n": 2}'},
    ]  # fmt: skip
    tags = {json.dumps(one): get(client, **one).headers.get("etag") for one in asked}
    assert tags.pop(json.dumps(asked[2])) is None  # which operation is not clear: refused
    tags["media type"] = client.get(
        "/graphql", params=asked[0], headers={"accept": graphql.GRAPHQL}
    ).headers["etag"]  # fmt: skip
    monkeypatch.setattr(graphql, "today", lambda: date(2001, 1, 1))
    tags["another day"] = get(client, **asked[0]).headers["etag"]
    assert None not in tags.values()
    assert len(set(tags.values())) == len(tags)
    spaced = get(client, query=named, operationName="A", variables=' { "n" : 1 }')
    monkeypatch.undo()
    assert get(client, query=named, operationName="A", variables='{"n":1}').headers["etag"] == tags[json.dumps(asked[3])]  # fmt: skip
    assert spaced.status_code == 200


@pytest.mark.parametrize("given", [{"query": "{ nope }"}, {"query": "{"}, {"query": ""}, {"variables": "["}])
def test_a_refusal_is_never_kept(client: TestClient, given: dict[str, Any]) -> None:
    response = get(client, "*", **given)
    assert response.status_code in (200, 400)
    assert response.json()["errors"]
    assert "etag" not in response.headers
    assert response.headers["cache-control"] == "no-store"


def test_a_post_is_never_kept(client: TestClient) -> None:
    tag = get(client).headers["etag"]
    response = client.post("/graphql", json=QUERY, headers={"if-none-match": tag})
    assert response.status_code == 200
    assert "etag" not in response.headers
    assert response.headers["cache-control"] == "no-store"


def test_a_large_answer_is_compressed_for_who_takes_it(client: TestClient) -> None:
    packed = client.get("/graphql", params=QUERY, headers={"accept-encoding": "gzip"})
    plain = client.get("/graphql", params=QUERY, headers={"accept-encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(plain.content) / 3
    assert "content-encoding" not in plain.headers
    assert packed.json() == plain.json()
    assert packed.headers["etag"] == plain.headers["etag"]
    for response in (packed, plain):
        assert {"Accept", "Accept-Encoding"} <= {one.strip() for one in response.headers["vary"].split(",")}
    small = client.get("/graphql", params={"query": "{ __typename }"})
    assert "content-encoding" not in small.headers


def test_a_strong_tag_becomes_weak_where_the_bytes_are_others(client: TestClient) -> None:
    packed = client.get("/standard/catalogue.json", headers={"accept-encoding": "gzip"})
    plain = client.get("/standard/catalogue.json", headers={"accept-encoding": "identity"})
    assert packed.headers["etag"] == f"W/{plain.headers['etag']}"
    again = client.get("/standard/catalogue.json", headers={"if-none-match": packed.headers["etag"]})
    assert again.status_code == 304


def test_events_are_never_compressed(client: TestClient) -> None:
    response = client.post("/graphql", json=QUERY, headers={"accept": "text/event-stream", "accept-encoding": "gzip"})  # fmt: skip
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert "content-encoding" not in response.headers
    assert response.headers["cache-control"] == "no-store"
    head, _, tail = response.text.partition("\n\n")
    assert head.startswith("event: next\ndata: {")
    assert json.loads(head.partition("data: ")[2])["data"]["disclosures"]["totalCount"] > 100
    assert tail == "event: complete\ndata: \n\n"


def test_the_schema_is_served_as_text(client: TestClient) -> None:
    response = client.get("/graphql/schema.graphql")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.text.endswith("}\n")
    assert "\ntype LandGrantResult implements Disclosure" in response.text
    assert "\ntype Subscription {" in response.text
    tag = response.headers["etag"]
    assert client.get("/graphql/schema.graphql", headers={"if-none-match": tag}).status_code == 304


def test_a_preflight_is_kept_and_answers_say_what_may_be_read(client: TestClient) -> None:
    asked = {"origin": "https://example.org", "access-control-request-method": "POST", "access-control-request-headers": "content-type,x-any"}  # fmt: skip
    preflight = client.options("/graphql", headers=asked)
    assert (preflight.status_code, preflight.headers["access-control-max-age"]) == (200, "86400")
    answer = client.post("/graphql", json=QUERY, headers={"origin": "https://example.org"})
    exposed = answer.headers["access-control-expose-headers"].lower()
    assert "etag" in exposed
    assert "retry-after" in exposed


def test_the_schema_is_printed_once_and_not_before_somebody_asks(
    engine: Engine, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed: list[str] = []

    def spied(schema: GraphQLSchema) -> str:
        printed.append(print_schema(schema))
        return printed[-1]

    monkeypatch.setattr(graphql, "print_schema", spied)
    app = application(catalog, engine)
    client = TestClient(app)
    assert client.post("/graphql", json=QUERY).status_code == 200
    assert printed == []
    assert get(client).headers["etag"] == get(client).headers["etag"]
    assert client.get("/graphql/schema.graphql").text == printed[0] + "\n"
    assert len(printed) == 1
    app.state.checkers.close()
