"""How far the cells of a sheet reach, and when that is too far for a parser that lays it out as a full rectangle."""

from dataclasses import dataclass
from typing import Final

from formats.error import FormatError

# A place costs the parser 32 bytes, filled or not, and a filled one 64 more: 40 in a list that grows by doubling, and
# its text. A sheet may cost so much beside what else the process has that reads it (`formats.confinement`); sixteen
# million cells do.
PLACE: Final = 32
FILLED: Final = 64
COST_LIMIT: Final = 1_500 << 20

# A rectangle this large is read however few of its places are filled.
AREA_ALWAYS_READ: Final = 4_000_000
AREA_PER_FILLED_CELL: Final = 64


@dataclass(slots=True)
class Extent:
    """The filled cells of one sheet; rows and columns count from 1."""

    cells: int = 0
    first_row: int = 1 << 30
    last_row: int = 0
    first_column: int = 1 << 30
    last_column: int = 0

    def take(self, cells: int, rows: tuple[int, int], columns: tuple[int, int]) -> None:
        """Count some cells, which lie between a first and a last row and column."""
        self.cells += cells
        self.first_row = min(self.first_row, rows[0])
        self.last_row = max(self.last_row, rows[1])
        self.first_column = min(self.first_column, columns[0])
        self.last_column = max(self.last_column, columns[1])

    def require_room(self) -> None:
        """Raise FormatError F056 if the parser would need too much memory for what was counted so far."""
        columns = self.last_column - self.first_column + 1
        area = (self.last_row - self.first_row + 1) * columns
        # Few cells far apart are a fault of another kind.
        if FILLED * self.cells + PLACE * min(area, AREA_PER_FILLED_CELL * self.cells) > COST_LIMIT:
            most = COST_LIMIT // (FILLED + PLACE) // columns
            raise FormatError(
                "F056", cells=self.cells, row=self.last_row, most=most // 10_000 * 10_000 or most
            )

    def require_density(self) -> None:
        """Raise FormatError F043 if the sheet is a few cells far apart."""
        area = (self.last_row - self.first_row + 1) * (self.last_column - self.first_column + 1)
        if self.cells and area > max(AREA_ALWAYS_READ, AREA_PER_FILLED_CELL * self.cells):
            raise FormatError(
                "F043",
                cells=self.cells,
                first=f"{column_letters(self.first_column)}{self.first_row}",
                last=f"{column_letters(self.last_column)}{self.last_row}",
            )


def column_number(letters: str) -> int:
    """A is 1, XFD is 16384."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """1 is A, 16384 is XFD."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
