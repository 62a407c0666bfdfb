"""The workbook's styles: a marked cell's own style with our fill, and back again; the styles of the summary sheet.

A mark shows by its colour, of which the last byte says what fill the cell had before: 0 none, else a place in a list
that the summary sheet keeps. So a mark can be taken away again wherever its cell has moved to, also after another
program has saved the workbook.
"""

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Final
from xml.sax.saxutils import quoteattr

from lxml import etree

from formats.error import FormatError
from loaders.returned.ooxml import MAIN, Element, local, parse

# The colours but for their last byte, and where that begins; notes have no colour.
COLOURS: Final[Mapping[str, tuple[str, int]]] = {"error": ("FFFFC8", 0xC0), "warning": ("FFFFF2", 0x80)}
ORIGINALS: Final = 64
# Excel's limit.
STYLES: Final = 64_000

_ORDER: Final = (
    "numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles", "colors",
    "extLst",
)  # fmt: skip
_NONE: Final = '<patternFill patternType="none"/>'
EMPTY: Final = (
    f'<styleSheet xmlns="{MAIN}"><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
).encode()
_LEAST: Final[Mapping[str, Sequence[str]]] = {
    "fonts": ('<font><sz val="11"/><name val="宋体"/></font>',),
    "fills": (f"<fill>{_NONE}</fill>", '<fill><patternFill patternType="gray125"/></fill>'),
    "borders": ("<border><left/><right/><top/><bottom/><diagonal/></border>",),
    "cellStyleXfs": ('<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>',),
    "cellXfs": ('<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>',),
}
_FILL_PARTS: Final = frozenset({"patternFill", "gradientFill", "fgColor", "bgColor", "stop", "color"})


class Styles:
    """The style sheet of a workbook, growing. `originals` are the fills under our marks, as XML by place."""

    def __init__(self, content: bytes, originals: Sequence[str] = ()) -> None:
        self.root = parse(content)
        if local(self.root) != "styleSheet":
            raise FormatError("F040", reason="no styles")
        self.originals = list(originals)[:ORIGINALS] or [""]
        self._sections = {name: self._section(name) for name in _LEAST}
        self._places = {name: _places(section) for name, section in self._sections.items()}
        self._marked: dict[tuple[int, str], int] = {}

    def marked(self, style: int, severity: str) -> int:
        """A cell's style with our fill; the same one where it cannot be told later what the fill was."""
        known = self._marked.get((style, severity))
        if known is None:
            known = self._marked[style, severity] = self._mark(style, severity)
        return known

    def restored(self, *, forgotten: bool = False) -> dict[int, int]:
        """The styles with our fill, each with the one that the cell had before.

        Where it is `forgotten` which fills those had, somebody deleted the summary sheet: then they have none.
        """
        found = {}
        ours = {
            place: original
            for place, fill in enumerate(self._sections["fills"])
            if (original := self._original_of(fill, forgotten)) is not None
        }
        xfs = self._sections["cellXfs"]
        without: dict[str, int] = {}
        for place, xf in enumerate(xfs):
            without.setdefault(_without_flag(xf), place)
        for place, xf in enumerate(list(xfs)):
            original = ours.get(_number(xf, "fillId"))
            if original is None:
                continue
            before = deepcopy(xf)
            before.set("fillId", str(self._fill(self.originals[original])))
            if not original:
                before.attrib.pop("applyFill", None)
            known = without.get(_without_flag(before))
            found[place] = self._add("cellXfs", before) if known is None else known
        return found

    def style(self, xf: str, font: str = "", fill: str = "", border: str = "") -> int:
        """A style of our own: attributes and children of `xf`, the font as changes of the workbook's first one."""
        made = _element(xf)
        made.set("numFmtId", made.get("numFmtId", "0"))
        made.set("xfId", "0")
        made.set("fontId", str(self._font(font) if font else 0))
        made.set("fillId", str(self._add("fills", _element(f"<fill>{fill}</fill>")) if fill else 0))
        made.set("borderId", str(self._add("borders", _element(border)) if border else 0))
        for name in ("Font", "Fill", "Border", "Alignment"):
            made.set(f"apply{name}", "1")
        return self._add("cellXfs", made)

    def _mark(self, style: int, severity: str) -> int:
        xfs = self._sections["cellXfs"]
        if severity not in COLOURS or len(xfs) >= STYLES:
            return style
        style = style if 0 <= style < len(xfs) else 0
        fills = self._sections["fills"]
        number = _number(xfs[style], "fillId")
        fill = _inner(fills[number]) if 0 < number < len(fills) else ""
        if fill not in self.originals:
            if len(self.originals) == ORIGINALS:
                return style
            self.originals.append(fill)
        colour, first = COLOURS[severity]
        rgb = f"{colour}{first + self.originals.index(fill):02X}"
        made = deepcopy(xfs[style])
        ours = f'<fill><patternFill patternType="solid"><fgColor rgb="{rgb}"/><bgColor indexed="64"/></patternFill></fill>'
        made.set("fillId", str(self._add("fills", _element(ours))))
        made.set("applyFill", "1")
        return self._add("cellXfs", made)

    def _original_of(self, fill: Element, forgotten: bool) -> int | None:
        """Where the list has what stood under a fill of ours, None for another fill."""
        colour = fill.find(f"{{{MAIN}}}patternFill/{{{MAIN}}}fgColor")
        rgb = "" if colour is None else colour.get("rgb", "").upper()
        if not re.fullmatch("[0-9A-F]{8}", rgb):
            return None
        for ours, first in COLOURS.values():
            place = int(rgb[6:], 16) - first
            if rgb.startswith(ours) and 0 <= place < (ORIGINALS if forgotten else len(self.originals)):
                return 0 if forgotten else place
        return None

    def _fill(self, inner: str) -> int:
        """The place of a fill that the summary sheet remembered; of none where it says no fill."""
        if not inner:
            return 0
        try:
            fill = _element(f"<fill>{inner}</fill>")
        except etree.XMLSyntaxError:
            return 0
        known = all(
            local(one) in _FILL_PARTS and not (one.text or "").strip() for one in fill.iterdescendants()
        )
        return self._add("fills", fill) if known and len(fill) == 1 else 0

    def _font(self, changes: str) -> int:
        font = deepcopy(self._sections["fonts"][0])
        for change in _element(f"<font>{changes}</font>"):
            for old in font.findall(str(change.tag)):
                font.remove(old)
            font.insert(0, change)
        order = (
            "b",
            "i",
            "strike",
            "condense",
            "extend",
            "outline",
            "shadow",
            "u",
            "vertAlign",
            "sz",
            "color",
            "name",
        )
        font[:] = sorted(font, key=lambda one: order.index(local(one)) if local(one) in order else len(order))
        return self._add("fonts", font)

    def _add(self, name: str, element: Element) -> int:
        """The place of an element in its section: where its like is, or at the end."""
        places, section = self._places[name], self._sections[name]
        text = _text(element)
        if text not in places:
            places[text] = len(section)
            section.append(element)
            section.set("count", str(len(section)))
        return places[text]

    def _section(self, name: str) -> Element:
        found = self.root.find(f"{{{MAIN}}}{name}")
        if found is None:
            found = etree.Element(f"{{{MAIN}}}{name}")
            later = _ORDER[_ORDER.index(name) + 1 :]
            after = next((one for one in self.root if local(one) in later), None)
            if after is None:
                self.root.append(found)
            else:
                after.addprevious(found)
        for comment in [one for one in found if not local(one)]:
            found.remove(comment)
        for least in _LEAST[name][len(found) :]:
            found.append(_element(least))
        found.set("count", str(len(found)))
        return found


def _element(text: str) -> Element:
    """An element of the main namespace from a text without one."""
    name = re.match(r"<(\w+)", text)
    assert name
    root = etree.fromstring(text.replace(name[0], f'{name[0]} xmlns="{MAIN}"', 1))
    etree.cleanup_namespaces(root)
    return root


def _places(section: Element) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, one in enumerate(section):
        places.setdefault(_text(one), place)
    return places


def _text(element: Element) -> str:
    """What two elements that are the same have in common: attributes sorted, no spaces between."""
    attributes = "".join(f' {name}="{value}"' for name, value in sorted(element.attrib.items()))
    return f"<{local(element)}{attributes}>{''.join(map(_text, element))}</>"


def _inner(fill: Element) -> str:
    """What a fill has in it, as XML without a namespace; '' for none."""
    if not len(fill) or (fill[0].get("patternType") in (None, "none") and local(fill[0]) == "patternFill"):
        return ""
    return _written(fill[0])


def _written(element: Element) -> str:
    attributes = "".join(
        f" {name}={quoteattr(str(value))}" for name, value in element.attrib.items() if "{" not in str(name)
    )
    below = "".join(_written(one) for one in element if local(one))
    return (
        f"<{local(element)}{attributes}>{below}</{local(element)}>"
        if below
        else f"<{local(element)}{attributes}/>"
    )


def _without_flag(xf: Element) -> str:
    copy = deepcopy(xf)
    copy.attrib.pop("applyFill", None)
    if copy.get("fillId") == "0":
        del copy.attrib["fillId"]
    return _text(copy)


def _number(element: Element, name: str) -> int:
    said = element.get(name, "0")
    return int(said) if said.isdecimal() and len(said) < 8 else 0
