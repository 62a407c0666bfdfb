"""How near a heading is to a name: by words that mean the same, by pairs of characters, by rare ones more."""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from math import log, sqrt
from pathlib import Path

from schemas.codelist import fold

_WORDS = Path(__file__).with_name("words.csv")
_HUMP = re.compile(r"([a-z])([A-Z])")
_RUNS = re.compile(r"[a-z]+|[\u4e00-\u9fff]+")
_LONGEST = 6
# What characters say beside the words in which they stand.
# What it counts that two names end in words of one meaning, or of two.
_ALIKE, _UNLIKE = 1.1, 0.75
_OF_PAIR, _OF_CHARACTER = 0.6, 0.3


@cache
def _meanings() -> Mapping[str, str]:
    """What a word means, by the word; where two meanings have a word, the first."""
    found: dict[str, str] = {}
    with _WORDS.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            for word in row["words"].split("|"):
                found.setdefault(word, row["meaning"])
    return found


def terms(name: str) -> dict[str, float]:
    """What a name is compared by, each with its weight: `=area` is a meaning, the rest are words and characters.

    >>> sorted(terms("宗地面积"))
    ['=area', '=land', '地', '地面', '宗', '宗地', '积', '面', '面积']
    """
    found: dict[str, float] = defaultdict(float)
    for run in _RUNS.findall(fold_words(name)):
        if run.isascii():
            for word in _split(run):
                meaning = _meanings().get(word)
                found[f"={meaning}" if meaning else word] += 1
        else:
            for meaning in _meant(run):
                found[f"={meaning}"] += 1
            for character in run:
                found[character] += _OF_CHARACTER
            for at in range(len(run) - 1):
                found[run[at : at + 2]] += _OF_PAIR
    return dict(found)


def head(name: str) -> str | None:
    """The meaning of a name's last word, which says what kind of thing it names: of 项目位置 and of parcelLocation, place."""
    runs = _RUNS.findall(fold_words(name))
    if not runs:
        return None
    known, last = _meanings(), runs[-1]
    if last.isascii():
        words = _split(last)
        return known.get(words[-1])
    ends = (known.get(last[-length:]) for length in range(min(_LONGEST, len(last)), 0, -1))
    return next((meaning for meaning in ends if meaning), None)


def fold_words(name: str) -> str:
    """A name in small letters, words of programs apart: `projectName` → `project name`."""
    return _HUMP.sub(r"\1 \2", name).lower() if name.isascii() else fold(_HUMP.sub(r"\1 \2", name))


def _meant(run: str) -> Iterable[str]:
    """The meanings of the words of a Chinese text, the longest words first found."""
    known, at = _meanings(), 0
    while at < len(run):
        for length in range(min(_LONGEST, len(run) - at), 0, -1):
            meaning = known.get(run[at : at + length])
            if meaning:
                yield meaning
                at += length
                break
        else:
            at += 1


@cache
def _split(word: str) -> tuple[str, ...]:
    """An English word as it is compared: its singular, or two words that were written as one."""
    known = _meanings()
    if word in known:
        return (word,)
    if word.endswith("s") and word[:-1] in known:
        return (word[:-1],)
    for at in range(len(word) - 1, 1, -1):
        first, last = word[:at], word[at:]
        if len(first) > 2 and len(last) > 1 and first in known and (last in known or last in ("by", "of")):
            return (first, last) if last in known else (first,)
        if len(first) > 1 and len(last) > 3 and last in known and len(first) < 3:
            return (last,)
    return (word.removesuffix("s") if len(word) > 3 else word,)


class NameIndex:
    """Names that are compared with headings; a term weighs more the fewer names have it."""

    def __init__(self, names: Iterable[str]) -> None:
        known = {name: terms(name) for name in dict.fromkeys(names)}
        in_names = Counter(term for found in known.values() for term in found)
        self._rarity = {term: log(1 + len(known) / count) for term, count in in_names.items()}
        self._unknown = log(1 + len(known))
        self._names: dict[str, list[tuple[str, float]]] = {}
        self._heads = {name: head(name) for name in known}
        for name, found in known.items():
            weighed = self._weighed(found)
            for term, weight in weighed.items():
                self._names.setdefault(term, []).append((name, weight))

    def near(self, heading: str) -> dict[str, float]:
        """How near every name is that shares a term with a heading, 0 to 1."""
        found: dict[str, float] = {}
        for term, weight in self._weighed(terms(heading)).items():
            for name, other in self._names.get(term, ()):
                found[name] = found.get(name, 0.0) + weight * other
        last = head(heading)
        return {name: near * self._same_kind(last, name) for name, near in found.items()}

    def _same_kind(self, last: str | None, name: str) -> float:
        """A place is no project, whatever other words the two names share."""
        other = self._heads[name]
        if last is None or other is None:
            return 1.0
        return _ALIKE if last == other else _UNLIKE

    def _weighed(self, found: Mapping[str, float]) -> dict[str, float]:
        weighed = {term: count * self._rarity.get(term, self._unknown) for term, count in found.items()}
        length = sqrt(sum(weight * weight for weight in weighed.values())) or 1.0
        return {term: weight / length for term, weight in weighed.items()}
