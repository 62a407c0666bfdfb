"""Records as XML, the exports of departments' systems; and the XML that Excel 2002 and 2003 wrote."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import TextIOWrapper
from typing import Any, BinaryIO, Final

from lxml import etree

from formats import spreadsheetml
from formats.error import FormatError
from formats.html import declared_encoding
from formats.row import Remark, Row
from formats.text import CHUNK, as_text

SUFFIXES = (".xml",)
MEDIA_TYPE = "application/xml"

DEPTH_LIMIT: Final = 100
SHAPES_LIMIT: Final = 10_000

# What may stand before the root, a DOCTYPE excepted.
PROLOG = re.compile(r"(?:\s|<\?(?:[^?]|\?(?!>))*+\?>|<!--(?:[^-]|-(?!->))*+-->)*+")

SCHEMA_INSTANCE: Final = "{http://www.w3.org/2001/XMLSchema-instance}"
XML_NAMESPACE: Final = "{http://www.w3.org/XML/1998/namespace}"


def read(stream: BinaryIO) -> Iterator[Row | Remark]:
    """One row for each record, numbered by the line where it begins.

    The records are the elements that repeat below the root, whatever wraps them; where several kinds do, each is a
    sheet of its name. Child elements and attributes are cells by their local names: text as str, what is empty as
    None, an element with elements as a dict, what repeats as a list. Text beside attributes keeps the element's
    name, and the attributes are `element.attribute`; text among elements is prose and read as text.

    Raises FormatError F060 to F064 and those of the text's encoding. A workbook of Excel 2003 is read as its tables.
    """
    with as_text(stream, declared_encoding(stream)) as text:
        beginning = text.tell()
        head = text.read(CHUNK)
        text.seek(beginning)
        root = _root_of(head)
        if spreadsheetml.is_workbook(head[root : head.find(">", root)]):
            yield from spreadsheetml.rows(_events(text))
            return
        kinds = _kinds(_surveyed(text))
        text.seek(beginning)
        yield from _records(text, kinds)


def _root_of(head: str) -> int:
    """Where the root element begins; FormatError F061 for a DOCTYPE, so that no parser sees one."""
    found = PROLOG.match(head)
    assert found is not None
    if head.startswith("<!DOCTYPE", found.end()):
        raise FormatError("F061")
    if len(head) == CHUNK and (found.end() == CHUNK or head[found.end() :][:2] in ("<", "<!", "<?")):
        raise FormatError("F060", line=1, column=1, reason="no element in the first megabyte")
    return found.end()


@contextmanager
def _broken_as_format_error() -> Iterator[None]:
    try:
        yield
    except etree.XMLSyntaxError as error:
        line, column = error.position
        reason = re.sub(r", line \d+, column \d+.*", "", str(error.msg))[:200]
        raise FormatError("F060", line=line or 1, column=column or 1, reason=reason) from None


@dataclass(slots=True)
class _Shape:
    """What was seen of the elements on one path."""

    name: str
    count: int = 0
    attributes: set[str] = field(default_factory=set)
    children: dict[str, "_Shape"] = field(default_factory=dict)

    @property
    def leaves(self) -> set[str]:
        """The names of its plain values. An element without any only wraps others."""
        plain = {child.name for child in self.children.values() if not child.children}
        return self.attributes | (plain if self.children else {self.name})


class _Survey:
    """What the parser calls when a file is read the first time; nothing of the file is kept but its shapes."""

    def __init__(self) -> None:
        self.top = _Shape("")
        self._path = [self.top]
        self._known = 0
        self._too_deep = 0

    def start(self, tag: str, attributes: Any) -> None:
        # Whoever reads the records says in which line.
        if self._too_deep or len(self._path) > DEPTH_LIMIT:
            self._too_deep += 1
            return
        name = _local(tag)
        above = self._path[-1]
        shape = above.children.get(name)
        if shape is None:
            shape = above.children[name] = _Shape(name)
            self._count()
        shape.count += 1
        for key in attributes:
            if _counts(key) and (local := _local(key)) not in shape.attributes:
                shape.attributes.add(local)
                self._count()
        self._path.append(shape)

    def end(self, tag: str) -> None:
        if self._too_deep:
            self._too_deep -= 1
        else:
            self._path.pop()

    def close(self) -> _Shape:
        return next(iter(self.top.children.values()), self.top)

    def _count(self) -> None:
        self._known += 1
        if self._known > SHAPES_LIMIT:
            raise FormatError("F064", limit=SHAPES_LIMIT)


def _surveyed(text: TextIOWrapper) -> _Shape:
    """The shape of the root element."""
    survey: Any = _Survey()
    parser = etree.XMLParser(
        target=survey,
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    with _broken_as_format_error():
        while chunk := text.read(CHUNK):
            parser.feed(chunk.encode())
        root: _Shape = parser.close()
    return root


def _kinds(root: _Shape) -> dict[tuple[str, ...], str]:
    """The paths of the records, each with the name of its sheet; where several kinds repeat, they are all taken."""
    if not root.children and not root.attributes:
        raise FormatError("F062", root=root.name[:100])
    found = _candidates(root, ())
    repeated = [kind for kind in found if kind[1].count > 1]
    if len(repeated) < 2:
        return {max(found, key=lambda kind: (kind[1].count, len(kind[1].leaves)))[0]: ""}
    names = Counter(path[-1] for path, _ in repeated)
    return {path: path[-1] if names[path[-1]] == 1 else "/".join(path[1:]) for path, _ in repeated}


def _candidates(shape: _Shape, above: tuple[str, ...]) -> list[tuple[tuple[str, ...], _Shape]]:
    """The outermost elements that have plain values: this one, or those inside it."""
    path = (*above, shape.name)
    inside = [
        kind for child in shape.children.values() if child.children or child.attributes
        for kind in _candidates(child, path)
    ]  # fmt: skip
    own = shape.leaves
    if own and not _wraps(shape, [one for _, one in inside]):
        return [(path, shape)]
    return [(path, shape)] if _holds_all(shape, [one for _, one in inside]) else inside


def _holds_all(shape: _Shape, inside: list[_Shape]) -> bool:
    """Whether an element that repeats has several objects and nothing else, each once at most: they are one record."""
    return shape.count > 1 and len(inside) > 1 and all(one.count <= shape.count for one in inside)


def _wraps(shape: _Shape, inside: list[_Shape]) -> bool:
    """Whether one element with a count or a date stands around the records, and is none itself.

    It does where it says less than each of several, or much less than a single one.
    """
    own = len(shape.leaves)
    return shape.count == 1 and any(len(one.leaves) > own * (1 if one.count > 1 else 3) for one in inside)


def _events(text: TextIOWrapper) -> Iterator[tuple[str, Any, int]]:
    """Start and end of each element in order, and the line; whoever takes them lets go of what it has read."""
    parser = etree.XMLPullParser(
        events=("start", "end"), encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False,
        huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    depth, number = 0, 0
    # Line by line: beyond line 65,535 the parser itself does not know well where an element stands.
    while piece := text.readline(CHUNK):
        number += 1
        broken = None
        try:
            with _broken_as_format_error():
                parser.feed(piece.encode())
        except FormatError as error:
            broken = error
        for event, element in parser.read_events():
            depth += 1 if event == "start" else -1
            if depth > DEPTH_LIMIT:
                raise FormatError("F063", line=number, limit=DEPTH_LIMIT)
            yield event, element, number
        if broken:
            raise broken
        number -= not piece.endswith(("\r", "\n"))
    with _broken_as_format_error():
        parser.close()


def _records(text: TextIOWrapper, kinds: dict[tuple[str, ...], str]) -> Iterator[Row]:
    path: list[str] = []
    within, begun = 0, 0
    for event, element, line in _events(text):
        if event == "start":
            path.append(_local(element.tag))
            if within or tuple(path) in kinds:
                within += 1
                begun = line if within == 1 else begun
            continue
        if within == 1:
            yield Row(kinds[tuple(path)], begun, _record(element))
        within -= bool(within)
        path.pop()
        if not within:
            spreadsheetml.let_go(element)


def _record(element: Any) -> dict[str, Any]:
    cells = _attributes(element)
    held = _value(element)
    if isinstance(held, dict):
        for name, value in held.items():
            _put(cells, name, value)
    elif held is not None or not cells:
        _put(cells, _local(element.tag), held)
    return cells


def _value(element: Any) -> Any:
    """What an element holds, its attributes aside: text, None, or a dict."""
    if not len(element):
        return _text(element.text)
    if (element.text or "").strip() or any((child.tail or "").strip() for child in element):
        return _text("".join(element.itertext()))
    cells: dict[str, Any] = {}
    names = Counter(_local(child.tag) for child in element)
    for child in element:
        name, value, attributes = _local(child.tag), _value(child), _attributes(child)
        if isinstance(value, dict) or (attributes and (value is None or names[name] > 1)):
            _put(cells, name, _record(child))
            continue
        for key, said in attributes.items():
            _put(cells, f"{name}.{key}", said)
        _put(cells, name, value)
    return cells


def _put(cells: dict[str, Any], name: str, value: Any) -> None:
    if name not in cells:
        cells[name] = value
    elif isinstance(cells[name], list):
        cells[name].append(value)
    else:
        cells[name] = [cells[name], value]


def _attributes(element: Any) -> dict[str, Any]:
    cells: dict[str, Any] = {}
    for key, value in element.attrib.items():
        if _counts(key):
            _put(cells, _local(key), _text(value))
    return cells


def _counts(attribute: str) -> bool:
    """Whether an attribute says something of the record, not of its XML."""
    return not attribute.startswith((SCHEMA_INSTANCE, XML_NAMESPACE))


def _text(text: str | None) -> str | None:
    """Text without the white space of the layout around it."""
    return (text or "").strip(" \t\r\n") or None


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
