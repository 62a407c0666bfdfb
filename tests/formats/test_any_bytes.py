"""Whatever the bytes, a text format gives rows or a FormatError."""

import contextlib
import csv as stdlib
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from formats import csv, html, json, jsonl, xml
from formats.error import FormatError
from formats.row import Row

PIECES = [
    b"{",
    b"}",
    b"[",
    b"]",
    b'"',
    b":",
    b",",
    b"\n",
    b"\r",
    b"\t",
    b"|",
    b"\\u",
    b"1e9",
    b"-",
    b"NaN",
    b"null",
]
PIECES += [
    "地块".encode(),
    "地块".encode("gbk"),
    b"\xff",
    b"\0",
    b" ",
    b'""',
    b'"a"',
    b'{"a":1}',
    b"00",
    b"dead",
]

PIECES += [
    b"<a>",
    b"</a>",
    b"<b/>",
    b"<tr>",
    b"<td>",
    b"<table>",
    b"</table>",
    b"<td colspan=3 rowspan=2>",
    b"<?xml",
    b"?>",
    b"<!--",
]
PIECES += [
    b"<!DOCTYPE a>",
    b"encoding='gbk'",
    b"&amp;",
    b"&e;",
    b"<![CDATA[",
    b"]]>",
    b"<Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet'>",
]

CONTENT = st.one_of(st.binary(max_size=60), st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join))


@pytest.mark.parametrize("module", [csv, html, json, jsonl, xml], ids=lambda module: module.__name__)
@given(content=CONTENT)
def test_any_bytes_are_read_or_refused(module: Any, content: bytes) -> None:
    rows: list[Row] = []
    with contextlib.suppress(FormatError):
        rows.extend(module.read(io.BytesIO(content)))
    for sheet in {row.sheet for row in rows}:
        numbers = [row.number for row in rows if row.sheet == sheet]
        assert numbers == sorted(numbers)
        assert all(number >= 1 for number in numbers)


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


@given(rows=st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=6))
def test_what_a_csv_writer_wrote_is_read_again(rows: list[tuple[str, str, str]]) -> None:
    text = io.StringIO(newline="")
    stdlib.writer(text, quoting=stdlib.QUOTE_ALL).writerows([("编号", "地块", "价"), *rows])
    read = csv.read(io.BytesIO(text.getvalue().encode()))
    assert [row.cells for row in read] == [("编号", "地块", "价"), *rows]


@given(
    rows=st.lists(st.tuples(CELLS, CELLS), min_size=2, max_size=6),
    pretty=st.booleans(),
)
def test_what_an_xml_writer_wrote_is_read_again(rows: list[tuple[str, str]], pretty: bool) -> None:
    root = etree.Element("数据")
    for row in rows:
        record = etree.SubElement(root, "记录")
        for name, cell in zip(("编号", "地块"), row, strict=True):
            etree.SubElement(record, name).text = "".join(c for c in cell if c.isprintable())
    content = etree.tostring(root, encoding="gb18030", xml_declaration=True, pretty_print=pretty)
    seen = [{"编号": a, "地块": b} for a, b in rows]
    expected = [
        {name: "".join(c for c in cell if c.isprintable()).strip(" ") or None for name, cell in row.items()}
        for row in seen
    ]
    assert [row.cells for row in xml.read(io.BytesIO(content))] == expected
