"""`statistics` and `facets` planned: what to group by and measure, and whether a rollup can answer."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import orjson
from graphql import FieldNode

from api.limits import Limits
from query.binding import Binding
from query.errors import QueryError
from query.filtering import Filtering
from query.measures import DIMENSIONS, MEASURES
from query.model import Model
from query.plan import (
    All,
    Block,
    Compare,
    Condition,
    Facets,
    GroupKey,
    GroupKeys,
    Groups,
    HasMore,
    Key,
    Measured,
    NumberFact,
    Numbers,
    Order,
    Source,
    Statistics,
    TotalCount,
    TypeName,
)
from query.rolled import columns_of, dimension_columns, rolled, rollup
from query.summaries import BUCKETS, GROUPS, ROWS
from schemas.catalog import Catalog, Disclosure
from store.layout import method_of

_DIMENSIONS, _FACETS = 4, 8  # at most
_STATUS = {"published": ["已公开", "Published"], "withdrawn": ["已撤回", "Withdrawn"]}
_ORDERED = {one.order: name for name, one in MEASURES.items()}
Grouped = Mapping[str, list[FieldNode]]


class Planning(Protocol):
    """What the planner of an operation gives."""

    model: Model
    catalog: Catalog
    limits: Limits
    nodes: int

    @property
    def binding(self) -> Binding: ...

    def collected(self, nodes: Iterable[FieldNode], type_name: str) -> Grouped: ...

    def filtering(self, path: str | None) -> Filtering: ...


@dataclass(frozen=True)
class Listing:
    """The list that is summed up: a connection's rows by its relation, filter and search."""

    relation: str
    target: str
    where: Condition | None
    wanted: Mapping[str, Any] | None
    searched: bool


class Summing:
    """Plans the statistics and facets of one list."""

    def __init__(self, planner: Planning, listing: Listing) -> None:
        self.planner, self.listing = planner, listing

    def statistics(
        self, nodes: list[FieldNode], type_name: str, given: Mapping[str, Any], times: int
    ) -> Source:
        """The statistics that a field asks for."""
        dimensions = tuple(given.get("groupBy") or ())
        if len(dimensions) > _DIMENSIONS or len(set(dimensions)) < len(dimensions):
            raise _bad_dimensions(_DIMENSIONS)
        numbers: list[Numbers] = []
        keys = [
            Key(name, self._of(fields, type_name, numbers))
            for name, fields in self.planner.collected(nodes, type_name).items()
        ]
        having = given.get("having")
        made = self._made(dimensions, tuple(keys), self._size(given.get("first"), GROUPS, times))
        made = replace(made, numbers=tuple(numbers), order=_order(given.get("orderBy") or (), dimensions))
        if having is not None:
            filtering = self.planner.filtering(None)
            made = replace(made, having=filtering.condition("StatisticsHaving", having))
        return self._answered(made)

    def facets(self, nodes: list[FieldNode], given: Mapping[str, Any], times: int) -> Source:
        """The facets that a field asks for, one statistics each."""
        dimensions = tuple(given["of"])
        if len(dimensions) > _FACETS or len(set(dimensions)) < len(dimensions):
            raise _bad_dimensions(_FACETS)
        made = []
        for dimension in dimensions:
            keys = []
            for name, fields in self.planner.collected(nodes, "Facet").items():
                if fields[0].name.value == "dimension":
                    keys.append(Key(name, TypeName(dimension)))
                else:
                    keys.append(Key(name, self._of(fields, "Facet", [])))
            facet = self._made((dimension,), tuple(keys), self._size(given.get("first"), BUCKETS, times))
            ordered = (Order("disclosures", descending=True), Order("k0"))
            made.append(self._answered(replace(facet, order=ordered)))
        return Facets(tuple(made))

    def count(self) -> TotalCount:
        """How many rows the list has."""
        found = self._rolled(set())
        return TotalCount(*found) if found else TotalCount()

    # what is asked for

    def _of(self, nodes: list[FieldNode], type_name: str, numbers: list[Numbers]) -> Source:
        """A field of statistics or of a facet."""
        match nodes[0].name.value:
            case "__typename":
                return TypeName(type_name)
            case "hasMore":
                return HasMore()
        group = self.planner.model.types[type_name].attribute(nodes[0].name.value).named_type
        return Groups(
            self._keys(nodes, group, lambda name, fields: self._in_group(name, fields, group, numbers))
        )

    def _keys(
        self, nodes: list[FieldNode], type_name: str, source: Callable[[str, list[FieldNode]], Source]
    ) -> tuple[Key, ...]:
        keys = []
        for name, fields in self.planner.collected(nodes, type_name).items():
            field = fields[0].name.value
            keys.append(Key(name, TypeName(type_name) if field == "__typename" else source(field, fields)))
        return tuple(keys)

    def _in_group(self, field: str, nodes: list[FieldNode], type_name: str, numbers: list[Numbers]) -> Source:
        """A field of a group or of a bucket."""
        attribute = self.planner.model.types[type_name].attribute(field)
        source = str(getattr(attribute.source, "name", ""))
        named = attribute.named_type
        if source in MEASURES:
            return Measured(source)
        if source == "keys":
            return GroupKeys(self._keys(nodes, named, lambda name, _: GroupKey(name)))
        if source == "properties":
            return Block(
                self._keys(nodes, named, lambda name, fields: self._property(name, fields, named, numbers))
            )
        if source in ("amount", "lateness"):
            attributes = self.planner.model.types[named]
            return Block(
                self._keys(nodes, named, lambda name, _: Measured(attributes.attribute(name).source.name))  # type: ignore[union-attr]
            )
        return GroupKey(source, 0)  # of a bucket

    def _property(self, field: str, nodes: list[FieldNode], type_name: str, numbers: list[Numbers]) -> Source:
        attribute = self.planner.model.types[type_name].attribute(field)
        named = attribute.named_type
        if not isinstance(attribute.source, Numbers):  # lots
            return Block(
                self._keys(nodes, named, lambda name, fields: self._property(name, fields, named, numbers))
            )
        if attribute.source not in numbers:
            numbers.append(attribute.source)
        place = numbers.index(attribute.source)
        return Block(self._keys(nodes, named, lambda name, _: NumberFact(place, name)))

    # who answers

    def _made(self, dimensions: tuple[str, ...], keys: tuple[Key, ...], size: int) -> Statistics:
        titled = any(_has_titles(key.source) for key in keys)
        titles = tuple(self._titles(name) if titled else -1 for name in dimensions)
        most = self.planner.binding(self.planner.limits.exact_rows)
        listing = self.listing
        return Statistics(listing.relation, dimensions, titles, (), size, most, keys, listing.where)

    def _answered(self, made: Statistics) -> Statistics:
        """From a rollup where one has all that is asked for."""
        if made.numbers or any(MEASURES[name].costly for name in made.measures()):
            return made
        found = self._rolled(dimension_columns(made.dimensions))
        return replace(made, rollup=found[0], where=found[1]) if found else made

    def _rolled(self, columns: set[str]) -> tuple[str, Condition | None] | None:
        """The rollup that answers for the list and has the columns, and the list's condition on it."""
        listing, planner = self.listing, self.planner
        needed = columns_of(listing.where)
        if listing.searched or needed is None or not planner.limits.rollups:
            return None
        if "published_date" not in needed:
            found = rollup(listing.relation, columns | needed)
            return (found, listing.where) if found else None
        # What a date says of `recency` follows from what it says of the date.
        known = rollup(listing.relation, columns | needed - {"published_date", "recency"})
        if (
            known is None or 2 * len(planner.binding.values) > planner.limits.values
        ):  # what is said again counts
            return None
        filtering = planner.filtering(None)
        where = rolled(
            listing.wanted or {},
            lambda name, value: filtering.condition("DisclosureFilter", {name: value}),
            planner.binding,
        )
        needed = columns_of(where)
        if where is None or needed is None:
            return None
        path = planner.model.paths.get(listing.target)
        if path is not None:
            where, needed = All((Compare("type", "eq", (planner.binding(path),)), where)), needed | {"type"}
        found = rollup(listing.relation, columns | needed)
        return (found, where) if found else None

    def _size(self, first: int | None, default: int, times: int) -> int:
        size = default if first is None else first
        if not 1 <= size <= ROWS:
            raise QueryError(
                "Q030", f"统计一次取 1–{ROWS} 组,不能是 {size}", f"statistics have 1 to {ROWS} groups, not {size}",
                "用 having 或者 filter 缩小范围。", "Narrow them by having or filter.",
            )  # fmt: skip
        self.planner.nodes += times * size
        return self.planner.binding(size)

    def _titles(self, name: str) -> int:
        """The parameter with the titles of a dimension's values: {value: [Chinese, English]}; -1 without."""
        kind, catalog = DIMENSIONS[name].titles, self.planner.catalog
        if kind in ("", "region", "publisher"):
            return -1
        if kind == "type":
            found = {d.type: [d.title, d.title_en] for d in catalog.types.values()}
        elif kind == "status":
            found = _STATUS
        elif kind == "method":
            found = _method_titles(
                catalog, catalog.types.get(self.planner.model.paths.get(self.listing.target, ""))
            )
        else:
            found = {
                code.code: [code.title, code.title_en] for code in catalog.codelists[kind].codes.values()
            }
        return self.planner.binding(orjson.dumps(found).decode())


def _method_titles(catalog: Catalog, disclosure: Disclosure | None) -> dict[str, list[str]]:
    """Titles of the type's codelist of methods, without a type of all; where two name one code differently, both."""
    found: dict[str, list[str]] = {}
    method = method_of(disclosure.fields) if disclosure else None
    names = [str(method.codelist)] if method else [n for n in catalog.codelists if n.endswith("-method")]
    for name in sorted(names):
        for code in catalog.codelists[name].codes.values():
            known = found.setdefault(code.code, [code.title, code.title_en])
            for at, title in enumerate((code.title, code.title_en)):
                if title not in known[at].split(" / "):
                    known[at] += f" / {title}"
    return found


def _has_titles(source: Source) -> bool:
    match source:
        case Groups(keys=keys) | GroupKeys(keys=keys):
            return any(_has_titles(key.source) for key in keys)
        case GroupKey(name=name):
            return name in ("title", "titleEn")
        case _:
            return False


def _order(wanted: Sequence[Mapping[str, Any]], dimensions: tuple[str, ...]) -> tuple[Order, ...]:
    """The order of groups: what is asked for, then the keys."""
    orders: dict[str, Order] = {}
    for one in wanted:
        field, descending = one["field"], (one.get("direction") or "DESC") == "DESC"
        if field in _ORDERED:
            key = _ORDERED[field]
        elif field in dimensions:
            key = f"k{dimensions.index(field)}"
        else:
            raise QueryError(
                "Q032", f"没有按 {field} 分组,不能按它排序", f"the groups have no {field} to be ordered by",
                "把它加进 groupBy,或者按度量排序。", "Add it to groupBy, or order by a measure.",
            )  # fmt: skip
        orders.setdefault(key, Order(key, descending))
    for at in range(len(dimensions)):
        orders.setdefault(f"k{at}", Order(f"k{at}"))
    return tuple(orders.values())


def _bad_dimensions(most: int) -> QueryError:
    return QueryError(
        "Q031", f"分组的依据至多 {most} 项,不能重复", f"at most {most} dimensions, each once",
        "减少 groupBy、of 的项。", "Give fewer in groupBy or of.",
    )  # fmt: skip
