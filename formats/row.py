"""What a format gives: rows, each knowing where in its file it stands."""

import datetime
from dataclasses import dataclass
from typing import Any

Cell = str | int | float | bool | datetime.date | datetime.datetime | None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table, or one object of a JSON file.

    `number` counts from 1 as the file's own program does: the row of a worksheet (empty rows above it included),
    the line of a text file where the record starts, the position of an object in a `.json` file.
    `cells` is a tuple whose index 0 is column A, or the object as it stands. `sheet` is '' where there are none.
    """

    sheet: str
    number: int
    cells: tuple[Cell, ...] | dict[str, Any]
