"""The fields of an operation, collected as the GraphQL specification says (6.3.2)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLIncludeDirective,
    GraphQLSkipDirective,
    InlineFragmentNode,
    SelectionSetNode,
)
from graphql.execution.values import get_directive_values

from query.model import Model

Selections = tuple[SelectionSetNode, ...]
Grouped = dict[str, list[FieldNode]]


@dataclass(frozen=True, slots=True)
class Fields:
    """What an operation selects, with its fragments and variables."""

    model: Model
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]

    def collected(self, selections: Selections, type_name: str) -> Grouped:
        """The fields by their response key, fragments spread and directives applied."""
        grouped: Grouped = {}
        seen: set[str] = set()  # of all the selections: fragments of fields that merge would else multiply
        for selection_set in selections:
            self._gather(selection_set, type_name, grouped, seen)
        return grouped

    def _gather(
        self, selection_set: SelectionSetNode, type_name: str, grouped: Grouped, seen: set[str]
    ) -> None:
        for node in selection_set.selections:
            if not self._included(node):
                continue
            if isinstance(node, FieldNode):
                grouped.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                if node.type_condition is None or self._applies(node.type_condition.name.value, type_name):
                    self._gather(node.selection_set, type_name, grouped, seen)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                fragment = self.fragments[node.name.value]
                if self._applies(fragment.type_condition.name.value, type_name):
                    self._gather(fragment.selection_set, type_name, grouped, seen)

    def _included(self, node: Any) -> bool:
        skip = get_directive_values(GraphQLSkipDirective, node, dict(self.variables))
        if skip and skip["if"]:
            return False
        include = get_directive_values(GraphQLIncludeDirective, node, dict(self.variables))
        return not include or bool(include["if"])

    def _applies(self, condition_name: str, type_name: str) -> bool:
        return condition_name == type_name or condition_name in self.model.types[type_name].implements

    def conditions(self, selections: Selections) -> set[str]:
        """The type conditions of all fragments at this level."""
        found: set[str] = set()
        open_sets, seen = list(selections), set()
        while open_sets:
            for node in open_sets.pop().selections:
                if isinstance(node, InlineFragmentNode):
                    if node.type_condition:
                        found.add(node.type_condition.name.value)
                    open_sets.append(node.selection_set)
                elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                    seen.add(node.name.value)
                    fragment = self.fragments[node.name.value]
                    found.add(fragment.type_condition.name.value)
                    open_sets.append(fragment.selection_set)
        return found


def selections_of(nodes: Iterable[FieldNode]) -> Selections:
    """What the fields of one response key select, to be merged."""
    return tuple(node.selection_set for node in nodes if node.selection_set)
