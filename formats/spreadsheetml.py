"""The XML workbooks of Excel 2002 and 2003, which many systems still write and name `.xls`."""

import datetime
import re
from collections.abc import Iterator
from typing import Any, Final

from formats.error import FormatError
from formats.grid import COLUMNS_LIMIT, Grid, Spanning, width_of
from formats.row import Cell, Row, plain_number

NAMESPACE: Final = "urn:schemas-microsoft-com:office:spreadsheet"
SS: Final = f"{{{NAMESPACE}}}"

ROOT = re.compile(rf"<(?:[\w.-]+:)?Workbook\b[^>]*{re.escape(NAMESPACE)}")
ROWS_LIMIT: Final = 1 << 20


def is_workbook(head: str) -> bool:
    """Whether a text begins as such a workbook."""
    return ROOT.search(head) is not None


def rows(events: Iterator[tuple[str, Any, int]]) -> Iterator[Row]:
    """The rows of every worksheet from the parser's events; as those of `formats.workbook`."""
    sheet, sheets, grid, width, number = "", 0, Grid(""), COLUMNS_LIMIT, 0
    for event, element, _ in events:
        if event == "start":
            if element.tag == f"{SS}Worksheet":
                sheets += 1
                sheet = element.get(f"{SS}Name") or f"Sheet{sheets}"
            elif element.tag == f"{SS}Table":
                grid, number = Grid(sheet), 0
                width = min(_count(element, "ExpandedColumnCount", COLUMNS_LIMIT), COLUMNS_LIMIT)
            continue
        if element.tag == f"{SS}Row":
            at = _count(element, "Index", number + 1)
            if not number < at <= ROWS_LIMIT:
                raise FormatError("F066", table=sheet, what=f"ss:Index={at}")
            yield from _skipped(grid, sheet, number, at, width)
            number = at
            laid = grid.lay(_cells(element, sheet))
            # Writers count wrong: what stands beyond the columns they name is there all the same.
            width = max(width, width_of([laid]))
            yield from _row(grid.filled(laid, width), sheet, number)
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


def _cells(row: Any, sheet: str) -> Iterator[Spanning]:
    column, last = 0, -1
    for cell in row.iterchildren(f"{SS}Cell"):
        column = _count(cell, "Index", column + 1) - 1
        # It would stand in the place of another, which nobody would see any more.
        if column <= last:
            raise FormatError("F066", table=sheet, what=f"ss:Index={column + 1}")
        last = column
        across = 1 + min(_count(cell, "MergeAcross", 0), COLUMNS_LIMIT)
        down = 1 + min(_count(cell, "MergeDown", 0), ROWS_LIMIT)
        yield Spanning(_value(cell), across, down, column)
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


def _number(text: str) -> Cell:
    # Excel has no whole numbers of more digits; other programs write identifiers so.
    if re.fullmatch(r"\s*-?[0-9]{16,40}\s*", text):
        return int(text)
    value = plain_number(float(text))
    return text if value is None else value


def _count(element: Any, name: str, otherwise: int) -> int:
    said = element.get(f"{SS}{name}", "")
    return int(said[:9]) if said.isdecimal() else otherwise
