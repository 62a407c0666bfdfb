"""What became of a record: its revisions property by property, its withdrawal, and the notices that correct it."""

from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
from alembic import command
from sqlalchemy import Engine, select, text

from api.operation import Request, Service
from api.subscriptions import Subscriptions
from schemas.catalog import Catalog
from store import tables
from store.draft import Entry
from store.engine import writing
from store.identity import identify
from store.migrate import config, upgrade
from store.reindex import reindex
from store.withdrawing import withdraw
from store.writing import write
from tests.query.test_statements import data

NOTICE, CORRECTION = "works/tender-notice", "procurement/correction"
START = datetime(2024, 7, 1, 8, 0)
OFFICE, OTHER = (
    {"name": "虚构一局", "uscc": "11530114MB0W00017C"},
    {"name": "虚构二局", "uscc": "11530102MB0W000256"},
)
PAST = """query ($id: ID!) { disclosure(id: $id) {
  status withdrawal { version kind reason at }
  revisions { number changes { path title titleEn before after } }
  changes { nodes { version kind withdrawal { kind reason } snapshot { changes { path after } } } }
} }"""
BOTH = """query ($id: ID!, $types: [Relation!]) { disclosure(id: $id) {
  relatedDisclosures { relationType disclosures { nodes { id status } } }
  relatedFrom(relationType: $types) { totalCount nodes { id title } }
} }"""


def entry(
    catalog: Catalog, type_: str, number: str, publisher: dict[str, str] = OFFICE, **more: Any
) -> Entry:
    disclosure = catalog.types[type_]
    record = {"schema": disclosure.name, "localId": number, "title": f"虚构{number}", "publisher": publisher,
              "publishedDate": "2024-06-24", **more}  # fmt: skip
    return Entry(record, disclosure)


def store(
    engine: Engine, catalog: Catalog, *entries: Entry, again: bool = False, seconds: int = 0
) -> list[str]:
    with writing(engine) as connection:
        at = START + timedelta(seconds=seconds)
        return list(write(connection, entries, catalog, None, at, again=again).ids)


def take_back(engine: Engine, catalog: Catalog, one: str, *, privacy: bool = False) -> None:
    with writing(engine) as connection:
        withdraw(connection, one, "示例:登记有误", catalog, START, privacy=privacy)


def says(relation: str, **named: str) -> dict[str, Any]:
    return {"relatedDisclosures": [{"relationType": relation, **named}]}


def named(service: Service, one: str) -> list[str]:
    """Whom a record means."""
    found = data(service, BOTH, id=one)["disclosure"]["relatedDisclosures"] or []
    return [node["id"] for element in found for node in element["disclosures"]["nodes"]]


def naming(service: Service, one: str, *types: str) -> list[str]:
    """Who means it."""
    given = {"types": list(types)} if types else {}
    return [node["id"] for node in data(service, BOTH, id=one, **given)["disclosure"]["relatedFrom"]["nodes"]]


def test_a_revision_says_what_it_changed_property_by_property(engine: Engine, catalog: Catalog) -> None:
    service = Service(catalog, engine)
    lots = [{"lotNumber": "1", "lotTitle": "一标段"}, {"lotNumber": "2", "lotTitle": "二标段"}]
    (one,) = store(engine, catalog, entry(catalog, NOTICE, "A", lots=lots))
    store(
        engine,
        catalog,
        entry(catalog, NOTICE, "A", title="改名", lots=[lots[0], {**lots[1], "lotTitle": "改"}]),
    )
    store(engine, catalog, entry(catalog, NOTICE, "A", title="改名", lots=[{"lotNumber": "0"}, *lots]))
    found = data(service, PAST, id=one)["disclosure"]
    first, second = found["revisions"]
    assert (first["number"], first["changes"]) == (1, [])
    field = catalog.types[NOTICE].by_path["lots.lotTitle"]
    assert second["changes"] == [
        {
            "path": "lots.1.lotTitle",
            "title": field.title,
            "titleEn": field.title_en,
            "before": "二标段",
            "after": "改",
        },
        {"path": "title", "title": "标题", "titleEn": "Title", "before": "虚构A", "after": "改名"},
    ]
    third = found["changes"]["nodes"][2]["snapshot"]["changes"]
    assert third[0] == {"path": "lots.0.lotNumber", "after": "0"}
    assert [change["path"] for change in third] == [
        "lots.0.lotNumber", "lots.0.lotTitle", "lots.1.lotNumber", "lots.1.lotTitle", "lots.2",
    ]  # fmt: skip


def test_an_object_that_came_or_went_stands_as_a_whole_with_sorted_keys(
    engine: Engine, catalog: Catalog
) -> None:
    service = Service(catalog, engine)
    (one,) = store(engine, catalog, entry(catalog, NOTICE, "A"))
    project = {"number": "2024-1", "name": "示例工程"}
    store(engine, catalog, entry(catalog, NOTICE, "A", project=project))
    query = "query ($id: ID!) { disclosure(id: $id) { asOf(version: 2) { changes { p: path __typename before after } } } }"
    body = service.answer(Request(query, {"id": one})).body
    assert (
        '{"p":"project","__typename":"FieldChange","before":null,"after":{"name":"示例工程","number":"2024-1"}}'
        in (body.decode().replace(" ", ""))
    )


def test_a_withdrawal_is_told_with_its_kind_reason_and_time(engine: Engine, catalog: Catalog) -> None:
    service = Service(catalog, engine)
    (one,) = store(engine, catalog, entry(catalog, NOTICE, "A"))
    assert data(service, PAST, id=one)["disclosure"]["withdrawal"] is None
    take_back(engine, catalog, one)
    found = data(service, PAST, id=one)["disclosure"]
    assert (found["status"], found["withdrawal"]) == (
        "withdrawn",
        {"version": 2, "kind": "ORDINARY", "reason": "示例:登记有误", "at": "2024-07-01T08:00:00.000000Z"},
    )
    assert [node["withdrawal"] for node in found["changes"]["nodes"]] == [
        None, {"kind": "ORDINARY", "reason": "示例:登记有误"},
    ]  # fmt: skip
    assert [node["snapshot"]["changes"] for node in found["changes"]["nodes"]] == [[], None]
    store(engine, catalog, entry(catalog, NOTICE, "A", title="又公开"), again=True)
    found = data(service, PAST, id=one)["disclosure"]
    assert found["withdrawal"] is None
    assert found["changes"]["nodes"][2]["snapshot"]["changes"] == [{"path": "title", "after": "又公开"}]


def test_what_was_removed_for_privacy_cannot_be_compared(engine: Engine, catalog: Catalog) -> None:
    service = Service(catalog, engine)
    (one,) = store(engine, catalog, entry(catalog, NOTICE, "A"))
    take_back(engine, catalog, one, privacy=True)
    found = data(service, PAST, id=one)["disclosure"]
    assert (found["withdrawal"]["kind"], found["revisions"]) == ("PRIVACY", [])
    store(engine, catalog, entry(catalog, NOTICE, "A", title="又公开"), again=True)
    nodes = data(service, PAST, id=one)["disclosure"]["changes"]["nodes"]
    assert [node["snapshot"]["changes"] for node in nodes] == [None, None, None]


@pytest.mark.parametrize("corrected_first", [True, False])
def test_a_correction_is_found_from_both_ends_whichever_comes_first(
    engine: Engine, catalog: Catalog, corrected_first: bool
) -> None:
    service = Service(catalog, engine)
    notice = entry(catalog, NOTICE, "A", sourceUrl="https://example.org/a")
    identity = identify(notice.record, notice.disclosure)
    assert identity is not None
    meant = identity.id
    names = {"disclosureId": "A"}, {"disclosureId": meant}, {"url": "https://example.org/a"}
    corrections = [
        entry(catalog, CORRECTION, f"更{at}", **says("corrects", **name)) for at, name in enumerate(names)
    ]
    if corrected_first:
        store(engine, catalog, notice)
    ids = store(engine, catalog, *corrections)
    if not corrected_first:
        assert [named(service, one) for one in ids] == [[], [], []]
        store(engine, catalog, notice)
    assert [named(service, one) for one in ids] == [[meant]] * 3
    assert sorted(naming(service, meant)) == sorted(naming(service, meant, "corrects")) == sorted(ids)
    assert naming(service, meant, "terminates") == []


def test_a_number_is_within_its_publisher_and_nobody_means_itself(engine: Engine, catalog: Catalog) -> None:
    service = Service(catalog, engine)
    mine, theirs = store(engine, catalog, entry(catalog, NOTICE, "A"), entry(catalog, NOTICE, "A", OTHER))
    (correction,) = store(
        engine, catalog, entry(catalog, CORRECTION, "A", **says("corrects", disclosureId="A"))
    )
    assert named(service, correction) == [mine]
    assert (naming(service, mine), naming(service, theirs), naming(service, correction)) == (
        [correction],
        [],
        [],
    )


def test_relations_are_those_of_what_is_published_now(engine: Engine, catalog: Catalog) -> None:
    service = Service(catalog, engine)
    first, second = store(engine, catalog, entry(catalog, NOTICE, "A"), entry(catalog, NOTICE, "B"))
    (one,) = store(engine, catalog, entry(catalog, CORRECTION, "更", **says("corrects", disclosureId="A")))
    store(engine, catalog, entry(catalog, CORRECTION, "更", **says("terminates", disclosureId="B")))
    assert (naming(service, first), naming(service, second, "terminates")) == ([], [one])
    then = "query ($id: ID!) { disclosure(id: $id) { asOf(version: 3) { relatedDisclosures { disclosures { nodes { id } } } } } }"
    found = data(service, then, id=one)["disclosure"]["asOf"]["relatedDisclosures"]
    assert [node["id"] for element in found for node in element["disclosures"]["nodes"]] == [first]
    take_back(engine, catalog, one)
    assert naming(service, second) == []
    store(
        engine, catalog, entry(catalog, CORRECTION, "更", **says("terminates", disclosureId="B")), again=True
    )
    assert naming(service, second) == [one]
    reindex(engine, catalog)
    assert naming(service, second) == [one]


def test_what_is_withdrawn_can_still_be_meant(engine: Engine, catalog: Catalog) -> None:
    service = Service(catalog, engine)
    (meant,) = store(engine, catalog, entry(catalog, NOTICE, "A"))
    ids = store(
        engine, catalog, entry(catalog, CORRECTION, "更1", **says("terminates", disclosureId="A")),
        entry(catalog, CORRECTION, "更2", **says("terminates", disclosureId=meant)),
    )  # fmt: skip
    take_back(engine, catalog, meant)
    found = data(service, BOTH, id=ids[0])["disclosure"]["relatedDisclosures"][0]["disclosures"]["nodes"]
    assert found == [{"id": meant, "status": "withdrawn"}]
    take_back(engine, catalog, meant, privacy=True)  # its number is gone, its id is not
    assert [named(service, one) for one in ids] == [[], [meant]]
    assert naming(service, meant) == [ids[1]]
    take_back(engine, catalog, ids[1], privacy=True)
    with engine.connect() as connection:
        d, r = tables.disclosure.c, tables.related.c
        owner = select(d.id).join(tables.related, d.number == r.disclosure_number)
        assert connection.scalars(owner).all() == [ids[0]]


def test_the_migration_finds_the_relations_of_what_is_stored(engine: Engine, catalog: Catalog) -> None:
    related = {"relatedDisclosures": [
        {"relationType": "supersedes"}, {"relationType": "sameAs", "url": "https://example.org/a%20b"},
        {"relationType": "corrects", "disclosureId": "A"},
    ]}  # fmt: skip
    store(engine, catalog, entry(catalog, CORRECTION, "更", **related), entry(catalog, NOTICE, "A"))
    query = select(tables.related).order_by(tables.related.c.ordinal)
    with engine.connect() as connection:
        before = connection.execute(query).all()
        revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
    assert [(row.ordinal, row.named, row.url) for row in before] == [
        (1, None, "https://example.org/a%20b"), (2, "A", None),
    ]  # fmt: skip
    with writing(engine) as connection:
        command.downgrade(config(connection), "0012")
        command.downgrade(config(connection), "-1")
    upgrade(engine)
    with engine.connect() as connection:
        assert connection.execute(query).all() == before
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == revision


def test_a_subscription_tells_highlights_and_changes_like_any_answer(
    engine: Engine, catalog: Catalog
) -> None:
    service = Service(catalog, engine)
    store(engine, catalog, entry(catalog, NOTICE, "A"))
    store(engine, catalog, entry(catalog, NOTICE, "A", title="改名"))
    query = """subscription { disclosureAdded(after: "0") {
      changes(last: 1) { nodes { snapshot { changes { path } } } }
      publisher { disclosures(search: "改名") { edges { highlights { property } } } } } }"""
    subscriptions = Subscriptions(service)
    begun, _ = subscriptions._begin(Request(query), "", None)
    (told,) = subscriptions._look(begun, 0).told
    assert orjson.loads(told.body) == {
        "changes": {"nodes": [{"snapshot": {"changes": [{"path": "title"}]}}]},
        "publisher": {"disclosures": {"edges": [{"highlights": [{"property": "title"}]}]}},
    }
