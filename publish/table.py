"""Rows of text as files for a spreadsheet program; no cell of them is ever a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from xlsxwriter import Workbook

# Fixed, so that the same rows make the same bytes.
_CREATED = datetime(2018, 6, 4)
_NUMBER = re.compile(r"-[0-9]+(\.[0-9]+)?")


def write_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """CSV as Excel reads it in China: UTF-8 with its mark, quoted where needed."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def harmless(cell: str) -> str:
    """The cell with an apostrophe before what a spreadsheet program would take for a formula; a number is none.

    >>> harmless("=1+1"), harmless("2.3"), harmless("-2.3")
    ("'=1+1", '2.3', '-2.3')
    """
    formula = cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) and not _NUMBER.fullmatch(cell)
    return f"'{cell}" if formula else cell


def write_xlsx(rows: Iterable[Sequence[str]], title: str, widths: Sequence[int]) -> bytes:
    """A workbook of one sheet named by its title: the first row is the heading, which stays in sight; `widths` are in characters."""
    stream = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with Workbook(stream, options) as workbook:
        workbook.set_properties({"title": title, "created": _CREATED})
        heading = workbook.add_format(
            {"bold": True, "font_color": "white", "bg_color": "#1d4f86", "border": 1, "border_color": "#d5dbe3",
             "text_wrap": True, "valign": "vcenter"}
        )  # fmt: skip
        body = workbook.add_format(
            {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#d5dbe3"}
        )
        page = workbook.add_worksheet(title)
        for column, width in enumerate(widths):
            page.set_column(column, column, width)
        last = (0, 0)
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                page.write_string(at, column, cell, body if at else heading)
            last = (at, len(row) - 1)
        page.set_row(0, 32)
        page.freeze_panes(1, 3)
        page.autofilter(0, 0, *last)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)
    return stream.getvalue()
