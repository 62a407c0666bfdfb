"""Good rows in their order among the records that were read: what is compared of them comes when they would have."""

from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from loaders.beyond import Beyond
from loaders.completeness import filled_paths
from loaders.inquiry import Told
from loaders.ledger import Ledger, Piece, Said
from loaders.shape import Compared, Shape
from schemas.issue import Issue

_ROW = attrgetter("row")


class _Numbers(NamedTuple):
    """Numbers of one column in the order of their rows, counted and as the file numbers them."""

    piece: Piece
    compared: Compared
    rows: Sequence[int]
    numbers: Sequence[int]
    values: Sequence[float]


class _Organization(NamedTuple):
    """An organization, by name and code, where its batch has it first."""

    row: int
    number: int
    piece: Piece
    compared: Compared
    said: tuple[str, str]


class _Found(NamedTuple):
    """What the questions found in a good row."""

    row: int
    number: int
    sheet: str
    told: Sequence[Told]


class Standing:
    """The good rows of a ledger, given to `Beyond` as far as the row with which the next record begins."""

    def __init__(self, ledger: Ledger, beyond: Beyond) -> None:
        self._beyond = beyond
        self._taken_back = ledger.taken_back
        self._batches = (list(pieces) for _, pieces in groupby(ledger.pieces(), attrgetter("begin")))
        self._next = next(self._batches, None)
        self._known: set[Shape] = set()
        self._streams: list[_Numbers] = []
        self._waiting: deque[_Organization | _Found] = deque()

    def until(self, row: float = float("inf")) -> Iterator[Issue]:
        """Give all rows before this one, and what comparing them finds."""
        while True:
            self._give_numbers(row)
            while self._waiting and self._waiting[0].row < row:
                yield from self._give(self._waiting.popleft())
            ended = not self._waiting and not self._streams
            if not ended or self._next is None or self._next[0].begin >= row:
                return
            self._begin(self._next)
            self._next = next(self._batches, None)

    def _begin(self, pieces: Sequence[Piece]) -> None:
        """Look at the rows of the next batch."""
        streams: defaultdict[tuple[Any, ...], list[_Numbers]] = defaultdict(list)
        found: list[_Organization | _Found] = []
        for piece in pieces:
            if piece.shape not in self._known and not self._taken_back.issuperset(piece.rows):
                self._known.add(piece.shape)
                disclosure = piece.shape.disclosure
                self._beyond.know(disclosure, filled_paths(piece.shape.record, disclosure))
            found += (
                _Found(piece.rows[at], piece.numbers[at], piece.sheet, told)
                for at, told in piece.told
                if piece.rows[at] not in self._taken_back
            )
            for compared, values in zip(piece.shape.numbers, piece.values, strict=True):
                key = (compared.watched.path, compared.headings)
                streams[key].append(_Numbers(piece, compared, piece.rows, piece.numbers, values))
            for compared, said in zip(piece.shape.organizations, piece.organizations, strict=True):
                found += self._organizations(piece, compared, said)
        self._streams = [stream for same in streams.values() if (stream := self._in_order(same)).rows]
        # Of one row, what is found in it by itself comes first.
        self._waiting.extend(sorted(found, key=_ROW))

    def _organizations(self, piece: Piece, compared: Compared, said: Said) -> Iterator[_Organization]:
        """Each organization of a piece that would be compared, where it comes first."""
        asked = [self._beyond.across.would_compare(*one) for one in said.different]
        if not any(asked):
            return
        for row, number, one in zip(piece.rows, piece.numbers, said.places, strict=True):
            if asked[one] and row not in self._taken_back:
                asked[one] = False
                yield _Organization(row, number, piece, compared, said.different[one])

    def _in_order(self, same: Sequence[_Numbers]) -> _Numbers:
        """The standing numbers of one column from several pieces."""
        first = same[0]
        if len(same) == 1 and self._taken_back.isdisjoint(first.rows) and min(first.values) > 0:
            return first
        standing = sorted(
            (row, number, value)
            for one in same
            for row, number, value in zip(one.rows, one.numbers, one.values, strict=True)
            if value > 0 and row not in self._taken_back
        )
        rows, numbers, values = zip(*standing, strict=True) if standing else ((), (), ())
        return _Numbers(first.piece, first.compared, rows, numbers, values)

    def _give_numbers(self, row: float) -> None:
        left = []
        for stream in self._streams:
            piece, compared, rows, numbers, values = stream
            end = bisect_left(rows, row)
            if end:
                self._beyond.across.take_numbers(
                    piece.shape.disclosure, compared.watched, values[:end], numbers[:end],
                    (piece.sheet, None, *compared.headings),
                )  # fmt: skip
            if end < len(rows):
                left.append(_Numbers(piece, compared, rows[end:], numbers[end:], values[end:]))
        self._streams = left

    def _give(self, one: _Organization | _Found) -> Iterator[Issue]:
        if isinstance(one, _Found):
            for told in one.told:
                yield told.issue.at(
                    sheet=one.sheet, row=one.number, column=told.heading, written=told.written
                )
            return
        name, code = one.said
        of_name, of_code = one.compared.headings

        def place_of(path: str) -> list[Any]:
            return [one.piece.sheet, one.number, of_code if path.endswith(".uscc") else of_name]

        yield from self._beyond.across.take_organization(
            one.compared.watched.path, one.compared.watched.of, name, code, place_of
        )
