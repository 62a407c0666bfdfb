"""An operation → a plan: its fields (`api.fields`), each turned into its source.

The planner decides everything; `query.sql` only spells. Values are set aside as parameters, so operations that
differ in values alone share a plan and its SQL.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import orjson
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
)
from graphql.execution.values import get_argument_values
from graphql.type import GraphQLInterfaceType

from api import around, entries
from api.differing import CHANGES
from api.fields import Fields, Grouped, Selections, selections_of
from api.highlights import HIGHLIGHTS, Wanted
from api.highlights import asked as highlighting
from api.limits import Limits, too_many_values
from api.marks import Marks
from api.matching import asked, coded
from api.statistics import Listing, Summing
from query.arguments import filter_of
from query.binding import Binding, Free
from query.errors import QueryError, invalid
from query.feed import MOST, Feed
from query.filtering import Filtering
from query.filters import order_by, window
from query.model import Model
from query.objects import Attribute, Connected, ObjectType, Special
from query.plan import (
    All,
    Asked,
    ById,
    Chosen,
    Column,
    Compare,
    Condition,
    Connection,
    Constant,
    Cursor,
    Differences,
    Edges,
    Featured,
    Grouping,
    Has,
    Highlights,
    Key,
    Kind,
    Leaf,
    Many,
    Node,
    Nodes,
    One,
    PageFact,
    PageInfo,
    Part,
    Plan,
    Shape,
    Source,
    TypeName,
    Value,
    Within,
    parts_of,
)
from query.ranking import Found, without_search
from query.relations import RELATIONS
from schemas.catalog import Catalog
from store.features import features
from store.names import start


@dataclass
class Planner:
    """Plans one operation."""

    schema: GraphQLSchema
    model: Model
    catalog: Catalog
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    limits: Limits
    fts: bool  # whether search terms are an FTS5 expression (SQLite) or a list (PostgreSQL)
    indexed: frozenset[str] = frozenset()  # types whose index of features is whole
    nodes: int = 0
    _bind: Binding = field(init=False)
    _fields: Fields = field(init=False)
    elsewhere: frozenset[str] = frozenset()  # types that the branch at hand is not for
    grouping: Grouping | None = None  # of the list at hand, for what lies in its groups
    marks: Marks | None = None
    marked: bool = False  # whether there are marks in the answer
    search: Any = None  # of the connection at hand

    def __post_init__(self) -> None:
        self._bind = Binding(self.limits.values, partial(too_many_values, self.limits))
        self._fields = Fields(self.model, self.fragments, self.variables)

    @property
    def binding(self) -> Binding:
        """The values set aside, and how they follow from the variables."""
        return self._bind

    @property
    def values(self) -> list[Any]:
        """The parameters' values."""
        return self._bind.values

    def plan(self, operation: OperationDefinitionNode, introspection: Mapping[str, Any]) -> Plan:
        """The plan; `introspection` holds the answers to `__schema` and `__type`, by response key."""
        keys = []
        for name, nodes in self.root(operation).items():
            if name in introspection:
                keys.append(Key(name, Constant(self._bind(orjson.dumps(introspection[name]).decode()))))
            elif nodes[0].name.value == "__typename":
                keys.append(Key(name, TypeName("Query")))
            else:
                keys.append(Key(name, self._root(nodes)))
        self._refuse_too_many()
        return Plan(tuple(keys))

    def feed(self, operation: OperationDefinitionNode) -> tuple[str, Feed, str | None]:
        """A subscription: the key of its answers, the feed, and `after` as it was given."""
        fields = self._fields.collected((operation.selection_set,), "Subscription")
        if len(fields) != 1:  # @skip may have left none
            raise invalid("订阅要有且只有一个顶层字段", "a subscription has one root field, and only one")
        ((key, nodes),) = fields.items()
        arguments = self._arguments("Subscription", nodes[0])
        where = self._where("Disclosure", arguments)
        self.nodes += MOST
        shape = self._shape(nodes, "Disclosure", MOST)
        self._refuse_too_many()
        return key, Feed(shape, where, self._bind(0), self._bind(0), self._bind(MOST)), arguments.get("after")

    def _refuse_too_many(self) -> None:
        if self.nodes > self.limits.nodes:
            raise QueryError(
                "Q105", f"查询可能返回 {self.nodes} 个节点,至多 {self.limits.nodes}",
                f"the operation may return {self.nodes} nodes, at most {self.limits.nodes}",
                "减小各层的 first。", "Ask for smaller pages.",
            )  # fmt: skip

    def root(self, operation: OperationDefinitionNode) -> Grouped:
        """The root fields by response key, fragments spread and directives applied."""
        return self._fields.collected((operation.selection_set,), "Query")

    # shapes

    def _shape(self, nodes: Iterable[FieldNode], type_name: str, times: int) -> Shape:
        selections = selections_of(nodes)
        return self._selected(selections, type_name, times)

    def _selected(self, selections: Selections, type_name: str, times: int) -> Shape:
        made = self.model.types[type_name]
        if not made.by_type:
            return Shape(self._keys(selections, made, times))
        wanted = self._fields.conditions(selections)
        own = [(path, name) for path, name in made.by_type if name in wanted and path not in self.elsewhere]
        branches = tuple((path, self._keys(selections, self.model.types[name], times)) for path, name in own)
        outside = self.elsewhere
        self.elsewhere = outside | {path for path, _ in own}  # these have a branch of their own
        base = self._keys(selections, made, times)
        self.elsewhere = outside
        return Shape(base, branches)

    def _keys(self, selections: Selections, made: ObjectType, times: int) -> tuple[Key, ...]:
        keys = []
        for name, nodes in self._fields.collected(selections, made.name).items():
            if nodes[0].name.value == "__typename":
                source: Source = TypeName(made.name, made.by_type)
            else:
                attribute = made.attribute(nodes[0].name.value)
                source = self._source(attribute, nodes, made, times)
            keys.append(Key(name, source))
        return tuple(keys)

    def _source(self, attribute: Attribute, nodes: list[FieldNode], made: ObjectType, times: int) -> Source:
        source = attribute.source
        match source:
            case Part():
                self.nodes += times
                return replace(source, shape=self._shape(nodes, attribute.named_type, times))
            case One() | Many():
                inner = times * (RELATIONS[source.relation].several if isinstance(source, Many) else 1)
                self.nodes += inner
                arguments = self._arguments(made.name, nodes[0]) if attribute.arguments else {}
                given = entries.given(source.relation, arguments, self.catalog, self.filtering(None))
                where = entries.restricted(source.relation, arguments, self._bind)
                shape = self._shape(nodes, attribute.named_type, inner)
                if isinstance(source, Many):
                    grouping = self._inner(source.relation)
                    return replace(source, shape=shape, grouping=grouping, given=given, where=where)
                return replace(source, shape=shape, given=given, where=where)
            case Special(name="type_by_path"):
                self.nodes += times
                described = dict(zip(self.catalog.types, self._types(nodes), strict=True))
                return Chosen(self._bind(orjson.dumps(described).decode()), "type")
            case Connected():
                return self._connection(attribute, nodes, self._arguments(made.name, nodes[0]), times)
            case Differences():
                return self._changes(source, nodes, times)
            case Column() | Value() | TypeName() | PageFact():
                return source
            case _:
                raise TypeError(f"{made.name}.{attribute.name} has no source")

    def _inner(self, relation: str) -> Grouping | None:
        return around.inner_grouping(relation, self.grouping, self.catalog.sides)

    def _arguments(self, type_name: str, node: FieldNode) -> dict[str, Any]:
        parent = self.schema.get_type(type_name)
        assert isinstance(parent, (GraphQLObjectType, GraphQLInterfaceType))
        values = get_argument_values(parent.fields[node.name.value], node, dict(self.variables))
        return {name: plain(value) for name, value in values.items()}

    # the root

    def _root(self, nodes: list[FieldNode]) -> Source:
        name = nodes[0].name.value
        attribute = self.model.types["Query"].attribute(name)
        arguments = self._arguments("Query", nodes[0])
        match attribute.source:
            case Special(name="match"):
                return self._match(nodes, arguments)
            case Special(name="static"):
                self.nodes += len(self.catalog.types)
                return Constant(self._bind(orjson.dumps(self._types(nodes)).decode()))
            case Special(name="data_version"):
                return Leaf("data_version", Column("version"))
            case Special(name="nodes_by_id"):
                return self._nodes(nodes, arguments["ids"])
            case Special(name="statistics"):
                where = self._where("Disclosure", arguments)
                return self._summing("disclosure", "Disclosure", where, arguments).statistics(
                    nodes, "Statistics", arguments, 1
                )
            case Special():
                return self._node(nodes, arguments["id"])
            case Connected():
                return self._connection(attribute, nodes, arguments, 1)
            case One(relation=relation):
                self.nodes += 1
                shape = self._shape(nodes, attribute.named_type, 1)
                return One(relation, shape, self._one(relation, arguments))
            case _:
                raise TypeError(f"Query.{name} has no source")

    def _one(self, relation: str, arguments: Mapping[str, Any]) -> Condition:
        given = {name: value for name, value in arguments.items() if value is not None}
        if len(given) != 1:
            raise invalid("uscc、id 要给且只给一个", "give one of uscc and id, and only one")
        ((name, value),) = given.items()
        if name == "uscc":
            return Compare(name, "eq", (self._bind(value, coded),))
        return Compare(name, "eq", (self._bind(value, lambda one: str(one).removeprefix(f"{relation}:")),))

    def _node(self, nodes: list[FieldNode], identifier: Any) -> Source:
        """`node(id)`: the prefix of a global id names the table; a disclosure's has none."""
        kind, places = self._bind.split(identifier, entries.split)
        self.nodes += 1
        if kind not in entries.GLOBAL:
            return Constant(self._bind("null"))
        relation, column, type_name = entries.GLOBAL[kind]
        return One(relation, self._shape(nodes, type_name, 1), Compare(column, "eq", places))

    def _nodes(self, nodes: list[FieldNode], identifiers: list[Any]) -> Source:
        """`nodes(ids)`: whatever kinds the ids are of, the statement is the same."""
        count = entries.counted(identifiers)
        self.nodes += count
        kinds = tuple(
            Kind(kind, relation, column, self._shape(nodes, type_name, count))
            for kind, (relation, column, type_name) in entries.GLOBAL.items()
        )
        return ById(self._bind(identifiers, entries.keys), kinds)

    def _match(self, nodes: list[FieldNode], arguments: Mapping[str, Any]) -> Source:
        """`matchOrganizations`: the list is one value, however long."""
        given = {name: arguments.get(name) for name in ("names", "codes")}
        times, (place,) = self._bind.split(given, partial(asked, self.limits.matched))
        self.nodes += times
        return Asked(place, self._shape(nodes, "OrganizationMatch", times))

    def _types(self, nodes: list[FieldNode]) -> list[dict[str, Any]]:
        """All types as they are asked for: known without the database."""
        keys = self.collected(nodes, "DisclosureType")
        inner = {
            key: self.collected(fields, "DeadlineRule")
            for key, fields in keys.items()
            if fields[0].name.value == "deadlines"
        }
        rows = []
        for facts in map(entries.facts, self.catalog.types.values()):
            row = {key: facts[fields[0].name.value] for key, fields in keys.items()}
            for key, below in inner.items():
                row[key] = [
                    {name: rule[fields[0].name.value] for name, fields in below.items()} for rule in row[key]
                ]
            rows.append(row)
        return rows

    # connections

    def _connection(
        self, attribute: Attribute, nodes: list[FieldNode], arguments: Mapping[str, Any], times: int
    ) -> Connection:
        source, target = attribute.source, attribute.named_type.removesuffix("Connection")
        assert isinstance(source, Connected)
        relation = RELATIONS[source.relation]
        known = self.model.orders.get(attribute.ordered_by, ())
        orders = order_by(relation.table, known, arguments.get("orderBy"), source.order)
        page, size = window(arguments, orders, self._bind)
        outside = self.elsewhere, self.grouping, self.search
        self.elsewhere = frozenset()  # other disclosures, of any type
        others = self._conditions_of("Disclosure" if relation.rows else target, arguments)
        by_relevance = any(order.key == "relevance" for order in orders)
        of_rows, ranks = self._searched(target, others, arguments.get("search"), ranked=by_relevance)
        self.search = arguments.get("search")
        sides = self.catalog.sides
        counted = around.grouping(source.relation, arguments, sides, of_rows, self._bind, self.limits.rollups)
        self.grouping = counted
        where = None if relation.rows else of_rows
        given = entries.given(source.relation, arguments, self.catalog, self.filtering(None))
        inner = times * size
        self.nodes += inner
        keys = []
        collected = self.collected(nodes, f"{target}Connection")
        asked_for = {fields[0].name.value for fields in collected.values()}
        around.assert_bounded(source.relation, asked_for, where, orders)
        summing = self._summing(source.relation, target, where, arguments)
        leads = orders[0].key == "recency" and arguments.get("search") is None
        where, walk = _led(where) if leads and not relation.through else (where, None)
        for name, fields in collected.items():
            summed = self._summed(fields, target, summing, times)
            keys.append(Key(name, summed or self._page_key(fields, target, inner)))
        standing = around.standing(source.relation, arguments, sides, self._bind)
        leading = around.leading(source.relation, arguments, orders)
        self.elsewhere, self.grouping, self.search = outside
        return Connection(
            source.relation, page, orders, where, tuple(keys), counted, standing, leading, given, walk, ranks
        )

    def _summing(
        self, relation: str, target: str, where: Condition | None, arguments: Mapping[str, Any]
    ) -> Summing:
        searched = arguments.get("search") is not None
        return Summing(self, Listing(relation, target, where, arguments.get("filter"), searched))

    def _summed(self, nodes: list[FieldNode], target: str, summing: Summing, times: int) -> Source | None:
        """What a connection says of its whole list, None for what it says of its page."""
        name, type_name = nodes[0].name.value, f"{target}Connection"
        match name:
            case "totalCount":
                return summing.count()
            case "statistics":
                statistics = self.model.types[type_name].attribute(name).named_type
                return summing.statistics(nodes, statistics, self._arguments(type_name, nodes[0]), times)
            case "facets":
                return summing.facets(nodes, self._arguments(type_name, nodes[0]), times)
        return None

    def collected(self, nodes: Iterable[FieldNode], type_name: str) -> Grouped:
        """The fields that some nodes select of an object, by response key."""
        return self._fields.collected(selections_of(nodes), type_name)

    def _page_key(self, nodes: list[FieldNode], target: str, times: int) -> Source:
        selections = selections_of(nodes)
        match nodes[0].name.value:
            case "nodes":
                return Nodes(self._selected(selections, target, times))
            case "edges":
                keys = [
                    Key(name, self._edge_key(fields, target, times))
                    for name, fields in self._fields.collected(selections, f"{target}Edge").items()
                ]
                return Edges(tuple(keys))
            case "pageInfo":
                made = self.model.types["PageInfo"]
                return PageInfo(self._keys(selections, made, times))
            case "prices":
                prices = self.model.types["ItemConnection"].attribute("prices")
                given = self._arguments("ItemConnection", nodes[0])
                return Within(self._connection(prices, nodes, given, 1))
            case _:
                return TypeName(f"{target}Connection")

    def _edge_key(self, nodes: list[FieldNode], target: str, times: int) -> Source:
        match nodes[0].name.value:
            case "node":
                return Node(self._shape(nodes, target, times))
            case "cursor":
                return Cursor()
            case "highlights":
                return self._highlights(nodes, times)
            case _:
                return TypeName(f"{target}Edge")

    def _highlights(self, nodes: list[FieldNode], times: int) -> Source:
        """Made of each edge's document after the statement has run (`api.highlights`)."""
        self.nodes += times * HIGHLIGHTS
        if self.search is None or self.marks is None:
            return Constant(self._bind("[]"))
        wanted: list[Wanted] = []
        for name, fields in self.collected(nodes, "Highlight").items():
            pieces = self.collected(fields, "HighlightPiece")
            wanted.append((name, fields[0].name.value, [(n, f[0].name.value) for n, f in pieces.items()]))
        self.marked = True
        return Highlights(self._bind(self.search, partial(self._highlighting, self.marks, wanted)))

    @staticmethod
    def _highlighting(marks: Marks, wanted: list[Wanted], text: Any) -> str:
        return marks.mark("h", highlighting(wanted, text))

    def _changes(self, source: Differences, nodes: list[FieldNode], times: int) -> Source:
        """Made of the documents of two revisions after the statement has run (`api.differing`)."""
        self.nodes += times * CHANGES
        if self.marks is None:
            return Constant(self._bind("null"))
        wanted = [
            (name, fields[0].name.value) for name, fields in self.collected(nodes, "FieldChange").items()
        ]
        self.marked = True
        return replace(source, parameter=self._bind(self.marks.mark("d", wanted)))

    def _conditions_of(self, target: str, arguments: Mapping[str, Any]) -> list[Condition]:
        """The conditions of a list but its search."""
        parts: list[Condition] = []
        path = self.model.paths.get(target)
        if path is not None:
            parts.append(Compare("type", "eq", (self._bind(path),)))
        parts += entries.narrowed(target, arguments, self._bind)
        if arguments.get("filter") is not None:
            wanted = arguments["filter"]
            if target == "Item":
                parts += self._name_start(wanted)
            parts.append(self.filtering(path).condition(filter_of(target), wanted))
        return parts

    def filtering(self, path: str | None) -> Filtering:
        """What makes conditions; of a list of one type, with the index of its features where that is whole."""
        found = features(self.catalog.history(path)) if path in self.indexed and path else ()
        return Filtering(
            self.model.filters, self.model.comparisons, self._bind, self.catalog.regions,
            {one.dotted: one for one in found},
        )  # fmt: skip

    def _name_start(self, wanted: Mapping[str, Any]) -> Iterator[Condition]:
        """What an index of items begins at, where their whole name is asked for."""
        name = (wanted.get("name") or {}).get("eq")
        if name is not None:
            yield Compare("name_start", "eq", (self._bind(name, lambda one: start(str(one))),))

    def chosen(self, arguments: Mapping[str, Any]) -> Condition | None:
        """The condition that coerced arguments of `disclosures` set, where no page is asked for."""
        return self._where("Disclosure", plain(dict(arguments)))

    def _where(self, target: str, arguments: Mapping[str, Any]) -> Condition | None:
        others = self._conditions_of(target, arguments)
        where, _ = self._searched(target, others, arguments.get("search"), ranked=False)
        return where

    def _searched(
        self, target: str, others: list[Condition], text: Any, *, ranked: bool
    ) -> tuple[Condition | None, tuple[Condition, ...]]:
        """The other conditions with the search, and those of each rank; items are searched by their disclosures."""
        if text is None:
            if ranked:
                raise without_search()
            return _all(others), ()
        found = Found.of(text, self._bind.split, fts=self.fts, ranked=ranked)
        ranks = found.ranks() if ranked else ()
        conditions = found.conditions()
        if target == "Item":
            conditions = [Has("item.disclosure", All(tuple(conditions)))]
        return _all([*others, *conditions]), tuple(All((*others, *rank)) for rank in ranks)


def _all(parts: list[Condition]) -> Condition | None:
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def _led(where: Condition | None) -> tuple[Condition | None, Featured | None]:
    """A condition without the first part that an index serves newest first, and that part."""
    parts = parts_of(where)
    led = next((part for part in parts if isinstance(part, Featured) and part.is_one_value), None)
    if led is None:
        return where, None
    parts.remove(led)
    return (All(tuple(parts)) if parts else None), led


def plain(value: Any) -> Any:
    """Coerced arguments with enum members as their codes and inputs as plain dicts."""
    if type(value) is Free:  # its `read` does the same
        return value
    if isinstance(value, dict):
        # Of an input that has a field `items`, graphene's container has no method of that name any more.
        return {name: plain(one) for name, one in dict.items(value)}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return getattr(value, "value", value)
