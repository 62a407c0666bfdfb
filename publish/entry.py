"""A type's fields as people read them: each with its words, codes, example and the policy's items it carries."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from publish import wording
from publish.wording import KINDS, Words
from schemas.catalog import Catalog, Disclosure
from schemas.codelist import Code
from schemas.field import Field
from schemas.policy import Item

_ROWS = ("lots", "items")
INLINE = 12  # codes that are shown beside the field; longer lists have a page


@dataclass(frozen=True, slots=True)
class Entry:
    """A field and everything that is said of it.

    `label` names it outside its tree (成交价格 › 数额). `codes` are those of a short codelist. `own` says that the type
    tells more of it, or of a field below it, than the shared definition does.
    """

    field: Field
    label: Words
    kind: Words
    unit: Words | None
    limits: tuple[Words, ...]
    personal: Words | None
    items: tuple[Item, ...]
    codes: tuple[Code, ...]
    code_count: int
    example: str | None
    example_title: Words | None
    role: Words | None
    own: bool
    entries: tuple["Entry", ...]

    def walk(self) -> Iterator["Entry"]:
        """This entry and all below it."""
        yield self
        for entry in self.entries:
            yield from entry.walk()


def entries(disclosure: Disclosure, catalog: Catalog) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """The fields in the order of the tree: those of the type, and those that it shares with every other."""
    shared = set.intersection(*({field.name for field in one.fields} for one in catalog.types.values()))
    made = tuple(_entry(field, None, disclosure, catalog) for field in disclosure.fields)
    own = {entry.field.name for entry in made if entry.own or entry.field.name not in shared}
    return (
        tuple(entry for entry in made if entry.field.name in own),
        tuple(entry for entry in made if entry.field.name not in own),
    )


def _entry(field: Field, parent: Field | None, disclosure: Disclosure, catalog: Catalog) -> Entry:
    below = tuple(_entry(child, field, disclosure, catalog) for child in field.fields)
    codelist = catalog.codelists.get(field.codelist) if field.codelist else None
    codes = tuple(codelist.codes.values()) if codelist else ()
    example = None if field.fields else disclosure.example(field)
    known = codelist.codes.get(str(example)) if codelist else None
    role = catalog.codelists["party-role"].codes.get(field.role) if field.role else None
    items = tuple(catalog.policy.items[number] for number in field.clause if number in catalog.policy.items)
    return Entry(
        field=field,
        label=_label(field, parent),
        kind=KINDS[field.kind],
        unit=wording.unit(field, catalog),
        limits=tuple(wording.limits(field)),
        personal=wording.personal(field),
        items=items,
        codes=codes if len(codes) <= INLINE else (),
        code_count=len(codes),
        example=_shown(example),
        example_title=(known.title, known.title_en or known.title) if known else None,
        role=(role.title, role.title_en) if role else None,
        own=bool(items) or field.extended or any(entry.own for entry in below),
        entries=below,
    )


def _label(field: Field, parent: Field | None) -> Words:
    """The title, after that of the thing it belongs to; lots and items need no naming."""
    if parent is None or parent.name in _ROWS:
        return field.title, field.title_en
    return f"{parent.title} › {field.title}", f"{parent.title_en} › {field.title_en}"


def _shown(value: Any) -> str | None:
    """An example as it would be written into a cell."""
    if value is None:
        return None
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
