"""What a format gives: rows, each knowing where in its file it stands."""

import datetime
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

Cell = str | int | float | bool | datetime.date | datetime.datetime | None

# Integers beyond this are not exact in a workbook, which stores every number as a double.
EXACT_INTEGER: Final = 2**53


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table, or one object of a JSON or XML file.

    `number` counts from 1 as the file's own program does: the row of a worksheet (empty rows above it included),
    the line of a text or XML file where the record starts, the row within a table of a page, the position of an object in a `.json` file.
    `cells` is a tuple whose index 0 is column A, or the object as it stands. `sheet` is '' where there are none.
    """

    sheet: str
    number: int
    cells: tuple[Cell, ...] | dict[str, Any]


def plain_number(value: float) -> int | float | None:
    """A number of a workbook as a cell: a whole one as int, and nothing for what is no number.

    One of sixteen figures that ends in zero stays a float: people typed it, and the workbook has kept fifteen.

    >>> plain_number(3.0), plain_number(0.5), plain_number(float("inf"))
    (3, 0.5, None)
    """
    if value.is_integer() and abs(value) <= EXACT_INTEGER and (abs(value) < 1e15 or value % 10):
        return int(value)
    return value if math.isfinite(value) else None


@dataclass(frozen=True, slots=True)
class Remark:
    """What whoever opens the file sees of a sheet, and its cells do not tell; a format gives it among its rows.

    `places` are the first of `count` places: cells (B3), rows (5) or columns (C). `kind` is one of `KINDS`.
    """

    kind: str
    sheet: str
    places: tuple[str, ...] = ()
    count: int = 0


# Hidden, cells with an error, formulas without a result, what is struck through, and days counted from 1904.
HIDDEN_SHEET, HIDDEN_ROWS, HIDDEN_COLUMNS = "hiddenSheet", "hiddenRows", "hiddenColumns"
ERRORS, UNSOLVED, STRUCK, SINCE_1904 = "errors", "unsolved", "struck", "since1904"
# Numbers in cells merged over several rows: each of these has the number.
MERGED: Final = "merged"
KINDS: Final = (HIDDEN_SHEET, HIDDEN_ROWS, HIDDEN_COLUMNS, ERRORS, UNSOLVED, STRUCK, SINCE_1904, MERGED)
# So many places of one kind are named.
NAMED: Final = 12


class Remarks:
    """Remarks while a file is read: the first places of each kind and sheet, and how many there are."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], list[str]] = {}
        self._counts: dict[tuple[str, str], int] = {}

    def add(self, kind: str, sheet: str, place: str = "") -> None:
        """Note one place."""
        key = (kind, sheet)
        places = self._found.setdefault(key, [])
        self._counts[key] = self._counts.get(key, 0) + 1
        if place and len(places) < NAMED:
            places.append(place)

    def take(self) -> Iterator[Remark]:
        """What was noted since this was last asked, by sheet as it came."""
        found, counts, self._found, self._counts = self._found, self._counts, {}, {}
        for (kind, sheet), places in found.items():
            yield Remark(kind, sheet, tuple(places), counts[kind, sheet])
