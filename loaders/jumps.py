"""Numbers of one column that are ten thousand times the others, or a ten thousandth: 元 among 万元, 公顷 among 平方米.

A column is judged by the logarithms: their median, and how far from it they usually are. Columns of a wide spread
(budgets from thousands to billions) are not judged; nor is a value that others lead up to.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from math import log10
from statistics import median
from typing import Self

# So many numbers make a column; so many are kept of one, those after them are judged by these.
LEAST = 10
KEPT = 100_000
# How far a jump of 10⁴ may be off for the spread of the column itself, and how far from all others it stands.
_NEAREST, _FARTHEST, _GAP = 3.5, 4.5, 1.0
# The widest spread (as a standard deviation of the logarithms) in which a jump means anything, and the smallest
# that a column is taken to have; how many spreads away a jump is.
_WIDEST, _NARROWEST, _SPREADS = 0.8, 0.1, 4.0
# More than this part of a column is another kind of thing, no slip.
_FEW = 0.1


@dataclass(frozen=True, slots=True)
class Spread:
    """What is usual in a column, and from where on a value is a jump: up at `high`, down at `low` (logarithms)."""

    typical: float
    high: float
    low: float

    @classmethod
    def of(cls, numbers: Sequence[float]) -> "Self | None":
        """The spread of a column's positive numbers; None where they are too few or too different."""
        logs = sorted(log10(number) for number in numbers)
        if len(logs) < LEAST:
            return None
        middle = median(logs)
        usual = 1.4826 * median(abs(one - middle) for one in logs)
        if usual > _WIDEST:
            return None
        away = max(_NEAREST, _SPREADS * max(usual, _NARROWEST))
        return cls(
            10**middle,
            _beyond(logs, middle + away),
            -_beyond([-one for one in reversed(logs)], away - middle),
        )

    def jump(self, number: float) -> int:
        """1 for a number ten thousand times too large, -1 for one as much too small, else 0."""
        log = log10(number)
        if abs(log - log10(self.typical)) > _FARTHEST:
            return 0
        return (log >= self.high) - (log <= self.low)


def _beyond(logs: Sequence[float], least: float) -> float:
    """From where on sorted logarithms are a few far from all others; infinite where there are none such."""
    place = bisect_left(logs, least)
    few = len(logs) - place
    alone = 0 < few <= max(1, _FEW * len(logs)) and logs[place] - logs[place - 1] >= _GAP
    return least if alone else float("inf")


class Numbers:
    """The numbers of one column with the rows they stand in, as compact as they are many."""

    def __init__(self) -> None:
        self._numbers, self._rows, self._paths = array("d"), array("q"), array("I")
        self._spread: Spread | None = None
        self.count = 0

    def add(self, number: float, row: int, path: int) -> None:
        """Take a positive number, its row, and which path it has."""
        self.count += 1
        if self.count == KEPT:
            self._spread = Spread.of(self._numbers)
            self._let_go()
        if self.count < KEPT or (self._spread is not None and self._spread.jump(number)):
            self._numbers.append(number)
            self._rows.append(row)
            self._paths.append(path)

    def extend(self, numbers: Sequence[float], rows: Sequence[int], path: int) -> None:
        """Take positive numbers, each with its row, all of one path."""
        if self.count + len(numbers) < KEPT:
            self.count += len(numbers)
            self._numbers.extend(numbers)
            self._rows.extend(rows)
            self._paths.extend(repeat(path, len(numbers)))
        else:
            for number, row in zip(numbers, rows, strict=True):
                self.add(number, row, path)

    def _let_go(self) -> None:
        """Keep only what is told: once the spread is known the others say nothing more."""
        kept = zip(self._numbers, self._rows, self._paths, strict=True)
        told = [one for one in kept if self._spread is not None and self._spread.jump(one[0])]
        self._numbers, self._rows, self._paths = array("d"), array("q"), array("I")
        for number, row, path in told:
            self._numbers.append(number)
            self._rows.append(row)
            self._paths.append(path)

    def jumps(self) -> Iterator[tuple[float, int, int, int, float]]:
        """Each jump: the number, its row, its path, the direction, and what is usual."""
        spread = self._spread or Spread.of(self._numbers)
        if spread is None or spread.high == -spread.low == float("inf"):
            return
        for number, row, path in zip(self._numbers, self._rows, self._paths, strict=True):
            direction = spread.jump(number)
            if direction:
                yield number, row, path, direction, spread.typical
