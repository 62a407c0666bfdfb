"""Disclosures as OCDS: what every type that OCDS carries has, without a word about any of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from publish.ocds.extension import Extension
from publish.ocds.mapping import Mapping
from publish.ocds.merge import compiled
from publish.ocds.package import record
from publish.ocds.release import Releases, Source
from schemas.catalog import FOLDER, Catalog, Disclosure
from store.identity import identify, process_id, processes
from tests.toy import invented

MAPPING = Mapping.load()
BASE = "https://example.org"


def sources(given: dict[str, Any], disclosure: Disclosure) -> Iterator[Source]:
    """A record as the store gives it: once for each of its processes."""
    identity = identify(given, disclosure)
    assert identity is not None
    for number in processes(given, disclosure, identity)[1]:
        yield Source(
            identity.id, 1, disclosure.type, disclosure.version, given, process_id(identity.publisher, number),
            number, "2024-07-01T00:00:00Z",
        )  # fmt: skip


def made(catalog: Catalog, given: dict[str, Any], type: str) -> list[dict[str, Any]]:
    return [Releases(catalog, MAPPING, BASE).release(one) for one in sources(given, catalog.types[type])]


def every_string(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for value in node.values():
            yield from every_string(value)
    elif isinstance(node, list):
        for value in node:
            yield from every_string(value)
    elif isinstance(node, str):
        yield node


def test_every_type_of_a_stage_of_ocds_is_a_release(catalog: Catalog) -> None:
    for disclosure in MAPPING.types(catalog):
        for release in made(catalog, dict(disclosure.sample), disclosure.type):
            assert release["ocid"].startswith("ocds-opnall-p-")
            assert release["tag"][0] == MAPPING.stages[disclosure.stage].tag
            assert release["tender"]["id"] in release["ocid"]
            roles = {role for party in release["parties"] for role in party["roles"]}
            assert "publisher" in roles, disclosure.type
            said = set(every_string(release))
            assert f"{BASE}/disclosures/{release['disclosures'][0]['id']}.json" in said


def test_whoever_takes_something_in_a_result_has_an_award(catalog: Catalog) -> None:
    takers = catalog.sides.takers
    for disclosure in MAPPING.types(catalog):
        given = [field for field in disclosure.walk() if field.role in takers]
        release = made(catalog, dict(disclosure.sample), disclosure.type)[0]
        names = {one["name"] for award in release.get("awards", ()) for one in award.get("suppliers", ())}
        if disclosure.stage == "result" and given:
            assert names, disclosure.type


@pytest.mark.parametrize("list_", ["stages", "domains", "roles"])
def test_the_tables_name_codes_that_there_are(catalog: Catalog, list_: str) -> None:
    codelist = {"stages": "stage", "domains": "domain", "roles": "party-role"}[list_]
    assert set(getattr(MAPPING, list_)) <= set(catalog.codelists[codelist].codes)
    for name, code, _ in MAPPING.codes:
        assert not name or code in catalog.codelists[name].codes, (name, code)


def test_the_tables_name_properties_that_there_are(catalog: Catalog) -> None:
    paths = {field.dotted for disclosure in MAPPING.types(catalog) for field in disclosure.walk()}
    below = {path.rpartition(".")[2] for path in paths}
    for name in MAPPING.rules:
        part, _, last = name.partition(".")
        assert name in paths or (part in ("items", "bids") and last in below), name


def test_a_process_of_one_parcel_has_that_parcel_alone(catalog: Catalog) -> None:
    sample = catalog.types["land/grant-result"].sample
    lot = sample["lots"][0]
    lots = [{**lot, "parcelNumber": number} for number in ("A-1", "A-2")]
    given = {key: value for key, value in sample.items() if key not in ("processId", "project")} | {
        "lots": lots
    }
    releases = made(catalog, given, "land/grant-result")
    assert len({release["ocid"] for release in releases}) == len(releases) == 2
    assert [[one["id"] for one in release["tender"]["lots"]] for release in releases] == [["A-1"], ["A-2"]]
    assert [[one["id"] for one in release["awards"]] for release in releases] == [["A-1"], ["A-2"]]


def test_lots_of_one_number_stay_two(catalog: Catalog) -> None:
    sample = catalog.types["works/award-result"].sample
    lot = {**sample["lots"][0], "lotNumber": "1"}
    (release,) = made(catalog, {**sample, "lots": [lot, lot]}, "works/award-result")
    assert [one["id"] for one in release["tender"]["lots"]] == ["1", "1-2"]


def test_a_failed_lot_is_no_award_of_anybody(catalog: Catalog) -> None:
    sample = catalog.types["works/award-result"].sample
    lot = {"lotNumber": "2", "lotOutcome": "failed"}
    (release,) = made(catalog, {**sample, "lots": [*sample["lots"], lot]}, "works/award-result")
    award = release["awards"][-1]
    assert (award["id"], award["status"], "suppliers" in award) == ("2", "unsuccessful", False)
    assert release["tender"]["status"] == "complete"  # another lot was awarded


def test_persons_stay_in_the_record(catalog: Catalog) -> None:
    name = "示例评审专家甲"
    sample = catalog.types["procurement/award-result"].sample
    given = {**sample, "evaluators": [{"personName": name}]}
    (release,) = made(catalog, given, "procurement/award-result")
    assert not any(name in one for one in every_string(release))


def test_an_invented_type_comes_out_by_itself(tmp_path: Path) -> None:
    catalog = Catalog.load(invented.plant(FOLDER, tmp_path))
    disclosure = catalog.types[invented.TYPE]
    (release, *others) = made(catalog, dict(disclosure.sample), invented.TYPE)
    assert release["tag"] == ["award"]
    found = [
        one["name"]
        for one_of in (release, *others)
        for award in one_of["awards"]
        for one in award["suppliers"]
    ]
    assert {"虚构甲公司", "虚构乙公司"} <= set(found)
    own = release["disclosures"][0]
    assert own["inventedAa"] == "虚构内容"
    schema = Extension(catalog, MAPPING).schema["definitions"]
    assert set(own) <= set(schema["Disclosure"]["properties"])
    assert "floorArea" in schema["Lot"]["properties"]["allocation"]["properties"]


def test_releases_of_a_process_are_laid_over_one_another() -> None:
    first = {
        "ocid": "ocds-opnall-p-1", "id": "a", "date": "2024-01-02T00:00:00+08:00", "tag": ["award"],
        "tender": {"id": "p-1", "status": "complete"}, "parties": [{"id": "x", "roles": ["buyer"]}],
        "awards": [{"id": "1", "value": {"amount": 1, "currency": "CNY"}}],
    }  # fmt: skip
    notice = {
        "ocid": "ocds-opnall-p-1", "id": "b", "date": "2024-01-01T00:00:00+08:00", "tag": ["tender"],
        "tender": {"id": "p-1", "status": "active", "title": "示例"}, "parties": [{"id": "x", "name": "甲"}, {"id": "y"}],
    }  # fmt: skip
    assert compiled([first, notice]) == {
        "tag": ["compiled"], "id": "ocds-opnall-p-1-2024-01-02T00:00:00+08:00", "date": "2024-01-02T00:00:00+08:00",
        "ocid": "ocds-opnall-p-1", "tender": {"id": "p-1", "status": "complete", "title": "示例"},
        "parties": [{"id": "x", "name": "甲", "roles": ["buyer"]}, {"id": "y"}],
        "awards": [{"id": "1", "value": {"amount": 1, "currency": "CNY"}}],
    }  # fmt: skip


def test_on_one_day_the_stages_have_their_order(catalog: Catalog) -> None:
    releases = Releases(catalog, MAPPING, BASE)
    given = [
        source
        for type in ("procurement/contract", "procurement/award-result", "procurement/tender-notice")
        for source in sources(
            {**catalog.types[type].sample, "publishedDate": "2024-05-01"}, catalog.types[type]
        )
    ]
    tags = [one["tag"][0] for one in record(releases, given[0].process, given)["releases"]]
    assert tags == ["tender", "award", "contract"]
