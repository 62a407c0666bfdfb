"""Where the words of a search stand in a record: made of the documents that the statement gives with a page's edges.

The database cannot fold Chinese, so the statement leaves in the place of each edge's highlights what was searched and
is wanted, and the document (`api.marks`).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import orjson

from query.search import Word, read
from schemas.catalog import Catalog
from store.layout import layout
from store.rows import heading
from store.searching import texts
from store.terms import places

HIGHLIGHTS = 10  # places of one record
_WIDTH, _BEFORE = 200, 40  # characters of a place, and how many of them stand before the first hit
# The name of a key, the field it is, and for `pieces` the same of each piece.
Wanted: TypeAlias = tuple[str, str, list[tuple[str, str]]]
Piece: TypeAlias = tuple[str, bool]


def asked(wanted: Sequence[Wanted], text: Any) -> Any:
    """What a mark asks for, of the text of a search."""
    return [[(word.tokens, word.prefix) for word in read(str(text)).words], wanted]


class Highlighter:
    """Makes highlights, by the types of one catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def made(self, asked: Any, documents: Sequence[str]) -> Any:
        """The highlights of one document; `asked` are the words and what is wanted of each place."""
        (document,) = documents
        if not document:
            return []
        given, wanted = asked
        words = [Word(tuple(tokens), prefix) for tokens, prefix in given]
        return self._highlights(orjson.loads(bytes.fromhex(document)), words, wanted)

    def _highlights(
        self, record: Mapping[str, Any], words: Sequence[Word], wanted: Sequence[Wanted]
    ) -> list[dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for path, text, title, title_en in self._texts(record):
            if text in found:
                continue
            hits = _hits(text, words)
            if hits:
                facts = {"__typename": "Highlight", "property": path, "title": title, "titleEn": title_en}
                pieces = _pieces(text, hits)
                found[text] = {
                    name: facts[field] if field != "pieces" else [_piece(piece, below) for piece in pieces]
                    for name, field, below in wanted
                }
                if len(found) == HIGHLIGHTS:
                    break
        return list(found.values())

    def _texts(self, record: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
        """(path, text, title, title in English) of all that is searched, the title first."""
        disclosure = self._catalog.versions.get(record["schema"])
        if disclosure is None:
            return
        known = disclosure.by_path
        title = known["title"]
        yield "title", heading(record, disclosure), title.title, title.title_en
        for path, text in texts(record, layout(disclosure, self._catalog)):
            field = known[".".join(path)]
            yield field.dotted, text, field.title, field.title_en


def _hits(text: str, words: Sequence[Word]) -> list[tuple[int, int]]:
    """Where words stand in a text, in order, overlapping ones in one."""
    tokens = places(text)
    found: list[tuple[int, int]] = []
    for word in words:
        size = len(word.tokens)
        for at in range(len(tokens) - size + 1):
            here = tokens[at : at + size]
            if all(map(_fits, here, word.tokens, [False] * (size - 1) + [word.prefix])):
                found.append((here[0][1], here[-1][2]))
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _fits(token: tuple[str, int, int], wanted: str, prefix: bool) -> bool:
    return token[0] == wanted or (prefix and token[0].startswith(wanted))


def _pieces(text: str, hits: Sequence[tuple[int, int]]) -> list[Piece]:
    """The text in pieces, hit or not; of a long one what stands around the first hit."""
    first, last = 0, len(text)
    if len(text) > _WIDTH:
        first = max(0, min(hits[0][0] - _BEFORE, len(text) - _WIDTH))
        last = min(len(text), max(first + _WIDTH, hits[0][1]))
    pieces: list[Piece] = [("…", False)] if first else []
    at = first
    for start, end in hits:
        if start >= last:
            break
        pieces += [(text[at:start], False), (text[start : min(end, last)], True)]
        at = min(end, last)
    pieces += [(text[at:last], False), ("…" if last < len(text) else "", False)]
    return [piece for piece in pieces if piece[0]]


def _piece(piece: Piece, wanted: Sequence[tuple[str, str]]) -> dict[str, Any]:
    facts = {"__typename": "HighlightPiece", "text": piece[0], "hit": piece[1]}
    return {name: facts[field] for name, field in wanted}
