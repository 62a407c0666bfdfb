"""Features: the values of a record that an index answers for, beyond the columns of `disclosure`.

They are the leaves of what a type's schema calls `featured` (the columns of its lists) and `key` (what identifies a
record), read under the newest names from records of every version. A property is a number, made from its type and
path. `derived` says for which types the index is whole; where it is not, a query reads the documents.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson
from sqlalchemy import Connection, delete, select

from schemas.catalog import Catalog, Disclosure
from schemas.field import Field
from schemas.instant import instants
from schemas.lineage import readable
from store import bulk, tables

LONGEST = 200  # characters of a text in the index; longer ones stand there cut to that length
# Properties that stand in columns, and what a list shows of an object.
_COLUMNS = frozenset(
    ("id", "schema", "localId", "title", "publisher", "region", "level", "formedDate", "publishedDate", "sourceUrl",
     "outcome", "parties")
)  # fmt: skip
_SHOWN: Mapping[str | None, tuple[str, ...]] = {
    "organization": ("name", "uscc"), "money": ("amount",), "unitPrice": ("amount",), "period": ("startAt", "endAt"),
    "project": ("name", "number"),
}  # fmt: skip
_MARK = "feature "
Row = tuple[Any, ...]
Owned = tuple[str, int, int, Sequence[Row]]  # a disclosure's shard, number and recency, and its rows


@dataclass(frozen=True, slots=True)
class Feature:
    """An indexed leaf of a type: its path, its number in the index, the column of its values, and how to read it.

    `steps` are the names at each step, newest first.
    """

    dotted: str
    property: int
    column: Literal["text", "number"]
    is_moment: bool
    steps: tuple[tuple[str, ...], ...]


def features(history: Sequence[Disclosure]) -> tuple[Feature, ...]:
    """The indexed leaves of a type, whose versions are given oldest first."""
    newest, fields = history[-1], readable(history)
    paths = [*newest.schema["featured"], *(path for key in newest.schema["key"] for path in key)]
    found: dict[str, Feature] = {}
    for path in paths:
        for steps in _leaves(fields, path.split(".")):
            leaf, dotted = steps[-1], ".".join(step.name for step in steps)
            if steps[0].name in _COLUMNS or leaf.kind == "boolean":
                continue
            if steps[0].name == "items" and _item_lists(fields) > 1:
                continue  # the items of a disclosure are those of its lots, too
            numeric = leaf.kind in ("integer", "number", "moment")
            found[dotted] = Feature(
                dotted, _number(newest.type, dotted), "number" if numeric else "text", leaf.kind == "moment",
                tuple(step.names or (step.name,) for step in steps),
            )  # fmt: skip
    return tuple(found.values())


class Reader:
    """Reads the features of a type's records: one walk over a record, whatever the number of features."""

    def __init__(self, of_type: Iterable[Feature]) -> None:
        self.features = tuple(of_type)
        self.digest = digest(self.features)
        self._steps = _tree([(one.steps, at) for at, one in enumerate(self.features)])

    def rows(self, record: Mapping[str, Any]) -> list[Row]:
        """What the rows of a record say: ordinal, property, text and number; each value of a property once."""
        found: dict[int, list[Any]] = {}
        _read(record, self._steps, found)
        made: list[Row] = []
        for at in sorted(found):
            feature = self.features[at]
            is_text = feature.column == "text"
            values = found[at] if is_text or not feature.is_moment else _moments(found[at])
            if is_text:
                values = [value[:LONGEST] for value in values if isinstance(value, str)]
            elif not feature.is_moment:
                values = [orjson.dumps(value).decode() for value in values if _is_number(value)]
            for value in values if len(values) < 2 else dict.fromkeys(values):
                text, number = (value, None) if is_text else (None, value)
                made.append((len(made), feature.property, text, number))
        return made


class Waiting:
    """Rows that wait for the end of a transaction of several batches, and go into the index in the order of its trees.

    On a large SQLite store each row changes a page of its own; in this order a page is read and written once for all
    that come to it.
    """

    def __init__(self) -> None:
        self._rows: list[Row] = []

    def add(self, made: Iterable[Owned]) -> None:
        """Let the rows of disclosures wait."""
        self._rows += _of_owners(made)

    def write(self, connection: Connection) -> None:
        """Put all that wait into the index."""
        rows, self._rows = self._rows, []
        rows.sort(key=_place)
        bulk.insert_tuples(connection, tables.feature.name, tables.feature.columns.keys(), rows)


def insert(connection: Connection, made: Iterable[Owned]) -> None:
    """Put the rows of disclosures into the index."""
    bulk.insert_tuples(connection, tables.feature.name, tables.feature.columns.keys(), _of_owners(made))


def _of_owners(made: Iterable[Owned]) -> list[Row]:
    return [(shard, number, *row, recency) for shard, number, recency, own in made for row in own]


def _place(row: Row) -> tuple[int, str, float]:
    """Where a row stands in the index of texts, or in that of numbers."""
    _, _, _, feature, text, number, _ = row
    return (feature, text, 0.0) if text is not None else (feature, "", float(number))


def digest(of_type: Iterable[Feature]) -> str:
    """What `derived` says of a type whose index holds these features."""
    return hashlib.sha256(repr([(f.property, f.column, f.steps) for f in of_type]).encode()).hexdigest()


def digests(catalog: Catalog) -> dict[str, str]:
    """What `derived` says of each type whose index is as this catalog wants it."""
    return {one: digest(features(catalog.history(one))) for one in catalog.types}


def indexed(connection: Connection, wanted: Mapping[str, str]) -> frozenset[str]:
    """The types whose index holds every record, as their digests want it."""
    t = tables.derived.c
    found = dict(connection.execute(select(t.name, t.digest).where(t.name.startswith(_MARK))).all())
    return frozenset(one for one, value in wanted.items() if found.get(_MARK + one) == value)


def unindexed(connection: Connection, catalog: Catalog) -> list[str]:
    """The types that have records and no whole index."""
    whole = indexed(connection, digests(catalog))
    stored = connection.scalars(select(tables.disclosure.c.type).distinct())
    return sorted(one for one in stored if one in catalog.types and one not in whole)


def reader(type_path: str, catalog: Catalog) -> Reader:
    """What reads the features of a type, made once of a catalog."""
    made: Reader | None = catalog.compiled.get(("features", type_path))
    if made is None:
        made = catalog.compiled["features", type_path] = Reader(features(catalog.history(type_path)))
    return made


def settle(connection: Connection, digests: Mapping[str, str]) -> None:
    """Before records of these types are written: mark the index of a type that has none yet as whole.

    The mark of an index that another catalog made goes: what is written now does not fit it.
    """
    t, d = tables.derived.c, tables.disclosure.c
    wanted = {_MARK + one: value for one, value in digests.items()}
    found = dict(connection.execute(select(t.name, t.digest).where(t.name.in_(wanted))).all())
    stale = [name for name, value in found.items() if value != wanted[name]]
    if stale:
        connection.execute(delete(tables.derived).where(t.name.in_(stale)))
    missing = [
        name
        for name in wanted
        if name not in found
        and connection.scalar(select(d.id).where(d.type == name.removeprefix(_MARK)).limit(1)) is None
    ]
    mark(connection, {name.removeprefix(_MARK): wanted[name] for name in missing})


def mark(connection: Connection, digests: Mapping[str, str]) -> None:
    """Say that the index of these types is whole."""
    bulk.insert_missing(
        connection, tables.derived, [{"name": _MARK + one, "digest": value} for one, value in digests.items()]
    )


def unmark(connection: Connection) -> None:
    """Say that no type's index is whole."""
    connection.execute(delete(tables.derived).where(tables.derived.c.name.startswith(_MARK)))


def _leaves(fields: Sequence[Field], path: Sequence[str]) -> Iterator[tuple[Field, ...]]:
    """The fields from the root to each leaf that a path of the schema means."""
    field = next((one for one in fields if one.name == path[0]), None)
    if field is None:
        return
    below = [path[1:]] if len(path) > 1 else [[name] for name in _SHOWN.get(field.definition, ())]
    if field.kind != "object":
        yield (field,)
        return
    for rest in below:
        for leaf in _leaves(field.fields, rest):
            yield (field, *leaf)


def _item_lists(fields: Iterable[Field]) -> int:
    every = [one for top in fields for one in top.walk()]
    return sum(one.many and (one.definition == "item" or one.name == "items") for one in every)


def _number(type_path: str, dotted: str) -> int:
    """A number for a property of a type: 63 bits of a digest, alike everywhere."""
    made = hashlib.sha256(f"{type_path} {dotted}".encode()).digest()
    return int.from_bytes(made[:8], "big") >> 1


@dataclass(frozen=True, slots=True)
class _Step:
    """A property on the way to features: its names, newest first, whose value it is, and the steps below."""

    names: tuple[str, ...]
    values_of: tuple[int, ...]
    below: tuple["_Step", ...]


def _tree(paths: Sequence[tuple[tuple[tuple[str, ...], ...], int]]) -> tuple[_Step, ...]:
    below: dict[tuple[str, ...], list[tuple[tuple[tuple[str, ...], ...], int]]] = {}
    for steps, at in paths:
        below.setdefault(steps[0], []).append((steps[1:], at))
    return tuple(
        _Step(names, tuple(at for rest, at in rests if not rest), _tree([one for one in rests if one[0]]))
        for names, rests in below.items()
    )


def _read(one: Mapping[str, Any], steps: tuple[_Step, ...], found: dict[int, list[Any]]) -> None:
    """Collect the values below an object, those of each feature in the record's order."""
    for step in steps:
        value = one.get(step.names[0])
        if value is None:
            value = next((one[name] for name in step.names if name in one), None)
            if value is None:
                continue
        values = value if isinstance(value, list) else (value,)
        for at in step.values_of:
            found.setdefault(at, []).extend(values)
        if step.below:
            for inner in values:
                if isinstance(inner, Mapping):
                    _read(inner, step.below, found)


def _moments(values: Iterable[Any]) -> list[int]:
    return [instants(value)[0] for value in values if isinstance(value, str)]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
