"""Numbers as a workbook's number format shows them."""

import pytest

from formats.row import Cell
from formats.shown import shown

SHOWN: list[tuple[str, Cell, Cell]] = [
    ('0.00"万元"', 100, "100万元"),
    ("#,##0.00\\万\\元", 1234.5, "1234.5万元"),
    ('0!.0,"万元"', 1_000_000, "100万元"),
    ('0\\.0000"万元"', 1_005_000, "100.5万元"),
    ('#,##0.00,"千元"', 1_000_000, "1000千元"),
    ("#,##0.00,", 1_000_000, "1000"),
    ('General"台"', 3, "3台"),
    ('"SL-"000', 7, "SL-007"),
    ("000000", 530, "000530"),
    ("[$US$-409]#,##0.00", 5, "US$5"),
    ('0.0"%"', 20, "20%"),
    ('0.00"亩"', "3", "3"),
]
PLAIN = ["General", "0", "0.00", "#,##0.00", "0.0%", "yyyy-mm-dd", 'yyyy"年"m"月"', "@", "0.00E+00", "# ?/?", "¥#,##0.00",
         '_ ¥* #,##0.00_ ;_ ¥* -#,##0.00_ ', "#,##0_);(#,##0)", "000-0000", '[>=10000]0!.0,"万";0', '"是"', ""]  # fmt: skip


@pytest.mark.parametrize(("format_", "value", "text"), SHOWN)
def test_a_number_is_what_its_format_shows(format_: str, value: Cell, text: Cell) -> None:
    found = shown(format_)
    assert found is not None
    assert found.of(value) == text


@pytest.mark.parametrize("format_", PLAIN)
def test_a_format_that_says_nothing_more_leaves_the_number(format_: str) -> None:
    assert shown(format_) is None
