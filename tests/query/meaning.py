"""What a search means, said a second time over the original texts, as docs/search.md says it and as plainly.

Nothing of the index takes part: no terms, no stored text. A text is a list of tokens, a word of a search is a list of
tokens, and a text has a word where the one list lies within the other.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from opencc import OpenCC

from schemas.catalog import Catalog
from schemas.field import Field

_CONVERTER = OpenCC("t2s")
_CHINESE = ((0x3007, 0x3007), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF))
_MARKS = '"＂“”„‟〝〞「」『』'
_APART = ",，、;；。"
_UNSEARCHED = (
    "document",
    "withheld",
    "relation",
    "contact",
    "person",
    "money",
    "unitPrice",
    "period",
    "payment",
)
Place = tuple[str, int]  # a character after folding, and the place of the one it comes from


@dataclass(frozen=True)
class Wanted:
    """A word or phrase of a search."""

    tokens: tuple[str, ...]
    prefix: bool
    excluded: bool

    def places(self, tokens: Sequence[str]) -> list[int]:
        """Where it begins in a text's tokens."""
        size = len(self.tokens)
        return [at for at in range(len(tokens) - size + 1) if self._is(tokens[at : at + size])]

    def _is(self, tokens: Sequence[str]) -> bool:
        if tuple(tokens[:-1]) != self.tokens[:-1]:
            return False
        return tokens[-1].startswith(self.tokens[-1]) if self.prefix else tokens[-1] == self.tokens[-1]


@cache
def _folded(letter: str) -> str:
    plain = unicodedata.normalize("NFKC", letter).casefold()
    return "".join(_CONVERTER.convert(one) if is_chinese(one) else one for one in plain)


def is_chinese(letter: str) -> bool:
    """Whether a character is a token of its own."""
    return any(first <= ord(letter) <= last for first, last in _CHINESE)


def tokens(text: str) -> list[tuple[str, int, int]]:
    """(token, first place, place behind) in a text: Chinese characters, and runs of other letters and digits."""
    found: list[tuple[str, int, int]] = []
    goes_on = False
    for at, letter in enumerate(text):
        for one in _folded(letter):
            if is_chinese(one) or not one.isalnum():
                goes_on = False
            if is_chinese(one):
                found.append((one, at, at + 1))
            elif one.isalnum():
                word, first = (found.pop()[:2]) if goes_on else ("", at)
                found.append((word + one, first, at + 1))
                goes_on = True
    return found


@cache
def words(text: str) -> Sequence[str]:
    """The tokens alone."""
    return [token for token, _, _ in tokens(text)]


def wanted(search: str) -> list[Wanted]:
    """The words of a search."""
    found: list[Wanted] = []
    at = 0
    while at < len(search):
        before = search[at - 1] if at else " "
        excluded = search[at] in "-－" and (before.isspace() or before in _APART)
        start = at + excluded
        if start < len(search) and search[start] in _MARKS:
            end = next((i for i in range(start + 1, len(search)) if search[i] in _MARKS), len(search))
            piece, at = search[start + 1 : end], end + 1
            prefix = at < len(search) and search[at] in "*＊"
            at += prefix
        else:
            end = start
            while end < len(search) and not (search[end].isspace() or search[end] in _APART + _MARKS):
                end += 1
            piece, at = search[start:end], max(end, start + 1)
            prefix = piece.endswith(("*", "＊"))
        if words(piece):
            found.append(Wanted(tuple(words(piece)), prefix, excluded))
    return found


def matches(texts: Iterable[str], search: str) -> bool:
    """Whether texts have every word of a search and none that it excludes."""
    within = [words(text) for text in texts]
    return all(any(one.places(text) for text in within) != one.excluded for one in wanted(search))


def rank(title: str, texts: Iterable[str], search: str) -> int:
    """How well texts that match fit the search: the higher, the better."""
    asked = [one for one in wanted(search) if not one.excluded]
    asked = list(
        {(one.tokens, one.prefix and not is_chinese(one.tokens[-1][0])): one for one in asked}.values()
    )
    within = [words(title), *map(words, texts)]
    in_title = all(one.places(within[0]) for one in asked)
    if len(asked) == 1:
        return int(in_title)
    together = Wanted(sum((one.tokens for one in asked), ()), asked[-1].prefix, excluded=False)
    if in_title:
        return 3 if together.places(within[0]) else 2
    return int(any(together.places(text) for text in within))


@dataclass(frozen=True)
class Texts:
    """The searched texts of records, by the schemas of a catalog."""

    catalog: Catalog

    def of(self, record: Mapping[str, Any], title: str) -> Iterator[tuple[Field, str]]:
        """The title and every text that is searched, with the property it stands in."""
        disclosure = self.catalog.versions[record["schema"]]
        yield next(field for field in disclosure.fields if field.name == "title"), title
        yield from _texts(record, disclosure.fields, disclosure.schema["caption"])


def _texts(
    value: Mapping[str, Any], fields: Iterable[Field], captions: Sequence[str]
) -> Iterator[tuple[Field, str]]:
    for field in fields:
        found = value.get(field.name)
        if found is None:
            continue
        if field.kind == "text":
            for text in found if field.many else [found]:
                if len(text) <= _longest(field, captions):
                    yield field, text
        elif field.kind == "object" and field.definition not in _UNSEARCHED:
            named = field.definition == "organization" or field.role is not None
            below = [one for one in field.fields if not named or one.name in ("name", "uscc")]
            for one in found if field.many else [found]:
                yield from _texts(one, below, captions)


def _longest(field: Field, captions: Sequence[str]) -> int:
    """How long a text may be to be searched; 0 for what is none, or personal."""
    if field.name in ("id", "schema") or field.column == "unit":
        return 0
    if field.personal and field.name not in ("name", "uscc"):
        return 0
    naming = field.column in ("number", "title", "location", "name") or field.dotted in captions
    return 1000 if naming else 200


def highlights(texts: Iterable[tuple[Field, str]], search: str) -> list[dict[str, Any]]:
    """Ten places at most where words of a search stand, each text once."""
    asked = [one for one in wanted(search) if not one.excluded]
    found: dict[str, dict[str, Any]] = {}
    for field, text in texts:
        there = tokens(text)
        hit: set[int] = set()
        for one in asked:
            for at in one.places([token for token, _, _ in there]):
                hit |= set(range(there[at][1], there[at + len(one.tokens) - 1][2]))
        if hit and text not in found and len(found) < 10:
            found[text] = {
                "property": field.dotted, "title": field.title, "titleEn": field.title_en, "pieces": _pieces(text, hit),
            }  # fmt: skip
    return list(found.values())


def _pieces(text: str, hit: set[int]) -> list[dict[str, Any]]:
    """The text in pieces; of one longer than 200 that from 40 before the first hit on."""
    first, last = 0, len(text)
    if len(text) > 200:
        first = max(0, min(min(hit) - 40, len(text) - 200))
        last = first + 200
        while last < len(text) and min(hit) < last and set(range(min(hit), last + 1)) <= hit:
            last += 1  # a first hit stays whole
    pieces: list[dict[str, Any]] = []
    for at in range(first, last):
        if pieces and pieces[-1]["hit"] == (at in hit):
            pieces[-1]["text"] += text[at]
        else:
            pieces.append({"text": text[at], "hit": at in hit})
    before = [{"text": "…", "hit": False}] if first else []
    return [*before, *pieces, *([{"text": "…", "hit": False}] if last < len(text) else [])]
