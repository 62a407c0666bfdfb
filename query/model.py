"""What can be asked: object types and their fields, generated from the catalog.

The model is neutral: `api.types` turns it into graphene's types, `api.planner` reads each field's source from it.
Nothing else decides what a field is called, what type it has or where its value comes from.
"""

import re
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

from query.arguments import FilterType, OrderField
from query.entities import entity_types
from query.entries import OWN_ENUMS, RELATED_FIELDS, changes_of
from query.inputs import Inputs
from query.objects import NOTHING, Attribute, EnumType, FieldSource, ObjectType, connection_types
from query.operators import Comparison
from query.organizations import ENUMS
from query.plan import Column, Many, One, Part, Value
from query.summaries import enums, summarized, typed_summary
from schemas.catalog import Catalog, Disclosure
from schemas.codelist import Codelist
from schemas.field import Field
from schemas.lineage import readable
from schemas.spelling import pascal
from store.features import features

# Definitions whose names belong to an entity of the store or to a codelist.
_RENAMED = {
    "Organization": "OrganizationDetails",
    "Item": "ItemDetails",
    "Lot": "LotDetails",
    "Relation": "RelatedDisclosure",
}
_GRAPHQL_NAME = re.compile(r"^[A-Za-z][A-Za-z0-9]*$")
_SCALARS = {
    "text": "String", "url": "String", "integer": "Int", "number": "Float", "boolean": "Boolean", "date": "Date",
    "moment": "DateOrDateTime",
}  # fmt: skip
# The envelope's properties that stand in columns of the store, under the same or a better name.
_IN_COLUMNS = {"id", "schema", "localId", "title", "publisher", "region", "level", "formedDate", "publishedDate",
               "sourceUrl", "parties", "outcome", "lots"}  # fmt: skip


@dataclass(frozen=True)
class Model:
    """All output types by name, in the order in which they were made; the inputs of their lists.

    `filters` and `orders` are by their names.
    """

    types: MappingProxyType[str, ObjectType]
    enums: MappingProxyType[str, EnumType]
    comparisons: MappingProxyType[str, Comparison]
    filters: MappingProxyType[str, FilterType]
    orders: MappingProxyType[str, tuple[OrderField, ...]]

    @cached_property
    def paths(self) -> dict[str, str]:
        """The disclosure type of each concrete type of the interface."""
        return {name: path for path, name in self.types["Disclosure"].by_type}

    @classmethod
    def of(cls, catalog: Catalog) -> "Model":
        """The model of a catalog."""
        made = _Making(catalog)
        made.run()
        inputs = made.inputs
        return cls(
            MappingProxyType(made.types), MappingProxyType(made.enums), MappingProxyType(inputs.comparisons),
            MappingProxyType(inputs.filters), MappingProxyType(inputs.orders),
        )  # fmt: skip


class _Making:
    """Collects the types while the catalog is walked."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.types: dict[str, ObjectType] = {}
        self.enums: dict[str, EnumType] = {}
        self.inputs = Inputs(self.enum, object_name)

    def run(self) -> None:
        for name in ("domain", "stage", "level", "outcome", "party-role", "relation"):
            self.enum(name)
        for enum in ENUMS:
            self.enums[enum.name] = enum
        self.enums.update((one.name, one) for one in enums())
        for made in entity_types(self.catalog):
            self.types[made.name] = made
        shared = self._envelope()
        interface = self.types["Disclosure"]
        self.types["Disclosure"] = replace(interface, attributes=(*interface.attributes, *shared))
        self.types["DisclosureSnapshot"] = self._snapshot()
        self.enums |= {enum.name: enum for enum in OWN_ENUMS}
        for disclosure in self.catalog.types.values():
            fields = readable(self.catalog.history(disclosure.type))
            self._disclosure(replace(disclosure, fields=fields))

    # codelists

    def enum(self, codelist: str) -> str:
        """The name of the enum of a codelist, or String where its codes are no GraphQL names."""
        found = self.catalog.codelists.get(codelist)
        if found is None or not _is_enum(found):
            return "String"
        name = pascal(codelist)
        if name not in self.enums:
            values = tuple((code.code, f"{code.title}。{code.title_en}") for code in found.codes.values())
            self.enums[name] = EnumType(name, f"代码表 {codelist}。Codelist {codelist}.", values)
        return name

    # documents

    def _envelope(self) -> tuple[Attribute, ...]:
        """The envelope's properties that are read from the document."""
        if not self.catalog.types:
            return ()
        fields = [field for field in self._enveloped() if field.name not in _IN_COLUMNS]
        self.inputs.envelope(map(_plain, fields))
        return tuple(self.attribute(_plain(field), "Disclosure") for field in fields)

    def _enveloped(self) -> list[Field]:
        """The envelope's properties, as any type has them."""
        some = next(iter(self.catalog.types.values()))
        names = self.catalog.documents[f"{_common(self.catalog)}"]["$defs"]["disclosure"]["properties"]
        return [field for field in some.fields if field.name in names]

    def _snapshot(self) -> ObjectType:
        """A record of the past: what the change says, the envelope as the document of then has it, the document."""
        own = (
            Attribute("version", "Int!", Column("version"), "成为这样的数据版本。The data version at which it became so."),
            Attribute("at", "DateTime!", Column("at", "moment"), "成为这样的时间(UTC)。When it became so, in UTC."),
            Attribute("revision", "Int!", Column("revision"), "第几次修订。Number of the revision."),
            Attribute("withdrawn", "Boolean!", Column("withdrawn", "boolean"), "当时是否已撤回。Whether it was withdrawn by then."),
            Attribute("digest", "String", Column("digest"), "内容的 SHA-256。SHA-256 of the content."),
            Attribute("document", "JSON", Column("body", "json"), "当时的全文;已撤回、或者内容已删除为 null。The record as it was; null where it was withdrawn or its content removed."),
            Attribute("type", "String!", Column("type"), "类型的路径。Path of the type."),
            Attribute("disclosure", "Disclosure!", One("snapshot.disclosure", NOTHING), "这条公开信息现在的样子。The disclosure as it is now."),
            changes_of("revision"),
        )  # fmt: skip
        rows = ("id", "parties", "lots", "publisher")  # of tables today; the document has them
        fields = (
            [field for field in self._enveloped() if field.name not in rows] if self.catalog.types else []
        )
        envelope = tuple(self.attribute(_plain(field), "Disclosure") for field in fields)
        return ObjectType(
            "DisclosureSnapshot",
            "一条公开信息在过去某一数据版本时的样子。A disclosure as it was at a past version of the data.",
            (*own, *(one for one in envelope if one.name not in {mine.name for mine in own})),
        )

    def _disclosure(self, disclosure: Disclosure) -> None:
        interface = self.types["Disclosure"]
        taken = {attribute.name for attribute in interface.attributes}
        own, read, rows = [], [], []
        for field in disclosure.fields:
            if field.name in taken and field.name not in ("lots", "items"):
                continue
            if field.name == "lots" and field.fields:
                own.append(self._rows(field, disclosure))
                rows.append(field)
            elif field.name not in _IN_COLUMNS and not (field.name == "items" and field.fields):
                own.append(self.attribute(field, disclosure.graphql_name))
                read.append(field)
        items = _items(disclosure)
        if items is not None:
            own.append(self._rows(items, disclosure))
            rows.append(items)
        replaced = {attribute.name for attribute in own}
        base = tuple(attribute for attribute in interface.attributes if attribute.name not in replaced)
        self.types[disclosure.graphql_name] = ObjectType(
            disclosure.graphql_name,
            f"{disclosure.title}。{disclosure.title_en}.\n\n{disclosure.schema['description']}"
            f"{disclosure.schema['descriptionEn']}",
            (*base, *own),
            implements=("Disclosure", "Node"),
        )
        summary = typed_summary(disclosure, disclosure.fields)
        statistics = summary[-1].name if summary else "Statistics"
        for made in (
            *summary,
            *connection_types(disclosure.graphql_name, summarized(statistics), searched=True),
        ):
            self.types[made.name] = made
        indexed = [one.dotted for one in features(self.catalog.history(disclosure.type))]
        self.inputs.disclosure(disclosure, read, rows, indexed)

    def _rows(self, field: Field, disclosure: Disclosure) -> Attribute:
        """Lots or items: rows of a table, with the document's own properties beside the table's columns."""
        generic = "Lot" if field.name == "lots" else "Item"
        name = f"{disclosure.graphql_name}{generic}"
        base = self.types[generic].attributes
        taken = {attribute.name for attribute in base}
        own = tuple(self.attribute(child, name) for child in field.fields if child.name not in taken)
        self.types[name] = ObjectType(
            name, f"{field.title}:{disclosure.title}。{field.title_en} of {disclosure.title_en}.",
            (*base, *own), implements=(generic,),
        )  # fmt: skip
        interface = self.types[generic]
        self.types[generic] = replace(interface, by_type=(*interface.by_type, (disclosure.type, name)))
        return Attribute(
            field.name, f"[{name}!]!", Many(f"disclosure.{field.name}", NOTHING), _described(field)
        )

    def attribute(self, field: Field, parent: str) -> Attribute:
        """A property read from the document, by whatever name the record's version has it."""
        names = field.names or (field.name,)
        if field.kind == "object":
            named = self._object(field, parent)
            source: FieldSource = Part(names, NOTHING, field.many)
        else:
            named = (
                self.enum(str(field.codelist))
                if field.kind == "code" and not field.open_codelist
                else "String"
            )
            if field.kind != "code":
                named = _SCALARS[field.kind]
            source = Value(names)
        return Attribute(
            field.name, f"[{named}!]" if field.many else named, source, _described(field),
            deprecated=field.deprecated,
        )  # fmt: skip

    def _object(self, field: Field, parent: str) -> str:
        """The object type of a property: the shared definition's, or one of its own where it has more fields."""
        shared, name = _is_shared(field), object_name(field, parent)
        if name not in self.types:
            self.types[name] = ObjectType(name, "", ())  # holds the name while its fields are made
            plain = tuple(_plain(child) for child in field.fields) if shared else field.fields
            title = f"{field.title}。{field.title_en}."
            if shared:
                definition = self.catalog.documents[_common(self.catalog)]["$defs"][field.definition]
                title = f"{definition['title']}。{definition['titleEn']}.\n\n{definition['description']}{definition['descriptionEn']}"
            attributes = tuple(self.attribute(child, name) for child in plain)
            if name == _RENAMED["Relation"]:
                attributes += RELATED_FIELDS
            self.types[name] = ObjectType(name, title, attributes)
        return name


def object_name(field: Field, parent: str) -> str:
    """The name of an object property's type: that of the shared definition, or one within its parent's."""
    name = pascal(str(field.definition)) if _is_shared(field) else parent + pascal(_singular(field))
    return _RENAMED.get(name, name)


def _is_shared(field: Field) -> bool:
    return field.definition is not None and not field.extended


def _items(disclosure: Disclosure) -> Field | None:
    """The items of a type, its own and its lots' in one: rows of one table have one type."""
    places = [disclosure.fields]
    places += [field.fields for field in disclosure.fields if field.name == "lots"]
    found = [field for fields in places for field in fields if field.name == "items" and field.fields]
    if not found:
        return None
    children: dict[str, Field] = {}
    for child in (child for field in found for child in field.fields):
        children.setdefault(child.name, child)
    return replace(found[0], fields=tuple(children.values()))


def _is_enum(codelist: Codelist) -> bool:
    return len(codelist.codes) <= 100 and all(_GRAPHQL_NAME.match(code) for code in codelist.codes)


def _common(catalog: Catalog) -> str:
    return [uri for uri in catalog.documents if "/common/" in uri][-1]


def _plain(field: Field) -> Field:
    """The field without what only one type says of it."""
    return replace(field, clause=())


def _singular(field: Field) -> str:
    name = field.name
    return name[:-1] if field.many and name.endswith("s") and not name.endswith("ss") else name


def _described(field: Field) -> str:
    clause = f"\n\n条款 Clause {'、'.join(field.clause)}" if field.clause else ""
    unit = f"(单位 unit: {field.unit})" if field.unit else ""
    return f"{field.title}{unit}。{field.title_en}.\n\n{field.description}{field.description_en}{clause}"
