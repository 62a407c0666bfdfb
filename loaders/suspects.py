"""Rows below the headings that might be no data: total lines, repeated headings, units, notes, blank ones.

Whoever is not among them surely is data by the rules of `loaders.skipping` and `loaders.headings`.
"""

from collections.abc import Iterable, Sequence

from loaders.column import Key, Seen
from loaders.skipping import AMONG_FIRST, WORDS_OF_TOTALS, may_be_no_data, may_be_total
from loaders.text import clean
from loaders.units import Units

_KEPT = 20_000


class Suspects:
    """Finds them, a look at each different cell; what was seen once is remembered."""

    def __init__(self, units: Units) -> None:
        self._units = units
        self._may_be_unit: dict[Key, bool] = {"": True}

    def among(self, columns: Sequence[Seen], count: int) -> set[int]:
        """The positions of such rows; `columns` are all of the table in their order."""
        found = set(self._without_data(columns, count))
        found.update(self._of_units(columns, count))
        found.update(self._totals(columns))
        for column in columns:
            if not column.repeats.isdisjoint(column.different):
                found.update(at for at, key in enumerate(column.now) if key in column.repeats)
        return found

    def _totals(self, columns: Sequence[Seen]) -> Iterable[int]:
        """Rows that have a total's word in one of their first cells that say something."""
        filled = 0
        for column in columns:
            texts = [key for key in column.different if isinstance(key, str)]
            said, is_clean = "|".join(texts), column.dirty.isdisjoint(column.different)
            if not is_clean or any(word in said for word in WORDS_OF_TOTALS):
                totals = {key for key in texts if may_be_total(clean(key))}
                yield from (at for at, key in enumerate(column.now) if key in totals)
            filled += "" not in column.different and is_clean
            if filled == AMONG_FIRST:
                return

    def _of_units(self, columns: Sequence[Seen], count: int) -> Iterable[int]:
        """Rows of which no cell is surely something else than a unit or blank."""
        if len(self._may_be_unit) > _KEPT:
            self._may_be_unit = {"": True}
        left: Iterable[int] = range(count)
        for column in sorted(columns, key=lambda one: len(one.different)):
            like = {key for key in column.different if self._is_like_unit(key, column)}
            if not like:
                return ()
            left = [at for at in left if column.now[at] in like]
            if not left:
                return ()
        return left

    def _is_like_unit(self, key: Key, column: Seen) -> bool:
        found = self._may_be_unit.get(key)
        if found is None:
            text = clean(column.cell(key))
            found = not text or (not text.isdecimal() and self._units.only(text))
            self._may_be_unit[key] = found
        return found

    def _without_data(self, columns: Sequence[Seen], count: int) -> Iterable[int]:
        """Rows that do not begin as data: with a text that no line without data begins with, and another one."""
        if not columns:
            return range(count)
        first, *more = columns[:3]
        sure = {
            key
            for key in first.different
            if isinstance(key, str) and key and key not in first.dirty and not may_be_no_data(key)
        }
        if len(sure) == len(first.different):
            for column in more:
                if _are_others(column, first):
                    return ()
        return [
            at
            for at, key in enumerate(first.now)
            if key not in sure or not any(_is_other(column, column.now[at], key) for column in more)
        ]


def _are_others(column: Seen, first: Seen) -> bool:
    """Whether every cell of a column is a text that is none of the first column's."""
    return (
        "" not in column.different
        and column.dirty.isdisjoint(column.different)
        and column.different.isdisjoint(first.different)
        and not any(isinstance(key, tuple) for key in column.different)
    )


def _is_other(column: Seen, key: Key, first: Key) -> bool:
    return isinstance(key, str) and key not in ("", first) and key not in column.dirty
