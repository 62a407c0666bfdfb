"""Workbooks that tests make and take apart."""

import base64
import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import xlsxwriter

from loaders.report import Report

RESULT = "land/grant-result"
PUBLISHER = "11530114MB0W00017C"
WHEN = date(2026, 11, 25)
HEADINGS = ("宗地编号", "土地位置", "出让面积(公顷)", "成交价(万元)", "成交日期", "受让人", "土地用途")
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@dataclass(frozen=True, slots=True)
class Back:
    """A workbook that came back: its bytes and the report it came with."""

    content: bytes
    report: Report

    def part(self, name: str) -> bytes:
        """The content of an entry."""
        with zipfile.ZipFile(io.BytesIO(self.content)) as archive:
            assert archive.testzip() is None
            return archive.read(name)

    def parts(self) -> dict[str, bytes]:
        """All entries."""
        return parts(self.content)


GiveBack = Callable[..., Back]


def parts(content: bytes) -> dict[str, bytes]:
    """The entries of a package."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(entries: Mapping[str, bytes]) -> bytes:
    """A package of these entries."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return made.getvalue()


def plain(*rows: tuple[Any, ...], headings: tuple[str, ...] = HEADINGS) -> bytes:
    """A workbook of one sheet with headings and rows."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet("成交结果")
        for number, row in enumerate((headings, *rows)):
            sheet.write_row(number, 0, row)
    return made.getvalue()
