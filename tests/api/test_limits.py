"""Every limit: a document at it is answered, one beyond it is refused with the limit's code before it runs, and plainly."""

import json
from collections.abc import Mapping
from copy import copy
from typing import Any

import pytest
from graphql import get_introspection_query

from api.introspection import Sizes
from api.limits import Limits, introspected
from api.operation import Request, Service
from api.subscriptions import Subscriptions
from query.errors import QueryError
from schemas.catalog import Catalog

LIMITS = Limits()


def depth(levels: int) -> str:
    return f'{{ region(code: "530114") {{ {"parent { " * (levels - 2)} code {"}" * (levels - 2)} }} }}'


def aliases(count: int) -> str:
    return f'{{ region(code: "530114") {{ {" ".join(f"a{n}: code" for n in range(count))} }} }}'


def spread_aliases(count: int) -> str:
    """Half of them in a fragment that is spread twice."""
    inside = " ".join(f"a{n}: code" for n in range(count // 2))
    return f'{{ region(code: "530114") {{ {"b: code " * (count % 2)} ...F ...F }} }} fragment F on Region {{ {inside} }}'


def root_fields(count: int) -> str:
    return f"{{ {'__typename ' * count} }}"


def directives(count: int) -> str:
    return f'{{ {"__typename " * 3} region(code: "530114") {{ {"code @skip(if: false) " * count} }} }}'


def tokens(count: int) -> str:
    spreads, one = divmod(count - 18, 2)
    return f'{{ region(code: "530114") {{ code {"...F " * spreads}{"code" * one} }} }} fragment F on Region {{ code }}'


def first(size: int) -> str:
    return f"{{ disclosures(first: {size}) {{ totalCount }} }}"


def last(size: int) -> str:
    return f"{{ disclosures(last: {size}) {{ totalCount }} }}"


def introspection(times: int) -> str:
    fields = "fields { name description type { name kind } }"
    return f"{{ __schema {{ {' '.join(f'a{n}: types {{ name {fields} }}' for n in range(times))} }} }}"


CASES = [
    ("Q101", depth, LIMITS.depth),
    ("Q102", aliases, LIMITS.aliases),
    ("Q102", spread_aliases, LIMITS.aliases),
    ("Q103", directives, LIMITS.directives),
    ("Q104", root_fields, LIMITS.root_fields),
    ("Q110", tokens, LIMITS.tokens),
    ("Q003", first, 100),
    ("Q003", last, 100),
]


def answer(
    service: Service, query: str, variables: Mapping[str, Any] | None = None
) -> tuple[dict[str, Any], bool]:
    """The response, and whether the operation was refused before any of it ran."""
    found = service.answer(Request(query, variables or {}))
    return json.loads(found.body), found.refused


@pytest.mark.parametrize(
    ("code", "make", "most"), CASES, ids=lambda case: getattr(case, "__name__", str(case))
)
def test_at_the_limit_is_answered_and_one_more_is_refused(
    answering: Service, code: str, make: Any, most: int
) -> None:
    at, _ = answer(answering, make(most))
    assert "errors" not in at, at
    beyond, refused = answer(answering, make(most + 1))
    (error,) = beyond["errors"]
    assert error["extensions"]["code"] == code
    assert str(most) in error["message"], "the message says the limit"
    assert refused


def nodes(size: int) -> str:
    """21 publishers with `size` disclosures each, and for each of these three lots at a guess: 21 + 4 · 21 · size."""
    below = f"disclosures(first: {size}) {{ nodes {{ lots {{ number }} }} }}"
    return f"{{ publishers(first: 21) {{ nodes {{ {below} }} }} }}"


def test_nodes_are_counted_by_page_sizes_before_anything_runs(answering: Service, catalog: Catalog) -> None:
    found, _ = answer(answering, nodes(100))
    cost = found["extensions"]["cost"]
    assert (cost["nodes"], cost["most"]) == (21 + 4 * 21 * 100, LIMITS.nodes)
    for most, codes in ((8421, []), (8420, ["Q105"])):
        service = Service(catalog, answering.reader.engine, Limits(nodes=most))
        found, refused = answer(service, nodes(100))
        assert [error["extensions"]["code"] for error in found.get("errors", [])] == codes
        assert refused == bool(codes)


def test_filters_alone_may_be_more_than_a_statement_should_test(answering: Service) -> None:
    """Every comparison that no index serves counts, in each list that has it; so do conditions on related disclosures."""
    page = "disclosures(first: 1, filter: $f) { nodes { id } }"
    several = [f"a{n}: {page}" for n in range(19)]
    inner = " ".join([page, page.replace("d", "lateD", 1), *(f"b{n}: {page}" for n in range(11))])
    bare = {"and": [{"title": {"isNull": True}}] * 251}
    related = {"and": [{"process": {"disclosures": {"some": {}}}}] * 8}
    for lists, given, codes in (
        ([page], bare, []),
        ([page], related, []),
        ([*several, page], bare, ["Q115"]),
        ([*several, f"publishers(first: 1) {{ nodes {{ {inner} }} }}"], related, ["Q115"]),
    ):
        query = f"query ($f: DisclosureFilter) {{ {' '.join(lists)} }}"
        found, refused = answer(answering, query, {"f": given})
        assert [error["extensions"]["code"] for error in found.get("errors", [])] == codes
        assert refused == bool(codes)


def test_a_subscription_may_not_test_too_much_either(answering: Service) -> None:
    several = "{title: {isNull: true}} " * 200
    query = f"subscription {{ disclosureAdded(filter: {{and: [{several}]}}) {{ id }} }}"
    limited = copy(answering)
    for rows, refused_ in ((200 * 400 + 50, False), (200 * 400 + 49, True)):
        limited.limits = Limits(rows=rows)
        begun = Subscriptions(limited)._begin
        if refused_:
            with pytest.raises(QueryError, match="rows") as told:
                begun(Request(query, {}), "", None)
            assert told.value.code == "Q115"
        else:
            assert begun(Request(query, {}), "", None)[1] == 50 + rows


def test_lists_without_a_page_size_are_counted_by_a_guess(answering: Service) -> None:
    """Up to the parent and down to all its children, over and over: 16 to the power of the turns, in Yunnan."""
    turns = {1: [], 2: ["Q105"], 4: ["Q105"]}
    for count, codes in turns.items():
        inside = "children { parent { " * count + "code" + " } }" * count
        found, refused = answer(
            answering, f"{{ regions(first: 50) {{ nodes {{ children {{ {inside} }} }} }} }}"
        )
        assert [error["extensions"]["code"] for error in found.get("errors", [])] == codes
        assert refused == bool(codes)


def test_values_are_counted_in_variables_and_in_arguments(answering: Service) -> None:
    query = "query ($f: DisclosureFilter) { disclosures(filter: $f) { totalCount } }"
    some = {"or": [{"title": {"in": ["a"] * 90}}] * 10}
    found, _ = answer(answering, query, {"f": some})
    assert found["data"] == {"disclosures": {"totalCount": 0}}
    more = {"or": [{"title": {"in": ["a"] * 100}}] * 10}
    twice = "query ($f: DisclosureFilter) { a: disclosures(filter: $f) { totalCount } b: disclosures(filter: $f) { totalCount } }"
    for text, variables in ((query, {"f": more}), (twice, {"f": some})):
        found, refused = answer(answering, text, variables)
        assert found["errors"][0]["extensions"]["code"] == "Q108"
        assert refused


def test_the_usual_introspection_is_answered_and_kept(
    answering: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With everything that GraphiQL and generators of code may ask for."""
    query = get_introspection_query(
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
    )
    first_time, _ = answer(answering, query)
    assert len(first_time["data"]["__schema"]["types"]) > 100
    monkeypatch.setattr("api.preparing.execute", None)  # it is not described a second time
    again, _ = answer(answering, query)
    assert again == first_time


@pytest.mark.parametrize(
    "query",
    [
        get_introspection_query(),
        introspection(5),
        "{ __schema { types { fields { type { fields { name } } } } } }",
        "{ __schema { types { inputFields { type { inputFields { name } } } } } }",
        "{ __schema { types { fields { args { type { inputFields { name } } } } } } }",
        "{ __schema { types { interfaces { possibleTypes { name } } } } }",
        '{ __type(name: "Query") { fields { args { type { inputFields { name } } } } } }',
    ],
)
def test_the_values_of_an_introspection_are_told_beforehand(answering: Service, query: str) -> None:
    """Not far above what they are, and hardly below."""
    operation = answering.preparer.operation(Request(query))
    told = introspected(operation.document, operation.node, Sizes.of(answering.schema))
    found, _ = answer(answering, query)
    assert 0.7 * values(found["data"]) < told
    assert told < 2 * values(found["data"]) or "__type(" in query


def values(found: Any) -> int:
    """How many values there are in it."""
    below = found.values() if isinstance(found, dict) else found if isinstance(found, list) else ()
    return sum(1 + values(one) for one in below)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (introspection(30), "Q107"),
        ("{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }", "Q107"),
        ('{ __type(name: "Lot") { fields { type { fields { type { fields { name } } } } } } }', "Q107"),
        ("{ __schema { types { ...T } } } fragment T on __Type { fields { type { ...T } } }", "Q106"),
        ('{ __type(name: "Lot") { ' + "ofType { " * 16 + "name" + " }" * 16 + " } }", "Q101"),
    ],
    ids=["wide", "deep", "deep from one type", "cyclic", "types of types"],
)
def test_introspection_has_a_budget_of_its_own(answering: Service, query: str, code: str) -> None:
    found, refused = answer(answering, query)
    assert found["errors"][0]["extensions"]["code"] == code
    assert refused


def test_an_introspection_within_the_budget_beside_data_is_answered(answering: Service) -> None:
    query = "query ($l: Level) { __schema { queryType { name } } regions(filter: {level: {eq: $l}}) { totalCount } }"
    found, _ = answer(answering, query, {"l": "province"})
    assert found["data"]["__schema"] == {"queryType": {"name": "Query"}}
    assert found["data"]["regions"]["totalCount"] > 30


@pytest.mark.parametrize("literal", [True, False])
def test_a_filter_may_be_ten_levels_deep_and_no_argument_thirty(answering: Service, literal: bool) -> None:
    for levels, codes in ((9, []), (29, ["Q021"]), (30, ["Q116"])):
        if literal:
            filter_ = "{not: " * levels + "{}" + "}" * levels
            found, _ = answer(answering, f"{{ disclosures(filter: {filter_}) {{ totalCount }} }}")
        else:
            given: dict[str, object] = {}
            for _ in range(levels):
                given = {"not": given}
            query = "query ($f: DisclosureFilter) { disclosures(filter: $f) { totalCount } }"
            found, _ = answer(answering, query, {"f": given})
        assert [error["extensions"]["code"] for error in found.get("errors", [])] == codes
