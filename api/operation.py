"""A GraphQL request answered: prepared (`api.preparing`) → one statement → bytes."""

from dataclasses import dataclass

from graphql import GraphQLError, GraphQLSchema, OperationDefinitionNode
from sqlalchemy import Engine

from api.faults import InvalidOperationError, bad_variables, errors_body, refusal, too_deep
from api.limits import Limits
from api.planner import Planner
from api.preparing import Preparer, Ready, Request
from api.running import BusyError, Runner
from api.types import graphql_schema
from query.model import Model
from query.run import Reader
from schemas.catalog import Catalog
from schemas.errors import OpenallocError

__all__ = ["Answer", "Request", "Service"]


@dataclass(frozen=True, slots=True)
class Answer:
    """The response's body; `refused` says that the operation did not run at all."""

    body: bytes
    refused: bool = False
    status: int = 0  # of HTTP, where it is not 200, nor 400 for what is refused
    headers: tuple[tuple[str, str], ...] = ()


class Service:
    """Answers GraphQL operations over one catalog and one database."""

    def __init__(self, catalog: Catalog, engine: Engine, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.catalog = catalog
        self.model = Model.of(catalog)
        self.schema: GraphQLSchema = graphql_schema(self.model)
        self.reader = Reader(engine, tuple(catalog.codelists["stage"].codes), self.limits.statement_seconds)
        self.runner = Runner(self.reader, self.limits)
        self.preparer = Preparer(catalog, self.model, self.schema, self.limits, self.reader)

    def answer(self, request: Request) -> Answer:
        """The response to a request, made in this thread; what is wrong becomes `errors`, nothing is half answered."""
        try:
            ready = self.preparer.prepare(request)
            return answered(ready, self.reader.fetch(ready.prepared.statement, ready.values))
        except REFUSED as error:
            return refused(error)

    async def respond(self, request: Request) -> Answer:
        """The same for an event loop, which a slow statement does not hold up."""
        try:
            ready = self.preparer.prepare(request)
            return answered(ready, await self.runner.fetch(ready.prepared.statement, ready.values))
        except REFUSED as error:
            return refused(error)

    def kind(self, request: Request) -> str:
        """query, mutation or subscription; query for what cannot be parsed, which is refused as such."""
        try:
            return self.preparer.operation(request).node.operation.value
        except REFUSED:  # a variable in @skip of a subscription's field makes graphql-core's own rule raise
            return "query"

    def planned(self, request: Request) -> tuple[OperationDefinitionNode, Planner]:
        """The operation that a request means, and what plans it; raises what `refused` answers."""
        operation = self.preparer.operation(request)
        return operation.node, self.preparer.planner(operation, self.preparer.coerced(request, operation))


def answered(ready: Ready, data: bytes) -> Answer:
    """The answer around the data."""
    return Answer(b"".join((b'{"data":', data, ready.prepared.tail)))


REFUSED = (OpenallocError, InvalidOperationError, GraphQLError, RecursionError)


def refused(error: Exception) -> Answer:
    """The answer to an operation that does not run, by one of the exceptions of REFUSED."""
    match error:
        case BusyError():
            after = (("Retry-After", str(error.retry_after)),)
            return Answer(errors_body([refusal(error)]), True, error.status, after)
        case OpenallocError():
            return Answer(errors_body([refusal(error)]), refused=True)
        case InvalidOperationError():
            return Answer(errors_body(error.errors), refused=True)
        case GraphQLError():  # only the values of variables show that an argument is not to be had
            return Answer(errors_body(bad_variables([error]).errors), refused=True)
        case _:
            return Answer(errors_body([refusal(too_deep())]), refused=True)
