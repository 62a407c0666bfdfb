"""A worksheet copied byte for byte while it streams by, but for the tags of marked cells.

expat says at which byte each tag begins; what is between the changes is copied as it came. So nothing is lost that
this program does not know, and a sheet of any length needs the memory of a few pieces.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from formats.error import FormatError
from formats.extent import column_letters, column_number
from loaders.returned.ooxml import OFFICE
from loaders.returned.styles import Styles

CHUNK: Final = 1 << 18
# A tag longer than this is none that a program writes.
_LONGEST: Final = 1 << 20

# What comes after the comments' drawing in a worksheet (ECMA-376, CT_Worksheet).
_AFTER_DRAWING: Final = frozenset(
    {"legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts", "extLst"}
)  # fmt: skip

_TAG: Final = re.compile(rb"""<(?:[^<>"']|"[^"]*"|'[^']*')*>""")
_STYLE: Final = re.compile(rb"""(\s)s\s*=\s*(?:"[^"]*"|'[^']*')""")
_SPANS: Final = re.compile(rb"""\sspans\s*=\s*(?:"[^"]*"|'[^']*')""")
_SELECTED: Final = re.compile(rb"""\stabSelected\s*=\s*(?:"[^"]*"|'[^']*')""")
_MERGED: Final = re.compile(rb"""<(?:\w+:)?mergeCell\s[^<>]*?ref\s*=\s*["']([A-Z]+)(\d+):([A-Z]+)(\d+)["']""")
_CELL: Final = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")

Place = tuple[int, int]  # row and column, from 1


@dataclass(slots=True)
class Changes:
    """What shall become of a sheet: marks by place, styles to be taken back, the id of a drawing to be named."""

    styles: Styles
    marks: Mapping[Place, str] = field(default_factory=dict)
    restored: Mapping[int, int] = field(default_factory=dict)
    drawing: str | None = None


def first_of_merged(content: BinaryIO, places: Iterator[Place]) -> dict[Place, Place]:
    """For places inside a merged range, the first cell of it, which alone shows."""
    by_row: dict[int, list[int]] = {}
    for row, column in sorted(set(places)):
        by_row.setdefault(row, []).append(column)
    rows = sorted(by_row)
    found: dict[Place, Place] = {}
    for left, top, right, bottom in _merged(content):
        first, last = column_number(left), column_number(right)
        for row in rows[bisect_left(rows, top) : bisect_right(rows, bottom)]:
            found |= {(row, column): (top, first) for column in by_row[row] if first <= column <= last}
    return found


def _merged(content: BinaryIO) -> Iterator[tuple[str, int, str, int]]:
    kept = b""
    while chunk := content.read(CHUNK):
        piece = kept + chunk
        cut = piece.rfind(b"<")
        cut = len(piece) if cut < 0 or len(piece) - cut > _LONGEST else cut
        for left, top, right, bottom in _MERGED.findall(piece[:cut]):
            yield left.decode(), int(top), right.decode(), int(bottom)
        kept = piece[cut:]


def rewrite(content: BinaryIO, copy: BinaryIO, changes: Changes) -> None:
    """Copy a worksheet with its changes; raises FormatError F040 where it is no XML."""
    _Copy(copy, changes).run(content)


class _Copy:
    """One sheet on its way. `_start` is the place of the first byte of `_held`, of which the first `_done` are written."""

    def __init__(self, copy: BinaryIO, changes: Changes) -> None:
        self.copy, self.changes = copy, changes
        self._held = b""
        self._start = 0
        self._done = 0
        self._last = 0
        self._prefix: str | None = None
        self._office: str | None = None
        self._depth = 0
        self._alternative: int | None = None
        self._drawing_named = False
        self._waiting: dict[int, dict[int, str]] = {}
        for (row, column), severity in sorted(changes.marks.items()):
            self._waiting.setdefault(row, {})[column] = severity
        self._rows = sorted(self._waiting, reverse=True)
        self._row = 0
        self._row_style = 0
        self._column = 0
        self._columns: list[tuple[int, int, int]] = []
        self._left: dict[int, str] = {}
        self._whole_row = False
        self._added: set[int] = set()
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._opened
        self._parser.EndElementHandler = self._closed
        self._parser.StartDoctypeDeclHandler = _refuse_doctype
        self._parser.XmlDeclHandler = _require_utf8

    def run(self, content: BinaryIO) -> None:
        """Read the sheet piece by piece."""
        try:
            while chunk := content.read(CHUNK):
                if not self._start and not self._held and chunk[:2] in (b"\xff\xfe", b"\xfe\xff"):
                    raise FormatError("F040", reason="a sheet in UTF-16")
                self._held += chunk
                self._parser.Parse(chunk, False)
                self._write_to(self._last if self._alternative is None else self._alternative)
                self._forget()
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise FormatError("F040", reason=str(error)[:200]) from error
        self._write_to(self._start + len(self._held))

    def _opened(self, tag: str, attributes: dict[str, str]) -> None:
        self._last = self._parser.CurrentByteIndex
        self._depth += 1
        prefix, _, name = tag.rpartition(":")
        if self._prefix is None:
            self._prefix = prefix
            self._office = next(
                (one[6:] for one, said in attributes.items() if said == OFFICE and one.startswith("xmlns:")),
                None,
            )
        if prefix != self._prefix:
            if self._depth == 2 and name == "AlternateContent":
                self._alternative = self._last
            return
        if name == "c":
            self._cell(attributes)
        elif name == "row":
            self._begin_row(attributes)
        elif name in _AFTER_DRAWING and self._depth == (2 if self._alternative is None else 4):
            self._name_drawing(self._last if self._alternative is None else self._alternative)
        elif name == "sheetData":
            if self._rows and self._is_empty():
                self._replace(
                    self._tag()[:-2].rstrip() + b">" + self._rows_to(1 << 30) + self._end_tag("sheetData")
                )
        elif name == "col":
            self._columns.append(
                (_int(attributes, "min"), _int(attributes, "max"), _int(attributes, "style"))
            )
        elif name == "sheetView" and "tabSelected" in attributes:
            self._replace(_SELECTED.sub(b"", self._tag()))

    def _closed(self, tag: str) -> None:
        self._last = place = self._parser.CurrentByteIndex
        self._depth -= 1
        prefix, _, name = tag.rpartition(":")
        if prefix != self._prefix:
            if self._depth == 1:
                self._alternative = None
        elif name == "row":
            if self._left and not self._whole_row:
                self._insert(place, self._cells_to(1 << 30))
        elif name == "sheetData":
            if self._rows:
                self._insert(place, self._rows_to(1 << 30))
        elif self._depth == 0:
            self._name_drawing(place)

    def _begin_row(self, attributes: dict[str, str]) -> None:
        self._row = _int(attributes, "r") or self._row + 1
        self._column = 0
        if self._row in self._added:
            raise FormatError("F040", reason=f"row {self._row} comes after a later one")
        if self._rows and self._rows[-1] < self._row:
            self._insert(self._last, self._rows_to(self._row))
        self._row_style = _int(attributes, "s")
        self._left = {}
        self._whole_row = False
        if self._rows and self._rows[-1] == self._row:
            self._left = dict(self._waiting[self._rows.pop()])
            tag = _SPANS.sub(b"", self._tag())
            if self._is_empty():
                self._whole_row = True
                tag = tag[:-2].rstrip() + b">" + self._cells_to(1 << 30) + self._end_tag("row")
            self._replace(tag)

    def _cell(self, attributes: dict[str, str]) -> None:
        style = _int(attributes, "s")
        restored = self.changes.restored.get(style, style)
        shown = restored
        if self._left:
            place = _CELL.fullmatch(attributes.get("r", ""))
            self._column = column_number(place[1]) if place else self._column + 1
            if min(self._left) < self._column:
                self._insert(self._last, self._cells_to(self._column))
            if self._column in self._left:
                shown = self.changes.styles.marked(restored, self._left.pop(self._column))
        elif "r" not in attributes:
            self._column += 1
        if shown != style:
            self._restyle(shown)

    def _restyle(self, style: int) -> None:
        tag = self._tag()
        said = b'\\1s="%d"' % style
        changed, found = _STYLE.subn(said, tag, count=1)
        if not found:
            name = re.match(rb"<[^\s/>]+", tag)
            assert name
            changed = name[0] + b' s="%d"' % style + tag[name.end() :]
        self._replace(changed)

    def _cells_to(self, end: int) -> bytes:
        """The cells that are marked before a column and not there."""
        made = b""
        for column in sorted(column for column in self._left if column < end):
            style = self.changes.styles.marked(self._style_of(column), self._left.pop(column))
            made += self._open("c", r=f"{column_letters(column)}{self._row}", s=str(style)) + b"/>"
        return made

    def _rows_to(self, end: int) -> bytes:
        """The rows that have marks before a row and are not there."""
        made = b""
        row, style = self._row, self._row_style
        while self._rows and self._rows[-1] < end:
            self._row, self._row_style = self._rows.pop(), 0
            self._left = dict(self._waiting[self._row])
            self._added.add(self._row)
            made += (
                self._open("row", r=str(self._row)) + b">" + self._cells_to(1 << 30) + self._end_tag("row")
            )
        self._row, self._row_style, self._left = row, style, {}
        return made

    def _style_of(self, column: int) -> int:
        """The style of a cell that is not there: its row's or its column's."""
        if self._row_style:
            return self._row_style
        return next((style for first, last, style in self._columns if first <= column <= last), 0)

    def _name_drawing(self, place: int) -> None:
        """Name the comments' drawing where its element belongs."""
        if self.changes.drawing is None or self._drawing_named:
            return
        self._drawing_named = True
        prefix = self._office or "office"
        said = {} if self._office else {f"xmlns:{prefix}": OFFICE}
        self._insert(
            place, self._open("legacyDrawing", **said, **{f"{prefix}:id": self.changes.drawing}) + b"/>"
        )

    def _open(self, name: str, **attributes: str) -> bytes:
        said = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
        return f"<{self._named(name)}{said}".encode()

    def _end_tag(self, name: str) -> bytes:
        return f"</{self._named(name)}>".encode()

    def _named(self, name: str) -> str:
        return f"{self._prefix}:{name}" if self._prefix else name

    def _tag(self) -> bytes:
        """The tag that opens the element where we are."""
        found = _TAG.match(self._held, self._last - self._start)
        if found is None:
            raise FormatError("F040", reason="a tag that is none")
        return found[0]

    def _is_empty(self) -> bool:
        return self._tag().endswith(b"/>")

    def _replace(self, tag: bytes) -> None:
        """Write another tag for the one where we are."""
        old = self._tag()
        self._write_to(self._last)
        self.copy.write(tag)
        self._done = self._last + len(old)

    def _insert(self, place: int, made: bytes) -> None:
        self._write_to(place)
        self.copy.write(made)

    def _write_to(self, place: int) -> None:
        """Copy what came before a place and is not copied yet."""
        if place > self._done:
            self.copy.write(self._held[self._done - self._start : place - self._start])
            self._done = place

    def _forget(self) -> None:
        """Let go of what is copied."""
        if self._done > self._start:
            self._held = self._held[self._done - self._start :]
            self._start = self._done


def _refuse_doctype(*_: Any) -> None:
    raise FormatError("F040", reason="a document type in a sheet")


def _require_utf8(_: str, encoding: str | None, __: int) -> None:
    if encoding and encoding.lower() not in ("utf-8", "utf8", "us-ascii"):
        raise FormatError("F040", reason=f"a sheet in {encoding[:20]}")


def _int(attributes: Mapping[str, str], name: str) -> int:
    said = attributes.get(name, "")
    return int(said) if said.isdecimal() and len(said) < 8 else 0
