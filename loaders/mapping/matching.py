"""The columns of a table matched to the properties of one type, each with how sure that is and why."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from loaders.asked import Asked
from loaders.mapping.contents import Contents
from loaders.mapping.fitting import fit
from loaders.mapping.specimen import Table
from loaders.mapping.wording import NameIndex, fold_words
from loaders.names import MADE, TITLE, Names, main_field
from loaders.text import clean
from schemas.catalog import Catalog, Disclosure
from schemas.field import Field
from schemas.naming import ANONYMOUS

# From here on a column is taken without a doubt; below the second it is left open.
SURE, LIKELY = 0.75, 0.42
# Of what follows of a heading by itself, without its cells, so much is needed.
_ALONE = 0.6
_WHOLE = frozenset({"money", "unitPrice", "period", "organization", "project", "person", "contact"})
_ASIDE = frozenset({"parties", "documents", "relatedDisclosures", "withheld"})
_OURS = frozenset({"id", "schema", "level"})
# A part of an organization that its heading does not name is rarely meant.
_PART_OF = frozenset({"organization", "person", "contact"})
# How sure a part of an organization is that stands beside it; what cells must not say.
_BESIDE, _CONTRADICTS = 0.7, -0.6
_EXACT, _ALIAS, _WORDS, _VALUES = "标题相同", "别名", "词", "值"
_UNIT_WORDS = {
    "wan": "万元", "wanyuan": "万元", "yi": "亿元", "yuan": "元", "mu": "亩", "ha": "公顷", "hectare": "公顷", "hectares": "公顷",
    "sqm": "平方米", "pct": "%", "percent": "%", "m2": "平方米", "km2": "平方公里",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Match:
    """A property that a column may fill: how sure that is, 0 to 1, and why."""

    field: Field
    score: float
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table as matching sees it; `unit` is the one that its heading or the table states."""

    place: int
    key: str
    name: str
    contents: Contents
    unit: str | None
    cells: Sequence[Any] = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Matched:
    """What a column is matched to, None where nothing is sure enough; the next best, and why it is left open."""

    column: Column
    best: Match | None
    others: tuple[Match, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A property with the names by which a heading may mean it, each with what it weighs."""

    field: Field
    names: Mapping[str, float]


class Matcher:
    """Matches tables to the types of a catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.asked = Asked(catalog, checking=True)
        self.reader = self.asked.reader
        self._nearness: dict[str, Mapping[str, float]] = {}

    @cached_property
    def candidates(self) -> Mapping[str, tuple[Candidate, ...]]:
        """The properties of every type that a column may fill."""
        return {name: tuple(_candidates(one)) for name, one in self.catalog.types.items()}

    @cached_property
    def index(self) -> NameIndex:
        """All names of all types."""
        return NameIndex(name for found in self.candidates.values() for one in found for name in one.names)

    def columns(self, table: Table) -> list[Column]:
        """The columns of a table."""
        units, found = self.reader.units, []
        for place, (key, name) in enumerate(zip(table.keys, table.names, strict=True)):
            cells = table.cells(place)
            unit = table.units.get(place) or units.of_heading(name)[1] or _unit_word(name)
            contents = Contents(cells, self.reader)
            found.append(Column(place, key, name, contents, unit, cells))
        return found

    def match(
        self, type_: str, columns: Sequence[Column], *, nested: bool, under: tuple[str, ...] = ()
    ) -> list[Matched]:
        """What each column is matched to as one of that type's properties, or of those `under` a list."""
        found = {column.place: self._matches(column, type_, nested, under) for column in columns}
        assigned = _assigned(columns, found)
        return assigned if under else self._beside(type_, assigned, nested)

    def _beside(self, type_: str, assigned: Sequence[Matched], nested: bool) -> list[Matched]:
        """The columns, those like 联系电话 given to the organization in the columns before them."""
        disclosure, left = self.catalog.types[type_], None
        found: list[Matched] = []
        for one in assigned:
            meanings = self._names(type_).find(one.column.name, nested=nested) if one.column.name else ()
            if meanings and meanings[0].generic and left is not None:
                part = next((m.field for m in meanings if m.field.path[:-1] == left.path), None)
                if part is not None and self._fits(part, one.column):
                    one = Matched(one.column, Match(part, _BESIDE, (_EXACT, "相邻的列")), one.others)
            if one.best is not None:
                left = _organization(one.best.field, disclosure) or left
            found.append(one)
        return found

    def _fits(self, field: Field, column: Column) -> bool:
        return fit(field, column.contents, self._measured(column), self.reader.units) > _CONTRADICTS

    def near(self, heading: str, field: Field) -> float:
        """How near a heading is to a property's own names."""
        found = self._near(heading)
        return max((found.get(name, 0.0) for name in (field.title, field.title_en)), default=0.0)

    def _names(self, type_: str) -> Names:
        return self.asked.names[type_]

    def _matches(self, column: Column, type_: str, nested: bool, under: tuple[str, ...]) -> list[Match]:
        """The properties that a column may fill, the surest first."""
        if not column.name:
            return []
        exact = {
            _reading(one.field, self.catalog.types[type_]).path: one.weight
            for one in self._names(type_).find(column.name, nested=nested)
            if not one.generic
        }
        near = self._near(column.name)
        measured = self._measured(column)
        found = []
        for candidate in self.candidates[type_]:
            if under and not _is_entry(candidate.field, under, self.catalog.types[type_]):
                continue
            weight = exact.get(candidate.field.path, 0.0)
            words = max((near.get(name, 0.0) * by for name, by in candidate.names.items()), default=0.0)
            if not weight and words < 0.12 and column.contents.empty:
                continue
            values = fit(candidate.field, column.contents, measured, self.reader.units)
            one = _scored(candidate.field, weight, words, values, column.contents.empty)
            if one is not None:
                found.append(one)
        return sorted(found, key=lambda one: -one.score)

    def _near(self, heading: str) -> Mapping[str, float]:
        if heading not in self._nearness:
            bare = self.reader.units.of_heading(heading)[0]
            last = bare.rpartition(".")[2] if "." in bare else bare
            self._nearness[heading] = self.index.near(last)
        return self._nearness[heading]

    def _measured(self, column: Column) -> str | None:
        units = self.reader.units
        if column.unit:
            return units.base(column.unit.partition("/")[0]) or units.base(column.unit)
        found = column.contents.units
        return next(iter(found)) if len(found) == 1 else None


def weight_of(matched: Iterable[Matched], shared: frozenset[str]) -> float:
    """How much the columns say for a type: what every type has says little."""
    total = 0.0
    for one in matched:
        if one.best is not None:
            own = one.best.field.path[0] not in shared
            total += (
                one.best.score**1.5 * (1.0 if own else 0.25) * (0.4 if one.column.contents.empty else 1.0)
            )
    return total


def _scored(field: Field, exact: float, words: float, values: float, empty: bool) -> Match | None:
    why: list[str] = []
    if exact:
        why.append(_EXACT if exact in (TITLE, MADE) else _ALIAS)
        score = exact * (0.55 if values <= -0.7 else 0.8 if values <= -0.5 else 1.0)
    else:
        if words >= 0.2:
            why.append(_WORDS)
        score = words + (0.3 * values if values > 0 else 0.6 * values)
        if words < 0.2:
            score = 0.45 * values
        score -= 0.02 * (len(field.path) - 1)
        score -= 0.12 if field.path[0] in _ASIDE else 0.0
        # The seat of an organization is hardly ever a column of its own; the region of the record is.
        score -= 0.3 if field.codelist == "region" and len(field.path) > 1 else 0.0
        if empty and score < _ALONE:
            return None
        score = min(score, 0.95)
    if values >= 0.3:
        why.append(_VALUES)
    return Match(field, round(max(score, 0.0), 3), tuple(why)) if score > 0.2 else None


def _assigned(columns: Sequence[Column], found: Mapping[int, list[Match]]) -> list[Matched]:
    """One property a column, the surest first; a property twice only where the cells do not contradict."""
    by_place = {column.place: column for column in columns}
    ranked = sorted(
        ((one.score, -place, one) for place, matches in found.items() for one in matches[:12]),
        key=lambda one: (-one[0], -one[1]),
    )
    chosen: dict[int, Match] = {}
    taken: dict[tuple[str, ...], list[int]] = {}
    contradicted: dict[int, Match] = {}
    for score, negative, one in ranked:
        place = -negative
        if place in chosen or score < LIKELY:
            continue
        others = taken.get(one.field.path, [])
        # Of several regions the narrowest is taken.
        free = one.field.codelist == "region"
        if not free and not all(_agree(by_place[place], by_place[other]) for other in others):
            contradicted.setdefault(place, one)
            continue
        chosen[place] = one
        taken.setdefault(one.field.path, []).append(place)
    return [
        _matched(column, chosen.get(column.place), found[column.place], contradicted) for column in columns
    ]


def _matched(
    column: Column, best: Match | None, matches: Sequence[Match], contradicted: Mapping[int, Match]
) -> Matched:
    others = tuple(one for one in matches if one is not best)[:4]
    if best is not None:
        return Matched(column, best, others)
    if not column.name:
        reason = "没有标题"
    elif column.place in contradicted:
        reason = f"“{contradicted[column.place].field.title}”已由另一列填写,两列的内容不同"
    elif matches:
        reason = f"没有把握,最接近的是“{matches[0].field.title}”({matches[0].score:.0%})"
    elif column.contents.empty:
        reason = "前面的行里没有内容,标题也没有相近的属性"
    else:
        reason = "没有相近的属性"
    return Matched(column, None, others, reason)


def _agree(one: Column, other: Column) -> bool:
    """Whether two columns may fill one property: where both say something they say the same, or never both do."""
    both = same = 0
    for mine, theirs in zip(one.cells, other.cells, strict=False):
        first, second = (
            clean(mine) if not isinstance(mine, list) else "",
            clean(theirs) if not isinstance(theirs, list) else "",
        )
        if first and second:
            both += 1
            same += first == second or first in second or second in first
    return same * 10 >= both * 9


def _candidates(disclosure: Disclosure) -> Iterator[Candidate]:
    """The properties that read a cell, with all names that lead to them."""
    names: dict[tuple[str, ...], dict[str, float]] = {}
    fields: dict[tuple[str, ...], Field] = {}
    for one in disclosure.walk():
        parent = disclosure.by_path.get(".".join(one.path[:-1]))
        if (
            one.path[0] in _OURS
            or one.deprecated
            or (one.kind == "object" and one.definition not in _WHOLE and not one.fields)
        ):
            continue
        if parent is not None and (parent.is_money or one.name == "periodDetails"):
            continue
        main = main_field(one, disclosure)
        if main.kind == "object" and main.definition not in _WHOLE:
            continue
        main = _reading(main, disclosure)
        fields[main.path] = main
        known = names.setdefault(main.path, {})
        for name, weight in _names(one, parent):
            known[name] = max(weight, known.get(name, 0.0))
    for path, known in names.items():
        yield Candidate(fields[path], known)


def _reading(field: Field, disclosure: Disclosure) -> Field:
    """The organization for its name: it reads a credit code too."""
    parent = disclosure.by_path.get(".".join(field.path[:-1]))
    return (
        parent
        if parent is not None and parent.definition == "organization" and field.name == "name"
        else field
    )


def _is_entry(field: Field, under: tuple[str, ...], disclosure: Disclosure) -> bool:
    """Whether a property is of the entries of a list, not of a list inside them."""
    between = (".".join(field.path[:length]) for length in range(len(under) + 1, len(field.path) + 1))
    return field.path[: len(under)] == under and not any(disclosure.by_path[one].many for one in between)


def _organization(field: Field, disclosure: Disclosure) -> Field | None:
    """The organization or person that a field is, or is a part of."""
    parent = disclosure.by_path.get(".".join(field.path[:-1]))
    return next((one for one in (field, parent) if one and one.definition in _PART_OF), None)


def _names(one: Field, parent: Field | None) -> Iterator[tuple[str, float]]:
    own = [one.title, one.title_en, fold_words(one.name), *one.aliases]
    titles = {one.title, one.title_en, fold_words(one.name)}
    anonymous = parent is not None and parent.definition in ANONYMOUS
    part = anonymous or one.path[0] in _ASIDE
    for name in own:
        yield name, (0.5 if part and name in titles else 1.0)
    if parent is not None:
        for above in (parent.title, *parent.aliases):
            yield above + one.title, 1.0
        yield f"{parent.title_en} {one.title_en}", 1.0
        yield f"{fold_words(parent.name)} {fold_words(one.name)}", 1.0


def _unit_word(name: str) -> str | None:
    """The unit with which a program's heading ends: area_km2, price_wan."""
    word = name.lower().rpartition("_")[2] if "_" in name else ""
    return _UNIT_WORDS.get(word)
