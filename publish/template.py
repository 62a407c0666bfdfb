"""The template of a type: a workbook or a CSV that a department fills in, made from the type's fields alone."""

import csv
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO, StringIO

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from formats.aside import CODES, EXAMPLE, MARK, NOTES
from publish.cells import guide, width
from publish.columns import Column, columns
from publish.filling import Cell, fill, titles
from publish.notes import Notes
from publish.styles import Styles
from schemas.catalog import Catalog, Disclosure

# A workbook says when it was made; the same template is to have the same bytes.
_MADE = datetime(2018, 6, 4)
_LAST_ROW = 1_048_575
_A3 = 8
# Characters across a page that can still be read.
_ON_A_PAGE = 300
_LONGEST_SHEET_NAME = 31
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


def csv_template(disclosure: Disclosure, catalog: Catalog, *, every: bool = False) -> bytes:
    """The headings of a type as a CSV for Excel: one row, UTF-8 with its mark."""
    text = StringIO(newline="")
    csv.writer(text).writerow(column.marked for column in columns(disclosure, catalog, every=every))
    return text.getvalue().encode("utf-8-sig")


def xlsx_template(disclosure: Disclosure, catalog: Catalog, *, every: bool = False) -> bytes:
    """A workbook to fill in: the table, notes on every column, a filled example, the names of the drop-downs."""
    stream = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        book.set_properties(
            {"title": disclosure.title, "subject": disclosure.name, "author": "openalloc", "created": _MADE}
        )
        book.set_custom_property("openalloc-template", disclosure.name, "text")
        _Template(book, disclosure, catalog, columns(disclosure, catalog, every=every)).write()
    return stream.getvalue()


def sheet_name(disclosure: Disclosure) -> str:
    """The type's title as the name of a sheet."""
    return disclosure.title.translate(_FORBIDDEN)[:_LONGEST_SHEET_NAME].strip("' ")


class _Template:
    """One workbook being written."""

    def __init__(
        self, book: Workbook, disclosure: Disclosure, catalog: Catalog, made: tuple[Column, ...]
    ) -> None:
        self._book, self._disclosure, self._catalog, self._columns = book, disclosure, catalog, made
        self._styles = Styles(book)
        # Where the names of each codelist stand.
        self._names: dict[str, str] = {}

    def write(self) -> None:
        """All sheets, the data's first, so that the file opens where it is filled in."""
        data = self._book.add_worksheet(sheet_name(self._disclosure))
        notes, example = self._book.add_worksheet(NOTES), self._book.add_worksheet(EXAMPLE)
        filled = fill(self._disclosure.sample, self._columns, self._catalog)
        self._codes(self._book.add_worksheet(CODES))
        self._table(data, 0)
        for place, column in enumerate(self._columns):
            rule = guide(column, self._names.get(str(column.field.codelist)), self._disclosure)
            data.data_validation(2, place, _LAST_ROW, place, rule)
        Notes(self._disclosure, self._catalog, self._columns, filled[0]).write(notes, self._styles)
        self._example(example, filled)

    def _table(self, sheet: Worksheet, top: int) -> None:
        """The two rows of headings, the formats of the columns below them, and how the sheet prints."""
        sheet.set_row(top, 22)
        sheet.set_row(top + 1, 36)
        start = 0
        for place, column in enumerate(self._columns):
            sheet.set_column(place, place, width(column), self._styles.cell(column))
            sheet.write_string(top + 1, place, column.marked, self._styles.heading[column.need])
            following = self._columns[place + 1] if place + 1 < len(self._columns) else None
            if following is None or (following.group, following.entry) != (column.group, column.entry):
                self._group(sheet, top, start, place)
                start = place + 1
        sheet.freeze_panes(top + 2, 1)
        sheet.set_landscape()
        sheet.set_paper(_A3)
        sheet.fit_to_pages(-(-sum(map(width, self._columns)) // _ON_A_PAGE), 0)
        sheet.repeat_rows(top, top + 1)
        sheet.set_margins(0.4, 0.4, 0.5, 0.5)

    def _group(self, sheet: Worksheet, row: int, first: int, last: int) -> None:
        column = self._columns[first]
        label = f"*{column.group}" if column.group_need == "must" else column.group
        # More than the title alone, which above 名称 would make another heading.
        label += "(每项一行)" if column.entry else "信息"
        if first == last:
            sheet.write_string(row, first, label, self._styles.group)
        else:
            sheet.merge_range(row, first, row, last, label, self._styles.group)

    def _codes(self, sheet: Worksheet) -> None:
        """For every codelist of the table what a cell is to say, and the code that it means."""
        said = f"{MARK}代码表:下拉列表中的名称及其代码 · The names in the drop-downs and their codes"
        sheet.write_string(0, 0, said, self._styles.mark)
        lists: dict[str, Column] = {}
        for column in self._columns:
            if column.field.codelist:
                lists.setdefault(column.field.codelist, column)
        province = self._catalog.regions.province(str(self._disclosure.sample.get("region", "")))
        for number, (codelist, column) in enumerate(lists.items()):
            left, row = number * 3, 3
            sheet.write_string(2, left, column.heading, self._styles.group)
            sheet.write_string(2, left + 1, f"代码 {codelist}", self._styles.group)
            for row, (code, name) in enumerate(titles(codelist, self._catalog, province), 3):
                sheet.write_string(row, left, name, self._styles.text)
                sheet.write_string(row, left + 1, code, self._styles.text)
            sheet.set_column(left, left, 28)
            sheet.set_column(left + 1, left + 1, 20)
            sheet.set_column(left + 2, left + 2, 3)
            letter = xl_col_to_name(left)
            self._names[codelist] = f"='{CODES}'!${letter}$4:${letter}${row + 1}"
        sheet.freeze_panes(3, 0)
        sheet.protect("", {"format_columns": True})

    def _example(self, sheet: Worksheet, filled: Sequence[Sequence[Cell]]) -> None:
        """The sample, filled in; protected, so that nobody fills in the wrong sheet."""
        name = sheet_name(self._disclosure)
        said = f"{MARK}示例:内容是编造的。请填写工作表“{name}” · An invented example; fill in the first sheet"
        sheet.write_string(0, 0, said, self._styles.mark)
        self._table(sheet, 1)
        for number, cells in enumerate(filled, 3):
            for place, (column, cell) in enumerate(zip(self._columns, cells, strict=True)):
                style = self._styles.cell(column)
                if isinstance(cell, str):
                    sheet.write_string(number, place, cell, style)
                elif cell is not None:
                    sheet.write(number, place, cell, style)
        sheet.protect("", {"format_columns": True, "format_rows": True})
