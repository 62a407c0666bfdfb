"""The zip archive of a workbook, looked through before it is given to the parser.

The parser unpacks whatever it is given and lays a sheet out as a full rectangle: two cells, A1 and XFD1048576, make
it ask for 512 GiB. Here the same parts are unpacked once in small pieces and only counted.
"""

import copy
import re
import zipfile
from collections.abc import Iterator
from typing import BinaryIO, Final

from formats.error import FormatError
from formats.extent import Extent, column_number
from formats.unshown import LEADING, Unshown

ENTRIES_LIMIT: Final = 10_000
UNPACKED_LIMIT: Final = 1 << 30
# Published workbooks unpack to 3 to 10 times their size, very repetitive ones to some 50.
RATIO_LIMIT: Final = 200
RATIO_MATTERS_FROM: Final = 64 << 20

CHUNK: Final = 1 << 20

# Mostly xl/workbook.xml; Office on the web writes workbook2.xml.
WORKBOOK = re.compile(r"(^|/)workbook\d*\.xml$")

# The place of a cell that has content; `<c r="XFC7" s="3"/>` is only formatted. What this cannot see (cells
# without a place, other encodings) is left to the memory limit.
FILLED_CELL = re.compile(rb"""c\s(?:[^<>]*?\s)??r=["']([A-Za-z]{1,3})([0-9]{1,7})["'][^<>]*+(?<!/)>(?!</)""")


def check_archive(stream: BinaryIO, unshown: Unshown | None = None) -> None:
    """Raise FormatError F040 to F044 or F056 unless the stream is an .xlsx that unpacks to a bearable size.

    `unshown` is given every piece of its parts.
    """
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            entries = archive.infolist()
            _check_claims(entries)
            left = UNPACKED_LIMIT
            for entry in sorted(entries, key=lambda one: not LEADING.search(one.filename.lower())):
                if entry.filename.lower().endswith((".xml", ".rels")):
                    left -= _unpack(archive, entry, left, unshown)
    except (FormatError, MemoryError):
        raise
    except Exception as error:  # of zipfile, of the stream; zlib.error has no base but this
        raise FormatError("F040", reason=str(error)[:200]) from error


def _check_claims(entries: list[zipfile.ZipInfo]) -> None:
    names = {entry.filename.lower().replace("\\", "/") for entry in entries}
    if any(entry.flag_bits & 1 for entry in entries):
        raise FormatError("F041")
    if not any(WORKBOOK.search(name) for name in names):
        raise FormatError("F044")
    if len(entries) > ENTRIES_LIMIT:
        raise FormatError("F042", what=f"{len(entries)} entries > {ENTRIES_LIMIT}")
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if unpacked > UNPACKED_LIMIT:
        raise FormatError("F042", what=f"{unpacked >> 20} MB > {UNPACKED_LIMIT >> 20} MB")
    if unpacked > RATIO_MATTERS_FROM and unpacked > RATIO_LIMIT * packed:
        raise FormatError("F042", what=f"{packed >> 10} KB → {unpacked >> 20} MB")


def _unpack(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int, unshown: Unshown | None = None
) -> int:
    """Unpack one entry in pieces and give its true size, which may be more than it claims."""
    # Any part may be a sheet: its name is free.
    extent = Extent()
    size = 0
    for piece in _pieces(archive, entry):
        size += len(piece)
        if size > min(limit, entry.file_size):
            raise FormatError("F042", what=f"{entry.filename} > {entry.file_size >> 10} KB")
        _count_cells(piece, extent)
        if unshown is not None:
            unshown.take(entry.filename, piece)
    extent.require_density()
    return size


def _count_cells(piece: bytes, extent: Extent) -> None:
    places = FILLED_CELL.findall(piece)
    if places:
        letters, digits = zip(*places, strict=True)
        columns = [column_number(one.decode()) for one in set(letters)]
        rows = list(map(int, set(digits)))
        extent.take(len(places), (min(rows), max(rows)), (min(columns), max(columns)))
        extent.require_room()


def _pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content, cut before a `<` so that no tag is in two pieces (unless it is longer than a piece)."""
    # zipfile stops at the size an entry claims, which hides a false claim; asking for one byte more shows it.
    asked = copy.copy(entry)
    asked.file_size = entry.file_size + 1
    kept = b""
    with archive.open(asked) as content:
        while chunk := content.read(CHUNK):
            piece = kept + chunk
            cut = piece.rfind(b"<")
            if cut <= 0:
                cut = len(piece)
            yield piece[:cut]
            kept = piece[cut:]
    if kept:
        yield kept
