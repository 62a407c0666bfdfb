"""What a cell of a workbook becomes, merged ranges, sheets, and files that are not what their name says."""

import datetime
import io
import struct
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
import xlsxwriter
import xlwt
from xlwt.CompoundDoc import XlsDoc

from formats import workbook, xls, xlsx
from formats.error import FormatError
from formats.extent import Extent, column_letters, column_number
from formats.row import Remark, Row

NOON = datetime.datetime(2026, 3, 16, 12, 30, 5)


def xlsx_of(fill: Callable[[Any], None]) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        fill(book)
    return buffer.getvalue()


def xls_of(fill: Callable[[Any], None]) -> bytes:
    book = xlwt.Workbook()
    fill(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read(content: bytes) -> list[Row]:
    return [row for row in xlsx.read(io.BytesIO(content)) if isinstance(row, Row)]


def cells(content: bytes) -> list[Any]:
    return [row.cells for row in read(content)]


@pytest.mark.parametrize(
    ("write", "expected"),
    [
        (lambda sheet, style: sheet.write(0, 0, "地块"), "地块"),
        (lambda sheet, style: sheet.write(0, 0, " a\nb "), " a\nb "),
        (lambda sheet, style: sheet.write(0, 0, "a\rb"), "a\rb"),
        (lambda sheet, style: sheet.write_string(0, 0, "0530102"), "0530102"),
        (lambda sheet, style: sheet.write(0, 0, 5308292018.0), 5308292018),
        (lambda sheet, style: sheet.write(0, 0, 1200.5), 1200.5),
        (lambda sheet, style: sheet.write(0, 0, -0.07), -0.07),
        (lambda sheet, style: sheet.write(0, 0, 1e300), 1e300),
        (lambda sheet, style: sheet.write(0, 0, True), True),
        (lambda sheet, style: sheet.write(0, 0, NOON, style("yyyy-mm-dd hh:mm:ss")), NOON),
        (
            lambda sheet, style: sheet.write(0, 0, datetime.datetime(2026, 3, 16), style("yyyy年m月d日")),
            datetime.date(2026, 3, 16),
        ),
        (lambda sheet, style: sheet.write(0, 0, 0.5, style("hh:mm")), "12:00:00"),
        (lambda sheet, style: sheet.write(0, 0, 1.75, style("[h]:mm:ss")), "42:00:00"),
        (lambda sheet, style: sheet.write_formula(0, 0, "=1+1", None, 2), 2),
        (lambda sheet, style: sheet.write_formula(0, 0, '="甲"', None, "甲"), "甲"),
        (lambda sheet, style: sheet.write_formula(0, 0, "=1/0", None, "#DIV/0!"), None),
        (lambda sheet, style: sheet.write_formula(0, 0, "=NA()", None, "#N/A"), None),
        (lambda sheet, style: sheet.write_blank(0, 0, None, style("0.00")), None),
    ],
)
def test_a_cell_becomes_a_plain_value(write: Callable[..., None], expected: object) -> None:
    def fill(book: Any) -> None:
        sheet: Any = book.add_worksheet()
        write(sheet, lambda number_format: book.add_format({"num_format": number_format}))
        sheet.write(0, 1, "beside")

    value = cells(xlsx_of(fill))[0][0]
    assert (type(value), value) == (type(expected), expected)


def test_column_a_is_index_0_and_row_1_is_number_1_wherever_the_table_starts() -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet("结果")
        sheet.write(3, 2, "C4")
        sheet.write(6, 3, "D7")

    assert read(xlsx_of(fill)) == [
        Row("结果", 4, (None, None, "C4", None)),
        Row("结果", 7, (None, None, None, "D7")),
    ]


def merge(book: Any) -> None:
    sheet = book.add_worksheet()
    sheet.merge_range("A1:D1", "标题")
    sheet.write_row("A2", ["县", "名", "价", "注"])
    sheet.merge_range("A3:A5", "昆明")
    sheet.merge_range("C4:D5", 80)
    sheet.merge_range("B6:C6", "")
    for row in range(2, 5):
        sheet.write(row, 1, row)
    sheet.write("D6", "完")


def test_merged_cells_all_have_the_value_of_the_first() -> None:
    assert cells(xlsx_of(merge)) == [
        ("标题", "标题", "标题", "标题"),
        ("县", "名", "价", "注"),
        ("昆明", 2, None, None),
        ("昆明", 3, 80, 80),
        ("昆明", 4, 80, 80),
        (None, None, None, "完"),
    ]


def merged_without_blanks(rows: list[list[object]], *ranges: str) -> bytes:
    """Ranges declared as merged, whatever their cells hold."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    for place in ranges:
        sheet.merged_cells.add(place)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_what_a_merged_cell_hides_is_not_seen() -> None:
    content = merged_without_blanks([["a", "hidden"], ["b", "c"]], "A1:B1")
    assert cells(content) == [("a", "a"), ("b", "c")]


def test_a_merged_range_ends_where_the_used_range_ends() -> None:
    content = merged_without_blanks([["标题"], ["县", 1], [None, 2]], "A1:XFD1", "A2:A1048576")
    assert cells(content) == [("标题", "标题"), ("县", 1), ("县", 2)]


def test_hidden_sheets_are_read_and_empty_ones_skipped() -> None:
    def fill(book: Any) -> None:
        book.add_worksheet("空")
        book.add_worksheet("明").write(0, 0, 1)
        hidden = book.add_worksheet("暗")
        hidden.write(0, 0, 2)
        hidden.hide()
        chart = book.add_chart({"type": "bar"})
        chart.add_series({"values": "=明!$A$1:$A$1"})
        book.add_chartsheet("图").set_chart(chart)

    assert read(xlsx_of(fill)) == [Row("明", 1, (1,)), Row("暗", 1, (2,))]


def fill_xls(book: Any) -> None:
    sheet = book.add_sheet("出让")
    sheet.write(1, 1, 5308292018)
    sheet.write_merge(2, 3, 1, 2, "并")
    sheet.write(4, 1, NOON, xlwt.easyxf(num_format_str="yyyy-mm-dd hh:mm:ss"))
    sheet.write(4, 2, datetime.date(2026, 3, 16), xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    sheet.write(4, 3, True)
    book.add_sheet("空")


XLS_ROWS = [
    Row("出让", 2, (None, 5308292018, None, None)),
    Row("出让", 3, (None, "并", "并", None)),
    Row("出让", 4, (None, "并", "并", None)),
    Row("出让", 5, (None, NOON, datetime.date(2026, 3, 16), True)),
]


def test_an_old_workbook_reads_the_same_way() -> None:
    assert list(xls.read(io.BytesIO(xls_of(fill_xls)))) == XLS_ROWS


def test_the_content_decides_not_the_suffix() -> None:
    assert read(xls_of(fill_xls)) == XLS_ROWS
    assert sum(isinstance(one, Row) for one in xls.read(io.BytesIO(xlsx_of(merge)))) == 6


def encrypted_xls() -> bytes:
    book = xlwt.Workbook()
    book.add_sheet("a").write(0, 0, 1)
    records = book.get_biff_data()
    after_first = 4 + int.from_bytes(records[2:4], "little")
    file_pass = b"\x2f\x00\x06\x00" + b"\x00\x00\x11\x11\x22\x22"
    buffer = io.BytesIO()
    XlsDoc().save(buffer, records[:after_first] + file_pass + records[after_first:])
    return buffer.getvalue()


def encrypted_xlsx() -> bytes:
    """A compound file whose one stream is named as in an encrypted workbook."""
    buffer = io.BytesIO()
    XlsDoc().save(buffer, bytes(5000))
    entry = "Workbook".encode("utf-16-le").ljust(64, b"\0") + b"\x12\x00"
    name = "EncryptedPackage".encode("utf-16-le").ljust(64, b"\0") + b"\x22\x00"
    assert entry in buffer.getvalue()
    return buffer.getvalue().replace(entry, name)


def document() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "F004"),
        (xlsx_of(merge)[:2000], "F040"),
        (xls_of(fill_xls)[:2000], "F040"),
        (xlsx_of(merge).replace(b"PK\x01\x02", b"PK\x01\x03"), "F040"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000), "F040"),
        (encrypted_xls(), "F041"),
        (encrypted_xlsx(), "F041"),
        (document(), "F044"),
        (b"PK\x05\x06" + bytes(18), "F044"),
        ("<html><table><tr><td>地块</td></tr></table></html>".encode(), "F065"),
        ("<html><body>地块</body></html>".encode(), "F065"),
        (b"<?xml version='1.0'?><records><table>x</table></records>", "F045"),
        (b'\xef\xbb\xbf\r\n<?xml version="1.0"?><Workbook/>', "F045"),
        ("地块\t价\n".encode("gbk"), "F046"),
        ("地块\t价\n".encode("utf-16"), "F046"),
        (b"\x09\x00\x04\x00\x02\x00\x10\x00", "F047"),
        (b"%PDF-1.7\n\0", "F047"),
    ],
)
def test_what_is_no_readable_workbook_says_what_it_is(content: bytes, code: str) -> None:
    for module in (xls, xlsx):
        with pytest.raises(FormatError) as caught:
            list(module.read(io.BytesIO(content)))
        assert caught.value.code == code


def ring() -> bytes:
    """An .xls whose directory leads back to itself; the parser alone would follow it until memory ends."""
    content = bytearray(xls_of(fill_xls))
    (directory,) = struct.unpack_from("<I", content, 48)
    (table,) = struct.unpack_from("<I", content, 76)
    struct.pack_into("<I", content, (table + 1) * 512 + directory * 4, directory)
    return bytes(content)


def test_sectors_in_a_ring_are_a_damaged_workbook() -> None:
    with pytest.raises(FormatError, match=r"F040.*ring"):
        read(ring())


def test_a_panic_of_the_parser_is_a_damaged_workbook(monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicException(BaseException):
        pass

    def panics(stream: object) -> None:
        raise PanicException("range end index 120 out of range")

    monkeypatch.setattr(workbook, "load_workbook", panics)
    with pytest.raises(FormatError, match=r"F040.*out of range"):
        read(xlsx_of(merge))


@pytest.mark.parametrize(
    ("letters", "number"), [("A", 1), ("Z", 26), ("AA", 27), ("ZZ", 702), ("XFD", 16384)]
)
def test_a_column_is_numbered_from_its_letters(letters: str, number: int) -> None:
    assert (column_number(letters), column_letters(number)) == (number, letters)


def remarks(content: bytes) -> dict[tuple[str, str], tuple[int, tuple[str, ...]]]:
    found = (one for one in xlsx.read(io.BytesIO(content)) if isinstance(one, Remark))
    return {(one.kind, one.sheet): (one.count, one.places) for one in found}


def test_what_a_workbook_shows_beside_its_values_is_remarked_on() -> None:
    def fill(book: Any) -> None:
        sheet: Any = book.add_worksheet("结果")
        struck = book.add_format({"font_strikeout": True})
        for row in range(20):
            sheet.write_row(row, 0, [row, "甲", "乙"])
            sheet.set_row(row, None, None, {"hidden": row in (3, 4)})
        sheet.set_column(1, 2, None, None, {"hidden": True})
        sheet.write("A1", "废", struck)
        sheet.write_blank("D1", None, struck)
        sheet.write_formula("D2", "=1/0", None, "#DIV/0!")
        sheet.write_formula("D3", "=A1", None, "")
        sheet.write_formula("D4", '=IF(A1="","",A1)', None, "")
        book.add_worksheet("暗").hide()

    found = remarks(xlsx_of(fill))
    assert found.pop(("unsolved", "结果")) == (2, ("D3", "D4"))
    assert found == {
        ("hiddenSheet", "暗"): (1, ()),
        ("hiddenRows", "结果"): (2, ("4", "5")),
        ("hiddenColumns", "结果"): (2, ("B", "C")),
        ("struck", "结果"): (1, ("A1",)),
        ("errors", "结果"): (1, ("D2",)),
    }


def test_an_empty_text_is_a_result_of_a_formula() -> None:
    content = xlsx_of(lambda book: book.add_worksheet("结果").write_formula("A1", '=""', None, "x"))
    empty = altered(content, "sheet1.xml", b"<v>x</v>", b"<v></v>")
    assert empty != content
    assert remarks(empty) == {}
    assert remarks(altered(content, "sheet1.xml", b' t="str"><f>""</f><v>x</v>', b'><f>""</f><v/>')) == {
        ("unsolved", "结果"): (1, ("A1",))
    }


def altered(content: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """A workbook whose part says something else."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(made, "w") as written:
        for name in given.namelist():
            held = given.read(name)
            written.writestr(name, held.replace(old, new) if name.endswith(part) else held)
    return made.getvalue()


def test_numbers_in_per_cent_are_read_as_they_are_shown() -> None:
    def fill(book: Any) -> None:
        sheet: Any = book.add_worksheet()
        formats = [
            book.add_format({"num_format": one}) for one in ("0%", "0.00%", "0.0%;[Red]-0.0%", '0"%"', "0.00")
        ]
        for row in range(3):
            for column, one in enumerate(formats):
                sheet.write(row, column, 0.205 * (row + 1), one)

    assert cells(xlsx_of(fill)) == [
        ("20.5%", "20.5%", "20.5%", "0.205%", 0.205),
        ("41%", "41%", "41%", "0.41%", 0.41),
        ("61.5%", "61.5%", "61.5%", "0.615%", pytest.approx(0.615)),
    ]


def test_an_old_workbook_shows_the_same_beside_its_values() -> None:
    def fill(book: Any) -> None:
        sheet: Any = book.add_sheet("结果")
        struck, percent, odd = (
            xlwt.easyxf("font: struck_out on"), xlwt.easyxf(num_format_str="0.00%"), xlwt.easyxf(num_format_str="0.000%"),
        )  # fmt: skip
        for row in range(30):
            for column in range(5):
                sheet.write(row, column, f"示例{row}")
        sheet.write(30, 0, 0.205, percent)
        sheet.write(30, 1, 0.205, odd)
        sheet.write(30, 2, 0.205)
        amount, number = (xlwt.easyxf(num_format_str=one) for one in ('0.00"万元"', "000000"))
        for column, value in enumerate((100, 1234.5, 7)):
            sheet.write(30, 3 + column, value, number if value == 7 else amount)
        sheet.write(31, 0, "废", struck)
        sheet.write(31, 1, 3, struck)
        sheet.write(32, 0, xlwt.Formula("1/0"))
        sheet.row(3).hidden = True
        sheet.col(4).hidden = True
        book.add_sheet("暗").visibility = 1
        book.get_sheet(1).write(0, 0, "x")

    found = list(xls.read(io.BytesIO(xls_of(fill))))
    rows = [row for row in found if isinstance(row, Row)]
    assert rows[30].cells == ("20.5%", "20.5%", 0.205, "100万元", "1234.5万元", "000007")
    told = {(one.kind, one.sheet): one.places for one in found if isinstance(one, Remark)}
    assert told == {
        ("hiddenSheet", "暗"): (), ("hiddenRows", "结果"): ("4",), ("hiddenColumns", "结果"): ("E",),
        ("struck", "结果"): ("A32", "B32"),
    }  # fmt: skip


def count(rows: int, columns: int) -> Extent:
    """What is counted of a sheet that is full."""
    counted = Extent()
    for first in range(0, rows, 4_096):
        last = min(first + 4_096, rows)
        counted.take((last - first) * columns, (first + 1, last), (1, columns))
        counted.require_room()
    return counted


@pytest.mark.parametrize(("rows", "columns"), [(1_048_576, 10), (1_048_576, 15), (65_536, 240)])
def test_a_full_sheet_may_have_as_many_cells_as_the_parser_has_room_for(rows: int, columns: int) -> None:
    assert count(rows, columns).cells == rows * columns


@pytest.mark.parametrize(("rows", "columns"), [(1_048_576, 16), (1_048_576, 30), (40_000, 1_000)])
def test_a_larger_one_is_refused_while_it_is_counted(rows: int, columns: int) -> None:
    with pytest.raises(FormatError, match="F056") as raised:
        count(rows, columns)
    assert 0 < int(raised.value.details["most"]) < int(raised.value.details["row"]) <= rows


def test_of_a_sheet_that_is_too_large_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        for row in range(40):
            sheet.write_row(row, 0, ["示例"] * 5)
    assert len(list(workbook.read_workbook(buffer))) == 40
    monkeypatch.setattr("formats.extent.COST_LIMIT", 15_000)
    with pytest.raises(FormatError) as raised:
        list(workbook.read_workbook(buffer))
    assert raised.value.code == "F056"
    assert "每个不超过 31 行" in raised.value.hint
    assert "CSV UTF-8" in raised.value.hint_en
