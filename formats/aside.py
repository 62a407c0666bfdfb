"""Sheets that a workbook of ours has beside its data: told from it by their name or by what they begin with."""

from collections.abc import Mapping
from types import MappingProxyType

from formats.row import Row

NOTES, EXAMPLE, CODES = "填写说明", "示例", "代码表"
# The rule under which the rows of such a sheet are counted as skipped.
RULES: Mapping[str, str] = MappingProxyType({NOTES: "notes", EXAMPLE: "example", CODES: "codes"})
# A sheet whose first cell begins like this is no data, whatever it is called.
MARK = "【不读入】"


def aside(first: Row) -> str | None:
    """The rule by which a sheet with that first row is skipped whole; None where it may be data."""
    if isinstance(first.cells, dict):
        return None
    begins = next((cell for cell in first.cells if cell is not None), None)
    marked = isinstance(begins, str) and begins.strip().startswith(MARK)
    return RULES.get(first.sheet.strip(), "aside" if marked else None)
