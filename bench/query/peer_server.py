"""The peers served: starlette, one path, JSON in and out. What they keep between requests is told by the environment."""

import os
from collections.abc import Callable
from typing import Any

import orjson
from graphene import Schema
from graphql import DocumentNode, execute, parse, validate
from graphql.execution import ExecutionResult
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import sessionmaker
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.query import peer_orm_schema, peer_schema
from bench.query.peer_loading import Lists, Reading
from bench.query.peer_orm_loading import Entities
from schemas.catalog import Catalog
from store.engine import sqlite_driver

URL, KEEPING = "OPENALLOC_BENCH_URL", "OPENALLOC_BENCH_KEEPING"


# As our own engine has them (store/engine.py).
_PRAGMAS = ("mmap_size = 1073741824", "cache_size = -65536", "temp_store = MEMORY")
_CONNECTIONS = 32  # kept; more are opened when needed: waiting for one would stop the loop


def engine(url: str) -> Engine:
    """A peer's connections, kept open."""
    made = create_engine(url, module=sqlite_driver(), pool_size=_CONNECTIONS, max_overflow=-1)
    event.listen(made, "connect", _prepare)
    return made


def _prepare(connection: Any, _record: Any) -> None:
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


class Peer:
    """Answers operations; with `keeping`, a text is parsed and validated once.

    `connect` opens what a request reads from, `reading` makes the resolvers' context of it.
    """

    def __init__(
        self, schema: Schema, connect: Callable[[], Any], reading: type[Lists], keeping: bool
    ) -> None:
        self.schema = schema
        self.connect, self.reading = connect, reading
        self.kept: dict[str, DocumentNode] | None = {} if keeping else None

    async def answer(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        """The answer to an operation."""
        with self.connect() as connection:
            reading = self.reading(connection)
            if self.kept is None:
                result = await self.schema.execute_async(
                    query, variable_values=variables, context_value=reading
                )
            else:
                found = execute(
                    self.schema.graphql_schema, self._document(query), variable_values=variables, context_value=reading
                )  # fmt: skip
                result = found if isinstance(found, ExecutionResult) else await found
        answer: dict[str, Any] = dict(result.formatted)
        return answer

    def _document(self, query: str) -> DocumentNode:
        assert self.kept is not None
        if query not in self.kept:
            document = parse(query)
            errors = validate(self.schema.graphql_schema, document)
            if errors:
                raise errors[0]
            self.kept[query] = document
        return self.kept[query]

    async def endpoint(self, request: Request) -> Response:
        """The answer to a request."""
        given = orjson.loads(await request.body())
        answer = await self.answer(given["query"], given.get("variables") or {})
        return Response(orjson.dumps(answer), media_type="application/json")


Make = Callable[[Catalog, Engine, bool], Peer]


def ordinary(catalog: Catalog, engine: Engine, keeping: bool) -> Peer:
    """The peer as people write it: a session a request, all in the event loop, as starlette-graphene3 does."""
    return Peer(peer_orm_schema.schema(catalog), sessionmaker(engine), Entities, keeping)


def tuned(catalog: Catalog, engine: Engine, keeping: bool) -> Peer:
    """The peer by hand."""
    return Peer(peer_schema.schema(catalog), engine.connect, Reading, keeping)


def ordinary_app() -> Starlette:
    """The ordinary peer over the database that the environment names."""
    return _served(ordinary)


def tuned_app() -> Starlette:
    """The tuned peer over the database that the environment names."""
    return _served(tuned)


def _served(made: Make) -> Starlette:
    peer = made(Catalog.load(), engine(os.environ[URL]), os.environ.get(KEEPING) == "1")
    return Starlette(routes=[Route("/graphql", peer.endpoint, methods=["POST"])])


async def nothing(_scope: Any, receive: Any, send: Any) -> None:
    """Read what is sent and answer a few bytes."""
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-type", b"application/json; charset=utf-8"), (b"content-length", b"11")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b'{"data":{}}'})


def empty() -> Any:
    """The same server with nothing to do, and no framework: whatever it takes nobody can save."""
    return nothing
