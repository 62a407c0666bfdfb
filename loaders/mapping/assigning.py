"""Which column of a table fills which property: a property once, what belongs together to one organization."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from loaders.dates import read_moment
from loaders.mapping.candidates import ASIDE, PART_OF
from loaders.mapping.match import VALUES, WORDS, Column, Match, Matched
from loaders.mapping.matching import Matcher
from loaders.mapping.surety import LIKELY, NEAR, as_often_right, sure
from loaders.mapping.wording import akin, head, meanings
from loaders.quantities import leading_number
from loaders.text import clean, half
from schemas.field import Field

# A column is given its second, third … best property where others are surer of the first.
_LOOKED = 12
# How sure a part of an organization is by the columns before it, behind it, or by the type's first organization.
_BEFORE, _BEHIND, _FIRST = 0.72, 0.62, 0.62
_FAR = 8
# Parts of several organizations are equally near to a heading that names none of them.
_EQUALLY, _NEARLY = 0.08, 0.1
_CONTRADICTS = -0.6
_SIBLING = 0.18
# A column goes to a property that is filled already only if no other is so nearly as near.
_TWICE = 0.12
# A further address of a page is that of a document.
_FURTHER = 0.62
# Whom to ask is said of who acts, not of who publishes.
_NOT_ASKED = ASIDE | {"publisher"}
# What is said of anybody: 单位联系人姓名.
_ANYBODY = frozenset({"unit", "person", "name", "phone", "number", "place", "code"})
_NEIGHBOUR, _TAKEN = "相邻的列", "主要单位"
# Ends of one span: the first is not more than the second.
_ENDS = (("Minimum", "Maximum"), ("startAt", "endAt"))


def assigned(
    matcher: Matcher, type_: str, columns: Sequence[Column], *, nested: bool, under: tuple[str, ...] = ()
) -> list[Matched]:
    """What each column is matched to as one of a type's properties, or of those `under` a list."""
    return _Assignment(matcher, type_, columns, nested, under).matched()


class _Assignment:
    def __init__(
        self, matcher: Matcher, type_: str, columns: Sequence[Column], nested: bool, under: tuple[str, ...]
    ) -> None:
        self.matcher, self.type, self.columns, self.under = matcher, type_, columns, under
        self.disclosure = matcher.catalog.types[type_]
        self.nested = nested
        self.found = {
            column.place: matcher.matches(column, type_, nested=nested, under=under) for column in columns
        }
        self.by_place = {column.place: column for column in columns}
        self.chosen: dict[int, Match] = {}
        self.taken: dict[str, list[int]] = {}
        self.contradicted: dict[int, Match] = {}

    def matched(self) -> list[Matched]:
        parts = {} if self.under else {one.place: part for one in self.columns if (part := self._part(one))}
        found = {place: found for place, found in self.found.items() if place not in parts}
        self._assign(found)
        beside = {place: self._beside(place, matches) for place, matches in found.items()}
        self.chosen, self.taken, self.contradicted = {}, {}, {}
        self._assign(beside)
        self.chosen = {place: self._with_surety(place, one) for place, one in self.chosen.items()}
        for place, part in parts.items():
            self._give(self.by_place[place], part)
        self._order_ends()
        if not self.under:
            self._number_addresses()
        return [self._matched(column) for column in self.columns]

    def _assign(self, found: Mapping[int, Sequence[Match]]) -> None:
        """One property a column, the surest first; a property twice only where the cells do not contradict."""
        ranked = sorted(
            ((one.score, -place, one) for place, matches in found.items() for one in matches[:_LOOKED]),
            key=lambda one: (-one[0], -one[1]),
        )
        for score, negative, one in ranked:
            place = -negative
            if place in self.chosen or score < NEAR or self._is_second(one, found[place]):
                continue
            self._take(place, one)

    def _is_second(self, match: Match, matches: Sequence[Match]) -> bool:
        """Whether a property is filled already and one that is not is nearly as near."""
        return bool(self.taken.get(match.path)) and any(
            NEAR <= one.score < match.score <= one.score + _TWICE and not self.taken.get(one.path)
            for one in matches
        )

    def _beside(self, place: int, matches: Sequence[Match]) -> list[Match]:
        """The matches, surer for a part of the list or object whose other parts stand in the columns beside."""
        above = {
            self.chosen[other].field.path[:-1] for other in (place - 1, place + 1) if other in self.chosen
        }
        near = [
            replace(one, score=one.score + _SIBLING)
            if one.field.path[:-1] in above and len(one.field.path) > 2 and one.field.path[0] not in ASIDE
            else one
            for one in matches
        ]
        return sorted(near, key=lambda one: -one.score)

    def _take(self, place: int, match: Match) -> bool:
        """Let a column fill a property if no other contradicts."""
        others = self.taken.get(match.path, [])
        # Of several regions the narrowest is taken.
        free = match.field.codelist == "region"
        column = self.by_place[place]
        if not free and not all(_agree(column, self.by_place[other]) for other in others):
            self.contradicted.setdefault(place, match)
            return False
        self.chosen[place] = match
        self.taken.setdefault(match.path, []).append(place)
        return True

    def _part(self, column: Column) -> str | None:
        """The part of an organization that a heading names without saying whose: 联系电话; '' for the whole."""
        if not column.name:
            return None
        meant = self.matcher.names(self.type).find(column.name, nested=self.nested)
        matches = self.found[column.place]
        if meant:
            part = meant[0].field
            if not meant[0].generic or self._owner(part) is None:
                return None
            other = matches and matches[0].score >= NEAR and self._organization(matches[0].field) is None
            return None if other and part.name == "name" else part.name
        parts = [
            one for one in matches if self._owner(one.field) is not None and one.field.path[0] not in ASIDE
        ]
        if parts and parts[0].score >= max(matches[0].score - _NEARLY, NEAR * 0.7):
            near = [one for one in parts if parts[0].score - one.score < _EQUALLY]
            owners = {one.field.path[:-1] for one in near if one.field.name == parts[0].field.name}
            return parts[0].field.name if len(owners) > 1 else None
        if head(column.name) == "unit" and (not matches or matches[0].score < NEAR):
            return ""
        return None

    def _give(self, column: Column, part: str) -> None:
        """Let a column fill that part of the organization in the columns beside it, else of the type's first."""
        alone = not self._says_whose(column, part)
        for owner, base, why in self._owners(column.place):
            if why == _TAKEN and not alone:
                continue
            field = owner.child(part) if part else owner
            if (
                field is None
                or self.matcher.fits(field, column) <= _CONTRADICTS
                or not akin(column.name, field.title)
            ):
                continue
            said = next((one for one in self.found[column.place] if one.field is field), None)
            score = max(base, said.score) if said and base == _BEFORE else base
            if self._take(column.place, Match(field, as_often_right(score), (WORDS, why))):
                return

    def _says_whose(self, column: Column, part: str) -> bool:
        """Whether a heading says more than the part: 联系电话 says nothing more, 成交企业电话 does."""
        own = meanings(column.name) - _ANYBODY
        names = [one for owner in self._organizations for one in owner.fields if one.name == part]
        return bool(own - {meant for one in names for meant in meanings(one.title)})

    @cached_property
    def _organizations(self) -> list[Field]:
        return [one for one in self.disclosure.walk() if one.definition in PART_OF]

    def _owners(self, place: int) -> Iterator[tuple[Field, float, str]]:
        near = sorted(self.chosen, key=lambda other: (other > place, abs(other - place)))
        for other in near:
            owner = self._organization(self.chosen[other].field)
            if owner is not None and owner.path[0] not in _NOT_ASKED and place - _FAR <= other <= place + 1:
                yield owner, _BEFORE if other < place else _BEHIND, _NEIGHBOUR
        first = next(
            (
                one
                for one in self.disclosure.fields
                if one.definition == "organization" and one.name not in _NOT_ASKED
            ),
            None,
        )
        if first is not None:
            yield first, _FIRST, _TAKEN

    def _owner(self, field: Field) -> Field | None:
        parent = self.disclosure.by_path.get(".".join(field.path[:-1]))
        return parent if parent is not None and parent.definition in PART_OF else None

    def _organization(self, field: Field) -> Field | None:
        """The organization or person that a field is, or is a part of."""
        return field if field.definition in PART_OF else self._owner(field)

    def _order_ends(self) -> None:
        """Two columns that fill the ends of one span the wrong way round are exchanged."""
        by_path = {one.field.dotted: place for place, one in self.chosen.items()}
        for low, high in _ENDS:
            for path, place in by_path.items():
                if not path.endswith(low):
                    continue
                other = by_path.get(path.removesuffix(low) + high)
                if other is not None and _is_more(self.by_place[place], self.by_place[other]):
                    first, second = self.chosen[place], self.chosen[other]
                    score = max(min(first.score, second.score, _BEFORE), _FIRST)
                    self.chosen[place] = replace(second, score=score, why=(*second.why, VALUES))
                    self.chosen[other] = replace(first, score=score, why=(*first.why, VALUES))

    def _number_addresses(self) -> None:
        """Further columns of addresses are those of documents, each an entry of its own."""
        urls = self.disclosure.by_path.get("documents.url")
        if urls is None:
            return
        open_ = [
            one
            for one in self.columns
            if one.name and one.place not in self.chosen and one.contents.share("url") >= 0.6
        ]
        used = any(one.field.path[0] == "documents" for one in self.chosen.values())
        for number, column in enumerate(open_, int(used)):
            entry = number if len(open_) + used > 1 else None
            self._take(column.place, Match(urls, as_often_right(_FURTHER), (VALUES,), entry))

    def _matched(self, column: Column) -> Matched:
        best, matches = self.chosen.get(column.place), self.found[column.place]
        others = tuple(
            replace(one, score=sure(one, ()))
            for one in matches
            if best is None or one.field is not best.field
        )[:4]
        if best is not None:
            if best.score >= LIKELY:
                return Matched(column, best, others)
            others = (best, *others)[:4]
        return Matched(column, None, others, self._reason(column, others), leaning=best)

    def _with_surety(self, place: int, best: Match) -> Match:
        column = self.by_place[place]
        rivals = [
            one for one in self.found[place] if one.field is not best.field and self._is_free(one, column)
        ]
        taken = (one.score for one in self.found[place] if not self._is_free(one, column))
        return replace(best, score=sure(best, rivals, max(max(taken, default=0.0) - best.score, 0.0)))

    def _is_free(self, match: Match, column: Column) -> bool:
        """Whether a property is not filled by another column."""
        return not any(place != column.place for place in self.taken.get(match.field.dotted, ()))

    def _reason(self, column: Column, others: Sequence[Match]) -> str:
        if not column.name:
            return "没有标题"
        if column.place in self.contradicted and column.place not in self.chosen:
            return f"“{self.contradicted[column.place].field.title}”已由另一列填写,两列的内容不同"
        if others:
            return f"没有把握,最接近的是“{others[0].field.title}”({others[0].score:.0%})"
        if column.contents.empty:
            return "前面的行里没有内容,标题也没有相近的属性"
        return "没有相近的属性"


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


def _is_more(low: Column, high: Column) -> bool:
    """Whether the cells that should be the less are the more in most rows that have both."""
    more = less = 0
    for mine, theirs in zip(low.cells, high.cells, strict=False):
        first, second = _measure(mine), _measure(theirs)
        if first is not None and second is not None and type(first) is type(second):
            more += first > second  # type: ignore[operator]
            less += first < second  # type: ignore[operator]
    return more > 4 * less and more > 2


def _measure(cell: object) -> str | float | None:
    text = clean(cell)
    if not text:
        return None
    moment = read_moment(cell)
    if moment is not None:
        return moment
    found = leading_number(half(text))
    return float(found[0]) if found else None
