"""The workbook that comes back: marked where it is wrong, and everything else as it was."""

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import load_workbook

from loaders.load import check
from loaders.returned.comments import FIRST, LAST
from loaders.returned.returning import returned
from schemas.catalog import Catalog
from schemas.issue import Issue
from tests.loaders.returned.workbooks import PUBLISHER, RESULT, WHEN, Back, GiveBack, packed, parts, plain

MAY_CHANGE = {
    "[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml",
    "xl/worksheets/sheet1.xml", "xl/comments1.xml", "xl/drawings/vmlDrawing1.vml",
    "xl/worksheets/sheet2.xml", "xl/worksheets/_rels/sheet2.xml.rels",
}  # fmt: skip
NEW = {"xl/worksheets/sheet4.xml", "xl/comments2.xml", "xl/drawings/vmlDrawing2.vml"}
RED, YELLOW = re.compile("FFFFC8[C-F]."), re.compile("FFFFF2[89AB].")


def opened(back: Back, name: str = "成交结果") -> Worksheet:
    sheet = openpyxl.load_workbook(io.BytesIO(back.content))[name]
    assert isinstance(sheet, Worksheet)
    return sheet


def fill(sheet: Worksheet, cell: str) -> str:
    return str(sheet[cell].fill.fgColor.rgb) if sheet[cell].fill.fill_type else ""


def comment(sheet: Worksheet, cell: str) -> str:
    found = sheet[cell].comment
    return found.text if found else ""


def summary(back: Back, name: str = "核对结果") -> str:
    rows = openpyxl.load_workbook(io.BytesIO(back.content))[name].iter_rows(values_only=True)
    return "\n".join("|".join(str(cell) for cell in row if cell is not None) for row in rows)


def test_parts_that_need_no_change_are_the_same_bytes(rich: bytes, give_back: GiveBack) -> None:
    back = give_back(rich)
    before, after = parts(rich), back.parts()
    assert {name for name in before if before[name] != after[name]} == MAY_CHANGE
    assert set(after) - set(before) == NEW
    assert before["xl/media/image1.png"] == after["xl/media/image1.png"]


def test_a_sheet_changes_only_in_the_tags_of_its_marked_cells(rich: bytes, give_back: GiveBack) -> None:
    before = parts(rich)["xl/worksheets/sheet1.xml"]
    after = give_back(rich).part("xl/worksheets/sheet1.xml")
    tags = re.compile(rb"<[^<>]*>[^<>]*")
    was, now = tags.findall(before), tags.findall(after)
    assert len(was) == len(now)
    changed = [(one, other) for one, other in zip(was, now, strict=True) if one != other]
    named = {b"".join(re.findall(rb'^<(?:row|c)\b[^>]*?\br="(\w+)"', other)).decode() for _, other in changed}
    # The rows of marked cells lose a hint for programs that read them.
    assert named == {"4", "5", "6", "C4", "D5", "E6"}


def test_marked_cells_keep_their_values_and_everything_of_their_style_but_the_fill(
    rich: bytes, give_back: GiveBack
) -> None:
    before = openpyxl.load_workbook(io.BytesIO(rich))["成交结果"]
    after = opened(give_back(rich))
    marked = {"C4": RED, "E6": RED, "D5": YELLOW}
    for row in before.iter_rows():
        for cell in row:
            other = after[cell.coordinate]
            assert other.value == cell.value
            for part in ("font", "border", "number_format", "alignment", "protection"):
                assert repr(getattr(other, part)) == repr(getattr(cell, part)), (cell.coordinate, part)
            if cell.coordinate in marked:
                assert marked[cell.coordinate].fullmatch(fill(after, cell.coordinate))
            else:
                assert repr(other.fill) == repr(cell.fill), cell.coordinate


def test_formulas_and_what_they_last_gave_stay(rich: bytes, give_back: GiveBack) -> None:
    back = give_back(rich)
    assert opened(back)["D8"].value == "=SUM(D3:D6)"
    rows = load_workbook(io.BytesIO(back.content)).get_sheet_by_name("成交结果").to_python()
    assert rows[7][3] == 2500


def test_comments_stand_at_their_cells_and_below_a_persons_own(rich: bytes, give_back: GiveBack) -> None:
    sheet = opened(give_back(rich))
    assert comment(sheet, "A3") == "另一条自己的批注"
    own = comment(sheet, "C4")
    assert own.startswith(f"这是我自己的批注\n\n{FIRST}\n【必须改正】“土地面积”不是数字")
    assert own.endswith(LAST)
    assert "L011" in comment(sheet, "E6")
    assert comment(sheet, "D5").startswith(f"{FIRST}\n【可以更好】")
    assert [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment] == [
        "A3",
        "C4",
        "D5",
        "E6",
    ]


def test_every_comment_has_one_shape_with_a_number_of_its_own(rich: bytes, give_back: GiveBack) -> None:
    back = give_back(rich)
    places, numbers = [], []
    for part in ("xl/drawings/vmlDrawing1.vml", "xl/drawings/vmlDrawing2.vml"):
        drawing = back.part(part)
        found = re.findall(rb"<x:Row>(\d+)</x:Row>\s*<x:Column>(\d+)</x:Column>", drawing)
        places += [(part[-5], int(row), int(column)) for row, column in found]
        numbers += re.findall(rb'id="(_x0000_s\d+)"', drawing)
    assert sorted(places) == [("1", 2, 0), ("1", 3, 2), ("1", 4, 3), ("1", 5, 4), ("2", 0, 0)]
    assert len(set(numbers)) == len(numbers) == 5


def test_the_summary_comes_first_and_what_belongs_to_a_sheet_still_does(
    rich: bytes, give_back: GiveBack
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(give_back(rich).content))
    assert book.sheetnames == ["核对结果", "成交结果", "图表", "隐藏"]
    assert book.active is not None
    assert book.active.title == "核对结果"
    assert [sheet.title for sheet in book if sheet.sheet_view.tabSelected] == ["核对结果"]
    sheet = book["成交结果"]
    assert sheet.print_area == "'成交结果'!$A$1:$G$8"
    assert sheet.defined_names["面积"].value == "成交结果!$C$3:$C$6"
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.protection.sheet) == ("B3", "A2:G6", True)
    assert [str(one) for one in sheet.merged_cells.ranges] == ["A1:G1"]
    assert book["隐藏"].sheet_state == "hidden"
    assert list(book["图表"].tables) == ["Table1"]


def test_the_summary_says_how_it_stands_and_leads_to_the_cells(rich: bytes, give_back: GiveBack) -> None:
    back = give_back(rich)
    text = summary(back)
    assert "file.xlsx · 2026-11-25" in text
    assert "有 3 处必须改正(3 类问题)" in text
    assert "共 5 行:通过 2,没有通过 2,跳过 1(合计 1)" in text
    assert "没有进行的核对" in text or not back.report.not_run
    sheet = opened(back, "核对结果")
    links = {
        cell.value: cell.hyperlink.location for row in sheet.iter_rows() for cell in row if cell.hyperlink
    }
    assert links["C4"] == "'成交结果'!C4"
    assert sheet.freeze_panes == "A3"
    shares = [row[7] for row in sheet.iter_rows(values_only=True) if "出让年限" in str(row[0])]
    assert shares == [0]


def test_the_parts_of_a_worksheet_stand_in_the_order_that_excel_wants(
    rich: bytes, give_back: GiveBack
) -> None:
    back = give_back(rich)
    order = [
        "sheetPr",
        "dimension",
        "sheetViews",
        "sheetFormatPr",
        "cols",
        "sheetData",
        "sheetCalcPr",
        "sheetProtection",
        "protectedRanges",
        "scenarios",
        "autoFilter",
        "sortState",
        "dataConsolidate",
        "customSheetViews",
        "mergeCells",
        "phoneticPr",
        "conditionalFormatting",
        "dataValidations",
        "hyperlinks",
        "printOptions",
        "pageMargins",
        "pageSetup",
        "headerFooter",
        "rowBreaks",
        "colBreaks",
        "customProperties",
        "cellWatches",
        "ignoredErrors",
        "smartTags",
        "drawing",
        "legacyDrawing",
        "legacyDrawingHF",
        "drawingHF",
        "picture",
        "oleObjects",
        "controls",
        "webPublishItems",
        "tableParts",
        "extLst",
    ]
    from lxml import etree

    for number in range(1, 5):
        root = etree.fromstring(back.part(f"xl/worksheets/sheet{number}.xml"))
        names = [etree.QName(one).localname for one in root]
        assert names == sorted(names, key=order.index), number
    assert b'<legacyDrawing r:id="rId4"/><tableParts' in back.part("xl/worksheets/sheet2.xml")


def test_a_faulty_cell_that_is_not_there_is_made_with_the_style_of_its_column(give_back: GiveBack) -> None:
    content = parts(
        plain(
            ("示例-01", "示例街道", 1, 2, "2024-06-18", "甲", "工业用地"),
            ("", "示例街道", 1, 2, "2024-06-19", "乙", "工业用地"),
        )
    )
    sheet = content["xl/worksheets/sheet1.xml"]
    content["xl/worksheets/sheet1.xml"] = re.sub(rb'<row r="3"[^>]*>', b'<row r="3" spans="2:7">', sheet)
    back = give_back(packed(content))
    after = opened(back)
    assert RED.fullmatch(fill(after, "A3"))
    assert "S016" in comment(after, "A3")
    assert after["A3"].value is None


def test_a_fault_inside_a_merged_range_is_marked_at_its_first_cell(give_back: GiveBack) -> None:
    made = io.BytesIO(
        plain(
            ("示例-01", "甲", 1, 2, "2024-06-18", "甲", "工业用地"),
            ("示例-02", "乙", 1, 2, "2024-06-18", "甲", "工业用地"),
        )
    )
    book = openpyxl.load_workbook(made)
    sheet = book["成交结果"]
    sheet["C2"] = "很大"
    sheet.merge_cells("C2:C3")
    made = io.BytesIO()
    book.save(made)
    back = give_back(made.getvalue())
    assert [place["cell"] for place in back.report.to_json()["groups"][0]["places"]] == ["C2", "C3"]
    after = opened(back)
    assert RED.fullmatch(fill(after, "C2"))
    assert [cell.coordinate for row in after.iter_rows() for cell in row if cell.comment] == ["C2"]
    assert comment(after, "C2").count("L013") == 1


def test_a_users_own_sheet_of_our_name_stays(give_back: GiveBack) -> None:
    made = io.BytesIO()
    book = openpyxl.load_workbook(
        io.BytesIO(plain(("示例-01", "甲", "很大", 2, "2024-06-18", "甲", "工业用地")))
    )
    book.create_sheet("核对结果")
    book.save(made)
    back = give_back(made.getvalue())
    assert openpyxl.load_workbook(io.BytesIO(back.content)).sheetnames == [
        "核对结果 (2)",
        "成交结果",
        "核对结果",
    ]


def test_of_many_places_the_summary_says_how_many_are_marked(give_back: GiveBack) -> None:
    rows = [(f"示例-{number}", "甲", "很大", 2, "2024-06-18", "甲", "工业用地") for number in range(603)]
    back = give_back(plain(*rows))
    assert "前 500 处已标出,共 603 处" in summary(back)
    after = opened(back)
    assert RED.fullmatch(fill(after, "C501"))
    assert not fill(after, "C502")


def test_personal_numbers_stay_in_their_cell_and_are_not_said_again(give_back: GiveBack) -> None:
    back = give_back(plain(("示例-01", "甲", 1, 2, "13900000000", "联系人13900000000", "工业用地")))
    assert opened(back)["F2"].value == "联系人13900000000"
    said = [name for name, content in back.parts().items() if b"13900000000" in content]
    assert said == ["xl/sharedStrings.xml"]
    assert "139****0000" in comment(opened(back), "E2")
    assert "139****0000" in summary(back)


def test_a_personal_number_that_a_finding_still_has_is_masked_on_the_way_back(
    catalog: Catalog, tmp_path: Path
) -> None:
    path = tmp_path / "file.xlsx"
    path.write_bytes(plain(("示例-01", "甲", 1, 2, "2024-06-18", "甲", "工业用地")))
    report = check(path, catalog, type=RESULT, publisher=PUBLISHER)
    found = Issue(
        "S006",
        "warning",
        "代码不在表中:13900000000",
        "not listed: 13900000000",
        "改 13900000000",
        "Mend 13900000000",
    )
    report.found.add(replace(found, value="13900000000").at(sheet="成交结果", row=2, column="受让人"))
    made = io.BytesIO()
    returned(path, report, made, catalog=catalog, when=WHEN)
    assert not [name for name, content in parts(made.getvalue()).items() if b"13900000000" in content]
    assert "139****0000" in comment(opened(Back(made.getvalue(), report)), "F2")


def test_a_file_without_faults_comes_back_with_a_summary_alone(give_back: GiveBack) -> None:
    content = plain(("示例-01", "示例街道", 1, 2, "2024-06-18", "示例甲公司", "工业用地"))
    back = give_back(content)
    assert back.report.ok
    assert "没有必须改正的问题" in summary(back)
    before, after = parts(content), back.parts()
    sheet = b' tabSelected="1"'
    assert after["xl/worksheets/sheet1.xml"] == before["xl/worksheets/sheet1.xml"].replace(sheet, b"")
    assert not [name for name in after if "comments" in name]


@pytest.mark.parametrize("kind", ["stored", "deflated"])
def test_entries_keep_their_order_and_the_types_come_first(
    kind: str, rich: bytes, give_back: GiveBack
) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(
        made, "w", zipfile.ZIP_STORED if kind == "stored" else zipfile.ZIP_DEFLATED
    ) as archive:
        for name, content in parts(rich).items():
            archive.writestr(name, content)
    after = list(give_back(made.getvalue()).parts())
    before = [name for name in parts(rich) if name in after[: len(parts(rich)) - 1]]
    assert after[0] == "[Content_Types].xml"
    assert [name for name in after if name in before and name != "xl/styles.xml"] == [
        name for name in before if name != "xl/styles.xml"
    ]
