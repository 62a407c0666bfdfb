"""Lists in a table: objects inside a JSON record, and columns whose headings are the codes of one list."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from loaders.draft import flattened
from loaders.mapping.assigning import assigned
from loaders.mapping.candidates import ASIDE
from loaders.mapping.match import Column, Match, Matched
from loaders.mapping.matching import Matcher
from loaders.mapping.specimen import Table
from loaders.mapping.surety import SURE
from loaders.mapping.wording import last_word
from loaders.names import normal
from schemas.catalog import Disclosure
from schemas.codelist import Codelist
from schemas.field import Field

# So many columns have to be headed by codes of one list.
_WIDE = 3
_MOSTLY = 0.5


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


def each_of(
    table: Table, type_: str, matcher: Matcher, matched: Sequence[Matched] = ()
) -> Iterator[EachMatch]:
    """The lists of objects in a table, each with the list property that takes most of their parts.

    What the columns beside a list fill, as `matched`, is once a record and no list of these objects.
    """
    beside = (one for one in matched if not any(isinstance(cell, list) for cell in one.column.cells))
    filled = {one.best.field.path[0] for one in beside if one.best is not None} - ASIDE
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
        flat = [flattened(one) for one in objects]
        keys = list(dict.fromkeys(key for one in flat for key in one))
        rows = [[one.get(key) for key in keys] for one in flat]
        inner = Table("", keys, [normal(key) for key in keys], rows, nested=True)
        columns = matcher.columns(inner)
        best: tuple[float, EachMatch] | None = None
        for field in _lists(disclosure):
            if len(objects) > len(table.rows) and field.path[0] in filled:
                continue
            found = assigned(matcher, type_, columns, nested=True, under=field.path)
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
        if field.path[0] in ASIDE:
            continue
        label = next((one for one in field.fields if one.codelist and one.codelist != "region"), None)
        value = next((one for one in field.fields if one.kind == "number" or one.is_money), None)
        if label is None or value is None:
            continue
        codelist = matcher.catalog.codelists[str(label.codelist)]
        titles = [_code_title(one, codelist, matcher) for one in columns]
        exact = sum(title is not None and sure for title, sure in titles)
        named = _run(columns, titles)
        filled = sum(not one.contents.empty for one in columns if one.key in named)
        if len(named) < _WIDE or (exact < _WIDE and (len(named) <= _WIDE or filled < _WIDE)):
            continue
        units = {one.unit for one in columns if one.key in named}
        if best is None or len(named) > len(best.columns):
            best = WideMatch(field, label, value, named, units.pop() if len(units) == 1 else None)
    return best


def _code_title(column: Column, codelist: Codelist, matcher: Matcher) -> tuple[str | None, bool]:
    """The code that heads a column of numbers, and whether it is that word for word."""
    bare = matcher.reader.units.of_heading(column.name)[0]
    if not bare or bare.isdecimal() or not _is_numbers(column):
        return None, False
    code = codelist.find(bare) or codelist.find(bare.rpartition("_")[2])
    if code is not None:
        return codelist.codes[code].title, True
    code = matcher.code_near(bare, codelist)
    return (codelist.codes[code].title, False) if code is not None else (None, False)


def _run(columns: Sequence[Column], titles: Sequence[tuple[str | None, bool]]) -> dict[str, str]:
    """The columns headed by codes, and those of numbers among them, which are called by their own headings."""
    places = [at for at, (title, _) in enumerate(titles) if title is not None]
    if len({titles[at][0] for at in places}) < _WIDE:
        return {}
    found: dict[str, str] = {}
    first, last = places[0], places[-1]
    while last + 1 < len(columns) and _is_kind(columns[last + 1], columns[last]):
        last += 1
    used: set[str] = set()
    for at in range(first, last + 1):
        column, (title, sure) = columns[at], titles[at]
        if title is not None and (sure or title not in used):
            used.add(title)
            found[column.key] = title
        elif column.name and _is_numbers(column) and not column.name.isdecimal():
            found[column.key] = column.name
    return found


def _is_kind(column: Column, before: Column) -> bool:
    """Whether a column of numbers ends in the same word as the one before it."""
    return bool(column.name) and _is_numbers(column) and last_word(column.name) == last_word(before.name)


def wide_matched(wide: WideMatch, matched: Sequence[Matched]) -> list[Matched]:
    """The columns as matched, those of codes to their list; an exact heading stays with its own property."""
    found = []
    for one in matched:
        if one.column.key in wide.columns and not (one.best and one.best.score >= SURE):
            one = Matched(one.column, Match(wide.value, 0.9, ("代码表",)), one.others)
        found.append(one)
    return found


def _is_numbers(column: Column) -> bool:
    return column.contents.empty or column.contents.share("number") >= _MOSTLY


def _lists(disclosure: Disclosure) -> Iterator[Field]:
    return (one for one in disclosure.walk() if one.many and one.kind == "object" and one.fields)


def _ordinal(field: Field, found: Sequence[Matched]) -> str | None:
    """The part that says the order of a list's entries, where no column says it."""
    taken = {one.best.field.path for one in found if one.best}
    return next((one.name for one in field.fields if one.column == "rank" and one.path not in taken), None)
