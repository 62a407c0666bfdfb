"""What the store takes out of a type's records, compiled from the keywords of its fields.

The keywords are `role` (of an organization), `column`, the names `lots` and `items`, and the shared definitions; a
property without any of them, and no text to search, is not in the layout and costs nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType

from schemas.catalog import Catalog, Disclosure
from schemas.codelist import Codelist
from schemas.field import Field

# Nobody searches for these texts, or ought to (personal data).
_UNSEARCHED = frozenset(
    ("document", "withheld", "relation", "contact", "person", "money", "unitPrice", "period", "payment")
)
_OF_AN_ORGANIZATION = frozenset(("name", "uscc"))
_NAMING = frozenset(("number", "title", "location", "name"))
# Characters: of any text that is searched, and of one that names the record or a part of it.
_SHORT, _LONG = 200, 1000
_NOTHING: Mapping[str, "Node"] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Node:
    """One property, or the record itself, with those below it that the store takes.

    `columns` says which properties directly below fill a column, the type's own before the envelope's; the first
    that has a value does. `longest` is how long a text may be to be searched, 0 for what is no searched text.
    """

    kind: str  # text, area, object, organization, party, item
    many: bool = False
    role: str | None = None
    longest: int = 0
    square_metres: float = 1.0
    method: str | None = None  # of a whole record: the property that says how it is allocated
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    children: Mapping[str, "Node"] = field(default_factory=lambda: _NOTHING)
    objects: Mapping[str, "Node"] = field(init=False, compare=False)  # those of the children that are objects

    def __post_init__(self) -> None:
        objects = {name: one for name, one in self.children.items() if one.children or one.role}
        object.__setattr__(self, "objects", objects)


def layout(disclosure: Disclosure, catalog: Catalog) -> Node:
    """The layout of a version, the node of a whole record; made once of a catalog."""
    made: Node | None = catalog.compiled.get(("layout", disclosure.name))
    if made is None:
        made = catalog.compiled["layout", disclosure.name] = _layout(disclosure, catalog.codelists["unit"])
    return made


def _layout(disclosure: Disclosure, units: Codelist) -> Node:
    naming = frozenset(disclosure.schema["caption"])
    children = _children(disclosure.fields, naming, units)
    method = method_of(disclosure.fields)
    return Node(
        "object",
        method=method.name if method else None,
        columns=_columns(disclosure.fields),
        children=children,
    )


def method_of(fields: Iterable[Field]) -> Field | None:
    """The property that says how something is allocated: the type's first, directly on the record, whose codelist is
    one of methods (`procurement-method`, `land-supply-method`). Where methods stand in parts, the record has none.
    """
    coded = (one for one in fields if one.kind == "code" and not one.many and not one.open_codelist)
    return next((one for one in coded if str(one.codelist).endswith("-method")), None)


def _children(fields: Iterable[Field], naming: frozenset[str], units: Codelist) -> Mapping[str, Node]:
    found = {one.name: node for one in fields if (node := _node(one, naming, units)) is not None}
    return MappingProxyType(found)


def _node(one: Field, naming: frozenset[str], units: Codelist) -> Node | None:
    if one.kind == "text":
        longest = _longest(one, naming)
        return Node("text", one.many, longest=longest) if longest else None
    if one.column == "area":
        factor = units.codes[one.unit or "m2"].extra["factor"]
        return Node("area", square_metres=float(Fraction(factor)))
    if one.kind != "object" or one.definition in _UNSEARCHED:
        return None
    kind = _object_kind(one)
    below = [f for f in one.fields if f.name in _OF_AN_ORGANIZATION] if kind == "organization" else one.fields
    children = _children(below, naming, units)
    if not children and one.role is None:
        return None
    return Node(kind, one.many, one.role, columns=_columns(one.fields), children=children)


def _object_kind(one: Field) -> str:
    if one.definition == "organization" or one.role is not None:
        return "organization"
    if one.definition == "party":
        return "party"
    return "item" if one.many and (one.definition == "item" or one.name == "items") else "object"


def _longest(one: Field, naming: frozenset[str]) -> int:
    if one.name in ("id", "schema") or one.column == "unit":
        return 0
    if one.personal and one.name not in _OF_AN_ORGANIZATION:
        return 0
    return _LONG if one.column in _NAMING or one.dotted in naming else _SHORT


def _columns(fields: Iterable[Field]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for one in fields:
        if one.column:
            found[one.column] = (one.name, *found.get(one.column, ()))
    return MappingProxyType(found)
