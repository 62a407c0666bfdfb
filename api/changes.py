"""`/changes`: every change for who keeps a copy, as server-sent events; each has the data version as its id.

    id: 48
    event: change
    data: {"version": 48, "change": "added", "id": …, "type": …, "record": …}

A client that comes back says the last id it has seen (`Last-Event-ID`, or `since=`) and misses nothing. The parameters
of a list narrow the stream. What an event says is what a line of `/changes.jsonl` says.

A client pays from his quota for every change that he is told; who has used it up waits.
"""

from collections.abc import AsyncGenerator
from contextlib import ExitStack
from dataclasses import dataclass

import anyio
from anyio.to_thread import run_sync
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from api.choosing import choose
from api.event_stream import EventStream
from api.operation import REFUSED, refused
from api.rate import LEAST, RateError
from api.standard import refused as turned_away
from api.subscriptions import Subscriptions, known_version
from publish.datasets.statements import Chosen
from publish.following import Follower, Look
from publish.selection import Selection
from schemas.errors import OpenallocError

PATH = "/changes"
COST = 20  # of a change that is told
_RETRY = b"retry: 5000\n\n"
_LOOKING = 2  # threads that look; what queries run in is apart
_PAUSE = 5.0  # seconds until a database that is away is asked again


@dataclass
class Changes:
    """What the streams of an application are told from."""

    follower: Follower

    def __post_init__(self) -> None:
        self._threads = anyio.CapacityLimiter(_LOOKING)

    async def look(self, selection: Selection, chosen: Chosen, after: int) -> Look:
        """What changed after a version; nothing yet where the database is away."""
        try:
            return await run_sync(self.follower.look, selection, chosen, after, limiter=self._threads)
        except SQLAlchemyError:
            await anyio.sleep(_PAUSE)
            return Look((), after, after + 1)


def routes() -> list[Route]:
    """The address of the stream."""
    return [Route(PATH, stream)]


async def stream(http: HttpRequest) -> Response:
    """The events, from a version on; without one from now on."""
    subscriptions: Subscriptions = http.app.state.subscriptions
    service = subscriptions.service
    client = service.client(http.scope)
    try:
        if service.meter is not None:
            service.meter.take(client, LEAST)
        selection = Selection.of(http.query_params.multi_items(), service.catalog)
        chosen = choose(service, selection)
        newest = await subscriptions.newest()
        since = http.headers.get("last-event-id") or http.query_params.get("since")
        after = newest if since is None else known_version(since, newest)
        with ExitStack() as place:
            place.enter_context(subscriptions.place(client))
            parts = _parts(subscriptions, http.app.state.changes, client, selection, chosen, after)
            return EventStream(place.pop_all(), parts, subscriptions)
    except OpenallocError as error:
        made = turned_away(http, error)
        if made.status_code == 429 and "retry-after" not in made.headers:
            made.headers["Retry-After"] = "60"
        return made
    except REFUSED as error:  # a filter that GraphQL refuses, as GraphQL says it
        answer = refused(error)
        return Response(answer.body, answer.status or 400, dict(answer.headers), "application/json")


async def _parts(
    subscriptions: Subscriptions, changes: Changes, client: str, selection: Selection, chosen: Chosen, after: int
) -> AsyncGenerator[bytes, None]:  # fmt: skip
    """The events as they are sent; a span without any moves the client's last id all the same."""
    yield _RETRY
    while True:
        found = await changes.look(selection, chosen, after)
        await _paid(subscriptions, client, found)
        for change in found.told:
            yield b"id: %d\nevent: change\ndata: %b\n\n" % (change.version, change.body)
        if found.version > after and (not found.told or found.told[-1].version < found.version):
            yield b"id: %d\n\n" % found.version
        after = found.version
        if after >= found.newest:
            await subscriptions.watcher.beyond(after)


async def _paid(subscriptions: Subscriptions, client: str, found: Look) -> None:
    """Take what a look costs from the client's quota, as soon as it is there."""
    meter = subscriptions.service.meter
    while meter is not None:
        try:
            meter.take(client, LEAST + COST * len(found.told))
            return
        except RateError as error:
            await anyio.sleep(float(dict(error.headers)["Retry-After"]))
