"""The compound file of an `.xls`, looked through before it is given to the parser.

As in `formats.archive`: the parser lays a sheet out as a full rectangle, and it does not say that a workbook is
encrypted, only that it does not know the format. Layouts are those of MS-CFB and MS-XLS. What cannot be followed
here is left to the parser and the memory limit.
"""

import struct
from collections.abc import Iterator
from typing import Final

from formats.biff import LOOKED_AT, OldUnshown
from formats.error import FormatError
from formats.extent import Extent

SIGNATURE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

# Sector numbers from here on are marks, not places.
LAST_SECTOR: Final = 0xFFFFFFFA

STREAM: Final = 2
ROOT: Final = 5
# Streams below this size lie elsewhere, inside another stream.
SMALL: Final = 4096

ENCRYPTED_PACKAGE: Final = "EncryptedPackage"
WORKBOOK_STREAMS: Final = ("Workbook", "Book")

BEGIN_OF_SHEET: Final = 0x0809
FILE_PASS: Final = 0x002F
MANY_NUMBERS: Final = 0x00BD
# Formula, label from the table, label, rich label, number, true/false/error, number in 30 bits.
ONE_CELL: Final = frozenset((0x0006, 0x00FD, 0x0204, 0x00D6, 0x0203, 0x0205, 0x027E))


def check_compound(content: bytes, unshown: OldUnshown | None = None) -> None:
    """Raise FormatError F041 for an encrypted workbook, F043 for a sheet of a few cells far apart, F056 for one too large.

    `unshown` is given every record.
    """
    try:
        found = dict(_streams(content))
    except (struct.error, IndexError, ValueError):
        return
    if ENCRYPTED_PACKAGE in found:
        raise FormatError("F041")
    for name in WORKBOOK_STREAMS:
        if name in found:
            _check_records(found[name], unshown)


def _streams(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and content of each stream; content is empty for the small ones."""
    size = 1 << min(struct.unpack_from("<H", content, 30)[0], 12)
    directory_start, mini_start, difat_start = struct.unpack_from("<I8xI4xI", content, 48)
    places = list(struct.unpack_from("<109I", content, 76))
    sectors = len(content) // size

    def sector(number: int) -> bytes:
        return content[(number + 1) * size : (number + 2) * size]

    for _ in range(sectors):
        if difat_start >= LAST_SECTOR:
            break
        *more, difat_start = struct.unpack(f"<{size // 4}I", sector(difat_start))
        places.extend(more)
    table = b"".join(sector(place) for place in places if place < LAST_SECTOR)
    following = struct.unpack(f"<{len(table) // 4}I", table)

    def chain(start: int) -> bytes:
        parts: list[bytes] = []
        while start < LAST_SECTOR:
            # The parser would go round until memory ends.
            if len(parts) > sectors:
                raise FormatError("F040", reason="its sectors form a ring")
            parts.append(sector(start))
            start = following[start] if start < len(following) else LAST_SECTOR
        return b"".join(parts)

    chain(mini_start)
    directory = chain(directory_start)
    for at in range(0, len(directory) - 127, 128):
        length, kind = struct.unpack_from("<HB", directory, at + 64)
        start, stream_size = struct.unpack_from("<II", directory, at + 116)
        large = kind == ROOT or (kind == STREAM and stream_size >= SMALL)
        held = chain(start)[:stream_size] if large else b""
        if kind == STREAM and 2 <= length <= 64:
            yield directory[at : at + length - 2].decode("utf-16-le", "replace"), held


def _check_records(stream: bytes, unshown: OldUnshown | None) -> None:
    header = struct.Struct("<HH").unpack_from
    extent = Extent()
    position, end = 0, len(stream) - 8
    while position <= end:
        kind, length = header(stream, position)
        if unshown is not None and kind in LOOKED_AT:
            unshown.take(kind, stream[position + 4 : position + 4 + length], position)
        if kind in ONE_CELL:
            row, column = header(stream, position + 4)
            extent.take(1, (row + 1, row + 1), (column + 1, column + 1))
        elif kind == MANY_NUMBERS and length >= 6 and position + 4 + length <= len(stream):
            row, column = header(stream, position + 4)
            (last,) = struct.unpack_from("<H", stream, position + 2 + length)
            extent.take(last - column + 1, (row + 1, row + 1), (column + 1, last + 1))
        elif kind == BEGIN_OF_SHEET:
            extent.require_density()
            extent.require_room()
            extent = Extent()
        elif kind == FILE_PASS:
            raise FormatError("F041")
        position += 4 + length
    extent.require_density()
    extent.require_room()
