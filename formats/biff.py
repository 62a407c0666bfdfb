"""What an `.xls` says beside the values of its cells; as `formats.unshown` for the records of MS-XLS."""

import struct
from collections.abc import Iterator
from typing import Final

from formats.extent import column_letters
from formats.row import (
    ERRORS,
    HIDDEN_COLUMNS,
    HIDDEN_ROWS,
    HIDDEN_SHEET,
    SINCE_1904,
    STRUCK,
    Remark,
    Remarks,
)
from formats.shown import Shown, shown
from formats.unshown import PERCENT_FORMATS, Runs, is_percent

BEGIN, DATE_1904, FONT, SHEET, COLUMNS, ROW = 0x0809, 0x0022, 0x0031, 0x0085, 0x007D, 0x0208
FORMAT, STYLE, FORMULA, MANY, TRUTH_OR_ERROR = 0x041E, 0x00E0, 0x0006, 0x00BD, 0x0205
# Numbers, also those in 30 bits; texts, which may be struck through as well.
NUMBERS: Final = frozenset((0x0203, 0x027E, FORMULA))
TEXTS: Final = frozenset((0x00FD, 0x0204, 0x00D6))
LOOKED_AT: Final = NUMBERS | TEXTS | {
    BEGIN, DATE_1904, FONT, SHEET, COLUMNS, ROW, FORMAT, STYLE, MANY, TRUTH_OR_ERROR
}  # fmt: skip
LAST_COLUMN: Final = 255
# The fonts are counted without this number.
NO_FONT: Final = 4


class OldUnshown:
    """The records of one workbook as they go by.

    `percents` are the cells in per cent, by the name of the sheet; `shown` those whose format says more than the digits.
    """

    def __init__(self) -> None:
        self.percents: dict[str, Runs] = {}
        self.shown: dict[str, dict[Shown, Runs]] = {}
        self._remarks = Remarks()
        self._sheets: dict[int, str] = {}
        self._sheet: str | None = None
        self._fonts: list[bool] = []
        self._percent = set(map(int, PERCENT_FORMATS))
        self._shown: dict[int, Shown] = {}
        self._styles: list[tuple[int, int]] = []

    def take(self, kind: int, content: bytes, position: int) -> None:
        """Look at a record; one that is too short says nothing."""
        try:
            self._take(kind, content, position)
        except (struct.error, IndexError):
            return

    def end(self) -> Iterator[Remark]:
        """What there is to be said, once every record has gone by."""
        yield from self._remarks.take()

    def _take(self, kind: int, content: bytes, position: int) -> None:
        if kind == BEGIN:
            self._sheet = self._sheets.get(position)
        elif kind == SHEET:
            name = _text(content, 6, "<B")
            self._sheets[struct.unpack_from("<I", content)[0]] = name
            if content[4] & 3:
                self._remarks.add(HIDDEN_SHEET, name)
        elif kind == DATE_1904 and content[:1] == b"\x01":
            self._remarks.add(SINCE_1904, "")
        elif kind == FONT:
            self._fonts.append(bool(content[2] & 0x08))
        elif kind == FORMAT:
            (number,), said = struct.unpack_from("<H", content), _text(content, 2, "<H")
            if is_percent(said):
                self._percent.add(number)
            elif (found := shown(said)) is not None:
                self._shown[number] = found
        elif kind == STYLE:
            self._styles.append(struct.unpack_from("<HH", content))
        elif self._sheet is not None:
            self._take_of_sheet(self._sheet, kind, content)

    def _take_of_sheet(self, sheet: str, kind: int, content: bytes) -> None:
        if kind == ROW:
            if content[12] & 0x20:
                self._remarks.add(HIDDEN_ROWS, sheet, str(struct.unpack_from("<H", content)[0] + 1))
        elif kind == COLUMNS:
            first, last, _, _, flags = struct.unpack_from("<5H", content)
            if flags & 1 and last < LAST_COLUMN:
                for column in range(first, last + 1):
                    self._remarks.add(HIDDEN_COLUMNS, sheet, column_letters(column + 1))
        elif kind == MANY:
            row, column = struct.unpack_from("<HH", content)
            for at in range(4, len(content) - 2, 6):
                self._styled(
                    sheet, row, column + (at - 4) // 6, struct.unpack_from("<H", content, at)[0], number=True
                )
        elif kind in NUMBERS or kind in TEXTS or kind == TRUTH_OR_ERROR:
            row, column, style = struct.unpack_from("<3H", content)
            of_formula = kind == FORMULA and content[12:14] == b"\xff\xff"
            if (kind == TRUTH_OR_ERROR and content[7]) or (of_formula and content[6] == 2):
                self._remarks.add(ERRORS, sheet, f"{column_letters(column + 1)}{row + 1}")
            else:
                self._styled(sheet, row, column, style, number=kind in NUMBERS and not of_formula)

    def _styled(self, sheet: str, row: int, column: int, style: int, *, number: bool) -> None:
        font, format_ = self._styles[style]
        if self._fonts[font - (font > NO_FONT)]:
            self._remarks.add(STRUCK, sheet, f"{column_letters(column + 1)}{row + 1}")
        if number and format_ in self._percent:
            self.percents.setdefault(sheet, Runs()).add(row + 1, column)
        elif number and format_ in self._shown:
            self.shown.setdefault(sheet, {}).setdefault(self._shown[format_], Runs()).add(row + 1, column)


def _text(content: bytes, at: int, length: str) -> str:
    """A text with its length before it, in one or two bytes a letter."""
    (letters,) = struct.unpack_from(length, content, at)
    at += struct.calcsize(length)
    wide = content[at] & 1
    found = content[at + 1 : at + 1 + letters * (1 + wide)]
    return found.decode("utf-16-le" if wide else "latin-1", "replace")
