"""Operations that mean harm: each gets an error with a code before anything runs, and nothing of our insides."""

import json
from functools import reduce
from typing import Any

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.operation import Request, Service
from schemas.catalog import Catalog
from tests.query import records

INSIDES = ("Traceback", "SELECT", "sqlite", "psycopg", 'File "', ".py", "OperationalError")
FILTERED = "query ($f: DisclosureFilter) { disclosures(filter: $f) { totalCount } }"


def cursor(text: str) -> str:
    """A cursor that nobody was given."""
    return text.encode().hex()


def doubling(count: int, last: str = "id") -> str:
    """Fragments that each spread the next one twice: 2^count fields when spread naively."""
    spread = " ".join(f"fragment F{n} on Disclosure {{ ...F{n + 1} ...F{n + 1} }}" for n in range(count))
    return f"{{ disclosures {{ nodes {{ ...F0 }} }} }} {spread} fragment F{count} on Disclosure {{ {last} }}"


def tripling(count: int) -> str:
    """Fields that merge, each spreading the next fragment: 3^count selections when not merged."""
    inside = "parent {{ ...F{0} }} parent {{ ...F{0} }} parent {{ ...F{0} }}"
    spread = " ".join(f"fragment F{n} on Region {{ {inside.format(n + 1)} }}" for n in range(count))
    return f'{{ region(code: "530114") {{ ...F0 }} }} {spread} fragment F{count} on Region {{ nope }}'


def paged(after: str, order: str = "") -> str:
    return f'{{ disclosures(after: "{after}"{order}) {{ nodes {{ id }} }} }}'


BY_DATE = ", orderBy: {field: DUE_ON}"
# what it is → (document, variables, code)
CASES: dict[str, tuple[str, Any, str]] = {
    "doubling fragments of a field that is not": (doubling(150, "nope"), {}, "Q111"),
    "doubling fragments with aliases": (doubling(40, "a: id"), {}, "Q102"),
    "merging fields of fragments": (tripling(9), {}, "Q111"),
    "a cyclic fragment": ("{ disclosures { nodes { ...A } } } fragment A on Disclosure { ...A }", {}, "Q106"),
    "a cycle of two": (
        "{ disclosures { nodes { ...A } } } fragment A on Disclosure { ...B } fragment B on Disclosure { ...A }", {}, "Q106",
    ),
    "a cycle through a field": (
        "{ region(code: \"1\") { ...A } } fragment A on Region { parent { ...A } }", {}, "Q106",
    ),
    "a cycle that is not used": ("{ __typename } fragment A on Disclosure { ...A }", {}, "Q111"),
    "an unknown fragment": ("{ disclosures { nodes { ...Nope } } }", {}, "Q111"),
    "a fragment on nothing": ("{ disclosures { ... on Nope { id } } }", {}, "Q111"),
    "a misspelled field": ("{ disclosure(id: \"1\") { titel } }", {}, "Q111"),
    "a misspelled root": ("{ disclosurs { totalCount } }", {}, "Q111"),
    "hundreds of misspelled fields": (f"{{ disclosures {{ nodes {{ {' '.join(f'amount{n}' for n in range(1900))} }} }} }}", {}, "Q111"),
    "one field two thousand times": (f"{{ disclosures {{ nodes {{ {'id ' * 1900} }} }} }}", {}, "Q109"),
    "ten thousand declared variables": (f"query ({' '.join(f'$v{n}: Int' for n in range(10_000))}) {{ __typename }}", {}, "Q110"),
    "hundreds of unused variables": (f"query ({' '.join(f'$v{n}: Int' for n in range(490))}) {{ __typename }}", {}, "Q111"),
    "ten thousand given variables": ("{ __typename }", {f"v{n}": n for n in range(10_000)}, "Q108"),
    "a filter of five thousand": (FILTERED, {"f": {"or": [{"title": {"contains": "a"}}] * 5_000}}, "Q108"),
    "a filter of half a million": (FILTERED, {"f": {"or": [{"title": {"in": ["a"] * 100}}] * 5_000}}, "Q108"),
    "a filter nine hundred deep": (FILTERED, {"f": reduce(lambda f, _: {"not": f}, range(900), {})}, "Q116"),
    "a filter of thirty-one levels": (FILTERED, {"f": reduce(lambda f, _: {"not": f}, range(30), {})}, "Q116"),
    "a literal of thirty-one levels": (
        f"{{ disclosures(filter: {'{not: ' * 30}{{}}{'}' * 30}) {{ totalCount }} }}", {}, "Q116",
    ),
    "a default of thirty-one levels": (
        f"query ($f: DisclosureFilter = {'{not: ' * 30}{{}}{'}' * 30}) {{ disclosures(filter: $f) {{ totalCount }} }}", {}, "Q116",
    ),
    "too many values of one field": (FILTERED, {"f": {"title": {"in": ["a"] * 101}}}, "Q001"),
    "a document four hundred deep": ("{ a " * 400 + "}" * 400, {}, "Q110"),
    "no document": ("   ", {}, "Q110"),
    "half a document": ("{ disclosures(", {}, "Q110"),
    "control characters": ("{ \x01 }", {}, "Q110"),
    "a mutation": ("mutation { x }", {}, "Q114"),
    "a subscription": ("subscription { disclosureAdded { id } }", {}, "A060"),
    "only a fragment": ("fragment A on Disclosure { id }", {}, "Q111"),
    "two operations and no name": ("query A { __typename } query B { __typename }", {}, "Q113"),
    "a page of nothing": ("{ disclosures(first: 0) { totalCount } }", {}, "Q003"),
    "a page below nothing": ("{ disclosures(last: -1) { totalCount } }", {}, "Q003"),
    "both ends": ("{ disclosures(first: 1, last: 1) { totalCount } }", {}, "Q001"),
    "an integer beyond 32 bits": ("{ disclosures(first: 99999999999) { totalCount } }", {}, "Q111"),
    "a variable beyond 32 bits": ("query ($n: Int) { disclosures(first: $n) { totalCount } }", {"n": 2**40}, "Q112"),
    "an integer of four thousand digits": (f"{{ disclosures(first: {'9' * 4000}) {{ totalCount }} }}", {}, "Q111"),
    "an amount of four hundred digits": (f"{{ disclosures(filter: {{amount: {{lt: {'9' * 400}}}}}) {{ totalCount }} }}", {}, "Q006"),
    "an amount of five thousand digits": (f"{{ disclosures(filter: {{amount: {{lt: {'9' * 5000}}}}}) {{ totalCount }} }}", {}, "Q006"),
    "an endless amount": ("{ disclosures(filter: {amount: {gt: 1e400}}) { totalCount } }", {}, "Q006"),
    "an amount beyond the column": (FILTERED, {"f": {"amount": {"in": [1, 1e300]}}}, "Q006"),
    "an infinite variable": (FILTERED, {"f": {"amount": {"eq": float("inf")}}}, "Q112"),
    "a date of no calendar": ("{ disclosures(filter: {publishedDate: {eq: \"2024-02-30\"}}) { totalCount } }", {}, "Q111"),
    "a date in another notation": (FILTERED, {"f": {"publishedDate": {"eq": "20240218"}}}, "Q112"),
    "a cursor that is no cursor": (paged("nope"), {}, "Q004"),
    "a cursor of nothing": (paged(""), {}, "Q004"),
    "a cursor of another order": (paged(cursor("amount_fen!-recency!-id!|1|1|a")), {}, "Q004"),
    "a cursor of an enormous number": (paged(cursor(f"recency!-id!|{'9' * 40}|a")), {}, "Q004"),
    "a cursor without its values": (paged(cursor("recency!-id!||")), {}, "Q004"),
    "a cursor with a date that is none": (paged(cursor("due_on!-recency!-id!|nope|1|a"), BY_DATE), {}, "Q004"),
    "a cursor with SQL": (paged(cursor("recency!-id!|1 OR 1=1|a")), {}, "Q004"),
    "a cursor that is not UTF-8": (paged("ff" * 20), {}, "Q004"),
    "a cursor with NUL": (paged(cursor("recency!-id!|1|\0")), {}, "Q001"),
    "NUL in a text": ("{ disclosures(filter: {title: {eq: \"\\u0000\"}}) { totalCount } }", {}, "Q001"),
    "NUL in an id": ("query ($id: ID!) { disclosure(id: $id) { id } }", {"id": "a\0b"}, "Q001"),
    "half a character in the document": ("{ disclosures(search: \"\\uD800\") { totalCount } }", {}, "Q110"),
    "half a character in a variable": (FILTERED, {"f": {"title": {"eq": "\ud800"}}}, "Q001"),
    "a word that is none": ("{ disclosures(search: \"、。\") { totalCount } }", {}, "Q005"),
    "a region that is none": ("{ disclosures(filter: {region: {within: \"999999\"}}) { totalCount } }", {}, "Q002"),
    "null for a filter": (FILTERED, {"f": {"title": None}}, "Q001"),
    "null for an operator": (FILTERED, {"f": {"title": {"eq": None}}}, "Q001"),
    "null for a directive": ("query ($b: Boolean = true) { __typename @skip(if: $b) }", {"b": None}, "Q112"),
    "null for a required argument": ("query ($id: ID = \"a\") { node(id: $id) { id } }", {"id": None}, "Q112"),
    "no argument where one is needed": ("{ organization { id } }", {}, "Q001"),
    "a variable of another type": ("query ($n: Int) { disclosures(search: $n) { totalCount } }", {"n": 1}, "Q111"),
    "a filter that is a list": (FILTERED, {"f": [1]}, "Q112"),
    "conflicting fields": ("{ disclosures { nodes { a: id a: title } } }", {}, "Q111"),
    "an unknown directive": ("{ __typename @nope }", {}, "Q111"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_it_is_refused_with_a_code(answering: Service, case: str) -> None:
    query, variables, code = CASES[case]
    answer = answering.answer(Request(query, variables))
    found = json.loads(answer.body)
    assert answer.refused
    assert set(found) == {"errors"}
    assert [error["extensions"]["code"] for error in found["errors"]] == [code] * len(found["errors"])
    for error in found["errors"]:
        chinese, english = error["message"].split(" / ", 1)
        assert not chinese.isascii()
        assert english
        assert len(error["message"]) < 2_000
    assert not [word for word in INSIDES if word in answer.body.decode()]


@pytest.mark.parametrize("case", CASES)
def test_over_http_it_is_an_answer_of_the_client_s_fault(client: TestClient, case: str) -> None:
    query, variables, code = CASES[case]
    body = json.dumps({"query": query, "variables": variables})
    if "\\ud8" in body and not query.count("uD8"):  # half a character in JSON does not even get this far
        code = "A001"
    if case == "an infinite variable":
        body = body.replace("Infinity", "null")
    headers = {"content-type": "application/json", "accept": "application/graphql-response+json"}
    response = client.post("/graphql", content=body, headers=headers)
    codes = {error["extensions"]["code"] for error in response.json()["errors"]}
    if case == "a filter of half a million":
        assert (response.status_code, codes) == (413, {"A006"})
    elif case == "an infinite variable":  # JSON has none; null is what it is written as
        assert (response.status_code, codes) == (400, {"Q001"})
    else:
        assert (response.status_code, codes) == (400, {code})


def test_what_sqlite_refuses_postgresql_refuses(engine: Engine, catalog: Catalog) -> None:
    """Values that only the database could stumble over: on both they get this far or not at all."""
    records.store(engine, catalog)
    service = Service(catalog, engine)
    for case, (query, variables, code) in CASES.items():
        found = json.loads(service.answer(Request(query, variables)).body)
        assert found.get("errors", [{}])[0].get("extensions", {}).get("code") == code, case


@pytest.mark.parametrize(
    "search",
    [
        '" OR "',
        "a* NEAR(b)",
        "terms:昆明",
        "昆明 OR 云南",
        "{昆明}",
        "^昆明",
        "-昆明",
        "a AND NOT b",
        "'昆明'",
        '昆明" --',
        "%",
        "昆%",
    ],
)
def test_search_has_no_language_of_its_own(engine: Engine, catalog: Catalog, search: str) -> None:
    """What FTS5 or PostgreSQL would read as an operator is a word like any other."""
    found = json.loads(
        Service(catalog, engine)
        .answer(Request("query ($s: String) { disclosures(search: $s) { totalCount } }", {"s": search}))
        .body
    )
    assert "data" in found or found["errors"][0]["extensions"]["code"] in ("Q005", "Q042", "Q043")
