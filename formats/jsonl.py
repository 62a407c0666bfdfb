"""Objects as JSON Lines: one a line."""

from collections.abc import Iterator
from io import TextIOWrapper
from typing import Any, BinaryIO

from formats.decoder import Decoder, values
from formats.error import FormatError
from formats.json import require_object
from formats.row import Row
from formats.text import as_text

SUFFIXES = (".jsonl", ".ndjson")
MEDIA_TYPE = "application/x-ndjson"


def read(stream: BinaryIO) -> Iterator[Row]:
    """The objects, numbered by the line where they start; empty lines are left out.

    Where a line is not a whole value, it and the rest are read as JSON values one after another: published files
    mix lines with arrays over several lines. Raises the errors of `formats.json`.
    """
    with as_text(stream) as text:
        for count, (line, value) in enumerate(_lines(text), 1):
            yield Row("", line, require_object(value, count, line))


def _lines(text: TextIOWrapper) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(text, 1):
        if not line.strip():
            continue
        if line.lstrip()[0] == "{":
            decoder = Decoder(line, number)
            try:
                decoder.following()
                value = decoder.decode()
            except FormatError as error:
                if error.code != "F030":
                    raise
            else:
                if not decoder.following():
                    yield number, value
                    continue
        yield from values(Decoder(line, number, text))
        return
