"""Tables of web pages, also those that were saved under the name of a workbook."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

from lxml import etree

from formats.error import FormatError
from formats.grid import Grid, Spanning, width_of
from formats.row import HIDDEN_ROWS, NAMED, Remark, Row
from formats.text import CHUNK, as_text

SUFFIXES = (".html", ".htm")
MEDIA_TYPE = "text/html"

CHARSET = re.compile(rb"<meta\b[^>]{0,200}?\bcharset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
XML_ENCODING = re.compile(rb"<\?xml\b[^>]{0,100}?\bencoding\s*=\s*[\"']([\w.:-]+)")

_UNSEEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.IGNORECASE)
CELLS: Final = frozenset(("td", "th"))
UNSEEN: Final = frozenset(("script", "style", "template", "title", "noscript"))
# Each begins a line of its own.
BLOCKS: Final = frozenset(("br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "dd"))

# What browsers take for a span at most.
ACROSS_LIMIT: Final = 1000
DOWN_LIMIT: Final = 65_534
CAPTION_LIMIT: Final = 60


def read(stream: BinaryIO) -> Iterator[Row | Remark]:
    """The rows of every table, each table a sheet named by its caption or as `table 1`, `table 2` ….

    `number` is the row within its table. Cells are text, without scripts and styles; merged cells all have the value
    of the first. A table inside a cell is a sheet of its own. What cannot be a table of records is left out: one of a
    single cell, which is part of the text around it. Tables of one row that follow a table of as many columns, with
    nothing between, are its rows. Raises FormatError F065, F066 and those of the text's encoding.
    """
    page: Any = _Page()
    parser = etree.HTMLParser(target=page, encoding="utf-8", no_network=True, huge_tree=False)
    joined = _Joined()
    with as_text(stream, declared_encoding(stream)) as text:
        while chunk := text.read(CHUNK):
            parser.feed(chunk.encode("utf-8", "surrogatepass"))
            for table in page.ended():
                yield from joined.take(table)
    parser.close()
    for table in page.ended():
        yield from joined.take(table)
    yield from joined.end()
    if not joined.count:
        raise FormatError("F065")


def declared_encoding(stream: BinaryIO) -> str | None:
    """What the page, or the XML, says of its encoding."""
    stream.seek(0)
    head = stream.read(4096)
    found = XML_ENCODING.search(head) or CHARSET.search(head)
    return found[1].decode("ascii", "replace") if found else None


@dataclass(slots=True)
class _Table:
    """A table while it is read; `apart` where the page says something between it and the table before; `unseen` are the
    numbers of rows that a browser does not show.
    """

    apart: bool
    rows: list[list[Spanning]] = field(default_factory=list)
    caption: list[str] | None = None
    cell: list[str] | None = None
    span: tuple[int, int] = (1, 1)
    unseen: list[int] = field(default_factory=list)

    def end_cell(self) -> None:
        if self.cell is not None:
            if not self.rows:
                self.rows.append([])
            self.rows[-1].append(Spanning(_text(self.cell) or None, *self.span))
            self.cell = None

    @property
    def said(self) -> list[str]:
        """The texts of its cells, at most two."""
        found: list[str] = []
        for row in self.rows:
            found += [str(cell.value) for cell in row if cell.value is not None]
            if len(found) > 1:
                break
        return found[:2]


class _Page:
    """What the parser calls: the tables that are open, innermost last, and those that have ended."""

    def __init__(self) -> None:
        self._open: list[_Table] = []
        self._ended: list[_Table] = []
        self._unseen = 0
        self._apart = True

    def ended(self) -> list[_Table]:
        """The tables that ended since this was last asked."""
        found, self._ended = self._ended, []
        return found

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in UNSEEN:
            self._unseen += 1
        elif tag == "table":
            # Rows before it belonged to a table whose begin is missing.
            if self._open and self._open[-1].cell is None and self._open[-1].rows:
                self._end_table()
            self._open.append(_Table(self._apart))
            self._apart = False
        elif tag in CELLS or tag == "tr":
            if not self._open:
                self._open.append(_Table(self._apart))
            table = self._open[-1]
            table.end_cell()
            if tag == "tr":
                table.rows.append([])
                if _UNSEEN.search(attributes.get("style", "")) or "hidden" in attributes:
                    table.unseen.append(len(table.rows))
            else:
                self._apart = True
                table.cell = []
                table.span = (_across(attributes), _down(attributes))
        elif tag == "caption" and self._open:
            self._open[-1].caption = []
        if tag in BLOCKS:
            self._say("\n")

    def end(self, tag: str) -> None:
        if tag in UNSEEN:
            self._unseen = max(self._unseen - 1, 0)
        elif tag == "table" and self._open:
            self._end_table()
        elif tag in CELLS and self._open:
            self._open[-1].end_cell()
        elif tag in BLOCKS:
            self._say("\n")

    def data(self, text: str) -> None:
        if not self._unseen:
            self._say(re.sub(r"[ \t\r\n\f]+", " ", text))

    def close(self) -> None:
        while self._open:
            self._end_table()

    def _say(self, text: str) -> None:
        for table in reversed(self._open):
            if table.cell is not None:
                table.cell.append(text)
                return
            if table.caption is not None and not table.rows:
                table.caption.append(text)
                return
        if text.strip():
            self._apart = True

    def _end_table(self) -> None:
        table = self._open.pop()
        table.end_cell()
        said = table.said
        if len(said) > 1:
            self._ended.append(table)
            self._apart = False
        elif said:
            self._say(f"\n{said[0]}\n")


class _Joined:
    """Tables one after another, those joined that are pieces of one."""

    def __init__(self) -> None:
        self.count = 0
        self._names: Counter[str] = Counter()
        self._waiting: _Table | None = None

    def take(self, table: _Table) -> Iterator[Row | Remark]:
        """The rows of the table before, once it is known that this one is no piece of it."""
        held = self._waiting
        if held is not None and not table.apart and not table.caption and _is_next_row(held, table):
            held.rows += [row for row in table.rows if row]
            return
        yield from self.end()
        self._waiting = table

    def end(self) -> Iterator[Row | Remark]:
        """The rows of the table that waits."""
        table, self._waiting = self._waiting, None
        if table is None:
            return
        self.count += 1
        name = self._name(table)
        grid = Grid(name)
        width = width_of(grid.lay(row) for row in table.rows)
        grid = Grid(name)
        for number, row in enumerate(table.rows, 1):
            cells = grid.filled(grid.lay(row), width)
            if cells.count(None) < len(cells):
                yield Row(name, number, tuple(cells))
        if table.unseen:
            yield Remark(HIDDEN_ROWS, name, tuple(map(str, table.unseen[:NAMED])), len(table.unseen))

    def _name(self, table: _Table) -> str:
        name = _text(table.caption or []).replace("\n", " ")[:CAPTION_LIMIT] or f"table {self.count}"
        self._names[name] += 1
        return name if self._names[name] == 1 else f"{name} ({self._names[name]})"


def _is_next_row(held: _Table, table: _Table) -> bool:
    rows = [row for row in table.rows if row]
    return len(rows) == 1 and any(_width(row) == _width(rows[0]) for row in held.rows[-1:])


def _width(row: list[Spanning]) -> int:
    return sum(cell.across for cell in row)


def _text(parts: list[str]) -> str:
    """The text of a cell as it is seen, its lines apart."""
    lines = (re.sub(" +", " ", line).strip() for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)


def _across(attributes: Any) -> int:
    return min(_count(attributes.get("colspan")) or 1, ACROSS_LIMIT)


def _down(attributes: Any) -> int:
    """Rows spanned; 0 says all that follow."""
    said = attributes.get("rowspan")
    return 1 if said is None else min(_count(said, 1) or DOWN_LIMIT, DOWN_LIMIT)


def _count(said: str | None, otherwise: int = 1) -> int:
    found = re.match(r"\s*\+?([0-9]+)", said or "")
    return int(found[1][:9]) if found else otherwise
