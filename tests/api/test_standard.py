"""The standard over HTTP: every schema, sample and codelist as its file has it, and what is not there in two languages."""

import csv
import io
from pathlib import Path

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import application
from schemas.catalog import Catalog
from store.engine import connect
from tests.toy import evolved

SCHEMA = "application/schema+json"


def links(client: TestClient) -> dict[str, list[str]]:
    """The addresses that the index gives."""
    index = client.get("/schemas/").json()
    return {
        "schemas": [one["schema"] for one in index["types"]] + index["shared"],
        "samples": [one["sample"] for one in index["types"]],
    }


def test_the_index_has_every_version(client: TestClient, catalog: Catalog) -> None:
    response = client.get("/schemas/")
    assert response.status_code == 200
    types = response.json()["types"]
    assert [f"{one['type']}/{one['version']}" for one in types] == list(catalog.versions)
    for one in types:
        disclosure = catalog.versions[f"{one['type']}/{one['version']}"]
        assert (one["title"], one["titleEn"], one["stage"]) == (
            disclosure.title,
            disclosure.title_en,
            disclosure.stage,
        )
        assert one["newest"] == (catalog.types[disclosure.type] is disclosure)
        assert one["status"] in ("draft", "current", "deprecated", "retired")
    assert "/schemas/common/1.0.json" in response.json()["shared"]
    assert "/schemas/meta/1.0.json" in response.json()["shared"]


@pytest.mark.parametrize(("kind", "media_type"), [("schemas", SCHEMA), ("samples", "application/json")])
def test_every_file_is_served_byte_by_byte(
    client: TestClient, catalog: Catalog, kind: str, media_type: str
) -> None:
    found = links(client)[kind]
    assert len(found) >= len(catalog.versions)
    for address in found:
        response = client.get(address)
        assert response.status_code == 200
        assert response.headers["content-type"].split(";")[0] == media_type
        assert response.content == (catalog.folder / address.removeprefix("/schemas/")).read_bytes()
        name = address.removeprefix("/schemas/").removesuffix(".json")
        frozen = catalog.lock.of(name).released is not None
        assert ("immutable" in response.headers["cache-control"]) == frozen


def test_the_index_says_status_and_dates_of_each_version(toy_catalog: Catalog, file: Engine) -> None:
    client = TestClient(application(toy_catalog, file))
    rows = {
        one["version"]: one for one in client.get("/schemas/").json()["types"] if one["type"] == evolved.TYPE
    }
    assert [(v, row["released"], row["status"], row["newest"]) for v, row in rows.items()] == [
        (version, released, "current", version == "2.0") for version, released in evolved.VERSIONS.items()
    ]
    assert all(row["retired"] is None for row in rows.values())
    schema = client.get(f"/schemas/{evolved.TYPE}/1.1.json")
    assert "immutable" in schema.headers["cache-control"]
    assert "immutable" not in client.get(f"/schemas/{evolved.TYPE}/1.1.sample.json").headers["cache-control"]


def test_a_schema_is_served_under_the_path_of_its_id(client: TestClient, catalog: Catalog) -> None:
    for address in links(client)["schemas"]:
        identifier = client.get(address).json()["$id"]
        assert identifier.endswith(address)
        assert identifier in catalog.documents


@pytest.mark.parametrize(
    "address",
    ["/schemas/", "/schemas/common/1.0.json", "/codelists/", "/codelists/stage.csv", "/codelists/stage.json"],
)
def test_what_a_client_has_is_not_sent_again(client: TestClient, address: str) -> None:
    whole = {"accept-encoding": "identity"}  # what goes out packed has a weak tag
    first = client.get(address, headers=whole)
    tag = first.headers["etag"]
    packed = client.get(address, headers={"accept-encoding": "gzip"}).headers["etag"]
    assert packed in (tag, f"W/{tag}")
    for given in (tag, f"W/{tag}", f'"other", {tag}', "*", packed):
        again = client.get(address, headers={"if-none-match": given, **whole})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get(address, headers={"if-none-match": '"other"'}).content == first.content


@pytest.mark.parametrize(
    "address",
    ["/schemas/", "/schemas/common/1.0.json", "/schemas/land/grant-result/1.0.json", "/codelists/stage.csv"],
)
def test_every_site_may_read_it_and_ask_for_its_head(client: TestClient, address: str) -> None:
    """Also the copy that a cache took for a request without an Origin."""
    for origin in ({}, {"origin": "https://example.org"}):
        headers = {"accept-encoding": "identity", **origin}
        response = client.get(address, headers=headers)
        assert response.headers.get_list("access-control-allow-origin") == ["*"]
        head = client.head(address, headers=headers)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["etag"] == response.headers["etag"]
        assert head.headers["content-length"] == str(len(response.content))
    asked = {"origin": "https://example.org", "access-control-request-method": "GET"}
    assert client.options(address, headers=asked).status_code == 200


def test_every_codelist_is_served_as_csv_and_as_json(client: TestClient, catalog: Catalog) -> None:
    listed = client.get("/codelists/").json()
    assert {one["name"]: one["codes"] for one in listed} == {
        name: len(one.codes) for name, one in catalog.codelists.items()
    }
    assert {one["title"] for one in listed} == {codelist.title for codelist in catalog.codelists.values()}
    for one in listed:
        assert one["source"]
        assert one["use"] in ("open", "closed", "both", "keyword", "reference")
        table = client.get(one["csv"])
        assert table.headers["content-type"] == "text/csv; charset=utf-8"
        assert table.content == (catalog.folder / "codelists" / f"{one['name']}.csv").read_bytes()
        rows = client.get(one["json"]).json()
        assert rows == list(csv.DictReader(io.StringIO(table.content.decode())))


NOT_THERE = {
    "/schemas/land/nope/1.0.json": "A010", "/schemas/land/grant-result/9.9.json": "A010", "/schemas/land/grant-result/1.0": "A010",
    "/schemas/land/grant-result/1.0.sample": "A010", "/schemas/land/grant-result/1.0.sample.sample.json": "A010",
    "/schemas/common/1.0.sample.json": "A010", "/schemas/common/1.0": "A010", "/schemas/codelists/region.csv": "A010",
    "/schemas/catalog.py": "A012", "/schemas/..%2f..%2fpyproject.toml": "A010", "/schemas/%2e%2e/pyproject.toml": "A010",
    "/schemas/land/..%2f..%2fpyproject.toml/1.0.json": "A012", "/codelists/nope.csv": "A011", "/codelists/region": "A011",
    "/codelists/region.xlsx": "A011", "/codelists/..%2fcatalog.py": "A012", "/codelists/%00.csv": "A011", "/nothing/here": "A012",
    "/GraphQL": "A012",
}  # fmt: skip


@pytest.mark.parametrize(("address", "expected"), NOT_THERE.items())
def test_what_is_not_there_is_said_in_both_languages(client: TestClient, address: str, expected: str) -> None:
    response = client.get(address)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/json"
    (error,) = response.json()["errors"]
    chinese, english = error["message"].split(" / ", 1)
    assert not chinese.isascii()
    assert english.startswith("there is no")
    assert error["extensions"]["code"] == expected
    assert error["extensions"]["hint"]
    assert error["extensions"]["hintEn"]


def test_the_process_is_alive(client: TestClient) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_the_database_is_ready_with_its_data_version(client: TestClient) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["status"] == "ok"
    assert response.json()["dataVersion"] > 50


def test_a_database_that_is_not_initialised_is_not_ready(catalog: Catalog, tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'empty.db'}")
    other = TestClient(application(catalog, engine))
    response = other.get("/readyz")
    assert response.status_code == 503
    assert "数据库" in response.json()["message"]
    assert other.get("/healthz").status_code == 200
    engine.dispose()


def test_the_first_page_says_where_things_are(client: TestClient) -> None:
    response = client.get("/")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")
    for address in ("/graphql", "/schemas/", "/codelists/"):
        assert address in response.text


def test_paths_without_their_last_slash_lead_on(client: TestClient) -> None:
    for address in ("/schemas", "/codelists"):
        assert client.get(address).status_code == 200
