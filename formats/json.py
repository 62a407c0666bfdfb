"""Objects as JSON: an array of them, an object that holds one array of them, or several values one after another."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from formats.decoder import Decoder, values
from formats.error import FormatError
from formats.row import Row
from formats.text import as_text
from formats.wrapping import elements, wrapped

SUFFIXES = (".json",)
MEDIA_TYPE = "application/json"

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
        beginning = text.tell()
        decoder = Decoder("", 1, text)
        array = wrapped(decoder) if decoder.following() == "{" else None
        text.seek(beginning)
        decoder = Decoder("", 1, text)
        decoder.following()
        line = decoder.line
        found = values(decoder) if array is None else ((line, one) for one in elements(decoder, array))
        for number, (at, value) in enumerate(found, 1):
            yield Row("", number, require_object(value, number, at))


def require_object(value: Any, number: int, line: int) -> dict[str, Any]:
    """The value if it is an object; else FormatError F031."""
    if isinstance(value, dict):
        return value
    kind = next(name for kind, name in KINDS if isinstance(value, kind))
    raise FormatError("F031", number=number, line=line, kind=kind)
