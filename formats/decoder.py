"""Values of JSON one after another, decoded as their text is read: no more of it is held than the value at hand."""

import json
import math
import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any, Final, Protocol

from formats.error import FormatError

DEPTH_LIMIT = 100
# Beyond it a number is infinity to whoever has no whole numbers of any length.
LARGEST = int(sys.float_info.max)

# So many characters are read at least, and as many may be held that are done with.
PIECE: Final = 1 << 18
# A fault so near to the end of what was read may be that the rest is missing: `fals`, `\\ud83`.
NEAR_THE_END: Final = 16

SPACE = re.compile(r"[ \t\r\n]*")
# Escapes that may give a character which no database takes: NUL, and halves of a pair.
SUSPICIOUS = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
UNFIT = re.compile("[\0\ud800-\udfff]")


class Text(Protocol):
    """Where more text comes from."""

    def read(self, characters: int, /) -> str: ...


def values(decoder: "Decoder") -> Iterator[tuple[int, Any]]:
    """Each value of a text with the line where it starts; arrays at the top give their elements one by one."""
    while following := decoder.following():
        if following != "[":
            yield decoder.line, decoder.decode()
            continue
        yield from decoder.lined_elements(2)


class Decoder:
    """Decodes one value after another and says in which line a fault stands.

    `text` is the beginning, in a line of that number, and `more` gives what follows. Stricter than JSON's grammar: no
    name twice in one object, no NaN or Infinity, 100 levels at most.
    """

    def __init__(self, text: str, first_line: int, more: Text | None = None) -> None:
        self.text = text
        self.at = 0
        self._more = more
        self._line, self._column = first_line, 0  # where the text that is held begins
        self._counted = self._lines_before = 0

    @property
    def line(self) -> int:
        """The line that we are at; it is asked for from top to bottom, so that the text is counted once."""
        self._lines_before += self.text.count("\n", self._counted, self.at)
        self._counted = self.at
        return self._line + self._lines_before

    def following(self) -> str:
        """The next character that is no white space, where we are then; '' at the end."""
        while True:
            found = SPACE.match(self.text, self.at)
            assert found is not None
            self.at = found.end()
            if self.at < len(self.text):
                return self.text[self.at]
            if not self._read():
                return ""

    def pass_over(self) -> None:
        """Go on behind the character that we are at."""
        self.at += 1

    def lined_elements(self, depth: int) -> Iterator[tuple[int, Any]]:
        """The elements of the array that begins here, each with its line; go on behind it."""
        self.pass_over()
        closed = self.following() == "]"
        while not closed:
            yield self.line, self.decode(depth)
            following = self.following()
            closed = following == "]"
            if not closed and following != ",":
                raise self.broken("Expecting ',' delimiter", self.at)
            if not closed:
                self.pass_over()
                self.following()
        self.pass_over()

    def broken(self, reason: str, position: int) -> FormatError:
        """The error for what is no JSON."""
        error = json.JSONDecodeError(reason, self.text, position)
        column = error.colno + (self._column if error.lineno == 1 else 0)
        return FormatError("F030", line=self._line + error.lineno - 1, column=column, reason=reason)

    def decode(self, depth: int = 1) -> Any:
        """The value that starts here, and go on behind it; `depth` is the level it stands on."""
        try:
            value, end = self._decoded()
            _check(value, depth)
            if SUSPICIOUS.search(self.text, self.at, end) and any(UNFIT.search(one) for one in _texts(value)):
                raise _RefusedError("F035")
        except _RefusedError as refused:
            raise FormatError(refused.code, line=self.line, **refused.details) from None
        except json.JSONDecodeError as error:
            raise self.broken(error.msg, error.pos) from None
        except RecursionError:
            raise FormatError("F034", line=self.line, limit=DEPTH_LIMIT) from None
        except ValueError:
            # Python refuses to read a number of more than 4,300 digits.
            raise FormatError("F033", line=self.line, value="…") from None
        self.at = end
        if end > PIECE:
            self._let_go()
        return value

    def _decoded(self) -> tuple[Any, int]:
        """The value that starts here and where it ends, read to its end."""
        while True:
            try:
                value, end = STRICT.raw_decode(self.text, self.at)
            except json.JSONDecodeError as error:
                if not (self._may_go_on(error) and self._read()):
                    raise
                continue
            # A number may go on: `1.` and `1e+` are read as 1.
            whole = end + NEAR_THE_END < len(self.text) or isinstance(value, (dict, list, str))
            if whole or not self._read():
                return value, end

    def _may_go_on(self, error: json.JSONDecodeError) -> bool:
        """Whether the fault may be that not all of the value has been read."""
        near = len(self.text) - error.pos <= NEAR_THE_END
        return near or error.msg.startswith("Unterminated") or self.text[error.pos :].isspace()

    def _read(self) -> bool:
        """Read as much again as is held, so that long values are not tried too often; False at the end."""
        read = self._more.read(max(PIECE, len(self.text) - self.at)) if self._more is not None else ""
        self.text += read
        return bool(read)

    def _let_go(self) -> None:
        """No longer hold what is done with."""
        self._line = self.line
        before = self.text.rfind("\n", 0, self.at)
        self._column = self.at - before - 1 if before >= 0 else self._column + self.at
        self.text = self.text[self.at :]
        self.at = self._counted = self._lines_before = 0


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
