"""Operations made up at random from the types: valid, within the limits, and as odd as the language allows."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
    is_leaf_type,
)

from tests.query.oracle_profile import LISTS, MATCHED
from tests.query.reference import Orders
from tests.query.vocabulary import Vocabulary

Composite = GraphQLObjectType | GraphQLInterfaceType
WORDS = (
    "昆明",
    "云南 示例",
    "項目",
    "2024",
    "KMGC2024",
    "中標",
    "虚构",
    "示例光电",
    "市",
    "昆明市呈貢",
    "“示例公司”",
    "KM*",
    "2024年 -昆明",
    "更正",
    "更 正",
    "第1号",
    '"2024 年"',
    "示例 -“更正 1”",
    "Tab null",
    "変",
    "emoji",
    "'; DROP",
    "号 20*",
    "“更正1：1”*",
    "km* gc*",
)
# field → what its list consists of, and in which order when none is asked for; all others are of disclosures
KINDS: Mapping[str, tuple[str, Orders]] = {
    "organizations": ("organization", ()), "sameName": ("organization", ()), "aliases": ("organization_alias", ()), "publishers": ("publisher", ()),
    "regions": ("region", ()), "items": ("item", ()), "matches": ("matched_organization", MATCHED),
    "prices": ("unit_price", (("items", True),)), "changes": ("change", ()), "snapshots": ("snapshot", ()),
    "lateDisclosures": ("disclosure", (("days_late", True),)), **LISTS,
}  # fmt: skip
RELATIONS = ("corrects", "terminates", "supersedes", "sameAs")
RARE = (
    "prices",
    "facets",
    "relatedDisclosures",
    "relatedFrom",
    "revisions",
    "withdrawal",
)  # what is often refused, or stands beside many others, is chosen more often
ALIASES, DEPTH, FIELDS = 15, 9, 60
DAYS = ("1990-01-01", "2010-12-31", "2014-06-01", "2016-10-15", "2021-06-02", "2024-06-24")


@dataclass(frozen=True)
class Operation:
    """A document with the values of its variables."""

    query: str
    variables: Mapping[str, Any]


@dataclass
class Maker:
    """Makes one operation."""

    schema: GraphQLSchema
    vocabulary: Vocabulary
    chance: random.Random
    aliases: int = 0
    directives: int = 0
    nodes: int = 0
    fields: int = 0
    kind: str = ""
    deepest: int = DEPTH
    most: int = FIELDS
    variables: dict[str, tuple[str, Any]] = field(default_factory=dict)  # name → (declaration, value or ...)
    fragments: dict[str, tuple[str, str, int]] = field(default_factory=dict)  # name → (on, text, depth)

    def make(self, roots: Sequence[str] = ()) -> Operation:
        """An operation of one to three root fields, of all of them or of those given."""
        assert self.schema.query_type
        # Objects of two kinds behind `Node` may have fields of one name and different types.
        self.kind = self.chance.choice(
            ("Disclosure", "Organization", "Process", "Publisher", "Region", "Change")
        )
        chosen = self.chance.choices(
            roots or list(self.schema.query_type.fields), k=self.chance.randint(1, 3)
        )
        body = " ".join(self.field(self.schema.query_type, name, 0, 1) for name in chosen)
        declared = ", ".join(f"${name}: {declaration}" for name, (declaration, _) in self.variables.items())
        spread = "\n".join(
            f"fragment {name} on {on} {text}" for name, (on, text, _) in self.fragments.items()
        )
        values = {name: value for name, (_, value) in self.variables.items() if value is not ...}
        return Operation(f"query {f'({declared})' if declared else ''} {{ {body} }}\n{spread}", values)

    # selections

    def selection(self, type_: Composite, depth: int, times: int) -> str:
        """`{ … }` of some fields of a type, with fragments, directives and `__typename` among them."""
        leaves = [name for name, one in type_.fields.items() if is_leaf_type(get_named_type(one.type))]
        branches = [name for name in type_.fields if name not in leaves]
        branches += [name for name in RARE if name in branches] * 3
        room = self.fields < self.most and depth < self.deepest
        parts = self.chance.sample(
            leaves, min(len(leaves), self.chance.choice((1, 2, 3, 5, 8) if room else (1,)))
        )
        if room and self.chance.random() < 0.03:
            parts = leaves
        self.fields += len(parts)
        parts = [self.alias() + name + self.directive() for name in parts]
        if room or not leaves:
            several = self.chance.choice((0, 1, 1, 2)) if leaves and room else self.chance.choice((1, 2))
            for name in (
                self.chance.choices(branches, k=several) if branches and depth < self.deepest + 2 else ()
            ):
                parts.append(self.field(type_, name, depth, times))
        if self.chance.random() < 0.3:
            parts.append("__typename")
        if room:
            parts += [self.fragment(type_, depth, times) for _ in range(self.chance.choice((0, 0, 1, 2)))]
        self.chance.shuffle(parts)
        return "{ " + (" ".join(parts) or "__typename") + " }"

    def field(self, type_: Composite, name: str, depth: int, times: int) -> str:
        """A field with arguments and what is selected below it."""
        found = type_.fields[name]
        alias, arguments, size = self.alias(), "", 20 if found.args else 2
        if found.args and (alias or self.aliases < ALIASES):  # with arguments it must not merge with another
            alias = alias or self.alias(always=True)
            arguments, size = self.arguments(type_.name, name, found.args)
        elif any(isinstance(one.type, GraphQLNonNull) for one in found.args.values()) or name in (
            "organization",
            "asOf",
            "timeline",
        ):
            return "__typename"
        below = times * size
        self.nodes += below
        inner = get_named_type(found.type)
        text = self.selection(inner, depth + 1, below) if is_composite_type(inner) else ""
        return f"{alias}{name}{arguments}{self.directive()} {text}"

    def alias(self, always: bool = False) -> str:
        """Sometimes an alias that no other field has."""
        if self.aliases >= ALIASES or (not always and self.chance.random() > 0.05):
            return ""
        self.aliases += 1
        return f"a{self.aliases}: "

    def directive(self) -> str:
        """Sometimes @skip or @include, by a literal or a variable."""
        if self.directives > 20 or self.chance.random() > 0.04:
            return ""
        self.directives += 1
        value = self.chance.choice((True, False))
        given = str(value).lower()
        if self.chance.random() < 0.5:
            given = self.variable("Boolean!", value)
        return f" @{self.chance.choice(('skip', 'include'))}(if: {given})"

    def fragment(self, type_: Composite, depth: int, times: int) -> str:
        """An inline or named fragment on the type, an interface of it or one of its types."""
        on = self.chance.choice([type_, *self._related(type_)])
        if self.chance.random() < 0.5:
            condition = "" if on is type_ and self.chance.random() < 0.5 else f"on {on.name} "
            return f"... {condition}{self.directive()}{self.selection(on, depth + 1, times)}"
        known = [
            name
            for name, (name_on, _, place) in self.fragments.items()
            if name_on == on.name and place >= depth
        ]
        if known and self.chance.random() < 0.5:
            return f"...{self.chance.choice(known)}{self.directive()}"
        text = self.selection(on, depth + 1, times)
        name = f"F{len(self.fragments)}"
        self.fragments[name] = (on.name, text, depth)
        return f"...{name}{self.directive()}"

    def _related(self, type_: Composite) -> Sequence[Composite]:
        if isinstance(type_, GraphQLInterfaceType):
            below = list(self.schema.get_possible_types(type_))
            if type_.name == "Node" and self.kind == "Disclosure":
                below = [one for one in below if len(one.interfaces) == 2]
            elif type_.name == "Node":
                below = [one for one in below if one.name == self.kind]
            return [*self.chance.sample(below, min(2, len(below))), *type_.interfaces]
        return list(type_.interfaces)

    # arguments

    def arguments(self, parent: str, name: str, declared: Mapping[str, GraphQLArgument]) -> tuple[str, int]:
        """The arguments as text, and how many nodes they let through."""
        match name:
            case "node" | "disclosure" | "process" if declared:
                value = self.vocabulary.id(self.chance)
                return f"(id: {self.literal_or_variable('ID!', value)})", 1
            case "region" if declared:
                code = self.vocabulary.value(self.chance, "region", "eq")
                return f"(code: {self.literal_or_variable('String!', code)})", 1
            case "organization" if declared:
                uscc = self.vocabulary.value(self.chance, "uscc", "eq")
                given = f"(uscc: {self.literal_or_variable('String', uscc)}"
                return given + self.chance.choice((")", ", id: null)")), 1
            case "matchOrganizations":
                given = {
                    kind: self.literal_or_variable("[String!]", self.vocabulary.asked(self.chance, kind))
                    for kind in self.chance.choice((("names",), ("codes", "names"), ("codes",)))
                }
                return "(" + ", ".join(f"{kind}: {values}" for kind, values in given.items()) + ")", 5
        if name in ("statistics", "facets"):
            return self.summary(name, declared)
        if "first" not in declared:
            return self._flow(name, declared), 10 if name == "timeline" else 3
        return self._page(parent, name, declared)

    def _flow(self, name: str, declared: Mapping[str, GraphQLArgument]) -> str:
        """The arguments of what is no page."""
        match name:
            case "nodes":
                ids = [self.vocabulary.id(self.chance) for _ in range(self.chance.choice((0, 1, 2, 5)))]
                return f"(ids: {self.literal_or_variable('[ID!]!', ids)})"
            case "asOf" if self.chance.random() < 0.7:
                return f"(version: {self.literal_or_variable('Int', self.vocabulary.version(self.chance))})"
            case "asOf":
                return f"(at: {self.literal_or_variable('DateTime', self.vocabulary.moment(self.chance))})"
            case "timeline":
                return f"(on: {self.literal_or_variable('Date', self.vocabulary.date(self.chance))})"
            case "children" if self.chance.random() < 0.6:
                return f"(at: {self.literal_or_variable('Date', self.chance.choice(DAYS))})"
        given = []
        if "by" in declared and self.chance.random() < 0.8:
            by = self.chance.sample(("TYPE", "YEAR"), self.chance.choice((0, 1, 2)))
            given.append(f"by: {self.literal_or_variable('[TimelinessDimension!]', by, enums=True)}")
        if "filter" in declared and self.chance.random() < 0.4:
            given.append(f"filter: {self.filter(get_named_type(declared['filter'].type), 0)}")
        return f"({', '.join(given)})" if given else ""

    def _page(self, parent: str, name: str, declared: Mapping[str, GraphQLArgument]) -> tuple[str, int]:
        filter_ = declared["filter"].type if "filter" in declared else None
        target = ""
        kind, default = KINDS.get("snapshots" if parent == "ProcessSnapshot" else name, ("disclosure", ()))
        if parent == "Process":
            default = (("stage_rank", False),)
        if parent == "Query" and name == "processes":
            kind, default = "process", ()  # an organization's are another list
        given: dict[str, str] = {}
        if "at" in declared and self.chance.random() < 0.4:
            given["at"] = self.literal_or_variable("Date", self.chance.choice(DAYS))
        if "kinds" in declared and self.chance.random() < 0.4:
            kinds = self.chance.choices(("ADDED", "REVISED", "WITHDRAWN"), k=self.chance.choice((0, 1, 2)))
            given["kinds"] = self.literal_or_variable("[ChangeKind!]", kinds, enums=True)
        if "relationType" in declared and self.chance.random() < 0.5:
            kinds = self.chance.choices(RELATIONS, k=self.chance.choice((0, 1, 2)))
            given["relationType"] = self.literal_or_variable("[Relation!]", kinds, enums=True)
        order: Any = None
        if "orderBy" in declared:
            type_ = get_named_type(declared["orderBy"].type).name
            target = type_.removesuffix("Order")
        if "orderBy" in declared and self.chance.random() < 0.5:
            fields = self.schema.type_map[f"{type_}Field"]
            assert isinstance(fields, GraphQLEnumType)
            known = [one for one in fields.values if one != "RELEVANCE"]
            order = [self._order(known) for _ in range(self.chance.choice((1, 1, 1, 2, 3)))]
            notation = f"[{type_}!]"
            if not isinstance(declared["orderBy"].type, GraphQLList):
                order, notation = order[0], type_
            elif len(order) == 1 and self.chance.random() < 0.5:
                order = order[0]  # one is as good as a list of one
            given["orderBy"] = self.literal_or_variable(notation, order, enums=True)
        if "role" in declared and self.chance.random() < 0.3:
            role = self.chance.choice(("supplier", "buyer", "tenderer", "authority", "transferee"))
            given["role"] = self.literal_or_variable("PartyRole", role, enums=True)
        # Prices of items are only for those who narrow them.
        if filter_ is not None and self.chance.random() < (0.8 if kind == "item" else 0.4):
            given["filter"] = self.filter(get_named_type(filter_), 0)
        if "search" in declared and self.chance.random() < 0.2:
            word = (
                self.chance.choice(WORDS)
                if self.chance.random() < 0.6
                else self.vocabulary.search(self.chance, kind)
            )
            given["search"] = self.literal_or_variable("String", word)
            by = self.schema.type_map[f"{type_}Field"] if "orderBy" in declared else None
            if isinstance(by, GraphQLEnumType) and "RELEVANCE" in by.values and self.chance.random() < 0.4:
                order = [{"field": "RELEVANCE", "direction": self.chance.choice(("ASC", "DESC", "DESC"))}]
                if self.chance.random() < 0.3:
                    order.insert(self.chance.choice((0, 1)), self._order(list(by.values)))
                given["orderBy"] = self.literal_or_variable(f"[{type_}!]", order, enums=True)
        size = 20
        if self.nodes > 500 or self.chance.random() < 0.8:
            size = self.chance.choice(
                (1, 2, 3, 5) if self.nodes > 200 or kind in ("region", "snapshot") else (1, 2, 5, 100)
            )
            end = self.chance.choice(("first", "first", "last"))
            given[end] = self.literal_or_variable("Int", size)
            if self.chance.random() < 0.1:
                given["last" if end == "first" else "first"] = "null"
        for place in ("after", "before"):
            if self.chance.random() < 0.25:
                cursor = self.vocabulary.cursor(self.chance, kind, target, order, default)
                if cursor is not None:
                    given[place] = self.literal_or_variable("String", cursor)
        if not given:
            return "", size
        names = self.chance.sample(list(given), len(given))
        return "(" + ", ".join(f"{one}: {given[one]}" for one in names) + ")", size

    def summary(self, name: str, declared: Mapping[str, GraphQLArgument]) -> tuple[str, int]:
        """The arguments of statistics or facets."""
        of, dimensions = (
            self.schema.type_map["StatisticsOrderField"],
            self.schema.type_map["StatisticsDimension"],
        )
        assert isinstance(of, GraphQLEnumType)
        assert isinstance(dimensions, GraphQLEnumType)
        chosen = self.chance.sample(list(dimensions.values), self.chance.choice((0, 1, 1, 2, 3)))
        given: dict[str, str] = {}
        if name == "facets":
            chosen = chosen or ["DOMAIN"]
            given["of"] = self.literal_or_variable("[StatisticsDimension!]!", chosen, enums=True)
        elif chosen:
            given["groupBy"] = self.literal_or_variable("[StatisticsDimension!]", chosen, enums=True)
        if "filter" in declared and self.chance.random() < 0.6:
            given["filter"] = self.filter(get_named_type(declared["filter"].type), 0)
        if "search" in declared and self.chance.random() < 0.1:
            given["search"] = self.literal_or_variable("String", self.chance.choice(WORDS))
        if "having" in declared and self.chance.random() < 0.4:
            given["having"] = self.filter(get_named_type(declared["having"].type), 0)
        if "orderBy" in declared and self.chance.random() < 0.6:
            measures = [one for one in of.values if one not in dimensions.values]
            orders = [
                {"field": one, **({"direction": "ASC"} if self.chance.random() < 0.5 else {})}
                for one in self.chance.sample([*measures, *chosen], self.chance.choice((0, 1, 2)))
            ]
            given["orderBy"] = self.literal_or_variable("[StatisticsOrder!]", orders, enums=True)
        size = 100 if name == "statistics" else 20
        if self.nodes > 500 or self.chance.random() < 0.7:
            size = self.chance.choice((1, 2, 5, 30))
            given["first"] = self.literal_or_variable("Int", size)
        names = self.chance.sample(list(given), len(given))
        return ("(" + ", ".join(f"{one}: {given[one]}" for one in names) + ")" if given else ""), size

    def _order(self, fields: Sequence[str]) -> dict[str, str]:
        order = {"field": self.chance.choice(fields)}
        if self.chance.random() < 0.7:
            order["direction"] = self.chance.choice(("ASC", "DESC"))
        return order

    def filter(self, type_: Any, depth: int) -> str:
        """A filter input as a literal, now and then with variables in it."""
        assert isinstance(type_, GraphQLInputObjectType)
        names = self.chance.sample(list(type_.fields), self.chance.choice((0, 1, 1, 2)))
        parts = [f"{name}: {text}" for name in names if (text := self._part(type_, name, depth))]
        return "{" + ", ".join(parts) + "}"

    def _part(self, type_: Any, name: str, depth: int) -> str:
        """What a field of a filter asks for; nothing where it would lead too deep."""
        below = type_.fields[name].type
        inner = get_named_type(below)
        if isinstance(below, GraphQLList):  # and, or
            several = [self.filter(type_, depth + 1) for _ in range(self.chance.choice((0, 1, 2)))]
            return f"[{', '.join(several)}]" if depth < 3 else ""
        if not isinstance(inner, GraphQLInputObjectType):  # whether an object is there
            return self.literal_or_variable("Boolean", self.chance.choice((True, False)))
        if "and" in inner.fields:
            return self.filter(below, depth + 1) if depth < 4 else ""
        if "some" in inner.fields:
            return self._quantified(inner, name, depth + 1) if depth < 3 else ""
        return self.operators(name, below)

    def _quantified(self, type_: Any, name: str, depth: int) -> str:
        """Conditions on a list."""
        element = get_named_type(type_.fields["some"].type)
        parts = []
        for quantifier in self.chance.sample(list(type_.fields), self.chance.choice((1, 1, 2))):
            where = self.filter(element, depth) if "and" in element.fields else self.operators(name, element)
            if quantifier == "count":
                operators = [
                    one for one in get_named_type(type_.fields["count"].type).fields if one != "where"
                ]
                size = self.chance.choice((0, 1, 2))
                operator = self.chance.choice(operators)
                asked = {"in": [size, 5], "between": [0, size]}.get(operator, size)
                where = self.chance.choice(("", f"where: {where}, "))
                parts.append(f"count: {{{where}{operator}: {literal(asked)}}}")
            else:
                parts.append(f"{quantifier}: {where}")
        return "{" + ", ".join(parts) + "}"

    def operators(self, name: str, type_: Any) -> str:
        """One or two operators of a field."""
        names = self.chance.sample(list(type_.fields), self.chance.choice((0, 1, 1, 1, 2)))
        return (
            "{"
            + ", ".join(f"{one}: {self._operand(name, one, type_.fields[one].type)}" for one in names)
            + "}"
        )

    def _operand(self, name: str, operator: str, type_: Any) -> str:
        if operator == "isNull":
            return self.literal_or_variable("Boolean", self.chance.choice((True, False)))
        if operator == "within":
            codes = ("530000", "530100", "530114", "530114001", "110000")
            return self.literal_or_variable("String", self.chance.choice(codes))
        leaf = get_named_type(type_)
        if operator in ("in", "between"):
            many = (0, 1, 2, 5) if operator == "in" else (2,)
            values = [self._one(name, operator, leaf) for _ in range(self.chance.choice(many))]
            return self.literal_or_variable(
                f"[{leaf.name}!]", values, enums=isinstance(leaf, GraphQLEnumType)
            )
        return self.literal_or_variable(
            leaf.name, self._one(name, operator, leaf), enums=isinstance(leaf, GraphQLEnumType)
        )

    def _one(self, name: str, operator: str, leaf: Any) -> Any:
        if isinstance(leaf, GraphQLEnumType):
            return self.chance.choice(list(leaf.values))
        return self.vocabulary.value(self.chance, name, operator, leaf.name)

    def literal_or_variable(self, type_: str, value: Any, enums: bool = False) -> str:
        """The value written out, or a variable: given, given by its default, or null where null is allowed."""
        if self.chance.random() < 0.6 or len(self.variables) > 30:
            return literal(value, enums)
        return self.variable(type_, value, enums)

    def variable(self, type_: str, value: Any, enums: bool = False) -> str:
        """A new variable of that value."""
        name = f"v{len(self.variables)}"
        if self.chance.random() < 0.3 and not type_.endswith("!"):
            self.variables[name] = (f"{type_} = {literal(value, enums)}", ...)
        else:
            self.variables[name] = (type_, value)
        return f"${name}"


def literal(value: Any, enums: bool = False) -> str:
    """A value in GraphQL's notation; with `enums` its texts are names."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {literal(one, enums)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(literal(one, enums) for one in value) + "]"
    if isinstance(value, str):
        return value if enums else _quoted(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return repr(value)


def _quoted(text: str) -> str:
    escaped = "".join(
        f"\\u{ord(letter):04x}" if letter < " " or letter in '"\\\u2028' else letter for letter in text
    )
    return f'"{escaped}"'
