"""The one walker over JSON Schema: a type's schema in, a tree of `Field` out.

Nobody else reads `properties`, `$ref` or `allOf`. A `$ref` with siblings is the definition with the siblings
laid over it (JSON Schema 2020-12, 8.2.3); siblings only annotate, or extend a definition left open.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urldefrag, urljoin

from schemas.errors import SchemaError

Schema = Mapping[str, Any]

MONEY = ("money", "unitPrice")
_FORMATS = {"date": "date", "date-time": "moment", "uri": "url"}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a schema allows at a property, None where it says nothing."""

    minimum: float | None = None
    maximum: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    min_items: int | None = None
    max_items: int | None = None


@dataclass(frozen=True)
class Field:
    """A property of a type: what it is called, what it holds, which item of the policy it carries.

    `path` names the properties from the record's root, lists crossed without an index (`lots.price.amount`).
    `kind` is text, integer, number, boolean, date, moment, url, code or object; `many` says there is a list of
    them. `definition` is the shared definition an object comes from; `extended`, that it has more fields than it.
    `examples` are values of one such thing; `Disclosure.example` has one for every leaf.
    `any_of` are properties of an object of which one has to be there. `names` and `gone` are for reading records of
    several versions (schemas.lineage): the names under which the value is found, the first counts, and that the newest
    version has the property no more or calls it otherwise.
    """

    name: str
    path: tuple[str, ...]
    kind: str
    many: bool
    required: bool
    title: str
    title_en: str
    description: str
    description_en: str
    definition: str | None = None
    extended: bool = False
    aliases: tuple[str, ...] = ()
    clause: tuple[str, ...] = ()
    clause_reason: str | None = None
    codelist: str | None = None
    open_codelist: bool = False
    unit: str | None = None
    role: str | None = None
    column: str | None = None
    personal: tuple[str, ...] = ()
    renamed_from: str | None = None
    deprecated: str | None = None
    examples: tuple[Any, ...] = ()
    limits: Limits = Limits()
    any_of: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    gone: bool = False
    fields: tuple["Field", ...] = ()

    @cached_property
    def dotted(self) -> str:
        """The path as people write it: `lots.price.amount`."""
        return ".".join(self.path)

    @property
    def is_money(self) -> bool:
        """Whether it is an amount with its currency."""
        return self.definition in MONEY

    def walk(self) -> Iterator["Field"]:
        """This field and all below it, parents first."""
        yield self
        for child in self.fields:
            yield from child.walk()

    def child(self, name: str) -> "Field | None":
        """The field of that name directly below."""
        return next((child for child in self.fields if child.name == name), None)


def absolute(node: Any, base: str) -> Any:
    """The schema with every `$ref` made absolute, so that parts of two files can be laid over one another."""
    if isinstance(node, dict):
        return {
            key: urljoin(base, value) if key == "$ref" and isinstance(value, str) else absolute(value, base)
            for key, value in node.items()
        }
    if isinstance(node, list):
        return [absolute(value, base) for value in node]
    return node


def walk(schema: Schema, documents: Mapping[str, Schema]) -> tuple[Field, ...]:
    """The fields of a type: the envelope's first, then its own, in the order of the files.

    `documents` maps the URI of every schema that a `$ref` may name to its content; raises SchemaError S101 for a
    reference that leads nowhere.
    """
    merged = _resolve(absolute(schema, str(schema.get("$id", ""))), documents)
    return _fields(merged, (), documents)


def _fields(node: Schema, path: tuple[str, ...], documents: Mapping[str, Schema]) -> tuple[Field, ...]:
    required = set(node.get("required", ()))
    return tuple(
        _field(name, child, (*path, name), name in required, documents)
        for name, child in node.get("properties", {}).items()
    )


def _field(
    name: str, raw: Schema, path: tuple[str, ...], required: bool, documents: Mapping[str, Schema]
) -> Field:
    node = _resolve(raw, documents)
    many = node.get("type") == "array"
    item = _resolve(node.get("items", {}), documents) if many else node
    definition = _definition(raw.get("items", {}) if many else raw)
    fields = _fields(item, path, documents) if item.get("type") == "object" else ()
    shared = _shared_names(raw.get("items", {}) if many else raw, documents)
    codelist = item.get("codelist") or item.get("openCodelist")
    return Field(
        name=name,
        path=path,
        kind=_kind(item, definition),
        many=many,
        required=required,
        title=node.get("title", name),
        title_en=node.get("titleEn", name),
        description=node.get("description", ""),
        description_en=node.get("descriptionEn", ""),
        definition=definition,
        extended=shared is not None and {f.name for f in fields} != shared,
        aliases=tuple(node.get("aliases", ())),
        clause=tuple(node.get("clause", ())),
        clause_reason=node.get("clauseReason"),
        codelist=codelist,
        open_codelist="openCodelist" in item,
        unit=item.get("unit"),
        role=item.get("role") or node.get("role"),
        column=node.get("column"),
        personal=tuple(item.get("personal", ())),
        renamed_from=node.get("renamedFrom"),
        deprecated=_deprecated(node),
        examples=tuple(item.get("examples", ())),
        limits=_limits(node, item),
        any_of=tuple(name for part in item.get("anyOf", ()) for name in part.get("required", ())),
        fields=fields,
    )


def _deprecated(node: Schema) -> str | None:
    """Why and since when a property should no longer be used, in both languages."""
    if not node.get("deprecated"):
        return None
    since = node["deprecatedSince"]
    chinese, english = node["deprecatedDescription"], node["deprecatedDescriptionEn"]
    return f"{since} 版起弃用:{chinese}Deprecated since {since}: {english}"


def _limits(node: Schema, item: Schema) -> Limits:
    return Limits(
        item.get("minimum"), item.get("maximum"), item.get("minLength"), item.get("maxLength"), item.get("pattern"),
        node.get("minItems"), node.get("maxItems"),
    )  # fmt: skip


def _kind(node: Schema, definition: str | None) -> str:
    if definition == "moment":
        return "moment"
    if "codelist" in node or "openCodelist" in node:
        return "code"
    kind = str(node.get("type", "object"))
    return _FORMATS.get(str(node.get("format")), "text") if kind == "string" else kind


def _definition(node: Schema) -> str | None:
    reference = node.get("$ref")
    return str(reference).rpartition("/$defs/")[2] if reference and "/$defs/" in str(reference) else None


def _shared_names(node: Schema, documents: Mapping[str, Schema]) -> set[str] | None:
    """The names of the properties that the shared definition itself has."""
    if "$ref" not in node:
        return None
    return set(_resolve({"$ref": node["$ref"]}, documents).get("properties", {}))


def _resolve(node: Schema, documents: Mapping[str, Schema]) -> Schema:
    """The node with its `$ref` and `allOf` laid under its own keywords."""
    merged: Schema = {}
    if "$ref" in node:
        merged = _lay(merged, _resolve(_target(str(node["$ref"]), documents), documents))
    for part in node.get("allOf", ()):
        merged = _lay(merged, _resolve(part, documents))
    return _lay(merged, {key: value for key, value in node.items() if key not in ("$ref", "allOf")})


def _target(reference: str, documents: Mapping[str, Schema]) -> Schema:
    uri, pointer = urldefrag(reference)
    node: Any = documents.get(uri)
    for step in pointer.strip("/").split("/") if pointer else ():
        node = node.get(step) if isinstance(node, Mapping) else None
    if not isinstance(node, Mapping):
        raise SchemaError(
            "S101", f"引用不存在:{reference}", f"the reference leads nowhere: {reference}",
            "检查 $ref 的文件名和定义名。", "Check the file and the definition that $ref names.",
        )  # fmt: skip
    absolute_node: Schema = absolute(node, uri)
    return absolute_node


def _lay(under: Schema, over: Schema) -> Schema:
    """`over` laid on `under`: properties and items merge deep, aliases add up, all else is replaced."""
    merged = dict(under)
    for key, value in over.items():
        if key == "properties":
            below = dict(merged.get(key, {}))
            for name, child in value.items():
                below[name] = _lay(below[name], child) if name in below else child
            merged[key] = below
        elif key == "items" and key in merged:
            merged[key] = _lay(merged[key], value)
        elif key == "aliases":
            merged[key] = [*dict.fromkeys([*value, *merged.get(key, [])])]
        elif key == "required":
            merged[key] = [*dict.fromkeys([*merged.get(key, []), *value])]
        else:
            merged[key] = value
    return merged
