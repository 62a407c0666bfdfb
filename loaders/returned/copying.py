"""A workbook made anew with the rows of a file that cannot be given back as it is: a CSV, a JSON file, an old .xls."""

import datetime
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import IO, Any, Final

import xlsxwriter

from formats.child import read_batches
from formats.confinement import Limits
from formats.row import EXACT_INTEGER, Row
from loaders.draft import flattened
from loaders.earlier import Remembered
from loaders.errors import LoadError
from loaders.report import Report
from loaders.returned.ooxml import COLUMNS, ROWS, TEXT_LIMIT
from loaders.returned.place import Cell, Places
from schemas.issue import Issue

_NAME_LIMIT: Final = 31
# The first day that a workbook's calendar has.
_FIRST_DAY: Final = datetime.date(1900, 3, 1)
_NUMBER: Final = "序号 number"


@dataclass(slots=True)
class Copied:
    """Where the rows of the file are in its copy; `cut` cells were too long for a workbook and end with …"""

    sheets: dict[str, str] = field(default_factory=dict)
    objects: dict[str, dict[str, int]] = field(default_factory=dict)
    cut: int = 0

    def places(self, report: Report) -> "CopiedPlaces":
        """The cells of the copy by what the report says of the file."""
        return CopiedPlaces(Places.of(report.columns), self)


@dataclass(frozen=True, slots=True)
class CopiedPlaces:
    """The cells of a copy. Rows keep their numbers; objects of a JSON file come below a row of their names."""

    table: Places
    copied: Copied

    def of_issue(self, found: Issue) -> Cell | None:
        """The cell of a finding, None for one of the whole file."""
        name = self.copied.sheets.get(found.sheet)
        columns = self.copied.objects.get(found.sheet)
        if name is None or found.row is None:
            return None
        if columns is None:
            cell = self.table.of_issue(found)
            return (name, cell[1], cell[2]) if cell else None
        steps = [step for step in found.path.split(".") if not step.isdecimal()]
        tried = [found.column or "", *(".".join(steps[:length]) for length in range(len(steps), 0, -1))]
        column = next((columns[one] for one in tried if one in columns), 1)
        return name, min(found.row + 1, ROWS), column

    def sheet(self, name: str) -> str:
        """The name of a sheet in the copy."""
        return self.copied.sheets.get(name, name)


def copy(path: Path, output: IO[bytes], limits: Limits) -> Copied:
    """Write the rows of a file into a workbook, texts as texts; raises LoadError L093 where they do not fit in."""
    copied = Copied()
    for row in _rows(path, limits):
        if isinstance(row.cells, dict):
            columns = copied.objects.setdefault(row.sheet, {_NUMBER: 1})
            for name in flattened(row.cells):
                columns.setdefault(name, len(columns) + 1)
        elif not copied.objects:
            break  # a table needs no look ahead
    # A workbook of one sheet's memory: rows come in the order of their numbers.
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(output, options) as book:
        _Writing(book, copied).write(_rows(path, limits))
    return copied


def _rows(path: Path, limits: Limits) -> Iterator[Row]:
    return chain.from_iterable(Remembered().without(read_batches(path, limits)))


class _Writing:
    """A copy in the making."""

    def __init__(self, book: Any, copied: Copied) -> None:
        self.book, self.copied = book, copied
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self.bold = book.add_format({"bold": True})
        self._sheets: dict[str, Any] = {}

    def write(self, rows: Iterator[Row]) -> None:
        """Write every row at its place."""
        for row in rows:
            sheet = self._sheets.get(row.sheet) or self._sheet(row.sheet)
            columns = self.copied.objects.get(row.sheet)
            if isinstance(row.cells, dict):
                assert columns is not None
                _require_room(row.number + 1, len(columns))
                self._cell(sheet, row.number, 0, row.number)
                for name, value in flattened(row.cells).items():
                    self._cell(sheet, row.number, columns[name] - 1, value)
                continue
            _require_room(row.number, len(row.cells))
            for column, value in enumerate(row.cells):
                if value is not None:
                    self._cell(sheet, row.number - 1, column, value)
        if not self._sheets:
            self._sheet("")

    def _sheet(self, name: str) -> Any:
        shown = _free(name, set(self.copied.sheets.values()))
        self.copied.sheets[name] = shown
        sheet = self._sheets[name] = self.book.add_worksheet(shown)
        columns = self.copied.objects.get(name, {})
        sheet.set_column(0, max(len(columns), 1) - 1 if columns else 25, 16)
        for title, column in columns.items():
            self._cell(sheet, 0, column - 1, title, self.bold)
        if columns:
            sheet.freeze_panes(1, 0)
        return sheet

    def _cell(self, sheet: Any, row: int, column: int, value: Any, look: Any = None) -> None:
        if isinstance(value, bool):
            sheet.write_boolean(row, column, value)
        elif isinstance(value, (int, float)) and abs(value) <= EXACT_INTEGER:
            sheet.write_number(row, column, value)
        elif isinstance(value, datetime.datetime) and value.date() >= _FIRST_DAY:
            sheet.write_datetime(row, column, value.replace(tzinfo=None), self.moment)
        elif (
            isinstance(value, datetime.date)
            and not isinstance(value, datetime.datetime)
            and value >= _FIRST_DAY
        ):
            sheet.write_datetime(row, column, value, self.day)
        elif value is not None and value != "":
            sheet.write_string(row, column, self._text(value), look)

    def _text(self, value: Any) -> str:
        text = json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict)) else str(value)
        # Excel counts in units of UTF-16.
        long = len(text) > TEXT_LIMIT // 2 and len(text.encode("utf-16-le")) // 2 > TEXT_LIMIT
        if not long:
            return text
        self.copied.cut += 1
        return text[: TEXT_LIMIT // 2 - 1] + "…"


def _require_room(row: int, columns: int) -> None:
    if row > ROWS or columns > COLUMNS:
        raise LoadError(
            "L093", f"文件太大,放不进一张工作表(第 {row} 行,{columns} 列)", f"The file does not fit into a worksheet (row {row}, {columns} columns)",
            f"一张工作表至多 {ROWS} 行、{COLUMNS} 列;请看 JSON 或 CSV 报告,或把文件分成几份。",
            f"A worksheet has at most {ROWS} rows and {COLUMNS} columns: use the JSON or CSV report, or split the file.",
        )  # fmt: skip


def _free(name: str, taken: set[str]) -> str:
    """A name that Excel allows and no other sheet has."""
    clean = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "_", name).strip("' ")[:_NAME_LIMIT].strip("'") or "数据"
    clean = f"{clean}_" if clean.casefold() == "history" else clean
    free, number = clean, 2
    while free.casefold() in {one.casefold() for one in taken}:
        ending = f" ({number})"
        free, number = clean[: _NAME_LIMIT - len(ending)] + ending, number + 1
    return free
