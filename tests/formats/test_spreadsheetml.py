"""The XML workbooks of Excel 2003, under either suffix."""

import datetime
import io
from typing import Any

import pytest

from formats import xls, xml
from formats.error import FormatError
from formats.row import Row

BOOK = """<?xml version="1.0"?>
<?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:o="urn:schemas-microsoft-com:office:office"
 xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet" xmlns:html="http://www.w3.org/TR/REC-html40">
 <Styles><Style ss:ID="s1"/></Styles>
 {}
</Workbook>"""


def sheet(rows: str, name: str = "结果", table: str = "") -> str:
    return f'<Worksheet ss:Name="{name}"><Table {table}><Column ss:Width="80"/>{rows}</Table></Worksheet>'


def cell(value: object, kind: str = "String", more: str = "") -> str:
    return f'<Cell {more}><Data ss:Type="{kind}">{value}</Data></Cell>'


def read(*sheets: str) -> list[Row]:
    content = BOOK.format("".join(sheets)).encode()
    rows = list(xml.read(io.BytesIO(content)))
    assert list(xls.read(io.BytesIO(content))) == rows
    return rows


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("String", "地块", "地块"),
        ("String", "0530102", "0530102"),
        ("String", "", None),
        ("Number", "1200", 1200),
        ("Number", "1200.5", 1200.5),
        ("Number", "1.5E+3", 1500),
        ("Number", "53082920181234567890", 53082920181234567890),
        ("Number", "约五百", "约五百"),
        ("Boolean", "1", True),
        ("DateTime", "2026-03-16T00:00:00.000", datetime.date(2026, 3, 16)),
        ("DateTime", "2026-03-16T09:30:00.000", datetime.datetime(2026, 3, 16, 9, 30)),
        ("DateTime", "2026-02-30T00:00:00.000", "2026-02-30T00:00:00.000"),
        ("Error", "#DIV/0!", None),
        ("String", '<html:B xmlns:html="h">甲</html:B>乙', "甲乙"),
    ],
)
def test_a_cell_becomes_a_plain_value(kind: str, text: str, expected: object) -> None:
    value: Any = read(sheet(f"<Row>{cell(text, kind)}{cell('beside')}</Row>"))[0].cells
    assert (type(value[0]), value[0]) == (type(expected), expected)


def test_rows_and_columns_stand_where_their_indexes_say() -> None:
    third = cell("b", more="ss:Index='3'")
    rows = f'<Row>{cell("a")}</Row><Row ss:Index="4">{third}{cell("c")}</Row><Row/>'
    assert read(sheet(rows)) == [Row("结果", 1, ("a",)), Row("结果", 4, (None, None, "b", "c"))]


def test_merged_cells_all_have_the_value_of_the_first() -> None:
    title, place = cell("标题", more="ss:MergeAcross='300'"), cell("昆明", more="ss:MergeDown='2'")
    second = cell(2, "Number", "ss:Index='2'")
    rows = (
        f"<Row>{title}</Row><Row>{place}{cell(1, 'Number')}</Row>"
        f"<Row>{second}</Row><Row ss:Index='5'>{cell('完')}</Row>"
    )
    assert [(row.number, row.cells) for row in read(sheet(rows, table='ss:ExpandedColumnCount="2"'))] == [
        (1, ("标题", "标题")), (2, ("昆明", 1)), (3, ("昆明", 2)), (4, ("昆明",)), (5, ("完",)),
    ]  # fmt: skip


def test_every_worksheet_is_read() -> None:
    row = f"<Row>{cell('x')}</Row>"
    assert [r.sheet for r in read(sheet(row, "一"), sheet("", "空"), sheet(row, "二"))] == ["一", "二"]


def test_the_end_of_a_row_outside_a_worksheets_order_is_refused() -> None:
    for rows in (f'<Row ss:Index="5"/><Row ss:Index="2">{cell("x")}</Row>', '<Row ss:Index="99999999"/>'):
        with pytest.raises(FormatError, match="F066"):
            read(sheet(rows))


def test_a_million_columns_are_refused() -> None:
    far = cell("x", more="ss:Index='1000000'")
    with pytest.raises(FormatError, match="F066"):
        read(sheet(f"<Row>{far}</Row>"))
    merged = cell("x", more="ss:MergeAcross='16000' ss:MergeDown='1000000'")
    with pytest.raises(FormatError, match="F066"):
        read(sheet(f"<Row>{merged}</Row><Row ss:Index='900000'/>"))


def test_a_cell_beyond_the_columns_that_a_table_claims_is_read() -> None:
    rows = f"<Row>{cell('a')}{cell('b')}</Row><Row>{cell('c')}</Row>"
    claimed = read(sheet(rows, table='ss:ExpandedColumnCount="1"'))
    assert [row.cells for row in claimed] == [("a", "b"), ("c",)]


@pytest.mark.parametrize("index", [0, 1, 2])
def test_a_cell_in_the_place_of_another_is_refused(index: int) -> None:
    with pytest.raises(FormatError, match="F066"):
        read(
            sheet(f"<Row>{cell('a')}{cell('b')}{cell('c', more=f'ss:Index={chr(34)}{index}{chr(34)}')}</Row>")
        )
