"""The columns of a type's template, from its fields alone: which, in what order, under which headings."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from schemas.catalog import Catalog, Disclosure
from schemas.codelist import fold
from schemas.field import Field
from schemas.naming import ANONYMOUS, full_names, short_names, type_name

Need = Literal["must", "should", "may"]

# So many columns a template has, unless more carry an item of the policy.
USUAL = 40
# The system's own; what a person fills in names neither.
_OURS = frozenset({"id", "schema"})
# Said of a record as a whole, and by programs rather than in tables.
_ASIDE = frozenset({"documents", "relatedDisclosures", "withheld", "parties", "processId", "level", "value"})
# Which disclosure it is and when it was public: every template asks for them.
_BASIC = ("title", "localId", "region", "publishedDate", "sourceUrl")
# Of an organization its name and code make it one that can be found; the rest is an address book.
_ADDRESS = frozenset({"address", "contactPerson", "phone", "jurisdiction", "employer", "position"})
_SIGNS = {"percent": "%", "permille": "‰"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the field that its cells fill (the code for its wording, the whole money for its amount), its
    heading, which no other property of the type has, and the group it stands in.

    `need`: without `must` a record is refused, `should` is asked for by the policy or tells records apart.
    `entry` is the list of whose entries a row has one, None for what is said once a record. `group_need` is
    `must` where a record without anything of the group is refused.
    """

    field: Field
    heading: str
    need: Need
    group: str
    group_need: Need
    entry: Field | None

    @property
    def marked(self) -> str:
        """The heading as a template shows it, with an asterisk where it must be filled."""
        return f"*{self.heading}" if self.need == "must" else self.heading


def columns(disclosure: Disclosure, catalog: Catalog, *, every: bool = False) -> tuple[Column, ...]:
    """The columns of a type's template, group by group; with `every`, all that a flat table can fill."""
    layout = _Layout(disclosure, catalog)
    chosen = list(layout.fillable()) if every else layout.chosen()
    made = [
        Column(
            field, layout.heading(field), layout.need(field), layout.group(field), layout.group_need(field),
            layout.entry(field),
        )
        for field in sorted(chosen, key=layout.place)
    ]  # fmt: skip
    return tuple(_named_by_number(made))


class _Layout:
    """What a template takes from one type."""

    def __init__(self, disclosure: Disclosure, catalog: Catalog) -> None:
        self.disclosure, self.catalog = disclosure, catalog
        self._order = {field.path: number for number, field in enumerate(disclosure.walk())}
        keys = {path for one in disclosure.schema["key"] for path in one}
        rules = disclosure.deadlines
        judged = {path for rule in rules for path in (*rule.needs, *dict(rule.when), *dict(rule.unless))}
        self.identifying = keys | judged
        self._featured = set(disclosure.schema["featured"])
        tops = [{field.name for field in one.fields} for one in catalog.types.values()]
        self._envelope = set.intersection(*tops)

    def fillable(self) -> Iterator[Field]:
        """Every field that one cell can fill, in the schema's order."""
        for field in self.disclosure.walk():
            parent = self.parent(field)
            if field.path[0] in _OURS or field.deprecated or (parent and parent.is_money):
                continue
            if (field.kind == "object" and not field.is_money) or self._is_wording(field):
                continue
            yield field

    def chosen(self) -> list[Field]:
        """The fields of the usual template: all that must or should be there, then the type's own."""
        seen: Counter[tuple[int, tuple[str, ...]]] = Counter()
        ranked = []
        for field in self.fillable():
            # Lists and the record itself take turns, so that none of them uses up the room.
            entry = self.entry(field)
            kind = (self._rank(field), entry.path if entry else ())
            seen[kind] += 1
            ranked.append((kind[0], seen[kind] if kind[0] > 3 else 0, self._order[field.path], field))
        ranked.sort(key=lambda one: one[:3])
        taken = [
            one[-1] for number, one in enumerate(ranked) if one[0] < 4 or (one[0] < 7 and number < USUAL)
        ]
        # Rows of one record are joined by the numbers of its lots.
        lists = [*{one.path: one for field in taken for one in self.lists(field)}.values()]
        numbers = [number for one in lists if (number := self._number(one))]
        return [*taken, *(number for number in numbers if number not in taken)]

    def heading(self, field: Field) -> str:
        """The shortest name that means this property alone, with its unit."""
        if field.path == ("title",):
            return type_name(self.disclosure)
        names = [*short_names(field, self.disclosure), *full_names(field, self.disclosure)]
        details = self.sibling(field, f"{field.name}Details")
        if field.kind == "code" and details and not details.title.endswith("原文"):
            names.insert(0, details.title)
        parent = self.parent(field)
        if parent and parent.definition in ANONYMOUS:
            names = [name for name in names if name != field.title] or names
        name = next((name for name in names if self._means_only(name, field)), names[-1])
        unit = self._unit(field)
        return name if not unit or name.endswith(unit) else name + unit

    def need(self, field: Field) -> Need:
        """How much a column is needed."""
        above = self.above(field)
        named = bool(above) and above[-1].definition == "organization" and field.name == "name"
        if all(one.required for one in above) and (field.required or (named and above[0].required)):
            return "must"
        known = field.dotted in self.identifying or field.dotted in _BASIC or field.path[0] == "publisher"
        return "should" if known or self._clause(field) or field.column == "number" else "may"

    def group(self, field: Field) -> str:
        """The title of the list or object that a column belongs to."""
        lists = self.lists(field)
        if lists:
            return lists[-1].title
        return self.above(field)[0].title if len(field.path) > 1 and field.path[0] != "publisher" else "基本"

    def group_need(self, field: Field) -> Need:
        """How much something of a column's group is needed."""
        above = self.above(field)
        named = self.lists(field)[-1:] or above[:1]
        return "must" if named and all(one.required for one in above[: above.index(named[0]) + 1]) else "may"

    def entry(self, field: Field) -> Field | None:
        """The innermost list that a column is in."""
        return next(reversed(self.lists(field)), None)

    def place(self, field: Field) -> tuple[object, ...]:
        """Where a column stands: basics, then objects, then lists after what they are in."""
        lists = self.lists(field)
        if not lists:
            basic = len(field.path) == 1 or field.path[0] == "publisher"
            top = self._order[field.path[:1]]
            kept = _BASIC.index(field.name) if field.path[0] in _BASIC else len(_BASIC)
            return (0, 0 if basic else 1, 0 if basic else top, kept if basic else 0, self._order[field.path])
        steps = tuple(self._order[one.path] for one in lists)
        return (1, *steps, -1, field != self._number(lists[-1]), self._order[field.path])

    def parent(self, field: Field) -> Field | None:
        """The object a field is directly in."""
        return self.disclosure.by_path.get(".".join(field.path[:-1]))

    def above(self, field: Field) -> list[Field]:
        """The objects a field is in, from the root."""
        depths = range(1, len(field.path))
        return [self.disclosure.by_path[".".join(field.path[:depth])] for depth in depths]

    def lists(self, field: Field) -> list[Field]:
        """The lists of objects a field is in, from the root."""
        return [one for one in self.above(field) if one.many]

    def sibling(self, field: Field, name: str) -> Field | None:
        """The field of that name beside this one."""
        parent = self.parent(field)
        return parent.child(name) if parent else self.disclosure.by_path.get(name)

    def _is_wording(self, field: Field) -> bool:
        """Whether a field is filled from the column of the code or number beside it."""
        base = self.sibling(field, field.name.removesuffix("Details"))
        return base is not None and base is not field and base.kind != "text"

    def _rank(self, field: Field) -> int:
        """How soon a field is taken: 0 to 3 always, up to 6 while there is room, 7 and more never."""
        parent, top = self.parent(field), field.path[0]
        if field.name == "periodDetails" or top in _ASIDE or self._is_bare(field):
            return 1 if self._clause(field) else 8
        need = self.need(field)
        if need == "must":
            return 0
        if top == "publisher":
            return 2 if field.name in ("name", "uscc") else 8
        if self._clause(field):
            return 1
        if field.dotted in self.identifying or field.dotted in _BASIC:
            return 2
        if self._is_featured(field):
            return 3
        if field.name in _ADDRESS and parent is not None and parent.definition in ANONYMOUS:
            return 6
        if field.name == "uscc" and parent is not None:
            name = parent.child("name")
            return 3 if name and self._rank(name) < 4 else 5
        lists = self.lists(field)
        if len(lists) > 1 and not any(self._clause(one) for one in lists[-1].walk()):
            return 8
        return 5 if top in self._envelope - {"lots", "project"} else 4

    def _number(self, entry: Field) -> Field | None:
        """The number of a list's entries; a parcel's own one where a lot has one too."""
        return next((one for one in reversed(entry.fields) if one.column == "number"), None)

    def _is_bare(self, field: Field) -> bool:
        """Whether it is a part of the envelope's lot that the type does not use: it has no lots, or other numbers."""
        parent = self.parent(field)
        if parent is None or parent.path != ("lots",):
            return field.path[0] == "lots" and not self.disclosure.by_path["lots"].extended
        number = self._number(parent)
        return not parent.extended or (field.column == "number" and field != number)

    def _is_featured(self, field: Field) -> bool:
        dotted = {field.dotted, f"{field.dotted}Details"}
        parent = self.parent(field)
        if parent is not None and field.name in ("name", "personName"):
            dotted.add(parent.dotted)
        return bool(dotted & self._featured)

    def _clause(self, field: Field) -> tuple[str, ...]:
        return clauses(field, self.disclosure)

    @cached_property
    def _spoken(self) -> dict[str, set[tuple[str, ...]]]:
        """Which columns' fields every title, alias and full name may mean."""
        spoken: dict[str, set[tuple[str, ...]]] = {}
        for field in self.disclosure.walk():
            meant = self._column_of(field).path
            for name in (field.title, *field.aliases, *short_names(field, self.disclosure)[1:-1]):
                spoken.setdefault(fold(name), set()).add(meant)
        return spoken

    @cached_property
    def _in_full(self) -> dict[str, tuple[str, ...]]:
        """What a name that begins at the record's root means, whatever else it may mean."""
        named: dict[str, tuple[str, ...]] = {}
        for names in (full_names, short_names):
            meant: dict[str, set[tuple[str, ...]]] = {}
            for field in self.disclosure.walk():
                name = fold(names(field, self.disclosure)[-1])
                meant.setdefault(name, set()).add(self._column_of(field).path)
            for name, paths in meant.items():
                deepest = max(paths, key=len)
                if all(deepest[: len(path)] == path for path in paths):
                    named.setdefault(name, deepest)
        return named

    def _means_only(self, name: str, field: Field) -> bool:
        said = fold(name)
        in_full = self._in_full.get(said)
        return in_full == field.path if in_full else self._spoken.get(said, {field.path}) == {field.path}

    def _column_of(self, field: Field) -> Field:
        parent = self.parent(field)
        if parent is not None and parent.is_money:
            return parent
        base = self.sibling(field, field.name.removesuffix("Details")) if self._is_wording(field) else None
        return base or field

    def _unit(self, field: Field) -> str:
        unit = "CNY" if field.is_money else field.unit
        code = self.catalog.codelists["unit"].codes.get(unit) if unit not in (None, "1") else None
        return f"({_SIGNS.get(code.code, code.title)})" if code else ""


def clauses(field: Field, disclosure: Disclosure) -> tuple[str, ...]:
    """The items of the policy that a column carries: its field's, its wording's, an amount's."""
    details = disclosure.by_path.get(f"{field.dotted}Details")
    found = (*field.clause, *(details.clause if details else ()))
    if field.is_money:
        found += tuple(item for child in field.fields for item in child.clause)
    return tuple(dict.fromkeys(found))


def _named_by_number(made: list[Column]) -> Iterator[Column]:
    """The columns, lots called what their numbers are numbers of (宗地编号 → 宗地) unless another group is."""
    called: dict[tuple[str, ...], str] = {}
    groups = {column.group for column in made}
    for column in made:
        if column.entry and column.field.column == "number" and column.field.path[:-1] == column.entry.path:
            name = column.field.title.removesuffix("编号")
            called[column.entry.path] = column.group if name in groups else name
    for column in made:
        yield replace(column, group=called.get(column.entry.path, column.group)) if column.entry else column
