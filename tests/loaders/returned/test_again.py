"""A workbook that comes in again: marks do not pile up, and the report says what was fixed, what is left, what is new."""

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from loaders.earlier import SUMMARY
from loaders.load import check
from loaders.returned.comments import FIRST
from schemas.catalog import Catalog
from tests.loaders.returned.test_returned import RED, YELLOW, comment, fill, opened, summary
from tests.loaders.returned.workbooks import PUBLISHER, RESULT, Back, GiveBack, parts, plain

HEAD = "宗地编号,土地位置,出让面积(公顷),成交价(万元),成交日期\n"


def edited(back: Back, **cells: Any) -> bytes:
    """The workbook as a person saves it in another program after changing some cells."""
    book = openpyxl.load_workbook(io.BytesIO(back.content))
    for cell, value in cells.items():
        book["成交结果"][cell] = value
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def test_returning_again_changes_nothing_but_the_summary(rich: bytes, give_back: GiveBack) -> None:
    once = give_back(rich)
    twice = give_back(once.content)
    thrice = give_back(twice.content)
    before, after = once.parts(), twice.parts()
    assert {name for name in after if before.get(name) != after[name]} == {"xl/worksheets/sheet4.xml"}
    assert thrice.parts() == after
    assert twice.report.comparison is not None
    assert (twice.report.comparison.fixed, twice.report.comparison.new) == (0, 0)


def test_the_summary_sheet_is_no_data(rich: bytes, give_back: GiveBack) -> None:
    once = give_back(rich)
    twice = give_back(once.content)
    assert twice.report.rows == once.report.rows
    assert twice.report.issue_counts == once.report.issue_counts
    assert SUMMARY not in {use.sheet for use in twice.report.columns}


def test_what_is_fixed_loses_its_mark_and_gets_back_its_own_fill(rich: bytes, give_back: GiveBack) -> None:
    back = give_back(edited(give_back(rich), C4=1.25, D5=900, E6="2024-06-21"))
    sheet = opened(back)
    assert fill(sheet, "C4") == "FFFFFF00"
    assert sheet["C4"].number_format == "0.00"
    assert (fill(sheet, "D5"), fill(sheet, "E6")) == ("", "")
    assert [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment] == ["A3", "C4"]
    assert comment(sheet, "C4") == "这是我自己的批注"
    comparison = back.report.comparison
    assert comparison is not None
    # What is new: openpyxl does not keep what the formula of D8 last gave.
    assert (comparison.fixed, comparison.still, comparison.new) == (3, 1, 1)
    assert [one.group.code for one in comparison.differences if one.new] == ["L128"]
    assert "已改正 3 处,仍有 1 处,新出现 1 处" in summary(back)


def test_rows_put_in_above_do_not_make_old_faults_new(rich: bytes, give_back: GiveBack) -> None:
    book = openpyxl.load_workbook(io.BytesIO(give_back(rich).content))
    sheet = book["成交结果"]
    sheet.insert_rows(3)
    for column, value in enumerate(
        ("示例-00", "示例街道0号", 2, 100, "2024-06-17", "示例戊公司", "不知道"), 1
    ):
        sheet.cell(3, column).value = value
    made = io.BytesIO()
    book.save(made)
    back = give_back(made.getvalue())
    after = opened(back)
    assert RED.fullmatch(fill(after, "C5"))
    assert RED.fullmatch(fill(after, "E7"))
    assert YELLOW.fullmatch(fill(after, "D6"))
    assert fill(after, "C4") == "FFFFFF00"
    comparison = back.report.comparison
    assert comparison is not None
    assert (comparison.fixed, comparison.still) == (0, 4)
    new = {(one.group.code, one.group.column): one.new for one in comparison.differences if one.new}
    # openpyxl does not keep what the formula of D8 last gave.
    assert {key: count for key, count in new.items() if key[0] != "L128"} == {("L021", "土地用途"): 1}


def test_marks_do_not_pile_up_where_somebody_deleted_the_summary_sheet(
    rich: bytes, give_back: GiveBack
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(give_back(rich).content))
    del book[SUMMARY]
    book["成交结果"]["C4"] = 1.25
    made = io.BytesIO()
    book.save(made)
    back = give_back(made.getvalue())
    assert back.report.comparison is None
    sheet = opened(back)
    assert comment(sheet, "C4") == "这是我自己的批注"
    assert not RED.fullmatch(fill(sheet, "C4"))
    assert comment(sheet, "E6").count(FIRST) == 1
    assert openpyxl.load_workbook(io.BytesIO(back.content)).sheetnames[0] == SUMMARY


def test_a_persons_own_fill_in_our_colour_stays(give_back: GiveBack) -> None:
    book = openpyxl.load_workbook(
        io.BytesIO(plain(("示例-01", "甲", "很大", 2, "2024-06-18", "甲", "工业用地")))
    )
    book["成交结果"]["A2"].fill = openpyxl.styles.PatternFill("solid", "FFFFC8C0")
    made = io.BytesIO()
    book.save(made)
    assert fill(opened(give_back(made.getvalue())), "A2") == "FFFFC8C0"


def test_what_a_person_wrote_below_our_words_stays(rich: bytes, give_back: GiveBack) -> None:
    book = openpyxl.load_workbook(io.BytesIO(give_back(rich).content))
    note = book["成交结果"]["E6"].comment
    assert note is not None
    note.text += "\n已核实,等会议纪要"
    book["成交结果"]["E6"] = "2024-06-21"
    made = io.BytesIO()
    book.save(made)
    assert comment(opened(give_back(made.getvalue())), "E6").strip() == "已核实,等会议纪要"


def test_when_all_is_fixed_the_workbook_is_clean(give_back: GiveBack) -> None:
    good = ("示例-01", "示例街道", 1, 2, "2024-06-18", "示例甲公司", "工业用地")
    back = give_back(plain(good, ("示例-02", "示例街道", "很大", 2, "2024-06-18", "示例甲公司", "工业用地")))
    again = give_back(edited(back, C3=1.5))
    assert again.report.ok
    sheet = opened(again)
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.comment or cell.fill.fill_type]
    assert "没有必须改正的问题" in summary(again)
    assert "已改正 1 处,仍有 0 处" in summary(again)


def test_the_copy_of_a_csv_is_compared_when_it_comes_in_as_a_workbook(give_back: GiveBack) -> None:
    text = f"{HEAD}A,甲,很大,1,2024-06-18\nB,乙,不小,1,2024-06-19\n"
    once = give_back(text.encode(), "表.csv")
    book = openpyxl.load_workbook(io.BytesIO(once.content))
    book["数据"]["C2"] = "2"
    made = io.BytesIO()
    book.save(made)
    comparison = give_back(made.getvalue()).report.comparison
    assert comparison is not None
    assert (comparison.fixed, comparison.still, comparison.new) == (1, 1, 0)


def test_an_earlier_report_goes_before_what_the_workbook_says(
    rich: bytes, give_back: GiveBack, tmp_path: Path, catalog: Catalog
) -> None:
    good = tmp_path / "good.csv"
    good.write_text(f"{HEAD}A,甲,1,1,2024-06-18\n", "utf-8")
    since = check(good, catalog, type=RESULT, publisher=PUBLISHER).to_json()
    back = give_back(give_back(rich).content, since=since)
    assert back.report.comparison is not None
    assert (back.report.comparison.still, back.report.comparison.new) == (0, 4)


@pytest.mark.parametrize("place", ["0", "7", "最前", None])
def test_what_a_person_does_to_the_list_of_fills_does_no_harm(
    place: Any, rich: bytes, give_back: GiveBack
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(give_back(rich).content))
    sheet = book[SUMMARY]
    row = next(cell.row for cell in sheet["A"] if cell.value == "标记底色") + 1
    sheet.cell(row, 1).value = place
    sheet.cell(row, 2).value = '<patternFill onload="x"><script/></patternFill>'
    book["成交结果"]["C4"] = 2
    made = io.BytesIO()
    book.save(made)
    back = give_back(made.getvalue())
    assert comment(opened(back), "C4") == "这是我自己的批注"
    assert not [
        name for name, content in parts(back.content).items() if b"<script/>" in content and "styles" in name
    ]
