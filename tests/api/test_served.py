"""Under the server that is shipped, on both databases: the audits of npm graphql-http, and npm's own clients subscribed."""

import json
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from queue import Queue
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine

from schemas.catalog import Catalog
from store.draft import Entry
from store.engine import connect, writing
from store.writing import write
from tests.node.node import needs_packages, run, start
from tests.serving import serving

pytestmark = needs_packages
LIVE = "subscription ($f: DisclosureFilter, $a: ID) { disclosureAdded(filter: $f, after: $a) { title revision } }"
TRANSPORTS = ("ws", "sse")
PATIENCE = 60


@dataclass(frozen=True)
class Served:
    """A server, and the database under it."""

    address: str
    engine: Engine
    catalog: Catalog

    def store(self, places: range, **changed: Any) -> list[str]:
        """Load the samples of some types, with properties changed, in one batch; their titles."""
        types = [list(self.catalog.types.values())[place] for place in places]
        entries = [Entry({**one.sample, **changed}, one) for one in types]
        with writing(self.engine) as connection:
            write(connection, entries, self.catalog, None, datetime(2026, 1, 2))
        return [entry.record["title"] for entry in entries]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def served(
    request: pytest.FixtureRequest, catalog: Catalog, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    if request.param == "sqlite":
        url = str(shutil.copy(request.getfixturevalue("sqlite_template"), folder / "openalloc.db"))
        url = f"sqlite:///{url}"
    else:
        uri: Callable[[str], str] = request.getfixturevalue("postgresql_uri")
        template = request.getfixturevalue("postgresql_template")
        with psycopg.connect(uri("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE served TEMPLATE {template} STRATEGY file_copy")
        url = uri("served")
    engine = connect(url)
    with serving(url, folder) as address:
        yield Served(f"{address}/graphql", engine, catalog)
    engine.dispose()


class Client:
    """One of npm's clients, subscribed; its results come into a queue."""

    def __init__(self, transport: str, address: str, count: int, **variables: Any) -> None:
        self.process = start("subscribe.mjs", transport, address, str(count))
        self.results: Queue[Any] = Queue()
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"query": LIVE, "variables": variables}))
        self.process.stdin.close()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.results.put(json.loads(line))

    def take(self, count: int) -> list[Any]:
        return [self.results.get(timeout=PATIENCE) for _ in range(count)]


@pytest.fixture
def subscribed(served: Served) -> Iterator[Callable[..., Client]]:
    """Makes clients, which are ended after the test."""
    clients: list[Client] = []

    def make(transport: str, count: int, **variables: Any) -> Client:
        clients.append(Client(transport, served.address, count, **variables))
        return clients[-1]

    yield make
    for one in clients:
        if one.process.poll() is None:
            one.process.send_signal(signal.SIGKILL)
        one.process.wait()
        one.reader.join()  # it reads to the end, else from a pipe that is closed
        for pipe in (one.process.stdout, one.process.stderr):
            if pipe is not None:
                pipe.close()


def test_the_audits_of_graphql_http_are_met(served: Served) -> None:
    done = run("audit.mjs", served.address)
    assert done.returncode == 0, done.stderr
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one for one in results if one["status"] != "ok"] == []
    assert len(results) == 61


def test_every_client_is_told_each_change_once_in_the_order_of_versions(
    served: Served, subscribed: Callable[..., Client]
) -> None:
    start = _version(served)
    clients = [subscribed(transport, 5, a=str(start)) for transport in TRANSPORTS]
    titles = served.store(range(2))
    for one in clients:
        assert [result["data"]["disclosureAdded"]["title"] for result in one.take(2)] == titles
    titles = served.store(range(2), title="修订稿") + served.store(range(2, 3))
    for one in clients:
        told = one.take(3)
        assert [result["data"]["disclosureAdded"]["title"] for result in told] == titles
        assert [result["extensions"]["version"] for result in told] == [start + 3, start + 4, start + 5]
        assert [result["extensions"]["kind"] for result in told] == ["revised", "revised", "added"]
        assert one.take(1) == [{"end": "complete"}]


def test_a_client_goes_on_after_the_version_it_has_seen(
    served: Served, subscribed: Callable[..., Client]
) -> None:
    served.store(range(10, 13))
    newest = _version(served)
    for transport in TRANSPORTS:
        told = subscribed(transport, 2, a=str(newest - 2)).take(2)
        assert [one["extensions"]["version"] for one in told] == [newest - 1, newest]


def test_a_filter_holds_while_other_things_are_loaded(
    served: Served, subscribed: Callable[..., Client]
) -> None:
    start = _version(served)
    wanted = list(served.catalog.types.values())[21]
    given = {"f": {"type": {"eq": wanted.type}}, "a": str(start)}
    clients = [subscribed(transport, 1, **given) for transport in TRANSPORTS]
    served.store(range(20, 24))
    for one in clients:
        (told,) = one.take(1)
        assert told["data"]["disclosureAdded"]["title"] == wanted.sample["title"]
        assert told["extensions"]["version"] == start + 2


def test_a_subscription_that_cannot_be_is_refused_with_its_reason(
    served: Served, subscribed: Callable[..., Client]
) -> None:
    over_socket = subscribed("ws", 1, a="99999999").take(1)[0]
    (error,) = over_socket["end"]
    assert error["extensions"]["code"] == "A063"
    over_events = subscribed("sse", 1, a="99999999").take(1)[0]
    assert over_events["errors"] == [error]


def test_the_server_stops_though_somebody_is_subscribed(
    sqlite_template: Path, tmp_path: Path, catalog: Catalog
) -> None:
    database = shutil.copy(sqlite_template, tmp_path / "openalloc.db")
    with serving(str(database), tmp_path) as address:  # fails where it does not stop in time
        clients = [Client(transport, f"{address}/graphql", 2, a="0") for transport in TRANSPORTS]
        served = Served(f"{address}/graphql", connect(f"sqlite:///{database}"), catalog)
        served.store(range(1))
        for one in clients:
            one.take(1)
        served.engine.dispose()
    over_socket, over_events = (one.take(1)[0]["end"] for one in clients)
    # Going away; or cut off, where the server is quicker to end than the close frame is to leave. A client comes back after either.
    assert over_socket["code"] in (1001, 1006)
    assert over_events != "complete"  # else a client would not come back
    for one in clients:
        one.process.wait(PATIENCE)
        for pipe in (one.process.stdout, one.process.stderr):
            if pipe is not None:
                pipe.close()


def _version(served: Served) -> int:
    with served.engine.connect() as connection:
        return int(connection.exec_driver_sql("SELECT version FROM data_version").scalar_one())
