"""Tables as an XLSX workbook, its rows made as XML inside the database, written while they come.

Each table is a sheet: Chinese headings, below them the columns' names, both stay in sight; a table longer than a sheet
can be goes on in another. No cell is a formula. A text longer than a cell can be is cut, and says so.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZipFile

from publish.datasets.archive import entry, opened
from publish.datasets.layout import Column, Table
from query.dialect import Dialect

ROWS = 1_048_576  # of a sheet
HEADINGS = 2
LONGEST = 32_000  # characters of a text; Excel has room for 32,767 halves of characters
CUT = "…(全文见 CSV 或 JSON Lines / cut: whole in CSV or JSON Lines)"
_CHUNK = 40  # cells that one function of SQL joins
_NUMBERS = ("integer", "number", "money", "price")
_STYLES = {"money": 3, "price": 4, "date": 5}
_FIRST_DAY = "1900-03-01"  # before it the days of Excel are not those of the calendar
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# What XML cannot say is spelled _x000B_, and what is spelled so already has its first letter spelled so.
_SPELLED = re.compile("_(?=x[0-9A-Fa-f]{4}_)|[\x00-\x08\x0b\x0c\r\x0e-\x1f\ufffe\uffff]")


def lines(table: Table, select: str, dialect: Dialect) -> str:
    """The SELECT of a table's rows as one element `row` each."""
    cells = [_cell(f"c{at}", column, dialect) for at, column in enumerate(table.columns)]
    groups = [" || ".join(cells[at : at + _CHUNK]) for at in range(0, len(cells), _CHUNK)]
    joined = " || ".join(f"({group})" for group in groups)
    return f"SELECT '<row>' || {joined} || '</row>' FROM ({select}) q"


def _cell(name: str, column: Column, dialect: Dialect) -> str:
    if column.kind in _NUMBERS:
        style = f' s="{_STYLES[column.kind]}"' if column.kind in _STYLES else ""
        return f"coalesce('<c{style}><v>' || {name} || '</v></c>', '<c/>')"
    if column.kind == "boolean":
        return f"CASE {name} WHEN 'true' THEN '<c t=\"b\"><v>1</v></c>' WHEN 'false' THEN '<c t=\"b\"><v>0</v></c>' ELSE '<c/>' END"
    escaped = f"replace(replace(replace({name}, '&', '&amp;'), '<', '&lt;'), '>', '&gt;')"
    if column.kind in ("text", "url"):
        cut = f"substr({name}, 1, {LONGEST}) || '{CUT}'"
        escaped = escaped.replace(name, f"CASE WHEN length({name}) > {LONGEST} THEN {cut} ELSE {name} END", 1)
    text = f"'<c t=\"inlineStr\"><is><t xml:space=\"preserve\">' || {escaped} || '</t></is></c>'"
    if column.kind == "date":
        days = (
            "CAST(julianday({0}) - 2415018.5 AS INTEGER)"
            if dialect.name == "sqlite"
            else "({0}::date - date '1899-12-30')"
        )
        number = f"'<c s=\"5\"><v>' || {days.format(name)} || '</v></c>'"
        text = f"CASE WHEN {name} >= '{_FIRST_DAY}' THEN {number} ELSE {text} END"
    return f"coalesce({text}, '<c/>')"


class Book:
    """Writes one workbook into a zip; what it is of comes as its last sheet, and stands first."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        self._sheets: list[str] = []

    def table(self, table: Table, pieces: Iterable[Sequence[tuple[Any, ...]]]) -> None:
        """Add a table, whose rows come as elements of XML."""
        rows = iter(pieces)
        left: list[str] = []
        part = 0
        while True:
            part += 1
            name = table.title if part == 1 else f"{table.title} ({part})"
            with self._sheet(name, _widths(table)) as sheet:
                sheet.write(_row([one.title for one in table.columns], 1))
                sheet.write(_row([one.name for one in table.columns], 2))
                room = ROWS - HEADINGS
                while room:
                    if not left:
                        left = [line for (line,) in next(rows, ())]
                        if not left:
                            break
                    now, left = left[:room], left[room:]
                    sheet.write(_SPELLED.sub(_spell, "".join(now)).encode())
                    room -= len(now)
            if not left:
                left = [line for (line,) in next(rows, ())]
                if not left:
                    return

    def lines(self, title: str, heading: Sequence[str], lines: Iterable[Sequence[str | None]]) -> None:
        """Add a sheet of texts."""
        with self._sheet(title, [24] * len(heading), frozen=1) as sheet:
            sheet.write(_row(heading, 1))
            for line in lines:
                sheet.write(_row(line, 0))

    def finish(self) -> None:
        """Write what holds the sheets together; the last one stands first."""
        order = [len(self._sheets), *range(1, len(self._sheets))]
        names = _distinct([self._sheets[number - 1] for number in order])
        listed = "".join(
            f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>'
            for number, name in zip(order, names, strict=True)
        )
        active = ' activeTab="1"' if len(order) > 1 else ""
        self._part(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><bookViews><workbookView{active}/></bookViews><sheets>{listed}</sheets></workbook>',
        )
        related = [(f"rId{number}", "worksheet", f"worksheets/sheet{number}.xml") for number in order]
        self._part("xl/_rels/workbook.xml.rels", _relations([*related, ("rIdS", "styles", "styles.xml")]))
        self._part("_rels/.rels", _relations([("rId1", "officeDocument", "xl/workbook.xml")]))
        self._part("xl/styles.xml", _STYLE_SHEET)
        kinds = "".join(
            f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{_KIND}worksheet+xml"/>'
            for number in sorted(order)
        )
        self._part(
            "[Content_Types].xml",
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{_KIND}sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}styles+xml"/>{kinds}</Types>',
        )

    def _sheet(self, name: str, widths: Iterable[int], frozen: int = HEADINGS) -> "_Sheet":
        self._sheets.append(name)
        return _Sheet(self._archive, f"xl/worksheets/sheet{len(self._sheets)}.xml", widths, frozen)

    def _part(self, name: str, content: str) -> None:
        entry(self._archive, name, (_HEAD + content).encode())


class _Sheet:
    """One sheet's file, open for rows."""

    def __init__(self, archive: ZipFile, name: str, widths: Iterable[int], frozen: int) -> None:
        self._manager = opened(archive, name)
        columns = "".join(
            f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>'
            for at, width in enumerate(widths, 1)
        )
        self._begin = (
            f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="{frozen}" topLeftCell="A{frozen + 1}"'
            f' activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>{columns}</cols><sheetData>'
        )

    def __enter__(self) -> "_Sheet":
        self._stream: Any = self._manager.__enter__()
        self.write(self._begin.encode())
        return self

    def write(self, content: bytes) -> None:
        self._stream.write(content)

    def __exit__(self, *error: Any) -> None:
        if error[0] is None:
            self.write(b"</sheetData></worksheet>")
        self._manager.__exit__(*error)


def _row(cells: Iterable[str | None], style: int) -> bytes:
    made = (
        f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{_SPELLED.sub(_spell, escape(cell))}</t></is></c>'
        if cell
        else "<c/>"
        for cell in cells
    )
    return f"<row>{''.join(made)}</row>".encode()


def _spell(found: re.Match[str]) -> str:
    return f"_x{ord(found[0]):04X}_"


def _widths(table: Table) -> Iterator[int]:
    """How wide columns are: as wide as what usually stands in them, and their headings."""
    for column in table.columns:
        usual = {"date": 12, "money": 18, "price": 16, "integer": 10, "boolean": 8, "code": 14}.get(
            column.kind, 24
        )
        yield min(max(usual, 2 * len(column.title) + 2), 40)


def _distinct(names: Iterable[str]) -> list[str]:
    """Names of sheets: no signs that Excel does not take, 31 letters, each once."""
    made: list[str] = []
    for name in names:
        plain = re.sub(r"[\[\]:*?/\\]", " ", name)[:31]
        number = 1
        while plain.casefold() in {one.casefold() for one in made}:
            number += 1
            plain = f"{plain[:27]}_{number}"
        made.append(plain)
    return made


def _relations(related: Iterable[tuple[str, str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="{id_}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for id_, kind, target in related
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml."
# Styles: 0 plain, 1 a heading, 2 a column's name, 3 yuan, 4 a unit price, 5 a date.
_STYLE_SHEET = (
    f'<styleSheet xmlns="{_MAIN}"><numFmts count="3"><numFmt numFmtId="164" formatCode="#,##0.00"/>'
    '<numFmt numFmtId="165" formatCode="#,##0.00##"/><numFmt numFmtId="166" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    '<fonts count="3"><font><sz val="10"/><name val="微软雅黑"/></font>'
    '<font><b/><sz val="10"/><color rgb="FFFFFFFF"/><name val="微软雅黑"/></font>'
    '<font><sz val="9"/><color rgb="FF555555"/><name val="Consolas"/></font></fonts>'
    '<fills count="4"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FF1D4F86"/></patternFill></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFE8EEF6"/></patternFill></fill></fills>'
    "<borders count=\"1\"><border/></borders><cellStyleXfs count=\"1\"><xf/></cellStyleXfs>"
    '<cellXfs count="6"><xf xfId="0"/><xf xfId="0" fontId="1" fillId="2" applyFont="1" applyFill="1" applyAlignment="1"><alignment vertical="center" wrapText="1"/></xf>'
    '<xf xfId="0" fontId="2" fillId="3" applyFont="1" applyFill="1"/><xf xfId="0" numFmtId="164" applyNumberFormat="1"/>'
    '<xf xfId="0" numFmtId="165" applyNumberFormat="1"/><xf xfId="0" numFmtId="166" applyNumberFormat="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)  # fmt: skip
