"""A GraphQL request answered: prepared (`api.preparing`) → one statement → bytes."""

import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from traceback import extract_tb
from typing import Any

from graphql import GraphQLError, GraphQLSchema, OperationDefinitionNode
from sqlalchemy import Engine

from api.faults import InvalidOperationError, bad_variables, errors_body, refusal, too_deep
from api.limits import Limits
from api.planner import Planner
from api.preparing import Operation, Preparer, Ready, Request, free
from api.rate import LEAST, Headers, Meter, Rate, RateError, client_of
from api.refusal import RequestError
from api.running import BusyError, Runner
from api.types import graphql_schema
from query.model import Model
from query.run import Reader
from schemas.catalog import Catalog
from schemas.errors import OpenallocError

__all__ = ["Answer", "Request", "Service"]
_LOG = logging.getLogger("openalloc")


@dataclass(frozen=True, slots=True)
class Answer:
    """The response's body; `refused` says that the operation did not run at all."""

    body: bytes
    refused: bool = False
    status: int = 0  # of HTTP, where it is not 200, nor 400 for what is refused
    headers: tuple[tuple[str, str], ...] = ()


class Service:
    """Answers GraphQL operations over one catalog and one database."""

    def __init__(
        self, catalog: Catalog, engine: Engine, limits: Limits | None = None, rate: Rate | None = None
    ) -> None:
        self.limits = limits or Limits()
        self.meter = Meter(rate) if rate else None
        self.catalog = catalog
        self.model = Model.of(catalog)
        self.schema: GraphQLSchema = graphql_schema(self.model)
        types = tuple((one.type, one.domain) for one in catalog.types.values())
        self.reader = Reader(
            engine, tuple(catalog.codelists["stage"].codes), self.limits.statement_seconds, types
        )
        self.runner = Runner(self.reader, self.limits)
        self.preparer = Preparer(catalog, self.model, self.schema, self.limits, self.reader)

    def answer(self, request: Request) -> Answer:
        """The response to a request, made in this thread; what is wrong becomes `errors`, nothing is half answered."""
        try:
            ready = self.preparer.prepare(request)
            data = self.reader.fetch(ready.prepared.statement, ready.values)
            marks = ready.prepared.marks
            return answered(ready, marks.fill(data) if marks else data)
        except REFUSED as error:
            return refused(error)

    async def respond(self, request: Request, client: str = "") -> Answer:
        """The same for an event loop, which a slow statement does not hold up, for a client who may not ask too much.

        What is the program's own fault is answered by a reference, under which the log says where it happened.
        """
        headers: Headers = ()

        def charge(cost: int) -> None:
            nonlocal headers
            headers = self.meter.take(client, cost) if self.meter is not None else ()

        try:
            ready, data = await self._fetched(request, charge)
            return answered(ready, data, headers)
        except REFUSED as error:
            return refused(error, headers)
        except Exception as error:
            return failed(error, headers)

    async def data(self, request: Request, client: str = "", seconds: float | None = None) -> bytes:
        """The data alone, for a page of our own; raises the exceptions of REFUSED, TooSlowError after the seconds."""
        charge = partial(self.meter.take, client) if self.meter else free
        _, data = await self._fetched(request, charge, seconds)
        return data

    async def _fetched(
        self, request: Request, charge: Callable[[int], Any], seconds: float | None = None
    ) -> tuple[Ready, bytes]:
        charge(LEAST)
        ready = self.preparer.prepare(request, charge)
        charge(max(ready.prepared.cost - LEAST, 0))
        data = await self.runner.fetch(ready.prepared.statement, ready.values, seconds)
        if ready.prepared.marks:
            data = await self.runner.fill(ready.prepared.marks, data)
        return ready, data

    def client(self, scope: Mapping[str, Any]) -> str:
        """Whose request an ASGI scope is: the address, behind a trusted proxy the one that it names."""
        proxies = self.meter.rate.proxies if self.meter else ()
        named = [value for name, value in scope["headers"] if name == b"x-forwarded-for"] if proxies else []
        peer = scope.get("client")
        return client_of(peer[0] if peer else "", b",".join(named).decode("latin-1"), proxies)

    def kind(self, request: Request, client: str) -> str:
        """query, mutation or subscription; query for what cannot be parsed, which is refused as such."""
        try:
            return self._operation(request, client).node.operation.value
        except REFUSED:  # a variable in @skip of a subscription's field makes graphql-core's own rule raise
            return "query"

    def planned(self, request: Request, client: str = "") -> tuple[OperationDefinitionNode, Planner]:
        """The operation that a request means, and what plans it; raises what `refused` answers."""
        operation = self._operation(request, client)
        return operation.node, self.preparer.planner(operation, self.preparer.coerced(request, operation))

    def _operation(self, request: Request, client: str) -> Operation:
        """The operation of a request, for which the client pays where it is not kept."""
        return self.preparer.operation(request, partial(self.meter.take, client) if self.meter else free)


def answered(ready: Ready, data: bytes, headers: Headers = ()) -> Answer:
    """The answer around the data."""
    return Answer(b"".join((b'{"data":', data, ready.prepared.tail)), headers=headers)


REFUSED = (OpenallocError, InvalidOperationError, GraphQLError, RecursionError)


def refused(error: Exception, headers: Headers = ()) -> Answer:
    """The answer to an operation that does not run, by one of the exceptions of REFUSED."""
    match error:
        case RateError():
            return Answer(errors_body([refusal(error)]), True, error.status, error.headers)
        case BusyError():
            after = (("Retry-After", str(error.retry_after)), *headers)
            return Answer(errors_body([refusal(error)]), True, error.status, after)
        case OpenallocError():
            errors = [refusal(error)]
        case InvalidOperationError():
            errors = error.errors
        case GraphQLError():  # only the values of variables show that an argument is not to be had
            errors = bad_variables([error]).errors
        case _:
            errors = [refusal(too_deep())]
    return Answer(errors_body(errors), refused=True, headers=headers)


def failed(error: Exception, headers: Headers = ()) -> Answer:
    """The answer to what nobody expected: a reference, under which the log says where it was."""
    return Answer(errors_body([refusal(unexpected(error))]), True, 500, headers)


def unexpected(error: Exception) -> RequestError:
    """What nobody expected as a reference. The log gets the places, no message, which may hold values."""
    reference = secrets.token_hex(6)
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in extract_tb(error.__traceback__)]
    _LOG.error(
        "%s %s.%s at %s",
        reference,
        type(error).__module__,
        type(error).__qualname__,
        " < ".join(reversed(places)),
    )
    return RequestError(
        500, "Q202", f"服务器内部错误,编号 {reference}", f"an internal error, reference {reference}",
        "请稍后重试;仍不行时把编号告诉运维人员。", "Try again; if it stays, tell the operator the reference.",
    )  # fmt: skip
