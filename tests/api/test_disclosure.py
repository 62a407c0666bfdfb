"""`/disclosures/{id}` and answers that were kept: what was withdrawn for privacy can be had nowhere any more."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import application
from schemas.catalog import Catalog
from store.draft import Entry
from store.engine import writing
from store.withdrawing import withdraw
from store.writing import write

TYPE = "land/grant-result"
NOW = datetime(2024, 7, 1, 8, 0)
SECRET = "虚构的秘密标题"
QUERY = "query ($id: ID!) { disclosure(id: $id) { title status revisions { document } asOf(version: 1) { document } } }"


@pytest.fixture
def client(engine: Engine, catalog: Catalog) -> TestClient:
    made = application(catalog, engine)
    made.state.checkers.close()
    return TestClient(made)


@pytest.fixture
def one(engine: Engine, catalog: Catalog) -> str:
    """A record with an earlier revision."""
    disclosure = catalog.types[TYPE]
    for title in (SECRET, f"{SECRET}二"):
        with writing(engine) as connection:
            entry = Entry({**disclosure.sample, "title": title}, disclosure)
            (made,) = write(connection, [entry], catalog, None, NOW).ids
    return made


def take_back(engine: Engine, catalog: Catalog, one: str, *, privacy: bool) -> None:
    with writing(engine) as connection:
        withdraw(connection, one, "示例:含个人信息", catalog, NOW, privacy=privacy)


def test_a_disclosure_is_cited_by_its_address(client: TestClient, one: str, catalog: Catalog) -> None:
    answer = client.get(f"/disclosures/{one}")
    told = answer.json()
    assert (answer.status_code, told["status"], told["revision"], told["withdrawal"]) == (
        200,
        "published",
        2,
        None,
    )
    assert told["document"]["title"] == told["title"] == f"{SECRET}二"
    assert told["publisher"]["name"] == catalog.types[TYPE].sample["publisher"]["name"]
    tag = answer.headers["etag"]
    assert client.get(f"/disclosures/{one}", headers={"If-None-Match": tag}).status_code == 304
    for other in ("530114-0123456789abcdef", "x", "530114-0123456789ABCDEF"):
        answer = client.get(f"/disclosures/{other}")
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (404, "A093")


def test_one_that_was_withdrawn_says_so(
    client: TestClient, engine: Engine, catalog: Catalog, one: str
) -> None:
    take_back(engine, catalog, one, privacy=False)
    answer = client.get(f"/disclosures/{one}")
    told = answer.json()
    assert (answer.status_code, told["status"], told["document"]) == (200, "withdrawn", None)
    assert told["title"] == f"{SECRET}二"
    assert told["withdrawal"] == {
        "version": 3, "kind": "ordinary", "reason": "示例:含个人信息", "at": "2024-07-01T08:00:00Z",
    }  # fmt: skip


def test_one_withdrawn_for_privacy_is_gone_also_for_who_kept_an_answer(
    client: TestClient, engine: Engine, catalog: Catalog, one: str
) -> None:
    asked = f"/graphql?query={quote(QUERY)}&variables={quote(json.dumps({'id': one}))}"
    kept = {path: client.get(path) for path in (f"/disclosures/{one}", asked)}
    assert all(SECRET in answer.text for answer in kept.values())
    take_back(engine, catalog, one, privacy=True)
    for path, before in kept.items():
        told: Any = client.get(path, headers={"If-None-Match": before.headers["etag"]})
        assert SECRET not in told.text
        assert told.status_code == (410 if path.startswith("/disc") else 200), path
    answer = client.get(f"/disclosures/{one}", headers={"If-None-Match": "*"})
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["errors"][0]["extensions"]["code"] == "A094"
    told = answer.json()["withdrawal"]
    assert (told["id"], told["type"], told["kind"], told["reason"], told["at"]) == (
        one, TYPE, "privacy", "示例:含个人信息", "2024-07-01T08:00:00Z",
    )  # fmt: skip
    page = client.get(f"/disclosures/{one}?lang=zh", headers={"Accept": "text/html"})
    assert page.status_code == 410
    assert "因个人信息撤回" in page.text
    assert "示例:含个人信息" in page.text
    assert SECRET not in page.text
    body = {"query": QUERY, "variables": {"id": one}, "extensions": {}}
    assert SECRET not in client.post("/graphql", json=body).text
