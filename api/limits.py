"""Limits on an operation, refused before it is validated or run: one memoised rule over the document.

A fragment is measured once however often it is spread, so a doubling chain costs nothing; a cycle is an error.
"""

from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from query.errors import QueryError


@dataclass(frozen=True, slots=True)
class Limits:
    """What an operation may be at most; also shown in the API's documentation."""

    depth: int = 12
    introspection_depth: int = 15
    aliases: int = 30
    root_fields: int = 20
    directives: int = 50
    tokens: int = 2_000
    body: int = 1_048_576  # bytes
    nodes: int = 50_000
    statement_seconds: float = 5.0


@dataclass(frozen=True, slots=True)
class Size:
    """What a selection amounts to with its fragments spread."""

    depth: int = 0
    introspection_depth: int = 0
    aliases: int = 0
    directives: int = 0
    fields: int = 0


def check_limits(document: DocumentNode, limits: Limits) -> None:
    """Raises QueryError Q1xx for a document beyond the limits; Q106 for fragments that lead back to themselves."""
    measure = _Measure(
        {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    )
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            size = measure.selection(definition.selection_set, False)
            directives = size.directives + len(definition.directives)
            _refuse("Q101", "层数", "depth", size.depth, limits.depth)
            _refuse(
                "Q101",
                "内省的层数",
                "introspection depth",
                size.introspection_depth,
                limits.introspection_depth,
            )
            _refuse("Q102", "别名数", "aliases", size.aliases, limits.aliases)
            _refuse("Q103", "指令数", "directives", directives, limits.directives)
            _refuse(
                "Q104",
                "顶层字段数",
                "root fields",
                measure.width(definition.selection_set),
                limits.root_fields,
            )


def _refuse(code: str, what: str, what_en: str, found: int, most: int) -> None:
    if found > most:
        raise QueryError(
            code, f"查询超出限制:{what} {found},至多 {most}", f"the operation is too large: {what_en} {found}, at most {most}",
            "分成几个查询。", "Split it into several operations.",
        )  # fmt: skip


class _Measure:
    """Sizes of selections; a fragment's is kept."""

    def __init__(self, fragments: dict[str, FragmentDefinitionNode]) -> None:
        self.fragments = fragments
        self.known: dict[tuple[str, bool], Size] = {}
        self.widths: dict[str, int] = {}
        self.open: set[str] = set()

    def selection(self, selection_set: SelectionSetNode | None, introspecting: bool) -> Size:
        depth = introspection = aliases = directives = fields = 0
        for node in selection_set.selections if selection_set else ():
            directives += len(node.directives)
            if isinstance(node, FieldNode):
                meta = introspecting or node.name.value in ("__schema", "__type")
                inner = self.selection(node.selection_set, meta)
                below = Size(
                    0 if meta else inner.depth + 1,
                    inner.introspection_depth + 1 if meta else inner.introspection_depth,
                    inner.aliases + (node.alias is not None and not meta),
                    inner.directives,
                    inner.fields + 1,
                )
            elif isinstance(node, InlineFragmentNode):
                below = self.selection(node.selection_set, introspecting)
            else:
                assert isinstance(node, FragmentSpreadNode)
                below = self.fragment(node.name.value, introspecting)
            depth = max(depth, below.depth)
            introspection = max(introspection, below.introspection_depth)
            aliases += below.aliases
            directives += below.directives
            fields += below.fields
        return Size(depth, introspection, aliases, directives, fields)

    def fragment(self, name: str, introspecting: bool) -> Size:
        found = self.fragments.get(name)
        if found is None:  # validation names it
            return Size()
        if name in self.open:
            raise QueryError(
                "Q106", f"片段 {name} 绕回了自己", f"the fragment {name} leads back to itself",
                "去掉循环引用。", "Remove the cycle.",
            )  # fmt: skip
        if (name, introspecting) not in self.known:
            self.open.add(name)
            self.known[name, introspecting] = self.selection(found.selection_set, introspecting)
            self.open.remove(name)
        return self.known[name, introspecting]

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
