"""Which rows of a file something holds of, a bit for each: five million rows take less than a megabyte."""


class Marks:
    """A set of row numbers, 0 or more."""

    def __init__(self) -> None:
        self._bits = bytearray()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __contains__(self, row: int) -> bool:
        return row >> 3 < len(self._bits) and bool(self._bits[row >> 3] & 1 << (row & 7))

    def add(self, row: int) -> None:
        """Mark a row; nothing happens if it is marked."""
        if row in self:
            return
        missing = (row >> 3) + 1 - len(self._bits)
        if missing > 0:
            self._bits.extend(bytes(missing))
        self._bits[row >> 3] |= 1 << (row & 7)
        self._count += 1
