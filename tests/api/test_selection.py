"""What a selection means: GraphQL's answer to its filter, row by row."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from api.operation import Request, Service
from publish.selection import Selection
from schemas.catalog import Catalog

Row = dict[str, Any]
LIST = """query ($filter: DisclosureFilter, $search: String) {
  disclosures(filter: $filter, search: $search, first: 100) { totalCount nodes {
    domain type stage level outcome region { code } publishedDate amount daysLate publisher { id } parties { role organization { id } }
} } }"""


def asked(service: Service, catalog: Catalog, *parameters: tuple[str, str]) -> list[Row]:
    selection = Selection.of(parameters, catalog)
    variables = {"filter": selection.filter(), "search": selection.search or None}
    answer = orjson.loads(service.answer(Request(LIST, variables=variables)).body)
    assert "errors" not in answer, answer
    nodes: list[Row] = answer["data"]["disclosures"]["nodes"]
    assert answer["data"]["disclosures"]["totalCount"] >= len(nodes)
    return nodes


@pytest.mark.parametrize(
    ("parameter", "value", "meets"),
    [
        ("domain", "land", lambda one: one["domain"] == "land"),
        ("type", "land/grant-result", lambda one: one["type"] == "land/grant-result"),
        ("stage", "notice", lambda one: one["stage"] == "notice"),
        ("level", "county", lambda one: one["level"] == "county"),
        ("outcome", "failed", lambda one: one["outcome"] == "failed"),
        ("region", "530100", lambda one: one["region"]["code"].startswith("5301")),
        ("from", "2024-03", lambda one: one["publishedDate"] >= "2024-03-01"),
        ("to", "2024-03", lambda one: one["publishedDate"] <= "2024-03-31"),
        ("min", "1000000", lambda one: one["amount"] >= 1_000_000),
        ("max", "1000000", lambda one: one["amount"] <= 1_000_000),
        ("late", "1", lambda one: one["daysLate"] > 0),
        ("role", "supplier", lambda one: any(party["role"] == "supplier" for party in one["parties"])),
        ("filter", '{"daysLate": {"lte": 0}}', lambda one: one["daysLate"] <= 0),
    ],
)
def test_every_row_meets_the_parameter(
    answering: Service, catalog: Catalog, parameter: str, value: str, meets: Callable[[Row], bool]
) -> None:
    found = asked(answering, catalog, (parameter, value))
    assert found
    assert all(map(meets, found))


def test_ids_as_they_stand_in_answers_select(answering: Service, catalog: Catalog) -> None:
    row = next(one for one in asked(answering, catalog, ("role", "supplier")) if one["publisher"])
    for one in asked(answering, catalog, ("publisher", row["publisher"]["id"])):
        assert one["publisher"] == row["publisher"]
    party = next(one for one in row["parties"] if one["organization"])
    found = asked(answering, catalog, ("organization", party["organization"]["id"]), ("role", party["role"]))
    assert found
    for one in found:
        assert party in one["parties"]
