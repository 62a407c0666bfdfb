"""What an operation costs: the rows it may make the database read, by the model that docs/limits.md tells."""

import json

import pytest

from api.limits import Limits
from api.operation import Request, Service
from query.cost import CONTAINS, FROM_A_ROLLUP, READS, RELATED, TESTS, UNSERVED
from schemas.catalog import Catalog

HAS = TESTS["Has"]
COUNT = READS["TotalCount"]
EXAMPLES: dict[str, int] = {
    "{ __typename }": 0,
    '{ disclosure(id: "a") { id } }': 1,
    '{ disclosure(id: "a") { id publisher { name region { title } } } }': 3,
    "{ disclosures(first: 50) { nodes { id } } }": 51,
    "{ disclosures(first: 50) { nodes { id } edges { cursor } } }": 51,
    # three parties of each, at a guess, each with its organization
    "{ disclosures(first: 50) { nodes { parties { organization { name } } } } }": 51 + 50 * (3 + 3),
    # its document is opened
    "{ landGrantResults(first: 10) { nodes { value { amount } } } }": 11 + 10,
    "{ disclosures(first: 50) { totalCount } }": 51 + FROM_A_ROLLUP,
    '{ disclosures(first: 9, filter: {title: {contains: "a"}}) { totalCount } }': (10 + COUNT) * (1 + CONTAINS) + 2 * UNSERVED,
    '{ disclosures(first: 9, filter: {organization: {name: {eq: "a"}}}) { nodes { id } } }': 10 * (1 + HAS) + UNSERVED,
    "{ disclosures(first: 9, filter: {process: {disclosures: {some: {}}}}) { nodes { id } } }": 10 * (1 + 2 * HAS) + RELATED,
    '{ disclosures(first: 9, filter: {amount: {isNull: true}, id: {eq: "a"}}) { nodes { id } } }': 10 + UNSERVED,
    "{ statistics(having: {count: {gt: 1}}) { groups { count } } }": FROM_A_ROLLUP + UNSERVED,
    '{ region(code: "53") { byChild(filter: {title: {eq: "a"}}) { count } } }': 1 + 1_000 + 20 + UNSERVED,
    '{ organization(id: "a") { roles(first: 9, filter: {title: {eq: "a"}}) { nodes { disclosures } } } }': 1 + 10 + UNSERVED,
    '{ items(first: 9, filter: {name: {eq: "a"}}) { prices(first: 1) { nodes { mean } } } }': 10 + READS["Within"] + 2 * UNSERVED + 2,
    '{ disclosures(first: 9, filter: {type: {eq: "a"}, domain: {eq: land}}) { nodes { id } } }': 10,
    "{ organizations(first: 10) { nodes { disclosures(first: 5) { totalCount nodes { id } } } } }": 11 + 10 * (6 + COUNT),
    '{ nodes(ids: ["a", "region:530100"]) { id ... on Region { parent { title } } } }': 2 + 2,
    '{ node(id: "publisher:a") { ... on Publisher { timeliness { late } } } }': 1 + 1_000 + 20,
    "{ a: disclosures(first: 1) { nodes { id } } b: disclosures(first: 2) { nodes { id } } }": 2 + 3,
}  # fmt: skip


@pytest.fixture(scope="module")
def service(request: pytest.FixtureRequest, catalog: Catalog) -> Service:
    """Over the regions alone: a cost is known without rows."""
    from store.engine import connect

    return Service(catalog, connect(f"sqlite:///{request.getfixturevalue('sqlite_template')}"))


def cost_of(service: Service, query: str, **variables: object) -> int:
    found = json.loads(service.answer(Request(query, variables)).body)
    assert "errors" not in found, found
    rows: int = found["extensions"]["cost"]["rows"]
    return rows


@pytest.mark.parametrize("query", EXAMPLES)
def test_an_operation_costs_the_rows_that_it_may_read(service: Service, query: str) -> None:
    assert cost_of(service, query) == EXAMPLES[query]


def test_a_type_s_branch_costs_what_the_dearest_does(service: Service) -> None:
    both = "... on LandGrantResult { publisher { name } } ... on ProcurementAwardResult { parties { name } }"
    assert cost_of(service, f"{{ disclosures(first: 10) {{ nodes {{ id {both} }} }} }}") == 11 + 10 * 3


def test_the_size_of_a_page_in_a_variable_costs_as_much(service: Service) -> None:
    query = "query ($n: Int) { disclosures(first: $n) { nodes { id } } }"
    assert [cost_of(service, query, n=size) for size in (1, 50, 1)] == [2, 51, 2]


def test_more_than_there_may_be_is_refused_before_it_runs(service: Service, catalog: Catalog) -> None:
    query = "{ organizations(first: 100) { nodes { disclosures(first: 1) { totalCount } } } }"
    rows = cost_of(service, query)
    for most, codes in ((rows, []), (rows - 1, ["Q115"])):
        limited = Service(catalog, service.reader.engine, Limits(rows=most))
        found = json.loads(limited.answer(Request(query)).body)
        assert [error["extensions"]["code"] for error in found.get("errors", [])] == codes
