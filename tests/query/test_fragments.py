"""Fragments, directives and merging by example; the made-up operations meet some of these too seldom."""

import pytest

from api.operation import Request, Service
from tests.query.comparison import difference
from tests.query.oracle import Oracle
from tests.query.test_statements import data

CASES = {
    "a type within a list below another type": """{ disclosures(first: 100) { nodes { ... on LandGrantResult { id }
      processes { disclosures(first: 50) { nodes { type ... on LandGrantResult { supervisionNumber lots { ... on LandGrantResultLot { parcelNumber } } } } } } } } }""",
    "lots of types below the base and below a branch": """{ disclosures(first: 100) { nodes {
      ... on LandGrantNotice { parties { lot { number ... on LandGrantNoticeLot { parcelNumber } } } }
      parties { lot { ... on LandGrantNoticeLot { landUse } ... on WorksTenderNoticeLot { lotTitle } title } }
      lots { __typename ... on LandGrantResultLot { price { amount } } ... on LandGrantNoticeLot { startingPrice { amount } } } } } }""",
    "one key for other fields of other types": """{ disclosures(first: 100) { nodes {
      ... on LandGrantResult { number: supervisionNumber } ... on LandGrantNotice { number: noticeNumber } } } }""",
    "interfaces within types within interfaces": """{ disclosures(first: 100) { nodes { ... on Node { ... on Disclosure {
      ... on ProcurementContract { ... on Node { id ... on LandGrantResult { title } } contractNumber } } } } } }""",
    "a type that never applies": "{ landGrantResults { nodes { id ... on Node { ... on LandGrantNotice { noticeNumber } } } } }",
    "fields that merge deeply": """{ disclosures(first: 5) { nodes { publisher { name } ...A } nodes { publisher { region { code } } } edges { node { id } } edges { cursor node { title } } } }
      fragment A on Disclosure { publisher { id region { title } } ... on LandGrantResult { publisher { uscc } } }""",
    "the order of keys across fragments": """{ disclosures(first: 9) { nodes { ...B title ... on LandGrantResult { stage } id ...A } } }
      fragment A on Disclosure { domain id } fragment B on Disclosure { ... on LandGrantResult { supervisionNumber } id type }""",
    "a fragment left out once and spread once": """query ($no: Boolean = false) { disclosures(first: 2) { nodes { ...A @include(if: $no) id ...A @skip(if: $no) } } }
      fragment A on Disclosure { title }""",
    "skip and include at once": "{ disclosures(first: 2) { nodes { id title @skip(if: true) @include(if: true) stage @skip(if: false) @include(if: true) } } }",
    "everything left out": "{ disclosures(first: 2) @skip(if: true) { totalCount } }",
    "everything inside left out": "{ disclosures(first: 2) { nodes { id @skip(if: true) } totalCount @include(if: false) pageInfo { endCursor @skip(if: true) } } }",
    "only what needs no row": "{ disclosures(search: \"虚构虚构虚构\") { totalCount __typename pageInfo { hasPreviousPage } } }",
    "facts of an empty page": """{ disclosures(search: "虚构虚构虚构") { nodes { id } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }""",
    "what is not there": """{ node(id: "organization:none") { id } other: node(id: "nothing:1") { id } region(code: "1") { title }
      disclosure(id: "000000-0000000000000000") { title } process(id: "p-none") { id } }""",
    "a node of every kind": """{ disclosures(first: 1) { nodes { publisher { id ... on Node { __typename id } } region { ... on Node { __typename } } } }
      region: node(id: "region:530114") { __typename id ... on Region { title parent { title } } ... on Publisher { name } } }""",
    "ids with and without their kind": """{ a: region(code: "530114") { id } disclosures(first: 1) { nodes { processes { id number publisher { id } } } } }""",
    "the same list twice": "{ a: disclosures(first: 1) { nodes { id } } b: disclosures(first: 1, after: null, filter: null, search: null, orderBy: null) { nodes { id } } }",
    "types beside data": "{ disclosureTypes { __typename path a: title ... on DisclosureType { collection } } publishers(first: 1) { __typename edges { __typename } pageInfo { __typename } } }",
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_it_is_answered_as_the_oracle_does(service: Service, oracle: Oracle, case: str) -> None:
    assert difference(oracle.answer(CASES[case]), data(service, CASES[case])) == ""


@pytest.mark.parametrize(
    "variables", [{}, {"first": None}, {"first": 3}, {"filter": None}, {"filter": {}}, {"title": "公告"}, {"title": "公告", "filter": {"domain": {"eq": "land"}}}],
)  # fmt: skip
def test_variables_may_be_left_out_or_null(
    service: Service, oracle: Oracle, variables: dict[str, object]
) -> None:
    query = """query ($first: Int, $filter: DisclosureFilter, $title: String) {
      a: disclosures(first: $first, filter: $filter) { nodes { id } }
      b: disclosures(filter: {title: {contains: $title}}) { totalCount } }"""
    assert difference(oracle.answer(query, variables), data(service, query, **variables)) == ""


def test_an_explicit_null_in_a_filter_is_refused(service: Service) -> None:
    query = "query ($title: String) { disclosures(filter: {title: {contains: $title}}) { totalCount } }"
    assert b"Q001" in service.answer(Request(query, {"title": None})).body
