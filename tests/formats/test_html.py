"""Tables of web pages: cells, spans, nesting, pieces of one table, and pages named as workbooks."""

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from formats import html, xls, xlsx
from formats.error import FormatError
from formats.row import Row


def read(content: str | bytes) -> list[Row]:
    return list(html.read(io.BytesIO(content.encode() if isinstance(content, str) else content)))


def cells(content: str | bytes) -> list[Any]:
    return [row.cells for row in read(content)]


def table(*rows: str, of: str = "") -> str:
    return f"<table {of}>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


A, B = ("a", "b"), ("c", "d")

# What stands in the page, and the rows that are meant.
TABLES: list[tuple[str, str, list[Any]]] = [
    ("a table", table("<th>a<th>b", "<td>c</td><td>d</td>"), [A, B]),
    ("nothing closed", "<table><tr><td>a<td>b<tr><td>c<td>d", [A, B]),
    ("no rows said", "<table><td>a<td>b</table>", [A]),
    ("rows without a table", "<tr><td>a<td>b</tr><tr><td>c<td>d</tr></table>", [A, B]),
    ("a head and a foot", "<TABLE><THEAD><TR><TH>a<TH>b<TBODY><TR><TD>c<TD>d</TABLE>", [A, B]),
    ("lines", table("<td>a<br>x<td><p>b</p>\n<p>  y  z</p>"), [("a\nx", "b\ny z")]),
    ("white space", table("<td>\n a\t\n<b>x</b>y <td>&nbsp;b&nbsp;c&nbsp;"), [("a xy", "b\xa0c")]),
    ("signs", table("<td>&lt;a&gt; &amp; &#20013;<td>Dohme &Co"), [("<a> & 中", "Dohme &Co")]),
    ("what is not seen", table("<td>a<script>if(1<2)write('<td>')</script><style>td{}</style><!-- x --><td>b"), [A]),
    ("an empty row", table("<td>a<td>b", "<td><td>&nbsp;", "<td>c<td>d"), [A, B]),
    ("an empty cell", table("<td>a<td>b", "<td><td>d"), [A, (None, "d")]),
    ("a title over all", table("<td colspan=9>t", "<td>a<td>b", "<td>c<td>d"), [("t", "t"), A, B]),
    ("rows spanned", table("<td rowspan=2>a<td>b", "<td>c", "<td>d"), [A, ("a", "c"), ("d",)]),
    ("rows spanned to the end", table("<td>x<td rowspan=0>b", "<td>c", "<td>d"), [("x", "b"), ("c", "b"), ("d", "b")]),
    ("both spanned", table("<td colspan=2 rowspan=2>a<td>1", "<td>2", "<td>x<td>y<td>3"),
     [("a", "a", "1"), ("a", "a", "2"), ("x", "y", "3")]),
    ("spans that are no numbers", table("<td colspan=-1 rowspan=x>a<td colspan='1.5'>b"), [A]),
    ("a table within a cell", table("<td>a<td>" + table("<td>1<td>2") + "b"), [("1", "2"), A]),
    ("a box within a cell", table("<td>a<td>" + table("<td>" + table("<td>b"))), [A]),
    ("layout around a table", table("<td>" + table("<td>menu") + "<td>", "<td>" + table("<td>a<td>b")), [A]),
    ("a row each a table", table("<td>a<td>b") + "\n" + table("<td>c<td>d") + table("<td>1 of 1"), [A, B]),
]  # fmt: skip


@pytest.mark.parametrize(("content", "expected"), [case[1:] for case in TABLES], ids=[c[0] for c in TABLES])
def test_the_rows_are_those_a_reader_sees(content: str, expected: list[Any]) -> None:
    assert cells(content) == expected
    assert cells(f"<!DOCTYPE html><html><body><div>{content}</div></body></html>") == expected


def test_each_table_is_a_sheet_with_its_own_rows() -> None:
    one = table("<td>a<td>b", "<td>", "<td>c<td>d")
    named = one.replace("<tr>", "<caption>结果 <b>表</b></caption><tr>", 1)
    rows = read(f"{one}{named}text{named}{one}")
    assert [(row.sheet, row.number) for row in rows[::2]] == [
        ("table 1", 1), ("结果 表", 1), ("结果 表 (2)", 1), ("table 4", 1),
    ]  # fmt: skip
    assert [row.number for row in rows[:2]] == [1, 3]


def test_tables_are_joined_only_where_nothing_stands_between() -> None:
    row, next_row, wider = table("<td>a<td>b"), table("<td>c<td>d"), table("<td>c<td>d<td>e")
    sheets = [len({row.sheet for row in read(page)}) for page in (
        row + next_row, row + "<hr>" + next_row, row + "说明" + next_row, row + wider, row + row.replace("</tr>", "</tr>" * 1 + "<tr><td>1<td>2</tr>"),
        table("<td>" + row + "</td><td>" + next_row + "</td>"),
    )]  # fmt: skip
    assert sheets == [1, 1, 2, 2, 2, 2]


CHINESE = "示例地块，成交价格为八百万元整，受让人示例置业公司"


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("", "utf-8"),
        ("", "gb18030"),
        ("", "utf-8-sig"),
        ("", "utf-16"),
        ('<meta charset="GBK">', "gb18030"),
        ('<META http-equiv=Content-Type content="text/html; charset=gb2312">', "gb18030"),
        ('<meta charset="utf-8">', "gb18030"),  # lies
        ('<meta charset="gb2312">', "utf-8"),  # lies
    ],
)
def test_the_charset_is_what_the_bytes_are(declared: str, encoding: str) -> None:
    page = f"<html><head>{declared}<title>题</title></head>{table(f'<td>{CHINESE}<td>b')}</html>"
    assert cells(page.encode(encoding)) == [(CHINESE, "b")]


PAGE = "<html xmlns:x='urn:schemas-microsoft-com:office:excel'><head><meta charset='gbk'></head>{}</html>"


@pytest.mark.parametrize("module", [xls, xlsx], ids=["xls", "xlsx"])
def test_a_page_named_as_a_workbook_is_read_as_a_page(module: Any) -> None:
    for page in (PAGE.format(table("<td>甲<td>b", "<td>c<td>d")), "\n" + table("<td>甲<td>b", "<td>c<td>d")):
        for encoding in ("gbk", "utf-8", "utf-8-sig", "utf-16"):
            rows = list(module.read(io.BytesIO(page.encode(encoding))))
            assert [row.cells for row in rows] == [("甲", "b"), B]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "F004"),
        (b"<html><body><p>x</p></body></html>", "F065"),
        (b"x", "F065"),
        (b"<table><tr><td>one</td></tr></table>", "F065"),
        (b"<table><tr><td>a\0<td>b", "F012"),
        (b"<table><tr><td>\xff\xff<td>b", "F010"),
        (b"<meta charset=shift_jis><table><tr><td>\x83\x41<td>b", "F067"),
        (table("<td colspan=1000>x" * 1000).encode(), "F066"),
        (table(f"{'<td rowspan=65534 colspan=1000>x' * 16}", *[""] * 60_000).encode(), "F066"),
        (table(*["<td rowspan=65534>x"] * 5_000).encode(), "F066"),
    ],
    ids=["empty", "no table", "text", "one cell", "NUL", "no encoding", "Japanese", "a million columns", "a million rows", "stairs"],
)  # fmt: skip
def test_what_cannot_be_read_has_a_code(content: bytes, code: str) -> None:
    with pytest.raises(FormatError) as caught:
        read(content)
    assert caught.value.code == code


PIECES = [
    "<table>", "</table>", "<tr>", "</tr>", "<td>", "</td>", "<td colspan=2>", "<td rowspan=2>", "a", "地", " ", "\n", "&lt;", "&",
    "<", ">", "<!--", "-->", "<script>", "</script>", "<style>", "</style>", "<caption>", "</caption>", "<br>", "<p>", "</p>", "<b>",
    "<title>", "'", '"', "<td x='", "<![CDATA[", "</", "<template>", "</body>", "</html>",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join), st.integers(1, 7))
def test_a_page_that_comes_in_pieces_is_the_same_page(page: str, size: int) -> None:
    """The parser is fed piece by piece; where a piece ends may not change what is read."""

    def events(pieces: list[bytes]) -> list[Row]:
        target: Any = html._Page()
        parser = etree.HTMLParser(target=target, encoding="utf-8")
        for piece in pieces:
            parser.feed(piece)
        parser.close()
        return [[(cell.value, cell.across) for cell in row] for one in target.ended() for row in one.rows]

    content = f"x{page}".encode()
    assert events([content]) == events([content[at : at + size] for at in range(0, len(content), size)])
