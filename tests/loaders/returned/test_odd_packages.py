"""Workbooks that other programs write, and those that nobody should: marked, copied or refused with a code."""

import io
import os
import re
import resource
from pathlib import Path

import openpyxl
import pytest

from formats.confinement import Limits
from formats.error import FormatError
from loaders.errors import LoadError
from loaders.load import check
from loaders.returned import returning
from loaders.returned.returning import returned
from schemas.catalog import Catalog
from tests.loaders.returned.test_returned import RED, comment, fill, opened, summary
from tests.loaders.returned.workbooks import PUBLISHER, RESULT, WHEN, GiveBack, packed, parts, plain

FAULTY = plain(
    ("示例-01", "示例街道", "很大", 2, "2024-06-18", "示例甲公司", "工业用地"),
    ("示例-02", "示例街道", 1, 2, "明天", "示例甲公司", "工业用地"),
)
SHEET = "xl/worksheets/sheet1.xml"
WORKBOOK = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def changed(**entries: bytes | None) -> bytes:
    """The faulty workbook with other entries: `xl__vbaProject_bin` is xl/vbaProject.bin."""
    content = parts(FAULTY)
    for name, new in entries.items():
        path = re.sub("_(?=[a-z]+$)", ".", name.replace("__", "/"))
        if new is None:
            del content[path]
        else:
            content[path] = new
    return packed(content)


def with_sheet(pattern: bytes, new: bytes) -> bytes:
    """The faulty workbook with a change in its sheet."""
    content = parts(FAULTY)
    content[SHEET], times = re.subn(pattern, new, content[SHEET])
    assert times
    return packed(content)


def test_elements_with_a_prefix_are_marked_with_that_prefix(give_back: GiveBack) -> None:
    content = parts(FAULTY)
    sheet = re.sub(rb"<(/?)(?=[a-zA-Z])", rb"<\1x:", content[SHEET])
    content[SHEET] = sheet.replace(b"xmlns=", b"xmlns:x=", 1)
    back = give_back(packed(content))
    assert RED.fullmatch(fill(opened(back), "C2"))
    assert b'<x:legacyDrawing r:id="' in back.part(SHEET)


def test_a_sheet_that_knows_no_relationships_learns_the_name(give_back: GiveBack) -> None:
    back = give_back(with_sheet(rb' xmlns:r="[^"]*"', b""))
    assert b'<legacyDrawing xmlns:office="http' in back.part(SHEET)
    assert "L013" in comment(opened(back), "C2")


def test_cells_and_rows_without_a_place_are_counted(give_back: GiveBack) -> None:
    back = give_back(with_sheet(rb'(<(?:c|row)\b[^>]*?) r="\w+"', rb"\1"))
    assert [place["cell"] for group in back.report.to_json()["groups"] for place in group["places"]] == [
        "C2",
        "E3",
    ]
    marked = [found.start() for found in re.finditer(rb's="\d+"', back.part(SHEET))]
    row_2, row_3 = (back.part(SHEET).split(b"<row")[number] for number in (2, 3))
    assert len(marked) == 2
    assert [b's="' in cell for cell in row_2.split(b"<c")[1:]].index(True) == 2
    assert [b's="' in cell for cell in row_3.split(b"<c")[1:]].index(True) == 4


def test_a_part_in_single_quotes_with_a_larger_sign_in_an_attribute(give_back: GiveBack) -> None:
    back = give_back(with_sheet(rb'<c r="C2"', b"<c cm='1' xml:lang=\"a>b\" r='C2'"))
    assert RED.fullmatch(fill(opened(back), "C2"))


def test_a_workbook_without_styles_gets_some(give_back: GiveBack) -> None:
    content = parts(FAULTY)
    del content["xl/styles.xml"]
    content["xl/_rels/workbook.xml.rels"] = re.sub(
        rb"<Relationship [^>]*styles[^>]*/>", b"", content["xl/_rels/workbook.xml.rels"]
    )
    content["[Content_Types].xml"] = re.sub(
        rb"<Override [^>]*styles[^>]*/>", b"", content["[Content_Types].xml"]
    )
    back = give_back(packed(content))
    assert RED.fullmatch(fill(opened(back), "C2"))


def test_controls_wrapped_for_newer_programs_stay_behind_the_drawing(give_back: GiveBack) -> None:
    wrapped = (
        b'<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice Requires="x14">'
        b"<controls/></mc:Choice></mc:AlternateContent><tableParts/></worksheet>"
    )
    sheet = give_back(with_sheet(b"</worksheet>", wrapped)).part(SHEET)
    assert sheet.index(b"<legacyDrawing") < sheet.index(b"<mc:AlternateContent")
    assert sheet.count(b"<legacyDrawing") == 1


def test_a_rule_with_an_extension_of_its_own_does_not_take_the_drawing(give_back: GiveBack) -> None:
    rule = (
        b'<conditionalFormatting sqref="A1"><cfRule type="expression" priority="1"><formula>1</formula><extLst/></cfRule>'
        b"</conditionalFormatting><pageMargins"
    )
    sheet = give_back(with_sheet(b"<pageMargins", rule)).part(SHEET)
    assert sheet.index(b"<legacyDrawing") > sheet.index(b"<pageMargins")


def test_a_conversation_stays_as_it_is(rich: bytes, give_back: GiveBack) -> None:
    content = parts(rich)
    said = content["xl/comments1.xml"].replace(
        "示例经办人".encode(), b"tc={0D2A8C4E-0000-0000-0000-000000000000}"
    )
    content["xl/comments1.xml"] = said
    sheet = opened(give_back(packed(content)))
    assert comment(sheet, "C4") == "这是我自己的批注"
    assert RED.fullmatch(fill(sheet, "C4"))


@pytest.mark.parametrize("name", ["file.xlsm", "file.xlsx", "file.xls"])
def test_of_a_workbook_with_macros_a_copy_without_them_is_given(name: str, give_back: GiveBack) -> None:
    back = give_back(changed(xl__vbaProject_bin=b"a program"), name)
    assert not [one for one in back.parts() if "vba" in one.lower()]
    assert "带有宏" in summary(back)
    assert RED.fullmatch(fill(opened(back), "C2"))


def test_a_workbook_declared_with_macros_is_copied(give_back: GiveBack) -> None:
    content = parts(FAULTY)
    enabled = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    content["[Content_Types].xml"] = content["[Content_Types].xml"].replace(WORKBOOK, enabled)
    assert enabled not in give_back(packed(content), "file.xlsm").part("[Content_Types].xml")


def test_a_signed_workbook_is_refused(give_back: GiveBack) -> None:
    with pytest.raises(LoadError) as caught:
        give_back(changed(_xmlsignatures__sig1_xml=b"<Signature/>"))
    assert caught.value.code == "L091"


def test_a_file_that_cannot_be_read_has_nothing_to_mark(give_back: GiveBack) -> None:
    with pytest.raises(LoadError) as caught:
        give_back(FAULTY[:-2000])
    assert caught.value.code == "L090"


@pytest.mark.parametrize(
    ("part", "pattern", "new"),
    [
        (SHEET, b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet'),
        (SHEET, b'encoding="UTF-8"', b'encoding="GBK"'),
        (SHEET, b"</sheetData>", b"</sheetData><"),
        (
            "xl/styles.xml",
            b"<styleSheet",
            b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><styleSheet',
        ),
        ("xl/styles.xml", b"</styleSheet>", b""),
        ("xl/workbook.xml", b"<workbook ", b"<!DOCTYPE x><workbook "),
    ],
)
def test_parts_that_are_no_plain_xml_are_refused_and_nothing_is_written(
    part: str, pattern: bytes, new: bytes, tmp_path: Path, catalog: Catalog
) -> None:
    """The file was changed after it was checked: the reader may not see all that the marker does."""
    path = tmp_path / "file.xlsx"
    path.write_bytes(FAULTY)
    report = check(path, catalog, type=RESULT, publisher=PUBLISHER)
    content = parts(FAULTY)
    assert pattern in content[part]
    content[part] = content[part].replace(pattern, new, 1)
    path.write_bytes(packed(content))
    made = io.BytesIO()
    with pytest.raises((LoadError, FormatError)) as caught:
        returned(path, report, made, catalog=catalog, when=WHEN)
    assert caught.value.code == "F040"
    assert not made.getvalue()


def test_two_entries_of_one_name_are_refused(tmp_path: Path, catalog: Catalog) -> None:
    path = tmp_path / "file.xlsx"
    path.write_bytes(FAULTY)
    report = check(path, catalog, type=RESULT, publisher=PUBLISHER)
    path.write_bytes(packed({**parts(FAULTY), SHEET.upper(): b"<worksheet/>"}))
    with pytest.raises(LoadError, match="two entries"):
        returned(path, report, io.BytesIO(), catalog=catalog, when=WHEN)


def test_the_workbook_is_opened_in_a_process_with_limits(tmp_path: Path, catalog: Catalog) -> None:
    path = tmp_path / "file.xlsx"
    # A picture that cannot be packed any smaller.
    path.write_bytes(changed(xl__media__image1_png=os.urandom(48 << 20)))
    report = check(path, catalog, type=RESULT, publisher=PUBLISHER)
    made = io.BytesIO()
    with pytest.raises((LoadError, FormatError)) as caught:
        returned(path, report, made, catalog=catalog, when=WHEN, limits=Limits(memory=64 << 20))
    assert caught.value.code == "F050"
    with pytest.raises((LoadError, FormatError)) as caught:
        returned(path, report, made, catalog=catalog, when=WHEN, limits=Limits(wall=0.01))
    assert caught.value.code == "F052"
    assert not made.getvalue()
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 0


def test_a_workbook_cut_off_on_its_way_is_an_error_and_not_a_file(
    tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file.xlsx"
    path.write_bytes(FAULTY)
    report = check(path, catalog, type=RESULT, publisher=PUBLISHER)

    class Cut(returning.Output):
        def chunks(self):  # type: ignore[no-untyped-def]
            yield b'{"bytes": 100}\nPK'

    monkeypatch.setattr(returning, "Output", Cut)
    made = io.BytesIO()
    with pytest.raises(FormatError, match="F053"):
        returned(path, report, made, catalog=catalog, when=WHEN)
    assert not made.getvalue()


def test_a_formula_like_text_of_a_csv_stays_a_text(give_back: GiveBack) -> None:
    back = give_back('宗地编号,土地位置,出让面积(公顷)\n=1+1,"@x",很大\n'.encode(), "表.csv")
    sheet = openpyxl.load_workbook(io.BytesIO(back.content))["数据"]
    assert (sheet["A2"].value, sheet["A2"].data_type, sheet["B2"].value) == ("=1+1", "s", "@x")
