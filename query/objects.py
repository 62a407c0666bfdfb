"""The parts a model is made of: object types, their fields and where each value comes from."""

from collections.abc import Iterator
from dataclasses import dataclass

from query.arguments import Argument, disclosure_arguments
from query.plan import Column, Differences, Many, Numbers, One, PageFact, Part, Shape, TypeName, Value

NOTHING = Shape(())


@dataclass(frozen=True, slots=True)
class Connected:
    """The source of a connection: its relation and the order it has when none is asked for."""

    relation: str
    order: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Special:
    """A source that the planner makes itself: nodes, edges, node, cursor, pageInfo, totalCount, static, node_by_id."""

    name: str


FieldSource = (
    Column | Value | Part | TypeName | One | Many | PageFact | Connected | Special | Numbers | Differences
)


@dataclass(frozen=True, slots=True)
class Attribute:
    """A field of an object type; `type` is in GraphQL's own notation (`[Lot!]!`)."""

    name: str
    type: str
    source: FieldSource
    description: str
    arguments: tuple[Argument, ...] = ()
    deprecated: str | None = None

    @property
    def named_type(self) -> str:
        """The type without lists and non-null marks."""
        return self.type.strip("[]!")

    @property
    def ordered_by(self) -> str:
        """The input of its `orderBy`; empty where a list has the order that it has."""
        return next((one.type.strip("[]!") for one in self.arguments if one.name == "orderBy"), "")


@dataclass(frozen=True, slots=True)
class ObjectType:
    """An object or interface type. `by_type` names, for an interface, the concrete type of each disclosure type."""

    name: str
    description: str
    attributes: tuple[Attribute, ...]
    implements: tuple[str, ...] = ()
    by_type: tuple[tuple[str, str], ...] = ()
    abstract: bool = False

    def attribute(self, name: str) -> Attribute:
        """The field of that name."""
        return next(attribute for attribute in self.attributes if attribute.name == name)


@dataclass(frozen=True, slots=True)
class EnumType:
    """A closed codelist whose codes are GraphQL names."""

    name: str
    description: str
    values: tuple[tuple[str, str], ...]


_HIGHLIGHTS = Attribute(
    "highlights",
    "[Highlight!]!",
    Special("highlights"),
    "检索的词出现在哪里,标题在先,至多 10 处;不检索时为空。"
    "Where the words of `search` stand, the title first, 10 places at most; empty without `search`.",
)


def connection_types(
    name: str, more: tuple[Attribute, ...] = (), *, searched: bool = False
) -> Iterator[ObjectType]:
    """The Relay connection and edge of a type; `searched` edges say where a search's words stand."""
    yield ObjectType(
        f"{name}Edge",
        f"{name} 的一条边。An edge to {name}.",
        (
            Attribute("cursor", "String!", Special("cursor"), "游标。Cursor."),
            Attribute("node", f"{name}!", Special("node"), "节点。The node."),
            *((_HIGHLIGHTS,) if searched else ()),
        ),
    )
    yield ObjectType(
        f"{name}Connection",
        f"{name} 的一页。A page of {name}.",
        (
            Attribute("nodes", f"[{name}!]!", Special("nodes"), "本页的节点。The page's nodes."),
            Attribute("edges", f"[{name}Edge!]!", Special("edges"), "本页的边。The page's edges."),
            Attribute("pageInfo", "PageInfo!", Special("pageInfo"), "翻页信息。How to go on."),
            Attribute("totalCount", "Int!", Special("totalCount"), "总数;需要时才查询。The count of all; computed only when asked for."),
            *more,
        ),
    )  # fmt: skip


def connection(
    name: str,
    target: str,
    source: Connected,
    description: str,
    arguments: tuple[Argument, ...] = (),
) -> Attribute:
    """A field that is a connection to a type, with the arguments of a list of disclosures unless others are given."""
    given = arguments or disclosure_arguments(target)
    return Attribute(name, f"{target}Connection!", source, description, given)
