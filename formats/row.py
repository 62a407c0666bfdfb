"""What a format gives: rows, each knowing where in its file it stands."""

import datetime
import math
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

    >>> plain_number(3.0), plain_number(0.5), plain_number(float("inf"))
    (3, 0.5, None)
    """
    if value.is_integer() and abs(value) <= EXACT_INTEGER:
        return int(value)
    return value if math.isfinite(value) else None
