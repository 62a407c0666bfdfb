"""Workbooks of Excel 2007 and later."""

from collections.abc import Iterator
from typing import BinaryIO

from formats.row import Remark, Row
from formats.workbook import read_workbook

SUFFIXES = (".xlsx", ".xlsm")
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def read(stream: BinaryIO) -> Iterator[Row | Remark]:
    """The rows of every worksheet; see `formats.workbook.read_workbook`."""
    return read_workbook(stream)
