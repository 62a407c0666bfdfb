"""One table in six formats, and where its rows stand in each."""

import csv
import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import xlsxwriter
import xlwt
from lxml import etree

from tests.corpus.good import Table

SHEET = "公告"

_NAME = re.compile(r"[^\W\d][\w.-]*")


@dataclass(frozen=True)
class Written:
    """A file: its bytes, the numbers of its rows as its own program shows them, and what its columns are called."""

    content: bytes
    rows: tuple[int, ...]
    columns: tuple[str, ...]
    sheet: str = ""
    lettered: bool = True


def write_csv(table: Table) -> Written:
    """As Excel saves it: UTF-8 with a mark."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    places = []
    for cells in (*((title,) for title in table.titles), table.headings, *table.rows):
        places.append(text.getvalue().count("\n") + 1)
        writer.writerow(["" if cell is None else cell for cell in cells])
    return Written(
        text.getvalue().encode("utf-8-sig"), tuple(places[len(table.titles) + 1 :]), table.headings
    )


def write_xlsx(table: Table) -> Written:
    """A workbook of one sheet; texts stay texts."""
    buffer = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        sheet = book.add_worksheet(SHEET)
        for number, cells in enumerate(_lines(table)):
            sheet.write_row(number, 0, cells)
    return Written(buffer.getvalue(), _numbers(table), table.headings, SHEET)


def write_xls(table: Table) -> Written:
    """A workbook of Excel 97."""
    book = xlwt.Workbook()
    sheet = book.add_sheet(SHEET)
    for number, cells in enumerate(_lines(table)):
        for place, cell in enumerate(cells):
            if cell is not None:
                sheet.write(number, place, cell)
    buffer = io.BytesIO()
    book.save(buffer)
    return Written(buffer.getvalue(), _numbers(table), table.headings, SHEET)


def write_json(table: Table) -> Written:
    """An array of objects under the headings."""
    text = json.dumps(_objects(table), ensure_ascii=False, indent=1)
    return Written(text.encode(), tuple(range(1, len(table.rows) + 1)), table.headings, lettered=False)


def write_jsonl(table: Table) -> Written:
    """An object a line."""
    lines = [json.dumps(one, ensure_ascii=False) for one in _objects(table)]
    return Written(
        "".join(f"{line}\n" for line in lines).encode(), tuple(range(1, len(lines) + 1)), table.headings,
        lettered=False,
    )  # fmt: skip


def write_xml(table: Table) -> Written:
    """An element a record; an element is called as its heading, or by the property where XML cannot say the heading."""
    names = tuple(
        heading if _NAME.fullmatch(heading) else path
        for heading, path in zip(table.headings, table.paths, strict=True)
    )
    root = etree.Element("数据")
    root.text = "\n"
    for cells in table.rows:
        record = etree.SubElement(root, "记录")
        record.tail = "\n"
        for name, cell in zip(names, cells, strict=True):
            etree.SubElement(record, name).text = None if cell is None else str(cell)
    content = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    rows, line = [], 3
    for cells in table.rows:
        rows.append(line)
        line += 1 + sum(str(cell).count("\n") for cell in cells)
    return Written(content, tuple(rows), names, lettered=False)


WRITERS: Mapping[str, Callable[[Table], Written]] = MappingProxyType(
    {
        "csv": write_csv,
        "xlsx": write_xlsx,
        "xls": write_xls,
        "json": write_json,
        "jsonl": write_jsonl,
        "xml": write_xml,
    }
)
TABLES = ("csv", "xlsx", "xls")
OBJECTS = ("json", "jsonl", "xml")


def _lines(table: Table) -> list[tuple[Any, ...]]:
    return [*((title,) for title in table.titles), table.headings, *table.rows]


def _numbers(table: Table) -> tuple[int, ...]:
    first = len(table.titles) + 2
    return tuple(range(first, first + len(table.rows)))


def _objects(table: Table) -> list[dict[str, Any]]:
    return [dict(zip(table.headings, cells, strict=True)) for cells in table.rows]
