"""GraphQL over HTTP: methods, media types, statuses, as the specification has them and as we add to it."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
QUERY = "{ __typename }"
NAMED = "query A { a: __typename } query B { b: __typename }"


def post(client: TestClient, body: Any, **headers: str) -> Any:
    """A POST of that JSON, or of those bytes."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post("/graphql", content=content, headers={"content-type": JSON, **headers})


def code(response: Any) -> str:
    """The code of the first error, which has a message in two languages."""
    (error,) = response.json()["errors"]
    assert " / " in error["message"]
    return str(error["extensions"]["code"])


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_get_and_post_answer_alike(client: TestClient, method: str) -> None:
    query = "query Q($code: String!) { region(code: $code) { code } }"
    given = {"query": query, "variables": {"code": "530114"}, "operationName": "Q"}
    if method == "GET":
        response = client.get("/graphql", params={**given, "variables": json.dumps(given["variables"])})
    else:
        response = post(client, given)
    assert response.status_code == 200
    assert response.json()["data"] == {"region": {"code": "530114"}}
    assert response.json()["extensions"]["cost"] == {
        "nodes": 1, "most": 50_000, "rows": 1, "mostRows": 2_000_000,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        ("", JSON), ("*/*", JSON), ("application/*", JSON), (JSON, JSON), (GRAPHQL, GRAPHQL),
        (f"{JSON}, {GRAPHQL}", JSON), (f"{JSON};q=0.5, {GRAPHQL}", GRAPHQL), (f"{GRAPHQL};q=0.1, {JSON}", JSON),
        (f"text/html, {GRAPHQL};q=0.9, */*;q=0.1", GRAPHQL), (f"{GRAPHQL}; charset=utf-8", GRAPHQL),
        ("APPLICATION/JSON", JSON), (f"text/html;q=bad, {JSON}", JSON),
    ],
)  # fmt: skip
def test_the_client_s_best_media_type_answers(client: TestClient, accept: str, answered: str) -> None:
    response = post(
        client, {"query": QUERY}, **({"accept": accept} if accept is not None else {"accept": ""})
    )
    assert response.status_code == 200
    assert response.headers["content-type"] == f"{answered}; charset=utf-8"


@pytest.mark.parametrize("accept", ["text/html", f"{JSON};q=0", "image/*"])
def test_a_media_type_that_we_do_not_speak_is_406(client: TestClient, accept: str) -> None:
    response = post(client, {"query": QUERY}, accept=accept)
    assert (response.status_code, code(response)) == (406, "A003")


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/graphql",
        "multipart/form-data; boundary=x",
        f"{JSON}; charset=gbk",
    ],
)
def test_a_body_of_another_type_is_415(client: TestClient, content_type: str) -> None:
    response = client.post(
        "/graphql", content=b'{"query": "{__typename}"}', headers={"content-type": content_type}
    )
    assert (response.status_code, code(response)) == (415, "A005")


@pytest.mark.parametrize(
    "content_type", [JSON, f"{JSON}; charset=utf-8", f'{JSON};charset="UTF-8"', "Application/JSON"]
)
def test_json_in_utf_8_is_taken_however_it_is_written(client: TestClient, content_type: str) -> None:
    response = client.post(
        "/graphql", content=b'{"query": "{__typename}"}', headers={"content-type": content_type}
    )
    assert response.status_code == 200


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
def test_other_methods_are_405(client: TestClient, method: str) -> None:
    response = client.request(method, "/graphql")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, POST"


@pytest.mark.parametrize("operation", ["mutation { x }", "query A { __typename } mutation B { x }"])
def test_a_mutation_by_get_is_405(client: TestClient, operation: str) -> None:
    response = client.get(
        "/graphql",
        params={"query": operation, "operationName": "B"} if "B" in operation else {"query": operation},
    )
    assert (response.status_code, code(response)) == (405, "A004")


def test_a_body_beyond_a_mebibyte_is_413(client: TestClient) -> None:
    fits = json.dumps({"query": QUERY}).encode()
    assert post(client, fits + b" " * (2**20 - len(fits))).status_code == 200
    response = post(client, fits + b" " * (2**20 - len(fits) + 1))
    assert (response.status_code, code(response)) == (413, "A006")


def test_a_body_in_many_pieces_is_counted_as_it_comes(client: TestClient) -> None:
    response = client.post(
        "/graphql", content=(b" " * 2**16 for _ in range(17)), headers={"content-type": JSON}
    )
    assert response.status_code == 413


def test_what_is_not_json_is_told_what_would_be(client: TestClient) -> None:
    told = client.post("/graphql", content=b"query=x", headers={"content-type": JSON}).json()["errors"][0]
    assert '{"query": "{ disclosures { totalCount } }"}' in told["extensions"]["hint"]
    told = client.get("/graphql", params={"query": QUERY, "variables": "n=5"}).json()["errors"][0]
    assert '{"region": "530100"}' in told["extensions"]["hintEn"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"{", "A001"), (b"", "A001"), (b"\xff\xfe", "A001"), (b'{"query": NaN}', "A001"), (b"[" * 3_000, "A001"),
        ([], "A002"), ([{"query": QUERY}], "A002"), ("query", "A002"), (None, "A002"), (1, "A002"),
        ({}, "A002"), ({"query": None}, "A002"), ({"query": 1}, "A002"), ({"query": ""}, "A002"), ({"query": [QUERY]}, "A002"),
        ({"query": QUERY, "variables": []}, "A002"), ({"query": QUERY, "variables": "{}"}, "A002"), ({"query": QUERY, "variables": 1}, "A002"),
        ({"query": QUERY, "extensions": []}, "A002"), ({"query": QUERY, "operationName": 1}, "A002"), ({"query": QUERY, "operationName": {}}, "A002"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("accept", [JSON, GRAPHQL])
def test_what_is_no_request_is_400(client: TestClient, body: Any, expected: str, accept: str) -> None:
    response = post(client, body, accept=accept)
    assert (response.status_code, code(response)) == (400, expected)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"variables": None, "operationName": None, "extensions": None},
        {"operationName": ""},
        {"variables": {}},
    ],
)
def test_what_may_be_absent_may_be_null(client: TestClient, given: dict[str, Any]) -> None:
    assert post(client, {"query": QUERY, **given}).json()["data"] == {"__typename": "Query"}


@pytest.mark.parametrize("parameter", ["variables", "extensions"])
@pytest.mark.parametrize("value", ["{", "[]", "1", ""])
def test_parameters_of_a_get_have_to_be_objects(client: TestClient, parameter: str, value: str) -> None:
    response = client.get("/graphql", params={"query": QUERY, parameter: value})
    assert response.status_code == 400
    assert code(response) in ("A001", "A002")


def test_operation_name_chooses(client: TestClient) -> None:
    assert post(client, {"query": NAMED, "operationName": "B"}).json()["data"] == {"b": "Query"}
    for name in (None, "C"):
        response = post(client, {"query": NAMED, "operationName": name})
        assert (response.status_code, code(response)) == (200, "Q113")
        response = post(client, {"query": NAMED, "operationName": name}, accept=GRAPHQL)
        assert (response.status_code, code(response)) == (400, "Q113")


@pytest.mark.parametrize("query", ["{", "{ nope }", "query ($a: Int!) { __typename @skip(if: $a) }"])
def test_a_refused_document_is_200_in_the_older_media_type_and_400_in_the_newer(
    client: TestClient, query: str
) -> None:
    for accept, status in ((JSON, 200), (GRAPHQL, 400)):
        response = post(client, {"query": query}, accept=accept)
        assert response.status_code == status
        assert "data" not in response.json()
        assert response.json()["errors"][0]["message"]


def test_errors_of_the_document_say_where(client: TestClient) -> None:
    (error,) = post(client, {"query": "{\n  nope\n}"}).json()["errors"]
    assert error["locations"] == [{"line": 2, "column": 3}]


def test_answers_are_utf_8_as_it_stands(client: TestClient) -> None:
    response = post(client, {"query": '{ region(code: "530114") { title } }'})
    assert response.json()["data"]["region"]["title"] == "呈贡区"
    assert "呈贡区".encode() in response.content


def test_other_sites_may_ask(client: TestClient) -> None:
    asked = {
        "origin": "https://example.org",
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
    }
    preflight = client.options("/graphql", headers=asked)
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert "POST" in preflight.headers["access-control-allow-methods"]
    response = post(client, {"query": QUERY}, origin="https://example.org")
    assert response.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in response.headers
    served = client.get("/schemas/", headers={"origin": "https://example.org"})
    assert "etag" in served.headers["access-control-expose-headers"].lower()
