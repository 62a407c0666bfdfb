"""Where another table begins below one, on the same sheet: a row of headings that is not that of the table above."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from loaders.asked import Asked
from loaders.headings import is_repeated
from loaders.names import normal
from loaders.text import clean
from schemas.catalog import Catalog

# Texts longer than this, or of which fewer than so many in ten are names of properties, are no headings.
_LONGEST, _KNOWN_IN_TEN = 40, 6
# One text and ways to say nothing are at most so many different cells.
_ALONE = 3
_NUMBERED = re.compile(
    r"^(?:[(（]?[一二三四五六七八九十\d]{1,3}[)）]?[、.．\s]*)|[(（][^()（）]*[)）]$|[:：]$"
)


def heading_texts(catalog: Catalog) -> frozenset[str]:
    """Every name that a property of any type has, as it is written."""
    made: frozenset[str] | None = catalog.compiled.get(("headings", ""))
    if made is None:
        found = chain.from_iterable(
            (field.title, *field.aliases)
            for disclosure in catalog.types.values()
            for field in disclosure.walk()
        )
        made = catalog.compiled["headings", ""] = frozenset(found)
    return made


def is_heading(text: str, asked: Asked) -> bool:
    """Whether a text is the name of a property of any type, the unit that it states apart."""
    return normal(asked.reader.units.of_heading(text)[0]) in _normal_texts(asked.catalog)


def _normal_texts(catalog: Catalog) -> frozenset[str]:
    made: frozenset[str] | None = catalog.compiled.get(("headings", "normal"))
    if made is None:
        made = catalog.compiled["headings", "normal"] = frozenset(map(normal, heading_texts(catalog)))
    return made


class Stacked:
    """Tells the rows below a table's headings (`names` by place, `units` that they state) that begin something else."""

    def __init__(self, names: Sequence[str], units: Mapping[int, str | None], asked: Asked) -> None:
        self._names, self._stated, self._asked = names, units, asked
        self._texts = heading_texts(asked.catalog) | set(filter(None, names))
        self._normal = _normal_texts(asked.catalog)
        self.width = sum(map(bool, names))

    def knows(self, text: str) -> float:
        """How surely a text is a heading, of whatever type."""
        named = normal(text) in self._normal or is_heading(text, self._asked)
        return max(self._asked.knows(text), float(named))

    def begins(self, cells: Sequence[Any]) -> bool:
        """Whether a row is the headings of another table: not these once more, or these in other places or units."""
        if self._texts.isdisjoint(cells):
            return False
        texts = {text for cell in cells if (text := clean(cell))}
        if len(texts) < 2 or any(len(text) > _LONGEST or text[0].isdecimal() for text in texts):
            return False
        if is_repeated(cells, self._names):
            return any(self._is_changed(place, text) for place, text in self._differing(cells))
        known = sum(self.knows(text) > 0 for text in texts)
        return known >= min(3, len(texts)) and known * 10 >= len(texts) * _KNOWN_IN_TEN

    def alone(self, cells: Sequence[Any]) -> str | None:
        """What a row of a wide table says that says one thing only, perhaps in several cells."""
        if self.width < 4 or len(set(cells)) > _ALONE:
            return None
        texts = {text for cell in cells if (text := clean(cell))}
        return texts.pop() if len(texts) == 1 else None

    def breaks(self, rows: Sequence[Sequence[Any]]) -> Iterator[int]:
        """The places of the rows that have to be taken by themselves."""
        for place, cells in enumerate(rows):
            different = set(cells)
            if len(different) > _ALONE and self._texts.isdisjoint(different):
                continue
            if self.alone(cells) is not None or self.begins(cells):
                yield place

    def region(self, text: str) -> str | None:
        """The division that a line between the rows names and nothing else: 一、官渡区, 呈贡区(3宗):."""
        regions, within = self._asked.catalog.regions, self._asked.place
        before, name = None, text
        while name != before:
            before, name = name, _NUMBERED.sub("", name).strip()
        if not name or name.isascii():
            return None
        scopes = (within, *regions.ancestors(within), None) if within else (None,)
        return next((code for one in scopes if (code := regions.find(name, one))), None)

    def _differing(self, cells: Sequence[Any]) -> Iterator[tuple[int, str]]:
        for place, cell in enumerate(cells):
            text = clean(cell)
            if text and (place >= len(self._names) or text != self._names[place]):
                yield place, text

    def _is_changed(self, place: int, text: str) -> bool:
        """Whether a heading stands in another place than above, or states another unit."""
        bare, unit = self._asked.reader.units.of_heading(text)
        own = self._asked.reader.units.of_heading(self._names[place])[0] if place < len(self._names) else ""
        if normal(bare) == normal(own):
            return unit is not None and unit != self._stated.get(place)
        return text in self._names or self.knows(text) > 0
