"""A record's document as people read it: each value under its official heading, in the order of its type's fields.

It goes by the fields of the type's version alone, so that a type that nobody planned for shows by itself. A `Value` is
one heading with what stands under it: leaves, an object's parts, or the rows of a list.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.portal.words import Words
from loaders.tracing import Traced
from publish.wording import unit
from schemas.catalog import Catalog, Disclosure
from schemas.field import Field

ROWS = 50  # of one list, unless all are asked for
_COLUMNS = 9  # of a table; what has more, or objects in it, is told row by row
# The parts of a page, by the names of the envelope's lists and the shared definitions.
GROUPS: Mapping[str, Words] = {
    "basic": ("基本信息", "Basic facts"), "parties": ("当事人", "Parties"), "lots": ("标段、宗地", "Lots and parcels"),
    "items": ("标的", "Items"), "other": ("其他内容", "Further contents"), "documents": ("附件", "Documents"),
    "withheld": ("不予公开的内容", "What is withheld"),
}  # fmt: skip
_ELSEWHERE = ("schema", "title", "publisher", "processId", "relatedDisclosures")  # shown at their own places


@dataclass(frozen=True, slots=True)
class Value:
    """A heading and what stands under it.

    `leaves` are the values of a leaf. `parts` are those of an object. `rows` are the things of a list, each with its own
    parts; `columns` are the headings where they make a table. `total` is how many a list has, shown or not.
    """

    field: Field
    path: str
    unit: Words | None
    leaves: tuple[Any, ...] = ()
    parts: tuple["Value", ...] = ()
    rows: tuple[tuple["Value", ...], ...] = ()
    columns: tuple[Field, ...] = ()
    total: int = 0

    @property
    def is_leaf(self) -> bool:
        """Whether it is said in one line."""
        return not self.parts and not self.rows


class Reading:
    """Reads documents of one type."""

    def __init__(self, disclosure: Disclosure, catalog: Catalog, *, whole: bool = False) -> None:
        self._disclosure, self._catalog = disclosure, catalog
        self._most = 10**9 if whole else ROWS

    def groups(self, document: Mapping[str, Any]) -> list[tuple[str, Words, list[Value]]]:
        """The parts of the page that have something, each with its values."""
        made: dict[str, list[Value]] = {name: [] for name in GROUPS}
        for value in self._values(self._disclosure.fields, document, ""):
            if value.field.name not in _ELSEWHERE:
                made[_group(value.field)].append(value)
        return [(name, GROUPS[name], values) for name, values in made.items() if values]

    def at(self, path: str, value: Any) -> Value | None:
        """A value by its path in the document (`lots.0.price`), None for nothing and where the type has no such field."""
        field, is_thing = None, False
        fields: Sequence[Field] = self._disclosure.fields
        for step in path.split("."):
            if step.isdigit():
                is_thing = True
                continue
            field = next((one for one in fields if one.name == step), None)
            if field is None:
                return None
            fields, is_thing = field.fields, False
        if field is None or _is_empty(value):
            return None
        return self._value(field, [value] if is_thing else value, path)

    def lacking(self, document: Mapping[str, Any]) -> list[Field]:
        """The properties of the type's own that the policy asks for and the record does not have."""
        return [
            field
            for field in self._disclosure.fields
            if any(one.clause for one in field.walk()) and _is_empty(document.get(field.name))
        ]

    def _values(self, fields: Sequence[Field], given: Mapping[str, Any], path: str) -> Iterator[Value]:
        for field in fields:
            value = given.get(field.name)
            if not _is_empty(value):
                yield self._value(field, value, f"{path}{field.name}")

    def _value(self, field: Field, value: Any, path: str) -> Value:
        words = unit(field, self._catalog)
        things = value if field.many and isinstance(value, list) else [value]
        if not field.fields or field.is_money or not all(isinstance(one, Mapping) for one in things):
            return Value(field, path, words, leaves=tuple(things))
        if not field.many:
            return Value(field, path, words, parts=tuple(self._values(field.fields, value, f"{path}.")))
        rows = tuple(
            tuple(self._values(field.fields, one, f"{path}.{place}."))
            for place, one in enumerate(things[: self._most])
        )
        return Value(field, path, words, rows=rows, columns=_columns(field, rows), total=len(things))


def by_path(traced: Sequence[Traced]) -> dict[str, Traced]:
    """Where values came from, by their paths; an amount's by the path of its money too."""
    made = {one.path: one for one in traced if one.known}
    return made | {
        path.removesuffix(".amount"): one for path, one in made.items() if path.endswith(".amount")
    }


def _columns(field: Field, rows: Sequence[Sequence[Value]]) -> tuple[Field, ...]:
    """The headings of a table, none where the rows are no table."""
    used = {value.field.name for row in rows for value in row}
    columns = tuple(child for child in field.fields if child.name in used)
    plain = all(value.is_leaf for row in rows for value in row)
    return columns if plain and len(columns) <= _COLUMNS else ()


def _group(field: Field) -> str:
    if field.name in GROUPS:
        return field.name
    if field.definition == "organization" or field.role:
        return "parties"
    return "basic" if not field.fields or field.is_money or not field.many else "other"


def _is_empty(value: Any) -> bool:
    return value is None or value == "" or value == [] or value == {}
