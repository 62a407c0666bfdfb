"""Lists in a table: objects inside a JSON record, and columns whose headings are the codes of one list."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from loaders.mapping.matching import LIKELY, SURE, Column, Match, Matched, Matcher
from loaders.mapping.specimen import Table
from loaders.names import normal
from schemas.catalog import Disclosure
from schemas.field import Field

# So many columns have to be headed by codes of one list.
_WIDE = 3


@dataclass(frozen=True, slots=True)
class EachMatch:
    """A list inside a JSON record, the list property that its objects fill, and what their parts fill."""

    source: str
    field: Field
    ordinal: str | None
    parts: tuple[Matched, ...]


@dataclass(frozen=True, slots=True)
class WideMatch:
    """Columns headed by codes: the list property that they fill, with the parts that say the code and the number."""

    field: Field
    label: Field
    value: Field
    columns: Mapping[str, str]
    unit: str | None


def each_of(table: Table, type_: str, matcher: Matcher) -> Iterator[EachMatch]:
    """The lists of objects in a table, each with the list property that takes most of their parts."""
    disclosure = matcher.catalog.types[type_]
    for place, name in enumerate(table.names):
        objects = [
            one
            for cell in table.cells(place)
            if isinstance(cell, list)
            for one in cell
            if isinstance(one, dict)
        ]
        if not objects:
            continue
        keys = list(dict.fromkeys(key for one in objects for key in one))
        inner = Table(
            "", keys, [normal(key) for key in keys], [[one.get(key) for key in keys] for one in objects]
        )
        columns = matcher.columns(inner)
        best: tuple[float, EachMatch] | None = None
        for field in _lists(disclosure):
            found = matcher.match(type_, columns, nested=True, under=field.path)
            score = sum(one.best.score for one in found if one.best)
            score += max(matcher.near(name, field), 0.0)
            if any(one.best for one in found) and (best is None or score > best[0]):
                best = score, EachMatch(name, field, _ordinal(field, found), tuple(found))
        if best is not None:
            yield best[1]


def wide_of(columns: Sequence[Column], disclosure: Disclosure, matcher: Matcher) -> WideMatch | None:
    """The columns of a table that are headed by codes of one list, where the type has a list for such numbers."""
    best: WideMatch | None = None
    for field in _lists(disclosure):
        label = next((one for one in field.fields if one.codelist and one.codelist != "region"), None)
        value = next((one for one in field.fields if one.kind == "number" or one.is_money), None)
        if label is None or value is None:
            continue
        codelist = matcher.catalog.codelists[str(label.codelist)]
        named: dict[str, str] = {}
        units: set[str | None] = set()
        for one in columns:
            bare = matcher.reader.units.of_heading(one.name)[0]
            code = codelist.find(bare) or codelist.find(bare.rpartition("_")[2])
            if code and bare and not bare.isdecimal() and _is_numbers(one):
                named[one.key] = codelist.codes[code].title
                units.add(one.unit)
        if len(named) >= _WIDE and (best is None or len(named) > len(best.columns)):
            best = WideMatch(field, label, value, named, units.pop() if len(units) == 1 else None)
    return best


def wide_matched(wide: WideMatch, matched: Sequence[Matched]) -> list[Matched]:
    """The columns as matched, those of codes to their list; an exact heading stays with its own property."""
    found = []
    for one in matched:
        if one.column.key in wide.columns and not (one.best and one.best.score >= SURE):
            one = Matched(one.column, Match(wide.value, 0.85, ("代码表",)), one.others)
        found.append(one)
    return found


def _is_numbers(column: Column) -> bool:
    return column.contents.empty or column.contents.share("number") >= LIKELY


def _lists(disclosure: Disclosure) -> Iterator[Field]:
    return (one for one in disclosure.walk() if one.many and one.kind == "object" and one.fields)


def _ordinal(field: Field, found: Sequence[Matched]) -> str | None:
    """The part that says the order of a list's entries, where no column says it."""
    taken = {one.best.field.path for one in found if one.best}
    return next((one.name for one in field.fields if one.column == "rank" and one.path not in taken), None)
