"""The stream of changes: a copy that applies them stays equal, whole or of one list; a break costs nothing."""

import json
import random
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import anyio
import pytest
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.app import application
from api.choosing import choose
from api.operation import Service
from publish.datasets import jsonlines
from publish.datasets.export import selected
from publish.datasets.reading import snapshot
from publish.datasets.statements import Rows
from publish.following import Follower
from publish.selection import Selection
from schemas.catalog import Catalog
from store.draft import Entry
from store.engine import writing
from store.withdrawing import withdraw
from store.writing import write

TYPE = "land/grant-result"
NOW = datetime(2024, 7, 1, 8, 0)


@pytest.fixture
def app(engine: Engine, catalog: Catalog) -> Starlette:
    made = application(catalog, engine)
    made.state.checkers.close()
    return made


def store(engine: Engine, catalog: Catalog, *numbers: int, again: bool = False, **more: Any) -> list[str]:
    disclosure = catalog.types[TYPE]
    entries = [
        Entry({**disclosure.sample, "localId": f"示例{n}", "title": f"示例{n}号", **more}, disclosure) for n in numbers
    ]  # fmt: skip
    with writing(engine) as connection:
        return list(write(connection, entries, catalog, None, NOW, again=again).ids)


def follow(
    engine: Engine, service: Service, copy: dict[str, Any], after: int, selection: Selection, page: int
) -> int:
    """Apply the changes after a version to a copy; gives the version it is of then."""
    follower = Follower(engine, service.catalog)
    while True:
        found = follower.look(selection, choose(service, selection), after, page)
        for change in found.told:
            assert after < change.version <= found.version
            told = json.loads(change.body)
            assert (told["version"], told["change"], told["type"]) == (change.version, change.kind, TYPE)
            if change.kind == "removed":
                assert told["record"] is None
                copy.pop(told["id"], None)
            else:
                copy[told["id"]] = told["record"]
        after = found.version
        if after >= found.newest:
            return after


def published(engine: Engine, service: Service, selection: Selection) -> dict[str, Any]:
    """The list as its file has it."""
    export = selected(selection.parameters(), "jsonl", service.catalog, partial(choose, service))
    with snapshot(engine) as taken:
        rows = Rows(taken.dialect, service.catalog)
        made = b"".join(jsonlines.chunks(export.layout[0], export.chosen, rows, taken))
    return {line["id"]: line for line in map(json.loads, made.splitlines())}


def test_copies_of_all_and_of_one_list_stay_equal(app: Starlette, engine: Engine, catalog: Catalog) -> None:
    chance = random.Random(6)
    service: Service = app.state.service
    selections = [Selection.of(given, catalog) for given in ([], [("region", "530114")], [("q", "改过")])]
    copies: list[dict[str, Any]] = [{} for _ in selections]
    at, ids = [0] * len(selections), list[str]()
    for turn in range(24):
        match chance.randrange(5):
            case 0:
                ids += store(engine, catalog, *range(turn * 3, turn * 3 + 3), region="530114")
            case 1 | 2 if ids:
                region = chance.choice(("530114", "530102"))
                numbers = chance.sample(range(turn * 3), 2)
                given = {"remark": chance.choice(("示例改过", f"示例{turn}")), "region": region}
                ids += store(engine, catalog, *numbers, again=chance.random() < 0.3, **given)
            case 3 | 4 if ids:
                with writing(engine) as connection:
                    withdraw(connection, chance.choice(ids), "示例", catalog, NOW + timedelta(days=turn), privacy=chance.random() < 0.5)  # fmt: skip
        if chance.random() < 0.4 or turn == 23:
            for number, (copy, selection) in enumerate(zip(copies, selections, strict=True)):
                page = chance.choice((1, 3, 100))
                at[number] = follow(engine, service, copy, at[number], selection, page)
                assert copy == published(engine, service, selection), (turn, selection)
    assert all(copies)


def events(app: Starlette, query: str, wanted: int, last_event: str | None = None) -> bytes:
    """What a client gets that leaves after so many parts."""
    headers = [(b"accept", b"text/event-stream")]
    if last_event is not None:
        headers.append((b"last-event-id", last_event.encode()))
    scope = {
        "type": "http", "http_version": "1.1", "method": "GET", "path": "/changes", "raw_path": b"/changes", "root_path": "",
        "scheme": "http", "query_string": query.encode(), "headers": headers, "client": ("127.0.0.1", 1), "server": ("testserver", 80),
    }  # fmt: skip
    parts: list[bytes] = []

    async def run() -> None:
        enough = anyio.Event()
        asked = False

        async def receive() -> dict[str, Any]:
            nonlocal asked
            if not asked:
                asked = True
                return {"type": "http.request", "body": b"", "more_body": False}
            await enough.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.body" and message["body"]:
                parts.append(message["body"])
                if len(parts) >= wanted:
                    enough.set()

        with anyio.fail_after(20):
            await app(scope, receive, send)

    anyio.run(run)
    return b"".join(parts)


def test_the_stream_goes_on_after_the_last_id(engine: Engine, catalog: Catalog) -> None:
    def begun() -> Starlette:  # an application lives in one event loop
        made = application(catalog, engine)
        made.state.checkers.close()
        return made

    ids = store(engine, catalog, 1, 2)
    with writing(engine) as connection:
        withdraw(connection, ids[0], "示例:登记有误", catalog, NOW)
    text = events(begun(), "since=0", 4).decode()
    assert text.startswith(":\n\nretry: 5000\n\nid: 2\nevent: change\ndata: {")
    told = [
        json.loads(line.removeprefix("data: ")) for line in text.splitlines() if line.startswith("data: ")
    ]
    assert [(one["version"], one["change"], one["id"]) for one in told] == [
        (2, "added", ids[1]), (3, "withdrawn", ids[0]),
    ]  # fmt: skip
    assert told[0]["record"]["document"]["title"] == "示例2号"
    assert (told[1]["record"]["document"], told[1]["record"]["withdrawalReason"]) == (None, "示例:登记有误")
    assert "id: 2\n" not in events(begun(), "since=0", 3, last_event="2").decode()
    moved = events(begun(), "since=0&domain=works", 3).decode()  # nothing of it, but where it is is told
    assert moved.endswith("\n\nid: 3\n\n")


def test_what_cannot_be_followed_is_said(app: Starlette) -> None:
    client = TestClient(app)
    for query, status, code in (
        ("q=%22", 400, "Q005"), ("domain=x", 400, "P001"), ("since=9", 400, "A063"), ("since=x", 400, "A063"),
        ('filter={"nothing":1}', 400, "A209"),
    ):  # fmt: skip
        answer = client.get(f"/changes?{query}")
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (status, code), query
    app.state.subscriptions.most_of_a_client = 0
    answer = client.get("/changes")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
