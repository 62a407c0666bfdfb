"""What an interface wraps around its answer: the one array of records in an object, found without holding it."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from formats.decoder import Decoder
from formats.error import FormatError

# So many objects may stand around the array of records.
WRAPS: Final = 4
# What a record of the standard calls its schema: it is a record, whatever lists it has.
NAMED = re.compile(r"[a-z-]+/[a-z-]+/[0-9]+\.[0-9]+")


@dataclass(slots=True)
class _Array:
    """An array below objects: on which level, how many plain values it has, and its largest element."""

    level: int = 0
    elements: int = 0
    objects: int = 0
    leaves: int = 0
    most: int = 0

    def take(self, element: Any) -> None:
        """Count an element."""
        leaves = _leaves(element)
        self.elements += 1
        self.objects += isinstance(element, dict)
        self.leaves += leaves
        self.most = max(self.most, leaves)


@dataclass(slots=True)
class _Walk:
    """One way through an object: the arrays met, the plain values outside of them, whether it names its schema."""

    decoder: Decoder
    arrays: int = 0
    leaves: int = 0
    named: bool = False
    found: defaultdict[int, _Array] = field(default_factory=lambda: defaultdict(_Array))

    def elements(self, level: int = 1) -> Iterator[tuple[int, int, Any]]:
        """Every element of every array: the array's number, its level, the element."""
        decoder, names = self.decoder, set[str]()
        decoder.pass_over()
        closed = decoder.following() == "}"
        while not closed:
            name = decoder.decode() if decoder.following() == '"' else None
            if name is None or name in names or decoder.following() != ":":
                raise decoder.broken("", decoder.at)
            names.add(name)
            decoder.pass_over()
            following = decoder.following()
            if following == "[":
                number, self.arrays = self.arrays, self.arrays + 1
                for _, element in decoder.lined_elements(level + 2):
                    yield number, level, element
            elif following == "{" and level < WRAPS:
                yield from self.elements(level + 1)
            else:
                value = decoder.decode(level + 1)
                self.leaves += _leaves(value)
                self.named |= level == 1 and name == "schema" and NAMED.fullmatch(str(value)) is not None
            following = decoder.following()
            closed = following == "}"
            if not closed and following != ",":
                raise decoder.broken("", decoder.at)
            if not closed:
                decoder.pass_over()
        decoder.pass_over()


def wrapped(decoder: Decoder) -> int | None:
    """Which array of an object holds the records; None where the object is one itself, or no object alone.

    It is the only array of objects among the object's properties; or the only one below objects in it that say less than
    the elements do.
    """
    walk = _Walk(decoder)
    try:
        for number, level, element in walk.elements():
            walk.found[number].level = level
            walk.found[number].take(element)
        if decoder.following() or walk.named:
            return None
    except FormatError:
        return None  # who decodes the whole says what is wrong
    arrays = {number: one for number, one in walk.found.items() if one.objects == one.elements}
    near = [number for number, one in arrays.items() if one.level == 1]
    if near:
        return near[0] if len(near) == 1 else None
    others = sum(one.leaves for number, one in walk.found.items() if number not in arrays)
    if len(arrays) != 1:
        return None
    ((number, one),) = arrays.items()
    return number if one.most > walk.leaves + others else None


def elements(decoder: Decoder, wanted: int) -> Iterator[Any]:
    """The elements of the array of that number."""
    return (element for number, _, element in _Walk(decoder).elements() if number == wanted)


def _leaves(value: Any) -> int:
    """How many plain values something holds."""
    held = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 1 if held is None else sum(map(_leaves, held))
