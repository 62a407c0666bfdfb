"""`/changes`: every change for who keeps a copy, as server-sent events; each has the data version as its id.

    id: 48
    event: change
    data: {"version": 48, "kind": "added", "id": …, "record": …}

A client that comes back says the last id it has seen (`Last-Event-ID`, or `since=`) and misses nothing. The parameters
of a list narrow the stream. What a revision takes out of the list, and every withdrawal, is told as well, without a
record, so that a copy of the list stays equal to it. Of what changed several times the last is told, as it is.

One look goes over a bounded span of versions by one GraphQL operation, which costs the client what it costs at /graphql;
who has used up his quota waits.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import anyio
import orjson
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from api.event_stream import EventStream
from api.feeds import refused as turned_away
from api.operation import Answer, Request, Service
from api.questions import RefusedError
from api.refusal import RequestError, body_of
from api.subscriptions import Subscriptions, known_version
from publish.changed import REVISED, WITHDRAWN, Change
from publish.selection import Selection
from schemas.errors import OpenallocError

PATH = "/changes"
SPAN = 5_000  # versions that one look goes over
PAGE = 100
_RETRY = b"retry: 5000\n\n"
_LOOK = """\
query Changes($after: String!, $before: String!, $first: Int!, $filter: ChangeFilter, $narrowed: Boolean!) {
  dataVersion
  told: changes(after: $after, before: $before, first: $first, filter: $filter) {
    nodes {
      version kind at revision disclosureId
      disclosure { type revision }
      snapshot { type document }
      withdrawal { kind reason }
    }
  }
  left: changes(after: $after, before: $before, first: $first, kinds: [REVISED, WITHDRAWN]) @include(if: $narrowed) {
    nodes { version kind at revision disclosureId disclosure { type revision } snapshot { type } withdrawal { kind reason } }
  }
}"""


@dataclass(frozen=True, slots=True)
class Look:
    """The changes of a span of versions, up to which version that is all, and the newest version there is."""

    told: tuple[Change, ...]
    version: int
    newest: int


def routes() -> list[Route]:
    """The address of the stream."""
    return [Route(PATH, stream)]


async def stream(http: HttpRequest) -> Response:
    """The events, from a version on; without one from now on."""
    subscriptions: Subscriptions = http.app.state.subscriptions
    service = subscriptions.service
    client = service.client(http.scope)
    try:
        selection = Selection.of(http.query_params.multi_items(), service.catalog)
        filter_ = filter_of(selection)
        newest = await subscriptions.newest()
        since = http.headers.get("last-event-id") or http.query_params.get("since")
        after = newest if since is None else known_version(since, newest)
        with ExitStack() as place:
            place.enter_context(subscriptions.place(client))
            await look(service, client, filter_, after)  # what is wrong with the filter is said with a status
            return EventStream(place.pop_all(), _parts(subscriptions, client, filter_, after), subscriptions)
    except OpenallocError as error:
        made = turned_away(http, error)
        if made.status_code == 429 and "retry-after" not in made.headers:
            made.headers["Retry-After"] = "60"
        return made


def filter_of(selection: Selection) -> Mapping[str, Any] | None:
    """The filter of the changes; raises RequestError A274 where there is a search, which only lists have."""
    if selection.search:
        raise RequestError(
            400, "A274", "变更流不能按 q 检索", "the stream of changes cannot be searched by q",
            "去掉 q,用其他筛选;检索的订阅源见 /disclosures.atom。", "Leave q out and filter otherwise; /disclosures.atom takes a search.",
        )  # fmt: skip
    found = selection.filter()
    return {"disclosure": found} if found else None


async def look(
    service: Service, client: str, filter_: Mapping[str, Any] | None, after: int, page: int = PAGE
) -> Look:
    """What changed after a version, at most a page of it; raises RefusedError where the operation is refused."""
    return seen(await service.respond(asked(filter_, after, page), client), after, page)


def asked(filter_: Mapping[str, Any] | None, after: int, page: int = PAGE) -> Request:
    """The operation of a look."""
    variables = {
        "after": str(after), "before": str(after + SPAN + 1), "first": page, "filter": filter_,
        "narrowed": filter_ is not None,
    }  # fmt: skip
    return Request(_LOOK, variables)


def seen(answer: Answer, after: int, page: int = PAGE) -> Look:
    """What its answer says; raises RefusedError."""
    if answer.refused or answer.status:
        raise RefusedError(answer)
    found = orjson.loads(answer.body)["data"]
    newest = int(found["dataVersion"])
    until = min(after + SPAN, newest)
    lists = [found["told"]["nodes"], (found.get("left") or {"nodes": []})["nodes"]]
    for nodes in lists:
        if len(nodes) == page:
            until = min(until, nodes[-1]["version"])
    changes: dict[int, Change] = {}
    for nodes in reversed(lists):  # a record in the list comes after what is said of those that left it
        for node in nodes:
            change = _change(node) if node["version"] <= until else None
            if change is not None:
                changes[change.version] = change
    return Look(tuple(changes[version] for version in sorted(changes)), max(until, after), newest)


def _change(node: Mapping[str, Any]) -> Change | None:
    """A change, where it stands: none that another followed."""
    kind, standing, snapshot = str(node["kind"]).lower(), node["disclosure"], node["snapshot"] or {}
    if kind == WITHDRAWN:
        if standing is not None or node["withdrawal"] is None:
            return None
        why = node["withdrawal"]
        told = {"kind": str(why["kind"]).lower(), "reason": why["reason"]}
        return Change(
            node["version"], kind, node["at"], node["disclosureId"], snapshot.get("type", ""), node["revision"], None, told,
        )  # fmt: skip
    if standing is None or standing["revision"] != node["revision"]:
        return None
    if "document" not in snapshot and kind != REVISED:
        return None
    return Change(
        node["version"], kind, node["at"], node["disclosureId"], standing["type"], node["revision"], snapshot.get("document"),
    )  # fmt: skip


async def _parts(
    subscriptions: Subscriptions, client: str, filter_: Mapping[str, Any] | None, after: int
) -> AsyncGenerator[bytes, None]:
    """The events as they are sent; a span without any moves the client's last id all the same."""
    yield _RETRY
    while True:
        try:
            found = await look(subscriptions.service, client, filter_, after)
        except RefusedError as error:
            if error.status != 429:
                yield b"event: error\ndata: " + body_of(error) + b"\n\n"
                return
            await anyio.sleep(float(dict(error.headers).get("Retry-After", "5")))
            continue
        for change in found.told:
            yield b"id: %d\nevent: change\ndata: %b\n\n" % (change.version, orjson.dumps(change.to_json()))
        if found.version > after and (not found.told or found.told[-1].version < found.version):
            yield b"id: %d\n\n" % found.version
        after = found.version
        if after >= found.newest:
            await subscriptions.watcher.beyond(after)
