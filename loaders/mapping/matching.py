"""The columns of a table held against the properties of one type: what each may fill, how surely, and why."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from math import sqrt

from loaders.asked import Asked
from loaders.mapping.bare import BARE, as_bare, of_record
from loaders.mapping.candidates import ASIDE, Candidate, candidates, reading
from loaders.mapping.contents import Contents
from loaders.mapping.fitting import fit
from loaders.mapping.heading import bare_name, title_share, unit_word, without_record
from loaders.mapping.match import ALIAS, EXACT, FORM, VALUES, WORDS, Column, Match
from loaders.mapping.remoteness import is_entry, remoteness
from loaders.mapping.specimen import Table
from loaders.mapping.telling import Tongue
from loaders.mapping.wording import NameIndex, fold_words, head, heads, is_bare, meanings
from loaders.names import MADE, TITLE, Names
from schemas.catalog import Catalog
from schemas.codelist import Codelist
from schemas.field import Field

# What follows of a heading by itself, without its cells, has to be so near.
_ALONE = 0.5
# That a property is the only one, or one of two, that ends as the heading does.
_ONLY, _ONE_OF_TWO = 0.22, 0.08
# What cells say where the heading says nothing: of a property of a kind that others are of
# too, that no other is of, and this where there are no headings at all.
_BY_VALUES, _BY_ONLY_VALUES, _UNNAMED = 0.45, 0.62, 0.7
_BY_FORM = 0.8
_NEAR_CODE = 0.5
# That the heading of an address names the type, or another type.
_TITLED = 0.3
# What a name of the standard itself is ahead of whatever is only near.
_KNOWN, _NEAREST = 0.5, 1.25
_LOWER = 0.9


class Matcher:
    """Knows the names of all properties, and what a column of a table may be as one of them."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.asked = Asked(catalog, checking=True)
        self.reader = self.asked.reader
        self._nearness: dict[str, Mapping[str, float]] = {}
        self._fitted: dict[int, tuple[Contents, dict[str, float]]] = {}
        self._codes: dict[str, tuple[NameIndex, Mapping[str, str]]] = {}

    @cached_property
    def candidates(self) -> Mapping[str, tuple[Candidate, ...]]:
        """The properties of every type that a column may fill."""
        return {name: tuple(candidates(one)) for name, one in self.catalog.types.items()}

    @cached_property
    def index(self) -> NameIndex:
        """All names of all types."""
        return NameIndex(name for found in self.candidates.values() for one in found for name in one.names)

    @cached_property
    def tongue(self) -> Tongue:
        """What every type is spoken of in."""
        return Tongue(self.catalog)

    @cached_property
    def _ends(self) -> Mapping[str, Counter[str]]:
        """How many properties of a type end in a word of one meaning."""
        return {
            type_: Counter(
                end for one in found if one.owner is None and _is_own(one) and (end := head(one.field.title))
            )
            for type_, found in self.candidates.items()
        }

    def columns(self, table: Table) -> list[Column]:
        """The columns of a table."""
        units, found = self.reader.units, []
        for place, (key, name) in enumerate(zip(table.keys, table.names, strict=True)):
            cells = table.cells(place)
            unit = table.units.get(place) or units.of_heading(name)[1] or unit_word(name)
            contents = Contents(cells, self.reader)
            named = bool(table.heading_row) or table.nested
            found.append(Column(place, key, name, contents, unit, cells, named))
        return found

    def names(self, type_: str) -> Names:
        """The names by which the loader knows a type's properties."""
        return self.asked.names[type_]

    def fits(self, field: Field, column: Column) -> float:
        """How well the cells of a column are what a property holds, -1 to 1."""
        known = self._fitted.setdefault(id(column.contents), (column.contents, {}))[1]
        # A property is the same thing in every type.
        if field.dotted not in known:
            example = self._examples.get(field.dotted)
            known[field.dotted] = fit(
                field, column.contents, self._measured(column), self.reader.units, example
            )
        return known[field.dotted]

    def code_near(self, heading: str, codelist: Codelist) -> str | None:
        """The code of a list that a heading is near to, None where none is near enough."""
        if codelist.name not in self._codes:
            made = {
                name: code.code for code in codelist.codes.values() for name in (code.title, code.title_en)
            }
            self._codes[codelist.name] = NameIndex(made), made
        index, titles = self._codes[codelist.name]
        near = index.near(heading)
        best = max(near, key=lambda name: near[name], default=None)
        return titles[best] if best is not None and near[best] >= _NEAR_CODE else None

    def near(self, heading: str, field: Field) -> float:
        """How near the name of a list in a record is to a list property's own names."""
        found = self._lists.near(bare_name(heading))
        return max(found.get(name, 0.0) for name in _names(field))

    @cached_property
    def _lists(self) -> NameIndex:
        """The names of all lists of all types."""
        lists = (one for type_ in self.catalog.types.values() for one in type_.walk() if one.many)
        return NameIndex(name for one in lists for name in _names(one))

    def matches(
        self, column: Column, type_: str, *, nested: bool, under: tuple[str, ...] = ()
    ) -> list[Match]:
        """The properties of a type, or of its list `under`, that a column may fill, the surest first."""
        if not column.name or column.contents.says_units:
            return []
        disclosure = self.catalog.types[type_]
        exact = {
            reading(one.field, disclosure).path: one.weight
            for one in self.names(type_).find(column.name, nested=nested)
            if not one.generic
        }
        near, found, strong = self._near(column.name), [], Counter[str]()
        own = self._near(without_record(column.name))
        ends, bare = heads(bare_name(column.name)), of_record(column.name)
        collected = "collected" in meanings(column.name)
        for candidate in self.candidates[type_]:
            if under and not is_entry(candidate.field, under, disclosure, inner="." in column.name):
                continue
            weight = exact.get(candidate.field.path, 0.0)
            said = own if candidate.field.path[0] in self._shared and len(candidate.field.path) == 1 else near
            # In a list the parts of its entries are not parts of something else.
            inner = bool(under) and len(candidate.field.path) == len(under) + 1
            words = max(
                (said.get(name, 0.0) * (1.0 if inner else by) for name, by in candidate.names.items()),
                default=0.0,
            )
            if (
                collected
                and candidate.field.kind != "url"
                and "collected" not in meanings(candidate.field.title)
            ):
                words = 0.0
            if not weight and words < 0.12 and column.contents.empty:
                continue
            values = self._values(candidate, column)
            if values >= 0.8 and candidate.owner is None and _is_own(candidate):
                strong[_kind(candidate.field)] += 1
            found.append((candidate, weight, words, values))
        made = [
            self._scored(one, weight, words, values, column, ends, type_, strong, under)
            for one, weight, words, values in found
        ]
        kept = [one for one in made if one is not None]
        if bare is not None and not exact:
            kept = [replaced for one in kept if (replaced := as_bare(one, bare)) is not None]
            field = disclosure.by_path.get(bare)
            known = {one.field.dotted for one in kept}
            if field is not None and bare not in known and not under and self.fits(field, column) > -0.3:
                kept.append(Match(field, BARE, (WORDS,)))
        if under and not exact and (named := self._called(column, type_, under)) is not None:
            kept = [one for one in kept if one.field is not named] + [Match(named, BARE, (WORDS,))]
        return sorted(kept, key=lambda one: -one.score)

    def _called(self, column: Column, type_: str, under: tuple[str, ...]) -> Field | None:
        """What a list's entry is called by, if a heading says only 名称 or title and the entry has one such text."""
        if not is_bare(column.name) or not meanings(column.name) <= {"name", "title"}:
            return None
        texts = [
            one.field
            for one in self.candidates[type_]
            if one.field.path[:-1] == under
            and one.field.kind == "text"
            and head(one.field.title) in ("name", "title")
        ]
        return texts[0] if len(texts) == 1 and self.fits(texts[0], column) > -0.5 else None

    def _values(self, candidate: Candidate, column: Column) -> float:
        values = self.fits(candidate.field, column)
        if -0.5 < values < 0.6 and candidate.said and not column.contents.empty:
            texts = column.contents.texts
            said = sum(text in candidate.said for text in texts)
            if said and said * 2 >= len(texts) and column.contents.different <= 12:
                return 0.6
        if candidate.worded and -1 < values < 0:
            # What cannot be read as a number or a code is kept as a wording.
            counted = column.contents.share("number") + column.contents.share("numbered") > 0.2
            return max(values, 0.0 if counted else -0.1 if candidate.field.kind == "code" else -0.4)
        return values

    def _scored(
        self, candidate: Candidate, exact: float, words: float, values: float, column: Column,
        ends: Sequence[str], type_: str, strong: Mapping[str, int], under: tuple[str, ...],
    ) -> Match | None:  # fmt: skip
        field, empty, why = candidate.field, column.contents.empty, []
        if exact:
            why.append(EXACT if exact in (TITLE, MADE) else ALIAS)
            score = exact * (0.55 if values <= -0.7 else 0.8) if values <= -0.5 else _KNOWN + exact
        else:
            if words >= 0.2:
                why.append(WORDS)
            score = words + (0.3 * values if values > 0 else 0.6 * values)
            own = candidate.owner is None and _is_own(candidate)
            if own and words and (end := head(field.title)) in ends:
                count = self._ends[type_][str(end)]
                only = _ONLY if count == 1 else _ONE_OF_TWO if count == 2 else 0.0
                score += only * sqrt(self.index.said_part(without_record(column.name), field.title))
            if values == 1:
                why.append(FORM)
                score = max(score, _BY_FORM)
            elif words < 0.2:
                alone = (
                    own
                    and values >= 0.8
                    and strong[_kind(field)] == 1
                    and (column.contents.different > 2 or not column.named)
                )
                by = _BY_VALUES if not alone else _BY_ONLY_VALUES if column.named else _UNNAMED
                score = max(score, by * values)
            score -= remoteness(candidate, self.catalog.types[type_], under)
            if field.path == ("sourceUrl",):
                score += _TITLED * self._speaks_of(column.name, type_)
            score = min(score, _NEAREST)
            if empty and score < _ALONE:
                return None
        if values >= 0.3:
            why.append(VALUES)
        return Match(field, round(max(score, 0.0), 3), tuple(why)) if score > 0.2 else None

    def _speaks_of(self, heading: str, type_: str) -> float:
        """Whether a heading names a type by its title rather than others of its domain (1), or one of these (-1)."""
        domain = self.catalog.types[type_].domain
        own = title_share(heading, self.catalog.types[type_].title)
        others = (
            title_share(heading, one.title) for one in self.catalog.types.values() if one.domain == domain
        )
        return own - max(others, default=0.0) + (own if own else 0.0)

    @cached_property
    def _shared(self) -> frozenset[str]:
        """The properties that every type has."""
        return frozenset.intersection(
            *(frozenset(one.name for one in type_.fields) for type_ in self.catalog.types.values())
        )

    @cached_property
    def _examples(self) -> Mapping[str, str]:
        """What the samples of the types have at a property."""
        found: dict[str, str] = {}
        for disclosure in self.catalog.types.values():
            for one in disclosure.walk():
                if one.kind == "text" and isinstance(said := disclosure.example(one), str):
                    found.setdefault(one.dotted, said)
        return found

    def _near(self, heading: str) -> Mapping[str, float]:
        if heading not in self._nearness:
            bare = bare_name(self.reader.units.of_heading(heading)[0])
            near = self.index.near(bare)
            above, _, last = bare.rpartition("_")
            if above and not last.isascii():
                # The lower of two headings says what is counted, the upper one of what.
                for name, by in self.index.near(last).items():
                    near[name] = max(near.get(name, 0.0), _LOWER * by)
            self._nearness[heading] = near
        return self._nearness[heading]

    def _measured(self, column: Column) -> str | None:
        units = self.reader.units
        if column.unit:
            return units.base(column.unit.partition("/")[0]) or units.base(column.unit)
        found = column.contents.units
        return next(iter(found)) if len(found) == 1 else None


def _names(field: Field) -> tuple[str, ...]:
    return (field.title, field.title_en, fold_words(field.name), *field.aliases)


def _is_own(candidate: Candidate) -> bool:
    return candidate.field.path[0] not in ASIDE


def _kind(field: Field) -> str:
    return f"{field.kind}:{field.codelist or field.definition or ''}"
