"""A request → what is to be run: documents, operations and plans are kept, so that most requests only bind values.

    text ─ parse, limits, validate ─► Operation ─ plan ─► Prepared ─ values of the variables ─► parameters

An operation's plans are kept by the shape of the variables: which are there, their types, the keys and lengths of
what is in them, booleans and nulls, and those values by which the plan was decided (`query.binding`).
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import partial
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
    type_from_ast,
    validate,
)
from graphql.execution import ExecutionResult
from graphql.execution.values import get_variable_values
from graphql.validation.validate import ValidationAbortedError

from api.differing import Differing
from api.faults import SHOWN, InvalidOperationError, bad_variables
from api.highlights import Highlighter
from api.introspection import Sizes
from api.limits import (
    Limits,
    check_limits,
    check_values,
    introspected,
    rules,
    too_many_comparisons,
    too_many_rows,
)
from api.marks import Marks
from api.planner import Planner
from api.variables import ABSENT, Declared, Fixed, freed, shape_of
from query.binding import FixedError, Path, Recipe, sampled
from query.cost import cost
from query.errors import QueryError
from query.kept import Kept
from query.model import Model
from query.plan import Plan
from query.run import Reader, Statement
from schemas.catalog import Catalog

_META = ("__schema", "__type")
_ALTERNATIVES = 8  # plans of one shape: a region's level, a cursor's nulls
_FIXED = 64  # places whose values decide an operation's plan; with more, all do
_BYTES = 64 * 1024 * 1024  # of documents, and again of plans; both at a guess
_BYTES_OF_A_TOKEN = 1_000
# What it costs to read a character of a document and to plan with a value, where neither is kept.
_READ, _GIVEN = 5, 50
Charge = Callable[[int], object]  # takes a cost from the client's; raises where less is left


def free(_cost: int) -> None:
    """Charges nobody."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a client sends."""

    query: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    operation_name: str | None = None


@dataclass(eq=False, slots=True)
class Operation:
    """One operation of a valid document; `fixed` are the places of variables whose values decide its plan."""

    document: DocumentNode
    node: OperationDefinitionNode
    fragments: dict[str, FragmentDefinitionNode]
    variables: Declared
    tokens: int
    fixed: frozenset[Path] = frozenset()
    all_fixed: bool = False

    @property
    def places(self) -> Fixed:
        """The places whose values are part of the key; None for all."""
        return None if self.all_fixed else self.fixed


@dataclass(frozen=True, slots=True)
class Prepared:
    """A statement, how its parameters follow from the variables, and what ends the answer: `extensions`."""

    statement: Statement
    recipe: Recipe
    cost: int  # nodes and rows
    tail: bytes
    marks: Marks | None = None  # where they are to be replaced in the answer


@dataclass(frozen=True, slots=True)
class Ready:
    """A statement with its parameters."""

    prepared: Prepared
    values: list[Any]


class Preparer:
    """Prepares the requests of one schema."""

    def __init__(
        self, catalog: Catalog, model: Model, schema: GraphQLSchema, limits: Limits, reader: Reader
    ) -> None:
        self.catalog, self.model, self.schema, self.limits = catalog, model, schema, limits
        self.reader = reader
        self._most = limits.values + limits.matched  # values and what holds them
        self.marks = Marks({"h": Highlighter(catalog), "d": Differing(catalog)})
        self._rules = rules(limits)
        self._sizes = Sizes.of(schema)
        self._documents: Kept[str, DocumentNode] = Kept(20)  # for those of several operations
        self._operations: Kept[tuple[str, str | None], Operation] = Kept(_BYTES, _weight_of_operation)
        self._plans: Kept[tuple[Operation, Hashable], tuple[Prepared, ...]] = Kept(_BYTES, _weight_of_plans)
        self._indexed: frozenset[str] = frozenset()  # by which the kept plans were made
        self._introspected: Kept[tuple[str, str | None, bytes], dict[str, Any]] = Kept(20)

    def prepare(self, request: Request, charge: Charge = free) -> Ready:
        """The plan and the parameters; raises QueryError, InvalidOperationError, GraphQLError or RecursionError.

        `charge` is asked before each work that is not kept.
        """
        variables = request.variables
        indexed = self.reader.indexed(self.catalog)
        if indexed is not self._indexed:
            self._plans, self._indexed = Kept(_BYTES, _weight_of_plans), indexed
        operation = self.operation(request, charge)
        if operation.node.operation.value != "query":
            raise _not_a_query(operation.node.operation.value)
        key = shape_of(operation.variables, variables, operation.places, self._most)
        if key is not None and len(variables) == len(key) - key.count(ABSENT):  # else some are not declared
            for prepared in self._plans.find((operation, key)) or ():
                try:
                    values = prepared.recipe.values(variables)
                except Exception:  # noqa: S112 - planning says what is wrong with the values
                    continue
                if values is not None:
                    return Ready(prepared, values)
        return self.plan(request, operation, charge)

    def operation(self, request: Request, charge: Charge = free) -> Operation:
        """The operation that is asked for, its document parsed and valid."""
        known = self._operations.find((request.query, request.operation_name))
        if known is not None:
            return known
        document = self._documents.get(request.query, lambda: self._parsed(request.query, charge))
        node = _chosen(document, request.operation_name)
        declared = []
        for one in node.variable_definitions or ():
            type_ = type_from_ast(self.schema, one.type)
            declared.append((one.variable.name.value, type_))
        fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        made = Operation(document, node, fragments, tuple(declared), _tokens(document))  # type: ignore[arg-type]
        self._operations.keep((request.query, request.operation_name), made)
        return made

    # planning

    def plan(self, request: Request, operation: Operation, charge: Charge = free) -> Ready:
        """The plan made anew, and kept for requests like this one."""
        charge(_GIVEN * check_values(request.variables, self.limits))
        given = dict(request.variables)
        coerced = self.coerced(request, operation)
        while True:
            all_fixed, variables = operation.all_fixed, coerced
            if not all_fixed:
                variables = {**coerced, **freed(operation.variables, given, coerced, operation.fixed)}
            try:
                planner, plan = self._planned(request, operation, variables, charge)
                hash(plan)  # a value that got into it is found here
            except FixedError as error:
                _fix(operation, error.path)
                continue
            except Exception:
                if all_fixed:
                    raise
                self._planned(request, operation, coerced, charge)  # raises what is wrong with the values
                operation.all_fixed = True  # else planning stumbles over values that it cannot see
                continue
            break
        rows = cost(plan, planner.values)
        if rows > self.limits.rows:
            raise too_many_rows(rows, self.limits)
        prepared = Prepared(
            self.reader.statement(plan), planner.binding.recipe(planner.variables), planner.nodes + rows,
            self._tail(planner.nodes, rows), self.marks if planner.marked else None,
        )  # fmt: skip
        key = shape_of(operation.variables, request.variables, operation.places, self._most)
        if key is not None:
            others = self._plans.find((operation, key)) or ()
            self._plans.keep((operation, key), (prepared, *others[: _ALTERNATIVES - 1]))
        return Ready(prepared, planner.values)

    def coerced(self, request: Request, operation: Operation) -> dict[str, Any]:
        """The variables as their types have them; raises InvalidOperationError Q112 where a value does not fit."""
        check_values(request.variables, self.limits)
        definitions = operation.node.variable_definitions or ()
        coerced = get_variable_values(self.schema, definitions, dict(request.variables))
        if isinstance(coerced, list):
            raise bad_variables(coerced)
        return coerced

    def planner(self, operation: Operation, variables: Mapping[str, Any]) -> Planner:
        """What plans one operation with these variables."""
        return Planner(
            self.schema, self.model, self.catalog, operation.fragments, variables, self.limits,
            self.reader.searches_fts, indexed=self.reader.indexed(self.catalog), marks=self.marks,
        )  # fmt: skip

    def _planned(
        self, request: Request, operation: Operation, variables: Mapping[str, Any], charge: Charge
    ) -> tuple[Planner, Plan]:
        planner = self.planner(operation, variables)
        asked = [
            node
            for nodes in planner.root(operation.node).values()
            for node in nodes
            if node.name.value in _META
        ]
        meta: dict[str, Any] = {}
        if asked:
            if not operation.all_fixed:  # graphql-core gets the values as they came
                operation.all_fixed = True
                return self._planned(request, operation, sampled(variables), charge)
            meta = self._introspection(request, operation, asked, charge)
        return planner, planner.plan(operation.node, meta)

    def _tail(self, nodes: int, rows: int) -> bytes:
        most = self.limits
        told = {"nodes": nodes, "most": most.nodes, "rows": rows, "mostRows": most.rows}
        return b',"extensions":' + orjson.dumps({"cost": told}) + b"}"

    # documents

    def _parsed(self, text: str, charge: Charge) -> DocumentNode:
        charge(_READ * len(text))
        try:
            document = parse(text, max_tokens=self.limits.tokens)
        except GraphQLError as error:
            raise InvalidOperationError(
                "Q110", "查询有语法错误", "the operation has a syntax error", [error]
            ) from None
        check_limits(document, self.limits, self._sizes)
        errors = validate(self.schema, document, self._rules, max_errors=SHOWN)
        if any(
            isinstance(error, ValidationAbortedError) and "limit" not in error.message for error in errors
        ):
            raise too_many_comparisons()
        if errors:
            raise InvalidOperationError(
                "Q111", "查询与模式不符", "the operation does not fit the schema", errors
            )
        return document

    # introspection

    def _introspection(
        self, request: Request, operation: Operation, asked: list[FieldNode], charge: Charge
    ) -> dict[str, Any]:
        """The answers to `__schema` and `__type`, from graphql-core, which gets to see nothing else."""
        variables = orjson.dumps(request.variables, option=orjson.OPT_SORT_KEYS)
        key = (request.query, request.operation_name, variables)
        return self._introspected.get(key, partial(self._described, request, operation, asked, charge))

    def _described(
        self, request: Request, operation: Operation, asked: list[FieldNode], charge: Charge
    ) -> dict[str, Any]:
        charge(introspected(operation.document, operation.node, self._sizes))
        alone = OperationDefinitionNode(
            operation=operation.node.operation,
            variable_definitions=operation.node.variable_definitions,
            selection_set=SelectionSetNode(selections=tuple(asked)),
        )
        result = execute(
            self.schema,
            DocumentNode(definitions=(alone, *operation.fragments.values())),
            variable_values=dict(request.variables),
        )
        assert isinstance(result, ExecutionResult)
        return dict(result.data or {})


def _fix(operation: Operation, path: Path) -> None:
    """From now on the value at this place is part of the key; the places of a list are one."""
    place = tuple(0 if isinstance(step, int) else step for step in path)
    if place in operation.fixed or len(operation.fixed) >= _FIXED:
        operation.all_fixed = True
    operation.fixed = operation.fixed | {place}


def _tokens(document: DocumentNode) -> int:
    count, token = 0, document.loc.start_token if document.loc else None
    while token is not None:
        count, token = count + 1, token.next
    return count


def _chosen(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    chosen = [one for one in operations if name is None or (one.name and one.name.value == name)]
    if len(chosen) != 1:
        raise QueryError(
            "Q113", "不知道要运行哪个操作", "it is not clear which operation to run",
            "文档里有几个操作时,用 operationName 指明一个。", "Where a document has several operations, name one in operationName.",
        )  # fmt: skip
    return chosen[0]


def _not_a_query(kind: str) -> QueryError:
    if kind == "subscription":
        return QueryError(
            "A060", "订阅不能这样答复", "a subscription is not answered in this way",
            "Accept 用 text/event-stream,或者用 WebSocket(graphql-transport-ws)。",
            "Accept text/event-stream, or use a WebSocket (graphql-transport-ws).",
        )  # fmt: skip
    return QueryError(
        "Q114", "只能查询和订阅", "there are queries and subscriptions only",
        "操作以 query、subscription 或者 { 开头。", "An operation begins with query, subscription or {.",
    )  # fmt: skip


def _weight_of_operation(key: tuple[str, str | None], operation: Operation) -> int:
    return len(key[0]) * 4 + operation.tokens * _BYTES_OF_A_TOKEN


def _weight_of_plans(_key: object, plans: tuple[Prepared, ...]) -> int:
    return sum(2_000 + len(prepared.statement.text) for prepared in plans)
