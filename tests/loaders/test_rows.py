"""Properties: whatever a table holds, each of its rows is taken, refused or skipped."""

from pathlib import Path
from typing import Any
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from formats.row import Row
from formats.wire import decode, encode
from loaders import run as running
from loaders.load import check
from loaders.report import Report
from schemas.catalog import Catalog

HEADINGS = (
    "宗地编号",
    "标题",
    "土地用途",
    "出让面积(亩)",
    "成交价(万元)",
    "受让人",
    "成交日期",
    "行政区",
    "备注",
)

cell = st.one_of(
    st.none(),
    st.sampled_from(
        ["", "-", "无", "A-1", "A-2", "工业用地", "合计", "注：", "万元", "12.5", "12万元", "按50%计取", "2024年1月2日", "昨天",
         "云南省昆明市", "公司甲;公司乙", "１２．５公顷", "13900000000", "1901年01月02日", *HEADINGS]
    ),
    st.integers(-(10**6), 10**12),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.dates(),
    st.booleans(),
    st.text(max_size=12),
)  # fmt: skip
table = st.lists(st.lists(cell, max_size=len(HEADINGS) + 2), max_size=25)


def report_of(rows: list[list[Any]], catalog: Catalog, tmp_path: Path) -> Report:
    """The report on a table with those rows below the headings."""
    path = tmp_path / "file.csv"
    path.write_text("x", "utf-8")
    whole = [Row("", number, tuple(cells)) for number, cells in enumerate([HEADINGS, *rows], 1)]
    with patch.object(running, "read_batches", lambda *_: map(decode, encode(whole))):
        return check(path, catalog, type="land/grant-result", publisher="11530114MB0W00017C")


# The tests inside have no fixtures: a catalog among the arguments of a failing example would be printed whole.


def test_every_row_is_taken_refused_or_skipped(catalog: Catalog, tmp_path: Path) -> None:
    @settings(deadline=None, max_examples=150)
    @given(rows=table)
    def holds(rows: list[list[Any]]) -> None:
        report = report_of(rows, catalog, tmp_path)
        assert report.rows == len(rows)
        assert report.rows == report.taken + report.refused + sum(report.skipped.values())
        assert (report.refused > 0) <= any(found.severity == "error" for found in report.issues)
        assert all(column.reached <= column.non_empty for column in report.columns)
        assert report.records <= report.taken

    holds()


def test_the_same_table_gives_the_same_report(catalog: Catalog, tmp_path: Path) -> None:
    @settings(deadline=None, max_examples=50)
    @given(rows=table)
    def holds(rows: list[list[Any]]) -> None:
        assert report_of(rows, catalog, tmp_path).to_json() == report_of(rows, catalog, tmp_path).to_json()

    holds()


def test_a_table_twice_over_has_no_further_records(catalog: Catalog, tmp_path: Path) -> None:
    @settings(deadline=None, max_examples=50)
    @given(rows=table)
    def holds(rows: list[list[Any]]) -> None:
        once, twice = report_of(rows, catalog, tmp_path), report_of([*rows, *rows], catalog, tmp_path)
        assert (twice.records, twice.taken) == (once.records, 2 * once.taken)

    holds()
