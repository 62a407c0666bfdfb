"""The summary as a worksheet part. Its texts stand in its own cells, so that the workbook's table of texts stays as it is."""

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from formats.extent import column_letters
from loaders.earlier import WIDTH
from loaders.returned.job import Box, Line, Look
from loaders.returned.ooxml import MAIN, text_of
from loaders.returned.styles import Styles

# Columns by width in characters: severity, count, sheet, column, what is wrong, what to do, policy, five cells, code.
WIDTHS: Final = (13, 7, 13, 16, 37, 37, 24, 7, 7, 7, 7, 7, 8)
# The title and the sentence that says how it stands stay in view.
FROZEN: Final = 2
_LINE: Final = 15.0
_SIZES: Final[Mapping[Look, float]] = {"title": 1.6, "section": 1.4, "good": 1.4, "bad": 1.4}
_TALLEST: Final = 400.0
# Excel reads no more links of a sheet.
_LINKS: Final = 65_000

_BORDER: Final = "<border>" + "".join(
    f'<{side} style="thin"><color rgb="FFD9D9D9"/></{side}>' for side in ("left", "right", "top", "bottom")
) + "<diagonal/></border>"  # fmt: skip
_TOP, _MIDDLE = (f'<alignment vertical="{place}" wrapText="1"/>' for place in ("top", "center"))


def _solid(rgb: str) -> str:
    return f'<patternFill patternType="solid"><fgColor rgb="{rgb}"/><bgColor indexed="64"/></patternFill>'


# (number format, alignment, changes to the font, fill, border)
_LOOKS: Final[Mapping[Look, tuple[int, str, str, str, str]]] = {
    "title": (0, _MIDDLE, '<b/><sz val="16"/>', "", ""),
    "good": (0, _MIDDLE, '<b/><sz val="12"/><color rgb="FF1B5E20"/>', _solid("FFE6F4EA"), ""),
    "bad": (0, _MIDDLE, '<b/><sz val="12"/><color rgb="FF9C0006"/>', _solid("FFFDE7E9"), ""),
    "fact": (0, _TOP, '<sz val="11"/>', "", ""),
    "section": (0, _MIDDLE, '<b/><sz val="13"/>', "", ""),
    "head": (0, _MIDDLE, '<b/><sz val="11"/>', _solid("FFE8EDF3"), _BORDER),
    "text": (49, _TOP, '<sz val="11"/>', "", _BORDER),
    "error": (0, _TOP, '<b/><sz val="11"/><color rgb="FF9C0006"/>', _solid("FFFDE7E9"), _BORDER),
    "warning": (0, _TOP, '<b/><sz val="11"/><color rgb="FF7F6000"/>', _solid("FFFFF8E1"), _BORDER),
    "info": (0, _TOP, '<b/><sz val="11"/><color rgb="FF44546A"/>', "", _BORDER),
    "count": (3, _TOP, '<sz val="11"/>', "", _BORDER),
    "percent": (9, _TOP, '<sz val="11"/>', "", _BORDER),
    "link": (49, _TOP, '<u/><sz val="11"/><color rgb="FF0563C1"/>', "", _BORDER),
    "quiet": (49, _TOP, '<sz val="9"/><color rgb="FF808080"/>', "", ""),
}  # fmt: skip


def looks(styles: Styles) -> dict[Look, int]:
    """The style of each look, added to the workbook's styles where it is not there yet."""
    found = {}
    for look, (number, alignment, font, fill, border) in _LOOKS.items():
        xf = f'<xf numFmtId="{number}" applyNumberFormat="1">{alignment}</xf>'
        found[look] = styles.style(xf, font, fill, border)
    return found


def sheet(lines: Iterable[Line], style: Mapping[Look, int]) -> bytes:
    """The worksheet of these lines, chosen and frozen below its first lines."""
    rows: list[str] = []
    merged: list[str] = []
    links: list[str] = []
    for number, line in enumerate(lines, 1):
        cells, column = [], 1
        for box in line:
            place = f"{column_letters(column)}{number}"
            cells.append(_cell(place, box, style[box.look]))
            for more in range(column + 1, column + box.span):
                cells.append(f'<c r="{column_letters(more)}{number}" s="{style[box.look]}"/>')
            if box.span > 1:
                merged.append(f'<mergeCell ref="{place}:{column_letters(column + box.span - 1)}{number}"/>')
            if box.link and len(links) < _LINKS:
                links.append(_link(place, *box.link))
            column += box.span
        rows.append(f'<row r="{number}" ht="{_height(line):.1f}" customHeight="1">{"".join(cells)}</row>')
    columns = "".join(
        f'<col min="{at}" max="{at}" width="{width + 0.7}" customWidth="1"/>'
        for at, width in enumerate(WIDTHS, 1)
    )
    merges = f'<mergeCells count="{len(merged)}">{"".join(merged)}</mergeCells>' if merged else ""
    hyperlinks = f"<hyperlinks>{''.join(links)}</hyperlinks>" if links else ""
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<worksheet xmlns="{MAIN}"><sheetPr><tabColor rgb="FFC00000"/><pageSetUpPr fitToPage="1"/></sheetPr>'
        f'<sheetViews><sheetView showGridLines="0" tabSelected="1" workbookViewId="0"><pane ySplit="{FROZEN}" '
        f'topLeftCell="A{FROZEN + 1}" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft" '
        f'activeCell="A{FROZEN + 1}" sqref="A{FROZEN + 1}"/></sheetView></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="15"/><cols>{columns}</cols><sheetData>{"".join(rows)}</sheetData>'
        f'{merges}{hyperlinks}<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.5" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>'
    ).encode()


def _cell(place: str, box: Box, style: int) -> str:
    if isinstance(box.text, str):
        text = escape(text_of(box.text))
        return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
    return f'<c r="{place}" s="{style}"><v>{box.text!r}</v></c>'


def _link(place: str, name: str, cell: str) -> str:
    quoted = name.replace("'", "''")
    location = text_of(f"'{quoted}'!{cell}")
    return f'<hyperlink ref="{place}" location={quoteattr(location)} display={quoteattr(cell)}/>'


def _height(line: Line) -> float:
    """The height that a line needs: no program measures text in merged cells, and not every one on opening."""
    highest, column = 1.0, 0
    for box in line:
        width = sum(WIDTHS[column : min(column + box.span, WIDTH)])
        column += box.span
        wrapped = sum(
            max(-(-_wide(part) * _SIZES.get(box.look, 1.0) // max(width - 1, 1)), 1)
            for part in str(box.text).split("\n")
        )
        highest = max(highest, wrapped * _SIZES.get(box.look, 1.0))
    return min(highest * _LINE + 3, _TALLEST)


def _wide(text: str) -> int:
    """How many characters wide: a Chinese one is two."""
    return sum(2 if unicodedata.east_asian_width(one) in "WFA" else 1 for one in text)
