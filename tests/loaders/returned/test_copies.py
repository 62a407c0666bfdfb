"""Files that are no .xlsx: a workbook with their rows, each at its own number, with marks, comments and the summary."""

import datetime
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwt

from formats.confinement import DEFAULT
from loaders.returned.copying import copy
from tests.loaders.returned.test_returned import RED, comment, fill, opened, summary
from tests.loaders.returned.workbooks import GiveBack

CSV = "宗地编号,土地位置,出让面积(公顷),成交价(万元),成交日期\n示例-01,示例街道,1,2,2024-06-18\n示例-02,示例街道,很大,2,明天\n"
JSON = '[{"宗地编号": "示例-01", "土地": {"位置": "示例街道"}, "面积": "很大"}]'


def copied(tmp_path: Path, content: bytes, name: str) -> openpyxl.Workbook:
    """The copy before anything is marked in it."""
    path = tmp_path / name
    path.write_bytes(content)
    made = io.BytesIO()
    copy(path, made, DEFAULT)
    return openpyxl.load_workbook(made)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_table_keeps_its_rows_and_columns_where_they_were(encoding: str, give_back: GiveBack) -> None:
    back = give_back(CSV.encode(encoding), "表.csv")
    sheet = opened(back, "数据")
    rows = [",".join(str(cell) for cell in row) for row in sheet.iter_rows(values_only=True)]
    assert rows == CSV.splitlines()
    assert RED.fullmatch(fill(sheet, "C3"))
    assert RED.fullmatch(fill(sheet, "E3"))
    assert "L013" in comment(sheet, "C3")
    assert "这是副本" in summary(back)


def test_a_record_of_several_lines_stays_at_the_number_of_its_line(give_back: GiveBack) -> None:
    back = give_back('宗地编号,土地位置,面积\nA,"甲\n乙",1\n\nB,丙,很大\n'.encode(), "表.csv")
    assert [place["cell"] for place in back.report.to_json()["groups"][0]["places"]] == ["C5"]
    sheet = opened(back, "数据")
    assert (sheet["A5"].value, sheet["B2"].value) == ("B", "甲\n乙")
    assert RED.fullmatch(fill(sheet, "C5"))


def test_objects_come_below_a_row_of_their_names(give_back: GiveBack) -> None:
    back = give_back(JSON.encode(), "表.json")
    sheet = opened(back, "数据")
    assert [cell.value for cell in sheet[1]] == ["序号 number", "宗地编号", "土地.位置", "面积"]
    assert [cell.value for cell in sheet[2]] == [1, "示例-01", "示例街道", "很大"]
    assert [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment] == ["D2"]


def test_a_finding_in_a_whole_record_is_marked_at_its_property(give_back: GiveBack) -> None:
    record = '{"schema": "land/grant-result/1.0", "localId": "示例-01", "publishedDate": "明天", "lots": [{"parcelArea": -1}]}'
    sheet = opened(give_back(record.encode(), "表.jsonl"), "数据")
    heads = {cell.value: cell.column_letter for cell in sheet[1]}
    assert comment(sheet, f"{heads['lots']}2")
    assert comment(sheet, f"{heads['publishedDate']}2")


def test_an_old_xls_keeps_its_sheets(give_back: GiveBack) -> None:
    book = xlwt.Workbook()
    for name in ("成交结果", "第二"):
        sheet = book.add_sheet(name)
        for row, line in enumerate(CSV.splitlines()):
            for column, cell in enumerate(line.split(",")):
                sheet.write(row, column, cell)
    made = io.BytesIO()
    book.save(made)
    back = give_back(made.getvalue(), "旧.xls")
    assert openpyxl.load_workbook(io.BytesIO(back.content)).sheetnames == ["核对结果", "成交结果", "第二"]
    assert "L013" in comment(opened(back, "第二"), "C3")


def test_texts_stay_texts(tmp_path: Path) -> None:
    cells = ["007", "=1+1", "http://example.org", "1e5", "2024-06-18", "{=A1}", "+86"]
    sheet = copied(tmp_path, ("a,b,c,d,e,f,g\n" + ",".join(cells) + "\n").encode(), "表.csv")["数据"]
    assert [cell.value for cell in sheet[2]] == cells
    assert {cell.data_type for cell in sheet[2]} == {"s"}


def test_numbers_that_a_workbook_cannot_hold_are_texts(tmp_path: Path) -> None:
    book = copied(
        tmp_path,
        '[{"号": 91530000123456789012, "数": 1.5, "真": true, "无": null, "列": [{"a": 1}]}]'.encode(),
        "a.json",
    )
    assert [cell.value for cell in book["数据"][2]] == [
        1,
        "91530000123456789012",
        1.5,
        True,
        None,
        '[{"a": 1}]',
    ]


def test_a_text_too_long_for_a_cell_is_cut_and_it_is_said(give_back: GiveBack) -> None:
    back = give_back(f"宗地编号,土地位置,面积\nA,{'长' * 40_000},很大\n".encode(), "表.csv")
    value = opened(back, "数据")["B2"].value
    assert isinstance(value, str)
    assert value.endswith("…")
    assert "1 个单元格的文字太长" in summary(back)


def test_dates_stay_dates(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("a:b".replace(":", "_"))
    look = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    sheet.write(0, 0, datetime.date(2024, 6, 18), look)
    sheet.write(0, 1, "文字")
    made = io.BytesIO()
    book.save(made)
    value: Any = copied(tmp_path, made.getvalue(), "旧.xls")["a_b"]["A1"].value
    assert value == datetime.datetime(2024, 6, 18)
