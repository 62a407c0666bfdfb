"""A type that nobody planned for is stored, queried, validated and served, and no code knows of it."""

from typing import Any

from starlette.testclient import TestClient

from api.app import application
from api.operation import Service
from schemas.catalog import Catalog, Disclosure
from schemas.check import check
from schemas.field import Field
from tests.query.test_statements import data

TYPE = "land/invented"


def selection(fields: tuple[Field, ...]) -> str:
    """Every property, as deep as it goes."""
    return " ".join(f"{f.name} {{ {selection(f.fields)} }}" if f.fields else f.name for f in fields)


def without_nothing(value: Any) -> Any:
    """The value without nulls and empty lists, which are absent in a document."""
    if isinstance(value, dict):
        return {
            key: kept for key, one in value.items() if (kept := without_nothing(one)) not in (None, [], {})
        }
    return [without_nothing(one) for one in value] if isinstance(value, list) else value


def own(disclosure: Disclosure, catalog: Catalog) -> tuple[Field, ...]:
    """The properties that are the type's own."""
    other = {f.name for f in catalog.types["land/grant-result"].fields}
    return tuple(f for f in disclosure.fields if f.name not in other)


def test_its_sample_comes_back_whole(service: Service, toy_catalog: Catalog) -> None:
    invented = toy_catalog.types[TYPE]
    fields = own(invented, toy_catalog)
    assert len(fields) >= 117
    query = f"""query ($id: String) {{ landInventeds(filter: {{localId: {{eq: $id}}}}) {{
      totalCount nodes {{ __typename {selection(fields)} }} }} }}"""
    found = data(service, query, id=invented.sample["localId"])["landInventeds"]
    assert found["totalCount"] == 1
    (node,) = found["nodes"]
    assert node.pop("__typename") == "LandInvented"
    items = node.pop("items")
    expected = {f.name: invented.sample[f.name] for f in fields if f.name in invented.sample}
    inside = [item for lot in invented.sample["lots"] for item in lot.get("items", [])]
    assert without_nothing(items) == [*expected.pop("items"), *inside]
    assert without_nothing(node) == expected
    assert list(node) == [f.name for f in fields if f.name != "items"]


def test_its_lots_read_their_own_properties(service: Service, toy_catalog: Catalog) -> None:
    query = """query ($id: String) { disclosures(filter: {localId: {eq: $id}}) { nodes { lots { number area amount
      ... on LandInventedLot { __typename floorArea winner { name } items { itemName } } } } } }"""
    found = data(service, query, id=toy_catalog.types[TYPE].sample["localId"])
    (node,) = found["disclosures"]["nodes"]
    assert node["lots"] == [
        {"number": "A-1", "area": 15000, "amount": 1000.5, "__typename": "LandInventedLot", "floorArea": 1.5,
         "winner": {"name": "虚构甲公司"}, "items": None},
        {"number": "A-2", "area": None, "amount": 2000.25, "__typename": "LandInventedLot", "floorArea": None,
         "winner": {"name": "虚构乙公司"}, "items": [{"itemName": "标段内标的"}]},
    ]  # fmt: skip


def test_items_of_lots_and_of_the_disclosure_read_their_own_element(
    service: Service, toy_catalog: Catalog
) -> None:
    query = """query ($id: String) { disclosures(filter: {localId: {eq: $id}}) { nodes { items { name
      ... on LandInventedItem { __typename itemName maker { name } } } } } }"""
    (node,) = data(service, query, id=toy_catalog.types[TYPE].sample["localId"])["disclosures"]["nodes"]
    by_name = {item["name"]: item for item in node["items"]}
    assert by_name["虚构标的"]["maker"] == {"name": "虚构制造厂"}
    assert by_name["标段内标的"]["maker"] is None
    assert all(
        item["name"] == item["itemName"] and item["__typename"] == "LandInventedItem"
        for item in node["items"]
    )


def test_it_is_validated_by_its_schema(toy_catalog: Catalog) -> None:
    invented = toy_catalog.types[TYPE]
    assert list(check(invented.sample, invented, toy_catalog)) == []
    wrong = {**invented.sample, "nobodyKnowsThis": 1}
    assert [issue.path for issue in check(wrong, invented, toy_catalog)]


def test_it_is_listed_and_served(service: Service, toy_catalog: Catalog) -> None:
    rows = data(service, "{ disclosureTypes { path graphqlType collection schemaUrl } }")["disclosureTypes"]
    assert {
        "path": TYPE, "graphqlType": "LandInvented", "collection": "landInventeds",
        "schemaUrl": "/schemas/land/invented/1.0.json",
    } in rows  # fmt: skip
    client = TestClient(application(toy_catalog, service.reader.engine))
    served = client.get("/schemas/land/invented/1.0.json")
    assert served.content == (toy_catalog.folder / TYPE / "1.0.json").read_bytes()
    assert TYPE in {one["type"] for one in client.get("/schemas/").json()["types"]}
