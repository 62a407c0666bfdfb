"""Which rows of a file something holds of, a bit for each: five million rows take less than a megabyte."""

from collections.abc import Iterable


class Marks:
    """A set of row numbers, 0 or more."""

    def __init__(self) -> None:
        self._bits = bytearray()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __contains__(self, row: int) -> bool:
        return row >> 3 < len(self._bits) and bool(self._bits[row >> 3] & 1 << (row & 7))

    def isdisjoint(self, rows: Iterable[int]) -> bool:
        """Whether none of the rows is marked."""
        return not self._count or not any(row in self for row in rows)

    def issuperset(self, rows: Iterable[int]) -> bool:
        """Whether all of the rows are marked."""
        return bool(self._count) and all(row in self for row in rows)

    def add(self, row: int) -> None:
        """Mark a row; nothing happens if it is marked."""
        if row in self:
            return
        missing = (row >> 3) + 1 - len(self._bits)
        if missing > 0:
            self._bits.extend(bytes(missing))
        self._bits[row >> 3] |= 1 << (row & 7)
        self._count += 1
