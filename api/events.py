"""A check as a client follows it: the report at the end, or line by line; a client that leaves ends the check."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import ExitStack, aclosing, asynccontextmanager, suppress
from typing import Any

import anyio
import orjson
from anyio.abc import TaskGroup
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.checkers import Checkers
from api.checking import Job
from api.refusal import RequestError

MEDIA_TYPE = "application/x-ndjson"
# Seconds that a client may take to read a line while a process waits for it.
PATIENCE = 20.0
# The status of errors that the checking process tells; another is about the file.
_STATUS = {"A042": 400, "A045": 503}

Event = dict[str, Any]


async def last_event(request: Request, checkers: Checkers, job: Job) -> Event | None:
    """The event that ends a check: the report or an error; None where the client left."""
    last: Event | None = None
    async with while_listening(request.receive), aclosing(_events(checkers, job)) as events:
        async for event in events:
            last = event
    return last if last is not None and _ends(last) else None


def error_of(event: Event) -> RequestError:
    """What an event that tells an error says."""
    said = event["error"]
    return RequestError(
        _STATUS.get(said["code"], said.get("status", 422)),
        said["code"], said["message"], said["messageEn"], said["hint"], said["hintEn"],
    )  # fmt: skip


class Events(Response):
    """The events of a check as lines of JSON. The place among the checkers is given back before the last line is sent.

    This is no StreamingResponse: its iterator, left in the middle, is closed some time later and by another task,
    and that task has no place to give back.
    """

    media_type = MEDIA_TYPE

    def __init__(
        self,
        checkers: Checkers,
        job: Job,
        folder: ExitStack,
        complete: Callable[[Event], Event],
        headers: dict[str, str],
    ) -> None:
        self.status_code = 200
        self.background = None
        self._checkers = checkers
        self._job = job
        self._folder = folder
        self._complete = complete
        self.init_headers(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the lines as they come, for as long as somebody reads them."""
        with self._folder:
            async with while_listening(receive):
                # Also where a line is not read in time: TimeoutError is one.
                with suppress(OSError):
                    await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
                    last = await self._lines(send)
                    await send(_body(self._complete(last), more=False))

    async def _lines(self, send: Send) -> Event:
        async with aclosing(_events(self._checkers, self._job)) as events:
            async for event in events:
                if _ends(event):
                    return event
                with anyio.fail_after(PATIENCE):
                    await send(_body(event, more=True))
        raise AssertionError("the events ended without a report")


async def _events(checkers: Checkers, job: Job) -> AsyncGenerator[Event, None]:
    """The events of a check; what it could not be made for is the last of them."""
    try:
        async with aclosing(checkers.events(job)) as events:
            async for event in events:
                yield event
    except RequestError as error:
        yield {"error": {
            "code": error.code, "message": error.message, "messageEn": error.message_en,
            "hint": error.hint, "hintEn": error.hint_en, "status": error.status,
        }}  # fmt: skip


@asynccontextmanager
async def while_listening(receive: Receive) -> AsyncIterator[TaskGroup]:
    """Do what is inside until it is done or the client has left; tasks started in the group end with it."""
    async with anyio.create_task_group() as tasks:

        async def listen() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            tasks.cancel_scope.cancel()

        tasks.start_soon(listen)
        yield tasks
        tasks.cancel_scope.cancel()


def _ends(event: Event) -> bool:
    return "report" in event or "error" in event


def _body(event: Event, *, more: bool) -> dict[str, Any]:
    return {"type": "http.response.body", "body": orjson.dumps(event) + b"\n", "more_body": more}
