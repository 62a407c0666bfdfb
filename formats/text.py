"""The encoding of a text file, decided over the whole of it before anything is read.

Measured on published files of Chinese departments: byte order mark, else strict UTF-8, else GB18030 was right in
28 of 28; guessing by statistics in 23.
"""

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from formats.error import FormatError

CHUNK = 1 << 20
ASCII = bytes(range(128))

MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

# What a text says of itself (XML declaration, meta charset). GB2312 is the usual name of files that are GBK.
CHINESE = ("gb18030", "gbk", "gb2312", "gb_2312-80", "x-gbk", "cp936", "ms936", "windows-936")
# Chinese in bytes of seven bits, which would pass for ASCII.
SEVEN_BITS = ("hz", "iso-2022", "utf-7")

# Files that are no text, by how they begin; a text that begins so would be a strange one.
BINARY = ((b"PK\x03\x04", "xlsx/docx/zip"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls/doc/wps"), (b"%PDF-", "PDF"),
          (b"Rar!\x1a\x07", "RAR"), (b"7z\xbc\xaf\x27\x1c", "7z"), (b"\x1f\x8b\x08", "gzip"), (b"\x89PNG", "PNG"),
          (b"\xff\xd8\xff", "JPEG"))  # fmt: skip
# Letters that GB18030 leaves to whoever wants them; Big5 read as GB18030 is full of them.
PRIVATE = re.compile("[\ue000-\uf8ff]")
LEAST_PRIVATE, SHARE_PRIVATE = 3, 50

# So much beyond ASCII does not happen to decode as UTF-8 in a file that is GB18030: a pair of its bytes passes for
# UTF-8 about one time in seven, and this asks for some thirty in a row.
SURELY_UTF8 = 32


@dataclass(frozen=True, slots=True)
class Fault:
    """The first byte that an encoding cannot have; `beyond_ascii` counts what it decoded before."""

    position: int
    line: int
    beyond_ascii: int
    cut: bool


@contextmanager
def as_text(stream: BinaryIO, declared: str | None = None) -> Iterator[io.TextIOWrapper]:
    """The stream as text, line ends untouched; the stream must be seekable and stays open.

    Raises FormatError F004, F010, F011, F012, F067, F070, F071.
    """
    encoding, start = encoding_of(stream, declared)
    stream.seek(start)
    text = io.TextIOWrapper(stream, encoding=encoding, newline="")
    try:
        yield text
    finally:
        text.detach()


def encoding_of(stream: BinaryIO, declared: str | None = None) -> tuple[str, int]:
    """The encoding, and the number of bytes of the byte order mark.

    What the text declares of itself counts only where the bytes leave a choice: many a declaration lies.
    """
    stream.seek(0)
    head = stream.read(4096)
    if not head:
        raise FormatError("F004")
    if kind := next((kind for mark, kind in BINARY if head.startswith(mark)), None):
        raise FormatError("F071", kind=kind)
    for mark, encoding in MARKS:
        if head.startswith(mark):
            _require(stream, encoding, len(mark))
            return encoding, len(mark)
    if wide := _utf16_without_mark(head):
        _require(stream, wide, 0)
        return wide, 0
    said = (declared or "utf-8").lower()
    if said.startswith(SEVEN_BITS):
        raise FormatError("F067", encoding=said[:40])
    fault = first_fault(stream, "utf-8", 0)
    if fault is None:
        chosen = said in CHINESE and _says_little(stream) and first_fault(stream, "gb18030", 0) is None
        return "gb18030" if chosen else "utf-8", 0
    if fault.beyond_ascii >= SURELY_UTF8 or (fault.cut and fault.beyond_ascii):
        raise FormatError("F011", encoding="UTF-8", position=fault.position, line=fault.line)
    if said not in (*CHINESE, "utf-8", "utf8"):
        raise FormatError("F067", encoding=said[:40])
    second = first_fault(stream, "gb18030", 0)
    if second is None:
        if _looks_like_big5(stream):
            raise FormatError("F070")
        return "gb18030", 0
    raise FormatError(
        "F010",
        position=fault.position,
        line=fault.line,
        position_gb18030=second.position,
        line_gb18030=second.line,
    )


def first_fault(stream: BinaryIO, encoding: str, start: int) -> Fault | None:
    """Where the stream stops being text in this encoding; FormatError F012 for a NUL before that."""
    stream.seek(start)
    decoder = codecs.getincrementaldecoder(encoding)()
    position, line, beyond_ascii = start, 1, 0
    while True:
        chunk = stream.read(CHUNK)
        begin = position - len(decoder.getstate()[0])
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            before = error.object[: error.start].decode(encoding)
            beyond_ascii += error.start - len(before)
            cut = error.reason == "unexpected end of data"
            return Fault(begin + error.start, line + before.count("\n"), beyond_ascii, cut)
        if "\0" in text:
            before = text[: text.index("\0")]
            nul = begin + len(before.encode(encoding))
            raise FormatError("F012", position=nul, line=line + before.count("\n"))
        if not chunk:
            return None
        position += len(chunk)
        line += text.count("\n")
        beyond_ascii += len(chunk) - len(text)


def _require(stream: BinaryIO, encoding: str, start: int) -> None:
    if fault := first_fault(stream, encoding, start):
        raise FormatError("F011", encoding=encoding.upper(), position=fault.position, line=fault.line)


def _says_little(stream: BinaryIO) -> bool:
    """Whether so little is beyond ASCII that it may be UTF-8 by chance."""
    stream.seek(0)
    beyond = 0
    while beyond < SURELY_UTF8 and (chunk := stream.read(CHUNK)):
        beyond += len(chunk.translate(None, ASCII))
    return beyond < SURELY_UTF8


def _looks_like_big5(stream: BinaryIO) -> bool:
    """Whether what reads as GB18030 has many letters that nobody uses, and reads as Big5 without."""
    stream.seek(0)
    sample = stream.read(CHUNK)
    text = sample.decode("gb18030", "ignore")
    private = len(PRIVATE.findall(text))
    beyond = sum(one > "\x7f" for one in text)
    if private < LEAST_PRIVATE or private * SHARE_PRIVATE < beyond:
        return False
    try:
        # The sample may end within a letter.
        return not PRIVATE.search(sample[:-1].decode("big5hkscs"))
    except UnicodeDecodeError as error:
        return error.start >= len(sample) - 2 and not PRIVATE.search(
            sample[: error.start].decode("big5hkscs")
        )


def _utf16_without_mark(head: bytes) -> str | None:
    """UTF-16 shows by the NULs of its commas, digits and line ends, all on one side of the pair."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    few = max(2, len(head) // 20)
    if odd > few and even * 20 < odd:
        return "utf-16-le"
    if even > few and odd * 20 < even:
        return "utf-16-be"
    return None
