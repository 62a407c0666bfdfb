"""One sheet of a file, or a file of JSON objects: its columns, and what each row of it becomes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from formats.row import Row
from loaders.asked import Asked
from loaders.binding import Binder, Bound, Heading, Plan
from loaders.build import Builder, Group
from loaders.draft import flattened
from loaders.guessing import guess_type
from loaders.headings import (
    Known,
    counts_rows,
    find_heading,
    is_repeated,
    is_units,
    letter,
    numbered,
    stated_units,
    titles,
)
from loaders.issues import RULES
from loaders.names import Names, names_of, normal
from loaders.personal import mask
from loaders.profile import RecordRule
from loaders.report import ColumnUse
from loaders.skipping import reason
from loaders.stacked import Stacked, is_heading
from loaders.text import clean
from schemas.catalog import Disclosure
from schemas.issue import Issue, issue

_NO_TYPE = "类型未定，没有对照"
_FEW_LINES = 20
_NOT_A_TITLE = ("附件", "附表", "单位", "填报", "制表", "编制", "日期")


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which a row becomes a record; `faults` say why none can, whatever the row says.

    `notes` are said of the sheet and stop nothing.
    """

    rule: RecordRule | None
    builder: Builder | None
    faults: tuple[Issue, ...] = ()
    notes: tuple[Issue, ...] = ()


class Sheet:
    """The columns of one sheet and the ways in which its rows become records."""

    def __init__(self, name: str, asked: Asked) -> None:
        self.name = name
        self.asked = asked
        self.headings: list[Heading] = []
        self.uses: list[ColumnUse] = []
        self.ways: list[Way] = []
        # Faults and notes of the ways that rows have gone, each once.
        self.said: dict[Issue, None] = {}
        self.heading_row = 1
        self.nested = False
        self._titles: tuple[str, ...] = ()
        self._stated: dict[str, str] = {}
        self._above: dict[int, Any] = {}
        self.stacked: Stacked | None = None
        self._is_below = False  # below another table
        # What a line between the rows says of where those below it are.
        self.group: Group | None = None
        # Lines below rows that state units: of the whole table, if no other table begins there.
        self._below: list[Sequence[Any]] = []
        # The columns of the last row whose cells are those of a row above.
        self.from_above: set[int] = set()

    def begin_objects(self, rows: Sequence[Row]) -> None:
        """Learn the names in the first objects of a JSON file."""
        self.nested = True
        for row in rows:
            assert isinstance(row.cells, dict)
            self._learn(self._flat(row.cells))
        self._bind()

    def begin(self, rows: Sequence[Row]) -> list[Row]:
        """Find the headings among the first rows of a table; gives the rows below them."""
        profile = self.asked.profile
        if self._is_fixed:
            assert profile is not None
            at = 1 if profile.heading_row is None else profile.heading_row
            self.heading_row = max(at, 1)
            heading = [row for row in rows if row.number == at]
            names = profile.headings or tuple(clean(cell) for row in heading for cell in row.cells)
            below = [row for row in rows if row.number > at]
        else:
            found = find_heading(
                [tuple(row.cells) for row in rows], self.asked.knows, elsewhere=self._elsewhere
            )
            if found is None:
                return []
            names, self._titles = found.names, found.titles
            self.heading_row = rows[found.last].number
            above = [tuple(row.cells) for row in rows[: found.first]]
            self._stated = stated_units(above, self.asked.reader.units)
            below = list(rows[found.last + 1 :])
        return self._headed(names, below)

    def begin_another(self, rows: Sequence[Row], above: Sequence[Row], knows: Known) -> list[Row] | None:
        """Find the headings of a table that begins below another one with the first of these rows; gives the rows below
        them, None where there are none. `above` are the lines before it.
        """
        found = find_heading([tuple(row.cells) for row in rows], knows, searched=1, elsewhere=self._elsewhere)
        if found is None:
            return None
        self._is_below = True
        lines = [tuple(row.cells) for row in above]
        self._titles, self.heading_row = titles(lines), rows[found.last].number
        self._stated = stated_units(lines, self.asked.reader.units)
        return self._headed(found.names, list(rows[found.last + 1 :]))

    def _headed(self, names: Sequence[str], below: list[Row]) -> list[Row]:
        """Learn the headings; gives the rows below them. The first may state their units."""
        said = self.asked.below.get((self.name, self.heading_row), {})
        self._stated = {**said, **self._stated}
        self.said.update((issue(RULES, "L136", value=unit), None) for unit in said.values())
        units: list[str | None] = [None] * len(names)
        if below and is_units(tuple(below[0].cells), self.asked.reader.units):
            units = [self._unit(cell) for cell in below[0].cells]
        keys = numbered(names)
        for place, (name, key) in enumerate(zip(names, keys, strict=True)):
            unit = units[place] if place < len(units) else None
            self._add(place, key, name, letter(place), unit)
        self._bind()
        self._warn_of_count([tuple(row.cells) for row in below])
        if not self._is_fixed:
            self.stacked = Stacked(names, dict(enumerate(map(self._unit_of, self.headings))), self.asked)
        return below

    def _warn_of_count(self, rows: Sequence[Sequence[Any]]) -> None:
        """Say where what is to identify the records only counts the rows of the file."""
        for bound in self._bound:
            cells = [row[bound.column] for row in rows if bound.column < len(row)]
            if bound.slot.identifies and bound.at == ("localId",) and counts_rows(cells):
                self.said[issue(RULES, "L142", value=self.headings[bound.column].label)] = None

    def says_the_same(self, other: "Sheet") -> bool:
        """Whether the headings are those of another table, in the same places and units."""
        return [(h.name, h.unit) for h in self.headings] == [(h.name, h.unit) for h in other.headings] and (
            not self._stated or self._stated == other._stated
        )

    def alone(self, cells: Sequence[Any]) -> str | None:
        """What a row says that says one thing only, in a table of several columns."""
        return self.stacked.alone(cells) if self.stacked else None

    def begins_another(self, row: Row) -> bool:
        """Whether another table begins with a row."""
        return self.stacked is not None and self.stacked.begins(tuple(row.cells))

    def grouped(self, row: Row) -> Issue | None:
        """What is said of a line between the rows that names a division: the rows below it are there."""
        text = self.stacked.alone(tuple(row.cells)) if self.stacked else None
        code = self.stacked.region(text) if self.stacked and text else None
        if code is None or text is None:
            return None
        self.group = Group(code, text, row.number)
        return issue(RULES, "L137", value=text)

    def repeats(self, letters: str) -> bool:
        """Whether a column holds amounts of list entries: a number that several rows have is counted several times."""
        return any(
            one.slot.field.is_money
            and self.uses[one.column].letter == letters
            and any(isinstance(step, int) for step in one.at)
            for one in self._bound
        )

    def note(self, row: Row) -> None:
        """Keep a line below the rows that may state units."""
        if any("单位" in text or "为" in text for text in map(clean, row.cells)):
            self._below = [*self._below[-_FEW_LINES:], tuple(row.cells)]

    @property
    def stated_below(self) -> dict[str, str]:
        """The units that lines below the rows state, of what columns hold that have none, and no line above has."""
        units = self.asked.reader.units
        found = stated_units(self._below, units) if self._below else {}
        bare = {
            "CNY" if one.slot.field.is_money else units.base(one.slot.field.unit or "")
            for one in self._bound
            if one.slot.unit is None and self.uses[one.column].reached
        }
        return {base: unit for base, unit in found.items() if base in bare and base not in self._stated}

    @property
    def _bound(self) -> Iterator[Bound]:
        """The columns that reach a property, of each way that rows are read."""
        return (one for way in self.ways if way.builder for one in way.builder.plan.bound)

    def _elsewhere(self, text: str) -> bool:
        return is_heading(text, self.asked)

    def _unit_of(self, heading: Heading) -> str | None:
        return heading.unit or self.asked.reader.units.of_heading(heading.name)[1]

    @property
    def _is_fixed(self) -> bool:
        """Whether the profile says where the headings are, or what they are."""
        profile = self.asked.profile
        return profile is not None and (profile.heading_row is not None or bool(profile.headings))

    def row_cells(self, row: Row) -> list[Any]:
        """The cells of a row by the place of their column; a column not seen before is added."""
        if isinstance(row.cells, dict):
            return self._object_cells(row.cells)
        cells = list(row.cells)
        while len(cells) > len(self.headings):
            if any(clean(cell) for cell in cells[len(self.headings) :]):
                self._add(len(self.headings), "", "", letter(len(self.headings)), None)
            else:
                cells = cells[: len(self.headings)]
        filled = self.asked.profile.fill_down if self.asked.profile else ()
        self.from_above = set()
        for heading in self.headings[: len(cells)] if filled else ():
            if heading.key in filled:
                if clean(cells[heading.place]):
                    self._above[heading.place] = cells[heading.place]
                else:
                    cells[heading.place] = self._above.get(heading.place)
                    self.from_above.add(heading.place)
        return cells

    def skipped(self, row: Row) -> str | None:
        """Why a row is no data, None if it is."""
        if isinstance(row.cells, dict):
            return None if row.cells else "blank"
        if is_repeated(row.cells, [heading.name for heading in self.headings]):
            return "heading"
        if is_units(row.cells, self.asked.reader.units):
            return "unit"
        return reason(row.cells, sum(1 for heading in self.headings if heading.name))

    @property
    def missing(self) -> list[str]:
        """The columns that the profile speaks of and the table does not have."""
        if self.nested or not self.headings or self._is_below:
            return []
        known = {heading.key for heading in self.headings}
        said = (heading for rule in self._rules() if rule for heading in (*rule.columns, *rule.when))
        return [heading for heading in dict.fromkeys(said) if heading not in known]

    def ways_for(self, cells: Sequence[Any]) -> Iterator[Way]:
        """The ways for a row: the first that fits, or all, as the profile says."""
        for way in self.ways:
            if way.rule is None or self._fits(way.rule, cells):
                yield way
                if not (self.asked.profile and self.asked.profile.all_matching):
                    return

    def chosen_by(self, cells: Sequence[Any]) -> str:
        """What a row says in the columns by which rules are chosen."""
        columns = dict.fromkeys(key for way in self.ways if way.rule for key in way.rule.when)
        return "、".join(self._text(cells, key) for key in columns)

    def named_cells(self, cells: Sequence[Any]) -> dict[str, Any]:
        """The filled cells of a row by heading."""
        named: dict[str, Any] = {}
        for heading, cell in zip(self.headings, cells, strict=False):
            if cell not in (None, ""):
                name = heading.name or letter(heading.place)
                named[name if name not in named else heading.key or letter(heading.place)] = cell
        return named

    def _object_cells(self, row: dict[str, Any]) -> list[Any]:
        flat = self._flat(row)
        if self._learn(flat):
            self._bind()
        cells: list[Any] = [None] * len(self.headings)
        places = {heading.name: heading.place for heading in self.headings}
        for name, cell in flat.items():
            cells[places[name]] = cell
        return cells

    def _flat(self, row: dict[str, Any]) -> dict[str, Any]:
        lists = [each.source for rule in self._rules() if rule for each in rule.each]
        return flattened(row, lists)

    def _learn(self, flat: Mapping[str, Any]) -> bool:
        """Add a column for every name not seen before; whether there was one."""
        known = {heading.name for heading in self.headings}
        fresh = [name for name in flat if name not in known]
        for name in fresh:
            self._add(len(self.headings), normal(name), name, "", None)
        return bool(fresh)

    def _add(self, place: int, key: str, name: str, letters: str, unit: str | None) -> None:
        heading = Heading(place, key, name, unit)
        self.headings.append(heading)
        self.uses.append(ColumnUse(self.name, heading.label, letters))

    def _bind(self) -> None:
        """Bind the columns to every type that a row may become, and note what is missing for it."""
        self.ways = [self._way(rule) for rule in self._rules()]
        plans = [way.builder.plan for way in self.ways if way.builder]
        for use, heading in zip(self.uses, self.headings, strict=True):
            use.properties = list(dict.fromkeys(p for plan in plans for p in plan.properties(heading.place)))
            reasons = [plan.dropped[heading.place] for plan in plans if heading.place in plan.dropped]
            # Where no type is known, nobody can tell whether the standard has the column.
            unknown = () if plans else (_NO_TYPE,)
            use.reason = None if use.properties else next(iter((*reasons, *unknown)), None)

    def _way(self, rule: RecordRule | None) -> Way:
        type_ = self.asked.type or (rule.type if rule else None)
        notes: tuple[Issue, ...] = ()
        if type_ is None:
            guess = guess_type(
                [heading.name for heading in self.headings], self.asked.names, self.asked.catalog,
                (self.asked.file_name, self.name, *self._titles), nested=self.nested,
            )  # fmt: skip
            said = (guess.issue,) if guess.issue else ()
            if guess.type is None:
                return Way(rule, None, said)
            type_, notes = guess.type, said
        asked, disclosure = self.asked, self.asked.catalog.type(type_)
        binder = Binder(
            disclosure, self._names(disclosure), asked.reader, asked.profile, rule, asked.organization, asked.level,
            publisher_given=asked.publisher_given, stated_units=self._stated,
        )  # fmt: skip
        plan = binder.bind(self.headings, nested=self.nested)
        plan, missing = self._identified(plan)
        if asked.bounds is not None and not plan.publisher:
            plan = replace(plan, publisher=asked.bounds.organization)
        if asked.checking and not _is_published(plan):
            plan, notes = replace(plan, publisher=asked.stand_in), (*notes, issue(RULES, "L007"))
        builder = Builder(plan, self.headings, asked.reader, asked.profile)
        return Way(rule, builder, (*missing, *_missing(plan)), notes)

    def _names(self, disclosure: Disclosure) -> Names:
        called = self.asked.catalog.called(disclosure)
        return self.asked.names.get(called) or names_of(disclosure, self.asked.catalog)

    def _rules(self) -> Sequence[RecordRule | None]:
        return self.asked.profile.records if self.asked.profile else (None,)

    def _identified(self, plan: Plan) -> tuple[Plan, list[Issue]]:
        """The plan, with the table's title as the records' where only that identifies them; else an issue."""
        paths = plan.paths()
        alternatives = plan.disclosure.schema["key"]
        if any(all(_reached(path, paths) for path in one) for one in alternatives):
            return plan, []
        title = max(
            (line for line in self._titles if not line.startswith(_NOT_A_TITLE)), key=len, default=None
        )
        if title and any(all(_reached(path, paths | {"title"}) for path in one) for one in alternatives):
            named = ("title",)
            constants = (*plan.constants, (named, mask(title)[0]))
            return replace(plan, constants=constants, titled=(named,)), []
        titles = [" + ".join(plan.disclosure.by_path[path].title for path in one) for one in alternatives]
        titled = ["title"] in [list(one) for one in alternatives]
        return plan, [
            issue(
                RULES, "L010", expected="、".join(titles),
                more="；或者在表格上面写一行标题，整张表就是一条记录" if titled else "",
                moreEn="; or write a title above the table, which then is one record" if titled else "",
            )
        ]  # fmt: skip

    def _fits(self, rule: RecordRule, cells: Sequence[Any]) -> bool:
        return all(wanted.holds(self._text(cells, key)) for key, wanted in rule.when.items())

    def _text(self, cells: Sequence[Any], key: str) -> str:
        for heading in self.headings:
            if heading.key == key and heading.place < len(cells):
                return clean(cells[heading.place])
        return ""

    def _unit(self, cell: Any) -> str | None:
        text = clean(cell)
        return (self.asked.reader.units.of_heading(text)[1] or text) if text else None


def _missing(plan: Plan) -> Iterator[Issue]:
    """The required properties that no column of the sheet can fill."""
    paths = plan.paths()
    for name in plan.disclosure.schema.get("required", ()):
        if name == "publisher" and not _is_published(plan):
            yield issue(RULES, "L005")
        if name in ("schema", "publisher") or _reached(name, paths):
            continue
        found = plan.disclosure.by_path[name]
        leaves = [one for one in found.walk() if one.kind != "object" and not one.name.endswith("Details")][
            :4
        ]
        options = dict.fromkeys([found.title, *found.aliases, *(leaf.title for leaf in leaves)])
        yield issue(
            RULES, "L004", path=name, clause=found.clause, title=found.title, titleEn=found.title_en, name=name,
            names="、".join(options),
        )  # fmt: skip


def _is_published(plan: Plan) -> bool:
    """Whether rows can say who publishes them: an address or a telephone alone does not."""
    return not plan.paths().isdisjoint(("publisher", "publisher.name", "publisher.uscc"))


def _reached(path: str, paths: set[str]) -> bool:
    """Whether a property, or a part of it, is among those filled."""
    return any(one == path or one.startswith(f"{path}.") or path.startswith(f"{one}.") for one in paths)
