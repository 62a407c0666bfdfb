"""Plans are kept: with them and without, a request becomes the same statement with the same values."""

import json
import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import orjson
import pytest

from api.faults import InvalidOperationError
from api.limits import Limits
from api.operation import Request, Service
from api.planner import Planner
from api.preparing import Preparer
from query.binding import Binding, FixedError, Free
from schemas.catalog import Catalog
from schemas.errors import OpenallocError
from tests.query.operations import Maker
from tests.query.oracle import Oracle
from tests.query.vocabulary import Vocabulary

OPERATIONS, VARIATIONS = 80, 12
ODD = (None, True, False, 0, -1, 1, 7, 2**40, 0.0, -0.0, 0.125, 1.5, 1e300, "", "a", "昆明", "\0", "530100", "530000",
       "530114", "000000", "procurement", "2024-06-18", "2024-02-30", "PUBLISHED_DATE", [], [1], ["a", "b"], {},
       {"field": "AMOUNT"}, {"eq": 1.5}, {"and": []})  # fmt: skip
CURSORS = [f"recency!-id!|{number}|x".encode().hex() for number in (1, 2)]


def preparer(service: Service) -> Preparer:
    """One that has kept nothing yet."""
    return Preparer(service.catalog, service.model, service.schema, service.limits, service.reader)


def outcome(prepare: Callable[[], Any]) -> Any:
    """The statement, the values with their types and the end of the answer; or the code and words of a refusal."""
    try:
        ready = prepare()
    except OpenallocError as error:
        return error.code, error.message_en
    except InvalidOperationError as error:
        return error.errors
    values = [(type(v), unmarked(v) if isinstance(v, str) else v) for v in ready.values]
    return unmarked(ready.prepared.statement.text), values, ready.prepared.tail


def unmarked(text: str) -> str:
    """The text without the secrets of marks, of which each preparer has its own."""
    return re.sub(r"\b[0-9a-f]{32}:(?=[a-z]:)", "", text)


def anew(service: Service, request: Request) -> Any:
    """The outcome where every value is known while it is planned, and nothing is kept."""

    def prepare() -> Any:
        operation = replace(service.preparer.operation(request), all_fixed=True)
        return service.preparer.plan(request, operation)

    return outcome(prepare)


@contextmanager
def plans() -> Iterator[list[Planner]]:
    """The planners that are made meanwhile."""
    made: list[Planner] = []
    plan = Planner.plan

    def noted(planner: Planner, *rest: Any) -> Any:
        made.append(planner)
        return plan(planner, *rest)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Planner, "plan", noted)
        yield made


def varied(value: Any, chance: random.Random) -> Any:
    """Another value: of the same kind, of the same structure, or an odd one."""
    if chance.random() < 0.15:
        return chance.choice(ODD)
    match value:
        case bool():
            return chance.choice((True, False))
        case str():
            return chance.choice((value, value[::-1], value + "a", "530100", *CURSORS))
        case int() | float():
            return chance.choice((value + 1, value - 1, value * 0.5, 5, 100.005))
        case list():
            kept = [varied(one, chance) for one in value]
            return chance.choice((kept, kept + kept, kept[1:]))
        case dict():
            return {name: varied(one, chance) for name, one in value.items()}
        case _:
            return value


def test_with_kept_plans_every_request_becomes_what_it_is_without(service: Service, oracle: Oracle) -> None:
    kept, hits, refused = preparer(service), 0, 0
    for number in range(OPERATIONS):
        operation = Maker(oracle.schema, Vocabulary(oracle), random.Random(number)).make()
        chance = random.Random(number)
        for _ in range(VARIATIONS if operation.variables else 2):
            values = {name: varied(value, chance) for name, value in operation.variables.items()}
            if values and chance.random() < 0.1:
                values.pop(chance.choice(list(values)))
            request = Request(operation.query, values)
            with plans() as made:
                mine = outcome(lambda r=request: kept.prepare(r))  # type: ignore[misc]
            assert mine == anew(service, request), (number, values)
            hits += not made
            refused += not isinstance(mine, tuple) or len(mine) == 2
    assert hits > 200
    assert refused > 20


LISTED = """query ($n: Int, $after: String, $title: String, $amount: Float, $word: String, $in: String, $day: Date,
  $ids: [ID!], $domain: Domain, $more: DisclosureFilter!, $node: ID!) {
  disclosures(first: $n, after: $after, search: $word, filter: {title: {contains: $title}, amount: {gte: $amount},
    region: {within: $in}, publishedDate: {gt: $day}, publisher: {id: {in: $ids}}, domain: {eq: $domain}, and: [$more]})
  { nodes { id } } node(id: $node) { id } }"""
GIVEN = {
    "n": 5, "after": CURSORS[0], "title": "a", "amount": 1.5, "word": "昆明", "in": "530100", "day": "2024-06-18",
    "ids": ["publisher:a", "b"], "domain": "land", "node": "process:a",
    "more": {"or": [{"localId": {"eq": "1"}}, {"daysLate": {"gt": 3}}], "amount": {"in": [1, 2.5]}},
}  # fmt: skip
SHARED: dict[str, Any] = {
    "after": CURSORS[1], "title": "b'", "amount": 1_000_000.01, "word": "示例 采购", "in": "530300",
    "day": "2024-01-01", "ids": ["c", "publisher:d"], "domain": "procurement", "node": "process:b",
    "more": {"or": [{"localId": {"eq": "2"}}, {"daysLate": {"gt": -4}}], "amount": {"in": [7, 8.25]}},
}  # fmt: skip
APART: dict[str, Any] = {
    "n": 6, "after": None, "amount": 1.001, "in": "530114", "ids": ["a"], "node": "region:a",
    "more": {"or": [{"localId": {"eq": "1"}}], "amount": {"in": [1, 2.5]}},
}  # fmt: skip


@pytest.mark.parametrize("name", SHARED)
def test_another_value_of_the_same_shape_is_bound_and_not_planned(service: Service, name: str) -> None:
    kept = preparer(service)
    kept.prepare(Request(LISTED, GIVEN))
    request = Request(LISTED, {**GIVEN, name: SHARED[name]})
    with plans() as made:
        mine = outcome(lambda: kept.prepare(request))
    assert mine == anew(service, request)
    assert made == []


@pytest.mark.parametrize("name", APART)
def test_a_value_that_changes_the_plan_is_planned(service: Service, name: str) -> None:
    kept = preparer(service)
    kept.prepare(Request(LISTED, GIVEN))
    for given in ({**GIVEN, name: APART[name]}, GIVEN, {**GIVEN, name: APART[name]}):
        request = Request(LISTED, given)
        with plans() as made:
            mine = outcome(lambda r=request: kept.prepare(r))  # type: ignore[misc]
        assert mine == anew(service, request)
    assert made == [], "both plans are kept"


@pytest.mark.parametrize("value", [5, True, ["a"], {"a": 1}, 1.5, None, "\ud800", "\0"])
def test_a_value_of_another_type_is_refused_as_ever(service: Service, value: Any) -> None:
    kept = preparer(service)
    for name in GIVEN:
        kept.prepare(Request(LISTED, GIVEN))
        request = Request(LISTED, {**GIVEN, name: value})
        assert outcome(lambda r=request: kept.prepare(r)) == anew(service, request), name  # type: ignore[misc]


USES: list[Callable[[Any], Any]] = [
    str, repr, bool, len, list, int, float, hash, sorted, iter, dict, set, tuple, abs, round,
    lambda v: f"{v}", lambda v: f"{v}", lambda v: v == "a", lambda v: v != "a", lambda v: v < 1, lambda v: v >= 1,
    lambda v: v in ("a", "b"), lambda v: "a" in v, lambda v: {"a": 1}.get(v), lambda v: v or "b", lambda v: not v,
    lambda v: v + "a", lambda v: "a" + v, lambda v: v * 2, lambda v: 100 * v, lambda v: -v, lambda v: v[:2],
    lambda v: v.strip(), lambda v: getattr(v, "value", v), lambda v: hasattr(v, "x"), lambda v: isinstance(v, str),
    lambda v: isinstance(v, (list, dict)), lambda v: range(v), lambda v: min(v, 3), lambda v: max(3, v),
    lambda v: Decimal(repr(v)), lambda v: sum([v]), lambda v: [1, 2][v], lambda v: f"{v:>5}", lambda v: v % 2,
    # What looks at the type itself gives another error, and then everything is planned by value.
    lambda v: bytes.fromhex(v), date.fromisoformat, lambda v: re.search("a", v), lambda v: "".join([v]),
    orjson.dumps, lambda v: "a".startswith(v), json.dumps, lambda v: json.loads(v),
]  # fmt: skip


@pytest.mark.parametrize("use", range(len(USES)))
def test_a_free_value_cannot_be_looked_at(use: int) -> None:
    with pytest.raises((FixedError, TypeError)):
        USES[use](Free(("a",), str, "a"))


def test_a_match_on_a_free_value_fixes_it() -> None:
    def use(value: Any) -> bool:
        match value:
            case str():
                return True
        return False

    with pytest.raises(FixedError):
        use(Free(("a",), str, "a"))


@pytest.mark.parametrize(
    "choose",
    [
        lambda value: "ASC" if value == "a" else "DESC",
        lambda value: "ASC" if re.search("a", value) else "DESC",
        lambda value: {"a": "ASC"}.get(value, "DESC"),
        lambda value: ("DESC", "ASC")[json.dumps(value) == '"a"'],
    ],
)
def test_an_argument_that_knows_nothing_of_this_is_planned_right(
    service: Service, monkeypatch: pytest.MonkeyPatch, choose: Callable[[Any], str]
) -> None:
    """A search word that decides the order, as an author might have it who looks at values as they are."""
    before = Planner._connection

    def connection(planner: Planner, attribute: Any, nodes: Any, arguments: Any, times: int) -> Any:
        order = {"field": "AMOUNT", "direction": choose(arguments["search"])}
        return before(planner, attribute, nodes, {"orderBy": [order]}, times)

    monkeypatch.setattr(Planner, "_connection", connection)
    query = "query ($word: String) { disclosures(search: $word) { nodes { id } } }"
    kept = preparer(service)
    for word in ("a", "b", "a", "c", "b"):
        request = Request(query, {"word": word})
        text, *_ = outcome(lambda r=request: kept.prepare(r))  # type: ignore[misc]
        assert ("amount_fen ASC" in text) == (word == "a")


def test_a_list_goes_into_one_parameter_with_what_is_free_in_it() -> None:
    bind = Binding(10, RuntimeError)
    free = [Free(("names", at), str, sample) for at, sample in enumerate("ab")]
    bind(free)
    bind(free, lambda names: json.dumps(names))
    shape, places = bind.split(free, lambda names: (len(names), tuple(sorted(names))))
    assert (bind.values, shape, places) == ([["a", "b"], '["a", "b"]', "a", "b"], 2, (2, 3))
    recipe = bind.recipe()
    assert recipe.values({"names": ["d", "c"]}) == [["d", "c"], '["d", "c"]', "c", "d"]


def test_what_is_kept_is_bounded(service: Service) -> None:
    kept = preparer(service)
    query = "query ($f: DisclosureFilter, $n: Int) { disclosures(filter: $f, first: $n) { totalCount } }"
    for size in range(1, 60):
        filter_ = {"or": [{"title": {"eq": "a"}}] * size}
        kept.prepare(Request(query, {"f": filter_, "n": size}))
    assert kept._plans._weight <= kept._plans.most
    kept._plans.most = 20_000
    kept.prepare(Request(query, {"n": 3}))
    assert 0 < len(kept._plans) < 10
    for number in range(50):
        kept.operation(Request(f"{{ a{number}: __typename }} #{'x' * 1_000_000}"))
    assert kept._operations._weight <= kept._operations.most
    assert len(kept._operations) < 20


def test_limits_are_those_of_the_request_at_hand(service: Service, catalog: Catalog) -> None:
    """A plan that is kept lets no more values through than one that is made."""
    kept = Preparer(catalog, service.model, service.schema, Limits(values=40, matched=0), service.reader)
    query = "query ($f: DisclosureFilter) { disclosures(filter: $f) { totalCount } }"
    few = {"f": {"title": {"eq": "a"}}}
    kept.prepare(Request(query, few))
    for variables in ({**few, "x": ["a"] * 50}, {"x": ["a"] * 50}):
        with pytest.raises(OpenallocError) as caught:
            kept.prepare(Request(query, variables))
        assert caught.value.code == "Q108"


def test_a_value_that_nothing_reads_has_to_be_of_its_type(service: Service) -> None:
    """What `@include` leaves out is no part of the plan, but the operation declares it."""
    kept = preparer(service)
    query = """query ($in: Boolean!, $f: DisclosureFilter!, $s: [Stage!]) { __typename
      disclosures(filter: {and: [$f, {stage: {in: $s}}]}) @include(if: $in) { totalCount } }"""
    good = {"in": False, "f": {"domain": {"eq": "land"}}, "s": ["result"]}
    kept.prepare(Request(query, good))
    for changed in (
        {"f": {"domain": {"eq": "moon"}}},
        {"s": ["none"]},
        {"f": {"domain": {"eq": "water"}}},
        {},
    ):
        request = Request(query, {**good, **changed})
        assert outcome(lambda r=request: kept.prepare(r)) == anew(service, request)  # type: ignore[misc]
