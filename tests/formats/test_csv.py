"""Delimiters, quotes, ragged rows, line numbers."""

import io

import pytest

from formats import csv
from formats.error import FormatError
from formats.row import Row


def read(text: str) -> list[Row]:
    return list(csv.read(io.BytesIO(text.encode())))


def cells(text: str) -> list[tuple[object, ...]]:
    return [tuple(row.cells) for row in read(text)]


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("地块,面积\nA,1\nB,2\n", ","),
        ("地块\t面积\nA\t1\nB\t2\n", "\t"),
        ("地块|面积\nA|1\nB|2\n", "|"),
        # Instalments packed into one cell with a pipe, on every row.
        ("地块,约定支付\nA,1期|2期\nB,1期|2期\n", ","),
        ("编号,地块,约定支付\nA,x,1期|2期|3期\nB,y,1期\n", ","),
        # Thousands separators, dates and sentences in a tab file.
        ("标题\t日期\t金额\nA,B,C\tMar 16, 2026\t1,000\nD\tMar 17, 2026\t2,000\n", "\t"),
        # A trailing delimiter makes data rows one wider than the heading.
        ("a,b,c\n1,2,3|4,\n5,6,7|8,\n", ","),
        ('a,b\n"1|2|3|4\t5",x\n"1|2|3|4\t5",y\n', ","),
        ("只有一列\nA\nB\n", ","),
        ("只有一列\n,\n", ","),
        ("", ","),
    ],
)
def test_the_delimiter_is_the_one_that_makes_a_table(text: str, delimiter: str) -> None:
    assert csv.delimiter_of(text) == delimiter


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b\n1\n1,2,3\n", [("a", "b"), ("1",), ("1", "2", "3")]),
        ("a,b\r\n1,2\r\n", [("a", "b"), ("1", "2")]),
        ("a,b\r1,2\r", [("a", "b"), ("1", "2")]),
        ("a,b\n1,2", [("a", "b"), ("1", "2")]),
        ('a,b\n"x\ny",2\n', [("a", "b"), ("x\ny", "2")]),
        ('a,b\n"he said ""hi""",2\n', [("a", "b"), ('he said "hi"', "2")]),
        ("a,b\n , \n", [("a", "b"), (" ", " ")]),
        ("a,b\n,\n", [("a", "b"), ("", "")]),
        # Stray quotes within a line do no harm.
        ('a,b\n5" pipe,2\n', [("a", "b"), ('5" pipe', "2")]),
        ('a,b\n"十四五"规划,2\n', [("a", "b"), ("十四五规划", "2")]),
        # Characters that some call line ends are none here.
        ("a,b\n1\u2028x,2\x85y\x0bz\n", [("a", "b"), ("1\u2028x", "2\x85y\x0bz")]),
    ],
)
def test_cells_are_the_text_as_written(text: str, expected: list[tuple[str, ...]]) -> None:
    assert cells(text) == expected


def test_a_row_is_numbered_by_the_line_where_it_starts() -> None:
    rows = read('a,b\n\n"x\r\ny\n\nz",1\n\n\nlast,2\n')
    assert [(row.number, next(iter(row.cells))) for row in rows] == [
        (1, "a"),
        (3, "x\r\ny\n\nz"),
        (9, "last"),
    ]


def test_a_very_large_cell_is_read() -> None:
    assert cells(f'a,b\n"{"长" * 1_000_000}",2\n')[1] == ("长" * 1_000_000, "2")


@pytest.mark.parametrize(
    ("text", "code", "details"),
    [
        ('a,b\n1,2\n"x,3\n4,5\n', "F020", {"line": 3}),
        ('a,b\n"', "F020", {"line": 2}),
        # The lone quote of line 2 would swallow lines 3 and 4.
        ('a,b\n"x,3\n4,5\n6,"y"\n7,8\n', "F021", {"line": 2, "last": 4}),
        # The lone quote of line 2 would move what stands behind it one column to the left.
        ('a,b,c,d\n"x,1,"y",2\n', "F021", {"line": 2, "last": 2}),
        ("a,b\n1,\0\n", "F012", {"line": 2, "position": 6}),
        ("a,b\n" + "x" * (csv.LINE_LIMIT + 1), "F022", {"line": 2}),
        ('a,b\n"' + ("x" * 999 + "\n") * (csv.LINE_LIMIT // 1000 + 1), "F022", {"line": 2}),
    ],
    ids=["open", "open at the end", "swallows", "swallows cells", "nul", "long line", "long cell"],
)
def test_a_broken_file_is_refused_with_its_line(text: str, code: str, details: dict[str, int]) -> None:
    with pytest.raises(FormatError) as caught:
        read(text)
    assert caught.value.code == code
    assert details.items() <= caught.value.details.items()


def test_rows_before_a_fault_are_given() -> None:
    rows = csv.read(io.BytesIO(b'a,b\n1,2\n"x'))
    assert [next(rows).number, next(rows).number] == [1, 2]
    with pytest.raises(FormatError, match="F020"):
        next(rows)


def test_the_stream_stays_open() -> None:
    stream = io.BytesIO(b"a,b\n1,2\n")
    assert len(list(csv.read(stream))) == 2
    assert not stream.closed
