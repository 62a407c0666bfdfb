"""Encodings, and the byte where they fail."""

import codecs
import io

import pytest

from formats import csv, text
from formats.error import FormatError

TABLE = "地块编号,成交价\n昆2026-1号,1200.5\n"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"a,b\n1,2\n", "utf-8"),
        (TABLE.encode(), "utf-8"),
        (codecs.BOM_UTF8 + TABLE.encode(), "utf-8"),
        (TABLE.encode("gbk"), "gb18030"),
        ((TABLE + "㐀𠀀").encode("gb18030"), "gb18030"),
        # The classic: these two bytes pairs are UTF-8 as well, the rest is not.
        ("联通,地块".encode("gbk"), "gb18030"),
        (codecs.BOM_UTF16_LE + TABLE.encode("utf-16-le"), "utf-16-le"),
        (codecs.BOM_UTF16_BE + TABLE.encode("utf-16-be"), "utf-16-be"),
        (TABLE.encode("utf-16-le"), "utf-16-le"),
        (TABLE.encode("utf-16-be"), "utf-16-be"),
        ("a,b\n".encode("utf-16-le"), "utf-16-le"),
    ],
)
def test_the_encoding_is_found(content: bytes, encoding: str) -> None:
    assert text.encoding_of(io.BytesIO(content))[0] == encoding


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_the_same_rows_come_out_of_every_encoding(encoding: str) -> None:
    rows = [row.cells for row in csv.read(io.BytesIO(TABLE.encode(encoding)))]
    assert rows == [("地块编号", "成交价"), ("昆2026-1号", "1200.5")]


def test_a_character_cut_by_the_reading_in_pieces_is_whole() -> None:
    for encoding in ("utf-8", "gb18030"):
        for shift in range(3):
            content = ("x" * (text.CHUNK - shift) + "字,\n").encode(encoding)
            assert text.encoding_of(io.BytesIO(content))[0] == encoding


CASES: list[tuple[str, bytes, str, dict[str, int | str]]] = [
    ("neither", b"a\n" + b"\xd6\xff,\n", "F010", {"position": 2, "line": 2, "position_gb18030": 2}),
    ("damaged", "地块".encode() * 9 + b"\n\xff", "F011", {"position": 55, "line": 2, "encoding": "UTF-8"}),
    ("cut off", "a,地块".encode()[:-1], "F011", {"position": 5, "line": 1}),
    ("nul", b"a,b\n\n1,\0\n", "F012", {"position": 7, "line": 3}),
    ("nul in GBK", "地,块\n\0".encode("gbk"), "F012", {"position": 6, "line": 2}),
    ("nul later", b"x" * text.CHUNK + "字".encode() + b"\0", "F012", {"position": text.CHUNK + 3, "line": 1}),
    (
        "nul after a character in two pieces",
        b"x" * (text.CHUNK - 1) + "字".encode() + b"\n\0",
        "F012",
        {"position": text.CHUNK + 3, "line": 2},
    ),
    (
        "fault in a character in two pieces",
        b"x" * (text.CHUNK - 2) + "字".encode()[:2] + b"\xff",
        "F010",
        {"position": text.CHUNK - 2},
    ),
    ("half UTF-16", codecs.BOM_UTF16_LE + "ab".encode("utf-16-le") + b"\x00", "F011", {"position": 6}),
    ("empty", b"", "F004", {}),
]


@pytest.mark.parametrize(("content", "code", "details"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_a_fault_is_named_by_byte_and_line(content: bytes, code: str, details: dict[str, int | str]) -> None:
    with pytest.raises(FormatError) as caught:
        text.encoding_of(io.BytesIO(content))
    assert caught.value.code == code
    assert details.items() <= caught.value.details.items()


def test_utf8_with_one_bad_byte_is_not_read_as_gb18030() -> None:
    """It would decode, into other characters."""
    content = "云南省公共资源交易中心".encode() * 4 + b"\xa1\xa1"
    assert content.decode("gb18030").startswith("浜戝崡")
    with pytest.raises(FormatError, match="F011"):
        text.encoding_of(io.BytesIO(content))
