"""Whatever the bytes, a text format gives rows or a FormatError."""

import contextlib
import csv as stdlib
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats import csv, json, jsonl
from formats.error import FormatError
from formats.row import Row

PIECES = [
    b"{",
    b"}",
    b"[",
    b"]",
    b'"',
    b":",
    b",",
    b"\n",
    b"\r",
    b"\t",
    b"|",
    b"\\u",
    b"1e9",
    b"-",
    b"NaN",
    b"null",
]
PIECES += [
    "地块".encode(),
    "地块".encode("gbk"),
    b"\xff",
    b"\0",
    b" ",
    b'""',
    b'"a"',
    b'{"a":1}',
    b"00",
    b"dead",
]

CONTENT = st.one_of(st.binary(max_size=60), st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join))


@pytest.mark.parametrize("module", [csv, json, jsonl], ids=["csv", "json", "jsonl"])
@given(content=CONTENT)
def test_any_bytes_are_read_or_refused(module: Any, content: bytes) -> None:
    rows: list[Row] = []
    with contextlib.suppress(FormatError):
        rows.extend(module.read(io.BytesIO(content)))
    numbers = [row.number for row in rows]
    assert numbers == sorted(numbers)
    assert all(number >= 1 for number in numbers)


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


@given(rows=st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=6))
def test_what_a_csv_writer_wrote_is_read_again(rows: list[tuple[str, str, str]]) -> None:
    text = io.StringIO(newline="")
    stdlib.writer(text, quoting=stdlib.QUOTE_ALL).writerows([("编号", "地块", "价"), *rows])
    read = csv.read(io.BytesIO(text.getvalue().encode()))
    assert [row.cells for row in read] == [("编号", "地块", "价"), *rows]
