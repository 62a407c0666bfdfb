"""An operation that fails made smaller, as long as it still fails."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from time import monotonic
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    Node,
    OperationDefinitionNode,
    VariableNode,
    parse,
    print_ast,
)

from tests.query.operations import Operation

SECONDS = 60
LISTS = ("selections", "arguments", "directives", "fields", "values")


def smallest(operation: Operation, fails: Callable[[Operation], bool]) -> Operation:
    """One from which no selection, argument, directive or value of an input can be taken without it being right.

    What does not fit the schema any more is refused and so does not fail. After a minute the one so far has to do.
    """
    found, start, smaller = operation, 0, True
    until = monotonic() + SECONDS
    while smaller:
        smaller = False
        for place, one in _smaller(found, start):
            if monotonic() > until:
                return found
            if fails(one):
                found, start, smaller = one, place, True
                break
        else:
            smaller, start = start > 0, 0  # once more from the beginning, unless this was from there
    return found


def _smaller(operation: Operation, start: int) -> Iterator[tuple[int, Operation]]:
    """The operation without one part of it, the largest parts first, from the start-th on."""
    document = parse(operation.query)
    place = -1
    for node, name in [
        (node, name) for node in _nodes(document) for name in LISTS if getattr(node, name, None)
    ]:
        whole = getattr(node, name)
        for at in range(len(whole)):
            place += 1
            if place < start:
                continue
            setattr(node, name, whole[:at] + whole[at + 1 :])
            with suppress(GraphQLError):  # an empty selection is none
                yield place, _tidy(document, operation)
        setattr(node, name, whole)


def _tidy(document: DocumentNode, operation: Operation) -> Operation:
    """Without the fragments and variables that nothing uses any more."""
    document = parse(print_ast(document))
    while True:
        spread = {node.name.value for node in _nodes(document) if isinstance(node, FragmentSpreadNode)}
        kept = tuple(
            one for one in document.definitions
            if not isinstance(one, FragmentDefinitionNode) or one.name.value in spread
        )  # fmt: skip
        if len(kept) == len(document.definitions):
            break
        document.definitions = kept
    declared = [node for node in _nodes(document) if isinstance(node, OperationDefinitionNode)]
    used = {
        node.name.value for definition in document.definitions for node in _nodes(definition, "variable_definitions")
        if isinstance(node, VariableNode)
    }  # fmt: skip
    for one in declared:
        one.variable_definitions = tuple(
            v for v in one.variable_definitions or () if v.variable.name.value in used
        )
    values = {name: value for name, value in operation.variables.items() if name in used}
    return Operation(print_ast(document), values)


def _nodes(node: Node, without: str = "") -> Iterator[Node]:
    """A node and all below it."""
    yield node
    for key in node.keys:
        if key in ("loc", without):
            continue
        below: Any = getattr(node, key, None)
        for one in below if isinstance(below, (list, tuple)) else (below,):
            if isinstance(one, Node):
                yield from _nodes(one, without)
