"""Good rows that were not read: counted, and found again where another row turns out to be of the same record."""

import pickle
import tempfile
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, NamedTuple, Self

from formats import wire
from loaders.identities import Identities
from loaders.inquiry import Told
from loaders.marks import Marks
from loaders.shape import Shape
from loaders.spool import no_room
from loaders.table import Good, Taken

# Stands where a row of that identity was read, for the place of one that was not.
_READ = 0


class Said(NamedTuple):
    """Organizations by name and code, each once, and for every row the place of its own among them."""

    different: Sequence[tuple[str, str]]
    places: Sequence[int]

    @classmethod
    def of(cls, organizations: Sequence[tuple[str, str]]) -> Self:
        """The organizations of some rows."""
        known: dict[tuple[str, str], int] = {}
        places = array("I", (known.setdefault(one, len(known)) for one in organizations))
        return cls(list(known), places)


@dataclass(frozen=True, slots=True)
class Piece:
    """Good rows of one shape that came together: counted, as the file numbers them, and what is compared of them."""

    shape: Shape
    begin: int
    sheet: str
    rows: Sequence[int]
    numbers: Sequence[int]
    values: tuple[Sequence[float], ...]
    organizations: tuple["Said", ...]
    told: Sequence[tuple[int, Sequence[Told]]]

    @classmethod
    def of(
        cls, good: Good, begin: int, sheet: str, rows: Sequence[int], numbers: Sequence[int]
    ) -> Self:  # fmt: skip
        """The piece of good rows, as compact as it is."""
        return cls(
            good.shape,
            begin,
            sheet,
            range(rows[0], rows[-1] + 1) if rows[-1] - rows[0] + 1 == len(rows) else array("Q", rows),
            array("q", numbers if len(numbers) == len(rows) else [numbers[at] for at in good.positions]),
            tuple(array("d", one) for one in good.numbers),
            tuple(map(Said.of, good.organizations)),
            good.told,
        )


class Ledger:
    """The good rows of a file by what identifies them. Rows are counted from 1; what is known of them waits in files.

    Raises LoadError L110 where there is no room for these.
    """

    def __init__(self) -> None:
        self.records: Counter[Shape] = Counter()
        self.without_deadline: Counter[tuple[str, str]] = Counter()
        # The first row of each version of a type.
        self.first: dict[str, int] = {}
        self.taken_back = Marks()
        self._shapes: dict[Shape, int] = {}
        self._identities = Identities()
        self._last = 0
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self._pieces = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self._begins, self._offsets, self._left_out = array("Q"), array("Q", [0]), array("Q")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._identities.close()
        for file in (self._file, self._pieces):
            with suppress(OSError):  # what could not be written is tried once more
                file.close()

    def keep(self, batch: wire.Batch, begin: int, left_out: int) -> None:
        """Keep a batch whose rows are counted from `begin`, so many of its first left out."""
        try:
            self._file.write(batch.line)
        except OSError as error:
            raise no_room(error) from error
        self._begins.append(begin)
        self._left_out.append(left_out)
        self._offsets.append(self._offsets[-1] + len(batch.line))

    def add(self, good: Good, begin: int, sheet: str, numbers: Sequence[int]) -> None:
        """Count good rows of a batch that was kept; `numbers` are the file's for the rows of the batch."""
        self.records[good.shape] += len(good.positions)
        self.without_deadline.update(good.without_deadline)
        rows = [begin + at for at in good.positions]
        self.first.setdefault(good.shape.disclosure.name, rows[0])
        piece = Piece.of(good, begin, sheet, rows, numbers)
        said = (
            piece.begin,
            piece.sheet,
            piece.rows,
            piece.numbers,
            piece.values,
            piece.organizations,
            piece.told,
        )
        try:
            pickle.dump((self._shapes.setdefault(piece.shape, len(self._shapes)), *said), self._pieces)
        except OSError as error:
            raise no_room(error) from error
        for identity, row in zip(good.identities, rows, strict=True):
            self._identities.add(identity, row)
        self._last = max(self._last, rows[-1])

    def met(self, identity: int) -> None:
        """A row of that identity was read."""
        self._identities.add(identity, _READ)

    def pieces(self) -> Iterator[Piece]:
        """The good rows in the order of their batches."""
        shapes = list(self._shapes)
        end = self._pieces.seek(0, 2)
        self._pieces.seek(0)
        while self._pieces.tell() < end:
            shape, *said = pickle.load(self._pieces)  # noqa: S301 - our own file, which nobody else can open
            yield Piece(shapes[shape], *said)

    def shared(self) -> Iterator[tuple[str, list[tuple[int, int, Any]]]]:
        """The good rows that are of one record with others, a batch at a time: sheet, and (row, number, cells)."""
        self._find_shared()
        if not len(self.taken_back):
            return
        ends = [*self._begins[1:], self._last + 1]
        for number, (begin, end) in enumerate(zip(self._begins, ends, strict=True)):
            rows = [row for row in range(begin, end) if row in self.taken_back]
            if rows:
                self._file.seek(self._offsets[number])
                batch = wire.decode(self._file.read(self._offsets[number + 1] - self._offsets[number]))
                first = begin - self._left_out[number]
                yield batch.sheet, [(row, *batch.rows[row - first]) for row in rows]

    def _find_shared(self) -> None:
        """Mark the good rows whose identity another row has."""
        for row in self._identities.repeated():
            if row != _READ:
                self.taken_back.add(row)

    def take_back(self, taken: Taken) -> None:
        """No longer count rows that are read after all."""
        for good in taken.good:
            self.records[good.shape] -= len(good.positions)
            self.without_deadline.subtract(good.without_deadline)
