"""The usual request, answered without more than it needs: POST of one operation as JSON to /graphql.

It stands before the application. What is not usual (GET, persisted documents, streams, another media type, anything
wrong) goes on to the application with the body as it was read, and gets the same answers there: this decides nothing
about the protocol but that a request is the plainest there is.
"""

from collections.abc import Sequence
from typing import Any

import orjson
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.graphql import GRAPHQL, negotiate
from api.incoming import JSON, read_body
from api.operation import Answer, Request, Service
from query.kept import Kept

PATH = "/graphql"
_CONTENT = frozenset(
    (b"application/json", b"application/json; charset=utf-8", b"application/json;charset=utf-8")
)
_KEYS = frozenset(("query", "variables", "operationName"))
_ASKED = "openalloc.request"  # in the scope: the request as read, and the media type of its answer
_TYPES = {JSON: f"{JSON}; charset=utf-8".encode(), GRAPHQL: f"{GRAPHQL}; charset=utf-8".encode()}
_VARY = b"Accept, Origin"  # with what dress adds, so that all answers say the same
_OTHER = "other"  # kept for an Accept that the application answers


class Wire:
    """Stands before an application; `dress` is what an answer to another site, or a compressed one, goes through."""

    def __init__(self, app: ASGIApp, service: Service, dress: Sequence[Middleware] = ()) -> None:
        self.app, self.service = app, service
        self._dressed: ASGIApp = self.inside
        for one in reversed(dress):
            self._dressed = one.cls(self._dressed, *one.args, **one.kwargs)
        self._accepts: Kept[bytes, str] = Kept(1_000)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a usual request, pass on another."""
        media_type, dressed = self._usual(scope)
        if media_type is None:
            await self.app(scope, receive, send)
            return
        body, whole = await read_body(receive, self.service.limits.body)
        request = _understood(body) if whole else None
        if request is None:
            await self.app(scope, _again(body, whole, receive), send)
        elif dressed:
            await self._dressed({**scope, _ASKED: (request, media_type)}, receive, send)
        else:
            await self.answer(scope, request, media_type, send, _VARY)

    async def answer(
        self, scope: Scope, request: Request, media_type: str, send: Send, vary: bytes = b"Accept"
    ) -> None:
        """Send the answer to a request."""
        answer = await self.service.respond(request, self.service.client(scope))
        await send({"type": "http.response.start", "status": status_of(answer, media_type),
                    "headers": _headers(answer, media_type, vary)})  # fmt: skip
        await send({"type": "http.response.body", "body": answer.body})

    async def inside(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What `dress` has in it: the request was read before."""
        request, media_type = scope[_ASKED]
        await self.answer(scope, request, media_type, send)

    def _usual(self, scope: Scope) -> tuple[str | None, bool]:
        """The media type of the answer, None for an unusual request; whether it needs dress."""
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "POST":
            return None, False
        content = accept = b""
        dressed = False
        for name, value in scope["headers"]:
            if name == b"content-type":
                content = value
            elif name == b"accept":
                accept = accept + b"," + value if accept else value
            elif name == b"origin" or name == b"accept-encoding":
                dressed = True
            elif name == b"content-encoding" or name == b"expect":
                return None, False
        if content not in _CONTENT:
            return None, False
        chosen = self._accepts.get(
            accept, lambda: _OTHER if (made := negotiate(accept.decode("latin-1"))) is None else made
        )
        return (chosen if chosen in _TYPES else None), dressed


def status_of(answer: Answer, media_type: str) -> int:
    """The status of HTTP: by the older media type a refused operation is an answer like any other."""
    return answer.status or (400 if answer.refused and media_type == GRAPHQL else 200)


def _headers(answer: Answer, media_type: str, vary: bytes) -> list[tuple[bytes, bytes]]:
    headers = [
        (b"content-type", _TYPES[media_type]), (b"content-length", b"%d" % len(answer.body)),
        (b"vary", vary), (b"cache-control", b"no-store"),
    ]  # fmt: skip
    for name, value in answer.headers:
        headers.append((name.lower().encode(), value.encode()))
    return headers


def _again(body: bytes, whole: bool, receive: Receive) -> Receive:
    """The body that was read, then what is still to come."""
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": not whole}]

    async def again() -> Message:
        return first.pop() if first else await receive()

    return again


def _understood(body: bytes) -> Request | None:
    """The request of a body that has nothing unusual in it."""
    try:
        given: Any = orjson.loads(body)
    except ValueError:
        return None
    if type(given) is not dict or not given.keys() <= _KEYS:
        return None
    query, variables, name = given.get("query"), given.get("variables"), given.get("operationName")
    if type(query) is not str or not query or not (variables is None or type(variables) is dict):
        return None
    if not (name is None or type(name) is str):
        return None
    return Request(query, variables or {}, name or None)
