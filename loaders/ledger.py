"""Good rows that were not read: counted, and found again where another row turns out to be of the same record."""

import tempfile
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from formats import wire
from loaders.inquiry import Told
from loaders.shape import Shape
from loaders.table import Good, Taken

# Stands where a row of that identity was read, for the place of one that was not.
_READ = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """Good rows of one shape that came together: counted, as the file numbers them, and what is compared of them."""

    shape: Shape
    begin: int
    sheet: str
    rows: Sequence[int]
    numbers: Sequence[int]
    values: tuple[Sequence[float], ...]
    organizations: tuple[Sequence[int], ...]
    told: Sequence[tuple[int, Sequence[Told]]]

    @classmethod
    def of(
        cls, good: Good, begin: int, sheet: str, rows: Sequence[int], numbers: Sequence[int],
        pairs: dict[tuple[str, str], int],
    ) -> Self:  # fmt: skip
        """The piece of good rows, as compact as it is; organizations by their places among `pairs`."""
        return cls(
            good.shape,
            begin,
            sheet,
            range(rows[0], rows[-1] + 1) if rows[-1] - rows[0] + 1 == len(rows) else array("Q", rows),
            array("q", numbers if len(numbers) == len(rows) else [numbers[at] for at in good.positions]),
            tuple(array("d", one) for one in good.numbers),
            tuple(
                array("Q", (pairs.setdefault(said, len(pairs)) for said in one)) for one in good.organizations
            ),
            good.told,
        )


class Ledger:
    """The good rows of a file by what identifies them. Rows are counted from 1; their batches wait in a file."""

    def __init__(self) -> None:
        self.records: Counter[Shape] = Counter()
        self.without_deadline: Counter[tuple[str, str]] = Counter()
        # The first row of each version of a type.
        self.first: dict[str, int] = {}
        self.pieces: list[Piece] = []
        self.taken_back: set[int] = set()
        # The different organizations by name and code.
        self.pairs: dict[tuple[str, str], int] = {}
        self._standing: dict[int, int] = {}
        self._again: dict[int, list[int]] = {}
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self._begins, self._offsets, self._left_out = array("Q"), array("Q", [0]), array("Q")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def keep(self, batch: wire.Batch, begin: int, left_out: int) -> None:
        """Keep a batch whose rows are counted from `begin`, so many of its first left out."""
        self._file.write(batch.line)
        self._begins.append(begin)
        self._left_out.append(left_out)
        self._offsets.append(self._offsets[-1] + len(batch.line))

    def add(self, good: Good, begin: int, sheet: str, numbers: Sequence[int]) -> None:
        """Count good rows of a batch that was kept; `numbers` are the file's for the rows of the batch."""
        self.records[good.shape] += len(good.positions)
        self.without_deadline.update(good.without_deadline)
        rows = [begin + at for at in good.positions]
        self.first.setdefault(good.shape.disclosure.name, rows[0])
        self.pieces.append(Piece.of(good, begin, sheet, rows, numbers, self.pairs))
        new = set(good.identities)
        if len(new) == len(rows) and self._standing.keys().isdisjoint(new):
            self._standing.update(zip(good.identities, rows, strict=True))
            return
        for identity, row in zip(good.identities, rows, strict=True):
            standing = self._standing.setdefault(identity, row)
            if standing != row:
                self._again.setdefault(identity, [standing] if standing != _READ else []).append(row)

    def met(self, identity: int) -> None:
        """A row of that identity was read."""
        standing = self._standing.setdefault(identity, _READ)
        if standing != _READ:
            self._again.setdefault(identity, [standing])

    def shared(self) -> Iterator[tuple[str, list[tuple[int, int, Any]]]]:
        """The good rows that are of one record with others, a batch at a time: sheet, and (row, number, cells)."""
        rows = sorted(row for rows in self._again.values() for row in rows)
        self.taken_back.update(rows)
        self._again.clear()
        at = 0
        while at < len(rows):
            number = bisect_right(self._begins, rows[at]) - 1
            begin, left_out = self._begins[number], self._left_out[number]
            self._file.seek(self._offsets[number])
            batch = wire.decode(self._file.read(self._offsets[number + 1] - self._offsets[number]))
            found = []
            while at < len(rows) and rows[at] - begin + left_out < len(batch.rows):
                found.append((rows[at], *batch.rows[rows[at] - begin + left_out]))
                at += 1
            yield batch.sheet, found

    def take_back(self, taken: Taken) -> None:
        """No longer count rows that are read after all."""
        for good in taken.good:
            self.records[good.shape] -= len(good.positions)
            self.without_deadline.subtract(good.without_deadline)
