"""One row → one fragment of a record: cells read, personal numbers masked, every value with its source."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from typing import Any, NamedTuple

from loaders.binding import Bound, BoundEach, BoundUnpivot, Heading, Plan
from loaders.cells import Reader
from loaders.draft import ABOVE, CONFLICT, JOINED, LABEL, SAME, STORED, Draft, Path, Source, inner_value
from loaders.issues import of_field
from loaders.parts import Parts, Value, shown
from loaders.profile import Profile
from loaders.rules import CONSTANT, GROUP, POSITION, PUBLISHER, TITLE
from loaders.screen import masked
from loaders.text import clean, is_null
from schemas.issue import Issue


class Place(NamedTuple):
    """Where a row stands."""

    sheet: str
    row: int


@dataclass(frozen=True, slots=True)
class Group:
    """A line between the rows that names the division of those below it, and its row."""

    code: str
    text: str
    row: int


@dataclass(slots=True)
class Built:
    """What one row gave: the fragment, its sources by dotted path, the issues, and which columns reached it.

    `filled` are the columns whose cell says something that is asked for here.
    """

    record: dict[str, Any] = attribute(default_factory=dict)
    sources: dict[str, Source] = attribute(default_factory=dict)
    issues: list[Issue] = attribute(default_factory=list)
    filled: set[int] = attribute(default_factory=set)
    reached: set[int] = attribute(default_factory=set)


class Builder:
    """Builds fragments of one plan."""

    def __init__(
        self, plan: Plan, headings: Sequence[Heading], reader: Reader, profile: Profile | None
    ) -> None:
        self.plan = plan
        self.reader = reader
        self.headings = headings
        self.parts = Parts(plan, headings, reader, profile.replace if profile else {})

    def build(
        self, cells: Sequence[Any], place: Place, above: Collection[int] = (), group: Group | None = None
    ) -> Built:
        """The fragment of one row; `above` are the columns whose cells stand in a row above, `group` the division that a
        line above names.
        """
        row = _Row(self, place, above, group)
        bounds = [(bound, self._in_unit(bound, cells)) for bound in self.plan.bound]
        # What says the unit of another column says nothing else.
        units = {bound.unit_column for bound, said in bounds if said is not bound}
        row.built.filled |= {column for column in units if column is not None}
        row.built.reached |= row.built.filled
        for _, bound in bounds:
            if bound.column < len(cells) and bound.column not in units:
                row.take(bound, cells[bound.column])
        for each in self.plan.each:
            if each.column < len(cells):
                row.take_each(each, cells[each.column])
        for number, unpivot in enumerate(self.plan.unpivot):
            if unpivot.column < len(cells):
                row.take_unpivot(unpivot, cells[unpivot.column], number)
        return row.finish()

    def _in_unit(self, bound: Bound, cells: Sequence[Any]) -> Bound:
        """The column with the unit that another cell of the row says, if that is one of what is measured."""
        if bound.unit_column is None or bound.unit_column >= len(cells):
            return bound
        unit, field = clean(cells[bound.unit_column]), bound.slot.field
        units = self.reader.units
        measured = "CNY" if field.is_money else units.base(field.unit or "")
        if not unit or units.base(unit) != measured:
            return bound
        return replace(bound, slot=replace(bound.slot, unit=unit))

    def alone(self, column: int, cell: Any) -> tuple[Built, dict[Path, Any]]:
        """What the cell of one column gives by itself, and its values by place; nothing that a row adds."""
        row = _Row(self, Place("", 0))
        for bound in self.plan.bound:
            if bound.column == column:
                row.take(bound, cell)
        row.note_unmatched()
        _, row.built.sources = row.draft.finish()
        return row.built, row.draft.leaves()


class _Row:
    """One row being built."""

    def __init__(
        self, builder: Builder, place: Place, above: Collection[int] = (), group: Group | None = None
    ) -> None:
        self.builder, self.place, self.above, self.group = builder, place, above, group
        self.draft, self.built = Draft(), Built()
        self._unmatched: dict[int, tuple[Bound, Any]] = {}
        self._parts_of: dict[Path, set[int]] = {}
        self._label = False  # what is put now is what the column's heading stands for

    def take(self, bound: Bound, cell: Any) -> None:
        """Read one cell into one target."""
        if is_null(shown(cell), of_text=True):
            return
        parts, changed = self.builder.parts.prepared(cell, bound.target)
        if bound.target.pattern is not None and not any(parts):
            self._unmatched.setdefault(bound.column, (bound, cell))
        several = len(parts) > 1 or (isinstance(cell, list) and bound.slot.field.many)
        for number, part in enumerate(parts):
            self._take_one(bound, part, number if several else None, cell, changed)

    def take_each(self, each: BoundEach, cell: Any) -> None:
        """Read the objects of a list into entries of a list."""
        for number, element in enumerate(cell if isinstance(cell, list) else ()):
            if not isinstance(element, Mapping):
                continue
            stored = False
            for name, bounds in each.parts.items():
                value = inner_value(element, name)
                for bound in bounds:
                    parts, changed = self.builder.parts.prepared(value, bound.target)
                    if bound.target.pattern is not None and not any(parts) and clean(value):
                        unmatched = of_field("L018", bound.slot.field, clean(value))
                        self._note(each.column, masked(unmatched))
                    for part in parts:
                        stored |= self._take_one(bound, part, number, value, changed)
            if stored and each.ordinal:
                heading = self.builder.headings[each.column].label
                source = [self.place.sheet, self.place.row, heading, POSITION]
                self.draft.put((*each.to[:-1], number, each.ordinal), number + 1, source)

    def take_unpivot(self, unpivot: BoundUnpivot, cell: Any, number: int) -> None:
        """Read a cell into an entry whose label is the column's."""
        parts, changed = self.builder.parts.prepared(cell, unpivot.value.target)
        for part in parts:
            if self._take_one(unpivot.value, part, number, cell, changed):
                self._label = True
                self._take_one(unpivot.label, unpivot.label_text, number, unpivot.label_text, False)
                self._label = False

    def finish(self) -> Built:
        """The fragment with the plan's constants; a constant inside a list needs an entry that a cell filled."""
        plan, draft, built = self.builder.plan, self.draft, self.built
        self._drop_nameless()
        self.note_unmatched()
        for path, value in plan.constants:
            if draft.get(path) is None and _entry_exists(draft, path):
                draft.put(path, value, self._without_cell(TITLE if path in plan.titled else CONSTANT))
        if plan.publisher and draft.get(("publisher",)) is None:
            draft.put(("publisher",), plan.publisher, self._without_cell(PUBLISHER))
        if plan.level:
            draft.put(("level",), plan.level, self._without_cell(PUBLISHER))
        if (
            self.group is not None
            and draft.get(("region",)) is None
            and draft.get(("regionDetails",)) is None
        ):
            draft.put(("region",), self.group.code, [self.place.sheet, self.group.row, None, GROUP])
        if plan.region and draft.get(("region",)) is None and draft.get(("regionDetails",)) is None:
            draft.put(("region",), plan.region, self._without_cell(PUBLISHER))
        record, built.sources = draft.finish()
        built.record = {"schema": plan.disclosure.name, **record}
        return built

    def note_unmatched(self) -> None:
        """Note the cells in which no pattern of the profile found anything."""
        for column, (bound, cell) in self._unmatched.items():
            if column not in self.built.filled:
                self.built.filled.add(column)
                self._note(column, masked(of_field("L018", bound.slot.field, shown(cell))))

    def _take_one(self, bound: Bound, part: Any, place: int | None, cell: Any, changed: bool) -> bool:
        field = bound.slot.field
        standing = self.draft.get(bound.at) if field.codelist == "region" else None
        given = self.builder.parts.given(bound, part, place, cell, changed, standing)
        if given is None:
            return False
        self.built.filled.add(bound.column)
        outcomes = {value.name: self._put(bound, value) for value in given.values}
        container = bound.slot.container
        if container is not None and container.definition == "organization":
            self._parts_of.setdefault(given.parent, set()).add(bound.column)
        self._note(bound.column, *given.issues)
        if outcomes.get(field.name) == CONFLICT or set(outcomes.values()) == {CONFLICT}:
            self._note(bound.column, masked(of_field("L023", field, shown(part))))
        stored = STORED in outcomes.values() or SAME in outcomes.values()
        if stored:
            self.built.reached.add(bound.column)
        return stored

    def _without_cell(self, rule: str) -> Source:
        """The source of what no cell of the row says."""
        return [self.place.sheet, self.place.row, None, rule]

    def _put(self, bound: Bound, given: Value) -> str:
        self._note(bound.column, *given.issues)
        heading = self.builder.headings[bound.column].label
        source: Source = [self.place.sheet, self.place.row, heading, given.rule, *given.raw]
        beyond = LABEL if self._label else ABOVE if bound.column in self.above else None
        if beyond:
            rule = "+".join(one for one in (beyond, given.rule) if one)
            source = [*source[:3], rule, *(given.raw or (shown(given.value),))]
        outcome = self.draft.put(given.path, given.value, source)
        if outcome == CONFLICT and bound.slot.field.codelist is not None:
            outcome = self._settled(given.path, str(given.value), bound, source)
        if given.field.definition == "organization":
            self._parts_of.setdefault(given.path, set()).add(bound.column)
        return outcome

    def _settled(self, path: Path, value: str, bound: Bound, source: Source) -> str:
        """What becomes of a second code or wording: the narrower region, a name rather than a code, both names."""
        catalog, standing = self.builder.reader.catalog, str(self.draft.get(path))
        codes = catalog.codelists[str(bound.slot.field.codelist)].codes
        is_region = bound.slot.field.codelist == "region"
        if path[-1] == bound.slot.field.name:
            if not is_region or catalog.regions.is_within(standing, value):
                return SAME if is_region else CONFLICT
            if not catalog.regions.is_within(value, standing):
                return CONFLICT
        elif value in codes or (is_region and value in standing):
            return SAME
        elif standing not in codes and is_region and standing not in value:
            source = [*source[:3], JOINED, f"{standing}|{value}"]
            value = f"{standing} {value}"
        elif standing not in codes and not is_region:
            return CONFLICT
        self.draft.replace(path, value, source)
        return STORED

    def _drop_nameless(self) -> None:
        """Leave out organizations of which only an address or a telephone is said: nobody could tell whose."""
        for path, columns in self._parts_of.items():
            found = self.draft.get(path)
            if not isinstance(found, dict) or found.get("name") or found.get("uscc"):
                continue
            field = self.builder.plan.disclosure.by_path[
                ".".join(step for step in path if isinstance(step, str))
            ]
            self.draft.remove(path)
            said = "；".join(map(str, found.values()))
            self._note(min(columns), masked(of_field("L026", field, said)))
            self.built.reached -= columns

    def _note(self, column: int, *found: Issue) -> None:
        for one in found:
            heading = self.builder.headings[column].label
            placed = one.at(sheet=self.place.sheet, row=self.place.row, column=heading)
            self.built.issues.append(placed)


def _entry_exists(draft: Draft, path: Path) -> bool:
    """Whether the list entries in which a constant would stand were filled by cells."""
    places = [path[: position + 1] for position, step in enumerate(path) if isinstance(step, int)]
    return all(draft.get(place) is not None for place in places)
