"""`/ocds/…`: one disclosure, one process, pages of both, all of them, and the extension."""

import json
from datetime import datetime

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import application
from publish.ocds.mapping import Mapping
from schemas.catalog import Catalog
from store.draft import Entry
from store.engine import writing
from store.withdrawing import withdraw
from store.writing import write

NOW = datetime(2024, 7, 1, 8, 0)
TYPES = ("procurement/tender-notice", "procurement/award-result", "procurement/contract")


@pytest.fixture
def client(engine: Engine, catalog: Catalog) -> TestClient:
    made = application(catalog, engine)
    made.state.checkers.close()
    return TestClient(made)


@pytest.fixture
def ids(engine: Engine, catalog: Catalog) -> list[str]:
    """One process in three stages, and a credit list."""
    given = [
        Entry(dict(catalog.types[one].sample), catalog.types[one]) for one in (*TYPES, "credit/honoured-list")
    ]
    with writing(engine) as connection:
        return list(write(connection, given, catalog, None, NOW).ids)


def test_a_disclosure_and_its_process(client: TestClient, ids: list[str]) -> None:
    answer = client.get(f"/ocds/releases/{ids[1]}.json")
    (release,) = answer.json()["releases"]
    assert (release["tag"], release["disclosures"][0]["id"]) == (["award"], ids[1])
    assert answer.json()["publishedDate"] == "2024-07-01T08:00:00Z"
    again = client.get(f"/ocds/releases/{ids[1]}.json", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    process = release["tender"]["id"]
    (record,) = client.get(f"/ocds/records/{process}.json").json()["records"]
    assert [one["tag"][0] for one in record["releases"]] == ["tender", "award", "contract"]
    assert record["compiledRelease"]["tag"] == ["compiled"]
    assert {"tender", "awards", "contracts"} <= set(record["compiledRelease"])


def test_what_is_not_there_says_why(
    client: TestClient, engine: Engine, catalog: Catalog, ids: list[str]
) -> None:
    with writing(engine) as connection:
        withdraw(connection, ids[0], "示例", catalog, NOW, privacy=True)
    for address, status, code in (
        (f"/ocds/releases/{ids[0]}.json", 410, "A211"),
        (f"/ocds/releases/{ids[3]}.json", 404, "A212"),
        ("/ocds/releases/530114-0123456789abcdef.json", 404, "A210"),
        ("/ocds/records/p-1.json", 404, "A213"),
        ("/ocds/extension/x.json", 404, "A214"),
        ("/ocds/releases.json?type=strange", 422, "P001"),
        ("/ocds/releases.jsonl?min=strange", 422, "P001"),
    ):
        answer = client.get(address)
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (status, code), (
            address
        )
    lines = client.get("/ocds/releases.jsonl").text.splitlines()
    assert [json.loads(line)["disclosures"][0]["id"] for line in lines].count(ids[0]) == 0
    assert len(lines) == 2


def test_pages_and_lines_have_every_release_once(
    client: TestClient, engine: Engine, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.ocds.SIZE", 7)
    monkeypatch.setattr("api.ocds._BATCH", 9)
    mapping = Mapping.load()
    given = [
        Entry({**one.sample, "localId": f"示例{n}"}, one) for one in mapping.types(catalog) for n in (1, 2)
    ]
    with writing(engine) as connection:
        write(connection, given, catalog, None, NOW)
    with client:
        lines = [json.loads(line) for line in client.get("/ocds/releases.jsonl").text.splitlines()]
        paged, records, address = [], [], "/ocds/releases.json"
        while address:
            answer = client.get(address)
            paged += answer.json()["releases"]
            address = answer.json().get("links", {}).get("next", "")
            assert (f'<{address}>; rel="next"' if address else None) == answer.headers.get("link")
        assert [one["id"] for one in paged] == [one["id"] for one in lines]
        assert {one["disclosures"][0]["type"] for one in lines} == {
            one.type for one in mapping.types(catalog)
        }
        address = "/ocds/records.json?domain=procurement"
        while address:
            answer = client.get(address).json()
            records += answer["records"]
            address = answer.get("links", {}).get("next", "")
        wanted = {one["ocid"] for one in lines if one["disclosures"][0]["allocationDomain"] == "procurement"}
        assert {one["ocid"] for one in records} == wanted


def test_the_extension_is_served_whole(client: TestClient, catalog: Catalog) -> None:
    about = client.get("/ocds/extension/extension.json").json()
    schema = client.get(f"/ocds/extension/{about['schemas'][0]}")
    assert schema.json()["definitions"]["Lot"]["properties"]["allocation"]["properties"]["parcelArea"]
    for name in about["codelists"]:
        first = client.get(f"/ocds/extension/codelists/{name}").text.splitlines()[0]
        assert first == "Code,Title,Description"
    index = client.get("/ocds/").json()
    assert (index["version"], index["ocidPrefix"]) == ("1.1", "ocds-opnall")
    assert "land/grant-result" in index["types"]
    assert "credit/honoured-list" not in index["types"]
