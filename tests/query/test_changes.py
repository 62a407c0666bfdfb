"""The feed of changes and the past: a mirror that follows the feed ends where the database does, and every earlier
version can be asked for.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from api.operation import Request, Service
from schemas.catalog import Catalog
from store.draft import Entry
from store.engine import connect, writing
from store.writing import write
from tests.query.test_statements import data

TYPE = "works/tender-notice"
START = datetime(2024, 7, 1, 8, 0)
FEED = """query ($after: String, $first: Int) { dataVersion changes(after: $after, first: $first) {
  edges { cursor node { version kind revision disclosureId disclosure { title } snapshot { document title } } }
  pageInfo { hasNextPage hasPreviousPage endCursor } } }"""
PAST = """query ($id: ID!, $process: ID!, $version: Int, $at: DateTime) {
  disclosure(id: $id) { asOf(version: $version, at: $at) { revision withdrawn title document disclosure { id } } }
  process(id: $process) { asOf(version: $version, at: $at) { version disclosures { nodes { document } } } }
}"""


def entry(catalog: Catalog, number: int, title: str, process: str = "虚构过程", publisher: int = 0) -> Entry:
    """A record of one number; another title makes it a revision."""
    disclosure = catalog.types[TYPE]
    record = {
        "schema": disclosure.name, "localId": f"虚构-{number}", "title": title, "processId": process,
        "publisher": {"name": f"虚构{publisher}局", "uscc": f"1153011{publisher}MB0W00017C"}, "publishedDate": "2024-06-24",
    }  # fmt: skip
    return Entry(record, disclosure)


def store(engine: Engine, catalog: Catalog, *entries: Entry, seconds: int = 0) -> list[str]:
    """The ids of the records, stored in one transaction."""
    with writing(engine) as connection:
        return list(write(connection, entries, catalog, None, START + timedelta(seconds=seconds)).ids)


def test_a_mirror_that_reads_while_others_write_gets_every_change_once(
    database_url: str, catalog: Catalog
) -> None:
    start, done = threading.Barrier(3), threading.Event()

    def writer(publisher: int) -> None:
        engine = connect(database_url)
        start.wait(60)
        for turn in range(8):
            numbers = range(turn % 4 * 3, turn % 4 * 3 + 5)  # overlapping: some are new, some revised
            store(engine, catalog, *(entry(catalog, n, f"虚构 {turn}", publisher=publisher) for n in numbers))
        engine.dispose()

    def mirror() -> tuple[list[int], dict[str, Any]]:
        engine = connect(database_url)
        service, after = Service(catalog, engine), "0"
        versions: list[int] = []
        copies: dict[str, Any] = {}
        start.wait(60)
        while True:
            last = done.is_set()
            found = data(service, FEED, after=after, first=7)
            for edge in found["changes"]["edges"]:
                versions.append(edge["node"]["version"])
                copies[edge["node"]["disclosureId"]] = edge["node"]["snapshot"]["document"]
                after = edge["cursor"]
            if last and not found["changes"]["edges"]:
                assert found["dataVersion"] == int(after)
                engine.dispose()
                return versions, copies

    with ThreadPoolExecutor(3) as pool:
        mirrored = pool.submit(mirror)
        try:
            for one in [pool.submit(writer, publisher) for publisher in (4, 5)]:
                one.result()
        finally:
            done.set()
        versions, copies = mirrored.result()
    assert versions == list(range(1, len(versions) + 1))
    assert len(versions) > 40
    engine = connect(database_url)
    nodes = data(
        Service(catalog, engine),
        "{ worksTenderNotices(first: 100) { nodes { id asOf(version: 999) { document } } } }",
    )
    assert copies == {one["id"]: one["asOf"]["document"] for one in nodes["worksTenderNotices"]["nodes"]}
    engine.dispose()


def test_every_version_of_the_past_is_what_it_was(engine: Engine, catalog: Catalog) -> None:
    service = Service(catalog, engine)
    steps = [
        [entry(catalog, 1, "一")], [entry(catalog, 2, "二")], [entry(catalog, 1, "一之二")],
        [entry(catalog, 2, "二之二", process="别的过程")], [entry(catalog, 2, "二之三"), entry(catalog, 3, "三")],
    ]  # fmt: skip
    ids = [store(engine, catalog, *step, seconds=at)[0] for at, step in enumerate(steps)]
    (process,) = data(service, "query ($id: ID!) { disclosure(id: $id) { processes { id } } }", id=ids[0])[
        "disclosure"
    ]["processes"]
    # What each version holds: of the first record its title, and of the process the titles of its records.
    expected = {
        0: (None, []), 1: ("一", ["一"]), 2: ("一", ["一", "二"]), 3: ("一之二", ["二", "一之二"]), 4: ("一之二", ["一之二"]),
        5: ("一之二", ["一之二", "二之三"]), 6: ("一之二", ["一之二", "二之三", "三"]), 99: ("一之二", ["一之二", "二之三", "三"]),
    }  # fmt: skip
    seconds = {0: -1, 1: 0, 2: 1, 3: 2, 4: 3, 6: 4, 99: 5}
    for version, (title, titles) in expected.items():
        asked: list[dict[str, Any]] = [{"version": version}]
        if version in seconds:
            asked.append(
                {"at": (START + timedelta(seconds=seconds[version], hours=8)).isoformat() + "+08:00"}
            )
        for given in asked:
            found = data(service, PAST, id=ids[0], process=process["id"], **given)
            record = found["disclosure"]["asOf"]
            assert (record and record["title"]) == title, given
            assert record is None or record["document"]["title"] == title
            assert record is None or record["disclosure"] == {"id": ids[0]}
            moment = found["process"]["asOf"]
            assert [one["document"]["title"] for one in moment["disclosures"]["nodes"]] == titles, given
            assert moment["version"] == min(version, 6)


def test_what_was_withdrawn_is_in_the_feed_and_has_no_content(engine: Engine, catalog: Catalog) -> None:
    service = Service(catalog, engine)
    (identifier,) = store(engine, catalog, entry(catalog, 1, "一"))
    with writing(engine) as connection:
        connection.execute(text("UPDATE disclosure SET status = 'withdrawn'"))
        connection.execute(text("DELETE FROM document"))
        connection.execute(text("UPDATE data_version SET version = 2"))
        connection.execute(
            text(
                "INSERT INTO change (version, shard, disclosure_number, disclosure_id, revision, kind, at)"
                " SELECT 2, shard, number, id, 1, 'withdrawn', '2024-07-02 00:00:00.000000' FROM disclosure WHERE id = :id"
            ),
            {"id": identifier},
        )
    nodes = [edge["node"] for edge in data(service, FEED, after="0", first=5)["changes"]["edges"]]
    assert [node["kind"] for node in nodes] == ["ADDED", "WITHDRAWN"]
    assert [node["disclosure"] for node in nodes] == [None, None]
    assert [node["snapshot"] for node in nodes] == [{"document": None, "title": None}] * 2
    assert nodes[1]["disclosureId"] == identifier
    query = "query ($id: ID!, $v: Int) { disclosure(id: $id) { asOf(version: $v) { withdrawn revision } } }"
    states = [data(service, query, id=identifier, v=version)["disclosure"]["asOf"] for version in (0, 1, 2)]
    assert states == [None, {"withdrawn": False, "revision": 1}, {"withdrawn": True, "revision": 1}]
    only = "{ changes(kinds: [WITHDRAWN]) { totalCount nodes { at version } } }"
    assert data(service, only)["changes"] == {
        "totalCount": 1, "nodes": [{"at": "2024-07-02T00:00:00.000000Z", "version": 2}],
    }  # fmt: skip


def test_a_version_is_its_own_cursor_and_nothing_else_is_one(engine: Engine, catalog: Catalog) -> None:
    service = Service(catalog, engine)
    for number in range(5):
        store(engine, catalog, entry(catalog, number, "一"))
    page = data(service, FEED, after="2", first=2)["changes"]
    assert [edge["cursor"] for edge in page["edges"]] == ["3", "4"]
    assert page["pageInfo"] == {"hasNextPage": True, "hasPreviousPage": True, "endCursor": "4"}
    assert data(service, FEED, after="0", first=9)["changes"]["pageInfo"]["hasPreviousPage"] is False
    back = data(
        service,
        '{ changes(last: 2, before: "4") { nodes { version } pageInfo { hasNextPage hasPreviousPage } } }',
    )
    assert [node["version"] for node in back["changes"]["nodes"]] == [2, 3]
    assert back["changes"]["pageInfo"] == {"hasNextPage": True, "hasPreviousPage": True}
    for wrong in ("", "-1", "1.0", "x", "³", "9" * 30, "76657273696f6e7c33"):
        assert b"Q004" in service.answer(Request(FEED, {"after": wrong, "first": 1})).body, wrong


@pytest.mark.parametrize("given", ["", '(version: 1, at: "2024-07-01T00:00:00Z")', "(version: null)"])
def test_the_past_is_asked_for_by_version_or_time(engine: Engine, catalog: Catalog, given: str) -> None:
    for root in ("disclosure", "process"):
        query = f'{{ {root}(id: "x") {{ asOf{given} {{ version }} }} }}'
        assert b"Q061" in Service(catalog, engine).answer(Request(query)).body


def test_a_time_without_a_zone_is_none(engine: Engine, catalog: Catalog) -> None:
    for wrong in ("2024-07-01T00:00:00", "2024-07-01", "x", "0001-01-01T00:00:00+14:00"):
        query = f'{{ disclosure(id: "x") {{ asOf(at: "{wrong}") {{ version }} }} }}'
        assert b"errors" in Service(catalog, engine).answer(Request(query)).body, wrong
