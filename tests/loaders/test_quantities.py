"""Numbers with units, ordinals and ranges."""

from typing import Any

import pytest

from loaders.cells import Reader
from loaders.quantities import leading_number, read_ordinal, read_quantity
from loaders.ranges import read_range

QUANTITIES: list[tuple[Any, str | None, str | None, float | None, str]] = [
    ("40年", "year", None, 40, ""),
    ("  70   ", "year", "年", 70, ""),
    ("7.41平方米", "m2", None, 7.41, ""),
    ("4600公顷", "m2", None, 46_000_000, ""),
    ("0.714700", "m2", "公顷", 7147, ""),
    ("７.５", "m2", "公顷", 75_000, ""),
    ("1万平方米", "m2", None, 10_000, ""),
    ("3平方公里", "m2", None, 3_000_000, ""),
    ("3", "m2", "亩", 2000, ""),
    ("15.9983", "m2", "亩", 10_665.5333, ""),
    ("20 317.8㎡", "m2", None, 20_317.8, ""),
    ("500平方米", "m2", "公顷", 500, ""),
    ("61757.27平方米（合92.6359亩）", "m2", None, 61_757.27, ""),
    ("34277.96（其中道路1818.46）", "m2", None, 34_277.96, "(其中道路1818.46)"),
    ("35%", "percent", None, 35, ""),
    ("35", "percent", "%", 35, ""),
    ("35%", "1", None, 0.35, ""),
    ("2400万元人民币/公顷", "CNY/m2", None, 2400, ""),
    ("90日历天", "day", None, 90, ""),
    ("2016年", None, None, 2016, "年"),
    ("100台", None, None, 100, "台"),
    (0.1 + 0.2, "m2", None, 0.3, ""),
    (12, None, None, 12, ""),
    ("2100公顷以内", "m2", None, None, ""),
    ("住宅70年、商服40年", "year", None, None, ""),
    ("12个月", "day", None, None, ""),
    ("12万元", "m2", None, None, ""),
    ("1,10", "1", None, None, ""),
    ("很大", "m2", None, None, ""),
]

RANGES: list[tuple[str, str, str | None, float | None, float | None]] = [
    ("≥0.7", "1", None, 0.7, None),
    ("＞1.0", "1", None, 1, None),
    ("0.8-1.5", "1", None, 0.8, 1.5),
    ("不大于1.6", "1", None, None, 1.6),
    ("介于0.7与2.0之间", "1", None, 0.7, 2),
    ("大于1.0且不大于1.8", "1", None, 1, 1.8),
    ("不大于2.0且不小于1.0", "1", None, 1, 2),
    ("大于1.0并且小于2.0", "1", None, 1, 2),
    ("1.0＜容积率≤2.5", "1", None, 1, 2.5),
    ("等于2.8", "1", None, 2.8, 2.8),
    ("2.0以下", "1", None, None, 2),
    ("≥-10且≤90", "m", None, -10, 90),
    ("尺寸控制在-10米—60米之间", "m", None, -10, 60),
    ("30-60%", "percent", None, 30, 60),
    ("不少于35％", "percent", None, 35, None),
    ("≥2400万元人民币/公顷", "CNY/m2", None, 2400, None),
]

NO_RANGES = [
    "4.0",
    "≥1.0元小于2.0",
    "不限米",
    "≤-1.79769313486232E+308",
    "2.5-1.2",
    "详见规划条件",
    "1.0-1.5-2.0",
    "",
]


@pytest.mark.parametrize(("cell", "base", "unit", "value", "note"), QUANTITIES)
def test_a_quantity_is_in_the_unit_of_its_field(
    reader: Reader, cell: Any, base: str | None, unit: str | None, value: float | None, note: str
) -> None:
    found = read_quantity(cell, base, unit, reader.units)
    assert (found and found.value, found.note if found else "") == (value, note)


@pytest.mark.parametrize(("cell", "base", "unit", "lower", "upper"), RANGES)
def test_a_range_is_read(
    reader: Reader, cell: str, base: str, unit: str | None, lower: float | None, upper: float | None
) -> None:
    found = read_range(cell, base, unit, reader.units)
    assert found is not None
    assert (found.lower, found.upper) == (lower, upper)


@pytest.mark.parametrize("cell", NO_RANGES)
def test_what_is_no_range_stays_wording(reader: Reader, cell: str) -> None:
    assert read_range(cell, "1", None, reader.units) is None


@pytest.mark.parametrize(
    ("cell", "value"),
    [("第一名", 1), ("2.", 2), ("第三中标候选人", 3), ("3", 3), ("十二", 12), ("名次", None)],
)
def test_an_ordinal_is_a_number(cell: str, value: int | None) -> None:
    assert read_ordinal(cell) == value


def test_a_number_ends_where_its_grouping_breaks() -> None:
    assert [str(leading_number(text)) for text in ("1,234.5元", "1,10", "12 34")] == [
        "(Decimal('1234.5'), '元')",
        "(Decimal('1'), ',10')",
        "(Decimal('12'), '34')",
    ]
