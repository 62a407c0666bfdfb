"""Filters: coerced inputs → conditions of a plan, values set aside as parameters."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from query.arguments import FilterField, FilterType
from query.binding import Binding
from query.conditions import FOUND_FROM
from query.errors import QueryError, invalid
from query.operators import OPERATORS, Comparison, Operator
from query.plan import All, Compare, Condition, Counted, Each, Featured, Has, Member, Not, Some
from query.relations import RELATIONS
from query.spans import beginning, compared, on_days, placed
from schemas.region import Regions
from store.features import LONGEST, Feature

VALUES = 100  # of an `in`
DEPTH = 10  # filters within filters
RELATED = 8  # conditions on related disclosures
_KINDS = {"integer": "number", "number": "number", "boolean": "boolean", "moment": "moment"}
# Columns of which a value leads to few rows, by an index.
_SELECTIVE = {
    "party": ("organization_id",), "organization": ("id", "uscc", "name"), "process": ("id", "number"), "publisher": ("id",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Where a filter stands: the path into the document at hand, and the names from the record's root.

    `trail` is None where what the filter is about is no part of a record of the list's type.
    """

    path: tuple[tuple[str, ...], ...] = ()
    trail: tuple[str, ...] | None = None
    depth: int = 0

    def below(self, name: str, names: tuple[str, ...] = ()) -> "Place":
        """The place of a property; without names it is reached through a table."""
        trail = None if self.trail is None else (*self.trail, name)
        return Place((*self.path, names) if names else (), trail, self.depth)


ROOT = Place(trail=())


@dataclass
class Filtering:
    """Makes the conditions of one filter. `features` are the indexed leaves of the list's type, by their path."""

    filters: Mapping[str, FilterType]
    comparisons: Mapping[str, Comparison]
    bind: Binding
    regions: Regions
    features: Mapping[str, Feature] = field(default_factory=dict)
    related: int = 0

    def condition(self, filter_type: str, value: Mapping[str, Any], place: Place = ROOT) -> Condition:
        """The condition of a filter; every part has to hold."""
        place = _deeper(place)
        made = self.filters[filter_type]
        fields = {one.name: one for one in made.fields}
        parts: list[Condition] = []
        for name, wanted in value.items():
            if wanted is None:
                raise _null(name)
            if name in fields:
                parts.append(self._field(fields[name], wanted, place))
            elif name == "and":
                parts.append(All(tuple(self.condition(filter_type, one, place) for one in wanted)))
            elif name == "or":
                parts.append(Some(tuple(self.condition(filter_type, one, place) for one in wanted)))
            elif name == "not":
                parts.append(Not(self.condition(filter_type, wanted, place)))
            else:
                parts.append(Compare(Member(place.path, "any"), "isNull", negated=not wanted))
        return _all(parts)

    def _field(self, one: FilterField, wanted: Mapping[str, Any], place: Place) -> Condition:
        below = place.below(one.name, one.names)
        if one.input in self.comparisons:
            if one.relation:
                return _related(one.relation, self._compared(one, wanted, Place()))
            return self._compared(one, wanted, below)
        target = self.filters[one.input]
        if target.of == "list":
            return self._list(one, target, wanted, below)
        if one.relation:
            return _related(one.relation, self.condition(one.input, wanted, replace(below, trail=None)))
        return self.condition(one.input, wanted, below)

    # lists

    def _list(
        self, one: FilterField, target: FilterType, wanted: Mapping[str, Any], place: Place
    ) -> Condition:
        if one.relation and one.relation not in _PARTS:
            place = replace(place, trail=None)
        if one.relation.endswith(".disclosures"):
            self._relate(len(wanted))
        parts: list[Condition] = []
        for name, value in wanted.items():
            if value is None:
                raise _null(f"{one.name}.{name}")
            if name == "count":
                parts.append(self._count(one, target, value, place))
                continue
            over = self._over(one, target, value, place, negated=name == "every")
            parts.append(over if name == "some" else Not(over))
            if name == "some":
                parts += self._hints(target, value, place)
        return _all(parts)

    def _over(
        self,
        one: FilterField,
        target: FilterType,
        value: Mapping[str, Any],
        place: Place,
        negated: bool = False,
    ) -> Has | Each:
        """Some row or element that meets a condition, or with `negated` does not."""
        inside = replace(place, path=(), trail=None)  # the index knows records, not their elements
        if target.element in self.comparisons:
            bare = replace(one, input=target.element, names=(), relation="")
            where = self._compared(bare, value, _deeper(inside))
        else:
            where = self.condition(target.element, value, inside)
        where = Not(where) if negated else where
        if one.relation:
            return _related(one.relation, where)
        return Each(place.path, target.element not in self.comparisons, where)

    def _count(
        self, one: FilterField, target: FilterType, wanted: Mapping[str, Any], place: Place
    ) -> Condition:
        over = self._over(one, target, wanted["where"], place) if wanted.get("where") is not None else None
        over = over or self._over(one, target, {}, place)
        over = replace(over, few=False) if isinstance(over, Has) else over
        parts: list[Condition] = []
        for name, value in wanted.items():
            if value is None:
                raise _null(f"{one.name}.count.{name}")
            if name != "where":
                parts.append(
                    self._operated(
                        OPERATORS[name],
                        value,
                        "integer",
                        f"{one.name}.count",
                        lambda operator, parameters: Counted(over, operator, parameters),
                    )
                )
        return _all(parts)

    def _relate(self, times: int) -> None:
        self.related += times
        if self.related > RELATED:
            raise QueryError(
                "Q022", f"对相关公开信息的条件超过 {RELATED} 个", f"more than {RELATED} conditions on related disclosures",
                "减少 disclosures 条件,或者分成几个查询。", "Use fewer `disclosures` conditions, or several operations.",
            )  # fmt: skip

    # comparisons

    def _compared(self, one: FilterField, wanted: Mapping[str, Any], place: Place) -> Condition:
        kind = self.comparisons[one.input].kind
        read: str | Member = one.column or Member(place.path, _KINDS.get(kind, "text"))
        feature = self._feature(place) if not one.column else None
        parts: list[Condition] = []
        for name, value in wanted.items():
            if value is None:
                raise _null(f"{one.name}.{name}")
            parts.append(self._comparison(one, OPERATORS[name], value, read, feature))
        return _all(parts)

    def _comparison(
        self, one: FilterField, operator: Operator, value: Any, read: str | Member, feature: Feature | None
    ) -> Condition:
        if operator.takes == "flag":
            return Compare(read, operator.name, negated=not value)
        if feature is not None and (served := self._served(one, operator, value, feature)) is not None:
            return served
        if operator.name == "within":
            if one.placed:
                return placed(value, self.bind, self.regions)
            return beginning(value, read, self.bind, self.regions)
        kind = self.comparisons[one.input].kind

        def compare(name: str, parameters: tuple[int, ...]) -> Condition:
            return Compare(read, name, parameters)

        made = self._operated(
            operator, value, kind, one.name, compare, one, document=isinstance(read, Member)
        )
        return self._on_its_days(operator, value, made) if read == "published_date" else made

    def _operated(
        self, operator: Operator, value: Any, kind: str, name: str, compare: Callable[[str, tuple[int, ...]], Condition],
        one: FilterField | None = None, document: bool = False,
    ) -> Condition:  # fmt: skip
        """An operator as comparisons with the ends of its values' intervals."""

        if operator.takes == "several" and len(value) > VALUES:
            raise invalid(f"{name}.in 超过 {VALUES} 个", f"{name}.in has more than {VALUES} values")
        if operator.takes == "two" and len(value) != 2:
            raise QueryError(
                "Q020", f"{name}.between 要两个值", f"{name}.between takes two values",
                "写作 [最小, 最大],两端都算。", "Write [lowest, highest]; both are included.",
            )  # fmt: skip
        spelled = document and kind in ("integer", "number")
        unit, prefix = (one.unit, one.prefix) if one else (1, "")
        shape, places = self.bind.split(value, partial(compared, operator, kind, unit, prefix, spelled))
        left = iter(places)
        groups = [
            _all([compare(made, tuple(next(left) for _ in range(count))) for made, count in group])
            for group in shape
        ]
        return groups[0] if len(groups) == 1 else Some(tuple(groups))

    def _on_its_days(self, operator: Operator, value: Any, made: Condition) -> Condition:
        """A condition on the published date with what follows for `recency`, by which lists are walked."""
        ends, places = self.bind.split(value, partial(on_days, operator.name))
        return All(
            (made, *(Compare("recency", end, (place,)) for end, place in zip(ends, places, strict=True)))
        )

    # the index of features

    def _feature(self, place: Place) -> Feature | None:
        return None if place.trail is None else self.features.get(".".join(place.trail))

    def _served(self, one: FilterField, operator: Operator, value: Any, feature: Feature) -> Condition | None:
        """The comparison by the index; None where the index does not answer it exactly."""
        kind = self.comparisons[one.input].kind
        if operator.name in ("ne", "contains", "within"):
            return None
        if feature.column == "text" and not self.bind.split(value, _fits)[0]:
            return None
        leaf = self.bind(feature.property)

        def compare(name: str, parameters: tuple[int, ...]) -> Condition:
            return Featured(leaf, feature.column, ((name, parameters),))

        made = self._operated(operator, value, kind, one.name, compare, one, document=kind != "moment")
        parts = made.conditions if isinstance(made, All) else (made,)
        ends = [part for part in parts if isinstance(part, Featured)]
        if len(ends) < len(parts):
            return None
        return Featured(leaf, feature.column, tuple(one for part in ends for one in part.comparisons))

    def _hints(self, target: FilterType, value: Mapping[str, Any], place: Place) -> list[Condition]:
        """What an element's condition implies for the whole record, where an index serves that."""
        if place.trail is None or target.element in self.comparisons:
            return []
        found: list[Condition] = []
        fields = {one.name: one for one in self.filters[target.element].fields}
        for name, wanted in value.items():
            one = fields.get(name)
            if one is None or one.column or one.relation or not wanted:
                continue
            below = Place((), (*place.trail, name))
            if one.input in self.comparisons:
                feature = self._feature(below)
                found += [] if feature is None else self._all_served(one, wanted, feature)
            elif self.filters[one.input].of == "object":
                found += self._hints(replace(target, element=one.input), wanted, below)
        return found

    def _all_served(self, one: FilterField, wanted: Mapping[str, Any], feature: Feature) -> list[Condition]:
        made = [
            self._served(one, OPERATORS[name], value, feature)
            for name, value in wanted.items()
            if OPERATORS[name].takes != "flag"
        ]
        return [condition for condition in made if condition is not None]


_PARTS = ("disclosure.lots", "disclosure.items")


def _fits(value: Any) -> tuple[bool, tuple[Any, ...]]:
    """Whether texts are short enough for the index to answer for them exactly."""
    values = value if isinstance(value, list) else [value]
    return all(len(str(given)) < LONGEST for given in values), ()


def _deeper(place: Place) -> Place:
    if place.depth == DEPTH:
        raise QueryError(
            "Q021", f"筛选条件超过 {DEPTH} 层", f"the filter is nested more than {DEPTH} deep",
            "减少 and、or、not 和下级条件的层数。", "Nest and, or, not and conditions on parts less deeply.",
        )  # fmt: skip
    return replace(place, depth=place.depth + 1)


def _related(relation: str, where: Condition) -> Has:
    """Some related row meets a condition; whether an index finds the few that do."""
    return Has(relation, where, relation in FOUND_FROM and _is_selective(RELATIONS[relation].table, where))


def _is_selective(table: str, where: Condition) -> bool:
    if isinstance(where, All):
        return any(_is_selective(table, part) for part in where.conditions)
    if isinstance(where, Has):
        return where.few
    if not isinstance(where, Compare) or where.negated or where.operator not in ("eq", "in"):
        return False
    return where.column in _SELECTIVE.get(table, ())


def _all(parts: Sequence[Condition]) -> Condition:
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def _null(name: str) -> QueryError:
    return invalid(
        f"{name} 为 null", f"{name} is null", "要查空值,用 isNull。", "To ask for nothing, use isNull."
    )
