"""Files made to hurt: each is refused (or read) within the limits of a file, by a parent that stays small and alive."""

import io
import resource
import struct
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
import xlwt

from formats.child import read_file
from formats.confinement import Limits
from formats.error import FormatError

# A sixth of the computing time that a file may have: a child that takes longer is ended, which is another code.
SHORT = Limits(cpu=10, wall=60)

SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData>{}</worksheet>'
BOOK = (
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
    'Target="worksheets/sheet1.xml"/>'
    '<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" '
    'Target="sharedStrings.xml"/></Relationships>'
)


ROOT = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>'
)


def archive(sheet: str | bytes, strings: str = "", more: dict[str, bytes] | None = None) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as opened:
        opened.writestr("_rels/.rels", ROOT)
        opened.writestr("xl/workbook.xml", BOOK)
        opened.writestr("xl/_rels/workbook.xml.rels", RELATIONS)
        opened.writestr("xl/worksheets/sheet1.xml", sheet)
        if strings:
            opened.writestr("xl/sharedStrings.xml", strings)
        for name, content in (more or {}).items():
            opened.writestr(name, content)
    return buffer.getvalue()


def cell(place: str, value: object = 1) -> str:
    where = f' r="{place}"' if place else ""
    return f"<c{where}><v>{value}</v></c>"


def far_cells() -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        sheet.write("A1", 1)
        sheet.write("XFD1048576", 2)
    return buffer.getvalue()


def far_cells_without_places() -> bytes:
    """The pre-scan sees no place; the parser counts along and asks for 512 GiB all the same."""
    first = "<row><c/><c/>" + cell("XFD1") + "</row>"
    return archive(SHEET.format(first + '<row r="1048576">' + cell("") + "</row>", ""))


def far_cells_xls() -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    sheet.write(0, 0, 1)
    sheet.write(65535, 255, 2)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def bomb() -> bytes:
    return archive(SHEET.format("", "") + " " * (80 << 20))


def false_claim() -> bytes:
    """The directory says that the sheet unpacks to 1,000 bytes; it gives 20 MB."""
    content = bytearray(archive(SHEET.format("", "") + " " * (20 << 20)))
    size = struct.pack("<I", len(SHEET.format("", "")) + (20 << 20))
    assert content.count(size) >= 1
    return bytes(content).replace(size, struct.pack("<I", 1000))


def claims_much() -> bytes:
    content = archive(SHEET.format(cell("A1"), "") + " " * 12345)
    size = struct.pack("<I", len(SHEET.format(cell("A1"), "")) + 12345)
    return content.replace(size, struct.pack("<I", 0xFFFFFFF0))


def strings_repeated() -> bytes:
    """One string of 1 MB in 3,000 cells."""
    shared = f"<sst><si><t>{'x' * (1 << 20)}</t></si></sst>"
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 3001))
    return archive(SHEET.format(rows, ""), shared)


def laughs() -> bytes:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    shared = f'<!DOCTYPE x [<!ENTITY e0 "ha">{entities}]><sst><si><t>&e11;</t></si></sst>'
    return archive(SHEET.format('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', shared), shared)


def laughs_xml() -> bytes:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    return f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "ha">{entities}]><d><r>&e11;</r></d>'.encode()


def blowup() -> bytes:
    """One entity of 1 MB, 10,000 times."""
    return f'<!DOCTYPE d [<!ENTITY e "{"x" * (1 << 20)}">]><d>{"&e;" * 10_000}</d>'.encode()


def parameters() -> bytes:
    entities = "".join(f"<!ENTITY % e{n} '{f'&#37;e{n - 1};' * 10}'>" for n in range(1, 12))
    return f"<!DOCTYPE d [<!ENTITY % e0 ''>{entities}%e11;]><d/>".encode()


CASES: list[tuple[str, str, Callable[[], bytes], set[str]]] = [
    ("zip bomb", "a.xlsx", bomb, {"F042"}),
    ("false claim of size", "a.xlsx", false_claim, {"F042", "F040"}),
    ("claim of 4 GB", "a.xlsx", claims_much, {"F042"}),
    ("10,001 entries", "a.xlsx", lambda: archive("", "", {f"x{n}": b"" for n in range(10_001)}), {"F042"}),
    ("two far cells", "a.xlsx", far_cells, {"F043"}),
    ("two far cells without places", "a.xlsx", far_cells_without_places, {"F050"}),
    ("two far cells in an xls", "a.xls", far_cells_xls, {"F043"}),
    ("truncated zip", "a.xlsx", lambda: far_cells()[:-200], {"F040"}),
    ("billion laughs", "a.xlsx", laughs, {"F040"}),
    ("billion quotes", "a.csv", lambda: b'"' * (100 << 20), {"F022"}),
    ("quotes on many lines", "a.csv", lambda: b'a,b\n"' + (b'""' * 50 + b"\n") * (1 << 19), {"F022", "F020"}),
    ("one endless line", "a.csv", lambda: b"a" * (64 << 20), {"F022"}),
    ("deep JSON", "a.json", lambda: b"[" * (20 << 20), {"F034"}),
    ("deep JSON objects", "a.jsonl", lambda: b'{"a":' * (2 << 20), {"F034"}),
    ("a number of 10 MB", "a.json", lambda: b'{"a": ' + b"9" * (10 << 20) + b"}", {"F033"}),
    ("NULs", "a.csv", lambda: bytes(10 << 20), {"F012"}),
    ("billion laughs in XML", "a.xml", lambda: laughs_xml(), {"F061"}),
    ("quadratic blowup", "a.xml", lambda: blowup(), {"F061"}),
    ("laughs of parameters", "a.xml", lambda: parameters(), {"F061"}),
    (
        "laughs named xls",
        "a.xls",
        lambda: laughs_xml().replace(
            b"<d>", b"<Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet'>"
        ),
        {"F061"},
    ),
    (
        "a file of the system",
        "a.xml",
        lambda: b'<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]><d>&e;</d>',
        {"F061"},
    ),
    ("deep XML", "a.xml", lambda: b"<a>" * (5 << 20), {"F063", "F060"}),
    ("one text of 50 MB", "a.xml", lambda: b"<d><r><n>" + b"x" * (50 << 20) + b"</n></r></d>", {"F060"}),
    ("an attribute of 50 MB", "a.xml", lambda: b"<d><r n='" + b"x" * (50 << 20) + b"'/></d>", {"F060"}),
    ("a name of 50 MB", "a.xml", lambda: b"<" + b"x" * (50 << 20) + b"/>", {"F060"}),
    ("a comment of 50 MB", "a.xml", lambda: b"<!--" + b"-x" * (25 << 20) + b"--><d/>", {"F060"}),
    (
        "a million names",
        "a.xml",
        lambda: b"<d>" + b"".join(b"<a%d/>" % n for n in range(1_000_000)) + b"</d>",
        {"F064"},
    ),
    (
        "a million attributes",
        "a.xml",
        lambda: b"<d " + b"".join(b"a%d='' " % n for n in range(1_000_000)) + b"/>",
        {"F064", "F060"},
    ),
    ("NULs in XML", "a.xml", lambda: b"<d>" + bytes(10 << 20), {"F012"}),
    ("a million columns", "a.html", lambda: b"<table><tr>" + b"<td colspan=1000000>x" * 1000, {"F066"}),
    (
        "a billion cells",
        "a.html",
        lambda: b"<table><tr>" + b"<td colspan=1000 rowspan=65534>x" * 16 + b"<tr>" * 65_000,
        {"F066"},
    ),
    ("deep tables of one cell", "a.html", lambda: b"<table><tr><td>" * 100_000, {"F065"}),
    ("deep elements", "a.html", lambda: b"<div><b>" * 500_000, {"F065"}),
    ("an endless tag", "a.html", lambda: b"<table><tr><td a='" + b"x" * (20 << 20), {"F065", "F040"}),
    ("NULs in a page", "a.html", lambda: b"<table>" + bytes(10 << 20), {"F012"}),
    ("noise named xls", "a.xls", lambda: bytes(range(256)) * 40_000, {"F047"}),
]


@pytest.mark.parametrize(("name", "make", "codes"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_a_hostile_file_is_refused(
    tmp_path: Path, name: str, make: Callable[[], bytes], codes: set[str]
) -> None:
    path = tmp_path / name
    path.write_bytes(make())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(FormatError) as caught:
        for _ in read_file(path, SHORT):
            pass
    assert caught.value.code in codes, caught.value
    # The first large row may have come over before the fault; kilobytes.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10


def test_one_string_in_many_cells_ends_at_the_limit_of_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(strings_repeated())
    with pytest.raises(FormatError, match="F050"):
        list(read_file(path, replace(SHORT, memory=512 << 20)))


def merged_everywhere() -> bytes:
    """A million merged cells of which two have content."""
    merges = '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    return archive(SHEET.format(f'<row r="1">{cell("A1")}{cell("B1")}</row>', merges))


@pytest.mark.parametrize(
    ("name", "make", "count"),
    [
        ("a.xlsx", merged_everywhere, 1),
        ("a.xlsx", lambda: archive(SHEET.format(f'<row r="1048576">{cell("XFD1048576")}</row>', "")), 1),
        ("a.csv", lambda: b'a,b\n"' + b'""' * (4 << 20) + b'",2\n', 2),
        ("a.csv", lambda: b"," * (1 << 20), 1),
        ("a.html", lambda: b"<table><tr><td rowspan=65534>a<td>b" + b"<tr><td>c" * 65_000, 65_001),
        ("a.html", lambda: b"<table><tr><td>a<td>b<tr><td>" * 20_000, 20_000),
        ("a.xml", lambda: b"<d>" + b"<r><a/><b><c>x</c></b></r>\n" * 50_000 + b"</d>", 50_000),
        ("a.xml", lambda: b"<d>" + b"<r><a/></r>" * 50_000 + b"</d>", 50_000),
    ],
    ids=[
        "everything merged",
        "one far cell",
        "quotes that close",
        "a million cells",
        "a cell over a table",
        "tables in tables",
        "long XML",
        "a line of XML",
    ],
)
def test_a_strange_file_is_read(tmp_path: Path, name: str, make: Callable[[], bytes], count: int) -> None:
    path = tmp_path / name
    path.write_bytes(make())
    assert sum(1 for _ in read_file(path, SHORT)) == count


def test_a_sheet_that_is_only_formatted_far_out_is_read(tmp_path: Path) -> None:
    """Published workbooks declare 16,383 columns, with styles in all of them and content in a few."""

    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        style = book.add_format({"bold": True})
        for row in range(200):
            sheet.write_row(row, 0, [row, "x"])
            sheet.write_blank(row, 16382, None, style)
        sheet.write_blank(1_048_575, 0, None, style)

    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        fill(book)
    assert [len(row.cells) for row in read_file(path, replace(SHORT, memory=512 << 20))] == [2] * 200
