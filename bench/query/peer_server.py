"""The peer served: starlette, one path, JSON in and out. What it keeps between requests is told by the environment."""

import os
from typing import Any

import orjson
from graphql import DocumentNode, execute, parse, validate
from graphql.execution import ExecutionResult
from sqlalchemy import Engine, create_engine, event
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.query.peer_loading import Reading
from bench.query.peer_schema import schema
from schemas.catalog import Catalog
from store.engine import sqlite_driver

URL, KEEPING = "OPENALLOC_BENCH_URL", "OPENALLOC_BENCH_KEEPING"


# As our own engine has them (store/engine.py).
_PRAGMAS = ("mmap_size = 1073741824", "cache_size = -65536", "temp_store = MEMORY")
_CONNECTIONS = 32  # kept; more are opened when needed: waiting for one would stop the loop


def engine(url: str) -> Engine:
    """The peer's connections, kept open."""
    made = create_engine(url, module=sqlite_driver(), pool_size=_CONNECTIONS, max_overflow=-1)
    event.listen(made, "connect", _prepare)
    return made


def _prepare(connection: Any, _record: Any) -> None:
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


class Peer:
    """Answers operations; with `keeping`, a text is parsed and validated once."""

    def __init__(self, catalog: Catalog, engine: Engine, keeping: bool) -> None:
        self.schema = schema(catalog)
        self.engine = engine
        self.kept: dict[str, DocumentNode] | None = {} if keeping else None

    async def answer(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        with self.engine.connect() as connection:
            reading = Reading(connection)
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
        given = orjson.loads(await request.body())
        answer = await self.answer(given["query"], given.get("variables") or {})
        return Response(orjson.dumps(answer), media_type="application/json")


def app() -> Starlette:
    """The peer over the database that the environment names."""
    peer = Peer(Catalog.load(), engine(os.environ[URL]), os.environ.get(KEEPING) == "1")
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
