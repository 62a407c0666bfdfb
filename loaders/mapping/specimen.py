"""The first rows of a file as tables: a sheet's headings and the cells below them, known headings or not."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from formats.aside import aside
from formats.child import read_batches
from formats.confinement import DEFAULT, Limits
from formats.row import Row
from loaders.asked import Asked
from loaders.beginning import beginning
from loaders.draft import flattened
from loaders.headings import (
    SEARCHED,
    find_heading,
    is_repeated,
    is_units,
    letter,
    numbered,
    stated_units,
    titles,
)
from loaders.skipping import reason
from loaders.stacked import Stacked
from loaders.text import clean
from loaders.units import Units

# So many rows of a sheet are looked at, and of a file.
OF_SHEET, OF_FILE = 500, 20_000
# A row is taken for a record instead of headings where so many rows and so many columns of figures say it.
_ENOUGH, _TYPED = 3, 2
_FIGURE = re.compile(r"[-+]?[\d,.]+%?|\d{4}[-/年.]\d{1,2}.*|https?://.*")


@dataclass(slots=True)
class Table:
    """One sheet: the columns' names and keys by place, what they state as unit, and their cells.

    `heading_row` counts as the file does; 0 where there is none. `nested`: the names are dotted paths of JSON.
    `first` are the rows in which headings are looked for.
    """

    sheet: str
    names: list[str]
    keys: list[str]
    rows: list[list[Any]]
    heading_row: int = 0
    nested: bool = False
    titles: tuple[str, ...] = ()
    units: dict[int, str] = field(default_factory=dict)
    stated: Mapping[str, str] = field(default_factory=dict)
    first: Sequence[Sequence[Any]] = ()

    def cells(self, place: int) -> list[Any]:
        """The cells of a column."""
        return [row[place] if place < len(row) else None for row in self.rows]


@dataclass(frozen=True, slots=True)
class Specimen:
    """What was looked at of a file; `whole` where that is all of it."""

    tables: tuple[Table, ...]
    whole: bool


def look(path: Path, asked: Asked, limits: Limits = DEFAULT) -> Specimen:
    """The tables of a file by its first rows; `asked` knows the names of the types that come into question."""
    sheets: dict[str, list[Row]] = {}
    for batch in beginning(read_batches(path, limits), OF_SHEET, OF_FILE):
        sheets.setdefault(batch.sheet, []).extend(batch)
    whole = all(len(rows) < OF_SHEET for rows in sheets.values())
    kept = [rows for rows in sheets.values() if rows and not aside(rows[0])]
    tables = [
        _objects(rows) if isinstance(rows[0].cells, dict) else _table(rows, asked, alone=len(kept) == 1)
        for rows in kept
    ]
    return Specimen(tuple(table for table in tables if table is not None and table.names), whole)


def _objects(rows: Sequence[Row]) -> Table:
    records = [row.cells for row in rows if isinstance(row.cells, dict)]
    # An object alone, where other records have several, is a list of one.
    lists = {name for one in records for name, cell in flattened(one).items() if isinstance(cell, list)}
    flat = [flattened(one, sorted(lists)) for one in records]
    names = list(dict.fromkeys(name for one in flat for name in one))
    cells = [[one.get(name) for name in names] for one in flat]
    return Table(rows[0].sheet, names, numbered(names), cells, nested=True)


def _table(rows: Sequence[Row], asked: Asked, *, alone: bool) -> Table | None:
    """The table of a sheet: by the headings that the standard knows if these are most of a row, else by its looks."""
    listed = [tuple(row.cells) for row in rows]
    units = asked.reader.units
    known = find_heading(listed, asked.knows)
    if known is not None:
        filled = [name for name in known.names if name]
        if sum(map(asked.knows, filled)) * 3 < len(filled):
            known = None
    if known is not None:
        first, last, names, above = known.first, known.last, list(known.names), known.titles
    elif (start := _headless(listed)) is not None:
        return _without_headings(rows, listed, start, units)
    else:
        at = _likeliest(listed[: SEARCHED + 10])
        if at is None:
            return None
        first, last, names, above = at, at, [clean(cell) for cell in listed[at]], titles(listed[:at])
    below = list(listed[last + 1 :])
    stated = {}
    if below and is_units(below[0], units):
        stated = {place: text for place, cell in enumerate(below[0]) if (text := clean(cell))}
    width = sum(map(bool, names))
    # What stands below another row of headings is of another table.
    stacked = Stacked(names, {}, asked)
    below = below[: next((at for at, row in enumerate(below) if stacked.begins(row)), len(below))]
    data = [
        list(row)
        for row in below
        if not is_units(row, units)
        and not is_repeated(row, names)
        and reason(row, width) is None
        and stacked.alone(row) is None
    ]
    if alone and not above:
        names = _named(names, data)
    bare = {place: units.of_heading(text)[1] or text for place, text in stated.items()}
    return Table(
        rows[0].sheet, names, numbered(names), data, rows[last].number, False, above, bare,
        stated_units(listed[:first], units), listed[: SEARCHED + 1],
    )  # fmt: skip


def _without_headings(
    rows: Sequence[Row], listed: Sequence[tuple[Any, ...]], start: int, units: Units
) -> Table:
    """A sheet whose first row is a record already; its columns are called by their letters."""
    data = [list(row) for row in listed[start:] if reason(row, len(row)) is None]
    width = max(map(len, data), default=0)
    filled = {place for row in data for place, cell in enumerate(row) if clean(cell)}
    names = [f"列{letter(place)}" if place in filled else "" for place in range(width)]
    return Table(
        rows[0].sheet, names, numbered(names), data, 0, False, titles(listed[:start]), {},
        stated_units(listed[:start], units), listed[: SEARCHED + 1],
    )  # fmt: skip


def _headless(rows: Sequence[Sequence[Any]]) -> int | None:
    """The first row as wide as the others, if its cells are of the kinds of those below: no headings but a record."""
    widths = sorted(sum(map(bool, map(clean, row))) for row in rows)
    usual = widths[len(widths) // 2] if widths else 0
    at = next((at for at, row in enumerate(rows) if sum(map(bool, map(clean, row))) >= max(usual, 2)), None)
    if at is None or len(rows) - at < _ENOUGH:
        return None
    if any(len({clean(cell) for cell in row} - {""}) > 1 for row in rows[:at]):
        return None
    typed = same = 0
    for place, cell in enumerate(rows[at]):
        below = Counter(_sort(row[place]) for row in rows[at + 1 :] if place < len(row) and clean(row[place]))
        if not below:
            continue
        sort, count = below.most_common(1)[0]
        if sort and count * 10 >= sum(below.values()) * 8:
            typed += 1
            same += _sort(cell) == sort
    return at if typed >= _TYPED and same * 10 >= typed * 8 else None


def _sort(cell: Any) -> str:
    """Whether a cell is a number, a date or an address; '' for other texts."""
    text = clean(cell)
    found = _FIGURE.fullmatch(text)
    if found is None:
        return ""
    return "url" if text.startswith("http") else "date" if re.match(r"\d{4}[-/年.]\d", text) else "number"


def _named(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    """The headings, a column that has none but has cells called by its letters."""
    width = max(map(len, rows), default=len(names))
    filled = {place for row in rows for place, cell in enumerate(row) if clean(cell)}
    longer = [*names, *[""] * (width - len(names))]
    found = [name or (f"列{letter(place)}" if place in filled else "") for place, name in enumerate(longer)]
    while found and not found[-1]:
        found.pop()
    return found


def _likeliest(rows: Sequence[Sequence[Any]]) -> int | None:
    """The first row that looks like headings: different short texts, no figures, as wide as what follows."""
    widths = sorted(sum(map(bool, map(clean, row))) for row in rows)
    usual = widths[len(widths) * 3 // 4] if widths else 0
    for at, row in enumerate(rows[:SEARCHED]):
        texts = [text for text in map(clean, row) if text]
        different = set(texts)
        if len(texts) < 2 or len(texts) * 2 < usual or at + 1 == len(rows):
            continue
        plain = [
            text
            for text in different
            if len(text) <= (90 if text.isascii() else 40) and not _FIGURE.fullmatch(text)
        ]
        if len(plain) * 10 >= len(different) * 9 and len(different) * 3 >= len(texts) * 2:
            return at
    return None
