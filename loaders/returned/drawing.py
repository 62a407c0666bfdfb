"""The drawing in VML without which Excel shows no comment: one shape a comment."""

import re
from collections.abc import Iterable
from typing import Final

from lxml import etree

from loaders.returned.ooxml import COLUMNS, Element, parse_loosely
from loaders.returned.sheet import Place

_V: Final = "urn:schemas-microsoft-com:vml"
_O: Final = "urn:schemas-microsoft-com:office:office"
_X: Final = "urn:schemas-microsoft-com:office:excel"
_SPACES: Final = f'xmlns:v="{_V}" xmlns:o="{_O}" xmlns:x="{_X}"'

# Excel gives a sheet its shapes' numbers by the thousand.
_BLOCK: Final = 1024
# So many columns and rows a comment covers.
_WIDTH, _HEIGHT = 4, 9

_EMPTY: Final = f"""<xml {_SPACES}>
<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data=""/></o:shapelayout>
</xml>"""
_KIND: Final = f"""<v:shapetype {_SPACES} id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">
<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>"""
_SHAPE: Final = """<v:shape {spaces} id="_x0000_s{number}" type="#_x0000_t202" \
style="position:absolute;margin-left:80pt;margin-top:5pt;width:260pt;height:130pt;z-index:{order};visibility:hidden" \
fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/>\
<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"><div style="text-align:left"/></v:textbox>\
<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor>\
<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"""


class Drawing:
    """The shapes of one sheet. `taken` are blocks of numbers that other sheets have."""

    def __init__(self, content: bytes | None, taken: Iterable[int] = ()) -> None:
        self.root = parse_loosely(content or _EMPTY.encode())
        self._taken = set(taken)

    def remove(self, places: Iterable[Place]) -> None:
        """Take away the shapes of comments that are gone."""
        gone = set(places)
        for shape in self.root.findall(f"{{{_V}}}shape"):
            if _note_at(shape) in gone:
                self.root.remove(shape)

    def add(self, places: Iterable[Place]) -> None:
        """Add a shape for each comment."""
        wanted = sorted(places)
        if not wanted:
            return
        if self.root.find(f"{{{_V}}}shapetype[@id='_x0000_t202']") is None:
            self.root.append(etree.fromstring(_KIND))
        used = [int(found[1]) for found in map(_NUMBERED.search, self._ids()) if found]
        number = max(used, default=self._begin() * _BLOCK)
        for order, (row, column) in enumerate(wanted, 1):
            shape = _SHAPE.format(
                spaces=_SPACES, number=number + order, order=order, anchor=_anchor(row, column), row=row - 1,
                column=column - 1,
            )  # fmt: skip
            self.root.append(etree.fromstring(shape))
        self._claim()

    def serialize(self) -> bytes:
        """The drawing's bytes; every namespace once, at the root."""
        etree.cleanup_namespaces(self.root, top_nsmap={"v": _V, "o": _O, "x": _X})
        return etree.tostring(self.root)

    def _ids(self) -> list[str]:
        return [shape.get("id", "") for shape in self.root.iter(f"{{{_V}}}shape")]

    def _begin(self) -> int:
        """The block of numbers that is ours already, or one after those of all other sheets."""
        ours = [number for idmap in self._idmaps() for number in blocks(idmap.get("data", ""))]
        return min(ours) if ours else max(self._taken, default=0) + 1

    def _claim(self) -> None:
        """Say which blocks of numbers the shapes have."""
        used = {int(match[1]) // _BLOCK for match in map(_NUMBERED.search, self._ids()) if match}
        for idmap in self._idmaps():
            said = used.union(blocks(idmap.get("data", "")))
            idmap.set("data", ",".join(map(str, sorted(said))))

    def _idmaps(self) -> list[Element]:
        return list(self.root.iter(f"{{{_O}}}idmap"))


_NUMBERED: Final = re.compile(r"_s([0-9]{1,9})$")


def blocks(data: str) -> list[int]:
    """The numbers of a list with commas."""
    return [int(one) for one in data.split(",") if one.strip().isdecimal()]


def blocks_of(content: bytes) -> list[int]:
    """The blocks of numbers that a drawing has claimed."""
    return [
        number
        for found in re.findall(rb"""idmap\s[^<>]*data=["']([0-9,]*)["']""", content)
        for number in blocks(found.decode())
    ]


def _note_at(shape: Element) -> Place | None:
    note = shape.find(f"{{{_X}}}ClientData[@ObjectType='Note']")
    if note is None:
        return None
    row, column = (note.findtext(f"{{{_X}}}{name}", "").strip() for name in ("Row", "Column"))
    return (int(row) + 1, int(column) + 1) if row.isdecimal() and column.isdecimal() else None


def _anchor(row: int, column: int) -> str:
    """Where the comment is shown: beside its cell, to the left where the sheet ends."""
    left = column if column + _WIDTH < COLUMNS else column - _WIDTH - 2
    top = max(row - 2, 0)
    return f"{left}, 15, {top}, 10, {left + _WIDTH}, 15, {top + _HEIGHT}, 4"
