"""The layout of a dataset's tables, from a type's fields and nothing else: every format has these tables and columns.

A main table, `disclosures`, has one row a disclosure: what the store keeps of each (publish/datasets/envelope.py), then
the leaves of its type. Every list of objects is a table of its own, linked by the disclosure's id and the place in
each list on the way (`lot_ordinal`, `ordinal`, counted from 1). The name of a column is its property's path in snake
case (`price.amount` → `price_amount`): a property that is added adds a column and moves none.

    tables(catalog, disclosure)   the tables of one type
    tables(catalog)               those of several types: what all types share
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from publish.datasets import envelope
from publish.datasets.envelope import Kept
from schemas.catalog import Catalog, Disclosure
from schemas.field import Field
from schemas.lineage import readable
from schemas.spelling import words

# Moves whenever the tables, their spelling or what stands beside them change otherwise than by the catalog: part of every file's ETag.
SPELLING = 2
MAIN = "disclosures"
# The kinds of values. `money` and `price` are exact, with 2 and 4 decimals; `moment` is a date or a date and time,
# `instant` a time in UTC.
KINDS = ("text", "code", "url", "integer", "number", "money", "price", "boolean", "date", "moment", "instant")
Path = tuple[tuple[str, ...], ...]  # the names at each step, the newest first

# Properties of the envelope that stand in columns of the store.
_IN_COLUMNS = frozenset(
    ("id", "schema", "localId", "title", "region", "level", "formedDate", "publishedDate", "sourceUrl", "outcome")
)  # fmt: skip
_OF_PUBLISHER = frozenset(("name", "uscc"))
_DECIMALS: dict[str | None, str] = {"money": "money", "unitPrice": "price"}
# The envelope's own list of parties says less than the table of all who took part, which has its name.
_CALLED = {"parties": "further_parties"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, what it holds, and where that comes from.

    `path` leads from the row's JSON (the record, or the element of a list) to the value; it is empty for what the
    store itself keeps. `codelist` names the list of a code, `open_codelist` that other codes may stand there too.
    """

    name: str
    kind: str
    title: str
    title_en: str
    description: str = ""
    description_en: str = ""
    codelist: str | None = None
    open_codelist: bool = False
    unit: str | None = None
    required: bool = False
    deprecated: str | None = None
    path: Path = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns, which of them identify a row, and of which table it is a part.

    `rows` says what a row is: a disclosure, a part that the store keeps (party, lot, item, process), or an element of a
    list of the document, which `lists` leads to, a step for each list on the way. `owner_key` are the columns that
    name the row's owner; `owner` is its table.
    """

    name: str
    title: str
    title_en: str
    description: str
    description_en: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    rows: Literal["disclosure", "party", "lot", "item", "process", "element"]
    owner: str | None = None
    owner_key: tuple[str, ...] = ()
    lists: tuple[Path, ...] = ()

    def column(self, name: str) -> Column:
        """The column of that name."""
        return next(one for one in self.columns if one.name == name)


def tables(catalog: Catalog, disclosure: Disclosure | None = None) -> tuple[Table, ...]:
    """The tables of a type, the main one first; without one those of datasets of several types."""
    key = ("datasets", disclosure.name if disclosure else "")
    made: tuple[Table, ...] | None = catalog.compiled.get(key)
    if made is None:
        made = catalog.compiled[key] = tuple(
            _of_type(catalog, disclosure) if disclosure else _of_several(catalog)
        )
    return made


def digest(of: Sequence[Table]) -> str:
    """What tells a layout from another: 16 characters of a hash of its tables and columns."""
    told = [SPELLING, *((one.name, [(c.name, c.kind, c.path) for c in one.columns]) for one in of)]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def snake(path: Iterable[str]) -> str:
    """The name of a column or a table: `price.amountDetails` → `price_amount_details`."""
    return "_".join(word for step in path for word in words(step))


def _of_type(catalog: Catalog, disclosure: Disclosure) -> Iterator[Table]:
    fields = fields_of(catalog, disclosure.type)
    yield _main(disclosure.title, disclosure.title_en, _own(fields))
    yield _parties()
    yield _processes()
    yield from _lists(fields)


def _of_several(catalog: Catalog) -> Iterator[Table]:
    yield _main("公开信息", "Disclosures", _own(shared(catalog)))
    yield _parties()
    yield _processes()
    yield _part("items", "标的", "Items", "item", envelope.ITEM)
    yield from _lists(shared(catalog))


def shared(catalog: Catalog) -> tuple[Field, ...]:
    """The fields that every type has, lists with what all have below them."""
    every = [fields_of(catalog, one) for one in catalog.types]
    return _in_all(every) if every else ()


def fields_of(catalog: Catalog, type_path: str) -> tuple[Field, ...]:
    """The fields of a type's records of every version, each under its newest name alone."""
    return _newest(readable(catalog.history(type_path)))


def _newest(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    own = {field.name for field in fields if not field.gone}
    kept = [field for field in fields if not (field.gone and own & {*field.names})]
    return tuple(replace(field, fields=_newest(field.fields)) if field.fields else field for field in kept)


def _in_all(levels: list[tuple[Field, ...]]) -> tuple[Field, ...]:
    found = []
    for field in levels[0]:
        same = [next((one for one in level if one.name == field.name), None) for level in levels]
        if any(one is None or (one.kind, one.many) != (field.kind, field.many) for one in same):
            continue
        below = _in_all([one.fields for one in same if one is not None]) if field.fields else ()
        found.append(replace(field, fields=below))
    return tuple(found)


# tables


def _main(title: str, title_en: str, own: Sequence[Column]) -> Table:
    return Table(
        MAIN, title, title_en, "每条公开信息一行。", "One row a disclosure.",
        _distinct([*map(_kept, envelope.DISCLOSURE), *own]), ("id",), "disclosure",
    )  # fmt: skip


def _parties() -> Table:
    return _part("parties", "当事人", "Parties", "party", envelope.PARTY)


def _processes() -> Table:
    link = _kept(envelope.OWNER)
    return Table(
        "processes", "过程", "Processes", "公开信息所属的过程,一行一个。", "One row for each process of a disclosure.",
        (link, *map(_kept, envelope.PROCESS)), ("disclosure_id", "process_id"), "process", MAIN, ("disclosure_id",),
    )  # fmt: skip


def _part(
    name: str, title: str, title_en: str, rows: Literal["party", "lot", "item"], kept: Iterable[Kept],
    own: Sequence[Column] = (),
) -> Table:  # fmt: skip
    columns = _distinct(
        [_kept(envelope.OWNER), _ordinal("ordinal", title, title_en), *map(_kept, kept), *own]
    )
    return Table(
        name, title, title_en, f"一行一个{title}。", f"One row each: {title_en}.", columns,
        ("disclosure_id", "ordinal"), rows, MAIN, ("disclosure_id",),
    )  # fmt: skip


def _lists(fields: Sequence[Field]) -> Iterator[Table]:
    """A table for each list of objects, in the schema's order, lists within lists after what they are in."""
    for field in fields:
        if field.many:
            yield from _list((field,), MAIN, ())
        elif field.fields:
            yield from _lists_within(field.fields, (field,), MAIN, ())


def _lists_within(
    fields: Sequence[Field], above: tuple[Field, ...], owner: str, places: tuple[Column, ...]
) -> Iterator[Table]:
    for field in fields:
        if field.many:
            yield from _list((*above, field), owner, places)
        elif field.fields:
            yield from _lists_within(field.fields, (*above, field), owner, places)


def _list(steps: tuple[Field, ...], owner: str, places: tuple[Column, ...]) -> Iterator[Table]:
    """The table of the list that the last step is, and those below; `places` are the ordinals of what it is in."""
    field = steps[-1]
    if field.name == "lots" and len(steps) == 1:
        table = _part("lots", field.title, field.title_en, "lot", envelope.LOT, _leaves(field.fields))
        yield replace(table, description=field.description, description_en=field.description_en)
    else:
        name = _called(field)
        own = [
            _kept(envelope.OWNER), *places, _ordinal("ordinal", field.title, field.title_en),
            *(_leaves(field.fields) if field.kind == "object" else [_value(field)]),
        ]  # fmt: skip
        above = ("disclosure_id", *(place.name for place in places))
        yield Table(
            name, _titled(steps), _titled_en(steps), field.description, field.description_en, _distinct(own),
            (*above, "ordinal"), "element", owner, above, tuple(_stretches(steps)),
        )  # fmt: skip
    if field.fields:
        place = _ordinal(f"{_singular(snake((field.name,)))}_ordinal", field.title, field.title_en)
        yield from _lists_within(field.fields, steps, _called(field), (*places, place))


def _called(field: Field) -> str:
    """The name of a list's table."""
    return _CALLED.get(field.dotted) or snake(field.path)


def _stretches(steps: Sequence[Field]) -> Iterator[Path]:
    """The path to each list on the way, from the record or from an element of the list before."""
    stretch: list[tuple[str, ...]] = []
    for step in steps:
        stretch.append(step.names or (step.name,))
        if step.many:
            yield tuple(stretch)
            stretch = []


# columns


def _kept(one: Kept) -> Column:
    return Column(
        one.name, one.kind, one.title, one.title_en, one.description, one.description_en, one.codelist, unit=one.unit,
        required=one.name in ("id", "disclosure_id", "type", "domain", "stage", "publisher_id", "status", "revision"),
    )  # fmt: skip


def _ordinal(name: str, title: str, title_en: str) -> Column:
    return Column(name, "integer", f"{title}序号", f"Number of {title_en}", unit="1", required=True)


def _own(fields: Sequence[Field]) -> list[Column]:
    """The leaves of a record that no column of the store has."""
    kept: list[Field] = []
    for field in fields:
        if field.name in _IN_COLUMNS:
            continue
        if field.name == "publisher":
            field = replace(field, fields=tuple(f for f in field.fields if f.name not in _OF_PUBLISHER))
        kept.append(field)
    return _leaves(kept)


def _leaves(fields: Sequence[Field], above: tuple[Field, ...] = ()) -> list[Column]:
    """The columns of an object: its leaves and those of the objects in it, lists left out."""
    found: list[Column] = []
    for field in fields:
        if field.many:
            continue
        if field.fields:
            found += _leaves(field.fields, (*above, field))
        elif field.kind != "object":
            found.append(_leaf((*above, field)))
    return found


def _leaf(steps: tuple[Field, ...]) -> Column:
    field, holder = steps[-1], steps[-2] if len(steps) > 1 else None
    exact = _DECIMALS.get(holder.definition) if holder and field.name == "amount" else None
    told = steps[:-1] if exact else steps  # the amount of a price is the price
    return Column(
        snake(step.name for step in steps), exact or field.kind, _titled(told), _titled_en(told),
        field.description, field.description_en, field.codelist, field.open_codelist, field.unit,
        all(step.required for step in steps), field.deprecated, tuple(step.names or (step.name,) for step in steps),
    )  # fmt: skip


def _value(field: Field) -> Column:
    """The one column of a list of plain values."""
    return Column(
        "value", field.kind, field.title, field.title_en, field.description, field.description_en, field.codelist,
        field.open_codelist, field.unit, True, field.deprecated,
    )  # fmt: skip


def _titled(steps: Sequence[Field]) -> str:
    return "·".join(step.title for step in steps)


def _titled_en(steps: Sequence[Field]) -> str:
    return " · ".join(step.title_en for step in steps)


def _singular(name: str) -> str:
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


def _distinct(columns: Iterable[Column]) -> tuple[Column, ...]:
    """The columns; where a property is called as a column before it, it is what the record states: `stated_…`."""
    made: dict[str, Column] = {}
    for column in columns:
        name = column.name
        while name in made:
            name = f"stated_{name}"
        made[name] = replace(column, name=name)
    return tuple(made.values())
