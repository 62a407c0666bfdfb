"""The profile proposed for a file: which type, which column fills which property, how sure, and what is left out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log
from pathlib import Path

from loaders.headings import counts_rows
from loaders.mapping.assigning import assigned
from loaders.mapping.lists import EachMatch, WideMatch, each_of, wide_matched, wide_of
from loaders.mapping.match import Column, Match, Matched, weight_of
from loaders.mapping.matching import Matcher
from loaders.mapping.packed import parts_of
from loaders.mapping.several import told_types
from loaders.mapping.specimen import Specimen, Table, look
from loaders.mapping.wording import head, terms
from loaders.text import clean
from schemas.catalog import Catalog

# A type below this is no proposal; one that others come near is in doubt.
_ENOUGH, _CLEARLY = 1.3, 1.2
# What a table is called, and what its cells say of themselves, against a column.
_CALLED, _SAID, _DOMAIN, _SPOKEN = 1.5, 1.5, 0.8, 6.0
_NAMED = 3
# Of so many types the lists inside records are looked at.
_LISTED = 12
# So many different cells of a column are listened to.
_HEARD = 40
# The publisher's own number of a record, and how sure it is that a column is that by its cells alone.
_LOCAL, _IDENTIFIES = "localId", 0.56
# More values than this are in no cell.
_PARTS = 100
_NO_LIST = "是列表,没有对应的列表属性"


@dataclass(frozen=True, slots=True)
class Ranked:
    """A type with what speaks for it, and its part of what speaks for the best ones together."""

    type: str
    score: float
    share: float


@dataclass(frozen=True, slots=True)
class Proposal:
    """The tables of a file, their columns matched to one type.

    With `rules` each row is of the first of these that fits, and the type is that of most rows. `skipped` are the
    sheets that are of another type.
    """

    type: str
    specimen: Specimen
    tables: tuple[tuple[Table, tuple[Matched, ...]], ...]
    each: tuple[EachMatch, ...] = ()
    wide: tuple[WideMatch, ...] = ()
    rules: tuple["Rule", ...] = ()
    skipped: tuple[str, ...] = ()

    def columns(self) -> Mapping[str, Matched]:
        """The columns of all tables by their key; of equal ones the surest."""
        found: dict[str, Matched] = {}
        for _, matched in self.tables:
            for one in matched:
                standing = found.get(one.column.key)
                if standing is None or _score(one) > _score(standing):
                    found[one.column.key] = one
        return found


@dataclass(frozen=True, slots=True)
class Rule:
    """What the rows are that say `when`: the values of columns."""

    when: Mapping[str, tuple[str, ...]]
    proposal: Proposal


class Proposer:
    """Looks at one file, or at the part of one that was looked at before, and proposes."""

    def __init__(self, path: Path, matcher: Matcher, specimen: Specimen | None = None) -> None:
        self.path, self.matcher, self.catalog = path, matcher, matcher.catalog
        self.specimen = specimen or look(path, matcher.asked)
        self._columns: list[tuple[Table, list[Column]]] = [
            (table, self.matcher.columns(table)) for table in self.specimen.tables
        ]
        self._matched: dict[str, list[tuple[Table, tuple[Matched, ...]]]] = {}
        self._lists: dict[str, dict[str, EachMatch]] = {}

    def ranked(self) -> list[Ranked]:
        """The types that come into question, the best first."""
        shared = shared_names(self.catalog)
        called, said = self._called(), self._said()
        spoken = self.matcher.tongue.nearness(
            text for _, columns in self._columns for one in columns for text in one.contents.texts[:_HEARD]
        )
        rarity = _title_rarity(self.catalog)
        headings = " ".join(name for table, _ in self._columns for name in table.names)
        scores: dict[str, float] = {}
        for type_ in self.catalog.types:
            columns = [one for _, matched in self.matched(type_) for one in matched]
            score = weight_of(columns, shared)
            title = self.catalog.types[type_].title
            score += _CALLED * _in_text(title, called, rarity)
            score += _SAID * sum(_in_text(title, one, rarity) for one in said) / (len(said) or 1)
            domain = self.catalog.codelists["domain"].codes[self.catalog.types[type_].domain]
            score += _SPOKEN * spoken.get(type_, 0.0)
            score += _DOMAIN * _in_text(domain.title, f"{called} {headings}", rarity)
            scores[type_] = score
        for type_ in sorted(scores, key=lambda one: -scores[one])[:_LISTED]:
            inner = [part for one in self._each(type_).values() for part in one.parts]
            scores[type_] += weight_of(inner, shared)
        best = sorted(scores.items(), key=lambda one: -one[1])
        whole = sum(score for _, score in best[:_NAMED]) or 1.0
        return [Ranked(type_, round(score, 3), round(score / whole, 3)) for type_, score in best]

    def by_sheet(self) -> list["Proposer"]:
        """One proposer for the sheets of each type, where sheets are clearly of several; else this one."""
        if len(self._columns) < 2:
            return [self]
        types: dict[str, list[Table]] = {}
        for table, _ in self._columns:
            ranked = self._of((table,)).ranked()
            if table.rows and clear(ranked):
                types.setdefault(ranked[0].type, []).append(table)
        if len(types) < 2:
            return [self]
        return [self._of(tuple(tables)) for tables in types.values()]

    def several(self, ranked: Sequence[Ranked]) -> Proposal | None:
        """The file as one of several types that a column or two tell apart; None where none do."""
        if len(self._columns) != 1:
            return None
        ((table, columns),) = self._columns
        if not table.rows:
            return None
        told = told_types(table, columns, self.catalog, {one.type: one.score for one in ranked})
        if not told:
            return None
        rules = [Rule(one.when, self.propose(one.type)) for one in told]
        most = max(zip(told, rules, strict=True), key=lambda pair: len(pair[0].rows))[1]
        return replace(most.proposal, rules=tuple(rules))

    def _of(self, tables: tuple[Table, ...]) -> "Proposer":
        return Proposer(self.path, self.matcher, replace(self.specimen, tables=tables))

    def propose(self, type_: str) -> Proposal:
        """The file as one of that type."""
        each = self._each(type_)
        tables = []
        for table, matched in self.matched(type_):
            lists = self._of_objects(table)
            kept = (
                Matched(one.column, None, (), _NO_LIST) if one.column.name in lists else one
                for one in matched
                if one.column.name not in each
            )
            tables.append((table, self._identified(type_, table, tuple(kept))))
        return Proposal(type_, self.specimen, tuple(tables), tuple(each.values()), tuple(self._wide(type_)))

    def _each(self, type_: str) -> Mapping[str, EachMatch]:
        """The lists of objects in the tables, by their names."""
        if type_ not in self._lists:
            self._lists[type_] = {
                one.source: one
                for table, matched in self.matched(type_)
                if table.nested
                for one in each_of(table, type_, self.matcher, matched)
            }
        return self._lists[type_]

    def _identified(self, type_: str, table: Table, matched: tuple[Matched, ...]) -> tuple[Matched, ...]:
        """The columns, one that numbers the records taken for their own number if no other is.

        Its heading says a number, or nothing else of the table could tell one record from another.
        """
        disclosure = self.catalog.types[type_]
        paths = {one.best.field.dotted for one in matched if one.best}
        if _LOCAL in paths or _LOCAL not in disclosure.by_path:
            return matched
        found = [one for one in matched if one.best is None and _numbers(one.column, len(table.rows))]
        if any(all(path in paths for path in key) for key in disclosure.schema["key"]):
            found = [one for one in found if head(one.column.name) == "number"]
        if not found:
            return matched
        named = max(found, key=lambda one: (head(one.column.name) == "number", one.column.contents.variety))
        best = Match(disclosure.by_path[_LOCAL], _IDENTIFIES, ("值", "识别记录"))
        return tuple(replace(one, best=best, reason="") if one is named else one for one in matched)

    def matched(self, type_: str) -> list[tuple[Table, tuple[Matched, ...]]]:
        """The columns of every table matched to a type."""
        if type_ not in self._matched:
            self._matched[type_] = [
                (table, tuple(self._match(type_, table, columns))) for table, columns in self._columns
            ]
        return self._matched[type_]

    def _match(self, type_: str, table: Table, columns: Sequence[Column]) -> list[Matched]:
        most = max((one.place for one in columns), default=0) + 1
        parts = [part for at, one in enumerate(columns) for part in parts_of(one, most + _PARTS * at)]
        matched = assigned(self.matcher, type_, [*columns, *parts], nested=table.nested)
        if parts:
            matched = _folded(matched)
        matched = [_without_count(one) for one in matched]
        wide = wide_of(columns, self.catalog.types[type_], self.matcher)
        return wide_matched(wide, matched) if wide else matched

    def _wide(self, type_: str) -> Iterator[WideMatch]:
        for _, columns in self._columns:
            if wide := wide_of(columns, self.catalog.types[type_], self.matcher):
                yield wide

    def _of_objects(self, table: Table) -> set[str]:
        """The names whose cells are lists of objects."""
        return {
            name
            for place, name in enumerate(table.names)
            if any(isinstance(cell, list) for cell in table.cells(place))
        }

    def _called(self) -> str:
        titles = [line for table, _ in self._columns for line in (table.sheet, *table.titles)]
        return " ".join([self.path.stem, *titles])

    def _said(self) -> list[str]:
        """Cells that speak of the record: short texts with the words of titles, one column's first."""
        found: list[str] = []
        for _, columns in self._columns:
            for column in columns:
                if column.contents.share("notice") >= 0.5 and column.contents.length < 80:
                    found += [clean(cell) for cell in column.cells[:60] if clean(cell)]
        return found[:200]


def _folded(matched: Sequence[Matched]) -> list[Matched]:
    """The columns, what the values inside cells fill at the column that they are of."""
    parts: dict[str, list[Matched]] = {}
    for one in matched:
        if one.column.of is not None and one.best is not None:
            parts.setdefault(one.column.of, []).append(one)
    return [
        replace(one, parts=tuple(parts.get(one.column.key, ()))) for one in matched if one.column.of is None
    ]


def clear(ranked: Sequence[Ranked]) -> bool:
    """Whether the first type is ahead of the others by enough to be taken without asking."""
    if not ranked or ranked[0].score < _ENOUGH:
        return False
    return len(ranked) < 2 or ranked[0].score >= ranked[1].score * _CLEARLY


def shared_names(catalog: Catalog) -> frozenset[str]:
    """The properties that every type has, lots left out: what is in them differs."""
    names = [frozenset(field.name for field in one.fields) for one in catalog.types.values()]
    return frozenset.intersection(*names) - {"lots"} if names else frozenset()


def _numbers(column: Column, rows: int) -> bool:
    """Whether a column has a number, of letters and figures, in nearly every row."""
    contents = column.contents
    plain = contents.share("numbered") >= 0.95 and contents.share("chinese") < 0.05
    return (
        bool(column.name) and plain and contents.filled * 10 >= rows * 9 and contents.different > 1
        and max(contents.share("date"), contents.share("url")) < 0.2 and contents.length >= 4
    )  # fmt: skip


def _without_count(one: Matched) -> Matched:
    """A column, taken for nothing where it only counts the rows: the next file counts from 1 again."""
    if one.best is None or one.best.field.dotted != _LOCAL or not counts_rows(one.column.cells):
        return one
    return replace(
        one, best=None, others=(), reason="只是行的序号(1、2、3……),下一个文件又从 1 起,不能识别记录"
    )


def _score(one: Matched) -> float:
    return one.best.score if one.best else -1.0


def _title_rarity(catalog: Catalog) -> Mapping[str, float]:
    """How few of the types' titles have a pair of characters."""
    counts: dict[str, int] = {}
    for one in catalog.types.values():
        for term in _pairs(one.title):
            counts[term] = counts.get(term, 0) + 1
    return {term: log(1 + len(catalog.types) / count) for term, count in counts.items()}


def _pairs(text: str) -> set[str]:
    return {term for term in terms(text) if len(term) == 2 and not term.isascii()}


def _in_text(title: str, text: str, rarity: Mapping[str, float]) -> float:
    """What part of a title's pairs of characters a text has, rare ones weighing more."""
    own = _pairs(title)
    usual = max(rarity.values(), default=1.0)
    whole = sum(rarity.get(term, usual) for term in own) or 1.0
    return sum(rarity.get(term, usual) for term in own if term in text) / whole
