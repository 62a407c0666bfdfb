"""Where a sheet's headings are and what its columns are called: title rows above, one to three rows of headings."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from loaders.names import normal
from loaders.text import clean
from loaders.units import Units

# So far down a sheet its headings may stand.
SEARCHED = 30
DEEPEST = 3

# What a line says before the unit of a table: 单位:万元, 金额单位为万元, 以万元为单位.
_STATING = re.compile(r"(?:单位|金额)\s*[:：为(（]\s*")
_COUNTED_IN = re.compile(r"以\s*(\S{1,6}?)\s*[为计]")

# How surely a text is a heading, 0 to 1.
Known = Callable[[str], float]
# Two headings, one of which may be a less sure one.
_ENOUGH = 1.5


@dataclass(frozen=True, slots=True)
class Heading:
    """The headings of a sheet: `names` by position, '' where there is none; `titles` are the lines above.

    `first` and `last` are places in the rows that were searched, not the file's numbers.
    """

    first: int
    last: int
    names: tuple[str, ...]
    titles: tuple[str, ...]


def find_heading(
    rows: Sequence[Sequence[Any]],
    known: Known,
    searched: int = SEARCHED,
    elsewhere: Callable[[str], bool] = lambda _: False,
) -> Heading | None:
    """The rows whose cells are the most different known headings, one to three rows; None where there are not two.

    A name that is a heading only under another one (名称, 地址) counts less. They begin in one of the first `searched`.
    What stands above and below may together be the name of another type's property (建筑 over 面积): it is that, not what
    the lower one alone would be (`elsewhere`).

    Of equally good ones the flattest, then the first.
    """
    best: Heading | None = None
    best_score = (0.0, 0, 0)
    for first in range(min(len(rows), searched)):
        if first and _is_merged_with(rows[first - 1], rows[first]):
            continue
        for depth in range(1, DEEPEST + 1):
            block = rows[first : first + depth]
            if len(block) < depth or (depth > 1 and not all(map(_may_be_heading, block))):
                break
            below = rows[first + depth : first + depth + 1]
            if depth < DEEPEST and below and _is_merged_with(block[-1], below[0]):
                continue
            names = joined(block, known, elsewhere)
            score = (round(sum(known(name) for name in set(names) - {""}), 2), -depth, -first)
            if score[0] and score > best_score:
                best, best_score = Heading(first, first + depth - 1, names, titles(rows[:first])), score
    return best if best_score[0] >= _ENOUGH else None


def joined(
    block: Sequence[Sequence[Any]], known: Known, elsewhere: Callable[[str], bool] = lambda _: False
) -> tuple[str, ...]:
    """One name a column: what stands above and below together, if that is known, else one of them, else both."""
    width = max(len(row) for row in block)
    names = []
    for column in range(width):
        cells = [clean(row[column]) if column < len(row) else "" for row in block]
        # A merged heading is filled into every cell it covers.
        parts = [part for part in dict.fromkeys(cells) if part]
        options = ["".join(parts), *reversed(parts)]
        if len(parts) > 1 and not known(options[0]) and elsewhere(options[0]):
            options = options[:1]
        names.append(next((option for option in options if option and known(option)), options[0]))
    return tuple(names)


def titles(rows: Sequence[Sequence[Any]]) -> tuple[str, ...]:
    """The lines above a table: rows that hold one text, merged or not."""
    found = []
    for row in rows:
        texts = {clean(cell) for cell in row} - {""}
        if len(texts) == 1:
            found.append(texts.pop())
    return tuple(found)


def stated_units(rows: Sequence[Sequence[Any]], units: Units) -> dict[str, str]:
    """The units that lines above a table state for all of it (单位:万元、公顷), by what they measure.

    Where they state two for one thing, the unit is both, in which nobody can read a number.
    """
    stated: dict[str, dict[str, None]] = {}
    for row in rows:
        for cell in {clean(cell) for cell in row}:
            said = [unit for text in _STATING.split(cell)[1:] for unit in units.stated(text)]
            said += [unit for text in _COUNTED_IN.findall(cell) for unit in units.stated(text)]
            if cell and not said and units.only(cell):
                said = units.stated(units.of_heading(cell)[1] or cell)
            for unit in said:
                stated.setdefault(str(units.base(unit)), {})[unit] = None
    return {base: "、".join(found) for base, found in stated.items()}


def numbered(names: Sequence[str]) -> list[str]:
    """The keys of columns: the normal heading, with #2, #3 for the same heading again.

    >>> numbered(["宗地号", "用途", "宗地号："])
    ['宗地号', '用途', '宗地号#2']
    """
    seen: Counter[str] = Counter()
    keys = []
    for name in names:
        key = normal(name)
        seen[key] += 1
        keys.append(f"{key}#{seen[key]}" if seen[key] > 1 else key)
    return keys


def is_repeated(cells: Sequence[Any], names: Sequence[str]) -> bool:
    """Whether a row says the headings again."""
    same = sum(1 for cell, name in zip(cells, names, strict=False) if name and clean(cell) == name)
    return same >= 2 and same * 5 >= sum(1 for cell in cells if clean(cell)) * 3


def counts_rows(cells: Sequence[Any]) -> bool:
    """Whether cells only count: 1, 2, 3, or from 1 again.

    >>> counts_rows(["1", "2", 3]), counts_rows(["1", "3"]), counts_rows(["1"])
    (True, False, False)
    """
    said = [text for text in map(clean, cells) if text]
    if len(said) < 2 or said[0] != "1" or not all(text.isdecimal() and len(text) < 6 for text in said):
        return False
    return all(int(this) in (int(before) + 1, 1) for before, this in pairwise(said))


def is_units(cells: Sequence[Any], units: Units) -> bool:
    """Whether a row says only units: 万元, (公顷)."""
    texts = [text for text in map(clean, cells) if text]
    return bool(texts) and all(not text.isdecimal() and units.only(text) for text in texts)


def letter(index: int) -> str:
    """The column's letters as a spreadsheet shows them: 0 → A, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _is_merged_with(above: Sequence[Any], row: Sequence[Any]) -> bool:
    """Whether headings of a row stand in the row above too, as those merged over both do: they begin there."""
    same = {
        clean(cell) for cell, other in zip(row, above, strict=False) if cell is not None and cell == other
    }
    return len(same - {""}) > 1 and _may_be_heading(above)


def _may_be_heading(row: Sequence[Any]) -> bool:
    """Whether a row may be one of several rows of headings: different short texts, no figures."""
    texts = {clean(cell) for cell in row} - {""}
    return len(texts) > 1 and all(len(text) <= 40 and not text[0].isdecimal() for text in texts)
