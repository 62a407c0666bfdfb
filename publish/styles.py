"""How a template looks: few colours, one font, formats that keep numbers and codes as they were typed."""

from functools import cached_property

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from publish.columns import Column, Need

_FONT = {"font_name": "微软雅黑", "font_size": 10, "valign": "top"}
_LINE = {"border": 1, "border_color": "#BFBFBF"}
_COLOURS: dict[Need, str] = {"must": "#FCE4D6", "should": "#DDEBF7", "may": "#F2F2F2"}
# Excel shows ##### for longer texts in a cell formatted as text.
_LONGEST_AS_TEXT = 300


class Styles:
    """The formats of one workbook."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._cells: dict[tuple[str, bool], Format] = {}
        self.heading: dict[Need, Format] = {need: self._heading(need) for need in _COLOURS}

    def cell(self, column: Column) -> Format:
        """The format of a column's cells."""
        key = (number_format(column), is_long(column))
        if key not in self._cells:
            self._cells[key] = self._add(num_format=key[0], text_wrap=key[1])
        return self._cells[key]

    @cached_property
    def group(self) -> Format:
        """The row above the headings, and headings of the other sheets."""
        return self._add(
            _LINE, bold=True, align="center", valign="vcenter", bg_color="#D9D9D9", text_wrap=True
        )

    @cached_property
    def title(self) -> Format:
        """The first line of the notes."""
        return self._add(bold=True, font_size=14, valign="vcenter")

    @cached_property
    def mark(self) -> Format:
        """The line that says a sheet is not read."""
        return self._add(font_color="#7F7F7F", valign="vcenter")

    @cached_property
    def wrapped(self) -> Format:
        """Sentences."""
        return self._add(text_wrap=True, valign="vcenter")

    @cached_property
    def text(self) -> Format:
        """Codes and names, never numbers."""
        return self._add(num_format="@")

    @cached_property
    def lined(self) -> Format:
        """A cell of the table of columns in the notes."""
        return self._add(_LINE, text_wrap=True, num_format="@", valign="vcenter")

    def _heading(self, need: Need) -> Format:
        colour = "#C00000" if need == "must" else "#000000"
        return self._add(
            _LINE, bold=True, align="center", valign="vcenter", text_wrap=True, bg_color=_COLOURS[need],
            font_color=colour,
        )  # fmt: skip

    def _add(self, *more: dict[str, object], **own: object) -> Format:
        properties: dict[str, object] = dict(_FONT)
        for one in (*more, own):
            properties |= one
        return self._book.add_format(properties)


def is_long(column: Column) -> bool:
    """Whether a column holds sentences."""
    return column.field.kind == "text" and (column.field.limits.max_length or 0) > _LONGEST_AS_TEXT


def number_format(column: Column) -> str:
    """The number format of a column's cells: text for numbers that people wrote (编号, 信用代码)."""
    field = column.field
    if field.is_money:
        return "#,##0.00##" if field.definition == "unitPrice" else "#,##0.00"
    formats = {"date": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm", "integer": "0", "number": "General"}
    return formats.get(field.kind, "General" if is_long(column) else "@")
