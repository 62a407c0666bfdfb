"""What an .xlsx says beside the values of its cells: what is hidden, struck through, in per cent, an error.

The parser gives values alone. The same parts are looked through here while `formats.archive` unpacks them, piece by
piece and by patterns: a part that is too large or too strange to be understood is passed over in silence, for it is only
remarked on.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from lxml import etree

from formats.extent import column_letters, column_number
from formats.row import (
    ERRORS,
    HIDDEN_COLUMNS,
    HIDDEN_ROWS,
    HIDDEN_SHEET,
    SINCE_1904,
    STRUCK,
    UNSOLVED,
    Cell,
    Remark,
    Remarks,
)
from formats.shown import Shown, shown

# Parts that say what the sheets' parts mean; they are unpacked first.
LEADING = re.compile(r"(^|/)(workbook\d*\.xml(\.rels)?|styles\.xml)$")
PART_LIMIT: Final = 16 << 20
ROW_LIMIT: Final = 8 << 20

_ROW = re.compile(rb"<row\b[^>]*>")
_COLUMN = re.compile(rb"<col\b[^>]*>")
_CELL = re.compile(rb"<c\b[^>]*>")
_ERROR = re.compile(rb"<c\b[^>]*\bt=[\"']e[\"'][^>]*(?<!/)>")
# A formula with nothing behind it.
_FORMULA = re.compile(rb"<c\b([^>]*)><f\b(?:[^>]*/>|[^>]*>[^<]*</f>)(<v\s*/>|<v></v>)?</c>")
_ATTRIBUTE = re.compile(rb"\b(\w+)=[\"']([^\"']*)[\"']")
_PLACE = re.compile(rb"([A-Z]{1,3})([0-9]{1,7})")
PERCENT_FORMATS: Final = frozenset({"9", "10"})
_TRUE: Final = frozenset({b"1", b"true"})


class Runs:
    """Cells of a sheet by column, as runs of rows; asked for from top to bottom."""

    def __init__(self) -> None:
        self._runs: dict[int, list[list[int]]] = {}
        self._at: dict[int, int] = {}

    def add(self, row: int, column: int) -> None:
        """Note a cell; rows come from top to bottom."""
        runs = self._runs.setdefault(column, [])
        if runs and runs[-1][1] == row - 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])

    def of_row(self, row: int) -> Iterator[int]:
        """The columns of its cells in a row; rows are asked for from top to bottom."""
        for column, runs in self._runs.items():
            at = self._at.get(column, 0)
            while at < len(runs) and runs[at][1] < row:
                at += 1
            self._at[column] = at
            if at < len(runs) and runs[at][0] <= row:
                yield column


class Unshown:
    """The parts of one workbook as they are unpacked. `percents` are the cells in per cent, by the name of the sheet."""

    def __init__(self) -> None:
        self.percents: dict[str, Runs] = {}
        self._parts: dict[str, bytearray] = {}
        self._remarks = Remarks()
        self._sheets: dict[str, str] | None = None
        self._struck: frozenset[bytes] = frozenset()
        self._percent: frozenset[bytes] = frozenset()
        # Cells whose format says more than their digits.
        self.shown: dict[str, dict[Shown, Runs]] = {}
        self._shown: dict[bytes, Shown] = {}
        self._rest: dict[str, bytes] = {}

    def take(self, part: str, piece: bytes) -> None:
        """Look at a piece of a part."""
        name = part.lower().replace("\\", "/")
        if LEADING.search(name):
            held = self._parts.setdefault(name, bytearray())
            if len(held) < PART_LIMIT:
                held += piece
            return
        if self._sheets is None:
            self._learn()
        sheet = (self._sheets or {}).get(name)
        if sheet is None:
            return
        whole = self._rest.pop(name, b"") + piece
        cut = whole.rfind(b"<row")
        if cut > 0 and len(whole) - cut < ROW_LIMIT:
            self._rest[name] = whole[cut:]
            whole = whole[:cut]
        self._look(sheet, whole)

    def end(self) -> Iterator[Remark]:
        """What there is to be said, once every part has been unpacked."""
        if self._sheets is None:
            self._learn()
        for name, rest in self._rest.items():
            self._look((self._sheets or {})[name], rest)
        self._rest.clear()
        yield from self._remarks.take()

    def _look(self, sheet: str, text: bytes) -> None:
        if b"hidden=" in text:
            self._hidden(sheet, text)
        if b't="e"' in text or b"t='e'" in text:
            for found in _ERROR.finditer(text):
                self._remarks.add(ERRORS, sheet, _said(found[0]).get(b"r", b"").decode("ascii", "replace"))
        if b"<f" in text and (b"</f></c>" in text or b"/></c>" in text or b"<v></v>" in text):
            for found in _FORMULA.finditer(text):
                cell = _said(found[1])
                # An empty text is a result: =IF(A1="","",A1).
                if not (found[2] and cell.get(b"t") == b"str"):
                    self._remarks.add(UNSOLVED, sheet, cell.get(b"r", b"").decode("ascii", "replace"))
        if self._struck or self._percent or self._shown:
            self._styled(sheet, text)

    def _hidden(self, sheet: str, text: bytes) -> None:
        for found in _ROW.finditer(text):
            said = _said(found[0])
            if said.get(b"hidden") in _TRUE:
                self._remarks.add(HIDDEN_ROWS, sheet, said.get(b"r", b"").decode("ascii", "replace"))
        for found in _COLUMN.finditer(text):
            said = _said(found[0])
            if said.get(b"hidden") in _TRUE and said.get(b"min", b"").isdigit():
                first = int(said[b"min"][:5])
                last = int(said.get(b"max", b"")[:5]) if said.get(b"max", b"").isdigit() else first
                # Hidden as far as the sheet goes is how people cut off what they do not use.
                if last < 16_384:
                    for column in range(first, min(last, first + 100) + 1):
                        self._remarks.add(HIDDEN_COLUMNS, sheet, column_letters(column))

    def _styled(self, sheet: str, text: bytes) -> None:
        for found in _CELL.finditer(text):
            if found[0].endswith(b"/>") or b"s=" not in found[0]:
                continue
            said = _said(found[0])
            place = _PLACE.fullmatch(said.get(b"r", b""))
            style = said.get(b"s")
            if place is None:
                continue
            if style in self._struck:
                self._remarks.add(STRUCK, sheet, place[0].decode())
            if style in self._percent and said.get(b"t", b"n") == b"n":
                self.percents.setdefault(sheet, Runs()).add(
                    int(place[2]), column_number(place[1].decode()) - 1
                )
            elif style in self._shown and said.get(b"t", b"n") == b"n":
                runs = self.shown.setdefault(sheet, {}).setdefault(self._shown[style], Runs())
                runs.add(int(place[2]), column_number(place[1].decode()) - 1)

    def _learn(self) -> None:
        """What the leading parts say: names of sheets by their parts, styles, what is hidden."""
        self._sheets = {}
        try:
            books = [name for name in self._parts if name.endswith(".xml") and "workbook" in name]
            for name in books:
                self._learn_sheets(name)
            for name in self._parts:
                if name.endswith("styles.xml"):
                    self._learn_styles(_tree(self._parts[name]))
        except (etree.XMLSyntaxError, ValueError, KeyError):
            pass
        self._parts.clear()

    def _learn_sheets(self, name: str) -> None:
        assert self._sheets is not None
        folder, _, file = name.rpartition("/")
        prefix = f"{folder}/" if folder else ""
        links = {}
        relations = self._parts.get(f"{prefix}_rels/{file}.rels")
        for link in _tree(relations) if relations else ():
            target = str(link.get("Target", "")).lower()
            links[link.get("Id")] = target[1:] if target.startswith("/") else f"{prefix}{target}"
        book = _tree(self._parts[name])
        for one in book.iter("{*}workbookPr"):
            if str(one.get("date1904", "")).lower() in ("1", "true"):
                self._remarks.add(SINCE_1904, "")
        for one in book.iter("{*}sheet"):
            sheet = one.get("name", "")
            reference = next((value for key, value in one.attrib.items() if key.endswith("}id")), None)
            if reference in links:
                self._sheets[links[reference]] = sheet
            if one.get("state", "visible") != "visible":
                self._remarks.add(HIDDEN_SHEET, sheet)

    def _learn_styles(self, styles: Any) -> None:
        fonts = styles.find("{*}fonts")
        struck = {
            str(number)
            for number, font in enumerate(fonts if fonts is not None else ())
            if any(one.get("val", "1") not in ("0", "false") for one in font.findall("{*}strike"))
        }
        formats = {
            one.get("numFmtId") for one in styles.iter("{*}numFmt") if is_percent(one.get("formatCode", ""))
        } | PERCENT_FORMATS
        cells = styles.find("{*}cellXfs")
        numbered = list(enumerate(cells if cells is not None else ()))
        self._struck = frozenset(
            str(number).encode() for number, one in numbered if one.get("fontId") in struck
        )
        self._percent = frozenset(
            str(number).encode() for number, one in numbered if one.get("numFmtId") in formats
        )
        said = {
            one.get("numFmtId"): found
            for one in styles.iter("{*}numFmt")
            if (found := shown(one.get("formatCode", ""))) is not None
        }
        self._shown = {
            str(number).encode(): said[one.get("numFmtId")]
            for number, one in numbered
            if one.get("numFmtId") in said
        }


def is_percent(format_: str) -> bool:
    """Whether a number format is one of per cent; what it quotes is no part of it.

    >>> is_percent("0.0%"), is_percent('0"%"')
    (True, False)
    """
    return "%" in re.sub(r'"[^"]*"|\\.', "", format_)


def in_percent(value: Cell) -> Cell:
    """A number as the cell shows it in per cent; anything else as it is.

    >>> in_percent(0.205), in_percent(1), in_percent("甲")
    ('20.5%', '100%', '甲')
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    hundredfold = Decimal(f"{value:.15g}") * 100
    return f"{hundredfold.normalize():f}%"


def _said(tag: bytes) -> dict[bytes, bytes]:
    return dict(_ATTRIBUTE.findall(tag))


def _tree(content: bytearray) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(bytes(content), parser)
