"""Objects as JSON: an array of them, an object that holds one array of them, or several values one after another."""

import json
import math
import re
import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, BinaryIO

from formats.error import FormatError
from formats.row import Row
from formats.text import as_text

SUFFIXES = (".json",)
MEDIA_TYPE = "application/json"

DEPTH_LIMIT = 100
# So many objects may stand around the array of records.
WRAPS = 4
# Beyond it a number is infinity to whoever has no whole numbers of any length.
LARGEST = int(sys.float_info.max)

# What a record of the standard calls its schema: it is a record, whatever lists it has.
NAMED = re.compile(r"[a-z-]+/[a-z-]+/[0-9]+\.[0-9]+")
SPACE = re.compile(r"[ \t\r\n]*")
# Escapes that may give a character which no database takes: NUL, and halves of a pair.
SUSPICIOUS = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
UNFIT = re.compile("[\0\ud800-\udfff]")

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
        whole = text.read()
    found = values(whole, 1)
    if whole.lstrip(" \t\r\n").startswith("{"):
        first = next(found)
        second = next(found, None)
        found = unwrapped(*first) if second is None else chain([first, second], found)
    for number, (line, value) in enumerate(found, 1):
        yield Row("", number, require_object(value, number, line))


def values(text: str, first_line: int) -> Iterator[tuple[int, Any]]:
    """Each value of the text with the line where it starts; arrays at the top give their elements.

    Elements come one by one, so that a long array is never held as a whole.
    """
    decoder = Decoder(text, first_line)
    position = decoder.skip(0)
    while position < len(text):
        if text[position] != "[":
            line = decoder.line(position)
            value, position = decoder.decode(position)
            yield line, value
        else:
            position = decoder.skip(position + 1)
            closed = text[position : position + 1] == "]"
            while not closed:
                line = decoder.line(position)
                value, position = decoder.decode(position, depth=2)
                yield line, value
                position = decoder.skip(position)
                closed = text[position : position + 1] == "]"
                if not closed and text[position : position + 1] != ",":
                    raise decoder.broken("Expecting ',' delimiter", position)
                if not closed:
                    position = decoder.skip(position + 1)
            position += 1
        position = decoder.skip(position)


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


class Decoder:
    """Decodes values at positions of one text and says in which line a fault stands.

    Stricter than JSON's grammar: no name twice in one object, no NaN or Infinity, 100 levels at most.
    """

    def __init__(self, text: str, first_line: int) -> None:
        self.text = text
        self.first_line = first_line
        self.suspicious = SUSPICIOUS.search(text) is not None
        self._counted = 0
        self._lines_before = 0

    def skip(self, position: int) -> int:
        """The next position that is no white space."""
        found = SPACE.match(self.text, position)
        assert found is not None
        return found.end()

    def line(self, position: int) -> int:
        """The line of a position; positions may only grow, so that the text is counted once."""
        self._lines_before += self.text.count("\n", self._counted, position)
        self._counted = position
        return self.first_line + self._lines_before

    def broken(self, reason: str, position: int) -> FormatError:
        error = json.JSONDecodeError(reason, self.text, position)
        line = self.first_line + error.lineno - 1
        return FormatError("F030", line=line, column=error.colno, reason=reason)

    def decode(self, position: int, depth: int = 1) -> tuple[Any, int]:
        """The value that starts at a position, and where it ends; `depth` is the level it stands on."""
        try:
            value, end = STRICT.raw_decode(self.text, position)
            _check(value, depth)
            if self.suspicious and any(UNFIT.search(text) for text in _texts(value)):
                raise _RefusedError("F035")
        except _RefusedError as refused:
            raise FormatError(refused.code, line=self.line(position), **refused.details) from None
        except json.JSONDecodeError as error:
            raise self.broken(error.msg, error.pos) from None
        except RecursionError:
            raise FormatError("F034", line=self.line(position), limit=DEPTH_LIMIT) from None
        except ValueError:
            # Python refuses to read a number of more than 4,300 digits.
            raise FormatError("F033", line=self.line(position), value="…") from None
        return value, end


class _RefusedError(Exception):
    """Valid by the grammar, but not taken; the line is known further up."""

    def __init__(self, code: str, **details: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        seen: set[str] = set()
        key = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise _RefusedError("F032", key=key[:100])
    return value


def _refuse_number(written: str) -> None:
    raise _RefusedError("F033", value=written)


STRICT = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_refuse_number)


def _check(value: Any, depth: int) -> None:
    if isinstance(value, dict):
        held: Iterable[Any] = value.values()
    elif isinstance(value, list):
        held = value
    else:
        # 1e999 is within the grammar and reads as infinity.
        if isinstance(value, float) and math.isinf(value):
            raise _RefusedError("F033", value="1e999…")
        return
    if depth > DEPTH_LIMIT:
        raise _RefusedError("F034", limit=DEPTH_LIMIT)
    for element in held:
        if isinstance(element, (dict, list, float)):
            _check(element, depth + 1)
        elif isinstance(element, int) and abs(element) > LARGEST:
            raise _RefusedError("F033", value=f"{str(element)[:20]}…")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, element in value.items():
            yield key
            yield from _texts(element)
    elif isinstance(value, list):
        for element in value:
            yield from _texts(element)


def _holds_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(element, dict) for element in value)
