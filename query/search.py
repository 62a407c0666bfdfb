"""The text of a search read: words, "phrases", prefix*, -excluded; no character of it can be an operator of a database.

The syntax and what matches are said in docs/search.md.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import chain

from query.errors import QueryError
from store.terms import SHORTEST_PREFIX, asked_terms, in_title, needle, tokens

LONGEST = 500  # characters of a search
MOST = 20  # words of a search
_MARKS = '"＂“”„‟〝〞「」『』'
_BETWEEN = r"\s,，、;；。"
_WORD = re.compile(
    rf"(?:(?<![^{_BETWEEN}])(?P<minus>[-－]))?"
    rf"(?:[{_MARKS}](?P<phrase>[^{_MARKS}]*)(?:[{_MARKS}]|$)(?P<star>[*＊])?|(?P<word>[^{_BETWEEN}{_MARKS}]+))"
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word or phrase: tokens side by side; of the last one only the beginning with `prefix`."""

    tokens: tuple[str, ...]
    prefix: bool = False

    @property
    def needle(self) -> str:
        """What a normal text that has it contains."""
        return needle(self.tokens, prefix=self.prefix)


@dataclass(frozen=True, slots=True)
class Search:
    """What a text asks for: `words` all have to be there, none of `without`."""

    words: tuple[Word, ...]
    without: tuple[Word, ...] = ()

    @property
    def terms(self) -> list[str]:
        """The terms that every record found has in the index."""
        asked = (asked_terms(word.tokens, prefix=word.prefix)[0] for word in self.words)
        return list(dict.fromkeys(chain.from_iterable(asked)))

    @property
    def title_terms(self) -> list[str]:
        """The same for records that have every word in the title."""
        return in_title(self.terms)

    @property
    def needles(self) -> list[str]:
        """What to look for in the normal text of a record that has the terms; empty where these say it all."""
        return [
            word.needle for word in self.words if not asked_terms(word.tokens, prefix=word.prefix)[1]
        ]  # fmt: skip

    @property
    def phrase(self) -> str:
        """All words side by side, as a needle; empty where there is but one."""
        return "" if len(self.words) == 1 else self._together.needle

    @property
    def phrase_terms(self) -> list[str]:
        """The terms of records that have all words side by side: where two words meet they have a pair more."""
        together = self._together
        return list(dict.fromkeys(self.terms + asked_terms(together.tokens, prefix=together.prefix)[0]))

    @property
    def _together(self) -> Word:
        return Word(tuple(chain.from_iterable(word.tokens for word in self.words)), self.words[-1].prefix)


def read(text: str) -> Search:
    """The search that a text means; raises QueryError Q005 and Q040 to Q043 for one that cannot be run.

    >>> read('雲南 "2024 年" KCC20* -矿业')  # doctest: +NORMALIZE_WHITESPACE
    Search(words=(Word(tokens=('云', '南'), prefix=False), Word(tokens=('2024', '年'), prefix=False),
                  Word(tokens=('kcc20',), prefix=True)),
           without=(Word(tokens=('矿', '业'), prefix=False),))
    """
    if len(text) > LONGEST:
        raise QueryError(
            "Q040", f"检索的文字太长({len(text)} 个字符,至多 {LONGEST} 个)",
            f"the text to search for is too long ({len(text)} characters, at most {LONGEST})",
            "只写关键的词。", "Give the words that matter.",
        )  # fmt: skip
    wanted: dict[Word, None] = {}
    excluded: dict[Word, None] = {}
    for minus, phrase, star, plain in _WORD.findall(text):
        bare = plain.rstrip("*＊")
        found = tuple(tokens(phrase or bare))
        if found:
            word = Word(found, bool(star or bare != plain) and not _is_whole(found[-1]))
            (excluded if minus else wanted)[word] = None
    _assert_bounded(wanted, excluded)
    if not wanted:
        raise _only_excluded() if excluded else _nothing(text)
    return Search(tuple(wanted), tuple(excluded))


def _is_whole(token: str) -> bool:
    """Whether the token is a Chinese character, which has no beginning of its own."""
    return needle((token,)) == token


def _assert_bounded(wanted: Collection[Word], excluded: Collection[Word]) -> None:
    """Raise Q041 for too many words, Q042 for a prefix that is too short to be looked up."""
    count = len(wanted) + len(excluded)
    if count > MOST:
        raise QueryError(
            "Q041", f"检索的词太多({count} 个,至多 {MOST} 个)",
            f"there are too many words to search for ({count}, at most {MOST})",
            "只写关键的词。", "Give the words that matter.",
        )  # fmt: skip
    lone = (word.tokens[0] for word in wanted if word.prefix and len(word.tokens) == 1)
    short = next((token for token in lone if len(token) < SHORTEST_PREFIX), None)
    if short is not None:
        raise QueryError(
            "Q042", f"前缀太短:{short}*", f"the prefix is too short: {short}*",
            f"* 之前至少 {SHORTEST_PREFIX} 个字母或数字。",
            f"Give at least {SHORTEST_PREFIX} letters or digits before the *.",
        )  # fmt: skip


def _only_excluded() -> QueryError:
    return QueryError(
        "Q043", "检索里只有要排除的词", "the search has only words to exclude",
        "至少写一个要有的词;带空格的减号才是排除。", "Give at least one word that has to be there.",
    )  # fmt: skip


def _nothing(text: str) -> QueryError:
    shown = text[:40].encode("utf-8", "replace").decode().replace("\0", "?")
    return QueryError(
        "Q005", f"没有可以检索的词:{shown}", f"there is no word to search for: {shown}",
        "至少一个汉字、字母或者数字。", "Give at least one Chinese character, letter or digit.",
    )  # fmt: skip
