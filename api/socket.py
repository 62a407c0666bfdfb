"""GraphQL over WebSocket: the protocol `graphql-transport-ws` (of npm graphql-ws), queries and subscriptions alike.

A client that takes nothing for a while is left with 1013 (try again later; `after` takes up where it was), one that
answers no ping with 4499. What the protocol has a code for has that code.
"""

from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import anyio
import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from api.documents import Documents
from api.incoming import checked, understood
from api.operation import REFUSED, Request, Service, refused
from api.refusal import RequestError, body_of
from api.subscriptions import Subscriptions

PROTOCOL = "graphql-transport-ws"
OPERATIONS = 20  # of one socket at a time
_LONGEST = 200  # characters of an operation's id


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds: until `connection_init`, between pings, until their answer, and until a message is read."""

    init: float = 10.0
    ping: float = 25.0
    pong: float = 15.0
    patience: float = 20.0


async def socket(websocket: WebSocket) -> None:
    """`/graphql`, upgraded."""
    if PROTOCOL not in websocket.scope.get("subprotocols", ()):
        await websocket.accept()
        await websocket.close(4406, "Subprotocol not acceptable")
        return
    await websocket.accept(PROTOCOL)
    await Conversation(websocket, websocket.app.state.timing).hold()


class ClosedError(Exception):
    """The conversation ends, with a code and a reason that the client is told."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason.encode()[:120].decode("utf-8", "ignore")  # what a close frame holds


class Conversation:
    """One socket: messages as they come, a task for each operation, and one that pings."""

    def __init__(self, websocket: WebSocket, timing: Timing) -> None:
        self.websocket = websocket
        self.timing = timing
        self.service: Service = websocket.app.state.service
        self.subscriptions: Subscriptions = websocket.app.state.subscriptions
        self.documents: Documents = websocket.app.state.documents
        self.client = self.service.client(websocket.scope)
        self.open: dict[str, anyio.CancelScope] = {}
        self.ready = False
        self.heard = True
        self._writing = anyio.Lock()
        self._end: ClosedError | None = None
        self._all = anyio.CancelScope()

    async def hold(self) -> None:
        """Talk until one of both ends it."""
        with self._all:
            async with anyio.create_task_group() as self.tasks:
                self.tasks.start_soon(self._init_in_time)
                self.tasks.start_soon(self._ping)
                self.tasks.start_soon(self._stop)
                try:
                    await self._listen()
                except ClosedError as closed:
                    self._end = closed
                except WebSocketDisconnect:
                    pass
                self.tasks.cancel_scope.cancel()
        if self._end is not None and self.websocket.application_state is WebSocketState.CONNECTED:
            with anyio.move_on_after(1, shield=True):  # who does not read does not read this either
                await self.websocket.close(self._end.code, self._end.reason)

    # what comes

    async def _listen(self) -> None:
        while True:
            received = await self.websocket.receive()
            if received["type"] == "websocket.disconnect":
                return
            self.heard = True
            await self._hear(self._message(received))

    def _message(self, received: Mapping[str, Any]) -> Mapping[str, Any]:
        text = received.get("text")
        if text is None:
            raise ClosedError(4400, "Invalid message: text is expected")
        if len(text) > self.service.limits.body:
            raise ClosedError(1009, f"Message too big: at most {self.service.limits.body} bytes")
        try:
            message = orjson.loads(text)
        except ValueError:
            raise ClosedError(4400, "Invalid message: not JSON") from None
        if not isinstance(message, dict) or not isinstance(message.get("type"), str):
            raise ClosedError(4400, "Invalid message: an object with a type is expected")
        return message

    async def _hear(self, message: Mapping[str, Any]) -> None:
        match message["type"]:
            case "connection_init":
                if self.ready:
                    raise ClosedError(4429, "Too many initialisation requests")
                self.ready = True
                await self._send({"type": "connection_ack"})
            case "ping":
                await self._send({"type": "pong"})
            case "pong":
                pass
            case "subscribe":
                await self._subscribe(message)
            case "complete":
                scope = self.open.pop(_id(message), None)
                if scope is not None:
                    scope.cancel()
            case other:
                raise ClosedError(4400, f"Invalid message: unknown type {other}")

    async def _subscribe(self, message: Mapping[str, Any]) -> None:
        if not self.ready:
            raise ClosedError(4401, "Unauthorized")
        identifier, payload = _id(message), message.get("payload")
        if identifier in self.open:
            raise ClosedError(4409, f"Subscriber for {identifier} already exists")
        try:
            given = checked(payload)
            request = understood(given, self.documents)
        except RequestError as error:
            if error.code == "A002":
                raise ClosedError(4400, f"Invalid message: {error.message_en}") from None
            await self._send_errors(identifier, body_of(error))
            return
        if len(self.open) >= OPERATIONS:
            too_many = RequestError(
                429, "A068", f"一个连接同时至多 {OPERATIONS} 个操作", f"one connection has {OPERATIONS} operations at a time at most",
            )  # fmt: skip
            await self._send_errors(identifier, body_of(too_many))
            return
        scope = self.open[identifier] = anyio.CancelScope()
        self.tasks.start_soon(self._operate, identifier, request, scope)

    # what goes

    async def _operate(self, identifier: str, request: Request, scope: anyio.CancelScope) -> None:
        with scope:
            errors = await self._run(identifier, request)
            if self.open.get(identifier) is scope:
                del self.open[identifier]
            if errors is None:
                await self._send({"id": identifier, "type": "complete"})
            else:
                await self._send_errors(identifier, errors)

    async def _run(self, identifier: str, request: Request) -> bytes | None:
        """Send an operation's answers; the body of what refused it, if anything did."""
        if self.service.kind(request, self.client) != "subscription":
            answer = await self.service.respond(request, self.client)
            if answer.refused:
                return answer.body
            await self._send_next(identifier, answer.body)
            return None
        try:
            with self.subscriptions.place(self.client):
                subscription = await self.subscriptions.begin(request, self.client)
                async with aclosing(self.subscriptions.events(subscription)) as events:
                    async for event in events:
                        await self._send_next(identifier, event.body)
        except RequestError as error:
            return body_of(error)
        except REFUSED as error:
            return refused(error).body
        return None

    async def _send_next(self, identifier: str, body: bytes) -> None:
        await self._write(b'{"id":' + orjson.dumps(identifier) + b',"type":"next","payload":' + body + b"}")

    async def _send_errors(self, identifier: str, body: bytes) -> None:
        await self._send({"id": identifier, "type": "error", "payload": orjson.loads(body)["errors"]})

    async def _send(self, message: Mapping[str, Any]) -> None:
        await self._write(orjson.dumps(message))

    async def _write(self, message: bytes) -> None:
        try:
            async with self._writing:
                # Shielded: an operation that is completed while its answer goes out must not cut the frame.
                with anyio.fail_after(self.timing.patience, shield=True):
                    await self.websocket.send_text(message.decode())
        except TimeoutError:
            self._leave(ClosedError(1013, "Too slow: subscribe again with after"))
        except (WebSocketDisconnect, RuntimeError):  # it has left meanwhile
            self._all.cancel()

    def _leave(self, closed: ClosedError) -> None:
        self._end = self._end or closed
        self._all.cancel()

    async def _init_in_time(self) -> None:
        await anyio.sleep(self.timing.init)
        if not self.ready:
            self._leave(ClosedError(4408, "Connection initialisation timeout"))

    async def _stop(self) -> None:
        await self.subscriptions.stopped()
        self._leave(ClosedError(1001, "Going away: the server stops"))

    async def _ping(self) -> None:
        while True:
            await anyio.sleep(self.timing.ping)
            if self.ready:
                self.heard = False
                await self._send({"type": "ping"})
                await anyio.sleep(self.timing.pong)
                if not self.heard:
                    self._leave(ClosedError(4499, "Terminated: no answer to a ping"))


def _id(message: Mapping[str, Any]) -> str:
    identifier = message.get("id")
    if not isinstance(identifier, str) or not identifier:
        raise ClosedError(4400, "Invalid message: id is expected")
    if len(identifier) > _LONGEST:  # every message of the operation has it
        raise ClosedError(4400, f"Invalid message: an id has {_LONGEST} characters at most")
    return identifier
