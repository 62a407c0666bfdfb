"""Workbooks of Excel 97 to 2003, and what else is named so."""

from collections.abc import Iterator
from typing import BinaryIO

from formats.row import Remark, Row
from formats.workbook import read_workbook

SUFFIXES = (".xls",)
MEDIA_TYPE = "application/vnd.ms-excel"


def read(stream: BinaryIO) -> Iterator[Row | Remark]:
    """The rows of every worksheet; see `formats.workbook.read_workbook`."""
    return read_workbook(stream)
