"""Records that are surely without fault, and without anything of a person, told in one walk.

Only what is certain is decided here: what is said to be sound the screen leaves as it is and `schemas.check` finds
nothing in. Every other record goes through both, so that no rule has two meanings (`tests/loaders/test_sound.py`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from loaders.personal import may_be_personal
from loaders.screen import is_identifier, names_a_thing, screened
from schemas.catalog import Catalog, Disclosure
from schemas.check import DECIMALS, beyond, validator
from schemas.field import Field

# So many values and so many names of properties in shapes are remembered, of values only those of so many characters.
_VALUES, _NAMES, _LENGTH = 50_000, 200_000, 60
_UNSURE = -1

Test = Callable[[Any], bool]


class _Leaf(NamedTuple):
    """A property of plain values: those known to be sound, and what tells of another."""

    name: str
    known: set[Any]
    test: Test


class _Shape(NamedTuple):
    """What objects of one kind with the same properties have: the bits of their paths, and what is looked at."""

    paths: int
    leaves: "Sequence[_Leaf]"
    lists: "Sequence[_Leaf]"
    objects: "Sequence[tuple[str, _Node]]"
    object_lists: "Sequence[tuple[str, _Node]]"


class _Part(NamedTuple):
    """One property: its bit, whether it is a list, and what is looked at in it: a leaf, objects, or nothing."""

    bit: int
    many: bool
    leaf: _Leaf | None
    below: "tuple[str, _Node] | None"


class _Node:
    """One kind of object in a type; `money` where it is an amount."""

    def __init__(self, fields: Sequence[Field], money: Field | None = None) -> None:
        self.fields = {field.name: field for field in fields}
        self.money = money
        self.parts: dict[str, _Part | None] = {}
        self.shapes: dict[tuple[str, ...], _Shape | None] = {}


class Sound:
    """Tells records that are surely sound; what it remembers of values and shapes is bounded."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._roots: dict[str, _Node] = {}
        self._nodes: list[_Node] = []
        self._known: list[set[Any]] = []
        self._days: dict[str, set[Any]] = {"date": self._set(), "moment": self._set()}
        self._values = self._names = 0

    def paths(self, record: Mapping[str, Any], disclosure: Disclosure) -> int | None:
        """The bits of the properties that a sound record has (`Disclosure.bits`); None where it may not be sound."""
        if not validator(disclosure, self._catalog).is_valid(record):
            return None
        root = self._roots.get(disclosure.name)
        if root is None:
            root = self._roots[disclosure.name] = self._node(disclosure.fields)
        paths = self._walk(record, root, disclosure)
        if self._values > _VALUES or self._names > _NAMES:
            self._forget()
        return None if paths == _UNSURE else paths

    def _walk(self, value: Mapping[str, Any], node: _Node, disclosure: Disclosure) -> int:
        names = tuple(value)
        if names in node.shapes:
            shape = node.shapes[names]
        else:
            shape = node.shapes[names] = self._shape(names, node, disclosure)
        if shape is None:
            return _UNSURE
        paths, leaves, lists, objects, object_lists = shape
        for name, known, test in leaves:
            one = value[name]
            if one not in known and not test(one):
                return _UNSURE
        for name, known, test in lists:
            for one in value[name]:
                if one not in known and not test(one):
                    return _UNSURE
        for name, below in objects:
            inner = self._walk(value[name], below, disclosure)
            if inner == _UNSURE:
                return _UNSURE
            paths |= inner
        for name, below in object_lists:
            for one in value[name]:
                inner = self._walk(one, below, disclosure)
                if inner == _UNSURE:
                    return _UNSURE
                paths |= inner
        return paths

    def _node(self, fields: Sequence[Field], money: Field | None = None) -> _Node:
        node = _Node(fields, money)
        self._nodes.append(node)
        return node

    def _shape(self, names: Sequence[str], node: _Node, disclosure: Disclosure) -> _Shape | None:
        """What objects with these properties have; None where of one of them nothing is certain."""
        self._names += len(names)
        paths = 0
        leaves: tuple[list[_Leaf], list[_Leaf]] = [], []
        objects: tuple[list[tuple[str, _Node]], list[tuple[str, _Node]]] = [], []
        for name in names:
            if name not in node.parts:
                node.parts[name] = self._part(name, node, disclosure)
            part = node.parts[name]
            if part is None:
                return None
            bit, many, leaf, below = part
            paths |= bit
            if leaf is not None:
                leaves[many].append(leaf)
            elif below is not None:
                objects[many].append(below)
        return _Shape(paths, *leaves, *objects)

    def _part(self, name: str, node: _Node, disclosure: Disclosure) -> _Part | None:
        field = node.fields.get(name)
        if field is None or field.deprecated is not None or (field.kind == "object" and not field.fields):
            return None
        bit = disclosure.bits[field.dotted]
        if field.fields:
            below = self._node(field.fields, field if field.is_money else None)
            return _Part(bit, field.many, None, (name, below))
        leaf = None if field.kind == "boolean" else self._leaf(field, node.money, disclosure)
        return _Part(bit, field.many, leaf, None)

    def _leaf(self, field: Field, money: Field | None, disclosure: Disclosure) -> _Leaf:
        known = self._days[field.kind] if field.kind in self._days else self._set()

        def by_the_rules(value: Any) -> bool:
            shown, found = screened(value, field)
            return not found and shown == value and not any(self._faults(value, field, money, disclosure))

        def remembered(value: Any) -> bool:
            if not by_the_rules(value):
                return False
            self._values += 1
            known.add(value)
            return True

        if field.kind in ("number", "integer"):
            decimals = DECIMALS.get(str(money and money.definition), 4)
            return _Leaf(field.name, known, _of_numbers(decimals, by_the_rules))
        if field.kind == "url" or (field.kind == "text" and field.name != "uscc"):
            return _Leaf(field.name, known, self._of_texts(field, known, by_the_rules))
        return _Leaf(field.name, known, remembered)

    def _faults(self, value: Any, field: Field, money: Field | None, disclosure: Disclosure) -> Iterator[Any]:
        """What JSON Schema cannot say of a value, alone or as the amount of money."""
        if money is not None:
            yield from beyond({field.name: value}, money, "", disclosure, self._catalog)
        yield from beyond(value, field, "", disclosure, self._catalog)

    def _of_texts(self, field: Field, known: set[Any], by_the_rules: Test) -> Test:
        phones, of_things = "phone" not in field.personal, names_a_thing(field)
        # Hardly two addresses or long numbers are the same.
        longest = 8 if field.kind == "url" or is_identifier(field) else _LENGTH

        def test(text: str) -> bool:
            if may_be_personal(text, phones=phones, of_things=of_things) and not by_the_rules(text):
                return False
            if len(text) <= longest:
                self._values += 1
                known.add(text)
            return True

        return test

    def _set(self) -> set[Any]:
        self._known.append(set())
        return self._known[-1]

    def _forget(self) -> None:
        for known in self._known:
            known.clear()
        for node in self._nodes:
            node.shapes.clear()
        self._values = self._names = 0


def _of_numbers(decimals: int, by_the_rules: Test) -> Test:
    """Numbers of up to thirteen figures are no person's, and these have no decimals too many."""

    def test(number: Any) -> bool:
        return (0 <= number < 1e9 and round(number, decimals) == number) or by_the_rules(number)

    return test
