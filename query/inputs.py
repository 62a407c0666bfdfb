"""Filters and orders that come from schemas: what can be asked of every property of every type.

An input is shared wherever its object type is: one `MoneyFilter` for all amounts. Lots and items have the columns of
their tables and, beside them, the properties of the document.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from query.arguments import FILTERS, INDEXED, ORDERS, FilterField, FilterType, OrderField, counted, listed
from query.operators import COMPARISONS, Comparison
from query.plan import Member
from schemas.catalog import Disclosure
from schemas.field import Field

_INPUTS = {
    "text": "StringFilter", "url": "StringFilter", "integer": "IntFilter", "number": "FloatFilter",
    "boolean": "BooleanFilter", "date": "DateFilter", "moment": "DateOrDateTimeFilter",
}  # fmt: skip
# How a kind of property stands in a document; dates and codes are texts.
_MEMBERS = {"integer": "number", "number": "number", "boolean": "boolean", "moment": "moment"}
_UNORDERED = ("boolean", "url")
_TEXTS = {
    "object": "筛选条件,各项都要成立。A filter; every part has to hold.",
    "list": "对一组的条件。Conditions on a list.",
    "count": "满足条件的个数。How many meet a condition.",
}


def member_kind(kind: str) -> str:
    """How a kind of property is read from a document: as text, number, boolean or moment."""
    return _MEMBERS.get(kind, "text")


class Inputs:
    """Collects the inputs while the model walks the catalog.

    `enum` gives the name of a codelist's enum, or String; `named` that of an object property's type, by its parent's.
    """

    def __init__(self, enum: Callable[[str], str], named: Callable[[Field, str], str]) -> None:
        self.enum, self.named = enum, named
        self.comparisons: dict[str, Comparison] = dict(COMPARISONS)
        self.filters: dict[str, FilterType] = {}
        self.orders: dict[str, tuple[OrderField, ...]] = {}
        for name in ("domain", "stage", "level", "outcome", "party-role"):
            self._enumerated(enum(name))
        for name, fields in FILTERS.items():
            self._add(FilterType(name, _TEXTS["object"], fields))
        for name in ("DisclosureFilter", "PartyFilter", "LotFilter", "ItemFilter"):
            self._list(name)
        self.orders.update(ORDERS)

    def envelope(self, fields: Iterable[Field]) -> None:
        """Give the filter and the order of all disclosures the envelope's properties in the document."""
        fields = tuple(fields)
        made = self.filters["DisclosureFilter"]
        own = tuple(self._field(field, "Disclosure") for field in fields)
        self.filters[made.name] = replace(made, fields=(*made.fields, *own))
        self.orders["DisclosureOrder"] = self._with_orders(self.orders["DisclosureOrder"], fields)

    def disclosure(
        self, disclosure: Disclosure, own: Iterable[Field], rows: Iterable[Field], indexed: Iterable[str]
    ) -> None:
        """The filter and the order of a type: the envelope's, its own properties, its lots and items.

        `indexed` are the paths of the leaves that have an index.
        """
        name, own = disclosure.graphql_name, tuple(own)
        fields = {field.name: field for field in self.filters["DisclosureFilter"].fields}
        for field in own:
            fields[field.name] = self._field(field, name)
        for field in rows:
            fields[field.name] = self._rows(field, name, fields[field.name])
        for path in indexed:
            top, _, below = path.partition(".")
            if top in fields:
                fields[top] = replace(fields[top], description=_indexed(fields[top].description, below))
        description = f"筛选:{disclosure.title}。A filter of {disclosure.title_en}; every part has to hold."
        self._add(FilterType(f"{name}Filter", description, tuple(fields.values())))
        self.orders[f"{name}Order"] = self._with_orders(self.orders["DisclosureOrder"], own)

    # filters

    def _add(self, made: FilterType) -> None:
        assert made.name not in self.filters, f"two filters are called {made.name}"
        self.filters[made.name] = made

    def _list(self, element: str) -> str:
        name = listed(element)
        if name not in self.filters:
            self._add(FilterType(name, _TEXTS["list"], of="list", element=element))
            self._add(FilterType(counted(element), _TEXTS["count"], of="count", element=element))
        return name

    def _field(self, field: Field, parent: str) -> FilterField:
        names = field.names or (field.name,)
        element = self._object(field, parent) if field.kind == "object" else self._comparison(field)
        given = self._list(element) if field.many else element
        return FilterField(field.name, given, "", _described(field), names=names)

    def _comparison(self, field: Field) -> str:
        if field.kind != "code":
            return _INPUTS[field.kind]
        if field.codelist == "region":
            return "RegionFilter"
        enum = "String" if field.open_codelist else self.enum(str(field.codelist))
        return "StringFilter" if enum == "String" else self._enumerated(enum)

    def _enumerated(self, enum: str) -> str:
        self.comparisons[f"{enum}Filter"] = Comparison(enum, "code")
        return f"{enum}Filter"

    def _object(self, field: Field, parent: str) -> str:
        """The filter of an object property: that of the object's type."""
        made = self.named(field, parent)
        name = f"{made}Filter"
        if name not in self.filters:
            self._add(FilterType(name, "", ()))  # holds the name while its fields are made
            fields = tuple(self._field(child, made) for child in field.fields)
            self.filters[name] = FilterType(
                name, _TEXTS["object"], fields, nullable=not any(child.name == "isNull" for child in field.fields)
            )  # fmt: skip
        return name

    def _rows(self, field: Field, parent: str, generic: FilterField) -> FilterField:
        """Lots or items: the columns of their table, and the properties of their element of the document."""
        base = self.filters["LotFilter" if field.name == "lots" else "ItemFilter"]
        shared = field.definition is not None and not field.extended
        made = self.named(field, parent) + "Row" if shared else parent + base.name.removesuffix("Filter")
        name = f"{made}Filter"
        if name not in self.filters:
            taken = {one.name for one in base.fields}
            self._add(FilterType(name, "", ()))
            own = tuple(self._field(child, made) for child in field.fields if child.name not in taken)
            self.filters[name] = FilterType(name, _TEXTS["object"], (*base.fields, *own))
        return replace(generic, input=self._list(name), description=_described(field))

    # orders

    def _with_orders(self, known: tuple[OrderField, ...], fields: Iterable[Field]) -> tuple[OrderField, ...]:
        made = {one.name: one for one in known}
        for order in _orders(fields, (), ()):
            made.setdefault(order.name, order)
        return tuple(made.values())


def _orders(
    fields: Iterable[Field], path: tuple[tuple[str, ...], ...], above: tuple[str, ...]
) -> Iterator[OrderField]:
    """Every ordered leaf that a disclosure has once at most."""
    for field in fields:
        if field.many or field.kind in _UNORDERED:
            continue
        here, called = (*path, field.names or (field.name,)), (*above, field.name)
        if field.kind == "object":
            yield from _orders(field.fields, here, called)
        else:
            name = "_".join(map(_upper, called))
            yield OrderField(name, ".".join(called), _described(field), Member(here, member_kind(field.kind)))


def _upper(name: str) -> str:
    """`publishedDate` → `PUBLISHED_DATE`."""
    return "".join(f"_{letter}" if letter.isupper() else letter for letter in name).upper()


def _described(field: Field) -> str:
    unit = f"({field.unit})" if field.unit else ""
    return f"{field.title}{unit}。{field.title_en}."


def _indexed(description: str, below: str) -> str:
    """The description of a property with the mark that it, or a leaf below it, has an index."""
    if not below:
        return description.replace("。", f"{INDEXED}。", 1)
    if description.endswith("]"):
        return f"{description[:-1]}, {below}]"
    return f"{description} [有索引 indexed: {below}]"


def logical(made: FilterType) -> Mapping[str, tuple[str, str]]:
    """The parts that every filter of a thing has besides its fields: name → (type, description)."""
    many = f"[{made.name}!]"
    parts = {
        "and": (many, "全部成立。All of them."),
        "or": (many, "至少一个成立。At least one."),
        "not": (made.name, "不成立。Not so."),
    }
    return parts | ({"isNull": ("Boolean", "是否没有。Whether it is absent.")} if made.nullable else {})


def quantified(made: FilterType) -> Mapping[str, tuple[str, str]]:
    """The parts of a list's filter."""
    return {
        "some": (made.element, "至少一个满足。At least one meets it."),
        "none": (made.element, "没有一个满足。None meets it."),
        "every": (made.element, "个个满足,没有的也算。Every one meets it; so does an empty list."),
        "count": (counted(made.element), "满足条件的个数。How many meet a condition."),
    }
