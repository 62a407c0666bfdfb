"""The sheet 填写说明 of a template: how to fill it in, when to publish, and every column with what it rests on."""

from collections.abc import Sequence
from datetime import date, datetime

from xlsxwriter.worksheet import Worksheet

from formats.aside import MARK
from publish.columns import Column, clauses
from publish.filling import Cell, example
from publish.guidance import NEEDS, deadlines, how_to_write, meaning, steps, title_en
from publish.styles import Styles
from schemas.catalog import Catalog, Disclosure

# Headings and widths of the table of columns.
_HEADS = (
    ("列", 6), ("栏目", 24), ("要求", 8), ("含义", 30), ("怎样填", 30), ("示例", 24), ("政策要求公开的内容", 30),
    ("Column", 26), ("Meaning and how to write it", 44), ("属性 property", 28),
)  # fmt: skip
_LINE = 15


class Notes:
    """Writes the notes of one template."""

    def __init__(
        self, disclosure: Disclosure, catalog: Catalog, made: Sequence[Column], first: Sequence[Cell]
    ) -> None:
        """`first` is the first row of the filled example."""
        self._disclosure, self._catalog = disclosure, catalog
        self._columns = made
        self._example = [
            example(column.field, disclosure, catalog) if cell is None else cell
            for column, cell in zip(made, first, strict=True)
        ]
        self._items = catalog.policy.items

    def write(self, sheet: Worksheet, styles: Styles) -> None:
        """The whole sheet."""
        last = len(_HEADS) - 1
        for place, (_, wide) in enumerate(_HEADS):
            sheet.set_column(place, place, wide)
        title = f"{MARK}填写说明 · {self._disclosure.title} · {self._disclosure.title_en}"
        sheet.merge_range(0, 0, 0, last, title, styles.title)
        sheet.set_row(0, 26)
        sheet.merge_range(1, 0, 1, last, f"模板 template {self._disclosure.name}", styles.mark)
        row = 2
        for number, (chinese, english) in enumerate(self._sentences(), 1):
            sheet.merge_range(row, 0, row, last, f"{number}. {chinese}\n    {english}", styles.wrapped)
            sheet.set_row(row, 2 * _LINE + 4)
            row += 1
        row += 1
        sheet.set_row(row, 24)
        for place, (head, _) in enumerate(_HEADS):
            sheet.write_string(row, place, head, styles.group)
        for number, column in enumerate(self._columns):
            self._column(sheet, styles, row + 1 + number, number, column)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(0.4, 0.4, 0.5, 0.5)
        sheet.protect("", {"format_columns": True, "format_rows": True})

    def _sentences(self) -> Sequence[tuple[str, str]]:
        return [*steps(self._disclosure, self._columns), *deadlines(self._disclosure, self._catalog)]

    def _column(self, sheet: Worksheet, styles: Styles, row: int, number: int, column: Column) -> None:
        field = column.field
        how, how_en = how_to_write(column)
        means, means_en = meaning(column, self._disclosure)
        need, need_en = NEEDS[column.need]
        rests_on = [f"{item} {self._items[item].wording}" for item in clauses(field, self._disclosure)]
        cells = (
            letters(number), column.marked, need, means, how, as_written(self._example[number]), "\n".join(rests_on),
            f"{title_en(column, self._disclosure)} ({need_en})", f"{means_en} {how_en}.", field.dotted,
        )  # fmt: skip
        lines = 1
        for place, text in enumerate(cells):
            style = styles.heading[column.need] if place == 1 else styles.lined
            sheet.write_string(row, place, text, style)
            lines = max(lines, _lines(text, _HEADS[place][1]))
        sheet.set_row(row, lines * _LINE + 3)


def letters(place: int) -> str:
    """A column's letters: 0 → A, 26 → AA."""
    return chr(65 + place) if place < 26 else letters(place // 26 - 1) + letters(place % 26)


def as_written(cell: Cell) -> str:
    """A cell as its sheet shows it."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}".removesuffix(":00")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _lines(text: str, wide: int) -> int:
    """How many lines a text takes in a column so many characters wide; a Chinese character takes two."""
    return sum(
        -(-max(1, sum(2 if ord(letter) > 0x2E80 else 1 for letter in line)) // (wide - 1))
        for line in text.split("\n")
    )
