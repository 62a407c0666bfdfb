"""A sheet's rows column by column: finds those that are good without reading each of them cell by cell.

Only what is certain is decided here. Every other row is read, checked and merged as rows are (`loaders.intake`), so
that no check has two meanings.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, repeat, zip_longest
from typing import Any
from unicodedata import is_normalized

from formats.row import Row
from loaders.across import Across
from loaders.build import Builder
from loaders.column import ODD, Column, Unread
from loaders.inquiry import Inquiry, Told
from loaders.plain import is_clean
from loaders.questions import Source
from loaders.shape import Shape, deadline_paths, publisher_id, shape_of, why_no_deadline
from loaders.sheets import Sheet
from loaders.suspects import Suspects
from schemas.catalog import Catalog, Disclosure
from store.identity import key_text

# After so many rows, of which fewer than one in ten were good, rows are taken one by one.
_TRIED = 5_000
_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Good:
    """Good rows of one shape: their positions among those taken, what identifies each, how many have no deadline (by
    why that is so in both languages), and what is compared with other rows: numbers, and organizations by name and
    code. `told` are what is found in some, by their places among the positions.
    """

    shape: Shape
    positions: Sequence[int]
    identities: list[int]
    without_deadline: Counter[tuple[str, str]]
    numbers: tuple[Sequence[float], ...]
    organizations: tuple[Sequence[tuple[str, str]], ...]
    told: Sequence[tuple[int, list[Told]]]


@dataclass(slots=True)
class Taken:
    """What came of some rows: the good ones by shape, and the positions of all others in their order."""

    good: list[Good] = field(default_factory=list)
    others: list[int] = field(default_factory=list)


def table_of(sheet: Sheet, catalog: Catalog, across: Across) -> "Table | None":
    """The table of a sheet; None where its rows have to be taken one by one."""
    profile = sheet.asked.profile
    if len(sheet.ways) != 1 or sheet.nested or (profile and profile.fill_down):
        return None
    (way,) = sheet.ways
    if way.builder is None or way.faults or (way.rule and way.rule.when):
        return None
    plan = way.builder.plan
    beside = any(one.unit_column is not None for one in plan.bound)
    return None if plan.each or plan.unpivot or beside else Table(sheet, way.builder, catalog, across)


class Table:
    """The columns of one sheet whose rows all become records in one way."""

    def __init__(self, sheet: Sheet, builder: Builder, catalog: Catalog, across: Across) -> None:
        self.sheet, self.builder, self.catalog, self.across = sheet, builder, catalog, across
        self._asked = _asked_values(builder.plan.disclosure, catalog)
        self._read: list[Column] = []
        self._unread: list[Unread] = []
        self._columns: dict[int, Column | Unread] = {}
        self._inquiry = Inquiry(self._columns)
        self._suspects = Suspects(sheet.asked.reader.units)
        self._shapes: dict[tuple[int, ...], Shape | None] = {}
        self._publishers: dict[tuple[Any, ...], str] = {}
        self._deadlines: defaultdict[Shape, dict[tuple[Any, ...], tuple[str, str] | None]] = defaultdict(dict)
        self._tried = self._good = 0

    @property
    def pays(self) -> bool:
        """Whether going by columns has found enough good rows so far."""
        return self._tried < _TRIED or self._good * 10 >= self._tried

    def take(self, rows: Sequence[Sequence[Any]]) -> Taken:
        """Tell the good rows among some that stand together from the others."""
        self._grow()
        width = len(self._columns)
        cells = list(zip_longest(*rows, fillvalue=""))[:width]
        cells += [("",) * len(rows)] * (width - len(cells))
        for column, seen in zip(self._columns.values(), cells, strict=True):
            column.see(seen)
        others = {at for at, row in enumerate(rows) if len(row) > width}
        for at in self._suspects.among(list(self._columns.values()), len(rows)) - others:
            if self.sheet.skipped(Row(self.sheet.name, 0, tuple(rows[at]))) is not None:
                others.add(at)
        taken = Taken()
        for codes, positions in self._groups(len(rows)).items():
            left = [at for at in positions if at not in others] if others else positions
            shape = self._shape(codes, rows[left[0]]) if left else None
            if shape is None:
                others.update(left)
                continue
            unknown, told = self._inquiry.ask(shape.questions, left, None if len(left) == len(rows) else left)
            if unknown:
                others.update(unknown)
                left = [at for at in left if at not in unknown]
            if left:
                taken.good.append(self._good_rows(shape, left, rows, told))
        taken.others = sorted(others)
        self._tried += len(rows)
        self._good += len(rows) - len(others)
        return taken

    def breaks(self, rows: Sequence[Sequence[Any]], first: int) -> list[int]:
        """The places of the rows that have to be taken by themselves, the places counted from `first`."""
        return [first + one for one in self.sheet.stacked.breaks(rows)] if self.sheet.stacked else []

    def count(self, taken: Taken) -> None:
        """Count which cells of the good rows just taken say something and which reached a property."""
        uses = self.sheet.uses
        for good in taken.good:
            for place in good.shape.filled:
                uses[place].non_empty += len(good.positions)
            for place in good.shape.reached:
                uses[place].reached += len(good.positions)
        others = set(taken.others)
        for column in self._unread:
            uses[column.place].non_empty += column.count(others)

    def _grow(self) -> None:
        """Know the columns of the sheet; a long row may have added one."""
        for heading in self.sheet.headings[len(self._columns) :]:
            place, name = heading.place, heading.name
            if place in self.builder.plan.columns:
                filled = self.builder.plan.properties(place)
                asked = any(path.startswith(one) for one in filled for path in self._asked)
                self._read.append(Column(place, name, self.builder, self.catalog, asked=asked))
                self._columns[place] = self._read[-1]
            else:
                self._unread.append(Unread(place, name))
                self._columns[place] = self._unread[-1]

    def _groups(self, count: int) -> Mapping[tuple[int, ...], Sequence[int]]:
        """The positions of the rows by the codes of their cells."""
        kinds = [column.kinds for column in self._read]
        base = [next(iter(kind)) if len(kind) == 1 else None for kind in kinds]
        varying = [column.coded for column, code in zip(self._read, base, strict=True) if code is None]
        if not varying:
            return {tuple(code for code in base if code is not None): range(count)}
        by_varying: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
        for at, codes in enumerate(zip(*varying, strict=True)):
            by_varying[codes].append(at)
        groups = {}
        for codes, positions in by_varying.items():
            rest = iter(codes)
            groups[tuple(next(rest) if code is None else code for code in base)] = positions
        return groups

    def _shape(self, codes: tuple[int, ...], row: Sequence[Any]) -> Shape | None:
        """The shape of rows with these codes, of which one is given; None where they are not good."""
        if ODD in codes:
            return None
        if codes not in self._shapes:
            forms = {
                column.place: column.forms[code]
                for code, column in zip(codes, self._read, strict=True)
                if column.forms[code].places
            }
            self._shapes[codes] = shape_of(forms, row, self.builder, self.catalog, self.across)
        return self._shapes[codes]

    def _good_rows(
        self,
        shape: Shape,
        positions: Sequence[int],
        rows: Sequence[Sequence[Any]],
        told: Mapping[int, list[Told]],
    ) -> Good:
        at = None if len(positions) == len(rows) else positions
        parts = (_as_keys(source, self._said(source, at)) for source in shape.key)
        publishers = self._publisher_ids(shape, positions, rows)
        identities = [
            hash(one)
            for _, one in zip(positions, zip(repeat(shape.disclosure.type), publishers, *parts), strict=False)
        ]
        count = len(positions)
        return Good(
            shape,
            positions,
            identities,
            self._without_deadline(shape, at, count),
            tuple(list(islice(self._said(one.sources[0], at), count)) for one in shape.numbers),
            tuple(
                list(islice(zip(*(self._said(source, at) for source in one.sources), strict=False), count))
                for one in shape.organizations
            ),
            [
                (number, sorted(told[at], key=lambda one: one.rank))
                for number, at in enumerate(positions)
                if at in told
            ]
            if told
            else [],
        )

    def _said(self, source: Source, at: Sequence[int] | None) -> Iterable[Any]:
        """The values of a property in some rows; without an end where all have the same."""
        if source.column is None:
            return repeat(source.value)
        return self._inquiry.values(source, self._columns[source.column].keys(at))

    def _publisher_ids(
        self, shape: Shape, positions: Sequence[int], rows: Sequence[Sequence[Any]]
    ) -> Iterable[str]:
        """The id of the publisher of each row; without an end where all have the same."""
        if not shape.publisher:
            return repeat(shape.publisher_id)
        at = None if len(positions) == len(rows) else positions
        said = list(zip(*(self._columns[place].keys(at) for place in shape.publisher), strict=True))
        ids = {}
        for one in set(said):
            if (shape.publisher, one) not in self._publishers:
                position = positions[said.index(one)]
                _remember(
                    self._publishers, (shape.publisher, one), publisher_id(rows[position], self.builder)
                )
            ids[one] = self._publishers[shape.publisher, one]
        return repeat(next(iter(ids.values()))) if len(ids) == 1 else [ids[one] for one in said]

    def _without_deadline(
        self, shape: Shape, at: Sequence[int] | None, count: int
    ) -> Counter[tuple[str, str]]:
        """How many of so many rows have no deadline that is known, and why."""
        columns = dict.fromkeys(source.column for source in shape.events if source.column is not None)
        said = Counter(zip(*(self._columns[place].keys(at) for place in columns), strict=True))
        without: Counter[tuple[str, str]] = Counter()
        known = self._deadlines[shape]
        for keys, times in said.items() if columns else [((), count)]:
            if keys not in known:
                by_column = dict(zip(columns, keys, strict=True))
                events = {
                    one.path: one.value
                    if one.column is None
                    else self._inquiry.values(one, [by_column[one.column]])[0]
                    for one in shape.events
                }
                _remember(known, keys, why_no_deadline(events, shape.disclosure, self.catalog))
            why = known[keys]
            if why is not None:
                without[why] += times
        return without


def _asked_values(disclosure: Disclosure, catalog: Catalog) -> frozenset[str]:
    """The properties whose values are asked for: those that identify, and those that deadlines ask for."""
    return deadline_paths(disclosure, catalog).union(*disclosure.schema["key"])


def _as_keys(source: Source, values: Iterable[Any]) -> Iterable[str]:
    """Values as they count in a key (`store.identity.key_text`)."""
    if isinstance(values, repeat):
        return repeat(key_text(source.value))
    said = list(values)
    if set(map(type, said)) == {str} and is_clean(said):
        joined = "|".join(said)
        if joined.isascii() or is_normalized("NFKC", joined):
            return said
    return list(map(key_text, said))


def _remember(known: dict[tuple[Any, ...], Any], key: tuple[Any, ...], value: Any) -> None:
    if len(known) > _KEPT:
        known.clear()
    known[key] = value
