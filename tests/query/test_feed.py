"""What a subscription looks at: every change once, in the order of versions, as the record stands; on both databases."""

from collections.abc import Iterable, Iterator
from copy import copy
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, create_engine

from api.operation import Request, Service
from api.preparing import Preparer
from query import feed
from query.feed import Feed, Follower, Look, Told
from query.run import Reader
from schemas.catalog import Catalog
from store.draft import Entry
from store.engine import writing
from store.writing import write

NOW = datetime(2026, 1, 2, 3, 4, 5)
ALL = "subscription { disclosureAdded { id title revision } }"


def store(engine: Engine, catalog: Catalog, types: Iterable[str], **changed: Any) -> None:
    """The samples of some types, with some properties changed, as one batch."""
    entries = [Entry({**catalog.types[type].sample, **changed}, catalog.types[type]) for type in types]
    with writing(engine) as connection:
        write(connection, entries, catalog, None, NOW)


def planned(service: Service, text: str, **variables: Any) -> tuple[Feed, list[Any]]:
    operation, planner = service.planned(Request(text, variables))
    _, found, _ = planner.feed(operation)
    return found, planner.values


def look(service: Service, text: str, after: int, **variables: Any) -> Look:
    return Follower(service.reader).look(*planned(service, text, **variables), after)


def titles(told: Iterable[Told]) -> list[str]:
    return [orjson.loads(one.body)["title"] for one in told]


@pytest.fixture(scope="module")
def model(catalog: Catalog, sqlite_template: Path) -> Service:
    """A service whose schema and documents the others share; it is asked nothing."""
    return Service(catalog, create_engine(f"sqlite:///{sqlite_template}"))


@pytest.fixture
def answering(engine: Engine, model: Service) -> Iterator[Service]:
    """Answers from each database."""
    made = copy(model)
    made.reader = Reader(engine, model.reader.stages)
    made.preparer = Preparer(model.catalog, model.model, model.schema, model.limits, made.reader)
    yield made
    made.reader.close()


def test_nothing_is_told_twice_and_nothing_is_left_out(
    engine: Engine, catalog: Catalog, answering: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "MOST", 3)
    monkeypatch.setattr("api.planner.MOST", 3)
    types = list(catalog.types)[:10]
    seen: list[Told] = []
    after = Follower(answering.reader).newest()
    store(engine, catalog, types[:4])
    for batch in (types[4:7], types[7:], []):
        while True:
            found = look(answering, ALL, after)
            seen += found.told
            after = found.version
            if after >= found.newest:
                break
        if batch:
            store(engine, catalog, batch)
    assert titles(seen) == [catalog.types[type].sample["title"] for type in types]
    versions = [one.version for one in seen]
    assert versions == sorted(set(versions))
    assert {one.kind for one in seen} == {"added"}


def test_of_two_revisions_between_two_looks_the_one_that_stands_is_told(
    engine: Engine, catalog: Catalog, answering: Service
) -> None:
    first, other = list(catalog.types)[:2]
    store(engine, catalog, [first])
    store(engine, catalog, [other])
    store(engine, catalog, [first], title="第二稿")
    store(engine, catalog, [first], title="第三稿")
    told = look(answering, ALL, 0).told
    assert titles(told) == [catalog.types[other].sample["title"], "第三稿"]
    assert [one.kind for one in told] == ["added", "revised"]
    assert orjson.loads(told[1].body)["revision"] == 3


def test_what_did_not_change_is_not_told(engine: Engine, catalog: Catalog, answering: Service) -> None:
    some = list(catalog.types)[:3]
    store(engine, catalog, some)
    after = look(answering, ALL, 0).version
    store(engine, catalog, some)
    assert look(answering, ALL, after) == Look((), after, after)


def test_a_filter_and_its_variables_choose(engine: Engine, catalog: Catalog, answering: Service) -> None:
    store(engine, catalog, catalog.types)
    text = "subscription ($f: DisclosureFilter) { disclosureAdded(filter: $f) { title } }"
    for domain in ("land", "procurement"):
        told = look(answering, text, 0, f={"domain": {"eq": domain}}).told
        wanted = {one.sample["title"] for one in catalog.types.values() if one.domain == domain}
        assert set(titles(told)) == wanted
    found = look(answering, text, 0, f={"type": {"eq": "land/nothing"}})
    assert (found.told, found.version) == ((), found.newest)


def test_what_is_told_is_what_a_query_answers(engine: Engine, catalog: Catalog, answering: Service) -> None:
    store(engine, catalog, catalog.types)
    selection = (
        "{ __typename id type title amount publishedDate publisher { name } region { code title }"
        " parties { role name organization { id name } } lots { number amount } items { name quantity }"
        " processes { number disclosures(first: 2) { nodes { title } } }"
        " ... on LandGrantResult { landUse: title lots { __typename } } }"
    )
    found = look(answering, f"subscription {{ disclosureAdded {selection} }}", 0)
    assert len(found.told) == feed.MOST
    for one in found.told:
        told = orjson.loads(one.body)
        query = f"query ($id: ID!) {{ disclosure(id: $id) {selection} }}"
        answer = orjson.loads(answering.answer(Request(query, {"id": told["id"]})).body)
        assert answer["data"]["disclosure"] == told


def test_a_look_goes_over_so_many_changes_and_then_on(
    engine: Engine, catalog: Catalog, answering: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(engine, catalog, list(catalog.types)[:5])
    monkeypatch.setattr(feed, "SPAN", 2)
    none = 'subscription { disclosureAdded(filter: {type: {eq: "land/nothing"}}) { id } }'
    newest = Follower(answering.reader).newest()
    found, after, looks = look(answering, none, newest - 5), newest - 5, 0
    while found.version < found.newest:
        assert found.version == after + 2
        after, looks = found.version, looks + 1
        found = look(answering, none, after)
    assert (found.version, looks) == (newest, 2)


def test_withdrawn_records_are_not_told(engine: Engine, catalog: Catalog, answering: Service) -> None:
    first, other = list(catalog.types)[:2]
    store(engine, catalog, [first, other])
    gone = catalog.types[first].sample["title"]
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE disclosure SET status = 'withdrawn' WHERE type = " + f"'{first}'")
    assert gone not in titles(look(answering, ALL, 0).told)


@pytest.mark.parametrize(
    "database", ["sqlite"], indirect=True
)  # PostgreSQL decides by the size of the tables
def test_the_plan_begins_at_the_index_of_the_versions(engine: Engine, answering: Service) -> None:
    found, values = planned(
        answering, "subscription { disclosureAdded(filter: {domain: {eq: land}}) { id } }"
    )
    statement = Follower(answering.reader)._statement(found)
    given = {f"p{place}": value for place, value in enumerate(values)}
    with engine.connect() as connection:
        steps = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)]
    (step,) = (one for one in steps if " c" in one and "SEARCH" in one and "version" in one)
    assert "version>? AND version<?" in step
