"""The columns of one sheet bound to the properties of one type: by the profile first, then by their names."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from loaders.cells import Reader, Slot
from loaders.draft import Path
from loaders.names import Meaning, Names, main_field, normal
from loaders.profile import EachRule, Profile, RecordRule, Target, UnpivotRule
from schemas.catalog import Disclosure
from schemas.field import Field

_NO_RULE = RecordRule(None, {}, {}, {})
# What a column is called that says the unit of another.
_UNIT_NAMES = frozenset(
    {"单位", "计量单位", "金额单位", "货币单位", "价格单位", "面积单位", "数额单位", "unit"}
)
_CONTAINERS = frozenset({"organization", "person", "contact"})


@dataclass(frozen=True)
class Heading:
    """A column as binding sees it: its place, its key among the columns, its name, a unit that the sheet states.

    `label` is the name by which people find the column: with #2, #3 where a heading stands several times.
    """

    place: int
    key: str
    name: str
    unit: str | None = None

    @cached_property
    def label(self) -> str:
        """The name, with the number of its repetition."""
        _, mark, number = self.key.rpartition("#")
        return f"{self.name}#{number}" if mark and self.name and number.isdecimal() else self.name


@dataclass(frozen=True, slots=True)
class Bound:
    """Where the cells of one column go: `at` is the field's place, with the place in a list after each list."""

    column: int
    at: Path
    slot: Slot
    target: Target
    unit_column: int | None = None  # the column that says the unit, where neither heading nor profile does

    def paths(self, place: int | None = None) -> tuple[Path, Path]:
        """The path of the field and that of its parent, in the entry so-and-so of the innermost list."""
        at = self.at
        if place is not None:
            innermost = max((i for i, step in enumerate(at) if isinstance(step, int)), default=None)
            if innermost is not None:
                at = (*at[:innermost], place, *at[innermost + 1 :])
        return at, at[:-2] if self.slot.field.many else at[:-1]


@dataclass(frozen=True, slots=True)
class BoundEach:
    """The elements of a list in a JSON record, bound to the entries of a list property."""

    column: int
    to: Path
    ordinal: str | None
    parts: Mapping[str, tuple[Bound, ...]]


@dataclass(frozen=True, slots=True)
class BoundUnpivot:
    """A column whose heading is a label: its cell becomes an entry of a list."""

    column: int
    to: Path
    label: Bound
    label_text: str
    value: Bound


@dataclass(frozen=True)
class Plan:
    """How a row of one sheet becomes a record of one type. `region` is that of rows that name none; `titled` are the
    constants that a line above the table says.
    """

    disclosure: Disclosure
    bound: tuple[Bound, ...]
    each: tuple[BoundEach, ...]
    unpivot: tuple[BoundUnpivot, ...]
    constants: tuple[tuple[Path, Any], ...]
    publisher: dict[str, Any]
    level: str | None
    region: str | None
    dropped: Mapping[int, str]
    titled: tuple[Path, ...] = ()

    @cached_property
    def columns(self) -> frozenset[int]:
        """The columns that fill something."""
        bound = {one.column for one in self.bound} | {one.column for one in self.each}
        return frozenset(bound | {one.column for one in self.unpivot})

    def properties(self, column: int) -> list[str]:
        """The properties that a column fills."""
        found = [one.slot.field.dotted for one in self.bound if one.column == column]
        found += [
            ".".join(str(s) for s in one.to if isinstance(s, str))
            for one in self.each
            if one.column == column
        ]
        found += [one.value.slot.field.dotted for one in self.unpivot if one.column == column]
        return list(dict.fromkeys(found))

    def paths(self) -> set[str]:
        """Every property that a column or a constant may fill."""
        found = {one.slot.field.dotted for one in self.bound}
        found |= {_dotted(path) for path, _ in self.constants}
        found |= {one.value.slot.field.dotted for one in self.unpivot}
        found |= {b.slot.field.dotted for one in self.each for bounds in one.parts.values() for b in bounds}
        found |= {"publisher"} if self.publisher else set()
        return found | ({"region"} if self.region else set())


class Binder:
    """Binds headings for one type and one record rule of a profile."""

    def __init__(
        self,
        disclosure: Disclosure,
        names: Names,
        reader: Reader,
        profile: Profile | None,
        rule: RecordRule | None,
        publisher: Mapping[str, Any],
        level: str | None,
        *,
        publisher_given: bool = False,
        stated_units: Mapping[str, str] | None = None,
    ) -> None:
        self.disclosure = disclosure
        self._names = names
        self._reader = reader
        self._profile = profile
        self._rule = rule or _NO_RULE
        self._publisher = publisher
        self._level = level
        self._publisher_given = publisher_given
        self._stated_units = stated_units or {}
        self._headings: Sequence[Heading] = ()

    def bind(self, headings: Sequence[Heading], *, nested: bool = False) -> Plan:
        """The plan for these headings; `nested` where they are dotted paths of JSON objects."""
        self._headings = headings
        bound: list[Bound] = []
        dropped: dict[int, str] = {}
        order = {key: number for number, key in enumerate(self._rule.columns)}
        for heading in sorted(headings, key=lambda one: order.get(one.key, len(order) + one.place)):
            rule = self._rule.columns.get(heading.key)
            if rule is None:
                continue
            if rule.drop is not None:
                dropped[heading.place] = rule.drop
            targets = [one for one in rule.targets if not (self._publisher_given and _of_publisher(one))]
            bound += [self._bound(heading, target) for target in targets]
        each = tuple(self._each(headings))
        unpivot = tuple(self._unpivot(headings))
        taken = {one.column for one in bound} | {one.column for one in each} | {one.column for one in unpivot}
        taken |= set(dropped)
        bound += self._by_name(headings, tuple(bound), taken, nested, dropped)
        of_units = {one.unit_column for one in bound} - {one.column for one in bound}
        dropped |= {column: "写的是旁边一列的单位" for column in of_units if column is not None}
        return Plan(
            disclosure=self.disclosure,
            bound=tuple(bound),
            each=each,
            unpivot=unpivot,
            constants=tuple((self._path(to), value) for to, value in self._rule.constants.items()),
            publisher=dict(self._publisher),
            level=self._level,
            region=self._reader.within,
            dropped=dropped,
        )

    def _by_name(
        self,
        headings: Sequence[Heading],
        said: Sequence[Bound],
        taken: set[int],
        nested: bool,
        dropped: dict[int, str],
    ) -> Iterator[Bound]:
        """Bind what the profile does not speak of. A property that the profile fills is left to it, but for the
        region: a second column may name a narrower one.
        """
        filled = {bound.slot.field.path for bound in said if bound.slot.field.codelist != "region"}
        left: Field | None = None
        for heading in headings:
            if heading.place in taken or not heading.name:
                named = [bound.slot.field for bound in said if bound.column == heading.place]
                left = self._organization(named[0]) if named else left
                continue
            meaning = _nearest(self._names.find(heading.name, nested=nested), left)
            if meaning is None:
                continue
            field = meaning.field
            left = self._organization(field)
            if field.path[0] == "publisher" and self._publisher:
                dropped[heading.place] = "公开主体已另行指明"
            elif field.path in filled:
                dropped[heading.place] = f"映射文件已指明由哪一列填写 {field.dotted}"
            else:
                yield self._bound(heading, Target(to=field.dotted), exact=False)

    def _organization(self, field: Field) -> Field | None:
        """The organization or person that a field is, or is a part of."""
        parent = self.disclosure.by_path.get(".".join(field.path[:-1]))
        return next((one for one in (field, parent) if one and one.definition in _CONTAINERS), None)

    def _bound(self, heading: Heading, target: Target, before: Path = (), *, exact: bool = True) -> Bound:
        """A column bound to a target whose path goes on from `before` (the entry of a list)."""
        path = (*before, *_steps(target.to))
        field = self.disclosure.by_path[_dotted(path)]
        if not exact or field.kind == "object" or field.name == "amount":
            field = main_field(field, self.disclosure)
        parent = self.disclosure.by_path.get(".".join(field.path[:-1]))
        siblings = {one.name: one for one in (parent.fields if parent else self.disclosure.fields)}
        own = target.unit or heading.unit or self._reader.units.of_heading(heading.name)[1]
        measured = "CNY" if field.is_money else self._reader.units.base(field.unit or "")
        unit = own or self._stated_units.get(measured or "")
        nulls = target.nulls | (self._profile.nulls if self._profile else frozenset())
        placed = self._placed(field.path, path)
        identifies = any(field.dotted in one for one in self.disclosure.schema["key"])
        slot = Slot(field, siblings, unit, nulls, parent, self.disclosure.release, identifies)
        beside = self._unit_beside(heading) if own is None and measured else None
        return Bound(heading.place, placed, slot, target, beside)

    def _unit_beside(self, heading: Heading) -> int | None:
        """The column that says the unit of another: just behind it, named after it, or of the same object."""
        above = heading.name.rpartition(".")[0]
        for other in self._headings:
            name = normal(other.name)
            if name in _UNIT_NAMES and other.place == heading.place + 1:
                return other.place
            if name.removesuffix("单位") == normal(heading.name) != name:
                return other.place
            whose, dot, last = other.name.rpartition(".")
            if dot and normal(last) in _UNIT_NAMES and whose in (heading.name, above or None):
                return other.place
        return None

    def _placed(self, names: Sequence[str], said: Path) -> Path:
        """A field's path with a place after every list: the one that was said, else the first."""
        places: list[int | None] = []
        for position, step in enumerate(said):
            if isinstance(step, str):
                following = said[position + 1] if position + 1 < len(said) else None
                places.append(following if isinstance(following, int) else None)
        placed: list[str | int] = []
        for position, name in enumerate(names):
            placed.append(name)
            if self.disclosure.by_path[".".join(names[: position + 1])].many:
                place = places[position] if position < len(places) else None
                placed.append(place or 0)
        return tuple(placed)

    def _path(self, dotted: str) -> Path:
        path = _steps(dotted)
        return self._placed([step for step in path if isinstance(step, str)], path)

    def _each(self, headings: Sequence[Heading]) -> Iterator[BoundEach]:
        by_key = {heading.key: heading for heading in headings}
        for rule in self._rule.each:
            heading = by_key.get(normal(rule.source))
            if heading is None:
                continue
            yield BoundEach(heading.place, self._path(rule.to), rule.ordinal, self._parts(rule, heading))

    def _parts(self, rule: EachRule, heading: Heading) -> dict[str, tuple[Bound, ...]]:
        return {
            name: tuple(
                self._bound(Heading(heading.place, name, name), target, self._path(rule.to))
                for target in column.targets
            )
            for name, column in rule.columns.items()
        }

    def _unpivot(self, headings: Sequence[Heading]) -> Iterator[BoundUnpivot]:
        for rule in self._rule.unpivot:
            for heading in headings:
                if heading.key in rule.columns:
                    yield self._unpivoted(rule, heading)

    def _unpivoted(self, rule: UnpivotRule, heading: Heading) -> BoundUnpivot:
        to = self._path(rule.to)
        return BoundUnpivot(
            column=heading.place,
            to=to,
            label=self._bound(heading, Target(to=rule.label), to),
            label_text=rule.columns[heading.key],
            value=self._bound(heading, rule.value, to),
        )


def _nearest(meanings: Sequence[Meaning], left: Field | None) -> Meaning | None:
    """The meaning of a heading; one like 联系电话 belongs to the organization in the columns just before it."""
    if not meanings or not meanings[0].generic:
        return meanings[0] if meanings else None
    return next((one for one in meanings if left is not None and one.field.path[:-1] == left.path), None)


def _of_publisher(target: Target) -> bool:
    return target.to.partition(".")[0] == "publisher"


def _steps(dotted: str) -> Path:
    return tuple(int(step) if step.isdecimal() else step for step in dotted.split("."))


def _dotted(path: Path) -> str:
    return ".".join(step for step in path if isinstance(step, str))
