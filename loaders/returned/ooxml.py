"""Names of Office Open XML (ECMA-376, transitional), and reading and writing its small parts."""

import re
from typing import Final

from lxml import etree

from formats.error import FormatError

MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONSHIPS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
CONTENT_TYPES: Final = "http://schemas.openxmlformats.org/package/2006/content-types"

WORKBOOK_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_SPREADSHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml."
WORKSHEET_TYPE: Final = f"{_SPREADSHEET}worksheet+xml"
STYLES_TYPE: Final = f"{_SPREADSHEET}styles+xml"
COMMENTS_TYPE: Final = f"{_SPREADSHEET}comments+xml"
VML_TYPE: Final = "application/vnd.openxmlformats-officedocument.vmlDrawing"

# Excel's limits.
TEXT_LIMIT: Final = 32_767
ROWS: Final = 1_048_576
COLUMNS: Final = 16_384

# What XML cannot hold, and what Excel reads as an escape of it: _x000D_.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")

Element = etree._Element


def parse(content: bytes) -> Element:
    """The root of a part; no entity, no document type, nothing from outside. Raises FormatError F040."""
    try:
        root = etree.fromstring(content, _parser())
    except etree.XMLSyntaxError as error:
        raise FormatError("F040", reason=str(error)[:200]) from error
    if root.getroottree().docinfo.doctype:
        raise FormatError("F040", reason="a document type in XML")
    return root


def parse_loosely(content: bytes) -> Element:
    """The root of a drawing in VML, which may be no XML: Excel writes `<br>` in it."""
    try:
        return parse(content)
    except FormatError:
        root = etree.fromstring(content, _parser(recover=True))
        # What lxml's types do not say: nothing is left of what is no XML at all.
        if root is None or root.getroottree().docinfo.doctype:
            raise
        return root


def _parser(*, recover: bool = False) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=recover
    )


def serialize(root: Element) -> bytes:
    """The bytes of a part."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def local(element: Element) -> str:
    """The element's name without its namespace, '' for a comment."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def text_of(text: str) -> str:
    """A text as a cell or a comment can hold it, cut where Excel cuts."""
    text = _ESCAPE.sub("_x005F_", _FORBIDDEN.sub("", text))
    return text if len(text) <= TEXT_LIMIT else text[: TEXT_LIMIT - 1] + "…"
