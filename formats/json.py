"""Objects as JSON: an array of them, an object that holds one array of them, or several values one after another."""

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any, BinaryIO

from formats.decoder import Decoder, values
from formats.error import FormatError
from formats.row import Row
from formats.text import as_text

SUFFIXES = (".json",)
MEDIA_TYPE = "application/json"

# So many objects may stand around the array of records.
WRAPS = 4

# What a record of the standard calls its schema: it is a record, whatever lists it has.
NAMED = re.compile(r"[a-z-]+/[a-z-]+/[0-9]+\.[0-9]+")

KINDS = (
    (bool, "true/false"),
    (str, "string"),
    ((int, float), "number"),
    (list, "array"),
    (type(None), "null"),
)


def read(stream: BinaryIO) -> Iterator[Row]:
    """The objects, numbered from 1 in their order.

    A file that is one object gives the elements of its array, if exactly one of its properties is an array of
    objects and it names no schema of the standard; or of the only array below objects in it that say less than the
    elements do (what an interface wraps around its answer); otherwise the object itself. Raises FormatError F030 to F035 and those of the text's encoding.
    """
    with as_text(stream) as text:
        decoder = Decoder("", 1, text)
        wrapped = decoder.following() == "{"
        found = values(decoder)
        if wrapped:
            first = next(found)
            second = next(found, None)
            found = unwrapped(*first) if second is None else chain([first, second], found)
        for number, (line, value) in enumerate(found, 1):
            yield Row("", number, require_object(value, number, line))


def unwrapped(line: int, value: dict[str, Any]) -> Iterator[tuple[int, Any]]:
    """The elements of the only array of objects in an object, or the object; always that where it names its schema."""
    if NAMED.fullmatch(str(value.get("schema"))):
        return iter([(line, value)])
    arrays = [held for held in value.values() if _holds_objects(held)]
    if not arrays:
        arrays = [held for held in _arrays(value, 1) if _holds_objects(held)]
        said = _leaves(value) - sum(map(_leaves, arrays))
        if len(arrays) == 1 and max(map(_leaves, arrays[0])) <= said:
            arrays = []
    if len(arrays) == 1:
        return ((line, element) for element in arrays[0])
    return iter([(line, value)])


def _arrays(value: dict[str, Any], level: int) -> Iterator[list[Any]]:
    """The arrays below the objects in an object."""
    for held in value.values():
        if isinstance(held, list):
            yield held
        elif isinstance(held, dict) and level < WRAPS:
            yield from _arrays(held, level + 1)


def _leaves(value: Any) -> int:
    """How many plain values something holds."""
    held = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 1 if held is None else sum(map(_leaves, held))


def require_object(value: Any, number: int, line: int) -> dict[str, Any]:
    """The value if it is an object; else FormatError F031."""
    if isinstance(value, dict):
        return value
    kind = next(name for kind, name in KINDS if isinstance(value, kind))
    raise FormatError("F031", number=number, line=line, kind=kind)


def _holds_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(element, dict) for element in value)
