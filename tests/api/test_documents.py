"""Documents by name: registered ones, and Apollo's automatic persisted queries."""

import hashlib
import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.documents import Documents, registered, sha256

JSON = "application/json"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def persisted(text: str, **given: Any) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest(text)}}, **given}


def ask(client: TestClient, given: dict[str, Any], method: str = "POST") -> Any:
    if method == "POST":
        return client.post("/graphql", json=given)
    spelled = {
        name: value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
        for name, value in given.items()
    }
    return client.get("/graphql", params=spelled)


def code(response: Any) -> str:
    return str(response.json()["errors"][0]["extensions"]["code"])


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_documented_query_is_answered_by_its_name(client: TestClient, method: str) -> None:
    found = list(registered())
    assert len(found) >= 7
    for _, document in found:
        response = ask(client, {"documentId": f"sha256:{digest(document)}"}, method)
        assert response.status_code == 200
        assert response.json() == ask(client, {"query": document}, method).json()


BAD = {
    "an unknown one": ({"documentId": f"sha256:{'0' * 64}"}, 404, "A064"),
    "a custom one": ({"documentId": "latest"}, 400, "A065"),
    "another method of identification": ({"documentId": f"x-md5:{'0' * 32}"}, 400, "A065"),
    "upper case": ({"documentId": f"sha256:{'A' * 64}"}, 400, "A065"),
    "too short": ({"documentId": "sha256:00"}, 400, "A065"),
    "a number": ({"documentId": 1}, 400, "A065"),
    "of another document": ({"documentId": f"sha256:{'0' * 64}", "query": "{ __typename }"}, 400, "A067"),
}


@pytest.mark.parametrize(("given", "status", "expected"), BAD.values(), ids=BAD)
def test_a_name_that_names_nothing_is_refused(
    client: TestClient, given: dict[str, Any], status: int, expected: str
) -> None:
    response = ask(client, given)
    assert (response.status_code, code(response)) == (status, expected)
    assert len(response.json()["errors"]) == 1
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_document_is_asked_for_once_and_then_known(client: TestClient, method: str) -> None:
    text = f"query Once{method} {{ __typename }}"
    missing = ask(client, persisted(text), method)
    assert missing.status_code == 200  # as Apollo's servers answer; a client looks at the body
    (error,) = missing.json()["errors"]
    assert error["message"] == "PersistedQueryNotFound"
    assert error["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
    assert missing.headers["cache-control"] == "no-store"
    assert ask(client, persisted(text, query=text), method).json()["data"] == {"__typename": "Query"}
    for again in ("GET", "POST"):
        assert ask(client, persisted(text), again).json()["data"] == {"__typename": "Query"}


def test_a_document_with_another_hash_is_refused_and_not_kept(client: TestClient) -> None:
    response = ask(client, persisted("{ a: __typename }", query="{ b: __typename }"))
    assert (response.status_code, code(response)) == (400, "A067")
    assert code(ask(client, persisted("{ a: __typename }"))) == "PERSISTED_QUERY_NOT_FOUND"


def test_a_document_that_is_refused_is_not_kept(client: TestClient) -> None:
    text = "{ nope }"
    assert code(ask(client, persisted(text, query=text))) == "Q111"
    assert code(ask(client, persisted(text))) == "PERSISTED_QUERY_NOT_FOUND"


@pytest.mark.parametrize("asked", [1, [], {}, {"version": 2, "sha256Hash": "0" * 64}, {"version": 1}, {"version": 1, "sha256Hash": "zz"}])  # fmt: skip
def test_what_is_no_persisted_query_is_refused(client: TestClient, asked: Any) -> None:
    response = ask(client, {"query": "{ __typename }", "extensions": {"persistedQuery": asked}})
    assert (response.status_code, code(response)) == (400, "A066")


def test_what_clients_send_is_kept_within_a_number_and_a_size_and_the_registered_for_ever() -> None:
    documents = Documents(["{ registered }"], most=3, most_bytes=100)
    for text in ("{ a }", "{ b }", "{ c }", "{ d }"):
        documents.keep(persisted(text), text)
    assert len(documents) == 4
    found = [documents._found(sha256(text)) for text in ("{ a }", "{ b }", "{ d }", "{ registered }")]
    assert found == [None, "{ b }", "{ d }", "{ registered }"]
    documents.keep(persisted("{ e }"), "{ e }")  # c was not used for longest
    assert documents._found(sha256("{ c }")) is None
    documents.keep(persisted("x" * 95), "x" * 95)
    assert len(documents) == 3
    documents.keep(persisted("x" * 101), "x" * 101)
    assert len(documents) == 1
