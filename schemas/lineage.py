"""A type through its versions: under which names a property is found, and what the newest version has no more.

Records keep the version that they were made by. Whoever reads them by the newest version reads a property under
its newest name and, where that is absent, under what older versions called it (`renamedFrom`). The old name, and what
only older versions have, stay readable as deprecated fields; the old name reads the new one where that alone is there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from schemas.catalog import Disclosure
from schemas.field import Field

Level = tuple[str, tuple[Field, ...]]  # a version and its fields at one place of the tree


def readable(history: Sequence[Disclosure]) -> tuple[Field, ...]:
    """The fields through which records of every version are read, the newest version's first, in its order.

    `history` has the oldest version first. `Field.names` says under which names a value is found.
    """
    return _level([(one.version, one.fields) for one in reversed(history)])


def renewed(record: Mapping[str, Any], fields: Sequence[Field]) -> dict[str, Any]:
    """A record with every property under its newest name, at any depth; `fields` are those of `readable`."""
    own = {field.name for field in fields if not field.gone}
    made = dict(record)
    for field in fields:
        if field.gone:
            continue
        former = next((name for name in field.names[1:] if name in made and name not in own), None)
        if former is not None and field.name not in made:
            made[field.name] = made.pop(former)
        value = made.get(field.name)
        if field.fields and isinstance(value, Mapping):
            made[field.name] = renewed(value, field.fields)
        elif field.fields and isinstance(value, list):
            made[field.name] = [
                renewed(one, field.fields) if isinstance(one, Mapping) else one for one in value
            ]
    return made


def _level(levels: list[Level]) -> tuple[Field, ...]:
    """One place of the tree through all versions, newest first."""
    newest = levels[0][1]
    if all(fields == newest for _, fields in levels[1:]):
        return newest
    made = [_through(field, levels) for field in newest]
    own = {field.name for field in newest}
    for at, (_, fields) in enumerate(levels[1:], start=1):
        for field in fields:
            if field.name in own:
                continue
            own.add(field.name)
            successor = next((one for one in made if field.name in one.names[1:]), None)
            if successor is not None:
                why = f"现名 {successor.name}。Now called {successor.name}."
                names = _first(field.name, successor.names)
                made.append(
                    replace(
                        successor, name=field.name, path=field.path, names=names, gone=True, deprecated=why
                    )
                )
            else:
                later = levels[at - 1][0]
                why = f"{later} 版起不再有,只见于更早版本的记录。Gone since version {later}; only in records of earlier versions."
                made.append(replace(_through(field, levels[at:]), gone=True, required=False, deprecated=why))
    return tuple(_with_successor(field, made) for field in made)


def _with_successor(field: Field, made: Sequence[Field]) -> Field:
    """A deprecated field that has a better name beside it reads what stands under that, where it is absent."""
    if field.gone or field.deprecated is None:
        return field
    better = next((one for one in made if not one.gone and field.name in one.names[1:]), None)
    return field if better is None else replace(field, names=_first(field.name, better.names))


def _first(name: str, names: Sequence[str]) -> tuple[str, ...]:
    return (name, *(one for one in names if one != name))


def _through(field: Field, levels: list[Level]) -> Field:
    """A field of the first level with the names and the children it has in the others."""
    names = [field.name]
    below: list[Level] = []
    for version, fields in levels:
        for other in fields:
            if other.name not in names:
                continue
            if other.renamed_from and other.renamed_from not in names:
                names.append(other.renamed_from)
            if other.fields:
                below.append((version, other.fields))
    children = _level(below) if below else ()
    grown = {child.name for child in children} != {child.name for child in field.fields}
    return replace(
        field, names=tuple(names), fields=children,
        extended=field.extended or (grown and field.definition is not None),
    )  # fmt: skip
