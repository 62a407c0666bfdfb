"""Limits on an operation, refused before it is validated or run: one memoised rule over the document.

A fragment is measured once however often it is spread, so a doubling chain costs nothing; a cycle is an error.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
)
from graphql.validation import (
    ASTValidationRule,
    OverlappingFieldsCanBeMergedRule,
    ValidationContext,
    specified_rules,
)

from api.introspection import Sizes, below
from query.errors import QueryError


@dataclass(frozen=True, slots=True)
class Limits:
    """What an operation may be at most; also shown in the API's documentation."""

    depth: int = 12
    introspection_depth: int = 15
    introspection: int = 300_000  # values that it may answer; the usual query has 200,000
    input_depth: int = 30  # objects and lists within one another, in arguments and variables
    aliases: int = 30
    alias: int = 100  # characters of one, which stands in the answer as often as there are rows
    root_fields: int = 20
    directives: int = 50
    tokens: int = 2_000
    body: int = 1_048_576  # bytes
    nodes: int = 50_000
    rows: int = 2_000_000  # that may be read, see query.cost
    values: int = 1_000  # in arguments and variables
    matched: int = 1_000  # names and codes of one list to be matched, which is one value
    comparisons: int = 30_000  # of fields that may merge into one, for validation
    statement_seconds: float = 5.0
    request_seconds: float = 10.0
    threads: int = 4  # slow statements at a time
    waiting: int = 64  # slow statements that wait for a thread
    connections: int = 10  # to PostgreSQL, of each worker
    exact_rows: int = 100_000  # of which a median, distinct things or numbers of documents are computed
    rollups: bool = True  # answer from rollups where they can; the answer is the same without


@dataclass(frozen=True, slots=True)
class Size:
    """What a selection amounts to with its fragments spread."""

    depth: int = 0
    introspection_depth: int = 0
    introspection: float = 0
    aliases: int = 0
    directives: int = 0


def check_limits(document: DocumentNode, limits: Limits, sizes: Sizes) -> None:
    """Raises QueryError Q1xx for a document beyond the limits; Q106 for fragments that lead back to themselves."""
    measure = _Measure(_fragments(document), sizes)
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            size = measure.selection(definition.selection_set, "")
            directives = size.directives + len(definition.directives)
            _refuse("Q101", "层数", "depth", size.depth, limits.depth)
            defaults = (one.default_value for one in definition.variable_definitions if one.default_value)
            inputs = max([measure.inputs, *map(_depth, defaults)])
            _refuse("Q116", "参数的层数", "depth of an argument", inputs, limits.input_depth)
            _refuse(
                "Q101",
                "内省的层数",
                "introspection depth",
                size.introspection_depth,
                limits.introspection_depth,
            )
            _refuse(
                "Q107", "内省的值", "values of introspection", int(size.introspection), limits.introspection
            )
            _refuse("Q102", "别名数", "aliases", size.aliases, limits.aliases)
            _refuse("Q117", "别名的长度", "length of an alias", measure.longest, limits.alias)
            _refuse("Q103", "指令数", "directives", directives, limits.directives)
            _refuse(
                "Q104",
                "顶层字段数",
                "root fields",
                measure.width(definition.selection_set),
                limits.root_fields,
            )


def introspected(document: DocumentNode, operation: OperationDefinitionNode, sizes: Sizes) -> int:
    """About how many values the introspection in an operation answers."""
    return int(_Measure(_fragments(document), sizes).selection(operation.selection_set, "").introspection)


def check_values(values: Any, limits: Limits) -> int:
    """How many values variables have; raises QueryError Q108 for variables of more values than an operation may have, Q116 for what is nested deeper
    than an argument may be; stops counting there.
    """
    # What is bound is counted again, a list to be matched as one.
    most = limits.values + limits.matched
    waiting, found = [(values, 0)], 0
    while waiting:
        one, depth = waiting.pop()
        if isinstance(one, (Mapping, list)):
            _refuse("Q116", "参数的层数", "depth of an argument", depth, limits.input_depth)
            # What waits has a value each, or is empty and counts as one.
            if found + len(waiting) + len(one) > most:
                raise too_many_values(limits)
            waiting.extend(
                (value, depth + 1) for value in (one.values() if isinstance(one, Mapping) else one)
            )
        if not isinstance(one, (Mapping, list)) or not one:
            found += 1
    return found if values else 0


def too_many_values(limits: Limits) -> QueryError:
    """Arguments and variables hold more values than they may."""
    return QueryError(
        "Q108", f"参数和变量中的值超过 {limits.values} 个", f"arguments and variables hold more than {limits.values} values",
        "减少筛选条件中的值,或者分成几个查询。", "Filter by fewer values, or split it into several operations.",
    )  # fmt: skip


def too_many_rows(rows: int, limits: Limits) -> QueryError:
    """The plan costs more than an operation may."""
    return QueryError(
        "Q115", f"查询可能读取 {rows} 行,至多 {limits.rows}", f"the operation may read {rows} rows, at most {limits.rows}",
        "减小 first,去掉嵌套列表里的 totalCount 和统计。", "Ask for smaller pages; do not count or sum within nested lists.",
    )  # fmt: skip


def rules(limits: Limits) -> list[type[ASTValidationRule]]:
    """graphql-core's rules; the one that compares fields pair by pair gives up at our limit, not at its own."""

    class Overlapping(OverlappingFieldsCanBeMergedRule):
        def __init__(self, context: ValidationContext) -> None:
            super().__init__(context)
            self.rule_context.remaining_complexity_budget = limits.comparisons

    return [Overlapping if rule is OverlappingFieldsCanBeMergedRule else rule for rule in specified_rules]


def too_many_comparisons() -> QueryError:
    """Fields of one name stand side by side too often."""
    return QueryError(
        "Q109", "同名的字段并列太多", "too many fields of the same name stand side by side",
        "每个字段在一层里只写一次,公共字段写在接口上。", "Write a field once at each level, and shared fields on the interface.",
    )  # fmt: skip


def _refuse(code: str, what: str, what_en: str, found: int, most: int) -> None:
    if found > most:
        raise QueryError(
            code, f"查询超出限制:{what} {found},至多 {most}", f"the operation is too large: {what_en} {found}, at most {most}",
            "分成几个查询。", "Split it into several operations.",
        )  # fmt: skip


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}


def _depth(value: ValueNode) -> int:
    """How many objects and lists a literal has within one another; the parser has bounded it."""
    if isinstance(value, ObjectValueNode):
        return 1 + max((_depth(field.value) for field in value.fields), default=0)
    if isinstance(value, ListValueNode):
        return 1 + max(map(_depth, value.values), default=0)
    return 0


class _Measure:
    """Sizes of selections; a fragment's is kept."""

    def __init__(self, fragments: dict[str, FragmentDefinitionNode], sizes: Sizes) -> None:
        self.fragments, self.sizes = fragments, sizes
        self.known: dict[tuple[str, str], Size] = {}
        self.widths: dict[str, int] = {}
        self.inputs = 0  # the deepest argument
        self.longest = 0  # alias
        self.open: set[str] = set()

    def selection(self, selection_set: SelectionSetNode | None, place: str) -> Size:
        """What a selection amounts to at a place of an introspection, empty where it is none."""
        depth = introspection_depth = aliases = directives = 0
        introspection = 0.0
        for node in selection_set.selections if selection_set else ():
            directives += len(node.directives)
            if isinstance(node, FieldNode):
                self.longest = max(self.longest, len(node.alias.value) if node.alias else 0)
                for argument in node.arguments:
                    self.inputs = max(self.inputs, _depth(argument.value))
                meta = below(place, node.name.value)
                inner = self.selection(node.selection_set, meta)
                one = Size(
                    0 if meta else inner.depth + 1,
                    inner.introspection_depth + 1 if meta else inner.introspection_depth,
                    (self.sizes.count(place, node.name.value) if place else 1) * (inner.introspection + 1)
                    if meta
                    else inner.introspection,
                    inner.aliases + (node.alias is not None),
                    inner.directives,
                )
            elif isinstance(node, InlineFragmentNode):
                one = self.selection(node.selection_set, place)
            else:
                assert isinstance(node, FragmentSpreadNode)
                one = self.fragment(node.name.value, place)
            depth = max(depth, one.depth)
            introspection_depth = max(introspection_depth, one.introspection_depth)
            introspection += one.introspection
            aliases += one.aliases
            directives += one.directives
        return Size(depth, introspection_depth, introspection, aliases, directives)

    def fragment(self, name: str, place: str) -> Size:
        found = self.fragments.get(name)
        if found is None:  # validation names it
            return Size()
        if name in self.open:
            raise QueryError(
                "Q106", f"片段 {name} 绕回了自己", f"the fragment {name} leads back to itself",
                "去掉循环引用。", "Remove the cycle.",
            )  # fmt: skip
        if (name, place) not in self.known:
            self.open.add(name)
            self.known[name, place] = self.selection(found.selection_set, place)
            self.open.remove(name)
        return self.known[name, place]

    def width(self, selection_set: SelectionSetNode) -> int:
        """The fields of a level with its fragments spread."""
        total = 0
        for node in selection_set.selections:
            if isinstance(node, FieldNode):
                total += 1
            elif isinstance(node, InlineFragmentNode):
                total += self.width(node.selection_set)
            elif isinstance(node, FragmentSpreadNode) and node.name.value in self.fragments:
                name = node.name.value
                if name not in self.widths:
                    self.widths[name] = self.width(self.fragments[name].selection_set)
                total += self.widths[name]
        return total
