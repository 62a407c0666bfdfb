"""Which sheets of a workbook are no data."""

import pytest

from formats.aside import MARK, aside
from formats.row import Row

FIRST_ROWS = [
    (Row("示例", 1, ("宗地编号", "成交价")), "example"),
    (Row(" 填写说明 ", 1, ("1. 填写",)), "notes"),
    (Row("代码表", 3, (None, "代码")), "codes"),
    (Row("Sheet3", 2, (None, f"{MARK}示例:内容是编造的")), "aside"),
    (Row("", 1, (f"{MARK}示例", "")), "aside"),
    (Row("示例数据", 1, ("宗地编号",)), None),
    (Row("土地成交公示", 1, (f"说明{MARK}",)), None),
    (Row("示例", 1, {"宗地编号": "A-1"}), None),
]


@pytest.mark.parametrize(("row", "rule"), FIRST_ROWS)
def test_a_sheet_is_told_by_its_name_or_by_what_it_begins_with(row: Row, rule: str | None) -> None:
    assert aside(row) == rule
