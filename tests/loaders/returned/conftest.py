"""Workbooks made by tests, checked and given back."""

import io
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import xlsxwriter

from loaders.load import check
from loaders.returned.returning import returned
from schemas.catalog import Catalog
from tests.loaders.returned.workbooks import HEADINGS, PIXEL, PUBLISHER, RESULT, WHEN, Back, GiveBack


@pytest.fixture
def give_back(catalog: Catalog, tmp_path: Path, report_schema: jsonschema.Draft202012Validator) -> GiveBack:
    """Checks a file and gives it back: give_back(content, "a.xlsx", since=report)."""

    def run(content: bytes, name: str = "file.xlsx", **asked: Any) -> Back:
        path = tmp_path / name
        path.write_bytes(content)
        asked = {"type": RESULT, "publisher": PUBLISHER, **asked}
        report = check(path, catalog, **asked)
        report_schema.validate(report.to_json())
        made = io.BytesIO()
        returned(path, report, made, catalog=catalog, when=WHEN)
        return Back(made.getvalue(), report)

    return run


@pytest.fixture(scope="session")
def rich() -> bytes:
    """A workbook with much that a careless program loses. Faults: C4, E6 must be fixed; D5 can be better."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet, pictures, hidden = map(book.add_worksheet, ("成交结果", "图表", "隐藏"))
        heading = book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1})
        day = book.add_format({"num_format": "yyyy-mm-dd", "border": 1})
        area = book.add_format({"bg_color": "#FFFF00", "num_format": "0.00", "font_name": "楷体"})
        sheet.merge_range("A1:G1", "示例市2024年国有建设用地使用权成交结果", heading)
        sheet.write_row("A2", HEADINGS, heading)
        for row, cells in enumerate(
            [
                ("示例-01", "示例街道1号", 1.5, 1200, date(2024, 6, 18), "示例甲公司", "工业用地"),
                ("示例-02", "示例街道2号", "很大", 800, date(2024, 6, 19), "示例乙公司", "工业用地"),
                ("示例-03", "示例街道3号", 2.5, "面议", date(2024, 6, 20), "示例丙公司", "工业用地"),
                ("示例-04", "示例街道4号", 3, 500, "明天", "示例丁公司", "工业用地"),
            ],
            2,
        ):
            for column, cell in enumerate(cells):
                look = {2: area, 4: day}.get(column)
                sheet.write(row, column, cell, look)
        sheet.write_row("A8", ["合计", None, None])
        sheet.write_formula("D8", "=SUM(D3:D6)", None, 2500)
        sheet.write_comment("C4", "这是我自己的批注", {"author": "示例经办人"})
        sheet.write_comment("A3", "另一条自己的批注")
        sheet.freeze_panes(2, 1)
        sheet.autofilter("A2:G6")
        sheet.conditional_format("D3:D6", {"type": "cell", "criteria": ">", "value": 1000, "format": heading})
        sheet.data_validation("G3:G6", {"validate": "list", "source": ["工业用地", "商服用地"]})
        sheet.print_area("A1:G8")
        sheet.protect("", {"select_locked_cells": True})
        book.define_name("成交结果!面积", "=成交结果!$C$3:$C$6")
        pictures.add_table(
            "A1:B3", {"columns": [{"header": "甲"}, {"header": "乙"}], "data": [[1, 2], [3, 4]]}
        )
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=成交结果!$D$3:$D$6"})
        pictures.insert_chart("D2", chart)
        pictures.insert_image("D20", "pixel.png", {"image_data": io.BytesIO(PIXEL)})
        pictures.activate()
        hidden.hide()
    return made.getvalue()
