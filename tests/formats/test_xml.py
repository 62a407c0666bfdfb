"""Records as XML: which elements they are, what becomes of them, encodings that lie, and what is refused."""

import io
from typing import Any

import pytest

from formats import xml
from formats.error import FormatError
from formats.row import Row


def read(content: str | bytes) -> list[Row]:
    return list(xml.read(io.BytesIO(content.encode() if isinstance(content, str) else content)))


def cells(content: str | bytes) -> list[Any]:
    return [row.cells for row in read(content)]


ROW = "<宗地号>示-1</宗地号><价款>1200.50</价款><备注/>"
FLAT = {"宗地号": "示-1", "价款": "1200.50", "备注": None}

# What stands in the file, and the records that are meant.
RECORDS: list[tuple[str, str, list[Any]]] = [
    ("rows below the root", f"<data><row>{ROW}</row><row>{ROW}</row></data>", [FLAT, FLAT]),
    ("rows below wrappers", f"<a><b><c><row>{ROW}</row><row>{ROW}</row></c></b></a>", [FLAT, FLAT]),
    ("one row", f"<data><row>{ROW}</row></data>", [FLAT]),
    ("the root is the record", f"<row>{ROW}</row>", [FLAT]),
    ("a head beside the rows", f"<d><head><time>x</time></head><row>{ROW}</row><row>{ROW}</row></d>", [FLAT, FLAT]),
    ("a count around the rows", f"<d><n>2</n><row>{ROW}</row><row>{ROW}</row></d>", [FLAT, FLAT]),
    ("a count around one row", f"<d v='1'><n>1</n><row>{ROW}<e>1</e><f>2</f><g>3</g><h>4</h></row></d>",
     [{**FLAT, "e": "1", "f": "2", "g": "3", "h": "4"}]),
    ("pages of rows", f"<d><page><row>{ROW}</row></page><page><row>{ROW}</row></page></d>", [FLAT, FLAT]),
    ("rows of attributes", '<d><r a="1" b="2"/><r a="3" b=""/></d>', [{"a": "1", "b": "2"}, {"a": "3", "b": None}]),
    ("more lots than records", "<d><r><t>1</t><lot><n>a</n></lot><lot><n>b</n></lot></r><r><t>2</t><lot><n>c</n></lot></r></d>",
     [{"t": "1", "lot": [{"n": "a"}, {"n": "b"}]}, {"t": "2", "lot": {"n": "c"}}]),
    ("records of two objects and nothing else", "<d><r><a><n>1</n></a><b><m>2</m></b></r><r><a><n>3</n></a><b><m>4</m></b></r></d>",
     [{"a": {"n": "1"}, "b": {"m": "2"}}, {"a": {"n": "3"}, "b": {"m": "4"}}]),
    ("one record with lots", "<r><t>1</t><u>2</u><lot><n>a</n></lot><lot><n>b</n></lot></r>",
     [{"t": "1", "u": "2", "lot": [{"n": "a"}, {"n": "b"}]}]),
    ("one record with a buyer", "<r><t>1</t><buyer><name>甲</name><uscc>9</uscc></buyer></r>",
     [{"t": "1", "buyer": {"name": "甲", "uscc": "9"}}]),
    ("namespaces", '<x:d xmlns:x="urn:a" xmlns="urn:b"><r><x:n>1</x:n></r><r><n>2</n></r></x:d>', [{"n": "1"}, {"n": "2"}]),
    ("what is about the XML", '<d xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><r><n xsi:nil="true"/></r>'
     '<r><n xml:lang="zh">甲</n></r></d>', [{"n": None}, {"n": "甲"}]),
    ("attributes of a value", '<d><r><p unit="万元">12</p></r><r><p unit="元"/></r></d>',
     [{"p.unit": "万元", "p": "12"}, {"p": {"unit": "元"}}]),
    ("attributes of repeated values", '<d><r><t/><p n="1">a</p><p>b</p></r><r><p n="2"><q>c</q></p></r></d>',
     [{"t": None, "p": [{"n": "1", "p": "a"}, "b"]}, {"p": {"n": "2", "q": "c"}}]),
    ("an attribute named as a child", '<d><r id="1"><id>2</id></r><r id="3"/></d>', [{"id": ["1", "2"]}, {"id": "3"}]),
    ("a text and an attribute", '<d><r n="1">甲</r><r n="2">乙</r></d>', [{"n": "1", "r": "甲"}, {"n": "2", "r": "乙"}]),
    ("prose with markup", "<d><r><p>甲<b>乙</b>丙</p></r><r><p>丁</p></r></d>", [{"p": "甲乙丙"}, {"p": "丁"}]),
    ("what is escaped", "<d><r><p>a&lt;b&#x4e2d;&amp;</p></r><r><p><![CDATA[<i>]]></p></r></d>", [{"p": "a<b中&"}, {"p": "<i>"}]),
    ("layout is no value", "<d><r>\n  <p>\n  a \n b\n  </p>\n</r><r><p> </p></r></d>", [{"p": "a \n b"}, {"p": None}]),
    ("comments", "<!-- <r> --><?x y?><d><!-- - -- ><r/> --><r><p>a<!-- c -->b</p></r><r><p>c</p></r></d>".replace("-- >", ">"),
     [{"p": "ab"}, {"p": "c"}]),
    ("plain values only", "<d><n>1</n><n>2</n></d>", [{"n": ["1", "2"]}]),
    ("an empty record among others", "<d><r><n>1</n></r><r/><r><n>2</n></r></d>", [{"n": "1"}, {"r": None}, {"n": "2"}]),
]  # fmt: skip


@pytest.mark.parametrize(("content", "expected"), [case[1:] for case in RECORDS], ids=[c[0] for c in RECORDS])
def test_the_records_are_what_repeats(content: str, expected: list[Any]) -> None:
    assert cells(content) == expected


def test_a_row_has_the_line_where_its_element_begins() -> None:
    lines = "".join(f"<row>\n<n>{n}</n>\n</row>\n" for n in range(50_000))
    rows = read(f'<?xml version="1.0"?>\n<d>\n{lines}</d>')
    assert [row.number for row in rows[:3]] == [3, 6, 9]
    assert (len(rows), rows[-1].number) == (50_000, 3 * 50_000)


def test_two_kinds_of_records_are_two_sheets() -> None:
    content = "<d><a><n>1</n></a><a><n>2</n></a><b><m>3</m></b><b><m>4</m></b><once><k>5</k></once></d>"
    assert [(row.sheet, row.cells) for row in read(content)] == [
        ("a", {"n": "1"}), ("a", {"n": "2"}), ("b", {"m": "3"}), ("b", {"m": "4"}),
    ]  # fmt: skip
    content = "<d><x><r><n>1</n></r><r><n>2</n></r></x><y><r><m>3</m></r><r><m>4</m></r></y></d>"
    assert {row.sheet for row in read(content)} == {"x/r", "y/r"}


CHINESE = "<数据><地块><名称>示例地块甲，𠮷祥㐂</名称></地块><地块><名称>示例地块乙</名称></地块></数据>"


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("UTF-8", "utf-8"),
        ("utf-8", "utf-8-sig"),
        ("GB18030", "gb18030"),
        ("gbk", "gb18030"),
        ("GB2312", "gb18030"),
        ("UTF-16", "utf-16"),
        ("UTF-8", "gb18030"),  # lies
        ("GBK", "utf-8"),  # lies
        ("UTF-16", "utf-8"),  # lies
        ("ISO-8859-1", "utf-8"),  # lies
        ("", "gb18030"),
        ("", "utf-16-le"),
    ],
)
def test_the_encoding_is_what_the_bytes_are_whatever_is_declared(declared: str, encoding: str) -> None:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    content = (declaration + CHINESE).encode(encoding)
    assert cells(content) == [{"名称": "示例地块甲，𠮷祥㐂"}, {"名称": "示例地块乙"}]


def test_a_declaration_decides_where_bytes_may_be_either() -> None:
    content = "<d><r><n>模识</n></r><r><n>x</n></r></d>".encode("gbk")
    content.decode("utf-8")  # the two characters whose bytes pass for UTF-8
    assert cells(b'<?xml version="1.0" encoding="GBK"?>' + content)[0] == {"n": "模识"}


BROKEN: list[tuple[str, bytes, str, dict[str, Any]]] = [
    ("cut off", b"<d><r><n>1</n></r>\n<r><n>2", "F060", {"line": 2}),
    ("not closed", b"<d>\n<r><n>1</r></d>", "F060", {"line": 2}),
    ("a bare ampersand", b"<d>\n\n<r><n>a & b</n></r></d>", "F060", {"line": 3}),
    ("an unknown entity", b"<d><r><n>a&nbsp;b</n></r></d>", "F060", {"line": 1}),
    ("no XML", b"a,b\n1,2\n", "F060", {"line": 1}),
    ("text behind the root", b"<d><r><n>1</n></r></d>\n<d/>", "F060", {"line": 2}),
    ("two attributes of one name", b'<d><r n="1" n="2"/></d>', "F060", {}),
    ("a control character", b"<d><r><n>\x07</n></r></d>", "F060", {}),
    ("a prolog without end", b"<!--" + b"x" * (2 << 20), "F060", {}),
    ("nothing", b"<d>\n</d>", "F062", {"root": "d"}),
    ("a DTD", b'<!DOCTYPE d SYSTEM "http://127.0.0.1:1/x.dtd"><d><r><n>1</n></r></d>', "F061", {}),
    ("an entity", b'<?xml version="1.0"?>\n<!-- x -->\n<!DOCTYPE d [<!ENTITY e "v">]><d><r><n>&e;</n></r></d>', "F061", {}),
    ("an external entity", b'<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]><d><r><n>&e;</n></r></d>', "F061", {}),
    ("a NUL", b"<d><r><n>a\0</n></r></d>", "F012", {"line": 1}),
    ("bytes of no encoding", b"<d><r><n>\xff\xff</n></r></d>", "F010", {}),
    ("Latin", '<?xml version="1.0" encoding="ISO-8859-1"?><d><n>é</n></d>'.encode("latin-1"), "F067", {}),
    ("seven bits", b'<?xml version="1.0" encoding="HZ-GB-2312"?><d><r><n>~{VP~}</n></r></d>', "F067", {}),
    ("deep", b"<a>" * 200 + b"x" + b"</a>" * 200, "F063", {"line": 1, "limit": 100}),
    ("many names", b"<d>" + b"".join(b"<a%d>1</a%d>" % (n, n) for n in range(20_000)) + b"</d>", "F064", {}),
]  # fmt: skip


@pytest.mark.parametrize(("content", "code", "details"), [c[1:] for c in BROKEN], ids=[c[0] for c in BROKEN])
def test_what_is_broken_has_a_code_and_a_line(content: bytes, code: str, details: dict[str, Any]) -> None:
    with pytest.raises(FormatError) as caught:
        read(content)
    assert caught.value.code == code
    assert caught.value.details.items() >= details.items()


def test_a_fault_after_many_records_is_found_before_the_first_is_given() -> None:
    rows = xml.read(io.BytesIO(b"<d>" + b"<r><n>1</n></r>" * 100_000 + b"<r>"))
    with pytest.raises(FormatError, match="F060"):
        next(rows)
