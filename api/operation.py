"""A GraphQL request answered: prepared (`api.preparing`) → one statement → bytes."""

from dataclasses import dataclass

from graphql import GraphQLError, GraphQLSchema
from sqlalchemy import Engine

from api.faults import InvalidOperationError, bad_variables, errors_body, refusal, too_deep
from api.limits import Limits
from api.preparing import Preparer, Ready, Request
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


class Service:
    """Answers GraphQL operations over one catalog and one database."""

    def __init__(self, catalog: Catalog, engine: Engine, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.catalog = catalog
        self.model = Model.of(catalog)
        self.schema: GraphQLSchema = graphql_schema(self.model)
        self.reader = Reader(engine, tuple(catalog.codelists["stage"].codes), self.limits.statement_seconds)
        self.preparer = Preparer(catalog, self.model, self.schema, self.limits, self.reader)

    def answer(self, request: Request) -> Answer:
        """The response to a request; what is wrong with it becomes `errors`, nothing is half answered."""
        ready = self.prepare(request)
        if isinstance(ready, Answer):
            return ready
        try:
            return answered(ready, self.reader.fetch(ready.prepared.statement, ready.values))
        except OpenallocError as error:
            return refused(error)

    def prepare(self, request: Request) -> Ready | Answer:
        """What is to be run, or the answer that refuses it."""
        try:
            return self.preparer.prepare(request)
        except OpenallocError as error:
            return refused(error)
        except InvalidOperationError as error:
            return Answer(errors_body(error.errors), refused=True)
        except GraphQLError as error:  # only the values of variables show that an argument is not to be had
            return Answer(errors_body(bad_variables([error]).errors), refused=True)
        except RecursionError:
            return refused(too_deep())

    def is_query(self, request: Request) -> bool:
        """Whether the operation only reads; GET serves no other. True for what cannot be parsed."""
        try:
            return self.preparer.operation(request).node.operation.value == "query"
        except (OpenallocError, InvalidOperationError, RecursionError):
            return True


def answered(ready: Ready, data: bytes) -> Answer:
    """The answer around the data."""
    return Answer(b"".join((b'{"data":', data, ready.prepared.tail)))


def refused(error: OpenallocError) -> Answer:
    """The answer of an error."""
    return Answer(errors_body([refusal(error)]), refused=True)
