"""Records of three versions of one type stand side by side and are read through the newest GraphQL type."""

from typing import Any

import pytest
from graphql import GraphQLObjectType

from api.operation import Service
from schemas.catalog import Catalog
from schemas.lineage import readable
from tests.query.oracle import Oracle
from tests.query.test_statements import data
from tests.toy import evolved

EVERYTHING = """query ($id: String) { landEvolveds(filter: {localId: {eq: $id}}) { nodes {
  schemaVersion amount dueOn plotNumber saleDate dealPrice { amount currency }
  measurement { technique surveyor { name } findings { station reading } }
  tenderers { name } notes conclusion channel email hotline
  lots { number amount colour offerPrice { amount } items { itemName quality } } items { name quality }
  parties { role name } } } }"""


def read(service: Service, version: str) -> dict[str, Any]:
    sample = evolved.sample(version)
    (node,) = data(service, EVERYTHING, id=sample["localId"])["landEvolveds"]["nodes"]
    assert isinstance(node, dict)
    return node


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_an_older_record_reads_as_if_it_were_of_the_newest_version(service: Service, version: str) -> None:
    old, new = read(service, version), read(service, "2.0")
    own = {"schemaVersion": version, "plotNumber": f"P-{version}"}
    if version == "1.0":
        own |= {"email": None, "channel": "web"}
    assert old == new | own


def test_what_the_newest_version_says_is_what_its_sample_says(service: Service) -> None:
    node, sample = read(service, "2.0"), evolved.sample("2.0")
    for name in (
        "plotNumber",
        "saleDate",
        "dealPrice",
        "tenderers",
        "notes",
        "conclusion",
        "email",
        "hotline",
    ):
        assert node[name] == sample[name], name
    assert node["measurement"]["technique"] == "实地测量"
    assert node["measurement"]["findings"] == [
        {"station": "甲点", "reading": 1.5}, {"station": "乙点", "reading": None}, {"station": None, "reading": 2.25},
    ]  # fmt: skip
    assert [(lot["colour"], lot["offerPrice"]["amount"], lot["amount"]) for lot in node["lots"]] == [
        ("青", 100.25, 100.25), (None, 200.25, 200.25),
    ]  # fmt: skip
    assert [item["quality"] for item in node["items"]] == ["上", None]
    assert (node["amount"], node["dueOn"]) == (300.5, "2024-02-28")


@pytest.mark.parametrize("version", evolved.VERSIONS)
def test_the_old_names_still_answer_and_are_deprecated(service: Service, version: str) -> None:
    query = """query ($id: String) { landEvolveds(filter: {localId: {eq: $id}}) { nodes {
      parcelCode plotNumber salePrice { amount } survey { method results { point } } telephone hotline fax
      lots { hue bid { amount } } } } }"""
    (node,) = data(service, query, id=f"EVO-{version}")["landEvolveds"]["nodes"]
    assert node == {
        "parcelCode": f"P-{version}", "plotNumber": f"P-{version}", "salePrice": {"amount": 300.5},
        "survey": {"method": "实地测量", "results": [{"point": "甲点"}, {"point": "乙点"}, {"point": None}]},
        "telephone": "0000-1000", "hotline": "0000-1000", "fax": "0000-1001" if version == "1.0" else None,
        "lots": [{"hue": "青", "bid": {"amount": 100.25}}, {"hue": None, "bid": {"amount": 200.25}}],
    }  # fmt: skip


@pytest.mark.parametrize("name", ["telephone", "hotline"])
def test_a_deprecated_property_and_its_better_name_read_each_other(name: str, toy_catalog: Catalog) -> None:
    """In 1.1 both stand side by side: a client of either finds what a record has under the other."""
    minors = [one for one in toy_catalog.history(evolved.TYPE) if one.number < (2, 0)]
    fields = {field.name: field for field in readable(minors)}
    other = {"telephone": "hotline", "hotline": "telephone"}[name]
    assert fields[name].names == (name, other)
    assert not fields[name].gone


def test_introspection_says_what_is_deprecated_and_why(oracle: Oracle) -> None:
    found = oracle.schema.get_type("LandEvolved")
    assert isinstance(found, GraphQLObjectType)
    reasons = {
        name: field.deprecation_reason for name, field in found.fields.items() if field.deprecation_reason
    }
    assert reasons["parcelCode"] == "现名 plotNumber。Now called plotNumber."
    assert reasons["telephone"] == "现名 hotline。Now called hotline."
    assert reasons["fax"].startswith("2.0 版起不再有")
    assert str(found.fields["survey"].type) == "LandEvolvedSurvey"  # as it was called before
    assert "plotNumber" not in reasons


@pytest.mark.parametrize(
    "condition",
    [
        "{amount: {eq: 300.5}}", "{dueOn: {eq: \"2024-02-28\"}}",
        "{organization: {name: {eq: \"虚构一公司\"}, role: {eq: tenderer}}}", "{outcome: {isNull: true}}",
    ],
)  # fmt: skip
def test_filters_and_orders_find_the_records_of_every_version(service: Service, condition: str) -> None:
    query = f"""{{ landEvolveds(filter: {{and: [{condition}, {{localId: {{contains: "EVO-"}}}}]}},
      orderBy: {{field: AMOUNT}}) {{ totalCount nodes {{ schemaVersion }} }} }}"""
    found = data(service, query)["landEvolveds"]
    assert sorted(node["schemaVersion"] for node in found["nodes"]) == ["1.0", "1.1", "2.0"]


def test_the_oracle_agrees_on_every_variation_of_every_version(service: Service, oracle: Oracle) -> None:
    query = EVERYTHING.replace("query ($id: String)", "").replace(
        "(filter: {localId: {eq: $id}})", "(first: 100)"
    )
    query = query.replace(
        "email", "email telephone fax parcelCode survey { method results { point } } bidders { name }"
    )
    answer = data(service, query)
    assert answer == oracle.answer(query)
    assert len(answer["landEvolveds"]["nodes"]) >= 3 * 6


def test_the_newest_version_is_the_type(toy_catalog: Catalog) -> None:
    assert toy_catalog.types[evolved.TYPE].version == "2.0"
    assert [one.version for one in toy_catalog.history(evolved.TYPE)] == list(evolved.VERSIONS)
