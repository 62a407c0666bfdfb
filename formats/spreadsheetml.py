"""The XML workbooks of Excel 2002 and 2003, which many systems still write and name `.xls`."""

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from formats.error import FormatError
from formats.extent import column_letters
from formats.grid import COLUMNS_LIMIT, Grid, Spanning, width_of
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
    Row,
    plain_number,
)
from formats.unshown import in_percent, is_percent

NAMESPACE: Final = "urn:schemas-microsoft-com:office:spreadsheet"
SS: Final = f"{{{NAMESPACE}}}"
X: Final = "{urn:schemas-microsoft-com:office:excel}"

ROOT = re.compile(rf"<(?:[\w.-]+:)?Workbook\b[^>]*{re.escape(NAMESPACE)}")
ROWS_LIMIT: Final = 1 << 20


def is_workbook(head: str) -> bool:
    """Whether a text begins as such a workbook."""
    return ROOT.search(head) is not None


@dataclass(slots=True)
class _Styles:
    """The styles of a workbook of which cells are in per cent or struck through."""

    percent: set[str] = field(default_factory=set)
    struck: set[str] = field(default_factory=set)

    def learn(self, styles: Any) -> None:
        for style in styles.iterchildren(f"{SS}Style"):
            name = style.get(f"{SS}ID", "")
            number, font = style.find(f"{SS}NumberFormat"), style.find(f"{SS}Font")
            format_ = "" if number is None else number.get(f"{SS}Format", "")
            if format_ == "Percent" or is_percent(format_):
                self.percent.add(name)
            if font is not None and font.get(f"{SS}StrikeThrough") == "1":
                self.struck.add(name)


def rows(events: Iterator[tuple[str, Any, int]]) -> Iterator[Row | Remark]:
    """The rows of every worksheet from the parser's events, and remarks after those of each; as `formats.workbook`."""
    sheet, sheets, grid, width, number = "", 0, Grid(""), COLUMNS_LIMIT, 0
    styles, remarks, column = _Styles(), Remarks(), 0
    for event, element, _ in events:
        if event == "start":
            if element.tag == f"{SS}Worksheet":
                sheets += 1
                sheet = element.get(f"{SS}Name") or f"Sheet{sheets}"
            elif element.tag == f"{SS}Table":
                grid, number, column = Grid(sheet), 0, 0
                width = min(_count(element, "ExpandedColumnCount", COLUMNS_LIMIT), COLUMNS_LIMIT)
            continue
        if element.tag == f"{X}Date1904":
            yield Remark(SINCE_1904, "")
        elif element.tag == f"{X}Visible" and (element.text or "") in ("SheetHidden", "SheetVeryHidden"):
            remarks.add(HIDDEN_SHEET, sheet)
        elif element.tag == f"{SS}Styles":
            styles.learn(element)
        elif element.tag == f"{SS}Column":
            first = _count(element, "Index", column + 1)
            column = first + _count(element, "Span", 0)
            for hidden in (
                range(first, min(column, COLUMNS_LIMIT) + 1) if element.get(f"{SS}Hidden") == "1" else ()
            ):
                remarks.add(HIDDEN_COLUMNS, sheet, column_letters(hidden))
        if element.tag == f"{SS}Row":
            at = _count(element, "Index", number + 1)
            if not number < at <= ROWS_LIMIT:
                raise FormatError("F066", table=sheet, what=f"ss:Index={at}")
            yield from _skipped(grid, sheet, number, at, width)
            number = at
            if element.get(f"{SS}Hidden") == "1":
                remarks.add(HIDDEN_ROWS, sheet, str(number))
            laid = grid.lay(_cells(element, sheet, number, styles, remarks))
            # Writers count wrong: what stands beyond the columns they name is there all the same.
            width = max(width, width_of([laid]))
            yield from _row(grid.filled(laid, width), sheet, number)
        if element.tag == f"{SS}Worksheet":
            yield from remarks.take()
        if element.tag in (f"{SS}Row", f"{SS}Worksheet", f"{SS}Styles"):
            let_go(element)


def let_go(element: Any) -> None:
    """Free what has been read: the content of an element, and those before it."""
    element.clear(keep_tail=False)
    above = element.getparent()
    while above is not None and above[0] is not element:
        del above[0]


def _skipped(grid: Grid, sheet: str, number: int, at: int, width: int) -> Iterator[Row]:
    """The rows that are not written, as far as cells reach into them from above."""
    for between in range(number + 1, at):
        reaching = grid.lay(())
        if not reaching:
            return
        yield from _row(grid.filled(reaching, width), sheet, between)


def _row(cells: list[Cell], sheet: str, number: int) -> Iterator[Row]:
    if cells.count(None) < len(cells):
        yield Row(sheet, number, tuple(cells))


def _cells(row: Any, sheet: str, number: int, styles: _Styles, remarks: Remarks) -> Iterator[Spanning]:
    column, last = 0, -1
    for cell in row.iterchildren(f"{SS}Cell"):
        column = _count(cell, "Index", column + 1) - 1
        # It would stand in the place of another, which nobody would see any more.
        if column <= last:
            raise FormatError("F066", table=sheet, what=f"ss:Index={column + 1}")
        last = column
        across = 1 + min(_count(cell, "MergeAcross", 0), COLUMNS_LIMIT)
        down = 1 + min(_count(cell, "MergeDown", 0), ROWS_LIMIT)
        style, place = cell.get(f"{SS}StyleID", ""), f"{column_letters(column + 1)}{number}"
        value = _value(cell)
        if value is None and _is_error(cell):
            remarks.add(ERRORS, sheet, place)
        elif value is None and cell.get(f"{SS}Formula"):
            remarks.add(UNSOLVED, sheet, place)
        elif value is not None and style in styles.struck:
            remarks.add(STRUCK, sheet, place)
        yield Spanning(in_percent(value) if style in styles.percent else value, across, down, column)
        column += across


def _value(cell: Any) -> Cell:
    data = cell.find(f"{SS}Data")
    if data is None:
        return None
    kind, text = data.get(f"{SS}Type"), "".join(data.itertext())
    if kind == "Error":
        return None
    try:
        if kind == "Number":
            return _number(text)
        if kind == "Boolean":
            return {"1": True, "0": False}.get(text.strip(), text)
        if kind == "DateTime":
            moment = datetime.datetime.fromisoformat(text.strip())
            return moment.date() if moment.time() == datetime.time() else moment
    except ValueError:
        # What does not fit its type stays as it is written.
        return text
    return text or None


def _is_error(cell: Any) -> bool:
    data = cell.find(f"{SS}Data")
    return data is not None and data.get(f"{SS}Type") == "Error"


def _number(text: str) -> Cell:
    # Excel has no whole numbers of more digits; other programs write identifiers so.
    if re.fullmatch(r"\s*-?[0-9]{16,40}\s*", text):
        return int(text)
    value = plain_number(float(text))
    return text if value is None else value


def _count(element: Any, name: str, otherwise: int) -> int:
    said = element.get(f"{SS}{name}", "")
    return int(said[:9]) if said.isdecimal() else otherwise
