"""Search terms: what a text is found by, the same for SQLite's FTS5 and PostgreSQL's array.

A text is a row of tokens: each Chinese character is one, and each run of other letters and digits. Everything else
(spaces, punctuation, signs) only parts tokens. `normal` writes the tokens so that one row of tokens is part of
another exactly where one string is part of the other; `terms` are what the index holds of it. Chinese is indexed by
character and by pairs of neighbours, because a word of two characters is the commonest query and no word list knows
names. A record that has all terms of a query is a candidate; where terms do not say enough (order, nearness), the
normal text is looked at.
"""

import re
import unicodedata
from bisect import bisect
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from math import ceil
from operator import add

from opencc import OpenCC

_CHINESE = "〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_RUNS = re.compile(rf"([{_CHINESE}]+)|([^\W_{_CHINESE}]+)")
_TOKENS = re.compile(rf"[{_CHINESE}]|[^\W_{_CHINESE}]+")
_IS_CHINESE = re.compile(f"[{_CHINESE}]").match
_OTHERS = re.compile(rf"([^ \n{_CHINESE}]+)")  # runs of other letters and digits, where nothing else is left
# Parts of a text on its way that no folded text has: the edge of such a run, and a character that may join the one
# before it, so that the text has to be folded whole.
_EDGE, _UNSURE = "\x01", "\x00"
# What joins the character before it without being a combining mark (Hangul, some vowels of India and beyond).
_JOINING = frozenset(map(chr, (
    *range(0x1161, 0x1176), *range(0x11A8, 0x11C3),
    0x9BE, 0x9D7, 0xB3E, 0xB56, 0xB57, 0xBBE, 0xBD7, 0xCC2, 0xCD5, 0xCD6, 0xD3E, 0xD57, 0xDCF,
    0xDDF, 0xFB5, 0xFB7, 0x102E, 0x1B35, 0x11127, 0x1133E, 0x11357, 0x114B0, 0x114BA, 0x114BD, 0x115AF, 0x11930,
)))  # fmt: skip
_LONGEST = 64  # characters of a Latin run: an entry of PostgreSQL's index has a limit
_BEGINNINGS = (2, 3, 4, 6, 8, 12, 16)  # lengths at which the beginning of a run is a term of its own
_SHORT = 32  # characters of a piece whose terms are kept for when it comes again
_COVERING = 12  # pairs of a phrase that are asked of the index; the text is looked at in any case
# Signs behind a term; neither is a letter, so that no text has such a term, and FTS5 parts only at ASCII signs.
_BEGINS, _IN_TITLE = "…", "‖"
SHORTEST_PREFIX = _BEGINNINGS[0]


def normal(title: str, texts: Iterable[str] = ()) -> str:
    """Texts as they are compared: a line each, the title's first; Chinese runs on, other tokens stand between spaces.

    >>> normal("昆明市“KCC2024-7号”", ["雲南 省"])
    '昆明市 kcc2024 7 号\\n云南省\\n'
    """
    first, *others = _lines((title, *texts))
    lines = dict.fromkeys(others)
    lines.pop(first, None)
    lines.pop("", None)
    return "\n".join((first, *lines, ""))


def terms(text: str) -> list[str]:
    """What a `normal` text is found by; those of its first line, the title, stand a second time with a sign.

    >>> terms(normal("云南", ["kcc24"]))
    ['云', '南', '云南', 'kcc24', 'kc…', 'kcc…', 'kcc2…', '云‖', '南‖', '云南‖']
    """
    found, own = _found(text)
    return [*found, *(term + _IN_TITLE for term in own)]


def joined(text: str, between: str) -> str:
    """The same terms in one text with something between them.

    >>> joined(normal("云南", ["kc"]), " ")
    '云 南 云南 kc kc… 云‖ 南‖ 云南‖'
    """
    found, own = _found(text)
    if not own:
        return between.join(found)
    return f"{between.join(found)}{between}{(_IN_TITLE + between).join(own)}{_IN_TITLE}"


def tokens(text: str) -> list[str]:
    """The tokens of a text, in their order.

    >>> tokens("ＫＣＣ2024-7号、雲南")
    ['kcc2024', '7', '号', '云', '南']
    """
    return _TOKENS.findall(fold(text))


def places(text: str) -> list[tuple[str, int, int]]:
    """The tokens of a text with where each stands in it; empty where folding leaves no way back to the text.

    >>> places("㎡雲")
    [('m2', 0, 1), ('云', 1, 2)]
    """
    clusters: list[str] = []
    for letter in text:
        if clusters and unicodedata.combining(letter):
            clusters[-1] += letter
        else:
            clusters.append(letter)
    origin: list[tuple[int, int]] = []
    at = 0
    folded = []
    for cluster in clusters:
        folded.append(fold(cluster))
        origin += [(at, at + len(cluster))] * len(folded[-1])
        at += len(cluster)
    whole = "".join(folded)
    if whole != fold(text):
        return []
    found = _TOKENS.finditer(whole)
    return [(one.group(), origin[one.start()][0], origin[one.end() - 1][1]) for one in found]


def needle(sought: Sequence[str], *, prefix: bool = False) -> str:
    """Tokens side by side as they stand in a `normal` text; of the last one only the beginning with `prefix`.

    >>> needle(["2024", "年"]), needle(["kcc"], prefix=True)
    (' 2024 年', ' kcc')
    """
    text = "".join(token if _IS_CHINESE(token) else f" {token} " for token in sought).replace("  ", " ")
    return text[:-1] if prefix and text.endswith(" ") else text


def asked_terms(sought: Sequence[str], *, prefix: bool = False) -> tuple[list[str], bool]:
    """The terms that a text with these tokens side by side has, and whether every text that has them is one.

    A prefix of a Latin run that stands alone has SHORTEST_PREFIX characters at least.

    >>> asked_terms(["云", "南"]), asked_terms(["2024", "年"]), asked_terms(["kcc20"], prefix=True)
    ((['云南'], True), (['2024', '年'], False), (['kcc2…'], False))
    """
    found: list[str] = []
    run: list[str] = []
    for token in (*sought, ""):
        if token and _IS_CHINESE(token):
            run.append(token)
            continue
        found += _covering(run)
        run = []
        if token:
            found.append(token[:_LONGEST])
    last = sought[-1]
    if prefix and not _IS_CHINESE(last):
        length = max((size for size in _BEGINNINGS if size <= len(last)), default=0)
        found[-1:] = [last[:length] + _BEGINS] if length else []
        return found, len(sought) == 1 and length == len(last)
    alone = len(sought) == 1 and len(last) <= _LONGEST
    return found, alone or (len(sought) == 2 and all(map(_IS_CHINESE, sought)))


def in_title(found: Iterable[str]) -> list[str]:
    """The terms as a title has them."""
    return [term + _IN_TITLE for term in found]


def match_expression(found: Iterable[str]) -> str:
    """Terms as FTS5's MATCH wants them: every one of them; they hold no quotation marks."""
    return " ".join(f'"{term}"' for term in found)


def simplified(text: str) -> str:
    """A text with each traditional character as its simplified one, whatever the phrase."""
    return text.translate(_simplified())


def fold(text: str) -> str:
    """A text as it is compared: compatible forms, small letters, simplified characters one by one."""
    return unicodedata.normalize("NFKC", text).casefold().translate(_simplified())


def _lines(texts: Sequence[str]) -> list[str]:
    """Each text as it is compared. All at once: a step in C for a character, and none in Python."""
    whole = "\n".join(texts)
    if whole.count("\n") >= len(texts):
        whole = "\n".join([text.replace("\n", " ") for text in texts])
    flat = whole.translate(_letters())
    if _UNSURE in flat:
        return [_line(text) for text in texts]
    marked = _EDGE.join(_OTHERS.split(flat)).replace(" ", "")
    return marked.replace(_EDGE + _EDGE, " ").replace(_EDGE, " ").split("\n")


def _line(text: str) -> str:
    """One text as it is compared, whatever its characters."""
    return "".join(
        chinese or f" {other} " for chinese, other in _RUNS.findall(fold(text))
    ).replace("  ", " ")  # fmt: skip


class _Letters(dict[int, str]):
    """What each character folds to, a space for what parts tokens; filled as characters are met."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        first = unicodedata.normalize("NFKD", letter)[0]
        if letter == "\n":
            made = letter
        elif unicodedata.combining(first) or first in _JOINING:
            made = _UNSURE
        else:
            made = "".join(one if _TOKENS.match(one) else " " for one in fold(letter))
        self[code] = made
        return made


@cache
def _letters() -> _Letters:
    return _Letters()


def _found(text: str) -> tuple[dict[str, None], dict[str, None]]:
    """The terms of a normal text without those of its title, which stand beside them, with a sign."""
    title, _, rest = text.partition("\n")
    own = dict.fromkeys(_terms(title))
    return own | dict.fromkeys(_terms(rest)), own


def _terms(text: str) -> list[str]:
    """The terms of a normal text, some several times. They depend on the text alone, so that they can be made again
    to be taken out.
    """
    found: list[str] = []
    for piece in dict.fromkeys(text.split()):
        found += _terms_of_short(piece) if len(piece) <= _SHORT else _terms_of(piece)
    return found


def _terms_of(piece: str) -> list[str]:
    if piece.isascii() or not _IS_CHINESE(piece):
        beginnings = _BEGINNINGS[: bisect(_BEGINNINGS, len(piece))]
        return [piece[:_LONGEST], *[piece[:size] + _BEGINS for size in beginnings]]
    characters = [*piece]
    return [*characters, *map(add, characters, characters[1:])]


# Names of places and organizations, numbers and years come again and again; a few megabytes hold thousands.
_terms_of_short = lru_cache(maxsize=4096)(_terms_of)


def _covering(run: Sequence[str]) -> list[str]:
    """All pairs of a run, or so many of them that few texts have them by chance.

    Those that overlap tell most: of 公司有限 few texts have 司有, and all may have 公司 and 有限.
    """
    if len(run) < 2:
        return list(run)
    step = ceil((len(run) - 1) / _COVERING)
    places = dict.fromkeys((*range(0, len(run) - 1, step), len(run) - 2))
    return [run[place] + run[place + 1] for place in places]


@cache
def _simplified() -> dict[int, str]:
    """Each traditional character's simplified one.

    Character by character, never by phrase (乾隆 stays, 乾 becomes 干): a query is a piece of the text, and a piece
    must fold as the whole does.
    """
    ranges = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0x20000, 0x323AF))
    characters = [chr(code) for first, last in ranges for code in range(first, last + 1)]
    converted = OpenCC("t2s").convert("\n".join(characters)).split("\n")
    pairs = zip(characters, converted, strict=True)
    return {ord(before): after for before, after in pairs if before != after}
