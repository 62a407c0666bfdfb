"""One column of a table as checking by columns sees it: what each different cell gives, read once.

A cell's code says which properties it fills: `EMPTY` none, `ODD` that it has to be read in its row, others a form.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any, cast

from loaders.build import Builder
from loaders.draft import Path
from loaders.labelled import may_be_labelled
from loaders.plain import Test, numbers_of, tests_of
from loaders.sources import source_of, written_at
from loaders.text import clean, is_null
from schemas.catalog import Catalog
from schemas.check import check

EMPTY, ODD = 0, -1

# So many different cells are remembered of one column, and so many of those that a test is sure of anyway.
_KEPT, _SURE_KEPT = 20_000, 2_000

# What stands for a cell among others: a text itself, else its type and value.
Key = str | tuple[type, str]


@dataclass(frozen=True, slots=True)
class Form:
    """The places that a cell fills, and `paths`, the same as properties."""

    places: tuple[Path, ...] = ()
    paths: tuple[str, ...] = ()


class Seen:
    """A column and its cells among the rows that are looked at now."""

    def __init__(self, place: int, name: str) -> None:
        self.place = place
        self.now: Sequence[Key] = ()
        self.different: set[Key] = set()
        # Cells that are no text.
        self.cells: dict[Key, Any] = {}
        # Texts that `clean` changes, and those that say the heading again.
        self.dirty: set[Key] = set()
        self.repeats: set[Key] = {name} if name else set()
        self._name = name

    def see(self, cells: Sequence[Any]) -> None:
        """Look at these cells."""
        self.now, self.different = cells, set(cells)
        # A text equals nothing but a text.
        if set(map(type, self.different)) != {str}:
            self.now = [self._key(cell) for cell in cells]
            self.different = set(self.now)

    def keys(self, at: Sequence[int] | None = None) -> Sequence[Key]:
        """The cells, or those at some positions."""
        return self.now if at is None else [self.now[one] for one in at]

    def cell(self, key: Key) -> Any:
        """The cell for which a key stands."""
        return key if isinstance(key, str) else self.cells[key]

    def _key(self, cell: Any) -> Key:
        if cell is None or isinstance(cell, str):
            return cell or ""
        key = (type(cell), repr(cell))
        self.cells[key] = cell
        return key

    def _clean(self, key: Key) -> str:
        """The text of a cell that is new."""
        text = clean(self.cell(key))
        if isinstance(key, str) and text != key:
            self.dirty.add(key)
            if text == self._name:
                self.repeats.add(key)
        return text

    def _forget(self) -> None:
        self.cells.clear()
        self.dirty.clear()


class Column(Seen):
    """A column that fills properties. `asked`: its values are, not only whether they are good."""

    def __init__(self, place: int, name: str, builder: Builder, catalog: Catalog, *, asked: bool) -> None:
        super().__init__(place, name)
        self.forms = [Form()]
        # The different codes of the cells that are looked at now.
        self.kinds: set[int] = set()
        self._builder = builder
        self._codes: dict[Key, int] = {"": EMPTY}
        # Values by property, of cells that do not simply say the value of their one property.
        self._values: dict[Key, dict[str, Any]] = {}
        self._donor = _Donor(builder, catalog, place)
        self.heading = builder.headings[place].label
        # Where the values of cells came from that a rule made something else of.
        self._sources: dict[Key, Mapping[str, Any]] = {}
        self._usual = EMPTY
        # What a cell says of which the test is sure; None where that is the cell.
        self._numbers: Callable[[Sequence[str]], list[float]] | None = None
        self._test = self._surest(asked)

    def see(self, cells: Sequence[Any]) -> None:
        """Look at these cells, and read those that are new."""
        if len(self._codes) > _KEPT:
            self._forget()
            self._codes, self._values, self._sources = {"": EMPTY}, {}, {}
        super().see(cells)
        fresh = self.different.difference(self._codes)
        known = self.different.difference(fresh) if len(fresh) < len(self.different) else ()
        self.kinds = set(map(self._codes.__getitem__, known))
        unsure = self._unsure(fresh, self._test) if fresh and self._test is not None else fresh
        if len(unsure) < len(fresh):
            self.kinds.add(self._usual)
        for key in unsure:
            code = self._codes[key] = self._read(key)
            self.kinds.add(code)

    @property
    def coded(self) -> list[int]:
        """The code of each cell."""
        usual, codes = self._usual, self._codes
        return [codes.get(key, usual) for key in self.now]

    def values(self, path: str, keys: Sequence[Key]) -> Sequence[Any]:
        """The value of a property that each of these cells gives."""
        known, numbers = self._values, self._numbers
        if known and not known.keys().isdisjoint(keys):
            return [self._value(path, key) for key in keys]
        return keys if numbers is None else numbers(cast(Sequence[str], keys))

    def _value(self, path: str, key: Key) -> Any:
        if key in self._values:
            return self._values[key].get(path)
        return key if self._numbers is None else self._numbers([str(key)])[0]

    @property
    def is_of_numbers(self) -> bool:
        """Whether a test of numbers is sure of the cells."""
        return self._numbers is not None

    def written(self, key: Key, path: str) -> str | None:
        """What a cell says, where a rule made something else of it for the value at a path."""
        source = source_of(path, self._sources.get(key, {}))
        return written_at(source) if source is not None else None

    def _unsure(self, fresh: Collection[Key], test: Test) -> Collection[Key]:
        """Those of the new cells of which the test is not sure."""
        texts = [key for key in fresh if isinstance(key, str)] if self.cells else cast(list[str], list(fresh))
        unsure = set(test(texts))
        if len(self._codes) < _SURE_KEPT:
            sure = [key for key in texts if key not in unsure]
            self._codes.update(dict.fromkeys(sure[:_SURE_KEPT], self._usual))
        if not unsure and len(texts) == len(fresh):
            return ()
        return [key for key in fresh if key in unsure or not isinstance(key, str)]

    def _surest(self, asked: bool) -> Test | None:
        """The first test that holds of its samples here."""
        bounds = [one for one in self._builder.plan.bound if one.column == self.place]
        if len(bounds) != 1 or not self._builder.parts.takes_as_is(bounds[0].target):
            return None
        field = bounds[0].slot.field
        # Below such a heading a bare number is a person's.
        if may_be_labelled(self._name):
            return None
        if asked and (field.kind in ("number", "integer") or field.is_money):
            return None
        for test, samples in tests_of(bounds[0]):
            codes = {self._read(sample) for sample in samples}
            if len(codes) == 1 and min(codes) > EMPTY and not test(samples):
                self._usual = codes.pop()
                if field.kind in ("number", "integer") or field.is_money:
                    self._numbers = numbers_of(bounds[0], self._builder.reader)
                return test
        return None

    def _read(self, key: Key) -> int:
        """Read a cell that is new, and see whether its values are good by themselves."""
        self._clean(key)
        built, leaves = self._builder.alone(self.place, self.cell(key))
        if built.issues or bool(leaves) != (self.place in built.filled):
            return ODD
        if not leaves:
            return EMPTY
        said = {_dotted(place): value for place, value in leaves.items()}
        if len(said) != len(leaves) or not self._donor.takes(leaves):
            return ODD
        if len(said) > 1 or next(iter(said.values())) != key:
            self._values[key] = said
        if any(len(source) > 4 for source in built.sources.values()):
            self._sources[key] = built.sources
        form = Form(tuple(leaves), tuple(said))
        if form not in self.forms:
            self.forms.append(form)
        return self.forms.index(form)


class Unread(Seen):
    """A column that fills nothing: only whether its cells say something is counted."""

    def __init__(self, place: int, name: str) -> None:
        super().__init__(place, name)
        self._says: dict[Key, bool] = {"": False}

    def see(self, cells: Sequence[Any]) -> None:
        """Look at these cells."""
        if len(self._says) > _KEPT:
            self._forget()
            self._says = {"": False}
        super().see(cells)
        for key in self.different.difference(self._says):
            self._says[key] = not is_null(self._clean(key), of_text=True)

    def count(self, others: Collection[int]) -> int:
        """How many of the cells say something, some positions left out."""
        if len(self.different) == 1:
            return (len(self.now) - len(others)) * self._says[self.now[0]]
        keys = compress(self.now, (at not in others for at in range(len(self.now)))) if others else self.now
        return sum(map(self._says.__getitem__, keys))


class _Donor:
    """A good record into which a cell's values are put, to see whether the schema allows them."""

    def __init__(self, builder: Builder, catalog: Catalog, column: int) -> None:
        self._disclosure, self._catalog = builder.plan.disclosure, catalog
        sample = dict(self._disclosure.sample)
        filled = {str(one.at[0]) for one in builder.plan.bound if one.column == column}
        needed = {"schema", *filled, *self._disclosure.schema.get("required", ())}
        small = {name: value for name, value in sample.items() if name in needed}
        self._record = small if self._is_good(small) else sample
        self._good = self._is_good(self._record)

    def takes(self, leaves: Mapping[Path, Any]) -> bool:
        """Whether the record stays good with these values."""
        if not self._good:
            return False
        record = self._record
        for place, value in leaves.items():
            record = _with(record, place, value)
        return self._is_good(record)

    def _is_good(self, record: Mapping[str, Any]) -> bool:
        return not check(record, self._disclosure, self._catalog)


def _with(node: Any, place: Path, value: Any) -> Any:
    """A copy of an object or list with a value at a place, what is not changed shared."""
    if not place:
        return value
    step, rest = place[0], place[1:]
    if isinstance(step, int):
        entries = list(node) if isinstance(node, list) else []
        entries += [None] * (step + 1 - len(entries))
        entries[step] = _with(entries[step], rest, value)
        return entries
    found = dict(node) if isinstance(node, Mapping) else {}
    found[step] = _with(found.get(step), rest, value)
    return found


def _dotted(place: Path) -> str:
    """The property at a place, lists crossed."""
    return ".".join(step for step in place if isinstance(step, str))
