"""What identifies the rows of a file, to find those that have it in common; memory does not grow with the rows."""

import tempfile
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Final

from loaders.spool import no_room

# They are kept in so many parts, of which one at a time is looked at: the same identity is always in the same part.
PARTS: Final = 256
# So many of a part are written together, each followed by its row, as whole numbers of eight bytes.
TOGETHER: Final = 512
_WORD: Final = 8


class Identities:
    """Whole numbers of up to 64 bits that identify rows, in a temporary file.

    Raises LoadError L110 where there is no room for it.
    """

    def __init__(self) -> None:
        self._waiting = [array("q") for _ in range(PARTS)]
        self._blocks = [array("Q") for _ in range(PARTS)]  # where those of a part stand in the file
        self._end = 0
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close

    def close(self) -> None:
        """Give up the file."""
        with suppress(OSError):  # what could not be written is tried once more
            self._file.close()

    def add(self, identity: int, row: int) -> None:
        """Note the identity of a row."""
        number = identity % PARTS
        part = self._waiting[number]
        part.append(identity)
        part.append(row)
        if len(part) >= 2 * TOGETHER:
            self._write(number)

    def repeated(self) -> Iterator[int]:
        """The rows whose identity another row has."""
        for number, waiting in enumerate(self._waiting):
            times = Counter(identity for identity, _ in self._pairs(number, waiting))
            if len(times) < times.total():
                yield from (row for identity, row in self._pairs(number, waiting) if times[identity] > 1)

    def _write(self, number: int) -> None:
        part = self._waiting[number]
        try:
            self._file.seek(self._end)
            self._file.write(part)
        except OSError as error:
            raise no_room(error) from error
        self._blocks[number].append(self._end)
        self._end += len(part) * _WORD
        del part[:]

    def _pairs(self, number: int, waiting: "array[int]") -> Iterator[tuple[int, int]]:
        """The identities of a part, each with its row."""
        for place in self._blocks[number]:
            try:
                self._file.seek(place)
                block = array("q", self._file.read(2 * TOGETHER * _WORD))
            except OSError as error:
                raise no_room(error) from error
            yield from _in_pairs(block)
        yield from _in_pairs(waiting)


def _in_pairs(words: Iterable[int]) -> Iterator[tuple[int, int]]:
    return zip(islice(words, 0, None, 2), islice(words, 1, None, 2), strict=True)
