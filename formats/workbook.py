"""Workbooks of Excel and WPS, read as what they are: many an `.xls` is an `.xlsx` inside, or no workbook at all."""

import datetime
import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO, Final

from python_calamine import (
    CalamineError,
    CalamineSheet,
    PasswordError,
    SheetTypeEnum,
    load_workbook,
)

from formats import html, spreadsheetml, xml
from formats.archive import check_archive
from formats.biff import OldUnshown
from formats.compound import SIGNATURE, check_compound
from formats.error import FormatError
from formats.extent import column_letters
from formats.row import MERGED, Cell, Remark, Row, plain_number
from formats.shown import Shown
from formats.unshown import Runs, Unshown, in_percent

ZIP: Final = b"PK\x03\x04"
WIDE_MARK: Final = b"\xff\xfe"
# How a web page may begin; Excel reads one of table rows alone.
PAGE = re.compile(
    r"<(?:!doctype\s+html|html|head|meta|body|table|thead|tbody|tr|style|div|center)\b", re.IGNORECASE
)

_FIGURES = re.compile(r"[¥￥]?\d[\d,.]*\s*\D{0,3}$")
_MERGED_NAMED: Final = 500

Range = tuple[tuple[int, int], tuple[int, int]]


def read_workbook(stream: BinaryIO) -> Iterator[Row | Remark]:
    """The rows of every worksheet, hidden ones included, in the order of the workbook.

    A sheet is read as far as its cells have content, each row as wide as the sheet; rows without content are left
    out. Merged cells all have the value of the first. Empty cells and error values (`#DIV/0!`) are None, whole
    numbers are int, times of day and durations are text, as are numbers that are shown in per cent. What is
    hidden, an error or struck through is remarked on before the rows. A web page, or the XML of Excel 2003, under the name of a
    workbook is read as what it is. Raises FormatError F040 to F047.
    """
    stream.seek(0)
    head = stream.read(4096)
    markup = _as_markup(head)
    if spreadsheetml.is_workbook(markup):
        yield from xml.read(stream)
        return
    if PAGE.search(markup) and ("<html" in markup.lower() or not markup.startswith("<?xml")):
        yield from html.read(stream)
        return
    if markup:
        raise FormatError("F045")
    unshown = _check_kind(head, stream)
    yield from unshown.end()
    stream.seek(0)
    try:
        with load_workbook(stream) as workbook:
            for index, sheet in enumerate(workbook.sheets_metadata):
                if sheet.typ == SheetTypeEnum.WorkSheet:
                    yield from _rows(
                        sheet.name, workbook.get_sheet_by_index(index), unshown.percents.get(sheet.name),
                        unshown.shown.get(sheet.name, {}),
                    )  # fmt: skip
    except PasswordError as error:
        raise FormatError("F041") from error
    except CalamineError as error:
        raise FormatError("F040", reason=str(error)[:200]) from error
    except BaseException as error:
        # A panic of the parser, which happens on damaged files, has no class that could be imported.
        if type(error).__name__ != "PanicException":
            raise
        raise FormatError("F040", reason=str(error)[:200]) from error


def _as_markup(head: bytes) -> str:
    """The beginning of a file as text if it begins with a tag, else ''."""
    text = head.decode("utf-16" if head.startswith(WIDE_MARK) else "utf-8-sig", "ignore").lstrip()
    return text if text.startswith("<") else ""


def _check_kind(head: bytes, stream: BinaryIO) -> Unshown | OldUnshown:
    """What the workbook says beside its values, once it is sure that it may be given to the parser."""
    if not head:
        raise FormatError("F004")
    if head.startswith(ZIP):
        unshown = Unshown()
        check_archive(stream, unshown)
        return unshown
    if head.startswith(SIGNATURE):
        old = OldUnshown()
        stream.seek(len(head))
        check_compound(head + stream.read(), old)
        return old
    if head.startswith(b"PK"):
        raise FormatError("F044")
    if b"\0" not in head or head.startswith((WIDE_MARK, b"\xfe\xff")):
        raise FormatError("F046")
    raise FormatError("F047")


def _rows(
    name: str, sheet: CalamineSheet, percents: Runs | None, shown: Mapping[Shown, Runs]
) -> Iterator[Row | Remark]:
    if sheet.start is None or sheet.end is None:
        return
    left = [None] * sheet.start[1]
    merged = _Merged(sheet.merged_cell_ranges or [])
    # The parser gives the empty rows above the first cell, but not the empty columns before it.
    for number, values in enumerate(sheet.iter_rows(), 1):
        if values.count("") == len(values) and not merged.reaches(number):
            continue
        cells: list[Cell] = [*left, *map(_cell, values)]
        for column in percents.of_row(number) if percents else ():
            if column < len(cells):
                cells[column] = in_percent(cells[column])
        for format_, runs in shown.items():
            for column in runs.of_row(number):
                if column < len(cells):
                    cells[column] = format_.of(cells[column])
        merged.fill(number, cells)
        if cells.count(None) < len(cells):
            yield Row(name, number, tuple(cells))
    if merged.numbers:
        yield Remark(MERGED, name, tuple(merged.numbers[:_MERGED_NAMED]), len(merged.numbers))


def _cell(
    value: int | float | str | bool | datetime.time | datetime.date | datetime.datetime | datetime.timedelta,
) -> Cell:
    if isinstance(value, str):
        return value or None
    if isinstance(value, float):
        return plain_number(value)
    if isinstance(value, datetime.timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if isinstance(value, datetime.time):
        return value.isoformat()
    return value


class _Merged:
    """The merged ranges of a sheet, filled while its rows go by from top to bottom."""

    def __init__(self, ranges: list[Range]) -> None:
        self._waiting = sorted(ranges, reverse=True)
        self._open: list[tuple[int, slice, Cell]] = []
        # Where numbers are merged over several rows: E2:E3.
        self.numbers: list[str] = []

    def reaches(self, number: int) -> bool:
        """Whether a range above goes on in this row (numbered from 1)."""
        return any(last >= number for last, _, _ in self._open)

    def fill(self, number: int, cells: list[Cell]) -> None:
        """Give every cell of this row that is in a range the value of the range's first cell."""
        self._open = [held for held in self._open if held[0] >= number]
        while self._waiting and self._waiting[-1][0][0] < number:
            (top, column), (bottom, last) = self._waiting.pop()
            if top == number - 1 and column < len(cells) and cells[column] is not None:
                value = cells[column]
                self._open.append((bottom + 1, slice(column, min(last + 1, len(cells))), value))
                if bottom > top and (
                    isinstance(value, (int, float)) or (isinstance(value, str) and _FIGURES.match(value))
                ):
                    letters = column_letters(column + 1)
                    self.numbers.append(f"{letters}{top + 1}:{letters}{bottom + 1}")
        for _, columns, value in self._open:
            cells[columns] = [value] * (columns.stop - columns.start)
