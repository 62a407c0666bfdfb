"""GraphQL over HTTP: GET and POST, both media types (the GraphQL-over-HTTP specification), and event streams.

What GET answers may be kept: its ETag is made of the request and of the data version, and `If-None-Match` is
answered by reading the data version alone. The version is read before the statement runs, so that an answer is
never named by a version newer than what it tells.
"""

import hashlib
from functools import cached_property

import orjson
from graphql import GraphQLSchema, print_schema
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from api.cache import cached, has
from api.documents import Documents
from api.event_stream import EVENTS, EventStream
from api.incoming import JSON, read, understood
from api.operation import Answer, Request, Service
from api.rate import RateError
from api.refusal import RequestError, body_of
from api.standard import today
from api.subscriptions import Subscriptions

GRAPHQL = "application/graphql-response+json"
FRESH = "public, max-age=5, must-revalidate"  # after five seconds whoever keeps an answer asks again
_ACCEPTED = {"*/*": JSON, "application/*": JSON, JSON: JSON, GRAPHQL: GRAPHQL, EVENTS: EVENTS}


class Release:
    """The schema as text, and what marks it: an answer kept under another schema is not this one's.

    It is printed when it is first asked for. Two threads that ask at once print the same.
    """

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema

    @cached_property
    def sdl(self) -> bytes:
        """The schema in GraphQL's own notation."""
        return (print_schema(self._schema) + "\n").encode()

    @cached_property
    def mark(self) -> str:
        """What no other schema's text has."""
        return hashlib.sha256(self.sdl).hexdigest()


async def graphql(http: HttpRequest) -> Response:
    """The endpoint: reads one operation, answers it."""
    media_type = negotiate(http.headers.get("accept"))
    try:
        if media_type is None:
            raise RequestError(
                406, "A003", "只能以 JSON 或者事件流答复", "the answer is JSON or an event stream only",
                f"Accept 用 {JSON}、{GRAPHQL} 或 {EVENTS}。", f"Accept {JSON}, {GRAPHQL} or {EVENTS}.",
            )  # fmt: skip
        service: Service = http.app.state.service
        documents: Documents = http.app.state.documents
        given = await read(http, service.limits.body)
        request = understood(given, documents)
        if http.method == "GET" and service.kind(request, service.client(http.scope)) == "mutation":
            raise RequestError(
                405, "A004", "GET 只能查询和订阅", "GET serves queries and subscriptions only", "改用 POST。", "Use POST."
            )  # fmt: skip
        if media_type == EVENTS:
            return await _stream(http, request)
        if http.method == "GET":
            answer, headers = await _kept(http, request, media_type)
        else:
            answer, headers = await service.respond(request, service.client(http.scope)), {}
        if answer is None:
            return Response(status_code=304, headers={**headers, "Vary": "Accept"})
        if answer.refused:
            headers = {}
        else:
            documents.keep(given, request.query)
        return _response(answer, media_type, headers or {"Cache-Control": "no-store"})
    except RequestError as error:
        headers = {"Vary": "Accept", "Cache-Control": "no-store"}
        if error.status == 405:
            headers["Allow"] = "GET, POST"
        if isinstance(error, RateError):
            headers |= dict(error.headers)
        elif error.status == 429:
            headers["Retry-After"] = "60"
        shown = media_type if media_type and media_type != EVENTS else JSON
        return Response(body_of(error), error.status, headers, shown)


async def schema_text(http: HttpRequest) -> Response:
    """`/graphql/schema.graphql`: the schema in GraphQL's own notation."""
    release: Release = http.app.state.release
    return cached(
        http, release.sdl, "text/plain; charset=utf-8", "public, max-age=300", {"X-Content-Type-Options": "nosniff"}
    )  # fmt: skip


def negotiate(accept: str | None) -> str | None:
    """The media type to answer with: the client's best that we speak, JSON when it does not mind."""
    if not accept:
        return JSON
    ranked = []
    for place, part in enumerate(accept.split(",")):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        try:
            ranked.append((-float(quality), place, name))
        except ValueError:
            continue
    for minus, _, name in sorted(ranked):
        if minus < 0 and name in _ACCEPTED:
            return _ACCEPTED[name]
    return None


def tag_of(request: Request, media_type: str, version: int, mark: str) -> str:
    """A weak ETag: equal requests at one data version, on one day in China, by one schema have equal answers.

    Weak, because the same answer goes out compressed and not. The day is in it because lateness may depend on it.
    """
    parts = [
        request.query, request.variables, request.operation_name, media_type, version, mark, today().isoformat(),
    ]  # fmt: skip
    spelled = orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)
    return f'W/"{hashlib.sha256(spelled).hexdigest()[:32]}"'


async def _kept(http: HttpRequest, request: Request, media_type: str) -> tuple[Answer | None, dict[str, str]]:
    """The answer to a GET and what to say of keeping it; None where the client has it: then no statement runs."""
    service: Service = http.app.state.service
    release: Release = http.app.state.release
    subscriptions: Subscriptions = http.app.state.subscriptions
    version = await subscriptions.newest()
    tag = tag_of(request, media_type, version, release.mark)
    headers = {"ETag": tag, "Cache-Control": FRESH, "Access-Control-Allow-Origin": "*"}
    if has(http, tag):
        return None, headers
    return await service.respond(request, service.client(http.scope)), headers


async def _stream(http: HttpRequest, request: Request) -> Response:
    service: Service = http.app.state.service
    client = service.client(http.scope)
    if service.kind(request, client) != "subscription":
        return EventStream.of(await service.respond(request, client))
    subscriptions: Subscriptions = http.app.state.subscriptions
    return await EventStream.following(subscriptions, request, client, http.headers.get("last-event-id"))


def _response(answer: Answer, media_type: str, headers: dict[str, str]) -> Response:
    refused = answer.refused and media_type == GRAPHQL
    return Response(
        answer.body, answer.status or (400 if refused else 200), {**headers, **dict(answer.headers), "Vary": "Accept"},
        f"{media_type}; charset=utf-8",
    )  # fmt: skip
