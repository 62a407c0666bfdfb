"""Cells that span others, laid out in rows as the reader of a table sees them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from formats.error import FormatError
from formats.extent import AREA_ALWAYS_READ, AREA_PER_FILLED_CELL
from formats.row import Cell

# As many columns as a sheet of Excel has.
COLUMNS_LIMIT: Final = 16_384


@dataclass(frozen=True, slots=True)
class Spanning:
    """A cell as it is written: over so many columns and rows, in the next free column unless it names one."""

    value: Cell
    across: int = 1
    down: int = 1
    column: int | None = None


@dataclass(frozen=True, slots=True)
class Laid:
    """A value over the columns from `start` until before `stop`."""

    start: int
    stop: int
    value: Cell


class Grid:
    """The rows of one table from top to bottom; what reaches down from above is kept.

    Raises FormatError F066 where a few cells claim to cover very much.
    """

    def __init__(self, table: str) -> None:
        self.table = table
        self._open: list[tuple[int, Laid]] = []
        self._written = 0
        self._covered = 0

    def lay(self, cells: Iterable[Spanning]) -> list[Laid]:
        """The next row: its own cells and those that reach into it."""
        laid_out = [laid for _, laid in self._open]
        opened = []
        column, taken = 0, sorted(laid_out, key=lambda one: -one.start)
        for cell in cells:
            while cell.column is None and taken and taken[-1].start <= column:
                column = max(column, taken.pop().stop)
            start = column if cell.column is None else cell.column
            if start >= COLUMNS_LIMIT:
                raise FormatError("F066", table=self.table, what=f"{start + 1} > {COLUMNS_LIMIT} 列 columns")
            laid = Laid(start, start + cell.across, cell.value)
            laid_out.append(laid)
            if cell.down > 1:
                opened.append((cell.down - 1, laid))
            self._written += 1
            column = laid.stop
        self._open = [(left - 1, laid) for left, laid in self._open if left > 1] + opened
        self._cover(len(laid_out))
        return laid_out

    def filled(self, row: Iterable[Laid], width: int) -> list[Cell]:
        """A row as cells: a value in all that it spans, as far as the width of the table and no further."""
        cells: list[Cell] = []
        for one in row:
            stop = min(one.stop, width)
            if stop > len(cells):
                cells.extend([None] * (stop - len(cells)))
            if stop > one.start:
                self._cover(stop - one.start)
                cells[one.start : stop] = [one.value] * (stop - one.start)
        return cells

    def _cover(self, cells: int) -> None:
        self._covered += cells
        if self._covered > max(AREA_ALWAYS_READ, AREA_PER_FILLED_CELL * self._written):
            raise FormatError("F066", table=self.table, what=f"{self._written} → {self._covered}")


def width_of(rows: Iterable[Iterable[Laid]]) -> int:
    """How far a table is used: a title that spans more columns than there are does not make it wider."""
    return max((one.start + 1 for row in rows for one in row), default=0)
