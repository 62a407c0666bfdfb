"""Statistics and facets: who answers, what is refused, and that both who can answer say the same."""

import json
from copy import copy
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, update

from api.limits import Limits
from api.operation import Request, Service
from api.preparing import Preparer
from query.measures import DIMENSIONS, MEASURES
from schemas.catalog import Catalog
from store import rollups, tables
from store.engine import writing
from tests.query import records
from tests.query.comparison import difference
from tests.query.test_statements import data, statements

ALL = (
    "groups { keys { dimension value title titleEn } count reposts amount { sum mean minimum maximum count }"
    " lateness { judged late share meanDays maximumDays } } hasMore"
)
KUNMING = 'region: {within: "530100"}'
# what is asked for → the table that answers
ANSWERED = {
    "{ statistics(groupBy: [DOMAIN, YEAR]) { ALL } }": "rollup_domain",
    "{ statistics { ALL } }": "rollup_type",
    "{ statistics(groupBy: [TYPE, PREFECTURE, STATUS, STAGE], first: 1000) { ALL } }": "rollup_type",
    f"{{ statistics(filter: {{{KUNMING}}}, groupBy: [PROVINCE]) {{ ALL }} }}": "rollup_type",
    f"{{ statistics(filter: {{{KUNMING}}}, groupBy: [YEAR]) {{ ALL }} }}": "rollup_domain",
    "{ statistics(groupBy: [TYPE, YEAR], first: 1000) { ALL } }": "rollup_year",
    "{ statistics(groupBy: [QUARTER]) { ALL } }": "rollup_month",
    "{ statistics(groupBy: [MONTH, DOMAIN], orderBy: [{field: COUNT}], first: 7) { ALL } }": "rollup_month",
    '{ statistics(filter: {region: {within: "530114"}}, groupBy: [COUNTY]) { ALL } }': "rollup_publisher",
    "{ statistics(groupBy: [LEVEL, OUTCOME]) { ALL } }": "rollup_publisher",
    "{ statistics(groupBy: [PUBLISHER, REGION], having: {count: {gt: 2}}) { ALL } }": "rollup_publisher",
    "{ statistics(groupBy: [METHOD]) { ALL } }": "rollup_method",
    f"{{ statistics(filter: {{{KUNMING}, domain: {{eq: land}}}}, groupBy: [METHOD, YEAR]) {{ ALL }} }}": "rollup_method",
    "{ landGrantResults { statistics(groupBy: [METHOD, YEAR]) { ALL } } }": "rollup_method",
    "{ statistics(groupBy: [STAGE, METHOD], having: {count: {gt: 1}}) { ALL } }": "rollup_method",
    "{ landGrantResults { totalCount } }": "rollup_type",
    '{ disclosures(filter: {publishedDate: {gte: "2024-01-01", lt: "2025-01-01"}}) { totalCount } }': "rollup_domain",
    '{ disclosures(filter: {publishedDate: {gt: "2023-12-31", lte: "2024-02-29"}}) { totalCount } }': "rollup_month",
    "{ disclosures(filter: {publishedDate: {isNull: true}}) { totalCount } }": "rollup_domain",
    '{ disclosures(filter: {not: {outcome: {eq: awarded}}, or: [{level: {isNull: true}}, {region: {ne: "530114"}}]}) { totalCount } }': "rollup_publisher",
    "{ landGrantResults { facets(of: [PREFECTURE, OUTCOME]) { dimension buckets { key title count amount } hasMore } } }": "rollup_publisher",
    "{ publishers(first: 5) { nodes { disclosures { totalCount statistics(groupBy: [DOMAIN]) { ALL } } } } }": "rollup_publisher",
    # from the disclosures themselves
    '{ disclosures(filter: {publishedDate: {gte: "2024-02-29"}}) { totalCount } }': "",
    '{ disclosures(filter: {publishedDate: {eq: "2024-01-01"}}) { totalCount } }': "",
    '{ disclosures(search: "昆明") { totalCount statistics(groupBy: [YEAR]) { ALL } } }': "",
    "{ disclosures(filter: {amount: {gt: 100}}) { totalCount } }": "",
    '{ statistics(filter: {organization: {name: {contains: "公司"}}}, groupBy: [DOMAIN]) { ALL } }': "",
    "{ statistics(groupBy: [METHOD, SCHEMA_VERSION]) { ALL } }": "",
    "{ statistics(groupBy: [METHOD, OUTCOME]) { ALL } }": "",
    "{ statistics(groupBy: [METHOD, MONTH]) { ALL } }": "",
    "{ statistics(groupBy: [MONTH, REGION]) { ALL } }": "",
    "{ statistics(having: {amountMedian: {isNull: true}}) { groups { count } } }": "",
    "{ statistics(orderBy: [{field: ORGANIZATIONS}]) { groups { count } } }": "",
    "{ organizations(first: 5) { nodes { disclosures { totalCount statistics(groupBy: [DOMAIN]) { ALL } } } } }": "",
}  # fmt: skip


@pytest.fixture(scope="module")
def raw(service: Service) -> Service:
    """Answers from the disclosures alone."""
    return limited(service, replace(service.limits, rollups=False))


def limited(service: Service, limits: Limits) -> Service:
    """The same service with other limits."""
    made = copy(service)
    made.preparer = Preparer(service.catalog, service.model, service.schema, limits, service.reader)
    return made


@pytest.mark.parametrize("query", ANSWERED)
def test_a_rollup_answers_where_it_can_and_says_what_the_rows_say(
    service: Service, raw: Service, query: str
) -> None:
    operation = query.replace("ALL", ALL)
    with statements(service.reader.engine) as sent:
        found = data(service, operation)
    used = {rollup.name for rollup in rollups.ROLLUPS if rollup.name in sent[0]}
    expected = ANSWERED[query]
    assert expected in used if expected else not used
    with statements(service.reader.engine) as sent:
        from_rows = data(raw, operation)
    assert "rollup" not in sent[0]
    assert not difference(found, from_rows)


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_every_dimension_groups_the_whole_list(service: Service, raw: Service, dimension: str) -> None:
    query = f"{{ statistics(groupBy: [{dimension}], first: 1000) {{ {ALL} }} disclosures {{ totalCount }} }}"
    found = data(service, query)
    assert not difference(found, data(raw, query))
    groups = found["statistics"]["groups"]
    assert sum(group["count"] for group in groups) == found["disclosures"]["totalCount"]
    values = [group["keys"][0]["value"] for group in groups]
    assert values == sorted(filter(None, values)) + [None] * (None in values)


def test_a_list_without_rows_is_one_group_without_keys_and_none_with(service: Service) -> None:
    nothing = 'filter: {title: {eq: "没有这个标题"}}'
    measures = "amount { sum mean median count } lateness { share } organizations processes"
    found = data(
        service, f"{{ all: statistics({nothing}) {{ hasMore groups {{ keys {{ value }} count {measures} }} }}"
        f" some: statistics({nothing}, groupBy: [YEAR]) {{ hasMore groups {{ count {measures} }} }} }}",
    )  # fmt: skip
    group = {
        "keys": [], "count": 0, "amount": {"sum": None, "mean": None, "median": None, "count": 0},
        "lateness": {"share": None}, "organizations": 0, "processes": 0,
    }  # fmt: skip
    assert found == {"all": {"hasMore": False, "groups": [group]}, "some": {"hasMore": False, "groups": []}}


def test_more_groups_than_asked_for_are_announced(service: Service) -> None:
    found = data(service, "{ statistics(groupBy: [TYPE], first: 3) { hasMore groups { count } } }")
    assert found["statistics"]["hasMore"] is True
    assert len(found["statistics"]["groups"]) == 3
    found = data(service, "{ statistics(groupBy: [STATUS]) { hasMore } }")
    assert found["statistics"]["hasMore"] is False


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ statistics(groupBy: [YEAR], first: 0) { hasMore } }", "Q030"),
        ("{ statistics(groupBy: [YEAR], first: 1001) { hasMore } }", "Q030"),
        ("{ statistics(groupBy: [YEAR, YEAR]) { hasMore } }", "Q031"),
        ("{ statistics(groupBy: [YEAR, TYPE, STAGE, LEVEL, STATUS]) { hasMore } }", "Q031"),
        ("{ disclosures { facets(of: [YEAR, YEAR]) { hasMore } } }", "Q031"),
        ("{ statistics(groupBy: [YEAR], orderBy: [{field: MONTH}]) { hasMore } }", "Q032"),
        ("{ statistics(having: {count: null}) { hasMore } }", "Q001"),
        ("{ statistics(having: {amountSum: {gt: 1e300}}) { hasMore } }", "Q006"),
    ],
)
def test_what_cannot_be_grouped_is_refused(service: Service, query: str, code: str) -> None:
    assert refused(service, query) == code


@pytest.mark.parametrize(
    "asked",
    [
        "statistics { groups { amount { median } } }",
        "statistics(groupBy: [YEAR]) { groups { organizations } }",
        "statistics { groups { processes count } }",
        "statistics(having: {organizations: {gt: 0}}) { groups { count } }",
        "statistics { hasMore groups { properties { lots { parcelArea { sum } } } } }",
    ],
)
def test_what_needs_every_row_is_refused_for_too_many_rows(services: dict[str, Service], asked: str) -> None:
    for service in services.values():
        rows = data(service, "{ landGrantResults { totalCount } }")["landGrantResults"]["totalCount"]
        small = limited(service, Limits(exact_rows=rows))
        assert data(small, f"{{ landGrantResults {{ {asked} }} }}")
        small = limited(service, Limits(exact_rows=rows - 1))
        assert refused(small, f"{{ landGrantResults {{ {asked} }} }}") == "Q033"
        assert data(small, "{ landGrantResults { statistics { groups { count amount { sum } } } } }")


def refused(service: Service, query: str) -> str:
    """The code of a refusal."""
    found = json.loads(service.answer(Request(query)).body)
    assert "data" not in found
    return str(found["errors"][0]["extensions"]["code"])


@pytest.fixture
def changed(engine: Engine, catalog: Catalog) -> Service:
    """A database of its own with some records, to be changed."""
    with writing(engine) as connection:
        for disclosure in list(catalog.types.values())[:4]:
            entries = {repr(one.record): one for one in records.variations(disclosure, 1)}.values()
            records._write(connection, list(entries), catalog)
    return Service(catalog, engine)


def test_sums_beyond_whole_numbers_are_refused_and_loads_go_on(changed: Service, catalog: Catalog) -> None:
    d = tables.disclosure.c
    with writing(changed.reader.engine) as connection:
        ids = connection.scalars(tables.disclosure.select().with_only_columns(d.id).limit(4)).all()
        with rollups.keeping(connection, ids):
            huge = update(tables.disclosure).where(d.id.in_(ids))
            connection.execute(huge.values(amount_fen=9 * 10**18, status="published", repost=0))
    raw = limited(changed, Limits(rollups=False))
    for service in (changed, raw):
        assert refused(service, "{ statistics { groups { amount { sum } } } }") == "Q034"
        assert refused(service, "{ statistics(having: {amountMean: {gt: 1}}) { hasMore } }") == "Q034"
        assert data(service, "{ statistics { groups { count amount { maximum } } } }")


def test_a_withdrawn_disclosure_and_a_repost_count_but_their_amounts_do_not(changed: Service) -> None:
    d = tables.disclosure.c
    query = "{ statistics(groupBy: [STATUS]) { groups { keys { value title } count reposts amount { count } lateness { judged } } } }"
    with writing(changed.reader.engine) as connection:
        rows = connection.execute(tables.disclosure.select()).mappings().all()
        ids = [row["id"] for row in rows]
        with rollups.keeping(connection, ids):
            connection.execute(update(tables.disclosure).values(amount_fen=100, days_late=1, repost=0))
            connection.execute(update(tables.disclosure).where(d.id.in_(ids[:2])).values(status="withdrawn"))
            connection.execute(update(tables.disclosure).where(d.id.in_(ids[2:5])).values(repost=1))
    raw = limited(changed, Limits(rollups=False))
    rest = len(ids) - 2
    for service in (changed, raw):
        assert data(service, query)["statistics"]["groups"] == [
            {"keys": [{"value": "published", "title": "已公开"}], "count": rest, "reposts": 3,
             "amount": {"count": rest - 3}, "lateness": {"judged": rest}},
            {"keys": [{"value": "withdrawn", "title": "已撤回"}], "count": 2, "reposts": 0,
             "amount": {"count": 0}, "lateness": {"judged": 0}},
        ]  # fmt: skip


def test_means_and_medians_are_rounded_half_away_from_zero(changed: Service) -> None:
    d = tables.disclosure.c
    query = "{ statistics(groupBy: [STATUS]) { groups { amount { sum mean median } lateness { share meanDays } } } }"
    for sign in (1, -1):
        with writing(changed.reader.engine) as connection:
            ids = connection.scalars(tables.disclosure.select().with_only_columns(d.id)).all()
            with rollups.keeping(connection, ids):
                connection.execute(
                    update(tables.disclosure).values(
                        amount_fen=None, days_late=None, status="withdrawn", repost=0
                    )
                )
                for one, amount, days in ((ids[0], 100, 1), (ids[1], 103, 2)):
                    values = {"amount_fen": sign * amount, "days_late": days, "status": "published"}
                    connection.execute(update(tables.disclosure).where(d.id == one).values(**values))
        (found, _) = data(changed, query)["statistics"]["groups"]
        half = 1.02 * sign
        assert found["amount"] == {"sum": 2.03 * sign, "mean": half, "median": half}
        assert found["lateness"] == {"share": 1, "meanDays": 1.5}


def test_every_measure_can_be_ordered_by_and_asked_for(service: Service) -> None:
    for measure in MEASURES.values():
        path = measure.path[0] + (f" {{ {measure.path[1]} }}" if len(measure.path) > 1 else "")
        query = f"{{ statistics(groupBy: [DOMAIN], orderBy: [{{field: {measure.order}}}]) {{ groups {{ {path} }} }} }}"
        groups = data(service, query)["statistics"]["groups"]
        values: list[Any] = [group[measure.path[0]] for group in groups]
        if len(measure.path) > 1:
            values = [value[measure.path[1]] for value in values]
        known = [value for value in values if value is not None]
        assert known == sorted(known, reverse=True)
        assert values[len(known) :] == [None] * (len(values) - len(known))


# list → how many tables its facets share
SHARED = {
    'disclosures(search: "昆明")': 1,
    "disclosures(filter: {amount: {gt: 1}})": 1,
    'disclosures(filter: {publishedDate: {gte: "2024-03-01"}})': 2,  # sums by month, and the disclosures
    "landGrantResults": 1,
    "publishers(first: 3) { nodes { disclosures(filter: {amount: {gt: 1}})": 0,  # under a parent each reads for itself
}  # fmt: skip


@pytest.mark.parametrize("listed", SHARED)
def test_facets_together_say_what_each_says_alone(services: dict[str, Service], listed: str) -> None:
    dimensions = ["DOMAIN", "TYPE", "YEAR", "PREFECTURE", "LEVEL", "OUTCOME", "PUBLISHER", "COUNTY"]
    of = "first: 3) { dimension hasMore buckets { key title titleEn count amount } }"
    end = "}" * (listed.count("{") - listed.count("}"))
    apart = " ".join(f"{one}: facets(of: [{one}], {of}" for one in dimensions)
    for service in services.values():
        with statements(service.reader.engine) as sent:
            together = data(service, f"{{ {listed} {{ facets(of: [{', '.join(dimensions)}], {of} }} {end} }}")
        assert sent[0].count("MATERIALIZED") == SHARED[listed]
        each = data(service, f"{{ {listed} {{ {apart} }} {end} }}")
        for one, other in zip(_facets(together), _facets(each), strict=True):
            assert one["facets"] == [found for (found,) in other.values()]
            assert not SHARED[listed] or all(facet["buckets"] for facet in one["facets"])


def _facets(found: Any) -> list[Any]:
    if "publishers" in found:
        return [one["disclosures"] for one in found["publishers"]["nodes"]]
    return list(found.values())


def test_one_statement_answers_a_page_its_facets_and_statistics(service: Service) -> None:
    query = (
        "{ landGrantResults(first: 2) { nodes { title } facets(of: [METHOD]) { buckets { key } }"
        " statistics(groupBy: [YEAR]) { groups { organizations properties { lots { parcelArea { median } } } } } } }"
    )
    with statements(service.reader.engine) as sent:
        data(service, query)
    assert len(sent) == 1


def test_the_names_of_a_types_methods_are_its_own_codelists(service: Service, toy_catalog: Catalog) -> None:
    found = data(service, "{ landGrantResults { facets(of: [METHOD]) { buckets { key title titleEn } } } }")
    codes = toy_catalog.codelists["land-supply-method"].codes
    buckets = [one for one in found["landGrantResults"]["facets"][0]["buckets"] if one["key"]]
    assert buckets
    assert all(one["title"] == codes[one["key"]].title for one in buckets)
