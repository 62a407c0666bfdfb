"""Comments of a sheet (what Excel now calls notes): ours added, below a person's own where there is one; ours taken back."""

from collections.abc import Mapping
from typing import Final

from lxml import etree

from formats.extent import column_letters, column_number
from loaders.returned.ooxml import MAIN, Element, parse, text_of
from loaders.returned.sheet import Place

AUTHOR: Final = "openalloc"
# What we say stands between these two lines, so that it is found again whoever saved the workbook since.
FIRST: Final = "—— openalloc 核对 ——"
LAST: Final = "—— openalloc ——"

# Excel shows a conversation in place of the comment that carries it.
_THREADED: Final = "tc="
_FONT: Final = (
    '<rPr><sz val="9"/><color indexed="81"/><rFont val="宋体"/><family val="3"/><charset val="134"/></rPr>'
)


class Comments:
    """The comments of one sheet by place."""

    def __init__(self, content: bytes | None) -> None:
        empty = f'<comments xmlns="{MAIN}"><authors/><commentList/></comments>'.encode()
        self.root = parse(content or empty)
        self._authors = self._child("authors")
        self._list = self._child("commentList")

    def take_back(self) -> set[Place]:
        """Take away what we said; gives the places where no comment is left."""
        gone = set()
        for comment in list(self._list):
            text = comment.find(f"{{{MAIN}}}text")
            if text is None or not _cut(text):
                continue
            if not "".join(one.text or "" for one in _pieces(text)):
                place = _place(comment.get("ref", ""))
                gone |= {place} if place else set()
                self._list.remove(comment)
        return gone

    def add(self, said: Mapping[Place, str]) -> set[Place]:
        """Say something at places; gives those that had no comment, which need a shape to show it."""
        by_place = {_place(comment.get("ref", "")): comment for comment in self._list}
        threaded = {
            str(number) for number, one in enumerate(self._authors) if (one.text or "").startswith(_THREADED)
        }
        new = set()
        for place, text in said.items():
            block = f"{FIRST}\n{text}\n{LAST}"
            comment = by_place.get(place)
            if comment is None:
                self._append(place, block)
                new.add(place)
            elif comment.get("authorId") not in threaded:
                _append_to(comment, f"\n\n{block}")
        return new

    def _append(self, place: Place, block: str) -> None:
        ref = f"{column_letters(place[1])}{place[0]}"
        comment = etree.SubElement(self._list, f"{{{MAIN}}}comment", ref=ref, authorId=str(self._author()))
        etree.SubElement(comment, f"{{{MAIN}}}text").append(_run(block))

    def _author(self) -> int:
        names = [one.text for one in self._authors]
        if AUTHOR not in names:
            etree.SubElement(self._authors, f"{{{MAIN}}}author").text = AUTHOR
        return names.index(AUTHOR) if AUTHOR in names else len(names)

    def _child(self, name: str) -> Element:
        found = self.root.find(f"{{{MAIN}}}{name}")
        return etree.SubElement(self.root, f"{{{MAIN}}}{name}") if found is None else found


def _append_to(comment: Element, block: str) -> None:
    text = comment.find(f"{{{MAIN}}}text")
    if text is None:
        text = etree.SubElement(comment, f"{{{MAIN}}}text")
    plain = text.find(f"{{{MAIN}}}t")
    if plain is not None:
        run = etree.Element(f"{{{MAIN}}}r")
        text.replace(plain, run)
        run.append(plain)
    runs = text.findall(f"{{{MAIN}}}r")
    if runs:
        runs[-1].addnext(_run(block))
    else:
        text.insert(0, _run(block))


def _run(text: str) -> Element:
    run = etree.fromstring(f'<r xmlns="{MAIN}">{_FONT}<t xml:space="preserve"/></r>')
    run[-1].text = text_of(text)
    return run


def _cut(text: Element) -> bool:
    """Take what stands between our lines out of a comment's text; whether there was any."""
    found = False
    while True:
        pieces = _pieces(text)
        # Excel ends lines in comments as Windows does where somebody has typed in them.
        said = "".join((one.text or "").replace("\r\n", "\n") for one in pieces)
        start = said.find(FIRST)
        if start < 0:
            return found
        found = True
        end = said.find(LAST, start + len(FIRST))
        end = len(said) if end < 0 else end + len(LAST)
        if said[:start].endswith("\n\n"):
            start -= 2
        _delete(text, pieces, start, end)


def _delete(text: Element, pieces: list[Element], start: int, end: int) -> None:
    at = 0
    for piece in pieces:
        said = (piece.text or "").replace("\r\n", "\n")
        first, last = max(start - at, 0), min(end - at, len(said))
        at += len(said)
        if first < last:
            piece.text = said[:first] + said[last:]
            run = piece.getparent()
            if not piece.text and run is not None and run is not text:
                text.remove(run)


def _pieces(text: Element) -> list[Element]:
    """The pieces of text in the order of reading, without those that say how others are pronounced."""
    return [*text.findall(f"{{{MAIN}}}t"), *text.findall(f"{{{MAIN}}}r/{{{MAIN}}}t")]


def _place(ref: str) -> Place | None:
    letters = ref.rstrip("0123456789")
    digits = ref[len(letters) :]
    return (
        (int(digits), column_number(letters)) if letters.isascii() and letters.isalpha() and digits else None
    )
