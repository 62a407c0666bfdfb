"""GraphQL over server-sent events: the protocol of graphql-sse in its mode of distinct connections.

An event's id is the data version it tells, so that a browser's EventSource goes on where it was after a break. What
is wrong with the operation comes as the only `next` event, as the protocol has it. The mode with a single connection
is not served: its reservations would bind a client to one of several processes, and HTTP/2 has no need of it.
"""

from collections.abc import AsyncGenerator
from contextlib import ExitStack, aclosing, suppress
from typing import Protocol

import anyio
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.events import PATIENCE, while_listening
from api.operation import REFUSED, Answer, Request, refused
from api.refusal import RequestError
from api.subscriptions import Subscription, Subscriptions
from query.errors import QueryError

EVENTS = "text/event-stream"
BEAT = 15.0  # seconds between two signs of life, for what stands between and gives up on silence
_COMPLETE = b"event: complete\ndata: \n\n"


class Write(Protocol):
    """How a part of the answer is sent."""

    async def __call__(self, part: bytes, more: bool = True) -> None: ...


class EventStream(Response):
    """Events, for as long as somebody reads them; gives the subscription's place back when it ends."""

    media_type = EVENTS

    def __init__(
        self, place: ExitStack, parts: AsyncGenerator[bytes, None], subscriptions: Subscriptions | None = None
    ) -> None:  # fmt: skip
        """`parts` are sent as they come; without `subscriptions` they come at once and end."""
        self.status_code = 200
        self.background = None
        self._place = place
        self._parts = parts
        self._subscriptions = subscriptions
        self.init_headers({"Cache-Control": "no-store", "X-Accel-Buffering": "no", "Vary": "Accept"})

    @classmethod
    def of(cls, answer: Answer) -> "EventStream":
        """An answer as the only event."""
        return cls(ExitStack(), _once(_next(answer.body) + _COMPLETE))

    @classmethod
    async def following(
        cls, subscriptions: Subscriptions, request: Request, client: str, last_event: str | None
    ) -> "EventStream":
        """A subscription's events; raises RequestError where there is no place for it."""
        with ExitStack() as place:
            place.enter_context(subscriptions.place(client))
            try:
                subscription = await subscriptions.begin(request, client, last_event)
            except RequestError:  # it has a status of its own
                raise
            except REFUSED as error:
                return cls.of(refused(error))
            return cls(place.pop_all(), _told(subscriptions, subscription), subscriptions)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events; a client that does not read for a while is left."""
        lock = anyio.Lock()

        async def write(part: bytes, more: bool = True) -> None:
            with anyio.fail_after(PATIENCE):  # TimeoutError is an OSError
                async with lock:
                    await send({"type": "http.response.body", "body": part, "more_body": more})

        with self._place:
            async with while_listening(receive) as tasks:
                with suppress(OSError):
                    await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
                    if self._subscriptions is not None:
                        await write(b":\n\n")
                        tasks.start_soon(_beat, write, tasks.cancel_scope)
                        tasks.start_soon(_stop, self._subscriptions, tasks.cancel_scope)
                    async with aclosing(self._parts) as parts:
                        async for part in parts:
                            await write(part)
                    await write(b"", more=False)


async def _once(part: bytes) -> AsyncGenerator[bytes, None]:
    yield part


async def _told(subscriptions: Subscriptions, subscription: Subscription) -> AsyncGenerator[bytes, None]:
    """The events of a subscription; the error where one takes too long."""
    try:
        async with aclosing(subscriptions.events(subscription)) as events:
            async for event in events:
                yield _next(event.body, event.version)
    except QueryError as error:
        yield _next(refused(error).body) + _COMPLETE


async def _beat(write: Write, scope: anyio.CancelScope) -> None:
    try:
        while True:
            await anyio.sleep(BEAT)
            await write(b":\n\n")
    except OSError:
        scope.cancel()


async def _stop(subscriptions: Subscriptions, scope: anyio.CancelScope) -> None:
    await subscriptions.stopped()
    scope.cancel()


def _next(body: bytes, version: int | None = None) -> bytes:
    """An event; JSON has a line break only where it may as well have a space."""
    name = b"event: next\n" if version is None else b"event: next\nid: %d\n" % version
    return name + b"data: " + body.replace(b"\r", b" ").replace(b"\n", b" ") + b"\n\n"
