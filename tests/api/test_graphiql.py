"""GraphiQL's page and files, the page in its place, and its examples."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.graphiql import POLICY, Bundle
from api.operation import Request, Service

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
EXAMPLES = json.loads((Path(__file__).resolve().parents[2] / "web" / "examples.json").read_text("utf-8"))


@pytest.fixture
def bundled(app: Starlette, tmp_path: Path) -> Iterator[Bundle]:
    """The application with a bundle of a few bytes."""
    for name, content in {"graphiql.js": b"js", "graphiql.css": b"css", "editor.worker.js": b"w", "graphiql.js.br": b"brotli"}.items():  # fmt: skip
        (tmp_path / name).write_bytes(content)
    (tmp_path / "graphiql.js.gz").write_bytes(gzip.compress(b"js"))
    (tmp_path / "secret.py").write_bytes(b"")
    before, app.state.bundle = app.state.bundle, Bundle.read(tmp_path)
    yield app.state.bundle
    app.state.bundle = before


def test_a_browser_gets_graphiql_and_a_program_what_it_asks(client: TestClient, bundled: Bundle) -> None:
    page = client.get("/graphql", headers=BROWSER)
    assert page.status_code == 200
    for name in ("graphiql.js", "graphiql.css"):
        assert f'"{bundled.address(name)}"' in page.text
    assert page.headers["content-security-policy"] == POLICY
    assert "script-src 'self';" in POLICY
    assert "http" not in POLICY
    assert "Accept" in page.headers["vary"]
    asked = client.get("/graphql", params={"query": "{ __typename }"}, headers=BROWSER)
    assert asked.json()["data"] == {"__typename": "Query"}
    named = client.get("/graphql", params={"documentId": "x"}, headers=BROWSER)
    assert named.json()["errors"][0]["extensions"]["code"] == "A065"


@pytest.mark.parametrize(("accepted", "encoding", "content"), [
    ("br, gzip", "br", b"brotli"), ("gzip", "gzip", b"js"), ("", None, b"js"), ("identity", None, b"js"),
])  # fmt: skip
def test_a_file_comes_as_it_was_compressed(
    client: TestClient, bundled: Bundle, accepted: str, encoding: str | None, content: bytes
) -> None:
    address = bundled.address("graphiql.js")
    with client.stream("GET", address, headers={"accept-encoding": accepted}) as response:
        raw = b"".join(response.iter_raw())
    assert response.headers.get("content-encoding") == encoding
    assert (gzip.decompress(raw) if encoding == "gzip" else raw) == content
    assert "immutable" in response.headers["cache-control"]
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "Accept-Encoding" in response.headers["vary"]
    unnamed = client.get("/graphiql/editor.worker.js")
    assert (unnamed.content, "immutable" in unnamed.headers["cache-control"]) == (b"w", False)


@pytest.mark.parametrize("name", ["nope.js", "secret.py", "graphiql.js.gz", "..%2fapp.py"])
def test_only_the_bundle_s_files_are_served(client: TestClient, bundled: Bundle, name: str) -> None:
    assert client.get(f"/graphiql/{name}").status_code == 404


def test_without_the_bundle_the_page_for_developers_says_so(client: TestClient, app: Starlette) -> None:
    before, app.state.bundle = app.state.bundle, Bundle()
    try:
        page = client.get("/graphql?lang=en", headers=BROWSER)
    finally:
        app.state.bundle = before
    assert page.status_code == 200
    assert "GraphiQL is not installed" in page.text
    assert "curl -s" in page.text
    assert "unsafe" not in page.headers["content-security-policy"]


def test_the_page_for_developers_names_what_is_registered(client: TestClient, app: Starlette) -> None:
    text = client.get("/developers").text
    for digest in app.state.documents._registered:
        assert f"sha256:{digest}" in text


@pytest.mark.parametrize("example", EXAMPLES, ids=[one["title"] for one in EXAMPLES])
def test_every_example_runs(answering: Service, example: dict[str, Any]) -> None:
    request = Request(example["query"], example.get("variables", {}))
    if answering.kind(request, "") == "subscription":
        operation, planner = answering.planned(request)
        assert planner.feed(operation)
        return
    answer = json.loads(answering.answer(request).body)
    assert "errors" not in answer
    assert answer["data"]
