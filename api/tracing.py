"""Of what a GraphQL answer says something: the same operation once more, with the ids of all that has words of records.

A withdrawal for privacy has to find every kept answer that tells something of the record. What tells something is the
record itself and its parts, and the names of organizations and the titles of processes, which records give. Sums and
counts tell no words. Where a type has words of records and no way to say of which, the operation is not kept.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    NameNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    parse,
    print_ast,
    visit,
)

from api.operation import Request
from api.refusal import RequestError

# Types that name nothing and have words of several records.
NAMELESS = frozenset(("OrganizationName", "OrganizationAlias", "OrganizationMatch"))
_ID, _CHANGED = "id", "disclosureId"
_OWNER = "disclosure"
_VERSION = "openallocVersion"
_PAGES = frozenset(("edges", "pageInfo"))
_TOUCHED = frozenset(("", "organization", "process"))  # kinds of global ids; a disclosure's has none


@dataclass(frozen=True, slots=True)
class Traced:
    """The operation that answers the ids, and under which key it says its data version."""

    request: Request
    version: str = _VERSION

    @classmethod
    def of(cls, asked: Request, schema: GraphQLSchema) -> "Traced":
        """The operation of a valid request; raises RequestError A264 where it cannot be told of what it says something."""
        info = TypeInfo(schema)
        document = visit(parse(asked.query), TypeInfoVisitor(info, _Adding(info)))
        return cls(Request(print_ast(document), asked.variables, asked.operation_name))

    def subjects(self, answer: Mapping[str, Any]) -> Iterator[str]:
        """The ids in its answer, as the store has them."""
        waiting: list[Any] = [answer]
        while waiting:
            one = waiting.pop()
            if isinstance(one, dict):
                for name in (_ID, _CHANGED):
                    kind, _, rest = str(one.get(name) or "").rpartition(":")
                    if rest and kind in _TOUCHED:
                        yield rest
                waiting.extend(one.values())
            elif isinstance(one, list):
                waiting.extend(one)


class _Adding(Visitor):
    """Adds to each selection what identifies the object that it selects from."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self._info = info

    def leave_selection_set(self, node: SelectionSetNode, _key: Any, parent: Any, *_: Any) -> Any:
        """The selection with what identifies its object."""
        of = self._info.get_parent_type()
        if not isinstance(of, GraphQLObjectType | GraphQLInterfaceType):
            return None
        if of.name in NAMELESS:
            raise _nameless(of.name)
        if isinstance(parent, OperationDefinitionNode):
            version = FieldNode(alias=NameNode(value=_VERSION), name=NameNode(value="dataVersion"))
            return _with(node, [version])
        return _with(node, list(_identifying(of, node)))


def _identifying(of: GraphQLObjectType | GraphQLInterfaceType, node: SelectionSetNode) -> Iterator[FieldNode]:
    names = {one.name.value for one in node.selections if isinstance(one, FieldNode)}
    for name in (_ID, _CHANGED):
        if name in of.fields:
            yield _field(name)
    owner = of.fields.get(_OWNER)
    if owner is not None and not owner.args and _ID in getattr(get_named_type(owner.type), "fields", {}):
        yield _field(_OWNER, _field(_ID))
    # A cursor has the values that its list is ordered by, a highlight pieces of the record.
    nodes = of.fields.get("nodes")
    if (nodes is not None and names & _PAGES) or any(
        not isinstance(one, FieldNode) for one in node.selections
    ):
        below = getattr(get_named_type(nodes.type), "fields", {}) if nodes is not None else {}
        if _ID in below:
            yield _field("nodes", _field(_ID))
        elif _OWNER in below:
            yield _field("nodes", _field(_OWNER, _field(_ID)))


def _field(name: str, *inner: SelectionNode) -> FieldNode:
    below = SelectionSetNode(selections=tuple(inner)) if inner else None
    return FieldNode(name=NameNode(value=name), selection_set=below, arguments=(), directives=())


def _with(node: SelectionSetNode, more: list[FieldNode]) -> SelectionSetNode:
    return SelectionSetNode(selections=(*node.selections, *more))


def _nameless(name: str) -> RequestError:
    return RequestError(
        400, "A264", f"含有 {name} 的答复不能保存:不知道它出自哪些公开信息", f"an answer with {name} cannot be kept: it does not say of which disclosures it is",
        "去掉这个字段;公开信息、单位、过程、统计都可以保存。", "Leave the field out; disclosures, organizations, processes and statistics can be kept.",
    )  # fmt: skip
