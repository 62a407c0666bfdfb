"""graphql-transport-ws, message by message: what the protocol has a code for gets that code."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Any

import anyio
import pytest
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.websockets import WebSocket, WebSocketDisconnect

from api.app import application
from api.operation import Request
from api.rate import Headers, Meter, Rate
from api.socket import OPERATIONS, PROTOCOL, Conversation, Timing
from schemas.catalog import Catalog

ALL = {"query": "subscription { disclosureAdded(after: 0) { title } }"}
INIT = {"type": "connection_init"}


@pytest.fixture(scope="module")
def app(catalog: Catalog, file: Engine) -> Starlette:
    """An application of these tests' own: it lives in one event loop."""
    return application(catalog, file)


@pytest.fixture(scope="module")
def client(app: Starlette) -> Iterator[TestClient]:
    """A client whose application has begun its life."""
    with TestClient(app) as made:
        yield made


@contextmanager
def connected(client: TestClient, ready: bool = True) -> Iterator[WebSocketTestSession]:
    with client.websocket_connect("/graphql", subprotocols=[PROTOCOL]) as session:
        assert session.accepted_subprotocol == PROTOCOL
        if ready:
            session.send_json(INIT)
            assert session.receive_json() == {"type": "connection_ack"}
        yield session


def closed(session: WebSocketTestSession) -> tuple[int, str]:
    """The code and the reason with which the server closes, after whatever it still says."""
    try:
        while True:
            session.receive_json()
    except WebSocketDisconnect as left:
        return left.code, left.reason or ""


def subscribe(name: str, payload: Any = ALL) -> dict[str, Any]:
    return {"id": name, "type": "subscribe", "payload": payload}


@pytest.mark.parametrize("offered", [[], ["graphql-ws"], ["other"]])
def test_another_protocol_is_4406(client: TestClient, offered: list[str]) -> None:
    with client.websocket_connect("/graphql", subprotocols=offered) as session:
        assert closed(session) == (4406, "Subprotocol not acceptable")


MISTAKES = {
    # what is said after the connection is ready: the code that closes it
    "not JSON": ("{", 4400),
    "no object": ("[]", 4400),
    "no type": ("{}", 4400),
    "an unknown type": ('{"type": "start"}', 4400),
    "a type that is no text": ('{"type": 1}', 4400),
    "no id": (json.dumps({"type": "subscribe", "payload": ALL}), 4400),
    "an empty id": (json.dumps(subscribe("")), 4400),
    "an id of many letters": (json.dumps(subscribe("a" * 201)), 4400),
    "an id that is no text": (json.dumps({**subscribe("a"), "id": 1}), 4400),
    "no payload": ('{"type": "subscribe", "id": "a"}', 4400),
    "a payload without a document": (json.dumps(subscribe("a", {})), 4400),
    "a payload that is a list": (json.dumps(subscribe("a", [ALL])), 4400),
    "variables that are a list": (json.dumps(subscribe("a", {**ALL, "variables": []})), 4400),
    "complete without an id": ('{"type": "complete"}', 4400),
    "a second initialisation": (json.dumps(INIT), 4429),
    "a message of more than a mebibyte": (" " * (2**20 + 1), 1009),
    "a document nested a thousand deep": ("[" * 1_000_000, 4400),
}


@pytest.mark.parametrize(("said", "code"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_of_the_client_closes_with_the_code_of_the_protocol(
    client: TestClient, said: str, code: int
) -> None:
    with connected(client) as session:
        session.send_text(said)
        assert closed(session)[0] == code


def test_bytes_are_4400(client: TestClient) -> None:
    with connected(client) as session:
        session.send_bytes(b"{}")
        assert closed(session)[0] == 4400


def test_an_operation_before_the_acknowledgement_is_4401(client: TestClient) -> None:
    with connected(client, ready=False) as session:
        session.send_json(subscribe("a"))
        assert closed(session) == (4401, "Unauthorized")


def test_an_id_in_use_is_4409(client: TestClient) -> None:
    name = "a" * 200  # the reason has to fit into a close frame
    with connected(client) as session:
        session.send_json(subscribe(name))
        session.send_json(subscribe(name))
        code, reason = closed(session)
    assert code == 4409
    assert reason.startswith("Subscriber for aaa")
    assert len(reason.encode()) <= 123


def test_a_client_that_never_begins_is_4408(client: TestClient, app: Starlette, timed: None) -> None:
    app.state.timing = Timing(init=0.05)
    with connected(client, ready=False) as session:
        assert closed(session) == (4408, "Connection initialisation timeout")


@pytest.fixture
def timed(app: Starlette) -> Iterator[None]:
    """Puts the times back."""
    before = app.state.timing
    yield
    app.state.timing = before


def test_a_client_that_answers_no_ping_is_left(client: TestClient, app: Starlette, timed: None) -> None:
    app.state.timing = Timing(ping=0.05, pong=0.05)
    with connected(client) as session:
        assert session.receive_json() == {"type": "ping"}
        session.send_json({"type": "pong"})
        assert session.receive_json() == {"type": "ping"}
        assert closed(session)[0] == 4499


def test_a_ping_is_answered_also_before_the_acknowledgement(client: TestClient) -> None:
    with connected(client, ready=False) as session:
        session.send_json({"type": "ping", "payload": {"a": 1}})
        assert session.receive_json() == {"type": "pong"}


def test_a_query_is_answered_and_completed(client: TestClient) -> None:
    with connected(client) as session:
        session.send_json(subscribe("q", {"query": "query ($c: String!) { region(code: $c) { code } }", "variables": {"c": "530100"}}))  # fmt: skip
        answer = session.receive_json()
        assert (answer["id"], answer["type"]) == ("q", "next")
        assert answer["payload"]["data"] == {"region": {"code": "530100"}}
        assert session.receive_json() == {"id": "q", "type": "complete"}
        session.send_json(subscribe("q", {"query": "{ __typename }"}))  # the id is free again
        assert session.receive_json()["type"] == "next"


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"query": "{ nope }"}, "Q111"),
        ({"query": "{"}, "Q110"),
        ({"query": "mutation { x }"}, "Q114"),
        ({"query": "subscription { disclosureAdded { nope } }"}, "Q111"),
        ({"query": "subscription { a: disclosureAdded { id } b: disclosureAdded { id } }"}, "Q111"),
        ({"query": "subscription ($s: Boolean!) { disclosureAdded @skip(if: $s) { id } }", "variables": {"s": True}}, "Q112"),
        ({"query": "subscription { disclosureAdded @skip(if: true) { id } }"}, "Q001"),
        ({"query": 'subscription { disclosureAdded(filter: {region: {within: "1"}}) { id } }'}, "Q002"),
        ({"query": 'subscription { disclosureAdded(after: "x") { id } }'}, "A063"),
        ({"query": 'subscription { disclosureAdded(after: "-1") { id } }'}, "A063"),
        ({"query": "subscription { disclosureAdded(after: 999999999999) { id } }"}, "A063"),
        ({"query": 'subscription { disclosureAdded(after: "1e400") { id } }'}, "A063"),
        ({"documentId": f"sha256:{'0' * 64}"}, "A064"),
    ],
)  # fmt: skip
def test_what_is_refused_is_an_error_of_its_operation_alone(
    client: TestClient, payload: dict[str, Any], code: str
) -> None:
    with connected(client) as session:
        session.send_json(subscribe("a", payload))
        said = session.receive_json()
        assert (said["id"], said["type"]) == ("a", "error")
        assert [error["extensions"]["code"] for error in said["payload"]] == [code]
        session.send_json({"type": "ping"})
        assert session.receive_json() == {"type": "pong"}


def test_a_subscription_tells_what_is_there_after_a_version_and_ends_when_completed(
    client: TestClient,
) -> None:
    with connected(client) as session:
        session.send_json(subscribe("s"))
        for version in range(1, 120):  # more than one look
            said = session.receive_json()
            assert (said["id"], said["type"]) == ("s", "next")
            assert said["payload"]["data"]["disclosureAdded"]["title"]
            assert said["payload"]["extensions"]["version"] >= version
        session.send_json({"id": "s", "type": "complete"})
        session.send_json({"type": "ping"})
        said = [session.receive_json()]
        while said[-1]["type"] == "next":
            said.append(session.receive_json())
        assert said[-1] == {"type": "pong"}


def test_places_are_limited_and_given_back(client: TestClient, app: Starlette) -> None:
    everything = app.state.subscriptions
    before = everything.most_of_a_client
    everything.most_of_a_client = 2
    waiting = {"query": "subscription { disclosureAdded { title } }"}
    try:
        with connected(client) as session:
            for name in ("a", "b", "c"):
                session.send_json(subscribe(name, waiting))
            said = session.receive_json()
            assert (said["id"], said["type"]) == ("c", "error")
            assert said["payload"][0]["extensions"]["code"] == "A062"
        with connected(client) as session:
            session.send_json(subscribe("d", ALL))
            assert session.receive_json()["type"] == "next"
    finally:
        everything.most_of_a_client = before


class Noting(Meter):
    """A meter that notes what it has taken."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.taken: list[int] = []

    def take(self, client: str, cost: int) -> Headers:
        found = super().take(client, cost)
        self.taken.append(cost)
        return found


def eventually(holds: Callable[[], bool]) -> bool:
    """Whether something comes true within half a minute."""
    latest = monotonic() + 30
    while not holds() and monotonic() < latest:
        sleep(0.01)
    return holds()


def test_what_is_asked_over_a_socket_or_as_a_stream_counts_for_the_client(
    client: TestClient, app: Starlette
) -> None:
    waiting = {
        "query": "subscription { disclosureAdded { title } }"
    }  # 50 disclosures at a look, which are 50 nodes and 50 rows
    before = app.state.service.meter
    # A document costs more when it is read for the first time.
    for query in (waiting["query"], "{ __typename }"):
        app.state.service.preparer.operation(Request(query))
    meter = app.state.service.meter = Noting(Rate(quota=230), clock=lambda: 0.0)
    try:
        with connected(client) as session:
            for name in ("a", "b"):
                session.send_json(subscribe(name, waiting))
            # What is asked over one socket is begun side by side; each takes twice.
            assert eventually(lambda: len(meter.taken) == 4)
            session.send_json(subscribe("q", {"query": "{ __typename }"}))
            assert session.receive_json()["type"] == "next"
            assert session.receive_json() == {"id": "q", "type": "complete"}
            session.send_json(subscribe("c", waiting))
            said = session.receive_json()
            assert (said["id"], said["payload"][0]["extensions"]["code"]) == ("c", "A091")
        refused = client.post("/graphql", json=waiting, headers={"accept": "text/event-stream"})
        assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (429, "A091")
        assert int(refused.headers["retry-after"]) > 0
        assert "ratelimit" in refused.headers
    finally:
        app.state.service.meter = before


def test_operations_of_a_socket_are_limited(client: TestClient) -> None:
    waiting = {"query": "subscription { disclosureAdded { title } }"}
    with connected(client) as session:
        for number in range(OPERATIONS + 1):
            session.send_json(subscribe(str(number), waiting))
        said = session.receive_json()
        assert (said["id"], said["payload"][0]["extensions"]["code"]) == (str(OPERATIONS), "A068")


def test_a_client_that_takes_nothing_is_left(client: TestClient, app: Starlette) -> None:
    said: list[Any] = []
    messages = [INIT, subscribe("a")]

    async def receive() -> dict[str, Any]:
        if len(said) == 0:
            return {"type": "websocket.connect"}
        if messages:
            return {"type": "websocket.receive", "text": json.dumps(messages.pop(0))}
        await anyio.sleep_forever()
        raise AssertionError

    async def send(message: Any) -> None:
        said.append(message)
        if '"next"' in message.get("text", ""):
            await anyio.sleep_forever()  # the client's window is full

    async def talk() -> None:
        scope = {"type": "websocket", "app": app, "subprotocols": [PROTOCOL], "client": ("10.0.0.9", 1), "headers": []}  # fmt: skip
        websocket = WebSocket(scope, receive, send)
        await websocket.accept(PROTOCOL)
        with anyio.fail_after(20):
            await Conversation(websocket, Timing(patience=0.1)).hold()

    assert client.portal is not None
    client.portal.call(talk)
    assert said[-1] == {"type": "websocket.close", "code": 1013, "reason": "Too slow: subscribe again with after"}  # fmt: skip
    assert app.state.subscriptions._places.total() == 0
