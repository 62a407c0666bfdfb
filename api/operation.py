"""A GraphQL request answered: parse and validate (kept by text) → plan → one statement → bytes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    execute,
    parse,
    validate,
)
from graphql.execution import ExecutionResult
from graphql.execution.values import get_variable_values
from graphql.validation.validate import ValidationAbortedError
from sqlalchemy import Engine

from api.limits import Limits, check_limits, check_values, rules, too_many_comparisons
from api.planner import Planner
from api.types import graphql_schema
from query.errors import QueryError
from query.kept import Kept
from query.model import Model
from query.run import Reader
from schemas.catalog import Catalog
from schemas.errors import OpenallocError

_META = ("__schema", "__type")
_SHOWN = 10  # errors of one document; each costs a search for what was meant


@dataclass(frozen=True, slots=True)
class Answer:
    """The response's body; `refused` says that the operation did not run at all."""

    body: bytes
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """What a client sends."""

    query: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    operation_name: str | None = None


class Service:
    """Answers GraphQL operations over one catalog and one database."""

    def __init__(self, catalog: Catalog, engine: Engine, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.catalog = catalog
        self.model = Model.of(catalog)
        self.schema: GraphQLSchema = graphql_schema(self.model)
        self.reader = Reader(engine, tuple(catalog.codelists["stage"].codes), self.limits.statement_seconds)
        self._rules = rules(self.limits)
        self._documents: Kept[str, DocumentNode] = Kept(1_000)
        self._introspected: Kept[tuple[str, str | None, bytes], dict[str, Any]] = Kept(20)

    def answer(self, request: Request) -> Answer:
        """The response to a request; what is wrong with it becomes `errors`, nothing is half answered."""
        try:
            document = self._document(request.query)
            operation = _operation(document, request.operation_name)
            if operation.operation.value != "query":
                raise _read_only()
            planner = self._planner(document, operation, request.variables)
            meta = self._introspection(request, document, operation, planner)
            plan = planner.plan(operation, meta)
            data = self.reader.run(plan, planner.values)
        except OpenallocError as error:
            return Answer(_errors([_refusal(error)]), refused=True)
        except InvalidOperationError as error:
            return Answer(_errors(error.errors), refused=True)
        except GraphQLError as error:  # only the values of variables show that an argument is not to be had
            return Answer(_errors(_bad_variables([error]).errors), refused=True)
        except RecursionError:
            return Answer(_errors([_refusal(_too_deep())]), refused=True)
        cost = orjson.dumps({"cost": {"nodes": planner.nodes, "most": self.limits.nodes}})
        return Answer(b'{"data":' + data.encode() + b',"extensions":' + cost + b"}")

    def is_query(self, request: Request) -> bool:
        """Whether the operation only reads; GET serves no other. True for what cannot be parsed."""
        try:
            return (
                _operation(self._document(request.query), request.operation_name).operation.value == "query"
            )
        except (OpenallocError, InvalidOperationError, RecursionError):
            return True

    def _document(self, text: str) -> DocumentNode:
        return self._documents.get(text, lambda: self._parsed(text))

    def _parsed(self, text: str) -> DocumentNode:
        try:
            document = parse(text, max_tokens=self.limits.tokens)
        except GraphQLError as error:
            raise InvalidOperationError(
                "Q110", "查询有语法错误", "the operation has a syntax error", [error]
            ) from None
        check_limits(document, self.limits, len(self.schema.type_map))
        errors = validate(self.schema, document, self._rules, max_errors=_SHOWN)
        if any(
            isinstance(error, ValidationAbortedError) and "limit" not in error.message for error in errors
        ):
            raise too_many_comparisons()
        if errors:
            raise InvalidOperationError(
                "Q111", "查询与模式不符", "the operation does not fit the schema", errors
            )
        return document

    def _planner(
        self, document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]
    ) -> Planner:
        check_values(variables, self.limits)
        coerced = get_variable_values(self.schema, operation.variable_definitions or (), dict(variables))
        if isinstance(coerced, list):
            raise _bad_variables(coerced)
        fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        fts = self.reader.engine.dialect.name == "sqlite"
        return Planner(self.schema, self.model, self.catalog, fragments, coerced, self.limits, fts)

    def _introspection(
        self, request: Request, document: DocumentNode, operation: OperationDefinitionNode, planner: Planner
    ) -> dict[str, Any]:
        """The answers to `__schema` and `__type`, from graphql-core, which gets to see nothing else."""
        asked = [
            node for nodes in planner.root(operation).values() for node in nodes if node.name.value in _META
        ]
        if not asked:
            return {}
        variables = orjson.dumps(request.variables, option=orjson.OPT_SORT_KEYS)
        key = (request.query, request.operation_name, variables)
        return self._introspected.get(key, lambda: self._described(request, document, operation, asked))

    def _described(
        self,
        request: Request,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        asked: list[FieldNode],
    ) -> dict[str, Any]:
        alone = OperationDefinitionNode(
            operation=operation.operation,
            variable_definitions=operation.variable_definitions,
            selection_set=SelectionSetNode(selections=tuple(asked)),
        )
        fragments = [d for d in document.definitions if isinstance(d, FragmentDefinitionNode)]
        result = execute(
            self.schema,
            DocumentNode(definitions=(alone, *fragments)),
            variable_values=dict(request.variables),
        )
        assert isinstance(result, ExecutionResult)
        return dict(result.data or {})


class InvalidOperationError(Exception):
    """What graphql-core found wrong, with a code of ours."""

    def __init__(self, code: str, message: str, message_en: str, errors: list[GraphQLError]) -> None:
        super().__init__(code)
        self.errors = []
        for error in errors[:_SHOWN]:
            made = error.formatted
            found: dict[str, Any] = {
                "message": f"{message} / {message_en}: {_short(made['message'])}",
                "extensions": {"code": code},
            }
            if made.get("locations"):
                found["locations"] = made["locations"]
            self.errors.append(found)


def _short(text: str) -> str:
    """A message that may repeat what was sent, at a length that can be read."""
    return text if len(text) <= 500 else f"{text[:500]}…"


def _bad_variables(errors: list[GraphQLError]) -> InvalidOperationError:
    return InvalidOperationError(
        "Q112", "变量的值不能用", "a variable has a value that cannot be used", errors
    )


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    chosen = [one for one in operations if name is None or (one.name and one.name.value == name)]
    if len(chosen) != 1:
        raise QueryError(
            "Q113", "不知道要运行哪个操作", "it is not clear which operation to run",
            "文档里有几个操作时,用 operationName 指明一个。", "Where a document has several operations, name one in operationName.",
        )  # fmt: skip
    return chosen[0]


def _read_only() -> QueryError:
    return QueryError(
        "Q114", "只能查询", "there are queries only", "操作以 query 或者 { 开头。", "An operation begins with query or {.",
    )  # fmt: skip


def _refusal(error: OpenallocError) -> dict[str, Any]:
    extensions = {"code": error.code, "hint": error.hint, "hintEn": error.hint_en}
    return {
        "message": f"{error.message} / {error.message_en}",
        "extensions": {name: value for name, value in extensions.items() if value},
    }


def _too_deep() -> QueryError:
    return QueryError(
        "Q101",
        "查询的层数太多",
        "the operation is nested too deeply",
        "分成几个查询。",
        "Split it into several operations.",
    )


def _errors(errors: list[dict[str, Any]]) -> bytes:
    return orjson.dumps({"errors": errors})
