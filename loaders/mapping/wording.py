"""How near a heading is to a name: by words that mean the same, by pairs of characters, by rare ones more."""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from math import log, sqrt
from pathlib import Path

from schemas.codelist import fold

_WORDS = Path(__file__).with_name("words.csv")
_HUMP = re.compile(r"([a-z])([A-Z])")
_RUNS = re.compile(r"md5|sha256|[a-z]+|[\u4e00-\u9fff]+")
_LONGEST = 6
# What programs add to a heading.
_NOISE = frozenset({"row", "column", "col", "field", "value", "mark", "str"})
_NAME = re.compile(r"(?:名称|名|[ _]?[Nn]ames?)$")
# What characters say beside the words in which they stand.
_OF_PAIR, _OF_CHARACTER = 0.6, 0.3
# What it counts that two names end in words of one meaning, of one kind of thing, of two kinds; that one says the
# contrary of the other.
_ALIKE, _AKIN, _UNLIKE, _CONTRARY = 1.1, 0.9, 0.45, 0.3
# A heading that says all of a name and more is so near to it at most, and so much for each that it is told from others by
# a word that only one of the two has: a lot's price, the highest.
_SAID_WHOLE, _TOLD_APART = 0.6, 0.8
# What a character of an unknown word weighs beside a known word that is as rare as can be.
_STRANGE = 0.12
_TELLING = frozenset(
    {"=start", "=end", "=least", "=most", "=planned", "=before", "=after", "=first", "=lot", "=foreign"}
)
_CONTRARIES = (("=start", "=end"), ("=least", "=most"), ("=planned", "=actual"), ("=winner", "=seller"))


@cache
def _rows() -> tuple[Mapping[str, str], ...]:
    with _WORDS.open(encoding="utf-8", newline="") as stream:
        return tuple(csv.DictReader(stream))


@cache
def _meanings() -> Mapping[str, str]:
    """What a word means, by the word."""
    return {word: row["meaning"] for row in _rows() for word in row["words"].split("|")}


@cache
def _kinds() -> Mapping[str, str]:
    """What kind of thing a name is of that ends in a word of a meaning: a place, a number, somebody."""
    return {row["meaning"]: row["kind"] for row in _rows() if row["kind"]}


def meanings(name: str) -> frozenset[str]:
    """What the words of a name mean, as far as they are known."""
    return frozenset(term[1:] for term in terms(name) if term.startswith("="))


def is_bare(name: str) -> bool:
    """Whether a name is one known word and nothing else: 时间, id."""
    said = terms(name)
    return (
        sum(term.startswith("=") for term in said) == 1
        and all(term.startswith("=") or not term.isascii() for term in said)
        and (name.isascii() or fold_words(name) in _meanings())
    )


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
        words = [word for run in runs if run.isascii() for word in _split(run) if word not in _NOISE]
        return known.get(words[-1]) if words else None
    ends = (known.get(last[-length:]) for length in range(min(_LONGEST, len(last)), 0, -1))
    return next((meaning for meaning in ends if meaning), None)


def last_word(name: str) -> str:
    """What a name ends in: its last English word, or its last two characters."""
    runs = _RUNS.findall(fold_words(name))
    return (runs[-1] if runs[-1].isascii() else runs[-1][-2:]) if runs else ""


def heads(name: str) -> tuple[str, ...]:
    """The meanings that say what kind of thing a name is of: of 用途名称 a name, and a use."""
    last = head(name)
    if last is None:
        return ()
    before = _NAME.sub("", name)
    further = head(before) if last == "name" and before != name else None
    return (last,) if further is None else (last, further)


def fold_words(name: str) -> str:
    """A name in small letters, words of programs apart: `projectName` → `project name`."""
    return _HUMP.sub(r"\1 \2", name).lower() if name.isascii() else fold(_HUMP.sub(r"\1 \2", name))


def _meant(run: str) -> Iterable[str]:
    """The meanings of the words of a Chinese text, the longest words first found."""
    known = _meanings()
    return (known[word] for word in _words(run))


def _words(run: str) -> Iterable[str]:
    """The known words of a Chinese text, the longest first found."""
    known, at = _meanings(), 0
    while at < len(run):
        for length in range(min(_LONGEST, len(run) - at), 0, -1):
            word = run[at : at + length]
            if word in known:
                yield word
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
        self._heard: dict[str, tuple[Mapping[str, float], str]] = {}
        self._heads = {name: heads(name) for name in known}
        self._terms = known
        self._meant = {
            name: {term for term in found if term.startswith("=")}
            for name, found in known.items()
            if _is_known(name) and any(term[1:] in _kinds() for term in found)
        }
        for name, found in known.items():
            weighed = self._weighed(found)
            for term, weight in weighed.items():
                self._names.setdefault(term, []).append((name, weight))

    def near(self, heading: str) -> dict[str, float]:
        """How near every name is that shares a term with a heading, 0 to 1."""
        alike: dict[str, float] = {}
        whole: dict[str, float] = {}
        said = terms(heading)
        for term, weight in self._weighed(said).items():
            for name, other in self._names.get(term, ()):
                alike[name] = alike.get(name, 0.0) + weight * other
                whole[name] = whole.get(name, 0.0) + other * other
        ends = heads(heading)
        return {
            name: max(near, _SAID_WHOLE * (self._said_whole(heading, name) or whole[name] ** 2))
            * self._same_kind(ends, name)
            * (_CONTRARY if self._contrary(said, name) else 1.0)
            * _TOLD_APART ** len(_TELLING & (said.keys() ^ self._terms[name].keys()))
            for name, near in alike.items()
        }

    def _same_kind(self, ends: Sequence[str], name: str) -> float:
        """A place is no project, whatever other words the two names share."""
        return max((_kinship(one, other) for one in ends for other in self._heads[name]), default=1.0)

    def _said_whole(self, heading: str, name: str) -> float:
        """What part of a heading a name says that consists of known words, all of which the heading says; else 0."""
        known = self._meant.get(name, set())
        return (
            sqrt(self.said_part(heading, name)) if known and known <= self._says(heading)[0].keys() else 0.0
        )

    def said_part(self, heading: str, name: str) -> float:
        """What part of a heading a name says too: its known words, rare ones more, and characters of unknown ones."""
        weights, strange = self._says(heading)
        own, sign_weight = self._terms[name], self._unknown * _STRANGE
        both = sum(weight for term, weight in weights.items() if term in own)
        both += sum(any(sign in term for term in own) for sign in strange) * sign_weight
        whole = sum(weights.values()) + len(strange) * sign_weight
        return both / whole if whole else 1.0

    def _says(self, heading: str) -> tuple[Mapping[str, float], str]:
        """What a heading means, each weighed by how rare it is, and its characters that are in no known word."""
        if heading not in self._heard:
            meant = (term for term in terms(heading) if term.startswith("="))
            weights = {term: self._rarity.get(term, self._unknown) for term in meant}
            self._heard[heading] = weights, unknown(heading)
        return self._heard[heading]

    def _contrary(self, said: Mapping[str, float], name: str) -> bool:
        """Whether a heading says the start of what a name says the end of, or the like."""
        other = self._terms[name]
        return any(
            (one in said and two not in said and two in other and one not in other)
            or (two in said and one not in said and one in other and two not in other)
            for one, two in _CONTRARIES
        )

    def _weighed(self, found: Mapping[str, float]) -> dict[str, float]:
        weighed = {term: count * self._rarity.get(term, self._unknown) for term, count in found.items()}
        length = sqrt(sum(weight * weight for weight in weighed.values())) or 1.0
        return {term: weight / length for term, weight in weighed.items()}


def unknown(name: str) -> str:
    """The Chinese characters of a name that are in no known word."""
    found = ""
    for run in _RUNS.findall(fold_words(name)):
        if not run.isascii():
            rest = run
            for word in _words(run):
                rest = rest.replace(word, "", 1)
            found += rest
    return found


def akin(one: str, other: str) -> bool:
    """Whether two names end in words of one kind of thing, as far as that is known."""
    pairs = [_kinship(mine, theirs) for mine in heads(one) for theirs in heads(other)]
    return not pairs or max(pairs) > _UNLIKE


def _is_known(name: str) -> bool:
    """Whether a name consists of known words only."""
    known = _meanings()
    for run in _RUNS.findall(fold_words(name)):
        if run.isascii():
            if any(word not in known for word in _split(run)):
                return False
        elif len(run) != sum(map(len, _words(run))):
            return False
    return bool(name)


def _kinship(one: str, other: str) -> float:
    """What it counts that a name ends in a word of one meaning and another in one of the other."""
    if one == other:
        return _ALIKE
    kind, others = _kinds().get(one), _kinds().get(other)
    if kind is None or others is None:
        return _AKIN
    return 1.0 if kind == others else _UNLIKE
